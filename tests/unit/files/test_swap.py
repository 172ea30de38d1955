"""Replacement of a file: results, and rejected files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import delta, journal
from indexium_core.files.journal import OperationJournal, SwapEntry
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.files.swap import Replacement, content, original
from indexium_core.model.files.media import Extent, FileStat, Rebuild
from tests.support import swaps
from tests.support.swapping import Place, opened
from tests.support.swaps import ITEM, KEPT, MTIME, NEW, OLD, REBUILD, Swap, literal_bytes

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do that")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


# Results


WAYS = [way for way in swaps.WAYS if way != "shelve"]  # that one breaks `os.link`: it needs a separate process


@pytest.mark.parametrize("way", WAYS)
def test_new_file_is_in_place_and_reversible(tmp_path: Path, way: str) -> None:
    swap = Swap(tmp_path, way)
    swap.reset()
    swaps.run(swap)
    assert swap.judge(way) == "new"
    entry = journal.find(swap.backup, ITEM)
    assert isinstance(entry, SwapEntry)
    assert (entry.state, entry.kept) == (
        "committed",
        os.fsencode(swap.shelf / "old") if way in {"keep", "adopt"} else None,
    )
    with FileReader(os.fsencode(swap.path)) as reader:
        assert entry.new == journal.Imprint.of(reader.stat, digest=delta.digest_of(reader))
        assert entry.old.digest == delta.digest_of(BytesReader(swap.old))
        if entry.reverse is not None:
            rebuilt = delta.Rebuilt(entry.reverse, reader)
            assert rebuilt.read_at(0, rebuilt.size) == swap.old


@pytest.mark.parametrize("way", WAYS)
def test_exit_without_commit_leaves_nothing(tmp_path: Path, way: str) -> None:
    swap = Swap(tmp_path, way, commit=False)
    swap.reset()
    swaps.run(swap)
    assert swap.judge(way) == "old"
    assert [mark.state for mark in journal.read(swap.backup).marks] == ["undone"]


def test_swap_is_undone_and_repeated(place: Place) -> None:
    place.do()
    forth = place.entry()
    assert not forth.parted
    with place.begin(mtime_ns=forth.old.mtime_ns) as file:
        assert forth.reverse is not None
        file.build(forth.reverse)
        file.expect(forth.old)
        reverse = file.reverse()
        assert reverse is not None
        assert literal_bytes(reverse) <= literal_bytes(REBUILD)
        stat = file.replace(reverse=reverse)
        file.commit()
    assert (place.path.read_bytes(), place.path.stat().st_mtime_ns, stat.mtime_ns) == (OLD, MTIME, MTIME)
    back = place.entry()
    assert back.reverse == reverse
    with place.begin() as file:
        file.build(reverse)
        file.expect(back.old)
        file.replace(reverse=file.reverse())
        file.commit()
    assert place.path.read_bytes() == NEW
    assert place.marks() == ["committed"] * 3


def test_kept_original_returns_with_its_inode(place: Place) -> None:
    kept = place.shelf / "old"
    inode = place.path.stat().st_ino
    place.do(keep=kept)
    with place.begin() as file:
        file.adopt(os.fsencode(kept))
        file.expect(first(place).old)
        assert file.bytes_written == len(OLD)
        file.replace(reverse=file.reverse())
        file.commit()
    assert (place.path.read_bytes(), place.path.stat().st_ino) == (OLD, inode)
    assert (place.path.stat().st_nlink, kept.exists()) == (1, False)
    assert place.path.stat().st_mtime_ns == MTIME


def test_rebuild_from_another_file(place: Place) -> None:
    with place.begin() as file:
        file.build(Rebuild((Extent(5, 100), b"end")), source=BytesReader(KEPT))
        with file.opened() as new:
            assert new.read_at(0, 999) == KEPT[5:105] + b"end"


def test_given_reverse_is_verified(place: Place) -> None:
    with pytest.raises(errors.VerificationError):
        place.do(reverse=Rebuild((Extent(0, len(OLD)),)))
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


def test_other_reverse_is_verified_again(place: Place) -> None:
    with pytest.raises(errors.VerificationError):
        place.do(look=Replacement.reverse, reverse=Rebuild((Extent(0, len(OLD)),)))
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


def test_wrong_restored_bytes_are_detected(place: Place) -> None:
    place.do()
    with pytest.raises(errors.VerificationError) as caught:
        place.do(Rebuild((OLD[:-1], b"!")), look=lambda file: file.expect(first(place).old))
    assert caught.value.check == "bytes"
    assert place.path.read_bytes() == NEW


def first(place: Place) -> SwapEntry:
    entry = next(journal.read(place.log.path).entries)
    assert isinstance(entry, SwapEntry)
    return entry


@pytest.mark.parametrize("payload", [(Extent(0, 10),), (Extent(200, 40_000),), (Extent(40_000, 5), Extent(200, 5))])
def test_rebuild_that_loses_media_is_refused(place: Place, payload: tuple[Extent, ...]) -> None:
    with pytest.raises(errors.PayloadProtectedError), place.begin() as file:
        file.build(REBUILD, payload=payload)
    assert (place.judge(""), place.marks()) == ("old", [])


def test_rebuild_with_same_media_is_accepted(place: Place) -> None:
    with place.begin() as file:
        file.build(REBUILD, payload=(Extent(100, 30_000), Extent(31_000, 10), Extent(50_000, 10_000)))


def test_name_of_255_bytes_is_accepted(tmp_path: Path) -> None:
    for name in ("é" * 125 + ".avi", "a" * 251 + ".avi"):
        path = tmp_path / name
        path.write_bytes(OLD)
        with (
            OperationJournal.create(tmp_path / f"{name[0]}.journal") as log,
            Replacement(os.fsencode(path), journal=log, item_id=2**62) as file,
        ):
            file.build(REBUILD)
            assert len(os.path.basename(file.temporary)) < 60
            file.replace(reverse=file.reverse())
            file.commit()
        assert path.read_bytes() == NEW


def test_replacement_steps_have_one_order(place: Place) -> None:
    with place.begin() as file:
        for too_early in (file.opened, file.reverse, lambda: file.replace(reverse=None), file.commit):
            with pytest.raises(RuntimeError):
                too_early()
        file.build(REBUILD)
        with pytest.raises(RuntimeError):
            file.build(REBUILD)


@pytest.mark.parametrize("error", [errors.VerificationError(check="packets"), KeyboardInterrupt(), ValueError()])
def test_error_in_block_keeps_old_file(place: Place, error: BaseException) -> None:
    def fail(file: Replacement) -> None:
        raise error

    with pytest.raises(type(error)):
        place.do(look=fail)
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


def test_uncommitted_replacement_is_finished_by_recovery(place: Place) -> None:
    with pytest.raises(errors.FileAccessError) as caught:
        place.do(commit=False)
    assert caught.value.reason == "cannot_tell"
    assert place.marks() == ["begun"]
    place.log.close()
    assert [one.outcome.status for one in journal.recover(place.log.path)] == ["finished"]
    assert place.judge("") == "new"


# Rejected files


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda path: path.unlink(), errors.FileAccessError, "missing_file"),
        (lambda path: path.chmod(0o444), errors.FileAccessError, "read_only"),
        (lambda path: path.with_name("other").hardlink_to(path), errors.RefusedError, "hard_linked"),
        (
            lambda path: (path.rename(path.with_name("o")), path.symlink_to("o")),
            errors.ConflictError,
            "changed_on_disk",
        ),
        (lambda path: (path.unlink(), path.mkdir()), errors.ConflictError, "changed_on_disk"),
        (lambda path: (path.unlink(), os.mkfifo(path)), errors.ConflictError, "changed_on_disk"),
    ],
)
def test_irreplaceable_file_is_refused(place: Place, make, kind: type[Exception], code: str) -> None:  # type: ignore[no-untyped-def]
    make(place.path)
    with pytest.raises(kind) as caught:
        place.do()
    assert caught.value.reason == code  # type: ignore[attr-defined]
    assert place.marks() == []


def test_hard_links_are_separated_on_request(place: Place) -> None:
    other = place.folder / "kept" / "other"
    other.hardlink_to(place.path)
    place.do(break_links=True)
    assert place.entry().parted  # so a rollback searches the other name
    assert (place.path.read_bytes(), other.read_bytes(), other.stat().st_nlink) == (NEW, OLD, 1)


@root
@pytest.mark.parametrize(("what", "flag"), [("film.avi", "i"), ("film.avi", "a"), (".", "i")])
def test_immutable_file_is_refused(place: Place, what: str, flag: str) -> None:
    chattr, target = shutil.which("chattr"), place.folder / what
    if chattr is None or subprocess.run([chattr, f"+{flag}", target], capture_output=True, check=False).returncode:
        pytest.skip("chattr is missing, or the file system knows no such flags")
    try:
        with pytest.raises(errors.FileAccessError) as caught:
            place.do()
    finally:
        subprocess.run([chattr, f"-{flag}", target], check=True)
    assert caught.value.reason == "read_only"
    assert place.judge("") == "old"


@root
def test_append_only_folder_is_refused(place: Place) -> None:
    """Append-only: a file can be created there but not removed, so the new file stays and is listed."""
    if subprocess.run(["chattr", "+a", place.folder], capture_output=True, check=False).returncode:
        pytest.skip("the file system knows no such flag")
    try:
        with pytest.raises(errors.FileAccessError) as caught:
            place.do()
        assert caught.value.reason == "cannot_tell"
    finally:
        subprocess.run(["chattr", "-a", place.folder], check=True)
    place.log.close()
    assert [one.outcome.status for one in journal.recover(place.log.path)] == ["undone"]
    assert place.judge("") == "old"


def the_stat(path: Path) -> FileStat:
    with FileReader(os.fsencode(path)) as reader:
        return reader.stat


def touched(path: Path) -> None:
    os.utime(path, ns=(MTIME, MTIME + 1))


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
    os.utime(path, ns=(MTIME, MTIME))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(OLD)
    os.utime(other, ns=(MTIME, MTIME))
    other.replace(path)


def moved(path: Path) -> None:
    path.rename(path.with_name("moved"))


def folder_moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("renamed"))


CHANGES = [touched, appended, replaced, moved]


@pytest.mark.parametrize("change", CHANGES[:3])
def test_changed_file_after_examination_is_conflict(place: Place, change: Callable[[Path], None]) -> None:
    expected = the_stat(place.path)
    change(place.path)
    with pytest.raises(errors.ConflictError) as caught:
        place.do(expected=expected)
    assert caught.value.reason == "changed_on_disk"
    assert place.marks() == []


@pytest.mark.parametrize("moment", ["making", "verifying", "announced", "kept"])
@pytest.mark.parametrize("change", CHANGES)
def test_concurrent_change_is_conflict_and_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch, moment: str, change: Callable[[Path], None]
) -> None:
    def then(owner: object, name: str) -> None:
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *some, **named: (real(*some, **named), change(place.path))[0])

    {
        "making": lambda: then(content, "write"),
        "verifying": lambda: then(Replacement, "reverse"),
        "announced": lambda: then(OperationJournal, "swap"),
        "kept": lambda: then(original.disk, "link"),
    }[moment]()
    with pytest.raises(errors.MetadataError) as caught:
        place.do(look=Replacement.reverse, keep=place.shelf / "old")
    assert caught.value.reason == ("missing_file" if change is moved else "changed_on_disk")
    assert place.marks() == ["undone"]
    assert not list(place.folder.glob(".indexium*"))
    monkeypatch.undo()
    found = place.folder / ("moved" if change is moved else "film.avi")
    assert found.read_bytes() == (OLD + b"more" if change is appended else OLD)


def test_moved_folder_keeps_no_temporary_file(tmp_path: Path) -> None:
    """A name is resolved in the open folder, wherever that is now."""
    films = tmp_path / "films"
    films.mkdir()
    with opened(films) as place:
        with pytest.raises(errors.FileAccessError) as caught:
            place.do(look=lambda file: films.rename(tmp_path / "renamed"))
        assert caught.value.reason == "missing_file"
    moved = Swap(tmp_path / "renamed", "build")
    assert (moved.judge(""), [mark.state for mark in journal.read(moved.backup).marks]) == ("old", ["undone"])


@pytest.mark.parametrize("meddle", ["edit", "remove", "replace"])
def test_changed_new_file_is_not_swapped(place: Place, meddle: str) -> None:
    def meddled(file: Replacement) -> None:
        temporary = Path(os.fsdecode(file.temporary))
        if meddle == "edit":
            with temporary.open("ab") as other:
                other.write(b"!")
        else:
            temporary.unlink()
        if meddle == "replace":
            temporary.write_bytes(NEW)

    with pytest.raises(errors.ConflictError):
        place.do(look=meddled, reverse=Rebuild((OLD,)))
    assert place.path.read_bytes() == OLD
    left = [path.read_bytes() for path in place.folder.glob(".indexium*")]
    assert left == ([NEW] if meddle == "replace" else [])  # another program made it, so it is not removed


def test_replaced_temporary_file_is_refused(place: Place) -> None:
    def run(path: bytes) -> None:
        os.unlink(path)
        Path(os.fsdecode(path)).write_bytes(NEW)

    with pytest.raises(errors.ConflictError), place.begin() as file:
        file.fill(run)
    assert place.path.read_bytes() == OLD


def test_new_file_has_one_writer(place: Place) -> None:
    with place.begin() as file:
        with pytest.raises(errors.ConflictError) as caught:
            place.begin()
        assert caught.value.reason == "in_use"
        file.build(REBUILD)
        file.replace(reverse=None)
        with pytest.raises(errors.ConflictError) as caught:
            place.begin()
        assert caught.value.reason == "in_use"
        file.commit()
    place.begin().close()


def test_kept_original_overwrites_nothing(place: Place) -> None:
    taken = place.shelf / "old"
    taken.write_bytes(b"somebody else's")
    with pytest.raises(errors.ConflictError):
        place.do(keep=taken)
    assert taken.read_bytes() == b"somebody else's"
    taken.unlink()
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


def test_original_of_earlier_attempt_is_kept(place: Place) -> None:
    (place.shelf / "old").hardlink_to(place.path)
    place.do(break_links=True, keep=place.shelf / "old")
    assert (place.shelf / "old").read_bytes() == OLD
