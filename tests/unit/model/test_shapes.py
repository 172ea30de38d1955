"""What values show outside comes from the attributes of their class."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_type_hints

import pytest

from indexium_core.api import answers  # noqa: F401  (imports all values that REST shows)
from indexium_core.model import shapes
from indexium_core.model.operations.backup import BackupUse
from indexium_core.model.operations.interrupted import InterruptedFile
from indexium_core.model.planning.plan import Selection
from indexium_core.model.shapes import ListPage, Shaped

STATES = ("new", "old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Shaped):
    shape = "name"

    name: str
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Shaped):
    shape = "id number=id state kind at ids part parts length"

    id: int
    state: Annotated[str, STATES] = "new"
    kind: Literal["b", "a"] = "a"
    at: datetime | None = None
    ids: frozenset[int] = frozenset()
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    size: float | None = None
    other: int | None = None

    @property
    def length(self) -> int:
        return len(self.parts)


def test_value_shows_fields_and_properties_by_their_names() -> None:
    one = Part(name="x", secret="y")
    value = Whole(id=3, at=datetime(2026, 3, 1, tzinfo=UTC), ids=frozenset({2, 1}), part=one, parts=(one,))

    shown = value.as_dict()

    assert list(shown) == ["id", "number", "state", "kind", "at", "ids", "part", "parts", "length"]
    assert (shown["number"], shown["at"], shown["ids"], shown["length"]) == (3, "2026-03-01T00:00:00Z", [1, 2], 1)
    assert shown["part"] == {"name": "x"}
    assert shown["parts"] == [{"name": "x"}]
    assert json.loads(json.dumps({"found": value}, default=shapes.plain)) == {"found": shown}


def test_types_are_those_of_fields_and_of_results_of_properties() -> None:
    assert shapes.types_of(Whole, "number=id at length") == {"number": int, "at": datetime | None, "length": int}


def test_columns_have_types_without_values() -> None:
    shape = "id number=other state kind at ids size length"
    types = {
        "id": "int64",
        "number": "Int64",
        "state": "category",
        "kind": "category",
        "at": "datetime64[us, UTC]",
        "ids": "object",
        "size": "float64",
        "length": "int64",
    }

    for frame in (shapes.frame([], Whole, shape), shapes.frame([Whole(id=1, other=7)], Whole, shape)):
        assert frame.dtypes.astype("str").to_dict() == types
        assert list(frame["state"].cat.categories) == ["new", "old"]
        assert list(frame["kind"].cat.categories) == ["b", "a"]
    assert frame["number"].tolist() == [7]


def every_shaped(kind: type = Shaped) -> list[Any]:
    return [each for sub in kind.__subclasses__() for each in (sub, *every_shaped(sub))]


def test_every_shape_names_attributes() -> None:
    kinds = {each.__qualname__: each for each in every_shaped()}  # a class with slots replaces the one without

    assert {each.__name__ for each in (BackupUse, InterruptedFile, Selection, ListPage)} <= kinds.keys()
    for kind in kinds.values():
        assert get_type_hints(kind)
        assert shapes.types_of(kind, kind.shape), kind


def test_unknown_attribute_is_an_error() -> None:
    with pytest.raises(AttributeError):
        shapes.types_of(Whole, "lenght")
