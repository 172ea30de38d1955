"""The rule that selects pictures: scores and their parts, order, near-duplicates, and what it never changes."""

from __future__ import annotations

import dataclasses
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.choice import calculate_score, choose, filter_duplicates, shown_order
from indexium_core.model.artwork.selection_config import (
    ASSET_TYPES,
    asset_type_named,
    changed,
    default_config,
)
from tests.support.cases import each_case

CORPUS = json.loads((Path(__file__).parents[2] / "corpus" / "picture_choice.json").read_text(encoding="utf-8"))
POSTER = default_config(1, "poster")
BACKDROP = default_config(1, "backdrop")


def candidate(number: int, **changes: Any) -> AssetCandidate:
    basis = AssetCandidate(
        id=number,
        entity_type="movie",
        entity_id=1,
        asset_type="poster",
        provider="tmdb",
        provider_url=f"https://image.tmdb.org/{number}.jpg",
        width=1000,
        height=1500,
        language="en",
        votes=10,
        vote_average=5.0,
        season=None,
        is_downloaded=False,
        content_hash=None,
        perceptual_hash=None,
        is_selected=False,
        is_rejected=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return dataclasses.replace(basis, **changes)


def by_person(number: int, *, minute: int = 0, **changes: Any) -> AssetCandidate:
    facts = {"is_selected": True, "selected_by": "ann", "actor_kind": "local", "actor_id": ""}
    return candidate(number, **facts, selected_at=datetime(2026, 1, 2, 12, minute, tzinfo=UTC), **changes)


# Scores.


def test_parts_of_score_say_where_it_comes_from() -> None:
    each = candidate(1, provider="tvdb", width=2000, height=3000, language="", votes=21, vote_average=8.0)
    scored = calculate_score(each, POSTER)
    assert [(part.name, round(part.points, 3), part.most, part.reason) for part in scored.score_parts] == [
        ("votes", 0.276, 0.4, "21 votes, 8.0 of 10"),
        ("resolution", 0.3, 0.3, "2000 × 3000"),
        ("language", 0.06, 0.2, "no text, second choice"),
        ("provider", 0.075, 0.1, "TVDB, second choice"),
    ]
    assert scored.auto_score == pytest.approx(sum(part.points for part in scored.score_parts))


@each_case(
    ("better", "worse"),
    [
        ({"votes": 90, "vote_average": 8.0}, {"votes": 90, "vote_average": 7.0}),
        ({"votes": 90, "vote_average": 9.0}, {"votes": 1, "vote_average": 10.0}),  # one vote says little
        ({"votes": 9, "vote_average": 0.0}, {"votes": 3, "vote_average": 0.0}),  # likes
        ({"votes": 5, "vote_average": 5.0}, {"votes": 0, "vote_average": 0.0}),
        ({"votes": 0, "vote_average": 0.0}, {"votes": 9, "vote_average": 2.0}),
        ({"votes": 1, "vote_average": 0.0}, {"votes": 0, "vote_average": 0.0}),
        ({"width": 2000, "height": 3000}, {"width": 500, "height": 750}),
        ({"width": 2000, "height": 3000}, {"width": None, "height": None}),
        ({"width": None, "height": None}, {"width": 100, "height": 150}),
        ({"language": "en"}, {"language": ""}),
        ({"language": ""}, {"language": "fr"}),
        ({"provider": "tmdb"}, {"provider": "tvdb"}),
        ({"provider": "fanarttv"}, {"provider": "omdb"}),
    ],
)
def test_better_fact_gives_more_points(better: dict[str, Any], worse: dict[str, Any]) -> None:
    scores = [calculate_score(candidate(1, **facts), POSTER).auto_score for facts in (better, worse)]
    assert (scores[0] or 0) > (scores[1] or 0)


def test_language_of_rule_counts_before_that_of_metadata() -> None:
    french = dataclasses.replace(POSTER, prefer_language="fr")
    offered = [candidate(1, language="de"), candidate(2, language="fr"), candidate(3, language="")]
    assert choose(offered, POSTER, language="de").selected == [1]
    assert choose(offered, french, language="de").selected == [2]


def test_backdrop_without_text_comes_first() -> None:
    offered = [
        candidate(1, asset_type="backdrop", language="de", votes=99),
        candidate(2, asset_type="backdrop", language="", votes=1),
    ]
    assert [each.id for each in choose(offered, BACKDROP, language="de").ordered] == [2, 1]


@given(
    st.sampled_from(ASSET_TYPES),
    st.integers(0, 10**6),
    st.floats(0, 10),
    st.none() | st.integers(1, 30_000),
    st.none() | st.integers(1, 30_000),
    st.sampled_from(["", "en", "de", "xx"]),
    st.sampled_from(["tmdb", "tvdb", "fanarttv", "omdb", "other"]),
)
def test_score_is_from_0_to_1(
    kind: str, votes: int, average: float, width: int | None, height: int | None, language: str, provider: str
) -> None:
    facts = {"votes": votes, "vote_average": average, "width": width, "height": height}
    each = candidate(1, asset_type=kind, language=language, provider=provider, **facts)
    scored = calculate_score(each, default_config(1, kind))
    assert scored.auto_score is not None
    assert 0 <= scored.auto_score <= 1
    assert all(0 <= part.points <= part.most for part in scored.score_parts)


# The order.

POSTERS = [  # best first
    by_person(9, votes=0),
    candidate(3, provider="local", votes=0, width=None, height=None, language=""),
    candidate(1, width=2000, height=3000, votes=90, vote_average=9.0),
    candidate(5, votes=90, vote_average=9.0),
    candidate(4, votes=90, vote_average=6.0),
    candidate(2),
    candidate(6, provider="omdb"),
    candidate(7, provider="omdb", language="fr"),
]


def test_order_is_person_folder_score() -> None:
    mixed = [*POSTERS, candidate(20, is_rejected=True, votes=999, vote_average=10.0)]
    found = choose(random.Random(1).sample(mixed, len(mixed)), POSTER)
    assert [each.id for each in found.ordered] == [each.id for each in POSTERS] + [20]
    assert found.selected == [9]


def test_selection_by_rule_gives_way_to_better_picture() -> None:
    old = candidate(1, is_selected=True, selected_by="auto")
    moved = candidate(2, is_selected=True, selected_by="migration")
    assert choose([old, moved, candidate(3, votes=99, vote_average=9.0)], POSTER).selected == [3]


def test_rejected_picture_is_selected_only_where_a_person_selected_it() -> None:
    assert choose([candidate(1, is_rejected=True)], POSTER).selected == []
    assert choose([by_person(1, is_rejected=True), candidate(2)], POSTER).selected == [1]


def test_several_backdrops_are_selected() -> None:
    facts = {"asset_type": "backdrop", "language": "", "vote_average": 9.0}
    offered = [candidate(number, votes=number, **facts) for number in range(1, 6)]
    assert choose(offered, BACKDROP).selected == [5, 4, 3]
    mine = [by_person(1, asset_type="backdrop", minute=1), by_person(2, asset_type="backdrop", minute=2)]
    assert choose([*mine, *offered[2:]], BACKDROP).selected == [2, 1, 5]


def test_small_pictures_only_reach_the_least_number() -> None:
    rule = dataclasses.replace(BACKDROP, min_count=2, min_width=900)
    small = [candidate(number, asset_type="backdrop", width=500, height=280) for number in (1, 2, 3)]
    large = candidate(4, asset_type="backdrop", language="fr", votes=0)
    assert choose(small, rule).selected == [1, 2]
    assert choose([*small, large], rule).selected == [4, 1]
    assert choose(small, dataclasses.replace(rule, min_count=0)).selected == []
    assert choose([candidate(5, asset_type="backdrop", width=None, height=None)], rule).selected == [5]


def test_shown_pictures_are_the_selected_then_the_best() -> None:
    stored = [
        candidate(1, auto_score=0.9),
        candidate(2, auto_score=0.5, is_selected=True),
        candidate(3, auto_score=0.7),
    ]
    rejected = candidate(4, auto_score=1.0, is_rejected=True)
    assert [each.id for each in shown_order([*stored, rejected])] == [2, 1, 3]


@pytest.mark.parametrize("case", CORPUS, ids=[each["name"] for each in CORPUS])
def test_owners_agree_with_the_choice(case: dict[str, Any]) -> None:
    """The cases were written without a look at the rule: `best` are acceptable as the main picture."""
    offered = []
    for facts in case["candidates"]:
        given = {name: value for name, value in facts.items() if name not in ("by_person", "id")}
        numbers = {"votes": given.get("votes") or 0, "vote_average": given.get("vote_average") or 0.0}
        make = by_person if facts.get("by_person") else candidate
        offered.append(make(facts["id"], **{**given, **numbers, "asset_type": case["asset_type"]}))
    selected = choose(offered, default_config(1, case["asset_type"]), language=case["language"]).selected
    assert selected[:1] == [each for each in selected[:1] if each in case["best"]]
    assert bool(selected) == bool(case["best"])
    assert not {*selected} & {*case["never"]}


# Near-duplicates.


def test_better_one_of_near_duplicates_stays() -> None:
    offered = [
        candidate(1, perceptual_hash="ffffffff00000000", votes=99, vote_average=9.0),
        candidate(2, perceptual_hash="ffffffff0000003f"),  # 6 bits: 0.906
        candidate(3, perceptual_hash="ffffffff0000007f"),  # 7 bits: 0.891
        candidate(4),
    ]
    assert [each.id for each in filter_duplicates(offered, 0.90)] == [1, 3, 4]
    found = {each.id: each.duplicate_of for each in choose(offered, POSTER).ordered}
    assert found == {1: None, 2: 1, 3: None, 4: None}


def test_copy_of_rejected_picture_is_left_out_unless_it_is_larger() -> None:
    same = {"perceptual_hash": "00ff00ff00ff00ff"}
    rejected = candidate(1, is_rejected=True, **same)
    smaller, larger = candidate(2, width=900, height=1350, **same), candidate(3, width=2000, height=3000, **same)
    assert choose([rejected, smaller], POSTER).selected == []
    assert choose([rejected, smaller, larger], POSTER).selected == [3]


def test_small_picture_does_not_hide_its_large_copy() -> None:
    same, rule = {"perceptual_hash": "00ff00ff00ff00ff"}, dataclasses.replace(POSTER, min_width=1000)
    local = candidate(1, provider="local", width=200, height=300, **same)
    assert choose([local, candidate(2, width=2000, height=3000, **same)], rule).selected == [2]


def test_duplicate_that_a_person_selected_stays() -> None:
    same = {"perceptual_hash": "00ff00ff00ff00ff", "asset_type": "backdrop"}
    mine = [by_person(1, minute=1, **same), by_person(2, minute=2, **same)]
    assert choose([*mine, candidate(3, **same)], BACKDROP).selected == [2, 1]


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.floats(0.5, 1.0))
def test_no_two_of_the_rest_are_alike(hashes: list[int], threshold: float) -> None:
    offered = [candidate(number, perceptual_hash=f"{bits:016x}") for number, bits in enumerate(hashes)]
    kept = [int(each.perceptual_hash or "", 16) for each in filter_duplicates(offered, threshold)]
    most = int((1 - threshold) * 64 + 1e-9)
    assert all((a ^ b).bit_count() > most for number, a in enumerate(kept) for b in kept[:number])


