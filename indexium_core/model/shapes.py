"""What a value shows outside: its JSON form, the types for REST and its table, all from the attributes of its class."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from indexium_core import errors

if TYPE_CHECKING:
    import pandas as pd

_FORMS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (datetime, lambda moment: moment.isoformat().replace("+00:00", "Z")),
    (date | time, lambda value: value.isoformat()),
    (Decimal, float),
    (timedelta | UUID, str),
    (bytes, lambda data: data.decode("utf-8", "replace")),
    (Path, str),
    (Mapping, dict),
    (frozenset | set | tuple, sorted),
)


def plain(value: Any) -> Any:
    """
    Return the JSON form of a value that JSON does not have; for `json.dumps(…, default=plain)`.

    Times are ISO-8601 (UTC with Z), dataclasses are objects (what `as_dict` returns, or else all fields), sets and
    tuples are sorted lists.

    Raises:
        TypeError: The value has no JSON form.

    """
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


class Shaped:
    """
    A dataclass with an outer form: the attributes in `shape`, or else all fields.

    `shape` names fields and properties, separated by spaces, in the order of the form; `name=attribute` shows an
    attribute by another name.
    """

    __slots__ = ()
    shape: ClassVar[str] = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the outer form as JSON values."""
        return picked(self, self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Shaped):
    """One page of a list; each list has a class with the type of its items."""

    items: list[Any]
    total: int  # of all pages
    page: int  # from 1
    per_page: int


class _PageValue(Protocol):
    @property
    def items(self) -> Sequence[Any]: ...

    @property
    def total(self) -> int: ...


_Page = TypeVar("_Page", bound=_PageValue)


def page_count(total: int, per_page: int) -> int:
    """Return the number of pages; an empty list has one, and `per_page` 0 puts all items on one page."""
    return max(1, -(-total // max(1, per_page)))


def page_or_last(read: Callable[[int], _Page], number: int, per_page: int) -> _Page:
    """Return the page that `read` returns for a number; the last page if the list has fewer pages."""
    page = read(number)
    return page if page.items or number == 1 else read(page_count(page.total, per_page))


def picked(value: Any, shape: str) -> dict[str, Any]:
    """Return some attributes of a value as JSON values."""
    return {name: _json(getattr(value, attribute)) for name, attribute in _names(value.__class__, shape)}


def wanted(value: Any, want: Any) -> Any:
    """
    Return the JSON form of some attributes of a value: `{"items": {"title": 1, "names": {"name": 1}}, "total": 1}`.

    A name is one of the outer form or a property; 1 stands for the whole value. Lists have the attributes of each item.

    Raises:
        UsageError: A value does not have an attribute.

    """
    if value is None or not isinstance(want, Mapping):
        return _json(value)
    if isinstance(value, list | tuple):
        return [wanted(each, want) for each in value]
    if isinstance(value, Mapping):
        return {name: wanted(value[name], part) for name, part in want.items() if name in value}
    kind: Any = value.__class__
    known = dict(_names(kind, getattr(kind, "shape", ""))) if hasattr(kind, "__dataclass_fields__") else {}
    for name in map(str, want):
        if name not in known and (name.startswith("_") or not isinstance(getattr(kind, name, None), property)):
            raise errors.UsageError(f"A {kind.__name__} has no “{name[:40]}”.")
    return {name: wanted(getattr(value, known.get(name, str(name))), part) for name, part in want.items()}


def types_of(kind: type, shape: str) -> dict[str, Any]:
    """Return the types of some attributes: the annotation of a field, or that of the result of a property."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: hints[attribute] if attribute in hints else get_type_hints(getattr(kind, attribute).fget)["return"]
        for name, attribute in _names(kind, shape)
    }


def frame(values: Iterable[object], kind: type, shape: str) -> pd.DataFrame:
    """
    Return a table with a row for each value of a class and a column for each of the attributes in `shape`.

    The type of a column does not depend on the values. A `Literal`, and a text with the annotation of its values, are
    categories in this order.
    """
    import pandas as pd

    values = list(values)

    def column(attribute: str, hint: Any) -> pd.Series:
        categories = _categories(hint)
        dtype = pd.CategoricalDtype(categories) if categories else _dtype(hint)
        return pd.Series([getattr(value, attribute) for value in values], dtype=dtype)

    types = types_of(kind, shape)
    return pd.DataFrame({name: column(attribute, types[name]) for name, attribute in _names(kind, shape)})


@functools.cache
def _names(kind: Any, shape: str) -> tuple[tuple[str, str], ...]:
    parts = [word.partition("=") for word in shape.split() or [each.name for each in fields(kind)]]
    return tuple((name, attribute or name) for name, _, attribute in parts)


def _json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | Mapping) else plain(value)


def _categories(hint: Any) -> list[str]:
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return list(hint.__metadata__[0]) if get_origin(hint) is Annotated else []


def _dtype(hint: Any) -> Any:
    kinds = set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
    optional = NoneType in kinds
    types = {int: "Int64" if optional else "int64", float: "float64", bool: "bool", str: "str"}
    types[datetime] = "datetime64[us, UTC]"
    return types.get(next(iter(kinds - {NoneType})), "object")
