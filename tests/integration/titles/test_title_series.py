"""Series with their seasons and gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.support.identified_home import add, titles


def test_series_have_seasons_and_gaps(library: Library, folder: Path) -> None:
    add(folder / "Shows/Pond/Season 4/Pond - S04E01.mp4", 40)
    add(folder / "Shows/Lone/Lone - S01E01.mp4", 41)
    library.scan()
    [pond] = library.series.detect_and_organize_series()
    assert (pond.display_name, pond.total_episodes, pond.total_seasons) == ("Pond", 5, 3)
    assert [(season.number, season.episodes) for season in pond.seasons] == [(1, 3), (2, 1), (4, 1)]
    assert [each.text for each in pond.gaps] == ["S02E01 to S02E03 are missing.", "Season 3 is missing."]
    assert library.series.missing_episodes() == {pond.id: pond.gaps}
    assert library.series.missing_episodes(pond.id) == {pond.id: pond.gaps}
    lone = titles(library, "series")["Lone"].id
    assert library.series.missing_episodes(lone) == {}
    assert library.series.collection(lone).total_episodes == 1
    with pytest.raises(errors.UnknownIdError):
        library.series.collection(999)


def test_series_with_one_title_are_told_apart(library: Library, folder: Path) -> None:
    for seed, name in enumerate(("The Office (UK)", "The Office (US)", "Fargo", "Fargo (2014)"), 50):
        add(folder / f"Shows/{name}/S01E01.mp4", seed)
        add(folder / f"Shows/{name}/S01E02.mp4", seed + 20)
    library.scan()
    names = [each.display_name for each in library.series.detect_and_organize_series()]
    assert names == ["Fargo (2014)", "The Office (UK)", "The Office (US)", "Pond"]


def test_extra_in_folder_of_series_belongs_to_series(library: Library, folder: Path) -> None:
    add(folder / "Shows/Pond/Extras/Interview.mp4", 45)
    library.scan()
    assert set(titles(library)) == {"The Thing", "Thng"}
    files = library.titles.get(titles(library, "series")["Pond"].id).files
    assert [each.role for each in files] == ["main", "main", "main", "extra"]


def test_missing_file_is_a_gap(library: Library, folder: Path) -> None:
    (folder / "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4").unlink()
    library.scan()
    [pond] = library.series.detect_and_organize_series()
    assert [each.text for each in pond.gaps] == ["S01E01 is missing.", "S02E01 to S02E03 are missing."]
