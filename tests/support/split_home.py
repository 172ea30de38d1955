"""
A home with a folder that a person sees, and one that is hidden from this person: each of its names has a mark.

A process makes it once; each test gets a copy with paths and inodes of its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.model.publishing.requests import PublicationSelection
from tests.support import copied_home, homes, media, tables
from tests.support.sessions import PASSWORD
from tests.support.studio import ALL

MARKS = ("zora", "zander")  # in every name of the hidden folder, in some case


class House(NamedTuple):
    """A home with a hidden library, whose things have the lowest ids, and one that Bob sees."""

    library: Library
    hidden: list[int]  # ids of files
    seen: list[int]
    bytes: Mapping[Path, bytes]  # of the hidden files

    def bob(self, role: str) -> Actor:
        """Add a person who sees the second library."""
        user = self.library.users.add("Bob", PASSWORD, role=role, libraries=[self.seen_library])
        return Actor("user", str(user.id), user.name)

    @property
    def seen_library(self) -> int:
        return next(row.library_id for row in self.library.inventory.list() if row.name == "films")


def films(folder: Path, first: int, person: str) -> list[Path]:
    """Make three films whose payloads no other call makes."""
    folder.mkdir()
    made = media.series("mp4", folder, first + 3, comment=f"People: {person}")
    for path in made[:first]:
        path.unlink()
    return made[first:]


class CopiedFolder:
    """A folder that has a home and its media: made once by a process, and copied with every file of the home."""

    def __init__(self, make: Callable[[Path], object]) -> None:
        """Note the function that makes the home and its media in a folder, and closes the library."""
        self._make = make
        self._templates: dict[tuple[str, ...], tuple[Path, tuple[str, ...]]] = {}  # by the settings in the environment

    def open(self, folder: Path, **options: Any) -> Library:
        """Copy everything into a folder and open the home there."""
        template, updates = self._template()
        shutil.copytree(template, folder, dirs_exist_ok=True)
        library = Library.open(folder / "home", **options)
        with tables.changing(library) as tx:
            for statement in updates:
                tx.execute(statement, copied_home.paths(template, folder))
            files = [path for path in folder.rglob("*") if path.is_file()]
            inodes = [path.stat().st_ino for path in files]
            tx.execute(homes._HASHES, {"paths": [os.fsencode(path) for path in files], "inodes": inodes})
            homes.update_inodes(tx, files)
            for statement in ("DELETE FROM hash_cache", "INSERT INTO hash_cache FROM known", "DROP TABLE known"):
                tx.execute(statement)
        return library

    def _template(self) -> tuple[Path, tuple[str, ...]]:
        key = tuple(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("INDEXIUM_"))
        if key not in self._templates:
            folder = Path(tempfile.mkdtemp(dir=homes.folder()))
            self._make(folder)
            with Library.open(folder / "home") as library, tables.changing(library) as reader:
                updates = tuple(copied_home.updates(reader, folder))
            homes.forget_planned_runs(folder / "home")
            self._templates[key] = folder, updates
        return self._templates[key]


def _build(folder: Path) -> None:
    with Library.open(folder / "home") as library:
        hidden = [path.rename(path.with_stem(f"zora {path.stem}")) for path in films(folder / "zora", 0, "Zora Zed")]
        library.scan([folder / "zora"])
        library.people.add(hidden, ["Zora Zed", "Zander Young"])
        library.inventory.set_kind(1, "mixed")
        library.publications.set_options(1, publish="nfo")
        ids = [each.file_id for each in library.inventory.search().items]
        title = library.titles.assign_new(ids[:1], "movie", "Zora Rises", year=1922)
        library.titles.lock(title.id, ["plot"])
        library.decisions.edit(ids[1:2], ["Zora Zed"])
        library.locks.set(ids[1:2], "resolution", "640x480")
        library.write(library.plan(), ALL).wait()
        library.publications.publish(PublicationSelection(addresses=(f"movie:{title.id}",)))
        library.decisions.edit(ids[2:3], ["Zora Zed", "Zander Old"])
        seen = films(folder / "films", 5, "Bob Ray")
        library.scan([folder / "films"])
        library.people.add(seen, ["Ann Lee"])
        library.users.add("Root", PASSWORD, role="admin")


_HOUSE = CopiedFolder(_build)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[House]:
    """Open such a home below a folder."""
    with _HOUSE.open(folder) as library:
        found = library.inventory.search().items
        hidden = {each.file_id: Path(each.file_path) for each in found if each.library == "zora"}
        seen = [each.file_id for each in found if each.file_id not in hidden]
        yield House(library, list(hidden), seen, {path: path.read_bytes() for path in hidden.values()})
