from conductor.client.automator.task_handler import TaskHandler
from conductor.client.worker.worker_task import worker_task


@worker_task(task_definition_name="t")  # expect: t
def t(): ...


with TaskHandler(import_modules=["noguard"]) as handler:
    handler.start_processes()  # notice: trap main guard
    handler.join_processes()
