"""The actor of each change, read back from what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.web import senders, server
from indexium_core import logs
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.operations.actor import Actor
from indexium_core.model.publishing.requests import PublicationSelection
from tests.support.call_rules import RULES
from tests.support.holding import Gate, cut_off
from tests.support.providers import record_pictures
from tests.support.rest import Client, ended
from tests.support.studio import ALL, Studio
from tests.support.waiting import until

NIGHT = Actor("schedule", "night", "Night script")
BOB = Actor("user", "2", "Bob")
RECORDS = {  # by table: the column of its id, and of the name of the actor
    "metadata_operations": ("id", "user_name"),
    "job_queue": ("id", "actor_name"),
    "decisions": ("decision_id", "actor_name"),
    "steps": ("step_id", "actor_name"),
    "rejected_assets": ("id", "actor_name"),
    "audit_events": ("id", "actor_name"),
}
Call = Callable[[Library], object]


def recorded(library: Library) -> dict[tuple[str, int], Actor]:
    """Return who did each recorded change, by table and id."""
    reader = library._parts.core.store.read()
    return {
        (table, row[0]): Actor(*row[1:])
        for table, (key, name) in RECORDS.items()
        for row in reader.execute(f"SELECT {key}, actor_kind, actor_id, {name} FROM {table}").fetchall()
    }


def first(library: Library) -> int:
    return library.plan().items[0].file_id


def second_admin(library: Library) -> Actor:
    """Add two administrators, and return the second one."""
    for name in ("Ann", "Bob"):
        library.users.add(name, "a long password", role="admin")
    return BOB


def decided(call: Callable[[Library, list[int]], object]) -> Call:
    return lambda library: call(library, [first(library)])


def undone(library: Library, *, redo: bool = False) -> None:
    library.decisions.set_fields([first(library)], {"title": "A"})
    library.steps.undo()
    if redo:
        library.steps.redo()


def rated(library: Library) -> None:
    library.decisions.set_favorite([first(library)], wanted=True)


def written(library: Library) -> int:
    handle = library.write(library.plan(), ALL)
    handle.wait()
    return handle.id


def rolled_back(library: Library) -> None:
    library.rollback(written(library)).wait()


def done(library: Library, job: Any) -> None:
    library.jobs.wait(job.id)


def new_title(library: Library) -> int:
    library.inventory.set_kind(1, "mixed")
    return library.titles.assign_new([first(library)], "movie", "Nosferatu", year=1922).id


def pictured(call: Callable[[Any, list[int]], object]) -> Call:
    """Call the selection of pictures with the ids of two posters of a new title."""

    def decide(library: Library) -> object:
        urls = ("https://image.tmdb.org/t/p/original/a.jpg", "https://image.tmdb.org/t/p/original/b.jpg")
        title_id = new_title(library)
        posters = [ImageCandidate(provider="tmdb", kind="poster", url=url) for url in urls]
        record_pictures(library, "movie", title_id, posters)
        found = [each.id for each in library.artwork.candidates("movie", title_id)]
        return call(library.picture_selection, found)

    return decide


def published(library: Library) -> int:
    """Publish a film with a plot, and return its id."""
    title_id = new_title(library)
    library.titles.set(title_id, "plot", "A shadow.")
    library.publications.set_options(1, publish="nfo")
    library.publications.start(PublicationSelection(addresses=(f"movie:{title_id}",))).wait()
    return title_id


def discarded(library: Library) -> None:
    title_id = published(library)
    library.titles.set(title_id, "plot", "By hand")
    library.publications.discard_changes("movie", title_id)


def kept(library: Library) -> None:
    title_id = published(library)
    [file] = library.publications.get("movie", title_id).files
    path = Path(file.path)
    path.write_bytes(path.read_bytes().replace(b"A shadow.", b"Theirs."))
    library.publications.refresh()
    library.publications.choose(f"movie:{title_id}", "keep")


def of_one_file(library: Library, *, add: bool) -> None:
    """Change the people of one file, and not of its copies: an edit, while other changes of people are no decisions."""
    change = library.people.add if add else library.people.remove_from
    change([library.plan().items[0].file_path], ["Cy Orr" if add else "Ann Lee"], only_this=True)


def saved(library: Library) -> None:
    library.templates.save("ann", people=["Cy Orr"])
    library.templates.apply("ann", [first(library)])


# The calls that record who did it; those that record it through another call of the list have its name.
CHANGES: dict[str, Call | str] = {
    "operations.start_operation": written,
    "operations.begin_write": "operations.start_operation",
    "operations.write_single_file": lambda library: library.operations.write_single_file(library.plan().items[0]),
    "operations.start_rollback": "history.start_rollback",
    "history.start_rollback": rolled_back,
    "history.begin_rollback": "history.start_rollback",
    "history.rollback_operation": "history.start_rollback",
    "jobs.retry": "scans.add",
    "retries.start": "operations.start_operation",
    "retries.begin_publication": "publications.start",
    "scans.add": lambda library: done(library, library.scans.add()),
    "scans.add_libraries": "scans.add",
    "scans.run": lambda library: library.scan(),
    "rescans.add": lambda library: done(library, library.rescans.add(everything=True)),
    "verification.add": lambda library: done(library, library.verification.add()),
    "thumbnail_jobs.add": lambda library: done(library, library.thumbnail_jobs.add()),
    "artwork_jobs.add": lambda library: done(library, library.artwork_jobs.add()),
    "artwork_jobs.add_if_allowed": "artwork_jobs.add",
    "titles.identify": "titles.set_library_kind",
    "titles.set_library_kind": lambda library: done(library, library.set_kind(1, "mixed")),
    "rescans.run": "rescans.add",
    "schedules.run": "scans.add",
    "enrichment.schedule_titles": "scans.add",
    "enrichment.schedule_library_enrichment": "scans.add",
    "enrichment.schedule_video_enrichment": "scans.add",
    "decisions.edit": decided(lambda library, ids: library.decisions.edit(ids, ["Ann Lee"])),
    "decisions.change_people": decided(lambda library, ids: library.decisions.change_people(ids, add=["Cy Orr"])),
    "decisions.replace_person": decided(lambda lib, ids: lib.decisions.replace_person(ids, "Ann Lee", "Cy Orr")),
    "decisions.set_all": decided(lambda library, ids: library.decisions.set_all(ids, fields={"title": "A"})),
    "decisions.set_each": decided(lambda library, ids: library.decisions.set_each({ids[0]: {"title": "A"}})),
    "decisions.set_fields": decided(lambda library, ids: library.decisions.set_fields(ids, {"title": "A"})),
    "decisions.set_mode": decided(lambda library, ids: library.decisions.set_mode(ids, mode="exact")),
    "decisions.set_favorite": rated,
    "decisions.postpone": decided(lambda library, ids: library.decisions.postpone(ids)),
    "decisions.step": "decisions.edit",
    "decisions.revoke": "decisions.revoke_of",
    "decisions.revoke_of": "decisions.edit",
    "decisions.end_postponements": "decisions.postpone",
    "decisions.decline": "decisions.edit",
    "steps.undo": undone,
    "steps.redo": lambda library: undone(library, redo=True),
    "templates.apply": saved,
    "changes.apply": "decisions.set_each",
    "changes.apply_upload": "decisions.set_each",
    "checks.resolve": "decisions.edit",
    "checks.resolve_all": "decisions.edit",
    "people.add": lambda library: of_one_file(library, add=True),
    "people.remove_from": lambda library: of_one_file(library, add=False),
    "people.remove": "people.remove_from",
    "people.merge": "people.rename",
    "people.unmerge": "people.rename",
    "people.split": "people.rename",
    "people.split_files": "people.rename",
    "people.relabel": "people.rename",
    "people.rename": lambda library: library.people.rename("Ann Lee", "Anna Lee"),
    "titles.plan_values": "decisions.set_each",
    "locks.lock": decided(lambda library, ids: library.locks.lock(ids)),
    "locks.unlock": decided(lambda library, ids: (library.locks.lock(ids), library.locks.unlock(ids))),
    "locks.set": decided(lambda library, ids: library.locks.set(ids, "resolution", "640x480")),
    "matches.ignore": lambda library: library.matches.ignore(new_title(library)),
    **dict.fromkeys(
        ("matches.accept", "matches.accept_id", "matches.confirm", "matches.later", "matches.reject"), "matches.ignore"
    ),
    "matches.undo": "steps.undo",
    "titles.assign": "titles.assign_new",
    "titles.assign_new": new_title,
    "titles.move": "titles.assign_new",
    "publications.start": published,
    "publications.discard_changes": discarded,
    "publications.choose": kept,
    **dict.fromkeys(
        (
            *(
                f"publications.{name}"
                for name in ("start_titles", "publish", "publish_entity", "publish_bulk", "restore")
            ),
            *(f"disaster_recovery.{name}" for name in ("restore_from_cache", "validate_integrity")),
            "operations.begin",
        ),
        "publications.start",
    ),
    "picture_selection.select_candidate": pictured(lambda service, found: service.select_candidate(found[1])),
    "picture_selection.reject_candidate": pictured(lambda service, found: service.reject_candidate(found[0])),
    "picture_selection.reselect_asset": "picture_selection.reject_candidate",
    "picture_selection.take_back_rejection": "picture_selection.reject_candidate",
    "picture_selection.release": "picture_selection.select_candidate",
    "picture_selection.apply": "picture_selection.select_candidate",
    "titles.set": lambda library: library.titles.set(new_title(library), "plot", "By hand"),
    "titles.set_values": "titles.set",
    "titles.edit": "titles.set",
    "titles.set_lock": "titles.lock",
    "titles.lock": lambda library: library.titles.lock(new_title(library), ["plot"]),
    "titles.unlock": lambda library: library.titles.unlock(new_title(library), ["title"]),
    "matches.search": "scans.add",
    "scans.add_folders": "scans.add",
}
# Calls that change something of which no table says who did it: their effect is a setting, a name, a value or a file.
# Requests have steps of their own that name who did it: see the tests of approvals.
WITHOUT_RECORD = """
    approvals.approve approvals.comment approvals.reject approvals.withdraw
    configuration.follow snapshots.take_soon
    inventory.add inventory.exclude_removal inventory.forget_missing inventory.media_removal
    inventory.missing_removal inventory.remove inventory.remove_empty_folders inventory.set_cast_people
    inventory.set_metadata_language
    inventory.set_exclude inventory.set_kind inventory.set_media inventory.set_modes inventory.set_write_ratings
    hash_cache.add_hashes hash_cache.clean hash_cache.clear_memory hash_cache.put hash_cache.remember scans.cancel
    interruptions.postpone scans.note_resumed scans.take_resumed
    fields.change fields.define fields.remove people.add_to_files people.add_typed people.import_file
    people_lists.discard people_lists.keep people_lists.take
    people.set_picture people.take_from_files templates.remove templates.save views.remove
    views.rename views.restore views.save views.set_default titles.unassign titles.follow titles.follow_scans
    series.detect_and_organize_series artwork.download_artwork artwork.generate_artwork_collage
    picture_selection.auto_select_assets picture_selection.choose_all
    picture_selection.choose_unscored picture_selection.change_config
    artwork.find_local artwork.keep artwork.put artwork_jobs.follow_enrichment
    artwork_jobs.follow_identification thumbnail_jobs.follow_scans
    enrichment.enrich_entity enrichment.follow_acceptance enrichment.follow_confirmation
    enrichment.follow_identification matches.follow_identification matches.undo_step titles.undo_move
    titles.undo_values checks.ignore checks.ignore_all checks.unignore
    operations.cancel operations.cancel_idle operations.cancel_operation operations.pause_operation
    operations.rename operations.resume operations.resume_operation jobs.cancel jobs.pause jobs.resume
    jobs.set_priority history.record_operation jobs.tidy backups.cleanup_old_backups backups.create_backup
    backups.restore_backup backups.tidy database_backups.make database_backups.start snapshots.refresh
    snapshots.take snapshots.export_parquet snapshots.follow_decision snapshots.on_event queries.write
    saved_queries.remove saved_queries.restore saved_queries.save providers.tidy provider_keys.remove
    provider_keys.enter provider_keys.set configuration.set
    publications.resume rescans.prune_audit rescans.read_file webhooks.check_sender
    publications.follow_rollback publications.refresh publications.set_options artwork.garbage_collect
    schedules.set disaster_recovery.drill disaster_recovery.follow_rollback automation.change automation.pause
    tokens.add tokens.revoke
    webhooks.add webhooks.change webhooks.new_secret webhooks.remove webhooks.receive webhooks.repeat webhooks.send_test
    identities.link identities.ticket identities.unlink identities.unlink_own
    second_factor.confirm second_factor.start second_factor.switch_off second_factor.switch_off_of
    players.add players.change players.export_watched players.import_watched players.notify
    players.notify_players players.read_back players.remove players.set_key
    users.add users.change users.change_own_password users.end_own_sessions users.end_sessions users.remove
    users.set_libraries users.set_password users.show_library
