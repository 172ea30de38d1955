"""Decisions about matches on the command line and through a running service."""

from __future__ import annotations

import json
import re

import pytest

from dashboards.web import server
from indexium_core import cli
from indexium_core.api import remote
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.library import Library
from indexium_core.model.providers.external_ids import ExternalId
from tests.guards.test_startup import imported_by
from tests.integration.test_service import Ran, serving
from tests.support.matched_home import found


def test_command_line(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    title_id = found(library, "The Lantern Keeper")
    home = library.home
    library.close()

    def run(*arguments: str) -> str:
        assert cli.main(["--home", str(home), "titles", *arguments]) == 0
        return capsys.readouterr().out

    listed = json.loads(run("matches", "--json"))
    assert [each["item"]["id"] for each in listed["items"]] == [title_id]
    shown = run("match", str(title_id))
    assert "The Lantern Keeper (1961)" in shown
    assert "tmdb:9000002" in shown
    assert "Any of these would decide: the year, the runtime, an id or a person of the cast." in shown
    assert "year, runtime, id, cast" in run("matches")
    assert listed["items"][0]["missing"] == ["year", "runtime", "id", "cast"]
    decided = json.loads(run("match", str(title_id), "--accept", "2", "--json"))
    assert "is matched with “The Lantern Keeper (1961)” (TMDB 9000002)" in decided["description"]
    [row] = [each for each in run("matches", "--state", "accepted").splitlines() if "Lantern" in each]
    assert "The Lantern Keeper (1961)" in row
    assert "Undone: " in run("undo", str(decided["decision_id"]))
    assert cli.main(["--home", str(home), "titles", "undo", str(decided["decision_id"])]) == 2
    assert "undone already" in capsys.readouterr().err
    assert cli.main(["--home", str(home), "titles", "match", str(title_id), "--search", ""]) == 2
    assert "1 to 300 characters" in capsys.readouterr().err
    assert cli.main(["--home", str(home), "titles", "match", str(title_id), "--id", ""]) == 2
    assert cli.main(["--home", str(home), "titles", "match", str(title_id), "--search", "zzzz"]) == 2
    assert "No provider has a title like “zzzz”. The candidates are unchanged." in capsys.readouterr().err
    assert "The Lantern Keeper (1961)" in run("match", str(title_id))
    assert "is not “The Lantern Keeper (2014)”" in run("match", str(title_id), "--reject", "1")
    assert json.loads(run("match", str(title_id), "--search", "1931", "--json"))["candidates"][0]["score"] > 0.5
    assert not json.loads(run("match", str(title_id), "--suggest", "--json"))["by_hand"]
    assert "is matched with “Salt Meadows (2019)”" in run("match", str(title_id), "--id", "tmdb:9000004")
    run("undo")
    run("match", str(title_id), "--later")
    assert str(title_id) in run("matches", "--state", "later")
    run("match", str(title_id), "--ignore", "--others")
    assert cli.main(["--home", str(home), "titles", "match", "1", "--later", "--ignore"]) == 2
    assert cli.main(["--home", str(home), "titles", "match", "1", "--later", "--others"]) == 2


def test_decisions_through_a_running_service(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    question, page = library.matches.get(title_id), library.matches.pending()
    with server.make_server(library, port=0).background() as made:
        service = Service(url=made.url, token=made.token, pid=0, instance_id=library.instance_id, version="")
        with RemoteLibrary(library.home, service) as running:
            assert running.matches.get(title_id) == question
            assert running.matches.pending() == page
            assert running.matches.accept(title_id, 2).titles == 1
            known = ExternalId("tmdb", "9000004")
            assert running.matches.accept_id(title_id, known, "movie").titles == 1
            assert running.matches.undo().titles == 1


def test_command_beside_a_service_does_not_wait(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    home = library.home
    library.close()
    words = ["--home", str(home), "titles", "match", str(title_id), "--accept"]
    with serving(home):
        first, second = Ran(home, *words[2:], "1"), Ran(home, *words[2:], "2")
        job = re.search(r"The service looks it up: job (\d+)\.", first.err)
        assert job is not None
        assert "This replaces decision 1" in second.err
        running = remote.connect(home)
        assert running is not None
        assert running.jobs.wait(int(job[1]), timeout=60).status == "completed"
        running.close()
        imported = imported_by(*words, "1")
    assert "pydantic" in imported
    assert imported & {"duckdb", "pydantic_settings", "rapidfuzz"} == set()
