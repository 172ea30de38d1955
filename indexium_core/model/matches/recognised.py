"""The parts of a file name that say what the file is: title, year, episode, id."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexium_core.model.providers.external_ids import ID_FIELDS

_WORD = re.compile(r"\w+")
_MARKS = re.compile(
    r"S\d{1,3}(?:[ ._-]*E\d{1,4})+(?:-E?\d{1,4})?|(?<!\d)\d{1,2}x\d{2,3}(?!\d)|(?<!\w)tt\d{7,9}(?!\d)", re.IGNORECASE
)
_ID = re.compile(rf"(?<![a-z])(?:{'|'.join(ID_FIELDS)})(?:id)?[-=:](?:tt)?\d+", re.IGNORECASE)


def marked_parts(name: str, title: str, year: int | None) -> list[tuple[str, bool]]:
    """Return a name cut into parts, each with whether it is the title, the year, an episode or an id."""
    spans = [each.span() for pattern in (_MARKS, _ID) for each in pattern.finditer(name)]
    words = [re.escape(word) for word in _WORD.findall(title.replace("_", " "))]
    found = re.search(r"[\W_]+".join(words), name, re.IGNORECASE) if words else None
    if found:
        spans.append(found.span())
    if year is not None:
        years = list(re.finditer(rf"(?<!\d){year}(?!\d)", name))
        spans += [each.span() for each in years[-1:]]
    return _parts(name, sorted(spans))


def _parts(name: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    parts, at = list[tuple[str, bool]](), 0
    for first, last in spans:
        start = max(first, at)
        if last <= start:
            continue
        if start > at:
            parts.append((name[at:start], False))
        parts.append((name[start:last], True))
        at = last
    if at < len(name):
        parts.append((name[at:], False))
    return parts
