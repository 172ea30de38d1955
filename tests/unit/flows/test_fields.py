"""Edits of fields beside the comment: values, plan, risk, undo."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.review import targets
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import ReviewSteps
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.planning.plan import PlanItem, PlanQuery
from indexium_core.model.query import published_sql
from indexium_core.store.database import Database
from tests.support.catalog import NOW, ROOT, scanned, store


class Review:
    """The decisions about some files, and their plan."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.planner = MetadataPlanner(database, clock=lambda: NOW)
        self.decisions = Decisions(database, modes=self.planner.default_modes, clock=lambda: NOW)
        self.bulk = BulkEdits(database, modes=self.planner.default_modes, clock=lambda: NOW)
        self.steps = ReviewSteps(database, clock=lambda: NOW)
        self.people = PeopleService(database, clock=lambda: NOW)

    def items(self, query: str = "", **options: str) -> dict[str, PlanItem]:
        plan = self.planner.plan(PlanQuery(query=query, **options))  # type: ignore[arg-type]
        return {item.file_name: item for item in plan.items}


@pytest.fixture
def review(database: Database) -> Review:
    store(
        database,
        [
            scanned("a.avi", "People: Ann", container="avi", fields={"title": "Old"}),
            scanned("b.avi", "A note", container="avi"),
            scanned("c.mpg", container="unknown"),
        ],
    )
    return Review(database)


def test_edit_of_a_field_is_planned_beside_people(review: Review) -> None:
    review.people.add([f"{ROOT}/a.avi"], ["Ann", "Bo"])
    review.decisions.set_fields([1, 2], {"title": " New "})

    items = review.items()
    assert items["a.avi"].changes == [
        Change(field="comment", old="People: Ann", new="People: Ann, Bo"),
        Change(field="title", old="Old", new="New"),
    ]
    assert items["b.avi"].changes == [Change(field="title", old=None, new="New")]
    assert (items["b.avi"].category, items["b.avi"].risk_level, items["b.avi"].edited) == ("rewrite", "safe", True)
    assert [issue.code for issue in items["a.avi"].issues] == ["value_replaced"]
    assert items["a.avi"].issues[0].message == "Would replace the value of Title."


@pytest.mark.parametrize("mode", ["merge", "exact"])
def test_edited_field_never_changes_the_comment(review: Review, mode: str) -> None:
    review.decisions.set_fields([1, 2], {"title": "New"})

    items = review.items(mode=mode, comment_mode="replace")
    assert [item.changes[0].field for item in items.values()] == ["title", "title"]
    assert {issue.code for item in items.values() for issue in item.issues} == {"value_replaced"}
    assert [item.result_comment for item in items.values()] == ["People: Ann", "A note"]


def test_removed_value_is_a_danger(review: Review) -> None:
    review.decisions.set_fields([1], {"title": ""})

    (item,) = review.items().values()
    assert item.changes == [Change(field="title", old="Old", new=None)]
    assert (item.risk_level, item.issues[0].message) == ("danger", "Would remove the value of Title.")


def test_field_without_place_is_blocked_alone(review: Review) -> None:
    review.decisions.set_fields([3], {"title": "New"})
    assert review.items()["c.mpg"].risk_level == "blocked"
    assert review.items()["c.mpg"].issues[0].message == "Files of this kind have no place for Title."

    review.people.add([f"{ROOT}/c.mpg"], ["Ann"])
    item = review.items()["c.mpg"]
    assert [change.field for change in item.changes] == ["comment"]
    assert (item.risk_level, [issue.code for issue in item.issues]) == (
        "warning",
        ["field_unsupported", "shown_as_plot"],
    )


def test_edit_that_the_file_already_has_changes_nothing(review: Review) -> None:
    review.decisions.set_fields([1], {"title": "Old"})

    assert review.items() == {}
    assert [item.risk_level for item in review.items("risk:unchanged").values()] == ["unchanged"]


