"""The checkpoints of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from indexium_core.jobs import context
from indexium_core.jobs.context import CheckpointHelper, JobContext


class Job:
    """The part of a job that keeps its checkpoint."""

    def __init__(self, checkpoint: Mapping[str, Any] | None = None) -> None:
        self.checkpoint = checkpoint
        self.transactions: list[object] = []

    def save(self, checkpoint: Mapping[str, Any], *, tx: object = None) -> None:
        self.checkpoint = checkpoint
        self.transactions.append(tx)


def test_checkpoint_is_due_after_items_or_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(context.time, "monotonic", lambda: now)
    job = Job()
    helper = CheckpointHelper(cast("JobContext", job), items=100, seconds=5.0)
    assert (helper.is_resumed, helper.saved) == (False, {})
    assert [helper.is_due(items) for items in (0, 99, 100, 101)] == [False, False, True, True]
    now = 105.5
    assert helper.is_due(1)
    helper.save({"after": 7}, tx="the transaction")
    assert (job.checkpoint, job.transactions) == ({"after": 7}, ["the transaction"])
    assert not helper.is_due(1)


def test_next_run_starts_from_saved_values() -> None:
    helper = CheckpointHelper(cast("JobContext", Job({"after": 7})))
    assert (helper.is_resumed, helper.saved) == (True, {"after": 7})
