"""Journal entries of a replaced file, and its recovery after an interruption."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files import delta, journal
from indexium_core.files.journal import Imprint, OperationJournal, SwapEntry, records, swaps
from indexium_core.files.journal.swaps import decode_swap, encode_swap
from indexium_core.files.reader import FileReader
from indexium_core.files.walk import file_stat
from indexium_core.model.files.media import Extent, Rebuild

U63 = st.integers(0, 2**63 - 1)
FORMS = ({}, {"sampled": True}, {"blake2b": True})
IMPRINTS = st.builds(
    lambda *, form, **facts: Imprint(**facts, **form),
    form=st.sampled_from(FORMS),
    device=st.integers(0, 2**64 - 1),
    inode=st.integers(0, 2**64 - 1),
    size=U63,
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
    digest=st.binary(min_size=16, max_size=16),
)
PIECES = st.one_of(st.binary(max_size=30), st.builds(Extent, st.integers(0, 2**40), st.integers(0, 2**40)))
REBUILDS = st.builds(Rebuild, st.lists(PIECES, max_size=9).map(tuple), st.booleans())
ENTRIES = st.builds(
    SwapEntry,
    item_id=U63,
    path=st.binary(max_size=300),
    temp=st.binary(max_size=60),
    old=IMPRINTS,
    new=st.none() | IMPRINTS,
    kept=st.none() | st.binary(max_size=300),
    adopted=st.none() | st.binary(max_size=300),
    reverse=st.none() | REBUILDS,
    parted=st.booleans(),
    joined=st.booleans(),
)
OLD, NEW = bytes(range(256)) * 40, bytes(range(255, -1, -1)) * 41
TEMP = b".indexium-1-0a1b2c3d.tmp"


@settings(deadline=None)
@given(ENTRIES)
def test_entry_is_read_back_unchanged(entry: SwapEntry) -> None:
    assert decode_swap(encode_swap(entry)) == entry
    assert records.decode_item(encode_swap(entry)) == entry.item_id


def test_reverse_of_many_pieces_is_small() -> None:
    pieces = [piece for at in range(0, 3_000_000, 3000) for piece in (b"header" * 2, Extent(at + 40, 2960))]
    entry = an_entry(reverse=Rebuild(tuple(pieces)))
    assert len(encode_swap(entry)) < 1000
    assert decode_swap(encode_swap(entry)) == entry


def an_entry(**facts: object) -> SwapEntry:
    known = Imprint(device=1, inode=2, size=3, mtime_ns=4)
    return replace(SwapEntry(item_id=1, path=b"/films/a.avi", temp=TEMP, old=known), **facts)  # type: ignore[arg-type]


class Scene:
    """A file, the new one beside it, its kept original, and its journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "films"
        self.path, self.temp = self.folder / "a.avi", self.folder / os.fsdecode(TEMP)
        self.kept = folder / "kept" / "1.original"
        self.backup = folder / "1.journal"
        self.folder.mkdir()
        self.kept.parent.mkdir()
        self.path.write_bytes(OLD)

    def announce(self, *, new: bytes | None = None, keep: bool = False, adopted: bytes | None = None) -> SwapEntry:
        """Write the MAKING record, and SWAP if there is a new file."""
        making = an_entry(path=os.fsencode(self.path), old=imprint(self.path))
        with OperationJournal.create(self.backup) as log:
            log.making(replace(making, old=Imprint.of(file_stat(self.path.stat()))))
            if new is not None:
                self.temp.write_bytes(new)
                kept = os.fsencode(self.kept) if keep else None
                making = replace(making, new=imprint(self.temp), kept=kept, adopted=adopted, reverse=Rebuild((OLD,)))
                log.swap(making)
        return making

    def recover(self) -> tuple[str, str]:
        """Recover twice, and return the result of the first time."""
        found = journal.recover(self.backup)
        assert len(found) == 1
        outcome = found[0].outcome
        again = journal.recover(self.backup)
        assert [one.outcome for one in again] == ([] if outcome.is_resolved else [outcome])
        return outcome.status, outcome.code

    def state(self) -> str:
        return next(iter(journal.read(self.backup).entries)).state

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


def imprint(path: Path, **form: bool) -> Imprint:
    with FileReader(os.fsencode(path)) as reader:
        return replace(Imprint.of(reader.stat, digest=delta.digest_of(reader, **form)), **form)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_build_and_swap_are_one_entry(scene: Scene) -> None:
    entry = scene.announce(new=NEW)
    found = journal.read(scene.backup)
    assert [mark.state for mark in found.marks] == ["begun"]
    assert list(found.entries) == list(found.unfinished) == [entry]
    assert journal.find(scene.backup, 1) == entry
    assert next(found.entries).stored_bytes > len(encode_swap(entry))


