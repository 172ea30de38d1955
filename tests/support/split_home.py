"""
A home with a folder that a person sees, and one that is hidden from this person: each of its names has a mark.

A process makes it once; each test gets a copy with paths and inodes of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.model.publishing.requests import PublicationSelection
from tests.support import media
from tests.support.copied_home import CopiedFolder
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
