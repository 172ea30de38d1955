"""What the page of the plan shows, and how it is read: on a thread, from one version of the plan."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from dashboards.pages.plan import plan_table
from dashboards.pages.plan.search.plan_header import listed
from dashboards.pages.plan.writing.plan_write import PlanWrite
from dashboards.read_cache import ReadCache
from dashboards.state import NOTHING, is_review
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model import query as grammar
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.planning.plan import PlanPage, PlanStatistics, Selection, SelectionSummary, Wider
from indexium_core.model.saved import SavedView


class Shown(NamedTuple):
    """The part of the page's state that decides which data a read returns."""

    query: str
    number: int  # of the page of the list
    sort: str
    descending: bool
    selection: Selection
    held: frozenset[int]  # files that keep their places
    may_lack_results: bool  # of an operation that has just ended


class Loaded(NamedTuple):
    """The data of the page, read at one time."""

    whole: MetadataPlan  # the plan without a search; a write is checked against it
    plan: MetadataPlan  # the plan with the search: the listed files
    page: PlanPage
    listing: tuple[str, int, str, bool]  # search, number of the page, order: equal for two reads of one list
    found: PlanStatistics
    beside: PlanStatistics  # counts of the search without its risk term
    reasons: Mapping[str, int]  # number of files with warnings in that search, by issue code
    everything: PlanStatistics
    chosen: frozenset[int]  # selected files of the page
    selection: Selection  # the selection when the page was read
    summary: SelectionSummary | None
    outdated: bool  # the summary is from an earlier read: the rows do not wait for a new summary
    roots: int  # number of library folders
    safe: int  # number of selectable safe files of the search without its risk term
    able: int  # number of files of the search that can be selected
    volume: int  # bytes of the files of the search that would be changed
    views: list[SavedView]
    wider: list[Wider]  # similar searches, if no file is listed
    written: MetadataOperation | None  # the write of the files of the search
    accepted: int  # dangerous files of the search that are selected: a review has decided on them


class PlanPageReader:
    """Reads the page of the plan for one session."""

    def __init__(self, library: Library, cache: ReadCache, write: PlanWrite) -> None:
        """`write` knows what the person may write, and what this session has written."""
        self._library, self._cache, self._write = library, cache, write

    def _page(self, whole: MetadataPlan, shown: Shown) -> tuple[MetadataPlan, PlanPage]:
        plan, size = self._cache.narrowed(whole, shown.query), self._library.settings.metadata_preview_page_size
        return plan, self._cache.page(plan, shown.number, per_page=size, sort=shown.sort, descending=shown.descending)

    def rows(self, shown: Shown) -> dict[str, Any]:
        """Return the first view of the table: only the rows and the counts that come with them."""
        plan, page = self._page(self._cache.plan(may_lack_results=shown.may_lack_results), shown)
        selected = plan.selected_items(shown.selection, page.items)
        return plan_table.view(
            page,
            sort=shown.sort,
            descending=shown.descending,
            selected=selected,
            chosen=len(selected),
            able=listed(page.statistics) - page.statistics.blocked_count,
            picked=0,
            named=len({item.library for item in page.items}) > 1,
            query=shown.query,
            incomplete=True,
        )

    def read(self, shown: Shown, before: Loaded | None) -> Loaded:
        """Return the data of the page; what `before` has of the same list and the same selection stays."""
        library, cache = self._library, self._cache
        query, selection = shown.query, shown.selection
        whole = cache.plan(may_lack_results=shown.may_lack_results)
        plan, page = self._page(whole, shown)
        listing = (query, page.page, shown.sort, shown.descending)
        if before is not None and before.listing == listing:
            page = _holding(page, before.page, plan, shown.held)
        aside = grammar.with_values(query, "risk", [])
        beside = cache.narrowed(whole, aside)
        summary, outdated = before.summary if before else None, False
        if before is None or before.selection != selection:
            summary = self._write.preview(selection, whole, within=query) if selection != NOTHING else None
        elif summary is not None:
            outdated = before.whole is not whole or before.plan.query != query
        return Loaded(
            whole=whole,
            plan=plan,
            page=page,
            listing=listing,
            found=page.statistics,
            beside=beside.statistics,
            reasons=beside.warning_reasons,
            everything=whole.statistics,
            chosen=plan.selected_items(selection, page.items),
            selection=selection,
            summary=summary,
            outdated=outdated,
            roots=cache.roots(whole),
            safe=self._able(whole, Selection(query=aside, risk=("safe",)), beside.statistics.safe_count),
            able=self._able(whole, Selection(query=query), listed(page.statistics) - page.statistics.blocked_count),
            volume=cache.volume(plan),
            views=cache.views(),
            wider=[] if page.total or not query.strip() else library.search.wider(plan=plan),
            written=None if page.total else self._write.written(query),
            accepted=self.accepted(plan, selection),
        )

    def accepted(self, plan: MetadataPlan, selection: Selection) -> int:
        """Return how many dangerous files of a search are selected, if the search is a review of danger."""
        if selection == NOTHING or not is_review(plan.query):
            return 0
        return self._library.preview(selection, plan).by_risk.get("danger", 0)

    def _able(self, whole: MetadataPlan, selection: Selection, count: int) -> int:
        """Return how many of `count` files can be selected: skipped files cannot."""
        if not count or not grammar.compile_query(selection.query or "").names_postponed:
            return count
        return self._library.preview(selection, whole).count


def _holding(page: PlanPage, before: PlanPage, plan: MetadataPlan, held: frozenset[int]) -> PlanPage:
    """Return the page with some files at the places that they had before: a decision must not move them away."""
    items = [item for item in page.items if item.file_id not in held]
    for place, old in enumerate(before.items):
        if old.file_id in held:
            with contextlib.suppress(errors.UnknownIdError):  # the plan no longer has the file
                items.insert(place, plan.item(old.file_id))
    return replace(page, items=items)


def keeping(loaded: Loaded, before: Loaded) -> Loaded:
    """Return the loaded data with the earlier selection; its summary is outdated."""
    same = [item.file_id for item in loaded.page.items] == [item.file_id for item in before.page.items]
    return loaded._replace(
        chosen=before.chosen if same else loaded.chosen,
        selection=before.selection,
        summary=before.summary,
        outdated=True,
    )
