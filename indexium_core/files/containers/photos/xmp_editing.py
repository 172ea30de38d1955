"""
Edits of XMP properties: only the bytes of the value change, and every other byte of the packet stays.

An edit is a list of ranges of the packet's text with their new bytes. A new property goes into a new `rdf:Description`
in front of the end of the RDF part, as ExifTool writes it. A removed property takes the white space in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from indexium_core.files.containers.photos.xmp import RDF, XmpError, XmpItem, XmpPacket, XmpProperty
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.model.fields.field import XmpPlace

_WHITE = b" \t\r\n"
_MAX_ITEMS = 1_000
_TAG_NAME = re.compile(rb"<([^\s/>]+)")
_NAMESPACE = re.compile(rb"""\s+xmlns(?::[^\s=]+)?\s*=\s*(?:"[^"]*"|'[^']*')""")
_ABOUT = re.compile(rb"""\s+(?:[^\s=:]+:)?about\s*=\s*(?:"[^"]*"|'[^']*')""")

_Edit = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class XmpTexts:
    """The new value of a property: its texts (one, unless it is a list), and the keys of the present items."""

    values: tuple[str, ...]  # none: the property is removed
    present: tuple[str, ...] = ()  # of each item of a list: equal to a value if the item stays as it is


def find(packet: XmpPacket, place: XmpPlace) -> XmpProperty | None:
    """Return the property of a packet, None if it has none."""
    return packet.find(place.uris, place.name)


def apply(packet: XmpPacket, wanted: Sequence[tuple[XmpPlace, XmpTexts]]) -> XmpPacket:
    """
    Return the packet with new values of some properties.

    Raises:
        NotEditableError: The packet, or the form of a property, cannot be changed with certainty.

    """
    if packet.problem:
        raise NotEditableError(f"The XMP packet cannot be changed: {packet.problem}.")
    edits: list[_Edit] = []
    added: list[tuple[XmpPlace, XmpTexts]] = []
    for place, texts in wanted:
        found = find(packet, place)
        if found is None:
            added += [(place, texts)] if texts.values else []
        else:
            changes = list(_changed(packet.text, found, place, texts))
            edits += changes
            if changes == [_removal(packet.text, found)] and texts.values:
                added.append((place, texts))
    if added:
        edits.append(_addition(packet, added))
    text, at = b"", 0
    for start, end, data in sorted(edits, key=lambda each: each[:2]):
        text += packet.text[at:start] + data
        at = max(at, end)
    try:
        new = packet.replaced(text + packet.text[at:])
    except XmpError as error:
        raise NotEditableError(f"The XMP packet cannot be changed: {error}.") from None
    places = [place for place, _ in wanted]
    if new.problem or remainder(new, places) != remainder(packet, places):
        raise NotEditableError("The XMP packet cannot be changed without other changes in it.")
    return new


def other_languages(place: XmpPlace, found: XmpProperty) -> str:
    """Return why a property with texts in several languages is not removed, as a sentence; "" for any other one."""
    languages = {item.language.lower() for item in found.items} - {"x-default"}
    if found.array != "Alt" or not languages:
        return ""
    return f"The XMP property {place.name} has texts in other languages, which are not removed."


def _changed(text: bytes, found: XmpProperty, place: XmpPlace, texts: XmpTexts) -> Iterator[_Edit]:
    """Yield the edits of a property that the packet has; its removal alone means that it is added anew."""
    if not found.is_plain:
        raise NotEditableError(f"The XMP property {place.name} has a structure that Indexium does not change.")
    reason = other_languages(place, found)
    if reason and not texts.values:
        raise NotEditableError(reason)
    if not texts.values or not _keeps_form(found, place, texts):
        yield _removal(text, found)
    elif not found.array:
        yield _content(text, found.start, found.end, found.inner, texts.values[0], is_attribute=found.is_attribute)
    elif found.array == "Alt":
        yield _alternative(text, found.items, texts.values[0])
    else:
        yield from _list(text, found.items, texts)


def _keeps_form(found: XmpProperty, place: XmpPlace, texts: XmpTexts) -> bool:
    """Return whether the present form of a property can hold its new texts; otherwise it is written anew."""
    if not found.array:
        return len(texts.values) == 1
    if found.array == "Alt":
        return place.form == "Alt" and bool(found.items)
    return bool(found.items) and len(texts.present) == len(found.items)


def _removal(text: bytes, found: XmpProperty) -> _Edit:
    return _space_start(text, found.start), found.end, b""


def _space_start(text: bytes, at: int) -> int:
    """Return the start of the white space in front of an offset."""
    while at:
        block = text[max(0, at - 1024) : at]  # not the whole text: a packet may have thousands of places
        kept = len(block.rstrip(_WHITE))
        if kept:
            return at - len(block) + kept
        at -= len(block)
    return 0


def _content(
    text: bytes, start: int, end: int, inner: tuple[int, int], value: str, *, is_attribute: bool = False
) -> _Edit:
    """Return the edit that gives an attribute or an element another text."""
    if is_attribute:
        quote = text[inner[0] - 1 : inner[0]].decode()
        return *inner, _escaped(value, quote=quote)
    whole = text[start:end]
    name = _TAG_NAME.match(whole)
    if whole.endswith(b"/>") and name:
        return inner[0] - 2, end, b">" + _escaped(value) + b"</" + name[1] + b">"
    return *inner, _escaped(value)


