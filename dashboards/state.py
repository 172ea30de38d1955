"""
What one session looks at: parameters only, no Panel, so that everything here is tested by setting values.

Derivations are methods that return; effects are watchers of the pages. The search text is the truth of what is found;
the filter parameters say the same in another form and are kept in step with it both ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

import param

from dashboards import terms
from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.plan import SORT_KEYS, Selection

__all__ = ["PAGES", "HistoryState", "PlanState", "ProgressState", "View", "selection_from_json", "selection_to_json"]

PAGES = ("plan", "progress", "history")
NOTHING = Selection()
FILTERS = ("risk", "container", "tags", "issue")
_KEPT = 20_000  # picked ids that are worth keeping in the browser for a reload


class View(param.Parameterized):
    """Which page is shown, and how."""

    page = param.Selector(default="plan", objects=list(PAGES), doc="The page that is shown.")
    theme = param.Selector(default="light", objects=["light", "dark"], doc="The theme that the browser shows.")


class _Addressed(param.Parameterized):
    """State whose parameters in `_address` are kept in the page's address under short names."""

    _address: ClassVar[Mapping[str, str]] = {}

    def search(self) -> str:
        """Return the query part of the address, without `?`; defaults are left out."""
        pairs = []
        for name, short in self._address.items():
            value = getattr(self, name)
            if value != self.param[name].default:
                pairs.append((short, "1" if value is True else str(value)))
        return urlencode(pairs)

    def take(self, search: str) -> None:
        """Take the values of an address; what is missing or cannot be read is the default."""
        self.param.update(**self._values(search))

    def _values(self, search: str) -> dict[str, Any]:
        given = dict(parse_qsl(search.lstrip("?"), keep_blank_values=True, max_num_fields=20))
        values = {}
        for name, short in self._address.items():
            kind = self.param[name]
            values[name] = _read(kind, given[short]) if short in given else kind.default
        return values


def _read(kind: Any, text: str) -> Any:
    """Return an address's text as a parameter's value, or the default where it is none."""
    try:
        if isinstance(kind, param.Boolean):
            return text == "1"
        value = int(text) if isinstance(kind, param.Integer) else text
        kind._validate(value)  # noqa: SLF001 - param offers no public way to ask
    except ValueError:
        return kind.default
    return value


