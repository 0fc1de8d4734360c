from conductor.client.worker.worker_task import worker_task


@worker_task(task_definition_name="crlf", domain="john")  # expect: crlf domain=john
def f():
	return """a
@worker_task(task_definition_name="x")"""


NAME = \
    "continued"


@worker_task(NAME)  # expect: continued
def g(): ...
