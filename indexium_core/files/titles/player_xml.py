"""
XML as players parse it: a tree of the part that they read, and how the reading ends.

Two parsers: the tolerant one does as TinyXML 2.6 (https://sourceforge.net/projects/tinyxml/), with which Kodi reads NFO
files; the strict one does as the `XmlReader` of .NET with the settings of Jellyfin. Both keep what is before an error.
Neither one reads a document type, so nothing is expanded. A limit of size and elements keeps a hostile file cheap.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

from indexium_core.files.titles.nfo import declared_encoding

_MAX_ELEMENTS = 20_000
_SAME = 2  # documents that one title gives to several players; nobody changes a tree
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # its mark begins as that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_REFERENCE = r"amp|lt|gt|quot|apos|#x[a-fA-F0-9]{1,4}|#[0-9]{1,5}"
_BARE = re.compile(rf"&(?!(?:{_REFERENCE});)")
_ENTITY = re.compile(rf"&({_REFERENCE});")
_CONTROL = re.compile(r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));")
_NAME = re.compile(r"[^\W\d][\w.:-]*")
_SPACE = re.compile(r"[ \t-\r]*")
_END_OF_TAG = re.compile(r"[ \t-\r]*>")
_EQUALS = re.compile(r"[ \t-\r]*=[ \t-\r]*")
_VALUE = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s/>\"']+)(?=[\s/>])")
# The begin of other things than elements, their end, and their kind; the order is that of TinyXML.
_OTHERS: tuple[tuple[str, str, Literal["text", "other"]], ...] = (
    ("<?xml", ">", "other"),
    ("<!--", "-->", "other"),
    ("<![CDATA[", "]]>", "text"),
    ("<", ">", "other"),  # a document type, an instruction, a sign without a name
)
_LONGEST_SIGN = max(len(begin) for begin, _, _ in _OTHERS)


@dataclass(slots=True)
class XmlNode:
    """An element, a text, or another thing (a comment, an instruction)."""

    kind: Literal["element", "text", "other"]
    name: str = ""  # of an element
    text: str = ""  # of a text or another thing
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[XmlNode] = field(default_factory=list)
    is_complete: bool = True  # its end tag is read

    def elements(self, *names: str) -> list[XmlNode]:
        """Return the child elements with some names; without names, all of them."""
        return [each for each in self.children if each.kind == "element" and (not names or each.name in names)]

    @property
    def value(self) -> str:
        """Return the whole text of the element."""
        return "".join(each.text for each in self.children if each.kind == "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedXml:
    """What a parser reads of a document."""

    root: XmlNode | None  # None: nothing
    is_damaged: bool = False  # there is an error behind what is read
    has_doctype: bool = False
    has_more: bool = False  # there is something else than space and comments behind the root


class _LimitError(Exception):
    """The document has a document type or too many elements."""


def kodi_text(data: bytes) -> str:
    """
    Return the text of a file as Kodi decodes it: by its mark, its declaration, UTF-8 or Windows-1252.

    A NUL ends the text, so UTF-16 has none.
    """
    data = data.partition(b"\0")[0].removeprefix(codecs.BOM_UTF8)
    declared = declared_encoding(data).lower()
    names = [] if declared.startswith("utf-16") else [declared]
    for name in [each for each in (*names, "utf-8") if each]:
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def jellyfin_text(data: bytes) -> str:
    """Return the text of a file as Jellyfin decodes it: by its mark, or as UTF-8; it ignores the declaration."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(name, "replace")
    return data.decode("utf-8", "replace")


@functools.lru_cache(maxsize=_SAME)
def tolerant(text: str) -> ParsedXml:
    """Return the first root of a text as TinyXML reads it; text before the root hides it."""
    parser = _Tolerant(_BARE.sub("&amp;", text))
    document = parser.document()
    roots = document.elements()
    return ParsedXml(root=roots[0] if roots else None, is_damaged=parser.is_damaged, has_more=len(roots) > 1)