def test_second_attempt_of_item_is_separate_entry(scene: Scene) -> None:
    with OperationJournal.create(scene.backup) as log:
        for temp in (b"one", b"two"):
            assert not log.is_open(1)
            log.making(an_entry(temp=temp))
            assert log.is_open(1)
            if temp == b"one":
                log.undone(1)
        log.swap(an_entry(temp=b"two", new=an_entry().old))
        log.commit(1)
    found = journal.read(scene.backup)
    assert [(entry.temp, entry.state) for entry in found.entries] == [(b"one", "undone"), (b"two", "committed")]
    assert found.find(1) == an_entry(temp=b"two", new=an_entry().old)


def test_swap_with_damaged_build_record_counts(scene: Scene) -> None:
    entry = scene.announce(new=NEW)
    data = bytearray(scene.backup.read_bytes())
    data[40] ^= 1
    scene.backup.write_bytes(data)
    assert list(journal.read(scene.backup).unfinished) == [entry]


# Recovery


@pytest.mark.parametrize("content", [b"", b"half of it", NEW])
def test_unfinished_new_file_is_removed(scene: Scene, content: bytes) -> None:
    scene.announce()
    scene.temp.write_bytes(content)
    assert scene.recover() == ("undone", "")
    assert (scene.path.read_bytes(), scene.names(), scene.state()) == (OLD, {"a.avi"}, "undone")


def test_new_file_without_start_needs_no_recovery(scene: Scene) -> None:
    scene.announce()
    assert scene.recover() == ("untouched", "")
    assert scene.state() == "undone"


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("a.avi"), os.mkfifo])
def test_foreign_file_is_not_changed(scene: Scene, make) -> None:  # type: ignore[no-untyped-def]
    scene.announce()
    make(scene.temp)
    assert scene.recover() == ("untouched", "")
    assert scene.names() == {"a.avi", scene.temp.name}


def test_files_without_record_are_not_changed(scene: Scene) -> None:
    scene.announce(new=NEW)
    other = scene.folder / ".indexium-1-ffffffff.tmp"
    other.write_bytes(b"of another home")
    assert scene.recover() == ("undone", "")
    assert scene.names() == {"a.avi", other.name}


@pytest.mark.parametrize("away", ["folder", "files"])
def test_recovery_waits_for_missing_disk(scene: Scene, away: str) -> None:
    scene.announce()
    scene.temp.write_bytes(b"half of it")
    hidden = scene.folder.with_name("unplugged")
    scene.folder.rename(hidden)
    if away == "files":  # its mount point is still there
        scene.folder.mkdir()
    assert scene.recover() == ("problem", "missing_file")
    if away == "files":
        scene.folder.rmdir()
    hidden.rename(scene.folder)
    assert scene.recover() == ("undone", "")
    assert scene.names() == {"a.avi"}


def test_announced_swap_without_replacement_keeps_old_file(scene: Scene) -> None:
    scene.announce(new=NEW)
    assert scene.recover() == ("undone", "")
    assert (scene.path.read_bytes(), scene.names(), scene.state()) == (OLD, {"a.avi"}, "undone")


def test_announced_swap_with_kept_name_removes_second_name(scene: Scene) -> None:
    scene.announce(new=NEW, keep=True)
    os.link(scene.path, scene.kept)
    assert scene.recover() == ("undone", "")
    assert (scene.path.stat().st_nlink, scene.kept.exists(), scene.names()) == (1, False, {"a.avi"})


def test_foreign_copy_at_place_of_original_is_not_removed(scene: Scene) -> None:
    scene.announce(new=NEW, keep=True)
    scene.kept.write_bytes(OLD)
    assert scene.recover() == ("undone", "")
    assert scene.kept.exists()


def test_uncommitted_replacement_keeps_new_file(scene: Scene) -> None:
    scene.announce(new=NEW, keep=True)
    os.link(scene.path, scene.kept)
    scene.temp.rename(scene.path)
    assert scene.recover() == ("finished", "")
    assert (scene.path.read_bytes(), scene.kept.read_bytes(), scene.state()) == (NEW, OLD, "committed")