def test_edits_of_fields_are_steps(review: Review) -> None:
    report = review.decisions.set_fields([1, 2], {"title": "New", "genre": "Drama"})
    assert (report.files, report.label) == (2, "set the title and the genre of 2 files")
    assert {row.summary for row in review.decisions.list()} == {"Title: New", "Genre: Drama"}

    review.decisions.set_fields([1], {"title": "Newer"})
    assert [change.new for change in review.items()["a.avi"].changes] == ["Drama", "Newer"]
    review.steps.undo()
    assert [change.new for change in review.items()["a.avi"].changes] == ["Drama", "New"]
    review.steps.undo()
    assert review.items() == {}


def test_invalid_edits_are_refused(review: Review) -> None:
    with pytest.raises(errors.UsageError, match=r"There is no field 'plot'\. Fields: comment, title"):
        review.decisions.set_fields([1], {"plot": "x"})
    with pytest.raises(errors.UsageError, match="Edit the people instead"):
        review.decisions.set_fields([1], {"comment": "x"})
    with pytest.raises(errors.ValidationError, match="'eleven' is no value of the field season"):
        review.decisions.set_fields([1], {"season": "eleven"})
    with pytest.raises(errors.UsageError, match="at least one field"):
        review.decisions.set_fields([1], {})


def test_every_place_of_a_field_is_planned(database: Database) -> None:
    places = (
        FieldValue(field="title", where="moov/udta/©nam", value="Old"),
        FieldValue(field="title", where="moov/meta/title", value="Older", takes_value=False),
    )
    store(database, [scanned("a.avi", container="avi", fields={"title": "Old"}, field_places=places)])
    review = Review(database)
    review.decisions.set_fields([1], {"title": "New"})

    (item,) = review.items().values()
    assert item.changes == [
        Change(field="title", where="moov/udta/©nam", old="Old", new="New"),
        Change(field="title", where="moov/meta/title", old="Older", new=None),
    ]


@pytest.fixture
def rated(database: Database) -> Review:
    """Four films: a is rated 3 and planned as 5, b has a date, c a creation time and a season, d nothing."""
    store(
        database,
        [
            scanned("a.mp4", fields={"rating": "3", "title": "The Séa"}),
            scanned("b.mp4", fields={"date": "2019-07", "keywords": "beach; family"}),
            scanned("c.mp4", fields={"creation_time": "2019-08-01T10:00:00Z", "season": "2"}),
            scanned("d.mp4"),
        ],
    )
    review = Review(database)
    review.decisions.set_fields([1], {"rating": "5"})
    return review


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("title:sea", "a"),
        ("rating:3", ""),
        ("rating:>3", "a"),
        ("rating:<3", ""),
        ("favorite:yes", "a"),
        ("favorite:no", "bcd"),
        ("-favorite:yes", "bcd"),
        ("keywords:family", "b"),
        ("date:2019-07", "b"),
        ("date:2019-07-01..2019-07-03", "b"),
        ("date:2019-07-02", ""),
        ("creation_time:2019-08", "c"),
        ("year:2019", "bc"),
        ("year:>2019", ""),
        ("season:2", "c"),
        ("field:title,season", "ac"),
        ("-field:title", "bcd"),
        ("changed:rating", "a"),
        ("changed:title,comment", ""),
    ],
)
def test_search_finds_values(rated: Review, query: str, names: str) -> None:
    with rated.database.atomic() as tx:
        found = targets.ids_of(tx, query, rated.planner.default_modes(), now=NOW)

    assert "".join("abcd"[file_id - 1] for file_id in found) == names


def test_edit_of_a_search_reaches_files_that_no_plan_has(rated: Review) -> None:
    assert rated.decisions.set_fields("field:season", {"episode": "4"}).files == 1
    assert rated.items("changed:episode").keys() == {"c.mp4"}


def test_rule_gives_each_file_its_own_value(rated: Review) -> None:
    preview = rated.bulk.preview_fields([1, 2, 3, 4], {"title": "{name} of {year}"})
    assert (preview.files, preview.changed, preview.without_value, preview.invalid) == (4, 2, 2, 0)
    assert [(each.file_name, each.before, each.after) for each in preview.examples] == [
        ("b.mp4", None, "b of 2019"),
        ("c.mp4", None, "c of 2019"),
    ]
    assert rated.decisions.set_fields([1, 2, 3, 4], {"title": "{name} of {year}"}).files == 2
    assert {row.file_id: row.value for row in rated.decisions.list() if row.field == "title"} == {
        2: "b of 2019",
        3: "c of 2019",
    }


