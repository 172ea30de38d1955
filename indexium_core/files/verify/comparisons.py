"""
The comparisons of the evidence before and after a write: each has a name and compares one part of it.

A sabotage test proves each comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.verify import meaning
from indexium_core.files.verify.evidence import Evidence
from indexium_core.model.fields.table import COMMENT, known_field
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change

_SHOWN = 3  # maximum of differences in a message
_REORDERED = frozenset({"matroska", "webm", "flv", "ogg"})  # containers in which a write may change the order of texts
_WHOLE = "container"  # this place of a change means the field as players read it
_ROOM = 512 * 1024  # a file may grow by its texts, its tags and this number of bytes: blocks can be large

_WRITE_UNDONE = "The changes of the write differ from the plan, so the write is undone."
_REWRITE_REFUSED = "The changes of the rewrite would differ from the plan, so the file is not changed."

Changes = Sequence[Change]
# A comparison returns a short fact for the proof, or raises Failed with the difference.
Comparison = Callable[[Evidence, Evidence, Changes], object]


class Failed(Exception):  # noqa: N818 - never leaves this package: `compare` combines all of them in one error
    """The difference that a comparison found, in words."""

    def __init__(self, message: str, *, fields: Collection[str] = ()) -> None:
        super().__init__(message)
        self.fields = frozenset(fields)  # the changed fields to which the whole difference belongs; empty: not known


def expect(evidence: Evidence, changes: Changes) -> None:
    """
    Check, before a write, that the file is complete and has the values that the plan was made from.

    Raises:
        CorruptFileError: The file is not complete.
        FFmpegError: The media libraries cannot read it, so verification would be impossible.
        ConflictError: A field does not have the planned old value.

    """
    if evidence.problem:
        raise errors.CorruptFileError(evidence.problem)
    if evidence.unreadable:
        raise errors.FFmpegError(evidence.unreadable)
    for name in dict.fromkeys(change.field for change in changes):
        if not _as_planned(evidence, [change for change in changes if change.field == name]):
            message = f"The {name} differs from the one in the plan. Scan the file again."
            raise errors.ConflictError(message)


def _as_planned(evidence: Evidence, changes: Changes) -> bool:
    """Tell whether the texts of a field have the planned old values, and change as planned."""
    name, texts = changes[0].field, evidence.texts_of(changes[0].field)
    if len(changes) == 1 and changes[0].where == _WHOLE:
        loses = changes[0].segment is None and len({text.value for text in texts}) > 1
        return not loses and (_clean(evidence.value_of(name)) or None) == (changes[0].old or None)
    planned = {change.where: (change.old, change.new) for change in changes}
    for text in texts:
        old, new = fields.display_text(text.value), fields.text_after(text, changes[0])
        results = {None if new is None else fields.display_text(new)}
        if text.moves and changes[0].segment is None:
            results.add(None)  # the plan may list the new text at the place where it is added
        listed_old, listed_new = planned.pop(fields.display_text(text.where), (old, old))
        if listed_old != old or listed_new not in results:
            return False
    return all(old is None for old, _ in planned.values())


def compare(
    before: Evidence, after: Evidence, changes: Changes, *, comparisons: Sequence[tuple[str, Comparison]] | None = None
) -> dict[str, object]:
    """
    Compare the evidence after a write with that before it.

    Args:
        before: The evidence before the write.
        after: The evidence after the write.
        changes: The planned changes.
        comparisons: The comparisons by name; None for all.

    Returns:
        The proof: a short fact for each comparison.

    Raises:
        VerificationError: An unplanned change exists, or a planned one is missing; `check` is the first comparison that
            failed, and the message names the differences.

    """
    proof: dict[str, object] = {}
    failures: list[tuple[str, Failed]] = []
    chosen = COMPARISONS if comparisons is None else comparisons
    for name, comparison in chosen:
        try:
            proof[name] = comparison(before, after, changes)
        except Failed as failed:
            failures.append((name, failed))
    if failures:
        found = "; ".join(f"{_subject(name, failed)}: {failed}" for name, failed in failures)
        anew = any(name == "packets" for name, _ in chosen)
        message = f"{_REWRITE_REFUSED if anew else _WRITE_UNDONE} {found}."
        named = [failed.fields for _, failed in failures]
        raise errors.VerificationError(
            message,
            check=failures[0][0],
            fields=frozenset().union(*named) if all(named) else (),
            difference=found,
        )
    return proof


def _subject(name: str, failed: Failed) -> str:
    """Return what a difference is about: the fields, or the part of the file that a comparison has compared."""
    return ", ".join(sorted(failed.fields)) if name == COMMENT and failed.fields else name


def _size(before: Evidence, after: Evidence, changes: Changes) -> object:
    if after.problem:
        raise Failed(after.problem.rstrip("."))
    if not after.payload_end <= after.size == after.named_size:
        message = f"{after.size} bytes instead of {max(after.named_size, after.payload_end)}"
        raise Failed(message)
    grown = after.size - before.size - (sum(after.payload) - sum(before.payload))
    tags = before.size - sum(before.payload)
    if grown > _ROOM + tags + 8 * length_of(before, changes):
        message = f"the file has grown by {grown} bytes"
        raise Failed(message)
    return f"{after.size} bytes ({after.size - before.size:+d})"


def _payload(before: Evidence, after: Evidence, changes: Changes) -> object:
    del changes
    if before.payload != after.payload:
        message = f"{sum(before.payload)} media bytes became {sum(after.payload)}, or have other extents"
        raise Failed(message)
    if before.payload_hash != after.payload_hash:
        raise Failed("media bytes changed")
    return after.payload_hash or "none"


def length_of(before: Evidence, changes: Changes) -> int:
    """Return the approximate number of bytes by which the texts grow."""
    old = [text.value for text in before.texts]
    new = [text for change in changes for text in (*fields.texts_after(before.texts, change), change.new or "")]
    return max(_bytes(new) - _bytes(old), _bytes(change.new or "" for change in changes))


def _bytes(texts: Iterable[str]) -> int:
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def comment(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Check that players read every field as planned, and that every place of it has its planned text."""
    failures: dict[str, str] = {}
    for change in changes:
        try:
            _field(before, after, change)
        except Failed as failed:
            failures[change.field] = str(failed)
    if failures:
        raise Failed("; ".join(failures.values()), fields=failures)
    return "reads back as planned"


