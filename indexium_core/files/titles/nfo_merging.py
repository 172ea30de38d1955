"""
The three-way merge of an NFO file: what we wrote, what the file says now, and what it is to say.

An edit removes only what is ours and no longer wanted, and adds what is missing. Only a value by hand takes the place
of a value of others; a value of ours that others changed since is drift, which a person decides. Values are compared as
our reader finds them, never bytes: a player that indents a file again leaves our values ours. docs/publishing.md has
the rules as a table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from indexium_core.files.titles.nfo import ReadElement, document_of
from indexium_core.files.titles.nfo_elements import WantedGroup, as_read, read_value, values_in
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_content import (
    IS_PERSON,
    IS_THEIRS,
    SEASON_NAMES,
    SERIES_TITLE,
    ElementGroup,
    NfoContent,
    PublishedKind,
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
from indexium_core.model.titles.nfo import NfoDocument

_LISTS = frozenset({"genres", "countries", "studios", "tags", CAST, "crew.Director", "crew.Writer"})
_FLAT = "ratings.default"  # the rating of `<rating>`
_DATE = "release_date"  # the one date of a document, as our reader names it
FREE_TO_ADD = frozenset({"hand", "provider"})  # origins whose values come into a file that exists
_OF_SEVERAL = frozenset({"id", "uniqueid"})  # tags that have several values, each of its own kind
_LONGEST = 60  # characters of an old value in a sentence
# keep: it stays; write: it is written or leaves; replace: the same, over a value of others; drift: the same, if a
# person says so.
_Verdict: TypeAlias = Literal["keep", "write", "replace", "drift"]


@dataclass(slots=True)
class NfoMerge:
    """What one root is to say after an edit, and what others lose by it."""

    content: NfoContent  # only what may change
    replaced: dict[str, str] = field(default_factory=dict)  # values of others that give way to one by hand: name → old
    drifted: dict[str, str] = field(default_factory=dict)  # values of ours that others changed since: name → theirs

    def answers(self, name: str) -> bool:
        """Return whether a value may leave although it is not ours; the ratings of a root are one decision."""
        names = {*self.replaced, *self.drifted}
        return name in names or (is_rating(name) and any(map(is_rating, names)))

    def answers_field(self, field_name: str) -> bool:
        """Return the same about an element that our reader does not understand."""
        fields = {each.partition(".")[0] for each in (*self.replaced, *self.drifted)}
        return _name_of(field_name) in fields


def document_for(content: NfoContent) -> NfoDocument:
    """Return what a new file would say for a content, as our reader finds it."""
    return _document_of(content.kind, groups(content))


def _document_of(kind: PublishedKind, found: Iterable[ElementGroup]) -> NfoDocument:
    children = [as_read(element) for group in found for element in group.elements]
    return document_of(kind, ReadElement(tag=kind, children=children))


def people_of(content: NfoContent) -> frozenset[str]:
    """Return the keys of the actors that are in a content because of the people of the files."""
    cast = content.values.get(CAST) or ()
    return frozenset(person_key(each["name"]) for each in cast if each.get(IS_PERSON))


def merged(
    content: NfoContent, own: Mapping[str, Any], root: ReadElement, document: NfoDocument, *, is_of_others: bool
) -> NfoMerge:
    """
    Return what a root is to say.

    Args:
        content: What the file is to say, as if it were new.
        own: The values of the root that are ours, by name.
        root: The root as it is.
        document: What the root says.
        is_of_others: The root was there before us.

    """
    return _Merging(content, own, root, document, is_of_others=is_of_others).merge()


class _Merging:
    """One merge."""

    def __init__(
        self,
        content: NfoContent,
        own: Mapping[str, Any],
        root: ReadElement,
        document: NfoDocument,
        *,
        is_of_others: bool,
    ) -> None:
        # A file that we wrote as a whole has a title of ours; others may have added what they know.
        has_ours = "title" in own or named_values(document).keys() <= own.keys() | {CAST}
        self._is_our_file = has_ours and not is_of_others
        if own and not self._is_our_file:
            content = _without_local(content)
        self._content, self._own = content, own
        self._present = named_values(document, numbers=True)
        found = groups(content)
        self._wanted = named_values(_document_of(content.kind, found), numbers=True)
        self._filled = {each.tag for each in root.children if each.value() or each.children}
        self._root = root
        self._groups = {_name_of(group.field): group for group in found}
        self._people = people_of(content)
        self._merge = NfoMerge(content)
        self._dropped: frozenset[str] = frozenset()  # sources of ratings that leave

    def merge(self) -> NfoMerge:
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
        return [each for each in names if each not in others and not is_rating(each)]

    def _may_write(self, name: str) -> bool:
        """Return whether a value is written or cleared; note what others lose by it."""
        verdict = self._on_removal(name) if name not in self._wanted else self._on_value(name)
        if verdict == "replace":
            self._merge.replaced[name] = self._text_of(name)
        elif verdict == "drift":
            self._merge.drifted[name] = self._text_of(name)
        return verdict != "keep"

    def _on_removal(self, name: str) -> _Verdict:
        """Return what happens to a value that nobody wants: ours leaves, one of others only if a person empties it."""
        own, present = self._own.get(name), self._present.get(name)
        if own is not None and present == own and not self._is_of_date(name):
            return "write"
        is_by_hand = self._origin(name) == "hand" and _is_cleared(self._content, name)
        return "replace" if is_by_hand and self._is_filled(name) else "keep"

    def _on_value(self, name: str) -> _Verdict:
        """Return what happens to a wanted value, by the table of docs/publishing.md."""
        wanted, present, own = self._wanted[name], self._present.get(name), self._own.get(name)
        origin = self._origin(name)
        if present == wanted:
            return "replace" if origin == "hand" and not self._agrees(name) else "keep"
        is_filled = self._is_filled(name)
        if self._is_of_date(name):
            own, is_filled = None, name in self._filled or self._present.get(_DATE) != self._own.get(_DATE)
            if name not in self._content.values:
                return "keep"
        if own is not None:
            return "write" if present == own else "drift" if origin in FREE_TO_ADD else "keep"
        if is_filled:
            is_replaced = not self._is_of_date(name)  # a year beside a date of others replaces nothing
            return ("replace" if is_replaced else "write") if origin == "hand" else "keep"
        return "write" if origin in FREE_TO_ADD else "keep"

    def _text_of(self, name: str) -> str:
        """Return the value of a root as a text: those of all its elements, if they differ."""
        kind, group, value = self._content.kind, self._groups.get(name), self._present.get(name)
        if group is None or "." in name:
            return shortened(value)
        elements = [each for each in self._root.children if each.tag in group.tags]
        texts = dict.fromkeys(str(each) for each in (read_value(kind, name, [one]) for one in elements) if each)
        return shortened(" / ".join(texts) if len(texts) > 1 else value)

    def _is_of_date(self, name: str) -> bool:
        """Return whether a value is no element: our reader takes a year that it does not find from the date."""
        years = [each for each in self._root.children if each.tag == "year"]
        return name == "year" and read_value(self._content.kind, name, years) is None

    def _agrees(self, name: str) -> bool:
        """Return whether all elements with a value agree: other programs leave old forms of it behind."""
        group = self._groups.get(name)
        return group is None or "." in name or WantedGroup.of(self._content.kind, group).found_in(self._root).has_value

    def _is_filled(self, name: str) -> bool:
        """Return whether an element has the value, or has a text in its place that our reader does not understand."""
        if name in self._present:
            return True
        group = None if "." in name else self._groups.get(name)
        return group is not None and not self._filled.isdisjoint({*group.tags} - _OF_SEVERAL)

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

    def _crew(self, found: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Return the people of both jobs, because one value has them; a job that does not change stays as it is."""
        crew = list[dict[str, Any]]()
        for job in ("Director", "Writer"):
            present = self._present.get(f"crew.{job}", ())
            for name in found.get(f"crew.{job}", present):
                crew.append({"name": name, "job": job} | ({IS_THEIRS: True} if name in present else {}))
        return crew

    def _list(self, name: str) -> list[Any] | None:
        """Return the items of a list after the edit, as a value of a content; None if it stays."""
        items, origin = self._wanted.get(name, ()), self._origin(name)
        found = _ListMerge(
            name=name,
            origin=origin,
            is_by_hand=origin == "hand" and name.partition(".")[0] in self._content.values,
            present=list(self._present.get(name, ())),
            ours=own_keys(self._own, name),
            of_list=keys_of(self._own.get(name)),
            is_our_file=self._is_our_file,
            wanted=[each for each in items if not self._is_person(name, each)],
            people=[each for each in items if self._is_person(name, each)],
        )
        final = found.merge()
        if found.gone:
            self._merge.replaced[name] = shortened(", ".join(found.gone))
        if found.is_drifted:
            self._merge.drifted[name] = ""  # the lines of the plan show which items come back
        if self._is_same_list(name, final, found.present):
            return None
        stays = keys_of(found.theirs) - (keys_of(found.wanted) if found.is_by_hand else set())
        return self._actors(final, stays) if name == CAST else final

    def _is_same_list(self, name: str, final: Sequence[Any], present: Sequence[Any]) -> bool:
        """Return whether a list stays: players sort it, so another order counts only if it is not the one we wrote."""
        wanted, here = [item_key(each) for each in final], [item_key(each) for each in present]
        people = self._own.get(PEOPLE, ()) if name == CAST else ()
        written = [*map(item_key, self._own.get(name, ())), *((each, "") for each in people)]
        return wanted == here or (wanted == written and sorted(wanted) == sorted(here))

    def _is_person(self, name: str, item: Any) -> bool:
        return name == CAST and not item.get("character") and person_key(item["name"]) in self._people

    def _actors(self, cast: Sequence[Any], theirs: Collection[ItemKey]) -> list[Any]:
        """Return a cast as a value of a content; the actors `theirs` keep their numbers."""
        return [
            {"name": each["name"], "character": each.get("character", ""), "order": order}
            | ({IS_THEIRS: True} if item_key(each) in theirs else {})
            | ({IS_PERSON: True} if self._is_person(CAST, each) else {})
            for order, each in enumerate(cast)
        ]

    # Ratings.

    def _ratings(self) -> dict[str, Any]:
        """Return the ratings that are written; those of other sources stay, and `dropped_ratings` leave."""
        sources = [each for each in dict.fromkeys([*self._wanted, *self._own]) if is_rating(each)]
        theirs = [each for each in self._present if is_rating(each) and self._own.get(each) != self._present[each]]
        origin = self._origin("ratings")
        if origin != "hand" and self._has_flat_of_others():
            return self._withdrawn_ratings(sources)
        is_shared = any(self._own.get(each) is not None and each in self._wanted for each in sources)
        if origin != "hand" and theirs and not is_shared:
            sources = [each for each in sources if each in self._own]
        changed = [each for each in sources if self._may_write(each)]
        gone = {each.partition(".")[2] for each in changed if each not in self._wanted}
        if _is_cleared(self._content, "ratings") and origin == "hand":
            self._merge.replaced |= {each: shortened(self._present[each]) for each in theirs}
            gone |= {"default", *(each.partition(".")[2] for each in theirs)}  # also `<rating>` beside `<ratings>`
        self._dropped = frozenset(gone)
        if not changed and not gone:
            return {}
        if origin == "hand" and _FLAT in theirs:  # one element without a source, which says the rating that counts
            self._merge.replaced[_FLAT] = shortened(self._present[_FLAT])
        written = {
            each.partition(".")[2]
            for each in sources
            if each in self._wanted and (each in changed or self._is_unchanged(each))
        }
        ratings = self._content.values.get("ratings") or {}
        return {"ratings": {name: value for name, value in ratings.items() if name in written}}

    def _has_flat_of_others(self) -> bool:
        """Return whether others wrote `<rating>`, which ours would replace."""
        flat = [each for each in self._root.all("rating") if each.value()]
        return not all(repeats_own(values_in(self._content.kind, each), self._own) for each in flat)

    def _withdrawn_ratings(self, sources: Sequence[str]) -> dict[str, Any]:
        """Return no ratings, so that ours leave."""
        self._dropped = frozenset(each.partition(".")[2] for each in sources if self._is_unchanged(each))
        return {"ratings": {}} if self._dropped else {}

    def _is_unchanged(self, name: str) -> bool:
        """Return whether a value is ours and as we wrote it."""
        return self._own.get(name) is not None and self._own[name] == self._present.get(name)

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
        title = fields.pop(SERIES_TITLE, "")
        unwanted: dict[str, WantedOrigin] = dict.fromkeys(
            [each for each in fields if each not in content.values], "nfo"
        )
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


