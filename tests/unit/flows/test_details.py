"""All known facts about one file."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.file_details import Details
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model.files.media import FieldValue, StreamFacts
from indexium_core.model.operations.operation import WriteOptions, WriteResult
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog import details as store_details
from indexium_core.store.database import Database
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.operations.ledger_rows import ItemRecord, Restore
from indexium_core.store.people.people_index import PeopleIndex
from indexium_core.store.plan_version import Modes
from indexium_core.store.planning import plan_compute
from tests.support.catalog import NOW, ROOT, scanned, store

EXPIRES = NOW + timedelta(days=90)


@pytest.fixture
def details(database: Database) -> Details:
    return Details(database, MetadataPlanner(database, clock=lambda: NOW), PeopleIndex(database), clock=lambda: NOW)


def people(database: Database) -> PeopleService:
    return PeopleService(database, clock=lambda: NOW)


def origins(details: Details, file_id: int) -> dict[str, list[str]]:
    return {each.name: [origin.origin for origin in each.origins] for each in details.file(file_id).people}


# Properties.


def test_details_have_root_streams_tags_and_fields(database: Database, details: Details) -> None:
    streams = (StreamFacts(index=0, kind="video", codec="hevc", language="eng", details={"width": 3840}),)
    places = tuple(FieldValue(field="comment", where=where, value=value) for where, value in (("a", "x"), ("b", "y")))
    tags = {"container": {"title": "Day"}, "streams": [{}, {"language": "eng"}]}
    made = scanned("Family/2019/a.mp4", "y", streams=streams, tags=tags, comment_fields=places, nlink=2)
    store(database, [made])

    file = details.file(1)

    assert (file.file_name, file.folder, file.library, file.library_path) == ("a.mp4", "Family/2019", "films", ROOT)
    assert file.streams == list(streams)
    assert [(each.place, each.tags) for each in file.tags] == [
        ("container", {"title": "Day"}),
        ("1", {"language": "eng"}),
    ]
    assert file.comment_fields == list(places)
    assert (file.fields_differ, file.nlink, file.place) == (True, 2, "Family/2019/a.mp4")


def test_details_of_unplanned_file_have_no_item(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4", "Rain")])
    file = details.file(1)
    assert file.plan is None
    assert file.comment == "Rain"
    assert {each.program for each in file.readings} >= {"Jellyfin", "VLC"}


def test_details_have_refusal(database: Database, details: Details) -> None:
    refused = {"strategy": "", "strategy_code": "no_strategy_yet", "strategy_message": "MXF is not written."}
    store(database, [scanned("a.mxf", **refused)])
    file = details.file(1)
    assert (file.strategy_words, file.strategy_why, file.strategy_code) == (
        "",
        "MXF is not written.",
        "no_strategy_yet",
    )


def test_details_list_present_copies(database: Database, details: Details) -> None:
    store(database, [scanned(f"{name}.mp4", content=1) for name in "abcd"])
    with database.atomic() as tx:
        catalog.mark_missing(tx, [4])
    file = details.file(1)
    assert [each.file_path for each in file.copies] == [f"{ROOT}/b.mp4", f"{ROOT}/c.mp4"]
    assert file.copies_total == 2


def test_undecodable_path_is_percent_encoded(database: Database, details: Details) -> None:
    store(database, [scanned(os.fsencode(ROOT) + b"/caf\xe9.mp4"), scanned("b.mp4")])
    assert details.file(1).path_raw == f"{ROOT}/caf%E9.mp4"
    assert details.file(2).path_raw == ""


def test_unknown_file_id_is_refused(details: Details) -> None:
    with pytest.raises(errors.UnknownIdError, match="no file with the id 7"):
        details.file(7)


# Search.


def test_file_is_found_by_id_and_path(
    database: Database, details: Details, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    store(database, [scanned(os.fsencode(tmp_path / "a.mp4"))], root=str(tmp_path))
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a.mp4")
    monkeypatch.chdir(tmp_path)
    assert details.find("1") == details.find("a.mp4") == details.find(str(tmp_path / "a.mp4")) == 1
    assert details.find("link.mp4") == 1
    with pytest.raises(errors.UnknownIdError, match=r"No scan has found the file b\.mp4"):
        details.find("b.mp4")


def test_file_is_found_by_its_relative_path(database: Database, details: Details) -> None:
    store(database, [scanned("2019/a.mp4")])
    assert details.find("2019/a.mp4") == 1
    with pytest.raises(errors.UnknownIdError):
        details.find("019/a.mp4")


# People.


def test_details_list_every_source_of_person(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4", "People: Bob, Cy")])
    people(database).add([f"{ROOT}/a.mp4"], ["Ann", "Bob"])
    assert origins(details, 1) == {"Ann": ["hand"], "Bob": ["hand", "comment"], "Cy": ["comment"]}

    Decisions(database, clock=lambda: NOW).edit([1], ["Ann", "Dee"])

    assert origins(details, 1) == {
        "Ann": ["hand", "edit"],
        "Dee": ["edit"],
        "Bob": ["hand", "comment"],
        "Cy": ["comment"],
    }
    states = {each.name: each.state for each in details.file(1).people}
    assert states == {"Ann": "added", "Dee": "added", "Bob": "removed", "Cy": "removed"}


def test_person_is_listed_once_for_all_spellings(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4", "People: ANN LEE")])
    people(database).add([f"{ROOT}/a.mp4"], ["Ann Lee"])
    found = details.file(1).people
    assert len(found) == 1
    assert found[0].state == "kept"
    assert {origin.origin for origin in found[0].origins} == {"hand", "comment"}
    assert sum(bool(origin.spelt) for origin in found[0].origins) == 1


def test_each_copy_has_people_of_video(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1)])
    people(database).add([f"{ROOT}/a.mp4"], ["Ann"])
    assert origins(details, 2) == {"Ann": ["hand"]}


def test_details_list_only_decisions_of_file(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    decisions = Decisions(database, clock=lambda: NOW)
    decisions.postpone([1], until=NOW + timedelta(days=3))
    decisions.set_mode([2], comment_mode="preserve")
    assert [(each.kind, each.until) for each in details.file(1).decisions] == [("postpone", NOW + timedelta(days=3))]
    assert [each.comment_mode for each in details.file(2).decisions] == ["preserve"]


# History.


class Book:
    """Operations on one film without real writes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = Ledger(database)
        store(database, [scanned("a.mp4"), scanned("b.mp4")])
        people(database).add([f"{ROOT}/a.mp4", f"{ROOT}/b.mp4"], ["Ann Lee"])

    def write(self, status: str = "success", *, note: str = "", end: bool = True) -> int:
        version = plan_compute.refresh(self.database, Modes(), now=NOW)
        operation_id = self.ledger.create_write(
            file_ids=[1],
            variant_id=version.variant_id,
            plan_id=version.plan_id,
            options=WriteOptions(user_note=note),
            now=NOW,
            expires_at=EXPIRES,
        )
        if end:
            self._end(operation_id, status, "write")
        return operation_id

    def rollback(self, operation_id: int) -> int:
        made = self.ledger.create_rollback(
            reverts_id=operation_id,
            restores=[Restore(item_id=each.item_id) for each in self.ledger.candidates(operation_id)],
            note="",
            source="",
            options={},
            now=NOW,
            expires_at=EXPIRES,
        )
        self._end(made, "success", "rollback")
        return made

    def _end(self, operation_id: int, status: str, kind: str) -> None:
        found = [
            WriteResult(item_id=task.item_id, file_id=1, status=status, code="", message="", strategy="s", seconds=0.0)
            for task in self.ledger.pending(operation_id, after=-1, count=9)
        ]
        with self.database.atomic() as tx:
            records = [ItemRecord(result=each, original_state="o", written_state="w") for each in found]
            self.ledger.record(tx, operation_id, records, kind=kind, now=NOW)
        self.ledger.finish(operation_id, "completed", kind=kind, seconds=1.0, now=NOW)


