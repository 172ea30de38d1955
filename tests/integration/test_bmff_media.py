"""Real clips of ffmpeg, written in place and read by common programs."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import mutagen.mp4
import pytest

from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Change, Edit, Patch, Refusal
from tests.support import media, mp4
from tests.support.oracles import oracle

COMMENT = "People: Ann Lee, Zoë Ünal, 李雷 🎬, שרה"
RICH: dict[str, Any] = {
    "tags": {"title": "A day out", "artist": "Somebody", "genre": "Home", "date": "2024-05-06"},
    "chapters": 3,
    "cover": True,
    "subtitles": True,
    "languages": ("eng", "deu"),
}


def examine(path: Path) -> BmffLayout:
    with FileReader(os.fsencode(path)) as reader:
        return FAMILY.examine(reader)


def census(path: Path) -> dict[str, str]:
    with FileReader(os.fsencode(path)) as reader:
        return dict(FAMILY.census(reader, FAMILY.examine(reader)))


def planned(path: Path, text: str | None = COMMENT) -> Edit | Refusal:
    in_place = FAMILY.strategies()[0]
    with FileReader(os.fsencode(path)) as reader:
        return in_place.plan(
            reader, FAMILY.examine(reader), [Change(field="comment", old=None, new=text)], Capabilities()
        )


def refusal(path: Path, text: str | None = COMMENT) -> Refusal | None:
    outcome = planned(path, text)
    return outcome if isinstance(outcome, Refusal) else None


def write(path: Path, text: str | None) -> None:
    patch = planned(path, text)
    assert isinstance(patch, Patch), patch
    mp4.Disk(path).apply(patch)


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def essence(path: Path) -> str:
    """A hash of every stream's packets."""
    return said(
        oracle("ffmpeg"), "-v", "error", "-i", f"file:{path}", "-map", "0", "-c", "copy", "-f", "streamhash", "-"
    )


def by_ffprobe(path: Path) -> tuple[str | None, Any]:
    """The comment, and all other facts that ffprobe shows."""
    command = [oracle("ffprobe"), "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json"]
    known = json.loads(said(*command, f"file:{path}"))
    for varying in ("size", "bit_rate", "filename"):
        known["format"].pop(varying)
    return known["format"].get("tags", {}).pop("comment", None), known


def by_exiftool(path: Path) -> tuple[str | None, Any]:
    known = json.loads(said(oracle("exiftool"), "-j", "-a", "-G1", "-struct", "-charset", "UTF8", str(path)))[0]
    comment = next((value for name, value in known.items() if name.endswith(":Comment")), None)
    varying = ("System:", "Comment", "MediaDataOffset", "HandlerType", "HandlerVendorID", "SourceFile", "AvgBitrate")
    return comment, {name: value for name, value in known.items() if not any(word in name for word in varying)}


def by_mediainfo(path: Path) -> str | None:
    general = json.loads(said(oracle("mediainfo"), "--Output=JSON", str(path)))["media"]["track"][0]
    found: str | None = general.get("Comment") or general.get("extra", {}).get("comment")
    return found


def by_mutagen(path: Path) -> tuple[list[str] | None, dict[str, Any]]:
    tags = dict(mutagen.mp4.MP4(path).tags or {})
    return tags.pop("\xa9cmt", None), tags


@pytest.mark.parametrize(
    ("form", "comment", "wanted"),
    [
        pytest.param("mp4", None, RICH, id="mp4-rich"),
        pytest.param("mp4", "an older comment", {}, id="mp4-commented", marks=pytest.mark.further),
        pytest.param("mp4_room", None, {}, id="room", marks=pytest.mark.further),
        pytest.param("mp4_room", "an older comment", RICH, id="room-commented-rich"),
        pytest.param("m4v", "an older comment", RICH, id="m4v-commented-rich", marks=pytest.mark.further),
    ],
)
def test_every_reader_shows_comment_and_nothing_else_changes(
    tmp_path: Path, form: str, comment: str | None, wanted: dict[str, Any]
) -> None:
    path = media.build(form, tmp_path, comment=comment, **wanted)
    before = (essence(path), by_ffprobe(path)[1], by_exiftool(path)[1], by_mutagen(path)[1], census(path))
    assert refusal(path) is None

    write(path, COMMENT)
    ffprobe, exiftool, tags = by_ffprobe(path), by_exiftool(path), by_mutagen(path)

    assert ffprobe[0] == COMMENT
    assert exiftool[0] == COMMENT
    assert by_mediainfo(path) == COMMENT
    assert tags[0] == [COMMENT]
    assert (essence(path), ffprobe[1], exiftool[1], tags[1], census(path)) == before

    write(path, None)
    assert by_ffprobe(path)[0] is None
    assert by_exiftool(path)[0] is None
    assert by_mediainfo(path) is None
    assert by_mutagen(path)[0] is None
    assert essence(path) == before[0]
    assert census(path) == before[-1]


