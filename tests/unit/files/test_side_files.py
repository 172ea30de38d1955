"""Side files: the records of their changes, what is refused, and what an interrupted change leaves."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal, SideFile, SideFilesEntry, disk, records, side_files_recovery
from indexium_core.files.journal.side_files import (
    MAX_SIDE_FILE_BYTES,
    Fingerprint,
    decode_files,
    encode_files,
    twin_key,
)
from indexium_core.files.swap import SideFilesChange, side_files
from indexium_core.model.files.media import SideFileEdit
from tests.support import earlier_records, ignoring_case, places
from tests.support.swapping import Failing

NFO, NEW_NFO = b"<movie><title>Sea</title></movie>\n" * 30, b"<movie><title>Sun</title></movie>\n" * 31
PICTURE, NEW_PICTURE = os.urandom(70_000), os.urandom(80_000)
TIME = earlier_records.MTIME

NAMES = st.binary(min_size=1, max_size=60).filter(lambda name: b"/" not in name and b"\0" not in name)
FINGERPRINTS = st.builds(Fingerprint, st.integers(0, 2**63 - 1), st.binary(min_size=16, max_size=16))
FILES = st.builds(
    SideFile,
    folder=st.binary(max_size=60),
    name=NAMES,
    temp=NAMES,
    before=st.none() | st.binary(max_size=300) | st.integers(1, 200_000).map(lambda size: b"ab" * size),
    mode=st.integers(0, 0o7777),
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
    after=st.none() | FINGERPRINTS,
)
ENTRIES = st.builds(
    SideFilesEntry,
    item_id=st.integers(0, 2**63 - 1),
    path=st.binary(max_size=300),
    is_folder=st.booleans(),
    changes=st.lists(FILES, max_size=5).map(tuple),
)


class Folder:
    """A folder with a film, an NFO file and a picture, and the journal of an operation."""

    def __init__(self, path: Path, log: OperationJournal) -> None:
        self.path, self.log = path, log
        self.film, self.nfo, self.poster = path / "film.avi", path / "movie.nfo", path / "poster.jpg"
        self.film.write_bytes(b"media")
        self.film.chmod(0o640)
        for file, content in ((self.nfo, NFO), (self.poster, PICTURE)):
            file.write_bytes(content)
            file.chmod(0o604)
            os.utime(file, ns=(TIME, TIME))

    def replace_both(self) -> list[SideFileEdit]:
        return [edit(self.nfo, NFO, NEW_NFO), edit(self.poster, PICTURE, NEW_PICTURE)]

    def change(self, edits: Sequence[SideFileEdit], *, anchor: Path | None = None) -> SideFilesChange:
        return SideFilesChange(os.fsencode(anchor or self.film), edits, journal=self.log, item_id=7)

    def do(self, edits: Sequence[SideFileEdit], *, anchor: Path | None = None) -> SideFilesChange:
        with self.change(edits, anchor=anchor) as change:
            change.prepare()
            change.place()
            change.commit()
        return change

    def refuse(self, edits: Sequence[SideFileEdit], *, anchor: Path | None = None) -> str:
        """Try it, check that nothing has changed, and return the code."""
        before = self.content()
        with pytest.raises(errors.MetadataError) as caught:
            self.do(edits, anchor=anchor)
        assert self.content() == before
        return caught.value.reason

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.path.rglob("*")) if path.is_file()}

    def states(self) -> list[str]:
        return [entry.state for entry in journal.read(self.log.path).entries]

    def recover(self) -> list[tuple[str, str]]:
        self.log.close()
        return [(each.outcome.status, each.outcome.code) for each in journal.recover(self.log.path)]


def edit(path: Path, before: bytes | None, after: bytes | None, **facts: int) -> SideFileEdit:
    return SideFileEdit(path=os.fsencode(path), before=before, after=after, **facts)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "film").mkdir()
    with OperationJournal.create(tmp_path / "backups" / "1.journal") as log:
        yield Folder(tmp_path / "film", log)


# Records


@settings(deadline=None)
@given(ENTRIES)
def test_entry_is_read_back_unchanged(entry: SideFilesEntry) -> None:
    assert decode_files(encode_files(entry)) == entry
    assert records.decode_item(encode_files(entry)) == entry.item_id


@given(FILES)
def test_temporary_names_differ(file: SideFile) -> None:
    file = replace(file, temp=b".indexium-7-0a1b2c3d.tmp")
    assert file.other_temp == b".indexium-7-f5e4d3c2.tmp"


def test_text_is_compressed_and_pictures_are_stored_as_they_are() -> None:
    def size(before: bytes) -> int:
        file = SideFile(name=b"a", temp=b"b", before=before, after=None)
        return len(encode_files(SideFilesEntry(item_id=1, path=b"/a", changes=(file,))))

    assert size(b"a text " * 100_000) < 10_000
    picture = os.urandom(300_000)
    assert len(picture) < size(picture) < len(picture) + 200


@pytest.mark.parametrize("one", [b"Poster.JPG", "Caf\u00e9.NFO".encode(), "Stra\u00dfe.nfo".encode()])
def test_names_that_a_file_system_may_treat_as_one_are_twins(one: bytes) -> None:
    two = {b"Poster.JPG": b"poster.jpg", "Stra\u00dfe.nfo".encode(): b"STRASSE.nfo"}
    assert twin_key(one) == twin_key(two.get(one, "Cafe\u0301.nfo".encode()))
    assert twin_key(one) != twin_key(one + b"x")


# Records of earlier versions


@pytest.mark.parametrize(
    ("before", "after", "present", "aside", "wanted"),
    [
        (None, NEW_NFO, None, NEW_NFO[:90], (None, "undone")),
        (None, NEW_NFO, NEW_NFO, None, (NEW_NFO, "finished")),
        (NFO, NEW_NFO, NFO, NEW_NFO, (NFO, "undone")),
        (NFO, NEW_NFO, NEW_NFO, None, (NEW_NFO, "finished")),
        (NFO, NEW_NFO, b"theirs", NEW_NFO, (b"theirs", "problem")),
        (NFO, None, NFO, None, (NFO, "untouched")),
        (NFO, None, None, NFO, (None, "finished")),
        (NFO, None, None, b"theirs", (b"theirs", "problem")),
        (NFO, None, None, None, (None, "finished")),
    ],
)
def test_journal_of_earlier_version_is_recovered(
    folder: Folder,
    before: bytes | None,
    after: bytes | None,
    present: bytes | None,
    aside: bytes | None,
    wanted: tuple[bytes | None, str],
) -> None:
    path, temp = folder.path / "film.avi.xmp", folder.path / os.fsdecode(earlier_records.TEMP)
    for place, content in ((path, present), (temp, aside)):
        if content is not None:
            place.write_bytes(content)
    folder.log.close()
    earlier_records.write_journal(folder.log.path, folder.film, path.name, before=before, after=after)
    (found,) = journal.recover(folder.log.path)
    assert (path.read_bytes() if path.exists() else None, found.outcome.status) == wanted
    assert temp.exists() == (wanted == (b"theirs", "problem") and aside == NEW_NFO)
    assert found.entry.path == os.fsencode(folder.film)


def test_journal_of_earlier_version_is_read(folder: Folder) -> None:
    earlier_records.write_journal(
        folder.log.path, folder.film, "film.avi.xmp", before=NFO, after=NEW_NFO, committed=True
    )
    entry = journal.find(folder.log.path, 7)
    assert isinstance(entry, SideFilesEntry)
    assert entry.state == "committed"
    assert entry.sidecar == SideFile(
        name=b"film.avi.xmp",
        temp=earlier_records.TEMP,
        before=NFO,
        mode=0o604,
        mtime_ns=TIME,
        after=Fingerprint.of(NEW_NFO),
    )
    assert entry.path_of(entry.changes[0]) == os.fsencode(folder.path / "film.avi.xmp")


# What is done


def test_new_files_have_attributes_of_old_ones_or_of_the_film(folder: Folder) -> None:
    fanart, thumb = folder.path / "fanart.jpg", folder.path / "thumb.jpg"
    folder.do(
        [
            edit(folder.nfo, NFO, NEW_NFO),
            edit(fanart, None, PICTURE),
            edit(thumb, None, PICTURE, mode=0o600, mtime_ns=TIME),
        ]
    )
    assert [path.stat().st_mode & 0o7777 for path in (folder.nfo, fanart, thumb)] == [0o604, 0o640, 0o600]
    assert thumb.stat().st_mtime_ns == TIME
    assert folder.nfo.stat().st_mtime_ns > TIME


@pytest.mark.parametrize(("mode", "wanted"), [(0o755, 0o644), (0o2775, 0o664), (0o700, 0o600)])
def test_new_file_of_a_folder_has_its_permissions_and_group(folder: Folder, mode: int, wanted: int) -> None:
    season = folder.path / "Season 01"
    season.mkdir()
    if os.geteuid() == 0:
        os.chown(season, 1234, 2345)
    season.chmod(mode)
    poster = season / "poster.jpg"
    folder.do([edit(poster, None, PICTURE)], anchor=folder.path)
    assert poster.stat().st_mode & 0o7777 == wanted
    assert (poster.stat().st_uid, poster.stat().st_gid) == (season.stat().st_uid, season.stat().st_gid)


def test_each_folder_is_synced_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new files are durable before a name changes, and the names before the entry has its COMMIT."""
    done: list[str] = []
    extras = folder.path / "extras"
    extras.mkdir()
    known = {folder.log.path.stat().st_ino: "journal", folder.path.stat().st_ino: "folder"}
    known[extras.stat().st_ino] = "extras"
    for name in ("fsync", "fdatasync"):
        real = getattr(os, name)

        def sync(fd: int, real: Callable[[int], None] = real) -> None:
            done.append(known.get(os.fstat(fd).st_ino, "file"))
            real(fd)

        monkeypatch.setattr(os, name, sync)
    real_exchange = disk.exchange
    monkeypatch.setattr(disk, "exchange", lambda *some, **named: done.append("names") or real_exchange(*some, **named))
    folder.do(
        [
            *folder.replace_both(),
            edit(extras / "fanart.jpg", None, PICTURE),
            edit(folder.path / "fanart.jpg", None, PICTURE),
        ]
    )
    assert done[:5] == ["journal", *["file"] * 4]
    assert done[5:7] == ["names", "names"]
    assert sorted(done[7:]) == ["extras", "folder"]


