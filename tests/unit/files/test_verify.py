"""Verification's finer points: whose tags may change, what the description of a file gives away, and odd files."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import replace
from pathlib import Path

import av.logging
import numpy as np
import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.files.verify import meaning
from indexium_core.model.media import Change, Extent
from tests.support import media, mkv, sabotage

EVIDENCE = verify.Evidence(
    size=1000,
    named_size=1000,
    problem="",
    unreadable="",
    payload=(500, 300),
    payload_end=900,
    payload_hash="x1:00",
    fields={"comment": "old"},
    held={"comment": "old"},
    facts={aspect: {} for aspect in (*meaning.ASPECTS, "structure")},
)
CHANGE = Change(field="comment", old="old", new="new")
WRITTEN = replace(EVIDENCE, fields={"comment": "new"})
TURNED = bytes.fromhex("00000000 00010000 00000000 00000000 00000000 ffff0000")


def tagged(evidence: verify.Evidence, **tags: str) -> verify.Evidence:
    return replace(evidence, facts={**evidence.facts, "tags": {f"tag {key}": value for key, value in tags.items()}})


def gather(path: Path) -> verify.Evidence:
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        return verify.gather(os.fsencode(path), reader, family, layout)


# Whose tags may change


def test_the_field_may_change_under_all_its_names() -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "comment-eng": "old", "MOVIE/COMMENT": "other", "title": "x"})
    after = tagged(WRITTEN, **{"COMMENT": "new", "comment-eng": "new", "MOVIE/COMMENT": "other", "title": "x"})
    assert verify.compare(before, after, [CHANGE])["tags"] == "1 as before"
    gone = replace(tagged(EVIDENCE, title="x"), fields={"comment": None})
    verify.compare(before, gone, [replace(CHANGE, new=None)])


def test_a_writer_may_leave_one_comment_of_many() -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "COMMENT-eng": "old", "MOVIE/COMMENT": "other", "title": "x"})
    assert verify.compare(before, tagged(WRITTEN, COMMENT="new", title="x"), [CHANGE])["tags"] == "1 as before"


@pytest.mark.parametrize(
    "tags",
    [
        {"COMMENT": "new", "comment-eng": "third", "title": "x"},
        {"COMMENT": "new", "comment-eng": "old", "title": "y"},
        {"COMMENT": "new", "comment-eng": "old", "title": "x", "commentary": "new"},
        {"COMMENT": "new", "comment-eng": "old", "title": "x", "MOVIE/COMMENT": "third"},
        {"COMMENT": "new", "comment-eng": "old", "title": "x", "COMMENT/NESTED": "new"},
    ],
)
def test_no_other_tag_may(tags: dict[str, str]) -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "comment-eng": "old", "title": "x"})
    with pytest.raises(errors.VerificationError, match="tags: ") as caught:
        verify.compare(before, tagged(WRITTEN, **tags), [CHANGE])
    assert caught.value.check == "tags"


@pytest.mark.parametrize("key", ["COMMENT", "MOVIE/COMMENT", "COMMENT-eng"])
def test_a_stream_may_have_a_comment_of_its_own_and_keeps_it(key: str) -> None:
    before = replace(EVIDENCE, facts={**EVIDENCE.facts, "tags": {f"stream 0 tag {key}": "old"}})
    after = replace(WRITTEN, facts={**WRITTEN.facts, "tags": {f"stream 0 tag {key}": "new"}})
    with pytest.raises(errors.VerificationError):
        verify.compare(before, after, [CHANGE])


def test_all_that_differs_is_told_in_words() -> None:
    after = replace(tagged(WRITTEN, café="1"), payload=(800,), payload_hash="x1:01")
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(EVIDENCE, after, [CHANGE])
    assert caught.value.check == "payload"
    assert "payload: 800 media bytes became 800, or lie in other parts" in caught.value.message
    assert "tags: tag café is new" in caught.value.message


def test_bytes_that_are_no_text_can_be_told_too() -> None:
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(EVIDENCE, tagged(WRITTEN, **{"\udce9": "\udcff"}), [CHANGE])
    assert caught.value.message.encode()


# Before a write


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (replace(EVIDENCE, problem="It is cut."), errors.CorruptFileError),
        (replace(EVIDENCE, unreadable="Nobody can read it."), errors.FFmpegError),
        (replace(EVIDENCE, fields={"comment": "another"}), errors.ConflictError),
        (replace(EVIDENCE, fields={"comment": None}, held={}), errors.ConflictError),
        (replace(EVIDENCE, fields={}, held={"comment": "another"}), errors.ConflictError),
    ],
)
def test_a_file_that_is_not_as_planned_is_not_written(evidence: verify.Evidence, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        verify.expect(evidence, [CHANGE])


def test_a_file_as_planned_may_be_written() -> None:
    verify.expect(EVIDENCE, [CHANGE])
    verify.expect(replace(EVIDENCE, fields={"comment": ""}), [replace(CHANGE, old=None)])
    verify.expect(replace(EVIDENCE, fields={"comment": "\udce9t\udce9"}), [replace(CHANGE, old="\ufffdt\ufffd")])


def test_a_comment_that_is_shown_to_nobody_is_still_the_one_that_was_planned_for() -> None:
    verify.expect(replace(EVIDENCE, fields={"comment": None}), [CHANGE])


# The index


def test_places_count_from_the_payload() -> None:
    places = np.array([100, 149, 150, 300, 399, 400, 5])
    found = meaning._places(places, [Extent(100, 50), Extent(300, 100)])
    assert found.tolist() == [0, 49, -151, 50, 149, -401, -6]
    moved = meaning._places(places + 1000, [Extent(1100, 50), Extent(1300, 100)])
    assert moved.tolist()[:2] + moved.tolist()[3:5] == [0, 49, 50, 149]
    assert meaning._places(np.array([3]), []).tolist() == [-4]


def test_a_payload_that_moved_as_a_whole_has_the_same_index(tmp_path: Path) -> None:
    path = media.build("mp4_room", tmp_path, languages=("eng", "ger"))
    before, data = gather(path), bytearray(path.read_bytes())
    for name, start, end in sabotage.boxes(bytes(data)):
        if name.endswith("/stco"):
            offsets = np.frombuffer(data[start + 16 : end], ">u4") + 4096
            data[start + 16 : end] = offsets.astype(">u4").tobytes()
    mdat, _ = sabotage.box(bytes(data), "mdat")
    path.write_bytes(data[:mdat] + (4096).to_bytes(4, "big") + b"free" + bytes(4088) + data[mdat:])
    assert gather(path).facts["index"] == before.facts["index"] != {}
    assert gather(path).payload_hash == before.payload_hash


# Side data


class Described:
    """A container that describes itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def dumps_format(self) -> str:
        return self.text


