"""The guide's own way. @worker_task(task_definition_name="in-a-docstring")"""
from conductor.client.worker.worker_task import worker_task, WorkerTask
from conductor.client.worker.worker import Worker
from conductor.client.worker import worker_task as module

TASK = "get-" "inventory"


@worker_task(task_definition_name=TASK, domain='john')  # expect: get-inventory domain=john
def get_inventory(product_id):
    # @worker_task(task_definition_name="commented")
    return {"text": "@worker_task(task_definition_name='quoted')"}


@worker_task("positional", 250, "mary", thread_count=5)  # expect: positional domain=mary slots=5 poll=250ms
def positional(): ...


@WorkerTask(task_definition_name='legacy', poll_interval_seconds=2, thread_count=3)  # expect: legacy slots=3 poll=2s
def legacy(): ...


@module.worker_task(  # expect: of-module domain=acme poll=1.5s
    task_definition_name="of" + "-module",
    poll_interval_millis=1_500,
    domain=("acme"),
    register_task_def=True,
)
def of_module(): ...


workers = [
    Worker("by-hand", get_inventory),  # expect: by-hand
    Worker(task_definition_name="named", execute_function=positional, poll_interval=500, domain=None),  # expect: named poll=500ms
    Worker("all", legacy, 100, "d", "id", 7),  # expect: all domain=d slots=7 poll=100ms
]
