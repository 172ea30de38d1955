"""Steps of titles: changes of values by hand, and moves of files; what they keep, and how they are undone."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from indexium_core import errors
from indexium_core.flows.titles import assigning, title_libraries
from indexium_core.flows.titles.assigning import FilesToUnassign
from indexium_core.model import wording
from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.titles import TitleItem, TitleValue
from indexium_core.store.connection import Connection
from indexium_core.store.review import steps
from indexium_core.store.titles import assignments, identified
from indexium_core.store.titles import titles as store

Kept = Mapping[str, Sequence[Mapping[str, Any]]]  # what people can change of the values of each field


class Moved(NamedTuple):
    """A move."""

    item: TitleItem  # that has the files now, before the move is complete
    changed: Collection[int]  # the titles that changed
    step_id: int


class MovedBack(NamedTuple):
    """The undo of a move."""

    files: int  # that were moved back
    changed: Collection[int]  # the titles that changed
    note: str  # where the files are now, in sentences
    libraries: Collection[int]  # in which an identification moves the rest back
    unassigned: FilesToUnassign  # this rest


def by_hand(reader: Connection, item: TitleItem, fields: Collection[str]) -> Kept:
    """Return the values by hand and the padlocks of fields, as JSON values."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in fields}
    for each in sorted(store.values(reader, item), key=lambda value: (value.origin, value.provider)):
        if each.field in found and (each.origin == "hand" or each.locked):
            found[each.field].append(_kept(each))
    return found


def record_values(tx: Connection, item: TitleItem, verb: str, before: Kept, *, at: datetime) -> int | None:
    """
    Record that values by hand or padlocks were changed, and return the step; None if they were not.

    `before` is what `by_hand` returned.
    """
    states = {"before": before, "after": by_hand(tx, item, before)}
    changed = [name for name in before if before[name] != states["after"][name]]
    if not changed:
        return None
    names = wording.list_of([_words(name) for name in changed])
    kept = {"id": item.id, **{key: {name: of[name] for name in changed} for key, of in states.items()}}
    return steps.record_titles(
        tx,
        "value",
        f"{verb} the {names} of “{item.name}”",
        json.dumps(kept, ensure_ascii=False),
        files=item.file_count,
        subjects=[f"{item.id} {name}" for name in changed],
        at=at,
    )


def undo_values(tx: Connection, kept: str, *, at: datetime) -> TitleItem | None:
    """
    Restore values by hand and padlocks, and return their title; None if it no longer exists.

    Raises:
        UsageError: A decision about a match has changed a field since.

    """
    facts = json.loads(kept)
    item = store.find(tx, facts["id"])
    if item is None:
        return None
    now = by_hand(tx, item, facts["before"])
    for name, values in facts["before"].items():
        if now[name] != facts["after"][name]:
            raise errors.UsageError(
                f"A later decision about the match changed the {_words(name)} of “{item.name}”. "
                "Undo that decision first.",
                code="wrong_state",
            )
        store.restore(tx, item, name, values)
    identified.show(tx, at=at, ids=[item.id])
    return item


def titles_by_hand(reader: Connection, file_ids: Collection[int]) -> dict[int, list[list[Any]]]:
    """Return kind, id and role of each title in which files are by hand, by file id."""
    found: dict[int, list[list[Any]]] = {file_id: [] for file_id in file_ids}
    for each in assignments.assigned(reader, file_ids):
        found[each.file_id].append([each.entity_type, each.entity_id, each.role])
    return found


def move(
    tx: Connection, libraries: dict[int, int], targets: Sequence[tuple[EntityType, int]], *, role: str, at: datetime
) -> Moved:
    """Move files to titles as one step, see `assigning.move`."""
    before = titles_by_hand(tx, libraries)
    changed = assigning.move(tx, libraries, targets, role=role, at=at)
    [item] = store.by_ids(tx, [targets[0][1]])
    kept = json.dumps({"before": before, "after": titles_by_hand(tx, libraries)})
    label, subjects = f"moved {wording.files(len(before))} to “{item.name}”", [str(file_id) for file_id in before]
    step_id = steps.record_titles(tx, "move", label, kept, files=len(before), subjects=subjects, at=at)
    return Moved(item, changed, step_id)


def undo_move(tx: Connection, kept: str, *, at: datetime) -> MovedBack:
    """
    Move files back to the titles in which they were by hand before. Files that are identified again stay.

    Raises:
        UsageError: A file was moved again since, or a library is offline.

    """
    facts = json.loads(kept)
    before = {int(number): titles for number, titles in facts["before"].items()}
    known = {each.id: each.library_id for each in assignments.files(tx, list(before)) if each.library_id is not None}
    now = titles_by_hand(tx, known)
    known = {number: library for number, library in known.items() if now[number]}  # the others are identified again
    if any(now[number] != facts["after"][str(number)] for number in known):
        raise errors.UsageError(
            "A file was moved again since, so the earlier move is not undone. Move it where you want it.",
            code="wrong_state",
        )
    if not known:
        return MovedBack(0, (), "No file of it is there by hand any more.", (), FilesToUnassign((), at))
    changed, names, by_names = set[int](), list[str](), dict[int, int]()
    for number, library_id in known.items():
        former = [each for each in before[number] if store.find(tx, each[1]) is not None]
        if not former:
            by_names[number] = library_id
            continue
        targets, role = [(kind, title_id) for kind, title_id, _ in former], former[0][2]
        changed |= assigning.move(tx, {number: library_id}, targets, role=role, at=at)
        names += [each.name for each in store.by_ids(tx, [title_id for _, title_id in targets])]
    title_libraries.require_online(tx, by_names.values())
    one = len(known) == 1
    notes = (
        [f"{'It is' if one else 'Files are'} in {wording.list_of(list(dict.fromkeys(names)))} again."] if names else []
    )
    if by_names:
        notes.append(f"{'It is' if one else 'Files are'} identified again, in the background.")
    return MovedBack(
        len(known), changed, " ".join(notes), set(by_names.values()), FilesToUnassign(tuple(sorted(by_names)), at)
    )


def _words(name: str) -> str:
    return "choice whether it is a film or series" if name == "ignored" else name.replace("_", " ")


def _kept(value: TitleValue) -> dict[str, Any]:
    facts = {"origin": value.origin, "provider": value.provider, "locked": value.locked}
    return facts | (
        {"value": value.value, "at": value.fetched_at.astimezone(UTC).isoformat()} if value.origin == "hand" else {}
    )
