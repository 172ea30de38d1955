"""The commands of publications: questions, exit codes, JSON, decisions and the retry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.web import server
from indexium_core import cli, errors
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.cli import frame
from indexium_core.flows.writing import side_files
from indexium_core.library import Library
from indexium_core.model.files.media import SideFileEdit
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.cases import each_case
from tests.support.copied_home import SettledHome
from tests.support.published_home import PUBLISHING_FAMILY, tree

LANTERN = "Films/The Lantern Keeper (2014)"


class Command:
    """Runs commands on one home and keeps their output."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = cli.main(["--home", str(self.home), *words])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *words: str) -> Any:
        self(*words, "--json")
        return json.loads(self.out)


@pytest.fixture
def address(film: int) -> str:
    return f"movie:{film}"


@pytest.fixture
def run(library: Library, address: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command on the home of `library`, which is closed when the address of its film is known."""
    del address
    library.close()
    return Command(library.home, capsys)


def test_titles_are_published_and_rolled_back(run: Command, folder: Path) -> None:
    before = tree(folder)
    assert run("publish") == 2
    assert "9 titles would be published (9 safe). Files: 9 new" in run.err
    assert "Every byte can be rolled back until" in run.err
    assert "No terminal is available for the question; add --yes." in run.err
    assert tree(folder) == before

    assert run("publish", "--yes", "--note", "for the evening") == 0
    assert "Operation 1 (publish) completed: 9 titles published" in run.err
    assert "'indexium rollback 1' rolls it back, byte for byte." in run.err
    assert run("publish", "--yes") == 0
    assert run.err.strip() == "Nothing to publish."

    [operation] = run.json("history", "--type", "publish")["items"]
    assert (operation["user_note"], operation["source"], operation["success_count"]) == ("for the evening", "cli", 9)
    assert run("operations", "show", "1") == 0
    assert "titles     9: 9 written" in run.out
    assert "movie.nfo new" in run.out

    assert run("rollback", "1", "--yes") == 0
    assert "9 titles restored" in run.err
    assert "skipped in the plan" not in run.err
    assert tree(folder) == before


def test_query_library_and_risk_narrow_the_publication(run: Command, folder: Path) -> None:
    (folder / LANTERN / "movie.nfo").write_bytes(b"<movie><title>Old</title></movie>")
    done = run.json("publish", "lantern", "--risk", "safe", "--yes")
    assert done == {"operation_id": None, "items": [], "excluded": {"warning": 1}}
    assert "Not included: 1 warning (--risk names the risks to write)." in run.err
    done = run.json("publish", "start", "lantern", "--library", "1", "--yes")
    assert (done["operation_type"], done["file_count"], done["excluded"]) == ("publish", 1, {})
    assert [each["action"] for each in done["items"][0]["side_files"]] == ["update"]


def test_dry_run_changes_nothing_and_names_what_fails(
    run: Command, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(folder)
    assert run("publish", "--dry-run") == 0
    assert "Dry run: 9 titles would be written. Nothing was changed. Risks: 9 safe. Files: 9 new" in run.err
    fail_once(monkeypatch)
    assert run("publish", "--dry-run") == 1
    assert "8 of 9 titles would be written" in run.err
    assert [word for word in run.out.splitlines()[1].split("  ") if word][:2] == [address, "The Lantern Keeper (2014)"]
    assert tree(folder) == before
    assert run.json("history")["total"] == 0


@pytest.mark.usefixtures("done")
def test_file_of_another_program_is_written_only_if_its_title_is_named(
    run: Command, folder: Path, address: str
) -> None:
    path = folder / LANTERN / "movie.nfo"
    ours = path.read_bytes()
    theirs = ours.replace(b"A keeper", b"Two keepers")
    path.write_bytes(theirs)

    assert run("publish", "--risk", "safe,warning,danger", "--yes") == 0
    assert "1 changed since (--title names a title whose files another program changed)" in run.err
    assert run("publish", "status", "--risk", "danger") == 0
    assert "changed since" in run.out
    assert run("publish", "show", address) == 0
    assert "-   <plot>Two keepers, a lamp" in run.out
    assert "+   <plot>A keeper, a lamp" in run.out

    assert run("publish", "keep", address) == 0
    assert "'indexium undo" in run.out
    assert run.json("publish", "--title", address, "--yes")["operation_id"] is None
    assert path.read_bytes() == theirs
    assert run("publish", "keep", address, "--stop") == 0
    assert run("publish", "--title", address, "--yes") == 0
    assert path.read_bytes() == ours


def test_file_that_cannot_be_edited_is_replaced_by_choice(run: Command, folder: Path, address: str) -> None:
    path = folder / LANTERN / "movie.nfo"
    path.write_bytes(b"<movie><title>A & B</title></movie>")
    assert run("publish", "lantern", "--yes") == 0
    assert "1 blocked" in run.err
    assert run("publish", "replace", address, "--file", str(path)) == 0
    assert run("publish", "--title", address, "--yes") == 0
    assert b"<title>The Lantern Keeper</title>" in path.read_bytes()


def test_log_status_and_discard_tell_what_happened(run: Command, address: str) -> None:
    assert run("publish", "log", address) == 0
    assert f"{address} was never published. 'indexium publish --title {address}' publishes it." in run.err
    assert run.json("publish", "status")["unpublished"] == 4
    assert run.json("titles", "list", "--unpublished")["total"] == 4
    run("publish", "--yes")
    [entry] = run.json("publish", "log", address)["items"]
    assert (entry["success"], entry["operation_id"]) == (True, 1)
    assert run("publish", "discard", address) == 0
    assert "changed by hand" in run.out
    run("titles", "set", address.partition(":")[2], "plot=Another plot.")
    assert run("publish", "status", "--unpublished") == 0
    assert "1 title has changes that are not published" in run.err
    assert run("publish", "discard", address) == 0
    assert run.json("publish", "status")["unpublished"] == 0


def test_options_of_libraries_are_shown_and_changed(run: Command) -> None:
    words = ("publish", "options", "1", "--publish", "nfo", "--readers", "plex,kodi", "--no-people")
    [found] = run.json(*words)["items"]
    assert (found["library_id"], found["publish"], found["readers"], found["people"]) == (
        1,
        "nfo",
        ["kodi", "plex"],
        False,
    )
    assert run("publish", "options", "1", "--publish", "artwork", "--kinds", "poster, backdrop") == 0
    assert "pictures for Kodi and Plex  poster, backdrop" in run.out
    assert run.json("publish", "options", "1", "--kinds", "all")["items"][0]["kinds"][:2] == ["poster", "backdrop"]
    assert run("publish", "options", "1", "--publish", "all") == 2
    assert "Choose one of: off, nfo, artwork, both." in run.err
    assert run("publish", "options", "9") == 2
    assert "There is no library folder 9." in run.err


def test_first_publication_says_what_to_do_with_an_example(run: Command, address: str) -> None:
    run("publish", "options", "1", "--publish", "off")
    for words in (("publish",), ("publish", "lantern", "--yes"), ("publish", "show", address)):
        assert run(*words) == 2
        assert "No library publishes NFO files or pictures yet: 'indexium publish options 1 --publish both'" in run.err
        assert "would get Copper Sky (2013).nfo." in run.err


@each_case(
    ("words", "sentence"),
    [
        ("--title movie:99", "There is no film 99."),
        ("--title film:1", "There is no kind of title “film”."),
        ("lantern --title movie:1", "but not both"),
        ("--risk high", "'high' is not a value of --risk"),
        ("show movie:99", "There is no film 99."),
        ("log seaside", "There is no kind of title “seaside”."),
        ("status --risk high", "There is no risk “high”."),
        ("keep movie:99", "There is no film 99."),
    ],
)
def test_wrong_words_are_one_sentence(run: Command, words: str, sentence: str) -> None:
    assert run("publish", *words.split()) == 2
    assert sentence in run.err


def test_retry_plans_the_titles_again_that_were_not_written(
    run: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = fail_once(monkeypatch)
    assert run("publish", "--yes", "--note", "night") == 1
    assert "8 of 9 titles published, 1 failed" in run.err
    assert "'indexium operations retry 1' retries the titles that were not written." in run.err
    assert f"{LANTERN}/movie.nfo" not in tree(folder)
    restore()

    assert run("operations", "retry", "1") == 2
    assert "1 title would be published (1 safe)." in run.err
    done = run.json("operations", "retry", "1", "--yes")
    assert (done["operation_type"], done["user_action"], done["user_note"]) == ("publish", "retry", "night")
    assert done["success_count"] == 1
    assert f"{LANTERN}/movie.nfo" in tree(folder)
    assert run("operations", "retry", "1", "--yes") == 0
    assert run.err.strip() == "Nothing to publish."
    assert run("operations", "retry", str(done["id"]), "--yes") == 0
    assert "has no title that could be retried" in run.err


def test_retry_leaves_out_a_file_that_another_program_changed(
    library: Library, folder: Path, film: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = PublicationSelection(filter=PublicationFilter(query="lantern"), risk=("safe", "danger"))
    library.publications.start(searched).wait()
    library.titles.set(film, "plot", "Another plot.")
    restore = fail_once(monkeypatch)
    failed = library.publications.start(searched)
    assert failed.wait().counts == {"failed": 1}
    restore()
    theirs = (folder / LANTERN / "movie.nfo").read_bytes().replace(b"A keeper", b"Two keepers")
    (folder / LANTERN / "movie.nfo").write_bytes(theirs)
    library.publications.refresh()

    found = library.retries.preview_publication(failed.id)
    assert (len(found.selection.addresses), found.summary.titles, found.summary.excluded) == (
        1,
        0,
        {"changed since": 1},
    )
    with pytest.raises(errors.UsageError, match="changed since"):
        library.retries.start(failed.id)
    with pytest.raises(errors.UsageError, match="is a publication"):
        library.retries.preview(failed.id)
    assert (folder / LANTERN / "movie.nfo").read_bytes() == theirs


def test_commands_work_through_a_service(
    library: Library, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(folder)
    with server.make_server(library, port=0).background() as running:
        found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
        monkeypatch.setattr(frame, "_library", lambda _: RemoteLibrary(library.home, found))
        run = Command(library.home, capsys)
        assert run("publish", "--dry-run") == 0
        assert "9 titles would be written" in run.err
        assert run("publish", "--yes") == 0
        assert "9 titles published" in run.err
        assert run("publish", "show", address) == 0
        assert "Kodi 20 to 21" in run.out
        assert run("publish", "options", "1", "--no-people") == 0
        assert run.json("publish", "status", "--risk", "unchanged")["total"] == 4
        assert [each["success"] for each in run.json("publish", "log", address)["items"]] == [True]
        assert run("publish", "discard", address) == 0
        assert run("publish", "keep", address) == 2
        assert run("operations", "retry", "1") == 0
        (folder / LANTERN / "movie.nfo").unlink()
        assert run("recover", "check") == 1
        assert f"{address} " in run.out
        assert run("publish", "--restore", "--yes") == 0
        assert run("recover", "drill", "--into", str(folder.parent / "drill")) == 0
        assert run("rollback", "1", "--yes") == 1
        assert run("rollback", "2", "--yes") == 0
        assert run("rollback", "1", "--yes", "--changed", "replace") == 0
    assert tree(folder) == before


def fail_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the files of one film fail until the returned function is called."""
    real = side_files._edits

    def edits(task: Any, policy: Any) -> list[SideFileEdit]:
        if LANTERN.encode() in task.path:
            raise errors.FileAccessError("The disk refused.", code="read_only")
        return real(task, policy)

    monkeypatch.setattr(side_files, "_edits", edits)
    return monkeypatch.undo


class TestHomeVideos:
    """A folder of home videos with people."""

    @pytest.fixture
    def prepared(self) -> SettledHome:
        return PUBLISHING_FAMILY

    @pytest.mark.further
    def test_people_become_the_cast_of_their_videos(self, library: Library, folder: Path) -> None:
        [garden] = folder.rglob("Garden.mp4")
        library.people.add([garden], ["Ann Lee", "Zoë Öz"])
        handle = library.publications.start(PublicationSelection(filter=PublicationFilter()))
        assert handle.wait().counts == {"success": 1}
        text = garden.with_suffix(".nfo").read_text()
        assert text.count("<actor>") == 2
        assert "<name>Zoë Öz</name>" in text


# Files that are gone.


def test_lost_files_are_checked_restored_and_rehearsed(run: Command, folder: Path, tmp_path: Path) -> None:
    assert run("recover", "check") == 0
    assert "Nothing is published" in run.err
    assert run("publish", "--yes") == 0
    published = tree(folder)
    assert run("recover", "check") == 0
    assert "9 files checked: 9 as published." in run.err
    (folder / LANTERN / "movie.nfo").unlink()
    assert run("recover", "check") == 1
    assert "8 as published, 1 missing" in run.err
    assert str(folder / LANTERN / "movie.nfo") in run.out
    assert run("publish", "--yes") == 0
    assert "1 gone since (--restore restores files that are gone" in run.err
    assert run("publish", "--restore") == 2
    assert "1 title would be restored (1 safe). Files: 1 new" in run.err
    assert run("recover", "check", "--repair") == 0
    assert "restored the files of 1 title" in run.err
    assert tree(folder) == published
    assert run("history") == 0
    assert "Restoration" in run.out
    assert run("publish", "--restore") == 0
    assert "Nothing to restore." in run.err
    target = tmp_path / "drill"
    assert run("recover", "drill", "--into", str(target)) == 0
    assert "9 files restored and compared" in run.err
    assert run("recover", "drill", "--into", str(target)) == 2
    assert "is not empty" in run.err
    assert run("recover", "check", "7") == 2
    assert "no library folder 7" in run.err


@pytest.mark.usefixtures("done")
def test_publication_of_a_file_is_stopped_and_started(run: Command, folder: Path, address: str) -> None:
    nfo = folder / LANTERN / "movie.nfo"
    nfo.unlink()
    assert run("publish", "stop", address, "--file", str(nfo)) == 0
    assert "Stopped the publication of a file" in run.out
    assert run("publish", "--yes", "--title", address) == 0
    assert not nfo.exists()
    assert run("publish", "resume", address) == 0
    assert run("publish", "replace", address) == 0
    assert "deleted file" in run.out
    assert run("publish", "--yes") == 0
    assert nfo.exists()


@pytest.mark.usefixtures("done")
def test_files_that_no_title_has_any_more_are_forgotten(run: Command, folder: Path) -> None:
    (folder / LANTERN / "movie.nfo").unlink()
    (folder / LANTERN / "The Lantern Keeper (2014).mp4").unlink()
    assert run("scan") == 0
    assert run("recover", "check") == 1
    assert "1 gone and not published any more" in run.err
    assert "recover check --forget" in run.err
    assert run("recover", "check", "--forget") == 2
    assert "1 file would be forgotten" in run.err
    assert "add --yes" in run.err
    assert run("recover", "check", "--forget", "--yes") == 0
    assert "1 file forgotten." in run.err
    assert run("recover", "check") == 0
    assert "8 files checked: 8 as published." in run.err
    assert run("publish", "--restore", "--library", "99") == 2
    assert "no library folder 99" in run.err
