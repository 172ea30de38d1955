"""What a question about a match says: its file, its search, the other questions of the folder, and the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.flows.matching import title_query
from indexium_core.model.lookups.candidates import Candidate, MatchReason, ReasonCode
from indexium_core.model.matches.questions import FileFact, MatchQuestion
from indexium_core.model.matches.results import MatchState
from indexium_core.model.titles.titles import TitleFile, TitleItem


def item(**values: Any) -> TitleItem:
    known: dict[str, Any] = {"id": 1, "entity_type": "movie", "title": "Salt Meadows", "year": None, "library_id": 1}
    known |= {"state": "identified", "series_id": None, "series_title": "", "season": None, "episode": None}
    known |= {"aired": None, "file_count": 1, "episode_count": 0, "season_count": 0, "touched": False}
    return TitleItem(**known | values)


def file(number: int, path: str, **values: Any) -> TitleFile:
    known: dict[str, Any] = {"state": "ok", "part": None, "role": "main", "edition": "", "duration": None, "size": 1}
    return TitleFile(file_id=number, file_path=path, by_hand=False, **known | values)


def question(state: MatchState = "open", **values: Any) -> MatchQuestion:
    known: dict[str, Any] = {"item": item(), "explanation": "", "evidence": (), "facts": (), "by_hand": False}
    known |= {"search_title": "", "search_year": None, "search_id": "", "files": (), "candidates": ()}
    return MatchQuestion(state=state, **known | values)


@pytest.mark.parametrize(
    ("state", "others", "same", "text"),
    [
        ("maybe", 0, 0, ""),
        ("maybe", 1, 0, "Applies also to 1 other title of this folder whose name is kept back"),
        ("maybe", 2, 0, "Applies also to 2 other titles of this folder whose names are kept back"),
        ("open", 1, 1, "Applies also to 1 other question of this folder, with the same title and year"),
        (
            "open",
            3,
            2,
            "Applies also to 3 other questions of this folder, a match only to 2 with the same title and year",
        ),
        ("open", 6, 0, "“Not a film or series” applies also to 6 other questions of this folder"),
        ("none", 6, 0, "“Not a film or series” applies also to 6 questions of this folder in the list “To decide”"),
        ("ignored", 6, 0, ""),
        (
            "ignored",
            6,
            1,
            "A match applies also to 1 question of this folder in the list “To decide”, with the same title and year",
        ),
    ],
)
def test_sentence_about_others_names_what_is_counted(state: MatchState, others: int, same: int, text: str) -> None:
    assert question(state, other_count=others, same_count=same).others_text == text


@pytest.mark.parametrize(("minutes", "text"), [(1.1, "1 minute"), (118.2, "118 minutes")])
def test_runtime_has_its_noun_in_the_right_number(minutes: float, text: str) -> None:
    facts = {each.name: each.text for each in title_query.facts_of(item(), (), minutes)}
    assert facts["runtime"] == text


def test_main_file_stands_for_the_title_with_the_parts_that_were_used() -> None:
    files = (file(1, "/a/Sample.mkv", role="sample"), file(2, "/a/Salt.Meadows.1999.mkv"))
    shown = question(files=files, search_title="Salt Meadows", search_year=1999)
    assert shown.shown_file == files[1]
    assert shown.marked_name == [("Salt.Meadows", True), (".", False), ("1999", True), (".mkv", False)]
    assert question(files=files[:1]).shown_file == files[0]
    assert (question().shown_file, question().marked_name) == (None, [("Salt Meadows", True)])


def test_length_counts_files_and_plays_all_of_them() -> None:
    parts = (file(1, "/a/1.mkv", duration=3600.0), file(2, "/a/2.mkv", duration=127.0))
    assert question(files=parts[:1]).length_text == "1:00:00"
    assert question(item=item(file_count=2), files=parts).length_text == "2 files · 1:02:07"
    assert question(item=item(file_count=3), files=parts).length_text == "3 files"  # not all of them are known
    assert question().length_text == ""


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"search_title": "Salt Meadows"}, ""),
        ({"search_title": ""}, ""),
        ({"search_title": "Paper Boats", "search_year": 2005}, "Searched: “Paper Boats” (2005)"),
        ({"search_title": "Paper Boats"}, "Searched: “Paper Boats”"),
        ({"search_title": "Paper Boats", "search_id": "tmdb:603"}, "Searched: tmdb:603"),
    ],
)
def test_search_by_hand_says_what_was_searched(values: dict[str, Any], text: str) -> None:
    assert question(**values).searched_text == text


def test_question_says_why_it_is_asked() -> None:
    assert question(explanation="Two titles have this name.").why == "Two titles have this name."
    assert question("later").why == "Put off until later."
    assert FileFact(name="year", text="1999", source="nfo").source_text == "NFO file"


@pytest.mark.parametrize(
    ("code", "points", "level", "share"),
    [
        ("title", 0.6, "yes", 1),
        ("title", 0.3, "partly", 0.5),
        ("title", 0.0, "no", 0),
        ("year", 0.3, "yes", 1),
        ("year", 0.1, "partly", 1 / 3),
        ("year", 0.0, "no", 0),
        ("id", 1.0, "yes", 1),
        ("words", 0.6, "partly", 0.6),
        ("popularity", 0.02, "neutral", 0.02),
        ("namesakes", 0.0, "neutral", 0),
        ("same_cast", 0.0, "yes", 0),
        ("cast", 0.0, "no", 0),
        ("runtime", -0.1, "no", 0),
    ],
)
def test_reason_says_whether_it_speaks_for_the_candidate(
    code: ReasonCode, points: float, level: str, share: float
) -> None:
    reason = MatchReason(code, "Text", points)
    assert (reason.level, reason.share) == (level, pytest.approx(share))
    assert reason.has_points == (code not in {"namesakes", "same_cast", "cast"})


def test_candidate_shows_another_title_only_if_it_has_one() -> None:
    def film(**values: Any) -> Candidate:
        return Candidate(provider="tmdb", external_id="603", content_type="movie", title="Solaris", **values)

    assert film(original_title="Солярис").other_title == "Солярис"
    assert film(original_title="Solaris", alternative_titles=("Solyaris",)).other_title == "Solyaris"
    assert film(original_title="Solaris").other_title == ""
    assert (film().provider_name, film().runtime_text, film(runtime_minutes=118.0).runtime_text) == (
        "TMDB",
        "",
        "1 h 58 min",
    )
