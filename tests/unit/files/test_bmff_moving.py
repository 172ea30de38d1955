"""Writes of the comment of an MP4 without free space: all offsets are correct, and nothing else changes."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.containers.bmff.strategy import PADDING
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Edit, Extent, Patch, Rebuild, Refusal
from tests.support import mp4, pointers
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box, full
from tests.support.pointers import MEDIA

BLOCK = 4096
STRATEGIES = {strategy.name: strategy for strategy in FAMILY.strategies()}
MOVING = [name for name in STRATEGIES if name != "mp4_in_place"]
IN_FRONT = ["mp4_reflink", "mp4_insert_range", "mp4_copy"]  # strategies that do not move the index
TITLE = box(b"\xa9nam", mp4.data("A title"))
TEXT = "People: Ann Lee, Zoë Ünal"


def film(*children: bytes, front: bool = True, **more: Any) -> bytes:
    return mp4.film(*children, front=front, **{"payload": MEDIA, **more})


def planned(name: str, content: bytes, text: str | None = TEXT, *, block: int = BLOCK) -> Edit | Refusal:
    reader = BytesReader(content)
    means = Capabilities(block=block, reflink=True, clone_block=block, keep_faststart=False)
    changes = [Change(field="comment", old=None, new=text)]
    return STRATEGIES[name].plan(reader, FAMILY.examine(reader), changes, means)


def written(name: str, content: bytes, text: str | None = TEXT, *, block: int = BLOCK) -> bytes:
    """Return the file after a write of `text`, with all checks of a write."""
    edit = planned(name, content, text, block=block)
    assert not isinstance(edit, Refusal), edit
    result = mp4.apply(edit, content)
    before, after = examine(content), examine(result)
    assert after.problem is None, after.problem
    assert {field.value for field in mp4.comments(after)} == ({text} if text else set())
    assert media(result) == media(content)
    assert pointers.pointed(result) == pointers.pointed(content)
    assert census(result) == census(content)
    assert (after.junk is None) == (before.junk is None)
    assert dict(mp4.tree(result[: after.junk.offset] if after.junk else result))
    assert len(after.boxes) <= len(before.boxes) + 1
    return result


def refused(name: str, content: bytes, text: str | None = TEXT) -> str:
    outcome = planned(name, content, text)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.code == "no_strategy_yet"
    return outcome.message


def examine(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def census(content: bytes) -> dict[str, str]:
    return dict(FAMILY.census(BytesReader(content), examine(content)))


def media(content: bytes) -> list[bytes]:
    return [content[extent.offset : extent.end] for extent in examine(content).payload]


def unsized(content: bytes) -> bytes:
    """The film with an `mdat` that reaches to the end of the file."""
    at = content.index(b"mdat") - 4
    return content[:at] + bytes(4) + content[at + 4 :]


def between(*, large: bool = False, cut: int = 1500) -> bytes:
    """A film whose index is between two parts of its media."""
    halves = [box(b"mdat", MEDIA[:cut], large=large), box(b"mdat", MEDIA[cut:])]
    ftyp = box(b"ftyp", b"isom", bytes(4), b"isom")

    def index(second: int) -> bytes:
        first = len(ftyp) + len(halves[0]) - cut
        return box(b"moov", full(b"mvhd", bytes(96)), mp4.track([first, first + 16, second, second + 99]))

    second = len(ftyp) + len(halves[0]) + len(index(0)) + 8
    return ftyp + halves[0] + index(second) + halves[1]


def encrypted(*, early: bytes = b"", version: int = 0, typed: bool = False, front: bool = True) -> bytes:
    """A film whose index contains an offset to the keys of its samples, within itself."""
    secret = full(b"senc", struct.pack(">I", 2), MEDIA[1500:1524])

    def made(at: int) -> bytes:
        table = pointers.saio([at, at + 8], version=version, typed=typed) + full(b"saiz", bytes(5)) + secret
        plain = mp4.track([first, first + 16])
        stbl = plain.index(b"stbl") - 4
        stretch = plain[stbl + 8 :] + table
        inner = mp4.box(b"stbl", stretch)
        track = _grown(plain[:stbl] + inner, (b"trak", b"mdia", b"minf"), len(table))
        return box(b"moov", full(b"mvhd", bytes(96)), early, track)

    ftyp = box(b"ftyp", b"isom", bytes(4), b"isom")
    first = 0
    length = len(made(0))
    start = len(ftyp) if front else len(ftyp) + 8 + len(MEDIA)
    first = len(ftyp) + 8 + (length if front else 0)
    index = made(start + made(0).index(MEDIA[1500:1524]))
    return ftyp + (index + box(b"mdat", MEDIA) if front else box(b"mdat", MEDIA) + index)


def _grown(content: bytes, kinds: Sequence[bytes], growth: int) -> bytes:
    for kind in kinds:
        at = content.index(kind) - 4
        size = int.from_bytes(content[at : at + 4], "big") + growth
        content = content[:at] + size.to_bytes(4, "big") + content[at + 4 :]
    return content


def _large_moov() -> bytes:
    content = film()
    at = content.index(b"moov") - 4
    size = int.from_bytes(content[at : at + 4], "big")
    body = bytearray(content[at + 8 : at + size])
    for place in [index for index in range(len(body)) if body[index : index + 4] == b"stco"]:
        for entry in range(place + 12, place + 24, 4):
            body[entry : entry + 4] = (int.from_bytes(body[entry : entry + 4], "big") + 8).to_bytes(4, "big")
    return content[:at] + box(b"moov", bytes(body), large=True) + content[at + size :]


def with_items(where: str, **more: Any) -> bytes:
    """A film with items in its media, listed in the film's, the track's or the file's own `meta`."""

    def made(first: int) -> bytes:
        places = [(first + 1000, 40), (first + 1200, 1)]
        meta = mp4.meta(pointers.items(places, **more), box(b"idat", bytes(8)), handler=bytes(8) + b"pict" + bytes(13))
        if where == "film":
            return film(meta)
        if where == "track":
            return film(trak=meta, tracks=1)
        return film(after=meta) if where == "file" else film(end=meta)

    content = made(0)
    return made(content.index(MEDIA))


