"""Recovery of published files: what is gone comes back byte for byte, and what a person deleted is a question."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.artwork.cache_service import hash_of
from indexium_core.flows.writing import side_files
from indexium_core.library import Library
from indexium_core.model.publishing.integrity import IntegrityReport
from indexium_core.model.publishing.publication import PublicationItem
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support import tables, waiting
from tests.support.cases import each_case
from tests.support.copied_home import SettledHome
from tests.support.effort import effort
from tests.support.published_home import ALL, FOREIGN, picture, select_picture, tree

RESTORATION = PublicationSelection(filter=PublicationFilter(), restore=True)
LANTERN = "Films/The Lantern Keeper (2014)"


def lose(folder: Path) -> list[str]:
    """Delete every NFO file and picture, and return their names."""
    found = [each for each in folder.rglob("*") if each.suffix in (".nfo", ".jpg")]
    for each in found:
        each.unlink()
    return [str(each.relative_to(folder)) for each in found]


def report(library: Library) -> IntegrityReport:
    return library.disaster_recovery.validate_integrity()


def shown(library: Library, film: int) -> PublicationItem:
    library.publications.refresh()
    return library.publications.get("movie", film)


def test_everything_that_is_gone_comes_back_byte_for_byte(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    lost = lose(folder)
    assert report(library).states == {"missing": len(lost)}
    found = library.disaster_recovery.validate_integrity(repair=True)
    assert found.operation_id is not None
    assert found.failed == 0
    assert tree(folder) == published
    assert report(library).states == {"intact": len(lost)}
    operation = library.history.get_operation_details(found.operation_id).operation
    assert (operation.operation_type, operation.source) == ("publish", "recovery")
    library.history.rollback_operation(found.operation_id)
    assert set(tree(folder)) == set(published) - set(lost)


def test_values_that_changed_since_wait_for_their_own_publication(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    library.titles.set(film, "plot", "Another plot.")
    (folder / LANTERN / "movie.nfo").unlink()
    result = library.disaster_recovery.restore_from_cache("movie", film)
    assert (result.success, result.published) == (True, 1)
    assert tree(folder) == published
    library.publications.start(ALL).wait()
    present = (folder / LANTERN / "movie.nfo").read_bytes()
    assert b"Another plot." in present
    assert b'\t<custom a="1">x</custom>\r\n' in present


def test_publication_of_a_lost_file_keeps_what_others_wrote_in_it(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    library.titles.set(film, "plot", "Another plot.")
    (folder / LANTERN / "movie.nfo").unlink()
    assert shown(library, film).codes == ["own_file_missing"]
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    present = (folder / LANTERN / "movie.nfo").read_bytes()
    assert b"Another plot." in present
    assert b'\t<custom a="1">x</custom>\r\n' in present


@pytest.mark.parametrize(("name", "is_empty"), effort.pairs(("poster.jpg", "movie.nfo"), (False, True)))
def test_deleted_file_is_a_question(
    library: Library, folder: Path, film: int, published: dict[str, bytes], name: str, is_empty: bool
) -> None:
    path, others = folder / LANTERN / name, {key: data for key, data in published.items() if not key.endswith(name)}
    path.write_bytes(b"") if is_empty else path.unlink()
    now = tree(folder)
    assert shown(library, film).codes == ["own_file_missing"]
    [missing] = library.disaster_recovery.detect_missing_assets("movie", film)
    assert (missing.path, missing.state) == (str(path), "empty" if is_empty else "missing")
    with pytest.raises(errors.UsageError, match="1 gone since"):
        library.publications.start(ALL)
    assert tree(folder) == now
    assert others.items() <= now.items()
    library.publications.choose(f"movie:{film}", "replace")
    assert set(library.publications.start(ALL).wait().counts) == {"success"}
    assert tree(folder) == published
    path.unlink()  # once more: it is asked again
    assert shown(library, film).codes == ["own_file_missing"]


def test_file_that_a_person_leaves_stays_away(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    (folder / LANTERN / "poster.jpg").unlink()
    library.publications.refresh()
    decision = library.publications.choose(f"movie:{film}", "keep")
    library.titles.set(film, "plot", "Another plot.")
    library.publications.start(ALL).wait()
    assert not (folder / LANTERN / "poster.jpg").exists()
    assert report(library).states["left"] == 1
    assert library.disaster_recovery.validate_integrity(repair=True).operation_id is None
    assert decision.step_id is not None
    library.publications.choose(f"movie:{film}", "")
    assert shown(library, film).codes == ["own_file_missing"]


def test_file_whose_publication_stopped_is_nobody_s(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    (folder / LANTERN / "poster.jpg").unlink()
    library.publications.refresh()
    decision = library.publications.choose(f"movie:{film}", "stop", path=str(folder / LANTERN / "poster.jpg"))
    assert shown(library, film).codes == ["released"]
    assert library.disaster_recovery.detect_missing_assets("movie", film) == []
    (folder / LANTERN / "poster.jpg").write_bytes(b"theirs")
    select_picture(library, film, picture("blue"), name="two")
    library.publications.refresh()
    with pytest.raises(errors.UsageError, match="nothing to publish"):
        library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    assert (folder / LANTERN / "poster.jpg").read_bytes() == b"theirs"
    (folder / LANTERN / "poster.jpg").unlink()
    assert decision.step_id is not None
    library.steps.undo(decision.step_id)
    assert "own_file_missing" in shown(library, film).codes


def test_file_whose_publication_stopped_stays_so_after_a_rollback(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    poster = folder / LANTERN / "poster.jpg"
    select_picture(library, film, picture("blue"), name="two")
    operation = library.publications.start(ALL)
    operation.wait()
    library.publications.choose(f"movie:{film}", "stop", path=str(poster))
    library.history.rollback_operation(operation.id)
    assert tree(folder) == published
    poster.unlink()
    assert shown(library, film).codes == ["released"]


def test_choice_about_a_title_leaves_stopped_files_alone(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    poster, nfo = folder / LANTERN / "poster.jpg", folder / LANTERN / "movie.nfo"
    library.publications.choose(f"movie:{film}", "stop", path=str(poster))
    poster.unlink()
    nfo.unlink()
    for choice in ("keep", "", "replace"):
        library.publications.refresh()
        library.publications.choose(f"movie:{film}", choice)
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    assert nfo.exists()
    assert not poster.exists()
    library.publications.choose(f"movie:{film}", "resume")
    assert shown(library, film).codes == ["own_file_missing"]


def test_stopped_file_stays_so_without_any_publication_and_with_another_extension(
    library: Library, folder: Path, film: int
) -> None:
    select_picture(library, film, picture("red"))
    operation = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    operation.wait()
    poster = folder / LANTERN / "poster.jpg"
    library.publications.choose(f"movie:{film}", "stop", path=str(poster))
    library.history.rollback_operation(operation.id)
    poster.write_bytes(b"theirs")
    select_picture(library, film, picture("blue", form="PNG"), name="two")
    library.publications.refresh()
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    assert poster.read_bytes() == b"theirs"
    assert not (folder / LANTERN / "poster.png").exists()


def test_lost_picture_is_restored_although_another_one_is_selected(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    select_picture(library, film, picture("blue", form="PNG"), name="two")
    (folder / LANTERN / "poster.jpg").unlink()
    assert "own_file_missing" in shown(library, film).codes
    assert library.disaster_recovery.restore_from_cache("movie", film).success
    assert tree(folder) == published


def test_lost_nfo_with_the_name_of_the_video_is_restored_under_it(library: Library, folder: Path, film: int) -> None:
    nfo = folder / LANTERN / "The Lantern Keeper (2014).nfo"
    nfo.write_bytes(FOREIGN)
    library.publications.refresh()
    library.publications.start(PublicationSelection(addresses=(f"movie:{film}",))).wait()
    before = tree(folder)
    nfo.unlink()
    assert shown(library, film).codes == ["own_file_missing"]
    assert library.disaster_recovery.restore_from_cache("movie", film).success
    assert tree(folder) == before


def test_lost_nfo_of_the_folder_is_asked_about_beside_a_new_one_of_others(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    (folder / LANTERN / "movie.nfo").unlink()
    other = folder / LANTERN / "The Lantern Keeper (2014).nfo"
    other.write_bytes(FOREIGN)
    assert "own_file_missing" in shown(library, film).codes
    with pytest.raises(errors.UsageError, match="1 gone since"):
        library.publications.start(ALL)
    assert library.disaster_recovery.restore_from_cache("movie", film).published == 1
    assert tree(folder) == {**published, f"{LANTERN}/{other.name}": FOREIGN}


def test_restoration_is_no_publication_of_what_changed_since(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    library.titles.set(film, "plot", "Another plot.")
    lose(folder)
    library.disaster_recovery.validate_integrity(repair=True)
    assert library.publications.discard_changes("movie", film).step_id is not None
    assert not library.publications.get("movie", film).is_unpublished


def test_damaged_picture_of_the_cache_is_not_restored(
    library: Library, folder: Path, published: dict[str, bytes], tmp_path: Path
) -> None:
    lose(folder)
    [original] = (tmp_path / "home" / "cache").rglob(f"{hash_of(published[f'{LANTERN}/poster.jpg'])}.jpg")
    original.write_bytes(b"damaged")
    found = library.disaster_recovery.validate_integrity(repair=True)
    assert (found.lost, found.failed) == (1, 0)
    assert [each.kind for each in found.files] == ["poster"]


def test_retry_of_a_restoration_restores(
    library: Library, folder: Path, film: int, published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(folder)
    library.titles.set(film, "plot", "Another plot.")

    def fail(*_: object) -> None:
        raise errors.FileAccessError("The disk is full.", code="no_space")

    with monkeypatch.context() as patch:
        patch.setattr(side_files, "_edits", fail)
        operation = library.publications.start(RESTORATION)
        operation.wait()
    library.retries.start(operation.id).wait()
    assert tree(folder) == published


def test_changed_files_are_named_and_stay(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    nfo, poster = folder / LANTERN / "movie.nfo", folder / LANTERN / "poster.jpg"
    nfo.write_bytes(nfo.read_bytes().replace(b"one winter", b"two winters"))
    poster.write_bytes(picture("green"))
    season = folder / "Shows/Harbour Lights/Season 1/season.nfo"
    season.write_bytes(b"<season><title>Theirs</title></season>")
    before = tree(folder)
    found = library.disaster_recovery.validate_integrity(repair=True)
    states = {Path(each.path).name: each.state for each in found.files}
    assert states == {"movie.nfo": "changed", "poster.jpg": "foreign", "season.nfo": "foreign"}
    assert found.operation_id is None
    assert tree(folder) == before


def test_file_with_the_old_time_is_found_by_a_full_check(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    library.publications.refresh()
    poster = folder / LANTERN / "poster.jpg"
    data, status = bytearray(poster.read_bytes()), poster.stat()
    data[-1] ^= 1
    poster.write_bytes(data)
    os.utime(poster, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert report(library).files == []
    [found] = library.disaster_recovery.validate_integrity(full=True).files
    assert (found.path, found.state) == (str(poster), "foreign")


def test_picture_that_the_cache_lost_is_named_and_the_rest_comes_back(
    library: Library, folder: Path, film: int, published: dict[str, bytes], tmp_path: Path
) -> None:
    lost = lose(folder)
    for each in (tmp_path / "home" / "cache").rglob("*.*"):
        if each.is_file():
            each.unlink()
    found = library.disaster_recovery.validate_integrity(repair=True)
    assert (found.is_good, found.lost, found.failed) == (False, 1, 0)
    gone = f"{LANTERN}/poster.jpg"
    assert tree(folder) == {name: data for name, data in published.items() if name != gone}
    assert len(lost) == report(library).checked
    assert [each.path for each in report(library).files] == [str(folder / gone)]
    drill = library.disaster_recovery.drill(tmp_path / "drill")
    assert [each.path for each in drill.missing] == [str(folder / gone)]


def test_absent_library_restores_nothing(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    away = folder.with_name("away")
    folder.rename(away)
    found = library.disaster_recovery.validate_integrity(repair=True)
    assert set(found.states) == {"unreachable"}
    assert found.operation_id is None
    folder.mkdir()  # an empty mount
    library.scan()
    assert library.disaster_recovery.validate_integrity(repair=True).operation_id is None
    assert list(folder.iterdir()) == []
    folder.rmdir()
    away.rename(folder)
    library.scan()
    assert set(report(library).states) == {"intact"}
    assert tree(folder) == published


def test_film_without_its_video_gets_nothing_back(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    shutil.rmtree(folder / LANTERN)
    (folder / LANTERN).mkdir()
    library.scan()
    found = library.disaster_recovery.validate_integrity(repair=True)
    assert found.states["obsolete"] == 2
    assert found.operation_id is None
    assert list((folder / LANTERN).iterdir()) == []


@pytest.mark.parametrize("case", ["video", "kinds", "off"])
def test_gone_file_that_is_not_published_any_more_can_be_forgotten(
    library: Library, folder: Path, film: int, published: dict[str, bytes], case: str
) -> None:
    lost = ["poster.jpg"] if case == "kinds" else ["poster.jpg", "movie.nfo"]
    [found] = library.inventory.list()
    for each in lost:
        (folder / LANTERN / each).unlink()
    if case == "video":
        (folder / LANTERN / "The Lantern Keeper (2014).mp4").unlink()
        library.scan()
    elif case == "kinds":
        library.publications.set_options(found.library_id, kinds=["banner"])
    else:
        library.publications.set_options(found.library_id, publish="off")
    checked = report(library)
    assert (checked.obsolete, checked.lost, checked.is_good) == (len(lost), 0, False)
    assert "gone and not published any more" in checked.summary
    assert library.disaster_recovery.detect_missing_assets("movie", film) == []
    now = tree(folder)
    forgotten = library.disaster_recovery.validate_integrity(forget=True)
    assert (forgotten.forgotten, forgotten.is_good) == (len(lost), True)
    assert report(library).is_good
    assert tree(folder) == now
    left = tables.rows(library, f"SELECT count(*) FROM published_files WHERE entity_id = {film}")
    assert left == [(2 - len(lost),)]


def test_nothing_that_can_be_restored_is_forgotten(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    lose(folder)
    assert library.disaster_recovery.validate_integrity(forget=True).forgotten == 0
    library.disaster_recovery.validate_integrity(repair=True)
    assert tree(folder) == published


def test_lost_picture_that_a_person_leaves_for_one_in_another_format_is_left(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    select_picture(library, film, picture("blue", form="PNG"), name="two")
    (folder / LANTERN / "poster.jpg").unlink()
    library.publications.refresh()
    library.publications.choose(f"movie:{film}", "keep")
    assert report(library).states["left"] == 1
    assert report(library).is_good


@pytest.mark.parametrize("gone", ["one file", "all files"])
def test_new_file_that_is_gone_is_no_conflict_of_its_rollback(
    library: Library, folder: Path, film: int, gone: str
) -> None:
    select_picture(library, film, picture("red"))
    before = tree(folder)
    operation = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    operation.wait()
    for each in ("poster.jpg",) if gone == "one file" else ("poster.jpg", "movie.nfo"):
        (folder / LANTERN / each).unlink()
    assert library.history.check(operation.id).conflicts == []
    assert library.history.rollback_operation(operation.id).conflicts == 0
    assert tree(folder) == before
    assert report(library).checked == 0
    assert shown(library, film).codes == ([] if gone == "all files" else ["rolled_back"])  # nothing was left to restore


@pytest.mark.parametrize("lost", [pytest.param("one file", marks=pytest.mark.further), "all files"])
def test_publication_is_rolled_back_with_its_restoration(library: Library, folder: Path, film: int, lost: str) -> None:
    select_picture(library, film, picture("red"))
    before = tree(folder)
    operation = library.publications.start(PublicationSelection(addresses=(f"movie:{film}",)))
    operation.wait()
    for each in ("poster.jpg",) if lost == "one file" else ("poster.jpg", "movie.nfo"):
        (folder / LANTERN / each).unlink()
    restored = library.disaster_recovery.restore_from_cache("movie", film).operation_id
    [conflict] = library.history.check(operation.id).conflicts
    assert (conflict.code, conflict.choices) == ("superseded_by", ("newer",))
    assert conflict.message == f"Operation {restored} changed this file later."
    assert not {"conflict", "failed"} & set(library.rollback(operation.id, with_newer=True).wait().counts)
    assert tree(folder) == before
    assert report(library).checked == 0


def test_ledger_says_how_files_are(library: Library, folder: Path, published: dict[str, bytes]) -> None:
    (folder / LANTERN / "poster.jpg").unlink()
    (folder / LANTERN / "movie.nfo").write_bytes(FOREIGN)
    library.publications.refresh()
    query = "SELECT kind, state FROM published_files WHERE entity_type = 'movie' AND state <> 'published' ORDER BY kind"
    assert tables.rows(library, query) == [("nfo", "drifted"), ("poster", "missing")]


def test_library_that_was_added_again_has_its_published_files(
    library: Library, folder: Path, published: dict[str, bytes]
) -> None:
    checked = report(library).checked
    [old] = library.inventory.list()
    library.inventory.remove(old.library_id)
    new = library.inventory.add(folder)
    library.scan()
    assert new.library_id != old.library_id
    assert library.disaster_recovery.validate_integrity(new.library_id).states == {"intact": checked}
    (folder / LANTERN / "poster.jpg").unlink()
    assert len(library.disaster_recovery.validate_integrity(new.library_id).files) == 1


@each_case("is_restoration", [False, True])
def test_unknown_library_is_an_error(library: Library, published: dict[str, bytes], is_restoration: bool) -> None:
    selection = PublicationSelection(filter=PublicationFilter(library_id=99), restore=is_restoration)
    with pytest.raises(errors.UnknownIdError, match="library"):
        library.publications.summary(selection)
    with pytest.raises(errors.UnknownIdError, match="library"):
        library.publications.start(selection)


@pytest.mark.parametrize("choice", ["keep", pytest.param("stop", marks=pytest.mark.further)])
def test_choice_about_a_series_is_about_its_seasons_and_episodes(
    library: Library, folder: Path, published: dict[str, bytes], choice: str
) -> None:
    [series] = library.titles.list(kind="series").items
    show = folder / "Shows/Harbour Lights"
    lost = [show / "tvshow.nfo", show / "Season 1/season.nfo", show / "Season 1/Harbour Lights - S01E01.nfo"]
    for each in lost:
        each.unlink()
    library.publications.refresh()
    decision = library.publications.choose(f"series:{series.id}", choice)
    assert library.disaster_recovery.validate_integrity().is_good
    library.publications.refresh()
    with pytest.raises(errors.UsageError, match="every file is as it should be"):
        library.publications.start(PublicationSelection(addresses=(f"series:{series.id}",)))
    assert decision.step_id is not None
    library.steps.undo(decision.step_id)
    assert report(library).lost == len(lost)
    library.publications.choose(f"series:{series.id}", "replace")
    library.publications.start(ALL).wait()
    assert tree(folder) == published


# The drill.


def test_drill_restores_every_file_into_an_empty_folder(
    library: Library, folder: Path, published: dict[str, bytes], tmp_path: Path
) -> None:
    lost = lose(folder)
    before, target = tree(folder), tmp_path / "drill"
    drill = library.disaster_recovery.drill(target)
    assert (drill.restored, drill.is_complete) == (len(lost), True)
    [library_id] = [each.library_id for each in library.inventory.list()]
    assert tree(target / f"{library_id} {folder.name}") == {name: published[name] for name in lost}
    assert tree(folder) == before


@each_case(
    "case", ["not empty", "in a library", "linked", "above a library", "a file", "in the home", "unknown library"]
)
def test_drill_needs_an_empty_folder(library: Library, folder: Path, tmp_path: Path, case: str) -> None:
    full, file = tmp_path / "full", tmp_path / "file"
    (full / "x").mkdir(parents=True)
    file.write_bytes(b"x")
    (tmp_path / "link").symlink_to(folder)
    linked = tmp_path / "link" / "new"
    where = {
        "linked": linked,
        "not empty": full,
        "in a library": folder / "new",
        "above a library": folder.parent,
        "a file": file,
        "in the home": library.home / "drill",
    }
    with pytest.raises(errors.IndexiumError) as error:
        library.disaster_recovery.drill(where.get(case, tmp_path / "new"), 99 if case == "unknown library" else None)
    assert error.value.message.count(".") >= 1
    assert not (folder / "new").exists()
    assert file.read_bytes() == b"x"


# The cache.


def test_cache_keeps_what_is_published_until_it_is_published_no_more(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    select_picture(library, film, picture("blue"), name="two")  # the published one is selected no more
    content = library.artwork.cache.retrieve_asset(hash_of(published[f"{LANTERN}/poster.jpg"]))
    assert content is not None
    library.configuration.set("artwork_budget", "1KB")
    usage = library.artwork.cache.usage()
    assert (usage.images, usage.protected, usage.unused) == (2, 2, 0)
    assert not library.artwork.cache.orphan_asset(content.version)
    library.publications.choose(f"movie:{film}", "stop")
    assert library.artwork.cache.usage().protected == 1


def test_picture_that_a_rollback_restores_is_in_the_cache_again(
    library: Library, folder: Path, film: int, published: dict[str, bytes]
) -> None:
    select_picture(library, film, picture("blue"), name="two")
    operation = library.publications.start(ALL)
    operation.wait()
    red = hash_of(picture("red"))
    library.artwork.cache.folder.remove(f"{red[:2]}/{red[2:4]}/{red}.jpg")
    library.artwork.cache.rebuild()
    library.history.rollback_operation(operation.id)
    waiting.until(lambda: library.artwork.cache.asset_exists(red))  # a subscriber of events stores it
    (folder / LANTERN / "poster.jpg").unlink()
    assert library.disaster_recovery.restore_from_cache("movie", film).success
    assert tree(folder) == published


def test_kill_in_a_collection_leaves_no_row_without_its_picture(
    library: Library, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_hash = library.artwork.cache.store_asset(picture("green"), "poster")
    monkeypatch.setattr(library.artwork.cache, "_orphan_days", lambda: -1)

    def kill(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(library.artwork.cache.folder, "remove", kill)
    with pytest.raises(KeyboardInterrupt):
        library.artwork.garbage_collect()
    assert library.artwork.cache.asset_exists(content_hash)
    assert tables.rows(library, f"SELECT 1 FROM cache_inventory WHERE content_hash = '{content_hash}'") == []
    assert library.artwork.cache.rebuild() == 1


def test_collection_deletes_what_nothing_has_used_for_a_month(
    folder: Path, tmp_path: Path, prepared: SettledHome
) -> None:
    del folder
    now = [datetime.now(UTC)]
    with prepared.open(tmp_path / "home", clock=lambda: now[0]) as library:
        used, unused = picture("red"), picture("green")
        select_picture(library, next(each.id for each in library.titles.list().items), used)
        library.artwork.cache.store_asset(unused, "poster")
        assert library.artwork.cache.orphan_asset(hash_of(unused))
        assert not library.artwork.cache.orphan_asset(hash_of(used))
        assert library.artwork.garbage_collect().images == 0
        now[0] += timedelta(days=31)
        trial = library.artwork.garbage_collect(dry_run=True)
        assert (trial.images, trial.bytes) == (1, len(unused))
        assert library.artwork.cache.asset_exists(hash_of(unused))
        job = library.schedules.run("picture-collection")
        assert "1 picture" in library.jobs.wait(job.id, timeout=60).summary["message"]
        assert not library.artwork.cache.asset_exists(hash_of(unused))
        assert library.artwork.cache.asset_exists(hash_of(used))
        assert not list((tmp_path / "home" / "cache").rglob(f"{hash_of(unused)}*"))
