"""
One test for a table of cases: it tries every case, and its failure names each one that failed.

`each_case` has the arguments of `pytest.mark.parametrize`. Use it for a rule with a long table whose cases need nothing
of their own: one test costs 3 ms, one such case less than that. A case with a process, a home or a fault stays a test.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

Test = Callable[..., None]
_SHOWN = 80  # characters of a value in the name of its case


def each_case(names: str | Sequence[str], values: Iterable[Any], ids: Any = None) -> Callable[[Test], Test]:
    """
    Call a test with each of `values` in turn, then fail with one error for each case that failed.

    Two of these decorators try every pair. A case has its own `tmp_path` and `monkeypatch`; it shares other fixtures.
    """
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)

    def decorate(test: Test) -> Test:
        inner, table = getattr(test, "table_of_cases", (test, [("", {})]))
        rows = list(_rows(arguments, values, ids))
        return _looped(inner, [(_joined(id_, more), {**row, **given}) for more, row in rows for id_, given in table])

    return decorate


def _rows(names: list[str], values: Iterable[Any], ids: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    labels = ids if ids is None or callable(ids) else list(ids)
    for number, value in enumerate(values):
        found, label = value, None
        if isinstance(value, type(pytest.param())):
            if value.marks:
                raise ValueError(f"A case has no marks of its own: {value}.")
            found, label = (value.values if len(names) > 1 else value.values[0]), value.id
        row = dict(zip(names, found, strict=True)) if len(names) > 1 else {names[0]: found}
        if label is None and labels is not None:
            label = "-".join(str(labels(each)) for each in row.values()) if callable(labels) else labels[number]
        yield str(label or ", ".join(f"{name}={_shown(each)}" for name, each in row.items())), row


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _joined(first: str, second: str) -> str:
    return f"{first}, {second}" if first else second


def _looped(test: Test, table: list[tuple[str, dict[str, Any]]]) -> Test:
    @functools.wraps(test)
    def loop(*args: Any, **fixtures: Any) -> None:
        assert table, "The table of this test has no cases."
        failed: list[BaseException] = []
        names = []
        for number, (name, case) in enumerate(table):
            try:
                with ExitStack() as stack:
                    test(*args, **{**_own(fixtures, number, stack), **case})
            except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - the test continues with its other cases
                error.add_note(f"Case: {name}")
                failed.append(error)
                names.append(name)
        if failed:
            raise BaseExceptionGroup(f"{len(failed)} of {len(table)} cases failed: {' | '.join(names)}", failed)

    signature = inspect.signature(test)
    given = set(itertools.chain.from_iterable(case for _, case in table))
    left = [parameter for name, parameter in signature.parameters.items() if name not in given]
    loop.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined] # pytest asks it for fixtures
    loop.table_of_cases = (test, table)  # type: ignore[attr-defined]
    return loop


def _own(fixtures: dict[str, Any], number: int, stack: ExitStack) -> dict[str, Any]:
    """Return the fixtures, with those that a case must not share with the next one made anew."""
    own = dict(fixtures)
    if "tmp_path" in own:
        own["tmp_path"] = own["tmp_path"] / str(number)
        own["tmp_path"].mkdir()
    if "monkeypatch" in own:
        own["monkeypatch"] = stack.enter_context(pytest.MonkeyPatch.context())
    return own