# Possible moves


FRONT: dict[str, Callable[[], bytes]] = {
    "plain": film,
    "title": lambda: film(box(b"udta", mp4.tags(TITLE))),
    "comment": lambda: film(box(b"udta", mp4.tags(TITLE, mp4.cmt("old")))),
    "tags in front of the tracks": lambda: film(early=box(b"udta", mp4.tags(TITLE))),
    "QuickTime's meta in front of the tracks": lambda: film(early=mp4.keyed([("make", "x")], plain=True)),
    "udta without meta": lambda: film(box(b"udta", box(b"\xa9nam", mp4.string("x")), bytes(4))),
    "64-bit offsets": lambda: film(wide=True),
    "64-bit mdat": lambda: film(large=True),
    "mdat to the end": lambda: unsized(film()),
    "a free box of 8": lambda: film(after=mp4.free(8)),
    "free, skip and wide": lambda: film(after=mp4.free(8) + mp4.free(9, kind=b"skip") + box(b"wide")),
    "a box in between": lambda: film(after=box(b"uuid", bytes(range(32)))),
    "free space of a camera": lambda: film(after=box(b"free", b"GPS track of a dashcam")),
    "several mdat": lambda: film(end=box(b"mdat", b"more") + mp4.free(20) + box(b"mdat", b"still more", large=True)),
    "an empty mdat": lambda: film(after=box(b"mdat")),
    "something behind the media": lambda: film(end=box(b"uuid", bytes(range(16, 40))) + mp4.free(60)),
    "junk": lambda: film(end=b"\x8d\xb4-i\x4c\xcc\x41\x87 trailer"),
    "no ftyp": lambda: film(brand=None),
    "QuickTime": lambda: film(brand=b"qt  "),
    "3GP": lambda: film(brand=b"3gp4"),
    "64-bit moov": _large_moov,
    "encrypted": encrypted,
    "encrypted, 64 bits, with a type": lambda: encrypted(version=1, typed=True),
    "encrypted behind tags": lambda: encrypted(early=box(b"udta", mp4.tags(mp4.cmt("old")))),
    "items of the film": lambda: with_items("film"),
    "items with bases": lambda: with_items("film", version=1, base=4, index=4),
    "items by bases alone": lambda: with_items("film", offset=0, base=8),
    "many items": lambda: with_items("film", version=2, offset=8),
    "items of a track": lambda: with_items("track", version=1, offset=8, base=8),
    "fragments": lambda: pointers.fragmented(listed=False),
    "fragments and samples": lambda: pointers.fragmented(listed=False, end=b""),
    "fragments with an index": lambda: pointers.fragmented(listed=False, indexed=True),
    "fragments with an index in front": lambda: pointers.fragmented(listed=False, indexed_first=True),
    "encrypted fragments": lambda: pointers.fragmented(listed=False, encrypted=True),
    "fragments with old padding": lambda: pointers.fragmented(listed=False, indexed=True, after=mp4.free(12)),
}
# Pointers after the index
FAR: dict[str, Callable[[], bytes]] = {
    "a list of fragments": pointers.fragmented,
    "a wide list of fragments": lambda: pointers.fragmented(wide=True, indexed=True),
    "fragments by their place": lambda: pointers.fragmented(absolute=True, listed=False),
    "everything by its place": lambda: pointers.fragmented(absolute=True, encrypted=True, indexed_first=True),
    "more fragments": lambda: pointers.fragmented(absolute=True, count=20, end=b"junk\xff"),
    "items of the file": lambda: with_items("file"),
    "items at the end of the file": lambda: with_items("end", version=1, base=8),
}
# The index is not before the media.
BEHIND: dict[str, Callable[[], bytes]] = {
    "last": lambda: film(front=False),
    "before other boxes": lambda: film(front=False, end=box(b"uuid", bytes(range(20)))),
    "between media": between,
    "between media, 64 bits": lambda: between(large=True),
    "before junk": lambda: film(front=False, end=b"\xff\xfe junk"),
    "encrypted": lambda: encrypted(front=False),
}


