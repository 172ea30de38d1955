"""The page of requests: work that waits for another person, and what people decided about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.components.base import Component
from dashboards.components.paging import page_or_last
from dashboards.pages.requests import requests_views
from dashboards.pages.requests.requests_state import RequestsState
from dashboards.questions import write_sections
from dashboards.screen import Screen
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.approval import Approval
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import PlanItem, Selection
from indexium_core.model.query.filters import MAX_IDS

EVENTS = ("approvals:changed", *(f"{kind}:completed" for kind in ("write", "publish", "rollback")))
_COMMENT = "Comment (optional)"


class RequestsScreen(Screen):
    """The list of requests, and one of them in detail."""

    state: RequestsState

    def __init__(self, session: Session) -> None:
        self.state = RequestsState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._list, self._drawer = (
            requests_views.RequestsHeader(),
            requests_views.RequestsList(),
            requests_views.RequestDetails(),
        )
        self._shown: requests_views.OpenRequest | None = None
        self._header.on(state=lambda message: self._narrow(str(message.get("value", ""))))
        self._list.on(
            open=lambda message: self._open(int(message["id"])),
            cursor=self._move,
            close=lambda _: self._open(None),
            page=lambda message: self._turn(number=max(1, int(message["page"]))),
        )
        self._drawer.on(
            close=lambda _: self._open(None),
            approve=lambda _: self._with_shown(self._ask_approval),
            reject=lambda _: self._with_shown(self._ask_reason),
            withdraw=lambda _: self._with_shown(self._ask_withdrawal),
            comment=lambda _: self._with_shown(self._ask_comment),
            plan=lambda _: self._with_shown(lambda shown: session.search_plan(shown.search)),
            operation=lambda _: self._with_shown(lambda shown: self._history(shown.approval.operation_id)),
            reverts=lambda _: self._with_shown(lambda shown: self._history(shown.approval.reverts_id)),
            file=lambda message: self._open_file(int(message["id"])),
            page=lambda message: self._turn(files=max(1, int(message["page"]))),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"requests_header": self._header, "requests_list": self._list, "request_details": self._drawer}

    def start(self) -> None:
        """Subscribe to the events of requests and operations."""
        self._bridge.listen(EVENTS, self.refresh, every=0.3)

    def reset(self) -> None:
        """Show all requests."""
        self.state.take("")

    def refresh(self) -> None:
        """Read the requests again, if the page is shown."""
        if not self._session.is_showing("requests"):
            return
        shown, number, request_id, files = (
            self.state.shown,
            self.state.number,
            self.state.request_id,
            self.state.files,
        )

        def read() -> requests_views.RequestsSnapshot:
            approvals = self._library.approvals
            page = page_or_last(
                lambda place: approvals.list(shown, page=place, per_page=requests_views.PER_PAGE),
                number,
                requests_views.PER_PAGE,
            )
            opened = None if request_id is None else self._read_one(request_id, files)
            missing = request_id if opened is None else None
            return requests_views.RequestsSnapshot(page=page, notice=approvals.notice(), shown=opened, missing=missing)

        self._bridge.run(read, self._show, name="requests")

    def _read_one(self, request_id: int, files: int) -> requests_views.OpenRequest | None:
        approvals = self._library.approvals
        try:
            approval = approvals.get(request_id)
        except errors.UnknownIdError:
            return None
        items = page_or_last(
            lambda place: approvals.items(request_id, page=place, per_page=requests_views.FILES),
            files,
            requests_views.FILES,
        )
        planned, search = {}, ""
        if approval.kind == "write" and approval.state == "waiting":  # the history has what was written
            plan = self._library.plan(file_ids=[each.number for each in items.items], **_modes(approval))
            found = plan.page(per_page=0, include_unchanged=True).items
            planned = {item.file_id: item for item in found}
            if items.total <= MAX_IDS:
                ids = frozenset(each.number for each in approvals.items(request_id, per_page=0).items)
                search = query.search_of(Selection(included=ids))
        return requests_views.OpenRequest(
            approval=approval,
            may_decide=approvals.may_decide(request_id),
            why_not=approvals.why_not_approve(request_id),
            may_withdraw=approvals.may_withdraw(request_id),
            items=items,
            planned=planned,
            search=search,
        )

    def _show(self, found: requests_views.RequestsSnapshot) -> None:
        self._shown = found.shown
        if found.missing is not None and found.missing == self.state.request_id:
            self._bridge.toast("error", f"There is no request {found.missing}.")
            self.state.request_id = None
            self._session.update_address()
        self.state.number = found.page.page
        self._header.put(**requests_views.header_view(found.notice, self.state))
        self._list.put(**requests_views.list_view(found.page, state=self.state))
        self._drawer.put(**requests_views.details_view(found.shown))

    # Moving.

    def _narrow(self, state: str) -> None:
        self._turn(shown=state, number=1)

    def _turn(self, **values: Any) -> None:
        self.state.param.update(**values)
        self._session.update_address()
        self.refresh()

    def _move(self, message: Mapping[str, Any]) -> None:
        if self.state.request_id is not None:
            self._open(int(message["id"]))

    def _open(self, request_id: int | None) -> None:
        is_step = (request_id is None) != (self.state.request_id is None)
        self.state.param.update(request_id=request_id, files=1)
        self._session.update_address(push=is_step)
        self.refresh()

    def _open_file(self, file_id: int) -> None:
        self._session.go("plan", cursor=file_id, details=True, track=file_id)

    def _history(self, operation_id: int | None) -> None:
        self._session.go("history", operation_id=operation_id)

    def _with_shown(self, act: Callable[[requests_views.OpenRequest], None]) -> None:
        if self._shown is not None and self._shown.approval.id == self.state.request_id:
            act(self._shown)

    # Deciding.

    def _ask_approval(self, shown: requests_views.OpenRequest) -> None:
        self._bridge.run(lambda: self._losses(shown.approval), self._ask_to_approve, name="approval", once=True)

    def _losses(self, each: Approval) -> requests_views.LossesOfRequest:
        """Return what the work of a request would lose; only a write has files in the plan."""
        if each.kind != "write":
            return requests_views.LossesOfRequest(each, [], lambda _: {}, has_changed=False)
        plan = self._library.plan(**_modes(each))
        files = frozenset(item.number for item in self._library.approvals.items(each.id, per_page=0).items)
        selection = Selection(included=files)

        def listed(page: int) -> tuple[list[PlanItem], int]:
            size = write_sections.PER_PAGE
            return plan.sample(selection, write_sections.QUERIES["danger"], limit=size, offset=(page - 1) * size)

        summary = self._library.preview(
            selection, plan, options=WriteOptions(risk=tuple(each.query["options"]["risk"]))
        )
        return requests_views.LossesOfRequest(
            each,
            write_sections.losses(summary, *listed(1), may_change=False),
            lambda page: write_sections.dangers(*listed(page), page),
            has_changed=summary.by_risk != {level: number for level, number in each.by_risk.items() if number},
        )

    def _ask_to_approve(self, found: requests_views.LossesOfRequest) -> None:
        each, danger = found.approval, found.approval.by_risk.get("danger", 0)
        serial = self._dialog.ask(
            f"Approve the {each.summary}?",
            requests_views.approval_sections(found),
            lambda note: self._act(
                lambda: self._library.approvals.approve(each.id, expected=each.digest, note=note),
                f"Request {each.id} is approved, and runs.",
            ),
            confirm="Approve",
            risky=danger > 0,
            typed=write_sections.typed(danger, noun=each.noun, verb="approve") if danger else None,
            note=_COMMENT,
            turn=lambda _list, page, _choice: self._bridge.run(
                lambda: found.page(page), lambda section: self._dialog.renew_list(serial, section), name="dangers"
            ),
        )

    def _ask_reason(self, shown: requests_views.OpenRequest) -> None:
        each = shown.approval
        self._dialog.ask(
            f"Reject the {each.summary}?",
            [{"kind": "text", "text": f"Nothing of it is written. {each.proposed_by} sees your reason."}],
            lambda note: self._act(
                lambda: self._library.approvals.reject(each.id, note), f"Request {each.id} is rejected."
            ),
            confirm="Reject",
            risky=True,
            note="Reason",
            wants_note=True,
        )

    def _ask_withdrawal(self, shown: requests_views.OpenRequest) -> None:
        each = shown.approval
        self._dialog.ask(
            f"Withdraw the {each.summary}?",
            [{"kind": "text", "text": "Nothing of it is written. You can propose it again."}],
            lambda note: self._act(
                lambda: self._library.approvals.withdraw(each.id, note), f"Request {each.id} is withdrawn."
            ),
            confirm="Withdraw",
            note=_COMMENT,
        )

    def _ask_comment(self, shown: requests_views.OpenRequest) -> None:
        each = shown.approval
        self._dialog.ask(
            f"Comment on request {each.id}",
            [{"kind": "text", "text": f"{each.title}, proposed by {each.proposed_by}."}],
            lambda note: self._act(lambda: self._library.approvals.comment(each.id, note), "Your comment is added."),
            confirm="Add the comment",
            note="Comment",
            wants_note=True,
        )

    def _act(self, call: Callable[[], Approval], done: str) -> None:
        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self.refresh()

        def succeeded(_: Approval) -> None:
            self._bridge.toast("good", done)
            self.refresh()

        self._bridge.run(call, succeeded, name="request", once=True, failed=failed)


def _modes(approval: Approval) -> dict[str, Any]:
    """Return the modes of the plan of a write, as arguments of `Library.plan`."""
    modes = approval.query["modes"]
    return {
        "mode": modes["people_mode"],
        "comment_mode": modes["comment_mode"],
        "include_unknown": modes["include_unknown"],
        "hard_links": modes["hard_links"],
    }
