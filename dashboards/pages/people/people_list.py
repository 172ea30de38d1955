"""The page of people: the search, a page of people as pictures or rows, and one person in detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dashboards import media_addresses
from dashboards.components import paging
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import EmptyView
from dashboards.pages.people.view_types import (
    PeopleHeaderView,
    PeopleListView,
    PersonDrawerView,
    PersonView,
)
from dashboards.state import PeopleState
from indexium_core.model import query, wording
from indexium_core.model.accounts.permissions import PEOPLE_EDIT, QUERY_RUN
from indexium_core.model.people.person import PersonCard, PersonFile, PersonPage, PersonProfile
from indexium_core.model.planning.plan import RISK_LEVELS

SHOWN_FILES = 12  # files with a picture in the details


class PeopleHeader(Component):
    """Messages: `search` {text}, `display` {display}, `sort` {sort}, `as_sql`."""

    _esm = module("people_header")
    _view = PeopleHeaderView
    _styles = ("charts.css", "people.css")
    _needs = needing({QUERY_RUN: "as_sql"})


class PeopleList(Component):
    """Messages: `open` {id}, `close`, `page` {page}."""

    _esm = module("people_list")
    _view = PeopleListView
    _styles = ("people.css",)


class PersonDrawer(Component):
    """
    One person.

    Messages with the `id` of the person: `rename`, `merge`, `split`, `unmerge` {merged}, `picture` {file}, `files`,
    `plan`. Other messages: `person` {other}, `close`.
    """

    _esm = module("person_drawer")
    _view = PersonDrawerView
    _styles = ("people.css",)
    _needs = needing({QUERY_RUN: "files", PEOPLE_EDIT: "rename merge split unmerge picture"})


def header_view(state: PeopleState, page: PersonPage) -> PeopleHeaderView:
    """Return the number of people, the search, and how the list is shown."""
    return {
        "title": wording.plural(page.total, "person", "people"),
        "summary": f"whose name contains “{state.text}”" if state.text else "in the database",
        "text": state.text,
        "display": state.display,
        "sort": state.sort,
    }


def list_view(state: PeopleState, page: PersonPage, *, pictures: bool) -> dict[str, Any]:
    """Return one page of people; `pictures`: whether this server has thumbnails."""
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {
        "display": state.display,
        "rows": [_row(card, pictures=pictures) for card in page.items],
        "total": page.total,
        **place,
        "range": place["range"] if page.total else "",
        "open": state.person_id,
        "empty": None if page.items else _empty(state),
    }


def _empty(state: PeopleState) -> EmptyView:
    if state.text:
        return {"title": "No person found", "text": "No name, qualifier or alias contains this text."}
    return {
        "title": "No people yet",
        "text": "Import a list, or add the people in comments, on the page Library.",
    }


def _row(card: PersonCard, *, pictures: bool) -> PersonView:
    return {
        "id": card.person_id,
        "name": card.name,
        "qualifier": card.qualifier,
        "initials": "".join(word[0] for word in card.name.split()[:2]).upper(),
        "picture": _picture(card) if pictures else "",
        "files": wording.files(card.files),
        "years": _years(card),
        "aliases": ", ".join(alias for alias in card.aliases if alias != card.name),
    }


def _picture(card: PersonCard) -> str:
    """Return the address of the picture of a person; "" for none."""
    if card.picture_id is None:
        return ""
    return media_addresses.thumbnail(card.picture_id, card.picture_hash, card.picture_mtime_ns or 0)


def _years(card: PersonCard) -> str:
    if card.first_year is None:
        return ""
    return str(card.first_year) if card.first_year == card.last_year else f"{card.first_year}–{card.last_year}"


def plan_query(details: PersonProfile) -> str:
    """Return a search that finds the files of a person in the plan, also the unchanged ones."""
    card = details.card
    name = f"person_id:{card.person_id}" if details.has_shared_name else f"person:{query.quoted(card.name, exact=True)}"
    return f"{name} risk:{','.join(RISK_LEVELS)}"


def details_view(details: PersonProfile | None, *, pictures: bool, base: str = "") -> dict[str, Any]:
    """
    Return one person in detail.

    Args:
        details: The person; None closes the drawer.
        pictures: Whether this server has thumbnails.
        base: The common address of all pages, or "".

    """
    if details is None:
        return {"open": False}
    card = details.card
    rest = card.files - min(len(details.files), SHOWN_FILES)
    return _row(card, pictures=pictures) | {
        "open": True,
        "title": card.label,
        "facts": [pair for pair in _facts(card) if pair[1]],
        "companions": [
            {"id": each.person_id, "name": each.label, "files": wording.count(each.files)}
            for each in details.companions
        ],
        "merged": details.merged,
        "shown_files": [_file(file, card, pictures=pictures) for file in details.files[:SHOWN_FILES]],
        "more": f"and {wording.files(rest)} more" if rest > 0 else "",
        "can_split": card.files > 1,
        "href": _address(plan_query(details), base),
    }


def _facts(card: PersonCard) -> list[list[str]]:
    aliases = ", ".join(alias for alias in card.aliases if alias != card.name)
    return [
        ["Files", wording.count(card.files)],
        ["Years", _years(card)],
        ["Also called", aliases],
        ["Qualifier", f"{card.qualifier} (never written into files)" if card.qualifier else ""],
        ["Id", f"#{card.person_id}"],
    ]


def _file(file: PersonFile, card: PersonCard, *, pictures: bool) -> Mapping[str, Any]:
    has_picture = pictures and file.has_picture
    return {
        "id": file.file_id,
        "name": file.file_name,
        "path": file.path,
        "place": file.folder.replace("/", " / "),
        "picture": media_addresses.thumbnail(file.file_id, file.file_hash, file.mtime_ns) if has_picture else "",
        "is_shown": file.file_id == card.picture_id,
    }


def _address(text: str, base: str) -> str:
    return f"{base}?{urlencode({'view': 'plan', 'q': text})}" if base else f"/plan?{urlencode({'q': text})}"
