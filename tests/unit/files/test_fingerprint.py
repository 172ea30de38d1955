"""The identity of a file: known values, and what does and does not change it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files.fingerprint import payload_hash
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent
from tests.support.cases import each_case

MIB = 1024 * 1024


def patterned(length: int) -> bytes:
    """Bytes without two equal ranges of 64 KiB."""
    return b"".join(hashlib.blake2b(i.to_bytes(8, "big")).digest() for i in range(length // 64 + 1))[:length]


def expected_hash(payload: bytes, *, full: bool = False) -> str:
    """Return the documented hash of a payload: a second, plain implementation."""
    length = len(payload)
    digest = hashlib.blake2b(length.to_bytes(8, "big"), digest_size=16)
    if full or length <= MIB:
        digest.update(payload)
    else:
        for i in range(16):
            start = i * (length - 65536) // 15
            digest.update(payload[start : start + 65536])
    return ("f1:" if full else "x1:") + digest.hexdigest()


# Computed once from the formula above: they must never change, because they are keys in databases of users.
KNOWN = {
    1: "x1:732e1a48ef107598e5c49001aa45c74e",
    MIB: "x1:06124466a026a47a1518c88be41880f7",
    MIB + 1: "x1:40b11b0c77a5a58750d0d4af4d500d1a",
    5 * MIB + 7: "x1:211b2b490b9eb3521b14e207c704cf1e",
}


@pytest.mark.parametrize("length", sorted(KNOWN))
def test_hash_of_known_payload_is_stable(length: int) -> None:
    data = patterned(length)
    assert payload_hash(BytesReader(data), [Extent(0, length)]) == KNOWN[length]


@each_case("full", [False, True])
@each_case("length", [1, 65535, 65536, MIB - 1, MIB, MIB + 1, 2 * MIB + 1, 3 * MIB + 77])
def test_hash_uses_documented_windows(length: int, full: bool) -> None:
    data = patterned(length)
    found = payload_hash(BytesReader(b"head" + data + b"tail"), [Extent(4, length)], full=full)
    assert found == expected_hash(data, full=full)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 150_000)), min_size=1, max_size=24), st.booleans())
def test_extents_count_as_one_concatenation(gaps_and_lengths: list[tuple[int, int]], full: bool) -> None:
    extents, at = [], 0
    for gap, length in gaps_and_lengths:
        extents.append(Extent(at + gap, length))
        at += gap + length
    data = PATTERN[:at]
    payload = b"".join(data[extent.offset : extent.end] for extent in extents)
    wanted = expected_hash(payload, full=full) if payload else None
    assert payload_hash(BytesReader(data), extents, full=full) == wanted


PATTERN = patterned(24 * 190_000)


def test_empty_payload_has_no_hash() -> None:
    assert payload_hash(BytesReader(b"only a header"), []) is None
    assert payload_hash(BytesReader(b"only a header"), [Extent(5, 0)]) is None


def test_hash_ignores_bytes_around_payload() -> None:
    one = payload_hash(BytesReader(b"AAAA" + b"film"), [Extent(4, 4)])
    two = payload_hash(BytesReader(b"B" + b"film" + b"more tags"), [Extent(1, 4)])
    assert one == two


def test_truncated_payload_has_another_hash() -> None:
    data = patterned(2 * MIB)
    whole = payload_hash(BytesReader(data), [Extent(0, len(data))])
    assert payload_hash(BytesReader(data[:-1]), [Extent(0, len(data))]) != whole


def test_only_full_hash_covers_bytes_between_windows() -> None:
    data = bytearray(patterned(8 * MIB))
    extents = [Extent(0, len(data))]
    before = [payload_hash(BytesReader(bytes(data)), extents, full=full) for full in (False, True)]
    data[65536 + 10] ^= 1  # the second window starts far behind the first
    after = [payload_hash(BytesReader(bytes(data)), extents, full=full) for full in (False, True)]
    assert before[0] == after[0]
    assert before[1] != after[1]
