"""Two censuses of an MP4 are equal exactly if nothing but the comment and padding changed."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from indexium_core.files.containers.bmff import FAMILY
from indexium_core.files.reader import BytesReader
from tests.support import mp4, pointers
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box, full

TITLE = box(b"\xa9nam", mp4.data("A title"))
COVER = box(b"covr", mp4.data(bytes(500), flags=14))


def census(content: bytes) -> dict[str, str]:
    reader = BytesReader(content)
    return dict(FAMILY.census(reader, FAMILY.examine(reader)))


def changed(before: bytes, after: bytes) -> set[str]:
    old, new = census(before), census(after)
    return {name for name in old | new if old.get(name) != new.get(name)}


def film(*items: bytes, front: bool = True, **more: Any) -> bytes:
    tags = mp4.meta(box(b"ilst", *items), mp4.free(20))
    udta = box(b"udta", box(b"\xa9swr", mp4.string("camera")), tags, bytes(4))
    keys = mp4.keyed([("comment", "three"), ("make", "x")], plain=True)
    return mp4.film(udta, keys, front=front, after=mp4.free(30), **more)


def test_every_box_has_digest() -> None:
    names = set(census(film(TITLE, mp4.cmt("text"), COVER)))

    assert {
        "ftyp",
        "mdat",
        "order",
        "moov/mvhd",
        "moov/order",
        "moov/trak[1]/tkhd",
        "moov/trak[2]/mdia/minf/stbl/stco",
        "moov/udta/©swr",
        "moov/udta/meta/hdlr",
        "moov/udta/meta/ilst/©nam",
        "moov/udta/meta/ilst/covr",
        "moov/udta/meta/ilst/order",
        "moov/meta/keys",
        "moov/meta/ilst/#2",
    } <= names
    assert not [name for name in names if "free" in name or "cmt" in name or name.endswith("#1")]


@pytest.mark.parametrize(("front", "flip"), effort.some([(True, 0x01), (False, 0x80), (True, 0x80), (False, 0x01)], 2))
def test_every_changed_byte_is_detected(front: bool, flip: int) -> None:
    """Each byte in sequence: outside of media, comment and padding, it changes the census, or the file is rejected."""
    content = film(TITLE, mp4.cmt("text"), COVER, front=front, end=b"\xff\xfejunk\xff\xff")
    layout = FAMILY.examine(BytesReader(content))
    free_bytes = {at for extent in layout.payload for at in range(extent.offset, extent.end)}
    free_bytes |= {at for place in layout.places_of("comment") for at in range(place.box.start, place.box.end)}
    for size in (20, 30):
        start = content.index(mp4.free(size))
        free_bytes |= set(range(start, start + size))
    terminator = content.index(b"\0\0\0\0" + mp4.keyed([("comment", "three"), ("make", "x")], plain=True)[:8])
    free_bytes |= set(range(terminator, terminator + 4))

    before = census(content)
    unnoticed = []
    for at in set(range(len(content))) - free_bytes:
        other = bytearray(content)
        other[at] ^= flip
        after = FAMILY.examine(BytesReader(bytes(other)))
        if after.problem is None and dict(FAMILY.census(BytesReader(bytes(other)), after)) == before:
            unnoticed.append(at)

    assert layout.problem is None
    assert len(content) - len(free_bytes) > 1400
    assert unnoticed == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (film(TITLE, mp4.cmt("text"), COVER), film(TITLE, COVER)),
        (film(TITLE, mp4.cmt("text"), COVER), film(mp4.cmt("one"), TITLE, COVER, mp4.cmt("two"))),
        (mp4.film(), mp4.film(box(b"udta", mp4.tags(mp4.cmt("new"))))),
        (mp4.film(), mp4.film(box(b"udta"), mp4.free(300), early=mp4.free(8))),
        (mp4.film(), mp4.film(end=mp4.free(100))),
        (mp4.film(box(b"udta", mp4.tags())), mp4.film(box(b"udta", box(b"\xa9cmt", mp4.string("new"))))),
    ],
)
def test_census_ignores_comments_and_padding(before: bytes, after: bytes) -> None:
    assert changed(before, after) == set()


@each_case(
    ("after", "names"),
    [
        (film(COVER, TITLE), {"moov/udta/meta/ilst/order"}),
        (film(TITLE), {"moov/udta/meta/ilst/order", "moov/udta/meta/ilst/covr"}),
        (film(TITLE, TITLE, COVER), {"moov/udta/meta/ilst/order", "moov/udta/meta/ilst/©nam[2]"}),
        (film(box(b"\xa9nam", mp4.data("B title")), COVER), {"moov/udta/meta/ilst/©nam"}),
        (film(TITLE, COVER, brand=b"mp42"), {"ftyp"}),
        (film(TITLE, COVER, payload=mp4.MEDIA[:-1]), {"mdat"}),
        (film(TITLE, COVER, trak=box(b"udta")), {f"moov/trak[{n}]/{end}" for n in (1, 2) for end in ("udta", "order")}),
        (film(TITLE, COVER, trak=mp4.free(8)), {f"moov/trak[{n}]/{end}" for n in (1, 2) for end in ("free", "order")}),
        (film(TITLE, COVER, end=box(b"uuid", bytes(16))), {"uuid", "order"}),
        (film(TITLE, COVER, end=b"\xff" * 9), {"junk"}),
        (film(TITLE, COVER, end=box(b"free", b"GPS track")), {"free", "order"}),
    ],
)
def test_census_names_change(after: bytes, names: set[str]) -> None:
    assert changed(film(TITLE, COVER), after) == names


def test_census_names_removed_track() -> None:
    gone = {name for name in changed(mp4.film(tracks=2), mp4.film(tracks=1)) if "trak" in name}

    assert gone
    assert all(name.startswith("moov/trak[2]/") for name in gone)


def test_census_covers_empty_boxes_and_flags() -> None:
    shell = box(b"udta", mp4.tags(mp4.cmt("text")))
    flagged = shell.replace(b"meta" + bytes(4), b"meta\0\0\0\1")

    assert changed(mp4.film(), mp4.film(trak=box(b"mdia"))) == {"moov/trak[1]/order", "moov/trak[2]/order"}
    assert "moov/udta/meta/hdlr" in changed(mp4.film(shell), mp4.film(flagged))


def test_census_covers_bytes_after_chunk_entries() -> None:
    one, two = (
        box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", mp4.full(b"stco", struct.pack(">II", 1, 40), rest)))))
        for rest in (b"one", b"two")
    )

    assert changed(mp4.film(one), mp4.film(two)) == {"moov/trak[3]/mdia/minf/stbl/stco"}


@pytest.mark.parametrize("wide", [True, False])
def test_chunk_offsets_count_from_first_media_byte(wide: bool) -> None:
    near, far = (mp4.film(front=True, wide=wide, after=mp4.free(size)) for size in (8, 5000))
    table = "co64" if wide else "stco"
    at = near.index(table.encode()) + 4 + 4 + 4 + (7 if wide else 3)
    shifted = bytearray(near)
    shifted[at] += 1

    assert changed(near, far) == set()
    assert changed(near, bytes(shifted)) == {"moov/trak[1]/mdia/minf/stbl/stco"}


POINTING = pointers.fragmented(
    mp4.meta(pointers.items([(700, 5)])),
    full(b"uuid"),
    absolute=True,
    encrypted=True,
    indexed=True,
    after=mp4.meta(pointers.items([(700, 5)], version=1, offset=8)),
)


@pytest.mark.parametrize(
    ("kind", "at", "name"),
    [
        (b"tfhd", 15, "moof"),
        (b"saio", 11, "moof"),
        (b"sidx", 19, "sidx"),
        (b"tfra", 16 + 7, "mfra"),
        (b"iloc", 17, "moov/meta/iloc"),
    ],
)
def test_uncorrected_pointer_is_named(kind: bytes, at: int, name: str) -> None:
    place = POINTING.index(kind) + 4 + at
    stale = bytearray(POINTING)
    stale[place] ^= 1

    assert FAMILY.examine(BytesReader(POINTING)).problem is None
    assert changed(POINTING, bytes(stale)) == {name}


def test_corrected_pointers_are_equal() -> None:
    """The same film with additional bytes before its targets, and corrected numbers."""
    wanted: dict[str, Any] = {"absolute": True, "encrypted": True, "indexed": True, "wide": True}
    near, far = (pointers.fragmented(after=mp4.free(size), **wanted) for size in (8, 700))

    assert changed(near, far) == set()


def test_large_boxes_are_compared_by_both_ends() -> None:
    large = bytearray(mp4.film(end=box(b"uuid", bytes(17 << 20))))
    first, last = bytes(large), None
    large[-1] = 1
    last = bytes(large)

    assert changed(first, last) == {"uuid"}
