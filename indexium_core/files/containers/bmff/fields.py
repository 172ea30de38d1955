"""
What is put in place of each box that holds the comment, and where a first one goes.

Every place says the same afterwards, or none is left. If players would still show something else, one more is added
behind it; where that cannot be, nothing is written.
"""

from __future__ import annotations

from indexium_core.files.containers.bmff import comment, strings
from indexium_core.files.containers.bmff.comment import Place, Vacancy
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.patch import Splice
from indexium_core.model.media import Refusal

__all__ = ["edits"]


def edits(layout: BmffLayout, text: str | None) -> list[Splice] | Refusal:
    """Return what makes every place of the comment say `text`; `None` and the empty text remove them all."""
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
    made = [_replaced(place, comment.rebuilt(place, encoded)) for place in layout.places]
    return made if home is None else [*made, _added(home, encoded)]


def _removed(layout: BmffLayout) -> list[Splice] | Refusal:
    if layout.rival >= 0:
        return _refused("Programs would show the film's information (©inf) as its comment, if there were none.")
    return [_replaced(place, b"") for place in layout.places]


def _replaced(place: Place, data: bytes) -> Splice:
    return Splice(start=place.box.start, end=place.box.end, data=data, around=place.around)


def _added(home: Vacancy, text: bytes) -> Splice:
    at = home.around[-1].tail
    return Splice(start=at, end=at, data=comment.made(home, text), around=home.around)


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
