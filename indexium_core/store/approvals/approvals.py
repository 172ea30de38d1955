"""Requests for approval (`approvals`), their items, and their steps (`approval_entries`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.approval import (
    Approval,
    ApprovalAction,
    ApprovalEntry,
    ApprovalItem,
    ApprovalKind,
    ApprovalState,
    WorkSize,
)
from indexium_core.model.operations.actor import Actor
from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.connection import Connection

_NAMED = 5  # items that a sentence about differences names


class RecordedItem(NamedTuple):
    """An item of an operation that a transaction has recorded, with the digest of its change."""

    item: str
    name: str
    path: str
    digest: str


class OperationFacts(NamedTuple):
    """What starts an operation again."""

    operation_type: str
    options: str  # JSON
    user_note: str
    user_action: str
    source: str
    plan_id: int | None
    title: str


class ProposedFile(NamedTuple):
    """A file of a request, as the catalog has it."""

    library_id: int
    path: bytes
    size: int
    mtime_ns: int


class WaitingRequest(NamedTuple):
    """What a notice needs of a request."""

    kind: ApprovalKind
    proposer: Actor
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedWork:
    """
    Work that would start, as the transaction that records its operation sees it.

    The digest is the SHA-256 over the kind, the options, and the digest of each item in a fixed order. The digest of an
    item is the SHA-256 over the identity of the file (id, path), the state that the plan was computed from (size, time,
    hash of the media, former values), and the change (new values, side files with their hashes, or the item that is
    rolled back). So it is the same as long as the same work would start, and another one as soon as a file, a decision
    or an option changes.
    """

    kind: ApprovalKind
    title: str
    size: WorkSize
    query: Mapping[str, Any]  # the arguments with which the work starts again
    options: str  # of the operation, JSON
    reverts_id: int | None
    items: list[RecordedItem] = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of the whole work."""
        found = hashlib.sha256(f"{self.kind}\n{self.options}\n{self.reverts_id}\n".encode())
        for each in self.items:
            found.update(f"{each.item}={each.digest}\n".encode())
        return found.hexdigest()

    @property
    def columns(self) -> dict[str, list[str]]:
        """The items as parameters of a statement."""
        return {
            "items": [each.item for each in self.items],
            "names": [each.name for each in self.items],
            "paths": [each.path for each in self.items],
            "digests": [each.digest for each in self.items],
        }


def size(tx: Connection, operation_id: int, *, noun: str, by_risk: Mapping[str, int]) -> WorkSize:
    """Return the size of the work of an operation that this transaction records; items in conflict do not count."""
    [(number, total)] = tx.execute(_sql("size"), {"operation_id": operation_id}).fetchall()
    return WorkSize(noun=noun, files=number, bytes=total, by_risk=by_risk)


def size_of_items(reader: Connection, item_ids: Collection[int]) -> int:
    """Return the total size of the files of recorded items, in bytes."""
    return int(reader.value(_sql("size_of_items"), {"ids": list(item_ids)}))


def libraries(tx: Connection, operation_id: int) -> frozenset[int]:
    """Return the ids of the folders of the files of an operation."""
    return frozenset(each for (each,) in tx.execute(_sql("libraries"), {"operation_id": operation_id}).fetchall())


def recorded_items(tx: Connection, operation_id: int) -> list[RecordedItem]:
    """Return the items of an operation that this transaction records, with their digests, in a fixed order."""
    return [RecordedItem(*row) for row in tx.execute(_sql("item_digests"), {"operation_id": operation_id}).fetchall()]


def operation_facts(tx: Connection, operation_id: int) -> OperationFacts:
    """Return what starts an operation again that this transaction records."""
    [row] = tx.execute(_sql("operation_facts"), {"operation_id": operation_id}).fetchall()
    return OperationFacts(*row)


def risks(tx: Connection, operation_id: int, *, variant_id: int) -> dict[str, int]:
    """Return the number of the files of a write by risk level."""
    facts = {"operation_id": operation_id, "variant_id": variant_id}
    return dict(tx.execute(_sql("risks"), facts).fetchall())


def same(reader: Connection, work: ProposedWork, actor: Actor, *, is_repeated: bool, now: datetime) -> int | None:
    """
    Return the request of an actor for the same work that waits; None if there is none.

    `is_repeated`: the work starts again by itself, so also a request that was rejected is found.
    """
    facts = {"kind": work.kind, "digest": work.digest, "is_repeated": is_repeated, "now": now, **actor.columns}
    found = reader.value(_sql("same"), facts)
    return None if found is None else int(found)


def add(
    tx: Connection, work: ProposedWork, actor: Actor, *, reasons: Iterable[str], now: datetime, expires_at: datetime
) -> int:
    """Add a request of an actor, and return its id."""
    approval_id = int(tx.value(_sql("next_id")))
    facts = {
        "id": approval_id,
        "kind": work.kind,
        "query": json.dumps(dict(work.query)),
        "title": work.title,
        "reasons": list(reasons),
        "reverts_id": work.reverts_id,
        "now": now,
        "expires_at": expires_at,
        "change": changers.newest_change(tx),
        **_present(work),
        **actor.columns,
    }
    tx.execute(_sql("insert"), facts)
    tx.execute(_sql("insert_items"), {"id": approval_id, **work.columns})
    add_entry(tx, approval_id, "proposed", actor, str(work.query.get("user_note") or ""), now=now)
    return approval_id


def propose_again(tx: Connection, approval_id: int, actor: Actor, text: str, *, now: datetime) -> None:
    """Let a request be the proposal of what it has now, as the proposer has seen it."""
    differs = tx.value(_sql("differs_from_proposal"), {"id": approval_id})
    tx.execute(_sql("propose_again"), {"id": approval_id, "change": changers.newest_change(tx), "now": now})
    if differs:
        add_entry(tx, approval_id, "proposed", actor, text, now=now)


