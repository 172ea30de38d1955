"""A person with some libraries: files of the others do not exist, whatever is read, and nothing changes them."""

from __future__ import annotations

import inspect
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dashboards.web import server
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model import shapes
from indexium_core.model.accounts.needs import FOUND, NAMED
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.model.saved import SavedView
from indexium_core.services import LibraryServices
from indexium_core.store import limited_reader
from tests.integration.accounts.test_role_matrix import BODIES, OTHERS, PAGES, PARAMETERS, SENT
from tests.support import described, tables
from tests.support.call_rules import INTERNAL, READS_OF_HOME, RESTRICTED, SERVICES
from tests.support.effort import effort
from tests.support.rest import Client
from tests.support.sessions import PASSWORD, post_sign_in
from tests.support.split_home import MARKS, House
from tests.support.studio import ALL

MARK = re.compile("|".join(MARKS), re.IGNORECASE)
LIMITED = ("approver", "viewer", "editor")  # the first one may most


# Arguments with which calls are tried. The ids are those of the hidden library.
ARGUMENTS: Mapping[str, Any] = {
    "address": "movie:1",
    "addresses": ["movie:1"],
    "approval_id": 1,
    "approval_ids": [1],
    "asset_type": "poster",
    "at": 1,
    "by": "container",
    "by_risk": {"safe": 1},
    "candidate_id": 1,
    "content_hash": "0" * 64,
    "entity_id": 1,
    "entity_ids": [1],
    "entity_type": "movie",
    "field": "plot",
    "file_hash": "0" * 64,
    "file_id": 1,
    "file_ids": [1],
    "job_id": 1,
    "key": "person",
    "kind": "unknown",
    "last_id": 0,
    "library_id": 1,
    "library_ids": [1],
    "name": "zora",
    "operation_id": 1,
    "on": True,
    "operation_item_id": 1,
    "path": "movie.nfo",
    "person_id": 1,
    "player_id": 1,
    "position": 0,
    "query": "",
    "series_id": 1,
    "size": "poster",
    "step_id": 1,
    "subject": "1",
    "text": "zo",
    "title_id": 1,
    "title_ids": [1],
    "value": "zo",
}
PUBLISHED = PublicationSelection(filter=PublicationFilter())


