"""
People and who is in what, as the database knows it.

An assignment belongs to a payload (`file_hash`), or to a path where there is no hash or no scan has met the path yet.
Mutators take the connection of an open transaction and mark the plans of the files that they touch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_from_bytes

from indexium_core.model.people import people_comment
from indexium_core.model.query import SpellingParameter, SpellingSet
from indexium_core.store import rows, sql
from indexium_core.store.connection import Connection

__all__ = [
    "AssignCounts",
    "AssignmentRow",
    "FileResult",
    "PersonRow",
    "Wanted",
    "add_alias",
    "adopt_waiting",
    "aliases",
    "assign",
    "export",
    "files_at",
    "files_by_name",
    "files_with",
    "find",
    "forget",
    "keys_of",
    "known_hashes",
    "known_paths",
    "list_people",
    "looked_up",
    "merge",
    "named_in_files",
    "owner_of_alias",
    "person_named",
    "places",
    "remove",
    "rename",
    "results_of",
    "scanned_paths",
    "spellings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One assignment that is asked for. Either `path_bytes` or `file_hash` is given."""

    name: str | None  # valid and clean; None names the file alone, whose people are then none (when replacing)
    path_bytes: bytes | None = None  # absolute
    file_hash: str | None = None
    origin: str = "import"  # face, hand, import, file


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCounts:
    """What became of what was asked for."""

    matched: int  # names whose file a scan has met
    waiting: int  # names that wait for a scan to meet their file
    added: int  # assignments that were not there before
    files: int  # files concerned, all copies counted


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person, in numbers."""

    name: str
    files: int  # files whose people include them
    written: int  # those of them that say so themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """One person in one file, for export. A payload with copies gives a row for each; one without files has no path."""

    path: str  # for display, "" while no file with this hash is known
    file_hash: str | None
    person: str
    origin: str
    path_raw: str  # percent-encoded bytes of a path that cannot be decoded, else ""
    previous_hashes: tuple[str, ...] = ()  # others that the film has had, by which another home may know it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What decides over the people that a file will say."""

    file_id: int
    db_people: list[str]
    file_people: list[str]
    edited: list[str] | None  # the edit in force
    people_mode: str  # of the file, else of its library, else merge


def assign(tx: Connection, wanted: Sequence[Wanted], *, replace: bool = False, at: datetime) -> AssignCounts:
    """
    Put people into files, in the order given. With `replace`, the files named get just these people.

    A name that is no person's spelling is looked for among the aliases, and else becomes a person.
    """
    tx.execute(_sql("wanted"), _columns(wanted))
    tx.execute(_sql("targets"))
    tx.execute(_sql("named"))
    tx.execute(_sql("add_people"), [at])
    tx.execute(_sql("asked"))
    if replace:
        for statement in ("replaced", "keep_origins", "touch_replaced", "mark_replaced", "delete_replaced"):
            tx.execute(_sql(statement))
    tx.execute(_sql("fresh"))
    tx.execute(_sql("assign"), [at])
    tx.execute(_sql("mark_assigned"))
    matched, waiting, added, files = tx.execute(_sql("assign_counts")).fetchone() or (0, 0, 0, 0)
    tx.execute(_sql("drop_wanted"))
    if replace:
        _forget(tx)
    return AssignCounts(matched=matched, waiting=waiting, added=added, files=files)


def adopt_waiting(tx: Connection) -> int:
    """Hand assignments that wait for a path to the payload that is there now; returns how many. Scans do this."""
    tx.execute(_sql("met"))
    count = int(tx.value(_sql("count_met")))
    if count:
        for statement in ("adopt", "leave_path", "mark_met"):
            tx.execute(_sql(statement))
    tx.execute(_sql("drop_met"))
    return count


def known_paths(reader: Connection, paths: Collection[bytes]) -> set[bytes]:
    """Return those of `paths` that a scan has met or an assignment waits for."""
    return {path for (path,) in reader.execute(_sql("known_paths"), [list(paths)]).fetchall()}


def scanned_paths(reader: Connection, paths: Collection[bytes]) -> set[bytes]:
    """Return those of `paths` that a scan has met."""
    return {path for (path,) in reader.execute(_sql("scanned_paths"), [list(paths)]).fetchall()} if paths else set()