@pytest.mark.parametrize("by_path", [False, True])
def test_name_that_differs_only_by_case_where_case_is_ignored(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, *, by_path: bool
) -> None:
    """`by_path`: the caller has read the old file also with its new name."""
    old, new = folder.path / "Poster.PNG", folder.path / "poster.png"
    old.write_bytes(PICTURE)
    ignoring_case.enable(monkeypatch.setattr)
    folder.do([edit(new, PICTURE if by_path else None, NEW_PICTURE), edit(old, PICTURE, None)])
    monkeypatch.undo()
    assert {"poster.png"} == set(folder.content()) & {"poster.png", "Poster.PNG"}
    assert new.read_bytes() == NEW_PICTURE


def test_two_new_names_that_differ_only_by_case_are_refused_where_case_is_ignored(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignoring_case.enable(monkeypatch.setattr)
    edits = [edit(folder.path / "a.nfo", None, NFO), edit(folder.path / "A.NFO", None, NEW_NFO)]
    assert folder.refuse(edits) == "changed_on_disk"
    assert folder.states() == ["undone"]


# What is refused


def test_file_that_is_not_the_one_that_was_read_is_refused(folder: Folder) -> None:
    assert folder.refuse([edit(folder.nfo, NEW_NFO, NFO)]) == "changed_on_disk"
    assert folder.refuse([edit(folder.nfo, None, NEW_NFO)]) == "changed_on_disk"
    assert folder.refuse([edit(folder.path / "a.nfo", NFO, NEW_NFO)]) == "missing_file"
    assert folder.states() == []


def test_one_refused_file_keeps_all_files_old(folder: Folder) -> None:
    folder.poster.chmod(0o444)
    assert folder.refuse(folder.replace_both()) == "read_only"


def test_read_only_folder_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **named: False)
    assert folder.refuse([edit(folder.path / "a.nfo", None, NFO)]) == "read_only"


