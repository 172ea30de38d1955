"""
People in comments: the grammar of contract section 3, and the keys by which names are compared.

A comment may hold segments `People: name, name, …`. Reading one gives the people, the person's own text, and the three
strings from which SQL builds every later comment without Python: for any people the comment in preserve mode is
`before + "People: " + format_people(people) + after`, for none it is `without`. Text that is not a valid name stays
text: it is never lost, and never taken for a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model.planning.plan import CommentMode

__all__ = [
    "FOLDED_LETTERS",
    "MAX_NAME_LENGTH",
    "ParsedComment",
    "clean_name",
    "extract_people_from_comment",
    "fold",
    "format_people",
    "parse",
    "person_key",
    "render",
    "segment_of",
    "splice",
    "validate_name",
]

MAX_NAME_LENGTH = 200  # characters, after cleaning

# What `fold` maps beyond case and accents: letters that Unicode does not decompose, and the marks that word processors
# and phones put in place of ' and -. The query compiler makes the same table into SQL.
FOLDED_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ς": "σ",
    "’": "'",
    "–": "-",
    "—": "-",
}
_FOLDING = str.maketrans(FOLDED_LETTERS)

_PREFIX = "People: "
# White space that is not a control character, and the same as a set for str.strip(), which tabs are trimmed with.
_SPACES = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_BLANKS = _SPACES + "\t"
_TRIMMED = _BLANKS + "\r\n;|"  # what is nobody's text at the ends of a custom text

_RUN_OF_SPACES = re.compile(f"[{_SPACES}]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # lone surrogates too: no store takes them
_NOT_IN_A_NAME = re.compile(f'[;|"]|{_CONTROL.pattern}')
_BREAK = re.compile(r"\r\n|\n|\r")
_BREAK_MARK = re.compile(r"[\r\n]")
_LAST_BREAK = re.compile(r"(?:\r\n|\n|\r)\Z")
# Possessive quantifiers, so that a hostile comment costs no more than its length.
_SEGMENT = re.compile(rf"(?:\A|(?<=[\n\r;|]))[{_BLANKS}]*+(people:)([^\n\r;|]*+)", re.IGNORECASE)
_QUOTED = re.compile(rf'[{_BLANKS}]*+"((?:[^"]++|"")*+)"[{_BLANKS}]*+(?=,|\Z)')
_QUOTE_PAIR = re.compile(rf'[{_BLANKS}]*+"(?:[^"]++|"")*+"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedComment:
    """What a comment says, and the pieces from which the next one is made."""

    people: list[str]  # cleaned, in the comment's order, the first spelling of each
    custom_text: str  # what replace mode would lose, "" if the comment is people only
    before: str  # preserve mode: what stands before "People: …"
    after: str  # … and after it
    without: str | None  # preserve mode with nobody left; None if nothing remains


class _Segment(NamedTuple):
    """One `People: …` of a comment: where it is, whom it names, and what in it is not a name."""

    start: int  # of "People:"
    end: int  # after its last character that is not blank
    names: list[str]
    stray: str  # invalid names as they were written, "" for none


class _CommentLine(NamedTuple):
    """A line of a comment that holds segments."""

    start: int
    end: int  # before its line break
    segments: list[_Segment]


def parse(comment: str | None) -> ParsedComment:
    """
    Read a comment. Never fails, and takes time in proportion to the comment's length.

    Players stop at a NUL: what stands behind the first one is custom text and stays behind the segment.
    """
    text, nul, hidden = (comment or "").partition("\0")
    parsed = _parse(text)
    return _with_hidden(parsed, nul + hidden) if nul else parsed


def _with_hidden(parsed: ParsedComment, hidden: str) -> ParsedComment:
    """Return a parsed comment with the text from its first NUL on."""
    says_something = hidden.replace("\0", "\n").strip(_TRIMMED)
    custom = "\n".join(text for text in (parsed.custom_text, says_something) if text)
    without = (parsed.without or "") + hidden if parsed.without or says_something else None
    return replace(parsed, custom_text=custom, after=parsed.after + hidden, without=without)


def _parse(text: str) -> ParsedComment:
    segments = _segments(text)
    if not segments:
        return ParsedComment(
            people=[],
            custom_text=text.strip(_TRIMMED),
            before=text + _line_break_for(text),
            after="",
            without=text or None,
        )
    first, *later = _lines(text, segments)
    before, stray = text[: segments[0].start], segments[0].stray
    below = _below(text, first.end, later, prefix=_PREFIX)
    # Nothing before the first segment ever changes; a letter in its place shows what comes after.
    after = _rebuild_line(text, first, prefix=_PREFIX, instead="P")[len(before) - first.start + 1 :] + below
    without = _whole(text, first, below, prefix=_PREFIX)
    some_stray = any(segment.stray for segment in segments)
    custom = _whole(text, first, _below(text, first.end, later, prefix=""), prefix="") if some_stray else without
    return ParsedComment(
        people=_unique(name for segment in segments for name in segment.names),
        custom_text=custom.strip(_TRIMMED),
        before=before,
        after=(", " + stray if stray else "") + after,
        without=without if without.strip() else None,
    )


def extract_people_from_comment(comment: str | None) -> list[str]:
    """Return the people that a comment names, in its order."""
    return parse(comment).people


def render(comment: str | None, people: Sequence[str], mode: CommentMode) -> str | None:
    """
    Return the comment that names exactly `people`; None means that the field is removed from the file.

    `replace` makes it the people alone, `preserve` keeps all other text to the byte. Raises `ValidationError` for a
    name that cannot be written.
    """
    segment = segment_of(people)
    return segment or None if mode == "replace" else splice(comment or "", segment)


def segment_of(people: Sequence[str]) -> str:
    """Return the segment that names `people`, "" for nobody; raises `ValidationError` for a name that is not valid."""
    names = format_people(people)
    return _PREFIX + names if names else ""


def splice(comment: str, segment: str) -> str | None:
    """
    Return a comment with `segment` in place of its People segments and every other character kept.

    `segment` is "" for nobody; the result is None where nothing remains.
    """
    parsed = parse(comment)
    return parsed.before + segment + parsed.after if segment else parsed.without


def format_people(names: Sequence[str]) -> str:
    """Return the names as a segment lists them; one with a comma in double quotes. Raises `ValidationError`."""
    cleaned = (validate_name(name) for name in names)
    return ", ".join(f'"{name}"' if "," in name else name for name in cleaned)


def validate_name(name: str) -> str:
    """Return the name trimmed, with single spaces, in NFC; raise `ValidationError` if it cannot be written."""
    cleaned = clean_name(name)
    rule = _broken_rule(cleaned)
    if rule:
        shown = _CONTROL.sub("\ufffd", cleaned if len(cleaned) <= 60 else cleaned[:59] + "…")
        message = f"“{shown}” cannot be written as a name: {rule}."
        raise errors.ValidationError(message, code="invalid_person_name")
    return cleaned


def clean_name(name: str) -> str:
    """Return the name trimmed, with single spaces, in NFC, whether or not it can be written."""
    normal = name if name.isascii() else unicodedata.normalize("NFC", name)
    return _RUN_OF_SPACES.sub(" ", normal).strip(" \t\r\n")


def person_key(name: str) -> str:
    """Return the key by which names are compared: casefold of the cleaned name in NFC."""
    return clean_name(name).casefold()


def fold(text: str) -> str:
    """Return the text as search compares it: without case, accents and typographic variants."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter)[0] != "M")
    # lower(), not casefold(), for DuckDB has only that; with the table they differ for Cherokee and old Cyrillic alone.
    return unicodedata.normalize("NFC", bare).lower().translate(_FOLDING)


