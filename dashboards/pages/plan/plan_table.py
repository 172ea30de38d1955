"""The plan's table: one page of rows as an ARIA grid, drawn by `plan_table.js`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.pages.plan.view_types import PlanTableView
from dashboards.state import is_review
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.planning.plan import PlanItem, PlanPage, PlanStatistics, Wider

PLACE = 32  # characters of a folder in a row


class PlanTable(Component):
    """
    The grid of planned files.

    Messages: `painted` (the browser has painted the first rows), `pick` {ids, on, serial}, `all`, `none` and `inverse`
    {serial}, `cursor` {id}, `open` {id}, `close`, `sort` {sort}, `page` {page}, `edit`/`skip`/`preserve` {id}, and the
    actions of the empty state.
    """

    _esm = module("plan_table")
    _view = PlanTableView
    _needs = needing({PLAN_EDIT: "edit skip preserve"})


def view(
    page: PlanPage,
    *,
    sort: str,
    descending: bool,
    selected: Collection[int],
    chosen: int,
    able: int,
    picked: int,
    named: bool,
    hidden: int = 0,
    query: str = "",
    incomplete: bool = False,
) -> dict[str, Any]:
    """
    Return the view of the table.

    Args:
        page: The page of the plan.
        sort: Sort key.
        descending: Whether the order is reversed.
        selected: Ids of the selected files of this page.
        chosen: Number of selected files on all pages.
        able: Number of files of the search that can be selected, because they can be written.
        picked: Number of the last counted selection change; the browser waits for the number of its last change.
        named: Whether rows have the name of their library folder: if there are several folders.
        hidden: Number of selected files that the search does not find.
        query: The search that finds them.
        incomplete: Whether the views of the header and the actions are not sent yet; keys wait for them.

    """
    rows = [row(item, selected=item.file_id in selected, named=named) for item in page.items]
    return {
        "rows": rows,
        "incomplete": incomplete,
        "reviewing": is_review(query),
        "total": page.total,
        "able": able,
        "first": (page.page - 1) * page.per_page + 1,
        **paging.place(page.page, page.per_page, shown=len(rows), total=page.total),
        "sort": sort,
        "descending": descending,
        "all": "all" if able and chosen - hidden >= able else "some" if chosen else "none",
        "picked": picked,
        "list_key": f"{sort}{'-' if descending else '+'}{page.page} {query}",  # if unchanged, rows keep their places
    }


def row(item: PlanItem, *, selected: bool, named: bool) -> dict[str, Any]:
    """Return one row; `named`: with the name of the library folder."""
    folders = [part for part in (item.library if named else "", *item.folder.split("/")) if part]
    return {
        "id": item.file_id,
        "name": item.file_name,
        "place": wording.short_folder(folders, most=PLACE),
        "folder": " / ".join(folders),
        "size": wording.size(item.size),
        "ext": item.file_ext,
        "mark": "skipped" if item.postponed else "edited" if item.edited else "",
        "tags": item.row_tags,
        "more": item.more_tags,
        "risk": item.risk_level,
        "reason": item.reason,
        "why": item.why,
        "method": item.method,
        "cost": item.cost_text,
        "can": item.can_update and not item.postponed and item.risk_level != "unchanged",
        "selected": selected,
        "faded": item.postponed or item.risk_level == "unchanged",
    }


def unreadable(message: str) -> dict[str, str]:
    """Return the empty state for a plan that cannot be read."""
    return {"title": "The plan cannot be read", "text": message, "act": "retry", "label": "Try again"}


def empty(
    query: str,
    everything: PlanStatistics,
    roots: int,
    wider: Sequence[Wider] = (),
    *,
    unchanged: int = 0,
    written: MetadataOperation | None = None,
) -> dict[str, Any]:
    """
    Return title, text and action of the empty state.

    Args:
        query: The search.
        everything: The numbers of the plan without the search.
        roots: The number of library folders.
        wider: Similar searches that find something.
        unchanged: The number of found files that stay unchanged; they are not listed.
        written: The write of the files of the search, if there is one.

    """
    if not roots:
        return {
            "title": "No folder has been scanned yet",
            "text": "Choose the folder with your videos or photos. A scan reads the files and changes nothing.",
            "act": "library",
            "label": "Choose a folder",
        }
    if query.strip():
        title, text = _empty_texts(unchanged, written)
        searches = [{"query": each.query, "label": f"{wording.files(each.files)} {each.words}"} for each in wider]
        if unchanged:
            searches.append(
                {"query": f"({query}) risk:unchanged", "label": f"{wording.files(unchanged)} with nothing to change"}
            )
        return {
            "title": title,
            "text": f"{text} Similar searches find:" if searches else text,
            "searches": searches,
            "act": "clear_search",
            "label": "Clear the search",
        }
    if everything.total_files == 0 and not everything.postponed_count:
        return {
            "title": "No people yet",
            "text": "Add the people of your files: from a list, from the comments of the files, or by hand.",
            "act": "library",
            "label": "Add people",
        }
    if everything.postponed_count:
        count = everything.postponed_count
        return {
            "title": "Nothing to change",
            "text": f"{wording.plural(count, 'file is', 'files are')} skipped. "
            "Every other file already contains the planned people.",
            "searches": [{"query": "postponed:yes", "label": f"Show the {wording.files(count)}"}],
        }
    return {"title": "Nothing to change", "text": "Every file already contains the planned people."}


def _empty_texts(unchanged: int, written: MetadataOperation | None) -> tuple[str, str]:
    """Return title and text for a search without listed files, possibly because all its files were written."""
    if written is not None:
        done, total = written.success_count, written.file_count
        text = (
            f"{wording.count(done)} of {wording.files(total)} are written"
            if done < total
            else f"All {wording.files(done)} are written"
        )
        return "The file is written" if done == total == 1 else text, "All files of this search are written."
    if unchanged:
        return "Nothing to change here", "The files of this search already contain the planned people."
    return "No file matches", "This search finds no file of the plan."