def test_capable_readers_keep_lines_and_length(tmp_path: Path) -> None:
    text = "first line\nsecond, קו שני\r\n" + "People: " + ", ".join(f"Person {number}" for number in range(5000))
    path = media.build("mp4", tmp_path, **RICH)
    before = essence(path)
    write(path, text)

    assert len(text) > 60_000
    assert by_ffprobe(path)[0] == text
    assert by_mutagen(path)[0] == [text]
    assert essence(path) == before


def test_write_at_end_touches_few_bytes(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path, comment="an older comment", **RICH)
    patch = planned(path)

    assert isinstance(patch, Patch)
    assert sum(len(new) for _, new in patch.writes) < 500


def test_media_stays_in_place(tmp_path: Path) -> None:
    for form in ("mp4", "mp4_room"):
        path = media.build(form, tmp_path, name=f"{form}.mp4", **RICH)
        content = path.read_bytes()
        payload = examine(path).payload
        write(path, COMMENT)

        assert examine(path).payload == payload
        for extent in payload:
            assert path.read_bytes()[extent.offset : extent.end] == content[extent.offset : extent.end]


def test_fast_start_file_has_room_for_shorter_comment_only(tmp_path: Path) -> None:
    path = media.build("mp4_faststart", tmp_path, comment="quite a long comment, as comments go")
    before = essence(path)
    refused = refusal(path)

    assert examine(path).problem is None
    assert refused is not None
    assert refused.code == "no_strategy_yet"
    assert refusal(path, "shorter") is None
    write(path, "shorter")
    assert by_ffprobe(path)[0] == "shorter"
    assert essence(path) == before


def test_truncated_file_is_corrupt(tmp_path: Path) -> None:
    for form in ("mp4", "mp4_faststart", "mp4_room", "mp4_fragmented"):
        problem = examine(media.truncated(form, tmp_path)).problem
        assert problem is not None
        assert problem.code == "corrupt"


def test_tags_by_key_get_same_text(tmp_path: Path) -> None:
    source = media.build("mp4", tmp_path, **RICH)
    path = tmp_path / "keys.mp4"
    command = [oracle("ffmpeg"), "-v", "error", "-i", str(source), "-c", "copy", "-movflags", "use_metadata_tags"]
    said(*command, "-metadata", "comment=old", "-metadata", "mood=calm", str(path))
    before, known = essence(path), by_ffprobe(path)[1]
    write(path, COMMENT)

    assert [field.where for field in mp4.comments(examine(path))] == ["moov/udta/meta/ilst/comment"]
    assert by_ffprobe(path) == (COMMENT, known)
    assert by_exiftool(path)[0] == COMMENT
    assert by_mediainfo(path) == COMMENT
    assert essence(path) == before


def test_comment_beside_keys_of_phone_is_read(tmp_path: Path) -> None:
    """Apple's `meta` with keys in `moov`, and no comment: the new comment goes into `udta`."""
    path = media.build("mp4", tmp_path)
    content = path.read_bytes()
    start = content.index(b"moov") - 4
    keys = mp4.keyed([("com.apple.quicktime.make", "Apple"), ("com.apple.quicktime.model", "Phone")], plain=True)
    moov = mp4.box(b"moov", content[start + 8 :], keys)
    path.write_bytes(content[:start] + moov)
    known = by_ffprobe(path)[1]
    write(path, COMMENT)

    assert known["format"]["tags"]["com.apple.quicktime.make"] == "Apple"
    assert by_ffprobe(path) == (COMMENT, known)
    assert by_exiftool(path)[0] == COMMENT
    assert by_mediainfo(path) == COMMENT


def test_several_comments_get_same_text(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path)
    content = path.read_bytes()
    start = content.index(b"moov") - 4
    at = content.index(b"udta") - 4
    udta = mp4.box(b"udta", mp4.box(b"\xa9cmt", mp4.string("one")), mp4.tags(mp4.cmt("two"), mp4.cmt("three")))
    path.write_bytes(content[:start] + mp4.box(b"moov", content[start + 8 : at], udta))
    write(path, COMMENT)

    assert [field.value for field in mp4.comments(examine(path))] == [COMMENT] * 3
    assert by_ffprobe(path)[0] == COMMENT
    assert by_exiftool(path)[0] == COMMENT
    assert by_mediainfo(path) is not None
    assert set(by_mutagen(path)[0] or []) == {COMMENT}


def test_file_padded_by_mutagen_is_written_into_padding(tmp_path: Path) -> None:
    path = media.build("mp4_faststart", tmp_path, **RICH)
    tagged = mutagen.mp4.MP4(path)
    tagged["\xa9cmt"] = "by mutagen"
    tagged.save()
    size, before = path.stat().st_size, essence(path)
    write(path, COMMENT)

    assert path.stat().st_size == size
    assert by_mutagen(path)[0] == [COMMENT]
    assert by_ffprobe(path)[0] == COMMENT
    assert essence(path) == before


def test_examining_changes_nothing(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path, **RICH)
    before = (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns)
    examine(path)
    census(path)
    refusal(path)

    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == before
