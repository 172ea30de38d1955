"""
Where the elements of an NFO file lie: a strict reading, as a base for edits of its bytes.

The tolerant reader (`nfo`) takes what it can get; this one refuses each file that an XML parser does not take as a
whole. All offsets are those of the text in UTF-8. Only one thing is looser than XML: as Kodi and Jellyfin take it, a
file has several roots one after another, and a text (an address) after the last one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from indexium_core import errors
from indexium_core.files.titles import nfo
from indexium_core.files.titles.nfo import ReadElement

CODE = "nfo_unreadable"
_REMEDY = "Correct the file, or replace it."
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(r"""\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})""")
_START_TAG = re.compile(rb"""<(?:[^"'>]+|"[^"]*"|'[^']*')*>""")
_BETWEEN = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)  # between two roots
_BARE = re.compile(rb"&[^\s;<&]{0,40}$")
_ENTITY = re.compile(rb"&([^\s;<&]{1,40});")


@dataclass(slots=True)
class PlacedElement(ReadElement):
    """An element with its place. Most elements only pass by, so their other offsets are found when they are needed."""

    page: bytes = field(default=b"", repr=False, compare=False)  # the text in which it is
    start: int = 0
    closed_at: int = 0  # the offset of its end tag; of `<plot/>`, which has none, its own

    @property
    def inner_start(self) -> int:
        """The offset behind its start tag."""
        match = _START_TAG.match(self.page, self.start)
        return match.end() if match else self.start

    @property
    def inner_end(self) -> int:
        """The offset in front of its end tag."""
        return self.inner_start if self.is_closed else self.closed_at

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.inner_start if self.is_closed else self.page.index(b">", self.closed_at) + 1

    @property
    def is_closed(self) -> bool:
        """Whether it is `<plot/>`, without an end tag."""
        return self.page.startswith(b"/>", self.inner_start - 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoLayout:
    """An NFO file that can be edited."""

    mark: bytes  # of the order of bytes, in front of the text
    encoding: str
    text: bytes  # the text in UTF-8
    roots: Sequence[PlacedElement]  # none: the file has no XML


class _RootEndError(Exception):
    """The root has ended, so nothing behind it is parsed."""


def refuse(sentence: str) -> NoReturn:
    """Raise the RefusedError of a file that cannot be edited; `sentence` says what is wrong with it."""
    raise errors.RefusedError(f"{sentence} {_REMEDY}", code=CODE)


def layout_of(data: bytes) -> NfoLayout:
    """
    Return where the elements of a file lie.

    Raises:
        RefusedError: `nfo_unreadable`; the file is no XML, is too large, or has a wrong encoding or a document type.

    """
    if len(data) > nfo.MAX_BYTES:
        refuse(f"The file has more than {nfo.MAX_BYTES // 1_000_000} MB.")
    mark, encoding, text = _decoded(data)
    if "\0" in text:
        refuse("The file has NUL bytes.")
    if not text.strip():
        refuse("The file is empty.")
    encoded = text.encode()
    roots = _roots(encoded) if text.lstrip().startswith("<") else []
    if not roots and nfo.has_root(text):
        refuse("The file has text in front of its XML.")
    found = NfoLayout(mark=mark, encoding=encoding, text=encoded, roots=roots)
    if roots:
        _check_reading(data, found)
    return found


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    """Return the mark, the encoding and the text of a file, as `nfo` finds them, if they are certain."""
    mark, encoding = next((each for each in _MARKS if data.startswith(each[0])), (b"", ""))
    body = data[len(mark) :]
    text = _text(body, encoding or "utf-8")
    declared = _DECLARED.match(text if text is not None else body[:400].decode("latin-1"))
    if text is None and not encoding:
        if b"\0" in body:
            refuse("The file has NUL bytes.")
        if not declared:  # XML 1.0, section 4.3.3: a document without a declaration is UTF-8 or UTF-16
            refuse("The file has no XML declaration, and its text is not UTF-8.")
        encoding = declared[1]
        text = _text(body, encoding)
    if not encoding:
        # An ASCII file that declares another encoding than UTF-8 gets no bytes of UTF-8.
        encoding = "ascii" if body.isascii() and declared and declared[1].lower() != "utf-8" else "utf-8"
    if text is None:
        refuse(f"The bytes of the file are not valid in its encoding, {encoding}.")
    if declared and not _is_declared_rightly(declared[1], encoding, text, body):
        refuse(f"The file declares the encoding {declared[1]}, but its text is {encoding.upper()}.")
    if text.encode(encoding) != body:
        refuse(f"The encoding of the file, {encoding}, has several forms of one text.")
    return mark, encoding, text


def _text(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _is_declared_rightly(declared: str, encoding: str, text: str, body: bytes) -> bool:
    if encoding.startswith("utf-16"):
        return declared.lower() in ("utf-16", encoding)
    return _text(body, declared) == text


def _roots(text: bytes) -> list[PlacedElement]:
    found: list[PlacedElement] = []
    at = 0
    while True:
        found.append(_root(text, at))
        between = _BETWEEN.match(text, found[-1].end)
        at = between.end() if between else len(text)
        if not text.startswith(b"<", at):
            break
    if nfo.has_root(text[at:].decode()):
        refuse(f"The file has text between its XML documents, in line {_line(text, at)}.")
    return found


def _root(text: bytes, at: int) -> PlacedElement:
    """Return the root element of the document that begins at an offset."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    stack: list[PlacedElement] = []
    root: list[PlacedElement] = []
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > nfo.MAX_ELEMENTS or len(stack) >= nfo.MAX_DEPTH:
            refuse("The file has too many or too deep elements.")
        known = {name.lower(): value for name, value in attributes.items()} if attributes else attributes
        element = PlacedElement(tag.lower(), known, page=text, start=at + parser.CurrentByteIndex)
        (stack[-1].children if stack else root).append(element)
        stack.append(element)
        parser.CharacterDataHandler = element.text.append

    def end(_: str) -> None:
        stack.pop().closed_at = at + parser.CurrentByteIndex
        if not stack:
            raise _RootEndError
        parser.CharacterDataHandler = stack[-1].text.append

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = lambda *_: refuse("The file declares a document type or entities.")
    try:
        parser.Parse(text[at:], True)  # noqa: FBT003 - the signature of expat
    except _RootEndError:
        return root[0]
    except expat.ExpatError as error:
        refuse(_problem(text, at + parser.ErrorByteIndex, error.code))
    raise AssertionError


def _problem(text: bytes, at: int, code: int) -> str:
    """Return what the parser does not take, as a sentence with the line."""
    before = text[max(0, at - 60) : at + 1]
    entity = _ENTITY.match(text, at)
    if code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY] and entity:
        detail = f"the unknown entity “&{entity[1].decode('utf-8', 'replace')};”"
    elif code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN] and _BARE.search(before[:-1]):
        detail = "a bare “&”"
    else:
        detail = expat.ErrorString(code)
    return f"The XML is not valid: {detail} in line {_line(text, at)}."


def _line(text: bytes, at: int) -> int:
    before = text[:at].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1


def _check_reading(data: bytes, found: NfoLayout) -> None:
    """Refuse a file that the tolerant reader reads in another way: a root within a comment, for example."""
    kinds = [each.tag for each in found.roots]
    other = next((kind for kind in kinds if kind not in nfo.ROOTS), None)
    if other is not None:
        refuse(f"The root element <{other}> is none of <movie>, <tvshow>, <season> and <episodedetails>.")
    read = [(kind, source.encode()) for kind, source in nfo.sources(data)]
    if read != [(each.tag, found.text[each.start : each.end]) for each in found.roots]:
        refuse("The file has text that looks like an end or a start of its XML.")