@dataclass(slots=True, kw_only=True)
class _ListMerge:
    """The merge of one list, item by item."""

    name: str
    origin: str
    is_by_hand: bool  # a person has given the whole list
    present: list[Any]
    ours: Collection[ItemKey]  # items that we wrote, people included
    of_list: Collection[ItemKey]  # … without people
    is_our_file: bool
    wanted: list[Any]  # items of the list itself
    people: list[Any]  # people of the files, behind them
    gone: list[str] = field(default_factory=list)  # items of others that give way to a list by hand
    is_drifted: bool = False  # others removed items of ours that are wanted

    @property
    def theirs(self) -> list[Any]:
        """The present items of others."""
        return [each for each in self.present if item_key(each) not in self.ours]

    def merge(self) -> list[Any]:
        """Return the items after the edit, in their order."""
        if not self.is_by_hand and not self._is_written_into():
            self.wanted = []
        self._judge_removed()
        kept = self._chosen() if self.is_by_hand else self._kept()
        return [*kept, *self._missing_people(kept)]

    def _is_written_into(self) -> bool:
        """
        Return whether values that nobody gave by hand come into the list.

        A list into which others wrote, and we did not, belongs to others. What a name or another NFO file says comes
        only into a list of ours in a file of ours.
        """
        if self.origin not in FREE_TO_ADD:
            return bool(self.of_list) and self.is_our_file
        return not self.theirs or not keys_of(self.wanted).isdisjoint(self.of_list)

    def _judge_removed(self) -> None:
        """Judge the wanted items that were ours and that others removed: a person decides whether they come back."""
        here = keys_of(self.present)
        left = [each for each in self.wanted if item_key(each) in here or item_key(each) not in self.ours]
        self.is_drifted = len(left) < len(self.wanted) and self.origin in FREE_TO_ADD
        if not self.is_drifted:
            self.wanted = left

    def _chosen(self) -> list[Any]:
        """Return the items that a person has chosen; of others, only the people of the files stay beside them."""
        chosen, people = keys_of(self.wanted), self._names(self.people)
        stays: list[Any] = []
        for each in self.theirs:
            if item_key(each) in chosen:
                continue
            if self._names([each]).isdisjoint(people):
                self.gone.append(item_key(each)[0])
            else:
                stays.append(each)
        return [*self.wanted, *stays]

    def _kept(self) -> list[Any]:
        """Return the items that stay, and the new ones of the list itself behind them."""
        if not self.theirs:  # the list is ours, so it has our order
            return list(self.wanted)
        stays = keys_of(self.wanted) | keys_of(self.people)
        kept = [each for each in self.present if item_key(each) not in self.ours or item_key(each) in stays]
        known, names = keys_of(kept), self._names(kept)
        new = [each for each in self.wanted if item_key(each) not in known]
        return kept + [each for each in new if self._names([each]).isdisjoint(names)]

    def _missing_people(self, kept: Sequence[Any]) -> list[Any]:
        """Return the people that the list lacks; one of ours whom others removed stays away."""
        names, here = self._names(kept), keys_of(self.present)
        missing = [each for each in self.people if self._names([each]).isdisjoint(names)]
        return [each for each in missing if item_key(each) in here or item_key(each) not in self.ours]

    def _names(self, items: Sequence[Any]) -> set[str]:
        """Return the keys of people in a cast: an actor with another role is no other person. Other lists have none."""
        return {person_key(each["name"]) for each in items} if self.name == CAST else set()


def _without_local(content: NfoContent) -> NfoContent:
    """Return a content without the single values of names and other NFO files, which come into no file of others."""
    return content.of_origins(FREE_TO_ADD, always=(*_LISTS, "crew", "ratings"))


def is_rating(name: str) -> bool:
    """Return whether a name is that of one rating."""
    return name.startswith("ratings.")


def repeats_own(names: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether what `<rating>` says, the old form of the rating that players show, repeats one of ours."""
    ours = {
        round(value * 10 / rating_scale(name.partition(".")[2]), 1) for name, value in own.items() if is_rating(name)
    }
    return all(round(value, 1) in ours for name, value in names.items() if is_rating(name))


def _name_of(field_name: str) -> str:
    return _DATE if field_name == "aired" else field_name


def _is_cleared(content: NfoContent, name: str) -> bool:
    """Return whether a person has emptied a field."""
    fields = ("aired", _DATE) if name == _DATE else (name,)
    return any(each in content.values and content.values[each] in (None, "", [], {}) for each in fields)


def shortened(value: Any) -> str:
    """Return a value as a text of a sentence."""
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
