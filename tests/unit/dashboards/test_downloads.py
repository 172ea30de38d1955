"""Downloads and uploads over HTTP: content, names, and rejected uploads."""

from __future__ import annotations

import http.client
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboards.web import downloads, query_downloads, server
from indexium_core.library import Library
from tests.support import media
from tests.support.waiting import until

CSV = {"Content-Type": "text/csv"}


class Site:
    """A served library of two films."""

    def __init__(self, library: Library, running: server.DashboardServer) -> None:
        self.library, self._running, self.port = library, running, running.port
        self.origin = f"http://127.0.0.1:{running.port}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self._running.port, timeout=20)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode("utf-8")
        line.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def send(self, body: Any, **headers: str) -> tuple[int, dict[str, str], str]:
        return self.ask("POST", "/files/changes", body, **{"Origin": self.origin, **CSV, **headers})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("files")
    films = folder / "films"
    films.mkdir()
    paths = media.series("mp4", films, 2, comment="People: Bob Ray")
    with Library.open(folder / "home") as library:
        library.scan([films])
        library.people.add(paths, ["Zoë Öz"])
        with server.make_server(library, port=0).background() as running:
            yield Site(library, running)


def test_plan_download_equals_command_line_export(site: Site) -> None:
    status, headers, text = site.ask("GET", "/files/plan.csv?q=name%3A0001&sort=name")

    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert text == "\ufeff" + "".join(site.library.exporter.plan("name:0001", sort="name"))
    assert headers["content-disposition"].startswith('attachment; filename="indexium-plan-name-0001-20')
    status, headers, text = site.ask("GET", "/files/plan.json?q=&all=1")
    assert (status, json.loads(text)["total"]) == (200, 2)


def test_query_download_has_every_row(site: Site) -> None:
    text = "SELECT i FROM range(12000) AS r(i) WHERE i >= $low"
    search = urlencode({"q": text, "v": json.dumps({"low": "1"})})
    status, headers, body = site.ask("GET", f"/files/query.csv?{search}")
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert body.split() == ["i", *map(str, range(1, 12_000))]
    assert headers["content-disposition"].startswith('attachment; filename="indexium-query-20')
    for wrong, reason in (
        ("q=SELECT+nme", "Line 1, column 8: There is no column nme"),
        ("q=SELECT+1&v=x", "must be a JSON object"),
        ("", "Write one SELECT statement"),
    ):
        status, headers, body = site.ask("GET", f"/files/query.csv?{wrong}")
        assert (status, headers["content-type"]) == (422, "text/plain; charset=utf-8")
        assert reason in body
    assert site.ask("GET", "/files/query.csv?q=SELECT+1", **{"Sec-Fetch-Site": "cross-site"})[0] == 403


ENDLESS = "/files/query.csv?q=SELECT+i+FROM+range(100000000000)+AS+r(i)"


def begun(site: Site, path: str = ENDLESS) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Return a connection whose answer has begun, and that reads no further."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    line.request("GET", path)
    answer = line.getresponse()
    return line, answer


def is_free(site: Site) -> bool:
    """Return whether each download has ended."""
    return not site.library.queries._streams._running.total()


def stored_bytes() -> int:
    folders = Path(tempfile.gettempdir()).glob("indexium-query-*")
    return sum(file.stat().st_size for folder in folders for file in folder.glob("*"))


def test_query_download_is_not_stored_and_ends_at_its_limit(site: Site) -> None:
    site.library.configuration.set("query_download_limit", "3MB")
    try:
        line, answer = begun(site)
        assert (answer.status, answer.getheader("content-length")) == (200, None)
        first = answer.read(1_000_000)
        assert stored_bytes() == 0
        with pytest.raises(http.client.IncompleteRead) as cut:  # the browser sees a failed download
            answer.read()
        text = (first + cut.value.partial).decode()
        line.close()
    finally:
        site.library.configuration.set("query_download_limit", None)
    assert 2_900_000 < len(text) < 3_100_000
    assert text.splitlines()[-1] == (
        '"# This file is not complete. The download is larger than 3 MB (INDEXIUM_QUERY_DOWNLOAD_LIMIT). Select fewer '
        "rows or columns, or use 'indexium sql --out FILE', which has no limit.\""
    )
    until(lambda: is_free(site))


def test_query_downloads_of_a_client_are_limited_and_delay_no_other_export(site: Site) -> None:
    lines = [begun(site) for _ in range(2)]
    status, headers, sentence = site.ask("GET", ENDLESS)
    assert (status, headers["content-type"]) == (429, "text/plain; charset=utf-8")
    assert sentence == "2 downloads of queries run already. Try again when one has ended."
    assert site.ask("GET", "/files/plan.csv?q=")[0] == 200
    assert site.library.queries.run("SELECT 1").rows == [(1,)]
    for line, answer in lines:
        assert answer.status == 200
        answer.close()
        line.close()
    until(lambda: is_free(site))


def test_query_download_ends_if_nobody_reads_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_downloads, "READER_SECONDS", 0.5)
    line, answer = begun(site)
    until(lambda: is_free(site))
    answer.close()
    line.close()


def test_query_whose_browser_leaves_before_the_first_bytes_ends(site: Site) -> None:
    silent = urlencode({"q": "SELECT sum(hash(i)) FROM range(100000000000) AS r(i)"})
    for _ in range(2):
        line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
        line.request("GET", f"/files/query.csv?{silent}")
        line.close()  # at once, perhaps before the query runs
    until(lambda: is_free(site))


def test_download_name_has_only_letters_digits_and_dashes() -> None:
    assert downloads.slug('person:"Ann Lee" -path:../../etc\r\nX: y') == "person-ann-lee-path-etc-x-y"
    assert downloads.slug("ليلى") == ""
    assert len(downloads.slug("a b " * 50)) <= 40


def test_download_of_invalid_search_is_refused(site: Site) -> None:
    status, headers, text = site.ask("GET", "/files/plan.csv?q=risk%3Awrong")

    assert (status, headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert "wrong" in text
    assert site.ask("GET", "/files/dry-run/nothing-here.csv")[0] == 404


def test_edited_csv_is_compared_and_cached(site: Site) -> None:
    text = "".join(site.library.exporter.plan()).replace("Zoë Öz; Bob Ray", "Cem Öz")
    status, _, answer = site.send(text.encode())

    assert status == 200
    shown = site.library.changes.uploaded(json.loads(answer)["token"])
    assert [row.after for row in shown.rows.items] == [["Cem Öz"]] * 2
    assert not site.library.decisions.list()


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"Origin": "http://evil.example"}, 403, "Only the pages of this server"),
        ({"Origin": ""}, 403, "Only the pages of this server"),
        ({"Origin": "null"}, 403, "Only the pages of this server"),
        ({"Content-Type": "multipart/form-data"}, 415, "Only CSV files can be imported"),
    ],
)
def test_upload_accepts_only_csv_of_own_pages(site: Site, headers: dict[str, str], status: int, why: str) -> None:
    answer = site.send(b"file_id,result_people\n", **headers)

    assert answer[0] == status
    assert why in answer[2]


def test_large_upload_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "LARGEST", 1000)
    status, _, text = site.send(b"x" * 5000)

    assert status == 413
    assert text == "This file (5 KB) is larger than 1 KB. Import only the rows that you changed."


def test_malformed_upload_is_refused(site: Site) -> None:
    status, _, text = site.send(b"name,people\nx,y\n")

    assert status == 200
    assert "no column identifies the file" in json.loads(text)["refused"]
