"""Rebuilds of one file from another: exact for known pieces, small for files of other programs."""

from __future__ import annotations

import os
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.demo import clips
from indexium_core.files import delta, matching
from indexium_core.files.delta import Rebuilt
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.files.media import Extent, Patch, Rebuild
from tests.support import media
from tests.support.oracles import oracle
from tests.support.swaps import literal_bytes

OLD = random.Random(1).randbytes(3_000_000)


def made(rebuild: Rebuild, source: bytes) -> bytes:
    """A simple implementation of a rebuild."""
    return b"".join(
        source[piece.offset : piece.end] if isinstance(piece, Extent) else piece for piece in rebuild.pieces
    )


@st.composite
def rebuilds(draw: st.DrawFn, size: int) -> Rebuild:
    pieces: list[bytes | Extent] = []
    for _ in range(draw(st.integers(0, 8))):
        if draw(st.booleans()):
            start = draw(st.integers(0, size))
            pieces.append(Extent(start, draw(st.integers(0, size - start))))
        else:
            pieces.append(draw(st.binary(max_size=60)))
    return Rebuild(tuple(pieces))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_rebuild_is_read_and_inverted(data: st.DataObject) -> None:
    old = data.draw(st.binary(max_size=60)) * data.draw(st.integers(1, 200))
    forward = data.draw(rebuilds(len(old)))
    new = made(forward, old)
    view = Rebuilt(forward, BytesReader(old))
    assert (view.size, view.read_at(0, len(new) + 9)) == (len(new), new)
    at = data.draw(st.integers(0, len(new)))
    assert view.read_at(at, 77) == new[at : at + 77]
    reverse = delta.inverted(forward, BytesReader(old))
    assert reverse is not None
    assert made(reverse, new) == old
    assert delta.proven(reverse, BytesReader(new), BytesReader(old)) == delta.digest_of(BytesReader(old))


def test_reverse_of_header_has_only_old_header() -> None:
    forward = Rebuild((b"another header", Extent(200, len(OLD) - 200)), cloned=True)
    reverse = delta.inverted(forward, BytesReader(OLD))
    assert reverse == Rebuild((OLD[:200], Extent(14, len(OLD) - 200)), cloned=True)


