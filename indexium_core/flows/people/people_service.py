"""
People: who is in which file, by import, by hand, and by what becomes of a name.

Whatever is asked here changes the database alone; files follow when a plan is written.
"""

from __future__ import annotations

import builtins
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.people import import_people
from indexium_core.flows.people.import_people import ImportCheck, ImportReport, RejectedRow, WaitingRow
from indexium_core.model.people import likeness, placeholders
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.remote_calls import remote
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people as store
from indexium_core.store.people import suggestions
from indexium_core.store.people.people import AssignmentRow, FileResult, PersonRow, Wanted
from indexium_core.store.review import decisions

__all__ = [
    "AssignmentRow",
    "ImportCheck",
    "ImportReport",
    "PeopleService",
    "PersonRow",
    "RejectedRow",
    "Similar",
    "WaitingRow",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A person whom a name may mean, misspelt."""

    name: str
    files: int  # files that have them
    reason: str  # a few words: "one letter differs"


class PeopleService:
    """
    All that can be done with people. `on_change` is told, with nothing, after each change.

    `placeholder_keys` returns the keys of names that stand for nobody.
    """

    def __init__(
        self,
        database: Database,
        *,
        placeholder_keys: Callable[[], frozenset[str]] = lambda: placeholders.DEFAULT_KEYS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change
        self._importer = import_people.Importer(database, placeholder_keys=placeholder_keys, clock=clock)

    @remote(paths=("path", "root"))
    def import_file(self, path: str | Path, *, root: str | Path | None = None, replace: bool = False) -> ImportReport:
        """
        Read who is in which file from CSV, JSON or an old database, and add it to what is known.

        Args:
            path: The file; its kind is told by what is in it.
            root: Folder that relative paths start from; default: the file's own.
            replace: Set the people of the files that are named, instead of adding to them.

        Raises:
            UsageError: The file cannot be read as a whole. Nothing was imported.

        """
        report = self._importer.run(Path(path), root, replace=replace).report
        self._on_change()
        return report

    @remote(paths=("path", "root"))
    def check_import(self, path: str | Path, *, root: str | Path | None = None, replace: bool = False) -> ImportCheck:
        """Return what an import would do, to the last row, and do nothing; arguments and errors as `import_file`."""
        return self._importer.run(Path(path), root, replace=replace, keep=False)

    def root_for(self, path: str | Path) -> str:
        """
        Return the folder from which most relative paths of a file lead to known films; "" where no folder is known.

        Every root is tried, and the folder that it is in: many lists begin with the root's own name.
        """
        return self._importer.root_for(Path(path))

    @remote()
    def take_from_files(self) -> ImportReport:
        """
        Take over the people whom comments name, in those files of which the database knows nobody yet.

        So the database knows what the files say; no plan comes of it but where a name is spelt otherwise.
        """
        report = self._importer.take_from_files()
        self._on_change()
        return report

    @remote()
    def export(self) -> builtins.list[AssignmentRow]:
        """Return every assignment, one row for each file it concerns; an import reads them back."""
        return store.export(self._database.read())

    @remote(paths=("paths",))
    def add(self, paths: Iterable[str | Path], names: Iterable[str]) -> ImportReport:
        """
        Say that people are in files. A file that no scan has met yet gets them when one does.

        Raises:
            ValidationError: Names that may not be written, all of them.

        """
        clean = valid_names(names)
        given = [Wanted(name=name, path_bytes=path, origin="hand") for path in _absolute(paths) for name in clean]
        wanted = self._importer.resolved(given)
        with self._database.atomic() as tx:
            counts = store.assign(tx, wanted, at=self._clock())
        self._on_change()
        return ImportReport(
            matched=counts.matched, waiting=counts.waiting, rejected=[], added=counts.added, files=counts.files
        )

    def add_to_files(self, file_ids: Sequence[int], names: Iterable[str]) -> ImportReport:
        """Say that people are in files that a scan has met, and in their copies; ValidationError as `add`."""
        clean = valid_names(names)
        places = store.places(self._database.read(), file_ids)
        wanted = [
            Wanted(name=name, path_bytes=None if file_hash else path, file_hash=file_hash, origin="hand")
            for file_hash, path in places
            for name in clean
        ]
        counts = self._database.run(lambda tx: store.assign(tx, wanted, at=self._clock()))
        self._on_change()
        return ImportReport(
            matched=counts.matched, waiting=counts.waiting, rejected=[], added=counts.added, files=counts.files
        )

    @remote(paths=("paths",))
    def remove(self, paths: Iterable[str | Path], names: Iterable[str], *, from_files: bool = False) -> int:
        """
        Say that people are not in files after all, and return how many assignments went.

        The name stays in a file that has it already, unless `from_files`: then an edit stands in for the file, with all
        its people but these.

        Raises:
            UnknownIdError: A file that nobody knows, or (unless `from_files`) a person whom nobody knows.

        """
        given = self._importer.resolved([Wanted(name=None, path_bytes=path) for path in _absolute(paths)])
        places = [each.path_bytes for each in given if each.path_bytes is not None]
        wanted = list(dict.fromkeys(names))
        with self._database.atomic() as tx:
            _check_known(tx, places)
            people = store.find(tx, wanted)
            unknown = [name for name in wanted if name not in people]
            if unknown and not from_files:
                raise errors.UnknownIdError(_nobody(unknown))
            person_ids = [person_id for found in people.values() for person_id in found]
            gone = store.keys_of(tx, person_ids) | {names_of.person_key(name) for name in wanted}
            file_ids = store.files_at(tx, places)
            removed = store.remove(tx, person_ids, file_ids=file_ids, paths=places)
            suggestions.decline(tx, file_ids, gone, at=self._clock())
            if from_files:
                self._edit_out(tx, file_ids, gone)
        self._on_change()
        return removed

    @remote()
    def list(self) -> builtins.list[PersonRow]:
        """Return every person, by name."""
        return store.list_people(self._database.read())

    @remote()
    def similar(self, name: str, *, limit: int = 5) -> builtins.list[Similar]:
        """Return the people whom a name may mean, misspelt: the likeliest first, of equals who is in most files."""
        known = dict(store.files_by_name(self._database.read()))
        found = likeness.similar(names_of.clean_name(name), known, limit=limit * 5)
        best = sorted(found, key=lambda each: (each.rank, -known[each.name]))
        return [Similar(name=each.name, files=known[each.name], reason=each.reason) for each in best[:limit]]

    @remote()
    def rename(self, old: str, new: str) -> None:
        """
        Spell a person differently. The old spelling becomes an alias: the plan corrects the files that have it.

        Raises:
            UnknownIdError: Nobody is called `old`.
            UsageError: Somebody else is called `new`.
            ValidationError: `new` may not be written.

        """
        clean = names_of.validate_name(new)
        with self._database.atomic() as tx:
            person_id, spelling = _person(tx, old)
            if spelling == clean:
                return
            other = store.person_named(tx, clean)
            owner = store.owner_of_alias(tx, clean)
            if other is not None or (owner and owner[0] != person_id):
                message = f"“{clean}” is known already. To make the two one: indexium people merge OLD NEW."
                raise errors.UsageError(message)
            store.rename(tx, person_id, old=spelling, new=clean, at=self._clock())
        self._on_change()

    @remote()
    def merge(self, names: Sequence[str], into: str) -> None:
        """
        Say that several spellings are one person, spelt `into`. The others become aliases.

        Raises:
            UnknownIdError: One of the names is nobody's.
            UsageError: There is nobody to merge.

        """
        with self._database.atomic() as tx:
            target, _ = _person(tx, into)
            others = {_person(tx, name)[0] for name in names} - {target}
            if not others:
                raise errors.UsageError("Name at least one other person to merge: indexium people merge FROM… INTO.")
            store.merge(tx, sorted(others), target, at=self._clock())
        self._on_change()

    def _edit_out(self, tx: Connection, file_ids: builtins.list[int], gone: set[str]) -> None:
        aliases = store.aliases(tx)
        lists = {row.file_id: _without(row, aliases, gone) for row in store.results_of(tx, file_ids)}
        edits = {file_id: names for file_id, names in lists.items() if names is not None}
        if edits:
            decisions.edit(tx, edits, at=self._clock(), reason="removed_from_files")


def valid_names(names: Iterable[str]) -> list[str]:
    """
    Return the names cleaned, each person once.

    Raises:
        ValidationError: Names that may not be written, all of them in one message.

    """
    clean: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        try:
            valid = names_of.validate_name(name)
        except errors.ValidationError as error:
            problems.append(error.message)
        else:
            clean.setdefault(names_of.person_key(valid), valid)
    if problems:
        raise errors.ValidationError(" ".join(problems), code="invalid_person_name")
    return list(clean.values())


def _absolute(paths: Iterable[str | Path]) -> list[bytes]:
    here = os.fsencode(Path.cwd())
    return list(dict.fromkeys(import_people.place(here, os.fsencode(Path(path).expanduser())) for path in paths))


def _check_known(reader: Connection, paths: list[bytes]) -> None:
    unknown = sorted(set(paths) - store.known_paths(reader, paths))
    if unknown:
        shown = ", ".join(path.decode("utf-8", "replace") for path in unknown[:5])
        message = f"No scan has met {shown}{' …' if len(unknown) > 5 else ''}, and nobody waits for it."
        raise errors.UnknownIdError(message)


def _person(reader: Connection, name: str) -> tuple[int, str]:
    """Return id and spelling of the one person that a name means."""
    found = store.find(reader, [name]).get(name, [])
    if not found:
        raise errors.UnknownIdError(_nobody([name]))
    spellings = store.spellings(reader, found)
    if len(found) > 1:
        message = f"“{name}” may be {' or '.join(f'“{each}”' for each in spellings.values())}. Spell it as one of them."
        raise errors.UsageError(message)
    return found[0], spellings[found[0]]


def _nobody(names: Sequence[str]) -> str:
    return f"Nobody is called {', '.join(f'“{name}”' for name in names)}; 'indexium people list' shows everyone."


def _without(row: FileResult, aliases: dict[str, str], gone: set[str]) -> list[str] | None:
    """Return the people of a file without those that are gone; None if that needs no edit."""
    if row.edited is not None:
        now = row.edited
    elif row.people_mode == "exact":
        return None  # the file follows the database anyway
    else:
        in_file = [aliases.get(names_of.person_key(name), name) for name in row.file_people]
        now = list({names_of.person_key(name): name for name in reversed([*row.db_people, *in_file])}.values())[::-1]
    left = [name for name in now if names_of.person_key(name) not in gone]
    return left if len(left) < len(now) else None