def reads(library: Library) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every read whose arguments are known, with a call of it."""
    plan = library.plan()
    known = {
        **ARGUMENTS,
        "options": WriteOptions(risk=("safe",)),
        "plan": plan,
        "search": plan.search,
        "selection": plan.select(),
        "target": "",
        "values": {"title": "x"},
        "wanted": PublicationFilter(),
    }
    for service in sorted(SERVICES.keys() & LibraryServices.__annotations__.keys()):
        checked = getattr(library, service)
        for name in dir(checked.__class__):
            call = f"{service}.{name}"
            if (name.startswith("_") and name != "__call__") or call in {
                *RESTRICTED,
                *INTERNAL,
                *READS_OF_HOME,
                *UNTRIED,
            }:
                continue
            method = getattr(checked, name)
            if not callable(method):
                yield call, lambda value=method: value
                continue
            wanted = inspect.signature(method).parameters.values()
            given = {
                each.name: known[each.name]
                for each in wanted
                if each.name in known and (each.default is each.empty or each.name in ARGUMENTS)
            }
            if call.startswith(("publications.", "previews.of_publication")) and "selection" in given:
                given["selection"] = PUBLISHED
            missing = [
                each
                for each in wanted
                if each.default is each.empty and each.kind != each.VAR_KEYWORD and each.name not in given
            ]
            assert not missing, f"Say how to try {call}: {missing}"
            yield call, lambda method=method, given=given: method(**given)


# Reads that end something, wait, or take a value that a caller has read before.
UNTRIED = frozenset(
    [
        "artwork_jobs.handle",
        "automation.files_left",
        "changes.read_upload",
        "changes.uploaded",
        "database_backups.close",
        "database_backups.handle",
        "dry_runs.find",
        "dry_runs.go_on",
        "dry_runs.page",
        "dry_runs.ready",
        "enrichment.handle",
        "event_log.close",
        "plans.close",
        "exporter.dry_run",
        "jobs.wait",
        "operations.join",
        "operations.wait",
        "operations.with_live_seconds",
        "picture_selection.preview",
        "picture_selection.calculate_score",
        "picture_selection.filter_duplicates",
        "plans.calculate_statistics",
        "plans.categorize_items",
        "plans.filter_items",
        "plans.plan_with_modes",
        "plans.with_hard_links",
        "providers.close",
        "queries.close",
        "rescans.close",
        "rescans.execute",
        "rescans.handle",
        "scans.handle",
        "snapshots.close",
        "snapshots.handle",
        "thumbnail_jobs.handle",
        "titles.handle",
        "verification.handle",
        "configuration.effect",
        "bulk.preview_each",
        "templates.get",
        "templates.preview",
        "views.get",
        "saved_queries.get",
        "fields.get",
        "artwork.poster_addresses",
        "disaster_recovery.detect_missing_assets",
        "operations.require_startable",
    ]
)


def test_no_read_knows_the_other_libraries(house: House) -> None:
    library, bob, wrong = house.library, house.bob("viewer"), []
    known = (call for call, found in results(library) if MARK.search(found))
    assert len(list(itertools.islice(known, 31))) == 31  # who sees all sees them
    for role in effort.some(LIMITED, 1):
        library.users.change("Bob", role=role)
        tried = 0
        with library.acting_as(bob):
            for call, found in results(library):
                tried += 1
                if MARK.search(found):
                    wrong.append((role, call, found[max(0, MARK.search(found).start() - 100) :][:300]))  # type: ignore[union-attr]
        assert tried > 150
    assert wrong == [], "\n".join(map(str, wrong))


def plain(value: Any) -> Any:
    try:
        return shapes.plain(value)
    except TypeError:
        return repr(value)


def results(library: Library) -> Iterator[tuple[str, str]]:
    """Yield every read with its result or its refusal as text."""
    for call, read in reads(library):
        try:
            found = read()
            if isinstance(found, Iterator):
                found = list(found)
            if isinstance(found, MetadataPlan):
                found = [found.page(include_unchanged=True), found.statistics, list(found.items)]
            text = found.to_csv() if hasattr(found, "to_csv") else json.dumps(found, default=plain)
        except errors.StoreError as error:
            text = f"zora: {error.message}"  # a read that would change something
        except errors.IndexiumError as error:
            text = error.message
        yield call, text


def test_every_table_is_hidden_or_open(house: House) -> None:
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'indexium'"
    found = tables.rows(house.library, query)
    views = limited_reader.hidden_tables()
    names = {name for (name,) in found}
    assert names - views == limited_reader.OPEN
    assert views - names == {"own_entities", "own_files", "own_items", "own_operations"}


def rows_of(library: Library) -> dict[str, list[Any]]:
    """Return what the database knows of the hidden library, without what reading and jobs note."""
    by_file = ["decisions", "field_locks", "media_properties", "title_files", "title_assignments", "declined_people"]
    queries = {name: f"SELECT * FROM {name} WHERE file_id <= 3 ORDER BY ALL" for name in by_file}
    queries |= {
        name: f"SELECT * FROM {name} WHERE entity_id = 1 ORDER BY ALL" for name in ("title_values", "title_matches")
    }
    queries |= {name: f"SELECT * FROM {name} ORDER BY ALL" for name in ("movies", "series", "seasons", "approvals")}
    queries["libraries"] = "SELECT * EXCLUDE (free_bytes) FROM libraries WHERE library_id = 1"
    queries["operations"] = "SELECT id, status, user_note FROM metadata_operations WHERE id <= 2"
    queries["people"] = "SELECT p.name, a.* FROM video_people a JOIN people p USING (person_id) ORDER BY ALL"
    return {name: tables.rows(library, query) for name, query in queries.items()}


def changes(library: Library) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every change, with a call of it that means the hidden library, or everything."""
    plan = library.plan()
    known = {
        **ARGUMENTS,
        "actor": "",
        "changes": {},
        "choice": "replace",
        "code": "123456",
        "decision_ids": [1],
        "dirs": [library.home.parent / "zora"],
        "fields": {"title": "x"},
        "folder": str(library.home.parent / "zora"),
        "folders": [str(library.home.parent / "zora")],
        "items": plan,
        "known": ExternalId("tmdb", "1"),
        "mode": "exact",
        "name": "some",
        "names": ["Zander New"],
        "new": "Zander New",
        "old": "Zora Zed",
        "people": ["Zander New"],
        "plan": plan,
        "priority": "high",
        "provider": "tmdb",
        "reason": "wrong",
        "risk": None,
        "selection": plan.select(),
        "target": "",
        "texts": {1: {"title": "x"}},
        "title": "New",
        "values": {"title": "x"},
        "view": SavedView(view_id=1, name="some", query=""),
    }
    for call in sorted(RESTRICTED):
        service, _, name = call.partition(".")
        method = getattr(getattr(library, service), name)
        given = {}
        for each in inspect.signature(method).parameters.values():
            if each.name in known and (each.default is each.empty or each.name in ARGUMENTS or each.name == "dirs"):
                given[each.name] = known[each.name]
            elif each.default is each.empty and each.kind != each.VAR_KEYWORD:
                given[each.name] = None  # the call is refused before it needs the value
        if service == "publications" and "selection" in given:
            given["selection"] = PublicationSelection(addresses=("movie:1",))
        yield call, lambda method=method, given=given: method(**given)


