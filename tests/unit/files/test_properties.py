"""Media properties of real files, by FFmpeg's libraries, or by ffprobe if the libraries fail."""

from __future__ import annotations

import json
import os
import stat
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import libav, program, properties
from indexium_core.model.files.properties import MediaReading
from tests.support import media, oracles
from tests.support.cases import each_case


def read(path: Path) -> MediaReading:
    return properties.read(os.fsencode(path))


def made(target: Path, *arguments: str) -> Path:
    command = [program.executable(), "-v", "error", "-y", *arguments, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def closed(*_: object, **__: object) -> Any:
    raise OSError(22, "Invalid argument")


def pretender(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int = 0) -> Path:
    """Put an ffprobe on PATH that gives this response and records each call; return the record."""
    bin_folder, asked = folder / "bin", folder / "asked"
    bin_folder.mkdir()
    (folder / "answer").write_text(answer)
    script = bin_folder / "ffprobe"
    script.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n/bin/cat "{folder / "answer"}"\nexit {code}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(bin_folder))
    asked.touch()
    return asked


@each_case("form", ["mp4", "mov", "mkv", "webm", "avi", "ts", "flv", "wmv", "ogv"])
def test_every_container_has_properties(form: str, tmp_path: Path) -> None:
    path = media.build(form, tmp_path, video_size=(64, 48))

    found = read(path)

    assert found.tool == "pyav"
    assert found.properties.resolution == "64x48"
    assert found.properties.size == path.stat().st_size
    assert found.properties.video_codec
    assert found.properties.hdr == "no"


def test_frame_rate_and_dynamic_range(tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=30000/1001:d=0.2", "-pix_fmt", "yuv420p")
    colours = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    pq = made(tmp_path / "pq.mp4", *picture, *colours, "-c:v", "libx264", "-movflags", "write_colr")
    plain = made(tmp_path / "plain.mkv", *picture, "-c:v", "libx264")

    assert (read(pq).properties.frame_rate, read(pq).properties.hdr) == (29.97, "pq")
    assert (read(plain).properties.frame_rate, read(plain).properties.hdr) == (29.97, "no")


def test_audio_only_file_has_no_resolution(tmp_path: Path) -> None:
    path = made(tmp_path / "song.mp4", "-f", "lavfi", "-i", "sine=440:d=0.3", "-c:a", "aac")
    found = read(path)
    assert found.properties.resolution is None
    assert (found.properties.audio_codec, found.properties.channels) == ("aac", 1)
    assert found.unknown == ()


def test_very_large_file_costs_no_more_than_small_one(tmp_path: Path) -> None:
    path = media.build("mp4_faststart", tmp_path)
    before = read(path).properties
    length = 3 * 2**40
    with path.open("r+b") as file:  # an empty box of three terabytes, which needs no space on the disk
        file.seek(0, os.SEEK_END)
        file.write(struct.pack(">I4sQ", 1, b"free", length))
        try:
            file.truncate(file.tell() - 16 + length)
        except OSError:
            pytest.skip("no file of three terabytes can be made here")

    found = read(path).properties

    assert found.size == path.stat().st_size > length
    assert (found.resolution, found.duration) == (before.resolution, before.duration)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"nothing of a film" * 100, "not_video"), (b"#EXTM3U\n/etc/passwd\n", "not_video")],
)
def test_non_media_file_is_reported(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(errors.CorruptFileError) as told:
        read(path)
    assert told.value.reason == code


def test_truncated_file_is_corrupt_and_missing_one_missing(tmp_path: Path) -> None:
    with pytest.raises(errors.CorruptFileError) as told:
        read(media.truncated("mp4", tmp_path))
    assert told.value.reason == "corrupt"
    with pytest.raises(errors.FileAccessError) as missing:
        read(tmp_path / "gone.mp4")
    assert missing.value.reason == "missing_file"


def test_ffprobe_replaces_failing_libraries_with_equal_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oracles.oracle("ffprobe")
    path = media.build("mkv", tmp_path)
    by_libraries = read(path)
    monkeypatch.setattr(libav, "opened", closed)

    found = read(path)

    assert found.tool == "ffprobe"
    assert found.properties.duration == pytest.approx(by_libraries.properties.duration, abs=0.1)
    assert found.properties.resolution == by_libraries.properties.resolution
    assert found.properties.video_codec == by_libraries.properties.video_codec
    assert found.properties.frame_rate == by_libraries.properties.frame_rate


def test_ffprobe_follows_no_playlist(tmp_path: Path) -> None:
    oracles.oracle("ffprobe")
    media.build("ts", tmp_path, name="other.ts")
    playlist = tmp_path / "film.mp4"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n")
    script = tmp_path / "film.mkv"
    script.write_text("ffconcat version 1.0\nfile other.ts\n")
    for path in (playlist, script):
        with pytest.raises(errors.CorruptFileError):
            read(path)


def test_ffprobe_runs_once_and_na_values_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = media.build("mp4", tmp_path)
    streams = [
        {"codec_type": "video", "codec_name": "N/A", "width": "N/A", "height": 0, "avg_frame_rate": "0/0"},
        {"codec_type": "audio", "codec_name": "aac", "sample_rate": "N/A", "channels": 2},
    ]
    answer = json.dumps({"streams": streams, "format": {"duration": "N/A"}})
    asked = pretender(tmp_path, monkeypatch, answer)
    monkeypatch.setattr(libav, "opened", closed)

    found = read(path)

    assert len(asked.read_text().splitlines()) == 1
    assert (found.tool, found.properties.audio_codec, found.properties.channels) == ("ffprobe", "aac", 2)
    assert {"resolution", "duration", "video_codec", "frame_rate", "sample_rate"} <= set(found.unknown)


def test_ffprobe_does_not_run_for_readable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = media.build("mp4", tmp_path)
    asked = pretender(tmp_path, monkeypatch, "{}")
    assert read(path).tool == "pyav"
    assert asked.read_text() == ""


@pytest.mark.parametrize(
    ("answer", "code"),
    [("{}", 0), ("not json", 0), ("[" * 100_000, 0), ('{"streams": 4}', 0), ('{"streams": [7, null]}', 0), ("{}", 1)],
)
def test_nonsense_from_ffprobe_is_no_answer(
    answer: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = media.build("mp4", tmp_path)
    pretender(tmp_path, monkeypatch, answer, code)
    monkeypatch.setattr(libav, "opened", closed)
    with pytest.raises(errors.CorruptFileError) as told:
        read(path)
    assert told.value.reason == "corrupt"
