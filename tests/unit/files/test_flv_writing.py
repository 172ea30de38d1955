"""
Comments written into the metadata of FLV files: every other property keeps its bytes, and every offset is corrected.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files.containers.flv import amf, structure
from indexium_core.model.files.media import Extent, Patch, Rebuild, Refusal
from tests.support import headers, lossless, media
from tests.support.cases import each_case
from tests.support.headers import script
from tests.support.lossless import ANN, HERE, LONG, planned, refusal, said, set_to, written, written_together

COPY, PLACE = "flv_copy", "flv_in_place"
FIELDS = sorted(structure.FIELDS)
HEAD = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
FRAMES = tuple(b"\x17\x01" + bytes([number]) * (30 + number) for number in range(4))


def tag(kind: int, body: bytes, at: int = 0) -> bytes:
    head = bytes([kind]) + len(body).to_bytes(3, "big") + at.to_bytes(3, "big") + bytes(4)
    return head + body + (11 + len(body)).to_bytes(4, "big")


def film(*scripts: bytes) -> bytes:
    return HEAD + b"".join(scripts) + b"".join(tag(9, frame, 40 * at) for at, frame in enumerate(FRAMES))


def indexed(**more: object) -> bytes:
    """A film with an index of frames and the file size in its metadata."""
    values: dict[str, object] = {}
    for _ in range(2):  # the places depend on the length of the metadata, but not the reverse
        made = film(script("onMetaData", values))
        starts = [float(made.index(frame) - 11) for frame in FRAMES]
        index = {"filepositions": starts, "times": [0.0, 0.04, 0.08, 0.12]}
        last = {"lastkeyframelocation": starts[-1], "filesize": float(len(made))}
        values = {"duration": 0.16, **more, **last, "keyframes": index, "cuePoints": [{"name": "a", "time": 0.05}]}
    return film(script("onMetaData", values))


def metadata(data: bytes) -> amf.Metadata:
    found = amf.read_offsets(body(data))
    assert found is not None
    return found


def body(data: bytes) -> bytes:
    """The properties of the first tag."""
    return data[24 : 24 + int.from_bytes(data[14:17], "big")]


def numbers(data: bytes, *path: str) -> list[float]:
    return [number.value for number in metadata(data).numbers if number.path == path]


def names(data: bytes) -> list[str]:
    return [one.path[0] for one in metadata(data).properties if len(one.path) == 1]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.build("flv", tmp_path_factory.mktemp("flv"), comment=None).read_bytes()


# Data that FFmpeg would lose


@pytest.mark.parametrize("text", [ANN, LONG, None])
def test_data_lost_by_ffmpeg_is_kept(clip: bytes, text: str | None) -> None:
    values = {
        "rate": 29.97,
        "cuePoints": [{"name": "goal", "time": 1.5}],
        "nothing": None,
        "empty": "",
        "comment": "old",
    }
    others = script("onXMPData", {"liveXML": "<x/>"})
    data = headers.flv_with(clip, script("onMetaData", values), others)
    new = written(data, text, COPY)
    assert headers.amf(values["cuePoints"]) in new
    assert struct.pack(">d", 29.97) in new
    assert others in new


def test_media_are_one_range_of_old_file() -> None:
    data = indexed()
    edit = planned(data, ANN, COPY)
    assert isinstance(edit, Rebuild)
    [run] = lossless.examined(data).payload
    assert isinstance(edit.pieces[-1], Extent)
    assert edit.pieces[-1].offset <= run.offset
    assert edit.pieces[-1].end == len(data)


# Offsets


def test_keyframe_index_is_updated() -> None:
    data = indexed()
    for text in (ANN, LONG):
        new = written(data, text, COPY)
        found = numbers(new, "keyframes", "filepositions")
        assert [new[int(at) + 11 :].startswith(frame) for at, frame in zip(found, FRAMES, strict=True)] == [True] * 4
        assert numbers(new, "lastkeyframelocation") == [found[-1]]
        assert numbers(new, "filesize") == [float(len(new))]
        assert numbers(new, "keyframes", "times") == numbers(data, "keyframes", "times")


def test_wrong_size_field_is_kept() -> None:
    data = film(script("onMetaData", {"filesize": 12.0}))
    assert numbers(written(data, ANN, COPY), "filesize") == [12.0]


def test_lengths_around_metadata_are_updated() -> None:
    new = written(indexed(), LONG, COPY)
    length = len(body(new))
    assert new[24 + length : 28 + length] == (11 + length).to_bytes(4, "big")
    wrong = bytearray(film(script("onMetaData", {"a": 1.0})))
    end = 24 + len(body(bytes(wrong)))
    wrong[end : end + 4] = bytes(4)
    new = written(bytes(wrong), ANN, COPY)
    assert new[24 + len(body(new)) :][:4] == bytes(4)


@pytest.mark.parametrize(("told", "after"), [(2, 3), (0, 0), (77, 78)])
def test_property_count_is_updated_if_present(told: int, after: int) -> None:
    data = film(script("onMetaData", {"a": 1.0, "b": "c"}))
    at = metadata(data).count
    assert at is not None
    data = data[: 24 + at] + struct.pack(">I", told) + data[28 + at :]
    new = written(data, ANN, COPY)
    assert struct.unpack(">I", body(new)[at : at + 4]) == (after,)
    assert written(new, None, COPY) == data


def test_unknown_offset_keeps_media_in_place() -> None:
    for values, sentence in (
        (
            {"seekpoints": [{"time": 0.0, "offset": 200.0}]},
            "may be a file offset, so nothing in it can be moved: offset",
        ),
        ({"keyframes": {"filepositions": [50.5], "times": [0.0]}}, "index of key frames is not understood"),
        ({"keyframes": {"filepositions": [50.0], "times": [0.0]}}, "index of key frames is not understood"),
    ):
        data = film(script("onMetaData", {"comment": "old", **values}))
        assert sentence in refusal(data, ANN, COPY)
        assert said(written(data, "new", PLACE)) == ["new"]
    assert said(written(film(script("onMetaData", {"location": "Rome", "offset": 0.0})), ANN, COPY)) == [ANN]


# The property of the comment


TEXTS = {field: "2019" if field == "date" else "Ann Lee" for field in FIELDS}  # not a list, which changes its form


@each_case("field", FIELDS)
def test_new_text_is_first(field: str) -> None:
    change = set_to(field, TEXTS[field])
    assert names(written(film(script("onMetaData", {"a": 1.0})), change, COPY)) == [field, "a"]
    other = script("onXMPData", {"liveXML": "<x/>"})
    for scripts in ((), (other,)):
        new = written(film(*scripts), change, COPY)
        assert names(new) == [field]
        assert amf.read_metadata(body(new))[0] == "onMetaData"


@each_case("field", FIELDS)
def test_text_stays_unless_readers_stop_before_it(field: str) -> None:
    change = set_to(field, TEXTS[field])
    assert names(written(film(script("onMetaData", {"a": 1.0, field.upper(): "old"})), change, COPY)) == [
        "a",
        field.upper(),
    ]
    behind = film(script("onMetaData", {"long": "x" * 1024, field: "old"}))
    assert names(written(behind, change, COPY)) == [field, "long"]


@each_case("field", FIELDS)
def test_every_text_is_changed(field: str) -> None:
    one, two = script("onMetaData", {field: "one", "a": 1.0}), script("onMetaData", {field.title(): 5.0})
    assert said(written(film(one, two), set_to(field, TEXTS[field]), COPY), field) == [TEXTS[field]] * 2
    assert names(written(film(one, two), set_to(field, None), COPY)) == ["a"]


def test_several_fields_need_one_edit() -> None:
    data = indexed(title="At sea", Date=2018.0, comment="old")
    changes = [set_to("comment", ANN), set_to("title", None), set_to("date", "2019"), set_to("genre", "Drama")]
    new = written_together(data, changes, COPY)
    assert [name for name in names(new) if name.lower() in FIELDS] == ["genre", "Date", "comment"]
    assert numbers(new, "filesize") == [float(len(new))]
    again = written_together(new, [set_to("genre", "Crime"), set_to("date", "2020")], PLACE)
    assert len(again) == len(new)


def test_keywords_have_commas_in_the_file() -> None:
    new = written(film(script("onMetaData", {"keywords": "sea,boat; Sea"})), set_to("keywords", "sea; summer"), COPY)
    assert amf.read_metadata(body(new))[1] == [("keywords", "sea, summer")]
    assert said(new, "keywords") == ["sea; summer"]
    assert said(film(script("onMetaData", {"keywords": "sea,boat"})), "keywords") == ["sea; boat"]


@each_case("field", FIELDS)
def test_unknown_structure_is_not_changed(field: str) -> None:
    for values, sentence in (
        ({"info": {field: "deep"}}, "within other metadata"),
        ({field: {"text": "old"}}, "not a text"),
        ({field: 20.5}, "not a text"),
    ):
        data = film(script("onMetaData", values))
        for strategy in (COPY, PLACE):
            assert sentence in refusal(data, set_to(field, TEXTS[field]), strategy)
        other = next(each for each in FIELDS if each != field)
        assert said(written(data, set_to(other, TEXTS[other]), COPY), other) == [TEXTS[other]]


def test_too_long_value_is_invalid() -> None:
    edit = planned(film(), set_to("title", "x" * 1024), COPY)
    assert edit == Refusal(
        code="invalid_value", message="The title is longer than the 1,023 bytes that files of this kind can hold."
    )


def test_encrypted_metadata_is_not_changed() -> None:
    data = bytearray(film(script("onMetaData", {"a": 1.0})))
    data[13] |= 0x20
    assert "encrypted" in refusal(bytes(data), ANN, COPY)


@pytest.mark.parametrize(("text", "sentence"), [("a\0b", "holds a NUL"), ("x" * 1024, "longer than")])
def test_unstorable_text_is_refused(text: str, sentence: str) -> None:
    assert sentence in refusal(film(), text, COPY)


# Free space


def test_only_equal_length_is_written_in_place() -> None:
    data = indexed(comment="People: Ann")
    new = written(data, "People: Bob", PLACE, HERE)
    assert len(new) == len(data)
    assert "another length" in refusal(data, "People: Bo", PLACE)
    assert "no new file may take its place" in refusal(data, ANN, COPY, HERE)


def test_long_recording_is_parsed() -> None:
    """An index of frames has two numbers for each."""
    values = {"keyframes": {"filepositions": [float(1 << 30)] * 6_000, "times": [0.0] * 6_000}}
    new = written(film(script("onMetaData", values)), ANN, COPY)
    assert numbers(new, "keyframes", "filepositions")[-1] == (1 << 30) + len(new) - len(
        film(script("onMetaData", values))
    )


# The census


def test_census_covers_all_but_comments_and_media() -> None:
    data = indexed(comment="old")
    [run] = lossless.examined(data).payload
    at = data.index(b"\2\0\3old") + 3
    for place in range(13, run.offset):
        other = bytearray(data)
        other[place] ^= 1
        differs = lossless.problem(bytes(other)) != "" or lossless.census(bytes(other)) != lossless.census(data)
        assert differs != (at <= place < at + 3), place


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["comment", "Comment", "title", "filesize", "lastkeyframelocation", "a", "offset", ""])
spoken = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=60)
scripts = st.tuples(
    st.sampled_from(["onMetaData", "onMetaData", "onXMPData"]), st.dictionaries(keys, values, max_size=5)
)


def parts(given_values: dict[str, Any], field: str) -> Iterator[bytes]:
    for name, value in given_values.items():
        if name.lower() not in {field, "filesize", "lastkeyframelocation"}:
            yield struct.pack(">H", len(name)) + name.encode() + headers.amf(value)


@settings(max_examples=80)
@given(
    told=st.lists(scripts, max_size=3),
    text=st.none() | spoken,
    field=st.sampled_from(["comment", "title", "artist"]),
    strategy=st.sampled_from([COPY, PLACE]),
)
def test_any_metadata_is_kept(
    told: list[tuple[str, dict[str, Any]]], text: str | None, field: str, strategy: str
) -> None:
    data = film(*(script(name, properties) for name, properties in told))
    change = set_to(field, text)
    if isinstance(planned(data, change, strategy), Patch | Rebuild):
        new = written(data, change, strategy)
        for _, properties in told:
            assert all(part in new for part in parts(properties, field))


@settings(max_examples=80)
@given(at=st.integers(5, 500), noise=st.binary(min_size=1, max_size=6), text=st.none() | spoken)
def test_damaged_file_is_refused_or_written_correctly(at: int, noise: bytes, text: str | None) -> None:
    data = indexed(comment="old", title="At sea")
    data = data[:at] + noise + data[at + len(noise) :]
    if lossless.problem(data) == "":
        for strategy, field in itertools.product((COPY, PLACE), ("comment", "title")):
            if isinstance(planned(data, set_to(field, text), strategy), Patch | Rebuild):
                written(data, set_to(field, text), strategy)


def test_comment_count_is_limited() -> None:
    data = film(*[script("onMetaData", {"comment": "x"})] * 101)
    assert "too many texts" in refusal(data, ANN, COPY)


@pytest.mark.parametrize("tags", [1, 6])
def test_property_count_is_limited(tags: int) -> None:
    nested: dict[str, object] = {f"{number:05}": None for number in range(10_001 // tags)}
    for _ in range(14):
        nested = {"a": nested}
    data = film(*[script("onMetaData", nested)] * tags)

    assert lossless.problem(data) == "corrupt"


def test_number_lists_have_their_own_limit() -> None:
    times = headers.amf("onMetaData") + b"\3" + struct.pack(">H", 5) + b"times\x0a" + struct.pack(">I", 300_000)
    long = tag(18, times + bytes(9 * 300_000) + b"\0\0\x09")

    assert lossless.problem(film(long)) == ""
    assert lossless.problem(film(long, long)) == "corrupt"
