"""What differs between two comments, word by word. Pure."""

from __future__ import annotations

import difflib
import re

__all__ = ["Segments", "compare"]

Segments = list[dict[str, str | bool]]

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST = 2000  # characters of a comment that are shown


def compare(old: str | None, new: str | None) -> tuple[Segments | None, Segments | None]:
    """Return both comments as runs of text, those marked that the other has not; None stands for no comment."""
    if old is None or new is None:
        return _plain(old), _plain(new)
    left, right = _WORD.findall(old[:LONGEST]), _WORD.findall(new[:LONGEST])
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    gone: Segments = []
    come: Segments = []
    changed = ["", ""]
    for kind, a, b, c, d in blocks:
        if kind == "equal" and _telling(left[a:b]):
            _add(gone, changed[0], mark=True)
            _add(come, changed[1], mark=True)
            _add(gone, "".join(left[a:b]), mark=False)
            _add(come, "".join(right[c:d]), mark=False)
            changed = ["", ""]
        else:
            changed = [changed[0] + "".join(left[a:b]), changed[1] + "".join(right[c:d])]
    _add(gone, changed[0], mark=True)
    _add(come, changed[1], mark=True)
    return _end(gone, old), _end(come, new)


def _telling(words: list[str]) -> bool:
    """Tell whether what is equal is more than chance: a first name alone may stand in two unrelated texts."""
    return sum(word[0].isalnum() for word in words) > 1


def _plain(text: str | None) -> Segments | None:
    if text is None:
        return None
    segments: Segments = []
    _add(segments, text[:LONGEST], mark=False)
    return _end(segments, text)


def _add(segments: Segments, text: str, *, mark: bool) -> None:
    body = text.strip() if mark else ""
    before, _, after = text.partition(body) if body else (text, "", "")
    for part, marked in ((before, False), (body, True), (after, False)):
        if part:
            segments.append({"text": part, "mark": marked})


def _end(segments: Segments, text: str) -> Segments:
    if len(text) > LONGEST:
        segments.append({"text": f" … {len(text) - LONGEST:,} more characters", "mark": False})
    return segments
