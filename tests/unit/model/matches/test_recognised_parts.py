"""The recognised parts of a file name."""

from __future__ import annotations

import pytest

from indexium_core.model.matches.questions import marked_parts


@pytest.mark.parametrize(
    ("name", "title", "year", "recognised"),
    [
        ("Der.lange.Sommer.1997.x264.mkv", "Der lange Sommer", 1997, ["Der.lange.Sommer", "1997"]),
        ("1931 (2011).mkv", "1931", 2011, ["1931", "2011"]),
        ("2012 (2012).mkv", "2012", 2012, ["2012", "2012"]),
        ("North.Pier.S01E02-E03.mkv", "North Pier", None, ["North.Pier", "S01E02-E03"]),
        ("Uhrengasse 1x04.mkv", "Uhrengasse", None, ["Uhrengasse", "1x04"]),
        ("海辺の駅 (2017) [tmdbid-49].mkv", "海辺の駅", 2017, ["海辺の駅", "2017", "tmdbid-49"]),
        ("weathermaker-final.mkv", "The Weathermaker", 2020, []),
        ("C++ (a) [b].mkv", "C++ (a)", None, ["C++ (a"]),
        ("", "", None, []),
    ],
)
def test_recognised_parts_are_marked(name: str, title: str, year: int | None, recognised: list[str]) -> None:
    parts = marked_parts(name, title, year)
    assert "".join(text for text, _ in parts) == name
    assert [text for text, is_on in parts if is_on] == recognised
