"""Writes of fields that do not match the plan: verification finds another value, and another field that changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import COMMENT, editable_fields
from indexium_core.model.files.media import Change, Remux
from tests.support import field_values, own_fields, sabotage
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.field_values import CASES, CUSTOM_CASES, values_of


def written(data: bytes, *changes: Change) -> bytes:
    """Return a file after some changes, without verification."""
    reader = BytesReader(data)
    family, layout = registry.examine(reader)
    assert family is not None
    choice = registry.choose(family, reader, layout, changes, Capabilities())
    assert isinstance(choice, Choice), choice
    assert not isinstance(choice.edit, Remux)
    return sabotage.edited(data, choice.edit)


def evidence(path: Path, field: Field) -> verify.Evidence:
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        return verify.gather(os.fsencode(path), reader, family, layout, edited={COMMENT, field.key})


def change_to(field: Field, container: str, number: int) -> Change:
    return Change(field=field.key, old=None, new=values_of(field, container)[number])


def others_of(field: Field, container: str) -> list[Field]:
    """Return the other fields of a container, from the one after `field` on: each is the first of a case."""
    fields = [each for each in editable_fields() if container in each.places]
    place = fields.index(field)
    return [*fields[place + 1 :], *fields[:place]]


@pytest.fixture(autouse=True)
def registered_fields() -> Iterator[None]:
    """Register the custom fields."""
    with own_fields.known():
        yield


@each_case(("container", "field"), [*CASES, *CUSTOM_CASES], ids=lambda each: getattr(each, "key", each))
def test_another_value_and_another_field_fail_verification(tmp_path: Path, container: str, field: Field) -> None:
    path = field_values.build(container, tmp_path)
    data, before, change = path.read_bytes(), evidence(path, field), change_to(field, container, 0)
    others = effort.some(others_of(field, container), 2)

    path.write_bytes(written(data, change))
    assert verify.compare(before, evidence(path, field), [change])["comment"] == "reads back as planned"

    path.write_bytes(written(data, change_to(field, container, 1)))
    with pytest.raises(errors.VerificationError, match=f"{field.key}: ") as caught:
        verify.compare(before, evidence(path, field), [change])
    assert (caught.value.check, caught.value.fields) == ("comment", field.key)

    for other in others:
        path.write_bytes(written(data, change, change_to(other, container, 0)))
        with pytest.raises(errors.VerificationError, match="structure: ") as caught:
            verify.compare(before, evidence(path, field), [change])
