"""The checks: each compares one side of the evidence and has a name, under which it is proven by sabotage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.verify import meaning
from indexium_core.files.verify.evidence import Evidence
from indexium_core.model.media import Change

__all__ = [
    "CHECKS",
    "RESTORED",
    "Changes",
    "Check",
    "Failed",
    "as_written",
    "compare",
    "equal",
    "expect",
    "facts_of",
    "fields",
    "same",
    "tags",
]

_SHOWN = 3  # differences that a message names
_ROOM = 512 * 1024  # bytes by which a write may grow a file beyond what texts and tags explain: blocks can be large

_TAKEN_BACK = "The write changed more than was planned, or not what was planned, and is taken back."
_THROWN_AWAY = "A rewrite would change more than was planned, or not what was planned; the file stays as it was."

Changes = Sequence[Change]
# A check returns a short fact for the proof, or raises Failed with what differs.
Check = Callable[[Evidence, Evidence, Changes], object]


class Failed(Exception):  # noqa: N818 - never leaves this room: `compare` makes one error of all of them
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
        if (_said(evidence, change.field) or None) != (change.old or None):
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
    chosen = CHECKS if checks is None else checks
    written = as_written(changes, after)
    for name, check in chosen:
        try:
            proof[name] = check(before, after, written)
        except Failed as failed:
            failures.append((name, str(failed)))
    if failures:
        found = "; ".join(f"{name}: {text}" for name, text in failures)
        anew = any(name == "packets" for name, _ in chosen)
        message = f"{_THROWN_AWAY if anew else _TAKEN_BACK} {found}."
        raise errors.VerificationError(message, check=failures[0][0])
    return proof


def as_written(changes: Changes, after: Evidence) -> Changes:
    """Return changes with the bytes of an old text that is no UTF-8 and was kept: a plan has U+FFFD in their place."""
    texts = {change.field: after.fields.get(change.field) for change in changes}
    return [
        replace(change, new=text) if text is not None and libav.clean(text) == change.new else change
        for change in changes
        for text in (texts[change.field],)
    ]


def _size(before: Evidence, after: Evidence, changes: Changes) -> object:
    if after.problem:
        raise Failed(after.problem.rstrip("."))
    if not after.payload_end <= after.size == after.named_size:
        message = f"{after.size} bytes, where {max(after.named_size, after.payload_end)} were to be"
        raise Failed(message)
    grown = after.size - before.size - (sum(after.payload) - sum(before.payload))
    tags = before.size - sum(before.payload)
    if grown > _ROOM + tags + 8 * sum(len((change.new or "").encode("utf-8", "surrogateescape")) for change in changes):
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


def fields(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Make sure that players read every field as planned."""
    del before
    for change in changes:
        found = after.fields.get(change.field)
        if found != change.new:
            message = f"players read {_shown(found)} as the {change.field}, not {_shown(change.new)}"
            raise Failed(message)
    return "reads back as planned"


def _restored(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Make sure that every field says what it said before a write that is taken back."""
    del before
    for change in changes:
        found = _said(after, change.field)
        if (found or None) != (_clean(change.new) or None):
            message = f"the {change.field} is {_shown(found)}, not {_shown(change.new)}"
            raise Failed(message)
    return "reads as before"


def _said(evidence: Evidence, field: str) -> str | None:
    """Return what a field says, as a scan has it."""
    last = [evidence.held[field]] if field in evidence.held else []
    written = [*sorted(evidence.places.get(field, ())), *last]
    return _clean(libav.meant(evidence.fields.get(field), written))


def same(aspect: str, before: Evidence, after: Evidence, changes: Changes) -> object:
    """Make sure that all facts of an aspect are as before."""
    del changes
    return equal(facts_of(before, aspect), facts_of(after, aspect))


def tags(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Compare the tags beside the fields that were to change; those under a second name may only follow the change."""
    wanted = {change.field: change.new for change in changes}
    old, new = dict(facts_of(before, "tags")), dict(facts_of(after, "tags"))
    for key in {*old, *new}:
        field = _field(key)
        dropped = key not in new and ("/" in key or "-" in key)  # Matroska keeps one comment, under its plain name
        if field in wanted and (dropped or new.get(key) in {old.get(key), wanted[field]}):
            old.pop(key, None)
            new.pop(key, None)
    return equal(old, new)


def _other_tags(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Compare the tags beside the fields that were changed back, which may have said different things before."""
    wanted = {change.field for change in changes}
    old, new = (
        {key: value for key, value in facts_of(evidence, "tags").items() if _field(key) not in wanted}
        for evidence in (before, after)
    )
    return equal(old, new)


def _field(key: str) -> str | None:
    """Return the field of ours that a tag of the file holds, None for others and those of streams."""
    return libav.field_of(key.removeprefix("tag ")) if key.startswith("tag ") else None


def facts_of(evidence: Evidence, aspect: str) -> meaning.Facts:
    """Return the facts of an aspect; raises Failed where the file could not be read for them."""
    missing = evidence.problem if aspect == "structure" else evidence.unreadable
    if missing:
        raise Failed(missing.rstrip("."))
    return evidence.facts.get(aspect, {})


def equal(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return how many facts there are; raises Failed with the differences where the two are not the same."""
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
    ("comment", fields),
    ("streams", partial(same, "streams")),
    ("chapters", partial(same, "chapters")),
    ("attachments", partial(same, "attachments")),
    ("side_data", partial(same, "side_data")),
    ("tags", tags),
    ("index", partial(same, "index")),
    ("structure", partial(same, "structure")),
)

# Of a file whose old bytes came back: what players made of them may be less than what they say.
RESTORED: tuple[tuple[str, Check], ...] = tuple(
    (name, {"comment": _restored, "tags": _other_tags}.get(name, check)) for name, check in CHECKS
)
