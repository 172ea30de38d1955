"""Invariant: people and decisions follow a recording over names, copies, deletions, batches, scans and libraries."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from indexium_core.flows.scanning import moved_files
from indexium_core.model.files.media import FileStat
from indexium_core.store.catalog import catalog, locks, recordings
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.review import decisions
from indexium_core.store.rows import ScannedFile
from tests.support.catalog import NOW, digest_of, hash_of, people_of, scanned
from tests.support.effort import effort

LIBRARIES = ("/one", "/two")
PATHS = tuple(f"{library}/{name}.mp4" for library in LIBRARIES for name in "abc")


@dataclass(frozen=True)
class OnDisk:
    """A file on the made-up disk."""

    content: int
    inode: int
    mtime_ns: int
    size: int = 1000


@dataclass
class World:
    """A database, and a disk of which scans read some paths after others."""

    database: Database
    files: dict[str, OnDisk] = field(default_factory=dict)
    clock: int = 10**18

    def tick(self) -> int:
        self.clock += 10**9
        return self.clock

    def row(self, path: str) -> ScannedFile:
        file = self.files[path]
        facts = {"inode": file.inode, "mtime_ns": file.mtime_ns, "size": file.size}
        # All recordings have the same shape: only their media tells them apart. Some begin as a known one.
        digest = digest_of(file.content % 10)
        return scanned(path.encode(), content=file.content, media_digest=digest, **facts)

    def stat(self, path: bytes) -> FileStat | None:
        return self.row(os.fsdecode(path)).stat if os.fsdecode(path) in self.files else None

    def scan(self, libraries: Sequence[str], order: Sequence[str], batch: int) -> None:
        """Scan as the scanner does: walk, mark what is missing, then read what differs, in batches."""
        known = {path: each for root in libraries for path, each in self._known(root).items()}
        with self.database.atomic() as tx:
            gone = [each.file_id for path, each in known.items() if path not in self.files and each.state != "missing"]
            catalog.mark_missing(tx, gone)
        to_read = [path for path in order if path.startswith(tuple(libraries)) and self._differs(path, known)]
        deferred: list[str] = []
        for defers in (True, False):
            for library in libraries:
                own = [path for path in (to_read if defers else deferred) if path.startswith(library)]
                for start in range(0, len(own), batch):
                    found = self._store(library, [self.row(path) for path in own[start : start + batch]], defers)
                    deferred += found
        with self.database.atomic() as tx:
            recordings.hand_over(tx)

    def _known(self, root: str) -> Mapping[str, catalog.KnownFile]:
        found = catalog.known(self.database.read(), root.encode())
        return {os.fsdecode(path): each for path, each in found.items()}

    def _differs(self, path: str, known: Mapping[str, catalog.KnownFile]) -> bool:
        if path not in self.files:
            return False
        file, row = self.files[path], known.get(path)
        return row is None or row.state == "missing" or (row.size, row.mtime_ns) != (file.size, file.mtime_ns)

    def _store(self, library: str, rows: Sequence[ScannedFile], defers: bool) -> list[str]:
        disk = moved_files.Disk(self.stat, lambda path, _stat, _known: self.row(os.fsdecode(path)).facts.file_hash)
        present = recordings.elsewhere(self.database.read(), rows)
        left = moved_files.find(present, rows, is_online=lambda _: True, disk=disk)
        with self.database.atomic() as tx:
            catalog.mark_missing(tx, left)
            library_id = catalog.add_library(tx, library.encode())
            report = catalog.upsert_files(tx, library_id, rows, at=NOW, defers=defers)
            return [os.fsdecode(path) for path in report.deferred]

    def decided(self) -> set[tuple[str, str]]:
        """Return the path and the text of each decision and each lock of a present file."""
        query = """SELECT path, coalesce(d.people[1], d.value, d.reason)
                   FROM decisions AS d JOIN scanned_files USING (file_id)
                   WHERE revoked_at IS NULL AND state <> 'missing'
                   UNION ALL
                   SELECT path, field FROM field_locks JOIN scanned_files USING (file_id) WHERE state <> 'missing'"""
        return set(self.database.read().execute(query).fetchall())

    def present(self) -> dict[str, int]:
        query = "SELECT path, file_id FROM scanned_files WHERE state <> 'missing'"
        return dict(self.database.read().execute(query).fetchall())


@pytest.fixture(scope="module")
def shared(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = tmp_path_factory.mktemp("recordings") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as opened:
        yield opened


def fresh(database: Database) -> World:
    with database.atomic() as tx:
        for table in ("scanned_files", "video_people", "decisions", "field_locks", "film_hashes", "libraries"):
            tx.execute(f"DELETE FROM {table}")
        tx.execute("DELETE FROM media_properties")
    return World(database)


def decide(world: World) -> dict[int, int]:
    """Give each recording its own person, edit, rating, skip and lock; return the file of each recording."""
    of = {file.content: world.present()[path] for path, file in world.files.items()}
    with world.database.atomic() as tx:
        wanted = [AssignmentRequest(name=f"Person {content}", file_hash=hash_of(content)) for content in of]
        people.assign(tx, wanted, at=NOW)
        for content, file_id in of.items():
            decisions.edit(tx, {file_id: [f"Edit {content}"]}, at=NOW)
            decisions.set_values(tx, "rating", {file_id: f"Rating {content}"}, at=NOW, step=None)
            decisions.postpone(tx, [file_id], until=None, at=NOW, reason=f"Skip {content}")
            locks.lock(tx, [file_id], [f"Lock {content}"], at=NOW)
    return of


# What becomes of a path: the recording that it holds then (None: nothing), and whether by a rename or as a copy.
changes = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3, 4, 5, 6]), st.booleans()), min_size=6, max_size=6)
rounds = st.lists(
    st.tuples(changes, st.permutations(PATHS), st.integers(1, 6), st.booleans(), st.sets(st.sampled_from(PATHS))),
    min_size=1,
    max_size=2,
)


@given(rounds=rounds)
@effort.examples(6, 50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_people_and_decisions_follow_recording(shared: Database, rounds) -> None:
    world = fresh(shared)
    world.files = {path: OnDisk(number, 100 + number, world.tick()) for number, path in enumerate(PATHS, 1)}
    world.scan(LIBRARIES, PATHS, 6)
    own = decide(world)
    for changed, order, batch, is_one_scan, retagged in rounds:
        apply(world, changed, retagged)
        for libraries in [LIBRARIES] if is_one_scan else [LIBRARIES[:1], LIBRARIES[1:]]:
            world.scan(libraries, order, batch)
        judge(world, own)


@given(
    changed=st.lists(
        st.tuples(st.sampled_from([None, 1, 2, 3, 4, 5, 6, 11, 12, 13]), st.booleans()), min_size=6, max_size=6
    ),
    order=st.permutations(PATHS),
    batch=st.integers(1, 6),
)
@effort.examples(6, 50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recording_with_the_beginning_of_another_takes_nothing_from_it(shared: Database, changed, order, batch) -> None:
    world = fresh(shared)
    world.files = {path: OnDisk(number, 100 + number, world.tick()) for number, path in enumerate(PATHS, 1)}
    world.scan(LIBRARIES, PATHS, 6)
    own = decide(world)
    apply(world, changed, set())
    world.scan(LIBRARIES, order, batch)

    present, named, decided = world.present(), people_of(world.database), world.decided()
    is_there = {content: any(file.content == content for file in world.files.values()) for content in own}
    for path, file in world.files.items():
        recording = file.content % 10
        if file.content == recording:
            assert named.get(present[path]) == [f"Person {recording}"]
        elif is_there[recording] or path != PATHS[recording - 1]:
            assert present[path] not in named
            assert not any(where == path for where, _ in decided)
    for content, kind in itertools.product(own, ("Edit", "Rating", "Skip", "Lock")):
        found = {world.files[path].content for path, text in decided if text == f"{kind} {content}"}
        assert found == {content} if is_there[content] else found <= {content + 10}


def apply(world: World, changed: Sequence[tuple[int | None, bool]], retagged: set[str]) -> None:
    """Change the disk: paths get recordings, as renamed files or as copies; another program writes tags into some."""
    before = {file.content: file for file in world.files.values()}
    after: dict[str, OnDisk] = {}
    for path, (content, is_renamed) in zip(PATHS, changed, strict=True):
        if content is None:
            continue
        file = before.get(content)
        is_free = file is not None and all(each.inode != file.inode for each in after.values())
        if file is None or not (is_renamed and is_free):
            unchanged = world.files.get(path)
            is_same = unchanged is not None and unchanged.content == content and is_free
            file = unchanged if is_same else OnDisk(content, world.tick() // 10**9, world.tick())
        after[path] = file
    for path in retagged & after.keys():
        after[path] = replace(after[path], mtime_ns=world.tick())
    world.files = after


def judge(world: World, own: Mapping[int, int]) -> None:
    present, named = world.present(), people_of(world.database)
    assert set(present) == set(world.files)
    assert {path: named.get(present[path]) for path in present} == {
        path: [f"Person {file.content}"] for path, file in world.files.items()
    }
    decided = world.decided()
    paths_of: dict[int, set[str]] = {}
    for path, file in world.files.items():
        paths_of.setdefault(file.content, set()).add(path)
    for content, kind in itertools.product(own, ("Edit", "Rating", "Skip", "Lock")):
        found = {path for path, text in decided if text == f"{kind} {content}"}
        assert found <= paths_of.get(content, set()), f"{kind} is at another recording"
        assert found or content not in paths_of, f"{kind} did not follow its recording"
    by_id = {file_id: path for path, file_id in present.items()}
    for content, file_id in own.items():
        if len(paths_of.get(content, ())) == 1 and is_permutation(world, own):
            assert {by_id.get(file_id)} == paths_of[content]


def is_permutation(world: World, own: Mapping[int, int]) -> bool:
    return sorted(file.content for file in world.files.values()) == sorted(own)
