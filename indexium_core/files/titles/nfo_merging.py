"""
The three-way merge of an NFO file: what we wrote, what the file says now, and what it is to say.

An edit removes only what is ours and no longer wanted, and adds what is missing. Only a value by hand takes the place of
a value of others; a value of ours that others changed since is drift, which a person decides. Values are compared as our
reader finds them, never bytes: a player that indents a file again leaves our values ours. docs/publishing.md has the rules
as a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from indexium_core.files.titles.nfo import ReadElement, document_of
from indexium_core.files.titles.nfo_elements import WantedGroup, as_read
from indexium_core.files.titles.nfo_elements import item_key as elements_key
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.publishing.nfo_content import (
    IS_PERSON,
    IS_THEIRS,
    SEASON_NAMES,
    SERIES_TITLE,
    NfoContent,
    WantedOrigin,
    groups,
)
from indexium_core.model.publishing.nfo_ownership import (
    CAST,
    NUMBERS,
    PEOPLE,
    ItemKey,
    item_key,
    keys_of,
    named_values,
    own_keys,
)
from indexium_core.model.titles.fields import rating_scale

_LISTS = frozenset({"genres", "countries", "studios", "tags", CAST, "crew.Director", "crew.Writer"})
_DATE = "release_date"  # the one date of a document, as our reader names it
_FREE_TO_ADD = frozenset({"hand", "provider"})  # origins whose values come into a file that exists
_OF_SEVERAL = frozenset({"id", "uniqueid"})  # tags that have several values, each of its own kind
_ORDER = frozenset({"order", "sortorder"})  # elements of an actor that only number it
_LONGEST = 60  # characters of an old value in a sentence
_Tree: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class Merge:
    """What one root is to say after an edit, and what others lose by it."""

    content: NfoContent  # only what may change
    replaced: dict[str, str] = field(default_factory=dict)  # values of others that give way to one by hand: name → old
    drifted: list[str] = field(default_factory=list)  # names of our values that others changed since

    def answers(self, name: str) -> bool:
        """Return whether a value may leave although it is not ours; the ratings of a root are one decision."""
        names = {*self.replaced, *self.drifted}
        return name in names or (_is_rating(name) and any(map(_is_rating, names)))

    def answers_field(self, field_name: str) -> bool:
        """Return the same about an element that our reader does not understand."""
        fields = {each.partition(".")[0] for each in (*self.replaced, *self.drifted)}
        return _name_of(field_name) in fields


def document_for(content: NfoContent) -> ReadElement:
    """Return the root element that a new file would have for a content, as our reader finds it."""
    children = [as_read(element) for group in groups(content) for element in group.elements]
    return ReadElement(tag=content.kind, children=children)


def people_of(content: NfoContent) -> frozenset[str]:
    """Return the keys of the actors that are in a content because of the people of the files."""
    cast = content.values.get(CAST) or ()
    return frozenset(person_key(each["name"]) for each in cast if each.get(IS_PERSON))


def merged(content: NfoContent, own: Mapping[str, Any], root: ReadElement) -> Merge:
    """
    Return what a root is to say.

    Args:
        content: What the file is to say, as if it were new.
        own: The values of the root that are ours, by name.
        root: The root as it is.

    """
    return _Merging(content, own, root).merge()


class _Merging:
    """One merge."""

    def __init__(self, content: NfoContent, own: Mapping[str, Any], root: ReadElement) -> None:
        self._content, self._own = content, own
        self._present = named_values(document_of(content.kind, root), numbers=True)
        self._wanted = named_values(document_of(content.kind, document_for(content)), numbers=True)
        self._filled = {each.tag for each in root.children if each.value() or each.children}
        self._root = root
        self._groups = {_name_of(group.field): group for group in groups(content)}
        self._people = people_of(content)
        self._merge = Merge(content)
        self._dropped: frozenset[str] = frozenset()  # sources of ratings that leave

    def merge(self) -> Merge:
        """Return the result."""
        values: dict[str, Any] = {}
        for name in self._single_names():
            if self._may_write(name):
                values[name] = self._value_of(name)
        values |= self._lists()
        values |= self._ratings()
        self._merge.content = self._with(values)
        return self._merge

    # Single values.

    def _single_names(self) -> list[str]:
        """Return the names of values that are no lists: those that are wanted, cleared, or were ours."""
        cleared = [_name_of(name) for name, value in self._content.values.items() if value in (None, "", [], {})]
        names = dict.fromkeys([*self._wanted, *cleared, *self._own])
        others = {*_LISTS, PEOPLE, "ratings", "crew"}
        return [each for each in names if each not in others and not _is_rating(each)]

    def _may_write(self, name: str) -> bool:
        """Return whether a value is written or cleared; note what others lose by it."""
        wanted, present, own = (each.get(name) for each in (self._wanted, self._present, self._own))
        origin = self._origin(name)
        if name == "year" and "year" not in self._filled:  # our reader takes it from the date
            own = None
            if self._present.get(_DATE) == self._own.get(_DATE):
                present = present if present == wanted else None
        if wanted is None:
            if own is not None and present == own:
                return True
            is_by_hand = origin == "hand" and _is_cleared(self._content, name)
            return is_by_hand and self._is_filled(name) and self._replaces(name, present)
        if name == "year" and name not in self._content.values:  # that of the wanted date
            return own is not None and present == own and present != wanted
        if present == wanted:
            return origin == "hand" and not self._is_said_alike(name) and self._replaces(name, present)
        if own is not None and present == own:
            return True
        if own is not None:
            return self._drifts(name, origin)
        if not self._is_filled(name):
            return origin in _FREE_TO_ADD
        return origin == "hand" and self._replaces(name, present)

    def _is_said_alike(self, name: str) -> bool:
        """Return whether all elements with a value agree: other programs leave old forms of it behind."""
        group = self._groups.get(name)
        return group is None or "." in name or WantedGroup.of(self._content.kind, group).found_in(self._root).has_value

    def _is_filled(self, name: str) -> bool:
        """Return whether an element has the value, or has a text in its place that our reader does not understand."""
        if name in self._present:
            return True
        group = None if "." in name else self._groups.get(name)
        return group is not None and not self._filled.isdisjoint({*group.tags} - _OF_SEVERAL)

    def _replaces(self, name: str, present: Any) -> bool:
        self._merge.replaced[name] = _shortened(present)
        return True

    def _drifts(self, name: str, origin: str) -> bool:
        """Return whether a value that others changed is written if a person says so; note that it is drift."""
        if origin not in _FREE_TO_ADD:
            return False
        self._merge.drifted.append(name)
        return True

    def _origin(self, name: str) -> str:
        if name == _DATE and "aired" in self._content.values:
            name = "aired"
        return self._content.origin_of(name)

    def _value_of(self, name: str) -> Any:
        """Return the value of a single name in the form of a content; None clears it."""
        if name == _DATE:
            found = next((each for each in ("aired", _DATE) if self._content.values.get(each)), None)
            return None if found is None else self._content.values[found]
        is_of_content = "." in name or name in (*NUMBERS, SERIES_TITLE)
        return self._wanted.get(name) if is_of_content else self._content.values.get(name)

    # Lists.

    def _lists(self) -> dict[str, Any]:
        """Return the lists that change, whole and in their new order."""
        found: dict[str, Any] = {}
        for name in sorted({*self._wanted, *self._own, *self._present} & (_LISTS | {PEOPLE})):
            if name == PEOPLE and CAST in found:
                continue
            items = self._list(CAST if name == PEOPLE else name)
            if items is not None:
                found[CAST if name == PEOPLE else name] = items
        crew = [name for name in found if name.startswith("crew.")]
        if crew:
            found["crew"] = self._crew(found)
            for name in crew:
                del found[name]
        return found

    def _crew(self, found: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
        """Return the people of both jobs, because one value has them; a job that does not change stays as it is."""
        return [
            {"name": name, "job": job}
            for job in ("Director", "Writer")
            for name in found.get(f"crew.{job}", self._present.get(f"crew.{job}", ()))
        ]

    def _list(self, name: str) -> list[Any] | None:
        """Return the items of a list after the edit; None if it stays."""
        field_name = name.partition(".")[0]
        origin, present = self._origin(name), list(self._present.get(name, ()))
        ours, here = own_keys(self._own, name), keys_of(present)
        wanted = [each for each in self._wanted.get(name, ()) if not self._is_person(name, each)]
        people = [each for each in self._wanted.get(name, ()) if self._is_person(name, each)]
        theirs = [each for each in present if item_key(each) not in ours]
        is_by_hand = origin == "hand" and field_name in self._content.values
        if not is_by_hand and not self._writes_list(name, origin, theirs, wanted):
            wanted = []
        wanted = self._without_drift(name, origin, wanted, ours, here)
        if is_by_hand:
            kept = self._by_hand(name, wanted, theirs)
        else:
            kept = self._kept(name, present, theirs, wanted, people, ours)
        final = [*kept, *self._missing(name, kept, people, ours, here)]
        if [item_key(each) for each in final] == [item_key(each) for each in present]:
            return None
        return self._as_content(name, final, set() if is_by_hand else keys_of(theirs))

    def _by_hand(self, name: str, wanted: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
        """Return the items that a person has chosen; of others, only the people of the files stay beside them."""
        chosen = keys_of(wanted)
        left = [each for each in theirs if item_key(each) not in chosen]
        stays = [each for each in left if name == CAST and person_key(each["name"]) in self._people]
        gone = [item_key(each)[0] for each in left if each not in stays]
        if gone:
            self._merge.replaced[name] = _shortened(", ".join(gone))
        return [*wanted, *stays]

    def _is_person(self, name: str, item: Any) -> bool:
        return name == CAST and not item.get("character") and person_key(item["name"]) in self._people

    def _writes_list(self, name: str, origin: str, theirs: Sequence[Any], wanted: Sequence[Any]) -> bool:
        """
        Return whether values that nobody gave by hand come into a list.

        A list into which others wrote, and we did not, belongs to others. What a name or another NFO file says comes
        only into a list that is ours.
        """
        ours = keys_of(self._own.get(name))
        return (not theirs or bool(ours & keys_of(wanted))) if origin in _FREE_TO_ADD else bool(ours)

    def _without_drift(
        self, name: str, origin: str, wanted: Sequence[Any], ours: Collection[ItemKey], here: Collection[ItemKey]
    ) -> list[Any]:
        """Return the wanted items; of those that were ours and that others removed, only what a person decides."""
        removed = [each for each in wanted if item_key(each) in ours and item_key(each) not in here]
        if not removed:
            return list(wanted)
        if origin in _FREE_TO_ADD:
            self._merge.drifted.append(name)
            return list(wanted)
        return [each for each in wanted if each not in removed]

    def _kept(
        self,
        name: str,
        present: Sequence[Any],
        theirs: Sequence[Any],
        wanted: Sequence[Any],
        people: Sequence[Any],
        ours: Collection[ItemKey],
    ) -> list[Any]:
        """Return the items that stay, and the new ones of the list itself behind them."""
        stays = keys_of(wanted) | keys_of(people)
        if not theirs:  # the list is ours, so it has our order
            return list(wanted)
        kept = [each for each in present if item_key(each) not in ours or item_key(each) in stays]
        names = {person_key(each["name"]) for each in kept} if name == CAST else set()
        return kept + [
            each
            for each in wanted
            if item_key(each) not in keys_of(kept) and not (name == CAST and person_key(each["name"]) in names)
        ]

    def _missing(
        self,
        name: str,
        kept: Sequence[Any],
        people: Sequence[Any],
        ours: Collection[ItemKey],
        here: Collection[ItemKey],
    ) -> list[Any]:
        """Return the people that a cast lacks; one of ours whom others removed stays away."""
        if name != CAST:
            return []
        known = {person_key(each["name"]) for each in kept}
        return [
            each
            for each in people
            if person_key(each["name"]) not in known and (item_key(each) in here or item_key(each) not in ours)
        ]

    def _as_content(self, name: str, items: Sequence[Any], theirs: Collection[ItemKey]) -> list[Any]:
        """Return a list as a value of a content; the actors `theirs` keep their numbers."""
        if name != CAST:
            return list(items)
        return [
            {"name": each["name"], "character": each.get("character", ""), "order": order}
            | ({IS_THEIRS: True} if item_key(each) in theirs else {})
            | ({IS_PERSON: True} if self._is_person(name, each) else {})
            for order, each in enumerate(items)
        ]

    # Ratings.

    def _ratings(self) -> dict[str, Any]:
        """Return the ratings that are written; those of other sources stay, and `dropped_ratings` leave."""
        sources = [each for each in dict.fromkeys([*self._wanted, *self._own]) if _is_rating(each)]
        theirs = [
            each for each in self._present if _is_rating(each) and self._own.get(each) != self._present[each]
        ]
        origin = self._origin("ratings")
        is_shared = any(self._own.get(each) is not None and each in self._wanted for each in sources)
        if origin != "hand" and theirs and not is_shared:
            sources = [each for each in sources if each in self._own]
        changed = [each for each in sources if self._may_write(each)]
        gone = {each.partition(".")[2] for each in changed if each not in self._wanted}
        if _is_cleared(self._content, "ratings") and origin == "hand":
            gone |= {each.partition(".")[2] for each in theirs if self._replaces(each, self._present[each])}
        self._dropped = frozenset(gone)
        if not changed and not gone:
            return {}
        written = {
            each.partition(".")[2]
            for each in sources
            if each in self._wanted and (each in changed or self._own.get(each) == self._present.get(each))
        }
        ratings = self._content.values.get("ratings") or {}
        return {"ratings": {name: value for name, value in ratings.items() if name in written}}

    # The result.

    def _with(self, values: Mapping[str, Any]) -> NfoContent:
        """Return a content with the values that change."""
        content = self._content
        fields = {name: value for name, value in values.items() if "." not in name and name not in NUMBERS}
        if _DATE in fields and "aired" in content.values:
            fields["aired"] = fields.pop(_DATE)
        if "votes" in content.values:
            fields["votes"] = content.values["votes"]
        names = {
            int(name.partition(".")[2]): value or ""
            for name, value in values.items()
            if name.startswith(f"{SEASON_NAMES}.")
        }
        title = fields.pop(SERIES_TITLE, "") or ""
        unwanted: dict[str, WantedOrigin] = dict.fromkeys([each for each in fields if each not in content.values], "nfo")
        return replace(
            content,
            values=fields,
            origins={**content.origins, **unwanted},
            season=values.get("season"),
            episode=values.get("episode"),
            series_title=title,
            season_names=names,
            dropped_ratings=self._dropped,
        )


def _is_rating(name: str) -> bool:
    return name.startswith("ratings.")


def _name_of(field_name: str) -> str:
    return _DATE if field_name == "aired" else field_name


def _is_cleared(content: NfoContent, name: str) -> bool:
    """Return whether a person has emptied a field."""
    fields = ("aired", _DATE) if name == _DATE else (name,)
    return any(each in content.values and content.values[each] in (None, "", [], {}) for each in fields)


def _shortened(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# The proof that nothing of others is lost


def lost(before: ReadElement, after: ReadElement, own: Mapping[str, Any], merge: Merge) -> list[str]:
    """
    Return the elements of others that leave a root without a decision, as texts; an edit must have none.

    Args:
        before: The root before the edit.
        after: The root after it.
        own: The values of the root that are ours, by name.
        merge: The merge, with the values that a person answers for.

    """
    leaving = Counter(map(_tree, before.children)) - Counter(map(_tree, after.children))
    if not leaving:
        return []
    proof = _Proof(after, own, merge)
    found = []
    for element in before.children:
        tree = _tree(element)
        if leaving[tree] > 0:
            leaving[tree] -= 1
            if proof.is_lost(element):
                text = _shortened(element.first("name") or element.value())
                found.append(f"<{element.tag}> {text}".strip())
    return found


class _Proof:
    """Judges the elements that leave one root."""

    def __init__(self, after: ReadElement, own: Mapping[str, Any], merge: Merge) -> None:
        self._after, self._own, self._merge, self._kind = after, own, merge, merge.content.kind
        self._said = named_values(document_of(self._kind, after), numbers=True)
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
            return keys_of(value) <= keys_of(self._said.get(name)) | own_keys(self._own, name)
        return value in (self._said.get(name), self._own.get(name))

    def _is_own_id(self, element: ReadElement) -> bool:
        """Return whether `<id>`, whose kind our reader does not know, repeats an id of ours."""
        return element.tag == "id" and element.value() in {self._own.get(each) for each in ID_FIELDS.values()}

    def _is_own_rating(self, names: Mapping[str, Any]) -> bool:
        """Return whether `<rating>`, the old form of the rating that players show, repeats one of ours."""
        ours = {
            round(value * 10 / rating_scale(name.partition(".")[2]), 1)
            for name, value in self._own.items()
            if _is_rating(name)
        }
        return all(round(value, 1) in ours for name, value in names.items() if _is_rating(name))

    def _is_lost_actor(self, element: ReadElement) -> bool:
        """Return whether an actor of others leaves, or loses something that we do not write."""
        key = elements_key(element)
        if self._merge.answers(CAST) or key in own_keys(self._own, CAST):
            return False
        parts = Counter(_tree(each) for each in element.children if each.tag not in _ORDER)
        same = [each for each in self._after.all("actor") if elements_key(each) == key]
        return not any(not parts - Counter(map(_tree, each.children)) for each in same)


def _tree(element: ReadElement) -> _Tree:
    children = tuple(map(_tree, element.children)) if element.children else ()
    return element.tag, tuple(sorted(element.attributes.items())), element.value(), children
