"""The values of titles, planned for the fields of their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.library import Library
from tests.support import media
from tests.support.copied_home import CopiedHome

FILMS = {
    "Films/Ring (1998)/Ring (1998).mp4": {"date": "1998-01-31"},
    "Films/Ring (1998)/Extras/Interview.mp4": {},
    "Films/Heat (1995).avi": {},
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mkv": {},
    "Shows/Pond/Season 1/Pond - S01E02-E03.mkv": {},
}


_HOME = CopiedHome(FILMS)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with _HOME.open(tmp_path / "home", _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


def id_of(library: Library, title: str, kind: str = "movie") -> int:
    return next(each.id for each in library.titles.list(kind=kind).items if each.title == title)


def planned(library: Library) -> dict[str, dict[str, str | None]]:
    """Return the planned values by the name of the file."""
    return {
        item.file_name: {change.field: change.new for change in item.changes if change.field != "comment"}
        for item in library.plan().items
        if item.changes
    }


def test_film_gives_title_year_plot_and_genres(library: Library) -> None:
    heat = id_of(library, "Heat")
    library.titles.set_values(heat, {"plot": "Two men.\nOne town.", "genres": ["Crime", "Drama"]})
    report = library.titles.plan_values([heat])
    assert (report.files, report.unsupported) == (1, 0)
    assert planned(library) == {
        "Heat (1995).avi": {
            "title": "Heat",
            "date": "1995",
            "description": "Two men.\nOne town.",
            "genre": "Crime; Drama",
        }
    }
    library.steps.undo()
    assert planned(library) == {}


def test_cast_becomes_artist_and_an_episode_has_genres_and_cast_of_its_series(library: Library) -> None:
    heat, pond = id_of(library, "Heat"), id_of(library, "Pond", "series")
    library.titles.set(heat, "cast", [{"name": f"Actor {number}", "order": number} for number in range(12)])
    library.titles.set_values(pond, {"genres": ["Nature"], "cast": [{"name": "Ada Quill"}]})
    frogs = id_of(library, "Frogs", "episode")
    library.titles.set(frogs, "aired", "2001-05-04")
    library.titles.plan_values([heat, frogs], ["year", "genre", "cast"])
    assert planned(library) == {
        "Heat (1995).avi": {"date": "1995", "artist": "; ".join(f"Actor {number}" for number in range(10))},
        "Pond - S01E01 - Frogs.mkv": {"date": "2001-05-04", "genre": "Nature", "artist": "Ada Quill"},
    }


def test_extra_and_more_exact_date_stay(library: Library) -> None:
    assert library.titles.plan_values([id_of(library, "Ring")]).files == 1
    assert planned(library) == {"Ring (1998).mp4": {"title": "Ring"}}


def test_series_stands_for_its_episodes_and_one_file_may_have_several(library: Library) -> None:
    library.titles.set(id_of(library, "Episode 3", "episode"), "title", "Newts")
    library.titles.set(id_of(library, "Episode 2", "episode"), "title", "Toads")
    library.titles.set(id_of(library, "Toads", "episode"), "plot", "Two toads.")
    library.titles.plan_values([id_of(library, "Pond", "series")])
    assert planned(library) == {
        "Pond - S01E01 - Frogs.mkv": {"title": "Frogs", "show": "Pond", "season": "1", "episode": "1"},
        "Pond - S01E02-E03.mkv": {
            "title": "Toads / Newts",
            "description": "Two toads.",
            "show": "Pond",
            "season": "1",
            "episode": "2",
        },
    }


def test_number_in_place_of_missing_title_is_not_planned(library: Library) -> None:
    library.titles.plan_values([id_of(library, "Episode 2", "episode")], ["title", "episode"])
    assert planned(library) == {"Pond - S01E02-E03.mkv": {"episode": "2"}}


def test_locked_field_and_unsupported_container_stay(library: Library, tmp_path: Path) -> None:
    heat = id_of(library, "Heat")
    library.locks.lock("name:Heat", ["title"])
    report = library.titles.plan_values([heat], ["title", "year"])
    assert (report.files, report.locked) == (1, 1)
    assert planned(library) == {"Heat (1995).avi": {"date": "1995"}}

    media.build("avi", tmp_path / "media/Shows/Pond/Season 1", name="Pond - S01E04 - Eels.avi", seed=9)
    library.scan()
    eels = id_of(library, "Eels", "episode")
    preview = library.titles.preview_values([eels], ["title", "show", "season"])
    assert (preview.files, preview.changed, preview.unsupported) == (1, 1, 1)
    assert [each.field for each in preview.examples if each.problem] == ["show", "season"]
    library.titles.plan_values([eels], ["title", "show", "season"])
    assert planned(library)["Pond - S01E04 - Eels.avi"] == {"title": "Eels"}


def test_unknown_title_and_field_are_errors(library: Library) -> None:
    heat = id_of(library, "Heat")
    with pytest.raises(errors.UnknownIdError, match="no title 999"):
        library.titles.plan_values([heat, 999])
    with pytest.raises(errors.UsageError, match="“colour” is no field"):
        library.titles.plan_values([heat], ["title", "colour"])
    with pytest.raises(errors.UsageError, match="Name a field"):
        library.titles.preview_values([heat], [])
    assert planned(library) == {}


def test_preview_says_why_nothing_changes(library: Library) -> None:
    heat = id_of(library, "Heat")
    assert library.titles.preview_values([heat]).by_field == {"title": 1, "date": 1}
    library.titles.plan_values([heat])
    preview = library.titles.preview_values([heat])
    assert (preview.planned, preview.why_nothing) == (1, "Nothing new: the plan has these values for 1 file already.")
    operation = library.write(library.plan("name:heat")).wait()
    preview = library.titles.preview_values([heat])
    assert (preview.planned, preview.why_nothing) == (0, "Nothing to plan: the files have these values.")
    library.rollback(operation.id).wait()
    preview = library.titles.preview_values([heat])
    assert (preview.planned, preview.skipped) == (1, 1)
    assert library.titles.preview_values([heat], ["genre"]).why_nothing == (
        "Nothing to plan: there is no file, or no value for it."
    )


def test_page_shows_what_would_change_in_each_file(library: Library) -> None:
    ids = [id_of(library, "Heat"), id_of(library, "Ring")]
    everything, second = library.titles.planned_values(ids), library.titles.planned_values(ids, page=2, per_page=1)
    assert (everything.total, everything.changed, everything.nothing) == (len(everything.items), everything.total, "")
    assert second.items == everything.items[1:2]
    assert {each.label for each in everything.items[0].values} >= {"Title"}
    library.titles.plan_values(ids)
    planned_already = library.titles.planned_values(ids)
    assert (planned_already.items, planned_already.changed) == ([], 0)
    assert planned_already.nothing.startswith("Nothing new: the plan has these values")


def test_command_plans_values(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    ring = str(id_of(library, "Ring"))
    home = str(library.home)
    library.close()
    assert cli.main(["--home", home, "titles", "plan", ring, "--fields", "title,year", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "Ring (1998).mp4" in shown.out
    assert "1 file of 1 would change: Title in 1." in shown.err
    assert cli.main(["--home", home, "titles", "plan", ring, "--json"]) == 0
    assert '"files": 1' in capsys.readouterr().out
    assert cli.main(["--home", home, "titles", "plan", ring]) == 0
    assert "the plan has these values for 1 file already" in capsys.readouterr().err
    assert cli.main(["--home", home, "titles", "plan", ring, "--fields", "colour"]) == 2
