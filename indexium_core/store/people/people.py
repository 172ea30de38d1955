"""
People and their assignments to files, in the database.

An assignment belongs to a payload (`file_hash`), or to a path if the file has no hash or is not scanned yet.
Mutators take the connection of an open transaction and mark the plans of the files that they change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from indexium_core.model.people import people_comment, person
from indexium_core.model.people.copies import NAMED, FileCopy
from indexium_core.model.people.person import AssignmentRow, PersonRow
from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.connection import Connection

_ID = re.compile(r"#\d{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRequest:
    """One requested assignment. Either `path_bytes` or `file_hash` is set."""

    name: str | None  # valid and clean; None: the file has no people (when replacing)
    qualifier: str | None = None  # of the person; "": the person without one; None: not known
    path_bytes: bytes | None = None  # absolute
    file_hash: str | None = None
    origin: str = "import"  # face, hand, import, file


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCounts:
    """The result of requested assignments."""

    matched: int  # names whose file is scanned
    waiting: int  # names whose file is not scanned yet
    added: int  # new assignments
    files: int  # files concerned, including copies


class PersonName(NamedTuple):
    """Name and qualifier of a person."""

    person_id: int
    name: str
    qualifier: str  # "" for none

    @property
    def label(self) -> str:
        """The name with the qualifier: `Ann Lee (aunt)`."""
        return person.label(self.name, self.qualifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """The inputs from which the people of a file are determined."""

    file_id: int
    db_people: list[str]
    file_people: list[str]
    edited: list[str] | None  # the edit in force
    people_mode: str  # of the file, else of its library, else merge


def assign(tx: Connection, wanted: Sequence[AssignmentRequest], *, replace: bool = False, at: datetime) -> AssignCounts:
    """
    Assign people to files, in the given order. With `replace`, the files get exactly these people.

    A name that no person has is resolved as an alias, and otherwise becomes a new person. A name that fits several
    people is assigned to none of them: `ambiguous_names` returns such names.
    """
    tx.execute(_sql("wanted"), _columns(wanted))
    tx.execute(_sql("wanted_targets"))
    tx.execute(_sql("resolved_names"))
    tx.execute(_sql("add_people"), [at])
    tx.execute(_sql("requested"))
    if replace:
        for statement in ("replaced", "keep_origins", "touch_replaced", "mark_replaced", "delete_replaced"):
            tx.execute(_sql(statement))
    tx.execute(_sql("new_assignments"))
    tx.execute(_sql("assign"), [at])
    tx.execute(_sql("mark_assigned"))
    changers.record_targets(tx, [target for (target,) in tx.execute(_sql("assigned_targets")).fetchall()])
    matched, waiting, added, files = tx.execute(_sql("assign_counts")).fetchone() or (0, 0, 0, 0)
    tx.execute(_sql("drop_wanted"))
    if replace:
        _delete_unused(tx)
    return AssignCounts(matched=matched, waiting=waiting, added=added, files=files)


def adopt_waiting(tx: Connection) -> int:
    """Move assignments of paths that are scanned now to their payloads; return their number. Scans call this."""
    tx.execute(_sql("adoptable"))
    count = int(tx.value(_sql("count_adoptable")))
    if count:
        for statement in ("adopt", "delete_adopted", "mark_adopted"):
            tx.execute(_sql(statement))
    tx.execute(_sql("drop_adoptable"))
    return count


def known_paths(reader: Connection, paths: Collection[bytes]) -> set[bytes]:
    """Return which of `paths` are scanned or have assignments."""
    return {path for (path,) in reader.execute(_sql("known_paths"), [list(paths)]).fetchall()}


def scanned_paths(reader: Connection, paths: Collection[bytes]) -> set[bytes]:
    """Return which of `paths` are scanned."""
    return {path for (path,) in reader.execute(_sql("scanned_paths"), [list(paths)]).fetchall()} if paths else set()


def targets(reader: Connection, file_ids: Collection[int]) -> list[tuple[str | None, bytes]]:
    """Return hash and path of these files: the targets of assignments."""
    return reader.execute(_sql("targets"), [list(file_ids)]).fetchall()


def named_in_files(reader: Connection) -> list[tuple[str | None, bytes, list[str]]]:
    """Return hash, path and names of the files that name people although the database assigns no people to them."""
    return reader.execute(_sql("named_in_files")).fetchall()


def known_hashes(reader: Connection, hashes: Collection[str]) -> set[str]:
    """Return which of `hashes` a file has, or had before a write of this program."""
    return {file_hash for (file_hash,) in reader.execute(_sql("known_hashes"), [list(hashes)]).fetchall()}


def files_at(reader: Connection, paths: Collection[bytes]) -> list[int]:
    """Return the ids of the files at `paths` and of all their copies."""
    return [file_id for (file_id,) in reader.execute(_sql("files_at"), [list(paths)]).fetchall()]


def ids_at(reader: Connection, paths: Collection[bytes]) -> list[int]:
    """Return the ids of the files at `paths`, without their copies."""
    return [file_id for (file_id,) in reader.execute(_sql("ids_at"), [list(paths)]).fetchall()]


def copies_at(reader: Connection, paths: Collection[bytes]) -> tuple[list[FileCopy], int]:
    """Return the copies of the files at `paths`: the first ones, and all in number."""
    facts = {"file_ids": files_at(reader, paths), "paths": list(paths), "count": NAMED}
    rows = reader.execute(_sql("copies_at"), facts).fetchall()
    return [FileCopy(file_id=row[0], file_path=row[1]) for row in rows], rows[0][2] if rows else 0


def find(reader: Connection, names: Collection[str]) -> dict[str, list[int]]:
    """
    Return the ids of the people for each name: matched by spelling, otherwise by key; aliases count too.

    A name that nobody has may also be a name with a qualifier, `Ann Lee (aunt)`, or an id, `#12`.
    """
    keys = [people_comment.person_key(name) for name in names]
    person_ids: dict[str, list[int]] = {}
    for name, person_id in reader.execute(_sql("find_people"), {"names": list(names), "keys": keys}).fetchall():
        person_ids.setdefault(name, []).append(person_id)
    others = [name for name in names if name not in person_ids]
    by_label = qualified(reader, others)
    person_ids |= {name: [row.person_id] for name, row in by_label.items()}
    by_id = {name: int(name[1:]) for name in others if name not in by_label and _ID.fullmatch(name)}
    existing = {each for (each,) in reader.execute(_sql("ids"), [list(by_id.values())]).fetchall()} if by_id else set()
    return person_ids | {name: [person_id] for name, person_id in by_id.items() if person_id in existing}


def qualified(reader: Connection, labels: Collection[str]) -> dict[str, PersonName]:
    """Return the people with a qualifier whose name with it is one of these texts; letter case does not matter."""
    wanted = {label: people_comment.person_key(label) for label in labels if label.rstrip().endswith(")")}
    if not wanted:
        return {}
    rows = [PersonName(*row) for row in reader.execute(_sql("qualified")).fetchall()]
    by_key = {people_comment.person_key(row.label): row for row in rows}
    return {label: by_key[key] for label, key in wanted.items() if key in by_key}


def ambiguous_names(reader: Connection, names: Collection[str]) -> dict[str, str]:
    """Return those of these names that match several people, with the people: `“Ann Lee” or “Ann Lee (aunt)”`."""
    keys = {name: people_comment.person_key(name) for name in names}
    result = reader.execute(_sql("ambiguous_names"), {"names": list(keys), "keys": list(keys.values())}).fetchall()
    ambiguous = {name: keys[name] for (name,) in result}
    people = people_of_keys(reader, ambiguous.values())
    return {name: " or ".join(f"“{row.label}”" for row in people[key]) for name, key in ambiguous.items()}


def people_of_keys(reader: Connection, keys: Collection[str]) -> dict[str, list[PersonName]]:
    """Return for each key the people that a name with this key may mean, by name or as an alias."""
    people: dict[str, list[PersonName]] = {}
    for key, *row in reader.execute(_sql("people_of_key"), {"keys": list(keys)}).fetchall() if keys else ():
        people.setdefault(key, []).append(PersonName(*row))
    return people


def names_of(reader: Connection, person_ids: Collection[int]) -> list[PersonName]:
    """Return name and qualifier of these people."""
    return [PersonName(*row) for row in reader.execute(_sql("names_of"), [list(person_ids)]).fetchall()]


def count_named(reader: Connection, names: Collection[str], file_ids: Collection[int] | None = None) -> int:
    """Return the number of present files, or of these files, whose comment has one of these spellings."""
    ids = None if file_ids is None else list(file_ids)
    return int(reader.value(_sql("count_named"), {"names": list(names), "file_ids": ids}))


def keys_of(reader: Connection, person_ids: Collection[int]) -> set[str]:
    """Return the keys of these people's names and aliases."""
    return {key for (key,) in reader.execute(_sql("keys_of"), [list(person_ids)]).fetchall()}


