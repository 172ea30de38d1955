"""
The files of the library as pictures: an overview of a list, its tiles page by page, and the values of its facets.

A list is read once: the ids of its files in their order stay in memory, so a page costs the same at each place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.model import query as grammar
from indexium_core.model.fields.values import FAVORITE
from indexium_core.model.files.tiles import FACETS, MAX_TILES, SORTS, Month, Section, TilePage
from indexium_core.model.media_lists import MediaFacetValue, MediaOverview
from indexium_core.model.planning.plan import Wider
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import media as store
from indexium_core.store.catalog.media import Listing
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Version

MAX_LISTS = 6  # that stay in memory: 50 bytes for each file of a list
MAX_SECTIONS = 4_000  # of a list
FEW_FILES = 4  # a list has a section for each day, month or year: the first with more files in most sections
FACET_VALUES = 60


@dataclass(frozen=True, slots=True)
class _List:
    """One list in memory."""

    overview: MediaOverview
    listing: Listing


class MediaBrowser:
    """Reads the files of the library as pictures. One instance serves a home; any thread may use it."""

    def __init__(self, database: Database, newest_version: Callable[[], Version]) -> None:
        self._database, self._newest_version = database, newest_version
        self._lists = RecentValues[tuple[Hashable, ...], _List](MAX_LISTS)

    @remote()
    def overview(self, query: str = "", *, sort: str = "newest", plan: MetadataPlan | None = None) -> MediaOverview:
        """
        Return the numbers, sections and months of a list of files. Missing files are not included.

        Args:
            query: The search; an empty search matches every file.
            sort: One of `model.files.tiles.SORTS`.
            plan: The plan whose version is read; default: the newest one.

        Raises:
            QueryError: The search has a syntax error.
            UsageError: The sort key is unknown.

        """
        return self._list(query, sort, plan).overview

    @remote()
    def page(
        self,
        query: str = "",
        *,
        sort: str = "newest",
        first: int = 0,
        count: int = 100,
        plan: MetadataPlan | None = None,
        list_id: str | None = None,
    ) -> TilePage:
        """
        Return at most `count` tiles of a list from the place `first` on. Other arguments and errors: `overview`.

        `list_id` names the list of an overview. While it is in memory, the tiles belong to it, also if files have been
        added since. Afterwards they belong to the list of now, which can have another `list_id`.
        """
        found = self._kept(list_id) or self._list(query, sort, plan)
        first = max(0, first)
        file_ids = found.listing.file_ids[first : first + max(1, min(MAX_TILES, count))].tolist()
        tiles = store.tiles(self._database.read(), self._version(plan), file_ids) if file_ids else []
        return TilePage(list_id=found.overview.list_id, first=first, tiles=tiles)

    @remote()
    def ids(
        self,
        query: str = "",
        *,
        sort: str = "newest",
        plan: MetadataPlan | None = None,
        list_id: str | None = None,
    ) -> list[int]:
        """
        Return the ids of all files of a list in their order. Other arguments and errors: `overview`.

        `list_id` names the list of an overview, whose places are known.

        Raises:
            UsageError: The files have changed, and the list is no longer in memory.

        """
        found = self._kept(list_id) or self._list(query, sort, plan)
        if list_id not in (None, found.overview.list_id):
            raise errors.UsageError("The list of files has changed. Select the files again.")
        ids: list[int] = found.listing.file_ids.tolist()
        return ids

    @remote()
    def facet(
        self, key: str, query: str = "", *, most: int = FACET_VALUES, plan: MetadataPlan | None = None
    ) -> list[MediaFacetValue]:
        """
        Return the values of a key in the files of a search, which ignores its own term of this key.

        Values that the search asks for are always among them.

        Raises:
            QueryError: The search has a syntax error.
            UsageError: The key is none of `model.files.tiles.FACETS`.

        """
        if key not in FACETS:
            raise errors.UsageError(f"The values of “{key[:40]}” are not counted. Choose one of: {', '.join(FACETS)}.")
        rest, _ = grammar.split(query, [key])
        compiled = grammar.compile_query(rest)
        found = store.facet(self._database.read(), self._version(plan), compiled, key=key, most=most)
        listed = {each.value for each in found}
        chosen = [value for value in grammar.selected_values(query, key) if value not in listed]
        found += [MediaFacetValue(key=key, value=value, files=0) for value in chosen]
        return [replace(each, query=query) for each in found]

    @remote()
    def count(self, query: str = "", *, plan: MetadataPlan | None = None) -> int:
        """Return the number of files of a list without reading it. Arguments and errors: `overview`."""
        return store.count(self._database.read(), self._version(plan), grammar.compile_query(query))

    @remote()
    def wider(self, query: str, *, plan: MetadataPlan | None = None) -> list[Wider]:
        """
        Return the searches with one part less that find files, in the order of the parts.

        Raises:
            QueryError: The search has a syntax error.

        """
        found = [
            Wider(query=rest, words=f"without {part}", files=self.count(rest, plan=plan))
            for rest, part in grammar.without_each_part(query)
        ]
        return [each for each in found if each.files]

    def _version(self, plan: MetadataPlan | None) -> Version:
        return self._newest_version() if plan is None else plan.version

    def _list(self, query: str, sort: str, plan: MetadataPlan | None) -> _List:
        if sort not in SORTS:
            raise errors.UsageError(f"Files cannot be sorted by “{sort[:40]}”. Choose one of: {', '.join(SORTS)}.")
        compiled, version, reader = grammar.compile_query(query), self._version(plan), self._database.read()
        key = (self._database.own_libraries, version.plan_id, store.stamp(reader), query.strip(), sort)

        def read() -> _List:
            listing = store.listing(reader, version, compiled, sort=sort)
            return _List(_overview(listing, query.strip(), sort, _digest(listing, query, sort)), listing)

        return self._lists.get(key, read)

    def _kept(self, list_id: str | None) -> _List | None:
        """Return a list that is in memory; None without one."""
        seen = self._database.own_libraries
        return self._lists.find(lambda key, found: found.overview.list_id == list_id and key[0] == seen)


def _digest(listing: Listing, query: str, sort: str) -> str:
    facts = hashlib.blake2b(f"{sort} {query.strip()}".encode(), digest_size=8)
    facts.update(listing.file_ids.tobytes())
    return facts.hexdigest()


def _overview(listing: Listing, query: str, sort: str, list_id: str) -> MediaOverview:
    kinds = zip(store.KINDS, np.bincount(listing.kinds, minlength=len(store.KINDS)).tolist(), strict=True)
    ratings = np.asarray(listing.ratings)
    is_dated = sort in ("newest", "oldest")
    days = np.asarray(listing.days).astype("datetime64[D]")
    months = _runs(days.astype("datetime64[M]")) if is_dated else []
    return MediaOverview(
        list_id=list_id,
        query=query,
        sort=sort,
        total=len(listing.file_ids),
        size=int(np.sum(listing.sizes)),
        kinds={kind: files for kind, files in kinds if files},
        favorites=int(np.count_nonzero(ratings == int(FAVORITE))),
        unrated=int(np.count_nonzero(ratings == 0)),
        without_people=int(np.count_nonzero(np.asarray(listing.people) == 0)),
        offline=int(np.count_nonzero(listing.offline)),
        sections=_sections(days, months) if is_dated else [],
        months=[Month(month=month, first=first, files=number) for month, first, number in months],
    )


def _sections(days: np.ndarray, months: list[tuple[str, int, int]]) -> list[Section]:
    """Return a section for each day, or for each month or year if days have few files."""
    runs = _runs(days.astype("datetime64[Y]"))
    for finer in (months, _runs(days)):
        if len(finer) <= MAX_SECTIONS and len(days) >= FEW_FILES * len(finer):
            runs = finer
    return [Section(day=day, files=number) for day, _, number in runs]


def _runs(values: np.ndarray) -> list[tuple[str, int, int]]:
    """Return each run of equal values: its text, the place of its start, and its length."""
    if not len(values):
        return []
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    lengths = np.diff(np.append(starts, len(values)))
    return [
        (str(value), int(start), int(length))
        for value, start, length in zip(values[starts], starts, lengths, strict=True)
    ]
