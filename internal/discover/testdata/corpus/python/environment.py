# env: CONDUCTOR_WORKER_FIRST_DOMAIN=upper
# env: conductor.worker.second.domain=dotted
# env: CONDUCTOR_WORKER_SECOND_DOMAIN=not-this
# env: CONDUCTOR_WORKER_THIRD-TASK_DOMAIN=hyphen
# env: CONDUCTOR_WORKER_ALL_THREAD_COUNT=9
# env: MY_DOMAIN=mine
import os
from os import environ, getenv
from conductor.client.worker.worker_task import worker_task

MINE = os.environ.get("MY_DOMAIN", "default")
NONE = getenv("NOT_SET")


@worker_task(task_definition_name="first", domain="code")  # expect: first domain=upper from=env CONDUCTOR_WORKER_FIRST_DOMAIN slots=9
def first(): ...


@worker_task(task_definition_name="second", domain="code")  # expect: second domain=dotted from=env conductor.worker.second.domain slots=9
def second(): ...


@worker_task(task_definition_name="third-task", thread_count=2)  # expect: third-task domain=hyphen from=env CONDUCTOR_WORKER_THIRD-TASK_DOMAIN slots=9
def third(): ...


@worker_task(task_definition_name="fourth", domain=MINE)  # expect: fourth domain=mine from=env MY_DOMAIN slots=9
def fourth(): ...


@worker_task(task_definition_name="fifth", domain=NONE)  # expect: fifth from=env NOT_SET slots=9
def fifth(): ...


@worker_task(task_definition_name="sixth", domain=environ.get("NOT_SET", "fallen"))  # expect: sixth domain=fallen slots=9
def sixth(): ...


@worker_task(task_definition_name="seventh", domain=os.getenv("NOT_SET") or "other")  # expect: seventh domain=other slots=9
def seventh(): ...


@worker_task(task_definition_name="eighth", domain=os.environ["MY_DOMAIN"] if MINE == "mine" else "x")  # expect: eighth domain=mine from=env MY_DOMAIN slots=9
def eighth(): ...