def _escaped(value: str, *, quote: str = "") -> bytes:
    """Return a text as XML; a quote makes it the value of an attribute, where white space would become blanks."""
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    if quote:
        text = text.replace(quote, "&quot;" if quote == '"' else "&apos;").replace("\t", "&#x9;").replace("\n", "&#xA;")
    return text.encode()


def _alternative(text: bytes, items: Sequence[XmpItem], value: str) -> _Edit:
    """Return the edit of the default text among texts in several languages."""
    default = next((item for item in items if item.language.lower() == "x-default"), None)
    if default is not None:
        return _content(text, default.start, default.end, default.inner, value)
    first = items[0]
    return first.start, first.start, _item(text, first, value, b' xml:lang="x-default"') + _space_before(text, first)


def _list(text: bytes, items: Sequence[XmpItem], texts: XmpTexts) -> Iterator[_Edit]:
    """Yield the edits of a list: items that stay keep their bytes."""
    if max(len(items), len(texts.values)) > _MAX_ITEMS:
        raise NotEditableError(f"The list has more than {_MAX_ITEMS:,} items.")
    matcher = SequenceMatcher(None, texts.present, texts.values, autojunk=False)
    for kind, old, old_end, new, new_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        both = min(old_end - old, new_end - new)
        for item, value in zip(items[old : old + both], texts.values[new : new + both], strict=True):
            yield _content(text, item.start, item.end, item.inner, value)
        for item in items[old + both : old_end]:
            yield item.start - len(_space_before(text, item)), item.end, b""
        values = texts.values[new + both : new_end]
        if not values:
            continue
        neighbour = items[max(0, old + both - 1)]
        space = _space_before(text, neighbour)
        if old + both:
            yield neighbour.end, neighbour.end, b"".join(space + _item(text, neighbour, value) for value in values)
        else:
            yield (
                neighbour.start,
                neighbour.start,
                b"".join(_item(text, neighbour, value) + space for value in values),
            )


def _item(text: bytes, like: XmpItem, value: str, attribute: bytes = b"") -> bytes:
    name = _TAG_NAME.match(text, like.start)
    tag = name[1] if name else b"rdf:li"
    return b"<" + tag + attribute + b">" + _escaped(value) + b"</" + tag + b">"


def _space_before(text: bytes, item: XmpItem) -> bytes:
    return text[_space_start(text, item.start) : item.start]


def _addition(packet: XmpPacket, added: Sequence[tuple[XmpPlace, XmpTexts]]) -> _Edit:
    """Return the edit that adds a description with new properties."""
    prefix = packet.rdf_tag.rpartition(":")[0]
    declared = {"": f' xmlns:rdf="{RDF}"'} if prefix != "rdf" else {}
    declared |= {place.prefix: f' xmlns:{place.prefix}="{place.uris[0]}"' for place, _ in added}
    about = _escaped(packet.about, quote='"').decode()
    lines = [f'\n  <rdf:Description rdf:about="{about}"{"".join(declared.values())}>']
    lines += [f"   {_element(place, texts)}" for place, texts in added]
    block = "\n".join([*lines, "  </rdf:Description>"]).encode()
    if packet.rdf_is_empty:
        return packet.rdf_end, packet.rdf_end + 2, b">" + block + b"</" + packet.rdf_tag.encode() + b">"
    at = _space_start(packet.text, packet.rdf_end)
    return at, at, block


def _element(place: XmpPlace, texts: XmpTexts) -> str:
    name, values = f"{place.prefix}:{place.name}", [_escaped(value).decode() for value in texts.values]
    if not place.form:
        return f"<{name}>{values[0]}</{name}>"
    attribute = ' xml:lang="x-default"' if place.form == "Alt" else ""
    items = "".join(f"<rdf:li{attribute}>{value}</rdf:li>" for value in values)
    return f"<{name}><rdf:{place.form}>{items}</rdf:{place.form}></{name}>"


# What stays


def remainder(packet: XmpPacket, places: Sequence[XmpPlace]) -> bytes:
    """
    Return the text of a packet without some properties, and without descriptions that have no other content.

    Two texts are equal exactly if only these properties changed. White space in front of a property belongs to it.
    """
    cut = [_removal(packet.text, found)[:2] for place in places if (found := find(packet, place)) is not None]
    empty = []
    for start, tag_end, inner_end, end in packet.descriptions:
        tag = _without(packet.text, start, tag_end, cut)
        bare = _ABOUT.sub(b"", _NAMESPACE.sub(b"", tag), count=1)
        if re.fullmatch(rb"<[^\s/>]+\s*/?>", bare) and not _without(packet.text, tag_end, inner_end, cut).strip(_WHITE):
            empty.append((_space_start(packet.text, start), end))
    text = _without(packet.text, 0, len(packet.text), cut + empty)
    if packet.rdf_is_empty:
        tail = packet.text[packet.rdf_end + 2 :]
        text = text[: len(text) - len(tail) - 2] + b"></" + packet.rdf_tag.encode() + b">" + tail
    return text


def _without(text: bytes, start: int, end: int, cut: Sequence[tuple[int, int]]) -> bytes:
    """Return a range of the text without the ranges in `cut`."""
    kept, at = [], start
    for first, last in sorted(cut):
        if last <= at or first >= end:
            continue
        kept.append(text[at : max(at, first)])
        at = min(last, end)
    return b"".join([*kept, text[at:end]])
