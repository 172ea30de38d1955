"""Results that pages show part by part: pages, columns, files, cancellation, and whose they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.snapshots import query_results
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from indexium_core.model.planning.plan import Selection
from tests.support.studio import Studio

ENDLESS = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    studio = Studio(Path(tmp_path_factory.mktemp("results")), 3)
    with studio.library as opened:
        opened.scan()
        yield opened


def ticket(number: int) -> str:
    return f"{number:032x}"


def test_result_is_read_part_by_part(library: Library) -> None:
    results = library.query_results
    found = results.run(ticket(1), "SELECT i AS n, $word AS word FROM range(120) AS r(i)", {"word": "x"})
    assert (found.answer.total, found.answer.kept, found.file_count) == (120, 120, 0)
    assert "word" in found.pandas
    page = results.page(ticket(1), page=2, per_page=50, column=0, descending=True)
    assert (page.total, page.items[0][0].text, page.items[0][1].text) == (120, "69", "x")
    assert [each.filled for each in results.columns(ticket(1))] == [120, 120]
    assert results.answer(ticket(1)) == found.answer


def test_files_of_a_result_are_known_with_what_a_write_would_change(library: Library) -> None:
    results = library.query_results
    every = [row[0] for row in library.queries.run("SELECT file_id FROM files ORDER BY file_id").rows]
    assert results.run(ticket(2), "SELECT file_id, file_name FROM files", {}).file_count == len(every)
    assert results.file_ids(ticket(2)) == every
    files = results.files(ticket(2))
    assert (files.files, files.count) == (len(every), library.preview(Selection(included=frozenset(every))).count)
    # All files of the whole result count, also of one whose rows are cut.
    results.run(ticket(3), "SELECT file_id FROM files, range(6000)", {})
    assert results.file_ids(ticket(3)) == every


def test_query_with_a_fault_says_where_it_is(library: Library) -> None:
    with pytest.raises(errors.SqlError) as failure:
        library.query_results.run(ticket(4), "SELECT nme FROM files", {})
    assert (failure.value.position, failure.value.length) == (7, 3)
    with pytest.raises(errors.UnknownIdError, match="no longer kept"):
        library.query_results.page(ticket(4))
    with pytest.raises(errors.UsageError, match="32 hexadecimal digits"):
        library.query_results.page("1")


def test_query_that_runs_is_cancelled(library: Library) -> None:
    results, failures = library.query_results, list[errors.UsageError]()

    def run() -> None:
        with pytest.raises(errors.UsageError) as failure:
            results.run(ticket(5), ENDLESS, {})
        failures.append(failure.value)

    assert not results.cancel(ticket(5))
    running = threading.Thread(target=run)
    running.start()
    until = time.monotonic() + 20
    while not results.cancel(ticket(5)) and time.monotonic() < until:
        time.sleep(0.05)
    running.join(20)
    assert [each.reason for each in failures] == ["cancelled"]
    assert not results.cancel(ticket(5))


def test_nobody_gets_the_result_of_another_account(library: Library) -> None:
    results = library.query_results
    results.run(ticket(6), "SELECT 1 AS n", {})
    library.users.add("Ann", role="admin", password="a long secret word")
    token = library.tokens.add("Analyst", permissions=["plan.read", "query.run"]).token
    with library.acting_as(Actor("token", str(token.id), token.name)), pytest.raises(errors.UnknownIdError):
        results.page(ticket(6))


def test_newest_results_of_an_account_are_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_results, "_OF_ACCOUNT", 2)
    results = library.query_results
    for number in (11, 12):
        results.run(ticket(number), f"SELECT {number} AS n", {})
    results.page(ticket(11))  # it was used last
    results.run(ticket(13), "SELECT 13 AS n", {})
    assert [results.page(ticket(number)).items[0][0].text for number in (11, 13)] == ["11", "13"]
    with pytest.raises(errors.UnknownIdError):
        results.page(ticket(12))
