"""The numbers above the list of a plan: words, levels, and the parts of a search."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexium_core.model.plan_numbers import DescribedSearch, PlanNumbers
from indexium_core.model.planning.plan import PlanStatistics

WHOLE = PlanStatistics(
    total_files=20,
    safe_count=6,
    warning_count=3,
    danger_count=2,
    blocked_count=1,
    unchanged_count=8,
    postponed_count=4,
    total_tags_to_add=12,
    total_tags_to_remove=1,
    est_seconds=4.2,
    bytes_to_write=1000,
)
NUMBERS = PlanNumbers(
    plan_id=7,
    search=DescribedSearch(query=""),
    listed=12,
    found=WHOLE,
    beside=WHOLE,
    everything=WHOLE,
    warning_reasons={},
    volume=4000,
    able=11,
    safe=6,
    folders=1,
)


def of(query: str, found: PlanStatistics = WHOLE, **changes: object) -> PlanNumbers:
    return replace(NUMBERS, search=DescribedSearch(query=query), found=found, **changes)  # type: ignore[arg-type]


def test_headline_counts_what_a_write_would_change() -> None:
    assert NUMBERS.headline == "11 files would change"
    assert of("x", PlanStatistics(blocked_count=3, total_files=3)).headline == "Nothing would change"
    empty = PlanStatistics()
    assert of("", empty, everything=empty).headline == "Nothing planned yet"
    assert of("ann", empty, everything=empty).headline == "Nothing would change"
    assert of("", empty, everything=PlanStatistics(postponed_count=1)).headline == "Nothing would change"


def test_summary_of_a_search_begins_with_the_whole_plan() -> None:
    assert NUMBERS.summary == "+12 −1 people · 8 unchanged · about 4.2 s · about 1 KB of 4 KB written"
    one = PlanStatistics(total_files=1, safe_count=1, total_tags_to_add=1, bytes_to_write=10)
    assert of("ann", one, volume=50).summary == (
        "in this search, 11 in the whole plan · +1 person · under 1 s · about 10 bytes of 50 bytes written"
    )
    assert of("ann", PlanStatistics(blocked_count=1)).summary == "in this search, 11 in the whole plan"


def test_levels_count_beside_their_own_terms() -> None:
    shown = of("ann risk:danger", PlanStatistics(danger_count=2)).levels
    assert [(each.level, each.files, each.is_chosen) for each in shown] == [
        ("safe", 6, False),
        ("warning", 3, False),
        ("danger", 2, True),
        ("blocked", 1, False),
    ]


def test_level_of_warnings_names_its_most_frequent_reasons() -> None:
    reasons = {"tag_removal": 5, "custom_comment": 3, "large_rewrite": 2, "mtime_kept": 0}
    hints = {each.level: each.hint for each in of("", warning_reasons=reasons).levels}
    assert hints["warning"].startswith("removes a name")
    assert hints["danger"] == "review before writing"
    assert {each.level: each.hint for each in NUMBERS.levels}["warning"] == "please review"


@pytest.mark.parametrize(
    ("query", "skipped", "to_review"), [("", 4, 2), ("postponed:yes", 0, 2), ("risk:danger", 4, 0), ("ann", 4, 2)]
)
def test_skipped_and_dangerous_files_are_offered_elsewhere(query: str, skipped: int, to_review: int) -> None:
    assert (of(query).skipped, of(query).to_review) == (skipped, to_review)


def test_export_has_the_list_or_everything_that_is_found() -> None:
    assert (NUMBERS.export_text, NUMBERS.whole_export_text) == ("12 files", "24 files")
    found = PlanStatistics(total_files=1, postponed_count=1)
    assert of("postponed:yes", found, listed=1).whole_export_text == "1 file of this search"


def test_each_part_of_a_search_can_be_left_out() -> None:
    search = DescribedSearch(query="ann risk:danger (folder:/A OR folder:/B)")
    assert [each.rest for each in search.parts] == [
        "risk:danger (folder:/A OR folder:/B)",
        "ann (folder:/A OR folder:/B)",
        "ann risk:danger",
    ]
    assert search.filter_count == 3
    assert (search.is_review, search.finds_skipped) == (True, False)
    assert search.without_risk == "ann (folder:/A OR folder:/B)"
    assert DescribedSearch(query=" ").parts == []
    assert DescribedSearch(query=" ").text == ""