"""
# Calls that change nothing, but not every role may make them. Any other read needs no line.
RESTRICTED_READS = """
    checks.as_sql history.as_sql jobs.as_sql people.as_sql people.files_as_sql search.as_sql
    configuration.file configuration.row configuration.table identities.list identities.own identities.provider
    inventory.as_sql inventory.browse
    matches.suggest people_lists.check people_lists.comparison
    picture_search.search players.differing players.get players.list players.reads players.test provider_keys.list
    provider_keys.test
    providers.details providers.match providers.pictures providers.request_page providers.requests providers.search
    providers.season queries.file_ids queries.frame queries.run queries.stream queries.values
    query_results.answer query_results.cancel query_results.columns query_results.file_ids query_results.files
    query_results.page query_results.run second_factor.state
    tokens.list tokens.own users.get users.list users.sessions webhooks.event webhooks.events webhooks.get
    webhooks.last_events webhooks.list webhooks.try_folders webhooks.try_path
"""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 2)
    with made.library:
        yield made


def test_each_call_that_changes_something_is_known() -> None:
    changes = {*CHANGES, *WITHOUT_RECORD.split()}
    restricted = {call for call, rule in RULES.items() if rule.is_restricted or rule.is_internal}
    assert {call for call in CHANGES.values() if isinstance(call, str)} <= CHANGES.keys()
    unknown = sorted(restricted - changes - set(RESTRICTED_READS.split()))
    assert unknown == [], "Say in CHANGES how the call records its actor, or in RESTRICTED_READS that it only reads."
    assert {*changes, *RESTRICTED_READS.split()} - restricted == set()


@pytest.mark.parametrize("name", [name for name, call in CHANGES.items() if callable(call)])
def test_change_is_recorded_with_its_actor(studio: Studio, name: str) -> None:
    library, call = studio.library, CHANGES[name]
    before = recorded(library)
    assert callable(call)
    with library.acting_as(NIGHT):
        call(library)
    new = {key: actor for key, actor in recorded(library).items() if key not in before}
    assert set(new.values()) == {NIGHT}, new


def test_undone_step_names_who_undid_it(studio: Studio) -> None:
    library = studio.library
    with library.acting_as(NIGHT):
        made = library.decisions.set_fields([first(library)], {"title": "A"}).step_id
    with library.acting_as(second_admin(library)):
        assert library.steps.undo() is None
        library.steps.undo(made)
    [step] = library.steps.list()
    assert (step.actor_name, step.undone_by_name) == ("Night script", "Bob")
    library.steps.redo()
    [step] = library.steps.list()
    assert (step.undone_at, step.undone_by_name) == (None, None)


def test_call_without_an_actor_is_of_the_login_name(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    operation = studio.library.operation(written(studio.library)).operation
    assert operation.actor == Actor("local", name="ann")


def test_history_job_and_logs_name_the_actor(studio: Studio) -> None:
    library = studio.library
    with library.acting_as(NIGHT):
        number = written(library)
    job = studio.job_of(number)
    lines, _ = logs.read_job(library.home / "logs", job.id)

    assert library.operation(number).operation.actor == NIGHT
    assert {line["actor"] for line in lines if line["event"].startswith("file.")} == {str(NIGHT)}


def test_resumed_operation_keeps_its_actor_and_new_work_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio(tmp_path, 5)
    with studio.library.acting_as(NIGHT):
        handle = cut_off(studio.library, monkeypatch, 1)
    studio.library.close("person")
    monkeypatch.undo()
    studio.reopen()
    library = studio.library
    with library.acting_as(second_admin(library)):
        library.resume(handle.id).wait()
        back = library.rollback(handle.id)
        back.wait()
        retried = library.jobs.retry(library.jobs.cancel(library.scans.add(dedup=False).id).id)
        library.jobs.wait(retried.id)

    found = recorded(library)
    assert found["metadata_operations", handle.id] == NIGHT
    assert found["metadata_operations", back.id] == BOB
    assert found["job_queue", studio.job_of(back.id).id] == BOB
    assert found["job_queue", retried.id] == BOB
    lines, _ = logs.read_job(library.home / "logs", studio.job_of(handle.id).id)
    assert {line["actor"] for line in lines if line["event"].startswith("file.")} == {str(NIGHT)}


def test_paused_job_names_who_paused_it(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 0)
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    handle = gate.write(studio.library)
    with studio.library.acting_as(NIGHT):
        job = studio.library.jobs.pause(gate.open_when_told(studio.library, handle.id))
    assert job.paused_by == "Night script"


def test_request_over_rest_acts_as_its_actor(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    file_id = first(library)
    monkeypatch.setattr(senders.Senders, "actor_of", lambda *_: NIGHT)
    with server.make_server(library, port=0).background() as running:
        client = Client(running.url)
        number = client.post("/api/metadata/write", {"all": True}).json["operation_id"]
        ended(client, number)
        found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
        with RemoteLibrary(library.home, found) as command:
            command.decisions.set_fields([file_id], {"title": "A"})
    actors = recorded(library)
    assert actors["metadata_operations", number] == NIGHT
    assert {actor for (table, _), actor in actors.items() if table == "decisions"} == {NIGHT}


def test_rating_that_is_written_at_once_has_the_actor_who_set_it(studio: Studio) -> None:
    library = studio.library
    [folder] = library.inventory.list()
    library.inventory.set_write_ratings(folder.library_id, "at-once")
    with library.acting_as(NIGHT):
        rated(library)
    until(lambda: bool(library.history().items))
    assert library.history().items[0].actor == NIGHT
