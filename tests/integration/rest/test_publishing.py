"""Publications by REST: the plan, details, starts, decisions, and what libraries publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dashboards.web import server
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.published_home import HOME, tree
from tests.support.rest import Answer, Client, ended, events

LANTERN = "Films/The Lantern Keeper (2014)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(tmp_path / "home", folder) as opened:
        opened.publications.set_options(1, publish="both")
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return film_of(library)


def film_of(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")


class Unpublished(NamedTuple):
    """A service whose titles no test publishes or changes."""

    rest: Client
    library: Library
    folder: Path
    film: int


@pytest.fixture(scope="module")
def unpublished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unpublished]:
    root = tmp_path_factory.mktemp("unpublished")
    folder = HOME.lay_out(root / "media")
    with HOME.open(root / "home", folder) as library:
        library.publications.set_options(1, publish="both")
        with server.make_server(library, port=0).background() as running:
            yield Unpublished(Client(running.url), library, folder, film_of(library))


def finished(rest: Client, answer: Answer) -> dict[str, Any]:
    """Return the operation of an answer after its end."""
    assert answer.status == 202, answer.text
    number = answer.json["operation_id"]
    assert answer.headers["location"] == f"/api/metadata/operations/{number}"
    return ended(rest, number)


def test_title_is_published_once_for_each_key_and_has_a_log(rest: Client, folder: Path, film: int) -> None:
    before = set(tree(folder))
    address = f"/api/movies/{film}/publish"
    done = finished(rest, rest.post(address, {"userNote": "for the evening"}, Idempotency_Key="one"))
    assert (done["operation_type"], done["status"], done["source"]) == ("publish", "completed", "rest")
    assert (done["success_count"], done["user_note"]) == (1, "for the evening")
    assert set(tree(folder)) - before == {f"{LANTERN}/movie.nfo"}

    again = rest.post(address, {"userNote": "for the evening"}, Idempotency_Key="one")
    assert (again.status, again.json["operation_id"]) == (202, done["id"])
    log = rest.get(f"/api/movies/{film}/publish-log").json
    assert (log["total"], log["items"][0]["operation_id"], log["items"][0]["success"]) == (1, done["id"], True)
    [item] = rest.get(f"/api/metadata/operations/{done['id']}/items").json["items"]
    assert (item["entity_type"], item["entity_id"], item["file_id"]) == ("movie", film, None)
    assert [each["action"] for each in item["side_files"]] == ["create"]
    assert rest.post(address).code == "nothing_to_write"


def test_several_titles_are_published_together(rest: Client, library: Library, folder: Path) -> None:
    series = library.titles.list(kind="series").items[0].id
    finished(rest, rest.post("/api/series/publish-bulk", {"ids": [series, series]}))
    written = {name for name in tree(folder) if name.endswith(".nfo")}
    assert len(written) == 6
    assert all(name.startswith("Shows/") for name in written)
    episode = library.titles.list(kind="episode").items[0].id
    assert rest.get(f"/api/episodes/{episode}/publish-log").json["total"] == 1


def test_plan_is_searched_filtered_and_paged(unpublished: Unpublished) -> None:
    rest, film = unpublished.rest, unpublished.film
    found = rest.get("/api/publications?q=lantern").json
    [row] = found["items"]
    assert (row["address"], row["risk"], row["is_unpublished"]) == (f"movie:{film}", "safe", True)
    assert (row["files"][0]["name"], row["files"][0]["action"]) == ("movie.nfo", "create")
    assert "path_bytes" not in row["files"][0]
    page = rest.get("/api/publications?sort=title&page=2&per_page=1").json
    assert (page["total"], page["page"], len(page["items"])) == (4, 2, 1)
    assert page["risks"] == {"safe": 4}
    assert rest.get("/api/publications?risk=danger,blocked").json["total"] == 0
    assert rest.get("/api/publications?unpublished=false").json["total"] == 0
    assert rest.get("/api/publications?library_id=1&action=create&code=drift").json["total"] == 0


def test_details_have_differences_and_what_players_show(unpublished: Unpublished) -> None:
    found = unpublished.rest.get(f"/api/publications/movie/{unpublished.film}").json
    [file] = found["files"]
    assert file["file"]["name"] == "movie.nfo"
    assert file["added"] == len(file["lines"]) > 10
    assert {view["player"]: view["title"] for view in found["players"]} == dict.fromkeys(
        ("Kodi", "Jellyfin", "Plex"), "The Lantern Keeper"
    )
    assert found["last_published"] is None


def test_start_writes_only_what_the_summary_showed(rest: Client, library: Library, folder: Path, film: int) -> None:
    selection = {"filter": {"q": "lantern", "libraryId": 1}, "risk": "safe"}
    summary = rest.post("/api/publications/summary", selection).json
    assert (summary["titles"], summary["by_risk"], summary["actions"]) == (1, {"safe": 1}, {"create": 1})
    assert "can be rolled back" in summary["promise"]
    library.titles.set(film, "plot", "Another plot.")
    stale = rest.post("/api/publications", {**selection, "digest": summary["digest"]})
    assert (stale.status, stale.code) == (409, "stale_plan")
    assert not [name for name in tree(folder) if name.endswith(".nfo")]
    digest = rest.post("/api/publications/summary", selection).json["digest"]
    done = finished(rest, rest.post("/api/publications", {**selection, "digest": digest, "user_note": "now"}))
    assert (done["success_count"], done["user_note"]) == (1, "now")


def test_dry_run_names_titles_and_changes_nothing(unpublished: Unpublished) -> None:
    rest, _, folder, film = unpublished
    before = tree(folder)
    found = rest.post("/api/publications/dry-run", {"addresses": [f"movie:{film}"]}).json
    assert (found["operation_id"], found["dry_run"], found["excluded"]) == (None, True, {})
    [item] = found["items"]
    assert (item["entity_type"], item["entity_id"], item["status"]) == ("movie", film, "success")
    assert tree(folder) == before
    assert rest.get("/api/metadata/history").json["total"] == 0


def test_rows_are_left_out_and_series_are_published_without_episodes(unpublished: Unpublished) -> None:
    rest, library, _, film = unpublished
    whole = rest.post("/api/publications/summary", {"filter": {}}).json["titles"]
    body = {"filter": {}, "excluded": [f"movie:{film}"]}
    assert rest.post("/api/publications/summary", body).json["titles"] == whole - 1
    series = library.titles.list(kind="series").items[0].id
    alone = rest.post("/api/publications/summary", {"addresses": [f"series:{series}"], "alone": True}).json
    assert alone["titles"] == 1


def test_file_of_another_program_is_kept_by_choice(rest: Client, library: Library, folder: Path, film: int) -> None:
    finished(rest, rest.post(f"/api/movies/{film}/publish"))
    path = folder / LANTERN / "movie.nfo"
    path.write_bytes(path.read_bytes().replace(b"A keeper", b"Two keepers"))
    assert rest.post("/api/publications/refresh").json["changed"] >= 1
    address = f"movie:{film}"
    assert rest.get(f"/api/publications/movie/{film}").json["item"]["codes"] == ["drift"]
    decision = rest.post("/api/publications/choice", {"address": address, "choice": "keep"}).json
    assert decision["step_id"] is not None
    assert rest.get(f"/api/publications/movie/{film}").json["item"]["risk"] == "unchanged"
    answer = rest.post("/api/publications/choice", {"address": address, "choice": "burn"})
    assert (answer.status, answer.code) == (422, "invalid_request")


def test_changes_since_the_publication_are_discarded(rest: Client, library: Library, film: int) -> None:
    assert rest.post(f"/api/movies/{film}/discard-changes").code == "wrong_state"
    finished(rest, rest.post(f"/api/movies/{film}/publish"))
    library.titles.set(film, "plot", "Another plot.")
    decision = rest.post(f"/api/movies/{film}/discard-changes").json
    assert decision["step_id"] is not None
    assert library.titles.get(film).item.title == "The Lantern Keeper"
    assert [each.value for each in library.titles.candidates(film, "plot")] == ["A keeper, a lamp & one winter."]


def test_library_has_options_and_an_example(rest: Client) -> None:
    address = "/api/libraries/1/publishing"
    assert rest("PUT", address, {"publish": "nfo", "readers": ["plex", "kodi"]}).json["readers"] == ["kodi", "plex"]
    changed = rest("PUT", address, {"people": False}).json
    assert (changed["publish"], changed["readers"], changed["people"]) == ("nfo", ["kodi", "plex"], False)
    assert rest.get(address).json == changed
    example = rest.get(f"{address}/example?publish=nfo").json
    assert example["titles"] == 4
    assert {
        "name": "The Lantern Keeper (2014)",
        "files": [{"path": f"{LANTERN}/movie.nfo", "kind": "nfo", "action": "create"}],
    } in example["examples"]
    assert rest("PUT", address, {"publish": "all"}).code == "bad_request"
    assert rest.get("/api/libraries/99/publishing").code == "unknown_id"


def test_titles_with_unpublished_changes_are_listed_counted_and_filtered(
    rest: Client, library: Library, film: int
) -> None:
    titles = ["Copper Sky", "The Lantern Keeper", "Night Tram"]
    found = rest.get("/api/movies/unpublished?fields=title").json
    assert (found["total"], [each["title"] for each in found["items"]]) == (3, titles)
    assert rest.get("/api/movies/unpublished/count").json == {"count": 3}
    assert rest.get("/api/series/unpublished/count").json == {"count": 1}
    finished(rest, rest.post(f"/api/movies/{film}/publish"))
    assert rest.get("/api/movies/unpublished?page=2&limit=1").json["items"][0]["title"] == "Night Tram"
    assert rest.get("/api/movies/unpublished/count").json == {"count": 2}
    for query in ("filter[hasUnpublishedChanges]=false", 'filter={"hasUnpublishedChanges":false}'):
        assert [each["title"] for each in rest.get(f"/api/movies?{query}").json["items"]] == ["The Lantern Keeper"]
    library.titles.set(film, "plot", "Another plot.")
    assert rest.get("/api/movies/unpublished/count").json == {"count": 3}
    library.publications.set_options(1, publish="off")
    assert rest.get("/api/movies/unpublished/count").json == {"count": 0}


def test_stream_has_the_progress_of_a_publication(rest: Client, film: int) -> None:
    with events(rest.url, "/api/events?names=publish:*") as blocks:
        next(blocks)
        finished(rest, rest.post(f"/api/movies/{film}/publish"))
        names = []
        for name in (block["event"] for block in blocks if "event" in block):  # others have only a position
            names.append(name)
            if name == "publish:completed":
                break
    assert names[0] == "publish:started"
    assert "publish:progress" in names


def test_nothing_is_published_while_no_library_publishes(rest: Client, library: Library, film: int) -> None:
    library.publications.set_options(1, publish="off")
    answer = rest.post(f"/api/movies/{film}/publish")
    assert (answer.status, answer.code) == (422, "nothing_to_write")
    assert "indexium publish options" in answer.json["detail"]


@each_case(
    ("path", "body", "code"),
    [
        ("/api/movies/99/publish", {}, "unknown_id"),
        ("/api/videos/99/publish", {}, "unknown_id"),
        ("/api/people/1/publish", {}, "unknown_address"),
        ("/api/movies/publish-bulk", {"ids": []}, "invalid_request"),
        ("/api/movies/publish-bulk", {"ids": [99]}, "unknown_id"),
        ("/api/publications", {}, "invalid_request"),
        ("/api/publications", {"filter": {}, "addresses": ["movie:1"]}, "invalid_request"),
        ("/api/publications", {"addresses": ["film:1"]}, "bad_request"),
        ("/api/publications/summary", {"filter": {}, "risk": "blocked"}, "bad_request"),
        ("/api/publications/summary", {"filter": {"risk": ["high"]}}, "bad_request"),
        ("/api/publications/choice", {"address": "movie:99", "choice": "keep"}, "unknown_id"),
    ],
)
def test_wrong_requests_are_refused(unpublished: Unpublished, path: str, body: dict[str, Any], code: str) -> None:
    rest = unpublished.rest
    answer = rest.post(path, body)
    assert answer.status >= 400
    assert answer.code == code
    assert rest.get("/api/metadata/history").json["total"] == 0


def test_address_of_a_title_is_not_that_of_another_kind(unpublished: Unpublished) -> None:
    rest, film = unpublished.rest, unpublished.film
    assert rest.post(f"/api/series/{film}/publish").code == "unknown_id"
    assert rest.get(f"/api/publications/series/{film}").code == "unknown_id"
    assert rest.get(f"/api/publications/nothing/{film}").code == "bad_request"
