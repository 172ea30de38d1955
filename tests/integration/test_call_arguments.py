"""The arguments of calls in the form of a script: plans, selections of an earlier version, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards.call_arguments import CallArguments
from dashboards.shared import Shared
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.plan import Selection
from indexium_core.model.publishing.requests import PublicationFilter
from tests.support import demo_home


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with demo_home.home(tmp_path / "home", demo_home.lay_out(tmp_path)) as opened:
        yield opened


@pytest.fixture
def arguments(library: Library) -> CallArguments:
    return CallArguments(library, Shared(library).present_reads)


def takes(
    plan: MetadataPlan,
    selection: Selection | None = None,
    *,
    options: RollbackOptions | None = None,
    until: datetime | None = None,
    day: str | datetime = "",
    names: Any = None,
    wanted: PublicationFilter | None = None,
) -> None:
    """A method of the library."""


def test_plan_of_a_script_is_the_newest_one_until_it_names_a_version(
    library: Library, arguments: CallArguments
) -> None:
    first = arguments.plan({"query": "risk:danger"})
    assert (first.query, first.id) == ("risk:danger", library.plan().id)
    library.decisions.postpone([next(iter(first.items)).file_id])
    assert len(arguments.plan({"query": "risk:danger"})) == len(first) - 1
    assert len(arguments.plan({"query": "risk:danger", "plan_id": first.id})) == len(first)


def test_filter_of_publications_is_an_object_with_its_fields(arguments: CallArguments) -> None:
    found = arguments.read(takes, {"wanted": {"query": "tram", "risk": ["safe"]}})

    assert found == {"wanted": PublicationFilter(query="tram", risk=("safe",))}


@pytest.mark.parametrize("facts", ["text", [], {"search": ""}, {"query": 3}, {"query": "", "plan_id": "x"}, None])
def test_what_is_no_plan_is_refused_in_a_sentence(arguments: CallArguments, facts: Any) -> None:
    with pytest.raises(errors.UsageError, match=r"not valid|is an object like"):
        arguments.plan(facts)


def test_selection_of_an_earlier_version_gets_no_later_file(library: Library, arguments: CallArguments) -> None:
    """A file that is no longer skipped is found by the search again, but was not shown when the files were selected."""
    every = library.plan()
    skipped, *_ = every.ids(every.select())
    library.decisions.postpone([skipped])
    then = library.plan()
    library.decisions.end_postponements([skipped])
    chosen = arguments.read(takes, {"selection": {"query": "", "plan_id": then.id}})["selection"]
    now = library.plan()
    assert skipped in now.ids(Selection(query=""))
    assert now.ids(chosen) == then.ids(Selection(query=""))


def test_selection_of_the_newest_version_stays_a_search(library: Library, arguments: CallArguments) -> None:
    newest = library.plan().id
    read = arguments.read(takes, {"selection": {"query": "ann", "excluded": [3], "plan_id": newest}})
    assert read["selection"] == Selection(query="ann", excluded=frozenset({3}))
    assert arguments.read(takes, {"selection": {"included": [4], "plan_id": 1}})["selection"].included == {4}


def test_options_and_moments_are_made_by_the_annotations(arguments: CallArguments) -> None:
    read = arguments.read(
        takes,
        {
            "options": {"item_ids": [1, 2], "changed": "replace"},
            "until": "2026-12-24T00:00:00Z",
            "day": "2026-12-24",
            "names": {"a": 1},
        },
    )
    assert read["options"] == RollbackOptions(item_ids=frozenset({1, 2}), changed="replace")
    assert read["until"] == datetime(2026, 12, 24, tzinfo=UTC)
    assert (read["day"], read["names"]) == ("2026-12-24", {"a": 1})


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"options": {"items": [1]}}, "A RollbackOptions has no “items”."),
        ({"selection": {"included": ["x"]}}, "The argument “included.0” is not valid"),
        ({"selection": {"query": "", "plan_id": "x"}}, "The argument “int” is not valid"),
        ({"until": "tomorrow"}, "The argument “datetime” is not valid"),
    ],
)
def test_wrong_argument_is_named(arguments: CallArguments, args: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.UsageError, match=sentence):
        arguments.read(takes, args)


def test_selection_of_a_version_that_is_gone_says_so(arguments: CallArguments) -> None:
    with pytest.raises(errors.UnknownIdError):
        arguments.read(takes, {"selection": {"query": "", "plan_id": 99_999}})
