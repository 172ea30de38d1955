"""The commands of webhooks and automation, alone and beside a running service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dashboards.web import server
from indexium_core import cli
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.cli import frame
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.published_home import HOME

NAME = "The Lantern Keeper (2014)"
WITH_A_SERVICE = pytest.param("with a service", marks=pytest.mark.further)


class Shell:
    """Runs commands on one home and keeps their output."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = cli.main(["--home", str(self._home), *words])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *words: str) -> Any:
        assert self(*words, "--json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture(params=["alone", "with a service"])
def run(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shell]:
    home = tmp_path / "home"
    HOME.open(home, folder).close()
    with ExitStack() as stack:
        if request.param == "with a service":
            library = stack.enter_context(Library.open(home, url="http://127.0.0.1:1"))
            running = stack.enter_context(server.make_server(library, port=0).background())
            found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
            monkeypatch.setattr(frame, "_library", lambda _: RemoteLibrary(home, found))
        yield Shell(home, capsys)


def test_source_is_added_tried_tested_and_removed(run: Shell, folder: Path) -> None:
    added = run.json("webhooks", "add", "radarr", "--map", f"/movies={folder}/Films")
    assert added["source"]["address"] == "/api/webhooks/radarr"
    assert run("webhooks", "try", "radarr", f"/movies/{NAME}/{NAME}.mp4") == 0
    assert f"It lands in {folder}/Films/{NAME}/{NAME}.mp4, by the row of /movies." in run.out
    assert run("webhooks", "try", "radarr", "/films/x.mp4") == 1
    assert run.out == "/films/x.mp4 is under no folder of the map of radarr. Add a row for its folder.\n"
    assert run("webhooks", "test", "radarr") == 0
    assert "ignored. A test of the connection." in run.err
    [event] = run.json("webhooks", "events", "radarr")["items"]
    assert event["event_type"] == "Test"
    assert run.json("webhooks", "repeat", str(event["id"]))["state"] == "ignored"
    assert run("webhooks", "set", "radarr", "--off", "--anchor", ".here") == 0
    [source] = run.json("webhooks", "list")["items"]
    assert (source["enabled"], source["anchor"]) == (False, ".here")
    assert run.json("webhooks", "secret", "radarr")["secret"] != added["secret"]
    assert run("webhooks", "remove", "radarr", "--yes") == 0
    assert run("webhooks", "list") == 0
    assert "No program sends events." in run.err


@pytest.mark.parametrize("run", ["alone", WITH_A_SERVICE], indirect=True)
def test_automation_is_shown_changed_and_paused(run: Shell) -> None:
    words = ("--mode", "automatic", "--limit", "40", "--quiet", "18:00-23:30", "--no-enrich")
    config = run.json("automation", "set", "1", *words)["config"]
    assert (config["auto_publish"], config["night_limit"], config["auto_enrich"]) == (True, 40, False)
    assert (config["quiet_from"], config["quiet_until"]) == ("18:00", "23:30")
    assert run("automation", "list") == 0
    assert "automatic" in run.out
    assert "All automation is paused" not in run.err
    assert run("automation", "pause") == 0
    run("automation", "list")
    assert "All automation is paused: 'indexium automation resume'" in run.err
    assert run("automation", "resume") == 0


@pytest.mark.parametrize("run", ["alone", WITH_A_SERVICE], indirect=True)
@each_case(
    ("words", "message"),
    [
        (("webhooks", "add", "lidarr"), "There is no kind of source “lidarr”."),
        (("webhooks", "add", "radarr", "--map", "/movies"), "“/movies” is not a row of the map."),
        (("webhooks", "set", "radarr"), "Nothing would change."),
        (("webhooks", "try", "radarr", "/x"), "There is no source “radarr”."),
        (("webhooks", "repeat", "7"), "There is no event 7."),
        (("webhooks", "events", "--state", "lost"), "There is no state “lost”."),
        (("automation", "set", "1"), "Nothing would change."),
        (("automation", "set", "1", "--quiet", "18:00"), "“18:00” is not a time span."),
        (("automation", "set", "99", "--mode", "manual"), "There is no library 99."),
    ],
)
def test_wrong_command_is_one_sentence(run: Shell, words: tuple[str, ...], message: str) -> None:
    assert run(*words) == 2
    assert message in run.err
    assert "Traceback" not in run.err
