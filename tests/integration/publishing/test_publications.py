"""Publications: what is planned, written beside the media, edited, and rolled back to the byte."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files.titles import nfo
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.library import Library
from indexium_core.model.publishing.publication import PublicationItem
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.store.publishing import rows
from tests.support import tables
from tests.support.attributes import protected
from tests.support.published_home import ALL, picture, select_picture, states, tree

LANTERN = "Films/The Lantern Keeper (2014)"
THE_FILM = PublicationSelection(filter=PublicationFilter(query="lantern"))  # what `film` is, found as all others are
SEASON = "Shows/Harbour Lights/Season 1"
PUBLISHED = {
    "Films/Copper Sky (2013).nfo",
    "Films/Night Tram (2009)/movie.nfo",
    f"{LANTERN}/movie.nfo",
    f"{SEASON}/Harbour Lights - S01E01.nfo",
    f"{SEASON}/Harbour Lights - S01E02-E03.nfo",
    f"{SEASON}/season.nfo",
    "Shows/Harbour Lights/Season 2/Harbour Lights - S02E01.nfo",
    "Shows/Harbour Lights/Season 2/season.nfo",
    "Shows/Harbour Lights/tvshow.nfo",
}


def publish(library: Library, selection: PublicationSelection = ALL) -> int:
    handle = library.publications.start(selection)
    assert set(handle.wait().counts) == {"success"}
    return handle.id


def roll_back(library: Library, operation_id: int) -> int:
    result = library.history.rollback_operation(operation_id)
    assert (result.conflicts, result.failed) == (0, 0)
    return result.operation_id


def document(path: Path) -> nfo.NfoDocument:
    [found] = nfo.read(os.fsencode(path))[0]
    return found


def actions(library: Library, address: str) -> dict[str, str]:
    kind, _, number = address.partition(":")
    return {each.name: each.action for each in library.publications.get(kind, int(number)).files}


def codes(library: Library, address: str) -> list[str]:
    kind, _, number = address.partition(":")
    return library.publications.get(kind, int(number)).codes


# Rows.


def test_rows_are_compared_only_after_a_change_of_what_they_are_made_of(library: Library, film: int) -> None:
    planner, store = library._parts.titles.publication_planner, library._parts.core.store
    library.titles.set(film, "plot", "Another plot.")
    assert planner.refresh() == 1
    before = store.statements
    assert planner.refresh() == 0
    assert store.statements == before

    library.titles.set(film, "plot", "One more plot.")
    assert planner.refresh() == 1
    assert planner.refresh(disk=True) == 0


def test_every_table_behind_the_comparison_is_known(library: Library) -> None:
    with tables.changing(library) as reader:
        views = dict(reader.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall())
        macros = "SELECT function_name, macro_definition FROM duckdb_functions() WHERE macro_definition IS NOT NULL"
        views |= dict(reader.execute(f"{macros} AND NOT internal").fetchall())
        known = {name for (name,) in reader.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    words = set(re.findall(r"\w+", rows._sql("has_plan") + rows._sql("outdated")))
    while more := {word for view in words & views.keys() for word in re.findall(r"\w+", views[view])} - words:
        words |= more
    assert words & known == rows.READ_BY_OUTDATED


# New files.


def test_nothing_is_published_until_somebody_turns_it_on(library: Library, folder: Path) -> None:
    [found] = library.inventory.list()
    library.publications.set_options(found.library_id, publish="off")
    before = tree(folder)
    assert library.publications.plan().total == 0
    assert library.publications.unpublished_count() == 0
    with pytest.raises(errors.UsageError, match="nothing to publish"):
        library.publications.start(ALL)
    assert tree(folder) == before


def test_every_title_gets_its_files_with_names_for_its_folder(library: Library, folder: Path) -> None:
    before = tree(folder)
    publish(library)
    after = tree(folder)
    assert set(after) - set(before) == PUBLISHED
    assert {name: after[name] for name in before} == before


@pytest.mark.usefixtures("done")
def test_content_of_a_film_is_read_back(library: Library, folder: Path) -> None:
    found = document(folder / LANTERN / "movie.nfo")
    assert found.kind == "movie"
    assert found.values["title"] == "The Lantern Keeper"
    assert found.values["plot"] == "A keeper, a lamp & one winter."
    assert [each["name"] for each in found.values["cast"]] == ["Ada Quill", "Bo Reed"]
    assert found.values["countries"] == ["France", "Italy"]
    assert found.ids == {"tmdb": "9000041"}


@pytest.mark.usefixtures("done")
def test_several_episodes_of_one_file_have_one_root_each(library: Library, folder: Path) -> None:
    found, problem = nfo.read(os.fsencode(folder / SEASON / "Harbour Lights - S01E02-E03.nfo"))
    assert [(each.kind, each.season, each.episodes) for each in found] == [
        ("episodedetails", 1, (2,)),
        ("episodedetails", 1, (3,)),
    ]
    assert not problem
    assert {each.series_title for each in found} == {"Harbour Lights"}


@pytest.mark.usefixtures("done")
def test_second_publication_has_nothing_to_write(library: Library, folder: Path) -> None:
    before = states(folder)
    library.publications.refresh()
    assert library.publications.refresh() == 0
    with pytest.raises(errors.UsageError, match="every file is as it should be"):
        library.publications.start(ALL)
    assert states(folder) == before


def test_people_of_files_join_the_cast_once(library: Library, folder: Path, film: int) -> None:
    [media] = (folder / LANTERN).glob("*.mp4")
    library.people.add([media], ["ada quill", "Zoë Öz"])
    publish(library, THE_FILM)
    names = [each["name"] for each in document(folder / LANTERN / "movie.nfo").values["cast"]]
    assert names == ["Ada Quill", "Bo Reed", "Zoë Öz"]
    assert library.publications.get("movie", film).people == ["ada quill", "Zoë Öz"]


# Existing files.


def test_edited_file_keeps_every_byte_that_does_not_change(
    library: Library, folder: Path, film: int, done: int
) -> None:
    path = folder / LANTERN / "movie.nfo"
    text = path.read_bytes().replace(b"\n", b"\r\n")
    mine = text.replace(b"</movie>", b"  <shelf>4, left</shelf><!-- mine -->\r\n</movie>")
    path.write_bytes(mine)
    library.titles.set(film, "plot", "Another plot.")
    assert codes(library, f"movie:{film}") == ["foreign_nfo_edited"]  # what is ours is as we wrote it
    second = publish(library)
    assert path.read_bytes() == mine.replace(b"A keeper, a lamp &amp; one winter.", b"Another plot.")
    before = tree(folder)
    roll_back(library, second)
    assert path.read_bytes() == mine
    assert library.history.check(done).conflicts  # it wrote other bytes than those of the person
    path.write_bytes(before[f"{LANTERN}/movie.nfo"])


@pytest.mark.usefixtures("done")
def test_our_value_that_others_changed_is_a_question(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    path.write_bytes(path.read_bytes().replace(b"one winter", b"two winters"))
    library.titles.set(film, "plot", "Another plot.")
    assert "drift" in codes(library, f"movie:{film}")
    for risk, reason in (None, "1 danger"), (("danger",), "1 changed since"):
        with pytest.raises(errors.UsageError, match=reason):
            library.publications.start(replace(ALL, risk=risk))
    publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    assert document(path).values["plot"] == "Another plot."


def test_foreign_file_is_a_warning_and_edited_in_place(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    foreign = b"<movie>\n\t<title>Lantern Keeper</title>\n\t<shelf>4</shelf>\n</movie>\nhttps://www.imdb.com/title/tt9916362/\n"
    path.write_bytes(foreign)
    library.publications.refresh()
    found = library.publications.get("movie", film)
    assert (found.risk, found.codes) == ("warning", ["foreign_nfo_edited"])
    publish(library, THE_FILM)
    written = path.read_bytes()
    assert b"\n\t<shelf>4</shelf>\n" in written
    assert written.endswith(b"</movie>\nhttps://www.imdb.com/title/tt9916362/\n")
    assert document(path).values["title"] == "Lantern Keeper"  # a name does not take the place of theirs
    library.titles.set(film, "title", "The Lantern Keeper")
    found = library.publications.get("movie", film)
    assert (found.risk, found.codes) == ("warning", ["foreign_value_replaced"])
    assert [each.message for each in found.files if each.message] == [
        "A value by hand takes the place of one of others: title “Lantern Keeper”."
    ]
    publish(library, THE_FILM)
    assert document(path).values["title"] == "The Lantern Keeper"


def test_unreadable_files_are_blocked_until_a_person_replaces_them(library: Library, folder: Path) -> None:
    unreadable = {
        "The Lantern Keeper": (f"{LANTERN}/movie.nfo", b"<movie><title>A & B</title></movie>"),
        "Night Tram": (
            "Films/Night Tram (2009)/movie.nfo",
            b'<!DOCTYPE movie [<!ENTITY a "b">]><movie><title>&a;</title></movie>',
        ),
        "Copper Sky": ("Films/Copper Sky (2013).nfo", b"<movie>" + b"<tag>x</tag>" * 100_000 + b"</movie>"),
        "Harbour Lights": ("Shows/Harbour Lights/tvshow.nfo", b"\0" * 40),
    }
    for name, content in unreadable.values():
        (folder / name).write_bytes(content)
    library.publications.refresh()
    titles = [each for kind in ("movie", "series") for each in library.titles.list(kind=kind).items]
    addresses = {each.title: f"{each.entity_type}:{each.id}" for each in titles}
    assert set(addresses) == set(unreadable)

    def shown() -> dict[str, PublicationItem]:
        library.publications.refresh()
        return {each.title: library.publications.get(each.entity_type, each.id) for each in titles}

    def risks(rows: dict[str, PublicationItem]) -> set[str]:
        return {row.risk for row in rows.values() if row.entity_type == "movie"}  # a series has other files as well

    def of_files(rows: dict[str, PublicationItem]) -> dict[str, tuple[str, tuple[str, ...]]]:
        found = {
            title: [each for each in row.files if each.name in unreadable[title][0]] for title, row in rows.items()
        }
        return {title: (file.action, (*file.codes,)) for title, [file] in found.items()}

    rows = shown()
    assert risks(rows) == {"blocked"}
    assert of_files(rows) == dict.fromkeys(unreadable, ("blocked", ("nfo_unreadable",)))
    assert any("line 1" in each.message for each in rows["The Lantern Keeper"].files)
    steps = [library.publications.choose(address, "replace").step_id for address in addresses.values()]
    rows = shown()
    assert {(*row.codes,) for row in rows.values()} == {("foreign_nfo_replaced",)}
    assert {action for action, _ in of_files(rows).values()} == {"replace"}
    operation = publish(library, PublicationSelection(addresses=tuple(addresses.values())))
    assert {title: document(folder / name).values["title"] for title, (name, _) in unreadable.items()} == {
        title: title for title in unreadable
    }
    roll_back(library, operation)
    assert [name for name, content in unreadable.values() if (folder / name).read_bytes() != content] == []
    for step in reversed(steps):
        assert step is not None
        library.steps.undo(step)
    rows = shown()
    assert risks(rows) == {"blocked"}
    assert {action for action, _ in of_files(rows).values()} == {"blocked"}
    for address in addresses.values():
        library.publications.choose(address, "keep")
    rows = shown()
    assert risks(rows) == {"unchanged"}
    assert {action for action, _ in of_files(rows).values()} == {"unchanged"}


# Pictures.


def test_picture_is_written_and_its_twin_is_removed(library: Library, folder: Path, film: int) -> None:
    foreign = picture("red", form="PNG")
    (folder / LANTERN / "Poster.PNG").write_bytes(foreign)
    select_picture(library, film, picture("blue"))
    library.publications.refresh()
    assert actions(library, f"movie:{film}") == {"movie.nfo": "create", "poster.jpg": "create", "Poster.PNG": "remove"}
    assert codes(library, f"movie:{film}") == ["foreign_picture_replaced", "two_extensions"]
    before = tree(folder)
    with pytest.raises(errors.UsageError, match="1 danger"):
        library.publications.start(PublicationSelection(filter=PublicationFilter(query="lantern")))
    operation = publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    after = tree(folder)
    assert after[f"{LANTERN}/poster.jpg"] == picture("blue")
    assert f"{LANTERN}/Poster.PNG" not in after
    roll_back(library, operation)
    assert tree(folder) == before


@pytest.mark.usefixtures("published")
def test_own_picture_is_no_local_candidate(library: Library, film: int) -> None:
    library.artwork.find_local(library._parts.core.clock().replace(year=2000))
    assert {each.provider for each in library.artwork.candidates("movie", film, "poster")} == {"tmdb"}


def test_own_picture_of_a_season_is_no_local_candidate(library: Library, folder: Path) -> None:
    [series] = library.titles.list(kind="series").items
    season = next(each for each in library.titles.list(kind="season").items if each.season == 1)
    select_picture(library, series.id, picture("blue"), entity_type="series", season=(season.id, 1))
    publish(library)
    assert (folder / "Shows/Harbour Lights/season01-poster.jpg").exists()
    library.artwork.find_local(library._parts.core.clock().replace(year=2000))
    assert {each.provider for each in library.artwork.candidates("season", season.id)} == {"tmdb"}
    assert "own_file_removed" not in codes(library, f"season:{season.id}")


@pytest.mark.usefixtures("published")
def test_new_selection_replaces_our_picture_without_a_warning(library: Library, folder: Path, film: int) -> None:
    select_picture(library, film, picture("green"), name="two")
    found = library.publications.get("movie", film)
    assert (found.risk, found.is_unpublished) == ("safe", True)
    publish(library)
    assert tree(folder)[f"{LANTERN}/poster.jpg"] == picture("green")


@pytest.mark.usefixtures("published")
def test_picture_that_changed_after_the_plan_is_a_conflict(library: Library, folder: Path, film: int) -> None:
    select_picture(library, film, picture("green"), name="two")
    summary = library.publications.summary(ALL)
    (folder / LANTERN / "poster.jpg").write_bytes(picture("black"))
    with pytest.raises(errors.StalePlanError):
        library.publications.start(ALL, expected=summary.digest)
    assert tree(folder)[f"{LANTERN}/poster.jpg"] == picture("black")


@pytest.mark.usefixtures("published")
def test_kind_that_is_turned_off_removes_our_picture_by_hand_only(library: Library, folder: Path, film: int) -> None:
    [found] = library.inventory.list()
    library.publications.set_options(found.library_id, kinds=["banner"])
    assert codes(library, f"movie:{film}") == ["own_file_removed"]
    with pytest.raises(errors.UsageError, match="danger"):
        library.publications.start(ALL)
    publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    assert f"{LANTERN}/poster.jpg" not in tree(folder)


# Rollback.


def test_rollback_restores_every_byte_and_gives_nfo_files_a_fresh_time(
    library: Library, folder: Path, film: int
) -> None:
    (folder / LANTERN / "poster.png").write_bytes(picture("red", form="PNG"))
    (folder / LANTERN / "movie.nfo").write_bytes(b"<movie><title>Old</title></movie>")
    old = 1_500_000_000_000_000_000
    for name in ("poster.png", "movie.nfo"):
        os.utime(folder / LANTERN / name, ns=(old, old))
    select_picture(library, film, picture("blue"))
    library.publications.refresh()
    before, start = states(folder), time.time_ns()
    first = publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    second = roll_back(library, first)
    after = states(folder)
    assert {name: each.content for name, each in after.items()} == {name: each.content for name, each in before.items()}
    assert after[f"{LANTERN}/poster.png"].mtime_ns == old
    assert after[f"{LANTERN}/movie.nfo"].mtime_ns >= start - 2_000_000_000
    roll_back(library, second)
    assert tree(folder)[f"{LANTERN}/poster.jpg"] == picture("blue")


def test_newer_publication_of_a_title_is_rolled_back_first(library: Library, folder: Path, film: int) -> None:
    before = tree(folder)
    first = publish(library, THE_FILM)
    library.titles.set(film, "plot", "Another plot.")
    publish(library, THE_FILM)
    check = library.history.check(first)
    assert [each.code for each in check.conflicts] == ["superseded_by"]
    handle = library.rollback(first, with_newer=True)
    assert set(handle.wait().counts) == {"success"}, [
        (i.status, i.code, i.message, i.file_path) for i in library.operation(handle.id).items
    ][:4]
    assert tree(folder) == before


def test_comment_and_side_files_of_a_film_do_not_wait_for_each_other(library: Library, folder: Path, film: int) -> None:
    [media] = (folder / LANTERN).glob("*.mp4")
    library.people.add([media], ["Ada Quill"])
    written = library.write(library.plan())
    written.wait()
    publish(library, THE_FILM)
    assert library.history.check(written.id).can_rollback
    assert not library.history.check(written.id).conflicts
    del film


# What follows.


def test_title_shows_its_publication(library: Library, film: int) -> None:
    assert library.publications.get("movie", film).is_unpublished
    operation = publish(library, THE_FILM)
    [row] = tables.rows(
        library,
        f"SELECT state, has_unpublished_changes, published_nfo_hash, last_published_at FROM movies WHERE id = {film}",
    )
    [log] = library.publications.log("movie", film)
    assert row[:3] == ("published", False, log.nfo_hash)
    assert (log.success, log.operation_id, log.published_at) == (True, operation, row[3])
    library.titles.set(film, "plot", "Another plot.")
    assert film in library.titles.ids(unpublished=True)
    assert tables.rows(library, f"SELECT has_unpublished_changes FROM movies WHERE id = {film}") == [(True,)]
    roll_back(library, operation)
    [row] = tables.rows(library, f"SELECT state, published_nfo_hash FROM movies WHERE id = {film}")
    assert row == ("identified", None)


def test_title_that_was_rolled_back_waits_for_a_person(library: Library, film: int) -> None:
    address = f"movie:{film}"
    assert address in library.publications.selectable(PublicationFilter(risk=("safe",)))
    operation = publish(library, THE_FILM)

    roll_back(library, operation)

    row = library.publications.get("movie", film)
    assert (row.risk, row.codes) == ("warning", ["rolled_back"])
    assert address not in library.publications.selectable()
    summary = library.publications.summary(PublicationSelection(found=(address,)))
    assert (summary.titles, summary.excluded) == (0, {"rolled back": 1})
    publish(library, PublicationSelection(addresses=(address,)))
    library.titles.set(film, "plot", "Another plot.")
    assert library.publications.get("movie", film).risk == "safe"


def test_pages_of_titles_offer_what_can_be_published(library: Library, film: int) -> None:
    offer = library.publications.offer()
    assert (offer.is_on, offer.label) == (True, f"Publish {offer.titles}…")
    assert library.publications.addresses_of([film, 999]) == [f"movie:{film}"]
    state = library.publications.state("movie", film)
    assert (state.can_publish, state.text) == (True, "")
    operation = publish(library, THE_FILM)
    published = library.publications.state("movie", film)
    assert (published.can_publish, published.text.partition(" ")[0]) == (False, "Published")
    assert library.publications.addresses_of([film]) == []
    roll_back(library, operation)
    assert library.publications.state("movie", film).can_publish
    library.publications.set_options(1, publish="off")
    offer = library.publications.offer()
    assert (offer.is_on, offer.label) == (False, "Publish…")


def test_title_with_a_file_of_others_counts_as_published_until_a_person_changes_it(
    library: Library, folder: Path
) -> None:
    other = next(each.id for each in library.titles.list().items if each.title == "Night Tram")
    (folder / "Films/Night Tram (2009)/movie.nfo").write_bytes(b"<movie><title>Night Tram</title></movie>")
    library.publications.refresh()
    assert not library.publications.get("movie", other).is_unpublished
    library.titles.set(other, "plot", "A tram at night.")
    assert library.publications.get("movie", other).is_unpublished


@pytest.mark.usefixtures("done")
def test_our_values_are_not_read_back_as_values_of_the_file(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    path.write_bytes(path.read_bytes().replace(b"</movie>", b"  <tagline>By hand</tagline>\n</movie>"))
    library.scan()
    library.jobs.wait(library.titles.identify().id)
    found = {each.field: each.origin for each in library.titles.candidates(film) if each.origin == "nfo"}
    assert found == {"tagline": "nfo"}


def test_changes_since_a_publication_are_discarded_as_one_step(library: Library, film: int) -> None:
    first = select_picture(library, film, picture("blue"))
    publish(library, THE_FILM)
    library.titles.set(film, "plot", "Another plot.")
    library.titles.lock(film, ["year"])
    select_picture(library, film, picture("green"), name="two")

    def shown() -> tuple[str, list[int]]:
        values = {each.field: each for each in library.titles.get(film).values}
        selected = [each.id for each in library.artwork.candidates("movie", film, "poster") if each.is_selected]
        return values["plot"].value, selected

    changed = shown()
    decision = library.publications.discard_changes("movie", film)
    assert shown() == ("A keeper, a lamp & one winter.", [first])
    assert not library.publications.get("movie", film).is_unpublished
    library.steps.undo(decision.step_id)
    assert shown() == changed


# Other programs.


@pytest.mark.usefixtures("done")
def test_second_program_makes_no_endless_loop(library: Library, folder: Path, film: int) -> None:
    """A program that writes its own values over ours, twice within a day, is left alone and named."""
    path = folder / LANTERN / "movie.nfo"
    for number in (1, 2):
        theirs = f"<movie>\n  <plot>Theirs {number}</plot>\n  <title>The Lantern Keeper</title>\n</movie>".encode()
        path.write_bytes(theirs)
        library.publications.refresh()
        found = library.publications.get("movie", film)
        if number == 1:
            assert found.codes == ["drift"]
            publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    assert found.codes == ["changed_repeatedly"]
    with pytest.raises(errors.UsageError):
        library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    assert path.read_bytes() == theirs
    library.publications.choose(f"movie:{film}", "replace")
    publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    assert document(path).values["plot"] == "A keeper, a lamp & one winter."


@pytest.mark.usefixtures("done")
def test_program_that_writes_the_same_values_changes_nothing(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    theirs = path.read_bytes().replace(b"</movie>", b"  <dateadded>2026-01-01 10:00:00</dateadded>\n</movie>")
    path.write_bytes(theirs)
    library.publications.refresh()
    assert library.publications.get("movie", film).risk == "unchanged"
    library.titles.set(film, "tagline", "One winter.")
    assert codes(library, f"movie:{film}") == ["foreign_nfo_edited"]


@pytest.mark.usefixtures("done")
def test_kept_file_of_others_stays_until_it_changes_again(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    path.write_bytes(b"<movie><plot>Theirs</plot></movie>")
    library.publications.refresh()
    decision = library.publications.choose(f"movie:{film}", "keep")
    assert library.publications.get("movie", film).risk == "unchanged"
    path.write_bytes(b"<movie><plot>Theirs, again</plot></movie>")
    library.publications.refresh()
    assert library.publications.get("movie", film).risk != "unchanged"
    assert "kept the file" in decision.summary.lower()


# Folders that refuse.


def test_read_only_folder_is_blocked(library: Library, folder: Path, film: int) -> None:
    (folder / LANTERN).chmod(0o555)
    try:
        library.publications.refresh()
        found = library.publications.get("movie", film)
        assert (found.risk, found.codes) == ("blocked", ["folder_not_writable"])
        publish(library)
        assert not (folder / LANTERN / "movie.nfo").exists()
    finally:
        (folder / LANTERN).chmod(0o755)


def test_immutable_folder_or_file_is_blocked_in_the_plan(library: Library, folder: Path, film: int) -> None:
    with protected(folder / LANTERN):
        library.publications.refresh()
        assert codes(library, f"movie:{film}") == ["folder_not_writable"]
    library.publications.refresh()
    publish(library)
    nfo = folder / LANTERN / "movie.nfo"
    text = nfo.read_bytes()
    library.titles.set(film, "plot", "Another plot.")
    library.publications.refresh()
    assert library.publications.get("movie", film).risk != "blocked"
    with protected(nfo):
        library.publications.refresh()
        assert codes(library, f"movie:{film}") == ["not_replaceable"]
        with pytest.raises(errors.UsageError, match="1 blocked"):
            publish(library)
        assert nfo.read_bytes() == text
    library.publications.refresh()
    publish(library)
    assert b"Another plot." in nfo.read_bytes()


def test_names_that_are_no_plain_files_are_blocked(library: Library, folder: Path) -> None:
    other = folder / "other.nfo"
    other.write_bytes(b"<movie/>")
    (folder / LANTERN / "movie.nfo").symlink_to(other)
    (folder / "Films/Night Tram (2009)/movie.nfo").mkdir()
    (folder / "Films/Copper Sky (2013).nfo").hardlink_to(other)
    library.publications.refresh()
    films = {each.title: (*codes(library, f"movie:{each.id}"),) for each in library.titles.list(kind="movie").items}
    assert films == dict.fromkeys(("The Lantern Keeper", "Night Tram", "Copper Sky"), ("not_replaceable",))
    publish(library)
    assert other.read_bytes() == b"<movie/>"


@pytest.mark.parametrize("level", ["Films", pytest.param(LANTERN, marks=pytest.mark.further)])
def test_folder_that_became_a_link_after_the_plan_is_not_followed(
    library: Library, folder: Path, film: int, tmp_path: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a publication nor by a rollback: the link leads to a copy outside the library."""
    address, away = PublicationSelection(addresses=(f"movie:{film}",)), tmp_path / "away"
    first = publish(library, address)
    library.titles.set(film, "plot", "Another plot.")
    begin = MetadataWriter.begin

    def move_and_begin(writer: MetadataWriter, operation_id: int) -> OperationHandle:
        (folder / level).rename(away)
        (folder / level).symlink_to(away)
        return begin(writer, operation_id)

    monkeypatch.setattr(MetadataWriter, "begin", move_and_begin)
    before = states(folder / level)
    written = library.publications.start(address)
    written.wait()
    [item] = library.history.get_operation_details(written.id).items
    assert item.status == "conflict"
    assert "is a link now" in item.message
    monkeypatch.undo()
    result = library.history.rollback_operation(first)
    assert (result.restored, states(away)) == (0, before)


