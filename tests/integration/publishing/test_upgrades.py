"""Media with another name: our side files follow it, when another program upgrades, renames or moves a film."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.artwork.cache_service import hash_of
from indexium_core.library import Library
from indexium_core.model.publishing.publication import PublicationItem
from indexium_core.model.publishing.requests import PublicationSelection
from tests.support import tables
from tests.support.effort import effort
from tests.support.published_home import ALL, FOREIGN, picture, select_picture, tree

OLD, NEW = "Copper Sky (2013)", "Copper Sky (2013) 1080p"
LANTERN = "Films/The Lantern Keeper (2014)"
RED, BLUE = picture("red"), picture("blue")


def upgrade(library: Library, folder: Path, *, how: str = "replaced", extras: str = "deleted") -> None:
    """Give the film another file, as a program does that renames or replaces it, and scan."""
    old, new = folder / f"Films/{OLD}.mp4", folder / f"Films/{NEW}.mp4"
    if how == "renamed":
        old.rename(new)
    else:
        new.write_bytes((folder / "Films/Night Tram (2009)/Night Tram (2009).mp4").read_bytes() + bytes(100))
        old.unlink()
    for each in (f"{OLD}.nfo", f"{OLD}-poster.jpg"):
        if extras == "deleted":
            (folder / "Films" / each).unlink()
        elif extras == "renamed":
            (folder / "Films" / each).rename(folder / "Films" / each.replace(OLD, NEW))
    library.scan()


def shown(library: Library, film: int) -> PublicationItem:
    library.publications.refresh()
    return library.publications.get("movie", film)


def ledger(library: Library, film: int) -> list[str]:
    rows = tables.rows(library, f"SELECT path_bytes FROM published_files WHERE entity_id = {film} ORDER BY 1")
    return [Path(path.decode()).name for (path,) in rows]


def beside(folder: Path) -> dict[str, bytes]:
    """The side files of the film, by name."""
    return {
        each.name: each.read_bytes()
        for each in (folder / "Films").iterdir()
        if each.name.startswith(OLD) and each.suffix != ".mp4"
    }


@pytest.mark.parametrize(
    ("extras", "how"), effort.some(effort.pairs(["deleted", "kept", "renamed"], ["renamed", "replaced"]), 2)
)
def test_files_follow_the_media_and_a_rollback_is_exact(
    library: Library, folder: Path, sky: int, how: str, extras: str
) -> None:
    published = beside(folder)
    upgrade(library, folder, how=how, extras=extras)
    before = tree(folder)
    found = shown(library, sky)
    assert (found.risk, found.codes) == ("unchanged" if extras == "renamed" else "safe", [])
    if extras != "renamed":
        operation = library.publications.start(ALL)
        assert operation.wait().counts == {"success": 1}
    wanted = {name.replace(OLD, NEW): data for name, data in published.items()}
    assert beside(folder) == wanted
    assert ledger(library, sky) == sorted(wanted)
    assert library.disaster_recovery.validate_integrity().is_good
    assert shown(library, sky).risk == "unchanged"
    if extras != "renamed":
        library.history.rollback_operation(operation.id)
        assert tree(folder) == before
        assert ledger(library, sky) == sorted(published)
        assert (shown(library, sky).risk, shown(library, sky).codes) == ("warning", ["rolled_back"])


@pytest.mark.parametrize("extras", ["deleted", pytest.param("kept", marks=pytest.mark.further)])
def test_values_that_changed_since_are_edited_into_the_file_of_the_old_name(
    library: Library, folder: Path, sky: int, extras: str
) -> None:
    upgrade(library, folder, extras=extras)
    library.titles.set(sky, "plot", "Another plot.")
    select_picture(library, sky, picture("blue", form="PNG"), name="two")
    library.publications.refresh()
    library.publications.start(ALL).wait()
    now = beside(folder)
    assert set(now) == {f"{NEW}.nfo", f"{NEW}-poster.png"}
    assert b"Another plot." in now[f"{NEW}.nfo"]
    assert b'\t<custom a="1">x</custom>\r\n' in now[f"{NEW}.nfo"]
    assert library.disaster_recovery.validate_integrity().is_good


def test_restoration_writes_what_was_published_under_the_new_name(library: Library, folder: Path, sky: int) -> None:
    published = beside(folder)
    upgrade(library, folder)
    library.titles.set(sky, "plot", "Another plot.")
    select_picture(library, sky, picture("blue", form="PNG"), name="two")
    before = tree(folder)
    report = library.disaster_recovery.validate_integrity()
    assert {Path(each.path).name: each.state for each in report.files} == dict.fromkeys(published, "missing")
    report = library.disaster_recovery.validate_integrity(repair=True)
    assert (report.is_good, report.restored) == (True, 1)
    assert beside(folder) == {name.replace(OLD, NEW): data for name, data in published.items()}
    assert report.operation_id is not None
    library.history.rollback_operation(report.operation_id)
    assert tree(folder) == before
    assert library.disaster_recovery.validate_integrity().lost == 2


@pytest.mark.parametrize("choice", ["", "keep"])
def test_file_of_the_sender_under_the_new_name_is_a_question(
    library: Library, folder: Path, sky: int, choice: str
) -> None:
    upgrade(library, folder)
    theirs = b"<movie>\n  <title>Theirs</title>\n  <mine>1</mine>\n</movie>\n"
    (folder / f"Films/{NEW}.nfo").write_bytes(theirs)
    (folder / f"Films/{NEW}-poster.jpg").write_bytes(BLUE)
    library.publications.refresh(disk=True)
    assert shown(library, sky).codes == ["drift"]
    assert any("Theirs" in line.text for line in library.publications.details("movie", sky).files[0].lines)
    with pytest.raises(errors.UsageError, match="1 danger"):
        library.publications.start(ALL)
    report = library.disaster_recovery.validate_integrity(repair=True, forget=True)
    assert (report.states["foreign"], report.operation_id, report.forgotten) == (2, None, 0)
    if choice:
        library.publications.choose(f"movie:{sky}", choice)
        assert library.disaster_recovery.validate_integrity().states["left"] == 2
        assert shown(library, sky).codes == []
        assert beside(folder) == {f"{NEW}.nfo": theirs, f"{NEW}-poster.jpg": BLUE}
        return
    library.publications.start(PublicationSelection(addresses=(f"movie:{sky}",))).wait()
    now = beside(folder)
    assert now[f"{NEW}-poster.jpg"] == RED
    assert b"<mine>1</mine>" in now[f"{NEW}.nfo"]
    assert b"Copper Sky" in now[f"{NEW}.nfo"]
    assert ledger(library, sky) == [f"{NEW}-poster.jpg", f"{NEW}.nfo"]


@pytest.mark.parametrize("choice", ["", "keep"])
def test_old_files_that_others_changed_are_a_question(library: Library, folder: Path, sky: int, choice: str) -> None:
    upgrade(library, folder, extras="kept")
    nfo, poster = folder / f"Films/{OLD}.nfo", folder / f"Films/{OLD}-poster.jpg"
    changed = nfo.read_bytes().replace(b"</movie>", b"<mine>1</mine></movie>")
    nfo.write_bytes(changed)
    poster.write_bytes(BLUE)
    library.publications.refresh(disk=True)
    assert shown(library, sky).codes == ["drift"]
    with pytest.raises(errors.UsageError, match="1 danger"):
        library.publications.start(ALL)
    before = tree(folder)
    if choice:
        library.publications.choose(f"movie:{sky}", choice)
        assert shown(library, sky).risk == "safe"
    operation = library.publications.start(PublicationSelection(addresses=(f"movie:{sky}",)))
    assert operation.wait().counts == {"success": 1}
    now = beside(folder)
    assert now[f"{NEW}-poster.jpg"] == RED
    if choice:
        assert (now[nfo.name], now[poster.name]) == (changed, BLUE)
        assert b"<mine>" not in now[f"{NEW}.nfo"]
        assert library.disaster_recovery.validate_integrity().is_good
        assert ledger(library, sky) == [f"{NEW}-poster.jpg", f"{NEW}.nfo"]
    else:
        assert set(now) == {f"{NEW}.nfo", f"{NEW}-poster.jpg"}
        assert b"<mine>1</mine>" in now[f"{NEW}.nfo"]
    library.history.rollback_operation(operation.id)
    assert tree(folder) == before
    assert ledger(library, sky) == [f"{OLD}-poster.jpg", f"{OLD}.nfo"]


def test_link_under_the_old_name_stays_and_blocks_nothing(library: Library, folder: Path, sky: int) -> None:
    upgrade(library, folder)
    link = folder / f"Films/{OLD}.nfo"
    link.symlink_to(folder / "elsewhere")
    assert shown(library, sky).risk == "safe"
    library.publications.start(ALL).wait()
    assert link.is_symlink()
    assert b"<custom" in (folder / f"Films/{NEW}.nfo").read_bytes()


def test_media_that_gets_its_old_name_again_has_its_files_again(library: Library, folder: Path, sky: int) -> None:
    published = beside(folder)
    upgrade(library, folder, how="renamed")
    library.publications.refresh()
    library.publications.start(ALL).wait()
    (folder / f"Films/{NEW}.mp4").rename(folder / f"Films/{OLD}.mp4")
    library.scan()
    assert shown(library, sky).risk == "safe"
    library.publications.start(ALL).wait()
    assert beside(folder) == published
    assert ledger(library, sky) == sorted(published)


def test_folder_and_media_with_other_names_at_once(library: Library, folder: Path, film: int) -> None:
    name = "The Lantern Keeper (2014)"
    (folder / LANTERN / f"{name}.nfo").write_bytes(FOREIGN)
    select_picture(library, film, RED)
    library.publications.refresh()
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    nfo = (folder / LANTERN / f"{name}.nfo").read_bytes()
    (folder / LANTERN / "poster.jpg").unlink()
    new = folder / "Films/Lantern"
    (folder / LANTERN).rename(new)
    (new / f"{name}.mp4").rename(new / "New.mp4")
    library.scan()
    library.publications.refresh()
    before = tree(folder)
    assert shown(library, film).codes == ["own_file_missing"]  # the poster was gone before
    operation = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    assert operation.wait().counts == {"success": 1}
    assert {each.name for each in new.iterdir()} == {"New.mp4", "New.nfo", "poster.jpg"}
    assert ((new / "New.nfo").read_bytes(), (new / "poster.jpg").read_bytes()) == (nfo, RED)
    assert library.disaster_recovery.validate_integrity().is_good
    library.history.rollback_operation(operation.id)
    assert tree(folder) == before


@pytest.mark.usefixtures("published")
def test_film_that_gets_a_neighbour_keeps_its_files_under_the_names_of_its_media(
    library: Library, folder: Path, film: int
) -> None:
    nfo = (folder / LANTERN / "movie.nfo").read_bytes()
    (folder / "Films/Night Tram (2009)/Night Tram (2009).mp4").rename(folder / LANTERN / "Night Tram (2009).mp4")
    library.scan()
    found = shown(library, film)
    assert (found.risk, found.codes) == ("safe", [])
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    now = {each.name for each in (folder / LANTERN).iterdir() if each.name.startswith(("The", "movie", "poster"))}
    name = "The Lantern Keeper (2014)"
    assert now == {f"{name}.mp4", f"{name}.nfo", f"{name}-poster.jpg"}
    assert (folder / LANTERN / f"{name}.nfo").read_bytes() == nfo


@pytest.mark.parametrize("choice", ["keep", "stop"])
def test_choices_follow_the_media(library: Library, folder: Path, sky: int, choice: str) -> None:
    poster = folder / f"Films/{OLD}-poster.jpg"
    poster.unlink()
    library.publications.refresh(disk=True)
    decision = library.publications.choose(f"movie:{sky}", choice, path=str(poster))
    (folder / f"Films/{OLD}.mp4").rename(folder / f"Films/{NEW}.mp4")
    library.scan()
    library.publications.refresh()
    library.publications.start(ALL).wait()
    assert set(beside(folder)) == {f"{NEW}.nfo"}
    assert library.disaster_recovery.validate_integrity().is_good
    assert decision.step_id is not None
    library.steps.undo(decision.step_id)
    library.publications.refresh()
    library.publications.start(PublicationSelection(addresses=(f"movie:{sky}",))).wait()
    assert beside(folder)[f"{NEW}-poster.jpg"] == RED


@pytest.mark.parametrize("choice", ["keep", pytest.param("stop", marks=pytest.mark.further)])
@pytest.mark.usefixtures("published")
def test_choices_follow_a_renamed_folder(library: Library, folder: Path, film: int, choice: str) -> None:
    poster = folder / LANTERN / "poster.jpg"
    poster.unlink()
    library.publications.refresh(disk=True)
    decision = library.publications.choose(f"movie:{film}", choice, path=str(poster))
    new = folder / "Films/Lantern"
    (folder / LANTERN).rename(new)
    library.scan()
    assert {each.name: each.word for each in shown(library, film).files}["poster.jpg"] == "left out"
    assert library.disaster_recovery.validate_integrity().is_good
    assert not (new / "poster.jpg").exists()
    assert decision.step_id is not None
    library.steps.undo(decision.step_id)
    assert shown(library, film).codes == ["own_file_missing"]


def test_film_in_another_folder_takes_its_files_along(library: Library, folder: Path, sky: int) -> None:
    published = beside(folder)
    new = folder / f"Films/{OLD}"
    new.mkdir()
    (folder / f"Films/{OLD}.mp4").rename(new / f"{OLD}.mp4")
    library.scan()
    before = tree(folder)
    assert shown(library, sky).risk == "safe"
    operation = library.publications.start(ALL)
    assert operation.wait().counts == {"success": 1}
    assert not (folder / f"Films/{OLD}.nfo").exists()
    now = {each.name: each.read_bytes() for each in new.iterdir() if each.suffix != ".mp4"}
    assert now == {"movie.nfo": published[f"{OLD}.nfo"], "poster.jpg": RED}
    library.history.rollback_operation(operation.id)
    assert tree(folder) == before


def test_scan_between_the_old_and_the_new_file_changes_nothing(library: Library, folder: Path, sky: int) -> None:
    published = beside(folder)
    old, data = folder / f"Films/{OLD}.mp4", (folder / f"Films/{OLD}.mp4").read_bytes()
    for each in (old, *(folder / "Films" / name for name in published)):
        each.unlink()
    library.scan()
    library.publications.refresh()
    assert library.disaster_recovery.validate_integrity(repair=True).operation_id is None
    (folder / f"Films/{NEW}.mp4").write_bytes(data + bytes(100))
    library.scan()
    library.jobs.wait(library.titles.identify().id)
    [found] = library.titles.list("copper").items
    assert found.id == sky
    assert library.disaster_recovery.validate_integrity(repair=True).is_good
    assert beside(folder) == {name.replace(OLD, NEW): each for name, each in published.items()}


@pytest.mark.usefixtures("done")
def test_episodes_follow_their_files(library: Library, folder: Path) -> None:
    season = folder / "Shows/Harbour Lights/Season 1"
    published = {each.name: each.read_bytes() for each in season.glob("*.nfo")}
    for number, each in enumerate(sorted(season.glob("*.mp4"))):
        each.rename(each.with_stem(f"{each.stem} 1080p"))
        each.with_suffix(".nfo").unlink() if number else None
    library.scan()
    library.publications.refresh()
    library.publications.start(ALL).wait()
    now = {each.name.replace(" 1080p", ""): each.read_bytes() for each in season.glob("*.nfo")}
    assert now == published
    assert len(list(season.glob("* 1080p.nfo"))) == 2
    assert library.disaster_recovery.validate_integrity().is_good


def test_picture_whose_successor_is_not_downloaded_yet_can_be_restored(
    library: Library, folder: Path, sky: int
) -> None:
    published = beside(folder)
    select_picture(library, sky, BLUE, name="two")
    blue = hash_of(BLUE)
    library.artwork.cache.folder.remove(f"{blue[:2]}/{blue[2:4]}/{blue}.jpg")
    library.artwork.cache.rebuild()
    upgrade(library, folder)
    assert "picture_not_stored" in shown(library, sky).codes
    assert library.disaster_recovery.validate_integrity(forget=True).forgotten == 0
    assert library.disaster_recovery.validate_integrity(repair=True).is_good
    assert beside(folder) == {name.replace(OLD, NEW): each for name, each in published.items()}


def test_two_versions_keep_their_own_files(library: Library, folder: Path, sky: int) -> None:
    second = folder / f"Films/{OLD} - 4K.mp4"
    second.write_bytes((folder / f"Films/{OLD}.mp4").read_bytes() + bytes(100))
    library.scan()
    library.jobs.wait(library.titles.identify().id)
    library.publications.refresh()
    library.publications.start(ALL).wait()
    published = beside(folder)
    upgrade(library, folder)
    library.publications.refresh()
    library.publications.start(ALL).wait()
    wanted = {name.replace(OLD, NEW) if " - 4K" not in name else name: data for name, data in published.items()}
    assert beside(folder) == wanted
    assert library.disaster_recovery.validate_integrity().is_good
