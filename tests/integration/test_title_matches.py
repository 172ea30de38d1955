"""Matches of titles with providers: searches, decisions of people, their undo, faults, and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.support import media
from tests.support.providers import KEYS

FILES = (
    "Films/Orbit of Two Return (2022).mp4",
    "Films/The Lantern Keeper.mp4",
    "Films/Zzyzx Quorum (1999).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02.mp4",
)
_TABLES = {
    "title_searches": "* EXCLUDE (searched_at)",
    "title_matches": "*",
    "title_values": "*",
    "movies": "* EXCLUDE (updated_at, has_unpublished_changes)",
    "series": "* EXCLUDE (updated_at, has_unpublished_changes)",
}


@pytest.fixture
def stand_in() -> Iterator[ProviderStandIn]:
    with ProviderStandIn() as server:
        yield server


@pytest.fixture
def library(stand_in: ProviderStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of films and a series, and a TMDB key."""
    for seed, name in enumerate(FILES):
        add(tmp_path / "media" / name, seed)
    home = tmp_path / "home"
    home.mkdir()
    for name, value in stand_in.settings.items():
        settings.store(home, name, value)
    monkeypatch.setenv("INDEXIUM_TMDB_API_KEY", KEYS["tmdb_api_key"])
    with Library.open(home) as opened:
        opened.inventory.add(tmp_path / "media", kind="mixed")
        opened.scan()
        yield opened


def add(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    media.build("mp4", path.parent, name=path.name, seed=seed)


def ids(library: Library) -> dict[str, int]:
    """Return the ids of all titles by name."""
    return {each.name: each.id for each in library.titles.list(per_page=500).items}


def found(library: Library, name: str) -> int:
    """Search a title and return its id."""
    title_id = ids(library)[name]
    library.matches.find(title_id)
    return title_id


def provider_values(library: Library, title_id: int) -> dict[str, Any]:
    return {each.field: each.value for each in library.titles.candidates(title_id) if each.origin == "provider"}


def content(library: Library) -> dict[str, list[Any]]:
    """Return the rows that a decision can change."""
    reader = library._parts.store.read()
    return {
        table: reader.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
        for table, columns in _TABLES.items()
    }


# Searches.


def test_sure_match_is_accepted_and_gives_ids(library: Library) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("accepted", "automatic")
    assert question.candidates[0].state == "accepted"
    assert provider_values(library, title_id) == {"tmdb_id": "9000008"}
    match = library.matches.accepted(title_id)
    assert match is not None
    assert match.candidate.external_id == "9000008"


def test_namesakes_are_a_question_with_reasons(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("open", "")
    assert [each.candidate.year for each in question.candidates] == [2014, 1961]
    assert {reason.code for reason in question.candidates[0].reasons} == {"title", "popularity", "no_year"}
    assert "0.10 is needed" in question.explanation
    assert {each.name: each.text for each in question.facts}["title"] == "The Lantern Keeper"
    assert provider_values(library, title_id) == {}


def test_counts_and_pages(library: Library) -> None:
    for title_id in ids(library).values():
        library.matches.find(title_id)

    counts = library.matches.counts()
    assert {state: count for state, count in counts.items() if count} == {"accepted": 1, "open": 2, "none": 1}
    page = library.matches.pending()
    assert (page.total, page.counts) == (2, counts)
    assert [each.item.name for each in page.items] == ["Harbour Lights", "The Lantern Keeper"]
