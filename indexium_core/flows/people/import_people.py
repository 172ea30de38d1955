"""
Importing who is in which film: from lists and old databases, and from what the films themselves say.

An import can be tried: the same statements are run and taken back, so what is shown beforehand is what will be.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.people import people_files
from indexium_core.flows.people.people_files import PeopleEntry
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.people import placeholders
from indexium_core.store.catalog import catalog, faces, films
from indexium_core.store.database import Database
from indexium_core.store.people import people as store
from indexium_core.store.people.people import Wanted

__all__ = ["ImportCheck", "ImportReport", "Importer", "RejectedRow", "WaitingRow", "place"]

logger = logging.getLogger(__name__)

_NAMED = 200  # rows that wait that a check names
_TRIED = 5000  # relative paths by which the folder that they start from is guessed


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row, or one name of a row, that was not taken."""

    line: int  # of a text; of a database the id of the row; 0 where it was no file of rows
    where: str  # the place in words: "line 6", "faces, row 17", the path of a video
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """
    What became of an import. A row with three names counts three times.

    `matched`, `waiting`, `rejected` and `skipped` together are all that was read.
    """

    matched: int  # names whose file a scan has met
    waiting: int  # names that wait for a scan to meet their file
    rejected: list[RejectedRow]
    skipped: list[RejectedRow] = field(default_factory=list)  # names that stand for nobody
    added: int = 0  # assignments that were not there before
    files: int = 0  # files concerned, copies included
    suggestions: int = 0  # names that an old database took faces for: offered, never assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """A row whose file no scan has met yet."""

    line: int
    where: str  # the line in words; of a database table and row
    path: str  # where the file is expected, for display; of a row with a hash alone, that


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCheck:
    """What an import would do."""

    report: ImportReport
    rows: int  # that the file has
    people: int  # different names in it
    waiting: list[WaitingRow]  # the first of those that would wait
    relative: bool  # some of its paths start from `root`
    root: str  # where relative paths start from, for display


class _PreviewRollback(Exception):  # noqa: N818 - no error: it takes back what was only tried
    """An import was only tried."""


