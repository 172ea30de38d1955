"""Rescans of real films: changes, kept values, problems of single files, locks and the audit."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors, settings
from indexium_core.files import libav, properties
from indexium_core.flows.properties import rescan
from indexium_core.library import Library
from indexium_core.model.files.properties import FIELDS, FileProperty, MediaReading
from indexium_core.model.files.scan_reports import RescanReport
from indexium_core.model.operations.actor import Actor
from indexium_core.model.planning.plan import Selection
from tests.support import media, tables
from tests.support.cases import each_case
from tests.support.clock import Clock
from tests.support.copied_home import CopiedHome

OLD = 1_600_000_000
_HOME = CopiedHome(
    ("ann.mp4", "bob.mp4", "cy.mp4"),
    lambda library, folder: library.scan([folder]),
    options=lambda: {"clock": Clock()},
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return _HOME.lay_out(tmp_path / "films")


@pytest.fixture
def library(home: Path, root: Path, clock: Clock) -> Iterator[Library]:
    config = settings.load(home, rescan_batch_size=2)
    with _HOME.open(home, root, config=config, clock=clock) as opened:
        yield opened


def ids(library: Library) -> dict[str, int]:
    rows = tables.rows(library, "SELECT file_name, file_id FROM scanned_files")
    return dict(rows)


def meddle(library: Library, **values: Any) -> None:
    """Store other properties of all films in the database than the films have."""
    with tables.changing(library) as tx:
        for name, value in values.items():
            tx.execute(f"UPDATE media_properties SET {name} = ?", [value])


def stored(library: Library, name: str) -> dict[str, Any]:
    return {each.field: each.value for each in library.files.file(ids(library)[name]).properties}


def shown(library: Library, name: str, field: str) -> FileProperty:
    return next(each for each in library.files.file(ids(library)[name]).properties if each.field == field)


def counts(report: RescanReport) -> tuple[int, int, int, int, int, Mapping[str, int]]:
    return report.processed, report.updated, report.unchanged, report.skipped, report.missing, report.errors


def test_scan_stores_properties(library: Library) -> None:
    found = stored(library, "ann.mp4")
    assert found["resolution"] == "160x90"
    assert {name for name, value in found.items() if value is None} == set()
    assert library.files.file(ids(library)["ann.mp4"]).read_with == "pyav"


def test_rescan_corrects_differences_and_keeps_length_and_size(library: Library) -> None:
    true = stored(library, "ann.mp4")
    meddle(library, resolution="1x1", video_codec="mpeg2video", frame_rate=1, hdr="pq", duration=5, size=7)

    report = library.rescan(everything=True)

    assert counts(report) == (3, 3, 0, 0, 0, {})
    assert stored(library, "ann.mp4") == true | {"duration": 5.0, "size": 7}
    assert counts(library.rescan(everything=True)) == (3, 0, 3, 0, 0, {})


def test_length_and_size_are_refreshed_on_request(library: Library) -> None:
    true = stored(library, "ann.mp4")
    meddle(library, duration=5, size=7)
    library.rescan("name:ann", refresh=["size"])
    assert stored(library, "ann.mp4") == true | {"duration": 5.0}
    library.rescan("name:ann", refresh=["duration"])
    assert stored(library, "ann.mp4") == true
    assert stored(library, "bob.mp4")["size"] == 7


def test_unknown_properties_are_always_filled_in(library: Library) -> None:
    true = stored(library, "ann.mp4")
    meddle(library, duration=None, size=None)
    library.rescan(everything=True)
    assert stored(library, "ann.mp4") == true


@each_case("field", FIELDS)
def test_rescans_and_scans_do_not_change_locked_field(library: Library, root: Path, field: str) -> None:
    true = stored(library, "ann.mp4")
    texts = {"resolution": "1x1", "hdr": "hlg", "camera": "X", "lens": "Y", "taken": "2001-02-03 04:05:06"}
    texts["faces"] = "Ann"
    wrong = {name: texts.get(name, "h263" if "codec" in name else 3) for name in FIELDS}
    meddle(library, **wrong)
    library.locks.lock("name:ann", [field])

    library.rescan(everything=True, refresh=["duration", "size"])
    assert stored(library, "ann.mp4") == true | {field: wrong[field]}
    assert stored(library, "bob.mp4").get(field) != wrong[field]

    later = (root / "ann.mp4").stat().st_mtime + 9
    os.utime(root / "ann.mp4", (later, later))
    library.scan(full=True)
    assert stored(library, "ann.mp4")[field] == wrong[field]

    library.locks.unlock("name:ann", [field])
    library.rescan(everything=True, refresh=["duration", "size"])
    assert stored(library, "ann.mp4") == true


def test_scan_of_changed_file_stores_new_properties_and_changes(library: Library, root: Path) -> None:
    with tables.changing(library) as tx:
        tx.execute("UPDATE media_properties SET channels = 7")
    library.scan(full=True)
    os.utime(root / "ann.mp4", (OLD + 9, OLD + 9))
    library.scan()
    assert stored(library, "ann.mp4")["channels"] == 1
    [event] = library.audit.page(ids(library)["ann.mp4"]).items
    assert (event.actor, event.field, event.old, event.new) == ("scan", "channels", "7", "1")


def test_rescan_counts_files_of_each_locked_field(library: Library) -> None:
    """A change is not recorded for a field that was not refreshed or did not change."""
    meddle(library, hdr="pq", duration=500)
    library.locks.lock("name:ann OR name:bob", ["hdr", "duration", "resolution"])
    library.locks.lock("name:cy", ["duration"])

    report = library.rescan(everything=True)
    assert report.locked == {"hdr": 2}
    assert report.summary == "3 files: 1 updated, 2 unchanged; kept by a lock: hdr of 2 files"

    job = library.jobs.wait(library.rescans.add(everything=True, refresh=["duration"]).id, 60)
    assert job.summary["locked"] == {"duration": 3, "hdr": 2}
    assert job.summary["message"].endswith("kept by a lock: duration of 3 files, hdr of 2 files")


def test_own_write_updates_unlocked_size(library: Library, root: Path) -> None:
    library.locks.lock("name:bob", ["size"])
    before = stored(library, "bob.mp4")["size"]
    library.people.add([root / "ann.mp4", root / "bob.mp4"], ["Ann Lee"])
    library.write(library.plan()).wait()
    assert (root / "ann.mp4").stat().st_size != before or (root / "bob.mp4").stat().st_size != before
    assert stored(library, "ann.mp4")["size"] == (root / "ann.mp4").stat().st_size
    assert stored(library, "bob.mp4")["size"] == before


def test_edit_by_hand_locks_its_field(library: Library) -> None:
    file_id = ids(library)["ann.mp4"]
    with library.acting_as(Actor("local", name="me")):
        library.locks.set([file_id], "resolution", "640 x 480")

    library.rescan(everything=True)

    found = shown(library, "ann.mp4", "resolution")
    assert (found.value, found.text) == ("640x480", "640 × 480")
    assert found.lock is not None
    assert (found.lock.origin, found.lock.locked_by) == ("edit", "me")
    assert [(each.action, each.old, each.new) for each in library.audit.page(file_id).items] == [
        ("lock", None, None),
        ("edit", "160x90", "640x480"),
    ]


def test_edit_locks_people_until_removed(library: Library) -> None:
    file_id = ids(library)["ann.mp4"]
    library.edit([file_id], ["Ann Lee"])
    assert [(each.field, each.origin) for each in library.locks.of(file_id)] == [("people", "edit")]
    assert library.locks.unlock([file_id]).by_edit == 1
    assert library.plan("locked:people").statistics.total_files == 1
    library.steps.undo()
    assert library.locks.of(file_id) == []


def test_bulk_lock_and_unlock_count_changes(library: Library) -> None:
    assert library.locks.lock("mp4", ["size", "duration"]).changed == 6
    again = library.locks.lock("name:ann", ["size", "hdr"])
    assert (again.files, again.changed) == (1, 1)
    assert library.locks.unlock("mp4").changed == 7
    assert library.locks.list() == []


def test_search_finds_locked_files_also_outside_plan(library: Library) -> None:
    library.locks.lock("name:ann", ["size"])
    assert {row.file_path.rpartition("/")[2] for row in library.locks.list("locked:size")} == {"ann.mp4"}
    assert library.rescan("locked:no").processed == 2
    assert library.rescan("-locked:yes").processed == 2
    assert library.rescan("locked:yes OR name:bob").processed == 2


def test_selection_of_plan_can_be_rescanned_and_locked(library: Library, root: Path) -> None:
    library.people.add([root / "ann.mp4", root / "bob.mp4"], ["Ann Lee"])
    chosen = Selection(query="", excluded=frozenset({ids(library)["bob.mp4"]}))
    assert library.rescan(chosen).processed == 1
    assert library.locks.lock(chosen, ["size"]).files == 1


def test_rescan_counts_missing_corrupt_and_empty_files(library: Library, root: Path) -> None:
    media.truncated("mp4", root, name="cut.mp4")
    shutil.copy(root / "ann.mp4", root / "dee.mp4")
    library.scan()
    (root / "ann.mp4").unlink()
    (root / "bob.mp4").write_bytes(b"")
    (root / "cy.mp4").write_bytes(b"words" * 1000)
    meddle(library, hdr="pq")

    report = library.rescan(everything=True)

    assert counts(report) == (5, 1, 0, 0, 1, {"empty": 1, "not_video": 1, "corrupt": 1})
    assert stored(library, "dee.mp4")["hdr"] == "no"
    assert stored(library, "bob.mp4")["hdr"] == "pq"
    assert library.files.file(ids(library)["bob.mp4"]).properties_problem == "The file is empty."
    assert library.files.file(ids(library)["ann.mp4"]).state == "missing"
    assert report.summary == "5 files: 1 updated, 0 unchanged, 1 missing, 1 corrupt, 1 empty, 1 not video"


def test_problem_is_cleared_when_file_is_readable(library: Library, root: Path) -> None:
    content = (root / "ann.mp4").read_bytes()
    (root / "ann.mp4").write_bytes(b"")
    library.rescan(everything=True)
    (root / "ann.mp4").write_bytes(content)
    library.rescan(everything=True)
    assert library.files.file(ids(library)["ann.mp4"]).properties_problem == ""


def test_files_of_offline_library_are_skipped(library: Library, root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    assert counts(library.rescan(everything=True)) == (3, 0, 0, 3, 0, {})
    assert library.files.file(ids(library)["ann.mp4"]).state == "ok"


def test_files_of_library_lost_during_rescan_are_skipped(
    library: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, away, lock, pulled = properties.read, root.with_name("elsewhere"), threading.Lock(), threading.Event()

    def read(path: bytes) -> MediaReading:
        with lock:
            if not pulled.is_set():
                root.rename(away)
                pulled.set()
        return real(path)

    monkeypatch.setattr(properties, "read", read)
    assert counts(library.rescan(everything=True)) == (3, 0, 0, 3, 0, {})
    away.rename(root)
    assert {library.files.file(number).state for number in ids(library).values()} == {"ok"}
    assert counts(library.rescan(everything=True)) == (3, 0, 3, 0, 0, {})


def test_audio_only_file_has_no_resolution(library: Library, root: Path) -> None:
    from tests.unit.files.test_properties import made

    made(root / "song.mp4", "-f", "lavfi", "-i", "sine=440:d=0.3", "-c:a", "aac")
    library.scan()
    assert library.rescan("name:song").errors == {}
    assert shown(library, "song.mp4", "resolution").text == "-"
    assert shown(library, "song.mp4", "audio_codec").text == "aac"


def test_source_of_properties_is_stored(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.files.test_properties import closed, pretender

    answer = '{"streams": [{"codec_type": "video", "codec_name": "vvc", "width": "N/A"}], "format": {}}'
    asked = pretender(tmp_path, monkeypatch, answer)
    monkeypatch.setattr(libav, "opened", closed)

    library.rescan("name:ann", refresh=["duration"])

    assert len(asked.read_text().splitlines()) == 1
    assert library.files.file(ids(library)["ann.mp4"]).read_with == "ffprobe"
    found = stored(library, "ann.mp4")
    assert (found["video_codec"], found["resolution"], found["audio_codec"]) == ("vvc", "160x90", None)
    assert found["duration"] is not None, "N/A is no news"


def test_audit_has_old_and_new_value_and_job(library: Library) -> None:
    meddle(library, hdr="pq")
    job = library.jobs.wait(library.rescans.add("name:ann").id, timeout=30)
    library.rescan(everything=True)

    [event] = library.audit.page(ids(library)["ann.mp4"]).items
    assert (event.actor, event.action, event.field, event.old, event.new) == ("rescan", "rescan", "hdr", "pq", "no")
    assert event.job_id == job.id
    assert [each.file_id for each in library.audit.page(job_id=job.id).items] == [ids(library)["ann.mp4"]]
    page = library.audit.page(page=2, per_page=2)
    assert (len(page.items), page.total) == (1, 3)


def test_old_events_of_audit_are_dropped(library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    library.locks.lock("mp4", ["size"])
    clock.now += timedelta(days=366)
    library.locks.lock("mp4", ["hdr"])
    library.rescan("name:ann")
    assert {each.field for each in library.audit.page().items} == {"hdr"}
    monkeypatch.setattr(rescan, "MAX_AUDIT_EVENTS", 1)
    library.rescan("name:ann")
    assert library.audit.page().total == 1


def test_job_does_same_and_reports_progress(library: Library, home: Path, root: Path) -> None:
    meddle(library, hdr="pq")
    (root / "cy.mp4").unlink()

    job = library.jobs.wait(library.rescans.add(everything=True).id, timeout=30)

    assert (job.status, job.title, job.progress_current, job.progress_total) == (
        "completed",
        "Rescan of all files",
        3,
        3,
    )
    assert {name: job.summary[name] for name in ("processed", "updated", "unchanged", "skipped", "missing")} == {
        "processed": 3,
        "updated": 2,
        "unchanged": 0,
        "skipped": 0,
        "missing": 1,
    }
    last = (home / "logs" / "progress.log").read_text().splitlines()[-1]
    assert re.fullmatch(
        r"\S+Z job=\d+ kind=rescan processed=3/3 updated=2 unchanged=0 skipped=0 missing=1 errors=0 rate=\S+ eta=\S+",
        last,
    )


def test_unreadable_files_end_job_with_errors(library: Library, root: Path) -> None:
    (root / "ann.mp4").write_bytes(b"")
    job = library.jobs.wait(library.rescans.add(everything=True).id, timeout=30)
    assert (job.status, job.summary["errors"], job.summary["unchanged"]) == ("completed_with_errors", {"empty": 1}, 2)
    assert unread(library, job.id) == [(root / "ann.mp4", "empty")]


def test_logs_of_scan_and_rescan_name_unreadable_files(library: Library, root: Path) -> None:
    (root / "ann.mp4").write_bytes(b"")
    job = library.jobs.wait(library.scans.add().id, timeout=30)
    assert unread(library, job.id) == [(root / "ann.mp4", "empty")]

    (root / "ann.mp4").unlink()
    job = library.jobs.wait(library.rescans.add(everything=True).id, timeout=30)
    assert unread(library, job.id) == [(root / "ann.mp4", "missing")]


def unread(library: Library, job_id: int) -> list[tuple[Path, str]]:
    """Return the unreadable files in the log of a job, each with its reason."""
    lines = [line for line in library.jobs.log(job_id).lines if line["event"] == "file.unread"]
    assert all(line["level"] == "warning" and line["error"].endswith(".") for line in lines)
    return [(Path(line["file_path"]), line["code"]) for line in lines]


class CutError(Exception):
    """An exception in place of a kill."""


class Stopping:
    """A context that requests a stop after some files, and keeps what was saved."""

    job_id = 7

    def __init__(self, payload: Mapping[str, Any], checkpoint: Mapping[str, Any] | None, *, after: int) -> None:
        self.payload, self.checkpoint, self._left = payload, checkpoint, after
        self.saved: list[Mapping[str, Any]] = []
        self.shown: list[tuple[int, int | None]] = []
        self.cut = False

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        self.shown.append((current, total))
        assert current == sum(counters.values()) or current > sum(counters.values())

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        assert tx is not None
        if self.cut:
            raise CutError
        self.saved.append(checkpoint)

    def should_stop(self) -> bool:
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize("after", range(8))
def test_stopped_rescan_resumes_from_checkpoint(
    library: Library, root: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "bob.mp4").write_bytes(b"")
    meddle(library, hdr="pq")
    orders = library.rescans.payload(None)
    context: Any = Stopping(orders, None, after=after)
    first = library.rescans.execute(context)
    for thread in threading.enumerate():  # files in progress at the stop are completed
        if thread.name.startswith("rescan"):
            thread.join(30)
    saved = context.saved[-1] if context.saved else None
    read: list[bytes] = []
    original = properties.read
    monkeypatch.setattr(properties, "read", lambda path: (read.append(path), original(path))[1])

    context = Stopping(orders, saved, after=1000)
    second = library.rescans.execute(context)

    done = (saved or {"processed": 0})["processed"]
    assert len(read) == 3 - done, "no file is read twice"
    assert context.shown[0] == (done, 3)  # this report comes before the first file, which may take long
    assert counts(second) == (3, 2, 0, 0, 0, {"empty": 1})
    assert first.cancelled == (len(read) > 0)


def test_results_and_checkpoint_of_batch_are_stored_together(library: Library) -> None:
    meddle(library, hdr="pq")
    context: Any = Stopping(library.rescans.payload(None), None, after=1000)
    context.cut = True
    with pytest.raises(CutError):
        library.rescans.execute(context)

    assert {stored(library, name)["hdr"] for name in ids(library)} == {"pq"}
    assert library.audit.page().total == 0


def test_pause_between_batches_can_be_interrupted(library: Library) -> None:
    library.configuration.set("rescan_batch_pause_ms", "600000")
    done = threading.Event()
    thread = threading.Thread(target=lambda: (library.rescan(everything=True), done.set()))
    thread.start()
    assert not done.wait(0.5)
    library.rescans.close()
    assert done.wait(10)
    thread.join()


def test_pauses_are_only_between_batches(library: Library) -> None:
    library.configuration.set("rescan_batch_pause_ms", "300")
    began = time.monotonic()
    library.rescan(everything=True)
    assert time.monotonic() - began >= 0.3  # two batches and one pause
    began = time.monotonic()
    library.rescan("name:ann")
    assert time.monotonic() - began < 3


def test_files_forgotten_during_rescan_are_missing(library: Library) -> None:
    payload = library.rescans.payload([ids(library)["ann.mp4"], ids(library)["cy.mp4"]])
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM scanned_files WHERE file_name = 'cy.mp4'")
    assert counts(library.rescans.execute(Stopping(payload, None, after=1000))) == (2, 0, 1, 0, 1, {})


def test_forgotten_files_lose_properties_and_locks(library: Library) -> None:
    library.locks.lock("mp4", ["size"])
    library.inventory.remove(library.inventory.list()[0].library_id)
    assert tables.value(library, "SELECT count(*) FROM media_properties") == 0
    assert tables.value(library, "SELECT count(*) FROM field_locks") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "Name the files"),
        ({"query": "ann", "everything": True}, "Name the files"),
        ({"query": "nobody has this name"}, "No file matches"),
        ({"everything": True, "refresh": ["hdr"]}, "it can be duration or size"),
        ({"file_ids": [999]}, "no file with the id 999"),
        ({"query": "locked:colour"}, "locked: has no value"),
    ],
)
def test_invalid_requests_are_rejected_with_remedy(library: Library, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(errors.UsageError, match=told):
        library.rescan(**arguments)
    with pytest.raises(errors.UsageError, match=told):
        library.rescans.add(**arguments)


def test_bad_locks_are_refused(library: Library) -> None:
    with pytest.raises(errors.UsageError, match="no field “colour”"):
        library.locks.lock("ann", ["colour"])
    with pytest.raises(errors.UsageError, match="Name a field"):
        library.locks.lock("ann", [])
    with pytest.raises(errors.UnknownIdError, match="999"):
        library.locks.of(999)
    with pytest.raises(errors.ValidationError, match="not a valid resolution"):
        library.locks.set("ann", "resolution", "huge")
    assert library.locks.list() == []