def files_of(reader: Connection, person_ids: Collection[int]) -> list[int]:
    """Return the files that have one of these people."""
    return [file_id for (file_id,) in reader.execute(_sql("files_of"), [list(person_ids)]).fetchall()]


def files_with(reader: Connection, file_ids: Collection[int], person_ids: Collection[int]) -> list[int]:
    """Return which of the files have at least one of these people."""
    parameters = [list(file_ids), list(person_ids)]
    return [file_id for (file_id,) in reader.execute(_sql("files_with"), parameters).fetchall()]


def count_assignments(
    reader: Connection, person_ids: Collection[int], *, file_ids: Collection[int], paths: Collection[bytes] = ()
) -> int:
    """Return the number of assignments of these people to files, and to unscanned `paths`."""
    parameters = {"person_ids": list(person_ids), "file_ids": list(file_ids), "paths": list(paths)}
    return int(reader.value(_sql("count_assignments"), parameters))


def remove(
    tx: Connection, person_ids: Collection[int], *, file_ids: Collection[int], paths: Collection[bytes] = ()
) -> int:
    """
    Remove people from files, and from unscanned `paths`; return the number of removed assignments.

    The files stay in the plan. A person without any assignment whom no edit names is deleted.
    """
    affected = files_with(tx, file_ids, person_ids)
    removed = count_assignments(tx, person_ids, file_ids=file_ids, paths=paths)
    tx.execute(_sql("remove"), {"person_ids": list(person_ids), "file_ids": list(file_ids), "paths": list(paths)})
    tx.execute(_sql("touch_files"), [affected])
    tx.execute(_sql("mark_files"), [affected])
    _delete_unused(tx)
    return removed


