"""Audio and subtitle files: scanned if included, planned, written and restored like films."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.demo import clips
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, mkv, readers

OLD = (1_600_000_000, 1_600_000_000)
ALL = WriteOptions(risk=("safe", "warning", "danger"))
AUDIO = tuple(each for each in media.SOUND if each in {"3ga", "m4a", "m4b", "mka", "oga", "ogg", "opus", "weba", "wma"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with audio and subtitle files of every scanned extension, and no other files."""
    made = tmp_path / "recordings"
    made.mkdir()
    for number, extension in enumerate(media.SOUND):
        media.sound(extension, made, comment="Tape 7", pitch=300 + 50 * number)
    for extension in media.SUBTITLES:
        media.subtitles(extension, made, comment="Tape 7")
    for path in made.iterdir():
        os.utime(path, OLD)
    return made


@pytest.fixture
def library(empty_home: Path, home: Path) -> Iterator[Library]:
    shutil.copytree(empty_home, home)
    with Library.open(home) as opened:
        yield opened


def names(library: Library, kind: str = "all") -> set[str]:
    return {each.file_name for each in library.inventory.files(kind, per_page=100).items}


def test_audio_files_are_scanned_if_library_includes_them(library: Library, folder: Path) -> None:
    row = library.inventory.add(folder)
    assert row.audio is False
    library.scan()
    assert names(library) == {path.name for path in folder.iterdir() if path.suffix[1:] not in AUDIO}
    assert names(library, "broken") == set()

    library.inventory.set_media(row.library_id, "audio", included=True)
    assert library.scan().new == len(AUDIO)
    assert names(library) == {path.name for path in folder.iterdir()}
    assert names(library, "broken") == names(library, "unwritable") == set()


def test_sound_and_subtitles_are_written_and_restored_like_films(library: Library, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    library.inventory.add(folder, audio=True)
    library.scan()
    library.people.add(list(folder.iterdir()), ["Ann Lee"])
    plan = library.plan(comment_mode="preserve")
    assert plan.statistics.total_files == len(before)
    assert plan.statistics.blocked_count == 0

    operation = library.write(plan, ALL)
    assert operation.wait().status == "completed"
    for name in before:
        assert readers.ffprobe(folder / name)[0] == {"Tape 7\nPeople: Ann Lee"}, name
    assert library.scan().changed == 0
    assert library.plan().statistics.total_files == library.plan().statistics.unchanged_count

    assert library.rollback(operation.id).wait().status == "completed"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_audio_file_has_all_other_properties(library: Library, folder: Path) -> None:
    library.inventory.add(folder, audio=True)
    library.scan()
    library.people.add(list(folder.iterdir()), ["Ann Lee"])
    for item in library.plan().items:
        details = library.files.file(item.file_id)
        assert details.state == "ok"
        assert details.duration == pytest.approx(1.0, abs=0.15)
        assert library.thumbnails.jpeg(item.file_id) is None
    report = library.rescan(everything=True)
    assert report.failed == 0
    assert library.plan("ext:m4b").page().total == 1


def test_excluded_audio_files_are_forgotten_and_never_missing(library: Library, folder: Path) -> None:
    library_id = library.inventory.add(folder, audio=True).library_id
    library.scan()
    library.people.add([folder / "sound.m4b", folder / "sound.mp4"], ["Ann Lee"])
    library.edit("name:m4b", ["Bob Ray"])

    meant = library.inventory.media_removal(library_id, "audio")
    assert (meant.files, meant.with_people, meant.decisions) == (len(AUDIO), 1, 1)
    assert library.inventory.set_media(library_id, "audio", included=False) == meant
    assert [Path(item.file_path).name for item in library.plan().items] == ["sound.mp4"]
    report = library.scan()
    assert (report.missing, report.new, report.changed) == (0, 0, 0)
    assert library.inventory.quality().missing == 0
    assert library.inventory.compare_folder(library_id).gone == 0

    library.inventory.set_media(library_id, "audio", included=True)
    library.scan()
    assert {Path(item.file_path).name for item in library.plan().items} == {"sound.m4b", "sound.mp4"}
    assert library.plan("name:m4b").page().items[0].db_people == ["Ann Lee"]


def test_unknown_library_includes_no_audio(library: Library) -> None:
    for included in (True, False):
        with pytest.raises(errors.UnknownIdError):
            library.inventory.set_media(7, "audio", included=included)


def test_command_includes_and_excludes_audio_files(
    empty_home: Path, home: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(empty_home, home)

    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["--home", str(home), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    assert run("libraries", "add", str(folder))[0] == 0
    assert run("libraries", "set", "1", "--mode", "exact")[0] == 0
    assert "next scan includes audio files" in run("libraries", "set", "1", "--audio")[1]
    assert f"{len(media.SOUND) + len(media.SUBTITLES)} media files" in run("scan")[1]
    assert run("libraries", "set", "1", "--no-audio")[0] == 2  # there is no terminal
    assert f"{len(AUDIO)} files forgotten" in run("libraries", "set", "1", "--no-audio", "--yes")[1]
    assert "0 missing" in run("scan")[1]
    with Library.open(home) as library:
        row = library.inventory.list()[0]
        assert (row.audio, row.people_mode) == (False, "exact")


def test_file_without_media_is_rejected_with_correct_reason(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "page.mp4").write_bytes(b"<html>")
    cover = tmp_path / "cover.png"
    clips.run_ffmpeg(["-f", "lavfi", "-i", "color=c=teal:s=64x64:d=1", "-frames:v", "1", str(cover)])
    mkv.run("mkvmerge", "-q", "-o", folder / "cover.mkv", "--attachment-mime-type", "image/png", "--attach-file", cover)
    for path in folder.iterdir():
        os.utime(path, OLD)
    library.scan([folder])
    library.people.add(list(folder.iterdir()), ["Ann Lee"])
    told = {Path(item.file_path).name: item.issues[0].message for item in library.plan().items}
    assert told == {
        "page.mp4": "Nothing can be written into this file. Indexium does not know this kind of file.",
        "cover.mkv": "Nothing can be written into this file. The file has no video, audio or subtitles.",
    }
