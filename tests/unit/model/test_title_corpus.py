"""The goals of the identification on the labelled corpus, and on names whose meaning their neighbours decide."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from indexium_core.flows.titles.parsing import parse_name
from indexium_core.model.titles.guessing import identify
from indexium_core.model.titles.title_guess import LibraryKind, NamedFile, NfoFacts, TitleGuess
from tests.support.title_corpus import CORPORA, evaluate, labels

GOALS = {"type": 0.98, "title": 0.97, "year": 0.97, "number": 0.97, "grouping": 0.97}
read = cache(parse_name)


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.stem)
def test_corpus_reaches_goals(corpus: Path) -> None:
    assert len(labels(corpus)) >= 500
    for measure, score in evaluate(corpus, read).items():
        goal = GOALS[measure]
        print(f"{measure}: precision {score.precision:.3f}, recall {score.recall:.3f} of {score.labelled}")
        assert min(score.precision, score.recall) >= goal, f"{measure}: {score.misses}"


def guesses(*paths: str, kind: LibraryKind = "mixed", **facts: object) -> list[TitleGuess]:
    files = [
        NamedFile(file_id=number, folders=tuple(path.split("/")[:-1]), name=path.split("/")[-1], **facts)  # type: ignore[arg-type]
        for number, path in enumerate(paths)
    ]
    return list(identify(files, read, kind=kind).values())


def test_parts_need_siblings_of_equal_stem() -> None:
    both = guesses("A/Gone Far part1.avi", "A/Gone Far part2.avi")
    assert [(each.title, each.part) for each in both] == [("Gone Far", 1), ("Gone Far", 2)]
    [alone] = guesses("A/Gone Far part2.avi")
    assert (alone.title, alone.part) == ("Gone Far part2", None)
    years = guesses("A/Kill Part 1 (2003).mkv", "A/Kill Part 2 (2004).mkv")
    assert [each.title for each in years] == ["Kill Part 1", "Kill Part 2"]


@pytest.mark.parametrize(("kind", "found"), [("mixed", "episode"), ("series", "episode"), ("movies", "movie")])
def test_files_that_are_numbered_alike_are_episodes_unless_library_has_films(kind: LibraryKind, found: str) -> None:
    assert {each.kind for each in guesses("Pond/Pond 01.avi", "Pond/Pond 02.avi", kind=kind)} == {found}


def test_years_of_numbered_files_make_films() -> None:
    found = guesses("Ring/Ring 1 (1999).mkv", "Ring/Ring 2 (2001).mkv", "Ring/Ring 3 (2003).mkv")
    assert [(each.kind, each.title) for each in found] == [("movie", f"Ring {number}") for number in (1, 2, 3)]


def test_nfo_decides_kind() -> None:
    [movie] = guesses("Show S01E01.mkv", nfo=NfoFacts(kind="movie"))
    assert movie.kind == "movie"
    [episode] = guesses("Intro.mkv", nfo=NfoFacts(kind="episode", season=2, episodes=(3,)))
    assert (episode.kind, episode.season, episode.episodes) == ("episode", 2, (3,))


def test_container_tags_name_episode() -> None:
    [episode] = guesses("Tivo/recording.mp4", show="Pond", season=4, episode=2)
    assert (episode.kind, episode.season, episode.episodes) == ("episode", 4, (2,))


def test_long_video_is_no_home_video() -> None:
    assert [each.kind for each in guesses("Birthday Wishes.mp4", duration=5400.0)] == ["movie"]
    assert [each.kind for each in guesses("Birthday Wishes.mp4", duration=120.0)] == ["home"]


@pytest.mark.parametrize(
    "name", ["", ".mkv", "....mkv", "(((.mkv", "[].mkv", "💿.mkv", "a" * 250 + ".mkv", "-.mkv", "0.mkv"]
)
def test_noise_has_a_title(name: str) -> None:
    [guess] = guesses(name)
    assert guess.kind in {"movie", "other", "home"}
    assert guess.title or not name


def test_noise_says_nothing() -> None:
    assert {each.kind for each in guesses("title_t00.mkv", "video1.mkv", "d41d8cd98f00b204.mkv")} == {"other"}


def test_films_for_the_family_are_no_home_videos() -> None:
    assert {each.kind for each in guesses("Movies/Family/Big Fish.mp4", "Family/Big Fish (2003).mp4")} == {"movie"}
    assert {each.kind for each in guesses("Family/Big fish.mp4")} == {"home"}
