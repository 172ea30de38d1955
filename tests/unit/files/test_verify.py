"""Details of verification: the owners of tags, the description of a file, and unusual files."""

from __future__ import annotations

import itertools
import logging
import os
import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import av.logging
import numpy as np
import pytest

from indexium_core import errors
from indexium_core.files import libav, verify
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.files.verify import evidence, meaning, packets
from indexium_core.model.files.media import Change, Extent, FieldValue
from tests.support import genuine, headers, media, mkv, ogg, sabotage

EVIDENCE = verify.Evidence(
    size=1000,
    named_size=1000,
    problem="",
    unreadable="",
    payload=(500, 300),
    payload_end=900,
    payload_hash="x1:00",
    fields={"comment": "old"},
    texts=(FieldValue(field="comment", where="somewhere", value="old"),),
    facts={aspect: {} for aspect in (*meaning.ASPECTS, "structure")},
)
CHANGE = Change(field="comment", old="old", new="new")
TURNED = bytes.fromhex("00000000 00010000 00000000 00000000 00000000 ffff0000")


def saying(evidence: verify.Evidence, shown: str | None, *texts: str) -> verify.Evidence:
    """Evidence of a file that shows one text as its comment and has these tags."""
    held = (FieldValue(field="comment", where="somewhere", value=text) for text in texts)
    return replace(evidence, fields={"comment": shown}, texts=tuple(held))


WRITTEN = saying(EVIDENCE, "new", "new")


def tagged(evidence: verify.Evidence, **tags: str) -> verify.Evidence:
    return replace(evidence, facts={**evidence.facts, "tags": {f"tag {key}": value for key, value in tags.items()}})


def gather(path: Path, *, packets: bool = False) -> verify.Evidence:
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        return verify.gather(os.fsencode(path), reader, family, layout, packets=packets)


# Tags that may change


def test_planned_field_may_change_under_all_names() -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "comment-eng": "old", "MOVIE/COMMENT": "other", "title": "x"})
    after = tagged(WRITTEN, **{"COMMENT": "new", "comment-eng": "new", "MOVIE/COMMENT": "other", "title": "x"})
    assert verify.compare(before, after, [CHANGE])["tags"] == "1 as before"
    gone = saying(tagged(EVIDENCE, title="x"), None)
    verify.compare(before, gone, [replace(CHANGE, new=None)])


def test_one_of_several_comments_may_stay() -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "COMMENT-eng": "old", "MOVIE/COMMENT": "other", "title": "x"})
    after = replace(tagged(WRITTEN, COMMENT="new", title="x"), container="matroska")
    assert verify.compare(before, after, [CHANGE])["tags"] == "1 as before"


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
def test_other_tag_may_not_change(tags: dict[str, str]) -> None:
    before = tagged(EVIDENCE, **{"COMMENT": "old", "comment-eng": "old", "title": "x"})
    with pytest.raises(errors.VerificationError, match="tags: ") as caught:
        verify.compare(before, tagged(WRITTEN, **tags), [CHANGE])
    assert caught.value.check == "tags"


@pytest.mark.parametrize("key", ["COMMENT", "MOVIE/COMMENT", "COMMENT-eng"])
def test_stream_comment_is_kept(key: str) -> None:
    before = replace(EVIDENCE, facts={**EVIDENCE.facts, "tags": {f"stream 0 tag {key}": "old"}})
    after = replace(WRITTEN, facts={**WRITTEN.facts, "tags": {f"stream 0 tag {key}": "new"}})
    with pytest.raises(errors.VerificationError):
        verify.compare(before, after, [CHANGE])


def test_proof_has_the_hash_of_the_media() -> None:
    assert verify.compare(EVIDENCE, WRITTEN, [CHANGE])["payload"] == "x1:00"
    without = replace(EVIDENCE, payload=(), payload_hash=None)
    assert verify.compare(without, replace(WRITTEN, payload=(), payload_hash=None), [CHANGE])["payload"] == "none"


def test_every_difference_is_described() -> None:
    after = replace(tagged(WRITTEN, café="1"), payload=(800,), payload_hash="x1:01")
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(EVIDENCE, after, [CHANGE])
    assert caught.value.check == "payload"
    assert "payload: 800 media bytes became 800, or have other extents" in caught.value.message
    assert "tags: tag café is new" in caught.value.message