@pytest.mark.parametrize("role", ["viewer", "approver", pytest.param("editor", marks=pytest.mark.further)])
def test_no_change_reaches_the_other_libraries(house: House, role: str) -> None:
    library, before = house.library, rows_of(house.library)
    done, refused = [], []
    with library.acting_as(house.bob(role)):
        for call, change in changes(library):
            try:
                change()
            except errors.IndexiumError as error:
                refused.append((call, error.message.replace("Zander New", "")))
            else:
                done.append(call)
    assert [(call, message) for call, message in refused if MARK.search(message)] == []
    assert not [call for call in done if RESTRICTED[call].scope is NAMED]  # all of them named something hidden
    assert any(RESTRICTED[call].scope is FOUND for call in done) == (role != "viewer")
    for job in library.jobs.list(per_page=0).items:
        library.jobs.wait(job.id, 30)
    after = rows_of(library)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    assert {path: path.read_bytes() for path in house.bytes} == house.bytes


def test_no_answer_knows_the_other_libraries(house: House) -> None:
    house.bob("viewer")
    wrong: list[Any] = []
    with server.make_server(house.library, port=0).background() as running:
        for role in effort.some(LIMITED, 1):
            house.library.users.change("Bob", role=role)
            answer = post_sign_in(Client(running.url, Origin=running.url), "Bob")
            bob = Client(running.url, Cookie=answer.headers["set-cookie"].partition(";")[0], Origin=running.url)
            wrong += [(role, *found) for found in known_of_others(bob)]
    assert wrong == [], "\n".join(map(str, wrong))


def known_of_others(bob: Client) -> Iterator[tuple[str, int, bytes]]:
    """Ask for everything, and yield the answers that fail or that name something hidden."""
    for permission, method, path in PAGES.values():
        sent = {"Content_Type": SENT[path], "X_File_Name": "a.csv"} if path in SENT else {}
        answer = bob(method, path, b"path,person\n" if sent else None, **sent)
        if answer.status >= 500 or (permission and MARK.search(answer.text.decode(errors="replace"))):
            yield path, answer.status, answer.text[:200]
    for route, verb, path, example in described.requests(bob.get("/api/openapi.json").json):
        if route in {*OTHERS, "GET /api/events"}:
            continue
        body = BODIES.get(route, example if verb == "GET" or example is not None else {})
        answer = bob(verb, path + PARAMETERS.get(route, ""), body)
        if MARK.search(answer.text.decode(errors="replace")) or (
            answer.status >= 500 and answer.code != "provider_off"
        ):
            yield route, answer.status, answer.text[:400]


def test_person_works_in_own_libraries(house: House) -> None:
    library, bob = house.library, house.bob("approver")
    with library.acting_as(bob):
        report = library.scan([library.home.parent / "films"], full=True)
        assert report.seen == 3
        library.decisions.edit("", ["Carol New"])
        assert library.people.page("carol").total == 1
        preview = library.previews.of_write(library.plan(), ALL)
        assert (preview.summary.count, preview.digest.count, preview.reasons) == (3, 3, ())
        status = library.write(library.plan(), ALL).wait()
        assert (status.counts["success"], status.id) == (3, 3)
        assert library.previews.of_rollback(3).check.restorable == 3
        with pytest.raises(errors.UnknownIdError, match="no operation"):
            library.previews.of_rollback(1)
        assert [each.id for each in library.history().items] == [3]
        assert {job.title for job in library.jobs.list().items if MARK.search(job.title)} == set()
        assert library.rollback(3).wait().counts["success"] == 3
        with pytest.raises(errors.UnknownIdError, match="no operation with the id 1"):
            library.rollback(1)
        with pytest.raises(errors.ForbiddenError, match="all folders"):
            library.scan()
        with pytest.raises(errors.ForbiddenError, match="you may scan only these"):
            library.scan([library.home.parent / "zora"])


def test_job_of_everything_is_one_of_the_own_files(house: House) -> None:
    library, done = house.library, []
    with library.acting_as(house.bob("editor")):
        for add in (  # a rescan leaves nothing to verify
            library.verification.add,
            lambda: library.rescans.add(everything=True),
            library.thumbnail_jobs.add,
        ):
            job = add()
            done.append(library.jobs.wait(job.id, 30))
    assert [(job.job_type, job.status, job.progress_total) for job in done] == [
        ("verify", "completed", 3),
        ("rescan", "completed", 3),
        ("thumbnails", "completed", 3),
    ]


