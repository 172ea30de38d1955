"""Changes of fields as tags."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexium_core.model.files.media import Change
from indexium_core.model.planning import field_text
from tests.support.fake_plan import items


def change(field: str, old: str | None, new: str | None, where: str = "container") -> Change:
    return Change(field=field, old=old, new=new, where=where)


@pytest.mark.parametrize(
    ("made", "text", "kind", "title"),
    [
        (change("title", None, "At sea"), "Title: At sea", "add", "Title: none → At sea"),
        (change("title", "Sea", "At sea"), "Title: At sea", "set", "Title: Sea → At sea"),
        (change("title", "Sea", None), "Title: Sea", "del", "Title: Sea → none"),
        (change("rating", "2", "4"), "Rating: ★★★★☆", "set", "Rating: ★★☆☆☆ → ★★★★☆"),
        (change("rating", "9", "4"), "Rating: ★★★★☆", "set", "Rating: 9 → ★★★★☆"),
        (change("description", None, "Two\nlines"), "Description: Two lines", "add", "Description: none → Two lines"),
    ],
)
def test_change_is_one_tag(made: Change, text: str, kind: str, title: str) -> None:
    assert field_text.tags([made]) == [{"text": text, "kind": kind, "title": title}]


def test_long_value_is_short_in_its_tag() -> None:
    (tag,) = field_text.tags([change("title", None, "a" * 200)])
    assert len(tag["text"]) == len("Title: ") + field_text.SHOWN
    assert tag["title"].endswith("a" * 200)


def test_many_changes_are_named_by_their_kind() -> None:
    made = [
        change("season", None, "2"),
        change("title", None, "A"),
        change("genre", "B", None),
        change("date", "2019", "2020"),
    ]
    assert field_text.tags(made) == [
        {"text": "title, season 2", "kind": "add", "title": "Title: none → A\nSeason: none → 2"},
        {"text": "date 2020", "kind": "set", "title": "Date: 2019 → 2020"},
        {"text": "genre", "kind": "del", "title": "Genre: B → none"},
    ]


def test_places_of_one_field_are_one_change() -> None:
    places = [change("title", "Old", "New", "INAM"), change("title", "Old", None, "INAM[2]")]
    assert field_text.changes_of(places) == [field_text.FieldChange("title", "Old", "New")]
    assert field_text.changes_of([change("title", "Same", "Same")]) == []


def test_row_has_fields_after_people() -> None:
    item = next(each for each in items(20).values() if each.tags_to_add)
    shown = replace(item, changes=[*item.changes, change("title", None, "At sea")]).row_tags
    assert [tag["text"] for tag in shown][-1] == "Title: At sea"
    assert len(shown) > 1