@pytest.fixture
def book(database: Database) -> Book:
    return Book(database)


def test_file_history_is_newest_first(book: Book, details: Details) -> None:
    first, second = book.write("failed"), book.write(note="for Mum")
    file = details.file(1)
    assert [each.operation_id for each in file.history] == [second, first]
    newest, oldest = file.history
    assert (newest.after, newest.tags_added, newest.note) == ("People: Ann Lee", ["Ann Lee"], "for Mum")
    assert (newest.can_rollback, newest.exact, newest.rollback_until) == (True, True, EXPIRES)
    assert (oldest.can_rollback, oldest.rollback_reason) == (False, "The operation did not change the file.")
    assert details.file(2).history == []


def test_rolled_back_item_cannot_roll_back_again(book: Book, details: Details) -> None:
    written = book.write()
    back = book.rollback(written)
    newest, oldest = details.file(1).history
    assert (newest.operation_type, newest.exact) == ("rollback", True)
    assert oldest.rollback_reason == f"Operation {back} has rolled it back."


def test_item_below_newer_one_cannot_roll_back(book: Book, details: Details) -> None:
    first, second = book.write(), book.write()
    newest, oldest = details.file(1).history
    assert newest.exact
    assert (oldest.operation_id, oldest.can_rollback) == (first, False)
    assert oldest.rollback_reason.startswith(f"Operation {second} wrote the file later")