def test_invalid_value_of_a_rule_leaves_the_file_alone(rated: Review) -> None:
    preview = rated.bulk.preview_fields([1, 3], {"episode": "{season}", "season": "{name}"})
    assert (preview.changed, preview.without_value, preview.invalid) == (1, 1, 2)
    assert preview.examples[-1].problem.startswith("'c' is no value of the field season.")


def test_shift_uses_the_edit_in_force(rated: Review) -> None:
    for _ in range(2):
        rated.decisions.set_fields([3], {"creation_time": "{creation_time+1h}"})

    [row] = [row for row in rated.decisions.list() if row.file_id == 3]
    assert row.value == "2019-08-01T12:00:00Z"


def test_favorite_gets_back_its_former_rating(rated: Review) -> None:
    def toggled(*file_ids: int) -> list[int]:
        return [each.rating for each in rated.decisions.set_favorite(list(file_ids))]

    rated.decisions.set_fields([1], {"rating": "4"})
    assert toggled(1, 2) == [5, 5]
    assert toggled(1, 2) == [4, 0]
    rated.decisions.set_favorite([1, 2, 3], True)
    assert [each.favorite for each in rated.decisions.set_favorite([1, 2, 3], True)] == [True, True, True]
    assert [each.rating for each in rated.decisions.set_favorite("favorite:yes", False)] == [4, 0, 0]
    rated.steps.undo()
    assert toggled(3) == [0]


def test_favorite_gets_back_the_rating_before_the_step_also_after_a_write(rated: Review) -> None:
    """The former rating is that of the file if no edit was in force, and an undone edit does not count."""
    rated.decisions.set_fields([1], {"rating": "3"})
    store(rated.database, [scanned("a.mp4", fields={"rating": "3"})])  # a write, and a scan
    rated.decisions.revoke_of([1], ["field:rating"])
    rated.decisions.set_fields([1], {"rating": "2"})
    rated.steps.undo()
    assert rated.decisions.set_favorite([1])[0].rating == 5
    store(rated.database, [scanned("a.mp4", fields={"rating": "5"})])
    rated.decisions.set_fields([1], {"rating": "5"})  # the same rating again
    assert rated.decisions.set_favorite([1])[0].rating == 3


def test_favorite_is_set_like_a_field(rated: Review) -> None:
    rated.decisions.set_fields([3], {"rating": "2"})
    preview = rated.bulk.preview_fields([1, 2, 3], {"favorite": "yes"})
    assert [(each.field, each.before, each.after) for each in preview.examples] == [
        ("rating", None, "5"),
        ("rating", "2", "5"),
    ]
    report = rated.decisions.set_fields([1, 2, 3], {"favorite": "yes", "title": "Best"})
    assert report.label == "set the title and the rating of 3 files"
    rated.decisions.set_fields("favorite:yes", {"favorite": "No"})
    assert {row.file_id: row.value for row in rated.decisions.list() if row.field == "rating"} == {
        1: "3",
        2: None,
        3: "2",
    }
    with pytest.raises(errors.UsageError, match="Set either the rating or favorite"):
        rated.decisions.set_fields([1], {"favorite": "yes", "rating": "3"})
    with pytest.raises(errors.ValidationError, match="Enter yes or no"):
        rated.decisions.set_fields([1], {"favorite": "5"})


def test_search_as_sql_has_the_same_values(rated: Review) -> None:
    text = published_sql.plan_as_sql("favorite:yes -title:note year:<2020 field:title changed:rating rating:>3")

    assert "planned_fields['rating']" in text
    assert "plan_changes" in text


def test_rejected_photo_is_found_and_gets_its_rating_back(database: Database) -> None:
    store(database, [scanned("a.jpg", fields={"rating": "-1"}), scanned("b.jpg", fields={"rating": "1"})])
    review = Review(database)

    def rejected() -> int:
        return review.bulk.preview_fields("rating:rejected", {"title": "x"}).files

    assert rejected() == 1
    [rated] = review.decisions.set_favorite([1])
    assert (rated.rating, rated.favorite, rejected()) == (5, True, 0)
    [rated] = review.decisions.set_favorite([1])
    assert (rated.rating, rated.favorite, rejected()) == (-1, False, 1)