@each_case("shape", FRONT)
@each_case("name", IN_FRONT)
def test_moved_media_has_correct_offsets(name: str, shape: str) -> None:
    content = FRONT[shape]()
    once = written(name, content)

    written("mp4_in_place", once, TEXT + ", Bo" * 10)
    written("mp4_in_place", once, None)
    if mp4.comments(examine(once)):
        assert written(name, once, "again " * 2000) != once


@each_case("shape", FAR)
@each_case("name", ["mp4_reflink", "mp4_copy"])
def test_pointers_behind_index_are_updated(name: str, shape: str) -> None:
    written("mp4_in_place", written(name, FAR[shape]()), TEXT * 20)


@each_case("shape", BEHIND)
@each_case("name", ["mp4_reflink", "mp4_copy"])
def test_index_at_end_stays(name: str, shape: str) -> None:
    content = BEHIND[shape]()
    result = written(name, content)

    assert examine(result).moov.start == examine(content).moov.start  # type: ignore[union-attr]
    assert refused("mp4_insert_range", content)


@each_case("shape", [*(shape for shape in FRONT if shape not in ("mdat to the end", "junk")), *BEHIND])
def test_index_moves_to_end(shape: str) -> None:
    content = {**FRONT, **BEHIND}[shape]()
    if examine(content).fragmented:
        assert "fragments" in refused("mp4_append", content)
        return
    if shape == "before junk":
        assert "behind the last box" in refused("mp4_append", content)
        return
    result = written("mp4_append", content)
    layout, old = examine(result), examine(content)

    assert layout.moov is not None
    assert old.moov is not None
    assert layout.moov_last
    left = next(found for found in layout.boxes if found.start == old.moov.start)
    assert (left.kind, left.padding, left.size) == (b"free", True, old.moov.size)
    assert result[: old.moov.start] == content[: old.moov.start]
    assert written("mp4_in_place", result, "x")[: old.size] == result[: old.size]
    assert len(written("mp4_in_place", result, None)) > old.size


