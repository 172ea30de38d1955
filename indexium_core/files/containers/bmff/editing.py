"""
What is put in place of each box that holds the comment, and where a first one goes.

In replace mode every place says the same afterwards, or none is left. In preserve mode every text keeps its bytes and
gets the People segment. If players would still show something else, one more is added behind it; where that cannot be,
nothing is written.
"""

from __future__ import annotations

from indexium_core.files.containers.bmff import boxes, comment, strings
from indexium_core.files.containers.bmff.comment import CommentPlace, Vacancy
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.padding import BoxSplice
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal

__all__ = ["edits"]


def edits(layout: BmffLayout, change: Change) -> list[BoxSplice] | Refusal:
    """Return what makes a change in every place of the comment, or why it cannot be made."""
    if change.segment is not None:
        return _spliced(layout, change)
    text = change.new
    if not text:
        return _removed(layout)
    encoded = _encoded(text)
    if isinstance(encoded, Refusal):
        return encoded
    heard = any(place.heard for place in layout.places)
    home = None if heard else layout.vacancy
    if not heard and home is None:
        return _refused("Programs would show the film's information (©inf) as its comment, whatever is written.")
    listed = [place.strings for place in layout.places] + ([] if home is None else [home.strings])
    if len(encoded) > strings.MAX_BYTES and any(listed):
        return _invalid(f"QuickTime's comment takes {strings.MAX_BYTES:,} bytes, and this one has {len(encoded):,}.")
    rivals = layout.rival >= 0
    made = [_replaced(place, comment.rebuilt(place, encoded, keeps_language=rivals)) for place in layout.places]
    return made if home is None else [*made, _added(home, encoded)]


def _spliced(layout: BmffLayout, change: Change) -> list[BoxSplice] | Refusal:
    """Return what exchanges the People segment of every text, and adds one where players show none of them."""
    last = next((text for place in reversed(layout.places) for text in reversed(comment.values(place))), None)
    shown = last if layout.rival < 0 else layout.rival_text
    heard = any(place.heard for place in layout.places)
    rivals = layout.rival >= 0
    added = None if heard or not change.segment else fields.applied(change, shown)
    if not heard and layout.vacancy is None and change.segment:
        return _refused("Programs would show the film's information (©inf) as its comment, whatever is written.")
    try:
        made = [
            _replaced(place, comment.edited(place, lambda text: fields.applied(change, text), keeps_language=rivals))
            for place in layout.places
        ]
    except boxes.MalformedBoxError as error:
        return _invalid(str(error))
    if rivals and not any(splice.data for splice in made) and added is None:
        return _refused("Programs would show the film's information (©inf) as its comment, if there were none.")
    if added is None or layout.vacancy is None:
        return made
    encoded = added.partition("\0")[0].encode("utf-8", "surrogateescape")
    if layout.vacancy.strings and len(encoded) > strings.MAX_BYTES:
        return _invalid(f"QuickTime's comment takes {strings.MAX_BYTES:,} bytes, and this one has {len(encoded):,}.")
    return [*made, _added(layout.vacancy, encoded)]


def _removed(layout: BmffLayout) -> list[BoxSplice] | Refusal:
    if layout.rival >= 0:
        return _refused("Programs would show the film's information (©inf) as its comment, if there were none.")
    return [_replaced(place, b"") for place in layout.places]


def _replaced(place: CommentPlace, data: bytes) -> BoxSplice:
    return BoxSplice(start=place.box.start, end=place.box.end, data=data, around=place.around)


def _added(home: Vacancy, text: bytes) -> BoxSplice:
    at = home.around[-1].tail
    return BoxSplice(start=at, end=at, data=comment.made(home, text), around=home.around)


def _encoded(text: str) -> bytes | Refusal:
    try:
        encoded = text.encode("utf-8", "surrogateescape")  # bytes that came from a file go back as they were
    except UnicodeEncodeError:
        return _invalid("The comment holds characters that cannot be written.")
    if b"\0" in encoded:
        return _invalid("The comment holds a NUL, where most programs stop reading.")
    if len(encoded) > comment.MAX_BYTES:
        return _invalid(f"The comment has more than {comment.MAX_BYTES:,} bytes.")
    return encoded


def _invalid(message: str) -> Refusal:
    return Refusal(code="invalid_value", message=message)


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