def add_entry(
    tx: Connection, approval_id: int, action: ApprovalAction, actor: Actor, text: str, *, now: datetime
) -> None:
    """Add a step of a request."""
    facts = {"id": approval_id, "action": action, "text": text, "now": now, **actor.columns}
    tx.execute(_sql("insert_entry"), facts)


def replaced(reader: Connection, approval_id: int, source: str, actor: Actor) -> list[int]:
    """Return the waiting requests of an actor and a client that a newer request of both replaces."""
    facts = {"id": approval_id, "source": source, **actor.columns}
    return [row[0] for row in reader.execute(_sql("replaced"), facts).fetchall()]


def change(tx: Connection, approval_id: int, work: ProposedWork, *, note: str) -> bool:
    """Replace the items of a request by the present ones; return False if it does not wait any more."""
    facts = {"id": approval_id, "note": note, **_present(work)}
    if tx.execute(_sql("change"), facts).fetchone() is None:
        return False
    tx.execute(_sql("forget_items"), {"id": approval_id})
    tx.execute(_sql("insert_items"), {"id": approval_id, **work.columns})
    return True


class DifferingItems(NamedTuple):
    """The items of a request whose change is not the proposed one."""

    names: list[str]  # of the first ones
    total: int
    gone: int  # of these, items that would not be written any more


def differing(reader: Connection, approval_id: int, work: ProposedWork) -> DifferingItems:
    """Return what differs from a request."""
    rows = reader.execute(_sql("differing"), {"id": approval_id, "count": _NAMED, **work.columns}).fetchall()
    return DifferingItems([name for name, _, _ in rows], *(rows[0][1:] if rows else (0, 0)))


def decide(
    tx: Connection,
    approval_id: int,
    state: ApprovalState,
    actor: Actor,
    *,
    note: str,
    now: datetime,
    operation_id: int | None = None,
) -> bool:
    """Store the decision about a request; return False if it does not wait any more."""
    facts = {"id": approval_id, "state": state, "note": note, "operation_id": operation_id, "now": now, **actor.columns}
    return tx.execute(_sql("decide"), facts).fetchone() is not None


def page(
    reader: Connection,
    *,
    state: ApprovalState | None,
    kind: ApprovalKind | None,
    count: int,
    skip: int,
    now: datetime,
) -> tuple[list[Approval], int]:
    """Return requests without their steps, the newest first, and the number of all."""
    facts = {"state": state, "kind": kind, "count": count, "skip": skip, "now": now}
    rows = reader.execute(_sql("page"), facts).fetch_dicts()
    if not rows and skip:  # after the end
        return [], page(reader, state=state, kind=kind, count=1, skip=0, now=now)[1]
    found = rows[0]["found"] if rows else 0
    return [_approval({key: value for key, value in row.items() if key != "found"}) for row in rows], found


def get(reader: Connection, approval_id: int, *, now: datetime) -> Approval | None:
    """Return a request with its steps; None if there is none."""
    rows = reader.execute(_sql("one"), {"id": approval_id, "now": now}).fetch_dicts()
    if not rows:
        return None
    steps = reader.execute(_sql("entries"), {"id": approval_id}).fetchall()
    entries = [
        ApprovalEntry(at=at, action=action, actor=Actor(kind, actor_id, name), text=text)
        for at, action, kind, actor_id, name, text in steps
    ]
    return _approval({**rows[0], "entries": entries})


def items(reader: Connection, approval_id: int, *, count: int, skip: int) -> tuple[list[ApprovalItem], int]:
    """Return items of a request, and the number of all."""
    rows = reader.execute(_sql("items"), {"id": approval_id, "count": count, "skip": skip}).fetchall()
    if not rows and skip:  # after the end
        return [], items(reader, approval_id, count=1, skip=0)[1]
    return [ApprovalItem(item=item, name=name, path=path) for item, name, path, _ in rows], rows[0][3] if rows else 0


def item_keys(reader: Connection, approval_id: int) -> list[str]:
    """Return all items of a request: `file:12`."""
    return [row[0] for row in reader.execute(_sql("item_keys"), {"id": approval_id}).fetchall()]


def files(reader: Connection, approval_id: int) -> list[ProposedFile]:
    """Return the files of a request, as the catalog has them."""
    return [ProposedFile(*row) for row in reader.execute(_sql("files"), {"id": approval_id}).fetchall()]


def waiting(reader: Connection, *, now: datetime) -> list[WaitingRequest]:
    """Return the requests that wait."""
    rows = reader.execute(_sql("waiting"), {"now": now}).fetchall()
    return [WaitingRequest(kind, Actor(*actor), approval_id) for approval_id, kind, *actor in rows]


def _present(work: ProposedWork) -> dict[str, Any]:
    size = work.size
    risks_text = json.dumps(dict(size.by_risk))
    plain = {"digest": work.digest, "title": work.title, "files": size.files, "bytes": size.bytes}
    return {**plain, "risks": risks_text}


def _approval(row: Mapping[str, Any]) -> Approval:
    plain = dict(row)
    plain["proposer"] = Actor(plain.pop("proposed_kind"), plain.pop("proposed_id"), plain.pop("proposed_by"))
    kind, actor_id, name = plain.pop("decided_kind"), plain.pop("decided_id"), plain.pop("decided_by")
    plain["decider"] = None if kind is None else Actor(kind, actor_id, name)
    plain["by_risk"], plain["query"] = json.loads(plain.pop("risks")), json.loads(plain["query"])
    return Approval(**plain)


def _sql(name: str) -> str:
    return sql.compose("approvals")[name]