def test_open_ended_media_blocks_appending() -> None:
    """The appended bytes would become media."""
    assert "behind the last box" in refused("mp4_append", unsized(film()))
    assert "behind the last box" in refused("mp4_append", film(end=b"\xff junk"))


@pytest.mark.parametrize(
    ("content", "front"), [(film(), True), (between(cut=99), True), (between(), False), (film(front=False), False)]
)
def test_fast_start_index_stays_in_front(content: bytes, front: bool) -> None:
    reader = BytesReader(content)
    change = Change(field="comment", old=None, new=TEXT)
    outcome = STRATEGIES["mp4_append"].plan(reader, FAMILY.examine(reader), [change], Capabilities(keep_faststart=True))

    assert isinstance(outcome, Refusal) == front


# Structure of an edit


@each_case("block", [512, 4096, 65536])
@each_case("shape", [*FRONT, *FAR, *BEHIND])
def test_cloned_ranges_keep_block_alignment(shape: str, block: int) -> None:
    content = {**FRONT, **FAR, **BEHIND}[shape]()
    edit = planned("mp4_reflink", content, block=block)
    assert isinstance(edit, Rebuild)
    at = 0
    for piece in edit.pieces:
        if isinstance(piece, Extent):
            assert at % block == piece.offset % block
        at += piece.length if isinstance(piece, Extent) else len(piece)

    assert edit.cloned
    assert at == edit.size == len(mp4.apply(edit, content))
    assert sum(len(piece) for piece in edit.pieces if isinstance(piece, bytes)) < block + PADDING + 8192


@each_case("shape", [*FRONT, *FAR, *BEHIND])
def test_copy_adds_padding_behind_index(shape: str) -> None:
    content = {**FRONT, **FAR, **BEHIND}[shape]()
    edit = planned("mp4_copy", content)
    assert isinstance(edit, Rebuild)

    assert not edit.cloned
    assert examine(mp4.apply(edit, content)).after_moov == PADDING


@each_case("block", [1024, 4096, 65536])
@each_case("shape", FRONT)
def test_inserted_blocks_hold_new_header(shape: str, block: int) -> None:
    content = FRONT[shape]()
    edit = planned("mp4_insert_range", content, block=block)
    assert isinstance(edit, Patch)
    result = mp4.apply(edit, content)
    layout = examine(result)

    assert edit.inserted % block == 0
    assert result[edit.inserted :] == content
    assert layout.moov is not None
    assert layout.moov.end + 8 + 64 <= edit.inserted < layout.moov.end + 8 + 64 + block
    assert layout.behind == edit.inserted + examine(content).behind
    assert not result[layout.moov.end + 8 : edit.inserted].strip(b"\0")


@each_case("rest", [0, 1, 7, 8, 9, 63, 64, 65, 71, 72, 73])
@each_case("name", IN_FRONT)
def test_block_remainder_is_filled(name: str, rest: int) -> None:
    content = film(box(b"udta", mp4.tags(mp4.cmt(""))))
    layout = examine(content)
    assert layout.moov is not None
    result = written(name, content, "x" * (BLOCK - layout.moov.end - rest))

    inserted = 2 * BLOCK if rest < 72 else BLOCK
    assert name != "mp4_insert_range" or len(result) == len(content) + inserted


def test_strategies_come_best_first() -> None:
    content = film()
    reader = BytesReader(content)
    layout = FAMILY.examine(reader)
    means: list[tuple[Capabilities, str]] = [
        (Capabilities(block=BLOCK, reflink=True, keep_faststart=False), "mp4_reflink"),
        (Capabilities(block=BLOCK, keep_faststart=False), "mp4_insert_range"),
        (Capabilities(block=BLOCK, reflink=True, replace=False), "mp4_insert_range"),
        (Capabilities(keep_faststart=False), "mp4_append"),
        (Capabilities(), "mp4_copy"),
    ]
    for given_means, name in means:
        choice = registry.choose(FAMILY, reader, layout, [Change(field="comment", old=None, new=TEXT)], given_means)
        assert isinstance(choice, Choice)
        assert choice.strategy == name
    nothing = Capabilities(replace=False)
    assert isinstance(
        registry.choose(FAMILY, reader, layout, [Change(field="comment", old=None, new=TEXT)], nothing), Refusal
    )


