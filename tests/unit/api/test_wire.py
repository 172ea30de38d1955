"""Values are sent between a command and the service, and arrive unchanged."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.api import wire
from indexium_core.model.planning.plan import Selection, SelectionDigest
from indexium_core.model.planning.risk import Issue
from indexium_core.model.saved import SavedView

CODEC = wire.Codec()

paths = st.binary(min_size=1).map(lambda data: Path(os.fsdecode(data.replace(b"\0", b""))))
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    paths,
)
hashable = st.one_of(st.integers(), st.text(), st.dates())
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.dictionaries(hashable, inner),
        st.frozensets(hashable),
        st.sets(hashable),
        st.builds(Issue, code=st.text(), message=st.text(), severity=st.text()),
        st.builds(
            Selection, query=st.none() | st.text(), risk=st.just(("safe",)), included=st.frozensets(st.integers())
        ),
    ),
    max_leaves=20,
)


def same(value: Any) -> Any:
    """The value after serialisation and deserialisation."""
    return CODEC.loads(CODEC.dumps(value))


@given(values)
def test_every_value_is_restored(value: Any) -> None:
    found = same(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("name", ["a\udcff.mp4", "\ud800", "ü\n\x00", "$", "{}"])
def test_undecodable_names_are_serialised(name: str) -> None:
    assert same([name, {name: 1}]) == [name, {name: 1}]
    assert same(Path("films/a\udcff.mp4")) == Path("films/a\udcff.mp4")


def test_values_without_json_form_are_serialised() -> None:
    assert math.isnan(same(float("nan")))
    assert same([math.inf, -math.inf, {1: {"$": "x"}}]) == [math.inf, -math.inf, {1: {"$": "x"}}]
    assert same(datetime(2026, 11, 20, 7, tzinfo=UTC)).tzinfo is not None
    for value in (date(2026, 11, 20), time(7, 30, 1), timedelta(days=-1, seconds=0.5), Decimal("1.50"), UUID(int=7)):
        assert same(value) == value


def test_model_value_names_are_unique() -> None:
    found = wire.value_classes()
    assert len(found) > 80
    assert {"PlanItem", "OperationStatus", "Job", "FileDetails", "ScanReport"} <= set(found)
    assert all(dataclasses.is_dataclass(getattr(import_module(module), name)) for name, module in found.items())


@pytest.mark.parametrize(
    "text",
    [
        b'{"$": "Popen", "v": {"args": "true"}}',
        b'{"$": "Library", "v": {}}',
        b'{"$": "Seal", "v": {"count": 1, "digest": 2, "more": 3}}',
        b'{"$": "Seal", "v": null}',
        b'{"$": "Seal"}',
        b'{"$": ["Seal"], "v": {}}',
        b'{"$": "datetime", "v": 3}',
        b'{"$": "decimal", "v": "x"}',
        b'{"$": "path", "v": {}}',
        b'{"$": "dict", "v": [1]}',
        b"nothing",
    ],
)
def test_unknown_value_is_not_created(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CODEC.loads(text)


def test_local_objects_are_sent_as_description() -> None:
    class Plan:
        pass

    plan = Plan()
    here = wire.Codec(to_reference=lambda value: ("plan", {"id": 3}) if isinstance(value, Plan) else None)
    there = wire.Codec(from_reference={"plan": lambda facts: f"plan {facts['id']}"})

    assert there.loads(here.dumps([plan, SelectionDigest(count=1, digest=2)])) == [
        "plan 3",
        SelectionDigest(count=1, digest=2),
    ]
    with pytest.raises(TypeError, match="A Plan cannot be sent"):
        CODEC.dumps(plan)


def test_value_is_one_line_of_ascii() -> None:
    text = CODEC.dumps(SavedView(view_id=1, name="Zoë\n", query="", sort="risk", descending=False, is_default=True))
    assert b"\n" not in text
    assert text.isascii()
    assert json.loads(text)["$"] == "SavedView"


ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_keeps_its_class(kind: type[errors.IndexiumError]) -> None:
    error = errors.QueryError("Where?", position=3, word="x") if kind is errors.QueryError else kind("Why not.")
    found = wire.error_from_wire(json.loads(json.dumps(wire.error_to_wire(error))))

    assert type(found) is kind
    assert (found.message, found.reason, vars(found)) == (error.message, error.reason, vars(error))
    assert str(found) == str(error)


def test_unknown_error_class_is_error() -> None:
    found = wire.error_from_wire({"error": "SystemExit", "message": "Away.", "reason": "odd"})
    assert type(found) is errors.IndexiumError
    assert (found.message, found.reason) == ("Away.", "odd")
