"""Two readers of one name: where the second one counts, and where the other title is kept."""

from __future__ import annotations

import pytest

from indexium_core.flows.titles.parsing import parse_name, read_again
from indexium_core.model.names.judge import EVIDENCE, SecondReading, judge
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import read_name

LONG = "Some.Long.Name.S01E02." * 12


@pytest.mark.parametrize(
    ("own", "other", "title", "number", "year"),
    [
        (
            NameParts(title="Pond 4 part 2"),
            SecondReading(kind="episode", title="Pond", season=4, episodes=(2,), form="season"),
            "Pond",
            (4, (2,)),
            None,
        ),
        (
            NameParts(title="1999-The Matrix"),
            SecondReading(kind="movie", title="The Matrix", year=1999),
            "The Matrix",
            (None, ()),
            1999,
        ),
        (
            NameParts(title="Pond Words", is_release=True),
            SecondReading(kind="movie", title="Pond", year=2010),
            "Pond",
            (None, ()),
            2010,
        ),
    ],
    ids=[each.name for each in EVIDENCE],
)
def test_each_line_of_evidence_decides(
    own: NameParts, other: SecondReading, title: str, number: tuple[int | None, tuple[int, ...]], year: int | None
) -> None:
    found = judge("1999-The.Matrix", own, other)
    assert (found.title, (found.season, found.episodes), found.year) == (title, number, year)
    assert judge("1999-The.Matrix", own, SecondReading()) == own


@pytest.mark.parametrize(
    "other",
    [
        SecondReading(title="Pond", season=20, episodes=(49,), form="compact"),
        SecondReading(title="Pond", episodes=(12,), form="alone"),
        SecondReading(title="Pond", season=1999, episodes=(1,), form="season"),
    ],
    ids=["digits that are split", "a number alone", "a year as season"],
)
def test_weak_numbers_of_the_second_reader_do_not_count(other: SecondReading) -> None:
    own = NameParts(title="Pond 2049", series_title="Pond 2049")
    found = judge("Pond 2049", own, other)
    assert (found.episodes, found.evidence, found.title) == ((), "", "Pond 2049")


def test_other_title_is_kept_only_where_the_readers_disagree() -> None:
    assert parse_name("sparks-philomena.2013.720p.bluray.x264").other_title == "philomena"
    assert parse_name("Pond.S01E02.Frogs.720p.HDTV.x264-GRP").other_title == ""


@pytest.mark.parametrize("name", [LONG, "x" * 4000, "[a]" * 40, "S01E01" * 20, "٣" * 100])
def test_second_reader_reads_no_name_that_takes_long(name: str) -> None:
    assert read_again(name) == SecondReading()
    assert parse_name(name) == read_name(name)