# Beyond 4 GiB


class Sparse(BytesReader):
    """A file of zeros, except at the start and the end."""

    def __init__(self, content: bytes, *, size: int, end: bytes = b"") -> None:
        super().__init__(content)
        self._size = size
        self._end = end

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        wanted = max(0, min(length, self._size - offset))
        assert wanted < 1 << 20
        tail = self._size - len(self._end)
        if offset >= tail:
            return self._end[offset - tail :][:wanted]
        return super().read_at(offset, wanted).ljust(wanted, b"\0")


def large(*chunks: list[int], end: bytes = b"") -> Sparse:
    """A film of 5 GB with tracks whose chunks are there."""
    size = 5 << 30
    ftyp = box(b"ftyp", b"isom", bytes(4), b"isom")
    moov = box(b"moov", full(b"mvhd", bytes(96)), *(mp4.track(places, extra=end) for places in chunks))
    head = ftyp + moov
    return Sparse(head + struct.pack(">I4sQ", 1, b"mdat", size - len(head)), size=size)


def header_of(name: str, reader: Sparse) -> tuple[bytes, int]:
    """Return the new header, and the distance by which the media move."""
    edit = STRATEGIES[name].plan(
        reader,
        FAMILY.examine(reader),
        [Change(field="comment", old=None, new=TEXT)],
        Capabilities(block=4096, reflink=True),
    )
    if isinstance(edit, Patch):
        return edit.writes[0][1], edit.inserted
    assert isinstance(edit, Rebuild), edit
    head, made, rest = edit.pieces
    assert isinstance(made, bytes)
    assert isinstance(head, Extent)
    assert isinstance(rest, Extent)
    return reader.read_at(0, head.length) + made, edit.size - reader.size


@pytest.mark.parametrize("name", IN_FRONT)
def test_only_offsets_above_4_gib_get_64_bits(name: str) -> None:
    near, far = [2000, 1 << 31], [5000, 0xFFFFFF00]
    header, shift = header_of(name, large(near, far))
    tables = [(path, inner) for path, inner in mp4.tree(header[: header.index(b"free") - 4]) if "stbl/" in path]
    found = {path.rsplit("/", 1)[-1]: inner for path, inner in tables}

    assert [path.rsplit("/", 1)[-1] for path, _ in tables if path.endswith(("stco", "co64"))] == ["stco", "co64"]
    assert struct.unpack(">II", found["stco"][8:]) == tuple(place + shift for place in near)
    assert struct.unpack(">QQ", found["co64"][8:]) == tuple(place + shift for place in far)


@pytest.mark.parametrize("name", IN_FRONT)
def test_growing_table_can_widen_another(name: str) -> None:
    """The growth of the first table by 40,000 bytes makes the second one too large."""
    header, shift = header_of(name, large([0xFFFFFFF0 - index for index in range(10_000)], [0xFFFFFFFF - 42_000]))

    assert header.count(b"co64") == (2 if shift > 42_000 else 1)
    assert shift > 40_000
    assert b"co64" + struct.pack(">IIQ", 0, 1, 0xFFFFFFFF - 42_000 + shift) in header or shift <= 42_000


def test_bytes_after_table_entries_are_kept() -> None:
    table = full(b"stco", struct.pack(">II", 1, 0xFFFFFF00), b"rest")
    samples = full(b"stsz", struct.pack(">II", 16, 1))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", samples, table))))
    head = box(b"ftyp", b"isom", bytes(4)) + box(b"moov", full(b"mvhd", bytes(96)), track)
    reader = Sparse(head + struct.pack(">I4sQ", 1, b"mdat", (5 << 30) - len(head)), size=5 << 30)
    header, shift = header_of("mp4_copy", reader)

    assert b"co64" + struct.pack(">IIQ", 0, 1, 0xFFFFFF00 + shift) + b"rest" in header