class PlanState(_Addressed):
    """What of the plan is shown, and what is chosen of it."""

    query = param.String(default="", doc="The search that can be read; the one truth of what is found.")
    typed = param.String(default="", doc="What is in the search box; other than `query` where it cannot be read.")
    error = param.Dict(default=None, allow_None=True, doc="Why it cannot be read: message, position, word.")
    sort = param.Selector(default="risk", objects=list(SORT_KEYS), doc="Key by which the rows are sorted.")
    descending = param.Boolean(default=False, doc="Sort the other way round.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    risk = param.List(default=[], item_type=str, doc="Levels that the search asks for; none means all.")
    container = param.List(default=[], item_type=str, doc="Containers that the search asks for.")
    tags = param.List(default=[], item_type=str, doc="Numbers of people in the result that the search asks for.")
    issue = param.List(default=[], item_type=str, doc="Codes of reasons that the search asks for.")
    selection = param.ClassSelector(default=NOTHING, class_=Selection, doc="What is chosen, as a value over file ids.")
    cursor = param.Integer(default=None, allow_None=True, doc="File that the keys act on.")
    details = param.Boolean(default=False, doc="Whether the file at the cursor is shown in detail.")

    _address: ClassVar[Mapping[str, str]] = {"query": "q", "sort": "sort", "descending": "desc", "number": "page"}

    @param.depends("query", watch=True)
    def _read_filters(self) -> None:
        self.param.update(**{key: terms.read(self.query, key) for key in FILTERS})

    @param.depends(*FILTERS, watch=True)
    def _write_filters(self) -> None:
        text = self.query
        for key in FILTERS:
            wanted = list(getattr(self, key))
            if terms.read(text, key) != wanted:
                text = terms.write(text, key, wanted)
        if text != self.query:
            self.find(text)

    def find(self, text: str) -> bool:
        """Show what another search finds, from its first page; one that cannot be read leaves what is shown."""
        try:
            query.parse(text)
        except errors.QueryError as error:
            self.param.update(
                typed=text, error={"message": error.message, "position": error.position, "word": error.word}
            )
            return False
        self.param.update(query=text, typed=text, error=None, number=1)
        return True

    def take(self, search: str) -> None:
        """Take the values of an address; a search that cannot be read is said to be so, and everything is shown."""
        values = self._values(search)
        text = values.pop("query")
        if not self.find(text):
            self.query = ""
        self.param.update(**values)

    def order(self, key: str) -> None:
        """Sort by a key; once more by the same one turns the order."""
        turned = key == self.sort and not self.descending
        self.param.update(sort=key, descending=turned, number=1)

    def toggle_filter(self, key: str, value: str, *, on: bool) -> None:
        """Add a value to a filter or take it away."""
        values = [item for item in getattr(self, key) if item != value]
        setattr(self, key, [*values, value] if on else values)

    def clear_filters(self) -> None:
        """Take all filters out of the search; the other words stay."""
        self.param.update(**{key: [] for key in FILTERS})

    def pick(self, file_id: int, *, on: bool) -> None:
        """Choose one file or leave it out."""
        chosen, ids = self.selection, {file_id}
        included = chosen.included | ids if on else chosen.included - ids
        excluded = chosen.excluded - ids if on else chosen.excluded | ids
        self.selection = Selection(
            query=chosen.query,
            risk=chosen.risk,
            included=included,
            excluded=excluded if chosen.query is not None else frozenset(),
        )

    def pick_all(self) -> None:
        """Choose all that the search finds."""
        self.selection = Selection(query=self.query)

    def simple_inverse(self) -> Selection | None:
        """Return the other files of this search, where that can be said without counting; else None."""
        chosen = self.selection
        if chosen == NOTHING:
            return Selection(query=self.query)
        if chosen.query is None:
            return Selection(query=self.query, excluded=chosen.included)
        if chosen.query == self.query and not chosen.risk:
            return Selection(included=chosen.excluded - chosen.included)
        return None


class ProgressState(_Addressed):
    """Which operation is followed, and which of its files are listed."""

    operation_id = param.Integer(default=None, allow_None=True, doc="The operation; None is the newest that runs.")
    status = param.Selector(
        default="", objects=["", "success", "failed", "skipped", "pending"], doc="Items that are listed; '' for all."
    )
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"operation_id": "op", "status": "show", "number": "page"}


class HistoryState(_Addressed):
    """Which operations are listed, and which one is looked at."""

    query = param.String(default="", doc="Search over files and people.")
    status = param.String(default="", doc="State that is listed; '' for all.")
    since = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="First day, ISO; '' for no limit.")
    until = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="Last day, ISO; '' for no limit.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    operation_id = param.Integer(default=None, allow_None=True, doc="The operation shown in detail.")
    item_page = param.Integer(default=1, bounds=(1, None), doc="Page of its files, from 1.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "status": "status",
        "since": "since",
        "until": "until",
        "number": "page",
        "operation_id": "op",
    }

    def span(self) -> tuple[datetime | None, datetime | None]:
        """Return first and last moment of the days that are listed, in local time."""
        return _moment(self.since, time.min), _moment(self.until, time.max)

    def narrowed(self) -> bool:
        """Tell whether anything but the page is chosen."""
        return bool(self.query or self.status or self.since or self.until)


def _moment(text: str, at: time) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), at).astimezone() if text else None
    except ValueError:
        return None


def selection_to_json(selection: Selection) -> str:
    """Return a selection for the browser to keep over a reload; one that is too large is not kept."""
    if len(selection.included) + len(selection.excluded) > _KEPT:
        return ""
    return "" if selection == NOTHING else json.dumps(selection.as_dict(), ensure_ascii=False, separators=(",", ":"))


def selection_from_json(text: Any) -> Selection:
    """Return the selection that a browser kept; nothing where it makes no sense."""
    try:
        kept = json.loads(text)
        text = kept["query"]
        if text is not None:
            query.parse(text)
        ids = {name: frozenset(int(value) for value in kept[name]) for name in ("included", "excluded")}
        return Selection(query=text, risk=tuple(str(level) for level in kept["risk"]), **ids)
    except (TypeError, ValueError, KeyError, AttributeError, errors.QueryError):
        return NOTHING
