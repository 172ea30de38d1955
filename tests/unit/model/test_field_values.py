"""Values of fields: what a person may enter, and rules that make values from facts about a file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.fields import values
from indexium_core.model.fields.rules import FileNames, ValueRule
from indexium_core.model.fields.table import EDITABLE, Field, field_named

FILE = FileNames(
    file_name="2019-07-31 at sea.mp4",
    folder="Family/Summer 2018_06",
    modified=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    fields={"title": "At sea", "date": "2019-07-31", "creation_time": "2019-07-31T23:30:00+02:00"},
)


@pytest.mark.parametrize(
    ("key", "entered", "stored"),
    [
        ("title", "  The   sea ", "The   sea"),
        ("title", "", None),
        ("description", "One\nTwo", "One\nTwo"),
        ("season", "07", "7"),
        ("rating", "0", None),
        ("rating", "5", "5"),
        ("date", "2019", "2019"),
        ("date", "2020-02-29", "2020-02-29"),
        ("creation_time", "2019-07-31 18:30", "2019-07-31T18:30:00"),
        ("creation_time", "2019-07-31T18:30:05.1200+0200", "2019-07-31T18:30:05.12+02:00"),
        ("creation_time", "2019-07-31T18:30:05+00:00", "2019-07-31T18:30:05Z"),
        ("keywords", " beach; family , beach;", "beach; family"),
    ],
)
def test_value_becomes_canonical(key: str, entered: str, stored: str | None) -> None:
    assert values.parse(field_named(key), entered) == stored


@pytest.mark.parametrize(
    ("key", "entered", "reason"),
    [
        ("title", "a\nb", "more than one line"),
        ("title", "a\x07b", r"control character U\+0007"),
        ("title", "x" * 10_001, "10,001 characters"),
        ("season", "-1", "whole number from 0 to 255"),
        ("episode", "256", "whole number"),
        ("rating", "6", "1 to 5"),
        ("rating", "4.5", "1 to 5"),
        ("date", "2019-02-30", "2019-07-31"),
        ("date", "31.7.2019", "a day, a month or a year"),
        ("creation_time", "2019-07-31", "a date and a time"),
        ("creation_time", "2019-07-31T25:00", "a date and a time"),
    ],
)
def test_invalid_value_names_field_and_form(key: str, entered: str, reason: str) -> None:
    with pytest.raises(errors.ValidationError, match=rf"no value of the field {key}.*{reason}"):
        values.parse(field_named(key), entered)


@given(st.sampled_from(EDITABLE), st.text(max_size=40) | st.dates().map(str) | st.datetimes().map(str))
def test_canonical_value_stays(field: Field, entered: str) -> None:
    try:
        canonical = values.parse(field, entered)
    except errors.ValidationError:
        return
    assert canonical is None or values.parse(field, canonical) == canonical
    assert canonical is None or values.stored(field, canonical) == canonical


@pytest.mark.parametrize(
    ("rating", "former", "wanted", "after"),
    [
        *[(None, None, None, "5"), ("3", None, None, "5"), ("-1", None, None, "5")],
        *[("5", "3", None, "3"), ("5", None, None, None), ("5", "-1", None, "-1")],
        *[("5", "3", True, "5"), ("3", None, True, "5"), ("5", "3", False, "3"), ("3", "1", False, "3")],
    ],
)
def test_rating_becomes_that_of_a_favorite_and_the_former_one(
    rating: str | None, former: str | None, wanted: bool | None, after: str | None
) -> None:
    assert values.rating_as_favorite(rating, former, wanted=wanted) == after


@pytest.mark.parametrize(
    ("rating", "number"), [(None, 0), ("", 0), ("0", 0), ("1", 1), ("5", 5), ("-1", -1), ("6", 0), ("five", 0)]
)
def test_rating_as_a_number(rating: str | None, number: int) -> None:
    assert values.rating_number(rating) == number


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("The sea", "The sea"),
        ("{name}", "2019-07-31 at sea"),
        ("{folder} ({year})", "Summer 2018_06 (2019)"),
        ("{parent}", "Family"),
        ("{{{title}}}", "{At sea}"),
        ("{date_in_name}", "2019-07-31"),
        ("{date_in_folder}", "2018-06"),
        ("{date+1d}", "2019-08-01"),
        ("{creation_time+1h}", "2019-08-01T00:30:00+02:00"),
        ("{creation_time-90m}", "2019-07-31T22:00:00+02:00"),
        ("{creation_time@Z}", "2019-07-31T23:30:00Z"),
        ("{modified}", "2020-01-02T03:04:05Z"),
        ("{oldest}", "2019-07-31"),
        ("{genre}", None),
        ("{date@Z}", None),
        ("", ""),
    ],
)
def test_rule_makes_value(rule: str, value: str | None) -> None:
    assert ValueRule(rule).value(FILE) == value
    assert ValueRule(rule).is_constant == ("{" not in rule)


@pytest.mark.parametrize("rule", ["{", "a}", "{nmae}", "{date+1x}", "{}", "{title!r}"])
def test_wrong_rule_is_refused(rule: str) -> None:
    with pytest.raises(errors.UsageError, match=r"brace|placeholder"):
        ValueRule(rule)


@given(st.text(alphabet="{}ab+1d@Z:", max_size=12))
def test_any_rule_is_refused_or_has_a_value(rule: str) -> None:
    try:
        parsed = ValueRule(rule)
    except errors.UsageError:
        return
    parsed.value(FILE)