def _field(before: Evidence, after: Evidence, change: Change) -> None:
    """Check one field; raises Failed."""
    if not known_field(change.field).names_in(libav.demuxer_of(after.container)):
        _every_text(before, after, change, change.new or "")  # players do not show it
        return
    leading = before.leading(change.field)
    full = fields.apply_change(change, leading.value if leading else before.value_of(change.field)) or None
    wanted = _visible(full)
    stays = leading is not None and leading.value == full
    shown, found = before.fields.get(change.field) if stays else wanted, after.fields.get(change.field)
    as_planned = (found or None) in _readings(change.field, {shown or None, wanted or None})
    if not as_planned and not _may_show_another(before, after, change, wanted):
        message = f"players read {_shown(found)} as the {change.field}, not {_shown(shown)}"
        raise Failed(message)
    if (change.new or None) not in {_clean(full), _clean(wanted)}:
        message = f"the {change.field} becomes {_shown(_clean(full))}, and {_shown(change.new)} was planned"
        raise Failed(message)
    _every_text(before, after, change, wanted or "")


def _readings(field: str, texts: Collection[str | None]) -> set[str | None]:
    """Return what players may show for some texts: of a list, FFmpeg shows one item in some containers."""
    if known_field(field).type != "list":
        return set(texts)
    return {*texts, *(item for text in texts if text for item in text.split("; "))}


def _may_show_another(before: Evidence, after: Evidence, change: Change, wanted: str | None) -> bool:
    """
    Tell whether players may show another text than planned: only if the change removes all names.

    If players did not show the field before the write, they must show the same text as before. If the text is removed,
    they show another text of the field, or in a Matroska file a text of another element.
    """
    if change.new if change.segment is None else change.segment:
        return False
    shown, found = before.fields.get(change.field), after.fields.get(change.field)
    leading = before.leading(change.field)
    if leading and leading.shown != shown:
        return found == shown
    is_another = any(text.shown == found for text in after.texts_of(change.field))
    return wanted is None and (is_another or after.value_of(change.field) != found)


def _every_text(before: Evidence, after: Evidence, change: Change, wanted: str) -> None:
    """Check that each place has its old or planned text, and at most one place is added, with the `wanted` text."""
    expected = fields.texts_after(before.texts, change)
    found = [text.value for text in after.texts_of(change.field)]
    missing = Counter(expected)
    missing.subtract(found)
    added = [text for text, count in missing.items() for _ in range(-count)]
    lost = next((text for text, count in missing.items() if count > 0), None)
    if lost is not None:
        message = f"no place has {_shown(_clean(lost))} as the {change.field}"
        raise Failed(message)
    if added not in ([], [wanted]):
        message = f"an unexpected place has {_shown(_clean(added[0]))} as the {change.field}"
        raise Failed(message)
    if after.container not in _REORDERED and not _in_order(found, expected, added):
        message = f"the texts of the {change.field} are in each other's places"
        raise Failed(message)


def _in_order(found: Sequence[str], expected: Sequence[str], added: Sequence[str]) -> bool:
    """Tell whether texts are the expected ones in their order, with at most one of `added` anywhere among them."""
    if not added:
        return list(found) == list(expected)
    places = (at for at, text in enumerate(found) if text == added[0])
    return any([*found[:at], *found[at + 1 :]] == list(expected) for at in places)


