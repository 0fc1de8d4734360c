from conductor.client.http.models import Task, TaskResult
from conductor.client.worker.worker_interface import WorkerInterface

NAME = "billing"


class Billing(WorkerInterface):  # expect: billing domain=acme slots=4 poll=250ms
    poll_interval = 250

    def __init__(self):
        super().__init__(NAME)
        self.domain = "acme"
        self.thread_count = 4

    def execute(self, task: Task) -> TaskResult: ...


class Named(WorkerInterface):  # expect: named domain=by-method
    def get_task_definition_name(self):
        return "named"

    def get_domain(self):
        return "by-" + "method"


class Given(WorkerInterface):  # expect: given-one domain=d ; given-two
    def __init__(self, name, domain=None):
        super().__init__(task_definition_name=name)
        self.domain = domain


class Unmade(WorkerInterface):  # expect: ?name
    def __init__(self, name):
        super().__init__(name)


class Inherited(WorkerInterface):  # expect: inherited-one poll=500ms ; inherited-two poll=500ms
    def execute(self, task: Task) -> TaskResult: ...

    def get_polling_interval_in_seconds(self) -> float:
        return 0.5


class Never(WorkerInterface):  # expect: ?Never(WorkerInterface)
    def execute(self, task: Task) -> TaskResult: ...


class Other(Base):
    def get_task_definition_name(self):
        return "no worker"


MORE = [Inherited("inherited-one"), Inherited(task_definition_name="inherited" + "-two")]
WORKERS = [Billing(), Given("given-one", "d"), Given(name="given-two")]
