"""
The proof that an edit of an NFO file loses nothing of others.

Each element that leaves is ours, or the merge answers for it. The proof knows nothing of how the edit was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from indexium_core.files.titles.nfo import ReadElement
from indexium_core.files.titles.nfo_elements import item_key, values_in
from indexium_core.files.titles.nfo_layout import PlacedElement
from indexium_core.files.titles.nfo_merging import NfoMerge, repeats_own, shortened
from indexium_core.files.titles.nfo_page import placed
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import groups
from indexium_core.model.publishing.nfo_ownership import CAST, keys_of, named_values, own_keys
from indexium_core.model.titles.nfo import NfoDocument

_ORDER = frozenset({"order", "sortorder"})  # elements of an actor that only number it
_Tree: TypeAlias = tuple[Any, ...]


class LossProof:
    """The elements that leave one root by an edit."""

    def __init__(
        self, before: PlacedElement, after: PlacedElement, document: NfoDocument, own: Mapping[str, Any]
    ) -> None:
        """
        Compare a root before and after an edit.

        Args:
            before: The root before the edit.
            after: The root after it.
            document: What the root says after it.
            own: The values of the root that are ours before the edit, by name.

        """
        self._leaving, self._after, self._own, self._kind = _leaving(before, after), after, own, document.kind
        self._after_values = named_values(document, numbers=True) if self._leaving else {}

    def of_others(self, merge: NfoMerge) -> list[PlacedElement]:
        """Return the elements of others that leave without an answer of a merge."""
        return [each for each in self._leaving if self._is_lost(each, merge)]

    def changed_of_others(self, merge: NfoMerge, tags: Collection[str]) -> list[PlacedElement]:
        """Return the same, and those with some tags that only change: an actor gets a number, an empty one a text."""
        ours = own_keys(self._own, CAST)

        def changes(element: ReadElement) -> bool:
            is_empty = not (element.value() or element.children)
            return is_empty or (element.tag == "actor" and item_key(element) not in ours)

        return [each for each in self._leaving if self._is_lost(each, merge) or (each.tag in tags and changes(each))]

    def lost(self, merge: NfoMerge) -> list[str]:
        """Return the same elements as texts; an edit must have none."""
        found = self.of_others(merge)
        return [f"<{each.tag}> {shortened(each.first('name') or each.value())}".strip() for each in found]

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


def _leaving(before: PlacedElement, after: PlacedElement) -> list[PlacedElement]:
    """Return the elements of a root that it does not have after an edit."""
    if before is after:
        return []
    old, new = _apart(before.children, after.children, _source)  # most elements have the same bytes
    gone, _ = _apart(old, new, tree_of)
    return [placed(each) for each in gone]


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