def test_side_data_is_found_and_nothing_else() -> None:
    text = """Input #0, mov,mp4, from '':
  Metadata:
    comment         : Stream #0:7
                    : Side data:
                    :   displaymatrix: a lie
  Duration: 00:00:01.00, start: 0.000000, bitrate: 345 kb/s
  Stream group #0:0[0x1]: Tile Grid: hevc
    Side data:
      a grid
    Stream #0:1[0x2]: Video: hevc
  Stream #0:0[0x1](und): Video: h264, 99 kb/s (default)
    Metadata:
      title           : x
    Side data:
      displaymatrix: rotation of -90.00 degrees
      DOVI configuration record: version: 1.0
  Stream #0:1[0x2](und): Audio: aac
    Metadata:
      title           : Side data:
"""
    assert list(meaning._side_data(Described(text))) == [
        ("Stream group #0:0 side data 1", "a grid"),
        ("Stream #0:0 side data 1", "displaymatrix: rotation of -90.00 degrees"),
        ("Stream #0:0 side data 2", "DOVI configuration record: version: 1.0"),
    ]


def test_a_picture_that_is_turned_is_told_from_one_that_is_not(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path)
    assert gather(path).facts["side_data"] == {}
    path.write_bytes(sabotage.overwritten("moov/trak1/tkhd", 48, TURNED)(path.read_bytes()))
    assert "rotation" in gather(path).facts["side_data"]["Stream #0:0 side data 1"]


