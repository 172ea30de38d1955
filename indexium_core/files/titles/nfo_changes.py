"""Which elements of a root change, so that it says its content."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeAlias

from indexium_core.files.titles.nfo import ReadElement
from indexium_core.files.titles.nfo_elements import CarriedGroup, WantedGroup, as_read, item_key, rendered, source_of
from indexium_core.files.titles.nfo_layout import PlacedElement
from indexium_core.files.titles.nfo_page import NfoPage, TextEdit, placed, unit_of
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.providers.registry import rating_source
from indexium_core.model.publishing.nfo_content import EntryMode, NfoElement

_Change: TypeAlias = TextEdit | NfoElement  # an edit, or an element that is added


def changes_of(
    page: NfoPage, root: PlacedElement, wanted: Sequence[WantedGroup]
) -> tuple[list[TextEdit], list[WantedGroup]]:
    """Return the edits that give a root its content, and the groups that change."""
    edits: list[TextEdit] = []
    added: list[NfoElement] = []
    changed: list[WantedGroup] = []
    for each in wanted:
        found = each.found_in(root)
        if found.has_value:
            continue
        changed.append(each)
        for change in _MODES[each.group.mode](page, found):
            if isinstance(change, NfoElement):
                added.append(change)
            else:
                edits.append(change)
    if added:
        edits.append(page.added(root, _with_one_default(root, edits, added)))
    return edits, changed


def _with_one_default(
    root: PlacedElement, edits: Sequence[TextEdit], added: Sequence[NfoElement]
) -> Sequence[NfoElement]:
    """Return the added elements; an id is not the default if one that stays is. Kodi takes the first default one."""
    removed = {end for _, end, text in edits if not text}
    if not any(
        each.tag == "uniqueid"
        and each.attributes.get("default", "").lower() == "true"
        and placed(each).end not in removed
        for each in root.children
    ):
        return added
    return [replace(each, attributes=_without_default(each)) if each.tag == "uniqueid" else each for each in added]


def _without_default(element: NfoElement) -> Mapping[str, str]:
    return {name: value for name, value in element.attributes.items() if name != "default"}


# Elements that each say the whole value


def _each(page: NfoPage, found: CarriedGroup) -> Iterator[_Change]:
    """Yield the changes of each element with a content. One that our reader cannot read may hide the others from it."""
    wanted, elements = found.wanted.value, found.group.elements
    filled = [each for each in found.elements if each.value() or each.children or found.value_in(each) is not None]
    empty = next((each for each in found.elements if each.tag == found.group.tags[0]), None)
    if not filled and empty is not None and elements:
        yield page.changed(empty, elements[0])
    elif not filled:
        yield from elements
    for each in filled:
        if not elements and each.tag != "id":
            yield page.removed(each)
        elif found.value_in(each) != wanted:
            yield from _id(page, each, found) if each.tag == "id" else [page.changed(each, elements[0])]


def _id(page: NfoPage, element: ReadElement, found: CarriedGroup) -> Iterator[TextEdit]:
    """Yield the edits of `<id>`, which may have ids of several kinds: each as an attribute, and one as its text."""
    place = placed(element)
    new = found.group.elements[0].text if found.group.elements else ""
    provider = found.group.marks["uniqueid"][1]
    if provider in element.attributes:
        yield page.attribute(place, provider, new)
    if found.is_known_id(element):
        is_empty = not new and not ID_FIELDS.keys() & element.attributes.keys()
        yield page.removed(element) if is_empty else (place.inner_start, place.inner_end, new)


# Elements that each say one item of a list


def _list(page: NfoPage, found: CarriedGroup) -> Iterator[_Change]:
    """Yield the changes of a list; the elements of an item that stays are not touched."""
    (tag, *others), new, keys = found.group.tags, found.group.elements, found.wanted.keys
    old = found.items(tag)
    matcher = SequenceMatcher(None, [item_key(each) for each in old], keys, autojunk=False)
    blocks = matcher.get_opcodes()
    known = _OldItems(page, [each for name, start, stop, *_ in blocks if name != "equal" for each in old[start:stop]])
    for name, start, stop, first, last in blocks:
        if name == "equal":
            yield from _orders(page, old[start:stop], new[first:last])
        else:
            yield from _exchanged(known, old, slice(start, stop), new[first:last])
    yield from (page.removed(each) for each in found.items(*others) if item_key(each) not in keys)


def _exchanged(
    known: _OldItems, old: Sequence[ReadElement], gone: slice, new: Sequence[NfoElement]
) -> Iterator[_Change]:
    """Yield the changes that exchange some elements of a list for others."""
    page, both = known.page, min(gone.stop - gone.start, len(new))
    at = gone.start + both
    for before, after in zip(old[gone.start : at], new[:both], strict=True):
        place = placed(before)
        yield place.start, place.end, known.source(after, place)
    yield from (page.removed(each) for each in old[at : gone.stop])
    if not old:
        yield from new
    elif rest := new[both:]:
        beside = old[max(0, at - 1)]
        sources = [known.source(each, placed(beside)) for each in rest]
        yield page.behind(beside, sources) if at else page.in_front_of(beside, sources)


def _orders(page: NfoPage, old: Sequence[ReadElement], new: Sequence[NfoElement]) -> Iterator[TextEdit]:
    """Yield the changes of the numbers of actors that stay."""
    for actor, element in zip(old, new, strict=True):
        for order in (each for each in element.children if each.tag == "order"):
            numbers = [*actor.all("order"), *actor.all("sortorder")]
            yield from (page.changed(each, order) for each in numbers if each.value() != order.text)


class _OldItems:
    """Elements of a list that change or move. An item that comes back keeps what only the file knows of it."""

    def __init__(self, page: NfoPage, elements: Iterable[ReadElement]) -> None:
        self.page = page
        self._elements: dict[str, list[ReadElement]] = {}  # by name
        for each in elements:
            self._elements.setdefault(_same(item_key(each)[0]), []).append(each)

    def source(self, new: NfoElement, place: PlacedElement) -> str:
        """Return an element as text, for the place of another one."""
        key = item_key(as_read(new))
        found = self._elements.get(_same(key[0]), [])
        old = next((each for each in found if item_key(each) == key), found[0] if found else None)
        if old is None or not (item_key(old) == key or old.first("name")):
            return self.page.render(new, place)
        self._elements[_same(key[0])] = [each for each in found if each is not old]
        return self.page.source(placed(old), self._revisions(old, new))

    def _revisions(self, old: ReadElement, new: NfoElement) -> Iterator[TextEdit]:
        """Yield the edits that give an actor of the file its new name, role and number."""
        parts = {each.tag: each for each in new.children}
        for tag in ("name", "role"):
            part, found = parts.get(tag), old.all(tag)
            if part is None:
                yield from (self.page.removed(each) for each in found)
            elif found:
                yield from (self.page.changed(each, part) for each in found if each.value() != part.text)
            else:
                name = old.all("name")[0]
                yield self.page.behind(name, [self.page.render(part, placed(name))])
        yield from _orders(self.page, [old], [new])


def _same(name: str) -> str:
    """Return what is equal for two Unicode forms of a name."""
    return unicodedata.normalize("NFC", name)


# Ratings


def _ratings(page: NfoPage, found: CarriedGroup) -> Iterator[_Change]:
    """Yield the changes of ratings: ours come behind those of other sources, which stay; dropped ones leave."""
    parents = [each for each in found.elements if each.tag == "ratings"]
    flat = [each for each in found.elements if each.tag == "rating"]
    if not found.group.elements:
        yield from _dropped(page, parents, flat, found.group.dropped)
        return
    [element] = found.group.elements
    if parents:
        yield from _merged(page, parents, element, found.group.dropped)
        yield from (page.removed(each) for each in parents[1:])
    else:
        yield element
    yield from (page.replaced(each, _flat(element.children[-1])) for each in flat)


def _dropped(
    page: NfoPage, parents: Sequence[ReadElement], flat: Sequence[ReadElement], dropped: Collection[str]
) -> Iterator[_Change]:
    """Yield the removal of ratings of some sources, and of what has no rating left."""
    stays, repeated = False, set[str]()
    for parent in parents:
        left = [each for each in parent.all("rating") if source_of(each) not in dropped]
        stays = stays or bool(left)
        gone = [each for each in parent.all("rating") if each not in left]
        repeated |= {_on_ten(each) for each in gone}
        yield from (page.removed(each) for each in (gone if left or _has_remarks(page, parent) else [parent]))
    if not stays and (parents or "default" in dropped):
        yield from (page.removed(each) for each in flat if "default" in dropped or _on_ten(each) in repeated)


def _has_remarks(page: NfoPage, parent: ReadElement) -> bool:
    """Return whether others wrote more than ratings into `<ratings>`: attributes, comments, other elements."""
    place = placed(parent)
    text = page.text[place.inner_start : place.inner_end]
    for each in parent.all("rating"):
        text = text.replace(page.text[placed(each).start : placed(each).end], b"", 1)
    return bool(parent.attributes or text.strip())


def _merged(
    page: NfoPage, parents: Sequence[ReadElement], element: NfoElement, dropped: Collection[str]
) -> Iterator[TextEdit]:
    """Yield the edits that put ratings behind those of others in the first block, with those of the other blocks."""
    place = placed(parents[0])
    ratings = [each for parent in parents for each in parent.all("rating")]
    old = {source_of(each): each for each in ratings}
    names = {rating_source(each.attributes["name"]) for each in element.children} | {*dropped}
    children = tuple(_with_votes(each, old) for each in element.children)
    if parents[0].children:
        last = placed(parents[0].children[-1])
        yield from (page.removed(each) for each in parents[0].all("rating") if source_of(each) in names)
        others = [each for parent in parents[1:] for each in parent.all("rating") if source_of(each) not in names]
        (eol, indent), (_, outer) = page.line_of(last), page.line_of(place)
        new = [rendered(each, indent, unit_of(outer), eol) for each in children]
        yield page.behind(last, [*(page.source(placed(each)) for each in others), *new])
        return
    text = page.render(NfoElement(tag=element.tag, children=children), place)
    eol, indent = page.line_of(place)
    lead = eol + indent + unit_of(indent) if eol else ""
    copies = "".join(lead + page.source(placed(each)) for name, each in old.items() if name not in names)
    at = text.index(">") + 1
    yield place.start, place.end, text[:at] + copies + text[at:]


def _flat(shown: NfoElement) -> NfoElement:
    """Return the old form of the rating that players show: a number from 0 to 10."""
    value = next(float(each.text) for each in shown.children if each.tag == "value")
    text = f"{value * 10 / float(shown.attributes['max']):.2f}".rstrip("0").rstrip(".")
    return NfoElement(tag="rating", text=text)


def _on_ten(rating: ReadElement) -> str:
    """Return a rating of a file on the scale of `<rating>`, rounded; its text if it is no number."""
    text = rating.first("value") or rating.value()
    try:
        return f"{float(text) * 10 / float(rating.attributes.get('max', '') or 10):.1f}"
    except (ValueError, ZeroDivisionError):
        return text


def _with_votes(element: NfoElement, old: Mapping[str, ReadElement]) -> NfoElement:
    """Return a rating with the votes of the old one, if no others are known."""
    before = old.get(rating_source(element.attributes["name"]))
    votes = before.first("votes") if before else ""
    if not votes or any(each.tag == "votes" for each in element.children):
        return element
    children = (*element.children, NfoElement(tag="votes", text=votes))
    return NfoElement(tag=element.tag, attributes=element.attributes, children=children)


_MODES: Mapping[EntryMode, Callable[[NfoPage, CarriedGroup], Iterator[_Change]]] = {
    "each": _each,
    "list": _list,
    "ratings": _ratings,
}
