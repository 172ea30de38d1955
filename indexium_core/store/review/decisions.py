"""
Standing decisions of the user about files: edits, postponements and modes.

At most one decision of a kind is in force for a file; a new one replaces it. Mutators take the connection of an open
transaction and mark the plans of the files that they change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.files.media import MediaKind
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.people import people_comment
from indexium_core.model.people.copies import NAMED, FileCopy
from indexium_core.model.review.decisions import FIELD_KIND, StandingDecision, kind_of_field
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class FieldFacts(NamedTuple):
    """The facts about one file that rules for fields use."""

    file_id: int
    file_name: str
    folder: str  # below the library folder
    mtime_ns: int
    container: str
    fields: dict[str, str] | None  # the values in the file; None: there are none
    edits: dict[str, str | None] | None  # the edits in force; None as a value removes the field
    locked: list[str] | None  # locked fields; None: there are none
    is_skipped: bool  # the plan skips it
    problems: dict[str, str] | None = None  # why the file cannot store fields; None: there are none


class NewerDecision(NamedTuple):
    """A decision that somebody else made after a person saw the files."""

    decision_id: int
    actor_name: str | None
    kind: str
    people: list[str] | None
    value: str | None
    created_at: datetime
    file_name: str
    files: int  # the files with such a decision

    @property
    def sentence(self) -> str:
        """What was decided, by whom and when, and what replaces it."""
        who, when = self.actor_name or "Somebody else", wording.when(self.created_at)
        noun = "people" if self.kind == "edit" else title_of(self.kind.removeprefix(FIELD_KIND)).lower()
        value = ", ".join(self.people or ()) if self.kind == "edit" else self.value
        if self.files > 1:
            return f"{who} set the {noun} of {wording.files(self.files)} of these {when}. Save again to replace that."
        to = f"to “{value}”" if value else "to nothing"
        return f"{who} set the {noun} of {self.file_name} {to} {when}. Save again to replace that."


# Selected files: a table of the connection, so that a hundred thousand ids are sent to the database at most once. For a
# search, `plan_read.materialize_selection` fills the table inside the database.


@contextmanager
def selection(reader: Connection, file_ids: Sequence[int] | None = None) -> Iterator[None]:
    """Select these files for a block, whose end drops the table. Without files, the block selects them first."""
    with reader.dropping(_sql("drop_selected")):
        if file_ids is not None:
            reader.execute(_sql("select_files"), [list(file_ids)])
        yield


def unknown_selected(reader: Connection) -> list[int]:
    """Return the selected ids that do not belong to a file that the actor sees."""
    return [file_id for (file_id,) in reader.execute(_sql("unknown_selected"), [reader.libraries]).fetchall()]


def others_selected(reader: Connection, kind: MediaKind) -> list[int]:
    """Return the selected files that are of another kind of media."""
    return [file_id for (file_id,) in reader.execute(_sql("others_selected"), [kind]).fetchall()]


def deselect_others(reader: Connection, kind: MediaKind) -> None:
    """Keep only the selected files of one kind of media."""
    reader.execute(_sql("deselect_others"), [kind])


def select_copies(reader: Connection) -> int:
    """Select all other files with the payloads of the selected files, too; return their number."""
    reader.execute(_sql("find_copies"), [reader.libraries])
    return int(reader.value(_sql("select_copies")))


def reached_copies(reader: Connection, *, step: int) -> tuple[list[FileCopy], int]:
    """Return the copies that were selected, too, and about which a step decided: the first ones, and the number."""
    rows = reader.execute(_sql("reached_copies"), {"step": step, "count": NAMED}).fetchall()
    return [FileCopy(file_id=row[0], file_path=row[1]) for row in rows], rows[0][2] if rows else 0


def count_selected(reader: Connection) -> int:
    """Return the number of selected files."""
    return int(reader.value(_sql("count_selected")))


def copies(reader: Connection, file_ids: Sequence[int]) -> list[int]:
    """Return these files and all other files with the same payload."""
    return [file_id for (file_id,) in reader.execute(_sql("copies"), [list(file_ids), reader.libraries]).fetchall()]


def field_facts(reader: Connection) -> list[FieldFacts]:
    """Return the facts of the selected files, in the order of their paths."""
    return [FieldFacts(*row) for row in reader.execute(_sql("field_facts")).fetchall()]


def locked_selected(reader: Connection, fields: Sequence[str]) -> int:
    """Return the number of selected files in which one of these fields is locked."""
    return int(reader.value(_sql("locked_selected"), {"fields": list(fields)}))


def selected_containers(reader: Connection) -> list[tuple[str, dict[str, str] | None, int]]:
    """Return the number of selected files by container and by the fields that the files cannot store."""
    return reader.execute(_sql("selected_containers")).fetchall()


def former_values(reader: Connection, field: str, value: str) -> dict[int, str | None]:
    """Return the value before the last edit to `value`, for each selected file with such an edit."""
    parameters = {"kind": kind_of_field(field), "value": value}
    return dict(reader.execute(_sql("former_values"), parameters).fetchall())


# Making decisions. `step` is the review step of a decision, which undo reverts.


def edit(
    tx: Connection, people: Mapping[int, Sequence[str]], *, at: datetime, reason: str = "", step: int | None = None
) -> int:
    """Set the people of each file, by file id; the names are valid and clean. Return the number of files."""
    lists = [list(each) for each in people.values()]
    keys = [[people_comment.person_key(name) for name in each] for each in lists]
    columns = _columns("edit", reason) | {"file_id": list(people), "people": lists, "people_keys": keys}
    return _decide(tx, "new_decisions", columns, at, step)


def edit_selected(tx: Connection, people: Sequence[str], *, at: datetime, reason: str = "", step: int | None) -> int:
    """Set the people of all selected files; return the number of files."""
    keys = [people_comment.person_key(name) for name in people]
    columns = _columns("edit", reason) | {"people": list(people), "people_keys": keys}
    return _decide(tx, "new_decisions_on_selected", columns, at, step)


def edit_changed(tx: Connection, *, at: datetime, reason: str = "", step: int | None) -> int:
    """Edit every file that `bulk.change` changes; return the number of files."""
    return _decide(tx, "new_edits_of_changed", _columns("edit", reason), at, step)


def postpone(
    tx: Connection,
    file_ids: Sequence[int],
    *,
    until: datetime | None,
    at: datetime,
    reason: str = "",
    step: int | None = None,
) -> int:
    """Skip files in lists and writes, until a time or until the decision is removed; return the number of files."""
    columns = _columns("postpone", reason) | {"file_id": list(file_ids), "until": until}
    return _decide(tx, "new_decisions", columns, at, step)


def postpone_selected(tx: Connection, *, until: datetime | None, at: datetime, step: int | None) -> int:
    """Skip the selected files in lists and writes; return the number of files."""
    return _decide(tx, "new_decisions_on_selected", _columns("postpone") | {"until": until}, at, step)


def set_mode(
    tx: Connection,
    file_ids: Sequence[int],
    *,
    people_mode: str | None = None,
    comment_mode: str | None = None,
    at: datetime,
    reason: str = "",
    step: int | None = None,
) -> int:
    """Set the modes of files; `None` leaves a mode unchanged. Return the number of files."""
    columns = _columns("mode", reason) | {"people_mode": people_mode, "comment_mode": comment_mode}
    return _decide(tx, "new_decisions", columns | {"file_id": list(file_ids)}, at, step)


def set_mode_of_selected(
    tx: Connection, *, people_mode: str | None, comment_mode: str | None, at: datetime, step: int | None
) -> int:
    """Set the modes of the selected files, as `set_mode`; return the number of files."""
    columns = _columns("mode") | {"people_mode": people_mode, "comment_mode": comment_mode}
    return _decide(tx, "new_decisions_on_selected", columns, at, step)


def set_values(
    tx: Connection,
    field: str,
    values: Mapping[int, str | None],
    *,
    at: datetime,
    reason: str = "",
    step: int | None,
) -> int:
    """Edit a field of each file, by file id; None removes the field. Return the number of files."""
    kind = kind_of_field(field)
    columns = {"kind": kind, "file_id": list(values), "value": list(values.values()), "reason": reason}
    return _decide(tx, "new_values", columns, at, step)


def set_value_of_selected(
    tx: Connection, field: str, value: str | None, *, skips_locked: bool, at: datetime, step: int | None
) -> int:
    """Edit a field of all selected files; None removes the field. Return the number of files."""
    columns = {"kind": kind_of_field(field), "value": value, "reason": "", "skips_locked": skips_locked}
    return _decide(tx, "new_value_on_selected", columns, at, step)


# What others decided meanwhile.


def newest(reader: Connection) -> int:
    """Return the id of the newest decision; 0 if there is none."""
    return int(reader.value(_sql("newest")))


def newer_of_others(reader: Connection, kinds: Sequence[str], *, seen: int) -> NewerDecision | None:
    """Return the newest decision of some kinds on the selected files that others made after `seen`, if any."""
    actor = current_actor()
    facts = {"kinds": list(kinds), "seen": seen, "actor_kind": actor.kind, "actor_id": actor.id}
    row = reader.execute(_sql("newer_of_others"), facts).fetchone()
    return NewerDecision(*row) if row else None


# Revoking decisions.


def revoke(tx: Connection, decision_ids: Sequence[int], *, at: datetime, step: int | None = None) -> int:
    """Revoke decisions; return the number of those that were in force."""
    tx.execute(_sql("to_revoke"), [list(decision_ids)])
    return _revoke(tx, at, step)[0]


def revoke_selected(tx: Connection, kinds: Sequence[str], *, at: datetime, step: int | None = None) -> int:
    """Revoke the decisions of some kinds on the selected files; return the number of files that had one."""
    tx.execute(_sql("to_revoke_of_selected"), [list(kinds)])
    return _revoke(tx, at, step)[1]


def revoke_kind(tx: Connection, kind: str, *, at: datetime) -> None:
    """Revoke all decisions of a kind."""
    tx.execute(_sql("to_revoke_of_kind"), [kind])
    _revoke(tx, at, None)


def expire(tx: Connection, *, at: datetime) -> int:
    """Revoke postponements that have ended; return their number. Each refresh of a plan calls this first."""
    tx.execute(_sql("to_expire"), [at])
    return _revoke(tx, at, None)[0]


def unknown_decisions(reader: Connection, decision_ids: Sequence[int]) -> list[int]:
    """Return the ids that do not belong to a decision."""
    parameters = [list(decision_ids)]
    return [decision_id for (decision_id,) in reader.execute(_sql("unknown_decisions"), parameters).fetchall()]


def in_force(reader: Connection, *, at: datetime, file_ids: Sequence[int] | None = None) -> list[StandingDecision]:
    """Return all decisions in force, or those on some files, newest first."""
    ids = None if file_ids is None else list(file_ids)
    rows = reader.execute(_sql("in_force"), [at, ids]).fetch_dicts()
    return [StandingDecision(**row, summary=_summary(row)) for row in rows]


def _columns(kind: str, reason: str = "") -> dict[str, Any]:
    """Return the parameters that all statements for new decisions have."""
    empty = dict.fromkeys(("people", "people_keys", "until", "people_mode", "comment_mode"))
    return {"kind": kind, "reason": reason} | empty


def _decide(tx: Connection, statement: str, columns: dict[str, Any], at: datetime, step: int | None) -> int:
    """Run a statement that creates the table `new_decisions`, and store these decisions in place of earlier ones."""
    kind = columns["kind"]
    tx.execute(_sql(statement), sql.parameters(_sql(statement), columns))
    if kind.startswith(FIELD_KIND):
        tx.execute(_sql("add_former"), {"kind": kind})
    facts = {"kind": kind, "at": at, "step": step}
    tx.execute(_sql("revoke_earlier"), facts)
    tx.execute(_sql("decide"), facts | current_actor().columns)
    count = int(tx.value(_sql("mark_decided")))
    tx.execute(_sql("drop_new_decisions"))
    return count


def _revoke(tx: Connection, at: datetime, step: int | None) -> tuple[int, int]:
    """Revoke the decisions of the table `to_revoke`; return their number, and the number of their files."""
    decisions, files = tx.execute(_sql("count_to_revoke")).fetchone() or (0, 0)
    if decisions:
        tx.execute(_sql("revoke"), {"at": at, "step": step})
        tx.execute(_sql("mark_revoked"))
    tx.execute(_sql("drop_to_revoke"))
    return decisions, files


def _summary(row: Mapping[str, object]) -> str:
    people, until = row["people"], row["until"]
    if isinstance(people, list):
        return "; ".join(people) or "no people"
    if isinstance(row["field"], str):
        return f"{title_of(row['field'])}: {'no value' if row['value'] is None else row['value']}"
    if row["kind"] == "postpone":
        return f"until {until.astimezone():%Y-%m-%d}" if isinstance(until, datetime) else "until removed"
    modes = (("people", row["people_mode"]), ("comment", row["comment_mode"]))
    return ", ".join(f"{name} {mode}" for name, mode in modes if mode)


def _sql(name: str) -> str:
    return sql.load("decisions")[name]
