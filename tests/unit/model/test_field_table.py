"""Every field of the table is whole: it has a label, a type, a place or none in each container, a key and its rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.reader import BytesReader
from indexium_core.model import query
from indexium_core.model.fields import places, values
from indexium_core.model.fields.field import Field, FieldType, Places
from indexium_core.model.fields.table import COMMENT, EDITABLE, FIELDS
from indexium_core.model.files.media import Change, Refusal
from tests.support import field_rows, field_values, shapes
from tests.support.cases import each_case

DOCS = Path(__file__).resolve().parents[3] / "docs"
FILMS = {
    "mp4": "mp4, index last",
    "mov": "mov, none",
    "3gp": "3gp",
    "matroska": "mkv, ffmpeg",
    "webm": "webm",
    "asf": "wmv",
    "avi": "avi",
    "flv": "flv",
    "ogg": "ogv",
    "jpeg": "jpeg",
    "png": "png",
    "tiff": "tiff",
    "webp": "webp",
    "heif": "heif",
}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_field_has_a_label_a_type_and_a_meaning(field: Field) -> None:
    assert field.title
    assert [each.title for each in FIELDS].count(field.title) == 1
    assert [each.key for each in FIELDS].count(field.key) == 1
    assert field.type in get_args(FieldType)
    assert field.about.endswith(".")


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_field_has_its_places_in_the_table_of_places(field: Field) -> None:
    assert field.stored is getattr(places, field.key.upper())
    assert set(field.limits) <= set(field.places)


def test_every_place_of_the_table_belongs_to_a_field() -> None:
    stored = [each for each in vars(places).values() if isinstance(each, Places)]

    assert [each for each in stored if each not in [field.stored for field in FIELDS]] == []


def names_of(stored: Places) -> Iterator[tuple[str, object]]:
    """Yield the family and each name by which a file says that a value belongs to a field."""
    if stored.bmff is not None:
        yield from (("item", name) for name in set(stored.bmff.items))
        yield from (("3GPP", name) for name in stored.bmff.boxes_3gp)
        yield from (("key", name) for name in [stored.bmff.key.lower()] if name)
    if stored.matroska is not None:
        yield from (("tag", (name, stored.matroska.level, stored.matroska.kinds)) for name in stored.matroska.names)
    if stored.asf is not None:
        names = (stored.asf.text, stored.asf.attribute, *stored.asf.others)
        yield from (("ASF", name.lower()) for name in names if name)
    yield from (("AVI", name) for name in [stored.avi] if name)
    yield from (("FLV", name.lower()) for name in [stored.flv] if name)
    yield from (("Ogg", name.upper()) for name in stored.ogg)
    if stored.xmp is not None:
        yield from (("XMP", (uri, stored.xmp.name)) for uri in stored.xmp.uris)


def test_no_name_in_files_belongs_to_two_fields() -> None:
    owners: dict[tuple[str, object], list[str]] = {}
    for field in FIELDS:
        for name in names_of(field.stored):
            owners.setdefault(name, []).append(field.key)
    assert {name: keys for name, keys in owners.items() if len(keys) > 1} == {}
    assert {family for family, _ in owners} == {"item", "3GPP", "key", "tag", "ASF", "AVI", "FLV", "Ogg", "XMP"}


@each_case("container", FILMS)
@each_case("field", EDITABLE)
def test_container_stores_a_field_exactly_if_it_has_a_place(field: Field, container: str) -> None:
    reader = BytesReader(shapes.film(FILMS[container]))
    family, layout = registry.examine(reader)
    assert family is not None
    assert layout.container == container
    value = field_values.values_of(field, container)[0]
    choice = registry.choose(family, reader, layout, [Change(field=field.key, old=None, new=value)], Capabilities())

    assert isinstance(choice, Refusal) != (container in field.places), choice


@pytest.mark.parametrize("field", EDITABLE, ids=lambda field: field.key)
def test_field_is_a_key_of_the_search_that_parses_its_example(field: Field) -> None:
    assert query.parse(query.KEYS[field.key].example) is not None
    assert query.parse(f"field:{field.key} changed:{field.key} locked:{field.key}") is not None


@pytest.mark.parametrize("field", EDITABLE, ids=lambda field: field.key)
def test_values_of_a_field_are_canonical(field: Field) -> None:
    for container in field.places:
        for value in field_values.values_of(field, container):
            assert values.parse(field, value) == value


@pytest.mark.parametrize("field", [each for each in FIELDS if each.key != COMMENT], ids=lambda field: field.key)
def test_pages_have_the_rows_of_a_field(field: Field) -> None:
    missing = {
        page: [row for row in rows if row not in (DOCS / page).read_text(encoding="utf-8").splitlines()]
        for page, rows in field_rows.rows_of(field).items()
    }
    assert {page: rows for page, rows in missing.items() if rows} == {}
