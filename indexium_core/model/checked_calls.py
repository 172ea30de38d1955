"""
The check of the arguments of public methods.

Calls of notebooks and scripts have no type checker: without the check, a value of a wrong type fails deep inside, with
an error that names neither the argument nor the remedy.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import operator
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Integral, Real
from types import FunctionType, NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, TypeVar, Union

from indexium_core import errors
from indexium_core.model.surrogates import has_surrogates

Service = TypeVar("Service")
_END = 2**63  # the database stores smaller numbers
_MOST_SHOWN = 40  # characters of a wrong value
_WORDS: Mapping[Any, tuple[str, str]] = {  # what one value is, and what several values are
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("True or False", "True or False"),
    str: ("a text", "texts"),
    NoneType: ("None", "None"),
}


class _WrongTypeError(Exception):
    """A value is not of the type of its argument: the whole value, or one in a list."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def checked_arguments(service: type[Service]) -> type[Service]:
    """
    Check the arguments of the public methods of a class by their annotations: a decorator of the class.

    Numbers of NumPy become numbers of Python, and any collection becomes a list where a sequence is wanted. Types
    without a rule in this module, such as services, are not checked.

    The methods raise UsageError for an argument that is missing, unknown or of another type, for a number that the
    database cannot store, and for a text with a character that is not valid.
    """
    for name, member in list(vars(service).items()):
        if isinstance(member, FunctionType) and not name.startswith("_"):
            setattr(service, name, _checked(member))
    return service


def _checked(method: FunctionType) -> Callable[..., Any]:
    signature = inspect.signature(method)
    names = [each.name for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]

    @functools.cache
    def types() -> Mapping[str, Any]:
        """Return the types of the arguments by name, with those of `**filters`."""
        annotations = {name: kind for name, kind in method.__annotations__.items() if name != "return"}
        found = typing.get_type_hints(SimpleNamespace(__annotations__=annotations), method.__globals__)
        return {name: found[name] for name in names if name in found} | {
            name: kind
            for filters in (found[name] for name in signature.parameters if name not in names)
            for name, kind in typing.get_type_hints(typing.get_args(filters)[0]).items()
        }

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        known = types()
        if unknown := next((name for name in kwargs if name not in known), None):
            choice = f"Choose from: {', '.join(known)}." if known else "Leave it out."
            raise errors.UsageError(f"{method.__name__} has no argument “{unknown[:_MOST_SHOWN]}”. {choice}")
        try:
            placed = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            form = f"{method.__name__}({', '.join(names[1:])})"
            raise errors.UsageError(f"This call does not have the form {form}: {error}.") from None
        wanted = [each for each in placed.items() if each[0] in names] + [
            each for name, values in placed.items() if name not in names for each in values.items()
        ]
        checked = {name: _argument(name, known[name], value) for name, value in wanted if name in known}
        return method(args[0], **checked)

    return call


def _argument(name: str, kind: Any, value: Any) -> Any:
    """Return the value of an argument in the form in which methods use it; UsageError if it has another type."""
    try:
        return _value(kind, value)
    except _WrongTypeError as wrong:
        found = "not" if wrong.value is value else "but it has"
        raise errors.UsageError(
            f"{name} is {_words(kind)}, {found} {_shown(wrong.value)}.{_remedy(kind, value)}"
        ) from None


def _value(kind: Any, value: Any) -> Any:  # noqa: PLR0911 - one return for each form of a type
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, UnionType):
        return _first(parts, value)
    if origin is Literal:
        return value if _has(parts, value) else _refuse(value)
    if origin in (Sequence, list):
        return [_value(parts[0], each) for each in _items(value)]
    if origin is Mapping:
        pairs = value.items() if isinstance(value, Mapping) else _refuse(value)
        return {_value(parts[0], key): _value(parts[1], each) for key, each in pairs}
    if kind in _CHECKS:
        return _CHECKS[kind](value)
    if dataclasses.is_dataclass(kind):
        return value if isinstance(value, typing.cast("type", kind)) else _refuse(value)
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, Collection) or isinstance(value, str | bytes | Mapping):
        raise _WrongTypeError(value)
    try:
        return list(value)
    except TypeError:  # an array without dimensions has the methods of a collection, but no items
        raise _WrongTypeError(value) from None


def _first(kinds: Sequence[Any], value: Any) -> Any:
    """Return the value as the first of several types that it has."""
    inner = value  # the wrong value, or the one in a list
    for kind in kinds:
        try:
            return _value(kind, value)
        except _WrongTypeError as wrong:
            inner = wrong.value if wrong.value is not value else inner
    return _refuse(inner)


def _has(values: Sequence[Any], value: Any) -> bool:
    return any(type(each) is type(value) and each == value for each in values)


def _refuse(value: Any) -> Any:
    raise _WrongTypeError(value)


def _whole(value: Any) -> int:
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    return int(value) if is_whole and -_END <= int(value) < _END else _refuse(value)


def _number(value: Any) -> float:
    if isinstance(value, int):
        return _whole(value)
    return float(value) if isinstance(value, Real) and math.isfinite(value) else _refuse(value)


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) and not has_surrogates(value) else _refuse(value)


def _nothing(value: Any) -> Any:
    return value if value is None else _refuse(value)


_CHECKS: Mapping[Any, Callable[[Any], Any]] = {
    int: _whole,
    float: _number,
    bool: _truth,
    str: _text,
    NoneType: _nothing,
}


def _words(kind: Any, *, several: bool = False) -> str:
    """Return a type in words: `a list of whole numbers`."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(_words(each, several=several) for each in parts)
    if origin is Literal:
        return f"one of {', '.join(map(str, parts))}"
    if origin in (Sequence, list):
        return f"{'lists' if several else 'a list'} of {_words(parts[0], several=True)}"
    if origin is Mapping:
        return "a dictionary with names and values"
    return (
        _WORDS[kind][several]
        if kind in _WORDS
        else f"{'values' if several else 'a value'} of the class {kind.__name__}"
    )


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return "a text with a character that is not valid" if has_surrogates(value) else f"“{value[:_MOST_SHOWN]}”"
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return "a number with too many digits" if abs(value) >= _END else str(value)
    return f"a value of the type {type(value).__name__}"


def _remedy(kind: Any, value: Any) -> str:
    """Return how the value becomes right, if that is one step."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, UnionType):
        return next((text for each in parts if (text := _remedy(each, value))), "")
    if origin is Sequence and isinstance(value, str | int) and len(str(value)) <= _MOST_SHOWN:
        try:
            return f" Write [{_value(parts[0], value)!r}]."
        except _WrongTypeError:
            return ""
    if kind is int and isinstance(value, str) and value.strip().isdecimal():
        return f" Write {value.strip()[:_MOST_SHOWN]} without quotation marks."
    if kind is str and isinstance(value, int) and not isinstance(value, bool):
        return f' Write "{value}".' if abs(value) < _END else ""
    return ""


def integers(ids: Collection[int]) -> list[int]:
    """Return ids as integers of Python: columns of tables have those of NumPy. Raises UsageError for other values."""
    try:
        return [operator.index(each) for each in ids]
    except TypeError as error:
        raise errors.UsageError("A file id is an integer. Remove missing values and texts from the ids.") from error
