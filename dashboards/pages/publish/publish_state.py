"""The state of the page of publications in one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import param

from dashboards.state import NOTHING, SelectingState
from indexium_core.model.planning.plan import Selection
from indexium_core.model.publishing.publication import ACTIONS
from indexium_core.model.publishing.requests import PUBLISHED_RISKS, PublicationFilter, PublicationSelection
from indexium_core.model.publishing.risks import PUBLICATION_CODES, PUBLICATION_RISKS
from indexium_core.model.publishing.subjects import PUBLISHED_TYPES, Entity

SORTS = {"risk": "Highest risk first", "title": "By title", "folder": "By folder"}
_KNOWN = {"action": ACTIONS, "code": tuple(PUBLICATION_CODES)}  # values of the filters that take several


class PublishState(SelectingState):
    """
    The filters of the publications, and the title in detail. Several values of a filter are separated by `|`.

    The selection has the subjects of titles (`Entity.subject`). Its query is "" if a person has selected all titles of
    the filter `scope`.
    """

    query = param.String(default="", doc="Words of titles, folders, files and people; '' for all.")
    risk = param.Selector(default="", objects=["", *PUBLICATION_RISKS], doc="The risk; '' for all but unchanged.")
    action = param.String(default="", doc="What happens to files, any of these.")
    code = param.String(default="", doc="Codes of notes, any of them.")
    library_id = param.Integer(default=None, allow_None=True, doc="The library; None for all.")
    sort = param.Selector(default="risk", objects=list(SORTS), doc="The order of the titles.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    address = param.String(
        default="", regex=rf"^(({'|'.join(PUBLISHED_TYPES)}):\d{{1,15}})?$", doc="The title in detail; '' for none."
    )
    member = param.String(
        default="", regex=rf"^(({'|'.join(PUBLISHED_TYPES)}):\d{{1,15}})?$", doc="Its season or episode in detail."
    )
    asks = param.Boolean(default=False, doc="Ask what to publish if nothing is: another page has opened this one.")
    scope = param.ClassSelector(
        default=None, class_=PublicationFilter, allow_None=True, doc="The filter whose titles are all selected."
    )

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "risk": "risk",
        "action": "files",
        "code": "note",
        "library_id": "folder",
        "sort": "sort",
        "number": "page",
        "address": "title",
    }

    def chosen(self, key: str) -> list[str]:
        """Return the values of a filter as texts; values that do not exist are left out."""
        if key == "library_id":
            return [] if self.library_id is None else [str(self.library_id)]
        return [each for each in getattr(self, key).split("|") if each in _KNOWN[key]]

    def choose(self, key: str, values: Sequence[str]) -> None:
        """Set the values of a filter, and show the first page; the folder takes the newest of several values."""
        value: Any = "|".join(each for each in values if each in _KNOWN.get(key, ()))
        if key == "library_id":
            new = [each for each in values if each not in self.chosen(key)] or list(values)
            value = int(new[-1]) if new else None
        self.param.update(number=1, **{key: value})

    def filter(self) -> PublicationFilter:
        """Return the search and the filters of the list."""
        return PublicationFilter(
            query=self.query,
            risk=(self.risk,) if self.risk else (),
            action=tuple(self.chosen("action")),
            code=tuple(self.chosen("code")),
            library_id=self.library_id,
        )

    def clear(self) -> None:
        """Show all titles whose files would change."""
        self.param.update(query="", risk="", action="", code="", library_id=None, number=1)

    def is_narrowed(self) -> bool:
        """Return whether a search or a filter is set."""
        return self.filter() != PublicationFilter()

    def select(self, selection: Selection, scope: PublicationFilter | None = None) -> None:
        """Select titles; `scope`: all titles of this filter."""
        self.param.update(selection=selection, scope=scope)

    def requested(self) -> PublicationSelection:
        """Return the selection as `library.publications` takes it."""
        chosen = self.selection
        named = tuple(Entity.of_subject(each).address for each in sorted(chosen.included))
        if self.scope is None or chosen.query is None:
            return PublicationSelection(addresses=named)
        excluded = tuple(Entity.of_subject(each).address for each in sorted(chosen.excluded))
        return PublicationSelection(addresses=named, filter=self.scope, risk=PUBLISHED_RISKS, excluded=excluded)

    def selected(self, in_scope: Mapping[int, str], known: Mapping[int, str]) -> dict[int, str]:
        """
        Return the selected titles with their risks.

        Args:
            in_scope: The titles that `scope` selects, with their risks.
            known: The risks of titles that were listed.

        """
        chosen = self.selection
        found = {} if chosen.query is None else {each: in_scope[each] for each in in_scope.keys() - chosen.excluded}
        return found | {each: known.get(each, "safe") for each in chosen.included}


def nothing_selected(state: PublishState) -> bool:
    """Return whether no title is selected."""
    return bool(state.selection == NOTHING)
