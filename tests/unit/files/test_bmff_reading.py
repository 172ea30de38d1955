"""Parsing of ISO base media files; no content makes it fail or slow."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent
from tests.support import mp4
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box, full


def examine(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def texts(content: bytes) -> list[tuple[str, str]]:
    return [(field.where, field.value) for field in mp4.comments(examine(content))]


class Counted:
    """A file of any size that records how much of it was read."""

    def __init__(self, content: bytes, *, size: int) -> None:
        self.content = content
        self.size = size
        self.bytes_read = 0
        self.reads = 0

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.reads += 1
        self.bytes_read += length
        return self.content[offset : offset + length].ljust(length, b"\0")


# Kind of file


@each_case(
    "head",
    [
        mp4.film()[:64],
        mp4.film(brand=None)[:64],
        mp4.film(brand=None, front=True)[:64],
        box(b"wide") + box(b"mdat", bytes(50)),
        mp4.free(16) + bytes(60),
        struct.pack(">I4sQ", 1, b"mdat", 1 << 40) + bytes(60),
        struct.pack(">I4s", 0, b"mdat") + bytes(60),
        struct.pack(">I4s", 0xFFFFFFFF, b"ftyp") + bytes(60),
    ],
)
def test_first_box_identifies_family(head: bytes) -> None:
    assert FAMILY.recognises(head)


@each_case(
    "head",
    [
        b"",
        b"\0\0\0",
        b"ftyp" + bytes(60),
        b"I'm free to do as I like, said the text file, and so are you.",
        b"The moov of a text, which is no film at all, whatever it says",
        b"RIFF\x10\0\0\0AVI LIST" + bytes(60),
        b"\x1a\x45\xdf\xa3" + bytes(60),
        bytes(64),
    ],
)
def test_other_files_are_not_of_family(head: bytes) -> None:
    assert not FAMILY.recognises(head)


@each_case(
    ("brand", "container"),
    [
        (b"isom", "mp4"),
        (b"mp42", "mp4"),
        (b"M4V ", "mp4"),
        (b"????", "mp4"),
        (b"qt  ", "mov"),
        (None, "mov"),
        (b"3gp5", "3gp"),
        (b"3g2a", "3gp"),
        (b"crx ", "cr3"),
        (b"avis", "heif"),
    ],
)
def test_brand_names_container(brand: bytes | None, container: str) -> None:
    layout = examine(mp4.film(brand=brand))

    assert layout.container == container
    assert (layout.problem is None) == (container in {"mp4", "mov", "3gp"})


# Media


@pytest.mark.parametrize("front", [True, False])
@pytest.mark.parametrize("large", [True, False])
def test_payload_is_mdat_content(front: bool, large: bool) -> None:
    content = mp4.film(front=front, large=large)
    layout = examine(content)

    (extent,) = layout.payload
    assert content[extent.offset : extent.end] == mp4.MEDIA
    assert layout.problem is None
    assert layout.size == len(content)


def test_several_mdat_form_payload() -> None:
    content = mp4.film(front=True, end=box(b"mdat") + box(b"mdat", b"second", large=True))

    found = [content[extent.offset : extent.end] for extent in examine(content).payload]
    assert found == [mp4.MEDIA, b"second"]


def test_mdat_without_size_reaches_end() -> None:
    content = bytearray(mp4.film(front=True))
    start = content.index(b"mdat") - 4
    content[start : start + 4] = bytes(4)

    layout = examine(bytes(content))
    assert layout.payload == (Extent(start + 8, len(mp4.MEDIA)),)
    assert layout.problem is None


# Comments


def test_file_without_comment_has_no_field() -> None:
    assert texts(mp4.film()) == []
    assert texts(mp4.film(box(b"udta"))) == []
    assert texts(mp4.film(box(b"udta", mp4.tags()))) == []


def test_comment_places_are_in_file_order() -> None:
    udta = box(
        b"udta",
        box(b"\xa9cmt", mp4.string("one"), mp4.string("zwei", language=0x15C7)),
        mp4.tags(box(b"\xa9nam", mp4.data("title")), mp4.cmt("three"), mp4.cmt("four", "five")),
    )
    keys = mp4.keyed([("title", "x"), ("comment", "six"), ("com.apple.quicktime.comment", "seven")], plain=True)

    assert texts(mp4.film(udta, keys)) == [
        ("moov/udta/©cmt", "one"),
        ("moov/udta/©cmt[2]", "zwei"),
        ("moov/udta/meta/ilst/©cmt", "three"),
        ("moov/udta/meta/ilst/©cmt[2]", "four"),
        ("moov/udta/meta/ilst/©cmt[3]", "five"),
        ("moov/meta/ilst/comment", "six"),
        ("moov/meta/ilst/com.apple.quicktime.comment", "seven"),
    ]


@pytest.mark.parametrize("plain", [True, False])
def test_meta_is_read_with_and_without_version(plain: bool) -> None:
    content = mp4.film(box(b"udta", mp4.tags(mp4.cmt("found"), plain=plain)))

    assert texts(content) == [("moov/udta/meta/ilst/©cmt", "found")]


def test_track_comment_is_not_file_comment() -> None:
    udta = box(b"udta", box(b"\xa9cmt", mp4.string("of the track")), mp4.tags(mp4.cmt("of the track")))
    layout = examine(mp4.film(trak=udta + mp4.tags(mp4.cmt("of the track"))))

    assert mp4.comments(layout) == []
    assert layout.problem is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (box(b"\xa9cmt", mp4.data("Grüße, 你好 🎬\nשלום")), "Grüße, 你好 🎬\nשלום"),
        (box(b"\xa9cmt", mp4.data("no type", flags=0)), "no type"),
        (box(b"\xa9cmt", mp4.data("odd type", flags=21)), "odd type"),
        (box(b"\xa9cmt", mp4.data("wide".encode("utf-16-be"), flags=2)), "wide"),
        (box(b"\xa9cmt", mp4.data(b"caf\xe9")), "caf\udce9"),
        (box(b"\xa9cmt", mp4.data(b"a\0b")), "a\0b"),
        (box(b"\xa9cmt", mp4.data("")), ""),
    ],
)
def test_items_are_read_according_to_type(content: bytes, text: str) -> None:
    layout = examine(mp4.film(box(b"udta", mp4.tags(content))))

    assert [field.value for field in mp4.comments(layout)] == [text]
    assert layout.problem is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (mp4.string("Grüße"), ["Grüße"]),
        (mp4.string(b"caf\x8e", language=0), ["café"]),
        (mp4.string(b"caf\x8e", language=0x7FFF), ["café"]),
        (mp4.string("one") + bytes(4), ["one"]),
        (mp4.string(""), [""]),
        (b"", [""]),
    ],
)
def test_strings_are_read_according_to_language(content: bytes, found: list[str]) -> None:
    layout = examine(mp4.film(box(b"udta", box(b"\xa9cmt", content), bytes(4))))

    assert [field.value for field in mp4.comments(layout)] == found
    assert layout.problem is None


# Reasons against a write


def bad_table(kind: bytes, *content: bytes) -> bytes:
    table = box(b"stbl", full(kind, *content), full(b"stsz", struct.pack(">II", 4, 1)))
    return box(b"trak", box(b"mdia", box(b"minf", table)))


def cut(content: bytes, missing: int) -> bytes:
    return content[:-missing]


def unsized(content: bytes, kind: bytes) -> bytes:
    """The file with a size of 0 in the header of its first box of that type."""
    at = content.index(kind) - 4
    return content[:at] + bytes(4) + content[at + 4 :]


def with_chunk(offset: int) -> bytes:
    """A film whose third track has its chunk there."""
    return mp4.film(mp4.track([offset]))


DAMAGED = {
    "only ftyp": (box(b"ftyp", b"isom", bytes(4)), "no index"),
    "nothing": (b"", "no index"),
    "no moov": (box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", bytes(99)), "no index"),
    "moov cut": (cut(mp4.film(), 100), "cut short"),
    "mdat cut": (cut(mp4.film(front=True), 100), "cut short"),
    "mdat cut behind its header": (cut(mp4.film(front=True), len(mp4.MEDIA)), "cut short"),
    "64-bit mdat cut": (cut(mp4.film(front=True, large=True), 1), "cut short"),
    "mdat of 16 EiB": (
        mp4.film(front=True, payload=b"")[:-8] + struct.pack(">I4sQ", 1, b"mdat", (1 << 64) - 1),
        "cut short",
    ),
    "free of 4 bytes": (mp4.film(front=True, after=struct.pack(">I4s", 4, b"free")), "impossible"),
    "free past the end": (mp4.film(end=struct.pack(">I4s", 99, b"free")), "cut short"),
    "64-bit size of 3": (mp4.film(end=struct.pack(">I4sQ", 1, b"free", 3)), "impossible"),
    "no samples": (box(b"ftyp", b"isom", bytes(4)) + box(b"moov", mp4.track([], samples=0)), "no media"),
    "header of a stream": (
        box(b"ftyp", b"iso5", bytes(4))
        + box(b"moov", mp4.track([], samples=0), box(b"mvex", full(b"trex", bytes(20)))),
        "no media",
    ),
    "box past its parent": (mp4.film(struct.pack(">I4s", 40, b"junk") + bytes(8)), "reaches past"),
    "box of 7 bytes": (mp4.film(struct.pack(">I4s", 7, b"junk") + bytes(8)), "impossible"),
    "rest of moov that is no box": (mp4.film(b"\1\2\3"), "not a box"),
    "more chunks than there are": (mp4.film(bad_table(b"stco", struct.pack(">I", 0xFFFFFFFF))), "more entries"),
    "more wide chunks than there are": (mp4.film(bad_table(b"co64", struct.pack(">II", 1, 0))), "more entries"),
    "no chunk table at all": (mp4.film(bad_table(b"stco")), "more entries"),
    "more samples than it lists": (
        mp4.film(bad_table(b"stsz", struct.pack(">II", 0, 0xFFFFFFFF))),
        "more samples",
    ),
    "no sample table at all": (mp4.film(bad_table(b"stz2")), "more samples"),
    "chunk past the end": (with_chunk(1 << 30), "points past its end"),
}


@each_case("name", DAMAGED)
def test_damage_is_corrupt_with_message(name: str) -> None:
    content, words = DAMAGED[name]
    problem = examine(content).problem

    assert problem is not None
    assert (problem.code, words in problem.message) == ("corrupt", True), problem


UNKNOWN = {
    "two indexes": (mp4.film(end=box(b"moov", mp4.track([60]))), "more than one index"),
    "compressed": (mp4.film(box(b"cmov", bytes(20))), "compressed"),
    "moov without size": (unsized(mp4.film(), b"moov"), "has no size"),
    "chunk in padding": (mp4.film(mp4.track([45]), front=True, after=mp4.free(999)), "outside the media data"),
    "chunk right behind mdat": (with_chunk(mp4.film().index(mp4.MEDIA) + len(mp4.MEDIA)), "outside the media data"),
    "chunk before mdat": (with_chunk(3), "outside the media data"),
    "two handlers": (mp4.film(box(b"udta", mp4.meta(box(b"hdlr", mp4.HANDLER), box(b"ilst")))), "twice"),
    "two lists of names": (mp4.film(mp4.meta(full(b"keys", bytes(4)), full(b"keys", bytes(4)))), "twice"),
    "names that clash": (
        mp4.film(mp4.keyed([("comment", "x")], plain=True), mp4.keyed([("mood", "calm"), ("comment", "x")])),
        "lists of names",
    ),
    "udta of text": (mp4.film(box(b"udta", b"some camera wrote text here")), "user data"),
    "meta of text": (mp4.film(box(b"udta", full(b"meta", b"some camera wrote text here"))), "tags (meta)"),
    "ilst of text": (mp4.film(box(b"udta", mp4.meta(box(b"ilst", b"text here, not items")))), "tags (meta)"),
    "raw string": (mp4.film(box(b"udta", box(b"\xa9cmt", b"plain text"))), "unknown shape"),
    "string cut": (mp4.film(box(b"udta", box(b"\xa9cmt", mp4.string("text")[:-1]))), "unknown shape"),
    "rest behind a string": (mp4.film(box(b"udta", box(b"\xa9cmt", mp4.string("text"), b"!"))), "unknown shape"),
    "item of text": (mp4.film(box(b"udta", mp4.tags(box(b"\xa9cmt", b"plain text")))), "unknown shape"),
    "data too short": (mp4.film(box(b"udta", mp4.tags(box(b"\xa9cmt", box(b"data", bytes(4)))))), "unknown shape"),
    "keys that lie": (
        mp4.film(mp4.meta(full(b"keys", struct.pack(">I", 9)), handler=bytes(8) + b"mdta" + bytes(13))),
        "(keys)",
    ),
    "comment beside the film": (mp4.film(front=True, end=mp4.tags(mp4.cmt("outside"))), "outside the file's index"),
    "huge comment": (mp4.film(box(b"udta", mp4.tags(mp4.cmt("x" * (1 << 21))))), "A comment has 2,097,176 bytes"),
}


@each_case("name", UNKNOWN)
def test_unknown_structure_is_refused_with_reason(name: str) -> None:
    content, words = UNKNOWN[name]
    problem = examine(content).problem

    assert problem is not None
    assert (problem.code, words in problem.message) == ("no_strategy_yet", True), problem


def test_comment_outside_index_is_listed() -> None:
    content = mp4.film(front=True, end=mp4.tags(mp4.cmt("outside")))

    assert texts(content) == [("meta/ilst/©cmt", "outside")]


def test_file_without_tracks_has_no_media() -> None:
    problem = examine(mp4.film(tracks=0)).problem

    assert problem is not None
    assert (problem.code, problem.message) == ("not_video", "The file has no video, audio or subtitles.")


def test_image_is_no_video() -> None:
    problem = examine(box(b"ftyp", b"heic", bytes(4)) + full(b"meta", full(b"iloc", bytes(8)))).problem

    assert problem is not None
    assert problem.code == "not_video"


def test_damaged_file_shows_readable_fields() -> None:
    content = mp4.film(box(b"udta", mp4.tags(mp4.cmt("still there"))), front=True)[:-100]
    layout = examine(content)

    assert [field.value for field in mp4.comments(layout)] == ["still there"]
    assert sum(extent.length for extent in layout.payload) == len(mp4.MEDIA) - 100


@pytest.mark.parametrize(
    "junk",
    [
        b"\x8d\xb4-i\x4c\xcc\x41\x87 trailer of a camera",
        bytes(100),
        b"\xff",
        b"abcdefg",
        b"a text that somebody has put here",
        b"\0\0\0\7text",
    ],
)
def test_trailing_bytes_are_separate(junk: bytes) -> None:
    content = mp4.film(front=True, end=junk)
    layout = examine(content)

    assert layout.problem is None
    assert layout.junk == Extent(len(content) - len(junk), len(junk))


# Hostile files


@pytest.mark.parametrize("front", [True, False])
def test_file_truncated_anywhere_is_detected(front: bool) -> None:
    content = mp4.film(box(b"udta", mp4.tags(mp4.cmt("text"))), front=front)

    sound = [end for end in range(len(content)) if examine(content[:end]).problem is None]
    assert sound == []


@effort.examples(100, 300)
@given(st.binary(max_size=400))
@example(b"\0\0\0\1moov")
@example(b"\0\0\0\1moov\0\0\0\0\0\0\0\x10")
def test_random_bytes_never_fail(content: bytes) -> None:
    for candidate in (content, mp4.film()[:24] + content, box(b"moov", content), mp4.film(box(b"udta", content))):
        layout = examine(candidate)
        FAMILY.census(BytesReader(candidate), layout)


RICH = mp4.film(
    box(b"udta", box(b"\xa9cmt", mp4.string("one")), mp4.tags(mp4.cmt("two"), box(b"\xa9nam", mp4.data("name")))),
    mp4.keyed([("comment", "three")], plain=True),
    early=mp4.free(24),
    after=mp4.free(40),
)


@effort.examples(150, 500)
@given(
    st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5),
    st.integers(0, len(RICH)),
)
def test_changed_bytes_never_fail(changes: list[tuple[int, bytes]], end: int) -> None:
    content = bytearray(RICH)
    for at, new in changes:
        content[at : at + len(new)] = new
    for candidate in (bytes(content), bytes(content[:end])):
        layout = examine(candidate)
        FAMILY.census(BytesReader(candidate), layout)


def test_deep_nesting_is_refused() -> None:
    content = b""
    for kind in [b"trak", b"moov", b"udta", b"meta", b"mdia"] * 2000:
        content = struct.pack(">I4s", 8 + len(content), kind) + content
        if len(content) > 80_000:
            break

    assert examine(mp4.film(content)).problem is None
    assert examine(box(b"ftyp", b"isom") + box(b"moov", content)).problem is not None


def test_box_count_is_limited() -> None:
    inside = examine(mp4.film(box(b"junk") * 60_000)).problem
    beside = examine(mp4.film(end=box(b"junk") * 110_000)).problem

    assert inside is not None
    assert beside is not None
    assert (inside.code, beside.code) == ("corrupt", "corrupt")
    assert "boxes" in inside.message
    assert "boxes" in beside.message


def test_huge_index_is_not_read() -> None:
    claimed = 1 << 40
    content = box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4sQ", 1, b"moov", claimed)
    file = Counted(content, size=len(content) - 16 + claimed)
    problem = FAMILY.examine(file).problem

    assert problem is not None
    assert "more than we handle" in problem.message
    assert file.bytes_read < 1000


def test_only_headers_and_index_are_read() -> None:
    film = mp4.film(front=True, payload=mp4.MEDIA, large=True)
    start = film.index(b"mdat") - 4
    claimed = 1 << 41
    content = film[:start] + struct.pack(">I4sQ", 1, b"mdat", claimed) + mp4.MEDIA
    file = Counted(content, size=start + claimed)
    layout = FAMILY.examine(file)
    FAMILY.census(file, layout)

    assert layout.problem is None
    assert file.bytes_read < 2 * start + 1000
    assert file.reads < 20
