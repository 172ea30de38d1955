"""Pictures beside the videos of a title: they are candidates of the provider `local`."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from blake3 import blake3

from indexium_core import errors
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.model.artwork import local_names
from indexium_core.model.artwork.assets import LOCAL, MAX_IMAGE_BYTES
from indexium_core.model.artwork.local_names import LocalPicture
from indexium_core.model.names import words
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.operations.actor import SYSTEM, acting_as
from indexium_core.store.artwork import assets as store
from indexium_core.store.artwork.assets import LocalFile, Offer, TitleOwner
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.publishing import items

_FRESH_SECONDS = 600.0  # the folders of a title are not listed again for this time
_MOST_FRESH = 50_000
_GROUP = 200  # titles of one transaction


class LocalArtwork:
    """Finds and reads local pictures. One instance serves a home; any thread may use it."""

    def __init__(
        self,
        database: Database,
        chooser: PictureChooser,
        *,
        may_store: Callable[[], bool],
        clock: Callable[[], datetime],
    ) -> None:
        """`may_store`: returns whether the present actor may change the pictures of titles that it sees."""
        self._database, self._chooser, self._may_store, self._clock = database, chooser, may_store, clock
        self._listed: dict[int, float] = {}  # by title: monotonic seconds
        self._lock = threading.Lock()

    def refresh(self, owner: TitleOwner, *, force: bool = False) -> None:
        """
        Store the pictures in the folders of a film, a series or an episode, unless this was done a moment ago.

        An actor who only reads keeps those that the last scan, or somebody who may edit titles, has found.
        """
        if owner.entity_type != "season" and self._may_store() and (force or self._is_due(owner.id)):
            self._refresh([owner])

    def refresh_since(self, since: datetime) -> None:
        """Store the pictures in the folders of the titles that are new or changed since a moment."""
        owners = store.changed_owners(self._database.read(), since)
        for first in range(0, len(owners), _GROUP):
            self._refresh(owners[first : first + _GROUP])

    def _refresh(self, owners: Sequence[TitleOwner]) -> None:
        reader, found = self._database.read(), dict[tuple[str, int], list[Offer]]()
        known = {
            (each.entity_type, each.entity_id)
            for each in store.candidates(reader, [owner.id for owner in owners])
            if each.provider == LOCAL
        }
        files = store.files_of(reader, [owner.id for owner in owners])
        ours = items.own_hashes(reader, [owner.id for owner in owners])
        for owner in owners:
            key, offers = (owner.entity_type, owner.id), self._offers(reader, owner, files.get(owner.id, []), ours)
            if offers is not None and (offers or key in known):  # None: what was found there before stays
                found[key] = offers
        if not found:
            return
        at = self._clock()

        def put(tx: Connection) -> None:
            store.put(tx, found, is_local=True, at=at)
            self._chooser.choose_again(tx, [number for _, number in found], at)

        with acting_as(SYSTEM):  # who looks at pictures decides nothing
            self._database.run(put)

    def read(self, owner: TitleOwner, path: str) -> bytes:
        """
        Return the bytes of a local picture.

        Raises:
            FileAccessError: It cannot be read, or it is outside the library folder.

        """
        files = store.files_of(self._database.read(), [owner.id]).get(owner.id, [])
        roots = {each.root for each in files}
        real = os.path.realpath(os.fsencode(path))
        if not any(real.startswith(os.path.realpath(root).rstrip(b"/") + b"/") for root in roots):
            raise errors.FileAccessError(f"The picture {path} is not in the folder of its library.")
        try:
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_IMAGE_BYTES:
                    raise errors.FileAccessError(f"{path} is no picture, or larger than {MAX_IMAGE_BYTES / 1e6:g} MB.")
                return file.read(MAX_IMAGE_BYTES + 1)
        except OSError as error:
            raise errors.FileAccessError(f"The picture {path} cannot be read: {error.strerror}.") from error

    def _is_due(self, title_id: int) -> bool:
        now = time.monotonic()
        with self._lock:
            if self._listed.get(title_id, -_FRESH_SECONDS) + _FRESH_SECONDS > now:
                return False
            if len(self._listed) >= _MOST_FRESH:
                self._listed.clear()
            self._listed[title_id] = now
            return True

    def _offers(
        self, reader: Connection, owner: TitleOwner, files: Sequence[LocalFile], ours: Mapping[bytes, str]
    ) -> list[Offer] | None:
        """Return the pictures of a title; None if a folder cannot be listed."""
        found: dict[str, Offer] = {}
        try:
            for folder, picture in self._pictures(reader, owner, files):
                offer = _offer(folder, picture)
                if offer is not None and not _is_ours(offer.url, ours):
                    found.setdefault(offer.url, offer)
        except OSError:
            return None
        return list(found.values())

    def _pictures(
        self, reader: Connection, owner: TitleOwner, files: Sequence[LocalFile]
    ) -> Iterator[tuple[Path, LocalPicture]]:
        """Yield the pictures of a title with their folders. Raises OSError if a folder cannot be listed."""
        folders: dict[Path, list[LocalFile]] = {}
        for each in files:
            folders.setdefault(_path(each.path).parent, []).append(each)
        roots: dict[Path, tuple[int, str]] = {}  # folders above those of the videos, with their places in the library
        for folder, inside in folders.items():
            first = inside[0]
            above = first.library_id, first.folder.rpartition("/")[0]
            stems = {_path(each.path).stem for each in inside}
            if owner.entity_type == "episode":
                yield from ((folder, each) for each in local_names.of_episode(_names(folder), stems))
            elif owner.entity_type == "movie":
                names = _names(folder)
                is_own = bool(names) and store.titles_below(reader, first.library_id, first.folder) == 1
                yield from ((folder, each) for each in local_names.of_film(names, stems, is_own_folder=is_own))
                if first.folder and words.DISC_FOLDER.fullmatch(folder.name):
                    roots[folder.parent] = above
            elif first.folder and (season := season_of_folder(folder.name)) is not None:
                yield from ((folder, each) for each in local_names.of_season(_names(folder), season[0]))
                roots[folder.parent] = above
            else:
                roots[folder] = first.library_id, first.folder
        for folder, (library_id, below) in roots.items():
            names = _names(folder)
            if names and store.titles_below(reader, library_id, below) == 1:
                of = (
                    local_names.of_series(names)
                    if owner.entity_type == "series"
                    else local_names.of_film(names, (), is_own_folder=True)
                )
                yield from ((folder, each) for each in of)


def _path(path: bytes) -> Path:
    return Path(os.fsdecode(path))


def _names(folder: Path) -> list[str]:
    """Return the names of pictures in a folder, as far as they are text."""
    return [path.name for path in folder.iterdir() if local_names.is_picture(path.name) and _is_text(path.name)]


def _offer(folder: Path, picture: LocalPicture) -> Offer | None:
    """Return a picture as it is stored; None if it is empty or cannot be stored."""
    path = folder / picture.name
    try:
        status = path.stat()
    except OSError:
        return None
    if not _is_text(str(path)) or not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= MAX_IMAGE_BYTES:
        return None
    facts = {"season": picture.season, "mtime_ns": status.st_mtime_ns, "size": status.st_size}
    return Offer(picture.kind, LOCAL, str(path), facts)


def _is_ours(path: str, ours: Mapping[bytes, str]) -> bool:
    """Return whether a picture has the bytes that a publication of ours wrote; `ours`: hashes by path."""
    known = ours.get(os.fsencode(path))
    try:
        return known is not None and blake3(Path(path).read_bytes()).hexdigest() == known
    except OSError:
        return False


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
