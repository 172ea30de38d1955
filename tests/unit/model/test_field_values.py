"""Values of fields: what a person may enter, and rules that make values from facts about a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers.flv import amf
from indexium_core.model.fields import values
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.rules import FileNames, ValueRule
from indexium_core.model.fields.table import EDITABLE, editable_fields, field_named
from tests.support import own_fields
from tests.support.cases import each_case

FILE = FileNames(
    file_name="2019-07-31 at sea.mp4",
    folder="Family/Summer 2018_06",
    modified=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    fields={"title": "At sea", "date": "2019-07-31", "creation_time": "2019-07-31T23:30:00+02:00"},
)


@each_case(
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
        ("date", "2020-02-29T23:59:59+02:00", "2020-02-29"),  # of a time, the day
        ("creation_time", "2019-07-31 18:30", "2019-07-31T18:30:00"),
        ("creation_time", "2019-07-31T18:30:05.1200+0200", "2019-07-31T18:30:05.12+02:00"),
        ("creation_time", "2019-07-31T18:30:05+00:00", "2019-07-31T18:30:05Z"),
        ("keywords", " beach; family , beach;", "beach; family"),
    ],
)
def test_value_becomes_canonical(key: str, entered: str, stored: str | None) -> None:
    assert values.parse(field_named(key), entered) == stored


@each_case(
    ("key", "entered", "reason"),
    [
        ("title", "a\nb", "more than one line"),
        ("title", "a\x07b", r"control character U\+0007"),
        ("title", "a\ufffeb", r"U\+FFFE, which is not a character"),
        ("keywords", "a; \uffff", r"U\+FFFF, which is not a character"),
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


@each_case(
    ("rating", "former", "wanted", "after"),
    [
        *[(None, None, True, "5"), ("3", None, True, "5"), ("-1", None, True, "5"), ("5", "3", True, "5")],
        *[("5", "3", False, "3"), ("5", None, False, None), ("5", "-1", False, "-1"), ("3", "1", False, "3")],
    ],
)
def test_rating_becomes_that_of_a_favorite_and_the_former_one(
    rating: str | None, former: str | None, wanted: bool, after: str | None
) -> None:
    assert values.rating_as_favorite(rating, former, wanted=wanted) == after


@each_case(("rating", "number"), [(None, 0), ("", 0), ("0", 0), ("1", 1), ("5", 5), ("-1", -1), ("6", 0), ("five", 0)])
def test_rating_as_a_number(rating: str | None, number: int) -> None:
    assert values.rating_number(rating) == number


@each_case(
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
        ("{oldest}", "2019-07-31T23:30:00+02:00"),  # more precise than the day, and within it
        ("{oldest(modified, date)}", "2019-07-31"),
        ("{oldest(modified,date_in_folder)+1h}", None),  # a month
        ("{oldest(date_in_folder)}", "2018-06"),
        ("{modified+1h@+02:00}", "2020-01-02T04:04:05+02:00"),
        ("{genre}", None),
        ("{date@Z}", None),
        ("", ""),
    ],
)
def test_rule_makes_value(rule: str, value: str | None) -> None:
    assert ValueRule(rule).value(FILE) == value
    assert ValueRule(rule).is_constant == ("{" not in rule)


@each_case(
    ("name", "found"),
    [
        ("IMG_20190731_183000.jpg", "2019-07-31T18:30:00"),
        ("PXL_20190731_183000123.jpg", "2019-07-31T18:30:00"),
        ("2019-07-31 18.30.00.mov", "2019-07-31T18:30:00"),
        ("Screenshot_2019-07-31-18-30-00.png", "2019-07-31T18:30:00"),
        ("2019-07-31 at 18.30.00.mov", "2019-07-31T18:30:00"),
        ("20190731183000.mp4", "2019-07-31T18:30:00"),
        ("VID-20190731-WA0001.mp4", "2019-07-31"),
        ("20190731_256000.jpg", "2019-07-31"),  # a number, and no time
        ("20190731_1830.jpg", "2019-07-31"),
        ("20190731_18300099.jpg", "2019-07-31"),
        ("201907311.jpg", None),
        ("20190231_183000.jpg", None),
        ("2019-07.jpg", "2019-07"),
    ],
)
def test_date_and_time_in_a_name(name: str, found: str | None) -> None:
    assert ValueRule("{date_in_name}").value(replace(FILE, file_name=name)) == found


def test_fraction_and_zone_stay_in_a_shift() -> None:
    file = replace(FILE, fields={"creation_time": "2019-07-31T23:30:00.07+02:00"})
    assert ValueRule("{creation_time+1h}").value(file) == "2019-08-01T00:30:00.07+02:00"


@pytest.mark.parametrize(
    ("entered", "container", "stored"),
    [
        ("2019-07-31T18:30:00+02:00", "mp4", "2019-07-31T16:30:00Z"),
        ("2019-07-31T18:30:00.07-01:30", "matroska", "2019-07-31T20:00:00.07Z"),
        ("2019-07-31T18:30:00", "avi", "2019-07-31T18:30:00"),  # has no place
        ("2019-07-31T18:30:00+02:00", "jpeg", "2019-07-31T18:30:00+02:00"),
        (None, "mp4", None),
    ],
)
def test_container_with_utc_stores_the_moment_in_utc(entered: str | None, container: str, stored: str | None) -> None:
    assert values.as_stored(field_named("creation_time"), entered, container) == stored


@pytest.mark.parametrize("entered", ["2019-07-31T18:30:00", "0001-01-01T00:00:00+02:00"])
def test_moment_without_utc_is_refused(entered: str) -> None:
    with pytest.raises(errors.ValidationError, match=r"in UTC: enter (a zone|a year)"):
        values.as_stored(field_named("creation_time"), entered, "mov")


@each_case(
    "rule", ["{", "a}", "{nmae}", "{date+1x}", "{}", "{title!r}", "{date(date)}", "{oldest(title)}", "{oldest()}"]
)
def test_wrong_rule_is_refused(rule: str) -> None:
    with pytest.raises(errors.UsageError, match=r"brace|placeholder|is no date"):
        ValueRule(rule)


@given(st.text(alphabet="{}ab+1d@Z:", max_size=12))
def test_any_rule_is_refused_or_has_a_value(rule: str) -> None:
    try:
        parsed = ValueRule(rule)
    except errors.UsageError:
        return
    parsed.value(FILE)


@each_case("container", ["mp4", "mov", "3gp"])
@each_case(
    ("value", "is_stored"),
    [
        ("+48.1374+011.5755/", True),
        ("-90+180/", True),
        ("+90.000-180.0+8848.86CRSWGS_84/", True),
        ("+4808.25+01134.53/", True),
        ("+480814.6+0113431.8/", True),
        ("+91.0+181.0/", False),
        ("+90.1+011.5/", False),
        ("+48.1+180.5/", False),
        ("+48.1+190.5/", False),
        ("+4860.0+01134.5/", False),
        ("+481+011/", False),
        ("Berlin", False),
    ],
)
def test_position_lies_on_the_earth(container: str, value: str, *, is_stored: bool) -> None:
    problem = field_named("location").value_problem(container, value)
    assert (problem == "") == is_stored
    assert is_stored or "latitude from -90 to +90" in problem


def test_text_of_flv_is_as_short_as_its_format_reads() -> None:
    with own_fields.known():
        texts = [each for each in editable_fields() if "flv" in each.places and each.type in {"text", "list"}]
        assert {each.limits["flv"].most_bytes for each in texts} == {amf.MAX_TEXT_BYTES}
        assert texts[0].value_problem("flv", "é" * 511 + "x") == ""
        assert "at most 1,023 bytes" in texts[0].value_problem("flv", "é" * 512)
