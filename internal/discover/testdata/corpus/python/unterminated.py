from conductor.client.worker.worker_task import worker_task


@worker_task(task_definition_name="before")  # expect: before
def before(): ...


X = "unterminated


@worker_task(task_definition_name="after")  # expect: after
def after(): ...


Y = """never closed
@worker_task(task_definition_name="in-text")
