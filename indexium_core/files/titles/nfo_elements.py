"""What elements of an NFO file say, by the rules of our reader; and elements as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from indexium_core.files.titles.nfo import ReadElement, document_of
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import (
    SEASON_NAMES,
    SERIES_TITLE,
    ElementGroup,
    NfoElement,
    PublishedKind,
    is_of_critics,
)
from indexium_core.model.titles.nfo import NfoDocument

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0
_PROVIDERS = {name: provider for provider, name in ID_FIELDS.items()}  # by field
_FROM_DATES = frozenset({"aired", "release_date"})  # one date of a document


def legal(text: str) -> str:
    """Return a text without characters that XML cannot have, with line feeds as ends of lines."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_read(element: NfoElement) -> ReadElement:
    """Return an element as our reader finds it in a file."""
    return ReadElement(
        tag=element.tag,
        attributes={name: legal(value) for name, value in element.attributes.items()},
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedGroup:
    """The elements of a root that carry the field of a group."""

    kind: PublishedKind
    group: ElementGroup
    elements: Sequence[ReadElement]
    known: Any  # the id that the root has, which `<id>` may repeat without saying its kind

    @property
    def wanted(self) -> Any:
        """What the field has to say."""
        return self.read(map(as_read, self.group.elements))

    @property
    def value(self) -> Any:
        """What the elements say together."""
        return self.read(self.elements)

    def read(self, elements: Iterable[ReadElement]) -> Any:
        """Return what some elements say about the field."""
        return read_value(self.kind, self.group.field, elements)

    def said(self, element: ReadElement) -> Any:
        """Return what one of the elements says; None if it says nothing."""
        value = self.read([element])
        return self.known if value is None and self.is_known_id(element) else value

    def is_known_id(self, element: ReadElement) -> bool:
        """Return whether the text of `<id>` is the id of the root, or one by its form."""
        text = element.value()
        return bool(text) and text in (self.known, self.read([ReadElement(tag="id", text=[text])]))

    @property
    def is_said(self) -> bool:
        """Whether the elements say what the group says."""
        match self.group.mode:
            case "list":
                return bool(self.value == self.wanted)
            case "ratings":
                return self._are_ratings_said()
            case _:
                values = [self.said(each) for each in self.elements]
                wanted = self.wanted
                return all(each in (None, wanted) for each in values) and (wanted is None or wanted in values)

    def _are_ratings_said(self) -> bool:
        value, wanted = self.value or {}, self.wanted
        if not wanted or not wanted.items() <= value.items():
            return not wanted and not value
        if not self.group.is_choice:
            return True
        shown = self.group.elements[-1].children[-1].attributes["name"]
        ratings = [each for parent in self.elements for each in parent.all("rating")]
        names = [each.attributes.get("name", "") for each in ratings]
        defaults = [each for each in ratings if each.attributes.get("default", "").lower() == "true"]
        lasts = {name for name in names if is_of_critics(name) <= is_of_critics(shown)}
        flat = [self.read([each]) for each in self.elements if each.tag == "rating"]
        return (
            defaults[-1:] != []
            and defaults[-1].attributes.get("name") == shown
            and [name for name in names if name in lasts][-1:] == [shown]
            and all(each in (None, {"default": wanted[shown]}) for each in flat)
        )


def carried(group: ElementGroup, root: ReadElement, kind: PublishedKind) -> CarriedGroup:
    """Return the elements of a root that carry the field of a group."""
    tagged = [each for each in root.children if each.tag in group.tags]
    known = read_value(kind, group.field, tagged) if "id" in group.tags else None
    found = CarriedGroup(kind=kind, group=group, elements=tagged, known=known)
    return replace(found, elements=[each for each in tagged if _carries(each, found)])


def _carries(element: ReadElement, found: CarriedGroup) -> bool:
    if element.tag == "id":
        return found.is_known_id(element) or found.read([element]) is not None
    name, value = found.group.marks.get(element.tag, ("", ""))
    return not name or _plain(element.attributes.get(name, "")) == _plain(value)


def _plain(text: str) -> str:
    return text.strip().lower().lstrip("0") or "0"


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
