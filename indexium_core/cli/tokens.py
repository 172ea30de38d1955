"""`tokens`: keys with which programs sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_READ

if TYPE_CHECKING:
    from indexium_core.model.accounts.tokens import ApiToken

tokens = typer.Typer(help="API tokens: keys with which programs use REST.", no_args_is_help=True)
app.add_typer(tokens, name="tokens")


@tokens.command("list", epilog="Example: indexium tokens list --user 'Ann Lee'")
def list_tokens(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Only of this person.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the tokens, newest first, without their texts."""
    with opened(context) as library:
        rows = library.tokens.list(user)
    header = ("token", "owner", "name", "may", "libraries", "until", "last used", "from")
    empty = "There is no token. 'indexium tokens add NAME --may plan.read' adds one."
    output.listing(rows, header, _cells, empty=empty, as_json=as_json)


def _cells(token: ApiToken) -> tuple[str, ...]:
    lost = [each for each in token.permissions if each not in token.effective]
    may = ", ".join(token.effective) + (f" (not now: {', '.join(lost)})" if lost and not token.has_ended else "")
    where = "all" if token.libraries is None else ", ".join(map(str, token.libraries))
    until = "ended" if token.has_ended else wording.when(token.ends_at) if token.ends_at else "revoked"
    used = wording.when(token.last_used_at) if token.last_used_at else "never"
    return str(token.id), token.user_name, token.name, may, where, until, used, token.last_address


@tokens.command("add", epilog="Example: indexium tokens add 'night scan' --may plan.read --may jobs.manage --days 90")
def add_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    permissions: Annotated[
        list[str] | None,
        typer.Option("--may", metavar="PERMISSION", help="What it may do; repeatable. Default: plan.read."),
    ] = None,
    days: Annotated[int | None, typer.Option(help="After how many days it ends; default: when it is revoked.")] = None,
    libraries: Annotated[
        list[int] | None,
        typer.Option("--library", metavar="ID", help="Its only libraries; repeatable. Default: all of its owner."),
    ] = None,
    user: Annotated[str, typer.Option(help="Its owner; default: the only person there is.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a token, and print its text; no later command shows it. A token may never do more than its owner."""
    with opened(context) as library:
        added = library.tokens.add(
            name, permissions=permissions or [PLAN_READ], days=days, libraries=libraries or None, user=user
        )
    if as_json:
        output.to_json(added)
        return
    token = added.token
    until = f"until {wording.when(token.ends_at)}" if token.ends_at else "until it is revoked"
    output.note(f"Token {token.id} “{token.name}” of {token.user_name}: {', '.join(token.permissions)}, {until}.")
    output.note("Keep its text in a safe place; it is not shown again:")
    output.say_out(added.secret)


@tokens.command("revoke", epilog="Example: indexium tokens revoke 3")
def revoke_token(
    context: typer.Context,
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="The number of a token of 'indexium tokens list'.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a token at once. The history keeps its name."""
    with opened(context) as library:
        revoked = library.tokens.revoke(token)
    sentence = f"Token {revoked.id} “{revoked.name}” of {revoked.user_name} is revoked."
    output.result(revoked, sentence, as_json=as_json)
