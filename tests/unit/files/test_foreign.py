"""Containers that are only read: told apart by content, their media bytes found, hostile ones survived."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files import fingerprint
from indexium_core.files.containers import foreign, registry
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.media import Change, Refusal
from tests.support import media

KINDS = {
    "avi": ("avi", "no_strategy_yet"),
    "wmv": ("asf", "no_strategy_yet"),
    "flv": ("flv", "no_strategy_yet"),
    "ogv": ("ogg", "no_strategy_yet"),
    "ts": ("mpegts", "unsupported_container"),
    "mpg": ("mpegps", "unsupported_container"),
}


@pytest.mark.parametrize("form", KINDS)
def test_each_is_known_by_its_content_and_refused_with_a_code(form: str, tmp_path: Path) -> None:
    path = media.build(form, tmp_path, name="wrongly_named.mp4")
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        choice = registry.choose(reader, layout, [Change(field="comment", old=None, new="x")])
    container, code = KINDS[form]
    assert family is foreign.FAMILY
    assert layout.container == container
    assert isinstance(choice, Refusal)
    assert choice.code == code


@pytest.mark.parametrize("form", ["avi", "wmv", "flv", "ogv"])
def test_the_media_bytes_are_the_same_whatever_the_tags_say(form: str, tmp_path: Path) -> None:
    hashes = set()
    for comment in (None, "short", "much longer, so that everything behind it moves " * 20):
        path = media.build(form, tmp_path, comment=comment)
        with FileReader(os.fsencode(path)) as reader:
            _, layout = registry.examine(reader)
            assert 0 < sum(extent.length for extent in layout.payload) < layout.size
            hashes.add(fingerprint.payload_hash(reader, layout.payload))
    assert len(hashes) == 1


@pytest.mark.parametrize("form", ["avi", "wmv"])
def test_a_file_that_is_cut_short_is_damaged(form: str, tmp_path: Path) -> None:
    path = media.truncated(form, tmp_path)
    with FileReader(os.fsencode(path)) as reader:
        _, layout = registry.examine(reader)
    assert layout.problem is not None
    assert layout.problem.code == "corrupt"


def test_blu_ray_streams_have_longer_packets() -> None:
    packet = b"\0\0\0\0" + b"\x47" + b"\xff" * 187
    assert foreign.FAMILY.recognises(packet * 5)


@pytest.mark.parametrize(
    "head", [b"", b"G", b"GIF89a" + b"\0" * 900, b"#EXTM3U\n", b"<!doctype html>", b"ffconcat version 1.0\n"]
)
def test_what_is_no_video_is_of_no_family(head: bytes) -> None:
    family, layout = registry.examine(BytesReader(head))
    assert family is None
    assert layout.problem is not None
    assert layout.problem.code == "not_video"


MAGICS = [
    b"RIFF\xff\xff\xff\xffAVI ",
    b"RIFF\0\0\0\0AVI ",
    foreign._ASF_HEADER,
    b"FLV\x01\x05\0\0\0\x09",
    b"OggS\0\x02",
]


@given(magic=st.sampled_from(MAGICS), body=st.binary(max_size=600))
def test_nothing_that_a_file_may_contain_breaks_the_examination(magic: bytes, body: bytes) -> None:
    data = magic + body
    layout = foreign.FAMILY.examine(BytesReader(data))
    assert layout.problem is not None
    assert all(extent.offset >= 0 and extent.end <= len(data) for extent in layout.payload)


def test_a_hostile_file_costs_a_bounded_number_of_steps() -> None:
    endless = b"RIFF" + (10_000_000).to_bytes(4, "little") + b"AVI " + b"JUNK\0\0\0\0" * 1_000_000
    counted = _Counting(endless)
    foreign.FAMILY.examine(counted)
    assert counted.reads < 2 * foreign._STEPS


class _Counting(BytesReader):
    reads = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        return super().read_at(offset, length)
