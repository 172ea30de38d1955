"""A selection of all titles of a filter and of titles by name: both have their seasons and episodes."""

from __future__ import annotations

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.model.publishing.risks import PUBLISHED_RISKS


def test_series_that_is_named_beside_a_filter_has_its_episodes(library: Library) -> None:
    [series] = [each.id for each in library.titles.list(kind="series").items]
    films = PublicationFilter(query="tram")
    named = PublicationSelection(addresses=(f"series:{series}",), filter=films, risk=PUBLISHED_RISKS)
    alone = PublicationSelection(addresses=(f"series:{series}",))

    both, only = library.publications.summary(named), library.publications.summary(alone)
    assert only.titles > 1
    assert (both.titles, both.rows) == (only.titles + 1, 2)
