from conductor.client.worker.worker_task import worker_task as task

from ..names import SHIP, DOMAIN as WHERE, Tasks, Kind
from . import DOMAIN
from shop import names
import shop.names as again
from .missing import NOWHERE


@task(task_definition_name=SHIP, domain=WHERE)  # expect: ship domain=john
def ship(): ...


@task(task_definition_name=Tasks.BILL, domain=DOMAIN)  # expect: bill domain=of-the-package
def bill(): ...


@task(task_definition_name=names.Tasks.PACK, domain=again.DOMAIN)  # expect: pack domain=john
def pack(): ...


@task(task_definition_name=Kind.SEND.value, domain=NOWHERE)  # expect: send domain=?NOWHERE
def send(): ...


@task(task_definition_name=Tasks.MISSING)  # expect: ?Tasks.MISSING
def missing(): ...
