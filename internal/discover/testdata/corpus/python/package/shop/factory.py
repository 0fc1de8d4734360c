from conductor.client.worker.worker import Worker
from shop.names import DOMAIN


def make(name, domain=DOMAIN, *, threads=1):
    """Makes a worker."""
    return Worker(task_definition_name=name, execute_function=print, domain=domain, thread_count=threads)