def test_common_header_bytes_are_not_stored() -> None:
    """An index with one changed table: the rest is also in the new header."""
    head = OLD[:500_000]
    changed = head[:200_000] + bytes(byte ^ 1 for byte in head[200_000:210_000]) + head[210_000:]
    forward = Rebuild((b"a box more", changed, Extent(500_000, len(OLD) - 500_000)))
    reverse = delta.inverted(forward, BytesReader(OLD))
    assert reverse is not None
    assert made(reverse, made(forward, OLD)) == OLD
    assert literal_bytes(reverse) == 10_000


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_equal_distance_needs_no_search(data: st.DataObject) -> None:
    """An index with changed offsets; every result yields the old bytes."""
    blocks = data.draw(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=12))
    old = bytearray(b"".join(block * 150 for block in blocks))
    start = data.draw(st.integers(0, 40))
    new = bytearray(bytes(start) + old + data.draw(st.binary(max_size=40)))
    for at in data.draw(st.lists(st.integers(0, len(new) - 1), max_size=5)):
        new[at] ^= 0xFF
    new = new[: data.draw(st.integers(len(new) // 2, len(new)))]
    pieces = delta._aligned(bytes(old), BytesReader(bytes(new)), start)
    if pieces is not None:
        assert made(Rebuild(tuple(pieces)), bytes(new)) == old
        assert 2 * literal_bytes(Rebuild(tuple(pieces))) <= len(old)


def test_reverse_of_index_has_only_changed_table() -> None:
    head = OLD[:500_000]
    changed = head[:200_000] + bytes(byte ^ 1 for byte in head[200_000:210_000]) + head[210_000:]
    forward = Rebuild((changed, Extent(500_000, len(OLD) - 500_000)))
    reverse = delta.inverted(forward, BytesReader(OLD))
    assert reverse is not None
    assert made(reverse, made(forward, OLD)) == OLD
    assert literal_bytes(reverse) <= 10_000 + 2 * delta._BLOCK


def test_large_loss_has_no_reverse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "LIMIT", 1000)
    forward = Rebuild((Extent(1001, len(OLD) - 1001),))
    assert delta.inverted(forward, BytesReader(OLD)) is None
    assert delta.inverted(Rebuild((Extent(1000, len(OLD) - 1000),)), BytesReader(OLD)) is not None


# Between two files


def packets(seed: int, count: int) -> list[bytes]:
    source = random.Random(seed)
    return [source.randbytes(source.choice((90, 400, 3000, 20_000))) for _ in range(count)]


def test_reverse_of_packet_headers_has_only_headers() -> None:
    parts = packets(2, 300)
    old = b"".join(b"old header %7d" % number + part for number, part in enumerate(parts))
    new = b"".join(b"<a new header: %9d>" % number + part for number, part in enumerate(parts))
    reverse = delta.between(BytesReader(old), BytesReader(new))
    assert reverse is not None
    assert made(reverse, new) == old
    assert literal_bytes(reverse) <= 300 * 20


def test_reordered_packets_are_matched() -> None:
    parts = packets(3, 400)
    old = b"".join(b"%8d" % number + part for number, part in enumerate(parts))
    order = sorted(range(400), key=lambda number: number + random.Random(number).randrange(12))
    new = b"".join(b"%12d" % number + parts[number] for number in order)
    reverse = delta.between(BytesReader(old), BytesReader(new))
    assert reverse is not None
    assert made(reverse, new) == old


def test_zero_runs_do_not_mislead_search() -> None:
    parts = [part if number % 3 else bytes(700) for number, part in enumerate(packets(4, 600))]
    old = b"".join(b"%8d" % number + part for number, part in enumerate(parts))
    new = bytes(4_000_000) + b"".join(b"%12d" % number + part for number, part in enumerate(parts))
    reverse = delta.between(BytesReader(old), BytesReader(new))
    assert reverse is not None
    assert made(reverse, new) == old


def test_distant_short_matches_do_not_mislead_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six of them in sequence, each a little further ahead: a search that follows them does not return."""
    monkeypatch.setattr(matching, "_CHUNK", 16 * 1024)
    chance = random.Random(6)
    lures = [chance.randbytes(120) for _ in range(6)]
    old, new = bytearray(), bytearray()
    for number in range(20):
        region = chance.randbytes(80_000)
        old += region[:2000] + b"".join(chance.randbytes(8) + lures[(number + step) % 6] for step in range(6))
        old += region[2000:]
        new += region + lures[number % 6]
    reverse = delta.between(BytesReader(bytes(old)), BytesReader(bytes(new)))
    assert reverse is not None
    assert made(reverse, bytes(new)) == old


def test_large_reverse_is_none() -> None:
    other = random.Random(5).randbytes(3_000_000)
    assert delta.between(BytesReader(OLD), BytesReader(other)) is None
    allowed = len(OLD) // delta.SHARE
    assert delta.between(BytesReader(OLD), BytesReader(OLD[allowed:])) is not None
    assert delta.between(BytesReader(OLD), BytesReader(OLD[allowed + 1 :])) is None


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_reverse_yields_old_file(data: st.DataObject) -> None:
    alphabet = [data.draw(st.binary(min_size=1, max_size=80)) for _ in range(4)]
    text = st.lists(st.sampled_from(alphabet), max_size=60).map(b"".join)
    old, new = data.draw(text), data.draw(text)
    reverse = delta.between(BytesReader(old), BytesReader(new))
    assert reverse is not None  # all of a small file may be kept
    assert made(reverse, new) == old


@pytest.mark.parametrize(("old", "new"), [(b"", b""), (b"", b"x"), (b"x", b""), (OLD[:31], OLD[:31]), (OLD, OLD)])
def test_small_and_equal_files(old: bytes, new: bytes) -> None:
    reverse = delta.between(BytesReader(old), BytesReader(new))
    assert reverse is not None
    assert made(reverse, new) == old
    assert delta.proven(reverse, BytesReader(new), BytesReader(old)) == delta.digest_of(BytesReader(old))


def test_delta_memory_does_not_grow_with_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a smaller scale: chunks of 16 KiB and a file of 500 chunks, all indexed, because blocks change places."""
    monkeypatch.setattr(matching, "_CHUNK", 16 * 1024)

    class Endless:
        size = 8_000_000

        def __init__(self, *, turned: int) -> None:
            self.turned = turned

        def read_at(self, offset: int, length: int) -> bytes:
            length = min(length, self.size - offset)
            numbers = range(offset // 4000, (offset + length - 1) // 4000 + 1) if length else ()
            blocks = b"".join(random.Random(number ^ self.turned).randbytes(4000) for number in numbers)
            return blocks[offset % 4000 :][:length]

    tracemalloc.start()
    reverse = delta.between(Endless(turned=0), Endless(turned=7))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reverse is not None
    assert len(reverse.pieces) > 1900
    assert peak < 4_000_000, peak


def test_shortened_file_is_conflict() -> None:
    class Cut(BytesReader):
        size = 3_500_000  # type: ignore[assignment]

    for pair in ((Cut(OLD), BytesReader(OLD)), (BytesReader(OLD + OLD), Cut(OLD))):
        with pytest.raises(errors.ConflictError):
            delta.between(*pair)


@pytest.mark.parametrize("sampled", [False, True])
def test_wrong_reverse_is_detected(sampled: bool) -> None:
    new = b"other" + OLD
    good = Rebuild((Extent(5, len(OLD)),))
    assert delta.proven(good, BytesReader(new), BytesReader(OLD), sampled=sampled) == delta.digest_of(
        BytesReader(OLD), sampled=sampled
    )
    for wrong in (Rebuild((Extent(4, len(OLD)),)), Rebuild((Extent(5, len(OLD) - 1),)), Rebuild(())):
        with pytest.raises(errors.VerificationError) as caught:
            delta.proven(wrong, BytesReader(new), BytesReader(OLD), sampled=sampled)
        assert caught.value.check == "bytes"


def test_digest_covers_every_byte_and_size() -> None:
    digests = {delta.digest_of(BytesReader(data)) for data in (b"", b"\0", b"\0\0", OLD, OLD[:-1], b"x" + OLD[1:])}
    assert len(digests) == 6
    assert {len(digest) for digest in digests} == {16}


MUXERS = {"avi": "avi", "flv": "flv", "wmv": "asf", "ogv": "ogg"}


@pytest.mark.parametrize("form", MUXERS)
def test_reverse_of_ffmpeg_rewrite_is_small(form: str, tmp_path: Path) -> None:
    oracle("ffmpeg")
    old = media.build(form, tmp_path, name="old", comment="People: Ann Lee", seconds=4.0, video_size=(640, 360))
    new = tmp_path / "new"
    arguments = ["-i", f"file:{old}", "-map", "0", "-c", "copy", "-metadata", "comment=People: Bob Ray"]
    clips.run_ffmpeg([*arguments, "-f", MUXERS[form], f"file:{new}"])
    with FileReader(os.fsencode(old)) as before, FileReader(os.fsencode(new)) as after:
        reverse = delta.between(before, after)
        assert reverse is not None
        delta.proven(reverse, after, before)
    assert made(reverse, new.read_bytes()) == old.read_bytes() != new.read_bytes()
    assert literal_bytes(reverse) < old.stat().st_size * 0.02


@given(old=st.binary(max_size=30), inserted=st.sampled_from([0, 0, 5, -2]), data=st.data())
def test_patch_can_be_rebuild(old: bytes, inserted: int, data: st.DataObject) -> None:
    inserted = max(inserted, -len(old))
    size = data.draw(st.integers(0, len(old) + 6)) if not inserted else len(old) + inserted
    new = bytearray((bytes(inserted) + old if inserted >= 0 else old[-inserted:])[:size].ljust(size, b"\0"))
    writes, at, limit = [], 0, size if not inserted else max(inserted, 0)
    while at < limit and data.draw(st.booleans()):
        offset = data.draw(st.integers(at, limit - 1))
        written = data.draw(st.binary(min_size=1, max_size=limit - offset))
        writes.append((offset, written))
        at = offset + len(written)
        new[offset:at] = written

    rebuilt = Rebuilt(delta.applied(Patch(tuple(writes), size, inserted), len(old)), BytesReader(old))

    assert rebuilt.read_at(0, rebuilt.size) == bytes(new)
