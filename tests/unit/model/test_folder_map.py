"""Folders of other programs, and the same folders here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.connections import folder_map

CORPUS = json.loads((Path(__file__).parents[2] / "corpus" / "folder_maps.json").read_text(encoding="utf-8"))
RULES = folder_map.rules_of(
    [
        ("/movies", "/media/films"),
        ("/movies/4k/", "/media/films-4k"),
        ("D:\\Filme", "/media/films"),
        ("\\\\nas\\tv", "/media/series"),
    ]
)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("/movies/M (1931)/M.mkv", "/media/films/M (1931)/M.mkv"),
        ("/movies", "/media/films"),
        ("/movies//M/./M.mkv", "/media/films/M/M.mkv"),
        ("/movies/4k/M.mkv", "/media/films-4k/M.mkv"),
        ("/movies-4k/M.mkv", None),
        ("/Movies/M.mkv", None),
        ("d:/filme/M (1931)\\M.mkv", "/media/films/M (1931)/M.mkv"),
        ("D:\\Filme2\\M.mkv", None),
        ("\\\\NAS\\tv\\Show\\S01\\a.mkv", "/media/series/Show/S01/a.mkv"),
        ("/movies/../etc/passwd", None),
        ("/movies/a\x00b.mkv", None),
        ("movies/M.mkv", None),
        ("", None),
        ("/movies/" + "a" * 5000, None),
    ],
)
def test_longest_folder_that_fits_counts(theirs: str, ours: str | None) -> None:
    found = folder_map.to_ours(RULES, theirs)
    assert (None if found is None else found.path) == ours


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["about"][:80])
def test_path_lands_where_the_sender_means_it(case: dict[str, Any]) -> None:
    found = folder_map.to_ours(folder_map.rules_of(case["rules"]), case["path"])
    assert (None if found is None else found.path) == case["ours"]


@pytest.mark.parametrize(
    ("rules", "path", "theirs"),
    [
        ([("/movies", "/media/films")], "/media/films/M/M.mkv", "/movies/M/M.mkv"),
        ([("D:\\Filme", "/media/films")], "/media/films/M/M.mkv", "D:\\Filme\\M\\M.mkv"),
        ([("/", "/media/films")], "/media/films/M.mkv", "/M.mkv"),
        ([("/movies", "/")], "/films/M.mkv", "/movies/films/M.mkv"),
        ([("/movies", "/media/films")], "/media/other/M.mkv", None),
    ],
)
def test_way_back(rules: list[tuple[str, str]], path: str, theirs: str | None) -> None:
    found = folder_map.to_theirs(folder_map.rules_of(rules), path)
    assert (None if found is None else found.path) == theirs


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("movies", "/media")], "“movies” is not an absolute folder"),
        ([("/movies", "/media/../etc")], "“/media/../etc” is not an absolute folder"),
        ([("/movies", "")], "“” is not an absolute folder"),
        ([("D:\\Filme", "/a"), ("d:/filme/", "/b")], "is mapped twice"),
        ([("/movies", "/a"), ("/movies/", "/b")], "The folder /movies is mapped twice"),
    ],
)
def test_wrong_rule_is_one_sentence(pairs: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(errors.UsageError, match=re.escape(message)):
        folder_map.rules_of(pairs)


@given(st.text(max_size=40))
def test_mapped_path_stays_below_its_folder(text: str) -> None:
    found = folder_map.to_ours(RULES, "/movies/" + text)
    if found is not None:
        assert found.path == found.rule.ours or found.path.startswith(found.rule.ours + "/")
        assert "/../" not in found.path + "/"