def test_file_with_other_hard_links_is_refused(folder: Folder) -> None:
    os.link(folder.poster, folder.path / "other")
    assert folder.refuse(folder.replace_both()) == "hard_linked"


@pytest.mark.parametrize("before", [None, PICTURE])
def test_link_is_refused(folder: Folder, before: bytes | None) -> None:
    folder.poster.rename(folder.path / "elsewhere")
    folder.poster.symlink_to("elsewhere")
    assert folder.refuse([edit(folder.nfo, NFO, NEW_NFO), edit(folder.poster, before, NEW_PICTURE)])
    assert folder.poster.is_symlink()


@pytest.mark.parametrize("level", ["film", "."])
@pytest.mark.parametrize("is_undo", [False, True])
def test_folder_that_became_a_link_is_not_followed(folder: Folder, tmp_path: Path, level: str, is_undo: bool) -> None:
    """The link leads to a copy, so that names and bytes are as planned."""
    edits = folder.replace_both()
    if is_undo:
        entry = folder.do(edits).entry
    place = tmp_path / level
    away = tmp_path.parent / f"{tmp_path.name}-away"
    place.rename(away)
    place.symlink_to(away)
    before = {path: path.read_bytes() for path in away.rglob("*.*") if path.suffix in {".nfo", ".jpg"}}
    assert len(before) == 2
    if is_undo:
        outcome = side_files_recovery.undo_side_files(entry)
        assert (outcome.status, outcome.code) == ("problem", "changed_on_disk")
    else:
        assert folder.refuse(edits) == "changed_on_disk"
        assert folder.refuse([edit(folder.path / "new.nfo", None, NFO)]) == "changed_on_disk"
    assert {path: path.read_bytes() for path in before} == before