def test_item_without_backup_restores_only_comment(book: Book, details: Details) -> None:
    book.write()
    with book.database.atomic() as tx:
        tx.execute("UPDATE metadata_history SET dropped_at = now(), evicted_reason = 'out of room'")
    event = details.file(1).history[0]
    assert (event.can_rollback, event.exact) == (True, False)
    assert event.rollback_reason == "Only the comment can be restored (out of room)."


def test_running_operation_blocks_its_file(book: Book, details: Details) -> None:
    book.write(end=False)
    assert store_details.is_being_written(book.database.read(), 1)
    assert not store_details.is_being_written(book.database.read(), 2)


# Names.


def test_name_completion_ignores_case_and_accents(database: Database, details: Details) -> None:
    store(database, [scanned(f"{name}.mp4") for name in "abc"])
    service = people(database)
    service.add([f"{ROOT}/a.mp4"], ["Zoë", "Anna Zoë", "Zoë Öz"])
    service.add([f"{ROOT}/b.mp4", f"{ROOT}/c.mp4"], ["Zoë Öz"])
    assert details.names_like("ZOE") == [("Zoë", 1), ("Zoë Öz", 3), ("Anna Zoë", 1)]
    assert details.names_like("zoe", 1) == [("Zoë", 1)]
    assert details.names_like("nobody") == []


def test_name_completion_finds_a_person_by_an_alias(database: Database, details: Details) -> None:
    store(database, [scanned(f"{name}.mp4") for name in "ab"])
    service = people(database)
    service.add([f"{ROOT}/a.mp4"], ["Maria Lee", "Mia Fox"])
    service.add([f"{ROOT}/b.mp4"], ["Mia Foxworth"])
    service.rename("Maria Lee", "Maria Stone")
    assert details.names_like(" MARIA  lee") == [("Maria Stone", 1)]
    assert details.names_like("maria l") == []  # a part of an alias means nobody
    service.merge(["Mia Fox"], "Maria Stone")
    assert details.names_like("mia fox") == [("Maria Stone", 1), ("Mia Foxworth", 1)]


def test_qualifier_of_a_person_is_shown_with_the_source(database: Database, details: Details) -> None:
    store(database, [scanned("a.mp4", "People: Ann Lee")])
    people(database).add([f"{ROOT}/a.mp4"], ["Ann Lee"])
    people(database).rename("Ann Lee", "Ann Lee", qualifier="aunt")
    [person] = details.file(1).people
    assert [(each.origin, each.qualifier) for each in person.origins] == [("hand", "aunt"), ("comment", "")]
