"""The page of people: the display of the list and of one person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboards.pages.people import people_list
from dashboards.state import PeopleState
from indexium_core.model.people.person import Companion, PersonCard, PersonFile, PersonPage, PersonProfile, split_label


def card(**changes: Any) -> PersonCard:
    facts: dict[str, Any] = {
        "person_id": 7, "name": "Lee, Ann", "qualifier": "aunt", "aliases": ("Lee, Ann", "A. Lee"), "files": 14,
        "first_year": 2019, "last_year": 2021, "picture_id": 3, "picture_hash": "x", "picture_mtime_ns": 1,
    }  # fmt: skip
    return PersonCard(**facts | changes)


def listed(*cards: PersonCard, pictures: bool = True, **state: Any) -> dict[str, Any]:
    page = PersonPage(items=list(cards), total=len(cards), page=1, per_page=60)
    return people_list.list_view(PeopleState(**state), page, pictures=pictures)


def test_row_shows_files_years_aliases_and_picture() -> None:
    [row] = listed(card())["rows"]
    assert (row["name"], row["qualifier"], row["initials"]) == ("Lee, Ann", "aunt", "LA")
    assert (row["files"], row["years"], row["aliases"]) == ("14 files", "2019–2021", "A. Lee")
    assert row["picture"].startswith("/thumbnail/3?v=")
    assert [each["picture"] for each in listed(card(), pictures=False)["rows"]] == [""]
    assert [each["picture"] for each in listed(card(picture_id=None))["rows"]] == [""]
    assert [each["years"] for each in listed(card(first_year=None), card(last_year=2019))["rows"]] == ["", "2019"]


def test_empty_list_says_why() -> None:
    assert [listed(text=text)["empty"]["title"] for text in ("", "x")] == ["No people yet", "No person found"]


def test_details_show_companions_files_and_search() -> None:
    files = [
        PersonFile(
            file_id=each,
            file_name=f"{each}.mp4",
            path=f"/a/b/{each}.mp4",
            folder="a/b",
            file_hash="x",
            mtime_ns=1,
            has_picture=each != 4,
        )
        for each in range(3, 17)
    ]
    others = [Companion(person_id=9, name="Bo", qualifier="", files=2)]
    profile = PersonProfile(card=card(), companions=others, files=files, merged=["Annie"], has_shared_name=False)
    view = people_list.details_view(profile, pictures=True)
    assert view["title"] == "Lee, Ann (aunt)"
    assert dict(view["facts"])["Qualifier"] == "aunt (never written into files)"
    assert view["companions"] == [{"id": 9, "name": "Bo", "files": "2"}]
    shown = [(each["is_shown"], bool(each["picture"])) for each in view["shown_files"]]
    assert shown[:2] == [(True, True), (False, False)]
    assert (view["more"], view["merged"]) == ("and 2 files more", ["Annie"])
    assert people_list.plan_query(profile).startswith('person:"Lee, Ann" risk:')
    namesake = replace(profile, has_shared_name=True)
    assert people_list.plan_query(namesake).startswith(f"person_id:{profile.card.person_id} risk:")
    assert people_list.details_view(None, pictures=True) == {"open": False}


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
