"""The revision of a question: a decision that was made for an older one does not replace what others decided since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.matches.results import MatchState
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.review import steps
from indexium_core.store.titles import matches as store
from indexium_core.store.titles.matches import SearchRow

_SIZE = 8  # bytes of a digest
_DECISIONS: Mapping[MatchState, str] = {"accepted": "accept", "later": "later", "ignored": "ignore"}  # by state


def state_of(item: TitleItem, row: SearchRow | None) -> MatchState:
    """Return the state of the match of a title."""
    if item.state == "ignored":
        return "ignored"
    return row.state if row else "unsearched"


def revision_of(item: TitleItem, row: SearchRow | None, candidates: Sequence[MatchCandidate]) -> str:
    """
    Return a digest of what was decided about a title: it changes with each decision, and its undo restores it.

    New candidates do not change it: a decision names the candidate that a person saw.
    """
    decided = (row.decided_by, row.decided_at.timestamp() if row.decided_at else None) if row else ("", None)
    marked = sorted((each.key, each.state) for each in candidates if each.state != "proposed")
    facts = repr((state_of(item, row), decided, marked))
    return hashlib.blake2b(facts.encode(), digest_size=_SIZE).hexdigest()


def check(tx: Connection, item: TitleItem, row: SearchRow | None, revision: str, *, now: datetime) -> None:
    """
    Raise UsageError if a title has another revision than the one that a person saw; "" is not checked.

    The error says who decided what and when, and what the person can do.
    """
    if not revision:
        return
    if revision != revision_of(item, row, store.candidates(tx, [item.id]).get(item.id, [])):
        raise errors.UsageError(_what_changed(tx, item, row, now), code="wrong_state")


def _what_changed(tx: Connection, item: TitleItem, row: SearchRow | None, now: datetime) -> str:
    made, state = steps.about(tx, "match", str(item.id)), state_of(item, row)
    last = max(made, key=lambda each: (each.changed_at, each.step_id), default=None)
    automatic = row.decided_at if row and state == "accepted" and row.decided_by == "automatic" else None
    if automatic is not None and (last is None or last.changed_at < automatic):
        return (
            f"“{item.name}” was matched automatically {wording.ago(automatic, now=now)}, after you saw it. "
            "Look at its match, and decide again."
        )
    if last is None or (state == "ignored" and last.action != "ignore"):
        return f"“{item.name}” has changed since you saw it. Look at it again, and decide again."
    when = wording.ago(last.changed_at, now=now)
    if last.undone_at is not None:
        return (
            f"Another window or command has undone a decision about “{item.name}” {when}: {last.label}. "
            "Look at it again, and decide again."
        )
    return (
        f"Another window or command has decided about “{item.name}” {when}: {last.label}. "
        f"To change that, look at it again, or undo decision {last.step_id}."
    )


def replaced(tx: Connection, item: TitleItem, row: SearchRow | None) -> str:
    """Return the decision of a person that a new one about a title replaces: `decision 7: …`; "" if there is none."""
    state = state_of(item, row)
    if state not in _DECISIONS or (state == "accepted" and row is not None and row.decided_by == "automatic"):
        return ""
    made = steps.about(tx, "match", str(item.id))
    last = next((each for each in made if each.action == _DECISIONS[state] and each.undone_at is None), None)
    return "" if last is None else f"decision {last.step_id}: {last.label}."
