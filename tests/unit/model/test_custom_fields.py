"""Definitions of custom fields: their form, their values, and the fields that a process knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers.matroska.fields import tags
from indexium_core.model import query
from indexium_core.model.fields import custom, values
from indexium_core.model.fields.custom import Definitions
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.rules import ValueRule
from indexium_core.model.fields.table import EDITABLE, FIELDS, all_fields, editable_fields, field_named, known_field
from indexium_core.model.files.properties import label_of, lockable
from tests.support.cases import each_case

TAPE = custom.definition("tape_number", "integer", highest=999)
CAMERA = custom.definition("camera_body", choices=("Sony FX3", "Canon R5"))


@pytest.fixture(autouse=True)
def _no_open_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "_homes", {})
    monkeypatch.setattr(custom, "_of_process", custom.NONE)


@pytest.fixture
def known() -> Iterator[None]:
    with custom.active(Definitions((TAPE, CAMERA))):
        yield


def test_names_follow_from_the_key() -> None:
    assert (TAPE.title, TAPE.tag, TAPE.mp4, TAPE.xmp) == (
        "Tape number",
        "TAPE_NUMBER",
        "com.apple.iTunes:TAPE_NUMBER",
        "indexium:tape_number",
    )
    assert TAPE.field.places["mp4"] == "----:com.apple.iTunes:TAPE_NUMBER"
    assert TAPE.field.places["jpeg"] == "XMP indexium:tape_number"
    assert "avi" not in TAPE.field.places


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Tape number", "tape_number"),
        ("8 mm", "field_8_mm"),
        ("Пленка", "plenka"),
        ("Größe (cm)", "grosse_cm"),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_key_follows_from_the_title(title: str, key: str) -> None:
    field = custom.definition("", title=title)
    assert (field.key, field.title, field.tag) == (key, title, key.upper())


def test_dotted_name_is_a_key_of_mp4() -> None:
    field = custom.definition("tape_number", mp4="com.example.tape")
    assert (field.names.mp4_owner, field.names.mp4_name) == ("", "com.example.tape")
    assert field.field.places["mov"] == "com.example.tape"


def test_tag_is_in_capitals_in_matroska() -> None:
    field = custom.definition("tape_number", tag="TapeNumber")
    with custom.active(Definitions((field,))):
        content = tags.with_texts(b"", {}, fields=["tape_number"], added={"tape_number": "12"})
    assert b"TAPENUMBER" in content
    assert field.field.places["matroska"] == "TapeNumber"


@each_case(
    ("facts", "word"),
    [
        ({"key": "Tape"}, "Tape"),
        ({"key": "9tape"}, "9tape"),
        ({"key": "a" * 41}, "40 characters"),
        ({"type": "rating"}, "rating"),
        ({"type": "text", "lowest": 1}, "integer"),
        ({"type": "integer", "choices": ["1"]}, "allowed values"),
        ({"type": "integer", "lowest": 5, "highest": 4}, "in order"),
        ({"type": "integer", "highest": 10**9}, "999,999,999"),
        ({"type": "date", "multiline": True}, "lines"),
        ({"choices": ["a", "A"]}, "twice"),
        ({"choices": ["a\nb"]}, "allowed value"),
        ({"type": "list", "choices": ["a, b"]}, "comma"),
        ({"title": "a\nb"}, "title"),
        ({"title": "x" * 61}, "60"),
        ({"tag": "TAPE-NUMBER"}, "TAPE-NUMBER"),
        ({"tag": "TAPE=1"}, "TAPE=1"),
        ({"mp4": "tape"}, "tape"),
        ({"mp4": "com.apple.iTunes:"}, "MP4 name"),
        ({"xmp": "tape"}, "XMP property"),
        ({"xmp": "rdf:tape"}, "rdf"),
        ({"xmp": "mine:tape"}, "mine"),
        ({"xmp": "dc:tape", "namespace": "http://example.com/"}, "purl.org"),
        ({"xmp": "mine:tape", "namespace": "http://example.com"}, "/ or #"),
        ({"xmp": "mine:tape", "namespace": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}, "rdf-syntax-ns"),
        ({"xmp": "mine:tape", "namespace": "adobe:ns:meta/"}, "adobe:ns:meta/"),
        ({"xmp": "mine:tape", "namespace": "http://www.w3.org/2000/xmlns/"}, "xmlns"),
        ({"xmp": "mine:tape", "namespace": "http://www.w3.org/XML/1998/namespace"}, "XML"),
        ({"key": "", "title": "…"}, "letter"),
        ({"xmp": "mine:tape", "namespace": "http://example.com/<\"&'>/"}, "namespace"),
    ],
)
def test_wrong_definition_is_refused_with_the_part(facts: dict[str, Any], word: str) -> None:
    with pytest.raises(errors.ValidationError) as raised:
        custom.definition(**{"key": "tape_number"} | facts)
    assert word in raised.value.message


@given(st.text(max_size=50))
def test_every_text_is_a_key_with_valid_names_or_is_refused(key: str) -> None:
    try:
        field = custom.definition(key)
    except errors.ValidationError:
        return
    assert custom.definition(key, title=field.title, tag=field.tag, mp4=field.mp4, xmp=field.xmp) == field
    assert key.isascii()
    assert f"{key}:" not in field.field.places.values()


@given(st.text(max_size=70))
def test_names_in_files_have_no_character_with_a_meaning(name: str) -> None:
    for part in ("tag", "mp4", "xmp"):
        try:
            field = custom.definition("tape_number", **{part: name}, namespace="http://example.com/" * (part == "xmp"))
        except errors.ValidationError:
            continue
        assert name.isascii()
        assert not set(getattr(field, part)) & set("=/<>&\"'\0\n;{}")


@given(st.sampled_from(["own a", "OWN A", "b", "B ", "c", "", "b; own a", "b,b"]), st.sampled_from(["text", "list"]))
def test_allowed_values_are_canonical_or_refused(text: str, kind: str) -> None:
    field = custom.definition("own_text", kind, choices=("Own A", "B")).field
    try:
        value = values.parse(field, text)
    except errors.ValidationError:
        with pytest.raises(errors.ValidationError, match="Own A or B"):
            values.parse(field, text)
        return
    assert value is None or values.parse(field, value) == value
    assert value is None or set(value.split("; ")) <= {"Own A", "B"}


def test_value_in_a_file_outside_of_the_allowed_ones_is_shown() -> None:
    assert values.stored(CAMERA.field, "Nikon") == "Nikon"


@pytest.mark.usefixtures("known")
def test_registered_fields_are_behind_those_of_the_table() -> None:
    assert [each.key for each in all_fields()][-2:] == ["tape_number", "camera_body"]
    assert editable_fields()[: len(EDITABLE)] == EDITABLE
    assert field_named("tape_number").highest == 999
    assert label_of("camera_body") == "Camera body"
    assert "tape_number" in lockable()


@pytest.mark.usefixtures("known")
def test_registered_fields_are_keys_of_the_search_and_placeholders() -> None:
    assert query.parse("tape_number:>3 field:tape_number changed:camera_body locked:tape_number") is not None
    assert ValueRule("{tape_number} of {camera_body}").is_constant is False
    assert "tape_number" in [each.text.rstrip(":") for each in query.complete("tape_", 5)]


def test_unregistered_field_is_unknown() -> None:
    with pytest.raises(errors.UsageError, match="no field 'tape_number'"):
        field_named("tape_number")
    with pytest.raises(errors.QueryError):
        query.parse("tape_number:>3")
    assert known_field("tape_number") == Field(
        key="tape_number", title="tape_number", type="text", about="", multiline=True
    )


def test_removed_field_keeps_its_title() -> None:
    with custom.active(Definitions((), (TAPE,))):
        assert known_field("tape_number").title == "Tape number"
        assert all_fields() == FIELDS


def test_homes_of_one_process_have_the_same_fields() -> None:
    custom.register("first", Definitions((TAPE,)))
    try:
        custom.register("second", Definitions((TAPE,)))
        custom.release("second")
        with pytest.raises(errors.UsageError, match=r"The home second has other custom fields than the home first"):
            custom.register("second", Definitions((CAMERA,)))
        assert field_named("tape_number")
    finally:
        custom.release("first")
    custom.register("second", Definitions((CAMERA,)))
    custom.release("second")
    assert all_fields() == FIELDS


def test_removed_fields_of_all_homes_are_known() -> None:
    custom.register("first", Definitions((), (TAPE,)))
    try:
        custom.register("second", Definitions())
        assert known_field("tape_number").title == "Tape number"
        other = replace(TAPE, tag="OTHER_TAG")
        with pytest.raises(errors.UsageError, match=r"The home second has other custom fields than the home first"):
            custom.register("second", Definitions((), (other,)))
        with pytest.raises(errors.UsageError, match=r"The home second has other custom fields than the home first"):
            custom.register("second", Definitions((other,)))
        custom.register("second", Definitions((), (CAMERA,)))
        assert known_field("tape_number").title == "Tape number"
        assert known_field("camera_body").title == CAMERA.title
        custom.release("first")
        assert known_field("tape_number").title == "tape_number"
    finally:
        custom.release("first")
        custom.release("second")


def test_fields_of_a_task_hide_those_of_the_process() -> None:
    custom.register("first", Definitions((TAPE,)))
    try:
        with custom.active(Definitions((CAMERA,))):
            assert [each.key for each in all_fields()][len(FIELDS) :] == ["camera_body"]
    finally:
        custom.release("first")


def test_limits_of_a_field_are_told_in_words() -> None:
    assert TAPE.limits == "from 0 to 999"
    assert CAMERA.limits == "Sony FX3 or Canon R5"
    assert custom.definition("shot_on", "date").limits == ""