def same(aspect: str, before: Evidence, after: Evidence, changes: Changes) -> object:
    """Check that all facts of an aspect are unchanged."""
    del changes
    return equal(facts_of(before, aspect), facts_of(after, aspect))


def side_data(before: Evidence, after: Evidence, changes: Changes) -> object:
    """Check that all side data are unchanged, except those that belong to a planned field."""
    old, new = (
        {
            name: value
            for name, value in facts_of(evidence, "side_data").items()
            if not any(meaning.is_owned_by(name, change.field) for change in changes)
        }
        for evidence in (before, after)
    )
    return equal(old, new)


def tags(before: Evidence, after: Evidence, changes: Changes) -> object:
    """
    Compare the tags other than the planned fields; tags under a second name may only follow the change.

    In a Matroska file a field has many names, by language and level, and one text may hide another of the same name. In
    such a file the comparison of the comment covers its texts, and the structural half covers all others, byte for
    byte.
    """
    is_matroska = _is_matroska(after)
    old, new = dict(facts_of(before, "tags")), dict(facts_of(after, "tags"))
    for key in {*old, *new}:
        names = _fields(key, after.container)
        follows = [
            _readings(change.field, _may_become(before, change, old.get(key)))
            for change in changes
            if change.field in names
        ]
        # A text that becomes UTF-8 may lose its language; if texts in an Ogg stream are equal, FFmpeg keeps one name.
        is_allowed = key not in new and ("-" in key or after.container == "ogg")
        is_allowed = is_allowed or is_matroska or new.get(key) == old.get(key)
        if follows and (is_allowed or any(new.get(key) in each for each in follows)):
            old.pop(key, None)
            new.pop(key, None)
    try:
        return equal(old, new)
    except Failed as failed:
        edited = {change.field for change in changes}
        owners = [_fields(key, after.container) & edited for key in {*old, *new} if old.get(key) != new.get(key)]
        raise Failed(str(failed), fields=frozenset().union(*owners) if all(owners) else ()) from None


def _may_become(before: Evidence, change: Change, old: str | None) -> set[str | None]:
    """Return the values that a tag of a field may have after a change: all, if the tag has no text of the field."""
    pairs = [(text.shown, fields.text_after(text, change)) for text in before.texts_of(change.field)]
    results = {_visible(new) for _, new in pairs}
    own = {_visible(new) for shown, new in pairs if shown == old}
    if own and None not in own:
        return own
    # If one text is removed, players show the changed value of the field under its tag.
    return results | {_visible(fields.apply_change(change, before.value_of(change.field)))}


def _visible(text: str | None) -> str | None:
    """Return a text up to its first NUL, where players stop reading."""
    return None if text is None else text.partition("\0")[0]


def _is_matroska(evidence: Evidence) -> bool:
    return libav.demuxer_of(evidence.container) == "matroska"


def _fields(key: str, container: str) -> set[str]:
    """
    Return the fields in a tag of the file; in a Matroska file also the fields that contain the tag.

    Of the tags of a stream, only a date and time may follow the file: the boxes of a track in an MP4 have it, too.
    """
    if not key.startswith("tag "):
        found = libav.field_of(key.rpartition(" tag ")[2], container)
        return {found.key} if found and found.type == "datetime" else set()
    tag = key.removeprefix("tag ")
    names = [tag]
    if libav.demuxer_of(container) == "matroska":
        names += tag.split("/")
    elif container == "ogg":  # the tags of its streams are those of the file
        names = [tag.rpartition("/")[2]]
    return {field.key for name in names if (field := libav.field_of(name, container))}


def facts_of(evidence: Evidence, aspect: str) -> meaning.Facts:
    """Return the facts of an aspect; raises Failed if the file could not be read for them."""
    missing = evidence.problem if aspect == "structure" else evidence.unreadable
    if missing:
        raise Failed(missing.rstrip("."))
    return evidence.facts.get(aspect, {})


def equal(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the number of facts; raises Failed with the differences if the two are not equal."""
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
    """Return the text as the database stores it."""
    return None if text is None else fields.display_text(text)


# The order of the reports: the most informative comparison is first. The last is the census of bytes, which covers
# everything outside the payload.
COMPARISONS: tuple[tuple[str, Comparison], ...] = (
    ("size", _size),
    ("payload", _payload),
    ("comment", comment),
    ("streams", partial(same, "streams")),
    ("chapters", partial(same, "chapters")),
    ("attachments", partial(same, "attachments")),
    ("side_data", side_data),
    ("tags", tags),
    ("index", partial(same, "index")),
    ("structure", partial(same, "structure")),
)

# For restored bytes: a digest of all bytes outside the media proves the fields and the structure, whatever the history
# knows about the changes.
RESTORED: tuple[tuple[str, Comparison], ...] = tuple(
    (name, comparison) for name, comparison in COMPARISONS if name not in ("comment", "tags", "structure")
)
