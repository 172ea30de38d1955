"""What elements of an NFO file say, by the rules of our reader; and elements as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from indexium_core.files.titles.nfo import ReadElement, document_of
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.providers.registry import rating_source
from indexium_core.model.publishing.nfo_content import (
    SEASON_NAMES,
    SERIES_TITLE,
    ElementGroup,
    NfoContent,
    NfoElement,
    PublishedKind,
    groups,
)
from indexium_core.model.publishing.nfo_ownership import named_values
from indexium_core.model.titles.nfo import NfoDocument, NfoKind

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0
_PROVIDERS = {name: provider for provider, name in ID_FIELDS.items()}  # by field
LIST_TAGS = frozenset({"actor", "genre", "country", "studio", "tag", "credits", "writer", "director"})
_FROM_DATES = frozenset({"aired", "release_date"})  # one date of a document


def legal(text: str) -> str:
    """Return a text without characters that XML cannot have, with line feeds as ends of lines."""
    if text.isprintable() and text.isascii():  # most texts
        return text
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_read(element: NfoElement) -> ReadElement:
    """Return an element as our reader finds it in a file."""
    return ReadElement(
        tag=element.tag,
        attributes={name: legal(value) for name, value in element.attributes.items()} if element.attributes else {},
        text=[legal(element.text)],
        children=[as_read(each) for each in element.children],
    )


def value_of(document: NfoDocument, field: str) -> Any:
    """Return the value of a field as a JSON value; None if the document does not have it."""
    match field:
        case "season":
            return document.season
        case "episode":
            return document.episodes[0] if document.episodes else None
        case _ if field == SERIES_TITLE:
            return document.series_title or None
        case _ if field == SEASON_NAMES:
            return {str(number): name for number, name in document.season_names.items()} or None
        case _ if field in _PROVIDERS:
            return document.ids.get(_PROVIDERS[field])
        case _:
            return document.values.get("release_date" if field in _FROM_DATES else field)


def read_value(kind: PublishedKind, field: str, elements: Iterable[ReadElement]) -> Any:
    """Return what some elements alone say about a field."""
    return value_of(document_of(kind, ReadElement(tag=kind, children=list(elements))), field)


def values_in(kind: NfoKind, element: ReadElement, *, numbers: bool = False) -> dict[str, Any]:
    """Return what one element of a root says alone, by name; a year that our reader takes from a date is no value."""
    found = named_values(document_of(kind, ReadElement(tag=kind, children=[element])), numbers=numbers)
    if element.tag != "year":
        found.pop("year", None)
    return found


@dataclass(frozen=True, slots=True)
class WantedGroup:
    """A group as our reader reads it."""

    kind: PublishedKind
    group: ElementGroup
    elements: Sequence[ReadElement]  # those of the group
    keys: Sequence[tuple[str, str]]  # of the items of a list

    @classmethod
    def of(cls, kind: PublishedKind, group: ElementGroup) -> WantedGroup:
        """Return a group of a content of a kind."""
        elements = [as_read(each) for each in group.elements]
        return cls(kind, group, elements, [item_key(each) for each in elements])

    @property
    def value(self) -> Any:
        """What the field has to say."""
        return self.read(self.elements)

    def found_in(self, root: ReadElement) -> CarriedGroup:
        """Return the elements of a root that carry the field."""
        tagged = [each for each in root.children if each.tag in self.group.tags]
        if (
            self.group.mode == "each" and self.elements
        ):  # the first one is shown; what follows in a language says another text
            tagged = [each for number, each in enumerate(tagged) if not number or not has_language(each)]
        known = self.read(tagged) if "id" in self.group.tags else None
        found = CarriedGroup(self, tagged, known)
        return replace(found, elements=[each for each in tagged if _carries(each, found)])

    def read(self, elements: Iterable[ReadElement]) -> Any:
        """Return what some elements say about the field."""
        return read_value(self.kind, self.group.field, elements)


def wanted_of(content: NfoContent) -> list[WantedGroup]:
    """Return the groups of a content."""
    return [WantedGroup.of(content.kind, group) for group in groups(content)]


@dataclass(frozen=True, slots=True)
class CarriedGroup:
    """The elements of a root that carry the field of a group."""

    wanted: WantedGroup
    elements: Sequence[ReadElement]
    known: Any  # the id that the root has, which `<id>` may repeat without saying its kind

    @property
    def group(self) -> ElementGroup:
        """The group."""
        return self.wanted.group

    def value_in(self, element: ReadElement) -> Any:
        """Return what one of the elements says; None if it says nothing."""
        value = self.wanted.read([element])
        return self.known if value is None and self.is_known_id(element) else value

    def is_known_id(self, element: ReadElement) -> bool:
        """Return whether the text of `<id>` is the id of the root, or one by its form."""
        text = element.value()
        return bool(text) and text in (self.known, self.wanted.read([ReadElement(tag="id", text=[text])]))

    def items(self, *tags: str) -> list[ReadElement]:
        """Return the elements with some tags that say an item of a list."""
        return [each for each in self.elements if each.tag in tags and item_key(each)[0]]

    @property
    def has_value(self) -> bool:
        """Whether the elements say what the group says."""
        match self.group.mode:
            case "list":
                keys = [item_key(each) for each in self.items(*self.group.tags)]
                # A text can say several items; an actor is always one.
                return keys == self.wanted.keys or (
                    self.group.field != "cast" and bool(self.wanted.read(self.elements) == self.wanted.value)
                )
            case "ratings":
                return self._has_ratings()
            case _:
                values, wanted = [self.value_in(each) for each in self.elements], self.wanted.value
                return all(each in (None, wanted) for each in values) and self.wanted.read(self.elements) == wanted

    def _has_ratings(self) -> bool:
        value, wanted = self.wanted.read(self.elements) or {}, self.wanted.value or {}
        return self.group.dropped.isdisjoint(value) and wanted.items() <= value.items()


def _carries(element: ReadElement, found: CarriedGroup) -> bool:
    if element.tag == "id":
        return found.is_known_id(element) or found.wanted.read([element]) is not None
    name, value = found.group.marks.get(element.tag, ("", ""))
    return not name or _plain(element.attributes.get(name, "")) == _plain(value)


def has_language(element: ReadElement) -> bool:
    """Return whether an element names the language of its text: the one behind the first is another text."""
    return any(name.rpartition(":")[2] == "lang" for name in element.attributes)


def source_of(rating: ReadElement) -> str:
    """Return the source of a rating of a file."""
    return rating_source(rating.attributes.get("name", "default"))


def _plain(text: str) -> str:
    return text.strip().lower().lstrip("0") or "0"


def item_key(element: ReadElement) -> tuple[str, str]:
    """Return what tells the items of a list apart: a text, or the name and the role of an actor."""
    return element.first("name") or element.value(), element.first("role")


def rendered(element: NfoElement, indent: str, unit: str, eol: str) -> str:
    """
    Return an element as text of an NFO file.

    Args:
        element: The element.
        indent: White space in front of its line.
        unit: White space by which a child lies deeper.
        eol: The end of lines; "": the element is one line.

    """
    attributes = "".join(f" {name}={_quoted(value)}" for name, value in element.attributes.items())
    if not element.children:
        return f"<{element.tag}{attributes}>{escaped(element.text, eol)}</{element.tag}>"
    inner = indent + unit if eol else ""
    children = [f"{eol}{inner}{rendered(each, inner, unit, eol)}" for each in element.children]
    return f"<{element.tag}{attributes}>{''.join(children)}{eol}{indent if eol else ''}</{element.tag}>"


def escaped(text: str, eol: str) -> str:
    """Return a text for an NFO file with these ends of lines."""
    return escape(legal(text)).replace("\n", eol or "\n")


def _quoted(text: str) -> str:
    return '"' + escape(legal(text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}) + '"'