def test_dry_run_checks_without_a_change(library: Library, folder: Path) -> None:
    before = states(folder)
    report = library.publications.dry_run(ALL)
    assert report.counts == {"success": 9}
    assert states(folder) == before


def test_movie_named_with_odd_bytes_is_published(library: Library, folder: Path) -> None:
    old = folder / "Films/Copper Sky (2013).mp4"
    new = folder / os.fsdecode("Films/Copper Sky – “1” (2013)".encode("cp1252") + b".mp4")
    old.rename(new)
    library.scan()
    library.titles.identify()
    time.sleep(0)
    publish(library)
    assert new.with_suffix(".nfo").exists()


def test_titles_that_failed_are_published_again(library: Library, folder: Path, film: int) -> None:
    handle = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    handle.wait()
    library.titles.set(film, "plot", "Another plot.")
    library.publications.refresh()
    planned = library.publications._planner  # type: ignore[attr-defined] - the file changes between plan and write
    compute = planned.compute

    def changed_after(entities: object) -> object:
        found = list(compute(entities))
        (folder / LANTERN / "movie.nfo").write_bytes(b"<movie><title>Other</title></movie>")
        return iter(found)

    planned.compute = changed_after
    failed = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    planned.compute = compute
    assert failed.wait().counts == {"conflict": 1}
    [item] = library.operation(failed.id).items
    assert (item.code, item.entity_type, item.entity_id) == ("changed_on_disk", "movie", film)
    expected = library.retries.preview_publication(failed.id).summary.digest
    with pytest.raises(errors.StalePlanError):
        library.retries.begin_publication(failed.id, expected="other")
    with pytest.raises(errors.ApprovalNeededError):
        library.retries.begin_publication(failed.id, expected=expected, is_proposal=True)
    again = library.retries.begin_publication(failed.id, note=" again ", expected=expected)
    assert library.handle(again).wait().counts == {"success": 1}
    operation = library.operation(again).operation
    assert (operation.user_action, operation.user_note, operation.source) == ("retry", "again", "dashboard")
    assert document(folder / LANTERN / "movie.nfo").values["plot"] == "Another plot."


