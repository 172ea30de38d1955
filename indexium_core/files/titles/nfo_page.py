"""The text of an NFO file: edits of single elements in the style of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from indexium_core.files.titles.nfo import ReadElement
from indexium_core.files.titles.nfo_elements import escaped, rendered
from indexium_core.files.titles.nfo_layout import PlacedElement
from indexium_core.model.publishing.nfo_content import NfoElement

TextEdit: TypeAlias = tuple[int, int, str]  # start and end of old bytes (in UTF-8), and the new text

UNIT = "  "  # white space by which a child lies deeper, in a file that does not show it
_LINE_START = re.compile(rb"(\r\n|\n|\r)([ \t]*)\Z")
_NO_TEXT = re.compile(rb"[ \t]*(?:[\r\n]|\Z|</)|<[^!?]")  # an end of a line, the end tag of the parent, an element
_EOL = re.compile(rb"\r\n|\n|\r")
_TAG_NAME = re.compile(rb"<([^\s/>]+)")
_BLANKS = b" \t\r\n"
_LONGEST_INDENT = 200
_WHOLE = frozenset({"set", "rating"})  # elements whose attributes belong to the old value


@dataclass(frozen=True, slots=True)
class NfoPage:
    """The text of a file in UTF-8, and how its lines look."""

    text: bytes

    @property
    def eol(self) -> str:
        """The end of its lines."""
        match = _EOL.search(self.text)
        return match[0].decode() if match else "\n"

    def changed(self, old: ReadElement, new: NfoElement) -> TextEdit:
        """Return the edit of the text of an element; its attributes stay, unless they belong to the old text."""
        place = placed(old)
        if new.children or new.tag in _WHOLE:
            return self.replaced(old, new)
        text = escaped(new.text, self.eol)
        if place.is_closed:
            return place.start, place.end, self._opened(place, text)
        return place.inner_start, place.inner_end, text

    def replaced(self, old: ReadElement, new: NfoElement) -> TextEdit:
        """Return the edit that replaces an element as a whole."""
        place = placed(old)
        return place.start, place.end, self.render(new, place)

    def attribute(self, place: PlacedElement, name: str, value: str) -> TextEdit:
        """Return the edit of an attribute, which must exist; it is removed if its new value is empty."""
        pattern = rf"(\s+{re.escape(name)}\s*=\s*)(?:\"[^\"]*\"|'[^']*')".encode()
        match = re.compile(pattern, re.IGNORECASE).search(self.text, place.start, place.inner_start)
        if match is None:
            return place.start, place.start, ""
        return (match.end(1), match.end(), f'"{value}"') if value else (match.start(), match.end(), "")

    def removed(self, old: ReadElement) -> TextEdit:
        """Return the edit that removes an element, with the line that it begins if only elements follow on it."""
        place = placed(old)
        eol, indent = self.line_of(place)
        has_line = eol and _NO_TEXT.match(self.text, place.end)
        return place.start - (len(eol + indent) if has_line else 0), place.end, ""

    def behind(self, old: ReadElement, sources: Iterable[str]) -> TextEdit:
        """Return the edit that adds rendered elements behind another one."""
        place = placed(old)
        lead = "".join(self.line_of(place))
        return place.end, place.end, "".join(lead + each for each in sources)

    def in_front_of(self, old: ReadElement, sources: Iterable[str]) -> TextEdit:
        """Return the edit that adds rendered elements in front of another one."""
        place = placed(old)
        lead = "".join(self.line_of(place))
        return place.start, place.start, "".join(each + lead for each in sources)

    def added(self, root: PlacedElement, elements: Sequence[NfoElement]) -> TextEdit:
        """Return the edit that adds elements at the end of a root, or before `<fileinfo>`, which can end a reading."""
        last = next((each for each in root.children if each.tag == "fileinfo"), None)
        if last is not None:
            return self.in_front_of(last, [self.render(each, placed(last)) for each in elements])
        eol, indent = self.style(root)
        text = "".join(eol + indent + rendered(each, indent, unit_of(indent), eol) for each in elements)
        if root.is_closed:
            return root.start, root.end, self._opened(root, text + eol)
        at = max(root.inner_start, len(self.text[: root.inner_end].rstrip(_BLANKS)))
        return at, at, text + (eol if at == root.inner_end and not root.children else "")

    def added_sources(self, root: PlacedElement, sources: Sequence[str]) -> TextEdit:
        """Return the edit that adds elements as they were in a file, where `added` adds others."""
        last = next((each for each in root.children if each.tag == "fileinfo"), None)
        if last is not None:
            return self.in_front_of(last, sources)
        eol, indent = self.style(root)
        if root.is_closed:
            return root.start, root.end, self._opened(root, "".join(eol + indent + each for each in sources) + eol)
        at = max(root.inner_start, len(self.text[: root.inner_end].rstrip(_BLANKS)))
        return at, at, "".join(eol + indent + each for each in sources)

    def style(self, root: PlacedElement) -> tuple[str, str]:
        """Return the end of line and the indent of the elements of a root; "" and "" if all are on one line."""
        if not root.children:
            return self.eol, UNIT
        return next((line for each in root.children if (line := self.line_of(placed(each)))[0]), ("", ""))

    def line_of(self, place: PlacedElement) -> tuple[str, str]:
        """Return the end of line and the indent in front of an element; "" and "" if it does not begin a line."""
        match = _LINE_START.search(self.text, max(0, place.start - _LONGEST_INDENT), place.start)
        return (match[1].decode(), match[2].decode()) if match else ("", "")

    def render(self, element: NfoElement, place: PlacedElement) -> str:
        """Return a new element in the style of another one."""
        eol, indent = self.line_of(place)
        return rendered(element, indent, unit_of(indent), eol)

    def source(self, place: PlacedElement, edits: Iterable[TextEdit] = ()) -> str:
        """Return an element as it is in the file, or after some edits of its parts."""
        found, at = "", place.start
        for start, end, text in sorted(edits, key=lambda each: each[:2]):
            found += self.text[at:start].decode() + text
            at = end
        return found + self.text[at : place.end].decode()

    def start_tag(self, place: PlacedElement) -> str:
        """Return the start tag of an element as it is in the file."""
        return self.text[place.start : place.inner_start].decode()

    def _opened(self, place: PlacedElement, inner: str) -> str:
        """Return `<plot/>` with a content."""
        match = _TAG_NAME.match(self.text, place.start)
        name = match[1].decode() if match else place.tag
        return f"{self.start_tag(place)[:-2].rstrip()}>{inner}</{name}>"


def placed(element: ReadElement) -> PlacedElement:
    """Return an element of a file with its place; the strict reading makes no others."""
    return cast("PlacedElement", element)


def unit_of(indent: str) -> str:
    """Return the white space by which a child lies deeper than an element with this indent."""
    return "\t" if indent.startswith("\t") else indent or UNIT