def test_request_of_a_person_is_approved_by_who_sees_its_files(house: House) -> None:
    library = house.library
    library.configuration.set("approval_risk", "safe")
    library.users.add("Eve", PASSWORD, role="approver", libraries=[1])
    bob, root = house.bob("approver"), Actor("user", "1", "Root")
    with library.acting_as(bob), pytest.raises(errors.ApprovalNeededError):
        library.write(library.plan(), ALL)
    eve = library.users.get("Eve")
    with library.acting_as(Actor("user", str(eve.id), "Eve")):
        assert library.approvals.list().items == []
        with pytest.raises(errors.UnknownIdError):
            library.approvals.approve(1)
    with library.acting_as(bob):
        assert library.approvals.items(1).total == 3
        assert [each.action for each in library.approvals.get(1).entries] == ["proposed"]
    with library.acting_as(root):
        approval = library.approvals.approve(1)
    assert approval.operation_id is not None
    assert library.operations.wait(approval.operation_id, 30).counts["success"] == 3


def test_steps_of_folders_that_are_taken_away_stay(house: House) -> None:
    library, bob = house.library, house.bob("editor")
    library.users.set_libraries("Bob", None)
    with library.acting_as(bob):
        library.decisions.edit(house.hidden[:1], ["Bob"])
        library.decisions.edit(house.seen[:1], ["Bob"])
    library.users.set_libraries("Bob", [house.seen_library])
    with library.acting_as(bob):
        report = library.steps.undo()
        assert report is not None
        assert report.files == 1
        assert library.steps.undo() is None
        step = library.steps.list()[0].step_id
        for hidden in {*range(1, step)}:
            with pytest.raises(errors.UnknownIdError, match="no step"):
                library.steps.undo(hidden)
    assert [each.file_id for each in library.decisions.list(house.hidden[:1])] == house.hidden[:1]


def test_second_person_sees_the_own_folders(house: House) -> None:
    """The rights of everybody are read when the first person asks."""
    library, bob = house.library, house.bob("viewer")
    eve = library.users.add("Eve", PASSWORD, libraries=[1])
    library.sign_in.read_again()
    for actor, libraries in ((bob, [house.seen_library]), (Actor("user", str(eve.id), "Eve"), [1])):
        with library.acting_as(actor):
            assert library.authority.identity.libraries == libraries
            assert library.inventory.search().total == 3


def test_lists_of_titles_follow_an_edit(house: House) -> None:
    library = house.library
    library.inventory.set_kind(house.seen_library, "mixed")
    library.publications.set_options(house.seen_library, publish="nfo")
    title = library.titles.assign_new(house.seen[:1], "movie", "Nosferatu", year=1922)
    with library.acting_as(house.bob("approver")):
        library.titles.set(title.id, "title", "Nosferatu again")
        assert [each.title for each in library.titles.list().items] == ["Nosferatu again"]
        assert [each.name for each in library.publications.plan().items if "Nosferatu" in each.name]
        assert library.publications.publish(PublicationSelection(addresses=(f"movie:{title.id}",))).published == 1


def test_administrator_sees_all_folders(house: House) -> None:
    library = house.library
    house.bob("editor")
    with pytest.raises(errors.UsageError, match="administrator sees all folders"):
        library.users.set_libraries("Root", [1])
    with pytest.raises(errors.UnknownIdError, match="no folder with the id 77"):
        library.users.set_libraries("Bob", [77])
    assert library.users.change("Bob", role="admin").libraries is None


def test_one_folder_is_shown_or_hidden_without_regard_to_the_others(house: House) -> None:
    """Two administrators change different folders at the same time."""
    library = house.library
    house.bob("editor")
    library.users.set_libraries("Bob", [])
    told: list[str] = []
    library.events.subscribe(lambda event: told.append(event.name), names={"users:changed"})
    assert library.users.show_library("Bob", 1).libraries == [1]
    assert library.users.show_library("Bob", house.seen_library).libraries == sorted({1, house.seen_library})
    assert library.users.show_library("Bob", 1, False).libraries == [house.seen_library]
    assert told == ["users:changed"] * 3
    with pytest.raises(errors.UnknownIdError, match="no folder with the id 77"):
        library.users.show_library("Bob", 77)
    library.users.set_libraries("Bob", None)
    with pytest.raises(errors.UsageError, match="Bob sees all folders"):
        library.users.show_library("Bob", 1)


