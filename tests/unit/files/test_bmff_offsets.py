"""Every offset in an MP4 is found, or the file is rejected with a reason; no number makes this slow."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change
from tests.support import mp4, pointers
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box, full

FTYP = box(b"ftyp", b"isom", bytes(4), b"isom")


def examine(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def targets(content: bytes) -> list[int]:
    layout = examine(content)
    assert layout.problem is None, layout.problem
    return layout.offsets.pointers.targets.tolist()  # type: ignore[no-any-return]


def in_table(*tables: bytes) -> bytes:
    """A film whose first track has additional tables."""
    content = mp4.film(tracks=1)
    at = content.index(b"stsd") - 4
    content = content[:at] + b"".join(tables) + content[at:]
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        place = content.index(kind) - 4
        size = int.from_bytes(content[place : place + 4], "big") + len(b"".join(tables))
        content = content[:place] + size.to_bytes(4, "big") + content[place + 4 :]
    return content


def in_fragment(*parts: bytes, header: bytes = b"") -> bytes:
    """A film with one fragment whose track has these boxes."""
    tfhd = header or box(b"tfhd", struct.pack(">II", 0x20000, 1))
    moof = box(b"moof", full(b"mfhd", struct.pack(">I", 1)), box(b"traf", tfhd, *parts))
    moov = box(b"moov", full(b"mvhd", bytes(96)), mp4.track([], samples=0), box(b"mvex"))
    return FTYP + moov + moof + box(b"mdat", mp4.MEDIA)


def run(offset: int | None, *, count: int = 1, flags: int = 0, rest: bytes = b"") -> bytes:
    given = b"" if offset is None else struct.pack(">i", offset)
    return box(b"trun", struct.pack(">II", flags | (offset is not None), count), given, rest)


# Supported structures


@each_case("version", [0, 1, 2])
@each_case(("offset", "base"), [(4, 0), (8, 0), (4, 4), (8, 8), (4, 8), (0, 4), (0, 8)])
@each_case("index", [0, 4])
def test_item_offsets_of_all_widths_are_read(version: int, offset: int, base: int, index: int) -> None:
    iloc = pointers.items([(30, 5), (41, 6)], version=version, offset=offset, base=base, index=index)

    assert targets(mp4.film(mp4.meta(iloc))) == [30, 41]
    assert targets(mp4.film(trak=mp4.meta(iloc), tracks=1)) == [30, 41]
    assert targets(mp4.film(end=mp4.meta(iloc))) == [30, 41]
    assert targets(mp4.film(box(b"udta", mp4.meta(iloc)))) == [30, 41]


def test_reserved_item_bits_are_ignored() -> None:
    iloc = full(b"iloc", struct.pack(">HH", 0x4404, 1), struct.pack(">HHHII", 1, 0, 1, 40, 4))

    assert targets(mp4.film(mp4.meta(iloc))) == [40]


def test_external_and_inline_items_have_no_offsets() -> None:
    other = struct.pack(">HHHHHII", 1, 0, 7, 0, 1, 40, 4)
    iloc = box(b"iloc", bytes([1, 0, 0, 0]), struct.pack(">HH", 0x4400, 1), other[:6] + other[8:])

    assert targets(mp4.film(mp4.meta(iloc))) == []
    assert targets(mp4.film(mp4.meta(pointers.items([], version=1)))) == []


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("typed", [True, False])
def test_encrypted_sample_offsets_are_read(version: int, typed: bool) -> None:
    assert targets(in_table(pointers.saio([50, 60, 70], version=version, typed=typed))) == [50, 60, 70]


def test_fragment_offsets_count_from_their_base() -> None:
    content = in_fragment(run(150), pointers.saio([9]))
    moof = content.index(b"moof") - 4
    assert targets(content) == [moof + 9]
    assert examine(content).offsets.runs.tolist() == [moof + 150]

    given = box(b"tfhd", struct.pack(">IIQ", 1, 1, moof + 2))
    content = in_fragment(run(150), pointers.saio([9]), header=given)
    assert targets(content) == [moof + 2, moof + 11]
    assert examine(content).offsets.runs.tolist() == [moof + 152]


def test_runs_without_offset_or_samples_are_ignored() -> None:
    head = box(b"tfhd", struct.pack(">IIQ", 1, 1, 0))
    probe = in_fragment(run(None), run(None), run(None, count=0), header=head)
    start = probe.index(mp4.MEDIA)
    content = in_fragment(
        run(None), run(None), run(None, count=0), header=box(b"tfhd", struct.pack(">IIQ", 1, 1, start))
    )

    assert examine(content).problem is None
    assert examine(content).offsets.runs.tolist() == [start]
    empty = in_fragment(run(-5000, count=0))
    assert examine(empty).problem is None


@pytest.mark.parametrize("kinds", [(1, 1, 1), (4, 2, 1), (3, 4, 4)])
@pytest.mark.parametrize("wide", [True, False])
def test_fragment_list_of_any_width_is_read(kinds: tuple[int, int, int], wide: bool) -> None:
    number = ">QQ" if wide else ">II"
    entries = b"".join(struct.pack(number, 5, place) + bytes(sum(kinds)) for place in (33, 44))
    packed = (kinds[0] - 1) << 4 | (kinds[1] - 1) << 2 | kinds[2] - 1
    tfra = box(b"tfra", bytes([wide, 0, 0, 0]), struct.pack(">III", 1, packed, 2), entries)

    assert targets(mp4.film(end=box(b"mfra", tfra, full(b"mfro", bytes(4))))) == [33, 44]


@pytest.mark.parametrize("wide", [True, False])
def test_segment_index_counts_from_its_end(wide: bool) -> None:
    numbers = struct.pack(">IIQQHH" if wide else ">IIIIHH", 1, 1000, 0, 77, 0, 1)
    sidx = box(b"sidx", bytes([wide, 0, 0, 0]), numbers, struct.pack(">III", 20, 1, 0))
    content = mp4.film(front=True, after=sidx)

    assert targets(content) == [content.index(b"sidx") - 4 + len(sidx) + 77]


@pytest.mark.parametrize("flags", [0, 1])
@pytest.mark.parametrize("name", [b"", b"\0", b"other.mov\0"])
def test_external_track_is_detected(flags: int, name: bytes) -> None:
    entry = box(b"url ", bytes([0, 0, 0, flags]), name)
    dinf = box(b"dinf", full(b"dref", struct.pack(">I", 1), entry))
    table = mp4.track([1 << 30])
    stbl = table.index(b"stbl") - 4
    media = box(b"mdia", box(b"minf", dinf, table[stbl : stbl + int.from_bytes(table[stbl : stbl + 4], "big")]))
    layout = examine(mp4.film(box(b"trak", media)))

    if flags or not name.strip(b"\0"):
        assert layout.problem is not None
        assert "past its end" in layout.problem.message
    else:
        assert layout.problem is None
        assert "another file" in layout.not_movable
        assert len(layout.offsets.tables) == 2


# Unsupported structures


DAMAGED: dict[str, Callable[[], bytes]] = {
    "items cut": lambda: mp4.film(mp4.meta(box(b"iloc", pointers.items([(30, 5)])[8:-9]))),
    "no items at all": lambda: mp4.film(mp4.meta(full(b"iloc"))),
    "encrypted samples cut": lambda: in_table(full(b"saio", struct.pack(">II", 9, 50))),
    "no encrypted samples at all": lambda: in_table(full(b"saio")),
    "fragment that does not add up": lambda: mp4.film(end=box(b"moof", b"what is this?")),
    "track of a fragment that does not add up": lambda: in_fragment(struct.pack(">I4s", 99, b"trun")),
    "run with too many samples": lambda: in_fragment(run(9, count=1 << 30, flags=0x200)),
    "run cut": lambda: in_fragment(box(b"trun", b"\0\0")),
    "header cut": lambda: in_fragment(header=box(b"tfhd", struct.pack(">II", 1, 1))),
    "run past the end": lambda: in_fragment(run(1 << 30)),
    "encrypted samples of a fragment cut": lambda: in_fragment(run(120), full(b"saio", struct.pack(">I", 1 << 30))),
}


@each_case("name", DAMAGED)
def test_damage_is_corrupt(name: str) -> None:
    problem = examine(DAMAGED[name]()).problem

    assert problem is not None
    assert problem.code == "corrupt", problem


UNKNOWN: dict[str, Callable[[], bytes]] = {
    "items of a new version": lambda: mp4.film(mp4.meta(box(b"iloc", bytes([3, 0, 0, 0]), bytes(99)))),
    "items in odd widths": lambda: mp4.film(mp4.meta(full(b"iloc", struct.pack(">HH", 0x3000, 0)))),
    "encrypted samples of a new version": lambda: in_table(box(b"saio", bytes([2, 0, 0, 0]), bytes(4))),
    "run outside the media": lambda: in_fragment(run(3)),
    "run before the file": lambda: in_fragment(run(-(1 << 30))),
    "base beyond any file": lambda: in_fragment(run(-9), header=box(b"tfhd", struct.pack(">IIQ", 1, 1, 3))),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_structure_is_refused(name: str) -> None:
    problem = examine(UNKNOWN[name]()).problem

    assert problem is not None
    assert problem.code == "no_strategy_yet", problem


# Hostile files


def test_huge_fragment_is_not_read() -> None:
    class Counted(BytesReader):
        read = 0

        @property
        def size(self) -> int:
            return len(head) + (1 << 40)

        def read_at(self, offset: int, length: int) -> bytes:
            self.read += length
            return super().read_at(offset, length).ljust(length, b"\0")

    head = mp4.film(front=True)
    file = Counted(head + struct.pack(">I4sQ", 1, b"moof", 1 << 40))
    problem = FAMILY.examine(file).problem

    assert problem is not None
    assert "headers of the fragments are larger" in problem.message
    assert file.read < 10_000


def long_list(count: int) -> bytes:
    return full(b"tfra", struct.pack(">III", 1, 0, count), bytes(11 * count))


ABSURD: dict[str, tuple[Callable[[], bytes], str]] = {
    "items": (
        lambda: mp4.film(mp4.meta(box(b"iloc", bytes([2, 0, 0, 0]), struct.pack(">HI", 0, 1 << 31), bytes(1 << 20)))),
        "more items",
    ),
    "extents of no bytes": (
        lambda: mp4.film(
            mp4.meta(box(b"iloc", bytes(4), struct.pack(">HH", 0x0040, 0xFFFF), (bytes(8) + b"\xff\xff") * 65_535))
        ),
        "",
    ),
    "encrypted samples": (lambda: in_table(full(b"saio", struct.pack(">I", 400_000), bytes(1_600_000))), "encrypted"),
    "lists": (lambda: mp4.film(end=box(b"mfra", *(long_list(30_000) for _ in range(12)))), "300,000 offsets"),
    "many lists": (lambda: mp4.film(end=box(b"mfra", long_list(200_000)) * 3), "headers of the fragments are larger"),
    "a long list": (lambda: mp4.film(end=box(b"mfra", long_list(400_000))), "headers of the fragments are larger"),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_counts_are_refused(name: str) -> None:
    make, words = ABSURD[name]
    reader = BytesReader(make())
    layout = FAMILY.examine(reader)

    assert (layout.problem is None) == (not words)
    assert layout.problem is None or (layout.problem.code, words in layout.problem.message) == ("no_strategy_yet", True)
    FAMILY.census(reader, layout)


RICH = pointers.fragmented(
    box(b"udta", mp4.tags(mp4.cmt("x"))),
    mp4.meta(pointers.items([(600, 5)], version=1, base=4)),
    absolute=True,
    encrypted=True,
    indexed=True,
)


@effort.examples(100, 300)
@given(
    st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(min_size=1, max_size=5)), min_size=1, max_size=4),
    st.integers(len(RICH) // 2, 2 * len(RICH)),
)
def test_changed_bytes_never_fail(changes: list[tuple[int, bytes]], end: int) -> None:
    content = bytearray(RICH)
    for at, new in changes:
        content[at : at + len(new)] = new
    reader = BytesReader(bytes(content[:end]))
    layout = FAMILY.examine(reader)
    FAMILY.census(reader, layout)
    for strategy in FAMILY.strategies():
        strategy.plan(
            reader, layout, [Change(field="comment", old=None, new="y" * 99)], Capabilities(block=512, reflink=True)
        )