class Importer:
    """Reads files of people into `database`."""

    def __init__(
        self, database: Database, *, placeholder_keys: Callable[[], frozenset[str]], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._placeholder_keys = placeholder_keys
        self._clock = clock

    def run(self, path: Path, root: str | Path | None, *, replace: bool, keep: bool = True) -> ImportCheck:
        """Import a file, or (not `keep`) only find out what that would do; arguments and errors as `import_file`."""
        source = path.expanduser().absolute()
        base = os.path.realpath(os.fsencode(Path(root).expanduser().absolute() if root else source.parent))
        entries = people_files.read(source)
        asked = _asked(entries, base, self._placeholder_keys(), replace=replace)
        ties = _ties(entries)
        wanted = self.resolved([each for _, each in asked.wanted], ties)
        waiting = [] if keep else self._waiting(wanted, [entry for entry, _ in asked.wanted])
        counts = self._assigned(wanted, ties, replace=replace, keep=keep)
        recognised = self._recognised(source, base)
        report = ImportReport(
            matched=counts.matched,
            waiting=counts.waiting,
            rejected=asked.rejected,
            skipped=asked.skipped,
            added=counts.added,
            files=counts.files,
            suggestions=len(recognised),
        )
        if keep:
            with self._database.atomic() as tx:
                faces.add(tx, recognised, at=self._clock())
            logger.info(
                "people.imported",
                extra={
                    "rows": len(entries),
                    "rejected": len(asked.rejected),
                    "skipped": len(asked.skipped),
                    "added": counts.added,
                },
            )
        return ImportCheck(
            report=report,
            rows=len(entries),
            people=len({each.name for each in wanted if each.name is not None}),
            waiting=waiting,
            relative=any(each.path and not each.path.startswith(b"/") for each in entries),
            root=base.decode("utf-8", "replace"),
        )

    def _assigned(
        self, wanted: list[Wanted], ties: Sequence[films.HashPair], *, replace: bool, keep: bool
    ) -> store.AssignCounts:
        """Assign, and where it is not to be kept, take it back."""
        with contextlib.suppress(_PreviewRollback), self._database.atomic() as tx:
            films.tie(tx, ties, at=self._clock())
            counts = store.assign(tx, wanted, replace=replace, at=self._clock())
            if not keep:
                raise _PreviewRollback
        return counts

    def _recognised(self, source: Path, base: bytes) -> list[faces.FaceRow]:
        """Return whom an old database took faces for, by where the films are."""
        placeholder_keys = self._placeholder_keys()
        found = [
            face for face in people_files.read_faces(source) if names_of.person_key(face.name) not in placeholder_keys
        ]
        named = [(face, name) for face in found for name, problem in [_checked(face.name)] if not problem]
        places = self.resolved([Wanted(name=None, path_bytes=place(base, face.path)) for face, _ in named])
        return [
            faces.FaceRow(path_bytes=at.path_bytes or b"", name=name, confidence=face.confidence, faces=face.faces)
            for (face, name), at in zip(named, places, strict=True)
        ]

    def _waiting(self, wanted: list[Wanted], entries: Sequence[PeopleEntry]) -> list[WaitingRow]:
        reader = self._database.read()
        paths = store.scanned_paths(reader, [each.path_bytes for each in wanted if each.path_bytes is not None])
        hashes = store.known_hashes(reader, {each.file_hash for each in wanted if each.file_hash is not None})
        rows = {
            (entry.line, entry.where): (each.path_bytes or b"").decode("utf-8", "replace") or str(each.file_hash)
            for entry, each in zip(entries, wanted, strict=True)
            if (each.path_bytes not in paths if each.path_bytes is not None else each.file_hash not in hashes)
        }
        return [WaitingRow(line=line, where=where, path=path) for (line, where), path in list(rows.items())[:_NAMED]]

    def root_for(self, path: Path) -> str:
        """Return the folder from which most relative paths of a file lead to known films; "" where none is known."""
        entries = people_files.read(path.expanduser().absolute())
        relative = [each.path for each in entries if each.path and not each.path.startswith(b"/")][:_TRIED]
        roots = [row.path_bytes for row in catalog.libraries(self._database.read())]
        bases = list(dict.fromkeys([*roots, *(os.path.dirname(root) for root in roots)]))  # noqa: PTH120
        met = {base: self._count_met(base, relative) for base in bases}
        best = max(bases, key=lambda base: met[base], default=b"")
        return best.decode("utf-8", "replace")

    def _count_met(self, base: bytes, paths: Sequence[bytes]) -> int:
        return len(store.scanned_paths(self._database.read(), [place(base, path) for path in paths]))

    def take_from_files(self) -> ImportReport:
        """Take over the people whom comments name, in those files of which the database knows nobody yet."""
        found = store.named_in_files(self._database.read())
        placeholder_keys = self._placeholder_keys()
        wanted: list[Wanted] = []
        skipped: list[RejectedRow] = []
        for file_hash, path, names in found:
            for name in names:
                if names_of.person_key(name) in placeholder_keys:
                    where = path.decode("utf-8", "replace")
                    skipped.append(RejectedRow(line=0, where=where, reason=placeholders.reason(name)))
                else:
                    target = None if file_hash else path
                    wanted.append(Wanted(name=name, path_bytes=target, file_hash=file_hash, origin="file"))
        counts = self._assigned(wanted, [], replace=False, keep=True)
        logger.info("people.taken_from_files", extra={"file_count": len(found)})
        return ImportReport(
            matched=counts.matched,
            waiting=counts.waiting,
            rejected=[],
            skipped=skipped,
            added=counts.added,
            files=counts.files,
        )

    def resolved(self, wanted: list[Wanted], ties: Sequence[films.HashPair] = ()) -> list[Wanted]:
        """Where no scan has met a path as it is written, follow its links: a scan knows the file that they lead to."""
        asked = {each.path_bytes for each in wanted if each.path_bytes is not None}
        known = store.known_paths(self._database.read(), asked)
        folder_of = cache(os.path.realpath)
        real = {path: _real(path, folder_of) for path in asked - known}
        hashes = {each.file_hash for each in wanted if each.file_hash is not None and each.path_bytes is not None}
        known_hashes = store.known_hashes(self._database.read(), hashes | {each.old_hash for each in ties})
        known_hashes |= {each.new_hash for each in ties if each.old_hash in known_hashes}
        return [_chosen(each, real, known_hashes) for each in wanted]


@dataclass(frozen=True, slots=True)
class _RequestedRows:
    """What the rows of an import ask for."""

    wanted: list[tuple[PeopleEntry, Wanted]]
    rejected: list[RejectedRow]
    skipped: list[RejectedRow]


def _asked(
    entries: Iterable[PeopleEntry], base: bytes, placeholder_keys: frozenset[str], *, replace: bool
) -> _RequestedRows:
    """Sort the names of all rows into wanted, rejected and skipped ones. A row of placeholders alone has no effect."""
    checked = cache(_checked)  # the same few names come in many rows
    asked = _RequestedRows([], [], [])
    for entry in entries:
        given = [raw for raw in entry.names if names_of.person_key(raw) not in placeholder_keys]
        asked.skipped.extend(
            RejectedRow(line=entry.line, where=entry.where, reason=placeholders.reason(raw))
            for raw in entry.names
            if raw not in given
        )
        if entry.names and not given:
            continue
        if entry.problem:
            asked.rejected.append(RejectedRow(line=entry.line, where=entry.where, reason=entry.problem))
            continue
        path = place(base, entry.path) if entry.path else None
        names: list[str | None] = [None] if replace and not entry.names else []
        for raw in given:
            name, problem = checked(raw)
            if problem:
                asked.rejected.append(RejectedRow(line=entry.line, where=entry.where, reason=problem))
            else:
                names.append(name)
        asked.wanted.extend(
            (entry, Wanted(name=name, path_bytes=path, file_hash=entry.file_hash, origin=entry.origin))
            for name in names
        )
    return asked


def _ties(entries: Iterable[PeopleEntry]) -> list[films.HashPair]:
    """Return which hashes the rows say to be of one film, each pair once."""
    pairs = {
        (previous, entry.file_hash): None
        for entry in entries
        if entry.file_hash and not entry.problem
        for previous in entry.previous_hashes
    }
    return [films.HashPair(old_hash=old, new_hash=new) for old, new in pairs]


def _checked(raw: str) -> tuple[str, str]:
    try:
        return names_of.validate_name(raw), ""
    except errors.ValidationError as error:
        return "", error.message


# Paths are bytes here, which pathlib does not take.


def place(base: bytes, path: bytes) -> bytes:
    """Return a path made absolute from `base`, without dots in it."""
    return os.path.normpath(os.path.join(base, path))  # noqa: PTH118


def _real(path: bytes, real_folder: Callable[[bytes], bytes]) -> bytes:
    folder, name = os.path.split(path)
    found = os.path.join(real_folder(folder), name)  # noqa: PTH118
    return os.path.realpath(found) if os.path.islink(found) else found  # noqa: PTH114


def _chosen(wanted: Wanted, real: dict[bytes, bytes], known_hashes: set[str]) -> Wanted:
    """Settle on hash or path: the hash says more, but where no file has it, a path that a scan has met does."""
    path = wanted.path_bytes
    if path is None or (wanted.file_hash is not None and (wanted.file_hash in known_hashes or path in real)):
        return Wanted(name=wanted.name, file_hash=wanted.file_hash, origin=wanted.origin)
    return Wanted(name=wanted.name, path_bytes=real.get(path, path), origin=wanted.origin)
