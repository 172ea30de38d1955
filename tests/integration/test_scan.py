"""Scanning real files: every one becomes a row with a clear state, nothing is read twice, and nothing is ever lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors, settings
from indexium_core.files import walk
from indexium_core.flows import facts, reading, roots, survey
from indexium_core.flows.people import PeopleService
from indexium_core.flows.scanning import Scanner, ScanReport
from indexium_core.store.database import Database
from tests.support import media

OLD = 1_600_000_000 * 10**9


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    @property
    def ns(self) -> int:
        return int(self.now.timestamp() * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Alone:
    """A job without a queue: nobody looks on, and nobody stops it."""

    job_id = 0
    payload: Mapping[str, Any] = {}
    checkpoint = None

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None: ...

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None: ...

    def should_stop(self) -> bool:
        return False


class Scans:
    """Scans, each from its beginning to its end."""

    def __init__(self, database: Database, scanner: Scanner) -> None:
        self._database, self._scanner = database, scanner

    def scan(self, dirs: Sequence[roots.FolderName] = (), **how: bool) -> ScanReport:
        return self._scanner.scan(Alone(), roots.choose(self._database, dirs), **how)


@pytest.fixture
def scanner(database: Database, clock: Clock, home: Path) -> Scans:
    return Scans(database, Scanner(database, config=settings.load(home), clock=clock))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The paths that are probed from now on."""
    seen: list[bytes] = []
    real = facts.probe.probe

    def probe(path: bytes, *args: Any, **kwargs: Any) -> Any:
        seen.append(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(facts.probe, "probe", probe)
    return seen


def clip(folder: Path, name: str, form: str = "mp4", **wanted: Any) -> Path:
    """Put a clip with an old mtime into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = media.build(form, folder, name=name, **wanted)
    os.utime(path, ns=(OLD, OLD))
    return path


def films(folder: Path, count: int) -> list[Path]:
    """Put many small files into the folder: no films, but candidates."""
    paths = [folder / f"{number:03}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(b"no film %d" % number)
        os.utime(path, ns=(OLD + number, OLD + number))
    return paths


def rows(database: Database) -> dict[str, dict[str, Any]]:
    """Return all rows of files by name."""
    connection = database.read().execute("SELECT * FROM scanned_files ORDER BY file_id")
    names = connection.columns
    return {row["file_name"]: row for row in (dict(zip(names, row, strict=True)) for row in connection.fetchall())}


def states(database: Database) -> dict[str, str]:
    return {name: row["state"] for name, row in rows(database).items()}


def library(database: Database) -> dict[str, Any]:
    connection = database.read().execute("SELECT * FROM libraries")
    names = connection.columns
    return dict(zip(names, connection.fetchall()[0], strict=True))


# --- what becomes of each file ---------------------------------------------------------------------------------------


def test_a_film_is_stored_with_what_is_in_it(scanner: Scans, database: Database, root: Path) -> None:
    clip(root / "a" / "b", "Film.MP4", comment="Nice evening\nPeople: Ann Lee, Bob Ray", languages=("eng", "ger"))
    report = scanner.scan([root])
    row = rows(database)["Film.MP4"]
    assert (report.seen, report.new, report.by_state) == (1, 1, {"ok": 1})
    assert (row["folder"], row["file_ext"], row["container"], row["state"]) == ("a/b", "mp4", "mp4", "ok")
    assert row["people"] == ["Ann Lee", "Bob Ray"]
    assert row["people_keys"] == ["ann lee", "bob ray"]
    assert row["custom_text"].strip() == "Nice evening"
    assert row["comment"] == "Nice evening\nPeople: Ann Lee, Bob Ray"
    assert row["strategy"] == "mp4_in_place"
    assert row["est_bytes"] > 0
    assert row["mtime_ns"] == OLD


@pytest.mark.parametrize(
    "name",
    ["🎬.mp4", "שלום.mkv", 'it\'s "quoted".mp4', "<script>alert(1)<script>.mp4", "two\nlines.mp4", "a\x1b[31m.mp4"],
)
def test_odd_names_are_rows_like_any_other(scanner: Scans, database: Database, root: Path, name: str) -> None:
    clip(root, name)
    scanner.scan([root])
    assert states(database) == {name: "ok"}


def test_an_undecodable_name_keeps_its_bytes(scanner: Scans, database: Database, root: Path) -> None:
    path = os.fsencode(root) + b"/caf\xe9.mp4"
    os.rename(clip(root, "x.mp4"), path)
    scanner.scan([root])
    row = rows(database)["caf\N{REPLACEMENT CHARACTER}.mp4"]
    assert (bytes(row["path_bytes"]), row["state"]) == (path, "ok")
    assert scanner.scan([root]).unchanged == 1


def test_bad_files_are_rows_with_a_state_and_a_sentence(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "good.mp4")
    media.truncated("mp4", root, name="truncated.mp4")
    media.empty(root, name="empty.mp4")
    (root / "text.mp4").write_text("<html>")
    clip(root, "really a webm.mp4", "webm")
    os.mkfifo(root / "fifo.mp4")
    (root / "loop").symlink_to(root)
    scanner.scan([root])
    assert states(database) == {
        "good.mp4": "ok",
        "truncated.mp4": "corrupt",
        "empty.mp4": "empty",
        "text.mp4": "not_video",
        "really a webm.mp4": "ok",
    }
    assert rows(database)["really a webm.mp4"]["container"] == "webm"
    assert all(bool(row["state_message"]) == (row["state"] != "ok") for row in rows(database).values())


def test_hard_links_are_rows_that_know_of_each_other(scanner: Scans, database: Database, root: Path) -> None:
    (root / "b.mp4").hardlink_to(clip(root, "a.mp4"))
    scanner.scan([root])
    assert {(row["inode"], row["nlink"]) for row in rows(database).values()} == {((root / "a.mp4").stat().st_ino, 2)}


def test_read_only_goes_by_the_mode_bits_and_is_seen_without_reading_again(
    scanner: Scans, database: Database, root: Path, probes: list[bytes]
) -> None:
    path = clip(root, "a.mp4")
    scanner.scan([root])
    path.chmod(0o444)
    scanner.scan([root])
    assert rows(database)["a.mp4"]["read_only"] is True
    assert len(probes) == 1


def test_a_file_that_breaks_the_probe_stops_nothing(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    real = facts.probe.probe

    def probe(path: bytes, *args: Any, **kwargs: Any) -> Any:
        if path.endswith(b"a.mp4"):
            raise RuntimeError("a mistake of ours")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(facts.probe, "probe", probe)
    scanner.scan([root])
    assert states(database) == {"a.mp4": "corrupt", "b.mp4": "ok"}
    assert "scan.probe_failed" in caplog.text


def test_a_file_that_vanishes_while_others_are_read_is_no_row(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    _before_reading(monkeypatch, lambda: (root / "a.mp4").unlink(missing_ok=True))
    report = scanner.scan([root])
    assert states(database) == {"b.mp4": "ok"}
    assert (report.seen, report.new, report.missing) == (1, 1, 0)


def test_a_known_file_that_vanishes_while_it_is_read_is_missing(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    os.utime(path)
    _before_reading(monkeypatch, lambda: path.unlink(missing_ok=True))
    assert scanner.scan([root]).missing == 1
    assert states(database) == {"a.mp4": "missing", "b.mp4": "ok"}


def test_a_file_written_while_it_is_read_keeps_its_row_until_the_next_scan(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read may be older than what a write of ours has stored meanwhile."""
    path = clip(root, "a.mp4", comment="old")
    scanner.scan([root])
    os.utime(path, ns=(OLD, OLD + 1))
    with monkeypatch.context() as patch:
        _before_reading(patch, lambda: os.utime(path, ns=(OLD, OLD + 2)))
        scanner.scan([root])
    assert rows(database)["a.mp4"]["mtime_ns"] == OLD
    scanner.scan([root])
    assert rows(database)["a.mp4"]["mtime_ns"] == OLD + 2


def _before_reading(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    real = reading.read_all

    def read_all(*args: Any, **kwargs: Any) -> Iterator[Any]:
        action()
        return real(*args, **kwargs)

    monkeypatch.setattr(reading, "read_all", read_all)


# --- a second scan ---------------------------------------------------------------------------------------------------


def test_a_second_scan_reads_nothing_and_writes_no_row(
    scanner: Scans, database: Database, root: Path, clock: Clock, probes: list[bytes]
) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    media.empty(root, name="young and empty.mp4")
    scanner.scan([root])
    before, marks = rows(database), _marks(database)
    probes.clear()
    clock.now += timedelta(seconds=10)
    report = scanner.scan([root])
    assert (report.unchanged, report.new, report.changed, report.missing) == (4, 0, 0, 0)
    assert report.by_state == {"ok": 3, "empty": 1}
    assert probes == []
    assert rows(database) == before
    assert _marks(database) == marks
    assert library(database)["scanned_at"] == clock.now


def test_only_what_changed_is_read_again(scanner: Scans, database: Database, root: Path, probes: list[bytes]) -> None:
    kept, changed = clip(root, "kept.mp4"), clip(root, "changed.mp4", seed=1, comment="People: Ann Lee")
    scanner.scan([root])
    probes.clear()
    shutil.copyfile(media.build("mp4", root.parent, seed=1, comment="People: Bob Ray"), changed)
    os.utime(changed, ns=(OLD, OLD + 1))
    report = scanner.scan([root])
    assert probes == [os.fsencode(changed)]
    assert (report.changed, report.unchanged) == (1, 1)
    assert rows(database)["changed.mp4"]["people"] == ["Bob Ray"]
    assert kept.exists()


def test_full_reads_everything_again(scanner: Scans, database: Database, root: Path, probes: list[bytes]) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    scanner.scan([root], full=True)
    assert len(probes) == 2
    assert rows(database)["a.mp4"]["file_hash"].startswith("f1:")


def test_a_young_file_is_growing_until_a_second_look(
    scanner: Scans, database: Database, root: Path, clock: Clock, probes: list[bytes]
) -> None:
    path = clip(root, "a.mp4")
    os.utime(path, ns=(clock.ns, clock.ns - 59 * 10**9))
    scanner.scan([root])
    assert rows(database)["a.mp4"]["growing"] is True
    scanner.scan([root])
    assert len(probes) == 1
    clock.now += timedelta(seconds=2)
    scanner.scan([root])
    assert rows(database)["a.mp4"]["growing"] is False
    assert len(probes) == 2


def test_a_file_from_the_future_is_not_growing(scanner: Scans, database: Database, root: Path, clock: Clock) -> None:
    os.utime(clip(root, "a.mp4"), ns=(0, clock.ns + 10**18))
    scanner.scan([root])
    assert rows(database)["a.mp4"]["growing"] is False


def test_a_file_that_we_wrote_ourselves_is_not_growing(
    scanner: Scans, database: Database, root: Path, clock: Clock
) -> None:
    os.utime(clip(root, "a.mp4"), ns=(clock.ns, clock.ns))
    scanner.scan([root])
    with database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET own_mtime_ns = mtime_ns, growing = false")
    scanner.scan([root], full=True)
    assert rows(database)["a.mp4"]["growing"] is False


def test_a_file_that_is_gone_is_missing_and_comes_back_as_itself(
    scanner: Scans, database: Database, root: Path, tmp_path: Path
) -> None:
    path = clip(root, "a.mp4", comment="People: Ann Lee")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    known = rows(database)["a.mp4"]["file_id"]
    path.rename(tmp_path / "aside.mp4")
    assert scanner.scan([root]).missing == 1
    assert states(database)["a.mp4"] == "missing"
    assert scanner.scan([root]).missing == 0
    (tmp_path / "aside.mp4").rename(path)
    scanner.scan([root])
    assert (states(database)["a.mp4"], rows(database)["a.mp4"]["file_id"]) == ("ok", known)


# --- moves -----------------------------------------------------------------------------------------------------------


def test_a_file_that_was_renamed_is_the_same_file(scanner: Scans, database: Database, root: Path) -> None:
    path = clip(root, "old.mp4")
    clip(root, "other.mp4", seed=1)
    scanner.scan([root])
    known = rows(database)["old.mp4"]["file_id"]
    (root / "folder").mkdir()
    path.rename(root / "folder/new.mp4")
    report = scanner.scan([root])
    assert (report.moved, report.new, report.missing, report.changed) == (1, 0, 0, 0)
    assert rows(database)["new.mp4"]["file_id"] == known
    assert "old.mp4" not in rows(database)


def test_a_file_that_moved_to_a_root_scanned_earlier_is_the_same_file(
    scanner: Scans, database: Database, tmp_path: Path
) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    clip(first, "stays.mp4")
    path = clip(second, "moves.mp4", seed=1)
    clip(second, "stays too.mp4", seed=2)
    scanner.scan([first, second])
    known = rows(database)["moves.mp4"]["file_id"]
    path.rename(first / "moves.mp4")
    report = scanner.scan()
    assert (report.moved, report.new, report.missing) == (1, 0, 0)
    row = rows(database)["moves.mp4"]
    assert (row["file_id"], row["path"]) == (known, str(first / "moves.mp4"))


def test_a_file_found_again_elsewhere_does_not_hide_one_that_is_gone(
    scanner: Scans, database: Database, root: Path, tmp_path: Path
) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    scanner.scan([root])
    (root / "0.mp4").rename(tmp_path / "aside.mp4")
    scanner.scan([root])
    (tmp_path / "aside.mp4").rename(root / "back.mp4")
    (root / "1.mp4").unlink()
    report = scanner.scan([root])
    assert (report.moved, report.missing) == (1, 1)
    assert states(database) == {"back.mp4": "ok", "1.mp4": "missing", "2.mp4": "ok"}


def test_a_copy_is_a_file_of_its_own_with_the_same_identity(scanner: Scans, database: Database, root: Path) -> None:
    shutil.copy2(clip(root, "a.mp4"), root / "b.mp4")
    scanner.scan([root])
    one, two = rows(database).values()
    assert one["file_hash"] == two["file_hash"]
    assert one["file_id"] != two["file_id"]


def test_people_who_waited_for_a_file_are_in_it_once_a_scan_has_met_it(
    scanner: Scans, database: Database, root: Path
) -> None:
    clip(root, "a.mp4")
    table = root / "people.csv"
    table.write_text("path,person\na.mp4,Ann Lee\n")
    service = PeopleService(database)
    assert service.import_file(table).waiting == 1
    scanner.scan([root])
    (row,) = service.export()
    assert (row.person, row.file_hash) == ("Ann Lee", rows(database)["a.mp4"]["file_hash"])


# --- roots that are not there ----------------------------------------------------------------------------------------


def _offline(report: ScanReport, database: Database, why: str) -> None:
    assert report.offline == 1
    assert why in report.messages[0]
    assert library(database)["state"] == "offline"
    assert library(database)["state_reason"] == report.messages[0]
    assert "missing" not in states(database).values()


def test_a_root_that_is_gone_is_offline_and_comes_back(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, probes: list[bytes]
) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    root.rename(tmp_path / "unplugged")
    _offline(scanner.scan([root]), database, "is not there")
    (tmp_path / "unplugged").rename(root)
    report = scanner.scan()
    assert (report.offline, report.unchanged) == (0, 1)
    assert library(database)["state"] == "online"
    assert len(probes) == 1


def test_a_root_that_is_empty_though_it_had_files_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    path = clip(root, "a.mp4")
    scanner.scan([root])
    path.unlink()
    (root / ".hidden").mkdir()
    _offline(scanner.scan([root]), database, "is empty")


def test_a_root_on_another_device_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    with database.atomic() as tx:
        tx.execute("UPDATE libraries SET device = device + 1")
    _offline(scanner.scan([root]), database, "another device")


def test_a_root_that_became_a_file_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    shutil.rmtree(root)
    root.write_text("")
    _offline(scanner.scan([root]), database, "not a folder")


def test_a_root_that_cannot_be_listed_is_offline(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    _closed(monkeypatch, os.fsencode(root))
    _offline(scanner.scan(), database, "cannot be listed: permission denied")


def test_a_root_that_lost_more_than_half_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    paths = films(root, 20)
    scanner.scan([root])
    for path in paths[:11]:
        path.unlink()
    _offline(scanner.scan([root]), database, "11 of 20 files")


@pytest.mark.parametrize(("count", "gone"), [(20, 10), (19, 18)])
def test_losing_half_or_most_of_a_few_is_ordinary(
    scanner: Scans, database: Database, root: Path, count: int, gone: int
) -> None:
    paths = films(root, count)
    scanner.scan([root])
    for path in paths[:gone]:
        path.unlink()
    assert (scanner.scan([root]).missing, library(database)["state"]) == (gone, "online")


def test_renaming_a_folder_with_everything_in_it_is_no_loss(scanner: Scans, database: Database, root: Path) -> None:
    folder = root / "before"
    for seed in range(20):
        clip(folder, f"{seed}.mp4", seed=seed % 4)
    scanner.scan([root])
    folder.rename(root / "after")
    report = scanner.scan([root])
    assert (report.offline, report.moved, report.missing, report.new) == (0, 20, 0, 0)


def test_the_persons_word_settles_what_is_really_gone(scanner: Scans, database: Database, root: Path) -> None:
    paths = films(root, 30)
    scanner.scan([root])
    for path in paths:
        path.unlink()
    assert scanner.scan([root]).offline == 1
    report = scanner.scan([root], really_gone=True)
    assert (report.missing, report.offline) == (30, 0)
    assert library(database)["state"] == "online"


def test_a_disk_that_is_pulled_out_while_it_is_read_has_lost_nothing(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    scanner.scan([root])
    for path in root.iterdir():
        os.utime(path, ns=(OLD, OLD + 1))
    _before_reading(monkeypatch, lambda: root.rename(tmp_path / "unplugged"))
    _offline(scanner.scan([root]), database, "is not there")


def test_a_disk_that_is_pulled_out_while_it_is_walked_has_lost_nothing(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root / "folder", "a.mp4")
    scanner.scan([root])
    real = walk.walk

    def pulled(path: bytes) -> Iterator[walk.Folder]:
        root.rename(tmp_path / "unplugged")
        return real(path)

    monkeypatch.setattr(survey.walk, "walk", pulled)
    _offline(scanner.scan(), database, "is not there")


def test_an_offline_root_does_not_keep_others_from_being_scanned(
    scanner: Scans, database: Database, tmp_path: Path
) -> None:
    clip(tmp_path / "1", "a.mp4")
    clip(tmp_path / "2", "b.mp4", seed=1)
    scanner.scan([tmp_path / "1", tmp_path / "2"])
    shutil.rmtree(tmp_path / "1")
    clip(tmp_path / "2", "c.mp4", seed=2)
    report = scanner.scan()
    assert (report.libraries, report.offline, report.new) == (2, 1, 1)


# --- folders and files that cannot be reached ------------------------------------------------------------------------


def _closed(monkeypatch: pytest.MonkeyPatch, folder: bytes) -> None:
    real = os.scandir

    def scandir(path: bytes) -> Any:
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)


def test_files_of_a_closed_folder_are_unreadable_and_keep_what_is_known(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root / "closed", "a.mp4", comment="People: Ann Lee")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    before = rows(database)["a.mp4"]
    with monkeypatch.context() as patch:
        _closed(patch, os.fsencode(root / "closed"))
        report = scanner.scan([root])
        row = rows(database)["a.mp4"]
        assert (row["state"], row["people"], row["file_hash"]) == ("unreadable", ["Ann Lee"], before["file_hash"])
        assert "permission denied" in row["state_message"]
        assert report.by_state == {"ok": 1, "unreadable": 1}
        assert "closed cannot be listed: permission denied" in report.messages[0]
        marks = _marks(database)
        assert scanner.scan([root]).changed == 0
        assert _marks(database) == marks
    scanner.scan([root])
    assert rows(database)["a.mp4"] == before


def test_a_file_that_cannot_be_opened_is_looked_at_again_each_time(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4", comment="People: Ann Lee")
    with monkeypatch.context() as patch:
        patch.setattr(facts.probe, "FileReader", _refusing)
        scanner.scan([root])
        assert states(database) == {"a.mp4": "unreadable"}
    scanner.scan([root])
    assert rows(database)["a.mp4"]["people"] == ["Ann Lee"]


def _refusing(path: bytes) -> Any:
    raise errors.FileAccessError("Permission denied.")


# --- what may be scanned, and how it is told -------------------------------------------------------------------------


def test_what_cannot_be_a_root_is_refused_in_one_sentence(scanner: Scans, database: Database, root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    with pytest.raises(errors.UsageError, match=r"There is no folder .*nowhere"):
        scanner.scan([root / "nowhere"])
    with pytest.raises(errors.UsageError, match="is a file, not a folder"):
        scanner.scan([clip(root, "a.mp4")])
    with pytest.raises(errors.UsageError, match=r"inner lies inside .*films,"):
        scanner.scan([root, inner])
    assert database.read().value("SELECT count(*) FROM libraries") == 0
    scanner.scan([root])
    with pytest.raises(errors.UsageError, match=r"inner lies inside .*films,"):
        scanner.scan([inner])
    with pytest.raises(errors.UsageError, match="holds the library"):
        scanner.scan([root.parent])


def test_a_root_named_twice_or_through_a_link_is_one(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    link = root.parent / "link"
    link.symlink_to(root)
    assert scanner.scan([root, link, f"{root}/"]).libraries == 1
    assert library(database)["path"] == str(root)


def test_two_roots_whose_names_begin_alike_are_no_nest(scanner: Scans, tmp_path: Path) -> None:
    clip(tmp_path / "films", "a.mp4")
    clip(tmp_path / "films-2", "b.mp4", seed=1)
    assert scanner.scan([tmp_path / "films", tmp_path / "films-2"]).new == 2
    (tmp_path / "films" / "a.mp4").touch()
    assert scanner.scan([tmp_path / "films"]).missing == 0


def test_links_out_of_the_root_are_mentioned(scanner: Scans, root: Path, tmp_path: Path) -> None:
    (root / "out.mp4").symlink_to(clip(tmp_path / "elsewhere", "a.mp4"))
    clip(root, "b.mp4")
    report = scanner.scan([root])
    assert report.seen == 1
    assert "1 link leads out of" in report.messages[0]


@pytest.mark.parametrize(("age", "growing"), [(0, True), (59, True), (60, False), (-59, True), (-60, False)])
def test_growing_is_an_mtime_within_a_minute(age: int, growing: bool) -> None:
    assert survey.is_growing(0, age * 10**9) is growing


def _marks(database: Database) -> int:
    return int(database.read().value("SELECT count(*) FROM plan_marks"))