def results_of(reader: Connection, file_ids: Collection[int]) -> list[FileResult]:
    """Return the inputs from which the people of each of these files are determined."""
    return [FileResult(**row) for row in reader.execute(_sql("results_of"), [list(file_ids)]).fetch_dicts()]


def aliases(reader: Connection) -> dict[str, str]:
    """Return the name of the person by the key of each alias."""
    return dict(reader.execute(_sql("aliases")).fetchall())


def list_people(reader: Connection) -> list[PersonRow]:
    """Return all people, in the sort order of names."""
    result = reader.execute(_sql("list_people")).fetch_dicts()
    return [PersonRow(**row | {"aliases": tuple(row["aliases"])}) for row in result]


def files_by_name(reader: Connection) -> list[tuple[str, int]]:
    """Return the names of all people with their numbers of files."""
    return [(name, files) for name, files in reader.execute(_sql("files_by_name")).fetchall()]


def export(reader: Connection) -> list[AssignmentRow]:
    """Return all assignments in the order of the paths, one row for each copy of a payload and each other person."""
    from indexium_core.store import rows

    return [
        AssignmentRow(
            path="" if path is None else rows.display(path),
            file_hash=file_hash,
            person=name,
            qualifier=qualifier,
            aliases=tuple(aliases),
            origin=origin,
            path_raw="" if path is None else raw_path(path),
            previous_hashes=tuple(previous),
        )
        for path, file_hash, name, qualifier, aliases, origin, previous in reader.execute(_sql("export")).fetchall()
    ]


