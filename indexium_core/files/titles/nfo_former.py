"""
What others had written where a value by hand stands now: it comes back when the value by hand is withdrawn.

The ledger keeps the source of each element that gave way, by its tag. It is not ours when it is back, and until then it
is what others say: a scan reads it as if it were still in the file.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from blake3 import blake3

from indexium_core.files.titles import nfo
from indexium_core.files.titles.nfo import ReadElement
from indexium_core.files.titles.nfo_elements import LIST_TAGS, has_language, source_of, values_in
from indexium_core.files.titles.nfo_elements import item_key as item_key_of
from indexium_core.files.titles.nfo_layout import PlacedElement, layout_of
from indexium_core.files.titles.nfo_merging import repeats_own
from indexium_core.files.titles.nfo_page import NfoPage, TextEdit, placed
from indexium_core.files.titles.nfo_proof import lost_parts, tree_of
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_content import SEASON_NAMES, NfoContent, groups
from indexium_core.model.publishing.nfo_ownership import (
    CAST,
    FORMER,
    ORDER,
    PEOPLE,
    OwnValues,
    are_ours,
    item_key,
    keys_of,
    named_values,
    root_of,
)
from indexium_core.model.titles.nfo import NfoDocument, NfoKind
from indexium_core.model.titles.titles import joined_values

_DIGEST = 4  # bytes of the digest of an element, which must differ only within one root


@dataclass(frozen=True, slots=True)
class FormerElements:
    """The edits that bring elements of others back into one root."""

    edits: Sequence[TextEdit]
    own: Mapping[str, Any]  # the root of the ledger after that
    fields: Sequence[str]  # that get their former values
    lost: Sequence[str]  # what others wrote in elements of ours that leave, as texts


def with_sources(
    former: Mapping[str, Sequence[str]], page: NfoPage, elements: Iterable[PlacedElement], *, beside: Collection[str]
) -> dict[str, Sequence[str]]:
    """
    Return the sources of former elements by tag, with further ones that give way.

    Items join, and so does a text of a tag in `beside`, because ours is still there; another text replaces.
    """
    found, at, joined = defaultdict[str, list[str]](list), 0, LIST_TAGS | {*beside}
    known = {(tag, item_key_of(each)) for tag in LIST_TAGS & former.keys() for each in _elements(former[tag])}
    for each in elements:
        if (each.tag, item_key_of(each)) not in known:
            sources, gap = found[each.tag], page.text[at : each.start].decode()
            # An element that stands on the line of the one before comes back there.
            is_beside = each.tag not in _OF_SEVERAL and at <= each.start and not gap.strip(" \t")
            before = sources.pop() + gap if sources and is_beside else ""
            sources.append(before + page.source(each))
            at = each.end
    for tag in joined & found.keys() & former.keys():
        found[tag] = [*former[tag], *found[tag]]
    return {**former, **found}


def restored(page: NfoPage, root: PlacedElement, content: NfoContent, ledger: Mapping[str, Any]) -> FormerElements:
    """
    Return what comes back into a root, because its value by hand is withdrawn.

    Args:
        page: The file.
        root: The root as it is.
        content: What the file is to say.
        ledger: The root of the ledger, with `FORMER`.

    """
    edits, fields, gone, back = list[TextEdit](), list[str](), list[PlacedElement](), list[PlacedElement]()
    former, values = dict(ledger.get(FORMER, {})), dict(ledger["values"])
    before, by_hand = dict(values), _HandValues.of(content)
    for tag in [*former]:
        stays = [each for each in former[tag] if by_hand.has(_elements([each]))]
        sources = [each for each in former.pop(tag) if each not in stays]
        if stays:
            former[tag] = stays
        if not sources:
            continue
        back += map(placed, _elements(sources))
        if tag == "ratings" and root.all(tag):
            gone += map(placed, root.all(tag))
            edits += _ratings_edits(page, root, content, values, sources)
            fields.append(tag)
            continue
        theirs = named_values(_document_of(content.kind, sources))
        names = {*theirs}
        present = [each for each in root.all(tag) if not names or _has_any(content, each, names)]
        ours = [each for each in present if _is_ours(content, each, before, beside=theirs if tag == "id" else {})]
        others = [each for each in present if each not in ours and (each.value() or each.children)]
        if ours and tag not in LIST_TAGS:
            others = [each for each in others if not has_language(each)]
        if others and tag not in LIST_TAGS:  # others have a value there again
            continue
        if tag == "actor":
            ours += _people_among(root, sources, values)
            known = {item_key_of(each) for each in _elements(sources)}
            # Actors of others that have another number since then.
            ours += [each for each in others if each not in ours and item_key_of(each) in known]
            others = [each for each in others if each not in ours]
        gone += map(placed, ours)
        edits += _edits(page, root, ours, others, sources)
        fields += names
        for each in ours:
            _disown(content, each, values)
    lost = lost_parts(content.kind, gone, back, ledger)
    return FormerElements(edits, {**ledger, FORMER: former, "values": values}, fields, lost)


def order_of(page: NfoPage, root: PlacedElement) -> list[str]:
    """Return a digest of each element of a root, in their order."""
    sources = (page.source(placed(each)) for each in root.children)
    return [blake3(each.encode()).hexdigest(_DIGEST) for each in sources]


def in_former_order(page: NfoPage, root: PlacedElement, ledger: Mapping[str, Any]) -> list[TextEdit]:
    """
    Return the edits that put elements that came back where they stood; none if others have sorted theirs since.

    Args:
        page: The file.
        root: The root with these elements.
        ledger: The root of the ledger, with `FORMER` and `ORDER`, from before they came back.

    """
    layout = layout_of(f"<movie>{''.join(itertools.chain(*ledger[FORMER].values()))}</movie>".encode())
    back, places = set(order_of(NfoPage(layout.text), layout.roots[0])), defaultdict[str, list[int]](list)
    for place, digest in enumerate(ledger[ORDER]):
        places[digest].append(place)
    digests = order_of(page, root)
    found = {at: places[digest].pop(0) for at, digest in enumerate(digests) if places[digest]}
    stayed = [place for at, place in found.items() if digests[at] not in back]
    if any(one > other for one, other in itertools.pairwise(stayed)):
        return []
    elements = [placed(each) for each in root.children]
    return [
        (elements[to].start, elements[to].end, page.source(elements[at]))
        for to, at in zip(found, sorted(found, key=found.__getitem__), strict=True)
        if to != at
    ]


def with_former(document: NfoDocument, own: OwnValues) -> NfoDocument:
    """Return a document of others with what they had written where a value by hand stands now."""
    sources = root_of(own, document).get(FORMER)
    if not sources:
        return document
    former = _document_of(document.kind, [source for each in sources.values() for source in each])
    values = {
        name: value if name not in document.values else joined_values(document.values[name], value)
        for name, value in former.values.items()
        if name not in document.values or isinstance(value, list | dict)  # what they write since then replaces a text
    }
    return replace(document, values={**document.values, **values}, ids={**former.ids, **document.ids})


def _elements(sources: Sequence[str]) -> Sequence[ReadElement]:
    """Return the elements of some sources."""
    [root] = layout_of(f"<movie>{''.join(sources)}</movie>".encode()).roots
    return root.children


def _document_of(kind: str, sources: Sequence[str]) -> NfoDocument:
    """Return what the sources of elements say."""
    parsed = nfo.parse(f"<{kind}>{''.join(sources)}</{kind}>".encode())
    return parsed[0] if parsed else NfoDocument(kind="ids")


_OF_SEVERAL = frozenset({"uniqueid", "namedseason"})  # tags whose elements have a kind or a number each


@dataclass(frozen=True, slots=True)
class _HandValues:
    """The values that a person gives or empties: what others had written there does not come back."""

    kind: NfoKind
    fields: Collection[str]  # those of seasons with their number
    tags: Collection[str]

    @classmethod
    def of(cls, content: NfoContent) -> _HandValues:
        """Return those of a content."""
        seasons = [f"{SEASON_NAMES}.{each}" for each in content.season_names]
        fields = {each for each in (*content.values, *seasons) if content.origin_of(each) == "hand"}
        if "aired" in fields:  # the one date of a document
            fields.add("release_date")
        return cls(content.kind, fields, tags_by_hand(content))

    def has(self, elements: Iterable[ReadElement]) -> bool:
        """Return whether some elements stand where a value by hand is."""
        for each in elements:
            names = values_in(self.kind, each)
            if not names and each.tag in self.tags:
                return True
            if any(name in self.fields or name.partition(".")[0] in self.fields for name in names):
                return True
        return False


def tags_by_hand(content: NfoContent) -> set[str]:
    """Return the tags of the fields that a person gives or empties: nothing comes back there."""
    emptied = {name: value for name, value in content.values.items() if value in (None, "", [], {})}
    found = [*groups(content), *groups(replace(content, values=emptied))]
    names = [content.origin_of(f"{SEASON_NAMES}.{number}") for number in content.season_names]
    of_seasons = "hand" if "hand" in names else content.origin_of(SEASON_NAMES)
    origins = [of_seasons if each.field == SEASON_NAMES else content.origin_of(each.field) for each in found]
    return {tag for group, origin in zip(found, origins, strict=True) if origin == "hand" for tag in group.tags}


def _edits(
    page: NfoPage,
    root: PlacedElement,
    ours: Sequence[ReadElement],
    others: Sequence[ReadElement],
    sources: Sequence[str],
) -> list[TextEdit]:
    """Return the edits that put sources in the place of our elements, behind those of others, or at the end."""
    if not ours:
        return [page.behind(others[-1], sources) if others else page.added_sources(root, sources)]
    place = placed(ours[0])
    lead = "".join(page.line_of(place))
    return [(place.start, place.end, lead.join(sources)), *(page.removed(each) for each in ours[1:])]


def _ratings_edits(
    page: NfoPage, root: PlacedElement, content: NfoContent, values: dict[str, Any], sources: Sequence[str]
) -> list[TextEdit]:
    """
    Return the edits that put the former ratings of others in the place of ours, which are not ours any more.

    What others wrote beside ours since then stays.
    """
    [before] = layout_of(f"<{root.tag}>{''.join(sources)}</{root.tag}>".encode()).roots
    former = [rating for each in before.all("ratings") for rating in each.all("rating")]
    blocks = root.all("ratings")
    ours, theirs = list[ReadElement](), list[ReadElement]()
    for rating in (rating for each in blocks for rating in each.all("rating")):
        names = values_in(content.kind, ReadElement(tag="ratings", children=[rating]))
        is_ours = are_ours(names, values)
        (ours if is_ours else theirs).append(rating)
        for name in names if is_ours else ():
            del values[name]
    known = list(map(tree_of, former))
    if all(tree_of(each) in known for each in theirs):
        place = placed(blocks[0])
        lead = "".join(page.line_of(place))
        return [(place.start, place.end, lead.join(sources)), *(page.removed(each) for each in blocks[1:])]
    by_source = {source_of(each): placed(each) for each in former}
    edits: list[TextEdit] = []
    for each in ours:
        old, place = by_source.get(source_of(each)), placed(each)
        text = None if old is None else old.page[old.start : old.end].decode()
        edits.append(page.removed(each) if text is None else (place.start, place.end, text))
    return edits


def _people_among(root: PlacedElement, sources: Sequence[str], values: dict[str, Any]) -> list[ReadElement]:
    """Return our actors for people of the files that others had named before; from now on, these people are theirs."""
    names = {person_key(each["name"]) for each in _document_of(root.tag, sources).values.get(CAST, ())}
    again = [each for each in values.get(PEOPLE, ()) if person_key(each) in names]
    if not again:
        return []
    left = [each for each in values[PEOPLE] if each not in again]
    if left:
        values[PEOPLE] = left
    else:
        del values[PEOPLE]
    return [each for each in root.all("actor") if each.first("name") in again and not each.first("role")]


def _has_any(content: NfoContent, element: ReadElement, names: Collection[str]) -> bool:
    """Return whether an element has one of some values, or a content that our reader does not understand."""
    found = values_in(content.kind, element)
    if found:
        return not found.keys().isdisjoint(names)
    return element.tag not in _OF_SEVERAL and bool(element.value() or element.children)


def _is_ours(
    content: NfoContent,
    element: ReadElement,
    values: Mapping[str, Any],
    *,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> bool:
    """
    Return whether an element is one of ours; people of the files are not meant.

    `beside`: what others say in it beside ours: `<id tmdb="33">tt0060014</id>` has two ids.
    """
    names = values_in(content.kind, element)
    if any(values.get(name) == value for name, value in names.items()):
        names = {name: value for name, value in names.items() if beside.get(name) != value} or names
    if element.tag == "rating":
        return bool(names) and repeats_own(names, values)
    return are_ours(names, values)


def _disown(content: NfoContent, element: ReadElement, values: dict[str, Any]) -> None:
    for name, value in values_in(content.kind, element).items():
        left = (
            [each for each in values.get(name, ()) if item_key(each) not in keys_of(value)]
            if isinstance(value, list)
            else []
        )
        if left:
            values[name] = left
        else:
            values.pop(name, None)