# Rules.


@each_case(
    ("changes", "text"),
    [
        ({"weight_votes": 0.5}, "their sum is 1.1"),
        ({"weight_votes": 1.2, "weight_resolution": -0.5}, "Each is from 0 to 1"),
        ({"weight_votes": float("nan")}, "sum"),
        ({"min_count": 4, "max_count": 3}, "do not fit"),
        ({"min_count": -1}, "do not fit"),
        ({"max_count": 2}, "A title has one poster"),
        ({"min_width": 0}, "from 1 to 30000"),
        ({"phash_similarity_threshold": 0.2}, "from 0.5 to 1"),
        ({"provider_priority": ("tmdb", "imdb")}, "There is no provider “imdb”"),
        ({"provider_priority": ("tmdb", "tmdb")}, "each once"),
        ({"prefer_language": "german"}, "is no language"),
        ({"min_width": 1.5}, "whole number"),
        ({"weight_votes": True}, "from 0 to 1"),
    ],
)
def test_rule_that_contradicts_itself_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(errors.UsageError, match=text):
        changed(POSTER, changes)


def test_rules_of_new_library_are_valid() -> None:
    for kind in ASSET_TYPES:
        default_config(1, kind).check()
    assert {kind: default_config(1, kind).max_count for kind in ASSET_TYPES if kind != "backdrop"} == dict.fromkeys(
        [kind for kind in ASSET_TYPES if kind != "backdrop"], 1
    )


def test_other_names_of_kinds() -> None:
    assert (asset_type_named("fanart"), asset_type_named("clearlogo"), asset_type_named("poster")) == (
        "backdrop",
        "logo",
        "poster",
    )
    with pytest.raises(errors.UsageError, match="There is no kind of picture “hologram”"):
        asset_type_named("hologram")
