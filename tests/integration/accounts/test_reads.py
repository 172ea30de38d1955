"""Reads of a person with some folders: none fails, none changes the database, none tells what is hidden."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dashboards.web import server
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.integration.accounts.test_role_matrix import OTHERS, PAGES, PARAMETERS
from tests.integration.accounts.test_user_libraries import results
from tests.integration.test_artwork import drawn
from tests.support import described, tables
from tests.support.rest import Client
from tests.support.sessions import PASSWORD, signed_in_as
from tests.support.split_home import House

# What reading notes: that somebody was there, and the plan, which is computed when it is wanted; events come late.
NOTES = {"events", "plan_marks", "plan_rows", "plan_variants", "plans", "publication_rows", "touched_files"}
NOTES |= {"issue_sets", "user_sessions"}


class Pictured(NamedTuple):
    """A film of each library with a poster in its folder; the hidden one is in the cache."""

    title_id: int  # the seen one
    candidate_id: int
    hidden_candidate: int
    hidden_hash: str


@pytest.fixture
def pictured(house: House) -> Pictured:
    library = house.library
    library.inventory.set_kind(house.seen_library, "mixed")
    seen = library.titles.assign_new(house.seen[:1], "movie", "Nosferatu", year=1922).id
    found = []
    for file_id, title_id, colour in ((house.seen[0], seen, "blue"), (house.hidden[0], 1, "red")):
        [path] = [each.file_path for each in library.inventory.search().items if each.file_id == file_id]
        drawn(Path(path).with_name(f"{Path(path).stem}-poster.jpg"), colour)
        found.append(library.artwork.candidates("movie", title_id)[0].id)
    content = library.artwork.pictures.original(found[1]).version
    assert library.artwork.cached(content) is not None
    return Pictured(seen, found[0], found[1], content)


def stored(library: Library) -> dict[str, list[Any]]:
    """Return what the database has, without what reading notes."""
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'indexium' AND NOT temporary"
    names = {name for (name,) in tables.rows(library, query)} - NOTES
    return {name: tables.rows(library, f"SELECT * FROM {name} ORDER BY ALL") for name in sorted(names)}


@contextmanager
def changes_nothing(library: Library) -> Iterator[None]:
    library.plan()
    before = stored(library)
    yield
    after = stored(library)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


def addresses(house: House, pictured: Pictured, bob: Client) -> Iterator[tuple[str, str]]:
    """Yield each route that only reads, with an address of something that the person sees."""
    own = {"file_id": house.seen[0], "library_id": house.seen_library, "candidate_id": pictured.candidate_id}
    own |= {"title_id": pictured.title_id, "entity_id": pictured.title_id}
    for route, verb, path, _ in described.requests(bob.get("/api/openapi.json").json):
        template = route.partition(" ")[2]
        if verb != "GET" or route in {*OTHERS, "GET /api/events"}:
            continue
        parts = zip(template.split("/"), path.split("/"), strict=True)
        address = "/".join(str(own.get(part.strip("{}"), value)) for part, value in parts)
        yield route, address + PARAMETERS.get(route, "").replace("entity_id=1", f"entity_id={pictured.title_id}")
    ids = {
        **dict.fromkeys(("media", "thumbnail"), house.seen[0]),
        **dict.fromkeys(("poster", "collage"), pictured.title_id),
        "picture": pictured.candidate_id,
    }
    for permission, verb, page in PAGES.values():
        if permission and verb == "GET":
            address = re.sub(r"^/(\w+)/1\b", lambda found: f"/{found[1]}/{ids.get(found[1], 1)}", page)
            yield page, address.replace("movie:1", f"movie:{pictured.title_id}")


@pytest.mark.parametrize("role", ["viewer", pytest.param("editor", marks=pytest.mark.further)])
def test_no_read_of_own_things_fails(house: House, pictured: Pictured, role: str) -> None:
    """Those of a viewer do not change the database either."""
    house.bob(role)
    wrong, answered = [], 0
    with server.make_server(house.library, port=0).background() as running:
        bob = signed_in_as(running.url, "Bob")
        with changes_nothing(house.library) if role == "viewer" else nullcontext():
            for route, address in addresses(house, pictured, bob):
                answer = bob.get(address)
                answered += answer.status == 200
                if answer.status >= 500 and answer.code != "provider_off":
                    wrong.append((route, answer.status, answer.text[:300]))
        for address in (f"/picture/{pictured.candidate_id}/original", f"/poster/{pictured.title_id}"):
            assert bob.get(address).status == 200
    assert wrong == []
    assert answered > 50


def test_no_read_of_a_viewer_changes_the_database(house: House, pictured: Pictured) -> None:
    """Neither a call nor, of a person who sees all folders, a request."""
    library, bob = house.library, house.bob("viewer")
    with changes_nothing(library), library.acting_as(bob):
        for _ in results(library):
            pass
    everybody = library.users.add("Eve", PASSWORD, role="viewer")
    with server.make_server(library, port=0).background() as running:
        client = signed_in_as(running.url, everybody.name)
        with changes_nothing(library):
            for _, address in addresses(house, pictured, client):
                client.get(address)


def test_pictures_of_hidden_folders_do_not_exist(house: House, pictured: Pictured) -> None:
    house.bob("editor")
    with server.make_server(house.library, port=0).background() as running:
        bob = signed_in_as(running.url, "Bob")
        paths = [f"/api/cache/{pictured.hidden_hash}", f"/picture/{pictured.hidden_candidate}/original"]
        paths += [f"{paths[0]}/thumbnail", f"/api/assets/candidates/{pictured.hidden_candidate}/original"]
        assert [bob.get(path).status for path in paths] == [404] * len(paths)
        own = house.library.artwork.pictures.original(pictured.candidate_id).version
        assert bob.get(f"/api/cache/{own}").status == 200


def test_end_of_locks_needs_its_right_whatever_is_locked(house: House, pictured: Pictured) -> None:
    house.bob("viewer")
    with server.make_server(house.library, port=0).background() as running:
        bob = signed_in_as(running.url, "Bob")
        paths = (f"/api/movies/{pictured.title_id}/locks", f"/api/track/{house.seen[0]}/locks")
        assert [bob("DELETE", path).status for path in paths] == [403, 403]
        house.library.titles.lock(pictured.title_id, ["plot"])
        assert [bob("DELETE", path).status for path in paths] == [403, 403]


def test_copy_in_a_hidden_folder_does_not_exist(house: House) -> None:
    library, bob = house.library, house.bob("approver")

    def seen() -> tuple[Any, ...]:
        with library.acting_as(bob):
            plan = library.plan()
            items = plan.page(include_unchanged=True).items
            levels = [(each.file_id, each.risk_level, [issue.code for issue in each.issues]) for each in items]
            counts = [plan.statistics.safe_count, plan.statistics.warning_count]
            exported = "".join(library.exporter.plan("", "csv")).replace(f",{plan.id},", ",,")
            found = library.plan("issue:duplicate_content").statistics.total_files
            return levels, counts, exported.count("warning"), found

    before = seen()
    [path] = [each.file_path for each in library.inventory.search().items if each.file_id == house.seen[0]]
    shutil.copy(path, library.home.parent / "zora" / "zora copy.mp4")
    library.scan([library.home.parent / "zora"])
    assert library.plan("issue:duplicate_content").statistics.total_files == 2  # who sees all sees it
    assert seen() == before
    with library.acting_as(bob):  # what is shown as safe is written as safe
        library.write(library.plan(), WriteOptions(risk=("safe",))).wait()
        assert library.history().items[0].success_count == before[1][0]


def test_copy_in_own_folders_is_one(house: House) -> None:
    library = house.library
    [path] = [each.file_path for each in library.inventory.search().items if each.file_id == house.seen[0]]
    shutil.copy(path, Path(path).with_stem("copy"))
    library.scan([library.home.parent / "films"])
    with library.acting_as(house.bob("approver")):
        assert library.plan("issue:duplicate_content").statistics.total_files == 2