def test_token_sees_what_it_and_its_owner_see(house: House) -> None:
    library, bob = house.library, house.bob("approver")
    with library.acting_as(bob):
        own = library.tokens.add("own").token
        with pytest.raises(errors.UnknownIdError):
            library.tokens.add("hidden", libraries=[1])
    for libraries, files in (([house.seen_library], 3), ([], 0), ([1], 3), (None, 6)):
        library.users.set_libraries("Bob", libraries)
        with library.acting_as(Actor("token", str(own.id), own.name)):
            assert library.inventory.search().total == files


def test_threads_of_several_people_do_not_mix(house: House) -> None:
    library = house.library
    bob, root = house.bob("viewer"), Actor("user", "1", "Root")
    eve = library.users.add("Eve", PASSWORD, libraries=[1])
    expected = {
        bob: set(house.seen),
        root: {*house.seen, *house.hidden},
        Actor("user", str(eve.id), "Eve"): set(house.hidden),
    }

    def read(actor: Actor) -> tuple[set[int], set[int], int]:
        with library.acting_as(actor):
            plan = library.plan()
            listed = {each.file_id for each in plan.page(include_unchanged=True).items}
            found = {each.file_id for each in library.inventory.search().items}
            counted = library.media.count("type:video")
        return listed, found, counted

    rounds = 30 if effort.exhaustive else 8
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, [*expected] * rounds))
    wanted = [(ids, ids, len(ids)) for ids in expected.values()] * rounds
    assert results == wanted


def test_cursor_of_another_person_on_the_same_thread(house: House) -> None:
    library, bob = house.library, house.bob("viewer")
    eve = library.users.add("Eve", PASSWORD, libraries=[1])
    database = library.users._database
    with library.acting_as(bob):
        reader = database.read()
        with library.acting_as(Actor("user", str(eve.id), "Eve")):
            assert database.read().value("SELECT min(file_id) FROM scanned_files") == min(house.hidden)
        assert reader.value("SELECT min(file_id) FROM scanned_files") == min(house.seen)
        with pytest.raises(errors.StoreError, match="whole_home"), database.atomic():
            pass


def test_operation_of_several_libraries_is_seen_in_part(house: House) -> None:
    library = house.library
    library.decisions.set_fields("", {"title": "New"})
    operation = library.write(
        library.plan(), WriteOptions(risk=("safe", "warning", "danger"), user_note="zora and films")
    )
    assert operation.wait().counts["success"] == 6
    item = library.operation(operation.id).items[-1]
    with library.acting_as(house.bob("approver")):
        [seen] = library.history().items
        assert library.stories.build(operation.id).job is None
        with pytest.raises(errors.UnknownIdError, match="no item"):
            library.backups.restore_backup(item.id)
        assert (seen.file_count, seen.success_count, seen.user_note) == (3, 3, "")
        assert library.operation(operation.id).total == 3
        with pytest.raises(errors.ForbiddenError, match="folders that you do not see"):
            library.rollback(operation.id)
    assert (library.history().items[0].file_count, library.history().items[0].user_note) == (6, "zora and films")


def test_many_hidden_events_do_not_hold_back_seen_ones(house: House) -> None:
    library, first = house.library, house.library.events.last_id
    job = library.scans.add([library.home.parent / "zora"])
    library.jobs.wait(job.id, 30)
    for _ in range(30):
        library.events.emit("job:changed", job_id=job.id)
    library.events.emit("views:changed")
    time.sleep(1.5)  # they are stored
    with library.acting_as(house.bob("viewer")):
        assert "views:changed" in {each.name for each in library.event_log.since(first, limit=20)}


def test_events_of_other_libraries_are_not_sent(house: House) -> None:
    library, first = house.library, house.library.events.last_id
    library.scan([library.home.parent / "zora"], full=True)
    bob = house.bob("editor")
    with library.acting_as(bob):
        library.decisions.edit(house.seen[:1], ["Ann Lee"])
        job = library.scans.add([library.home.parent / "films"])
        library.jobs.wait(job.id, 30)
    everything = library.event_log.since(first)
    assert any(MARK.search(str(each)) for each in everything)
    for seconds in (0, 1.5):  # a second later, they come from the database
        time.sleep(seconds)
        with library.acting_as(bob):
            seen = library.event_log.since(first)
        assert {each.name for each in seen} > {"plan:changed", "scan:completed"}
        assert not any(MARK.search(str(each)) for each in seen)
        assert {each.data["job_id"] for each in seen if "job_id" in each.data} == {job.id}