def test_two_videos_with_one_name_do_not_take_turns(library: Library, folder: Path) -> None:
    """A video and one with another extension are two titles with one name for their NFO file."""
    twin = folder / "Films/Copper Sky (2013).mkv"
    twin.write_bytes((folder / "Films/Night Tram (2009)/Night Tram (2009).mp4").read_bytes())
    library.scan()
    library.jobs.wait(library.titles.identify().id)
    sky = [each.id for each in library.titles.list("copper").items]
    operation = library.publications.start(ALL)
    operation.wait()
    library.publications.refresh()
    assert library.publications.plan(risk=("safe", "warning", "danger")).total == 0
    assert sky


@pytest.mark.usefixtures("done")
def test_video_that_becomes_another_title_keeps_its_files_as_ours(library: Library, folder: Path, film: int) -> None:
    [media] = (folder / LANTERN).glob("*.mp4")
    file_id = library.files.find(str(media))
    library.titles.assign_new([file_id], "movie", "Another lamp", year=2014)
    library.publications.refresh()
    [row] = library.publications.plan("lamp").items
    assert (row.risk, row.codes) == ("safe", [])
    assert row.entity_id != film
    publish(library)
    assert document(folder / LANTERN / "movie.nfo").values["title"] == "Another lamp"


def test_newer_values_of_others_are_not_taken_back(library: Library, folder: Path, film: int) -> None:
    other = next(each.id for each in library.titles.list().items if each.title == "Night Tram")
    path = folder / "Films/Night Tram (2009)/movie.nfo"
    path.write_bytes(b"<movie><title>Night Tram</title><plot>Old</plot><genre>A</genre></movie>")
    library.jobs.wait(library.titles.identify().id)
    newer = b"<movie><title>Night Tram</title><plot>New</plot><genre>B</genre></movie>"
    path.write_bytes(newer)
    library.titles.set(other, "tagline", "At night.")
    publish(library, PublicationSelection(addresses=(f"movie:{other}",)))
    found = document(path).values
    assert (found["plot"], found["genres"], found["tagline"]) == ("New", ["B"], "At night.")
    del film


