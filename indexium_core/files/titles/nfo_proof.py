"""
The proof that an edit of an NFO file loses nothing of others.

Each element that leaves is ours, or the merge answers for it. The proof knows nothing of how the edit was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

from indexium_core.files.titles.nfo import ReadElement, document_of
from indexium_core.files.titles.nfo_elements import item_key
from indexium_core.files.titles.nfo_merging import NfoMerge, is_rating, shortened
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import groups
from indexium_core.model.publishing.nfo_ownership import CAST, keys_of, named_values, own_keys
from indexium_core.model.titles.fields import rating_scale

_ORDER = frozenset({"order", "sortorder"})  # elements of an actor that only number it
_Tree: TypeAlias = tuple[Any, ...]


def lost(before: ReadElement, after: ReadElement, own: Mapping[str, Any], merge: NfoMerge) -> list[str]:
    """Return the elements of others that leave a root without a decision, as texts; an edit must have none."""
    elements = leaving_of_others(before, after, own, merge)
    return [f"<{each.tag}> {shortened(each.first('name') or each.value())}".strip() for each in elements]


def leaving_of_others(
    before: ReadElement, after: ReadElement, own: Mapping[str, Any], merge: NfoMerge
) -> list[ReadElement]:
    """
    Return the elements of others that leave a root without an answer of a merge.

    Args:
        before: The root before the edit.
        after: The root after it.
        own: The values of the root that are ours, by name.
        merge: The merge, with the values that a person answers for.

    """
    leaving = Counter(map(_tree, before.children)) - Counter(map(_tree, after.children))
    if not leaving:
        return []
    proof = _LossProof(after, own, merge)
    found = []
    for element in before.children:
        tree = _tree(element)
        if leaving[tree] > 0:
            leaving[tree] -= 1
            if proof.is_lost(element):
                found.append(element)
    return found


class _LossProof:
    """Judges the elements that leave one root."""

    def __init__(self, after: ReadElement, own: Mapping[str, Any], merge: NfoMerge) -> None:
        self._after, self._own, self._merge, self._kind = after, own, merge, merge.content.kind
        self._after_values = named_values(document_of(self._kind, after), numbers=True)
        self._tags = {group.field: group.tags for group in groups(merge.content)}

    def is_lost(self, element: ReadElement) -> bool:
        """Return whether an element that leaves is a loss for others."""
        alone = document_of(self._kind, ReadElement(tag=self._kind, children=[element]))
        names = named_values(alone, numbers=True)
        if element.tag != "year":  # that of a date
            names.pop("year", None)
        if element.tag == "actor" and names:
            return self._is_lost_actor(element)
        if element.tag == "rating" and names:
            return not self._merge.answers("ratings.") and not self._is_own_rating(names)
        if names:
            return not all(self._is_answered(name, value) for name, value in names.items())
        is_empty = not element.value() and not element.children
        fields = [name for name, tags in self._tags.items() if element.tag in tags]
        return not (is_empty or any(map(self._merge.answers_field, fields)) or self._is_own_id(element))

    def _is_answered(self, name: str, value: Any) -> bool:
        if self._merge.answers(name):
            return True
        if isinstance(value, list):
            return keys_of(value) <= keys_of(self._after_values.get(name)) | own_keys(self._own, name)
        return value in (self._after_values.get(name), self._own.get(name))

    def _is_own_id(self, element: ReadElement) -> bool:
        """Return whether `<id>`, whose kind our reader does not know, repeats an id of ours."""
        return element.tag == "id" and element.value() in {self._own.get(each) for each in ID_FIELDS.values()}

    def _is_own_rating(self, names: Mapping[str, Any]) -> bool:
        """Return whether `<rating>`, the old form of the rating that players show, repeats one of ours."""
        ours = {
            round(value * 10 / rating_scale(name.partition(".")[2]), 1)
            for name, value in self._own.items()
            if is_rating(name)
        }
        return all(round(value, 1) in ours for name, value in names.items() if is_rating(name))

    def _is_lost_actor(self, element: ReadElement) -> bool:
        """Return whether an actor of others leaves, or loses something that we do not write."""
        key = item_key(element)
        if self._merge.answers(CAST) or key in own_keys(self._own, CAST):
            return False
        parts = Counter(_tree(each) for each in element.children if each.tag not in _ORDER)
        same = [each for each in self._after.all("actor") if item_key(each) == key]
        return not any(not parts - Counter(map(_tree, each.children)) for each in same)


def _tree(element: ReadElement) -> _Tree:
    children = tuple(map(_tree, element.children)) if element.children else ()
    return element.tag, tuple(sorted(element.attributes.items())), element.value(), children
