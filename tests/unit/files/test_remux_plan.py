"""Options of FFmpeg that keep all data, and files that are rejected because FFmpeg would lose data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.shared import parsing
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Refusal, Remux
from tests.support import headers, media
from tests.support.cases import each_case
from tests.support.headers import chunk, listed, texts, wide
from tests.support.lossless import Wanted, change_to, kept

NEW = "People: Ann Lee, Zoë Öz"


def planned(
    data: bytes, new: Wanted = NEW, *, means: Capabilities | None = None, old: str | None = None
) -> Remux | Refusal:
    reader = BytesReader(data)
    family, layout = registry.examine(reader)
    assert family is not None
    assert layout.problem is None, layout.problem
    changes = [replace(change_to(new), old=old)]
    edit = family.strategies()[-1].plan(reader, layout, changes, means or Capabilities())  # without other strategies
    assert isinstance(edit, Remux | Refusal)
    return edit


def options(data: bytes, new: Wanted = NEW) -> tuple[tuple[str, str], ...]:
    edit = planned(data, new)
    assert isinstance(edit, Remux), edit
    return edit.options


def refusal(data: bytes, new: str | None = NEW) -> str:
    outcome = planned(data, new)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.code == "no_strategy_yet"
    assert outcome.message.endswith(".")
    return outcome.message


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    folder = tmp_path_factory.mktemp("clips")
    return lambda form: media.build(form, folder).read_bytes()


# All containers


def test_reason_without_text_is_storable_sentence(clip: Callable[[str], bytes]) -> None:
    script = headers.script("onMetaData", {"odd": None}).replace(b"odd", b"\xff\n\x1b")
    said = refusal(headers.flv_with(clip("flv"), script))
    assert said.encode()
    assert said.isprintable()


@pytest.mark.parametrize("form", ["avi", "flv", "wmv", "ogv"])
def test_all_streams_tags_and_chapters_are_requested(clip: Callable[[str], bytes], form: str) -> None:
    asked = dict(options(clip(form)))
    wanted = {"map": "0", "c": "copy", "map_metadata": "0", "map_chapters": "0", "copy_unknown": "", "copyts": ""}
    assert wanted.items() <= asked.items()


@pytest.mark.parametrize(
    ("form", "name"), [("avi", "metadata"), ("flv", "metadata"), ("wmv", "metadata"), ("ogv", "metadata:s:0")]
)
def test_comment_is_set_or_removed_where_players_read_it(clip: Callable[[str], bytes], form: str, name: str) -> None:
    assert options(clip(form))[-1] == (name, f"comment={NEW}")
    assert options(clip(form), None)[-1] == (name, "comment=")


@pytest.mark.parametrize(("form", "longest"), [("avi", 100_000), ("flv", 1023), ("wmv", 32_500), ("ogv", 100_000)])
def test_too_long_comment_is_rejected(clip: Callable[[str], bytes], form: str, longest: int) -> None:
    assert isinstance(planned(clip(form), "x" * longest), Remux)
    assert "longer than" in refusal(clip(form), "x" * (longest + 1))
    assert "longer than" in refusal(clip(form), "a\0b")


def test_file_without_replacement_is_rejected(clip: Callable[[str], bytes]) -> None:
    outcome = planned(clip("avi"), means=Capabilities(replace=False))
    assert isinstance(outcome, Refusal)
    assert "no new file may take its place" in outcome.message


def test_other_fields_are_refused(clip: Callable[[str], bytes]) -> None:
    reader = BytesReader(clip("avi"))
    family, layout = registry.examine(reader)
    assert family is not None
    changes = [Change(field="rating", old=None, new="5")]
    assert isinstance(registry.choose(family, reader, layout, changes, Capabilities()), Refusal)


# AVI


def test_avi_texts_keep_their_names(clip: Callable[[str], bytes]) -> None:
    data = headers.avi_with(
        clip("avi"), texts((b"INAM", "Привет".encode("cp1251")), (b"IPRD", b"Album"), (b"ISFT", b"VirtualDub"))
    )
    assert ("metadata", "IPRD=Album") in options(data)
    assert ("metadata", "ISFT=VirtualDub") in options(data)
    handed = dict(value.split("=", 1) for name, value in options(data) if name == "metadata")
    assert handed["INAM"].encode("utf-8", "surrogateescape").decode("cp1251") == "Привет"


def test_kept_comment_is_unchanged(clip: Callable[[str], bytes]) -> None:
    raw = "Снято папой".encode("cp1251")
    data = headers.avi_with(clip("avi"), texts((b"ICMT", raw)))
    written = options(data, kept(NEW))[-1][1].encode("utf-8", "surrogateescape")
    assert written == b"comment=" + raw + b"\n" + NEW.encode()


@each_case(
    ("part", "sentence"),
    [
        (texts((b"IXYZ", b"x")), "a text that FFmpeg would leave out: IXYZ"),
        (texts((b"ICMT", b"a"), (b"ICMT", b"b")), "several comments"),
        (texts((b"INAM", b"a"), (b"INAM", b"b")), "the tag inam several times"),
        (texts((b"INAM", b"x" * (parsing.MAX_TEXT_BYTES + 1))), "longer tags"),
        (chunk(b"_PMX", b"<x:xmpmeta/>"), "a chunk that FFmpeg would leave out: _PMX"),
        (chunk(b"IDIT", b"Mon Mar 10 15:04:43 2003\n\0"), "IDIT"),
        (listed(b"ncdt", chunk(b"nctg", b"Nikon")), "ncdt"),
        (chunk(b"JUNK", b"OLYMDigital Camera settings"), "JUNK"),
    ],
)
def test_loss_of_avi_data_is_rejected(clip: Callable[[str], bytes], part: bytes, sentence: str) -> None:
    assert sentence in refusal(headers.avi_with(clip("avi"), part))


def test_avi_with_trailing_data_is_rejected(clip: Callable[[str], bytes]) -> None:
    assert "behind the end" in refusal(clip("avi") + b"a menu of DivX")
    assert isinstance(planned(clip("avi") + bytes(100)), Remux)


def test_unfinished_recording_is_refused(clip: Callable[[str], bytes]) -> None:
    data = clip("avi")
    assert "not finished" in refusal(data[:4] + bytes(4) + data[8:])


# FLV


def test_numbers_in_flv_keep_their_digits(clip: Callable[[str], bytes]) -> None:
    values = {"duration": 1.0, "title": "T", "avclevel": 31.0, "ok": True}
    given = options(headers.flv_with(clip("flv"), headers.script("onMetaData", values)))
    assert {value for name, value in given if name == "metadata"} >= {"title=T", "avclevel=31", "ok=true"}
    assert not any(value.startswith("duration") for _, value in given)


def test_index_of_flv_is_made_anew(clip: Callable[[str], bytes]) -> None:
    values = {"keyframes": {"times": [0.0], "filepositions": [500.0]}, "title": "T"}
    data = headers.flv_with(clip("flv"), headers.script("onMetaData", values))
    assert ("flvflags", "+add_keyframe_index") in options(data)
    assert not any(name == "flvflags" for name, _ in options(clip("flv")))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cuePoints": [{"name": "a"}]}, "cuePoints"),
        ({"nothing": None}, "nothing"),
        ({"rate": 29.97}, "round or leave out: rate"),
        ({"empty": ""}, "a tag that FFmpeg drops: empty"),
        ({"long": "x" * 1024}, "longer tags"),
        ({"Title": "a", "title": "b"}, "the tag title several times"),
        ({"a=b": "c"}, "a=b"),
    ],
)
def test_loss_of_flv_data_is_rejected(clip: Callable[[str], bytes], values: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(headers.flv_with(clip("flv"), headers.script("onMetaData", values)))


def test_duplicate_metadata_is_rejected(clip: Callable[[str], bytes]) -> None:
    script = headers.script("onMetaData", {"title": "T"})
    assert "several times" in refusal(headers.flv_with(clip("flv"), script, script))


def test_script_beside_metadata_is_refused(clip: Callable[[str], bytes]) -> None:
    scripts = headers.script("onMetaData", {"title": "T"}), headers.script("onXMPData", {"liveXML": "<x/>"})
    assert "script beside its metadata" in refusal(headers.flv_with(clip("flv"), *scripts))


# ASF


def number(value: int, width: int) -> bytes:
    return value.to_bytes(width, "little")


def test_asf_attributes_keep_their_names(clip: Callable[[str], bytes]) -> None:
    values = headers.attributes(
        ("IsVBR", 2, number(1, 4)), ("WM/EncodingTime", 4, number(1234567890, 8)), ("WM/Tool", 0, wide("Maker"))
    )
    data = headers.asf_with(
        clip("wmv"), headers.description("Sea", "Zoë", "", "Old"), values, created=128_000_000_000_000_015
    )
    given = {value for name, value in options(data) if name == "metadata"}
    assert given >= {"IsVBR=1", "WM/EncodingTime=1234567890", "WM/Tool=Maker", "title=Sea", "author=Zoë"}
    assert any(value.startswith("creation_time=2006-08-14T03:33:20.000001Z") for value in given)
    assert not any(value.lower().startswith("description") for value in given)


def test_title_in_two_places_is_written_once(clip: Callable[[str], bytes]) -> None:
    data = headers.asf_with(clip("wmv"), headers.description("Sea"), headers.attributes(("Title", 0, wide("Sea"))))
    assert isinstance(planned(data), Remux)
    other = headers.asf_with(clip("wmv"), headers.description("Sea"), headers.attributes(("Title", 0, wide("Hills"))))
    assert "the tag title several times" in refusal(other)


@each_case(
    ("parts", "sentence"),
    [
        ([headers.description("", "", "", "", "PG")], "a rating"),
        ([headers.attributes(("WM/EncodingTime", 4, number(1 << 31, 8)))], "WM/EncodingTime"),
        ([headers.attributes(("WM/Picture", 1, b"\x89PNG"))], "WM/Picture"),
        (
            [headers.attributes(("WM/Genre", 0, wide("a")), ("WM/Genre", 0, wide("b")))],
            "the tag wm/genre several times",
        ),
        ([headers.attributes(("Odd", 0, b"\x00\xd8\0\0"))], "not Unicode"),
        ([headers.attributes(("Description", 0, b"\x00\xd8a\0\0\0"))], "not Unicode"),
        ([headers.asf_object(bytes(range(16)), b"x")], "an object that FFmpeg would leave out"),
        ([headers.asf_object(bytes.fromhex("301afb1e620bd011a39b00a0c90348f6"), b"x")], "1efb1a30"),
    ],
)
def test_loss_of_asf_data_is_rejected(clip: Callable[[str], bytes], parts: list[bytes], sentence: str) -> None:
    assert sentence in refusal(headers.asf_with(clip("wmv"), *parts))


def test_stream_attachment_is_rejected(clip: Callable[[str], bytes]) -> None:
    data = headers.asf_with(clip("wmv"), extension=headers.library((1, "IsVBR", "1")))
    assert "move or leave out: IsVBR" in refusal(data)


# Ogg


@pytest.fixture
def ogv(tmp_path: Path) -> Path:
    return media.build("ogv", tmp_path)


def test_ogg_chapters_and_tags_of_each_stream_are_copied(ogv: Path) -> None:
    headers.ogg_tags(ogv, video=[("TITLE", "Sea"), ("CHAPTER001", "00:00:00.500")], audio=[("ARTIST", "Zoë")])
    given = options(ogv.read_bytes())
    assert ("metadata:s:0", "CHAPTER001=00:00:00.500") in given
    assert ("metadata:s:0", "TITLE=Sea") in given
    assert ("metadata:s:1", "ARTIST=Zoë") in given


def test_every_ogg_stream_with_comment_gets_new_one(ogv: Path) -> None:
    headers.ogg_tags(ogv, audio=[("Comment", "old")])
    assert options(ogv.read_bytes())[-1] == ("metadata:s:1", f"comment={NEW}")
    headers.ogg_tags(ogv, video=[("DESCRIPTION", "old")])
    assert options(ogv.read_bytes())[-2:] == (
        ("metadata:s:0", f"comment={NEW}"),
        ("metadata:s:1", f"comment={NEW}"),
    )


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ([("ARTIST", "a"), ("artist", "b")], "the tag artist several times"),
        ([("COMMENT", "a"), ("DESCRIPTION", "b")], "a description beside its comment"),
        ([("METADATA_BLOCK_PICTURE", "AAAA")], "a picture"),
        ([("EMPTY", "")], "a tag that FFmpeg drops: EMPTY"),
    ],
)
def test_loss_of_ogg_data_is_rejected(ogv: Path, tags: list[tuple[str, str]], sentence: str) -> None:
    assert sentence in refusal(headers.ogg_tags(ogv, video=tags).read_bytes())


def test_stream_unsupported_by_muxer_is_rejected(ogv: Path) -> None:
    body = b"fishead\0" + bytes(56)
    page = b"OggS\0\2" + bytes(8) + b"skel" + bytes(8) + b"\1" + bytes([len(body)]) + body
    assert "such as a Skeleton" in refusal(page + ogv.read_bytes())
