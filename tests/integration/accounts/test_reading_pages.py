"""Pages to read without websockets: plan, jobs and history of what the person may see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from dashboards.web.reading import reading_page
from indexium_core.library import Library
from tests.support import media as clips
from tests.support.cases import each_case
from tests.support.rest import Client
from tests.support.sessions import PASSWORD, post_sign_in, signed_in

HOSTILE = "a <b>Ann.mp4"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "films"
    folder.mkdir()
    clips.build("mp4", folder, name=HOSTILE)
    with Library.open(tmp_path / "home") as opened:
        opened.scan([folder])
        opened.people.add([folder / HOSTILE], ["Ann Lee"])
        yield opened


@pytest.fixture
def url(library: Library) -> Iterator[str]:
    with server.make_server(library, port=0).background() as made:
        yield made.url


@each_case(
    ("path", "shown"),
    [
        ("/reading", b"a &lt;b&gt;Ann.mp4"),
        ("/reading/plan", b"Ann Lee"),
        ("/reading/jobs", b"Scan"),
        ("/reading/history", b"There is nothing here."),
        ("/reading/plan?page=99999999999999999999", b"Ann Lee"),
        ("/reading/plan?page=2", b"Page 1 of 1"),
    ],
)
def test_rows_are_in_the_page_as_text(url: str, path: str, shown: bytes) -> None:
    answer = Client(url).get(path)
    assert answer.status == 200
    assert shown in answer.text
    assert b"<b>Ann" not in answer.text
    assert Client(url)("HEAD", path).status == 200


def test_further_rows_are_a_page_away(url: str, monkeypatch: pytest.MonkeyPatch, library: Library) -> None:
    monkeypatch.setattr(reading_page, "_ROWS", 1)
    library.jobs.wait(library.scans.add().id)
    first, last = (Client(url).get(f"/reading/jobs?page={number}").text for number in (1, 2))
    assert b"Page 1 of 2" in first
    assert b'?page=2">Next rows' in first
    assert b"Previous rows" not in first
    assert b'?page=1">Previous rows' in last
    assert b"Next rows" not in last


def test_person_reads_only_own_folders(url: str, library: Library) -> None:
    library.users.add("Root", PASSWORD, role="admin")
    ann = signed_in(url, library, "Ann", "viewer")
    assert b"Ann.mp4" in ann.get("/reading/plan").text
    library.users.set_libraries("Ann", [])
    again = Client(url, Origin=url)
    cookie = post_sign_in(again, "Ann").headers["set-cookie"].partition(";")[0]
    assert b"Ann.mp4" not in again.get("/reading/plan", Cookie=cookie).text
    assert again.get("/reading/plan").status == 401
