"""Examination of files that FFmpeg rewrites: media, comments, damage, and hostile files in bounded time."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files import fingerprint
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import RemuxLayout
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.files.media import Change, Remux
from tests.support import headers, media
from tests.support.cases import each_case

FORMS = {"avi": "avi", "wmv": "asf", "flv": "flv", "ogv": "ogg"}
CHANGE = Change(field="comment", old=None, new="x")
MAGICS = {
    "avi": [b"RIFF\xff\xff\xff\xffAVI ", b"RIFF\0\0\0\0AVI ", b"RIFF\x40\0\0\0AVI LIST\x20\0\0\0hdrl"],
    "asf": [bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c40")],
    "flv": [
        b"FLV\x01\x05\0\0\0\x09\0\0\0\0",
        b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0\x20\0\0\0\0\0\0\0\2\0\nonMetaData\3",
    ],
    "ogg": [b"OggS\0\x02", b"OggS\0\x02" + bytes(20) + b"\x01\x20\x80theora"],
}


def examined(data: bytes) -> RemuxLayout:
    _, layout = registry.examine(BytesReader(data))
    assert isinstance(layout, RemuxLayout)
    return layout


def problem(data: bytes) -> str:
    layout = examined(data)
    return layout.problem.code if layout.problem else ""


@pytest.mark.parametrize("form", FORMS)
def test_container_is_recognised_by_content(form: str, tmp_path: Path) -> None:
    path = media.build(form, tmp_path, name="wrongly_named.mp4")
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        last = family.strategies()[-1]
        edit = last.plan(reader, layout, [CHANGE], Capabilities())
        assert isinstance(edit, Remux), edit
        assert registry.cost(edit, reader).bytes_written == layout.size
    assert layout.container == FORMS[form]
    assert last.name == f"{FORMS[form]}_remux"


@pytest.mark.parametrize("form", FORMS)
def test_payload_does_not_depend_on_tags(form: str, tmp_path: Path) -> None:
    hashes = set()
    for comment in (None, "short", "much longer, so that everything behind it moves " * 20):
        path = media.build(form, tmp_path, comment=comment)
        with FileReader(os.fsencode(path)) as reader:
            _, layout = registry.examine(reader)
            assert 0 < sum(extent.length for extent in layout.payload) < layout.size
            hashes.add(fingerprint.payload_hash(reader, layout.payload))
    assert len(hashes) == 1


@pytest.mark.parametrize("form", FORMS)
def test_comment_is_read(form: str, tmp_path: Path) -> None:
    comment = "People: Ann Lee, Zoë Öz"
    layout = examined(media.build(form, tmp_path, comment=comment).read_bytes())
    assert {place.value for place in layout.fields} == {comment}
    assert all(place.field == "comment" and place.where for place in layout.fields)


@each_case("keep", [0.5, 0.9, 0.999])
@each_case("form", FORMS)
def test_truncated_file_is_corrupt(form: str, keep: float, tmp_path: Path) -> None:
    data = media.build(form, tmp_path).read_bytes()
    assert problem(data) == ""
    assert problem(data[: int(len(data) * keep)]) == "corrupt"


@pytest.mark.parametrize("container", MAGICS)
@given(pick=st.integers(0, 2), body=st.binary(max_size=600))
def test_any_content_can_be_examined(container: str, pick: int, body: bytes) -> None:
    data = MAGICS[container][pick % len(MAGICS[container])] + body
    layout = examined(data)
    assert layout.container == container
    assert all(extent.offset >= 0 and extent.end <= len(data) for extent in layout.payload)


class Counting(BytesReader):
    """A file that counts its reads, and raises an error after too many."""

    reads = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        assert self.reads < 3 * parsing.MAX_ELEMENTS
        return super().read_at(offset, length)


def endless() -> dict[str, bytes]:
    asf = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
    junk = struct.pack("<Q", 24)
    small = b"\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b"
    page = b"OggS\0\0" + bytes(8) + b"abcd" + bytes(9)
    return {
        "avi": b"RIFF" + struct.pack("<I", 8_000_004) + b"AVI " + b"JUNK\0\0\0\0" * 1_000_000,
        "avi of no size": b"RIFF" + struct.pack("<I", 800_012) + b"AVI " + b"LIST\4\0\0\0hdrl" + bytes(800_000),
        "asf of no size": asf + struct.pack("<QI", 60, 2) + b"\1\2" + asf + bytes(14) + bytes(100_000),
        "asf": asf + struct.pack("<QI", 30 + 24 * 50_000, 9) + b"\1\2" + (bytes(16) + junk) * 50_000,
        "flv": b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + small * 100_000,
        "flv, deep": headers.flv_with(
            b"FLV\x01\x05\0\0\0\x09\0\0\0\0", headers.script("onMetaData", {"a": nested(100)})
        ),
        "ogg": b"OggS\0\2" + bytes(8) + b"abcd" + bytes(9) + page * 50_000,
    }


def nested(depth: int) -> dict[str, object]:
    parsing: dict[str, object] = {}
    for _ in range(depth):
        parsing = {"a": parsing}
    return parsing


@pytest.mark.parametrize("name", endless())
def test_hostile_file_costs_limited_steps(name: str) -> None:
    reader = Counting(endless()[name])
    _, layout = registry.examine(reader)
    assert layout.problem is not None
    assert layout.problem.code == "corrupt"
    assert layout.problem.message.endswith(".")


def test_avi_with_wrong_size_is_corrupt(tmp_path: Path) -> None:
    data = media.build("avi", tmp_path).read_bytes()
    assert problem(data[:4] + struct.pack("<I", len(data) + 100) + data[8:]) == "corrupt"


def test_ffmpeg_is_last_strategy() -> None:
    names = [[strategy.name for strategy in family.strategies()] for family in registry.REMUXABLE]
    assert names == [
        ["avi_in_place", "avi_copy", "avi_remux"],
        ["asf_in_place", "asf_copy", "asf_remux"],
        ["flv_in_place", "flv_copy", "flv_remux"],
        ["ogg_in_place", "ogg_copy", "ogg_remux"],
    ]
