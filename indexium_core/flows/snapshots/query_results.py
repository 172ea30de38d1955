"""The results that pages show part by part: each page gets some rows, and a chart and a selection have the others."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from indexium_core import errors
from indexium_core.flows.snapshots.queries import SECONDS, Queries
from indexium_core.model import result_table
from indexium_core.model.accounts.actor_limit import account_of
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import QUERY_RUN
from indexium_core.model.analysis import QueryAnswer
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.planning.plan import SelectionSummary
from indexium_core.model.remote_calls import remote
from indexium_core.model.result_table import ColumnFacts, QueryResult, ResultFiles, ResultPage

FILE_ID = "file_id"  # a result with this column can become a selection of the plan
MOST_KEPT = 24  # results, about 2 MB each
_OF_ACCOUNT = 6
_MOST_ROWS = 200  # of a page
_LAST_PAGE = 10**6
_TICKET = re.compile(r"[0-9a-f]{32}")
_GONE = "This result is no longer kept. Run the query again."

_Key = tuple[str, str]  # account and ticket


@dataclass(frozen=True, slots=True)
class _KeptResult:
    answer: QueryAnswer
    file_ids: Sequence[int]


@dataclass(slots=True)
class _ResultStore:
    """The newest results, and the queries that run; any thread may use it."""

    kept: OrderedDict[_Key, _KeptResult] = field(default_factory=OrderedDict)
    running: dict[_Key, threading.Event] = field(default_factory=dict)  # set: a person has cancelled it
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def run(self, key: _Key) -> Iterator[threading.Event]:
        stopped = threading.Event()
        with self.lock:
            self.running[key] = stopped
        try:
            yield stopped
        finally:
            with self.lock:
                self.running.pop(key, None)

    def cancel(self, key: _Key) -> bool:
        with self.lock:
            stopped = self.running.get(key)
        if stopped is not None:
            stopped.set()
        return stopped is not None

    def keep(self, key: _Key, result: _KeptResult) -> None:
        with self.lock:
            self.kept[key] = result
            own = [each for each in self.kept if each[0] == key[0]]
            for old in [*own[:-_OF_ACCOUNT], *list(self.kept)[:-MOST_KEPT]]:
                self.kept.pop(old, None)

    def get(self, key: _Key) -> _KeptResult:
        with self.lock:
            found = self.kept.get(key)
            if found is None:
                raise errors.UnknownIdError(_GONE)
            self.kept.move_to_end(key)
            return found


@checked_arguments
class QueryResults:
    """The results of a home's queries. A page names each by a ticket: 32 hexadecimal digits that it has chosen."""

    def __init__(
        self,
        queries: Queries,
        summary_of: Callable[[Sequence[int]], SelectionSummary],
        *,
        may_edit: Callable[[], bool] = lambda: True,
    ) -> None:
        """`summary_of`: returns what a write of the plan would change in some files; `may_edit`: a setting."""
        self._queries, self._summary_of, self._may_edit = queries, summary_of, may_edit
        self._store = _ResultStore()

    @needs(QUERY_RUN)
    @remote()
    def run(self, ticket: str, text: str, typed: Mapping[str, str]) -> QueryResult:
        """
        Run a query with the typed values of its fields, and keep the result for some time.

        Raises:
            SqlError: The statement or a value is not valid.
            UsageError: It was cancelled, or it exceeded a limit before its first row; `cancelled` or `limit`.
            TooManyError: Other queries run all the time.

        """
        queries, key = self._queries, _key(ticket)
        with self._store.run(key) as stopped:
            values = queries.values(text, typed)
            answer = queries.run(text, values, seconds=SECONDS, is_stopped=stopped.is_set)
            kept = _KeptResult(answer, self._named_files(text, values, answer, stopped))
        self._store.keep(key, kept)
        return QueryResult(answer=answer, file_count=len(kept.file_ids), pandas=queries.pandas_code(text, values))

    def _named_files(
        self, text: str, values: Mapping[str, object], answer: QueryAnswer, stopped: threading.Event
    ) -> Sequence[int]:
        """Return the files that a whole result names by id; none if the whole result is not known."""
        names = [column.name.lower() if column.is_integer else "" for column in answer.columns]
        if FILE_ID not in names or answer.total is None:
            return ()
        if not answer.is_cut:
            place = names.index(FILE_ID)
            return sorted({row[place] for row in answer.rows if row[place] is not None})
        try:
            return self._queries.file_ids(text, values, seconds=SECONDS, is_stopped=stopped.is_set)
        except errors.UsageError:  # for example, the query of all files exceeds the time limit
            return ()

    @needs(QUERY_RUN)
    @remote()
    def cancel(self, ticket: str) -> bool:
        """Cancel a query that runs; return whether it was running."""
        return self._store.cancel(_key(ticket))

    @needs(QUERY_RUN)
    @remote()
    def page(
        self, ticket: str, *, page: int = 1, per_page: int = 50, column: int | None = None, descending: bool = False
    ) -> ResultPage:
        """
        Return one page of the rows of a result; `column`: the place of the column by which they are sorted.

        Raises:
            UnknownIdError: The result is no longer kept.

        """
        number, most = max(1, min(page, _LAST_PAGE)), max(1, min(per_page, _MOST_ROWS))
        return result_table.page_of(
            self.answer(ticket), page=number, per_page=most, column=column, descending=descending
        )

    @needs(QUERY_RUN)
    @remote()
    def columns(self, ticket: str) -> list[ColumnFacts]:
        """Return what the rows of a result have in each column. UnknownIdError: it is no longer kept."""
        return result_table.column_facts(self.answer(ticket))

    @needs(QUERY_RUN)
    @remote()
    def files(self, ticket: str) -> ResultFiles:
        """Return what a write of the plan would change in the files of a result. UnknownIdError: it is gone."""
        ids = self.file_ids(ticket)
        return ResultFiles(files=len(ids), summary=self._summary_of(ids), is_editable=self._may_edit())

    @needs(QUERY_RUN)
    @remote()
    def file_ids(self, ticket: str) -> list[int]:
        """Return the files that a result names, by id. UnknownIdError: it is no longer kept."""
        return list(self._store.get(_key(ticket)).file_ids)

    @needs(QUERY_RUN)
    def answer(self, ticket: str) -> QueryAnswer:
        """Return a whole result, for a chart. UnknownIdError: it is no longer kept."""
        return self._store.get(_key(ticket)).answer


def _key(ticket: str) -> _Key:
    """Return what identifies a result: nobody gets that of another account. Raises UsageError."""
    if not _TICKET.fullmatch(ticket):
        raise errors.UsageError("A ticket has 32 hexadecimal digits.")
    return account_of(current_actor()) or "", ticket