@pytest.mark.parametrize("same", [True, False])
def test_restored_original_loses_kept_name(scene: Scene, *, same: bool) -> None:
    scene.announce(new=NEW, adopted=os.fsencode(scene.kept))
    if same:
        os.link(scene.temp, scene.kept)
    else:
        scene.kept.write_bytes(NEW)
    scene.temp.rename(scene.path)
    assert scene.recover() == ("finished", "")
    assert scene.kept.exists() is not same


def test_renamed_original_returns_to_its_path(scene: Scene) -> None:
    scene.announce(new=NEW, keep=True)
    scene.path.rename(scene.kept)
    assert scene.recover() == ("undone", "")
    assert (scene.path.read_bytes(), scene.names(), scene.kept.exists()) == (OLD, {"a.avi"}, False)


def test_other_file_at_kept_name_is_not_restored(scene: Scene) -> None:
    scene.announce(new=NEW, keep=True)
    scene.path.unlink()
    scene.kept.write_bytes(b"something else")
    assert scene.recover() == ("problem", "missing_file")
    assert scene.names() == {scene.temp.name}


@pytest.mark.parametrize("content", [OLD + b"!", NEW[:-1], OLD[:-1] + b"!", b"", NEW[1:] + b"!"])
def test_file_changed_by_user_is_not_changed(scene: Scene, content: bytes) -> None:
    scene.announce(new=NEW)
    scene.path.write_bytes(content)
    found = journal.recover(scene.backup)[0].outcome
    assert (found.status, found.code) == ("problem", "changed_on_disk")
    assert scene.temp.name in found.message
    assert (scene.path.read_bytes(), scene.temp.read_bytes(), scene.state()) == (content, NEW, "begun")


def test_file_is_identified_by_bytes_instead_of_inode(scene: Scene) -> None:
    """Disks are connected again, and exFAT assigns new numbers at every mount."""
    scene.announce(new=NEW)
    scene.path.unlink()
    scene.path.write_bytes(NEW)
    assert scene.recover() == ("finished", "")
    assert scene.names() == {"a.avi"}


@pytest.mark.parametrize("replaced", [False, True])
def test_equal_files_are_distinguished_by_inode(scene: Scene, replaced: bool) -> None:
    scene.announce(new=OLD)
    if replaced:
        scene.temp.rename(scene.path)
    assert scene.recover() == ("finished" if replaced else "undone", "")
    assert scene.names() == {"a.avi"}


def test_samples_alone_are_no_proof(scene: Scene) -> None:
    making = an_entry(path=os.fsencode(scene.path), old=imprint(scene.path, sampled=True))
    scene.temp.write_bytes(NEW)
    entry = replace(making, new=imprint(scene.temp, sampled=True))
    scene.path.unlink()
    scene.path.write_bytes(NEW)
    assert swaps.recover_swap(entry).code == "changed_on_disk"
    scene.temp.rename(scene.path)
    assert swaps.recover_swap(entry).status == "finished"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "".join(form) or "blake3")
@pytest.mark.parametrize("replaced", [False, True])
def test_every_imprint_distinguishes_old_and_new_file(scene: Scene, form: dict[str, bool], *, replaced: bool) -> None:
    """An earlier version recorded BLAKE2b of all bytes."""
    scene.temp.write_bytes(NEW)
    entry = an_entry(path=os.fsencode(scene.path), old=imprint(scene.path, **form), new=imprint(scene.temp, **form))
    entry = decode_swap(encode_swap(entry))
    if replaced:
        scene.temp.rename(scene.path)
    assert swaps.recover_swap(entry).status == ("finished" if replaced else "undone")
    assert scene.path.read_bytes() == (NEW if replaced else OLD)


def test_record_without_form_is_of_earlier_version() -> None:
    body = bytearray(encode_swap(an_entry(old=Imprint(device=1, inode=2, size=3, mtime_ns=4, sampled=True))))
    at = 25 + 32  # after the lengths, and after device, inode, size and time
    assert body[at] == 1
    body[at] = 0
    assert decode_swap(bytes(body)).old.blake2b


def test_file_under_another_writers_lock_waits(scene: Scene) -> None:
    scene.announce(new=NEW)
    with FileReader(os.fsencode(scene.path)) as reader:
        journal.disk.lock(reader.fileno())
        assert scene.recover() == ("problem", "in_use")
    assert scene.recover() == ("undone", "")


def test_recovery_accepts_known_finished_swap(scene: Scene) -> None:
    scene.announce(new=NEW)
    scene.temp.rename(scene.path)
    assert journal.recover(scene.backup, finished={1}) == []
    assert scene.state() == "committed"