def test_file_that_is_too_large_is_refused(folder: Folder) -> None:
    assert folder.refuse([edit(folder.poster, PICTURE, bytes(MAX_SIDE_FILE_BYTES + 1))]) == "too_large"
    folder.do([edit(folder.poster, PICTURE, bytes(MAX_SIDE_FILE_BYTES))])


def test_missing_film_or_folder_is_refused(folder: Folder) -> None:
    assert folder.refuse([edit(folder.path / "extras" / "a.nfo", None, NFO)]) == "missing_file"
    assert folder.refuse([edit(folder.path / "a.nfo", None, NFO)], anchor=folder.path / "other.avi") == "missing_file"


@pytest.mark.parametrize("edits", [[], [("a", None, None)], [("a", None, b"1"), ("a", None, b"2")]])
def test_senseless_changes_are_a_mistake_of_the_caller(
    folder: Folder, edits: list[tuple[str, bytes | None, bytes | None]]
) -> None:
    with pytest.raises(ValueError, match="one change"):
        folder.change([edit(folder.path / name, before, after) for name, before, after in edits])


def test_folder_on_another_disk_is_written(folder: Folder, tmp_path: Path) -> None:
    with places.mounted("tmpfs", tmp_path, megabytes=1) as other:
        there = other / "poster.jpg"
        folder.do([edit(folder.nfo, NFO, NEW_NFO), edit(there, None, NEW_PICTURE)])
        assert there.read_bytes() == NEW_PICTURE
        full = [edit(folder.nfo, NEW_NFO, NFO), edit(other / "fanart.jpg", None, os.urandom(2 << 20))]
        assert folder.refuse(full) == "low_space"
        assert [path.name for path in other.iterdir()] == ["poster.jpg"]


