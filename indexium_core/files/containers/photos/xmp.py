"""
XMP packets: the text of a packet, and the byte ranges of its properties (ISO 16684-1, XMP part 1).

A packet is RDF/XML between `<?xpacket begin …?>` and `<?xpacket end …?>`, with white space as padding before the end.
Only top-level properties are understood: attributes and elements of `rdf:RDF/rdf:Description`. The text is worked on as
UTF-8; a range counts in these bytes. expat reads the packet: a document type, an entity, a deep nesting or a very large
packet makes it unreadable, and nothing outside the packet is ever loaded.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
MAX_PACKET = 16 << 20  # bytes
_SMALL = 64 * 1024  # bytes
TOO_LARGE = "it is larger than 16 MB"
_MAX_DEPTH = 64
_MAX_NODES = 20_000  # elements and attributes

_SEPARATOR = "\x1f"  # between namespace, name and prefix in the names of expat
_ARRAYS = frozenset({(RDF, "Alt"), (RDF, "Bag"), (RDF, "Seq")})
_MARKS = (
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_FIRST = ((b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"))
_TAG = re.compile(rb"""<[^\s/>]+(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
_WHITE = b" \t\r\n"


class XmpError(Exception):
    """A packet that cannot be understood; the message is a part of a sentence for the user."""


@dataclass(frozen=True, slots=True)
class XmpItem:
    """An item of a list (`rdf:li`): its range with tags, the range of its content, its text and language."""

    start: int
    end: int
    inner: tuple[int, int]
    value: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpProperty:
    """A property: its range, the range of its content, and its value if it is a text or a list of texts."""

    uri: str
    name: str
    start: int
    end: int
    inner: tuple[int, int]  # between the quotes or the tags
    value: str = ""
    is_attribute: bool = False
    array: str = ""  # Alt, Bag, Seq; "" for a text
    items: tuple[XmpItem, ...] = ()
    is_plain: bool = True  # neither a structure nor a qualified value: the value can be changed


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpPacket:
    """A packet; `text` is the UTF-8 of everything from the first tag to the last one, without the padding."""

    text: bytes
    properties: tuple[XmpProperty, ...] = ()
    descriptions: tuple[tuple[int, int, int, int], ...] = ()  # start, end of the start tag, start of the end tag, end
    about: str = ""  # the resource that the descriptions name
    rdf_end: int = 0  # offset of `</rdf:RDF>`; for an empty element, of `/>`
    rdf_tag: str = "rdf:RDF"
    rdf_is_empty: bool = False
    lead: bytes = b""  # bytes of the file in front of the text: a byte order mark, white space
    encoding: str = "utf-8"
    padding: bytes = b""  # bytes of the file in front of the closing instruction
    closing: bytes = b""  # `<?xpacket end …?>`, as UTF-8
    tail: bytes = b""  # bytes of the file behind the closing instruction: white space, NULs
    problem: str = ""  # why the packet may not be changed, as a part of a sentence

    def find(self, uris: Sequence[str], name: str) -> XmpProperty | None:
        """Return the first property with a name in one of the namespaces."""
        return next((each for each in self.properties if each.name == name and each.uri in uris), None)

    def bytes_for(self, size: int) -> bytes | None:
        """Return the packet in exactly `size` bytes, None if it does not fit; only the padding changes its length."""
        body, closing, unit = self._encoded(self.text), self._encoded(self.closing), len(self._encoded(b" "))
        room = size - len(self.lead) - len(body) - len(closing)
        if not closing:
            tail = _resized(self.tail, room, self._encoded(b" "))
            return None if tail is None else self.lead + body + tail
        for tail in (self.tail, b""):
            padding = _resized(self.padding, room - len(tail), self._encoded(b" "))
            if padding is not None and len(padding) % unit == 0:
                return self.lead + body + padding + closing + tail
        return None

    def least_size(self) -> int:
        """Return the bytes of the packet without padding."""
        return len(self.lead) + len(self._encoded(self.text)) + len(self._encoded(self.closing))

    def replaced(self, text: bytes) -> XmpPacket:
        """Return the packet with another text and the same padding; raises XmpError."""
        scanned = _scan(text, self.closing)
        return replace(
            scanned,
            lead=self.lead,
            encoding=self.encoding,
            padding=self.padding,
            closing=self.closing,
            tail=self.tail,
        )

    def _encoded(self, text: bytes) -> bytes:
        return text if self.encoding == "utf-8" else text.decode().encode(self.encoding)


def _resized(old: bytes, length: int, space: bytes) -> bytes | None:
    """Return padding of a length, with the same bytes at its end, so that an edit changes few bytes."""
    if length < 0:
        return None
    if length <= len(old):
        return old[len(old) - length :]
    count, rest = divmod(length - len(old), len(space))
    return None if rest else space * count + old


def read_packet(data: bytes) -> XmpPacket:
    """
    Return the packet of some bytes.

    Raises:
        XmpError: It is not an XMP packet, or it is malformed.

    """
    if len(data) > MAX_PACKET:
        raise XmpError(TOO_LARGE)
    encoding, lead = _encoding(data)
    body = data[lead:]
    if encoding == "utf-8":
        body = body.rstrip(b"\0")
    try:
        text = body[: len(body) // _unit(encoding) * _unit(encoding)].decode(encoding)
    except UnicodeDecodeError:
        raise XmpError(f"it is not valid {encoding.upper()}") from None
    start = len(text) - len(text.lstrip(" \t\r\n"))
    inner = text[start:].rstrip(" \t\r\n\0")
    head, mark, closing = inner.rpartition("<?xpacket end")
    if not mark:
        head, closing = inner, ""
    stripped = head.rstrip(" \t\r\n")
    scanned = _scan(stripped.encode(), (mark + closing).encode())
    before = lead + len(text[:start].encode(encoding))
    at = before + len(stripped.encode(encoding))
    padding = head[len(stripped) :].encode(encoding) if mark else b""
    stop = at + len(padding) + len((mark + closing).encode(encoding))
    packet = replace(
        scanned,
        lead=data[:before],
        encoding=encoding,
        padding=padding,
        closing=(mark + closing).encode(),
        tail=data[stop:],
    )
    if packet.bytes_for(len(data)) != data:
        return replace(packet, problem=packet.problem or "its text has no unique form")
    if encoding.startswith("utf-32"):
        return replace(packet, problem=packet.problem or "it is encoded as UTF-32, which few programs read")
    return packet


def _encoding(data: bytes) -> tuple[str, int]:
    """Return the encoding of a packet and the length of its byte order mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return next((encoding for first, encoding in _FIRST if data.startswith(first)), "utf-8"), 0


def _unit(encoding: str) -> int:
    return {"utf-8": 1, "utf-1": 2, "utf-3": 4}[encoding[:5]]


# The parser


@dataclass
class _OpenElement:
    """An open element."""

    name: tuple[str, str]
    start: int
    tag_end: int
    is_empty: bool


@dataclass
class _OpenProperty:
    """A property element whose end was not reached."""

    node: _OpenElement
    depth: int
    is_plain: bool
    text: list[str] = field(default_factory=list)  # outside items
    item: list[str] = field(default_factory=list)
    array: str = ""
    language: str = ""
    items: list[XmpItem] = field(default_factory=list)


class _PacketHandlers:
    """The handlers of expat: they collect the properties of a packet."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.stack: list[_OpenElement] = []
        self.properties: list[XmpProperty] = []
        self.descriptions: list[tuple[int, int, int, int]] = []
        self.abouts: list[str] = []
        self.rdf: list[tuple[str, int, bool]] = []
        self.property: _OpenProperty | None = None
        self._nodes = 0
        self._parser = parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._forbidden
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._aside

    def run(self) -> None:
        try:
            self._parser.Parse(self.data, True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as error:
            raise XmpError(f"it is malformed ({expat.ErrorString(error.code)})") from None

    def _forbidden(self, *_: object) -> None:
        raise XmpError("it has a document type or an entity")

    def _start(self, raw: str, attributes: list[str]) -> None:
        self._nodes += 1 + len(attributes) // 2
        if len(self.stack) >= _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise XmpError("it is nested too deeply or has too many elements")
        at = self._parser.CurrentByteIndex
        tag = _TAG.match(self.data, at)
        if tag is None:
            raise XmpError("it is malformed")
        node = _OpenElement(_split(raw), at, tag.end(), tag[0].endswith(b"/>"))
        names = [_split(each) for each in attributes[::2]]
        path = [each.name for each in self.stack]
        self.stack.append(node)
        if self.property is not None:
            self._inside(node, dict(zip(names, attributes[1::2], strict=True)))
        elif path[-1:] == [(RDF, "RDF")] and node.name == (RDF, "Description"):
            self._description(node, names, attributes[1::2])
        elif path[-2:] == [(RDF, "RDF"), (RDF, "Description")]:
            is_plain = not names and node.name[0] != RDF
            self.property = _OpenProperty(node, len(self.stack), is_plain)

    def _description(self, node: _OpenElement, names: list[tuple[str, str]], values: list[str]) -> None:
        """Note the attributes of a description; expat gives them in file order, without declarations of namespaces."""
        written = [
            match
            for match in _ATTRIBUTE.finditer(self.data, node.start, node.tag_end)
            if match[2] != b"xmlns" and not match[2].startswith(b"xmlns:")
        ]
        if len(written) != len(names):
            raise XmpError("its attributes are malformed")
        for match, (uri, name), value in zip(written, names, values, strict=True):
            if name == "about" and uri in {RDF, ""}:
                self.abouts.append(value)
            elif uri not in {RDF, XML, ""}:
                inner = match.start(3) + 1, match.end(3) - 1
                self.properties.append(
                    XmpProperty(
                        uri=uri,
                        name=name,
                        start=match.start(1),
                        end=match.end(3),
                        inner=inner,
                        value=value,
                        is_attribute=True,
                    )
                )

    def _inside(self, node: _OpenElement, attributes: dict[tuple[str, str], str]) -> None:
        """Note an element within a property: a list, an item, or a part of a structure."""
        found = self.property
        assert found is not None
        level = len(self.stack) - found.depth
        if level == 1 and node.name in _ARRAYS and not found.array and not attributes:
            found.array = node.name[1]
        elif level == 2 and found.array and node.name == (RDF, "li") and set(attributes) <= {(XML, "lang")}:
            found.item, found.language = [], attributes.get((XML, "lang"), "")
        else:
            found.is_plain = False

    def _text(self, text: str) -> None:
        if self.property is not None:
            is_item = self.property.array and len(self.stack) - self.property.depth == 2
            (self.property.item if is_item else self.property.text).append(text)

    def _aside(self, *_: object) -> None:
        """Note a comment or an instruction: a change of the property around it would lose it."""
        if self.property is not None:
            self.property.is_plain = False

    def _end(self, raw: str) -> None:
        del raw
        node, at = self.stack.pop(), self._parser.CurrentByteIndex  # for an empty element, the offset behind it
        stop = node.tag_end if node.is_empty else self.data.index(b">", at) + 1
        inner = (node.tag_end, node.tag_end if node.is_empty else at)
        path = [each.name for each in self.stack]
        if self.property is not None and len(self.stack) == self.property.depth - 1:
            self._end_of_property(inner, stop)
        elif self.property is not None:
            if self.property.array and len(self.stack) == self.property.depth + 1:
                text = "".join(self.property.item)
                self.property.items.append(XmpItem(node.start, stop, inner, text, self.property.language))
        elif node.name == (RDF, "RDF"):
            name = re.match(rb"<([^\s/>]+)", self.data[node.start : node.tag_end])
            tag = name[1].decode() if name else ""
            self.rdf.append((tag, node.tag_end - 2 if node.is_empty else at, node.is_empty))
        elif node.name == (RDF, "Description") and path[-1:] == [(RDF, "RDF")]:
            self.descriptions.append((node.start, *inner, stop))

    def _end_of_property(self, inner: tuple[int, int], stop: int) -> None:
        found = self.property
        assert found is not None
        self.property = None
        text = "".join(found.text)
        self.properties.append(
            XmpProperty(
                uri=found.node.name[0],
                name=found.node.name[1],
                start=found.node.start,
                end=stop,
                inner=inner,
                value="" if found.array else text,
                array=found.array,
                items=tuple(found.items),
                is_plain=found.is_plain and not (found.array and text.strip()),
            )
        )


def _split(name: str) -> tuple[str, str]:
    """Return namespace and local name of a name by expat."""
    uri, _, rest = name.rpartition(_SEPARATOR) if name.count(_SEPARATOR) == 1 else ("", "", name)
    if name.count(_SEPARATOR) == 2:
        uri, rest, _ = name.split(_SEPARATOR)
    return uri, rest


def _scan(text: bytes, closing: bytes) -> XmpPacket:
    """Return the properties of a text; raises XmpError."""
    return _scan_small(text, closing) if len(text) <= _SMALL else _scan_any(text, closing)


@functools.lru_cache(maxsize=64)
def _scan_small(text: bytes, closing: bytes) -> XmpPacket:
    """Return the properties of a short text: an edit and its proof read the same packet several times."""
    return _scan_any(text, closing)


def _scan_any(text: bytes, closing: bytes) -> XmpPacket:
    scanner = _PacketHandlers(text + closing)
    scanner.run()
    if not scanner.rdf:
        raise XmpError("it has no RDF")
    tag, rdf_end, is_empty = scanner.rdf[0]
    counts = Counter((each.uri, each.name) for each in scanner.properties)
    twice = next((name for (_, name), count in counts.items() if count > 1), "")
    problem = ""
    if len(scanner.rdf) > 1:
        problem = "it has more than one RDF part"
    elif len(set(scanner.abouts)) > 1:
        problem = "it describes several resources"
    elif twice:
        problem = f"it has the property {twice} twice"
    return XmpPacket(
        text=text,
        properties=tuple(sorted(scanner.properties, key=lambda each: each.start)),
        descriptions=tuple(scanner.descriptions),
        about=scanner.abouts[0] if scanner.abouts else "",
        rdf_end=rdf_end,
        rdf_tag=tag,
        rdf_is_empty=is_empty,
        problem=problem,
    )
