"""Players on the command line and over REST."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.web import server
from indexium_core import cli, errors
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.demo.players import JellyfinStandIn, KodiStandIn
from indexium_core.demo.players.kodi import LOGIN
from indexium_core.demo.players.server import KEY
from indexium_core.library import Library
from tests.integration.players.conftest import LANTERN, publish
from tests.support.rest import Client


@pytest.fixture
def client(library: Library) -> Iterator[Client]:
    with server.make_server(library, port=0).background() as running:
        yield Client(running.url)


def test_commands_lead_from_a_player_to_its_watch_states(
    tmp_path: Path,
    library: Library,
    folder: Path,
    kodi: KodiStandIn,
    ids: dict[str, int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    film = kodi.learn(folder / LANTERN)
    film.watched["playcount"] = 4
    publish(library, ids["The Lantern Keeper"])
    home = library.home
    library.close()

    def run(*words: str, text: str = "", code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        assert cli.main(["--home", str(home), "players", *words]) == code
        captured = capsys.readouterr()
        assert KEY not in captured.out + captured.err
        return captured.out + captured.err

    assert "There is no player" in run("list")
    assert "is player 1" in run("add", "kodi", kodi.url, "--name", "Living room")
    assert "refuses the key (401)" in run("test", "1", code=1)
    assert "is stored" in run("key", "1", text=f"{LOGIN}\n")
    assert "Kodi 20.1" in run("test", "1")
    assert "has no '='" in run("set", "1", "--folder", "/movies", code=2)
    assert "is on" in run("set", "1", "--folder", f"{folder}={folder}", "--on")
    address = f"movie:{ids['The Lantern Keeper']}"
    assert json.loads(run("notify", "--title", address, "--json"))["items"][0]["notified"] == 1
    assert film.watched["playcount"] == 4
    assert "1 seen, 0 not yet, 0 differ" in run("read", "1", "--title", address)
    assert json.loads(run("read", "1", "--last", "--json"))["counts"]["seen"] == 1
    [row] = json.loads(run("list", "--json"))["items"]
    assert (row["name"], row["state"], row["seen"]) == ("Living room", "connected", 1)
    target = tmp_path / "watched.json"
    assert "1 watch states of Living room" in run("watched", "export", str(target))
    film.watched["playcount"] = 0
    assert "1 title changed" in run("watched", "import", str(target))
    assert film.watched["playcount"] == 4
    assert "is removed" in run("remove", "1", "--yes")


def test_command_uses_the_players_of_a_running_service(
    library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int], tmp_path: Path
) -> None:
    jellyfin.learn(folder / LANTERN).watched = {"PlayCount": 1}
    publish(library, ids["The Lantern Keeper"])
    with server.make_server(library, port=0).background() as running:
        found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
        with RemoteLibrary(library.home, found) as command:
            player = command.players.add("jellyfin", jellyfin.url, key=KEY, folders=[(str(folder), str(folder))])
            assert command.players.list() == [player]
            assert command.players.test(player.id).accepted
            [notice] = command.players.notify_players("movie", ids["The Lantern Keeper"])
            assert notice.notified == 1
            assert command.players.read_back(player.id)[0].state == "seen"
            assert command.players.reads(player.id).counts["seen"] == 1
            copy = command.players.export_watched(tmp_path / "watched.json")
            assert (copy.states, command.players.import_watched(tmp_path / "watched.json").changed) == (1, 0)
            with pytest.raises(errors.UnknownIdError):
                command.players.get(9)
            jellyfin.fault = "broken"
            with pytest.raises(errors.PlayerError, match="reports an error"):
                command.players.read_back(player.id)


def test_rest_has_the_same(
    client: Client, library: Library, folder: Path, jellyfin: JellyfinStandIn, ids: dict[str, int]
) -> None:
    jellyfin.learn(folder / LANTERN)
    body: dict[str, Any] = {
        "kind": "jellyfin",
        "url": jellyfin.url,
        "key": KEY,
        "folders": [[str(folder), str(folder)]],
    }
    added = client.post("/api/players", body)
    assert (added.status, added.json["id"], added.json["key"]) == (201, 1, "file")
    assert added.json["folders"] == [{"theirs": str(folder), "ours": str(folder)}]
    assert KEY not in json.dumps(added.json)
    assert client.post("/api/players/1/test", {}).json["version"] == "10.10.7"
    publish(library, ids["The Lantern Keeper"])
    title = {"entity_type": "movie", "entity_id": ids["The Lantern Keeper"]}
    assert client.post("/api/players/notify-title", title).json["items"][0]["notified"] == 1
    assert client.post("/api/players/1/notify", {}).json["total"] == 1
    assert client.post("/api/players/1/read", title).json["items"][0]["state"] == "seen"
    assert client.get("/api/players/1/readings?state=seen").json["total"] == 1
    assert client.get("/api/players").json["items"][0]["seen"] == 1
    log = client.get(f"/api/movies/{title['entity_id']}/publish-log").json["items"]
    assert log[0]["players_notified"] == [{"player": "Jellyfin", "state": "notified"}]
    assert client.get("/api/players/9").status == 404