def test_undecodable_difference_is_described() -> None:
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(EVIDENCE, tagged(WRITTEN, **{"\udce9": "\udcff"}), [CHANGE])
    assert caught.value.message.encode()


# Before a write


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (replace(EVIDENCE, problem="It is cut."), errors.CorruptFileError),
        (replace(EVIDENCE, unreadable="Nobody can read it."), errors.FFmpegError),
        (saying(EVIDENCE, "another", "another"), errors.ConflictError),
        (saying(EVIDENCE, None), errors.ConflictError),
        (saying(EVIDENCE, None, "another"), errors.ConflictError),
    ],
)
def test_file_unlike_plan_is_refused(evidence: verify.Evidence, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        verify.expect(evidence, [CHANGE])


def test_file_like_plan_is_accepted() -> None:
    verify.expect(EVIDENCE, [CHANGE])
    verify.expect(saying(EVIDENCE, ""), [replace(CHANGE, old=None)])
    verify.expect(saying(EVIDENCE, "\udce9t\udce9", "\udce9t\udce9"), [replace(CHANGE, old="\ufffdt\ufffd")])


def test_every_changed_text_matches_plan() -> None:
    changes = [replace(CHANGE, where="one"), Change(field="comment", old="hidden\u2400text", new=None, where="two")]
    texts = [("one", "old"), ("two", "hidden\0text")]
    found = tuple(
        FieldValue(field="comment", where=where, value=value, takes_value=where == "one") for where, value in texts
    )
    verify.expect(replace(EVIDENCE, texts=found), changes)
    more = FieldValue(field="comment", where="three", value="not in the plan", takes_value=False)
    for other in (found[:1], (*found, more), (found[0], replace(found[1], takes_value=True))):
        with pytest.raises(errors.ConflictError):
            verify.expect(replace(EVIDENCE, texts=other), changes)


def test_comment_change_keeps_second_text() -> None:
    two = saying(EVIDENCE, "old", "other", "old")
    with pytest.raises(errors.ConflictError):
        verify.expect(two, [CHANGE])
    verify.expect(two, [replace(CHANGE, new="old\nPeople: Ann", segment="People: Ann")])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("a\nPeople: Ann", "b\nPeople: Ann"), ""),
        (("a\nPeople: Ann", "b\nPeople: Ann", "a\nPeople: Ann"), ""),  # one may be added, for players
        (("a\nPeople: Ann", "b"), "no place has 'b.nPeople: Ann'"),
        (("a\nPeople: Ann",), "no place has 'b.nPeople: Ann'"),
        (("a\nPeople: Ann", "b\nPeople: Ann", "c"), "an unexpected place has 'c'"),
        (("b\nPeople: Ann", "a\nPeople: Ann"), "are in each other's places"),
    ],
)
def test_preserve_mode_keeps_every_text(texts: tuple[str, ...], message: str) -> None:
    change = Change(field="comment", old="a", new="a\nPeople: Ann", segment="People: Ann")
    before, after = saying(EVIDENCE, "a", "a", "b"), saying(EVIDENCE, "a\nPeople: Ann", *texts)
    if not message:
        assert verify.compare(before, after, [change])
        return
    with pytest.raises(errors.VerificationError, match=message) as caught:
        verify.compare(before, after, [change])
    assert caught.value.check == "comment"


def test_hidden_comment_matches_plan() -> None:
    verify.expect(replace(EVIDENCE, fields={"comment": None}), [CHANGE])


# The index


def test_offsets_count_from_payload() -> None:
    places = np.array([100, 149, 150, 300, 399, 400, 5])
    found = meaning._places(places, [Extent(100, 50), Extent(300, 100)], 500)
    assert found.tolist() == [0, 49, -151, 50, 149, -401, -6]
    assert meaning._places(places, [Extent(100, 50), Extent(300, 100)], 400).tolist()[5] == 150  # after the end
    moved = meaning._places(places + 1000, [Extent(1100, 50), Extent(1300, 100)], 1500)
    assert moved.tolist()[:2] + moved.tolist()[3:5] == [0, 49, 50, 149]
    assert meaning._places(np.array([3]), [], 9).tolist() == [-4]


