"""The accuracy of matches: labelled names against a stand-in with namesakes, sequels, remakes and foreign films."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import titles
from benchmarks.support import match_accuracy
from benchmarks.support.match_accuracy import Accuracy
from tests.support.effort import effort


@pytest.fixture(scope="module")
def found() -> Accuracy:
    """The result for every ninth of the labelled names."""
    return match_accuracy.measure(step=9)


def test_clear_names_are_matched_and_no_name_wrongly(found: Accuracy) -> None:
    assert found.names > 50
    assert found.wrong == []
    assert found.recall >= 0.85


def test_names_of_the_second_corpus() -> None:
    """Three names get the namesake of a title that the provider lacks."""
    found = match_accuracy.measure_answers()

    assert (found.names, found.matchable, found.missing) == (139, 93, 24)
    assert found.wrong == []
    assert found.recall >= 0.92
    assert len(found.mistaken) <= 3


def test_names_with_signs() -> None:
    """
    Three names get the title of another film: two have its year and nearly its runtime, one lacks only its article.
    """
    found = match_accuracy.measure_signs()

    assert (found.names, found.matchable, found.missing) == (352, 137, 180)
    assert found.wrong == []
    assert found.recall >= 0.98
    assert [(each.title, each.year) for each in found.mistaken] == [
        ("Pinocchio", 2022),
        ("Alone", 2020),
        ("Cell", None),
    ]


def test_namesake_of_a_missing_title_is_accepted_only_without_a_year(found: Accuracy) -> None:
    """Nothing tells such a name from its namesake."""
    others = match_accuracy.measure(step=7).mistaken if effort.exhaustive else []
    assert [each for each in [*found.mistaken, *others] if each.year is not None] == []


@pytest.mark.further
def test_benchmark_of_titles_has_all_rows(tmp_path: Path) -> None:
    found = list(titles.rows(Namespace(dir=tmp_path, files=20, pages=2, step=150)))

    assert [each.work.partition(": ")[2] for each in found] == [
        "identify new names",
        "identify again",
        "page of the list",
        "numbers of all filters",
        "wrong matches",
        "namesakes of missing titles",
        "questions about clear names",
        "decisions without requests",
    ]
