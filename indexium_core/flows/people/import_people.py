"""
Import of assignments: from lists and legacy databases, and from the comments of the files themselves.

A dry run executes the same statements and rolls them back, so a preview shows exactly what the import would do.
"""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.people import people_files
from indexium_core.flows.people.import_legacy import HashMemo, LegacyImport, Progress
from indexium_core.flows.people.paths import absolute_path, real_path
from indexium_core.flows.people.people_files import PeopleEntry
from indexium_core.model.people import people_comment, person, placeholders
from indexium_core.model.people.import_report import ImportCheck, ImportReport, RejectedRow, WaitingRow
from indexium_core.store.catalog import catalog, faces, films
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people as store
from indexium_core.store.people.people import AssignmentRequest

logger = logging.getLogger(__name__)

_MAX_WAITING_ROWS = 200  # waiting rows that a preview lists
_MAX_SAMPLE_PATHS = 5000  # relative paths from which the root folder is guessed


class Importer:
    """Imports assignments into `database`."""

    def __init__(
        self, database: Database, *, placeholder_keys: Callable[[], frozenset[str]], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._placeholder_keys = placeholder_keys
        self._clock = clock
        self._memo: HashMemo = {}  # from a preview to the import that follows

    def import_file(
        self,
        path: Path,
        root: str | Path | None,
        *,
        replace: bool,
        name: str = "",
        on_progress: Progress = lambda _done, _of: None,
        dry_run: bool = False,
    ) -> ImportCheck:
        """Import a file; `dry_run`: only preview it. Arguments and errors as `PeopleService.import_file`."""
        source = path.expanduser().absolute()
        base = os.path.realpath(os.fsencode(Path(root).expanduser().absolute() if root else source.parent))
        legacy: LegacyImport | None = None
        if people_files.is_legacy(source):
            legacy = LegacyImport(
                source,
                self._database.read(),
                base=base,
                is_complete=replace,
                placeholder_keys=self._placeholder_keys(),
                memo=self._memo,
                on_progress=on_progress,
            )
        entries = people_files.read(source) if legacy is None else legacy.entries()
        people = _PeopleOfNames(self._database.read(), entries)
        requested = _requested_rows(entries, base, self._placeholder_keys(), people, replace=replace)
        pairs = _hash_pairs(entries)
        wanted = self.resolve_paths([each for _, each in requested.wanted], pairs)
        waiting = self._waiting(wanted, [entry for entry, _ in requested.wanted]) if dry_run else {}
        face_rows = self._faces(legacy) if legacy else []
        with self._database.atomic(dry_run=dry_run) as tx:
            films.link(tx, pairs, at=self._clock())
            counts = store.assign(tx, wanted, replace=replace, at=self._clock())
            for (person_name, qualifier), aliases in requested.aliases.items():
                store.restore(tx, person_name, qualifier, aliases, at=self._clock())
            faces.add(tx, face_rows, at=self._clock())
            operations, known = legacy.record(tx, name or source.name, is_preview=dry_run) if legacy else (0, 0)
        report = ImportReport(
            matched=counts.matched,
            waiting=counts.waiting,
            rejected=requested.rejected,
            skipped=requested.skipped,
            added=counts.added,
            files=counts.files,
            suggestions=len(face_rows),
            operations=operations,
            known_operations=known,
        )
        if legacy is not None:
            report = _with_matches(report, legacy)
        if not dry_run:
            self._memo.clear()
            logger.info(
                "people.imported",
                extra={
                    "rows": len(entries),
                    "rejected": len(requested.rejected),
                    "skipped": len(requested.skipped),
                    "added": counts.added,
                    "operations": operations,
                },
            )
        paths = people_files.paths_of(entries) if legacy is None else legacy.paths
        return ImportCheck(
            report=report,
            rows=len(entries),
            people=len({each.name for each in wanted if each.name is not None}),
            waiting=[
                WaitingRow(line=line, where=where, path=each)
                for (line, where), each in itertools.islice(waiting.items(), _MAX_WAITING_ROWS)
            ],
            waiting_rows=len(waiting),
            relative=any(not path.startswith(b"/") for path in paths),
            root=base.decode("utf-8", "replace"),
        )

    def _faces(self, legacy: LegacyImport) -> list[tuple[bytes, faces.Face]]:
        """Return the unconfirmed faces of a legacy database, by the paths of their files."""
        checked = cache(_checked_name)
        named = [(face, name) for face in legacy.faces() for name, problem in [checked(face.name)] if not problem]
        return [(legacy.path_of(face), faces.Face(name, face.confidence, face.faces)) for face, name in named]

    def _waiting(self, wanted: list[AssignmentRequest], entries: Sequence[PeopleEntry]) -> dict[tuple[int, str], str]:
        """Return the path of each row whose file is not scanned, by line and position."""
        reader = self._database.read()
        paths = store.scanned_paths(reader, [each.path_bytes for each in wanted if each.path_bytes is not None])
        hashes = store.known_hashes(reader, {each.file_hash for each in wanted if each.file_hash is not None})
        return {
            (entry.line, entry.where): (each.path_bytes or b"").decode("utf-8", "replace") or str(each.file_hash)
            for entry, each in zip(entries, wanted, strict=True)
            if (each.path_bytes not in paths if each.path_bytes is not None else each.file_hash not in hashes)
        }

    def root_for(self, path: Path) -> str:
        """Return the folder from which most relative paths of a file lead to scanned files; "" without libraries."""
        paths = people_files.paths_in(path.expanduser().absolute())
        relative = [each for each in paths if not each.startswith(b"/")][:_MAX_SAMPLE_PATHS]
        roots = [row.path_bytes for row in catalog.libraries(self._database.read())]
        bases = list(dict.fromkeys([*roots, *(os.path.dirname(root) for root in roots)]))  # noqa: PTH120
        matches = {base: self._count_scanned(base, relative) for base in bases}
        best = max(bases, key=lambda base: matches[base], default=b"")
        return best.decode("utf-8", "replace")

    def _count_scanned(self, base: bytes, paths: Sequence[bytes]) -> int:
        return len(store.scanned_paths(self._database.read(), [absolute_path(base, path) for path in paths]))

    def take_from_files(self) -> ImportReport:
        """Assign the people in comments to their files, if the database assigns no people to the file yet."""
        rows = store.named_in_files(self._database.read())
        placeholder_keys = self._placeholder_keys()
        ambiguous = store.ambiguous_names(self._database.read(), {name for _, _, names in rows for name in names})
        wanted: list[AssignmentRequest] = []
        skipped: list[RejectedRow] = []
        for file_hash, path, names in rows:
            for name in names:
                if people_comment.person_key(name) in placeholder_keys:
                    where = path.decode("utf-8", "replace")
                    skipped.append(RejectedRow(line=0, where=where, reason=placeholders.reason(name)))
                elif name in ambiguous:
                    where = path.decode("utf-8", "replace")
                    skipped.append(RejectedRow(line=0, where=where, reason=_ambiguity(name, ambiguous[name])))
                else:
                    target = None if file_hash else path
                    wanted.append(AssignmentRequest(name=name, path_bytes=target, file_hash=file_hash, origin="file"))
        with self._database.atomic() as tx:
            counts = store.assign(tx, wanted, at=self._clock())
        logger.info("people.taken_from_files", extra={"file_count": len(rows)})
        return ImportReport(
            matched=counts.matched,
            waiting=counts.waiting,
            rejected=[],
            skipped=skipped,
            added=counts.added,
            files=counts.files,
        )

    def resolve_paths(
        self, wanted: list[AssignmentRequest], pairs: Sequence[films.HashPair] = ()
    ) -> list[AssignmentRequest]:
        """
        Return assignments whose unscanned paths are those that a scan stores.

        Symbolic links are resolved. A path that is not scanned then means the only file whose path is the same text in
        another normal form.
        """
        reader = self._database.read()
        paths = {each.path_bytes for each in wanted if each.path_bytes is not None}
        real_folder = cache(os.path.realpath)
        real_paths = {path: real_path(path, real_folder) for path in paths - store.known_paths(reader, paths)}
        unscanned = set(real_paths.values())
        equal = catalog.equal_paths(reader, unscanned - store.scanned_paths(reader, unscanned))
        real_paths = {path: equal.get(real, real) for path, real in real_paths.items()}
        hashes = {each.file_hash for each in wanted if each.file_hash is not None and each.path_bytes is not None}
        known_hashes = store.known_hashes(self._database.read(), hashes | {each.old_hash for each in pairs})
        known_hashes |= {each.new_hash for each in pairs if each.old_hash in known_hashes}
        return [_with_one_target(each, real_paths, known_hashes) for each in wanted]


@dataclass(frozen=True, slots=True)
class _RequestedRows:
    """The names of the rows of an import, sorted by what happens to them."""

    wanted: list[tuple[PeopleEntry, AssignmentRequest]]
    rejected: list[RejectedRow]
    skipped: list[RejectedRow]
    aliases: dict[tuple[str, str | None], dict[str, None]]  # of people, by name and qualifier (None: not known)


class _PeopleOfNames:
    """The people that the names of an import mean, where qualifiers matter."""

    def __init__(self, reader: Connection, entries: Iterable[PeopleEntry]) -> None:
        names = {
            people_comment.clean_name(name) for entry in entries if entry.qualifier is None for name in entry.names
        }
        self._qualified = store.qualified(reader, names)
        self._ambiguous = store.ambiguous_names(reader, names - self._qualified.keys())

    def of(self, name: str, qualifier: str | None) -> tuple[tuple[str, str | None], str]:
        """Return name and qualifier of the person, and "" or the reason why the name is rejected."""
        if qualifier is not None:
            try:
                return (name, person.checked_qualifier(qualifier)), ""
            except errors.ValidationError as error:
                return (name, None), error.message
        if name in self._qualified:
            return (self._qualified[name].name, self._qualified[name].qualifier), ""
        return (name, None), _ambiguity(name, self._ambiguous[name]) if name in self._ambiguous else ""


def _with_matches(report: ImportReport, legacy: LegacyImport) -> ImportReport:
    return replace(
        report,
        by_hash=legacy.matches.by_hash,
        by_path=legacy.matches.by_path,
        unmatched=legacy.unmatched(),
        problems=legacy.problems,
    )


def _ambiguity(name: str, people: str) -> str:
    return f"“{name}” matches several people: {people}; add the qualifier to the name"


def _requested_rows(
    entries: Iterable[PeopleEntry],
    base: bytes,
    placeholder_keys: frozenset[str],
    people: _PeopleOfNames,
    *,
    replace: bool,
) -> _RequestedRows:
    """Sort the names of all rows into wanted, rejected and skipped ones. A row with only placeholders has no effect."""
    checked = cache(_checked_name)  # the same few names occur in many rows
    requested = _RequestedRows([], [], [], {})
    for entry in entries:
        raw_names = [raw for raw in entry.names if people_comment.person_key(raw) not in placeholder_keys]
        requested.skipped.extend(
            RejectedRow(line=entry.line, where=entry.where, reason=placeholders.reason(raw))
            for raw in entry.names
            if raw not in raw_names
        )
        if entry.names and not raw_names:
            continue
        if entry.problem:
            requested.rejected.append(RejectedRow(line=entry.line, where=entry.where, reason=entry.problem))
            continue
        path = absolute_path(base, entry.path) if entry.path else None
        names: list[tuple[str | None, str | None]] = [(None, None)] if replace and not entry.names else []
        for raw in raw_names:
            name, problem = checked(raw)
            (name, qualifier), problem = ((name, None), problem) if problem else people.of(name, entry.qualifier)
            if problem:
                requested.rejected.append(RejectedRow(line=entry.line, where=entry.where, reason=problem))
            else:
                names.append((name, qualifier))
                own = [alias for alias, problem in map(checked, entry.aliases) if not problem]
                if own:
                    requested.aliases.setdefault((name, qualifier), {}).update(dict.fromkeys(own))
        if not entry.path and not entry.file_hash:
            continue
        requested.wanted.extend(
            (
                entry,
                AssignmentRequest(
                    name=name, qualifier=qualifier, path_bytes=path, file_hash=entry.file_hash, origin=entry.origin
                ),
            )
            for name, qualifier in names
        )
    return requested


def _hash_pairs(entries: Iterable[PeopleEntry]) -> list[films.HashPair]:
    """Return, once each, the pairs of hashes that the rows declare to be one film."""
    pairs = {
        (previous, entry.file_hash): None
        for entry in entries
        if entry.file_hash and not entry.problem
        for previous in entry.previous_hashes
    }
    return [films.HashPair(old_hash=old, new_hash=new) for old, new in pairs]


def _checked_name(raw: str) -> tuple[str, str]:
    """Return the cleaned name, or "" and the reason why it is invalid."""
    try:
        return people_comment.validate_name(raw), ""
    except errors.ValidationError as error:
        return "", error.message


def _with_one_target(
    wanted: AssignmentRequest, real_paths: dict[bytes, bytes], known_hashes: set[str]
) -> AssignmentRequest:
    """Return an assignment with a hash or a path: the path if it is scanned and no file has the hash, else the hash."""
    path = wanted.path_bytes
    if path is None or (wanted.file_hash is not None and (wanted.file_hash in known_hashes or path in real_paths)):
        return replace(wanted, path_bytes=None)
    return replace(wanted, path_bytes=real_paths.get(path, path), file_hash=None)
