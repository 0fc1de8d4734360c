# Names of the SDK that are not: conductor is only spoken of.
from celery import worker_task
from dask.distributed import Worker


class WorkerInterface: ...


@worker_task(task_definition_name="celery")
def other(): ...


Worker("dask", None)


def worker_task(x): ...
