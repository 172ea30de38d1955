"""
The encoding of values between a command and the service: JSON, with a type tag on each value that needs one.

`{"$": "datetime", "v": "…"}` is a time, `{"$": "PlanItem", "v": {…}}` a frozen dataclass. The decoder creates only
classes of `model/` and of `_MORE_MODULES`, and only from their own fields, so that incoming data cannot run code.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import importlib
import json
import math
import os
import pkgutil
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from indexium_core import errors, model

_MORE_MODULES = ("indexium_core.settings", "indexium_core.flows.history.retry")  # their values need more than the model
_TAG = "$"
_EXTRAS = (str, int, float, bool, list, type(None))  # types of an error's fields that are sent


@functools.cache
def value_classes() -> Mapping[str, str]:
    """Return the module of each dataclass that can be sent, by the name of the class. Imports all of them."""
    names = [each.name for each in pkgutil.walk_packages(model.__path__, f"{model.__name__}.")]
    found: dict[str, str] = {}
    for name in (*names, *_MORE_MODULES):
        for kind in vars(importlib.import_module(name)).values():
            if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == name:
                assert kind.__name__ not in found, f"two dataclasses have the name {kind.__name__}"
                found[kind.__name__] = name
    return found


class Codec:
    """
    Encodes values as JSON text and decodes them.

    Args:
        to_reference: Returns the name and a description of an object that stays in its process (a plan, a running
            operation); None for all others.
        from_reference: By name, a function that returns the object for it in the other process.

    """

    def __init__(
        self,
        *,
        to_reference: Callable[[Any], tuple[str, Any] | None] = lambda _: None,
        from_reference: Mapping[str, Callable[[Any], Any]] | None = None,
        classes: Mapping[str, str] | None = None,
    ) -> None:
        self._to_reference = to_reference
        self._from_reference = from_reference or {}
        self._classes = value_classes() if classes is None else classes

    def dumps(self, value: Any) -> bytes:
        """Return a value as one line of JSON. Raises TypeError if it cannot be sent."""
        return json.dumps(self.encoded(value), allow_nan=False, separators=(",", ":")).encode("ascii")

    def loads(self, text: bytes) -> Any:
        """Return the value of a line. Raises ValueError if the line has no value."""
        return self.decoded(json.loads(text))

    def encoded(self, value: Any) -> Any:
        """Return the JSON form of a value."""
        if value is None or isinstance(value, bool | int | str):
            return value if not isinstance(value, str) else str(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else _tagged("float", repr(value))
        if isinstance(value, list):
            return [self.encoded(each) for each in value]
        if isinstance(value, Mapping):
            return self._mapping(value)
        given = self._to_reference(value)
        if given is not None:
            return _tagged(given[0], self.encoded(given[1]))
        return self._other(value)

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        if all(isinstance(key, str) for key in value) and _TAG not in value:
            return {key: self.encoded(each) for key, each in value.items()}
        return _tagged("dict", [[self.encoded(key), self.encoded(each)] for key, each in value.items()])

    def _other(self, value: Any) -> Any:
        kind: Any = type(value)
        if self._classes.get(kind.__name__) == kind.__module__ and dataclasses.is_dataclass(value):
            own = {field.name: self.encoded(getattr(value, field.name)) for field in dataclasses.fields(kind)}
            return _tagged(kind.__name__, own)
        for scalar, called, text in _SCALARS:
            if isinstance(value, scalar):
                return _tagged(called, text(value))
        for collection, called in _COLLECTIONS.items():
            if isinstance(value, collection):
                return _tagged(called, [self.encoded(each) for each in value])
        raise TypeError(f"A {kind.__name__} cannot be sent between a command and the service.")

    def decoded(self, value: Any) -> Any:
        """Return the value of a JSON form. Raises ValueError if the form is unknown."""
        if isinstance(value, list):
            return [self.decoded(each) for each in value]
        if not isinstance(value, dict):
            return value
        if _TAG not in value:
            return {key: self.decoded(each) for key, each in value.items()}
        return self._made(value[_TAG], value.get("v"))

    def _made(self, name: Any, inner: Any) -> Any:
        try:
            if name == "dict":
                return {self.decoded(key): self.decoded(each) for key, each in inner}
            if name in self._from_reference:
                return self._from_reference[name](self.decoded(inner))
            if name in _MAKERS:
                return _MAKERS[name](inner if name in _NAMES else self.decoded(inner))
            kind = getattr(importlib.import_module(self._classes[name]), name)
            return kind(**{key: self.decoded(each) for key, each in inner.items()})
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"There is no type {str(name)[:50]!r} with these fields.") from error


def _tagged(name: str, value: Any) -> dict[str, Any]:
    return {_TAG: name, "v": value}


_SCALARS: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (datetime, "datetime", datetime.isoformat),
    (date, "date", date.isoformat),
    (time, "time", time.isoformat),
    (timedelta, "duration", lambda length: repr(length.total_seconds())),
    (Decimal, "decimal", str),
    (UUID, "uuid", str),
    (Path, "path", lambda path: base64.b64encode(os.fsencode(path)).decode()),  # a file name is not always valid text
    (bytes, "bytes", lambda data: base64.b64encode(data).decode()),
)
_COLLECTIONS: Mapping[Any, str] = {tuple: "tuple", frozenset: "frozenset", set: "set"}
_MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda text: timedelta(seconds=float(text)),
    "decimal": Decimal,
    "uuid": UUID,
    "path": lambda text: Path(os.fsdecode(base64.b64decode(text))),
    "bytes": base64.b64decode,
    "float": float,
    "tuple": tuple,
    "frozenset": frozenset,
    "set": set,
}
_NAMES = frozenset({"datetime", "date", "time", "duration", "decimal", "uuid", "path", "bytes", "float"})


def error_to_wire(error: errors.IndexiumError) -> dict[str, Any]:
    """Return the JSON form of an error: its class, sentence, code and other fields."""
    own = {name: value for name, value in vars(error).items() if isinstance(value, _EXTRAS)}
    return {"error": type(error).__name__, **own}


def error_from_wire(fields: Mapping[str, Any]) -> errors.IndexiumError:
    """Return the error of a JSON form; an `IndexiumError` if its class is unknown."""
    kind = _errors().get(str(fields.get("error")), errors.IndexiumError)
    made: errors.IndexiumError = kind.__new__(kind)
    errors.IndexiumError.__init__(made, str(fields.get("message", "")), code=str(fields.get("reason", "")))
    vars(made).update({key: value for key, value in fields.items() if key not in {"error", "message", "reason"}})
    return made


@functools.cache
def _errors() -> Mapping[str, type[errors.IndexiumError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return {kind.__name__: kind for kind in kinds if issubclass(kind, errors.IndexiumError)}