def test_value_that_is_gone_leaves_our_file(library: Library, folder: Path, film: int) -> None:
    library.titles.set_values(film, {"tagline": "One winter.", "imdb_id": "tt9916362"})
    publish(library, THE_FILM)
    assert document(folder / LANTERN / "movie.nfo").ids["imdb"] == "tt9916362"
    library.titles.set_values(film, {"tagline": None, "imdb_id": None, "cast": None})
    assert library.publications.get("movie", film).is_unpublished
    publish(library, THE_FILM)
    found = document(folder / LANTERN / "movie.nfo")
    assert "tagline" not in found.values
    assert "cast" not in found.values
    assert found.ids == {"tmdb": "9000041"}


def test_renamed_folder_can_be_rolled_back(library: Library, folder: Path, film: int) -> None:
    operation = publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    new = folder / "Films/The Lantern Keeper (2014) moved"
    (folder / LANTERN).rename(new)
    library.scan()
    library.publications.refresh()
    assert library.publications.get("movie", film).risk == "unchanged"
    roll_back(library, operation)
    assert not (new / "movie.nfo").exists()


@pytest.mark.usefixtures("done")
def test_offline_library_keeps_what_is_published(library: Library, folder: Path, film: int) -> None:
    library.titles.set(film, "plot", "Another plot.")
    library.publications.refresh()
    away = folder.with_name("away")
    folder.rename(away)
    library.scan()
    library.publications.refresh()
    assert [each.id for each in library.publications.unpublished().items] == [film]
    assert library.publications.get("movie", film).risk == "blocked"
    away.rename(folder)
    library.scan()
    library.publications.refresh()
    assert library.publications.get("movie", film).risk == "safe"


