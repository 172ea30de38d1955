"""The texts of a question on the page *To decide*."""

from __future__ import annotations

import pytest

from dashboards.pages.decide import decide_view
from indexium_core.flows.matching import title_query
from indexium_core.model.matches.questions import MatchQuestion
from indexium_core.model.matches.results import MatchState
from indexium_core.model.titles.titles import TitleItem

ITEM = TitleItem(
    id=1,
    entity_type="movie",
    title="Salt Meadows",
    year=None,
    state="identified",
    library_id=1,
    series_id=None,
    series_title="",
    season=None,
    episode=None,
    aired=None,
    file_count=1,
    episode_count=0,
    season_count=0,
    touched=False,
)


def all_text(state: MatchState, others: int, same: int = 0) -> str:
    """Return what a decision about a title counts for, too."""
    question = MatchQuestion(
        item=ITEM,
        state=state,
        explanation="",
        evidence=(),
        search_title="",
        search_year=None,
        search_id="",
        facts=(),
        by_hand=False,
        files=(),
        candidates=(),
        other_count=others,
        same_count=same,
    )
    return str(decide_view.question_view(question, pictures=False)["allText"])


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
    assert all_text(state, others, same) == text


@pytest.mark.parametrize(("minutes", "text"), [(1.1, "1 minute"), (118.2, "118 minutes")])
def test_runtime_has_its_noun_in_the_right_number(minutes: float, text: str) -> None:
    facts = {each.name: each.text for each in title_query.facts_of(ITEM, (), minutes)}
    assert facts["runtime"] == text