def test_moved_payload_has_same_index(tmp_path: Path) -> None:
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


def test_only_side_data_is_returned() -> None:
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


def test_rotation_is_compared(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path)
    assert gather(path).facts["side_data"] == {}
    path.write_bytes(sabotage.overwritten("moov/trak1/tkhd", 48, TURNED)(path.read_bytes()))
    assert "rotation" in gather(path).facts["side_data"]["Stream #0:0 side data 1"]


class Noisy:
    """A container with a slow description, while another thread makes FFmpeg log messages."""

    def __init__(self) -> None:
        self.inside, self.go = threading.Event(), threading.Event()

    def dumps_format(self) -> str:
        complaint = threading.Thread(target=av.logging.log, args=(av.logging.WARNING, "other", "I complain"))
        complaint.start()
        complaint.join()
        self.inside.set()
        assert self.go.wait(10)
        return ""


def test_ffmpeg_messages_of_other_threads_are_not_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    noisy = Noisy()
    noisy.go.set()
    av.logging.set_level(av.logging.PANIC)  # the state after every description; PyAV itself starts with none
    with caplog.at_level(logging.DEBUG):
        meaning._described(noisy)
    assert "".join(capfd.readouterr()) == ""
    assert [record for record in caplog.records if record.name.startswith("libav")] == []  # threads may log others
    assert av.logging.get_level() == av.logging.PANIC


def test_descriptions_are_serialised() -> None:
    """
    The level of FFmpeg's logging is global in the process: a second description would change it for the first one.
    """
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


# Unusual files


def test_video_of_unknown_duration_may_grow(tmp_path: Path) -> None:
    """Without a duration in the header FFmpeg estimates one from the size of the file, which a comment changes."""
    live = tmp_path / "live.mkv"
    mkv.run("ffmpeg", "-v", "error", *mkv.RAW, "-c:v", "mpeg4", "-c:a", "ac3", "-b:a", "128k", "-live", "1", live)
    before = gather(live)
    with live.open("ab") as file:
        file.write(mkv.void(60_000))
    assert gather(live).facts["streams"] == before.facts["streams"]


def test_undecodable_tags_are_evidence(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path, tags={"title": "At sea", "artist": "Zoe"})
    path.write_bytes(sabotage.overwritten("moov/udta/meta/ilst/©nam", 24, b"\xff\xfe")(path.read_bytes()))
    before = gather(path)
    assert before.facts["tags"]["tag title"].startswith("\udcff\udcfe")
    path.write_bytes(sabotage.overwritten("moov/udta/meta/ilst/©nam", 24, b"\xff\xfd")(path.read_bytes()))
    with pytest.raises(errors.VerificationError, match="tag title"):
        verify.compare(before, gather(path), [])


def test_media_library_gets_format(tmp_path: Path) -> None:
    """Format detection would open every file that a playlist or a script with the name of a film requests."""
    film, other = media.build("mp4", tmp_path), media.build("mkv", tmp_path)
    with FileReader(os.fsencode(film)) as reader:
        family, layout = registry.examine(reader)
    assert family is not None
    with FileReader(os.fsencode(other)) as reader:
        found = verify.gather(os.fsencode(other), reader, family, replace(layout, problem=None, payload=()))
    assert "cannot read the file" in found.unreadable
    with pytest.raises(errors.VerificationError, match="streams: "):
        verify.compare(gather(film), found, [])


