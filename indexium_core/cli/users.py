"""`users`: the people who sign in, their roles, passwords and sessions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.options import AsJson, Yes, ask
from indexium_core.model import wording

if TYPE_CHECKING:
    from indexium_core.model.accounts.sign_in import UserIdentity
    from indexium_core.model.accounts.users import User, UserSession

users = typer.Typer(help="The people who sign in. Without any, this computer needs no sign-in.", no_args_is_help=True)
app.add_typer(users, name="users")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A person of 'indexium users list'.")]
RoleName = Annotated[str, typer.Option("--role", help="viewer, editor, approver or admin.")]
SeenLibraries = Annotated[
    list[int] | None,
    typer.Option("--library", metavar="ID", help="A folder that the person sees; repeatable. Default: all."),
]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the standard input.")]


@users.command("list", epilog="Example: indexium users list")
def list_users(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the people with their roles."""
    with opened(context) as library:
        rows = library.users.list()
    header = ("name", "role", "folders", "state", "second factor", "sessions", "last seen")
    empty = "Nobody signs in. 'indexium users add NAME --role admin' adds the first person."
    output.listing(rows, header, _cells, empty=empty, as_json=as_json)


def _cells(user: User) -> tuple[str, ...]:
    state = "off" if not user.enabled else "on" if user.has_password else "needs a password"
    seen = wording.when(user.last_seen_at) if user.last_seen_at else ""
    folders = "all" if user.libraries is None else ", ".join(map(str, user.libraries)) or "none"
    return user.name, user.role, folders, state, "on" if user.has_second_factor else "off", f"{user.sessions:,}", seen


@users.command("add", epilog="Example: indexium users add 'Ann Lee' --role admin")
def add_user(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unique without regard to case.")],
    role: RoleName = "viewer",
    libraries: SeenLibraries = None,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Add a person. From the first one on, the dashboard and REST need a sign-in or a token."""
    with opened(context) as library:
        is_first = not library.users.list()
        added = library.users.add(name, _password(is_read=password_stdin), role=role, libraries=libraries or None)
    output.result(added, f"{added.name} is added as {added.role}.", as_json=as_json)
    if is_first:
        output.note("From now on, the dashboard and REST need a sign-in. Commands on this computer do not.")


@users.command("set", epilog="Example: indexium users set 'Ann Lee' --role editor")
def set_user(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    role: Annotated[str | None, typer.Option(help="viewer, editor, approver or admin.")] = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether the person can sign in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change the name, the role or the switch of a person. A new role or switch ends the sessions."""
    if new_name is None and role is None and enabled is None:
        raise errors.UsageError("Nothing would change. Use --name, --role, --on or --off.")
    with opened(context) as library:
        user = library.users.change(name, new_name=new_name, role=role, enabled=enabled)
    output.result(
        user, f"{user.name} is {user.role}, and {'can' if user.enabled else 'cannot'} sign in.", as_json=as_json
    )


@users.command("libraries", epilog="Example: indexium users libraries Bob 1 3")
def set_libraries(
    context: typer.Context,
    name: Name,
    libraries: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="The ids of 'indexium libraries list'.")
    ] = None,
    all_libraries: Annotated[bool, typer.Option("--all", help="All folders, also those that are added later.")] = False,
    none: Annotated[bool, typer.Option("--none", help="No folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a person only some folders. Files of the others do not exist for this person. That ends the sessions."""
    if [bool(libraries), all_libraries, none].count(True) != 1:
        raise errors.UsageError("Name the folders by their ids, or use --all or --none.")
    with opened(context) as library:
        user = library.users.set_libraries(name, None if all_libraries else libraries or [])
        names = {each.library_id: each.name for each in library.inventory.list()}
    seen = "all folders" if user.libraries is None else ", ".join(names[each] for each in user.libraries) or "no folder"
    output.result(user, f"{user.name} sees {seen}.", as_json=as_json)


@users.command("password", epilog="Example: indexium users password 'Ann Lee'")
def set_password(
    context: typer.Context, name: Name, password_stdin: FromInput = False, as_json: AsJson = False
) -> None:
    """Set the password of a person, and end the sessions."""
    with opened(context) as library:
        found = library.users.get(name)
        user = library.users.set_password(found.name, _password(is_read=password_stdin))
    output.result(user, f"The password of {user.name} is changed. {user.name} has to sign in again.", as_json=as_json)


@users.command("second-factor", epilog="Example: indexium users second-factor 'Ann Lee' --off")
def second_factor(
    context: typer.Context,
    name: Name,
    off: Annotated[
        bool, typer.Option("--off", help="Switch it off: the device and the recovery codes are lost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show whether a sign-in of a person needs a code, or switch that off. Each person switches it on."""
    with opened(context) as library:
        user = library.second_factor.switch_off_of(name) if off else library.users.get(name)
    needs = "needs the password and a code" if user.has_second_factor else "needs the password, and no code"
    output.result(user, f"A sign-in of {user.name} {needs}.", as_json=as_json)


@users.command("link", epilog="Example: indexium users link 'Ann Lee' 8f2c51")
def link_user(
    context: typer.Context,
    name: Name,
    subject: Annotated[
        str, typer.Argument(metavar="[SUBJECT]", help="The id that the provider gives the account.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Remove this link.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show with which accounts of the OpenID Connect provider a person signs in, link one, or remove a link."""
    with opened(context) as library:
        if subject and remove:
            library.identities.unlink(name, subject)
        elif subject:
            library.identities.link(name, subject)
        rows = library.identities.list(name)
    empty = "This person signs in with no account of another program."
    output.listing(rows, ("name", "provider", "subject", "since"), _identity_cells, empty=empty, as_json=as_json)


def _identity_cells(each: UserIdentity) -> tuple[str, ...]:
    return each.user_name, each.issuer, each.subject, wording.when(each.created_at)


@users.command("remove", epilog="Example: indexium users remove 'Ann Lee' --yes")
def remove_user(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Remove a person. The history keeps the name."""
    with opened(context) as library:
        user = library.users.get(name)
        output.note(f"{user.name} ({user.role}) would be removed, and could not sign in any more.")
        ask(yes=yes)
        library.users.remove(user.name)
        is_last = not library.users.list()
    output.note(f"{user.name} is removed.")
    if is_last:
        output.note("Nobody is left: this computer needs no sign-in any more.")


@users.command("sessions", epilog="Example: indexium users sessions")
def sessions(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only of this person.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the browsers in which people have signed in, newest first."""
    with opened(context) as library:
        rows = library.users.sessions(name)
    header = ("session", "name", "address", "last seen", "until", "client")
    output.listing(rows, header, _session_cells, empty="Nobody has signed in.", as_json=as_json)


def _session_cells(each: UserSession) -> tuple[str, ...]:
    times = wording.when(each.last_seen_at), wording.when(each.ends_at)
    return str(each.id), each.user_name, each.address, *times, each.client


@users.command("sign-out", epilog="Example: indexium users sign-out 'Ann Lee'")
def sign_out(
    context: typer.Context,
    name: Name,
    session: Annotated[int | None, typer.Option(help="Only this one of 'indexium users sessions'.")] = None,
) -> None:
    """End the sessions of a person."""
    with opened(context) as library:
        ended = library.users.end_sessions(name, session)
    output.note(f"{wording.plural(ended, 'session')} ended.")


def _password(*, is_read: bool) -> str:
    """Return the password from the standard input, or from two hidden questions."""
    if is_read:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise errors.UsageError("There is no terminal to ask for the password. Use --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
