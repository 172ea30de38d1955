"""An unknown address: 404, and a page in the usual frame."""

from __future__ import annotations

import http.client
import json
import re

import pytest

from dashboards import app
from dashboards.web.server import DashboardServer

NO_FILE = "There is no file with this id"
# Pages that the navigation has not.
WITHOUT_ENTRY = {"activity", "connections", "accounts", "account", "folders", "title"}
NO_PAGE = "There is no page at this address"


def ask(served: DashboardServer, method: str, path: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


def rail(text: str) -> list[dict[str, str]]:
    """The entries of the navigation of every page."""
    found = re.search(r'<script[^>]* id="pages">(.*?)</script>', text)
    assert found
    entries: list[dict[str, str]] = json.loads(found[1])
    return entries


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nosuch", NO_PAGE),
        ("/jobs/xyz", NO_PAGE),
        ("/track/abc", NO_PAGE),
        ("/track/", NO_PAGE),
        ("/files/nosuch", NO_PAGE),
        ("/track/999999", NO_FILE),
        ("/track/999999/?q=x", NO_FILE),
        ("/track/99999999999999999999999", NO_FILE),
    ],
)
def test_unknown_address_links_to_plan(served: DashboardServer, path: str, sentence: str) -> None:
    status, kind, body = ask(served, "GET", path)
    text = body.decode()
    assert (status, kind) == (404, "text/html; charset=UTF-8")
    assert sentence in text
    assert '<a class="btn primary" href="/plan">' in text
    assert {each["href"]: each["label"] for each in rail(text)} == {
        app.PATHS[name]: title for name, title in app.TITLES.items() if name not in WITHOUT_ENTRY
    }
    assert ask(served, "HEAD", path) == (404, kind, b"")


@pytest.mark.parametrize(
    "path",
    [
        *("/static/%00", "/assets/%00", "/static/js/%00", "/static/extensions/panel/%00", "/components/%00"),
        *("/components/..", "/components/", "/components/x/y", "/components/x/y/z/a"),
        *(
            "/static/extensions/..%2f..",
            "/static/extensions/panel/..%2f..%2f",
            "/assets/..%2f..%2fapp.py",
            "/assets/../x",
        ),
        *("/static/%ff", "/assets/%ff", "/static/", "/assets/", "/static/js", "/thumbnail", "/thumbnail/", "/media"),
        *("/plan/%00", "/track/1%00", "/media/1%00", "/%2e%2e/plan"),
    ],
)
def test_impossible_address_is_not_found_and_no_failure(
    served: DashboardServer, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert ask(served, "GET", path)[0] == 404
    assert ask(served, "HEAD", path)[0] in {404, 405}
    assert not [each for each in caplog.records if each.exc_info]


def test_unknown_page_does_not_repeat_its_address(served: DashboardServer) -> None:
    assert b"4711" not in ask(served, "GET", "/%3Cscript%3Ealert(4711)%3C/script%3E?<b>4711")[2]


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/track/1", "/plan?file=1"),
        ("/library?show=folders", "/folders"),
        ("/library?shows=folders&page=2", "/folders?page=2"),
        ("/library/?list=missing&q=x", "/folders?list=missing"),
    ],
)
def test_former_address_leads_to_the_page_of_now(served: DashboardServer, path: str, leads: str) -> None:
    for method in ("GET", "HEAD"):
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        connection.request(method, path)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (302, leads)
        connection.close()


def test_unknown_api_address_returns_problem(served: DashboardServer) -> None:
    status, kind, body = ask(served, "GET", "/api/nosuch")
    assert (status, kind, json.loads(body)["code"]) == (404, "application/problem+json", "unknown_address")
    assert ask(served, "HEAD", "/api/nosuch") == (404, kind, b"")


def test_failed_page_shows_error_in_its_frame(
    served: DashboardServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("<i>secret</i>")

    monkeypatch.setattr(app, "Session", broken)
    _, _, body = ask(served, "GET", "/history")
    text = body.decode()
    assert "no file was changed" in text
    assert "secret" not in text
    assert "dashboard.session_failed" in caplog.text
    assert [each["id"] for each in rail(text)] == [name for name in app.TITLES if name not in WITHOUT_ENTRY]
    assert '<a class="btn primary" href="">Try again</a>' in text