def test_replaced_file_is_detected(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("form", ["mp4", "mov", "mkv", "avi"])
def test_concurrent_evidence_equals_sequential_evidence(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = media.build(form, tmp_path)
    before = gather(film)
    monkeypatch.setattr(evidence, "_LARGE_INDEX", 0)
    assert gather(film) == before


@pytest.mark.parametrize("half", ["libraries", "parsers"])
def test_disk_error_is_not_corruption(half: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_LARGE_INDEX", 0)
    film = media.build("mp4", tmp_path)
    main = threading.current_thread()
    with FileReader(os.fsencode(film)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None

        def fail(_: int) -> None:
            if (threading.current_thread() is main) == (half == "parsers"):
                raise errors.FileAccessError("The disk reported an error.", code="io_error")

        reader.on_progress = fail
        with pytest.raises(errors.FileAccessError, match="disk reported"):
            verify.gather(os.fsencode(film), reader, family, layout)


def test_ffmpeg_log_callback_is_removed(tmp_path: Path) -> None:
    """FFmpeg sends one for each sample of an index, and PyAV's callback takes the interpreter's lock for each."""
    gather(media.build("mp4", tmp_path))
    seen = av.logging.get_last_error()
    av.logging.log(av.logging.ERROR, "test", "nobody takes this")
    assert av.logging.get_last_error() == seen


# Rewritten files


def timed(evidence: verify.Evidence, *shown: float, container: str = "avi", kind: str = "video") -> verify.Evidence:
    """Evidence with one stream whose packets have these times in seconds."""
    facts = {**evidence.facts, "packets": {"stream 0": "some"}, "streams": {"stream 0 type": kind}}
    times = {"stream 0": packets.Times(np.array(shown), np.array(shown))}
    return replace(evidence, facts=facts, times=times, container=container)


NOWHERE = float("nan")


@pytest.mark.parametrize(
    ("container", "kind", "moved", "passes"),
    [
        ("avi", "audio", 0.026, True),
        ("avi", "audio", 0.06, False),
        ("avi", "video", 0.026, False),
        ("flv", "audio", 0.001, False),
        ("asf", "video", 0.0, True),
    ],
)
def test_only_avi_audio_may_shift_by_packet(container: str, kind: str, moved: float, passes: bool) -> None:
    before = timed(EVIDENCE, 0.0, 1.0, NOWHERE, container=container, kind=kind)
    after = timed(WRITTEN, 0.0, 1.0 + moved, NOWHERE, container=container, kind=kind)
    if passes:
        assert "stream 0" in str(verify.compare(before, after, [CHANGE], comparisons=verify.REWRITTEN)["packets"])
        return
    with pytest.raises(errors.VerificationError, match="packets of stream 0 moved by up to") as caught:
        verify.compare(before, after, [CHANGE], comparisons=verify.REWRITTEN)
    assert caught.value.check == "packets"


def test_timestamp_may_not_appear_or_disappear() -> None:
    before, after = timed(EVIDENCE, 0.0, NOWHERE), timed(WRITTEN, 0.0, 1.0)
    for one, other in ((before, after), (timed(EVIDENCE, 0.0, 1.0), timed(WRITTEN, 0.0, NOWHERE))):
        with pytest.raises(errors.VerificationError, match="lost or gained times"):
            verify.compare(one, other, [CHANGE], comparisons=verify.REWRITTEN)


@pytest.mark.parametrize("size", [499, 1100 + (1 << 20) + 8 * 3 + 1])
def test_rewritten_file_has_similar_size(size: int) -> None:
    before, after = timed(EVIDENCE, 0.0), replace(timed(WRITTEN, 0.0), size=size, named_size=size)
    with pytest.raises(errors.VerificationError, match=f"1000 bytes became {size}"):
        verify.compare(before, after, [CHANGE], comparisons=verify.REWRITTEN)


def test_muxer_name_and_ids_may_change() -> None:
    before = tagged(timed(EVIDENCE, 0.0), encoder="a", software="b", lasttimestamp="3", title="x")
    after = tagged(timed(WRITTEN, 0.0), encoder="c", duration="4", title="x")
    facts = {**after.facts, "streams": {**after.facts["streams"], "stream 0 time base": "1/7", "stream 0 id": "9"}}
    verify.compare(before, replace(after, facts=facts), [CHANGE], comparisons=verify.REWRITTEN)
    with pytest.raises(errors.VerificationError, match="tag title is gone"):
        verify.compare(before, tagged(timed(WRITTEN, 0.0), encoder="c"), [CHANGE], comparisons=verify.REWRITTEN)


def test_undecodable_old_text_matches_plan() -> None:
    change = Change(field="comment", old="\ufffd", new="\ufffd\nPeople: Ann", segment="People: Ann")
    before = saying(timed(EVIDENCE, 0.0), "\udce9", "\udce9")
    text = "\udce9\nPeople: Ann"
    verify.compare(before, saying(timed(WRITTEN, 0.0), text, text), [change], comparisons=verify.REWRITTEN)
    other = saying(timed(WRITTEN, 0.0), text, "\udce8\nPeople: Ann")
    with pytest.raises(errors.VerificationError, match="no place has"):
        verify.compare(before, other, [change], comparisons=verify.REWRITTEN)


@dataclass
class Packet:
    """A packet of a number of bytes."""

    size: int
    pts: int | None = 0
    dts: int | None = 0


def test_endless_packets_are_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "MOST", 1000)
    flush = Packet(0, None, None)
    assert list(packets._within_reason(iter([Packet(100), flush, Packet(50)]), 100)) == [Packet(100), Packet(50)]
    with pytest.raises(errors.FFmpegError, match="longer than the file"):
        list(packets._within_reason(itertools.repeat(Packet(1_000_000)), 100))
    with pytest.raises(errors.FFmpegError, match="more packets than"):
        list(packets._within_reason(itertools.repeat(Packet(0)), 100))


@pytest.mark.parametrize("packets", [False, True])
def test_reader_error_is_raised_once_without_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], *, packets: bool
) -> None:
    """The libraries continue to read before they report it, and PyAV prints all errors except the last."""
    with FileReader(os.fsencode(media.build("wmv", tmp_path))) as reader:
        told = itertools.count(1)

        def give_up(_: int) -> None:
            if next(told) > packets:
                raise errors.MetadataError("It was given up.", code="cancelled")

        reader.on_progress = give_up
        with pytest.raises(errors.MetadataError, match="given up"), libav.opened(reader, "wmv") as film:
            list(film.demux())
    assert capfd.readouterr().err == ""


def test_ogg_headers_are_compared_without_comments() -> None:
    parts = b"\x01" + b"i" * 300, b"\x03" + b"c" * 600, b"\x05setup"
    lengths = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    laced = b"\2" + b"\xff\x2e" + b"\xff\xff\x5b" + b"".join(parts)
    assert list(meaning._headers(lengths)) == list(meaning._headers(laced)) == list(parts)
    assert meaning._configuration(laced, "vorbis") == parts[0] + parts[2]
    assert meaning._configuration(b"\0\0\0\1a\0\0\0\0\1b", "h264") == b"\0\0\1a\0\0\1b"
    assert meaning._configuration(b"\1\0\0\0\1", "h264") == b"\1\0\0\0\1"


def test_codec_tag_may_be_undecodable(tmp_path: Path) -> None:
    """PyAV reads it as ASCII; AAC in an AVI is 0xFF."""
    path = tmp_path / "clip.avi"
    sound = ("-f", "lavfi", "-i", "sine=d=0.2", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=0.2")
    mkv.run("ffmpeg", "-nostdin", "-v", "error", *sound, "-c:v", "mpeg4", "-c:a", "aac", path)
    found = gather(path)
    assert found.unreadable == ""
    assert "ff000000" in found.facts["streams"].values()


def test_census_error_is_evidence(tmp_path: Path) -> None:
    """Pages in the middle are read before FFmpeg rewrites a file, not when the file is examined."""
    path = media.build("ogv", tmp_path)
    data = path.read_bytes()
    pages = [place.start() for place in re.finditer(b"OggS", data)]
    path.write_bytes(data[: pages[-2]] + b"XXXX" + data[pages[-2] + 4 :])
    assert "other bytes between its pages" in gather(path, packets=True).problem


def test_ogg_comment_comes_from_video_stream(tmp_path: Path) -> None:
    path = headers.ogg_tags(media.build("ogv", tmp_path), audio=[("COMMENT", "sound")])
    assert gather(path).comment == "sound"
    headers.ogg_tags(path, video=[("DESCRIPTION", "pictures")])
    found = gather(path)
    assert found.comment == "pictures"
    assert {text.value for text in found.texts} == {"sound", "pictures"}
    assert found.facts["tags"]["tag stream 0/comment"] == "pictures"


@pytest.mark.parametrize("told", [b"TITLE=a", b"COMMENT=sound"])
def test_cover_text_is_no_ogg_comment(tmp_path: Path, told: bytes) -> None:
    """FFmpeg makes a stream of the picture, whose comment is `Cover (front)`."""
    path = media.build("ogv", tmp_path, comment=None)
    path.write_bytes(ogg.with_texts(path.read_bytes(), {1: (genuine.COVER, told)}))
    assert gather(path).comment == ("sound" if told.endswith(b"sound") else None)
