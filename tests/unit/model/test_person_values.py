"""What a person, a file of a person and a profile say about themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from indexium_core.model.people.person import PersonCard, PersonFile, split_label
from indexium_core.model.person_profile import PersonProfile


def card(**changes: Any) -> PersonCard:
    facts: dict[str, Any] = {
        "person_id": 7, "name": "Lee, Ann", "qualifier": "aunt", "aliases": ("Lee, Ann", "A. Lee"), "files": 14,
        "first_year": 2019, "last_year": 2021, "picture_id": 3, "picture_hash": "x", "picture_mtime_ns": 1,
    }  # fmt: skip
    return PersonCard(**facts | changes)


def test_card_says_years_and_other_names() -> None:
    assert (card().label, card().other_names, card().years) == ("Lee, Ann (aunt)", ["A. Lee"], "2019–2021")
    assert [each.years for each in (card(first_year=None), card(last_year=2019))] == ["", "2019"]


def test_picture_has_a_version_that_changes_with_its_file() -> None:
    versions = [
        card().picture_version,
        card(picture_mtime_ns=2).picture_version,
        card(picture_hash="y").picture_version,
    ]
    assert len(set(versions)) == 3
    assert card(picture_id=None).picture_version == ""
    file = PersonFile(
        file_id=3, file_name="c.mp4", path="/a/b/c.mp4", folder="a/b", file_hash="x", mtime_ns=1, has_picture=True
    )
    assert (file.picture_version, file.place) == (card().picture_version, "a / b")
    assert replace(file, has_picture=False).picture_version == ""


@pytest.mark.parametrize(
    ("text", "is_called"),
    [(" lee,  ANN ", True), ("Lee, Ann (aunt)", True), ("a. lee", True), ("Lee", False), ("aunt", False)],
)
def test_person_is_called_by_name_label_and_alias(text: str, is_called: bool) -> None:
    assert card().is_called(text) == is_called


def test_search_of_the_plan_names_the_person_or_the_id() -> None:
    profile = PersonProfile(card=card(), companions=[], files=[], merged=[], has_shared_name=False)
    assert profile.plan_query.startswith('person:"Lee, Ann" risk:')
    assert replace(profile, has_shared_name=True).plan_query.startswith("person_id:7 risk:")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (" Ann Lee (aunt) ", ("Ann Lee", "aunt")),
        ("Ann (B) Lee", ("Ann (B) Lee", "")),
        ("(aunt)", ("(aunt)", "")),
        ("Lee, Ann (of Bo (2))", ("Lee, Ann", "of Bo (2)")),
        ("Ann) Lee", ("Ann) Lee", "")),
    ],
)
def test_label_is_split_into_name_and_qualifier(text: str, label: tuple[str, str]) -> None:
    assert split_label(text) == label