def test_disk_that_returns_other_bytes_is_reported(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def pwrite(fd: int, data: bytes, offset: int) -> None:
        os.pwrite(fd, data[:-1] + bytes([data[-1] ^ 1]), offset)

    monkeypatch.setattr(disk, "pwrite", pwrite)
    assert folder.refuse(folder.replace_both()) == "verification_failed"
    assert folder.states() == ["undone"]


# Interrupted changes


def interrupt(folder: Folder, edits: Sequence[SideFileEdit], placed: int) -> SideFilesEntry:
    """Let a process end after it has changed some of the files."""
    change = folder.change(edits)
    change.prepare()
    for each in change._files[:placed]:
        each.place()
    change.close()
    return change.entry


@pytest.mark.parametrize("placed", [0, 1, 2])
def test_recovery_makes_all_files_old_or_new(folder: Folder, placed: int) -> None:
    interrupt(folder, folder.replace_both(), placed)
    assert folder.recover() == [("finished" if placed == 2 else "undone", "")]
    assert set(folder.content()) == {"film.avi", "movie.nfo", "poster.jpg"}
    assert folder.nfo.read_bytes() == (NEW_NFO if placed == 2 else NFO)
    assert folder.poster.read_bytes() == (NEW_PICTURE if placed == 2 else PICTURE)
    assert folder.nfo.stat().st_mode & 0o777 == 0o604


@pytest.mark.parametrize("changed", ["movie.nfo", "poster.jpg"])
def test_recovery_touches_no_file_if_another_program_changed_one(folder: Folder, changed: str) -> None:
    interrupt(folder, folder.replace_both(), 1)
    path = folder.path / changed
    kept = path.read_bytes()
    path.write_bytes(b"theirs")
    before = folder.content()
    assert folder.recover() == [("problem", "changed_on_disk")]
    assert folder.content() == before
    assert folder.states() == ["begun"]
    path.write_bytes(kept)
    assert folder.recover() == [("undone", "")]
    assert folder.content() == {"film.avi": b"media", "movie.nfo": NFO, "poster.jpg": PICTURE}


@pytest.mark.parametrize("away", ["folder", "film"])
def test_recovery_waits_for_a_missing_folder_or_film(folder: Folder, away: str) -> None:
    extras = folder.path / "extras"
    extras.mkdir()
    interrupt(folder, [edit(folder.nfo, NFO, NEW_NFO), edit(extras / "a.jpg", None, PICTURE)], 1)
    missing = extras if away == "folder" else folder.film
    hidden = missing.with_name("hidden")
    missing.rename(hidden)
    assert folder.recover() == [("problem", "missing_file")]
    assert folder.nfo.read_bytes() == NEW_NFO
    hidden.rename(missing)
    assert folder.recover() == [("undone", "")]
    assert folder.nfo.read_bytes() == NFO
    assert list(extras.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_failed_restore_is_reported_and_completed_by_recovery(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Without an exchange of names, the old file is made again, which needs space."""
    with monkeypatch.context() as patch:
        patch.setattr(disk, "exchange", lambda *_, **named: False)
        patch.setattr(os, "rename", Failing(os.rename, number, nth=2))
        patch.setattr(os, "pwrite", Failing(os.pwrite, number, nth=3, sticky=True))
        with pytest.raises(errors.FileAccessError) as caught:
            folder.do(folder.replace_both())
    assert caught.value.reason == "cannot_tell"
    assert "poster.jpg" in caught.value.message
    assert folder.states() == ["begun"]
    assert folder.recover() == [("undone", "")]
    assert folder.content() == {"film.avi": b"media", "movie.nfo": NFO, "poster.jpg": PICTURE}
    assert (folder.nfo.stat().st_mode & 0o777, folder.nfo.stat().st_mtime_ns) == (0o604, TIME)


def test_interruption_by_user_restores_old_files(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = side_files._ChangingFile.place

    def place(file: side_files._ChangingFile) -> None:
        real(file)
        if file.path.endswith(b"poster.jpg"):
            raise KeyboardInterrupt

    monkeypatch.setattr(side_files._ChangingFile, "place", place)
    with pytest.raises(KeyboardInterrupt):
        folder.do([*folder.replace_both(), edit(folder.path / "a.nfo", None, NFO)])
    assert folder.content() == {"film.avi": b"media", "movie.nfo": NFO, "poster.jpg": PICTURE}
    assert folder.states() == ["undone"]


def test_undo_of_complete_change_restores_old_files(folder: Folder) -> None:
    entry = folder.do([*folder.replace_both(), edit(folder.path / "a.nfo", None, NFO)]).entry
    assert side_files_recovery.recover_side_files(entry).status == "finished"
    assert side_files_recovery.undo_side_files(entry).status == "undone"
    assert folder.content() == {"film.avi": b"media", "movie.nfo": NFO, "poster.jpg": PICTURE}
    assert side_files_recovery.undo_side_files(entry).status == "untouched"
