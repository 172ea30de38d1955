"""The components of the page of requests, and their views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.components import field_text, paging
from dashboards.components.base import Component, module, needing
from dashboards.components.details.item_text import SHOWN_TAGS, reason, tag_list
from dashboards.pages.requests.requests_state import RequestsState
from dashboards.pages.requests.view_types import RequestDetailsView, RequestsHeaderView, RequestsListView
from dashboards.questions import write_sections
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.approval import (
    APPROVAL_STATES,
    Approval,
    ApprovalItem,
    ApprovalItemPage,
    ApprovalNotice,
    ApprovalPage,
    ApprovalState,
)
from indexium_core.model.planning.plan import PlanItem

PER_PAGE = 25
FILES = 20  # of a page in the details
_LEVELS: Mapping[ApprovalState, str] = {
    "waiting": "warning",
    "approved": "note",
    "rejected": "danger",
    "withdrawn": "unchanged",
    "expired": "unchanged",
    "done": "safe",
}
_CHIPS: Mapping[ApprovalState, str] = {
    "waiting": "waiting",
    "approved": "running",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "expired": "expired",
    "done": "done",
}


class RequestsHeader(Component):
    """Messages: `state` {value}."""

    _esm = module("requests_header")
    _view = RequestsHeaderView


class RequestsList(Component):
    """
    The requests, the newest first.

    Messages: `open` {id}, `cursor` {id}, `close`, `page` {page}.
    """

    _esm = module("requests_list")
    _view = RequestsListView
    _styles = ("requests.css",)


class RequestDetails(Component):
    """
    One request with its steps and files.

    Messages: `close`, `approve`, `reject`, `withdraw`, `comment`, `plan`, `operation`, `reverts`, `file` {id}, `page`
    {page} (of the files).
    """

    _esm = module("request_details")
    _view = RequestDetailsView
    _needs = needing({PLAN_EDIT: "comment withdraw"})
    _styles = ("requests.css",)


class OpenRequest(NamedTuple):
    """The request in detail, with what the person may do, and a page of its files."""

    approval: Approval
    may_decide: bool
    why_not: str  # why the person may not approve it, as a sentence; "": it is possible
    may_withdraw: bool
    items: ApprovalItemPage
    planned: Mapping[int, PlanItem]  # the present plan of the files of the page
    search: str  # finds its files in the plan; "" if they are too many, or no files


class LossesOfRequest(NamedTuple):
    """What the work of a request would lose."""

    approval: Approval
    sections: list[dict[str, Any]]  # of the losses; empty if no file is dangerous
    page: Callable[[int], dict[str, Any]]  # returns another page of the dangerous files
    has_changed: bool  # the present plan has other risks than the request


class RequestsSnapshot(NamedTuple):
    """The data of the page, read at one time."""

    page: ApprovalPage
    notice: ApprovalNotice
    shown: OpenRequest | None
    missing: int | None  # the request that the address names, if there is none


def header_view(notice: ApprovalNotice, state: RequestsState) -> dict[str, Any]:
    """Return the view of the header."""
    parts = [
        f"{wording.plural(notice.to_decide, 'waits', 'wait')} for you" if notice.to_decide else "",
        f"{wording.plural(notice.proposed, 'of yours waits', 'of yours wait')}" if notice.proposed else "",
    ]
    states = [{"value": "", "label": "All requests", "on": not state.shown}]
    states += [
        {"value": each, "label": _CHIPS[each].capitalize(), "on": state.shown == each} for each in APPROVAL_STATES
    ]
    return {"summary": " · ".join(filter(None, parts)), "states": states}


def list_view(page: ApprovalPage, *, state: RequestsState) -> dict[str, Any]:
    """Return one page of requests."""
    return {
        "rows": [_row(each) for each in page.items],
        "total": page.total,
        **paging.place(page.page, page.per_page, shown=len(page.items), total=page.total),
        "cursor": state.request_id,
        "empty": None if page.total else _empty(state),
    }


def _empty(state: RequestsState) -> dict[str, str]:
    if state.shown:
        return {"title": "No such request", "text": "Choose another state above."}
    return {
        "title": "Nothing waits for approval",
        "text": "Work above the limits in Settings, under Approval, waits here until another person approves it.",
    }


def _row(each: Approval) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "who": f"by {each.proposed_by} · {wording.when(each.proposed_at)}",
        "files": each.items,
        "why": wording.list_of(each.reasons),
        "state": _CHIPS[each.state],
        "level": _LEVELS[each.state],
    }


def details_view(shown: OpenRequest | None) -> dict[str, Any]:
    """Return the view of the request in detail; None: there is none."""
    if shown is None:
        return {"open": False}
    each = shown.approval
    return {
        "open": True,
        "id": each.id,
        "title": each.title,
        "when": f"Request {each.id} · proposed by {each.proposed_by} · {wording.when(each.proposed_at)}",
        "state": each.state_words[:1].upper() + each.state_words[1:],
        "level": _LEVELS[each.state],
        "text": _text(each),
        "facts": _facts(each),
        "acts": list(_acts(shown)),
        "hint": _hint(shown),
        "steps": [{"at": wording.when(step.at), "text": step.words, "note": step.text} for step in each.entries],
        "files": {
            "noun": "Titles" if each.kind == "publish" else "Files",
            "rows": [_file(item, shown) for item in shown.items.items],
            "total": shown.items.total,
            **paging.place(
                shown.items.page, shown.items.per_page, shown=len(shown.items.items), total=shown.items.total
            ),
        },
    }


def approval_sections(found: LossesOfRequest) -> list[dict[str, Any]]:
    """Return the sections of the question before an approval: the risk, what would be lost, and what it promises."""
    each = found.approval
    levels = [{"level": level, "count": wording.count(number)} for level, number in each.by_risk.items() if number]
    promise = "What was proposed is what is written: if a file differs by then, nothing starts."
    changed = (
        "The plan of these files has changed since the proposal. An approval shows what differs, and starts nothing."
    )
    return [
        *([{"kind": "why", "level": "warning", "text": changed}] if found.has_changed else []),
        {"kind": "text", "text": f"It starts at once, as an operation of {each.proposed_by}. {each.why}"},
        {"kind": "levels", "levels": levels},
        *found.sections,
        {"kind": "hint", "text": promise},
    ]


def _text(each: Approval) -> str:
    if each.state == "waiting":
        return f"{each.why} {each.note}".strip()
    return each.note


def _facts(each: Approval) -> list[list[str]]:
    risks = ", ".join(f"{wording.count(count)} {level}" for level, count in each.by_risk.items() if count)
    found = [
        [f"{each.noun}s".capitalize(), wording.count(each.files)],
        ["Size", wording.size(each.bytes)],
        ["Risk", risks],
    ]
    if each.state == "waiting":
        found.append(["Expires", wording.when(each.expires_at)])
    if each.decided_at is not None:
        found.append(["Decided", f"by {each.decided_by}, {wording.when(each.decided_at)}"])
    return found


def _acts(shown: OpenRequest) -> Sequence[dict[str, str]]:
    each = shown.approval
    found: list[tuple[bool, dict[str, str]]] = [
        (shown.may_decide and not shown.why_not, {"label": "Approve…", "act": "approve", "kind": "primary"}),
        (shown.may_decide, {"label": "Reject…", "act": "reject"}),
        (shown.may_withdraw, {"label": "Withdraw…", "act": "withdraw"}),
        (each.state == "waiting", {"label": "Comment…", "act": "comment"}),
        (bool(shown.search), {"label": "Show in the plan", "act": "plan"}),
        (each.operation_id is not None, {"label": "Show the operation", "act": "operation"}),
        (each.reverts_id is not None, {"label": "Show what it rolls back", "act": "reverts"}),
    ]
    return [button for is_possible, button in found if is_possible]


def _hint(shown: OpenRequest) -> str:
    if shown.approval.operation_id is not None:
        return "The operation has the changes and the result of each file."
    return shown.why_not if shown.approval.state == "waiting" else ""


def _file(item: ApprovalItem, shown: OpenRequest) -> dict[str, Any]:
    plan = shown.planned.get(item.number) if item.item.startswith("file:") else None
    head = {"name": item.name, "path": item.path}
    if plan is None:
        file_id = item.number if item.item.startswith("file:") else None
        return {"id": file_id, **head, "tags": [], "more": 0, "risk": "", "reason": "", "texts": []}
    tags = tag_list(plan)
    return {
        "id": plan.file_id,
        **head,
        "tags": [*tags[:SHOWN_TAGS], *field_text.tags(plan.field_changes)],
        "more": max(0, len(tags) - SHOWN_TAGS),
        "risk": plan.risk_level,
        "reason": reason(plan),
        "texts": write_sections.lost_texts(plan),
    }
