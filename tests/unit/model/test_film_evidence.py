"""Which names of a mixed library may be searched: those of films and episodes, and none of a home video."""

from __future__ import annotations

from functools import cache

import pytest

from indexium_core.flows.titles.parsing import parse_name
from indexium_core.model.names.film_evidence import SIGNS, is_against
from indexium_core.model.names.guessing import identify
from indexium_core.model.names.title_guess import FilmEvidence, LibraryKind, NamedFile, NfoFacts
from tests.support.cases import each_case
from tests.support.title_corpus import MIXED, identified

read = cache(parse_name)
FILM = 100 * 60.0  # seconds
WORKS = ("movie", "episode")


def evidence(
    path: str, seconds: float | None = FILM, *, kind: LibraryKind = "mixed", nfo: bool = False
) -> FilmEvidence:
    """Return the evidence of a file that is alone in its library."""
    *folders, name = path.split("/")
    facts = NfoFacts(kind="movie") if nfo else NfoFacts()
    file = NamedFile(file_id=1, folders=tuple(folders), name=name, duration=seconds, nfo=facts)
    return identify([file], read, kind=kind)[1].evidence


def test_mixed_corpus() -> None:
    sent, right, enough, works = [], 0, 0, 0
    for labelled, guesses in identified(MIXED, read):
        for number, label in enumerate(labelled):
            guess = guesses[number]
            is_searched = guess.kind in WORKS and guess.evidence.is_enough
            if label["type"] == "home" and is_searched:
                sent.append(label["path"])
            if label["type"] in WORKS and not label.get("unclear"):
                works += 1
                right += guess.kind == label["type"]
                enough += guess.kind == label["type"] and is_searched
    print(f"of {works} films and episodes, {right / works:.1%} have their type, and {enough / works:.1%} are searched")
    assert sent == []
    assert right / works >= 0.95
    assert enough / works >= 0.7


@each_case(
    "path",
    [
        "Films/Amber Coast.mkv",
        "Films/Amber Coast 1994.mkv",
        "New/Amber Coast (1994).mkv",
        "Amber Coast (1994)/Amber Coast (1994).mkv",
        "New/Amber.Coast.1994.1080p.BluRay.x264-GRP.mkv",
        "New/amber coast [tmdbid-12].mkv",
        "New/Pond S01E02.mkv",
        "New/Pond 1x02.mkv",
        "Series/Pond/Season 1/Pond 02 - Frogs.mkv",
        "Filme/Bernsteinküste (1994).mkv",
        "Films enfants/Amber Coast (1994).mkv",
    ],
)
def test_name_of_film_or_episode_is_searched(path: str) -> None:
    found = evidence(path)
    assert found.is_enough, found


@each_case(
    ("path", "seconds"),
    [
        ("Films/Amber Coast.mkv", 2000.0),  # a folder for films alone is not enough
        ("New/Amber Coast 1994.mkv", FILM),
        ("Films/Amber Coast (1994).mkv", 180.0),
        ("Films/Our Wedding (2011)/Our Wedding (2011).mkv", FILM),
        ("Filme/Hochzeit Anna (2014)/Hochzeit Anna (2014).mkv", FILM),
        ("Family/School/S1 E2 school play.mp4", FILM),
        ("Phone backup/Amber Coast (1994).mp4", 240.0),
        ("New/Promo 2020 1080p.mp4", 94.0),
        ("New/Amber Coast.mov", FILM),
        ("", FILM),
    ],
)
def test_name_that_may_be_of_home_video_is_kept_back(path: str, seconds: float) -> None:
    found = evidence(path or "Amber Coast.mkv", seconds)
    assert not found.is_enough, found


@pytest.mark.parametrize("kind", ["movies", "series", "educational"])
def test_library_of_films_needs_no_other_sign(kind: LibraryKind) -> None:
    found = evidence("Our Wedding.mov", 60.0, kind=kind)
    assert found.is_enough
    assert found.reasons[0] == "You said what the library holds."


def test_nfo_file_is_enough() -> None:
    assert not evidence("Amber Coast.mkv").is_enough
    assert evidence("Amber Coast.mkv", nfo=True).is_enough


@pytest.mark.parametrize(
    ("folder", "name", "is_searched"),
    [
        ("New", "Show.S01E0{}.mkv", True),
        ("New", "Show E0{}.mkv", False),
        ("New", "Christmas S01E0{}.mp4", False),
        ("Family", "Show.S01E0{}.mkv", False),
    ],
)
def test_several_files_with_seasons_outweigh_word_of_home_videos(folder: str, name: str, is_searched: bool) -> None:
    files = [NamedFile(file_id=number, folders=(folder,), name=name.format(number), duration=None) for number in (1, 2)]
    assert [each.evidence.is_enough for each in identify(files, read).values()] == [is_searched, is_searched]
    assert not identify(files[:1], read)[1].evidence.is_enough


def test_neighbours_numbered_alike_and_films_beside_it_are_signs() -> None:
    def points(*names: str, folder: str = "New") -> int:
        files = [
            NamedFile(file_id=number, folders=(folder,), name=name, duration=FILM) for number, name in enumerate(names)
        ]
        return identify(files, read)[0].evidence.points

    assert points("Pond E01.mkv", "Pond E02.mkv") - points("Pond E01.mkv") == SIGNS["alike"].points
    films = [f"{name} (2001).1080p.BluRay.mkv" for name in ("Amber", "Cedar", "Birch")]
    assert points("Coast.mkv", *films) - points("Coast.mkv") == SIGNS["neighbours"].points


def test_reasons_name_what_was_found() -> None:
    found = evidence("Family/Christmas at home (2009).mp4", 600.0)
    assert found.reasons == (
        "The name has a year in brackets.",
        "The name has a word of a family or an event: Christmas.",
        "The folder “Family” is for home videos.",
        "It is only 10 min long.",
    )
    assert [is_against(each) for each in found.reasons] == [False, True, True, True]


@each_case("name", SIGNS)
def test_sentence_tells_whether_it_speaks_against_film(name: str) -> None:
    assert is_against(SIGNS[name].text.format("“Pond”")) == (SIGNS[name].points < 0)