class _Tolerant:
    """One run of the tolerant parser; it is a loop, so that depth needs no stack of Python."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._count = 0
        self.is_damaged = False

    def document(self) -> XmlNode:
        top = XmlNode("element")
        open_ = [top]
        while self._step(open_):
            pass
        self.is_damaged = self.is_damaged or len(open_) > 1
        return top

    def _step(self, open_: list[XmlNode]) -> bool:
        """Read one child or one end tag; return whether there is more."""
        start = self._at
        self._at = self._match(_SPACE).end()
        if self._at >= len(self._text):
            return False
        here = open_[-1]
        if self._text[self._at] != "<":
            return self._text_node(here, start) if len(open_) > 1 else False
        if len(open_) > 1 and self._text.startswith("</", self._at):
            return self._end_tag(open_)
        if name := _NAME.match(self._text, self._at + 1):
            return self._element(open_, name)
        return self._other(here)

    def _text_node(self, here: XmlNode, start: int) -> bool:
        end = self._text.find("<", self._at)
        stop = len(self._text) if end < 0 else end
        here.children.append(XmlNode("text", text=_decoded(self._text[start:stop])))
        self._at = stop
        return end >= 0

    def _end_tag(self, open_: list[XmlNode]) -> bool:
        name = f"</{open_[-1].name}"
        if not self._text.startswith(name, self._at):
            return self._stop()
        end = _END_OF_TAG.match(self._text, self._at + len(name))
        if end is None:
            return self._stop()
        self._at = end.end()
        open_.pop()
        return True

    def _element(self, open_: list[XmlNode], name: re.Match[str]) -> bool:
        self._count += 1
        node = XmlNode("element", name=name[0])
        open_[-1].children.append(node)
        self._at = name.end()
        while self._count <= _MAX_ELEMENTS:
            self._at = self._match(_SPACE).end()
            if self._text.startswith("/>", self._at):
                self._at += 2
                return True
            if self._text.startswith(">", self._at):
                self._at += 1
                open_.append(node)
                return True
            if not self._attribute(node):
                break
        return self._stop()

    def _attribute(self, node: XmlNode) -> bool:
        """Read an attribute; return False for an error."""
        name = _NAME.match(self._text, self._at)
        equals = _EQUALS.match(self._text, name.end()) if name else None
        value = _VALUE.match(self._text, equals.end()) if equals else None
        if name is None or value is None or name[0] in node.attributes:
            return False
        node.attributes[name[0]] = _decoded(next(each for each in value.groups() if each is not None))
        self._at = value.end()
        return True

    def _other(self, here: XmlNode) -> bool:
        sign = self._text[self._at : self._at + _LONGEST_SIGN].lower()
        begin, end, kind = next(each for each in _OTHERS if sign.startswith(each[0].lower()))
        start = self._at + len(begin)
        stop = self._text.find(end, start)
        here.children.append(XmlNode(kind, text=self._text[start : len(self._text) if stop < 0 else stop]))
        if stop < 0:
            return self._stop()
        self._at = stop + len(end)
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        assert found is not None
        return found

    def _stop(self) -> bool:
        self.is_damaged = True
        return False


def _decoded(text: str) -> str:
    """Return a text with its references replaced."""
    return _ENTITY.sub(lambda match: _NAMED.get(match[1]) or _sign(match[1][1:]), text)


def _sign(number: str) -> str:
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


@functools.lru_cache(maxsize=_SAME)
def strict(text: str) -> ParsedXml:
    """Return the root of a text as XmlReader reads it: an error ends the reading, and what is before it counts."""
    top = XmlNode("element")
    open_ = [top]
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.namespace_prefixes = True  # XmlReader knows a prefix only with its namespace
    parser.buffer_text = True
    count = 0
    has_doctype = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > _MAX_ELEMENTS:
            raise _LimitError
        node = XmlNode("element", name=_qualified(name), attributes=attributes, is_complete=False)
        open_[-1].children.append(node)
        open_.append(node)

    def end(_: str) -> None:
        open_.pop().is_complete = True

    def characters(data: str) -> None:
        open_[-1].children.append(XmlNode("text", text=data))

    def doctype(*_: object) -> None:
        nonlocal has_doctype
        has_doctype = True
        raise _LimitError

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    is_damaged = False
    try:
        # XmlReader knows references to control characters, expat does not.
        parser.Parse(_CONTROL.sub("", text), True)  # noqa: FBT003 - the signature of expat
    except (expat.ExpatError, _LimitError):
        is_damaged = True
    roots = top.elements()
    return ParsedXml(
        root=roots[0] if roots else None,
        is_damaged=is_damaged,
        has_doctype=has_doctype,
        has_more=bool(roots and roots[0].is_complete and is_damaged),
    )


def _qualified(name: str) -> str:
    """Return `prefix:name` of the name that expat gives: `name`, `uri name` or `uri name prefix`."""
    parts = name.split(" ")
    return f"{parts[2]}:{parts[1]}" if len(parts) > 2 else parts[-1]


def first_texts(root: XmlNode, name: str) -> Iterator[str]:
    """Yield the first child of each element with a name, as Kodi reads it: what is behind that child is lost."""
    for element in root.elements(name):
        first = element.children[0] if element.children else None
        yield "" if first is None else first.name if first.kind == "element" else first.text
