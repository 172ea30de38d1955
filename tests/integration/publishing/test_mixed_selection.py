"""Selections of titles: all of a filter, some by name, and a fixed set that a page has found."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import errors
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


def test_overview_counts_what_the_list_has_and_each_filter_without_its_own_choice(library: Library) -> None:
    found = library.publications.overview(PublicationFilter(risk=("safe",), action=("create",), library_id=1))
    page = library.publications.plan(risk=["safe"])
    assert (found.risks, found.titles, found.selectable) == ({"safe": page.total}, page.titles, page.total)
    assert [(each.value, each.label) for each in found.by_action] == [("create", "new")]
    assert [(each.value, each.total) for each in found.by_library] == [("1", page.total)]
    assert found.about.startswith("NFO files and pictures for Kodi")

    nothing = library.publications.overview(PublicationFilter(query="party", action=("remove",), library_id=1))
    assert [(each.value, each.total) for each in (*nothing.by_action, *nothing.by_library)] == [("remove", 0), ("1", 0)]
    with pytest.raises(errors.UsageError):
        library.publications.overview(PublicationFilter(risk=("party",)))


@pytest.mark.usefixtures("done")
def test_title_with_a_changed_file_is_written_only_if_it_is_chosen_by_hand(
    library: Library, folder: Path, film: int
) -> None:
    nfo = folder / "Films/The Lantern Keeper (2014)/movie.nfo"
    nfo.write_text(nfo.read_text(encoding="utf-8").replace(">101<", ">91<"), encoding="utf-8")
    library.publications.refresh()
    address, publications = f"movie:{film}", library.publications

    assert publications.overview().risks["danger"] == 1
    assert (publications.overview().selectable, publications.selectable()) == (0, {})
    assert publications.risks_of([address, "movie:999999"]) == {address: "danger"}
    found = library.previews.of_titles(found=[address])
    chosen = library.previews.of_titles([address])
    assert (found.rows, found.left_out) == (*(0, "1 changed by another program, so only written if selected by hand"),)
    assert (chosen.rows, chosen.danger, [each.address for each in chosen.dangers]) == (1, 1, [address])
    [checked] = publications.check_titles([address]).titles
    assert (checked.address, checked.top, checked.name, checked.text) == (
        *(address, address, "The Lantern Keeper (2014)", "ready"),
    )
    with pytest.raises(errors.StalePlanError):
        publications.start_titles([address], expected="other")
    operation = publications.start_titles([address], note=" by hand ", expected=chosen.summary.digest)
    assert library.history.get(operation).user_note == "by hand"


def test_fixed_set_stays_the_same_and_leaves_out_a_risk(library: Library) -> None:
    publications = library.publications
    found = publications.selectable()
    assert set(found.values()) == {"safe"}
    [series] = [each for each in found if each.startswith("series")]
    assert publications.summary(
        PublicationSelection(found=(series,), alone=True, risk=PUBLISHED_RISKS)
    ).titles == 1  # fmt: skip
    assert library.previews.of_titles(found=[series]).summary.titles > 1
    assert library.previews.of_titles(found=list(found), risk=["danger"]).rows == 0
    assert {each.top for each in publications.check_titles(found=[series]).titles} == {series}
