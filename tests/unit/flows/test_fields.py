"""Edits of fields beside the comment: values, plan, risk, undo."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.file_details import Details
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.properties.field_locks import LockService
from indexium_core.flows.review import targets
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.files.media import Change, FieldValue
from indexium_core.model.planning.plan import PlanItem, PlanQuery
from indexium_core.model.query import snapshot_sql
from indexium_core.store.database import Database
from indexium_core.store.people.people_index import PeopleIndex
from tests.support.catalog import NOW, ROOT, scanned, store


class Review:
    """The decisions about some files, and their plan."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.planner = MetadataPlanner(database, clock=lambda: NOW)
        self.decisions = Decisions(database, modes=self.planner.default_modes, clock=lambda: NOW)
        self.bulk = BulkEdits(database, modes=self.planner.default_modes, clock=lambda: NOW)
        self.steps = StepService(database, clock=lambda: NOW)
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


def test_typed_braces_are_text(review: Review) -> None:
    review.decisions.set_fields([1], {"title": "{name} {{ }"}, as_typed=True)
    assert review.items()["a.avi"].changes[0].new == "{name} {{ }"
    review.decisions.set_fields([1], {"title": "{name}"})
    assert review.items()["a.avi"].changes[0].new == "a"


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


@pytest.mark.parametrize(
    ("rule", "film", "photo"),
    [
        ("{creation_time+1h}", "2019-08-01T11:00:00Z", "2019-08-01T11:00:00"),
        ("{creation_time@+02:00}", "2019-08-01T08:00:00Z", "2019-08-01T10:00:00+02:00"),
        ("{date_in_name@+02:00}", "2019-07-31T16:30:00Z", "2019-07-31T18:30:00+02:00"),
        ("{date_in_folder}T12:00:00Z", "2018-06-01T12:00:00Z", "2018-06-01T12:00:00Z"),
        ("{oldest(creation_time,date)}", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"),
        ("2019-07-31 18:30", None, "2019-07-31T18:30:00"),
    ],
)
def test_dates_of_videos_and_photos(database: Database, rule: str, film: str | None, photo: str) -> None:
    """A film stores UTC, and so the zone of a rule counts; a photo stores the clock time and the zone."""
    folder, key, name = f"{ROOT}/2018-06-01", "creation_time", "IMG_20190731_183000"
    dated = "oldest" in rule
    values = {key: "2019-08-01T10:00:00", **({"date": "2017-01-01T00:00:00Z"} if dated else {})}
    store(
        database,
        [
            scanned(f"{folder}/{name}.mp4", container="mp4", fields=values | {key: "2019-08-01T10:00:00Z"}),
            scanned(f"{folder}/{name}.jpg", container="jpeg", fields=values),
        ],
    )
    review = Review(database)
    preview = review.bulk.preview_fields([1, 2], {key: rule})
    report = review.decisions.set_fields([1, 2], {key: rule})
    found = {row.file_id: row.value for row in review.decisions.list()}
    assert found == {file_id: value for file_id, value in ((1, film), (2, photo)) if value}
    assert (preview.changed, preview.invalid, report.invalid) == (len(found), 2 - len(found), 2 - len(found))


def test_time_without_zone_is_refused_if_every_file_is_a_film(rated: Review) -> None:
    before = rated.decisions.list()
    for act in (rated.decisions.set_fields, rated.bulk.preview_fields):
        with pytest.raises(errors.ValidationError, match="in UTC: enter a zone, for example 2019-07-31T18:30:00"):
            act([1, 2, 3], {"creation_time": "2019-07-31 18:30"})
    assert rated.decisions.list() == before


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
    rated.decisions.set_fields([1], {"rating": "4"})
    for ratings in ({1: "5", 2: "5", 3: "5"}, {1: "4", 2: None, 3: "2"}):
        rated.decisions.set_fields([1, 2, 3], {"favorite": "toggle"})
        assert {row.file_id: row.value for row in rated.decisions.list() if row.field == "rating"} == ratings
    with pytest.raises(errors.ValidationError, match="Enter yes, no or toggle"):
        rated.decisions.set_fields([1], {"favorite": "5"})


def test_favorites_have_their_own_label_and_files_without_a_place_are_counted(database: Database) -> None:
    store(database, [scanned("a.mp4"), scanned("b.avi", container="avi")])
    review, reports = Review(database), []
    for wanted, target in ((True, [1]), (False, [1]), (True, [2]), (True, [1, 2]), (False, [1, 2])):
        with review.decisions.step() as step:
            step.set_favorite(target, wanted=wanted)
        reports.append((step.report.label, step.report.unsupported))
    assert reports == [
        ("added 1 favourite", 0),
        ("removed 1 favourite", 0),
        ("added 1 favourite", 1),
        ("added 1 favourite", 0),
        ("removed 2 favourites", 0),
    ]
    assert [review.decisions.set_fields([2], {"rating": text}).unsupported for text in ("4", "")] == [1, 0]


def test_search_as_sql_has_the_same_values(rated: Review) -> None:
    text = snapshot_sql.plan_as_sql("favorite:yes -title:note year:<2020 field:title changed:rating rating:>3")

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


def test_values_that_the_containers_cannot_store_are_counted_and_named(rated: Review) -> None:
    values = {"location": "Berlin", "creation_time": "1960-08-01T10:00:00Z", "title": "Sea"}
    preview = rated.bulk.preview_fields([1, 2], values)
    assert (preview.changed, preview.unsupported, preview.invalid) == (2, 2, 0)
    assert "position as in ISO 6709" in preview.examples[-1].problem + preview.examples[-2].problem

    assert rated.decisions.set_fields([1, 2], values).unsupported == 2
    assert rated.decisions.set_fields([3], {"location": "{name}"}).unsupported == 1
    item = rated.items()["b.mp4"]
    assert [change.field for change in item.field_changes] == ["title"], "the other changes are written"
    [message] = [issue.message for issue in item.issues if issue.code == "field_unsupported"]
    assert "Creation time cannot be “1960-08-01T10:00:00Z” in files of this kind: enter a time in UTC" in message
    assert "Location cannot be “Berlin” in files of this kind: enter a position" in message
    assert message.endswith("The other changes are written.")


def test_locked_fields_keep_their_values(rated: Review) -> None:
    """Rules and edits of several files skip a locked field; an edit of the one file does not."""
    locks = LockService(rated.database, modes=rated.planner.default_modes, clock=lambda: NOW)
    assert locks.lock([1], ["title", "rating"]).changed == 2
    assert [(each.field, each.value) for each in locks.of(1)] == [("title", None), ("rating", None)]

    preview = rated.bulk.preview_fields([1, 2], {"title": "{name}", "genre": "Sea"})
    assert (preview.changed, preview.locked) == (2, 1)
    report = rated.decisions.set_fields([1, 2], {"title": "New", "genre": "Sea"})
    assert (report.files, report.locked) == (2, 1)
    assert rated.decisions.set_fields([1, 2], {"title": "{name}"}).locked == 1
    assert [each.rating for each in rated.decisions.set_favorite([1, 3], False)] == [5, 0]
    edits = {(row.file_id, row.field): (row.value, row.reason) for row in rated.decisions.list()}
    assert (1, "title") not in edits
    assert (edits[2, "title"], edits[1, "genre"], edits[1, "rating"]) == (("b", "rule"), ("Sea", ""), ("5", ""))

    assert rated.decisions.set_fields([1], {"title": "Mine"}).locked == 0
    assert rated.items("locked:title").keys() == {"a.mp4"}
    locks.unlock([1], ["title"])
    assert rated.decisions.set_fields("name:a", {"title": "Theirs"}).locked == 0


def test_details_have_the_origin_and_the_lock_of_each_field(rated: Review) -> None:
    LockService(rated.database, modes=rated.planner.default_modes, clock=lambda: NOW).lock([3], ["season"])
    rated.decisions.set_fields([1, 3], {"episode": "{season}", "location": "Berlin"})
    details = Details(rated.database, rated.planner, PeopleIndex(rated.database), clock=lambda: NOW)

    found = {each.field: each for each in details.file(3).field_details}
    assert list(found) == [field.key for field in EDITABLE]
    assert [(found[key].value, found[key].planned, found[key].origin) for key in ("season", "episode", "title")] == [
        ("2", "2", "file"),
        (None, "2", "rule"),
        (None, None, ""),
    ]
    assert [found[key].locked for key in ("season", "episode")] == [True, False]
    assert (found["location"].planned, found["location"].origin) == ("Berlin", "edit")
    assert found["location"].problem.startswith("Location cannot be “Berlin”")
