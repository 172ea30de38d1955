"""
Homes that know a folder of films: the first one of a process is scanned, the next ones with the same films are copies.

A copy gets what is particular to its films: the path of their folder, and their inodes. It takes a fifth of the time.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from indexium_core.library import Library
from indexium_core.model.people import people_comment
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from tests.support import tables

_PATHS = (
    "UPDATE libraries SET path = replace(path, $old, $new), path_bytes = encode(replace(path, $old, $new))",
    "UPDATE job_queue SET title = replace(title, $old, $new)",
    "UPDATE events SET data = replace(data, $old, $new)",
)
_FILES = """UPDATE scanned_files SET path = replace(path, $old, $new), path_bytes = encode(replace(path, $old, $new)),
            path_search = replace(path_search, $old_search, $new_search)"""
_INODES = """UPDATE scanned_files SET inode = copy.inode
             FROM (SELECT unnest($paths::BLOB[]) AS path_bytes, unnest($inodes::UBIGINT[]) AS inode) AS copy
             WHERE scanned_files.path_bytes = copy.path_bytes"""
# The known hashes, for the inodes of the copies: a later file may get an inode of the template.
_HASHES = """CREATE TEMP TABLE known AS SELECT c.* REPLACE (copy.inode AS inode) FROM hash_cache AS c
             JOIN scanned_files AS f USING (device, inode, size, mtime_ns)
             JOIN (SELECT unnest($paths::BLOB[]) AS path_bytes, unnest($inodes::UBIGINT[]) AS inode) AS copy
             ON copy.path_bytes = f.path_bytes"""
_built: dict[tuple[str, ...], tuple[Path, Path]] = {}  # a home and the folder of its films, by their content


def build(home: Path, films: Path, *people: str) -> None:
    """Build a home that has scanned the files in a folder, and that has these people in each file."""
    opened(home, films, *people).close()


def opened(home: Path, films: Path, *people: str) -> Library:
    """Build a home as `build` does, and return its open library."""
    paths = sorted(films.iterdir())
    key = (*settings_in_environment(), *people, *map(_print, paths))
    if key not in _built:
        with Library.open(home) as library:
            library.scan([films])
            if people:
                library.people.add(paths, list(people))
        template = Path(tempfile.mkdtemp(dir=folder())) / "home"
        shutil.copytree(home, template)
        forget_planned_runs(template)
        _built[key] = template, films
        return Library.open(home)
    template, scanned = _built[key]
    shutil.copytree(template, home)
    library = Library.open(home)
    with tables.changing(library) as tx:  # in the open database: to open it once more takes as long as all the rest
        _relocate(tx, scanned, films)
    return library


def _print(path: Path) -> str:
    """Return what the database knows of a file, except its folder and its inode."""
    found = path.stat()
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()} {found.st_mtime_ns} {found.st_mode}"


def _relocate(tx: Connection, old: Path, new: Path) -> None:
    """Store another folder of the films."""
    folders = {"old": str(old), "new": str(new)}
    folded = {"old_search": people_comment.fold(str(old)), "new_search": people_comment.fold(str(new))}
    for statement in _PATHS:
        tx.execute(statement, folders)
    tx.execute(_FILES, folders | folded)
    update_files(tx, list(new.iterdir()))


def update_files(tx: Connection, paths: Sequence[Path]) -> None:
    """Store the inodes of copied files, also in the known hashes: those of other copies are removed."""
    tx.execute(_HASHES, _inodes_of(paths))
    update_inodes(tx, paths)
    for statement in ("DELETE FROM hash_cache", "INSERT INTO hash_cache FROM known", "DROP TABLE known"):
        tx.execute(statement)


def update_inodes(tx: Connection, paths: Sequence[Path]) -> None:
    """Store the inodes of copied files, which are the only changes that a scan would find."""
    tx.execute(_INODES, _inodes_of(paths))


def _inodes_of(paths: Sequence[Path]) -> dict[str, list[bytes] | list[int]]:
    return {"paths": [os.fsencode(path) for path in paths], "inodes": [path.stat().st_ino for path in paths]}


def settings_in_environment(*, but: str = "") -> tuple[str, ...]:
    """Return the settings in the environment, on which a prepared home depends, except one."""
    names = sorted(name for name in os.environ if name.startswith("INDEXIUM_") and name != but)
    return tuple(f"{name}={os.environ[name]}" for name in names)


def forget_planned_runs(home: Path) -> None:
    """Let the first start of each copy of a home plan its schedules: one that falls due meanwhile would run in each."""
    with Database.open(home) as database, database.atomic() as tx:
        tx.execute("UPDATE schedules SET next_run_at = NULL")


@functools.cache
def folder() -> Path:
    """Return a folder of this process, which is removed at its end."""
    made = Path(tempfile.mkdtemp(prefix="indexium-homes-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
