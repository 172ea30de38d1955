"""
The edits of every comment in an ISO base media file, and of a first or an additional one.

In replace mode every place gets the new text, or every place is removed. In preserve mode every text keeps its bytes
and gets the People segment. If players would still show another text, a comment is added behind that text; if this is
not possible, the file is not written.
"""

from __future__ import annotations

from indexium_core.files.containers.bmff import comment, strings
from indexium_core.files.containers.bmff.boxes import MalformedBoxError
from indexium_core.files.containers.bmff.comment import CommentPlace, NewCommentPlace
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.padding import BoxSplice
from indexium_core.files.containers.shared import refusals
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal

__all__ = ["edits"]

_INFORMATION_HIDES = "Players would show the file's information (©inf) as its comment, whatever is written."
_INFORMATION_APPEARS = "Players would show the file's information (©inf) as its comment, if there were no comment."


def edits(layout: BmffLayout, change: Change) -> list[BoxSplice] | Refusal:
    """Return the splices that make a change in every place of the comment, or a Refusal."""
    if change.segment is None and not change.new:
        return _removed(layout)
    encoded = b"" if change.segment is not None else _encoded(change.new or "")
    if isinstance(encoded, Refusal):
        return encoded
    is_shown = any(place.shown for place in layout.places)
    needs_new = not is_shown and bool(change.new if change.segment is None else change.segment)
    if needs_new and layout.new_place is None:
        return refusals.not_writable(_INFORMATION_HIDES)
    new_place = layout.new_place if needs_new else None
    if change.segment is None:
        return _replaced(layout, encoded, new_place)
    return _with_segment(layout, change, new_place)


def _removed(layout: BmffLayout) -> list[BoxSplice] | Refusal:
    if layout.information_start >= 0:
        return refusals.not_writable(_INFORMATION_APPEARS)
    return [_splice(place, b"") for place in layout.places]


def _replaced(layout: BmffLayout, encoded: bytes, new_place: NewCommentPlace | None) -> list[BoxSplice] | Refusal:
    """Return the splices that write the new text into every place and into a new place."""
    has_strings = any(place.strings for place in layout.places) or (new_place is not None and new_place.strings)
    if len(encoded) > strings.MAX_BYTES and has_strings:
        return refusals.invalid_value(strings.too_long(len(encoded)))
    keeps_language = layout.information_start >= 0
    splices = [
        _splice(place, comment.with_only_text(place, encoded, keeps_language=keeps_language)) for place in layout.places
    ]
    return splices if new_place is None else [*splices, _added(new_place, encoded)]


def _with_segment(layout: BmffLayout, change: Change, new_place: NewCommentPlace | None) -> list[BoxSplice] | Refusal:
    """Return the splices that replace the People segment of every text and add a comment in a new place."""
    keeps_language = layout.information_start >= 0
    try:
        splices = [
            _splice(
                place,
                comment.with_edited_texts(
                    place, lambda text: fields.apply_change(change, text), keeps_language=keeps_language
                ),
            )
            for place in layout.places
        ]
    except MalformedBoxError as error:
        return refusals.invalid_value(str(error))
    if new_place is None:
        is_left = any(splice.data for splice in splices)
        return splices if is_left or layout.information_start < 0 else refusals.not_writable(_INFORMATION_APPEARS)
    last = next((text for place in reversed(layout.places) for text in reversed(comment.values(place))), None)
    text = fields.apply_change(change, last if layout.information_start < 0 else layout.information_text) or ""
    encoded = text.partition("\0")[0].encode("utf-8", "surrogateescape")
    if new_place.strings and len(encoded) > strings.MAX_BYTES:
        return refusals.invalid_value(strings.too_long(len(encoded)))
    return [*splices, _added(new_place, encoded)]


def _splice(place: CommentPlace, data: bytes) -> BoxSplice:
    return BoxSplice(start=place.box.start, end=place.box.end, data=data, around=place.around)


def _added(place: NewCommentPlace, text: bytes) -> BoxSplice:
    at = place.around[-1].tail
    return BoxSplice(start=at, end=at, data=comment.new_box(place, text), around=place.around)


def _encoded(text: str) -> bytes | Refusal:
    try:
        encoded = text.encode("utf-8", "surrogateescape")  # undecodable bytes of the file are written back unchanged
    except UnicodeEncodeError:
        return refusals.invalid_value("The comment holds characters that cannot be written.")
    if b"\0" in encoded:
        return refusals.invalid_value(refusals.NUL_IN_COMMENT)
    if len(encoded) > comment.MAX_BYTES:
        return refusals.invalid_value(f"The comment has more than {comment.MAX_BYTES:,} bytes.")
    return encoded