def test_cause_of_a_blocked_row_is_checked_again(library: Library, folder: Path, film: int) -> None:
    path = folder / LANTERN / "movie.nfo"
    path.symlink_to(folder / "other.nfo")
    library.publications.refresh()
    assert library.publications.get("movie", film).risk == "blocked"
    path.unlink()
    library.publications.refresh()
    assert library.publications.get("movie", film).risk == "safe"


@pytest.mark.usefixtures("done")
def test_left_over_file_of_a_deleted_video_is_removed_by_hand(library: Library, folder: Path, film: int) -> None:
    [media] = (folder / LANTERN).glob("*.mp4")
    media.unlink()
    library.scan()
    library.publications.refresh()
    address = PublicationSelection(addresses=(f"movie:{film}",))
    if "own_file_removed" in codes(library, f"movie:{film}"):
        publish(library, address)
        assert not (folder / LANTERN / "movie.nfo").exists()


def test_files_of_publications_count_in_the_charts(library: Library, folder: Path, film: int) -> None:
    select_picture(library, film, picture("blue"))
    before = tree(folder)
    operation_id = publish(library)
    written = len(tree(folder)) - len(before)
    assert library.charts.totals()["written"] == written == len(PUBLISHED) + 1
    roll_back(library, operation_id)
    [today] = library.charts.operations_by_day(1).to_dict("records")
    assert (today["written"], today["restored"], today["failed"]) == (written, written, 0)


