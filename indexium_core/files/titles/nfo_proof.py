"""
The proof that an edit of an NFO file loses nothing of others.

Each element that leaves is ours, or the merge answers for it. The proof knows nothing of how the edit was made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from indexium_core.files.titles.nfo import ReadElement
from indexium_core.files.titles.nfo_elements import LIST_TAGS, item_key, source_of, values_in
from indexium_core.files.titles.nfo_layout import PlacedElement
from indexium_core.files.titles.nfo_merging import NfoMerge, repeats_own, shortened
from indexium_core.files.titles.nfo_page import placed
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import groups
from indexium_core.model.publishing.nfo_ownership import CAST, VOTES, are_ours, keys_of, named_values, own_keys
from indexium_core.model.titles.nfo import NfoDocument, NfoKind

_ORDER = frozenset({"order", "sortorder"})  # elements of an actor that only number it
_Tree: TypeAlias = tuple[Any, ...]
# What we write inside an element: its attributes and its elements. All else in it is of others.
_OWN_PARTS: Mapping[str, frozenset[str]] = {
    "actor": frozenset({"name", "role", *_ORDER}),
    "rating": frozenset({"@name", "@max", "@default", "value"}),
    "set": frozenset({"name"}),
    "uniqueid": frozenset({"@type", "@default"}),
    "namedseason": frozenset({"@number"}),
    "id": frozenset(f"@{provider}" for provider in ID_FIELDS),
}
_REMARK = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)


class ForeignPart(NamedTuple):
    """What others wrote inside an element of ours."""

    element: str  # the tag of the element, for a rating with its source
    name: str  # of an attribute with `@`, or the tag of an element; "": a comment or a processing instruction
    content: Hashable

    def __str__(self) -> str:
        return "a comment" if not self.name else self.name[1:] if self.name.startswith("@") else f"<{self.name}>"


class LossProof:
    """The elements that leave one root by an edit."""

    def __init__(
        self, before: PlacedElement, after: PlacedElement, document: NfoDocument, ledger: Mapping[str, Any]
    ) -> None:
        """
        Compare a root before and after an edit.

        Args:
            before: The root before the edit.
            after: The root after it.
            document: What the root says after it.
            ledger: The root of the ledger before the edit.

        """
        self._leaving, self._arriving = ([], []) if before is after else _moved(before, after)
        self._after, self._ledger, self._kind = after, ledger, document.kind
        self._own: Mapping[str, Any] = ledger.get("values", {})
        self._after_values = named_values(document, numbers=True) if self._leaving else {}

    def of_others(self, merge: NfoMerge) -> list[PlacedElement]:
        """Return the elements of others that leave without an answer of a merge."""
        return [each for each in self._leaving if self._is_lost(each, merge)]

    def changed_of_others(self, merge: NfoMerge, tags: Collection[str]) -> list[PlacedElement]:
        """Return the same, and those with some tags that only change, such as an actor that gets a number."""
        ours = own_keys(self._own, CAST)

        def changes(element: ReadElement) -> bool:
            if not (element.value() or element.children):
                return True
            if element.tag == "actor":
                return item_key(element) not in ours
            return element.tag in LIST_TAGS and not _is_ours(self._kind, element, self._own)

        return [each for each in self._leaving if self._is_lost(each, merge) or (each.tag in tags and changes(each))]

    def rewritten(self, tags: Collection[str]) -> dict[str, list[Any]]:
        """
        Return the items of lists whose elements with some tags are new, by name, although the root said them before.

        `<genre>Drama / Comedy</genre>` becomes `<genre>Drama</genre>`: the new element is ours.
        """
        found: dict[str, list[Any]] = {}
        for each in (each for each in self._arriving if each.tag in tags and each.tag != "actor"):
            for name, value in values_in(self._kind, each).items():
                found.setdefault(name, []).extend(value if isinstance(value, list) else ())
        return found

    def lost(self, merge: NfoMerge) -> list[str]:
        """Return the same elements, and those of ours in which others wrote, as texts; an edit must have none."""
        of_others = [_text_of(each) for each in self.of_others(merge)]
        return of_others + lost_parts(self._kind, self._leaving, self._arriving, self._ledger)

    def _is_lost(self, element: ReadElement, merge: NfoMerge) -> bool:
        """Return whether an element that leaves is a loss for others."""
        names = values_in(self._kind, element, numbers=True)
        if element.tag == "actor" and names:
            return not merge.answers(CAST) and self._is_lost_actor(element)
        if element.tag == "rating" and names:
            return not merge.answers("ratings.") and not repeats_own(names, self._own)
        if names:
            return not all(merge.answers(name) or self._is_known(name, value) for name, value in names.items())
        is_empty = not element.value() and not element.children
        fields = [group.field for group in groups(merge.content) if element.tag in group.tags]
        return not (is_empty or any(map(merge.answers_field, fields)) or self._is_own_id(element))

    def _is_known(self, name: str, value: Any) -> bool:
        """Return whether a value is still there, or is ours."""
        if isinstance(value, list):
            return keys_of(value) <= keys_of(self._after_values.get(name)) | own_keys(self._own, name)
        return value in (self._after_values.get(name), self._own.get(name))

    def _is_own_id(self, element: ReadElement) -> bool:
        """Return whether `<id>`, whose kind our reader does not know, repeats an id of ours."""
        return element.tag == "id" and element.value() in {self._own.get(each) for each in ID_FIELDS.values()}

    def _is_lost_actor(self, element: ReadElement) -> bool:
        """Return whether an actor of others leaves, or loses something that we do not write."""
        key = item_key(element)
        if key in own_keys(self._own, CAST):
            return False
        parts = Counter(tree_of(each) for each in element.children if each.tag not in _ORDER)
        same = [each for each in self._after.all("actor") if item_key(each) == key]
        return not any(not parts - Counter(map(tree_of, each.children)) for each in same)


def lost_parts(
    kind: NfoKind, leaving: Iterable[PlacedElement], arriving: Iterable[PlacedElement], ledger: Mapping[str, Any]
) -> list[str]:
    """
    Return what others wrote in elements of ours and lose with them, as texts.

    Args:
        kind: Of the root.
        leaving: The elements that leave it; only those of ours count.
        arriving: The elements that come into it; what they keep is not lost.
        ledger: The root of the ledger before the edit.

    """
    ours = [each for element in leaving for each in _single(element) if _is_ours(kind, each, ledger.get("values", {}))]
    if not ours:
        return []
    votes = ledger.get(VOTES)
    kept = Counter(part for element in arriving for each in _single(element) for part in _foreign_parts(each, votes))
    found: list[str] = []
    for each in ours:
        parts = Counter(_foreign_parts(each, votes))
        lost = parts - kept
        kept -= parts
        if lost:
            found.append(f"{_text_of(each)} with {', '.join(map(str, lost))}")
    return found


def _is_ours(kind: NfoKind, element: ReadElement, own: Mapping[str, Any]) -> bool:
    """Return whether all that an element says is ours; `own`: the values that are, by name."""
    if element.tag == "actor":
        return item_key(element) in own_keys(own, CAST)
    return are_ours(_names_of(kind, element), own)


def _foreign_parts(element: PlacedElement, votes: Mapping[str, int] | None) -> Iterator[ForeignPart]:
    """
    Yield what others wrote inside an element of ours; elements that say nothing are none.

    `votes`: those that we wrote, by the source of the rating; None: all votes count as ours.
    """
    own, source = _OWN_PARTS.get(element.tag, frozenset()), ""
    if element.tag == "rating":
        source = source_of(element)
        if votes is None or element.first("votes") == str(votes.get(source, "")):
            own = own | {"votes"}
    for name, value in element.attributes.items():
        if f"@{name}" not in own and value:
            yield ForeignPart(element.tag + source, f"@{name}", value)
    for each in element.children:
        if each.tag not in own and (each.value() or each.children or each.attributes):
            yield ForeignPart(element.tag + source, each.tag, tree_of(each))
    for remark in _REMARK.findall(_source(element)):
        yield ForeignPart(element.tag + source, "", remark)


def _single(element: PlacedElement) -> list[PlacedElement]:
    """Return the ratings of `<ratings>`, and any other element itself."""
    return [placed(each) for each in element.all("rating")] if element.tag == "ratings" else [element]


def _names_of(kind: NfoKind, element: ReadElement) -> dict[str, Any]:
    """Return what an element says; of a rating with a name, what `<ratings>` with it says."""
    is_single = element.tag == "rating" and "name" in element.attributes
    whole = ReadElement(tag="ratings", children=[element]) if is_single else element
    return values_in(kind, whole, numbers=True)


def _text_of(element: ReadElement) -> str:
    return f"<{element.tag}> {shortened(element.first('name') or element.first('value') or element.value())}".strip()


def _moved(before: PlacedElement, after: PlacedElement) -> tuple[list[PlacedElement], list[PlacedElement]]:
    """Return the elements of a root that it does not have after an edit, and those that it has since."""
    old, new = _apart(before.children, after.children, _source)  # most elements have the same bytes
    gone, come = _apart(old, new, tree_of)
    return [placed(each) for each in gone], [placed(each) for each in come]


def _apart(
    before: Sequence[ReadElement], after: Sequence[ReadElement], key: Callable[[ReadElement], Hashable]
) -> tuple[list[ReadElement], list[ReadElement]]:
    """Return the elements of both sides without the pairs that have the same key."""
    keys = [key(each) for each in before], [key(each) for each in after]
    both = Counter(keys[0]) & Counter(keys[1])
    return _without(before, keys[0], Counter(both)), _without(after, keys[1], both)


def _without(elements: Sequence[ReadElement], keys: Sequence[Hashable], pairs: Counter[Hashable]) -> list[ReadElement]:
    found = []
    for element, key in zip(elements, keys, strict=True):
        if pairs[key]:
            pairs[key] -= 1
        else:
            found.append(element)
    return found


def _source(element: ReadElement) -> bytes:
    place = placed(element)
    return place.page[place.start : place.end]


def tree_of(element: ReadElement) -> _Tree:
    """Return what an element says, without its bytes: elements with equal trees say the same."""
    children = tuple(map(tree_of, element.children)) if element.children else ()
    return element.tag, tuple(sorted(element.attributes.items())), element.value(), children
