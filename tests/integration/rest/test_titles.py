"""Films, series and their values by REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.copied_home import CopiedHome
from tests.support.rest import Client

NAMES = (
    "Films/The Thing (1982)/The Thing (1982).mp4",
    "Films/Ring (1998) - Final Cut.mp4",
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4",
    "Shows/Pond/Season 1/Pond - S01E03 - Newts.mp4",
)
_HOME = CopiedHome(NAMES)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with _HOME.open(tmp_path / "home", _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service of the same titles, which no test changes."""
    root = tmp_path_factory.mktemp("unchanged")
    with (
        _HOME.open(root / "home", _HOME.lay_out(root / "media")) as library,
        server.make_server(library, port=0).background() as running,
    ):
        yield Client(running.url)


def id_of(rest: Client, kind: str, title: str) -> int:
    return next(each["id"] for each in rest.get(f"/api/{kind}").json["items"] if each["title"] == title)


def test_lists_are_paged_sorted_filtered_and_reduced_to_fields(unchanged: Client) -> None:
    rest = unchanged
    found = rest.get("/api/movies?sort=year&order=desc&limit=1&fields=title,year").json
    assert found == {"items": [{"title": "Ring", "year": 1998}], "total": 2, "page": 1, "per_page": 1}
    [ring] = rest.get("/api/movies?sort=year&order=desc&limit=1&fields=id,poster_url").json["items"]
    assert ring["poster_url"] == f"/poster/{ring['id']}"
    assert rest.get("/api/movies?sort=year&limit=1&page=2&fields=name").json["items"] == [{"name": "Ring (1998)"}]
    assert [each["name"] for each in rest.get("/api/movies/search?q=THING").json["items"]] == ["The Thing (1982)"]
    assert rest.get("/api/movies?q=nothing").json["total"] == 0
    assert rest.get('/api/movies?filter={"state":"identified"}').json["total"] == 2
    assert rest.get('/api/movies?filter={"state":"enriched"}').json["total"] == 0
    assert rest.get('/api/movies?filter={"library_id":99}').code == "unknown_id"


def test_tags_are_found_and_filtered(rest: Client) -> None:
    ring = id_of(rest, "movies", "Ring")
    assert rest("PUT", f"/api/movies/{ring}/values/tags", {"value": ["Favourites", "Sea"]}).status == 200
    for query in ("q=favour", "q=ring+sea", "filter[tag]=FAVOURITES", 'filter={"tag":"sea"}'):
        assert [each["title"] for each in rest.get(f"/api/movies?{query}").json["items"]] == ["Ring"], query
    assert [each["title"] for each in rest.get("/api/movies/search?q=favourites").json["items"]] == ["Ring"]
    assert rest.get("/api/movies?filter[tag]=favour").json["total"] == 0, "a filter takes whole tags"


def test_filter_is_json_or_one_parameter_for_each_name(unchanged: Client) -> None:
    rest = unchanged
    for state, total in (("identified", 2), ("enriched", 0)):
        assert rest.get(f"/api/movies?filter[state]={state}").json["total"] == total
    assert rest.get("/api/series?filter%5Bstate%5D=enriched").json["total"] == 0
    assert rest.get("/api/movies?filter[library_id]=99").code == "unknown_id"
    assert rest.get('/api/movies?filter={"library_id":1}&filter[state]=enriched').json["total"] == 0
    assert rest.get("/api/movies?filter[library_id]=1&filter[state]=identified").json["total"] == 2


@each_case(
    ("query", "code"),
    [
        ("filter={", "invalid_request"),
        ("filter=[]", "invalid_request"),
        ('filter={"colour":"red"}', "invalid_request"),
        ('filter={"state":1}', "invalid_request"),
        ('filter={"tag":["a"]}', "invalid_request"),
        ('filter={"state":"done"}', "bad_request"),
        ('filter={"state":"identified"}&filter[state]=enriched', "invalid_request"),
        ("filter[state]=done", "bad_request"),
        ("filter[library_id]=x", "invalid_request"),
        ("filter[hasUnpublishedChanges]=maybe", "invalid_request"),
        ('filter={"hasUnpublishedChanges":1}', "invalid_request"),
        ('filter={"hasUnpublishedChanges":true}&filter[hasUnpublishedChanges]=true', "invalid_request"),
        ("fields=title,colour", "invalid_request"),
        ("sort=colour", "bad_request"),
        ("limit=1001", "invalid_request"),
    ],
)
def test_wrong_parameters_of_list_are_refused(unchanged: Client, query: str, code: str) -> None:
    answer = unchanged.get(f"/api/movies?{query}")
    assert (answer.status, answer.code) == (422, code)


def test_series_have_totals_episodes_and_gaps(unchanged: Client) -> None:
    rest = unchanged
    found = rest.get("/api/series?q=nothing").json
    assert (found["total"], found["total_series"], found["total_episodes"]) == (0, 1, 2)
    pond = id_of(rest, "series", "Pond")
    episodes = rest.get(f"/api/series/{pond}/episodes").json
    assert [(each["season"], each["episode"], each["title"]) for each in episodes["items"]] == [
        (1, 1, "Frogs"),
        (1, 3, "Newts"),
    ]
    assert episodes["gaps"] == [{"season": 1, "first": 2, "last": 2}]
    assert rest.get("/api/series/999/episodes").code == "unknown_id"
    assert rest.get(f"/api/episodes/{episodes['items'][0]['id']}").json["item"]["series_title"] == "Pond"


