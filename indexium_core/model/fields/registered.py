"""
The fields that users defined, as this process knows them.

An open home registers the definitions of its fields, and releases them when it is closed. All homes that are open in
one process have the same fields: so every function finds a field by its key alone. The process knows the removed
fields of all of them. A worker uses the definitions that come with its task (`active`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from indexium_core import errors
from indexium_core.model.fields.custom import CustomField
from indexium_core.model.fields.field import Field


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of a home, as plain values that another process can get."""

    fields: tuple[CustomField, ...] = ()
    former: tuple[CustomField, ...] = ()  # removed ones: the history shows them, and their writes can be rolled back


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredFields:
    """The fields of some definitions. Equal definitions have the same object, so it can be the key of a cache."""

    definitions: Definitions
    fields: tuple[Field, ...]
    by_key: Mapping[str, Field]
    in_files: Mapping[str, Field]  # by key, with removed ones: a rollback of their writes finds their places
    by_tag: Mapping[str, str]  # the key of a field in files by its tag in lower case
    by_mp4_name: Mapping[str, str]  # … by the name of a key or of a free-form item in lower case


@lru_cache(maxsize=64)
def _built(definitions: Definitions) -> RegisteredFields:
    fields = tuple(each.field for each in definitions.fields)
    in_files = (*definitions.former, *definitions.fields)
    return RegisteredFields(
        definitions,
        fields,
        by_key={each.key: each for each in fields},
        in_files={each.key: each.field for each in in_files},
        by_tag={each.tag.lower(): each.key for each in in_files},
        by_mp4_name={each.names.mp4_name.lower(): each.key for each in in_files},
    )


NONE = _built(Definitions())  # of a process without an open home
_of_task: ContextVar[RegisteredFields | None] = ContextVar("fields", default=None)
_homes: dict[str, Definitions] = {}  # of each open home
_of_process = NONE
_lock = threading.Lock()


def current() -> RegisteredFields:
    """Return the fields of the task, else those of the open homes."""
    return _of_task.get() or _of_process


def register(home: str, definitions: Definitions) -> None:
    """
    Register the definitions of an open home, in place of its earlier ones.

    Raises:
        UsageError: Another open home has other fields, or a removed field has other names in files there.

    """
    global _of_process  # noqa: PLW0603 - the state of the process
    with _lock:
        other = next((each for each, known in _homes.items() if each != home and _differ(known, definitions)), None)
        if other is not None:
            message = (
                f"The home {home} has other custom fields than the home {other}, which this process has open. "
                "Close that home first, or use another process."
            )
            raise errors.UsageError(message)
        _homes[home] = definitions
        _of_process = _of_homes()


def release(home: str) -> None:
    """Forget the definitions of a home that is closed."""
    global _of_process  # noqa: PLW0603 - the state of the process
    with _lock:
        _homes.pop(home, None)
        _of_process = _of_homes()


@contextmanager
def active(definitions: Definitions) -> Iterator[None]:
    """Use definitions in this thread for the duration of the block."""
    token = _of_task.set(_built(definitions))
    try:
        yield
    finally:
        _of_task.reset(token)


def _of_homes() -> RegisteredFields:
    """Return the fields of the open homes, with the removed fields of all of them."""
    fields = next((each.fields for each in _homes.values()), ())
    present = {each.key for each in fields}
    former = {each.key: each for known in _homes.values() for each in known.former if each.key not in present}
    return _built(Definitions(fields, tuple(former.values())))


def _differ(one: Definitions, other: Definitions) -> bool:
    """Return whether one process cannot know both: other fields, or one key with other names in files."""
    names = {each.key: each.names for each in (*one.former, *one.fields)}
    return one.fields != other.fields or any(
        names.get(each.key, each.names) != each.names for each in (*other.former, *other.fields)
    )
