"""Texts for types."""
from __future__ import annotations  # notice: trap annotations

from conductor.client.worker.worker_task import worker_task


@worker_task(task_definition_name="t")  # expect: t
def t(x: int): ...
