"""A request and its job are recorded together or not at all; a key is valid for one day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from indexium_core import errors
from indexium_core.flows.jobs.idempotency import Requests
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.store import idempotency
from indexium_core.store.database import Database
from indexium_core.store.operations import ledger
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.plan_version import Modes
from indexium_core.store.planning import plan_compute
from tests.support.catalog import NOW, ids, scanned, store

DAY = timedelta(days=1)
ASKED = IdempotentRequest(key="k-\ud800-Ä", mark="ab12", answer={"excluded": {"danger": 2}})


def found(
    database: Database, asked: IdempotentRequest = ASKED, *, later: timedelta = timedelta()
) -> StartedRequest | None:
    return Requests(database, clock=lambda: NOW + later).find(asked)


def begin(database: Database) -> int:
    """Make an operation of one file."""
    with database.atomic() as tx:
        people.assign(tx, [AssignmentRequest(name="Ann Lee", path_bytes=b"/films/a.mp4")], at=NOW)
    version = plan_compute.refresh(database, Modes(), now=NOW)
    return ledger.Ledger(database).create_write(
        file_ids=list(ids(database).values()),
        variant_id=version.variant_id,
        plan_id=version.plan_id,
        options=WriteOptions(),
        now=NOW,
        expires_at=NOW,
        request=ASKED,
    )


@pytest.fixture
def book(database: Database) -> Database:
    store(database, [scanned("a.mp4")])
    return database


def test_operation_is_found_by_its_request(book: Database) -> None:
    assert found(book) is None
    number = begin(book)
    assert found(book) == StartedRequest(operation_id=number, job_id=None, answer={"excluded": {"danger": 2}})


def test_job_is_found_by_its_request(database: Database) -> None:
    Requests(database, clock=lambda: NOW).note(ASKED, job_id=7)
    assert found(database) == StartedRequest(operation_id=None, job_id=7, answer={"excluded": {"danger": 2}})


def test_request_of_failed_start_is_not_stored(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(ledger, "insert_history", fail)
    with pytest.raises(errors.StoreError):
        begin(book)
    assert found(book) is None


def test_key_with_another_request_is_refused(book: Database) -> None:
    begin(book)
    with pytest.raises(errors.UsageError) as refused:
        found(book, IdempotentRequest(key=ASKED.key, mark="other"))
    assert refused.value.reason == "key_reused"


def test_key_is_valid_for_day(database: Database) -> None:
    Requests(database, clock=lambda: NOW).note(ASKED, job_id=7)
    assert found(database, later=DAY - timedelta(seconds=1)) is not None
    assert found(database, later=DAY) is None
    assert found(database, IdempotentRequest(key=ASKED.key, mark="other"), later=DAY) is None


def test_expired_keys_are_deleted(database: Database) -> None:
    for day, key in enumerate("abc"):
        with database.atomic() as tx:
            idempotency.add(tx, IdempotentRequest(key=key, mark=""), job_id=day, at=NOW + DAY * day)
    assert database.read().execute("SELECT key FROM requests").fetchall() == [("c",)]


def test_reused_expired_key_belongs_to_later_request(database: Database) -> None:
    Requests(database, clock=lambda: NOW).note(ASKED, job_id=1)
    later = IdempotentRequest(key=ASKED.key, mark="other")
    Requests(database, clock=lambda: NOW + DAY).note(later, job_id=2)
    begun = found(database, later, later=DAY)
    assert begun is not None
    assert begun.job_id == 2