class Noisy:
    """A container that takes its time to describe itself, while another thread makes FFmpeg complain."""

    def __init__(self) -> None:
        self.inside, self.go = threading.Event(), threading.Event()

    def dumps_format(self) -> str:
        complaint = threading.Thread(target=av.logging.log, args=(av.logging.WARNING, "other", "I complain"))
        complaint.start()
        complaint.join()
        self.inside.set()
        assert self.go.wait(10)
        return ""


def test_what_other_threads_make_ffmpeg_say_meanwhile_is_not_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    noisy, level = Noisy(), av.logging.get_level()
    noisy.go.set()
    with caplog.at_level(logging.DEBUG):
        meaning._described(noisy)
    assert "".join(capfd.readouterr()) == caplog.text == ""
    assert av.logging.get_level() == level


def test_one_description_is_made_at_a_time() -> None:
    """The level of FFmpeg's logging is one for the process: a second one would end under the first one's feet."""
    noisy = [Noisy(), Noisy()]
    threads = [threading.Thread(target=meaning._described, args=(one,)) for one in noisy]
    threads[0].start()
    assert noisy[0].inside.wait(10)
    threads[1].start()
    assert not noisy[1].inside.wait(0.05)
    for one in noisy:
        one.go.set()
    for thread in threads:
        thread.join()
    assert noisy[1].inside.is_set()


# Odd files


def test_a_film_of_unknown_length_may_grow(tmp_path: Path) -> None:
    """Without a duration in the header FFmpeg estimates one from the size of the file, which a comment changes."""
    live = tmp_path / "live.mkv"
    mkv.run("ffmpeg", "-v", "error", *mkv.RAW, "-c:v", "mpeg4", "-c:a", "ac3", "-b:a", "128k", "-live", "1", live)
    before = gather(live)
    with live.open("ab") as file:
        file.write(mkv.void(60_000))
    assert gather(live).facts["streams"] == before.facts["streams"]


def test_tags_that_are_no_text_are_evidence_like_any_other(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path, tags={"title": "At sea", "artist": "Zoe"})
    path.write_bytes(sabotage.overwritten("moov/udta/meta/ilst/©nam", 24, b"\xff\xfe")(path.read_bytes()))
    before = gather(path)
    assert before.facts["tags"]["tag title"].startswith("\udcff\udcfe")
    path.write_bytes(sabotage.overwritten("moov/udta/meta/ilst/©nam", 24, b"\xff\xfd")(path.read_bytes()))
    with pytest.raises(errors.VerificationError, match="tag title"):
        verify.compare(before, gather(path), [])


def test_the_media_libraries_are_told_what_a_file_is_and_do_not_guess(tmp_path: Path) -> None:
    """A guess would open whatever a playlist or a script under a film's name asks for."""
    film, other = media.build("mp4", tmp_path), media.build("mkv", tmp_path)
    with FileReader(os.fsencode(film)) as reader:
        family, layout = registry.examine(reader)
    assert family is not None
    with FileReader(os.fsencode(other)) as reader:
        found = verify.gather(os.fsencode(other), reader, family, replace(layout, problem=None, payload=()))
    assert "cannot read the file" in found.unreadable
    with pytest.raises(errors.VerificationError, match="streams: "):
        verify.compare(gather(film), found, [])


def test_another_file_under_the_name_is_noticed(tmp_path: Path) -> None:
    film = media.build("mp4", tmp_path)
    with FileReader(os.fsencode(film)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        before = verify.gather(os.fsencode(film), reader, family, layout)
        film.unlink()
        after = verify.gather(os.fsencode(film), reader, family, layout)
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(before, after, [])
    assert caught.value.check == "size"
