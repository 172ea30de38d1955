"""
People in comments: their grammar, and the keys by which names are compared.

A comment may contain segments `People: name, name, …`. The parser returns the people, the custom text, and three
strings from which SQL can build every later comment. In preserve mode the comment for a list of people is `before +
"People: " + format_people(people) + after`, and for an empty list it is `without`. Text that is not a valid name stays
in the comment as text, and never becomes a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from indexium_core import errors

CommentMode: TypeAlias = Literal["replace", "preserve"]
MAX_NAME_LENGTH = 200  # characters, after cleaning

# The mappings of `fold` in addition to case and accents: letters that Unicode does not decompose, and the punctuation
# that word processors and phones write in place of ' and -. The query compiler translates this table into SQL.
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
# White space that is not a control character; `_BLANKS` adds the tab, for str.strip().
_SPACES = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_BLANKS = _SPACES + "\t"
_TRIMMED = _BLANKS + "\r\n;|"  # characters that are trimmed from both ends of a custom text

_RUN_OF_SPACES = re.compile(f"[{_SPACES}]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # includes lone surrogates, which databases reject
_NOT_IN_A_NAME = re.compile(f'[;|"]|{_CONTROL.pattern}')
_BREAK = re.compile(r"\r\n|\n|\r")
_BREAK_MARK = re.compile(r"[\r\n]")
_LAST_BREAK = re.compile(r"(?:\r\n|\n|\r)\Z")
# Possessive quantifiers, so that the time is linear in the length of any comment.
_SEGMENT = re.compile(rf"(?:\A|(?<=[\n\r;|]))[{_BLANKS}]*+(people:)([^\n\r;|]*+)", re.IGNORECASE)
_QUOTED = re.compile(rf'[{_BLANKS}]*+"((?:[^"]++|"")*+)"[{_BLANKS}]*+(?=,|\Z)')
_QUOTE_PAIR = re.compile(rf'[{_BLANKS}]*+"(?:[^"]++|"")*+"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedComment:
    """The people of a comment, and the pieces from which the next comment is built."""

    people: list[str]  # cleaned names in the order of the comment; for each person the first spelling
    custom_text: str  # the text that replace mode would lose; "" if the comment has only people
    before: str  # preserve mode: the text before "People: …"
    after: str  # preserve mode: the text after "People: …"
    without: str | None  # preserve mode: the comment without people; None if nothing remains


class _Segment(NamedTuple):
    """One `People: …` of a comment: its position, its names, and its text that is not a name."""

    start: int  # start of "People:"
    end: int  # end, after the last character that is not blank
    names: list[str]
    invalid: str  # invalid names as written; "" for none


class _CommentLine(NamedTuple):
    """A line of a comment with segments."""

    start: int
    end: int  # end, before the line break
    segments: list[_Segment]


def parse(comment: str | None) -> ParsedComment:
    """
    Parse a comment. The function never fails; its time is linear in the length of the comment.

    Players stop at a NUL, so the text after the first NUL is custom text and stays after the segment.
    """
    text, nul, hidden = (comment or "").partition("\0")
    parsed = _parse(text)
    return _with_hidden(parsed, nul + hidden) if nul else parsed


def _with_hidden(parsed: ParsedComment, hidden: str) -> ParsedComment:
    """Return a parsed comment with `hidden` added, the text from its first NUL on."""
    hidden_text = hidden.replace("\0", "\n").strip(_TRIMMED)
    custom = "\n".join(text for text in (parsed.custom_text, hidden_text) if text)
    without = (parsed.without or "") + hidden if parsed.without or hidden_text else None
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
    before, invalid = text[: segments[0].start], segments[0].invalid
    below = _lines_without_people(text, first.end, later, prefix=_PREFIX)
    # The text before the first segment never changes; a letter in place of the segment marks where `after` starts.
    after = _rebuild_line(text, first, prefix=_PREFIX, replacement="P")[len(before) - first.start + 1 :] + below
    without = _without_people(text, first, below, prefix=_PREFIX)
    custom = without
    if any(segment.invalid for segment in segments):
        custom = _without_people(text, first, _lines_without_people(text, first.end, later, prefix=""), prefix="")
    return ParsedComment(
        people=_unique(name for segment in segments for name in segment.names),
        custom_text=custom.strip(_TRIMMED),
        before=before,
        after=(", " + invalid if invalid else "") + after,
        without=without if without.strip() else None,
    )


def extract_people_from_comment(comment: str | None) -> list[str]:
    """Return the people of a comment, in its order."""
    return parse(comment).people


def render(comment: str | None, people: Sequence[str], mode: CommentMode) -> str | None:
    """
    Return the comment with exactly `people`; None if the field is removed from the file.

    Mode `replace` writes the people alone, `preserve` keeps all other text byte for byte. Raises `ValidationError` for
    an invalid name.
    """
    segment = segment_of(people)
    return segment or None if mode == "replace" else splice(comment or "", segment)


def segment_of(people: Sequence[str]) -> str:
    """Return the segment with `people`; "" for an empty list. Raises `ValidationError` for an invalid name."""
    names = format_people(people)
    return _PREFIX + names if names else ""


def splice(comment: str, segment: str) -> str | None:
    """
    Return a comment with `segment` in place of its People segments; all other characters stay.

    A `segment` of "" removes the people; the result is None if nothing remains.
    """
    parsed = parse(comment)
    return parsed.before + segment + parsed.after if segment else parsed.without


def format_people(names: Sequence[str]) -> str:
    """Return the names as in a segment; a name with a comma is quoted. Raises `ValidationError` for an invalid name."""
    cleaned = (validate_name(name) for name in names)
    return ", ".join(f'"{name}"' if "," in name else name for name in cleaned)


def split_names(text: str) -> list[str]:
    """Return the names of a text as a comment writes them: commas between names, a name with a comma in quotes."""
    return [value for _, value in _pieces(text) if clean_name(value)]


def validate_name(name: str) -> str:
    """Return the cleaned name, as `clean_name`; raise `ValidationError` if it is invalid."""
    cleaned = clean_name(name)
    reason = _invalid_reason(cleaned)
    if reason:
        shown = _CONTROL.sub("\ufffd", cleaned if len(cleaned) <= 60 else cleaned[:59] + "…")
        raise errors.ValidationError(f"“{shown}” is not a valid name: {reason}.", code="invalid_person_name")
    return cleaned


def clean_name(name: str) -> str:
    """Return a name, valid or not, trimmed, with single spaces, in NFC."""
    normal = name if name.isascii() else unicodedata.normalize("NFC", name)
    return _RUN_OF_SPACES.sub(" ", normal).strip(" \t\r\n")


def person_key(name: str) -> str:
    """Return the key by which names are compared: the casefold of the cleaned name."""
    return clean_name(name).casefold()


def fold(text: str) -> str:
    """Return the text in the form that search compares: without case, accents and typographic variants."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter)[0] != "M")
    # lower(), not casefold(), as in DuckDB; with the table they differ only for Cherokee and old Cyrillic.
    return unicodedata.normalize("NFC", bare).lower().translate(_FOLDING)


