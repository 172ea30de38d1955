"""The hash cache: a file with the same stat facts is not hashed again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from indexium_core.files import fingerprint
from indexium_core.flows.scanning.hash_cache import HashCache
from indexium_core.model.files.hash_cache import CacheUse, KnownHash
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog, hash_cache, inventory
from indexium_core.store.database import Database
from tests.support import media
from tests.support.clock import Clock
from tests.support.scans import OLD, Scans, clip, rows


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each hash that is computed after this point: whether it is of all media."""
    seen: list[bool] = []
    real = fingerprint.payload_hash

    def payload_hash(*args: object, full: bool = False) -> str | None:
        seen.append(full)
        return real(*args, full=full)  # type: ignore[arg-type]

    monkeypatch.setattr(fingerprint, "payload_hash", payload_hash)
    return seen


def test_moved_file_is_not_hashed(scanner: Scans, database: Database, root: Path, hashed: list[bool]) -> None:
    path = clip(root, "old.mp4")
    assert scanner.scan([root]).cache.misses == 1
    known = rows(database)["old.mp4"]["file_id"]
    path.rename(root / "new.mp4")
    hashed.clear()
    report = scanner.scan([root])
    assert (report.moved, report.cache.hits, report.cache.hashed_bytes, hashed) == (1, 1, 0, [])
    assert report.cache.seconds_saved > 0
    assert rows(database)["new.mp4"]["file_id"] == known


def test_folder_added_again_is_not_hashed(scanner: Scans, database: Database, root: Path, hashed: list[bool]) -> None:
    clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    before = [row["file_hash"] for row in rows(database).values()]
    with database.atomic() as tx:
        inventory.forget_library(tx, catalog.libraries(tx)[0].library_id)
    hashed.clear()
    report = scanner.scan([root])
    assert (report.new, report.cache.hits, hashed) == (2, 2, [])
    assert [row["file_hash"] for row in rows(database).values()] == before


@pytest.mark.parametrize("full", [False, True])
def test_inode_of_another_file_of_equal_size_and_time_is_no_hash(
    scanner: Scans, database: Database, root: Path, hashed: list[bool], *, full: bool
) -> None:
    """Files that are deleted and restored may get each other's inode."""
    paths = [clip(root, name, form="avi", seed=seed) for seed, name in enumerate(("a.avi", "b.avi"))]
    size = max(each.stat().st_size for each in paths)
    for path in paths:
        path.write_bytes(path.read_bytes().ljust(size, b"\0"))
        os.utime(path, ns=(OLD, OLD))
    scanner.scan([root], full=full)
    before = [(name, row["file_hash"]) for name, row in sorted(rows(database).items())]
    first, second = (path.read_bytes() for path in paths)
    paths[0].rename(root / "c")
    paths[1].rename(paths[0])
    (root / "c").rename(paths[1])
    for path, data in zip(paths, (first, second), strict=True):
        path.write_bytes(data)
        os.utime(path, ns=(OLD, OLD))
    hashed.clear()
    scanner.scan([root], full=full)
    assert [(name, row["file_hash"]) for name, row in sorted(rows(database).items())] == before
    assert hashed


def test_second_full_scan_hashes_nothing_and_reads_every_comment(
    scanner: Scans, root: Path, probes: list[bytes], hashed: list[bool]
) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    first, second = scanner.scan([root], full=True), scanner.scan([root], full=True)
    assert (first.cache.hits, first.cache.misses) == (0, 1)
    assert (second.cache.hits, second.cache.misses, second.cache.hashed_bytes) == (1, 0, 0)
    assert hashed == [False, True]
    assert len(probes) == 3


def test_file_with_other_stat_facts_is_hashed(scanner: Scans, root: Path, hashed: list[bool]) -> None:
    path = clip(root, "a.mp4")
    scanner.scan([root])
    os.utime(path, ns=(OLD, OLD + 1))
    assert scanner.scan([root]).cache.misses == 1
    path.write_bytes(media.build("mp4", root.parent, seed=1).read_bytes())
    os.utime(path, ns=(OLD, OLD + 2))
    assert scanner.scan([root]).cache.misses == 1
    assert len(hashed) == 3


def test_growing_file_is_not_cached(scanner: Scans, database: Database, root: Path, clock: Clock) -> None:
    path = clip(root, "a.mp4")
    os.utime(path, ns=(clock.ns, clock.ns - 10**9))
    scanner.scan([root])
    assert database.read().value("SELECT count(*) FROM hash_cache") == 0
    clock.now += timedelta(seconds=61)
    assert scanner.scan([root]).cache.misses == 1
    assert database.read().value("SELECT count(*) FROM hash_cache") == 1


def test_file_that_changes_while_it_is_read_is_not_cached(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(root, "a.mp4")
    real = fingerprint.payload_hash

    def payload_hash(*args: object, full: bool = False) -> str | None:
        os.utime(path, ns=(OLD, OLD + 1))
        return real(*args, full=full)  # type: ignore[arg-type]

    monkeypatch.setattr(fingerprint, "payload_hash", payload_hash)
    scanner.scan([root])
    assert database.read().value("SELECT count(*) FROM hash_cache") == 0


def test_clean_deletes_hashes_without_file(scanner: Scans, database: Database, root: Path, clock: Clock) -> None:
    path = clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    os.utime(path, ns=(OLD, OLD + 1))
    with database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET mtime_ns = mtime_ns + 1 WHERE file_name = 'a.mp4'")
    cache = HashCache(database, clock=clock)
    assert cache.stats().stale == 1
    assert cache.clean() == 1
    left = cache.stats()
    assert (left.entries, left.sampled, left.full, left.stale, left.differing) == (1, 1, 0, 0, 0)


# Without files.


def _stat(number: int) -> FileStat:
    return FileStat(size=10, mtime_ns=number, device=2**64 - 1, inode=number, nlink=1, mode=0o100644)


def _filled(database: Database, count: int, kind: str = "x1") -> None:
    with database.atomic() as tx:
        hashes = [(_stat(number), KnownHash(f"{kind}:{number}", 0.5)) for number in range(count)]
        hash_cache.put(tx, hashes, at=Clock().now)


def test_memory_keeps_hashes_that_were_used_last(database: Database) -> None:
    _filled(database, 3)
    cache = HashCache(database, memory_entries=2)
    cache.find([_stat(0), _stat(1)])
    cache.find([_stat(0)])
    cache.find([_stat(2)])
    with database.atomic() as tx:
        tx.execute("DELETE FROM hash_cache")
    assert [bool(known) for known in cache.find([_stat(0), _stat(1), _stat(2)])] == [True, False, True]


def test_sample_does_not_answer_for_all_media(database: Database) -> None:
    _filled(database, 1)
    cache = HashCache(database)
    assert cache.find([_stat(0)], full=True) == [None]
    assert cache.find([_stat(0)]) == [KnownHash("x1:0", 0.5)]
    _filled(database, 1, "f1")
    assert cache.find([_stat(0)], full=True) == [KnownHash("f1:0", 0.5)]
    assert database.read().value("SELECT count(*) FROM hash_cache") == 2


def test_date_after_2262_is_a_miss(database: Database) -> None:
    far = FileStat(size=1, mtime_ns=2**70, device=1, inode=1, nlink=1, mode=0)
    assert HashCache(database).find([far]) == [None]


def test_rate_is_share_of_hits() -> None:
    assert CacheUse().rate == 0
    assert CacheUse(hits=3, misses=1).rate == 0.75
