"""The checks: each compares one side of the evidence and has a name, under which it is proven by sabotage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.verify import meaning
from indexium_core.files.verify.evidence import Evidence
from indexium_core.model.media import Change

__all__ = ["CHECKS", "compare", "expect"]

_SHOWN = 3  # differences that a message names
_ROOM = 64 * 1024  # bytes by which a write may grow a file beyond what the new texts and the old tags explain

Changes = Sequence[Change]
# A check returns a short fact for the proof, or raises Failed with what differs.
Check = Callable[[Evidence, Evidence, Changes], object]


class Failed(Exception):  # noqa: N818 - never leaves this module: `compare` makes one error of all of them
    """What a check found to differ, in words."""


def expect(evidence: Evidence, changes: Changes) -> None:
    """
    Make sure, before a write, that the file is whole and says what the plan was made from.

    Raises:
        CorruptFileError: It is not whole.
        FFmpegError: The media libraries cannot read it, so nothing could be verified.
        ConflictError: A field is not what was planned for.

    """
    if evidence.problem:
        raise errors.CorruptFileError(evidence.problem)
    if evidence.unreadable:
        raise errors.FFmpegError(evidence.unreadable)
    for change in changes:
        shown = evidence.fields.get(change.field)
        found = _clean(evidence.held.get(change.field) if shown is None else shown)
        if (found or None) != (change.old or None):
            message = f"The {change.field} is not the one that was planned for: scan again."
            raise errors.ConflictError(message)


def compare(
    before: Evidence, after: Evidence, changes: Changes, *, checks: Sequence[tuple[str, Check]] | None = None
) -> dict[str, object]:
    """
    Hold the evidence of after a write against that of before it.

    Args:
        before: The file as it was.
        after: The file as it is.
        changes: What was to change.
        checks: By name; None for all.

    Returns:
        The proof: a short fact for each check.

    Raises:
        VerificationError: Something else changed, or the wanted thing did not; `check` is the first that failed and the
            message says what differs.

    """
    proof: dict[str, object] = {}
    failures: list[tuple[str, str]] = []
    for name, check in CHECKS if checks is None else checks:
        try:
            proof[name] = check(before, after, changes)
        except Failed as failed:
            failures.append((name, str(failed)))
    if failures:
        found = "; ".join(f"{name}: {text}" for name, text in failures)
        message = f"The write changed more than was planned, or not what was planned, and is taken back. {found}."
        raise errors.VerificationError(message, check=failures[0][0])
    return proof


def _size(before: Evidence, after: Evidence, changes: Changes) -> object:
    if after.problem:
        message = f"the file is not whole: {after.problem.rstrip('.')}"
        raise Failed(message)
    if not after.payload_end <= after.size == after.named_size:
        message = f"{after.size} bytes, where {max(after.named_size, after.payload_end)} were to be"
        raise Failed(message)
    grown = after.size - before.size - (sum(after.payload) - sum(before.payload))
    tags = before.size - sum(before.payload)
    if grown > _ROOM + tags + 8 * sum(len((change.new or "").encode()) for change in changes):
        message = f"the file has grown by {grown} bytes"
        raise Failed(message)
    return f"{after.size} bytes ({after.size - before.size:+d})"


def _payload(before: Evidence, after: Evidence, changes: Changes) -> object:
    del changes
    if before.payload != after.payload:
        message = f"{sum(before.payload)} media bytes became {sum(after.payload)}, or lie in other parts"
        raise Failed(message)
    if before.payload_hash != after.payload_hash:
        raise Failed("media bytes changed")
    return after.payload_hash or "none"


def _fields(before: Evidence, after: Evidence, changes: Changes) -> object:
    del before
    for change in changes:
        found = after.fields.get(change.field)
        if found != change.new:
            message = f"players read {_shown(found)} as the {change.field}, not {_shown(change.new)}"
            raise Failed(message)
    return "reads back as planned"


def _same(aspect: str, before: Evidence, after: Evidence, changes: Changes) -> object:
    del changes
    return _equal(_facts(before, aspect), _facts(after, aspect))


def _tags(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Compare the tags beside the fields that were to change; those under a second name may only follow the change."""
    wanted = {change.field: change.new for change in changes}
    old, new = dict(_facts(before, "tags")), dict(_facts(after, "tags"))
    for key in {*old, *new}:
        field = libav.field_of(key.removeprefix("tag ")) if key.startswith("tag ") else None
        dropped = key not in new and ("/" in key or "-" in key)  # Matroska keeps one comment, under its plain name
        if field in wanted and (dropped or new.get(key) in {old.get(key), wanted[field]}):
            old.pop(key, None)
            new.pop(key, None)
    return _equal(old, new)


def _facts(evidence: Evidence, aspect: str) -> meaning.Facts:
    missing = evidence.unreadable if aspect in meaning.ASPECTS else evidence.problem
    if missing:
        raise Failed(missing.rstrip("."))
    return evidence.facts.get(aspect, {})


def _equal(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    differences = list(_differences(before, after))
    if differences:
        more = len(differences) - _SHOWN
        raise Failed(", ".join(differences[:_SHOWN]) + (f" and {more} more" if more > 0 else ""))
    return f"{len(after)} as before"


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if new is None:
            yield f"{_plain(name)} is gone"
        elif old is None:
            yield f"{_plain(name)} is new"
        elif old != new:
            yield f"{_plain(name)} was {_shown(old)} and is {_shown(new)}"


def _shown(text: str | None) -> str:
    if text is None:
        return "nothing"
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


def _plain(name: str) -> str:
    return _clean(name) or ""


def _clean(text: str | None) -> str | None:
    """Return text as the database has it."""
    return None if text is None else libav.clean(text)


# In the order in which they are reported: what says most to a person first, the census of bytes, which sees everything
# outside the payload, last.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("size", _size),
    ("payload", _payload),
    ("comment", _fields),
    ("streams", partial(_same, "streams")),
    ("chapters", partial(_same, "chapters")),
    ("attachments", partial(_same, "attachments")),
    ("side_data", partial(_same, "side_data")),
    ("tags", _tags),
    ("index", partial(_same, "index")),
    ("structure", partial(_same, "structure")),
)