def _invalid_reason(cleaned: str) -> str:
    """Return why a cleaned name is invalid; "" for a valid name."""
    if not cleaned:
        return "it is empty"
    if len(cleaned) > MAX_NAME_LENGTH:
        return f"it has {len(cleaned)} characters, at most {MAX_NAME_LENGTH} are allowed"
    invalid = _NOT_IN_A_NAME.search(cleaned)
    if not invalid:
        return ""
    if invalid[0] in ';|"':
        return f"it contains {invalid[0]} which separates or quotes names in a comment"
    return "it contains a control character"


def _unique(names: Iterator[str]) -> list[str]:
    """Return each person once, in the first spelling."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())


def _segments(text: str) -> list[_Segment]:
    """Return the segments of a comment, in order."""
    segments = []
    for match in _SEGMENT.finditer(text):
        body = match[2].rstrip(_BLANKS)
        names, invalid = _parse_names(body)
        segments.append(_Segment(match.start(1), match.start(2) + len(body), names, ", ".join(invalid)))
    return segments


def _parse_names(body: str) -> tuple[list[str], list[str]]:
    """Split the text after `People:` into cleaned valid names, and invalid ones as written."""
    names: list[str] = []
    invalid: list[str] = []
    for raw, value in _pieces(body) if '"' in body else ((raw, raw) for raw in body.split(",")):
        name = clean_name(value)
        if name and _invalid_reason(name):
            invalid.append(raw.strip(_BLANKS))
        elif name:
            names.append(name)
    return names, invalid


def _pieces(body: str) -> Iterator[tuple[str, str]]:
    """
    Yield each part between commas as written, with its value by the quoting rules of CSV.

    The value of a part with an invalid quote is the part itself, which the quote makes an invalid name. Such a part
    ends independently of the text after its comma, so adding or removing other names does not change the part.
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
    """Return the line break between text and new segment, of the same kind as in the text; "" if none is needed."""
    if not text or text.endswith(("\n", "\r")):
        return ""
    breaks = _BREAK.findall(text)
    return breaks[-1] if breaks else "\n"


def _lines(text: str, segments: list[_Segment]) -> list[_CommentLine]:
    """Group the segments by line."""
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


def _without_people(text: str, first: _CommentLine, below: str, *, prefix: str) -> str:
    """Return the comment without its people; `below` is the text after `first`, the first line with a segment."""
    above = text[: first.start]
    line = _rebuild_line(text, first, prefix=prefix)
    if line.strip(_BLANKS):
        return above + line + below
    own_break = _BREAK.match(below)
    return above + below[own_break.end() :] if own_break else _LAST_BREAK.sub("", above)


def _lines_without_people(text: str, position: int, lines: list[_CommentLine], *, prefix: str) -> str:
    """
    Return the comment from `position` without its people.

    An empty line is removed with its line break (at the end of the comment, with the line break before the line).
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


def _rebuild_line(text: str, line: _CommentLine, *, prefix: str, replacement: str = "") -> str:
    """
    Return a line without its people; invalid names stay, after `prefix`. `replacement` replaces the first segment.

    A segment is removed with the delimiter after it and the blanks around this delimiter; for the last segment of a
    line, this is the delimiter before it.
    """
    ends = [segment.start for segment in line.segments[1:]] + [line.end]
    kept = [text[line.start : line.segments[0].start]]
    for segment, end in zip(line.segments, ends, strict=True):
        rest = text[segment.end : end]
        if replacement or segment.invalid:
            kept += [replacement or prefix + segment.invalid, rest]
        elif tail := rest.lstrip(_BLANKS):
            kept.append(tail[1:].lstrip(_BLANKS))
        else:
            _drop_last_delimiter(kept)
        replacement = ""
    return "".join(kept)


def _drop_last_delimiter(kept: list[str]) -> None:
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    last = kept[-1].rstrip(_BLANKS)
    kept[-1] = last[:-1].rstrip(_BLANKS) if last.endswith((";", "|")) else last
