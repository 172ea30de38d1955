"""Management of the library: settings at run time, folders, file lists, dry runs of imports, and stopped scans."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.library import Library
from indexium_core.model.files.inventory import KINDS
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, tables

OLD = (1_600_000_000, 1_600_000_000)


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    media.build("mp4", folder, name="sea.mp4", comment="Shot at sea", seed=1)
    media.build("mp4", folder, name="named.mp4", comment="People: Ann Lee, Zoë Öz", seed=2)
    media.build("mkv", folder, name="<b>bold<b>.mkv", seed=3)
    shutil.copyfile(folder / "<b>bold<b>.mkv", folder / "copy of bold.mkv")
    media.build("ts", folder, name="old.ts", seed=4)
    (folder / "broken.mp4").write_bytes(b"")
    for path in folder.iterdir():
        os.utime(path, OLD)
    return folder


@pytest.fixture
def library(empty_home: Path, home: Path) -> Iterator[Library]:
    shutil.copytree(empty_home, home)
    with Library.open(home) as opened:
        yield opened


# Settings.


def test_setting_applies_immediately_and_after_restart(library: Library, films: Path, home: Path) -> None:
    library.scan([films])
    library.people.add(list(films.iterdir()), ["Bob Ray"])
    assert len(library.plan().page().items) > 2

    row = library.configuration.set("INDEXIUM_METADATA_PREVIEW_PAGE_SIZE", "2")
    assert (row.value, row.source) == ("2", "file")
    assert len(library.plan().page().items) == 2
    library.close()
    with Library.open(home) as again:
        assert again.settings.metadata_preview_page_size == 2
        assert again.configuration.set("metadata_preview_page_size", None).source == "default"
        assert len(again.plan().page().items) > 2


def test_services_are_notified_of_changed_setting(library: Library) -> None:
    library.configuration.set("backup_budget", "1MB")
    library.configuration.set("metadata_max_concurrent_writes", "1")
    library.configuration.set("faststart", "any")

    assert library.backups.use().budget == 1_000_000
    runs = library._parts.writing.runs
    assert (runs._max_concurrent(), runs._settings()["faststart"]) == (1, "any")


def test_setting_change_reports_consequences_first(library: Library, films: Path) -> None:
    library.scan([films])
    library.people.add([films / "<b>bold<b>.mkv"], ["Bob Ray"])
    library.write(library.plan(), WriteOptions(risk=("safe", "warning"))).wait()

    assert "the oldest" in library.configuration.effect("backup_budget", "0")
    assert library.configuration.effect("backup_budget", "20GB") == ""
    assert library.configuration.effect("metadata_backup_retention_days", "1") == ""  # it was written just now


def test_setting_of_environment_cannot_be_changed(
    library: Library, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("INDEXIUM_PROBE_THREADS", "2")
    with pytest.raises(errors.UsageError, match="INDEXIUM_PROBE_THREADS is set in the environment"):
        library.configuration.set("probe_threads", "4")
    with pytest.raises(errors.UsageError, match="--home"):
        library.configuration.set("home", "/elsewhere")
    assert not (home / "settings.toml").exists()


# Folders.


def test_folder_is_added_without_scan_and_removed_after_explanation(library: Library, films: Path) -> None:
    added = library.inventory.add(films, name="Family")
    assert (added.name, added.scanned_at, library.inventory.quality().all) == ("Family", None, 0)
    assert library.inventory.add(films).library_id == added.library_id
    library.scan()
    library.people.add([films / "sea.mp4"], ["Bob Ray"])
    library.edit("name:sea", ["Ann Lee"])

    meant = library.inventory.removal(added.library_id)
    assert (meant.files, meant.with_people, meant.decisions) == (6, 1, 1)
    assert library.inventory.remove(added.library_id) == meant
    assert library.inventory.list() == []
    assert library.plan().statistics.total_files == 0
    library.scan([films])  # the folder is added again: its people were kept
    assert library.plan().page(1).items[0].db_people == ["Bob Ray"]


@pytest.mark.parametrize(("is_forgotten", "full"), [(False, False), (True, False), (False, True)])
def test_decisions_go_to_the_copies_of_a_folder_that_is_removed(
    library: Library, films: Path, *, is_forgotten: bool, full: bool
) -> None:
    """A disk may have another mount point now."""
    library.scan([films])
    library.edit("name:sea", ["Ann Lee"])
    library.edit("name:named", ["Bo Ray"])
    library.decisions.postpone("name:sea")
    (old,) = library.inventory.list()
    other = films.with_name("mounted elsewhere")
    shutil.copytree(films, other)
    (other / "named.mp4").unlink()
    library.scan([other], full=full)  # with another kind of hash
    if is_forgotten:
        (films / "sea.mp4").unlink()
    assert library.inventory.removal(old.library_id).decisions == 1
    library.inventory.remove(old.library_id)
    query = (
        "SELECT file_name, kind FROM decisions JOIN scanned_files USING (file_id) WHERE revoked_at IS NULL ORDER BY ALL"
    )
    assert tables.rows(library, query) == [("sea.mp4", "edit"), ("sea.mp4", "postpone")]


def test_missing_files_are_searched_counted_and_forgotten(library: Library, films: Path) -> None:
    library.scan([films])
    library.people.add([films / "sea.mp4"], ["Bob Ray"])
    (films / "sea.mp4").unlink()
    (films / "named.mp4").rename(films / "renamed.mp4")
    library_id = library.inventory.list()[0].library_id

    seen = library.inventory.compare_folder(library_id)
    assert (seen.known, seen.gone, seen.new, seen.with_people, seen.reason) == (6, 2, 1, 1, "")
    assert library.inventory.files("missing").total == 0  # a preview changes nothing
    library.scan()
    assert [each.file_name for each in library.inventory.files("missing").items] == ["sea.mp4"]
    assert library.plan("issue:missing_file").page().total == 1
    assert library.inventory.forget_missing(library_id).files == 1
    assert library.inventory.files("missing").total == 0
    assert library.plan("issue:missing_file").page().total == 0
    assert (library.inventory.quality().all, library.inventory.quality().missing) == (5, 0)


def test_missing_folder_has_reason_and_no_health(library: Library, films: Path) -> None:
    library.scan([films])
    films.rename(films.with_name("unplugged"))
    library.scan()

    held = library.inventory.libraries()[0]
    assert (held.state, held.file_count) == ("offline", 6)
    assert "does not exist" in held.problem
    assert held.remedy
    assert "does not exist" in library.inventory.compare_folder(held.library_id).reason
    assert library.inventory.quality().offline == 6


def test_one_file_uses_singular(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "single"
    folder.mkdir()
    film = media.build("mp4", folder, name="only.mp4")
    os.utime(film, OLD)
    told: list[str] = []
    library.events.subscribe(
        lambda event: told.append(str(event.data["message"])) if event.name == "scan:completed" else None
    )
    library.scan([folder])
    film.unlink()
    report = library.scan()

    assert told[0] == "1 file: 1 new, 0 changed, 0 missing"
    assert "the last scan found 1 file in it." in report.messages[0]


def test_every_list_matches_its_count(library: Library, films: Path) -> None:
    library.scan([films])
    library.people.add([films / "sea.mp4"], ["Bob Ray"])
    quality = library.inventory.quality()

    for kind in KINDS:
        page = library.inventory.files(kind, per_page=2)
        rest = library.inventory.files(kind, page=2, per_page=100)
        assert (kind, page.total) == (kind, getattr(quality, kind))
        assert len(page.items) == min(2, page.total)
        assert rest.items == []
    names = {kind: [each.file_name for each in library.inventory.files(kind).items] for kind in KINDS}
    assert names["people"] == ["named.mp4", "sea.mp4"]
    assert names["text"] == ["sea.mp4"]
    assert names["unknown"] == ["named.mp4"]
    assert names["copies"] == ["<b>bold<b>.mkv", "copy of bold.mkv"]
    assert names["broken"] == ["broken.mp4"]
    assert names["unwritable"] == ["old.ts"]
    assert [(each.text, each.files) for each in quality.texts] == [("Shot at sea", 1)]
    with pytest.raises(errors.UsageError, match="There is no list “wrong”"):
        library.inventory.files("wrong")


def test_folders_are_suggested_and_hidden_ones_need_dot(library: Library, tmp_path: Path) -> None:
    for name in ("Videos", "videos 2", "Music", ".cache"):
        (tmp_path / "person" / name).mkdir(parents=True)
    (tmp_path / "person" / "Video.mp4").touch()
    library.inventory.add(tmp_path / "person" / "Videos")

    def offered(text: str) -> list[tuple[str, bool]]:
        return [(each.name, each.known) for each in library.inventory.folders(text)]

    assert offered(f"{tmp_path}/person/vid") == [("Videos", True), ("videos 2", False)]
    assert offered(f"{tmp_path}/person/") == [("Music", False), ("Videos", True), ("videos 2", False)]
    assert offered(f"{tmp_path}/person/.") == [(".cache", False)]
    assert offered(f"{tmp_path}/nowhere/") == []
    assert offered("person") == []


def test_folders_are_browsed_from_places(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Videos", "Music", ".cache"):
        (tmp_path / "person" / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    library.inventory.add(tmp_path / "person" / "Videos")

    start = library.inventory.browse()
    assert [place.path for place in start.places][:2] == [str(tmp_path / "person"), str(tmp_path / "person" / "Videos")]
    assert (start.places[-1].path, start.path, start.folders) == ("/", "", [])
    home = library.inventory.browse("~")
    assert [(each.name, each.known) for each in home.folders] == [("Music", False), ("Videos", True)]
    assert home.parent == str(tmp_path)
    assert library.inventory.browse("/").parent == ""
    assert library.inventory.browse(f"{tmp_path}/nowhere").problem == "This folder cannot be opened."


# Scans.


def test_stopped_scan_keeps_read_files_and_marks_none_missing(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    films = media.series("mp4", folder, 60)
    library.scan([folder])
    for film in films[30:]:
        os.utime(film, (1_600_000_001, 1_600_000_001))

    def stop(now: ScanProgress) -> None:
        if now.total is not None:
            assert library.scans.cancel()

    report = library.scan(progress=stop)

    assert report.cancelled
    assert 0 < report.changed < 30
    assert library.inventory.quality().missing == 0
    assert library.scans.progress() is None
    assert not library.scans.cancel()
    assert library.scan().changed == 30 - report.changed


def test_close_stops_scan_and_waits(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    media.series("mp4", folder, 40)
    begun, go_on, reports = threading.Event(), threading.Event(), []

    def hold(now: ScanProgress) -> None:
        if now.total is not None:
            begun.set()
            go_on.wait(20)

    thread = threading.Thread(target=lambda: reports.append(library.scan([folder], progress=hold)))
    thread.start()
    assert begun.wait(20)
    threading.Timer(0.2, go_on.set).start()
    library.close()
    thread.join(20)

    assert reports[0].cancelled


def test_read_only_folder_is_planned_as_read_only(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    film = media.build("ogv", folder, name="tape.ogv")
    os.utime(film, OLD)
    folder.chmod(0o555)
    try:
        library.scan([folder])
        library.people.add([film], ["Bob Ray"])
        item = library.plan().page(1).items[0]
    finally:
        folder.chmod(0o755)

    assert [issue.code for issue in item.issues if issue.severity == "blocked"] == ["read_only"]
    assert "its folder is read-only" in item.issues[0].message


# People.


def test_dry_run_of_import_matches_import(library: Library, films: Path) -> None:
    library.scan([films])
    rows = "path,people\nfilms/sea.mp4,Ann Lee; Bob Ray\nfilms/later.mp4,Bob Ray\nfilms/sea.mp4,Bad|Name\n"
    (films.parent / "people.csv").write_text(rows)
    source = films.parent / "people.csv"

    check = library.people.check_import(source)
    assert library.people.list() == []
    assert (check.rows, check.people, check.relative) == (3, 2, True)
    assert [(each.line, Path(each.path).name) for each in check.waiting] == [(3, "later.mp4")]
    assert [each.line for each in check.report.rejected] == [4]
    assert library.people.import_file(source) == check.report
    assert [each.name for each in library.people.list()] == ["Ann Lee", "Bob Ray"]


def test_base_folder_of_relative_paths_is_guessed(library: Library, films: Path, tmp_path: Path) -> None:
    library.scan([films])
    inside, outside = tmp_path / "elsewhere" / "inside.csv", tmp_path / "elsewhere" / "outside.csv"
    inside.parent.mkdir()
    inside.write_text("path,person\nsea.mp4,Ann Lee\n")
    outside.write_text("path,person\nfilms/sea.mp4,Ann Lee\n")

    assert library.people.root_for(inside) == str(films)
    assert library.people.root_for(outside) == str(films.parent)


def test_people_in_comments_are_added_to_files_without_people(library: Library, films: Path) -> None:
    library.scan([films])
    report = library.people.take_from_files()

    assert (report.added, report.files) == (2, 1)
    assert [each.name for each in library.people.list()] == ["Ann Lee", "Zoë Öz"]
    assert library.plan("category:unchanged").page(include_unchanged=True).total == 1
    assert library.plan().page().total == 0
    assert library.people.take_from_files().added == 0


def test_people_are_added_to_listed_files(library: Library, films: Path) -> None:
    library.scan([films])
    held = library.inventory.files("copies").items
    report = library.people.add_to_files([held[0].file_id], ["Bob Ray"])

    assert (report.added, report.files) == (1, 2)  # a copy is the same video
    with pytest.raises(errors.ValidationError, match="Bad"):
        library.people.add_to_files([held[0].file_id], ["Bad|Name"])


# The same on the command line.


def test_commands_cover_library_management(home: Path, films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str | Path) -> tuple[int, str]:
        code = cli.main(["--home", str(home), *map(str, words)])
        out, err = capsys.readouterr()
        return code, out + err

    assert run("libraries", "add", films, "--name", "Family")[0] == 0
    assert run("scan")[0] == 0
    assert "whose comment has a custom text" in run("files")[1]
    assert "broken.mp4" in run("files", "broken")[1]
    texts = run("files", "text")[1]
    assert re.search(r"sea\.mp4 +Shot at sea\n", texts)
    assert "with the text" not in texts
    media.build("mp4", films, name="shore.mp4", comment="Shot at sea", seed=9)
    assert run("scan")[0] == 0
    assert "2 files with the text “Shot at sea”." in run("files", "text")[1]
    (films / "shore.mp4").unlink()
    assert run("scan")[0] == 0
    assert run("libraries", "forget", "1", "--yes")[0] == 0
    assert run("files", "wrong")[0] == 2
    assert "2 names added in 1 file." in run("people", "take-from-files")[1]
    assert "applies to the next write" in run("settings", "set", "backup_budget", "20GB")[1]
    assert "20GB" in run("settings", "list")[1]
    assert run("settings", "set", "backup_budget", "much")[0] == 2
    assert "10GB" in run("settings", "unset", "INDEXIUM_BACKUP_BUDGET")[1]
    assert "No file" in run("libraries", "forget", "1")[1]
    assert run("libraries", "remove", "1")[0] == 2  # there is no terminal
    assert "is forgotten" in run("libraries", "remove", "1", "--yes")[1]
    assert run("libraries", "remove", "1", "--yes")[0] == 2
