"""The libraries that hold titles: the check of a choice and of a filter, and their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from indexium_core import errors
from indexium_core.model.names.title_guess import is_looked_up, why_not_looked_up
from indexium_core.model.titles.title_filter import TitleFilter, TitleFilters, filter_of
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection


def check(reader: Connection, library_id: int | None) -> None:
    """Raise UnknownIdError if there is no such library; None is all libraries."""
    if library_id is not None and all(row.library_id != library_id for row in catalog.libraries(reader)):
        raise _unknown(library_id)


def checked_filter(reader: Connection, query: str, filters: TitleFilters) -> TitleFilter:
    """
    Return the filter of a list of titles.

    Raises:
        UnknownIdError: There is no such library.
        UsageError: A value of the filter is none of the possible ones.

    """
    wanted = filter_of(query, filters)
    check(reader, wanted.library_id)
    return wanted


def names_of(reader: Connection, library_ids: Sequence[int], *, for_lookup: bool = False) -> str:
    """
    Return the names of libraries that hold titles, for the title of a job; without ids `all libraries`.

    Raises:
        UnknownIdError: A library does not exist.
        UsageError: A library has home videos; with `for_lookup`, its titles are not looked up.

    """
    rows = {row.library_id: row for row in catalog.libraries(reader)}
    for library_id in library_ids:
        if library_id not in rows:
            raise _unknown(library_id)
        if rows[library_id].kind == "home":
            raise errors.UsageError(
                f"Library {library_id} has home videos, which are neither identified nor looked up. "
                f"Choose another kind first: indexium libraries set {library_id} --kind mixed."
            )
        if for_lookup and not is_looked_up(rows[library_id].kind):
            raise errors.UsageError(why_not_looked_up(f"“{rows[library_id].name}”", rows[library_id].kind))
    return ", ".join(rows[library_id].name for library_id in library_ids) or "all libraries"


def require_online(reader: Connection, library_ids: Collection[int]) -> None:
    """Raise UsageError if one of these libraries is offline: its videos cannot be identified now."""
    for row in catalog.libraries(reader):
        if row.library_id in library_ids and row.state != "online":
            raise errors.UsageError(
                f"Library {row.library_id} “{row.name}” is offline, so its files cannot be identified again. "
                "Connect its disk and scan it first."
            )


def _unknown(library_id: int) -> errors.UnknownIdError:
    return errors.UnknownIdError(
        f"There is no library folder {library_id}. 'indexium libraries list' shows all library folders."
    )