def _broken_rule(cleaned: str) -> str:
    """Return why a cleaned name cannot be written, "" if it can."""
    if not cleaned:
        return "it is empty"
    if len(cleaned) > MAX_NAME_LENGTH:
        return f"it has {len(cleaned)} characters, at most {MAX_NAME_LENGTH} are allowed"
    wrong = _NOT_IN_A_NAME.search(cleaned)
    if not wrong:
        return ""
    if wrong[0] in ';|"':
        return f"it holds {wrong[0]} which separates or quotes names in a comment"
    return "it holds a control character"


def _unique(names: Iterator[str]) -> list[str]:
    """Return each person once, as first spelt."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())


def _segments(text: str) -> list[_Segment]:
    """Find the segments of a comment, in order."""
    found = []
    for match in _SEGMENT.finditer(text):
        body = match[2].rstrip(_BLANKS)
        names, stray = _read_names(body)
        found.append(_Segment(match.start(1), match.start(2) + len(body), names, ", ".join(stray)))
    return found


def _read_names(body: str) -> tuple[list[str], list[str]]:
    """Split what follows `People:` into cleaned names and, as written, what is no valid name."""
    names: list[str] = []
    stray: list[str] = []
    for raw, value in _pieces(body) if '"' in body else ((raw, raw) for raw in body.split(",")):
        name = clean_name(value)
        if name and _broken_rule(name):
            stray.append(raw.strip(_BLANKS))
        elif name:
            names.append(name)
    return names, stray


def _pieces(body: str) -> Iterator[tuple[str, str]]:
    """
    Yield each part between commas as written, and the value that it stands for as CSV has it.

    Where a quote is wrong, that is the part itself, which its quote keeps from being a name. Where such a part ends
    depends on nothing that follows its comma, so the same parts are found again when names around it come and go.
    """
    position = 0
    while position <= len(body):
        quoted = _QUOTED.match(body, position)
        if quoted:
            end = quoted.end()
            yield quoted[0], quoted[1].replace('""', '"')
        else:
            pair = _QUOTE_PAIR.match(body, position)
            comma = body.find(",", pair.end() if pair else position)
            end = comma if comma >= 0 else len(body)
            yield body[position:end], body[position:end]
        position = end + 1


def _line_break_for(text: str) -> str:
    """Return the line break that puts a segment on a line of its own after the text: the text's own kind."""
    if not text or text.endswith(("\n", "\r")):
        return ""
    breaks = _BREAK.findall(text)
    return breaks[-1] if breaks else "\n"