def test_table_without_samples_is_unchanged() -> None:
    content = film(mp4.track([1], samples=0), mp4.track([1 << 31], samples=0))

    assert examine(content).problem is None
    assert "would be overwritten" in refused("mp4_copy", content)
    written("mp4_in_place", film(mp4.track([1 << 31], samples=0), front=False))


def test_index_at_end_keeps_32_bits() -> None:
    reader = large([0xFFFFFF00])
    outcome = STRATEGIES["mp4_append"].plan(
        reader,
        FAMILY.examine(reader),
        [Change(field="comment", old=None, new=TEXT)],
        Capabilities(keep_faststart=False),
    )

    assert isinstance(outcome, Refusal) is False


@pytest.mark.parametrize("name", IN_FRONT)
def test_fixed_width_offsets_are_refused(name: str) -> None:
    far = 0xFFFFFF00
    for inner in (pointers.items([(far, 8)]), pointers.items([(far, 8)], offset=0, base=4)):
        reader = large([2000], end=mp4.meta(inner))
        outcome = STRATEGIES[name].plan(
            reader,
            FAMILY.examine(reader),
            [Change(field="comment", old=None, new=TEXT)],
            Capabilities(block=1, reflink=True),
        )
        assert isinstance(outcome, Refusal)
        assert "too few bytes" in outcome.message


def test_padding_over_4_gib_refuses_insert_but_copy_removes_it() -> None:
    end = box(b"mdat", MEDIA)
    size = (1 << 33) + 999
    ftyp = box(b"ftyp", b"isom", bytes(4), b"isom")
    head = ftyp + box(b"moov", full(b"mvhd", bytes(96)), mp4.track([size - len(MEDIA)], wide=True))
    reader = Sparse(head + struct.pack(">I4sQ", 1, b"free", size - len(head) - len(end)), size=size, end=end)
    changes = [Change(field="comment", old=None, new=TEXT)]
    layout = FAMILY.examine(reader)
    inserted = STRATEGIES["mp4_insert_range"].plan(reader, layout, changes, Capabilities(block=4096))
    copied = STRATEGIES["mp4_copy"].plan(reader, layout, changes, Capabilities())

    assert layout.problem is None
    assert isinstance(inserted, Refusal)
    assert "4 GiB" in inserted.message
    assert isinstance(copied, Rebuild)
    assert copied.pieces[-1] == Extent(size - len(end), len(end))
    assert copied.size < 10_000
    assert isinstance(copied.pieces[1], bytes)
    assert copied.pieces[1].index(struct.pack(">IQ", 1, copied.size - len(MEDIA))) > 0


# Forbidden moves


def camera(*, front: bool = True, after: bytes = b"") -> bytes:
    return film(box(b"gps ", bytes(16)), front=front, after=after)


