"""Who did what: steps, operations and jobs of all actors, in one list."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from indexium_core import cli, errors
from indexium_core.model.accounts.users import SignedIn
from indexium_core.model.operations.actor import Actor
from tests.support.rest import Client
from tests.support.studio import ALL, Studio

PASSWORD = "correct horse"
NIGHT, DAY = Actor("schedule", "1", "Nightly scan"), Actor("webhook", "2", "radarr")


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[Studio]:
    """Open a home in which a schedule and a sender did something."""
    made = Studio(folder, 3)
    library = made.library
    with library:
        ids = [item.file_id for item in library.plan().items]
        with library.acting_as(NIGHT):
            library.decisions.edit(ids[:2], ["Cy Orr"])
            library.scan()
        with library.acting_as(DAY):
            handle = library.write(library.plan(), ALL)
            handle.wait()
            library.rollback(handle.id).wait()
        library.steps.undo(library.steps.next().undoable[-1])
        yield made


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with filled(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The home of the tests that only read."""
    with filled(tmp_path_factory.mktemp("unchanged")) as made:
        yield made


def shown_rows(studio: Studio, actor: str = "", **filters: str) -> list[tuple[str, str, str, str]]:
    page = studio.library.activity.page(actor, **filters)
    return [(row.actor_name, row.kind, row.text, row.state) for row in page.items]


def test_list_has_everything_that_each_actor_did(unchanged: Studio) -> None:
    assert shown_rows(unchanged, "nightly SCAN") == [
        ("Nightly scan", "job", "Scan all libraries", "completed"),
        ("Nightly scan", "step", "edited the people of 2 files", "undone"),
    ]
    assert shown_rows(unchanged, "radarr") == [
        ("radarr", "operation", "rolled back 3 files", "completed"),
        ("radarr", "operation", "wrote 3 files", "rolled_back"),
    ]
    everything = shown_rows(unchanged)
    assert ("edited the people of 2 files", "undo") not in {(text, kind) for _, kind, text, _ in everything}
    assert [text for _, kind, text, _ in everything if kind == "undo"] == ["Undo: edited the people of 2 files"]
    totals = {each.name: each.total for each in unchanged.library.activity.actors()}
    assert (totals["Nightly scan"], totals["radarr"], sum(totals.values())) == (2, 2, len(everything))


def test_list_is_paged_and_begins_at_a_time(unchanged: Studio) -> None:
    activity = unchanged.library.activity
    first, second = (activity.page(page=number, per_page=2) for number in (1, 2))
    whole = activity.page(per_page=0)
    assert [*first.items, *second.items] == whole.items[:4]
    assert first.total == whole.total == len(whole.items)
    assert activity.page(since="2999-01-01").total == 0
    assert activity.page(since=whole.items[0].at).total >= 1
    with pytest.raises(errors.UsageError, match="no page 0"):
        activity.page(page=0)
    with pytest.raises(errors.UsageError):
        activity.page(since="yesteryear")


def test_rest_and_command_show_the_same(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    with server.make_server(studio.library, port=0).background() as running:
        found = Client(running.url).get("/api/activity?actor=radarr").json
        assert [row["text"] for row in found["items"]] == ["rolled back 3 files", "wrote 3 files"]
        assert found["items"][0]["actor_kind"] == "webhook"
        assert {each["name"] for each in Client(running.url).get("/api/activity/actors").json} >= {"radarr"}
    studio.library.close("person")
    for name, shown in (
        ("radarr", ["rolled back 3 files", "2 entries."]),
        ("Zed", ["Nothing of “Zed”", "Nightly scan"]),
    ):
        assert cli.main(["--home", str(studio.library.home), "activity", name]) == 0
        captured = capsys.readouterr()
        assert [text for text in shown if text not in captured.out + captured.err] == []


def test_list_has_what_people_do_with_accounts(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Administrators see everything of accounts, and everybody else the own sign-ins."""
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    library = studio.library
    ann = library.users.add("Ann", PASSWORD, role="admin")
    library.users.add("Bob", PASSWORD)
    library.users.change("Bob", new_name="Rob", role="editor")
    library.users.change("Rob", role="editor")  # changes nothing
    library.users.set_libraries("Rob", [1])
    token = Actor("token", str(library.tokens.add("early", user="Rob").token.id), "Rob (early)")
    assert token.id == str(ann.id)  # and yet another person is behind it
    rob = library.sign_in.sign_in("Rob", PASSWORD)
    assert isinstance(rob, SignedIn)
    with library.acting_as(Actor("user", str(ann.id), "Ann")):
        library.tokens.add("night")
        library.users.end_sessions("Rob")
        library.users.set_password("Rob", PASSWORD)
        found = [(row.actor_name, row.text) for row in library.activity.page().items if row.kind == "account"]
    assert found[::-1] == [
        ("root", "added Ann as admin"),
        ("root", "added Bob as viewer"),
        ("root", "renamed Bob to Rob and made Rob editor"),
        ("root", "let Rob see 1 folder"),
        ("root", "added the token “early” of Rob"),
        ("Rob", "signed in"),
        ("Ann", "added the token “night” of Ann"),
        ("Ann", "ended 1 session of Rob"),
        ("Ann", "set the password of Rob"),
    ]
    again = library.sign_in.sign_in("Rob", PASSWORD)
    assert isinstance(again, SignedIn)
    library.sign_in.sign_out(again.token)
    for folders in ([1], None):
        library.users.set_libraries("Rob", folders)
        with library.acting_as(Actor("user", str(rob.session.user_id), "Rob")):
            rows = [row for row in library.activity.page().items if row.kind == "account"]
            assert [(row.actor_name, row.text) for row in rows] == [
                ("Rob", "signed out"),
                ("Rob", "signed in"),
                ("Rob", "signed in"),
            ]
            assert "Ann" not in {each.name for each in library.activity.actors()}
    library.sign_in.add_person("Eve", "viewer")
    for actor, expected in ((token, {"Rob"}), (Actor("user", str(ann.id), "Ann"), {"root", "Ann", "Rob", "Indexium"})):
        with library.acting_as(actor):
            rows = [row for row in library.activity.page().items if row.kind == "account"]
        assert {row.actor_name for row in rows} == expected