def places(reader: Connection, file_ids: Collection[int]) -> list[tuple[str | None, bytes]]:
    """Return hash and path of these files, by which assignments may be made to them."""
    return reader.execute(_sql("places"), [list(file_ids)]).fetchall()


def named_in_files(reader: Connection) -> list[tuple[str | None, bytes, list[str]]]:
    """Return hash, path and names of the files that name people while the database knows nobody in them."""
    return reader.execute(_sql("named_in_files")).fetchall()


def known_hashes(reader: Connection, hashes: Collection[str]) -> set[str]:
    """Return those of `hashes` that some file has, or once had before a write of ours."""
    return {file_hash for (file_hash,) in reader.execute(_sql("known_hashes"), [list(hashes)]).fetchall()}


def files_at(reader: Connection, paths: Collection[bytes]) -> list[int]:
    """Return the ids of the files at `paths` and of all their copies."""
    return [file_id for (file_id,) in reader.execute(_sql("files_at"), [list(paths)]).fetchall()]


def find(reader: Connection, names: Collection[str]) -> dict[str, list[int]]:
    """Return the ids of the people that each name means: by spelling, else by key, aliases included."""
    keys = [people_comment.person_key(name) for name in names]
    found: dict[str, list[int]] = {}
    for name, person_id in reader.execute(_sql("find_people"), {"names": list(names), "keys": keys}).fetchall():
        found.setdefault(name, []).append(person_id)
    return found