def canon(**more: Any) -> bytes:
    return film(box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"), b"CTBO"), **more)


def elsewhere(**more: Any) -> bytes:
    """A film with a third track whose samples are in another file."""
    entry = full(b"dref", struct.pack(">I", 1), full(b"url ", b"file:///other.mov\0"))
    inner = mp4.track([1 << 31])
    minf = inner.index(b"minf") - 4
    track = _grown(inner[: minf + 8] + box(b"dinf", entry) + inner[minf + 8 :], (b"trak", b"mdia", b"minf"), 0)
    return film(_grown(track, (b"trak", b"mdia", b"minf"), len(box(b"dinf", entry))), **more)


def _lying(content: bytes, kind: bytes, at: int) -> bytes:
    """The film with an absurd number in its last box of that type."""
    place = content.rindex(kind) + 4 + at
    return content[:place] + b"\x7f" + content[place + 1 :]


def _tagged_fragment(**more: Any) -> bytes:
    content = pointers.fragmented(listed=False, count=1, **more)
    at = content.index(b"moof") - 4
    meta = mp4.meta()
    size = int.from_bytes(content[at : at + 4], "big")
    run = content.index(b"trun") + 12
    content = content[:run] + struct.pack(">i", size + len(meta) + 8) + content[run + 4 :]
    return content[:at] + _grown(content[at : at + size] + meta, (b"moof",), len(meta)) + content[at + size :]


def _around(**more: Any) -> bytes:
    """A segment index before `moov` that counts `moov` as a part of its first segment."""
    content = pointers.fragmented(indexed_first=True, **more)
    at = content.index(b"sidx") + 4 + 16
    return content[:at] + bytes(4) + content[at + 4 :]


def _from_zero(**more: Any) -> bytes:
    """Fragments with offsets from the start of the file."""
    content = pointers.fragmented(absolute=True, listed=False, **more)
    at = 0
    while (at := content.find(b"tfhd", at) + 4) > 3:
        base = int.from_bytes(content[at + 8 : at + 16], "big")
        run = content.index(b"trun", at) + 12
        offset = base + int.from_bytes(content[run : run + 4], "big")
        content = content[: at + 8] + bytes(8) + content[at + 16 : run] + struct.pack(">i", offset) + content[run + 4 :]
    return content


def _additional(*, track: bool = False) -> bytes:
    """More lists of items, in a box of their own (ISO/IEC 14496-12, 8.11.7); or in the tags of a track."""
    meta = mp4.meta(pointers.items([(40, 5)]))
    return box(b"udta", meta) if track else box(b"meco", meta)


def _in_each_track(extra: bytes, **more: Any) -> bytes:
    return film(trak=extra, **more)


def _in_fragment(**more: Any) -> bytes:
    """A fragment with an empty `meta`, changed in several ways."""
    content = _tagged_fragment(**more)
    at = content.index(b"meta", content.index(b"moof"))
    return content[:at] + b"meco" + content[at + 4 :]


FIXED: dict[str, tuple[Callable[..., bytes], str]] = {
    "gps": (camera, "camera"),
    "Canon": (canon, "camera"),
    "another file": (elsewhere, "another file"),
    "Adobe's list": (lambda **more: pointers.fragmented(end=full(b"afra", bytes(9)), **more), "afra"),
    "tags of a fragment": (_tagged_fragment, "tags of their own"),
    "a list that lies": (lambda **more: _lying(pointers.fragmented(**more), b"tfra", 12), "mfra"),
    "an index that lies": (lambda **more: _lying(pointers.fragmented(indexed=True, **more), b"sidx", 23), "sidx"),
    "a list past the end": (lambda **more: _lying(pointers.fragmented(**more), b"tfra", 21), "past its end"),
    "items past the end": (
        lambda **more: film(mp4.meta(pointers.items([(1 << 30, 5)])), **more),
        "past its end",
    ),
    "more items beside the index": (lambda **more: film(end=_additional(), **more), "meco"),
    "more items in the index": (lambda **more: film(_additional(), **more), "meco"),
    "more items in a track": (partial(_in_each_track, _additional()), "meco"),
    "more items in a fragment": (_in_fragment, "meta"),
    "items in the tags of a track": (partial(_in_each_track, _additional(track=True)), "iloc"),
    "fragments around the index": (_around, "between data and relative offsets"),
    "fragments that count from the beginning of the file": (_from_zero, "between data and relative offsets"),
}


@each_case("shape", FIXED)
def test_unknown_structure_moves_nothing(shape: str) -> None:
    make, words = FIXED[shape]
    tight, roomy = make(), make(after=mp4.free(500))

    assert examine(tight).problem is None
    assert words in examine(tight).not_movable
    for name in STRATEGIES:
        message = refused(name, tight)
        assert words in message or name == "mp4_append", (name, message)
    edit = planned("mp4_in_place", roomy)
    assert isinstance(edit, Patch)
    result, old = mp4.apply(edit, roomy), examine(roomy)
    assert old.moov is not None
    assert (result[: old.moov.start], result[old.behind :]) == (roomy[: old.moov.start], roomy[old.behind :])
    assert examine(result).not_movable == old.not_movable
    assert census(result) == census(roomy)


def test_last_index_of_camera_may_grow() -> None:
    assert len(written("mp4_in_place", camera(front=False))) > len(camera(front=False))


@pytest.mark.parametrize("front", [True, False])
def test_pointers_into_index_are_updated(front: bool) -> None:
    tags = box(b"udta", mp4.tags(mp4.cmt("old" * 20)))
    early = encrypted(early=tags, front=front)

    assert written("mp4_in_place", early, "x" * 20 if front else TEXT)
    written("mp4_in_place", written("mp4_copy", early), TEXT * 9)
    written("mp4_in_place", encrypted(early=box(b"udta", mp4.tags(mp4.cmt("old")), mp4.free(500)), front=front))


@pytest.mark.parametrize("name", MOVING)
def test_referenced_padding_is_not_used(name: str) -> None:
    def made(place: int) -> bytes:
        return film(mp4.meta(pointers.items([(place, 8)])), after=mp4.free(300))

    content = made(made(0).index(mp4.free(300)) + 80)
    assert "would be overwritten" in refused(name, content)
    if name == "mp4_copy":
        assert "would be overwritten" in refused("mp4_in_place", content)


@pytest.mark.parametrize("shape", FAR)
def test_insert_is_refused_if_later_bytes_must_change(shape: str) -> None:
    assert "would have to change" in refused("mp4_insert_range", FAR[shape]())


# Random files


paddings = st.sampled_from([b"", b"", mp4.free(8), mp4.free(15), mp4.free(90, kind=b"skip")])
tags = st.sampled_from(
    [
        b"",
        box(b"udta", mp4.tags(TITLE, mp4.cmt("old"))),
        box(b"udta", mp4.tags(TITLE), mp4.free(30)),
        mp4.keyed([("comment", "of keys"), ("x", "y")], plain=True),
    ]
)
boxes = st.sampled_from([b"", b"", mp4.free(40), box(b"wide"), box(b"uuid", bytes(range(30))), box(b"mdat", b"small")])
lengths = st.integers(0, 9000) | st.sampled_from([BLOCK - 700 + step for step in range(-20, 20)])


@st.composite
def films(draw: st.DrawFn) -> bytes:
    inner = [draw(paddings), draw(tags), draw(paddings)]
    if draw(st.booleans()):
        return pointers.fragmented(
            *inner,
            after=draw(paddings) + draw(st.sampled_from([b"", box(b"uuid", bytes(range(30)))])),
            absolute=draw(st.booleans()),
            wide=draw(st.booleans()),
            listed=draw(st.booleans()),
            indexed=draw(st.booleans()),
            indexed_first=draw(st.booleans()),
            encrypted=draw(st.booleans()),
            count=draw(st.integers(1, 4)),
            end=draw(st.sampled_from([b"", b"\xff junk"])),
        )
    early = draw(st.integers(0, 3))
    return film(
        *inner[early:],
        early=b"".join(inner[:early]),
        front=draw(st.booleans()),
        after=draw(paddings) + draw(boxes),
        end=draw(boxes) + draw(st.sampled_from([b"", b"\xff junk"])),
        wide=draw(st.booleans()),
        large=draw(st.booleans()),
        brand=draw(st.sampled_from([b"isom", b"qt  ", None])),
    )


@effort.examples(60, 150)
@given(films(), st.lists(st.tuples(st.sampled_from(list(STRATEGIES)), lengths), min_size=1, max_size=4))
def test_any_file_is_written_by_any_strategies(content: bytes, ways: list[tuple[str, int]]) -> None:
    assert examine(content).problem is None
    for name, length in ways:
        text = "x" * length
        if isinstance(planned(name, content, text), Refusal):
            assert name not in {"mp4_copy", "mp4_reflink"}
            continue
        content = written(name, content, text)
