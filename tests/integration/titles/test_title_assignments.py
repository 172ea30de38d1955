"""Files that a person moves to another title: they stay there, whatever names, NFO files and scans say later."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.flows.titles.assigning import FilesToUnassign
from indexium_core.jobs.job_run import JobRun
from indexium_core.library import Library
from indexium_core.model.titles.titles import TitleItem
from tests.support import tables
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.identified_home import (
    FILE_CHANGES,
    NFO,
    add,
    add_nfo,
    change_kind,
    identify,
    lose_and_find,
    move_into_series,
    rename_file,
    run,
    titles,
    write_tags,
)


def file_of(library: Library, name: str) -> int:
    query = "SELECT file_id FROM scanned_files WHERE file_name = ?"
    return int(tables.value(library, query, [name]))


def files_of(library: Library, title_id: int) -> list[tuple[str, str, bool]]:
    found = library.titles.get(title_id).files
    return [(Path(each.file_path).name, each.role, each.by_hand) for each in found]


def episode(library: Library, season: int, number: int) -> TitleItem:
    found = library.titles.list(kind="episode", per_page=500).items
    return next(each for each in found if (each.season, each.episode) == (season, number))


USUAL = (rename_file, move_into_series, add_nfo, lose_and_find, change_kind, write_tags)
TARGETS = ["film", "episode", "trailer", "new film", "new series"]


@pytest.mark.parametrize(
    ("change", "target"),
    [
        *(pytest.param(each, "film", marks=[] if each in USUAL else [pytest.mark.further]) for each in FILE_CHANGES),
        *((change, target) for target, change in effort.pairs(TARGETS[1:], (rename_file, change_kind))),
    ],
)
def test_moved_file_stays(library: Library, folder: Path, change: Callable[[Library, Path], None], target: str) -> None:
    file, thing = file_of(library, "Thng.mp4"), titles(library)["The Thing"].id
    pond = titles(library, "series")["Pond"].id
    if target == "film":
        found = library.titles.assign([file], thing)
    elif target == "trailer":
        found = library.titles.assign([file], thing, role="trailer")
    elif target == "episode":
        found = library.titles.assign([file], pond, season=5, episodes=[7])
    elif target == "new film":
        found = library.titles.assign_new([file], "movie", "It Came", year=1953)
    else:
        found = library.titles.assign_new([file], "series", "Marsh", season=1, episodes=[1])
    assert "Thng" not in titles(library)
    change(library, folder)
    library.scan()
    identify(library)
    role = "trailer" if target == "trailer" else "main"
    links = {(each.file_id, each.role) for each in library.titles.get(found.id).files}
    assert (file, role) in links
    assert "Thng" not in titles(library)
    assert "From the NFO file" not in titles(library)
    item = library.titles.get(found.id).item
    expected = {
        "film": "The Thing (1982)",
        "trailer": "The Thing (1982)",
        "episode": "Pond - S05E07 - Episode 7",
        "new film": "It Came (1953)",
        "new series": "Marsh - S01E01 - Episode 1",
    }
    assert item.name == expected[target]
    library.jobs.wait(library.titles.unassign([file]).id, timeout=60)
    names = {each.name for kind in ("movie", "series", "episode") for each in titles(library, kind).values()}
    assert names & {"It Came (1953)", "Marsh", "Pond - S05E07 - Episode 7"} == set()


def test_move_back_to_automatic(library: Library) -> None:
    before = {kind: set(titles(library, kind)) for kind in ("movie", "series", "season", "episode")}
    file = file_of(library, "Thng.mp4")
    library.titles.assign([file], titles(library, "series")["Pond"].id, season=3, episodes=[1, 2])
    assert [each.season for each in titles(library, "season").values()] == [1, 2, 3]
    assert files_of(library, episode(library, 3, 2).id) == [("Thng.mp4", "main", True)]
    job = library.jobs.wait(library.titles.unassign([file]).id, timeout=60)
    assert job.status == "completed"
    assert {kind: set(titles(library, kind)) for kind in before} == before
    assert files_of(library, titles(library)["Thng"].id) == [("Thng.mp4", "main", False)]


def test_moves_are_undone_step_by_step(library: Library) -> None:
    file, pond = file_of(library, "Thng.mp4"), titles(library, "series")["Pond"].id
    library.titles.assign([file], titles(library)["The Thing"].id, role="extra")
    first = library.steps.last("move", str(file))
    library.titles.assign([file], pond, season=3, episodes=[1, 2])
    with pytest.raises(errors.UsageError, match=r"Undo the later step \d+ about the same file first: moved 1 file to"):
        library.steps.undo(first)

    undone = library.steps.undo()
    assert undone is not None
    assert undone.summary == "Undone: moved 1 file to “Pond - S03E01 - Episode 1”. It is in The Thing (1982) again."
    assert ("Thng.mp4", "extra", True) in files_of(library, titles(library)["The Thing"].id)
    assert len(titles(library, "season")) == 2
    undone = library.steps.undo(first)
    assert undone is not None
    assert undone.summary.endswith("“The Thing (1982)”. It is identified again, in the background.")
    for job in library.jobs.list(per_page=0).items:
        library.jobs.wait(job.id, timeout=60)
    assert files_of(library, titles(library)["Thng"].id) == [("Thng.mp4", "main", False)]


def test_move_of_a_page_names_its_step_and_the_titles_that_are_gone(library: Library) -> None:
    file, former = file_of(library, "Thng.mp4"), titles(library)["Thng"].id
    thing = titles(library)["The Thing"].id
    moved = library.titles.move([file], thing, role="extra")
    assert (moved.item.id, moved.gone, moved.text) == (
        thing,
        [former],
        "The file is moved to The Thing (1982).",
    )
    assert moved.step_id == library.steps.last("move", str(file))
    made = library.titles.move([file], kind="movie", title="It Came", year="1953")
    assert (made.item.name, made.gone) == ("It Came (1953)", [])
    with pytest.raises(errors.UnknownIdError, match="no title"):
        library.titles.move([file])


def test_undo_of_a_move_leaves_a_file_that_is_identified_again(library: Library) -> None:
    file = file_of(library, "Thng.mp4")
    library.titles.assign([file], titles(library)["The Thing"].id)
    library.jobs.wait(library.titles.unassign([file]).id, timeout=60)
    report = library.steps.undo()
    assert report
    assert report.summary.startswith("Not undone: moved 1 file to “The Thing (1982)”. No file of it")
    assert library.steps.undo() is None  # the step does not stand before earlier ones


def test_move_from_one_title_to_the_next_leaves_no_empty_one(library: Library) -> None:
    file = file_of(library, "Thng.mp4")
    library.titles.assign_new([file], "series", "Marsh", year=1990, episodes=[4])
    library.titles.assign_new([file], "movie", "It Came")
    assert set(titles(library, "series")) == {"Pond"}
    library.titles.assign([file], titles(library)["The Thing"].id)
    assert set(titles(library)) == {"The Thing"}
    made = library.titles.assign_new([file], "movie", "It Came")
    library.titles.set(made.id, "plot", "By hand")
    library.titles.assign([file], titles(library)["The Thing"].id)
    assert set(titles(library)) == {"The Thing", "It Came"}  # other values by hand keep a title


def test_file_of_one_episode_becomes_another_one(library: Library) -> None:
    first, file = episode(library, 1, 1), file_of(library, "Pond - S02E04.mp4")
    library.titles.assign([file], first.id)
    identify(library)
    assert [name for name, _, _ in files_of(library, first.id)] == ["Pond - S01E01 - Frogs.mp4", "Pond - S02E04.mp4"]
    assert [each.season for each in titles(library, "season").values()] == [1]
    season = titles(library, "season")["Season 1"]
    assert library.titles.assign([file], season.id, episodes=[9]).name == "Pond - S01E09 - Episode 9"


def test_new_title_by_hand_takes_later_files_of_its_name(library: Library, folder: Path) -> None:
    made = library.titles.assign_new([file_of(library, "Thng.mp4")], "series", "Marsh", episodes=[1])
    add(folder / "Shows/Marsh/Season 1/Marsh - S01E02.mp4", 81)
    library.scan()
    assert set(titles(library, "series")) == {"Pond", "Marsh"}
    marsh = titles(library, "series")["Marsh"]
    assert (marsh.id, marsh.episode_count, marsh.file_count) == (made.series_id, 2, 2)


def test_moved_file_gives_no_values(library: Library, folder: Path) -> None:
    (folder / "Films/Thng.nfo").write_text(NFO.format("From the NFO file"))
    thing = titles(library)["The Thing"]
    library.titles.assign([file_of(library, "Thng.mp4")], thing.id, role="main")
    identify(library)
    assert {each.origin for each in library.titles.candidates(thing.id)} == {"name"}


def test_moved_file_keeps_its_edition(library: Library, folder: Path, tmp_path: Path) -> None:
    add(folder / "Films/Ring (1998) - Final Cut.mp4", 71)
    add(tmp_path / "other/Ringu (1998) - Theatrical Cut.mp4", 72)
    library.inventory.add(tmp_path / "other", kind="movies")
    library.scan()
    ring, file = titles(library)["Ring"], file_of(library, "Ringu (1998) - Theatrical Cut.mp4")
    library.titles.assign([file], ring.id)
    for _ in range(2):
        assert [each.edition for each in library.titles.get(ring.id).files] == ["Final Cut", "Theatrical Cut"]
        identify(library)
    assert library.titles.candidates(ring.id, "edition") == []  # the files are of two editions
    frogs = episode(library, 1, 1).id
    library.titles.assign([file], frogs)
    assert {each.edition for each in library.titles.get(frogs).files} == {"", "Theatrical Cut"}
    identify(library)
    assert [each.value for each in library.titles.candidates(ring.id, "edition")] == ["Final Cut"]


@each_case(
    ("title", "wanted", "message"),
    [
        ("The Thing", {"episodes": [1]}, "is a film, so it takes no season"),
        ("The Thing", {"role": "poster"}, "no role “poster”"),
        ("Pond", {}, "Name the season and the episode"),
        ("Pond", {"role": "extra", "episodes": [1]}, "belongs to the whole series"),
        ("Pond", {"episodes": [-1]}, "number from 0"),
    ],
)
def test_wrong_moves_are_refused(library: Library, title: str, wanted: dict[str, object], message: str) -> None:
    file, known = file_of(library, "Thng.mp4"), {**titles(library), **titles(library, "series")}
    with pytest.raises(errors.IndexiumError, match=message):
        library.titles.assign([file], known[title].id, **wanted)  # type: ignore[arg-type]
    assert "Thng" in titles(library)


def test_wrong_files_and_titles_are_refused(library: Library, tmp_path: Path) -> None:
    thing, file = titles(library)["The Thing"].id, file_of(library, "Thng.mp4")
    add(tmp_path / "private" / "A.mp4", 9)
    library.scan([tmp_path / "private"])
    for file_ids, message in (([999], "no file 999"), ([], "at least one file"), ([file_of(library, "A.mp4")], "home")):
        with pytest.raises(errors.IndexiumError, match=message):
            library.titles.assign(file_ids, thing)
    with pytest.raises(errors.UnknownIdError, match="no title 999"):
        library.titles.assign([file], 999)
    for kind, name, message in (
        ("movie", " ", "Name the new film"),
        ("season", "X", "not “season”"),
        ("series", "Pond", "move the file to title"),
    ):
        with pytest.raises(errors.UsageError, match=message):
            library.titles.assign_new([file], kind, name)
    assert "Thng" in titles(library)


def test_film_whose_name_begins_with_hand_is_no_title_by_hand(library: Library, folder: Path) -> None:
    add(folder / "Films/Hand of God (2021).mp4", 71)
    library.scan()
    hand = titles(library)["Hand of God"]
    add(folder / "Films/Of God (2021).mp4", 72)
    library.scan()
    assert {"Hand of God": hand.id}.items() < {name: each.id for name, each in titles(library).items()}.items()
    assert files_of(library, titles(library)["Of God"].id) == [("Of God (2021).mp4", "main", False)]
    library.titles.set(hand.id, "title", "La mano de Dios")
    library.titles.assign([file_of(library, "Hand of God (2021).mp4")], titles(library)["The Thing"].id)
    assert titles(library)["La mano de Dios"].id == hand.id  # a value by hand keeps the title


def test_only_moved_files_are_identified_again(library: Library) -> None:
    thng, thing = titles(library)["Thng"], titles(library)["The Thing"]
    file = file_of(library, "Thng.mp4")
    with pytest.raises(errors.UsageError, match="Nobody has moved"):
        library.titles.unassign([file])
    assert titles(library)["Thng"].id == thng.id
    [other] = [each.file_id for each in library.titles.get(thing.id).files][:1]
    library.titles.assign([file], thing.id)
    library.jobs.wait(library.titles.unassign([file, other]).id, timeout=60)
    assert titles(library)["The Thing"].id == thing.id
    assert "Thng" in titles(library)


def test_cancelled_move_back_leaves_the_file_in_its_title(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    file, thing = file_of(library, "Thng.mp4"), titles(library)["The Thing"].id
    library.titles.assign([file], thing, role="extra")
    with monkeypatch.context() as stopped:
        stopped.setattr(JobRun, "should_stop", lambda _: True)
        library.jobs.wait(library.titles.unassign([file]).id, timeout=60)
    assert ("Thng.mp4", "extra", True) in files_of(library, thing)
    identify(library)
    assert ("Thng.mp4", "extra", True) in files_of(library, thing)


def test_file_that_is_moved_again_before_the_move_back_stays(library: Library) -> None:
    file, thing = file_of(library, "Thng.mp4"), titles(library)["The Thing"]
    requested = FilesToUnassign((file,), datetime.now(UTC))
    library.titles.assign([file], thing.id, role="trailer")
    job = library.titles._add([thing.library_id], requested.payload, "normal")
    assert library.jobs.wait(job.id, timeout=60).status == "completed"
    assert ("Thng.mp4", "trailer", True) in files_of(library, thing.id)


def test_move_back_to_the_same_title_is_no_move_by_hand(library: Library) -> None:
    first = episode(library, 1, 1)
    [each] = library.titles.get(first.id).files
    library.titles.assign([each.file_id], first.id)
    library.jobs.wait(library.titles.unassign([each.file_id]).id, timeout=60)
    assert files_of(library, first.id) == [("Pond - S01E01 - Frogs.mp4", "main", False)]


def test_moved_file_pins_no_other_file_of_its_title(library: Library, folder: Path) -> None:
    for name, seed in (("Solaris (1972).mp4", 81), ("Alien (1979).mp4", 82)):
        add(folder / "Films" / name, seed)
    library.scan()
    file, frogs = file_of(library, "Thng.mp4"), folder / "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4"
    first = episode(library, 1, 1)
    library.titles.assign([file], first.id)
    library.titles.assign([file_of(library, "Pond - S02E04.mp4")], titles(library)["Solaris"].id, role="extra")
    (folder / "Films/Solaris (1972).mp4").rename(folder / "Films/Alien (1979) - 2160p.mp4")
    frogs.rename(frogs.with_name("Pond - S01E07 - Frogs.mp4"))
    library.scan()
    assert files_of(library, episode(library, 1, 7).id) == [("Pond - S01E07 - Frogs.mp4", "main", False)]
    assert (episode(library, 1, 1).id, files_of(library, first.id)) == (first.id, [("Thng.mp4", "main", True)])
    names = [name for name, _, _ in files_of(library, titles(library)["Alien"].id)]
    assert names == ["Alien (1979) - 2160p.mp4", "Alien (1979).mp4"]
    assert files_of(library, titles(library)["Solaris"].id) == [("Pond - S02E04.mp4", "extra", True)]


def test_title_of_a_moved_file_follows_the_name_of_its_own_file(library: Library, folder: Path) -> None:
    thing = titles(library)["The Thing"].id
    library.titles.assign([file_of(library, "Thng.mp4")], thing)
    (folder / "Films/The Thing (1982)").rename(folder / "Films/Solaris (1972)")
    (folder / "Films/Solaris (1972)/The Thing (1982).mp4").rename(folder / "Films/Solaris (1972)/Solaris (1972).mp4")
    library.scan()
    assert titles(library)["Solaris"].id == thing
    assert files_of(library, thing) == [("Solaris (1972).mp4", "main", False), ("Thng.mp4", "main", True)]
    add(folder / "Films/Alien (1979).mp4", 82)
    library.scan()
    (folder / "Films/Solaris (1972)/Solaris (1972).mp4").rename(folder / "Films/Alien (1979) - 2160p.mp4")
    library.scan()
    identify(library)
    assert (titles(library)["Solaris"].id, files_of(library, thing)) == (thing, [("Thng.mp4", "main", True)])


def test_moved_file_of_an_offline_library_keeps_its_title(library: Library, folder: Path) -> None:
    file, thing = file_of(library, "Thng.mp4"), titles(library)["The Thing"].id
    library.titles.assign([file], thing, role="extra")
    folder.rename(folder.with_name("elsewhere"))
    library.scan()
    with pytest.raises(errors.UsageError, match="is offline"):
        library.titles.unassign([file])
    assert ("Thng.mp4", "extra", True) in files_of(library, thing)


def test_made_film_with_a_match_by_hand_keeps_its_name(library: Library) -> None:
    file = file_of(library, "Thng.mp4")
    made = library.titles.assign_new([file], "movie", "It Came", year=1953)
    with tables.changing(library) as tx:
        tx.execute(
            "INSERT INTO title_searches BY NAME SELECT 'movie' AS entity_type, $1 AS entity_id, 'accepted' AS state, "
            "'{}' AS query, '' AS explanation, 'hand' AS decided_by, now() AS searched_at",
            [made.id],
        )
    library.titles.assign([file], titles(library)["The Thing"].id)
    assert library.titles.get(made.id).item.name == "It Came (1953)"


@pytest.mark.parametrize("kind", ["season", "episode"])
def test_made_series_with_a_value_below_it_keeps_its_name(library: Library, kind: str) -> None:
    file = file_of(library, "Thng.mp4")
    made = library.titles.assign_new([file], "series", "Marsh", season=1, episodes=[1])
    assert made.series_id is not None
    below = [each for each in library.titles.list(kind=kind).items if each.series_id == made.series_id]
    library.titles.set(below[0].id, "plot", "By hand")
    library.titles.assign([file], titles(library)["The Thing"].id)
    assert library.titles.get(made.series_id).item.name == "Marsh"
    assert library.titles.get(below[0].id).item.name == below[0].name


def test_bounds_of_a_move(library: Library) -> None:
    pond, file = titles(library, "series")["Pond"].id, file_of(library, "Thng.mp4")
    with pytest.raises(errors.UsageError, match="51 episodes are too many"):
        library.titles.assign([file], pond, episodes=range(51))
    with pytest.raises(errors.UsageError, match="10,001 files are too many"):
        library.titles.assign(range(1, 10_002), pond, episodes=[1])
    with pytest.raises(errors.UsageError, match="but it has a number with too many digits"):
        library.titles.assign([2**63], pond, episodes=[1])
    assert library.titles.assign([file], pond, season=3, episodes=range(50)).season == 3
    with pytest.raises(errors.ValidationError, match="A season has a number"):
        library.titles.assign([file], pond, season=" ", episodes=[1])


def test_photo_is_no_film(library: Library) -> None:
    file = file_of(library, "Thng.mp4")
    with tables.changing(library) as tx:
        tx.execute("UPDATE scanned_files SET media_kind = 'photo' WHERE file_id = $1", [file])
    with pytest.raises(errors.UsageError, match="is no video"):
        library.titles.assign([file], titles(library)["The Thing"].id)


def test_season_takes_no_other_number(library: Library) -> None:
    file, season = file_of(library, "Thng.mp4"), titles(library, "season")["Season 1"]
    with pytest.raises(errors.UsageError, match=f"Name the series {season.series_id} for another season"):
        library.titles.assign([file], season.id, season=2, episodes=[9])
    assert library.titles.assign([file], season.id, season=1, episodes=[9]).season == 1


def test_commands(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    file, pond = str(file_of(library, "Thng.mp4")), str(titles(library, "series")["Pond"].id)
    thing = str(titles(library)["The Thing"].id)
    library.close()
    place = ("--season", "3", "--episode", "1", "--episode", "2")
    code, text = run(library, capsys, "titles", "assign", file, "--to", pond, *place)
    assert code == 0
    for said in ("Pond - S03E01", "Pond - S03E02", f"of Pond (title {pond})"):
        assert said in text
    assert run(library, capsys, "titles", "assign", file, "--to", thing, "--role", "extra")[0] == 0
    text = run(library, capsys, "titles", "show", thing)[1]
    assert ("extra, by hand" in text, "Thng.mp4" in text) == (True, True)
    code, text = run(library, capsys, "titles", "assign", file, "--new", "movie", "--title", "It Came", "--json")
    assert (code, json.loads(text)["title"]) == (0, "It Came")
    code, text = run(library, capsys, "titles", "assign", file, "--automatic")
    assert (code, "1 file identified again: Thng (title " in text) == (0, True)
    assert "Thng" in run(library, capsys, "titles", "list")[1]
    for words in (
        (),
        ("--to", pond, "--automatic"),
        ("--to", pond, "--new", "movie"),
        ("--title", "x"),
        ("--automatic", "--role", "extra"),
        ("--automatic", "--season", "1"),
        ("--automatic", "--episode", "1"),
    ):
        code = cli.main(["--home", str(library.home), "titles", "assign", file, *words])
        problem = capsys.readouterr().err
        assert (code, "Choose one" in problem) == (2, True), words


def test_forgotten_file_leaves_nothing(library: Library, folder: Path) -> None:
    file = file_of(library, "Thng.mp4")
    library.titles.assign([file], titles(library)["The Thing"].id, role="extra")
    (folder / "Films/Thng.mp4").unlink()
    library.scan()
    library.inventory.forget_missing(library.inventory.list()[0].library_id)
    assert tables.value(library, "SELECT count(*) FROM title_assignments") == 0


def test_refused_move_to_a_new_title_names_no_title_that_does_not_exist(library: Library) -> None:
    file, before = file_of(library, "Thng.mp4"), set(titles(library)) | set(titles(library, "series"))
    with pytest.raises(errors.UsageError) as raised:
        library.titles.assign_new([file], "series", "Marsh")
    assert raised.value.message == (
        "The new title is a series, whose files belong to its episodes. Name the season and the episode "
        "(--season and --episode; season and episodes in Python and REST), or choose the role extra, trailer or sample."
    )
    with pytest.raises(errors.UsageError, match="The new title is a film, so it takes no season and no episode"):
        library.titles.assign_new([file], "movie", "Marsh", season=1, episodes=[1])
    assert set(titles(library)) | set(titles(library, "series")) == before
