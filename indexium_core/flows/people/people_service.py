"""
People: assignments of people to files, by import and by hand, and renames and merges of people.

This module changes only the database, not files; a write then updates the files.
"""

from __future__ import annotations

import builtins
import functools
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.flows.people.paths import absolute_path
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import PEOPLE_EDIT, PLAN_EDIT, QUERY_RUN
from indexium_core.model.people import people_comment, person, placeholders
from indexium_core.model.people.person import (
    AssignmentRow,
    PersonCard,
    PersonChange,
    PersonOffer,
    PersonPage,
    PersonRow,
    RemovedPeople,
    Similar,
)
from indexium_core.model.person_profile import PersonProfile
from indexium_core.model.query.snapshot_sql import people_as_sql, person_as_sql
from indexium_core.model.remote_calls import remote
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people as store
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.people.people_index import PeopleIndex
from indexium_core.store.plan_version import Version

if TYPE_CHECKING:  # most commands only read people
    from indexium_core.flows.people.import_people import Importer
    from indexium_core.flows.people.own_edits import EditPeople
    from indexium_core.flows.people.person_changes import PersonChanges
    from indexium_core.model.people.import_report import ImportCheck, ImportReport

logger = logging.getLogger(__name__)

_MAX_COMPANIONS = 12  # of a person, in the details
_MAX_OFFERS = 8  # people with a typed text in their names
_MAX_SIMILAR = 3  # names that a typed text may mean