def spellings(reader: Connection, person_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these people, by id."""
    return dict(reader.execute(_sql("spellings"), [list(person_ids)]).fetchall())


def keys_of(reader: Connection, person_ids: Collection[int]) -> set[str]:
    """Return the keys of these people's names and aliases."""
    return {key for (key,) in reader.execute(_sql("keys_of"), [list(person_ids)]).fetchall()}


def files_with(reader: Connection, file_ids: Collection[int], person_ids: Collection[int]) -> list[int]:
    """Return those of the files that have one of these people."""
    parameters = [list(file_ids), list(person_ids)]
    return [file_id for (file_id,) in reader.execute(_sql("files_with"), parameters).fetchall()]


def remove(
    tx: Connection, person_ids: Collection[int], *, file_ids: Collection[int], paths: Collection[bytes] = ()
) -> int:
    """
    Take people out of files, and out of what waits for `paths`; returns how many assignments went.

    The files that had them stay in the plan. A person who is left in no video is forgotten.
    """
    losing = files_with(tx, file_ids, person_ids)
    parameters = {"person_ids": list(person_ids), "file_ids": list(file_ids), "paths": list(paths)}
    removed = int(tx.value(_sql("count_losses"), parameters))
    tx.execute(_sql("remove"), parameters)
    tx.execute(_sql("touch_files"), [losing])
    tx.execute(_sql("mark_losing"), [losing])
    _forget(tx)
    return removed


def results_of(reader: Connection, file_ids: Collection[int]) -> list[FileResult]:
    """Return what decides over the people of each of these files."""
    found = reader.execute(_sql("results_of"), [list(file_ids)]).fetchall()
    return [FileResult(**dict(zip(reader.columns, row, strict=True))) for row in found]


def aliases(reader: Connection) -> dict[str, str]:
    """Return the name that each alias stands for, by the alias's key."""
    return dict(reader.execute(_sql("aliases")).fetchall())


def list_people(reader: Connection) -> list[PersonRow]:
    """Return every person, in the order in which people look for names."""
    found = reader.execute(_sql("list_people")).fetchall()
    return [PersonRow(name=name, files=files, written=written) for name, files, written in found]


def files_by_name(reader: Connection) -> list[tuple[str, int]]:
    """Return every person's name with the number of files that have them."""
    return [(name, files) for name, files in reader.execute(_sql("files_by_name")).fetchall()]


def export(reader: Connection) -> list[AssignmentRow]:
    """Return every assignment, by path; a payload's copies each have theirs."""
    return [
        AssignmentRow(
            path="" if path is None else rows.display(path),
            file_hash=file_hash,
            person=person,
            origin=origin,
            path_raw="" if path is None else raw_path(path),
            previous_hashes=tuple(previous),
        )
        for path, file_hash, person, origin, previous in reader.execute(_sql("export")).fetchall()
    ]


def raw_path(path: bytes) -> str:
    """Return a path that cannot be decoded as percent-encoded bytes, and "" for any other."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return quote_from_bytes(path)
    return ""


def person_named(reader: Connection, name: str) -> int | None:
    """Return the person with exactly this spelling."""
    found: int | None = reader.value(_sql("person_named"), [name])
    return found


def owner_of_alias(reader: Connection, alias: str) -> tuple[int, str] | None:
    """Return id and name of the person whom exactly this spelling is an alias of."""
    row = reader.execute(_sql("alias_owner"), [alias]).fetchone()
    return (row[0], row[1]) if row else None


def rename(tx: Connection, person_id: int, *, old: str, new: str, at: datetime) -> None:
    """Spell a person differently; the old spelling becomes an alias, by which files that have it are mapped."""
    tx.execute(_sql("drop_alias"), [new])
    tx.execute(_sql("rename"), [person_id, new, people_comment.person_key(new), people_comment.fold(new)])
    tx.execute(_sql("add_alias"), [old, people_comment.person_key(old), person_id, at])
    tx.execute(_sql("mark_people"), [[person_id]])


def add_alias(tx: Connection, person_id: int, alias: str, *, at: datetime) -> None:
    """Let a spelling mean a person: the plan corrects the files that have it."""
    tx.execute(_sql("drop_alias"), [alias])
    tx.execute(_sql("add_alias"), [alias, people_comment.person_key(alias), person_id, at])
    tx.execute(_sql("mark_people"), [[person_id]])


def merge(tx: Connection, person_ids: Collection[int], into: int, *, at: datetime) -> None:
    """Make people one: their videos go to `into`, their spellings become aliases."""
    ids = list(person_ids)
    tx.execute(_sql("mark_people"), [[*ids, into]])
    tx.execute(_sql("merge_assignments"), [ids, into])
    tx.execute(_sql("merge_twice"), [into])
    tx.execute(_sql("move_aliases"), [ids, into])
    tx.execute(_sql("merge_aliases"), [ids, into, at])
    tx.execute(_sql("delete_people"), [ids])


def forget(tx: Connection, person_ids: Collection[int]) -> None:
    """Delete people, their other spellings and all their assignments. Comments of files do not change."""
    ids = list(person_ids)
    tx.execute(_sql("mark_people"), [ids])
    for statement in ("drop_assignments", "drop_aliases", "delete_people"):
        tx.execute(_sql(statement), [ids])


def _forget(tx: Connection) -> None:
    """Drop the people who are in no video any more."""
    tx.execute(_sql("mark_forgotten"))
    tx.execute(_sql("forget_people"))


def looked_up(reader: Connection, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of a compiled query with those in place that ask how somebody is spelt."""
    asked = {each.name: each.key for each in parameters.values() if isinstance(each, SpellingParameter)}
    known: dict[str, Mapping[SpellingSet, object]] = {}
    for name, key in asked.items():
        row = reader.execute(_sql("spelt"), {"name": name, "key": key}).fetchone()
        assert row is not None  # the name itself is one
        known[name] = dict(zip((SpellingSet.SPELLINGS, SpellingSet.LOWERED, SpellingSet.OTHERWISE), row, strict=True))
    return {
        place: known[each.name][each.asks] if isinstance(each, SpellingParameter) else each
        for place, each in parameters.items()
    }


def _columns(wanted: Sequence[Wanted]) -> dict[str, list[object]]:
    keys = {each.name: people_comment.person_key(each.name) for each in wanted if each.name is not None}
    folded = {name: people_comment.fold(name) for name in keys}
    return {
        "ord": list(range(len(wanted))),
        "path_bytes": [each.path_bytes for each in wanted],
        "file_hash": [each.file_hash for each in wanted],
        "name": [each.name for each in wanted],
        "person_key": [keys[each.name] if each.name is not None else None for each in wanted],
        "search": [folded[each.name] if each.name is not None else None for each in wanted],
        "origin": [each.origin for each in wanted],
    }


def _sql(name: str) -> str:
    return sql.load("people")[name]
