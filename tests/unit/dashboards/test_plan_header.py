"""The header of the plan as values: every offered action has an effect, and numbers are correct."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.pages.plan.search import plan_header
from dashboards.state import PlanState
from indexium_core.model.planning.plan import FACETS, SORT_KEYS, Facet, Facets, FacetValue, PlanStatistics
from indexium_core.model.saved import SavedView

COUNTS = PlanStatistics(
    total_files=20, safe_count=10, warning_count=2, danger_count=1, blocked_count=3, postponed_count=4
)


def shown(text: str = "", **changes: Any) -> dict[str, Any]:
    state = PlanState()
    state.find(text)
    facts: dict[str, Any] = {
        "found": COUNTS,
        "beside": COUNTS,
        "everything": COUNTS,
        "safe": 10,
        "volume": 5,
        "views": [],
    }
    return plan_header.view(state, **facts | changes)


def test_headline_counts_writable_files() -> None:
    assert plan_header.headline(COUNTS) == "13 files would change"
    assert plan_header.headline(PlanStatistics(total_files=1, safe_count=1)) == "1 file would change"
    assert plan_header.headline(PlanStatistics(total_files=4, unchanged_count=4)) == "Nothing would change"


def test_summary_shows_bytes_to_write() -> None:
    counts = PlanStatistics(
        total_files=9,
        safe_count=2,
        unchanged_count=7,
        total_tags_to_add=2318,
        total_tags_to_remove=41,
        est_seconds=6,
        bytes_to_write=1_100_000,
    )
    assert (
        plan_header.summary(counts, 18_400_000_000_000)
        == "+2,318 −41 people · 7 unchanged · about 6 s · about 1.1 MB of 18 TB written"
    )
    assert plan_header.summary(PlanStatistics(total_files=1, blocked_count=1), 0) == ""


def test_headline_and_summary_belong_to_search() -> None:
    few = PlanStatistics(total_files=3, safe_count=1, danger_count=1, blocked_count=1, total_tags_to_add=4)
    told = shown("ann", found=few)
    assert told["headline"] == "2 files would change"
    assert told["summary"].startswith("in this search, 13 in the whole plan · +4 people")
    nothing = shown("ann", found=PlanStatistics(total_files=1, blocked_count=1))
    assert (nothing["headline"], nothing["summary"]) == ("Nothing would change", "in this search, 13 in the whole plan")
    assert "search" not in shown()["summary"]


def test_empty_actions_are_not_offered() -> None:
    assert (shown()["review"], shown()["safe"], shown()["skipped"], shown()["brings_back"]) == (1, 10, 4, 0)
    assert shown("risk:danger")["review"] == 0  # that is what is looked at
    assert shown("risk:danger ann")["review"] == 0
    assert shown("ann")["review"] == 1
    skipped = shown("postponed:yes", safe=0)
    assert (skipped["safe"], skipped["skipped"], skipped["brings_back"]) == (0, 0, 16)
    assert shown("-postponed:yes")["brings_back"] == 0


def test_warning_tile_names_frequent_reasons() -> None:
    def hint(**reasons: int) -> str:
        [tile] = [chip for chip in shown(reasons=reasons)["chips"] if chip["level"] == "warning"]
        return str(tile["hint"])

    assert hint(shown_as_plot=5, duplicate_content=3) == "duplicate"
    assert hint(duplicate_content=4, hard_linked=2) == "duplicate, hard links"
    assert hint(duplicate_content=4, hard_linked=2, tag_removal=1) == "duplicate, hard links …"
    assert hint() == "please review"


def test_search_is_shown_in_removable_parts() -> None:
    told = shown('risk:danger person:"Ann Lee" -path:archive')
    assert told["parts"] == ["danger", "with Ann Lee", "not under a path containing “archive”"]
    assert told["meaning"] == "shown: danger, with Ann Lee, not under a path containing “archive” · 16 files"
    assert told["filtered"] == 2
    assert (shown()["parts"], shown()["meaning"]) == ([], "")


def test_search_for_unchanged_files_counts_them() -> None:
    unchanged = PlanStatistics(total_files=5, unchanged_count=5)
    told = shown("risk:unchanged", found=unchanged, total=5)
    assert (told["found"], told["listed"]) == ("5 files", 5)
    assert told["meaning"].endswith("· 5 files")


def test_invalid_search_keeps_header() -> None:
    state = PlanState()
    state.find("risk:safe")
    state.find("risk:saef")
    told = plan_header.view(state, found=COUNTS, beside=COUNTS, everything=COUNTS, safe=1, volume=1, views=[])
    assert (told["query"], told["shown"], told["parts"]) == ("risk:saef", "risk:safe", ["safe"])
    assert told["error"]["word"] == "saef"


def test_failed_search_keeps_shown_numbers() -> None:
    told = shown("ann", shown="risk:safe", problem="The database failed.")
    assert (told["query"], told["parts"], told["problem"]) == ("ann", ["safe"], "The database failed.")


def test_every_sort_order_is_described() -> None:
    sort = shown()["sort"]
    assert {key for key, _ in sort["options"]} == set(SORT_KEYS)
    assert (sort["order"], sort["reversed"]) == ("danger first", "safe first")


def test_saved_views_show_their_search_and_active_one() -> None:
    views = [
        SavedView(view_id=1, name="A", query="risk:safe", sort="size", descending=True),
        SavedView(view_id=2, name="B", query="ann", is_default=True),
        SavedView(view_id=3, name="C", query="nokey:x"),  # written by another grammar
    ]
    first, second, third = shown("ann", views=views)["views"]
    assert (first["means"], first["order"], first["here"]) == ("safe", "by size, largest first", False)
    assert (second["default"], second["here"]) == (True, True)
    assert "nokey" in third["means"]


@pytest.mark.parametrize("key", FACETS)
def test_empty_facet_is_hidden(key: str) -> None:
    value = FacetValue(value="x", label="X", files=1204, chosen=True)
    facets = {name: Facet(key=name, values=(value,) if name == key else (), total=1) for name in FACETS}
    [told] = plan_header.facets_view(Facets(plan_id=1, query="", facets=facets))
    assert told["key"] == key
    assert told["values"] == [["x", "X", "1,204", True]]
