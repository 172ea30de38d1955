"""API tokens: who has which, what each may do, and when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.accounts import token_check
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import PERMISSIONS, WITHOUT_TOKENS, Permission
from indexium_core.model.accounts.tokens import MOST_TOKENS
from indexium_core.model.operations.actor import Actor
from indexium_core.model.planning.plan import PlanItem
from tests.integration.accounts.test_roles import CALLS, SAFE
from tests.integration.accounts.test_users import Clock
from tests.integration.test_actors import first, recorded
from tests.support.call_rules import ONLY_FOR_PEOPLE, SERVICES
from tests.support.cases import each_case
from tests.support.studio import ALL, Studio

PASSWORD = "correct horse"
POSSIBLE = [each for each in PERMISSIONS if each not in WITHOUT_TOKENS]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with Library.open(tmp_path / "home", clock=clock) as opened:
        yield opened


@pytest.fixture
def people(library: Library) -> dict[str, Actor]:
    """Return an administrator, and two viewers."""
    added = [
        library.users.add(name, PASSWORD, role=role)
        for name, role in (("Ann Lee", "admin"), ("Bob", "viewer"), ("Cy Orr", "viewer"))
    ]
    return {user.name: Actor("user", str(user.id), user.name) for user in added}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    with made.library:
        made.library.users.add("Root", PASSWORD, role="admin")
        yield made


def token_actor(library: Library, *permissions: str, name: str = "script", **options: Any) -> Actor:
    """Add a token, and return it as an actor."""
    found = library.token_check.find(library.tokens.add(name, permissions=permissions, **options).secret)
    assert found is not None
    return found.actor


# Of a token with one permission, a call must not need another one.
OWN_CALLS: dict[Permission, Callable[[Library, int, Sequence[PlanItem]], object]] = {
    **{permission: lambda library, *_, call=call: call(library) for permission, call in CALLS.items()},
    "plan.edit": lambda library, file_id, _: library.decisions.edit([file_id], ["Ann Lee"]),
    "jobs.manage": lambda library, *_: library.scans.add(),
    "write.safe": lambda library, _, items: library.operations.start_operation(items[:1], SAFE),
    "write.any": lambda library, _, items: library.operations.start_operation(items[1:], ALL),
    "rollback": lambda library, *_: library.history.start_rollback(1),
}
del OWN_CALLS["undo.any"]  # says whose steps `plan.edit` can undo


@pytest.fixture
def planned(studio: Studio) -> list[PlanItem]:
    """The changes of two files; a third one was written."""
    studio.library.write(studio.library.plan("id:3"), ALL).wait()
    return list(studio.library.plan().items)


# These change what is planned, so they come after the writes.
LAST = ("plan.edit", "people.edit")
TRIED = sorted((each for each in OWN_CALLS if each not in WITHOUT_TOKENS), key=LAST.__contains__)


@each_case("given", TRIED)
def test_token_may_do_what_it_has_and_nothing_else(studio: Studio, planned: list[PlanItem], given: Permission) -> None:
    library, file_id = studio.library, planned[0].file_id
    with library.acting_as(token_actor(library, given, name=given)):
        for permission, call in OWN_CALLS.items():
            if permission != given:
                with pytest.raises(errors.ForbiddenError, match=f"may not .*{permission}|may not manage people"):
                    call(library, file_id, planned)
        OWN_CALLS[given](library, file_id, planned)
    for each in library.jobs.list(per_page=0).items:
        library.jobs.wait(each.id)


def test_token_undoes_the_steps_of_others_only_with_its_permission(studio: Studio) -> None:
    library = studio.library
    step = library.decisions.set_fields([first(library)], {"title": "A"}).step_id
    with library.acting_as(token_actor(library, "plan.edit")):
        assert library.steps.undo() is None
        with pytest.raises(errors.ForbiddenError, match=r"undo\.any"):
            library.steps.undo(step)
    library.tokens.revoke(1)
    with library.acting_as(token_actor(library, "plan.edit", "undo.any")):
        assert library.steps.undo(step) is not None


@each_case("service", sorted(ONLY_FOR_PEOPLE))
def test_token_never_manages_people_or_tokens(studio: Studio, service: str) -> None:
    library = studio.library
    known = getattr(library, service).__class__
    calls = [name for name in dir(known) if not name.startswith("_") and callable(getattr(known, name))]
    assert len(calls) >= 3
    with library.acting_as(token_actor(library, *POSSIBLE, name=service)):
        for name in calls:
            with pytest.raises(errors.ForbiddenError, match="A token may not manage people"):
                getattr(getattr(library, service), name)()


def test_each_service_of_accounts_is_closed_to_tokens(studio: Studio) -> None:
    found = {
        name
        for name in SERVICES
        if getattr(studio.library, name).__class__.__module__.startswith("indexium_core.flows.accounts")
    }
    assert found - {"activity"} == ONLY_FOR_PEOPLE, "activity only reads"


@each_case("name", sorted(WITHOUT_TOKENS))
def test_no_token_gets_a_permission_that_none_may_have(studio: Studio, name: str) -> None:
    with pytest.raises(errors.UsageError, match=f"No token may have {name}"):
        studio.library.tokens.add("script", permissions=[name])


def test_token_loses_at_once_what_its_owner_loses(studio: Studio) -> None:
    library = studio.library
    library.users.add("Bob", PASSWORD, role="editor")
    bob, file_id = token_actor(library, "plan.read", "plan.edit", user="bob"), first(library)

    def edit() -> object:
        with library.acting_as(bob):
            return library.decisions.edit([file_id], ["Ann Lee"])

    edit()
    library.users.change("Bob", role="viewer")
    [shown] = library.tokens.list("Bob")
    assert (shown.permissions, shown.effective) == (["plan.read", "plan.edit"], ["plan.read"])
    with pytest.raises(errors.ForbiddenError, match=r"This token may not edit people.*plan\.edit"):
        edit()
    library.users.change("Bob", role="approver")
    edit()
    library.users.change("Bob", enabled=False)
    with library.acting_as(bob), pytest.raises(errors.ForbiddenError):
        library.plan()
    library.users.change("Bob", enabled=True)
    edit()
    library.users.remove("Bob")
    with library.acting_as(bob), pytest.raises(errors.ForbiddenError):
        library.plan()
    assert library.tokens.list() == []


def test_work_of_a_token_names_its_owner_and_itself(studio: Studio) -> None:
    library = studio.library
    actor = token_actor(library, *POSSIBLE)
    assert (actor.kind, actor.name) == ("token", "Root (script)")
    with library.acting_as(actor):
        handle = library.write(library.plan(), ALL)
    library.tokens.revoke(int(actor.id))
    assert set(handle.wait().counts) == {"success"}, "started work continues"
    assert library.operation(handle.id).operation.user_name == "Root (script)"
    assert actor in recorded(library).values()


def test_viewer_makes_own_tokens_and_sees_no_others(library: Library, people: dict[str, Actor]) -> None:
    admin = library.tokens.add("all", permissions=POSSIBLE, user="Ann Lee").token
    with library.acting_as(people["Bob"]):
        own = library.tokens.add("reader", days=7).token
        assert (own.user_name, own.permissions, own.effective) == ("Bob", ["plan.read"], ["plan.read"])
        assert [each.id for each in library.tokens.list()] == [own.id]
        with pytest.raises(errors.ForbiddenError, match=r"Bob is viewer and does not have write\.any"):
            library.tokens.add("writer", permissions=["plan.read", "write.any"])
        for call in (library.tokens.list, lambda user: library.tokens.add("x", user=user)):
            for name in ("Ann Lee", "Nobody"):
                with pytest.raises(errors.ForbiddenError, match="only your own tokens"):
                    call(name)
        with pytest.raises(errors.UnknownIdError, match=f"There is no token {admin.id}"):
            library.tokens.revoke(admin.id)
    with library.acting_as(people["Ann Lee"]):
        assert [each.user_name for each in library.tokens.list()] == ["Bob", "Ann Lee"]
        assert library.tokens.list("bob") == [own]
        assert library.tokens.own() == [admin]
        library.tokens.revoke(own.id)
    with library.acting_as(people["Bob"]):
        assert library.tokens.list() == []


def test_person_at_this_computer_names_the_owner_unless_there_is_one_person(library: Library) -> None:
    with pytest.raises(errors.UsageError, match="indexium users add NAME --role admin"):
        library.tokens.add("script")
    with pytest.raises(errors.UsageError, match="Nobody has signed in here"):
        library.tokens.own()
    library.users.add("Ann Lee", PASSWORD, role="admin")
    assert library.tokens.add("script", permissions=["jobs.manage"]).token.user_name == "Ann Lee"
    library.users.add("Bob", PASSWORD)
    with pytest.raises(errors.UsageError, match="--user NAME"):
        library.tokens.add("script")
    assert library.tokens.add("script", user="BOB").token.user_name == "Bob"
    assert len(library.tokens.list()) == 2


def test_token_ends_on_its_day(library: Library, people: dict[str, Actor], clock: Clock) -> None:
    added = library.tokens.add("script", days=2, user="Bob")
    assert added.token.ends_at == clock.now + timedelta(days=2)
    clock.now += timedelta(days=2, seconds=-1)
    found = library.token_check.find(added.secret)
    assert found is not None
    clock.now += timedelta(seconds=1)
    assert library.token_check.find(added.secret) is None
    with library.acting_as(found.actor), pytest.raises(errors.ForbiddenError):
        library.plan()
    [shown] = library.tokens.list()
    assert (shown.has_ended, shown.effective) == (True, [])


def test_use_is_noted_at_once_and_then_every_few_minutes(
    tmp_path: Path, library: Library, people: dict[str, Actor], clock: Clock
) -> None:
    added = library.tokens.add("script", user="Bob")
    first_use = clock.now

    def used() -> tuple[datetime | None, str]:
        [shown] = library.tokens.list()
        return shown.last_used_at, shown.last_address

    assert used() == (None, "")
    assert library.token_check.find(added.secret)
    assert used() == (None, ""), "a check is no use"
    for minutes, expected in ((0, (first_use, "10.0.0.1")), (4, (first_use, "10.0.0.1"))):
        clock.now = first_use + timedelta(minutes=minutes)
        library.token_check.find(added.secret, address="10.0.0.1" if not minutes else "10.0.0.2")
        assert used() == expected
    clock.now += timedelta(minutes=1)
    library.token_check.find(added.secret, address="10.0.0.3")
    assert used() == (clock.now, "10.0.0.3")


def test_check_reads_the_database_only_after_a_change(library: Library, people: dict[str, Actor]) -> None:
    secret = library.tokens.add("script", user="Bob").secret
    assert library.token_check.find(secret, address="10.0.0.1")
    counter = library._parts.core.store.read()._counter
    before = counter.value
    for _ in range(100):
        assert library.token_check.find(secret, address="10.0.0.1")
        assert library.token_check.find("ix_wrong") is None
    assert counter.value == before


def test_wrong_tokens_are_counted_by_address(library: Library) -> None:
    assert all(library.token_check.count_wrong("10.0.0.2") for _ in range(token_check._OF_ADDRESS))
    assert not library.token_check.count_wrong("10.0.0.2")
    assert library.token_check.count_wrong("10.0.0.3")


def test_token_survives_the_end_of_the_process(tmp_path: Path, library: Library, people: dict[str, Actor]) -> None:
    secret = library.tokens.add("script", user="Bob").secret
    library.close()
    with Library.open(tmp_path / "home") as again:
        found = again.token_check.find(secret)
        assert found is not None
        assert found.actor == Actor("token", "1", "Bob (script)")


def test_text_of_a_token_is_nowhere(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 1)
    library = studio.library
    library.users.add("Root", PASSWORD, role="admin")
    added = library.tokens.add("night scan", permissions=POSSIBLE)
    assert added.secret not in repr(added)
    actor = library.token_check.find(added.secret, address="10.0.0.2").actor  # type: ignore[union-attr]
    with library.acting_as(actor):
        library.write(library.plan(), ALL).wait()
        library.snapshots.take()
        library.export(tmp_path / "export")
        library.database_backups.make()
    library.close()
    stored = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(b"Root (night scan)" in text for text in stored.values())
    assert [path for path, text in stored.items() if added.secret[3:].encode() in text] == []


def test_snapshot_has_no_tokens(studio: Studio) -> None:
    import duckdb

    from indexium_core.model.accounts.tokens import secret_hash
    from indexium_core.store import home_files

    secret = studio.library.tokens.add("script").secret
    path = studio.library.snapshots.take().path
    names = set[str]()
    for part in (path, home_files.private_part_of(path)):
        with duckdb.connect(str(part), read_only=True) as opened:
            names |= {name for (name,) in opened.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        assert secret_hash(secret).encode() not in part.read_bytes()
    assert "users" in names
    assert "api_tokens" not in names


def test_many_threads_find_one_token(library: Library, people: dict[str, Actor]) -> None:
    secret, found = library.tokens.add("script", user="Bob").secret, []

    def run() -> None:
        for _ in range(50):
            found.append(library.token_check.find(secret, address="10.0.0.1"))
            library.token_check.read_again()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 200
    assert None not in found


@pytest.fixture
def taken(library: Library) -> Library:
    """The library, with a token."""
    library.users.add("Ann Lee", PASSWORD, role="admin")
    library.tokens.add("taken")
    return library


@each_case(
    ("named", "message"),
    [
        ({"name": "  "}, "needs a name"),
        ({"name": "x" * 61}, "at most 60 printable"),
        ({"name": "a\nb\x00"}, "at most 60 printable"),
        ({"name": "TAKEN"}, "Ann Lee has a token “TAKEN” already"),
        ({"permissions": []}, "needs a permission"),
        ({"permissions": ["plan.write"]}, "There is no permission “plan.write”"),
        ({"days": 0}, "1 to 3,650 days"),
        ({"days": 3651}, "1 to 3,650 days"),
        ({"libraries": []}, "at least one library"),
        ({"libraries": [7]}, "There is no library 7"),
        ({"user": "Zoe"}, "Nobody has the name “Zoe”"),
    ],
)
def test_wrong_input_is_one_sentence(taken: Library, named: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        taken.tokens.add(**({"name": "script"} | named))
    assert len(taken.tokens.list()) == 1


def test_person_has_a_limited_number_of_tokens(library: Library) -> None:
    library.users.add("Ann Lee", PASSWORD, role="admin")
    for number in range(MOST_TOKENS):
        library.tokens.add(f"script {number}")
    with pytest.raises(errors.UsageError, match="Revoke those that no program uses"):
        library.tokens.add("one more")


def test_owner_who_is_off_gets_no_token(library: Library, people: dict[str, Actor]) -> None:
    library.users.change("Bob", enabled=False)
    with pytest.raises(errors.UsageError, match="Bob is switched off"):
        library.tokens.add("script", user="Bob")


def test_identity_of_each_actor(library: Library, people: dict[str, Actor]) -> None:
    local = library.authority.identity
    assert (local.kind, local.id, local.role, local.permissions) == ("local", None, None, list(PERMISSIONS))
    with library.acting_as(people["Bob"]):
        found = library.authority.identity
        assert (found.kind, found.name, found.role, found.permissions) == ("user", "Bob", "viewer", ["plan.read"])
    with library.acting_as(token_actor(library, "plan.read", "write.any", user="Ann Lee", days=1)):
        found = library.authority.identity
        assert (found.kind, found.name, found.role) == ("token", "Ann Lee (script)", "admin")
        assert found.permissions == ["plan.read", "write.any"]
        assert found.ends_at == datetime(2026, 11, 2, tzinfo=UTC)