def _lines(text: str, segments: list[_Segment]) -> list[_CommentLine]:
    """Group the segments by the line on which they stand."""
    lines: list[_CommentLine] = []
    floor = 0
    for segment in segments:
        if lines and segment.start < floor:
            lines[-1].segments.append(segment)
            continue
        start = max(text.rfind("\n", floor, segment.start), text.rfind("\r", floor, segment.start)) + 1
        line_break = _BREAK_MARK.search(text, segment.end)
        end = line_break.start() if line_break else len(text)
        lines.append(_CommentLine(max(start, floor), end, [segment]))
        floor = end
    return lines


def _whole(text: str, first: _CommentLine, below: str, *, prefix: str) -> str:
    """Return the comment without its people, of which `below` is what follows the first line with a segment."""
    above = text[: first.start]
    line = _rebuild_line(text, first, prefix=prefix)
    if line.strip(_BLANKS):
        return above + line + below
    own_break = _BREAK.match(below)
    return above + below[own_break.end() :] if own_break else _LAST_BREAK.sub("", above)


def _below(text: str, position: int, lines: list[_CommentLine], *, prefix: str) -> str:
    """
    Return the comment from `position` without its people.

    A line that held nothing else goes with its line break: its own, or, at the comment's end, the one before it.
    """
    out: list[str] = []
    for line in lines:
        out.append(text[position : line.start])
        position = line.end
        rebuilt = _rebuild_line(text, line, prefix=prefix)
        if rebuilt.strip(_BLANKS):
            out.append(rebuilt)
        elif own_break := _BREAK.match(text, position):
            position = own_break.end()
        else:
            return _LAST_BREAK.sub("", "".join(out))
    return "".join([*out, text[position:]])


def _rebuild_line(text: str, line: _CommentLine, *, prefix: str, instead: str = "") -> str:
    """
    Return a line without its people: stray text stays, after `prefix`, and `instead` replaces the first segment.

    Of a segment that goes, the delimiter after it goes too, and the blanks around that; the last one of a line takes
    the delimiter before it along instead.
    """
    ends = [segment.start for segment in line.segments[1:]] + [line.end]
    kept = [text[line.start : line.segments[0].start]]
    for segment, end in zip(line.segments, ends, strict=True):
        right = text[segment.end : end]
        if instead or segment.stray:
            kept += [instead or prefix + segment.stray, right]
        elif tail := right.lstrip(_BLANKS):
            kept.append(tail[1:].lstrip(_BLANKS))
        else:
            _drop_last_delimiter(kept)
        instead = ""
    return "".join(kept)


def _drop_last_delimiter(kept: list[str]) -> None:
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    left = kept[-1].rstrip(_BLANKS)
    kept[-1] = left[:-1].rstrip(_BLANKS) if left.endswith((";", "|")) else left
