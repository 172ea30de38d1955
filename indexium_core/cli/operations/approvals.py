"""`requests`: work that waits for another person: show it, approve it, reject it, withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import MOST, AsJson, Id, Yes, ask
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.approval import Approval, ApprovalItem

requests = typer.Typer(help="Work that waits until another person approves it.", no_args_is_help=True)
app.add_typer(requests, name="requests")


@requests.command("list", epilog="Example: indexium requests list --state waiting")
def list_requests(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="waiting, approved, rejected, withdrawn, expired or done.")] = "",
    kind: Annotated[str, typer.Option(help="write, publish or rollback.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the requests, the newest first."""
    with opened(context) as library:
        rows = library.approvals.list(state, kind=kind, per_page=0).items
    header = ("request", "work", "state", "proposed by", "when", "until", "decided by")
    empty = "There is no such request." if state or kind else "No work waits for approval, and none did."
    output.listing(rows, header, _cells, empty=empty, as_json=as_json)


def _cells(each: Approval) -> tuple[str, ...]:
    until = wording.when(each.expires_at) if each.state == "waiting" else ""
    return (
        str(each.id),
        each.summary,
        each.state_words,
        each.proposed_by,
        wording.when(each.proposed_at),
        until,
        each.decided_by or "",
    )


@requests.command("show", epilog="Example: indexium requests show 3")
def show_request(
    context: typer.Context,
    request_id: Id,
    page: Annotated[int, typer.Option(min=1, max=MOST, help="Page of the files.")] = 1,
    per_page: Annotated[int, typer.Option(min=0, max=1000, help="Files of a page; 0: all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show a request with its steps and its files."""
    with opened(context) as library:
        found = library.approvals.get(request_id)
        items = library.approvals.items(request_id, page=page, per_page=per_page)
        why_not = library.approvals.why_not_approve(request_id)
    if as_json:
        output.to_json({**found.as_dict(), "items": items})
        return
    output.note(f"Request {found.id}: {found.summary} ({wording.size(found.bytes)}), {found.state_words}. {found.why}")
    for each in found.entries:
        text = f": {each.text}" if each.text else ""
        output.note(f"{wording.when(each.at)}  {each.words}{text}")
    if found.state == "waiting":
        output.note(f"It waits until {wording.when(found.expires_at)}. Its digest is {found.digest}.")
        if why_not:
            output.note(f"You may not approve it: {why_not}")
    if found.operation_id is not None:
        output.note(f"Operation {found.operation_id} writes it: 'indexium operations show {found.operation_id}'.")
    output.table(("id", "name", "path"), map(_item_cells, items.items))


def _item_cells(each: ApprovalItem) -> tuple[str, ...]:
    return each.item, each.name, each.path


@requests.command("approve", epilog="Example: indexium requests approve 3")
def approve(
    context: typer.Context,
    request_id: Id,
    digest: Annotated[str, typer.Option(help="Refuse if the request has another digest than this one.")] = "",
    comment: Annotated[str, typer.Option(help="A comment.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Approve a request of somebody else, and start its work."""
    with opened(context) as library:
        found = library.approvals.get(request_id)
        if found.state == "waiting":
            output.note(f"The {found.summary} ({wording.size(found.bytes)}) of {found.proposed_by} would start.")
            if why_not := library.approvals.why_not_approve(request_id):
                raise errors.ForbiddenError(why_not)  # before the question
            ask(yes=yes)
        done = library.approvals.approve(request_id, expected=digest, note=comment)
    output.result(done, f"Request {done.id} is approved, and runs as operation {done.operation_id}.", as_json=as_json)


@requests.command("reject", epilog="Example: indexium requests reject 3 'Cy Orr is not in these films.'")
def reject(
    context: typer.Context,
    request_id: Id,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="A sentence for the proposer.")],
    as_json: AsJson = False,
) -> None:
    """Reject a request of somebody else; nothing of it is written."""
    with opened(context) as library:
        done = library.approvals.reject(request_id, reason)
    output.result(done, f"Request {done.id} is rejected.", as_json=as_json)


@requests.command("withdraw", epilog="Example: indexium requests withdraw 3")
def withdraw(
    context: typer.Context,
    request_id: Id,
    comment: Annotated[str, typer.Option(help="A comment.")] = "",
    as_json: AsJson = False,
) -> None:
    """Withdraw your own request; nothing of it is written."""
    with opened(context) as library:
        done = library.approvals.withdraw(request_id, comment)
    output.result(done, f"Request {done.id} is withdrawn.", as_json=as_json)


@requests.command("comment", epilog="Example: indexium requests comment 3 'Why Cy Orr?'")
def comment_request(
    context: typer.Context,
    request_id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence.")],
    as_json: AsJson = False,
) -> None:
    """Add a comment to a request."""
    with opened(context) as library:
        done = library.approvals.comment(request_id, text)
    output.result(done, f"Request {done.id} has the comment.", as_json=as_json)