class PeopleService:
    """
    The people of a home and their assignments.

    `placeholder_keys` returns the keys of placeholder names; `on_change` is called after each change; `edit` changes
    the people of only one of several copies, because an assignment belongs to all of them. With an `index` and the
    newest `version` of the plan, pages of people read the index.
    """

    def __init__(
        self,
        database: Database,
        *,
        placeholder_keys: Callable[[], frozenset[str]] = placeholders.default_keys,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
        edit: EditPeople | None = None,
        index: PeopleIndex | None = None,
        version: Callable[[], Version] | None = None,
    ) -> None:
        self._edit = edit
        self._database = database
        self._index, self._version = index, version
        self._placeholder_keys = placeholder_keys
        self._clock = clock
        self._on_change = on_change

    @functools.cached_property
    def _importer(self) -> Importer:
        from indexium_core.flows.people.import_people import Importer

        return Importer(self._database, placeholder_keys=self._placeholder_keys, clock=self._clock)

    @functools.cached_property
    def _persons(self) -> PersonChanges:
        from indexium_core.flows.people.person_changes import PersonChanges

        return PersonChanges(self._database, clock=self._clock, on_change=self._on_change)

    @needs(PLAN_EDIT)
    @remote(paths=("path", "root"))
    def import_file(
        self,
        path: str | Path,
        *,
        root: str | Path | None = None,
        replace: bool = False,
        name: str = "",
        on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> ImportReport:
        """
        Import assignments from a CSV file, a JSON file or a legacy database, whose history is imported, too.

        Args:
            path: The file; its content determines its format.
            root: Folder that relative paths start from; default: the folder of the file.
            replace: Replace the people of the named files, instead of adding to them.
            name: Name of a legacy database in the history; default: the name of the file.
            on_progress: Called with the number of files that are compared with a legacy database, and of all files.

        Raises:
            UsageError: The file cannot be read as a whole. Nothing was imported.

        """
        report = self._importer.import_file(
            Path(path), root, replace=replace, name=name, on_progress=on_progress
        ).report
        self._on_change()
        return report

    @reads_home
    @remote(paths=("path", "root"))
    def check_import(
        self,
        path: str | Path,
        *,
        root: str | Path | None = None,
        replace: bool = False,
        on_progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> ImportCheck:
        """Return the result of an import without a change; arguments and errors as in `import_file`."""
        return self._importer.import_file(Path(path), root, replace=replace, on_progress=on_progress, dry_run=True)

    @reads_home
    def root_for(self, path: str | Path) -> str:
        """
        Return the folder from which most relative paths of a file lead to scanned files; "" without library folders.

        The candidates are the library folders and their parents: many lists start with the name of a library folder.
        """
        return self._importer.root_for(Path(path))

    @needs(PLAN_EDIT)
    @remote()
    def take_from_files(self) -> ImportReport:
        """
        Assign the people in comments to their files, if the database assigns no people to the file yet.

        The plan of such a file changes only if the database has another spelling of a name.
        """
        report = self._importer.take_from_files()
        self._on_change()
        return report

    @remote()
    def export(self) -> builtins.list[AssignmentRow]:
        """Return every assignment, one row for each file; `import_file` can read these rows."""
        return store.export(self._database.read())

    @needs(PLAN_EDIT)
    @remote(paths=("paths",))
    def add(self, paths: Iterable[str | Path], names: Iterable[str], *, only_this: bool = False) -> ImportReport:
        """
        Assign people to files. The assignments to a file that is not scanned yet wait for its scan.

        An assignment belongs to a file and its copies, which the report names. `only_this` makes an edit of the named
        files in its place: copies keep their people.

        Raises:
            ValidationError: Names are invalid or placeholders; one message has all of them.
            UsageError: A name matches several people; add the qualifier: "Ann Lee (aunt)".
            UnknownIdError: With `only_this`, a file is not scanned.

        """
        from indexium_core.flows.people import own_edits
        from indexium_core.model.people.import_report import ImportReport

        people, resolved = self._people(names), self._resolved(paths)
        if only_this:
            edited = own_edits.change(self._database, self._edit, resolved, add=[name for name, _ in people])
            return ImportReport(
                matched=len(people) * edited.found,
                waiting=0,
                rejected=[],
                added=sum(edited.added.values()),
                files=edited.files,
                step_id=edited.step_id,
            )
        wanted = [
            AssignmentRequest(name=name, qualifier=qualifier, path_bytes=path, origin="hand")
            for path in resolved
            for name, qualifier in people
        ]
        return self._assign(wanted, resolved)

    @needs(PLAN_EDIT)
    @remote()
    def add_typed(self, file_id: int, text: str) -> ImportReport:
        """Assign people to a scanned file as `add_to_files`; `text` has their names, separated by commas."""
        names = people_comment.split_names(text)
        if not names:
            raise errors.UsageError("Enter at least one name.")
        return self.add_to_files([file_id], names)

    @needs(PLAN_EDIT)
    def add_to_files(self, file_ids: Sequence[int], names: Iterable[str]) -> ImportReport:
        """Assign people to scanned files and their copies; errors as `add`."""
        people = self._people(names)
        targets = store.targets(self._database.read(), file_ids)
        return self._assign(
            [
                AssignmentRequest(
                    name=name,
                    qualifier=qualifier,
                    path_bytes=None if file_hash else path,
                    file_hash=file_hash,
                    origin="hand",
                )
                for file_hash, path in targets
                for name, qualifier in people
            ],
            [path for _, path in targets],
        )

    def _people(self, names: Iterable[str]) -> builtins.list[tuple[str, str | None]]:
        """Return name and qualifier for each typed name, each person once; None: the qualifier is not known."""
        reader = self._database.read()
        given = builtins.list(names)
        by_id = {
            name: people for name in given if name.startswith("#") for people in store.find(reader, [name]).values()
        }
        for name in given:
            if name not in by_id and name.startswith("#") and name[1:].isdecimal():
                raise errors.UnknownIdError(f"No person has the id {name}; 'indexium people list' shows all people.")
        known = {name: (row.name, row.qualifier) for name, ids in by_id.items() for row in store.names_of(reader, ids)}
        known |= {name: (row.name, row.qualifier) for name, row in store.qualified(reader, given).items()}
        clean = valid_names([name for name in given if name not in known], placeholder_keys=self._placeholder_keys())
        for name, people in store.ambiguous_names(reader, clean).items():
            raise errors.UsageError(
                f"“{name}” is ambiguous: it may be {people}. Add the qualifier, or use the id (#12)."
            )
        by_key = {people_comment.person_key(name): (name, None) for name in clean}
        in_order = (known.get(name) or by_key[people_comment.person_key(name)] for name in given)
        return builtins.list(dict.fromkeys(in_order))

    def _assign(self, wanted: builtins.list[AssignmentRequest], paths: builtins.list[bytes]) -> ImportReport:
        """Make the assignments to the files at `paths`, whose copies the report names."""
        from indexium_core.model.people.import_report import ImportReport

        counts = self._database.run(lambda tx: store.assign(tx, wanted, at=self._clock()))
        self._on_change()
        named, copies = store.copies_at(self._database.read(), paths)
        return ImportReport(
            matched=counts.matched,
            waiting=counts.waiting,
            rejected=[],
            added=counts.added,
            files=counts.files,
            copies=copies,
            copy_files=named,
        )

    def _resolved(self, paths: Iterable[str | Path]) -> builtins.list[bytes]:
        """Return the paths as a scan stores them, each once."""
        wanted = [AssignmentRequest(name=None, path_bytes=path) for path in _absolute(paths)]
        found = (each.path_bytes for each in self._importer.resolve_paths(wanted))
        return builtins.list(dict.fromkeys(path for path in found if path is not None))

    @needs(PEOPLE_EDIT)
    @remote(paths=("paths",))
    def remove(
        self, paths: Iterable[str | Path], names: Iterable[str], *, from_files: bool = False, only_this: bool = False
    ) -> int:
        """Remove people as `remove_from`, and return only the number."""
        return self.remove_from(paths, names, from_files=from_files, only_this=only_this).removed

    @needs(PEOPLE_EDIT)
    @remote(paths=("paths",))
    def remove_from(
        self, paths: Iterable[str | Path], names: Iterable[str], *, from_files: bool = False, only_this: bool = False
    ) -> RemovedPeople:
        """
        Remove assignments of people to files and their copies, which the result names.

        Comments of files keep the name, unless `from_files` is set: then each file that has it gets an edit with all
        its other people. `only_this` makes an edit of the named files in place of all that: the name leaves these
        files with the next write, and their copies keep it.

        Raises:
            UnknownIdError: An unknown file, or (unless one of the options is set) an unknown person.

        """
        from indexium_core.store.people import suggestions

        resolved, distinct = self._resolved(paths), list(dict.fromkeys(names))
        if only_this:
            return self._remove_only(resolved, distinct)
        named, copies = store.copies_at(self._database.read(), resolved)
        with self._database.atomic() as tx:
            _check_known(tx, resolved)
            file_ids = store.files_at(tx, resolved)
            people = {
                name: _of_files(tx, name, ids, file_ids, resolved) for name, ids in store.find(tx, distinct).items()
            }
            unknown = [name for name in distinct if name not in people]
            if unknown and not from_files:
                raise errors.UnknownIdError(_unknown_names(unknown))
            person_ids = [person_id for ids in people.values() for person_id in ids]
            removed_keys = store.keys_of(tx, person_ids) | {people_comment.person_key(name) for name in distinct}
            count = store.remove(tx, person_ids, file_ids=file_ids, paths=resolved)
            suggestions.decline(tx, file_ids, removed_keys, at=self._clock())
            if from_files:
                self._remove_by_edit(tx, file_ids, removed_keys)
        self._on_change()
        return RemovedPeople(removed=count, copies=copies, copy_files=named)

    def _remove_only(self, paths: builtins.list[bytes], names: builtins.list[str]) -> RemovedPeople:
        """Remove people from exactly these files by an edit."""
        from indexium_core.flows.people import own_edits

        edited = own_edits.change(self._database, self._edit, paths, remove=names)
        return RemovedPeople(removed=sum(edited.removed.values()), step_id=edited.step_id)

    @remote()
    def list(self) -> builtins.list[PersonRow]:
        """Return every person, by name."""
        return store.list_people(self._database.read())

    def _indexed(self) -> tuple[Connection, str]:
        """Return a connection and the name of the index in memory that it has; "" without one."""
        if self._index is None or self._version is None:
            return self._database.read(), ""
        return self._index.at(self._version()), self._index.name

    @remote()
    def page(self, text: str = "", number: int = 1, *, per_page: int = 60, by_files: bool = False) -> PersonPage:
        """
        Return one page of the people whose name, qualifier or alias contains a text, by name or by number of files.

        Raises:
            UsageError: The page does not exist.

        """
        from indexium_core.store.people import persons

        if number < 1 or per_page < 1:
            raise errors.UsageError("Pages are numbered from 1, and have 1 person or more.")
        reader, index = self._indexed()
        offset = (number - 1) * per_page
        items, total = persons.page(reader, text, by_files=by_files, count=per_page, offset=offset, index=index)
        return PersonPage(items=items, total=total, page=number, per_page=per_page)

    @remote()
    def card(self, person_id: int) -> PersonCard:
        """Return a person as in a list. `UnknownIdError`: there is no such person."""
        from indexium_core.store.people import persons

        reader, index = self._indexed()
        for card in persons.cards(reader, [person_id], index):
            return card
        raise errors.UnknownIdError(f"There is no person with the id {person_id}.")

    @remote()
    def details(self, person_id: int, *, files: int = 200) -> PersonProfile:
        """Return a person with companions and the newest files. `UnknownIdError`: there is no such person."""
        from indexium_core.store.people import learning, persons

        card = self.card(person_id)
        reader, index = self._indexed()
        key = people_comment.person_key(card.name)
        return PersonProfile(
            card=card,
            companions=persons.companions(reader, person_id, count=_MAX_COMPANIONS, index=index),
            files=persons.files(reader, person_id, count=files, index=index),
            merged=[person.label(each.name, each.qualifier) for each in learning.merges(reader, person_id)],
            has_shared_name=len(store.people_of_keys(reader, [key]).get(key, [])) > 1,
        )

    @remote()
    def offers(self, text: str, *, limit: int = _MAX_OFFERS) -> builtins.list[PersonOffer]:
        """
        Return the people that a text may mean: by name, qualifier or alias, then similar names if nobody is called so.

        First are those who are called so, then those whose name starts with the text, then those in most files.
        """
        from indexium_core.store.people import persons

        typed = people_comment.clean_name(text)
        if not typed:
            return []
        reader, index = self._indexed()
        found = persons.cards(reader, persons.named_like(reader, typed, count=limit), index)
        offers = [PersonOffer(card=card, is_meant=card.is_called(typed), reason="") for card in found]
        if any(each.is_meant for each in offers):
            return offers
        reasons = {each.name: each.reason for each in self.similar(typed, limit=_MAX_SIMILAR)}
        ids = store.find(reader, builtins.list(reasons)) if reasons else {}
        known = {card.person_id for card in found}
        near = [each for name in reasons for each in ids.get(name, []) if each not in known]
        return offers + [
            PersonOffer(card=card, is_meant=False, reason=reasons.get(card.name, ""))
            for card in persons.cards(reader, builtins.list(dict.fromkeys(near)), index)
        ]

    @needs(QUERY_RUN)
    @remote()
    def as_sql(self, text: str = "") -> str:
        """Return a query for the people whose name, qualifier or alias contains a text."""
        return people_as_sql(text)

    @needs(QUERY_RUN)
    @remote()
    def files_as_sql(self, person_id: int) -> str:
        """Return a query for the files of a person."""
        return person_as_sql(person_id)

    @needs(PEOPLE_EDIT)
    @remote()
    def set_picture(self, person_id: int, file_id: int | None) -> None:
        """
        Choose the file of the picture of a person; None: a file in which only the person is named.

        Raises:
            UnknownIdError: There is no such person or file.
            UsageError: The person is not in the file, or the file has no picture.

        """
        from indexium_core.store.people import persons

        with self._database.atomic() as tx:
            cards = persons.cards(tx, [person_id])
            if not cards:
                raise errors.UnknownIdError(f"There is no person with the id {person_id}.")
            if file_id is not None:
                candidate = persons.picture_candidate(tx, person_id, file_id)
                if candidate is None:
                    raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
                name, has_person, has_picture = candidate
                if not has_picture:
                    raise errors.UsageError(f"{name} has no picture. Choose a file that can be read.")
                if not has_person:
                    raise errors.UsageError(f"{cards[0].label} is not in {name}. Choose a file of this person.")
            persons.set_picture(tx, person_id, file_id)
        self._on_change()

    @remote()
    def similar(self, name: str, *, limit: int = 5) -> builtins.list[Similar]:
        """Return the people that a misspelled name may mean: the most likely first, then those in most files."""
        from indexium_core.model.people import likeness

        file_counts = dict(store.files_by_name(self._database.read()))
        similar = likeness.similar(people_comment.clean_name(name), file_counts, limit=limit * 5)
        best = sorted(similar, key=lambda each: (each.rank, -file_counts[each.name]))
        return [Similar(name=each.name, files=file_counts[each.name], reason=each.reason) for each in best[:limit]]

    @needs(PEOPLE_EDIT)
    @remote()
    def rename(self, old: str, new: str, *, qualifier: str | None = None, dry_run: bool = False) -> PersonChange:
        """
        Rename a person. The old spelling becomes an alias, so that the plan corrects the files that have it.

        Args:
            old: The name, the name with its qualifier, or the id (`#12`).
            new: The new name; it may be the old one.
            qualifier: Tells people with one name apart, and is never written into files; "" for none, None to keep it.
            dry_run: Only return what the change would do.

        Raises:
            UnknownIdError: No person is called `old`.
            UsageError: `old` matches several people, or another person is called `new`.
            ValidationError: `new` is not a valid name.

        """
        return self._persons.rename(old, new, qualifier=qualifier, dry_run=dry_run)

    @needs(PEOPLE_EDIT)
    @remote()
    def relabel(self, person_id: int, label: str, *, dry_run: bool = False) -> PersonChange:
        """
        Rename a person to a name with or without a qualifier: `Ann Lee (aunt)`. Errors as `rename`.

        The label that the person has now changes nothing, also if its name has parentheses.
        """
        return self._persons.relabel(person_id, label, dry_run=dry_run)

    @needs(PEOPLE_EDIT)
    @remote()
    def merge(self, names: Sequence[str], into: str, *, dry_run: bool = False) -> PersonChange:
        """
        Merge several people into the one called `into`. The other names become aliases. `unmerge` reverts it.

        Raises:
            UnknownIdError: At least one of the names does not belong to a person.
            UsageError: There is no other person to merge, or a name matches several people.

        """
        return self._persons.merge(names, into, dry_run=dry_run)

    @needs(PEOPLE_EDIT)
    @remote(paths=("paths",))
    def split(
        self, name: str, paths: Iterable[str | Path], *, into: str, qualifier: str = "", dry_run: bool = False
    ) -> PersonChange:
        """
        Give some files of a person to a new person, who may have the same name and a qualifier.

        Raises:
            UnknownIdError: There is no such person, or an unknown file.
            UsageError: No file has the person, or another person has the name and the qualifier.
            ValidationError: `into` is not a valid name.

        """
        resolved, reader = self._resolved(paths), self._database.read()
        _check_known(reader, resolved)
        file_ids = store.files_at(reader, resolved)
        return self._persons.split(name, file_ids, into=into, qualifier=qualifier, dry_run=dry_run)

    @needs(PEOPLE_EDIT)
    @remote()
    def split_files(
        self, person_id: int, file_ids: Sequence[int], *, label: str, dry_run: bool = False
    ) -> PersonChange:
        """Give some files, by id, to a new person with this label: `Ann Lee (aunt)`. Errors as `split`."""
        name, qualifier = person.split_label(label)
        return self._persons.split(f"#{person_id}", file_ids, into=name, qualifier=qualifier, dry_run=dry_run)

    @needs(PEOPLE_EDIT)
    @remote()
    def unmerge(self, name: str, merged: str, *, dry_run: bool = False) -> PersonChange:
        """
        Make a person that was merged into another one a person of its own again, with the assignments of that time.

        Raises:
            UnknownIdError: No person called `merged` is merged into the person.
            UsageError: The people have newer changes that prevent it.

        """
        return self._persons.unmerge(name, merged, dry_run=dry_run)

    def _remove_by_edit(self, tx: Connection, file_ids: builtins.list[int], removed_keys: set[str]) -> None:
        from indexium_core.flows.people import own_edits
        from indexium_core.store.review import decisions

        aliases = store.aliases(tx)
        lists = {row.file_id: own_edits.without(row, aliases, removed_keys) for row in store.results_of(tx, file_ids)}
        edits = {file_id: names for file_id, names in lists.items() if names is not None}
        if edits:
            decisions.edit(tx, edits, at=self._clock(), reason="removed_from_files")


def valid_names(names: Iterable[str], *, placeholder_keys: frozenset[str] = frozenset()) -> list[str]:
    """
    Return the cleaned names, each person once.

    Raises:
        ValidationError: Names are invalid or have a placeholder key; one message has all of them.

    """
    clean: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        try:
            valid = people_comment.validate_name(name)
        except errors.ValidationError as error:
            problems.append(error.message)
            continue
        key = people_comment.person_key(valid)
        if key in placeholder_keys:
            problems.append(f"{placeholders.reason(valid)}; the setting placeholder_names lists such names.")
        clean.setdefault(key, valid)
    if problems:
        raise errors.ValidationError(" ".join(problems), code="invalid_person_name")
    return list(clean.values())


def _absolute(paths: Iterable[str | Path]) -> list[bytes]:
    base = os.fsencode(Path.cwd())
    absolute = (absolute_path(base, os.fsencode(Path(path).expanduser())) for path in paths)
    return list(dict.fromkeys(absolute))


def _check_known(reader: Connection, paths: list[bytes]) -> None:
    unknown = sorted(set(paths) - store.known_paths(reader, paths))
    if unknown:
        shown = ", ".join(path.decode("utf-8", "replace") for path in unknown[:5])
        message = f"There are no people for {shown}{' …' if len(unknown) > 5 else ''}: scan the folder first."
        raise errors.UnknownIdError(message)


def _of_files(
    reader: Connection, name: str, person_ids: list[int], file_ids: Sequence[int], paths: Sequence[bytes]
) -> list[int]:
    """Return the people with a matching name that the files have; `UsageError` if two of them have one name."""
    people = store.names_of(reader, person_ids)
    if len({row.name for row in people}) == len(people):
        return person_ids
    own = [row for row in people if store.count_assignments(reader, [row.person_id], file_ids=file_ids, paths=paths)]
    if len({row.name for row in own}) < len(own):
        choices = " or ".join(f"“{row.label}” (#{row.person_id})" for row in own)
        raise errors.UsageError(f"“{name}” is ambiguous in these files: it may be {choices}. Use one of these ids.")
    return [row.person_id for row in own]


def _unknown_names(names: Sequence[str]) -> str:
    quoted = ", ".join(f"“{name}”" for name in names)
    return f"There is no person with the name {quoted}; 'indexium people list' shows all people."
