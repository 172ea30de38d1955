"""
The state of one session: only parameters, no Panel, so that tests can set values.

Derived values are methods. A page reads the state when it draws; nothing watches a parameter. The search text is the
only source of the search: facets and chips read and change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

import param

from indexium_core.model.approval import APPROVAL_STATES
from indexium_core.model.check import KINDS as CHECKS
from indexium_core.model.files.inventory import KINDS
from indexium_core.model.files.tiles import SORTS as PICTURE_SORTS
from indexium_core.model.matches.results import MATCH_STATES
from indexium_core.model.planning.plan import SORT_KEYS
from indexium_core.model.publishing.risks import PUBLICATION_RISKS
from indexium_core.model.publishing.subjects import PUBLISHED_TYPES
from indexium_core.model.titles.fields import ENTITY_TYPES
from indexium_core.model.titles.title_filter import FACET_KEYS
from indexium_core.model.titles.titles import SORT_KEYS as TITLE_SORTS
from indexium_core.model.titles.titles import STATES

PINNED = 2_000  # so many files stay selected by id, even if a decision removes them from the search
LARGEST = 2**53  # largest exact integer in a browser; safe in the database
_PUBLISHED = rf"^(({'|'.join(PUBLISHED_TYPES)}):\d{{1,15}})?$"  # the address of a title, such as movie:12
_YEARS = range(1900, 9001)  # years whose days can be converted to any local time
SIX_WEEKS = timedelta(days=42)  # the default period of the charts


class View(param.Parameterized):
    """The displayed page and the theme."""

    page = param.String(default="plan", doc="The page that is shown.")
    theme = param.Selector(default="light", objects=["light", "dark"], doc="The theme that the browser shows.")


class AddressedState(param.Parameterized):
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
        """Take the values of an address; missing or invalid values are the defaults."""
        self.param.update(**self._values(search))

    def wrong_values(self, search: str) -> dict[str, str]:
        """Return the values of an address that are not valid, by the names of their parameters."""
        fields = dict(_fields_of(search))
        given = {name: fields[short] for name, short in self._address.items() if fields.get(short)}
        return {name: text for name, text in given.items() if not _is_valid(self.param[name], text)}

    def _has_field(self, search: str) -> bool:
        """Return whether an address has a field of this state."""
        return any(short in self._address.values() for short, _ in _fields_of(search))

    def _values(self, search: str) -> dict[str, Any]:
        fields = dict(_fields_of(search))
        values = {}
        for name, short in self._address.items():
            kind = self.param[name]
            values[name] = _read(kind, fields[short]) if short in fields else kind.default
        return values


def _fields_of(search: str) -> list[tuple[str, str]]:
    """Return the fields of an address; no fields if there are too many."""
    try:
        return parse_qsl(search.lstrip("?"), keep_blank_values=True, max_num_fields=40)
    except ValueError:
        return []


def _is_valid(kind: Any, text: str) -> bool:
    """Return whether the text of an address is a value of a parameter."""
    try:
        _parsed(kind, text)
    except ValueError:
        return False
    return True


def _read(kind: Any, text: str) -> Any:
    """Return the text of an address as the value of a parameter, or its default."""
    return _parsed(kind, text) if _is_valid(kind, text) else kind.default


def _parsed(kind: Any, text: str) -> Any:
    """Return the text of an address as the value of a parameter. Raises ValueError if it is not valid."""
    if isinstance(kind, param.Boolean):
        return text == "1"
    value = int(text) if isinstance(kind, param.Integer) else text
    kind._validate(value)  # noqa: SLF001 - param has no public method for this
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(text)
    return value


class PlanState(AddressedState):
    """The search, the order and the page of the plan, and the file in detail."""

    query = param.String(default="", doc="The search.")
    sort = param.Selector(default="risk", objects=list(SORT_KEYS), doc="Key by which the rows are sorted.")
    descending = param.Boolean(default=False, doc="Reverse the sort order.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    file_id = param.Integer(default=None, allow_None=True, doc="The file shown in detail.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "sort": "sort",
        "descending": "desc",
        "number": "page",
        "file_id": "file",
    }


class ProgressState(AddressedState):
    """The followed operation, and the filter of its files."""

    operation_id = param.Integer(default=None, allow_None=True, doc="The operation; None is the newest that runs.")
    status = param.Selector(
        default="",
        objects=["", "success", "failed", "skipped", "pending"],
        doc="Status of the listed items; '' lists all.",
    )
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"operation_id": "op", "status": "show", "number": "page"}


class HistoryState(AddressedState):
    """The filters of the operations, the operation in detail, and the charts that are shown."""

    query = param.String(default="", doc="Search over files and people.")
    status = param.String(default="", doc="States that are listed, split by commas; '' for all.")
    kind = param.Selector(
        default="", objects=["", "write", "publish", "rollback"], doc="Type that is listed; '' for all."
    )
    error = param.String(default="", doc="Code of a failure or conflict; '' for all operations.")
    since = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="First day, ISO; '' for no limit.")
    until = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="Last day, ISO; '' for no limit.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    operation_id = param.Integer(default=None, allow_None=True, doc="The operation shown in detail.")
    trend = param.Selector(
        default="files", objects=["files", "durations", "coverage"], doc="The chart over time that is shown."
    )
    rank = param.Selector(default="people", objects=["people", "errors"], doc="The ranking that is shown.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "status": "status",
        "kind": "type",
        "error": "error",
        "since": "since",
        "until": "until",
        "number": "page",
        "operation_id": "op",
        "trend": "chart",
        "rank": "top",
    }

    def span(self) -> tuple[datetime | None, datetime | None]:
        """Return the start and the end of the listed days, in local time."""
        return _moment(self.since, time.min), _moment(self.until, time.max)

    def chart_span(self, today: date) -> tuple[date, date]:
        """Return the first and last day of the charts: the listed days, or six weeks around a single listed day."""
        first, last = (each.date() if each else None for each in self.span())
        if first and last and last < first:
            first = last = None
        if first and (last or today) > first:
            return first, min(last or today, max(today, first))
        end = today if last is None or today - last < SIX_WEEKS else last
        return end - SIX_WEEKS + timedelta(days=1), end

    def pick_days(self, key: str) -> None:
        """List the operations of the days of a bar (its key is `day` or `first..last`), or clear the days."""
        first, _, last = key.partition("..")
        days = {"since": first, "until": last or first}
        there = (self.since, self.until) == (days["since"], days["until"])
        self.param.update(number=1, **(dict.fromkeys(days, "") if there else days))

    def picked_days(self) -> str:
        """Return the key of the bar whose days are listed, "" if the list covers more than one bar."""
        if not self.since or not self.until:
            return ""
        return self.since if self.since == self.until else f"{self.since}..{self.until}"

    def searched(self) -> bool:
        """Return whether the list shows only some operations of its days."""
        return bool(self.query or self.status or self.kind or self.error)


class ChecksState(AddressedState):
    """The displayed check, and the displayed finding."""

    kind = param.Selector(default="", objects=["", *CHECKS], doc="The check; '' for the first that finds something.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    ignored = param.Boolean(default=False, doc="List the ignored findings.")
    subject = param.String(default="", doc="The finding shown in detail; '' for none.")

    _address: ClassVar[Mapping[str, str]] = {"kind": "kind", "number": "page", "ignored": "right", "subject": "of"}


class DecideState(AddressedState):
    """The listed titles."""

    segment = param.Selector(default="open", objects=list(MATCH_STATES), doc="The state of their matches.")
    title_id = param.Integer(default=None, allow_None=True, doc="The title whose question is shown.")

    _address: ClassVar[Mapping[str, str]] = {"segment": "show", "title_id": "title"}


class TitlesState(AddressedState):
    """The filters of the titles. Several values of a filter are separated by `|`."""

    query = param.String(default="", doc="Words of the titles or of their tags; '' for all.")
    kind = param.Selector(default="", objects=["", *ENTITY_TYPES], doc="The kind; '' for films and series.")
    state = param.Selector(default="", objects=["", *STATES], doc="The state; '' for all but ignored ones.")
    library_id = param.Integer(default=None, allow_None=True, doc="The library; None for all.")
    genre = param.String(default="", doc="Genres, any of them.")
    tag = param.String(default="", doc="Tags, any of them.")
    year = param.String(default="", doc="A year or a range of years.")
    rating = param.Integer(default=None, allow_None=True, bounds=(0, 10), doc="The lowest rating.")
    actor = param.String(default="", doc="Actors, any of them.")
    director = param.String(default="", doc="Directors, any of them.")
    matched = param.Selector(default="", objects=["", "yes", "no"], doc="Whether titles have a match.")
    incomplete = param.Selector(default="", objects=["", "yes", "no"], doc="Whether episodes are missing.")
    unpublished = param.Selector(default="", objects=["", "yes", "no"], doc="Whether titles have unpublished changes.")
    sort = param.Selector(default="title", objects=list(TITLE_SORTS), doc="The order of the titles.")
    shows = param.Selector(default="posters", objects=["posters", "table"], doc="How the titles are shown.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        **{key: key for key in FACET_KEYS if key != "library_id"},
        "library_id": "library",
        "sort": "sort",
        "shows": "show",
        "number": "page",
    }


class TitleState(AddressedState):
    """The title that is shown, and its value in detail."""

    title_id = param.Integer(default=0, doc="The title. The path of the address has it.")
    value = param.String(default="", doc="The field of the value in detail; '' for none.")
    requests = param.Integer(default=1, bounds=(1, None), doc="Page of its requests to providers, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"value": "value", "requests": "requests"}


class PeopleState(AddressedState):
    """The search and the display of the list of people, and the person shown in detail."""

    text = param.String(default="", doc="Text that a name, a qualifier or an alias contains; '' for all people.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    display = param.Selector(default="pictures", objects=["pictures", "list"], doc="How the people are shown.")
    sort = param.Selector(default="name", objects=["name", "files"], doc="The order of the people.")
    person_id = param.Integer(default=None, allow_None=True, doc="The person shown in detail; None for none.")

    _address: ClassVar[Mapping[str, str]] = {
        "text": "q",
        "number": "page",
        "display": "display",
        "sort": "sort",
        "person_id": "of",
    }


class LibraryState(AddressedState):
    """How the library is shown, and the search of its pictures."""

    shows = param.Selector(default="", objects=["", "pictures", "table"], doc="How it is shown; '' for pictures.")
    query = param.String(default="", doc="Search of the pictures.")
    sort = param.Selector(default="newest", objects=list(PICTURE_SORTS), doc="The order of the pictures.")
    file_id = param.Integer(default=None, allow_None=True, doc="The file shown in detail; None for none.")

    _address: ClassVar[Mapping[str, str]] = {
        "file_id": "file",
        "shows": "show",
        "query": "q",
        "sort": "sort",
    }


class FoldersState(AddressedState):
    """The list of files above the folders of the library."""

    kind = param.Selector(default="", objects=["", *KINDS], doc="The list; '' for none.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"kind": "list", "number": "page"}


class JobsState(AddressedState):
    """The filters of the jobs, and the job in detail."""

    kind = param.String(default="", regex=r"^[a-z_]{0,40}$", doc="Kind that is listed; '' for all.")
    ended = param.Selector(
        default="",
        objects=["", "completed", "completed_with_errors", "failed", "cancelled"],
        doc="State of the finished ones that are listed; '' for all.",
    )
    waiting = param.Integer(default=1, bounds=(1, None), doc="Page of those that wait, from 1.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of those that have ended, from 1.")
    job_id = param.Integer(default=None, allow_None=True, doc="The job shown in detail; None for none.")
    changes = param.Integer(default=1, bounds=(1, None), doc="Page of what that job changed, from 1.")
    log = param.Boolean(default=False, doc="Whether its log is open.")

    _address: ClassVar[Mapping[str, str]] = {
        "kind": "kind",
        "ended": "show",
        "waiting": "waiting",
        "number": "page",
        "job_id": "job",
        "changes": "changes",
        "log": "log",
    }


class ActivityState(AddressedState):
    """The filter of the activity."""

    actor = param.String(default="", doc="Name of the only listed person or program; '' for all.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"actor": "of", "number": "page"}


class RequestsState(AddressedState):
    """The filter of the requests, and the request in detail."""

    shown = param.Selector(default="", objects=["", *APPROVAL_STATES], doc="State that is listed; '' for all.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    request_id = param.Integer(default=None, allow_None=True, doc="The request in detail; None for none.")
    files = param.Integer(default=1, bounds=(1, None), doc="Page of its files, from 1.")

    _address: ClassVar[Mapping[str, str]] = {
        "shown": "show",
        "number": "page",
        "request_id": "request",
        "files": "files",
    }


class PublishState(AddressedState):
    """The filters of the publications, the title in detail, and what another page has selected."""

    query = param.String(default="", doc="Words of titles, folders, files and people; '' for all.")
    risk = param.Selector(default="", objects=["", *PUBLICATION_RISKS], doc="The risk; '' for all but unchanged.")
    action = param.String(default="", doc="What happens to files, any of these, with | between them.")
    code = param.String(default="", doc="Codes of notes, any of them, with | between them.")
    library_id = param.Integer(default=None, allow_None=True, doc="The library; None for all.")
    sort = param.Selector(default="risk", objects=["risk", "title", "folder"], doc="The order of the titles.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    address = param.String(default="", regex=_PUBLISHED, doc="The title in detail; '' for none.")
    member = param.String(default="", regex=_PUBLISHED, doc="Its season or episode in detail.")
    picked = param.String(default="", doc="Addresses of titles that are selected, with | between them.")
    asks = param.Boolean(default=False, doc="Ask what to publish if nothing is.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "risk": "risk",
        "action": "files",
        "code": "note",
        "library_id": "folder",
        "sort": "sort",
        "number": "page",
        "address": "title",
        "member": "member",
        "picked": "pick",
        "asks": "ask",
    }


class AccountsState(AddressedState):
    """The person in detail."""

    person = param.Integer(default=None, bounds=(1, 2**53), allow_None=True, doc="Id of the person in detail.")

    _address: ClassVar[Mapping[str, str]] = {"person": "person"}


class QueryState(AddressedState):
    """The query in the editor, and the texts in its fields."""

    text = param.String(default="", doc="The SQL.")
    values = param.String(default="", doc="The texts in the fields, as JSON; '' for none.")
    runs = param.Boolean(default=False, doc="The page runs the query when it is shown: another page has opened it.")

    _address: ClassVar[Mapping[str, str]] = {"text": "q", "values": "v"}


class SettingsState(AddressedState):
    """The part of the page that has the focus first."""

    section = param.String(default="", doc="Name of the part; '' for the beginning. Another page has opened it.")

    _address: ClassVar[Mapping[str, str]] = {"section": "section"}


def _moment(text: str, at: time) -> datetime | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return datetime.combine(day, at).astimezone() if day and day.year in _YEARS else None
