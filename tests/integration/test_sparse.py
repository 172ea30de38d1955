"""A sparse film keeps its holes in a new file, and the plan uses its allocated size."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.files.containers import holes, registry
from indexium_core.files.reader import FileReader
from indexium_core.library import Library
from indexium_core.model.files.media import Extent, Rebuild, Remux
from tests.support import places, shapes, sparse
from tests.support.effort import effort
from tests.support.studio import ALL, OLD

CASES = {"mp4, no room, memory": "mp4_copy", "mkv, live": "matroska_copy"}


@contextlib.contextmanager
def scanned(folder: Path, name: str, where: Path) -> Iterator[tuple[Library, Path]]:
    """A library of one sparse film."""
    path = where / shapes.EVERY[name].file_name
    sparse.put(path, sparse.film(name))
    os.utime(path, (OLD, OLD))
    with Library.open(folder / "home") as library:
        library.scan([where])
        library.people.add([path], list(shapes.PEOPLE))
        yield library, path


@pytest.mark.parametrize(("kind", "name"), effort.pairs(["memory", "ext4", "xfs", "btrfs"], CASES))
def test_rewrite_and_rollback_keep_holes(tmp_path: Path, kind: str, name: str) -> None:
    with places.folder(kind, tmp_path) as where, scanned(tmp_path, name, where) as (library, path):
        before, old = sparse.room(path), path.read_bytes()
        assert before < sparse.HOLE // 2 < len(old)
        [item] = library.plan().items
        assert item.strategy.rsplit("_", 1)[-1] in {"copy", "reflink"}
        assert item.est_bytes < sparse.HOLE // 2

        assert library.write(library.plan(), ALL).wait().counts == {"success": 1}
        assert path.read_bytes() != old
        assert sparse.room(path) < before + 200_000

        assert library.rollback(1).wait().counts == {"success": 1}
        assert (path.read_bytes(), path.stat().st_mtime) == (old, OLD)
        assert sparse.room(path) < before + 200_000


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP])
def test_without_map_of_holes_every_byte_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = os.lseek

    def lseek(fd: int, offset: int, whence: int, /) -> int:
        if whence in {os.SEEK_DATA, os.SEEK_HOLE}:
            raise OSError(number, os.strerror(number))
        return real(fd, offset, whence)

    monkeypatch.setattr(os, "lseek", lseek)
    with places.folder("memory", tmp_path) as where, scanned(tmp_path, "mkv, live", where) as (library, path):
        old = path.read_bytes()
        assert library.plan().items[0].est_bytes > sparse.HOLE
        assert library.write(library.plan(), ALL).wait().counts == {"success": 1}
        assert sparse.room(path) > sparse.HOLE
        library.rollback(1).wait()
        assert path.read_bytes() == old


def test_wrong_hole_of_file_system_loses_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File systems had such defects: every byte of a reported hole is read, and every non-zero byte is copied."""
    monkeypatch.setattr(holes, "data", lambda fd, extent: iter(()))
    with places.folder("memory", tmp_path) as where, scanned(tmp_path, "mkv, live", where) as (library, path):
        old = path.read_bytes()
        assert library.write(library.plan(), ALL).wait().counts == {"success": 1}
        library.rollback(1).wait()
        assert path.read_bytes() == old


def test_sparse_film_needs_space_of_its_data_only(tmp_path: Path) -> None:
    with (
        places.mounted("tmpfs", tmp_path, megabytes=6) as where,
        scanned(tmp_path, "mkv, live", where) as (library, path),
    ):
        library.scan()
        [item] = library.plan().items
        assert "low_space" not in [issue.code for issue in item.issues]
        assert library.write(library.plan(), ALL).wait().counts == {"success": 1}
        assert path.stat().st_size > 6 << 20


def test_rewrite_by_ffmpeg_needs_whole_size(tmp_path: Path) -> None:
    path = tmp_path / "film"
    sparse.put(path, bytes(sparse.HOLE))
    with FileReader(os.fsencode(path)) as reader:
        copied = registry.cost(Rebuild((Extent(0, reader.size),)), reader)
        remuxed = registry.cost(Remux(demuxer="avi", muxer="avi", options=(), size=reader.size), reader)
    assert (copied.bytes_written, remuxed.bytes_written) == (0, sparse.HOLE)


def test_sparse_film_gets_no_inserted_blocks(tmp_path: Path) -> None:
    """The write does what the plan states: it copies the file and keeps the holes."""
    with (
        places.folder("ext4", tmp_path) as where,
        scanned(tmp_path, "mp4, no room, ext4", where) as (library, path),
    ):
        before = sparse.room(path)
        assert [item.strategy for item in library.plan().items] == ["mp4_copy"]
        operation = library.write(library.plan(), ALL)
        assert operation.wait().counts == {"success": 1}
        assert [item.strategy for item in library.operation(operation.id).items] == ["mp4_copy"]
        assert sparse.room(path) < before + 200_000
