"""
The pages of titles and of questions about them, in a library that is enriched: see `benchmarks.enrichment`.

Each call is made with other filters or another title in turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from benchmarks.support import report
from benchmarks.support.timing import p95, seconds
from indexium_core.library import Library

_GOAL = 60.0  # milliseconds
_GOAL_OF_FACETS = 80.0
_TURNS = 20
T = TypeVar("T")


def page_rows(library: Library, where: str) -> Iterator[report.Row]:
    """Yield the rows of a library with films, series and open questions."""
    facets = library.titles.facets()
    names = {key: [each.value for each in facets[key].values] for key in ("genre", "actor", "director")}
    films = [each.id for each in library.titles.list(kind="movie", per_page=_TURNS).items]
    series = [each.id for each in library.titles.list(kind="series", per_page=_TURNS).items]
    questions = [each.item.id for each in library.matches.pending(per_page=_TURNS).items]
    titles = library.titles
    calls: list[tuple[str, float, Callable[[int], object]]] = [
        ("list", _GOAL, lambda turn: titles.list(page=turn + 1)),
        ("list of a text", _GOAL, lambda turn: titles.list(_of(names["actor"], turn)[:2])),
        ("list of episodes", _GOAL, lambda turn: titles.list(kind="episode", page=turn + 1)),
        ("list by rating", _GOAL, lambda turn: titles.list(sort="rating", descending=True, page=turn + 1)),
        ("list of a genre", _GOAL, lambda turn: titles.list(genre=_of(names["genre"], turn))),
        ("list of an actor", _GOAL, lambda turn: titles.list(actor=_of(names["actor"], turn))),
        ("list of a director", _GOAL, lambda turn: titles.list(director=_of(names["director"], turn))),
        ("list of a rating", _GOAL, lambda turn: titles.list(rating=3 + turn % 6)),
        ("list of unmatched titles", _GOAL, lambda _: titles.list(matched=False)),
        ("list of incomplete series", _GOAL, lambda _: titles.list(incomplete=True)),
        ("numbers of all filters", _GOAL_OF_FACETS, lambda _: titles.facets()),
        ("a film", _GOAL, lambda turn: titles.get(_of(films, turn))),
        ("a series", _GOAL, lambda turn: titles.get(_of(series, turn))),
        ("related titles", _GOAL, lambda turn: titles.related(_of(films, turn))),
    ]
    if questions:
        calls += [
            ("open questions", _GOAL, lambda turn: library.matches.pending(page=turn % 5 + 1)),
            ("a question", _GOAL, lambda turn: library.matches.get(_of(questions, turn))),
            ("reject a candidate", _GOAL, lambda turn: library.matches.reject(_of(questions, turn), 1)),
            ("undo a decision", _GOAL, lambda _: library.matches.undo()),
        ]
    for name, goal, call in calls:
        times = [1000 * seconds(lambda turn=turn, call=call: call(turn)) for turn in range(_TURNS)]
        yield report.Row(f"{where}: {name}", statistics.median(times), "ms", "goal of p95", goal, p95(times))


def _of(values: Sequence[T], turn: int) -> T:
    return values[turn % len(values)]
