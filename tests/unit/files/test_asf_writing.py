"""Comments written into ASF (WMV) headers: no other data is lost."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.asf import places as asf_places
from indexium_core.files.containers.asf import structure
from indexium_core.model.fields import table
from indexium_core.model.files.media import Extent, Patch, Rebuild, Refusal
from tests.support import headers, lossless, media
from tests.support.cases import each_case
from tests.support.headers import asf_object, attributes, description, wide
from tests.support.lossless import ANN, HERE, LONG, planned, refusal, said, set_to, written, written_together

COPY, PLACE = "asf_copy", "asf_in_place"
FIELDS = sorted(each.key for each in table.FIELDS if each.stored.asf)
TEXTS = {"rating": "4", "keywords": "sea; summer", "creation_time": "2019-07-31T18:30:00Z"}  # others have any text
TIME = 132_090_714_000_000_000  # the creation time in 100 ns since 1601
PADDING = bytes.fromhex("74d40618dfca0945a4ba9aabcb96aae8")
SIGNATURE = bytes.fromhex("fcb31122 23bdd211b4b700a0c955fc6e")
RICH = (
    description("Sea", "Zoë", "me", "", "PG"),
    attributes(
        ("WM/EncodingTime", 4, struct.pack("<Q", 1 << 40)), ("WM/Picture", 1, b"\x89PNG"), ("Odd", 0, b"\x00\xd8\0\0")
    ),
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.build("wmv", tmp_path_factory.mktemp("wmv"), comment=None).read_bytes()


def padding(length: int) -> bytes:
    return asf_object(PADDING, bytes(length))


def header_length(data: bytes) -> int:
    return int.from_bytes(data[16:24], "little")


def objects(data: bytes) -> list[structure.Object]:
    return list(structure.objects(data[30 : header_length(data)]))


def places(data: bytes, field: str = "comment") -> Mapping[str, str]:
    return {place.where: place.value for place in lossless.examined(data).fields if place.field == field}


# Data that FFmpeg would lose


def test_data_lost_by_ffmpeg_is_kept(clip: bytes) -> None:
    data = headers.asf_with(clip, *RICH, extension=headers.library((1, "IsVBR", "1"), (0, "Mine", "yes")))
    for text in (ANN, LONG, None):
        new = written(data, text, COPY)
        assert b"\x89PNG" in new
        assert struct.pack("<Q", 1 << 40) in new


def test_correct_file_size_field_is_updated(clip: bytes) -> None:
    new = written(clip, ANN, COPY)
    [told] = [part.body[16:24] for part in objects(new) if part.guid == structure.FILE]
    assert int.from_bytes(told, "little") == len(new)

    at = clip.index(structure.FILE) + 24 + 16
    broadcast = clip[:at] + bytes(8) + clip[at + 8 :]
    [told] = [part.body[16:24] for part in objects(written(broadcast, ANN, COPY)) if part.guid == structure.FILE]
    assert told == bytes(8)


def test_part_count_is_updated(clip: bytes) -> None:
    bare = headers.asf_with(clip)
    new = written(bare, ANN, COPY)
    assert int.from_bytes(new[24:28], "little") == len(objects(new)) == len(objects(bare)) + 2


def test_bytes_after_header_are_one_range(clip: bytes) -> None:
    edit = planned(clip, ANN, COPY)
    assert isinstance(edit, Rebuild)
    assert edit.pieces[1:] == (Extent(header_length(clip), len(clip) - header_length(clip)),)
    assert not edit.cloned


@pytest.mark.parametrize("block", [512, 4096, 65_536])
def test_shared_media_move_by_whole_blocks(clip: bytes, block: int) -> None:
    edit = planned(clip, ANN, COPY, Capabilities(reflink=True, clone_block=block))
    assert isinstance(edit, Rebuild)
    assert edit.cloned
    assert (edit.size - len(clip)) % block == 0


# Which fields


def test_new_comment_is_visible_to_all_readers(clip: bytes) -> None:
    assert places(written(headers.asf_with(clip), ANN, COPY)) == {"Content Description/description": ANN}
    titled = headers.asf_with(clip, description("Sea"))
    assert places(written(titled, ANN, COPY)) == {"Content Description/description": ANN}


def test_all_comments_are_set_and_removed(clip: bytes) -> None:
    several = headers.asf_with(
        clip,
        description("Sea", "", "", "one"),
        attributes(("Description", 0, wide("two")), ("comment", 3, struct.pack("<I", 3)), ("Title", 0, wide("Sea"))),
        extension=headers.library((0, "Description", "four")),
    )
    assert set(said(several)) == {"one", "two", "3", "four"}
    new = written(several, ANN, COPY)
    assert said(new) == [ANN] * 4
    assert said(written(new, None, PLACE)) == []


@each_case("field", FIELDS)
def test_field_is_added_replaced_and_removed(clip: bytes, field: str) -> None:
    bare = headers.asf_with(clip)
    change = set_to(field, TEXTS.get(field, ANN))
    new = written(bare, change, COPY)
    assert said(new, field) == [change.new]
    other = set_to(field, {"rating": "1", "creation_time": "1999-12-31T23:59:59.1234567Z"}.get(field, "Other"))
    again = written(new, other, PLACE)
    assert said(again, field) == [other.new]
    gone = written(again, set_to(field, None), PLACE)
    assert said(gone, field) == []
    assert len(gone) == len(new)


@each_case("field", FIELDS)
def test_all_other_data_are_kept(clip: bytes, field: str) -> None:
    data = headers.asf_with(clip, *RICH, extension=headers.library((1, "IsVBR", "1"), (0, "Mine", "yes")))
    new = written(data, set_to(field, TEXTS.get(field, ANN)), COPY)
    assert b"\x89PNG" in new
    assert struct.pack("<Q", 1 << 40) in new
    assert wide("Mine") in new


def test_several_fields_need_one_edit(clip: bytes) -> None:
    data = headers.asf_with(clip, description("Sea", "Zoë"), attributes(("WM/Genre", 0, wide("Drama"))))
    changes = [set_to(field, TEXTS.get(field, ANN)) for field in FIELDS]
    new = written_together(data, changes, COPY)
    assert places(new, "artist") == {"Content Description/author": ANN}
    assert places(new, "genre") == {"Extended Content Description/WM/Genre": ANN}
    gone = written_together(new, [set_to(field, None) for field in FIELDS], PLACE)
    assert lossless.examined(gone).fields == ()


def test_every_text_of_a_field_is_changed(clip: bytes) -> None:
    data = headers.asf_with(
        clip,
        description("Sea"),
        attributes(("TITLE", 0, wide("Hills")), ("WM/Genre", 0, wide("a")), ("WM/Genre", 3, struct.pack("<I", 3))),
        extension=headers.library((0, "Title", "Rome")),
    )
    assert set(said(data, "title")) == {"Sea", "Hills", "Rome"}
    assert said(written(data, set_to("title", ANN), COPY), "title") == [ANN] * 3
    assert said(written(data, set_to("genre", ANN), COPY), "genre") == [ANN] * 2


@each_case(
    ("kind", "value", "stars"),
    [
        *[(3, struct.pack("<I", percent), stars) for percent, stars in ((1, "1"), (12, "1"), (13, "2"), (62, "3"))],
        *[(3, struct.pack("<I", percent), stars) for percent, stars in ((63, "4"), (87, "4"), (88, "5"), (99, "5"))],
        (4, struct.pack("<Q", 50), "3"),
        (0, wide("75"), "4"),
        (3, bytes(4), ""),
        (0, wide(""), ""),
    ],
)
def test_rating_is_read_by_ranges_and_written_as_number(clip: bytes, kind: int, value: bytes, stars: str) -> None:
    data = headers.asf_with(clip, attributes(("WM/SharedUserRating", kind, value)))
    assert said(data, "rating") == ([stars] if stars else [])
    for rating, percent in (("1", 1), ("2", 25), ("3", 50), ("4", 75), ("5", 99)):
        new = written(data, set_to("rating", rating), COPY)
        raw = wide("WM/SharedUserRating") + struct.pack("<HHI", 3, 4, percent)
        assert raw in new
        assert new.count(wide("WM/SharedUserRating")) == 1


@pytest.mark.parametrize(("kind", "value"), [(3, struct.pack("<I", 100)), (0, wide("good")), (1, b"\1\2")])
def test_unknown_rating_blocks_only_its_edit(clip: bytes, kind: int, value: bytes) -> None:
    data = headers.asf_with(clip, attributes(("WM/SharedUserRating", kind, value)))
    assert said(data, "rating") == []
    assert "WM/SharedUserRating" in refusal(data, set_to("rating", "4"), COPY)
    assert said(written(data, ANN, COPY)) == [ANN]


def test_each_keyword_has_an_attribute(clip: bytes) -> None:
    data = headers.asf_with(
        clip,
        attributes(("WM/Category", 0, wide("sea")), ("Odd", 0, wide("x")), ("WM/Category", 0, wide("boat, Sea"))),
        extension=headers.library((0, "WM/Category", "summer")),
    )
    assert sorted(said(data, "keywords")[0].split("; ")) == ["Sea", "boat", "sea", "summer"]
    new = written(data, set_to("keywords", "winter; snow"), COPY)
    assert new.count(wide("WM/Category")) == 2
    assert said(written(new, set_to("keywords", None), PLACE), "keywords") == []


def test_creation_time_changes_only_eight_bytes(clip: bytes) -> None:
    edit = planned(clip, set_to("creation_time", TEXTS["creation_time"]), PLACE)
    assert isinstance(edit, Patch)
    assert edit.size == len(clip)
    [(at, data)] = edit.writes
    start = clip.index(structure.FILE) + 24 + 24
    assert start <= at
    assert at + len(data) <= start + 8
    new = written(clip, set_to("creation_time", TEXTS["creation_time"]), PLACE, HERE)
    assert int.from_bytes(new[start : start + 8], "little") == TIME


@pytest.mark.parametrize("created", [0, 116_444_736_000_000_000, (1 << 64) - 1])
def test_unset_creation_time_is_no_value(clip: bytes, created: int) -> None:
    data = headers.asf_with(clip, created=created)
    assert said(data, "creation_time") == []
    written(data, set_to("creation_time", TEXTS["creation_time"]), PLACE)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("2019-07-31T18:30:00", "enter a zone, for example 2019-07-31T18:30:00Z"),
        ("2019-07-31T18:30:00+02:00", "enter 2019-07-31T16:30:00Z"),
        ("1500-01-01T00:00:00Z", "after 1601"),
        ("1970-01-01T00:00:00Z", "1970"),
        ("2019-07-31T18:30:00.12345678Z", "7 digits behind the seconds at most"),
    ],
)
def test_unstorable_creation_time_is_refused(clip: bytes, value: str, sentence: str) -> None:
    edit = planned(clip, set_to("creation_time", value), PLACE)
    assert isinstance(edit, Refusal)
    assert edit.code == "invalid_value"
    assert sentence in edit.message


@pytest.mark.parametrize(
    ("parts", "extension", "sentence"),
    [
        ([asf_object(SIGNATURE, b"x")], b"", "It is signed"),
        ([attributes(("Description", 1, b"bytes"))], b"", "not a text"),
        ([attributes(("Description", 0, b"\x00\xd8\0\0"))], b"", "not Unicode"),
        ([], headers.library((1, "Description", "mine")), "A stream has a separate attribute"),
        ([asf_object(structure.ATTRIBUTES, struct.pack("<H", 0) + b"more")], b"", "attributes are not understood"),
        ([asf_object(structure.DESCRIPTION, bytes(10) + b"more")], b"", "description is not understood"),
    ],
)
def test_unknown_structure_is_not_changed(clip: bytes, parts: list[bytes], extension: bytes, sentence: str) -> None:
    data = headers.asf_with(clip, *parts, padding(500), extension=extension)
    assert sentence in refusal(data, ANN, PLACE)
    assert sentence in refusal(data, ANN, COPY)


def test_unknown_part_blocks_moves(clip: bytes) -> None:
    data = headers.asf_with(clip, asf_object(bytes(range(16)), b"x"), padding(500))
    assert "not understood" in refusal(data, ANN, COPY)
    assert bytes(range(16)) in written(data, ANN, PLACE)
    behind = clip + asf_object(bytes(range(16)), b"x")
    assert "not understood" in refusal(behind, ANN, COPY)


def test_incomplete_header_is_refused(clip: bytes) -> None:
    miscounted = clip[:24] + struct.pack("<I", 99) + clip[28:]
    assert "do not fill it" in refusal(miscounted, ANN, COPY)


@pytest.mark.parametrize(("text", "sentence"), [("a\0b", "holds a NUL"), ("x" * 32_501, "longer than")])
def test_unstorable_text_is_refused(clip: bytes, text: str, sentence: str) -> None:
    assert sentence in refusal(clip, text, COPY)


# Free space


def test_new_file_has_padding_for_later_edits(clip: bytes) -> None:
    new = written(clip, ANN, COPY)
    for text in (LONG, "x" * 2000, None, ANN):
        again = written(new, text, PLACE)
        assert len(again) == len(new)
        assert written(again, ANN, PLACE) == new


def test_edit_in_place_writes_few_bytes(clip: bytes) -> None:
    edit = planned(written(clip, ANN, COPY), LONG, PLACE)
    assert isinstance(edit, Patch)
    assert sum(len(data) for _, data in edit.writes) < 2 * len(LONG) + 100


@each_case("field", ["comment", "artist", "copyright"])
@each_case("free", [0, 1, 30, 59, 60, 61, 5000])
def test_padding_is_used_kept_or_too_small(clip: bytes, free: int, field: str) -> None:
    data = headers.asf_with(clip, description("Sea"), padding(free))
    needed = 2 * (len("0123456789") + 1)  # for a text of ten letters; a padding has 24 bytes at least
    change = set_to(field, "0123456789")
    if free + 24 == needed or free >= needed:
        new = written(data, change, PLACE, HERE)
        assert header_length(new) == header_length(data)
    else:
        assert "no room" in refusal(data, change, PLACE)


def test_padding_in_extension_is_used(clip: bytes) -> None:
    data = headers.asf_with(clip, description("Sea"), extension=padding(100))
    assert len(written(data, ANN, PLACE)) == len(data)


def test_shorter_comment_leaves_padding(clip: bytes) -> None:
    data = headers.asf_with(clip, description("", "", "", "x" * 40))
    new = written(data, None, PLACE)
    assert PADDING in new[: header_length(new)]
    assert "no room" in refusal(data, "x" * 35, PLACE)
    assert written(data, "y" * 40, PLACE).count(PADDING) == data.count(PADDING)


def test_edit_without_replacement_needs_padding(clip: bytes) -> None:
    assert "no new file may take its place" in refusal(clip, ANN, COPY, HERE)


# The census


SMALL = headers.asf_with(
    asf_object(structure.guid_of("75b22630-668e-11cf-a6d9-00aa0062ce6c"), bytes(4) + b"\1\2"),
    asf_object(structure.FILE, bytes(80)),
) + asf_object(structure.DATA, bytes(26) + bytes(range(250)))


def test_small_file_is_parsed() -> None:
    assert said(written(SMALL, ANN, COPY)) == [ANN]


@each_case("at", [*range(24, 30), 30, 46, 60, 80, 100, -200, -300])
def test_census_covers_all_but_comments_padding_and_media(at: int) -> None:
    data = bytearray(SMALL)
    in_media = any(extent.offset <= at % len(data) < extent.end for extent in lossless.examined(SMALL).payload)
    data[at] ^= 1
    if lossless.problem(bytes(data)) == "":
        assert (lossless.census(bytes(data)) == lossless.census(SMALL)) == in_media


names = st.sampled_from(
    [
        "Title",
        "WM/Genre",
        "WM/SharedUserRating",
        "WM/Category",
        "Description",
        "comment",
        "a",
        "\ud7ff",
        "WM/Picture",
        "",
    ]
)
values = st.tuples(names, st.integers(0, 6), st.binary(max_size=40))
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=60)


@settings(max_examples=60)
@given(
    attributed=st.lists(values, max_size=6),
    described=st.lists(texts | st.just(""), max_size=5),
    free=st.none() | st.integers(0, 300),
    text=st.none() | texts,
    field=st.sampled_from(["comment", "title", "genre", *TEXTS]),
    is_copy=st.booleans(),
)
def test_any_attributes_are_kept(
    attributed: list[tuple[str, int, bytes]],
    described: list[str],
    free: int | None,
    text: str | None,
    field: str,
    is_copy: bool,
) -> None:
    more = () if free is None else (padding(free),)
    data = headers.asf_with(SMALL, description(*described), attributes(*attributed), *more)
    strategy = COPY if is_copy else PLACE
    change = set_to(field, text and TEXTS.get(field, text))
    if isinstance(planned(data, change, strategy), Patch | Rebuild):
        new = written(data, change, strategy)
        for name, _, value in attributed:
            if asf_places.field_of(name) != field:
                assert wide(name) in new
                assert value in new


@settings(max_examples=60)
@given(at=st.integers(16, 600), noise=st.binary(min_size=1, max_size=6), text=st.none() | texts)
def test_damaged_header_is_refused_or_written_correctly(at: int, noise: bytes, text: str | None) -> None:
    data = headers.asf_with(SMALL, *RICH, padding(200), extension=headers.library((0, "Mine", "yes")))
    data = data[:at] + noise + data[at + len(noise) :]
    if lossless.problem(data) == "":
        for strategy, field in itertools.product((COPY, PLACE), ("comment", "title", *TEXTS)):
            change = set_to(field, text and TEXTS.get(field, text))
            if isinstance(planned(data, change, strategy), Patch | Rebuild):
                written(data, change, strategy)


def test_file_without_media_is_not_written(clip: bytes) -> None:
    assert "no media" in refusal(clip[: header_length(clip)], ANN, COPY)


def test_deeply_nested_header_is_refused() -> None:
    nested = b""
    for _ in range(2000):
        nested = asf_object(structure.EXTENSION, bytes(18) + struct.pack("<I", len(nested)) + nested)
    data = headers.asf_with(SMALL, nested)
    assert lossless.problem(data) == ""
    assert "not understood" in refusal(data, ANN, COPY)
    assert lossless.census(data)


@pytest.mark.parametrize("within", [False, True])
def test_attribute_count_is_limited(clip: bytes, *, within: bool) -> None:
    half = headers.library(*[(0, "a", "b")] * 10_001) if within else attributes(*[("a", 0, wide("b"))] * 10_001)

    def made(count: int) -> bytes:
        return headers.asf_with(clip, extension=half * count) if within else headers.asf_with(clip, *[half] * count)

    assert lossless.problem(made(1)) == ""
    assert lossless.problem(made(2)) == "corrupt"


def test_parts_of_all_extensions_are_limited(clip: bytes) -> None:
    assert lossless.problem(headers.asf_with(clip, extension=padding(0) * 9_000)) == ""

    extension = next(part for part in objects(clip) if part.guid == structure.EXTENSION)
    many = asf_object(structure.EXTENSION, extension.body[:18] + struct.pack("<I", 24 * 9_000) + padding(0) * 9_000)
    assert lossless.problem(headers.asf_with(clip, *[many] * 3)) == "corrupt"