def test_title_of_another_kind_is_unknown(unchanged: Client) -> None:
    rest = unchanged
    thing = id_of(rest, "movies", "The Thing")
    found = rest.get(f"/api/movies/{thing}").json
    assert [Path(each["file_path"]).name for each in found["files"]] == ["The Thing (1982).mp4"]
    assert rest.get(f"/api/series/{thing}").code == "unknown_id"
    assert rest("PUT", f"/api/series/{thing}/values/title", {"value": "x"}).code == "unknown_id"
    assert rest.get("/api/movies/999").code == "unknown_id"
    assert rest.get(f"/api/songs/{thing}").code == "unknown_address"


def test_values_are_set_locked_and_unlocked(rest: Client) -> None:
    path = f"/api/movies/{id_of(rest, 'movies', 'Ring')}"
    values = rest("PUT", f"{path}/values/title", {"value": "Ringu"}).json["items"]
    assert [(each["value"], each["origin"], each["shown"]) for each in values] == [
        ("Ringu", "hand", True),
        ("Ring", "name", False),
    ]
    assert rest("PUT", f"{path}/values/year", {"value": "never"}).code == "invalid_value"
    assert rest("PUT", f"{path}/values/colour", {"value": "red"}).code == "bad_request"
    assert rest("PUT", f"{path}/values/imdb_id", {"value": "abc"}).code == "invalid_value"
    assert rest("PUT", f"{path}/values/year", {}).code == "invalid_request"
    locked = rest.post(f"{path}/locks", {"fields": ["title", "year"]}).json["items"]
    assert {each["field"] for each in locked if each["locked"]} == {"title", "year"}
    assert not any(each["locked"] for each in rest.delete(f"{path}/locks/year").json["items"])
    assert [each["field"] for each in rest.delete(f"{path}/locks").json["items"]] == ["title", "title"]
    assert rest.delete(f"{path}/locks").json == {"items": [], "total": 0}
    assert [each["origin"] for each in rest("PUT", f"{path}/values/title", {"value": None}).json["items"]] == ["name"]
    assert rest.get(f"{path}/values?field=year").json["items"][0]["value"] == 1998


def test_files_move_to_other_titles(rest: Client, library: Library) -> None:
    ring, thing, pond = (
        id_of(rest, *each) for each in (("movies", "Ring"), ("movies", "The Thing"), ("series", "Pond"))
    )
    [file] = rest.get(f"/api/movies/{ring}").json["files"]
    assert file["edition"] == "Final Cut"
    body = {"file_ids": [file["file_id"]]}
    moved = rest.post(f"/api/series/{pond}/files", body | {"season": 2, "episodes": [1]}).json
    assert (moved["entity_type"], moved["season"], moved["episode"]) == ("episode", 2, 1)
    assert rest.post(f"/api/movies/{thing}/files", body | {"role": "extra"}).json["id"] == thing
    files = rest.get(f"/api/movies/{thing}").json["files"]
    assert {(each["role"], each["by_hand"]) for each in files} == {("main", False), ("extra", True)}
    new = rest.post("/api/titles/files", body | {"kind": "movie", "title": "Ringu", "year": 1998}).json
    assert (new["title"], new["year"]) == ("Ringu", 1998)
    answer = rest.post("/api/titles/files/automatic", body)
    assert answer.status == 202
    assert library.jobs.wait(answer.json["id"], timeout=60).status == "completed"
    assert {each["title"] for each in rest.get("/api/movies").json["items"]} == {"The Thing", "Ring"}
    assert rest.post(f"/api/movies/{pond}/files", body).code == "unknown_id"
    assert rest.post(f"/api/series/{pond}/files", body).code == "bad_request"
    assert rest.post(f"/api/movies/{thing}/files", {"file_ids": [999]}).code == "unknown_id"


def test_values_are_planned_for_files(rest: Client, library: Library) -> None:
    pond, ring = id_of(rest, "series", "Pond"), id_of(rest, "movies", "Ring")
    body = {"title_ids": [pond, ring], "fields": ["title", "year", "show", "season", "episode"]}
    preview = rest.post("/api/titles/plan", body | {"dry_run": True}).json
    assert (preview["files"], preview["changed"]) == (3, 3)
    assert library.decisions.list() == []
    assert rest.post("/api/titles/plan", body).json["files"] == 3
    planned = {
        item["file_name"]: {
            change["field"]: change["new"] for change in item["changes"] if change["field"] != "comment"
        }
        for item in rest.get("/api/metadata/plan?all=true").json["items"]
    }
    assert planned["Ring (1998) - Final Cut.mp4"] == {"title": "Ring", "date": "1998"}
    assert planned["Pond - S01E03 - Newts.mp4"] == {"title": "Newts", "show": "Pond", "season": "1", "episode": "3"}
    assert rest.post("/api/titles/plan", {"title_ids": [999]}).code == "unknown_id"
    assert rest.post("/api/titles/plan", body | {"fields": ["colour"]}).code == "bad_request"
