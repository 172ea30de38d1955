"""Containers that are only read: recognised by content, rejected with a code and a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, registry, unsupported
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.files.media import Change, Refusal
from tests.support import media

CHANGE = Change(field="comment", old=None, new="x")
KINDS = {"ts": "mpegts", "mpg": "mpegps"}
RARE = {"mxf": "no_strategy_yet", "rm": "no_strategy_yet", "wtv": "no_strategy_yet", "nut": "no_strategy_yet"}


@pytest.mark.parametrize("form", KINDS)
def test_container_without_comments_is_refused_in_plan(form: str, tmp_path: Path) -> None:
    path = media.build(form, tmp_path, name="wrongly_named.mp4")
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is unsupported.FAMILY
        choice = registry.choose(family, reader, layout, [CHANGE], Capabilities())
    assert layout.container == KINDS[form]
    assert isinstance(choice, Refusal)
    assert choice.code == "unsupported_container"
    assert "Remux the file" in choice.message


@pytest.mark.parametrize("kind", [kind for kind in unsupported.KINDS if kind.magic], ids=lambda kind: kind.container)
def test_rare_containers_are_refused(kind: unsupported.UnsupportedKind) -> None:
    family, layout = registry.examine(BytesReader(kind.magic + bytes(2000)))
    assert family is unsupported.FAMILY
    assert layout.problem is not None
    assert layout.problem.code == RARE.get(kind.container, "unsupported_container")
    assert kind.label in layout.problem.message


def test_blu_ray_streams_are_recognised() -> None:
    packet = b"\0\0\0\0" + b"\x47" + b"\xff" * 187
    assert unsupported.FAMILY.recognises(packet * 5)


@pytest.mark.parametrize(
    "head", [b"", b"G", b"GIF89a" + b"\0" * 900, b"#EXTM3U\n", b"<!doctype html>", b"ffconcat version 1.0\n"]
)
def test_non_video_has_no_family(head: bytes) -> None:
    family, layout = registry.examine(BytesReader(head))
    assert family is None
    assert layout.problem is not None
    assert layout.problem.code == "not_video"


@given(magic=st.sampled_from([kind.magic for kind in unsupported.KINDS if kind.magic]), body=st.binary(max_size=600))
def test_any_content_can_be_examined(magic: bytes, body: bytes) -> None:
    data = magic + body
    layout = unsupported.FAMILY.examine(BytesReader(data))
    assert layout.problem is not None
    assert all(extent.offset >= 0 and extent.end <= len(data) for extent in layout.payload)