def raw_path(path: bytes) -> str:
    """Return a path that is not valid UTF-8 as percent-encoded bytes; "" for any other."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return quote_from_bytes(path)
    return ""


def person_named(reader: Connection, name: str, qualifier: str = "") -> int | None:
    """Return the person with exactly this spelling and qualifier."""
    person_id: int | None = reader.value(_sql("person_named"), [name, qualifier])
    return person_id


def owner_of_alias(reader: Connection, alias: str) -> tuple[int, str] | None:
    """Return id and name of the person who has exactly this spelling as an alias."""
    row = reader.execute(_sql("alias_owner"), [alias]).fetchone()
    return (row[0], row[1]) if row else None


def rename(tx: Connection, person_id: int, *, old: str, new: str, qualifier: str = "", at: datetime) -> None:
    """Rename a person; the old spelling becomes an alias, so that the plan corrects the files that have it."""
    tx.execute(_sql("drop_alias"), [new, person_id])
    key, search = people_comment.person_key(new), people_comment.fold(new)
    tx.execute(_sql("rename"), [person_id, new, key, search, qualifier])
    if old != new:
        tx.execute(_sql("add_alias"), [old, people_comment.person_key(old), person_id, at])
    _mark(tx, [person_id])


def split(tx: Connection, person_id: int, file_ids: Collection[int], *, name: str, qualifier: str, at: datetime) -> int:
    """Move the assignments of a person to some files to a new person, and return the id of the new person."""
    new_id = _add(tx, name, qualifier, at=at)
    tx.execute(_sql("split_assignments"), {"from": person_id, "to": new_id, "file_ids": list(file_ids)})
    _mark(tx, [person_id, new_id])
    return new_id


def add_alias(tx: Connection, person_id: int, alias: str, *, at: datetime) -> None:
    """Add an alias to a person, so that the plan corrects the files that have it."""
    tx.execute(_sql("drop_alias"), [alias, person_id])
    tx.execute(_sql("add_alias"), [alias, people_comment.person_key(alias), person_id, at])
    _mark(tx, [person_id])


def restore(tx: Connection, name: str, qualifier: str | None, aliases: Collection[str], *, at: datetime) -> None:
    """
    Add a person if it does not exist, and those of the aliases that match no other person.

    Without a known qualifier (None), an existing person with the name or the alias gets the aliases.
    """
    if qualifier is None:
        person_id = min(find(tx, [name]).get(name, []), default=None)
    else:
        person_id = person_named(tx, name, qualifier)
    if person_id is None:
        person_id = _add(tx, name, qualifier or "", at=at)
    keys = {alias: people_comment.person_key(alias) for alias in aliases}
    taken = people_of_keys(tx, keys.values())
    for alias, key in keys.items():
        is_free = all(row.person_id == person_id for row in taken.get(key, []))
        if alias != name and is_free and owner_of_alias(tx, alias) is None:
            add_alias(tx, person_id, alias, at=at)


def unknown_names(reader: Connection, names: Collection[str]) -> list[str]:
    """Return the names that nobody has, as name or as alias; of several spellings the first."""
    known = find(reader, names) if names else {}
    by_key = dict[str, str]()
    for name in names:
        if name not in known:
            by_key.setdefault(people_comment.person_key(name), name)
    return list(by_key.values())


def add_named(tx: Connection, names: Collection[str], *, at: datetime) -> None:
    """Add a person for each of these names, which nobody has."""
    for name in names:
        _add(tx, name, "", at=at)


def _add(tx: Connection, name: str, qualifier: str, *, at: datetime) -> int:
    """Add a person, and return the id."""
    person_id = int(tx.value(_sql("next_id")))
    key, search = people_comment.person_key(name), people_comment.fold(name)
    columns = {"person_id": person_id, "name": name, "person_key": key, "search": search}
    tx.execute(_sql("add_person"), columns | {"qualifier": qualifier, "at": at})
    return person_id


def merge(tx: Connection, person_ids: Collection[int], into: int, *, at: datetime) -> None:
    """Merge people: their assignments move to `into`, their spellings become aliases."""
    ids = list(person_ids)
    _mark(tx, [*ids, into])
    tx.execute(_sql("merge_assignments"), [ids, into])
    tx.execute(_sql("delete_duplicate_assignments"), [into])
    tx.execute(_sql("drop_common_aliases"), [ids, into])
    tx.execute(_sql("move_aliases"), [ids, into])
    tx.execute(_sql("merge_aliases"), [ids, into, at])
    tx.execute(_sql("delete_people"), [ids])


def forget(tx: Connection, person_ids: Collection[int]) -> None:
    """Delete people, their aliases and all their assignments. Comments of files do not change."""
    ids = list(person_ids)
    _mark(tx, ids)
    for statement in ("drop_assignments", "drop_aliases", "delete_people"):
        tx.execute(_sql(statement), [ids])


def _mark(tx: Connection, person_ids: Collection[int]) -> None:
    """Mark the plans of all files that have one of these people; the change counts for files that come later, too."""
    ids = list(person_ids)
    tx.execute(_sql("mark_people"), [ids])
    changers.record_targets(tx, [target for (target,) in tx.execute(_sql("targets_of"), [ids]).fetchall()])


def _delete_unused(tx: Connection) -> None:
    """Delete the people without assignments and aliases whom no edit names."""
    tx.execute(_sql("mark_unused"))
    tx.execute(_sql("delete_unused"))


def resolve_spellings(reader: Connection, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of a compiled query, with spellings in place of each `SpellingParameter`."""
    from indexium_core.model.query import SpellingParameter, SpellingSet

    keys = {each.name: each.key for each in parameters.values() if isinstance(each, SpellingParameter)}
    values: dict[str, Mapping[SpellingSet, object]] = {}
    for name, key in keys.items():
        row = reader.execute(_sql("all_spellings"), {"name": name, "key": key}).fetchone()
        assert row is not None  # the name itself is a spelling
        values[name] = dict(zip((SpellingSet.SPELLINGS, SpellingSet.LOWERED, SpellingSet.HAS_OTHERS), row, strict=True))
    return {
        parameter: values[each.name][each.spellings] if isinstance(each, SpellingParameter) else each
        for parameter, each in parameters.items()
    }


def _columns(wanted: Sequence[AssignmentRequest]) -> dict[str, list[object]]:
    keys = {each.name: people_comment.person_key(each.name) for each in wanted if each.name is not None}
    folded = {name: people_comment.fold(name) for name in keys}
    return {
        "ord": list(range(len(wanted))),
        "path_bytes": [each.path_bytes for each in wanted],
        "file_hash": [each.file_hash for each in wanted],
        "name": [each.name for each in wanted],
        "qualifier": [each.qualifier for each in wanted],
        "person_key": [keys[each.name] if each.name is not None else None for each in wanted],
        "search": [folded[each.name] if each.name is not None else None for each in wanted],
        "origin": [each.origin for each in wanted],
    }


def _sql(name: str) -> str:
    return sql.load("people")[name]
