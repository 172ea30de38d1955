"""The state of the titles page in one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import param

from dashboards.state import NOTHING, SelectingState
from indexium_core.model.titles.fields import ENTITY_TYPES
from indexium_core.model.titles.title_filter import FACET_KEYS, TitleFilters
from indexium_core.model.titles.titles import SORT_KEYS, STATES

_WRONG: Mapping[str, str] = {
    "library_id": "There is no folder {}. The filter “Folder” has all folders.",
    "year": "{} is neither a year nor a range of years, such as 1994 or 1990-1999.",
    "rating": "A rating is a number from 0 to 10, not {}.",
    "number": "There is no page {}: this is the first page.",
    "matched": "The filter “Matched” is yes or no, not {}.",
    "incomplete": "The filter “Incomplete” is yes or no, not {}.",
    "unpublished": "The filter “Unpublished” is yes or no, not {}.",
}
_SEVERAL = ("genre", "tag", "actor", "director")  # filters that take several values


class TitlesState(SelectingState):
    """The filters of the titles, and the title that is open. Several values of a filter are separated by `|`."""

    query = param.String(default="", doc="Words of the titles or of their tags; '' for all.")
    kind = param.Selector(default="", objects=["", *ENTITY_TYPES], doc="The kind; '' for films and series.")
    state = param.Selector(default="", objects=["", *STATES], doc="The state; '' for all but ignored ones.")
    library_id = param.Integer(default=None, allow_None=True, doc="The library; None for all.")
    genre = param.String(default="", doc="Genres, any of them.")
    tag = param.String(default="", doc="Tags, any of them.")
    year = param.String(default="", regex=r"^(\d{1,4}(-\d{0,4})?|-\d{1,4})?$", doc="A year or a range of years.")
    rating = param.Integer(default=None, allow_None=True, bounds=(0, 10), doc="The lowest rating.")
    actor = param.String(default="", doc="Actors, any of them.")
    director = param.String(default="", doc="Directors, any of them.")
    matched = param.Selector(default="", objects=["", "yes", "no"], doc="Whether titles have a match.")
    incomplete = param.Selector(default="", objects=["", "yes", "no"], doc="Whether episodes are missing.")
    unpublished = param.Selector(default="", objects=["", "yes", "no"], doc="Whether titles have unpublished changes.")
    sort = param.Selector(default="title", objects=list(SORT_KEYS), doc="The order of the titles.")
    shows = param.Selector(default="posters", objects=["posters", "table"], doc="How the titles are shown.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    problem = param.String(default="", doc="Which values of the address are not valid, in sentences; '' for none.")
    title_id = param.Integer(default=None, allow_None=True, doc="The title that is open. The path has it.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        **{key: key for key in FACET_KEYS if key != "library_id"},
        "library_id": "library",
        "sort": "sort",
        "shows": "show",
        "number": "page",
    }

    def take(self, search: str) -> None:
        """Take the values of an address; `problem` names those that are not valid."""
        before = self.query, self.filters()
        super().take(search)
        if before != (self.query, self.filters()):
            self.selection = NOTHING
        self.problem = " ".join(self._sentence(*each) for each in self.wrong_values(search).items())

    def _sentence(self, name: str, text: str) -> str:
        shown = f"“{text[:40]}”"
        if name in _WRONG:
            return _WRONG[name].format(shown)
        label = {"sort": "sort key", "shows": "view"}.get(name, name)
        known = ", ".join(each for each in self.param[name].objects if each)
        return f"There is no {label} {shown}. Choose one of: {known}."

    def chosen(self, key: str) -> list[str]:
        """Return the values of a filter as texts."""
        value = getattr(self, key)
        if value is None or value == "":
            return []
        return str(value).split("|") if key in _SEVERAL else [str(value)]

    def choose(self, key: str, values: Sequence[str]) -> None:
        """Set the values of a filter, and show the first page; a filter with one value takes the newest."""
        self.param.update(problem="", selection=NOTHING)
        if key in _SEVERAL:
            self.param.update(number=1, **{key: "|".join(each.replace("|", " ") for each in values)})
            return
        new = [each for each in values if each not in self.chosen(key)] or list(values)
        value: Any = new[-1] if new else self.param[key].default
        self.param.update(number=1, **{key: int(value) if new and key in ("library_id", "rating") else value})

    def filters(self) -> TitleFilters:
        """Return the filters as `library.titles.list` takes them."""
        yes_or_no: Mapping[str, bool | None] = {"": None, "yes": True, "no": False}
        return TitleFilters(
            kind=self.kind,
            state=self.state,
            library_id=self.library_id,
            genre=self.chosen("genre"),
            tag=self.chosen("tag"),
            year=self.year,
            rating=self.rating,
            actor=self.chosen("actor"),
            director=self.chosen("director"),
            matched=yes_or_no[self.matched],
            incomplete=yes_or_no[self.incomplete],
            unpublished=yes_or_no[self.unpublished],
        )

    def clear(self) -> None:
        """Show all titles."""
        filters = {key: self.param[key].default for key in FACET_KEYS}
        self.param.update(query="", problem="", number=1, selection=NOTHING, **filters)

    def is_selected(self, title_id: int) -> bool:
        """Return whether a title of the list is selected."""
        chosen = self.selection
        return title_id in chosen.included if chosen.query is None else title_id not in chosen.excluded

    def selected_count(self, total: int) -> int:
        """Return the number of selected titles of a list with so many titles."""
        chosen = self.selection
        return len(chosen.included) if chosen.query is None else max(0, total - len(chosen.excluded))

    def is_narrowed(self) -> bool:
        """Return whether a search or a filter is set."""
        return bool(self.query) or any(self.chosen(key) for key in FACET_KEYS)
