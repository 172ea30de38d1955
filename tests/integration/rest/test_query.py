"""The route of queries: its formats, its limits, and requests of other sites."""

from __future__ import annotations

import http.client
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest

from dashboards.web import server
from indexium_core.library import Library
from tests.support import homes, media
from tests.support.cases import each_case
from tests.support.rest import Client, connection


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("query")
    films = media.films(folder / "films", {"sea.mp4": "Shot at sea", "lake.mp4": None})
    with homes.opened(folder / "home", films, "Ann Lee") as opened:
        yield opened


@pytest.fixture(scope="module")
def rest(library: Library) -> Iterator[Client]:
    with server.make_server(library, port=0).background() as running:
        yield Client(running.url)


def address(sql: str, **more: str) -> str:
    return f"/api/query?{urlencode({'sql': sql, **more})}"


def test_query_answers_with_its_first_rows(rest: Client) -> None:
    answer = rest.get(
        address("SELECT file_name, size > $least AS is_large FROM files ORDER BY 1", values='{"least": "1"}')
    )
    assert answer.status == 200
    assert answer.json["columns"] == [{"name": "file_name", "type": "VARCHAR"}, {"name": "is_large", "type": "BOOLEAN"}]
    assert answer.json["items"] == [
        {"file_name": "lake.mp4", "is_large": True},
        {"file_name": "sea.mp4", "is_large": True},
    ]
    assert (answer.json["total"], answer.json["cut_values"], answer.json["notice"]) == (2, 0, "")
    assert answer.json["snapshot_at"].endswith("Z")


def test_every_value_has_a_json_form(rest: Client) -> None:
    sql = (
        "SELECT 1.5 AS a, 'nan'::DOUBLE AS a, INTERVAL 1 DAY AS b, TIME '12:00' AS c, uuid() AS d, (1, 'x') AS e,"
        " [2, 1]::INT[2] AS f, MAP {1: DATE '2026-01-31'} AS g, 'x'::BLOB AS h"
    )
    [row] = rest.get(address(sql)).json["items"]
    assert len(row.pop("d")) == 36
    assert row == {
        "a": 1.5,
        "a_1": None,
        "b": "1 day, 0:00:00",
        "c": "12:00:00",
        "e": [1, "x"],
        "f": [2, 1],
        "g": {"1": "2026-01-31"},
        "h": "x",
    }


def test_files_have_all_rows(rest: Client) -> None:
    sql = "SELECT i FROM range(12000) AS r(i)"
    answer = rest.get(address(sql, format="csv"))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.text.split() == [b"i", *(str(i).encode() for i in range(12000))]
    assert answer.headers["content-disposition"].startswith('attachment; filename="indexium-query-20')
    answer = rest.get(address(sql, format="parquet"))
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert duckdb.read_parquet(io.BytesIO(answer.text)).fetchall()[-1] == (11999,)
    assert rest.get(address(sql)).json["total"] == 12_000
    assert len(rest.get(address(sql)).json["items"]) == 10_000


@each_case("form", ["json", "csv"])
@each_case(
    ("sql", "more", "status", "code", "words"),
    [
        ("SELECT nme", {}, 422, "bad_sql", "Line 1, column 8: There is no column nme"),
        ("DELETE FROM files", {}, 422, "bad_sql", "Only SELECT and EXPLAIN are possible"),
        ("FROM sqlite_attach('x')", {}, 422, "bad_sql", "sqlite_attach is not possible here"),
        ("SELECT unnest(range(1000000000))", {}, 422, "bad_sql", "needs more memory than it may use"),
        ("SELECT 1", {"values": "x"}, 422, "invalid_request", "values must be a JSON object"),
        ("", {}, 422, "bad_sql", "Write one SELECT statement"),
    ],
)
def test_refused_query_is_a_problem(
    rest: Client, form: str, sql: str, more: dict[str, str], status: int, code: str, words: str
) -> None:
    answer = rest.get(address(sql, format=form, **more))
    assert (answer.status, answer.code) == (status, code)
    assert words in answer.json["detail"]


def test_surrogate_is_a_bad_request(rest: Client) -> None:
    answer = rest.get("/api/query?sql=SELECT+'%ED%A0%80'")
    assert (answer.status, answer.code) == (400, "bad_request")
    assert "not valid UTF-8" in answer.json["detail"]
    assert rest.get("/api/query").code == "invalid_request"
    assert rest.get(address("SELECT 1", format="xlsx")).code == "invalid_request"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},  # a link
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
    ],
)
def test_page_of_another_site_starts_no_query(rest: Client, headers: dict[str, str]) -> None:
    answer = rest.get(address("SELECT 1"), **headers)
    assert (answer.status, answer.code) == (403, "forbidden")
    own = {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert rest.get(address("SELECT 1"), **own).status == 200


def test_streams_of_a_client_are_limited_and_cut(rest: Client, library: Library) -> None:
    endless = address("SELECT i FROM range(100000000000) AS r(i)", format="csv")
    library.configuration.set("query_download_limit", "1MB")
    try:
        with pytest.raises(http.client.IncompleteRead) as cut:
            rest.get(endless)
    finally:
        library.configuration.set("query_download_limit", None)
    assert cut.value.partial.decode().splitlines()[-1].startswith('"# This file is not complete. The download')
    with (
        library.queries.stream("SELECT 1", "csv", client="127.0.0.1"),
        library.queries.stream("SELECT 1", "csv", client="127.0.0.1"),
    ):
        answer = rest.get(endless)
    assert (answer.status, answer.code) == (429, "too_many")


def test_query_whose_client_leaves_before_the_first_bytes_ends(rest: Client, library: Library) -> None:
    silent = address("SELECT sum(hash(i)) FROM range(100000000000) AS r(i)", format="csv")
    running = library.queries._streams._running
    end = time.monotonic() + 30
    with connection(rest.url) as line:
        line.request("GET", silent)
        while not running.total():
            assert time.monotonic() < end, "the query has not begun"
            time.sleep(0.02)
    while running.total():
        assert time.monotonic() < end, "the query has not ended"
        time.sleep(0.05)


def test_token_allows_requests_of_other_origins(rest: Client, library: Library, tmp_path: Path) -> None:
    wrong = rest.get(address("SELECT 1"), Authorization="Bearer wrong")
    assert (wrong.status, wrong.code) == (401, "unauthorized")
    described = rest.get("/api/openapi.json").json["paths"]["/api/query"]["get"]
    assert [each["name"] for each in described["parameters"]] == ["sql", "values", "format"]
    assert {"application/json", "application/vnd.apache.parquet"} <= set(described["responses"]["200"]["content"])
    assert json.dumps(described).count("SELECT")
