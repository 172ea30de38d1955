"""A fake has the same signatures as the real class: otherwise tests of pages pass, and the pages fail."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from indexium_core.jobs.context import JobContext
from indexium_core.library import Library
from tests.support.fake_library import FakeLibrary
from tests.support.scans import Alone

# Methods of a fake that prepare a test; the real class has no method of that name.
FOR_TESTS = {"FakeJobs": {"put", "say"}}


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


def drift(fake: object, real: object, name: str) -> list[str]:
    """Return the differences of the public methods of `fake`, and of the fakes in it, from `real`."""
    found = []
    for word in sorted(word for word in dir(fake) if not word.startswith("_") or word == "__call__"):
        mine, path = getattr(fake, word), f"{name}.{word}"
        if is_fake(mine):
            found += drift(mine, getattr(real, word), path)
        elif callable(mine) and word not in FOR_TESTS.get(type(fake).__name__, ()):
            theirs = getattr(real, word, None)
            if theirs is None:
                found.append(f"{path}: the real one has no such method")
            elif parameters(mine) != parameters(theirs):
                found.append(f"{path}({', '.join(parameters(mine))}), but really ({', '.join(parameters(theirs))})")
    return found


def is_fake(value: object) -> bool:
    return isinstance(value, SimpleNamespace) or type(value).__module__.startswith("tests.support.fake_")


def parameters(function: Any) -> list[str]:
    """Return the parameters of a function in order, each as its kind and its name."""
    marks = {inspect.Parameter.KEYWORD_ONLY: "keyword ", inspect.Parameter.POSITIONAL_ONLY: "positional "}
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    each = inspect.signature(function).parameters.values()
    return [f"{marks.get(one.kind, '')}{stars.get(one.kind, '')}{one.name}" for one in each]


def compare(fake: object, real: object, name: str) -> None:
    if found := drift(fake, real, name):
        pytest.fail("\n".join(found), pytrace=False)


def test_fake_library_has_parameters_of_library(library: Library) -> None:
    compare(FakeLibrary(count=1), library, "library")


def test_fake_plan_has_parameters_of_plan(library: Library) -> None:
    compare(FakeLibrary(count=1).plan(), library.plan(), "plan")


def test_scan_without_queue_has_attributes_of_job() -> None:
    compare(Alone, JobContext, "job")