def test_rollback_over_a_changed_file_is_a_choice_and_keeps_the_change(
    library: Library, folder: Path, film: int
) -> None:
    select_picture(library, film, picture("blue"))
    before = tree(folder)
    first = publish(library)
    nfo_path = folder / LANTERN / "movie.nfo"
    nfo_path.write_bytes(nfo_path.read_bytes().replace(b"</movie>", b"<shelf>4</shelf></movie>"))
    changed = tree(folder / LANTERN)
    check = library.history.check(first)
    [conflict] = check.conflicts
    assert conflict.message.startswith("movie.nfo was changed or deleted after this publication")
    assert (conflict.choices, check.replaceable, check.noun) == (("replace",), 1, "title")
    rest = library.rollback(first)
    assert set(rest.wait().counts) == {"success", "conflict"}
    [left] = library.operation(rest.id, statuses=("conflict",)).items
    assert (left.name, {each.action for each in left.side_files}) == ("The Lantern Keeper (2014)", {"unchanged"})
    second = library.rollback(first, changed="replace").wait()
    assert set(second.counts) == {"success"}
    assert tree(folder) == before
    roll_back(library, second.id)
    assert tree(folder / LANTERN) == changed


def test_file_that_changes_again_after_the_choice_is_not_replaced(
    library: Library, folder: Path, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation_id = publish(library, PublicationSelection(addresses=(f"movie:{film}",)))
    nfo_path = folder / LANTERN / "movie.nfo"
    nfo_path.write_bytes(b"<movie/>")
    start = MetadataWriter.start_rollback

    def start_after_a_change(*arguments: Any, **named: Any) -> Any:
        nfo_path.write_bytes(b"<movie><title>T</title></movie>")
        return start(*arguments, **named)

    monkeypatch.setattr(MetadataWriter, "start_rollback", start_after_a_change)
    assert set(library.rollback(operation_id, changed="replace").wait().counts) == {"conflict"}
    assert nfo_path.read_bytes() == b"<movie><title>T</title></movie>"


@pytest.mark.parametrize("text", ["<movie><title>Old</title><shelf>4</shelf></movie>", "RELEASED BY GROUP"])
def test_nfo_with_the_name_of_the_file_is_not_shadowed(library: Library, folder: Path, film: int, text: str) -> None:
    other = folder / LANTERN / "The Lantern Keeper (2014).nfo"
    other.write_text(text, encoding="utf-8")
    library.titles.set(film, "plot", "Another plot.")
    is_nfo = text.startswith("<")
    address = f"movie:{film}"
    wanted = {other.name: "update"} if is_nfo else {"movie.nfo": "create"}
    assert actions(library, address) == wanted
    publish(library, PublicationSelection(addresses=(address,), is_by_hand=True))
    assert ("<shelf>4</shelf>" in other.read_text(encoding="utf-8")) is is_nfo
    assert (folder / LANTERN / "movie.nfo").exists() is not is_nfo
    library.publications.refresh()
    assert set(actions(library, address).values()) == {"unchanged"}
