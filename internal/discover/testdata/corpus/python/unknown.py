import sys
from conductor.client.worker.worker_task import worker_task
from conductor.client.worker.worker import Worker

SUFFIX = "x"
TWICE = "a"
TWICE = "b"
if len(sys.argv) > 1:
    SOMETIMES = "a"
else:
    SOMETIMES = "b"
shared = "outer"


@worker_task(task_definition_name=f"task-{SUFFIX}")  # expect: ?f"task-{SUFFIX}"
def computed(): ...


@worker_task(task_definition_name=TWICE, domain=SOMETIMES)  # expect: ?TWICE domain=?SOMETIMES
def twice(): ...


@worker_task(task_definition_name="by-call", domain=domain_of("x"))  # expect: by-call domain=?domain_of("x")
def by_call(): ...


@worker_task(task_definition_name="%s-task" % SUFFIX)  # expect: ?"%s-task" % SUFFIX
def percent(): ...


@worker_task(task_definition_name="a-{}".format(SUFFIX))  # expect: ?"a-{}".format(SUFFIX)
def formatted(): ...


@worker_task(task_definition_name=f"plain {{braces}}")  # expect: plain {braces}
def braces(): ...


def outer(shared):
    return Worker(shared, None)  # expect: ?shared


for name in ["a", "b"]:
    Worker(name, None)  # expect: ?name

Worker(**{"task_definition_name": "x"})  # expect: ?**{"task_definition_name": "x"}
Worker("", None)  # expect: ?""
handlers = [lambda shared: Worker(shared, None)]  # expect: ?shared


def change():
    global changed
    changed = "b"


changed = "a"
Worker("is-changed", None, domain=changed)  # expect: is-changed domain=?changed
INLINE = "a"
if changed: INLINE = "b"
Worker("inline", None, domain=INLINE)  # expect: inline domain=?INLINE
