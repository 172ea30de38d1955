"""
The demo library, written and taken back, as other programs see it.

For every file that was written: each oracle reads the planned comment, streams and all other tags are as before, and
after the rollback the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from indexium_core import demo
from indexium_core.library import Library
from indexium_core.model.operation import WriteOptions
from tests.support.oracles import oracle

ALL = WriteOptions(risk=("safe", "warning", "danger"))


@dataclass(frozen=True)
class Look:
    """What was seen of all files at one time, by path."""

    sha256: dict[str, str]
    streams: dict[str, str]
    ffprobe: dict[str, Any]
    mkvmerge: dict[str, Any]


@dataclass(frozen=True)
class Journey:
    """The demo before, after the write and after the rollback."""

    planned: dict[str, str | None]  # comment by path
    before: Look
    after: Look
    restored: dict[str, str]  # sha256 by path
    exiftool: dict[str, list[Any]]
    mediainfo: dict[str, str | None]
    mkvinfo: dict[str, str]


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    for program in ("ffmpeg", "ffprobe", "exiftool", "mediainfo", "mkvinfo", "mkvmerge"):
        oracle(program)
    folder = tmp_path_factory.mktemp("demo") / "library"
    demo.build(folder)
    with Library.open(folder / ".indexium") as library:
        demo.prepare(library, folder)
        planned = {item.file_path: item.result_comment for item in library.plan().items if item.can_update}
        before = look(list(planned))
        handle = library.write(library.plan(), ALL)
        counts = handle.wait().counts
        assert set(counts) <= {"success", "skipped"}, counts
        after = look(list(planned))
        seen = exiftool(list(planned)), mediainfo(list(planned)), mkvinfo(list(planned))
        back = library.rollback(handle.id).wait().counts
        assert back == {"success": counts["success"]}
        yield Journey(planned, before, after, hashes(list(planned)), *seen)


def look(paths: list[str]) -> Look:
    return Look(
        sha256=hashes(paths),
        streams={
            path: run("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "streamhash", "-")
            for path in paths
        },
        ffprobe={path: probed(path) for path in paths},
        mkvmerge={path: identified(path) for path in paths if path.endswith((".mkv", ".webm"))},
    )


def hashes(paths: list[str]) -> dict[str, str]:
    return {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths}


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def probed(path: str) -> Any:
    return json.loads(
        run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", path)
    )


def identified(path: str) -> Any:
    found = json.loads(run("mkvmerge", "-J", path))
    found.pop("global_tags")
    found["container"]["properties"].pop("date_utc", None)
    return found


def exiftool(paths: list[str]) -> dict[str, list[Any]]:
    found = json.loads(run("exiftool", "-j", "-ee", "-a", "-G", "-Comment", *paths))
    return {entry["SourceFile"]: [value for key, value in entry.items() if key.endswith("Comment")] for entry in found}


def mediainfo(paths: list[str]) -> dict[str, str | None]:
    found = {path: json.loads(run("mediainfo", "--Output=JSON", path))["media"]["track"][0] for path in paths}
    return {path: track.get("Comment") or track.get("extra", {}).get("Comment") for path, track in found.items()}


def mkvinfo(paths: list[str]) -> dict[str, str]:
    return {
        path: run("mkvinfo", "-a", "--ui-language", "en_US", path) for path in paths if path.endswith((".mkv", ".webm"))
    }


def comment_of(tags: dict[str, str]) -> str | None:
    return next((value for key, value in tags.items() if key.lower() == "comment"), None)


def without_comment(probe: dict[str, Any]) -> dict[str, Any]:
    """What ffprobe says but for the comment and for the sizes that follow from it."""
    form = {key: value for key, value in probe["format"].items() if key not in {"size", "bit_rate"}}
    form["tags"] = {key: value for key, value in form.get("tags", {}).items() if key.lower() != "comment"}
    return {**probe, "format": form}


def flat(text: str | None) -> str:
    """The text as one line: programs show line breaks in ways of their own."""
    return " ".join((text or "").replace("\\n", " ").replace(" / ", " ").split()).rstrip(".")


def test_many_files_of_both_families_were_written(journey: Journey) -> None:
    written = [path for path in journey.planned if journey.before.sha256[path] != journey.after.sha256[path]]

    assert sum(path.endswith(".mp4") for path in written) >= 15
    assert sum(path.endswith((".mkv", ".webm")) for path in written) >= 6


def test_ffprobe_reads_the_planned_comment(journey: Journey) -> None:
    read = {path: comment_of(probe["format"].get("tags", {})) for path, probe in journey.after.ffprobe.items()}

    assert read == journey.planned


def test_ffprobe_sees_everything_else_as_before(journey: Journey) -> None:
    for path, probe in journey.after.ffprobe.items():
        assert without_comment(probe) == without_comment(journey.before.ffprobe[path])


def test_every_stream_has_the_same_packets(journey: Journey) -> None:
    assert journey.after.streams == journey.before.streams


def test_exiftool_reads_the_planned_comment_and_no_other(journey: Journey) -> None:
    for path, comment in journey.planned.items():
        seen = {flat(str(value)) for value in journey.exiftool.get(path, [])}
        assert seen == ({flat(comment)} if comment else set()), path


def test_mediainfo_reads_the_planned_comment(journey: Journey) -> None:
    for path, comment in journey.planned.items():
        assert flat(journey.mediainfo[path]) == flat(comment), path


def test_mkvinfo_shows_the_planned_comment(journey: Journey) -> None:
    for path, text in journey.mkvinfo.items():
        comment = journey.planned[path]
        assert comment is None or flat(f"String: {comment}") in flat(text), path


def test_mkvmerge_sees_everything_else_as_before(journey: Journey) -> None:
    for path, found in journey.after.mkvmerge.items():
        before = journey.before.mkvmerge[path]
        assert {**found, "warnings": []} == {**before, "warnings": []}, path


def test_the_rollback_gave_back_the_same_bytes(journey: Journey) -> None:
    assert journey.restored == journey.before.sha256
