"""EBML: parsing of hostile headers, and encoding of elements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml
from tests.support import mkv
from tests.support.cases import each_case


@given(st.integers(0, 2**56 - 2))
def test_size_is_read_back_and_has_minimal_width(size: int) -> None:
    encoded = ebml.encode_size(size)
    read = ebml.header_at(b"\xec" + encoded, 0, 0)

    assert read.size == size
    assert len(encoded) == 1 or size >= (1 << 7 * (len(encoded) - 1)) - 1


@each_case("size", [0, 1, 126, 127, 128, 16_382, 16_383, 2_097_150, 2_097_151])
def test_size_is_never_written_as_unknown(size: int) -> None:
    assert ebml.header_at(b"\xec" + ebml.encode_size(size), 0, 0).size == size
    assert ebml.encode_size(size) == mkv.vint(size)


@each_case("width", range(1, 9))
def test_all_value_bits_set_mean_unknown(width: int) -> None:
    assert ebml.header_at(b"\xec" + ((1 << 7 * width + 1) - 1).to_bytes(width, "big"), 0, 0).size == ebml.UNKNOWN


@each_case("length", [*range(2, 20), 127, 128, 129, 130, 131, 16_383, 16_384, 16_385, 16_386, 70_000])
def test_void_fills_space_exactly(length: int) -> None:
    head = ebml.header_at(ebml.void(length), 0, 0)

    assert head.id == ebml.VOID
    assert head.length == length


@pytest.mark.parametrize("length", [0, 1])
def test_no_void_is_shorter_than_two_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="no Void"):
        ebml.void(length)


@each_case(
    "data",
    [
        b"",
        b"\x00",
        b"\x0f\xff\xff\xff\xff\x80",  # an ID of five bytes
        b"\xec",
        b"\xec\x00\x00",
        b"\x1a\x45\xdf",
        b"\x1a\x45\xdf\xa3",
        b"\x1a\x45\xdf\xa3\x01\x00",
        b"\xff\x80",  # reserved IDs: all bits set, or none
        b"\x80\x80",
        b"\x7f\xff\x80",
        b"\x40\x00\x80",
    ],
    ids=bytes.hex,
)
def test_invalid_element_is_damage(data: bytes) -> None:
    with pytest.raises(errors.CorruptFileError):
        ebml.header_at(data, 0, 0)


@given(st.binary(max_size=400))
def test_random_bytes_parse_to_elements_or_damage(data: bytes) -> None:
    try:
        items = ebml.children(data, ebml.ElementBudget())
    except errors.CorruptFileError:
        return
    assert b"".join(item.raw for item in items) == data


def test_child_must_end_within_parent() -> None:
    with pytest.raises(errors.CorruptFileError):
        ebml.children(b"\xec\x85abc", ebml.ElementBudget())


def test_budget_stops_master_of_headers_only() -> None:
    with pytest.raises(errors.RefusedError):
        ebml.children(b"\xec\x80" * 50, ebml.ElementBudget(49))


@given(st.lists(st.binary(max_size=30), max_size=5), st.booleans())
def test_master_equals_other_writer(parts: list[bytes], crc: bool) -> None:
    children = [ebml.element(mkv.STRING, part) for part in parts]
    made = ebml.element(mkv.TAGS, ebml.master(children, has_crc=crc))

    assert made == (mkv.checked if crc else mkv.element)(mkv.TAGS, *children)


def test_wider_size_field_changes_only_length() -> None:
    plain, wide = (ebml.header_at(ebml.element(mkv.TAGS, b"abc", wider=n), 0, 0) for n in (0, 1))

    assert (plain.id, plain.size, plain.length + 1) == (wide.id, wide.size, wide.length)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"abc", "abc"), (b"ab\0cd", "ab"), (b"", ""), (b"caf\xe9", "caf\udce9"), ("é👪".encode(), "é👪")],
)
def test_string_ends_at_first_nul_and_keeps_undecodable_bytes(content: bytes, said: str) -> None:
    assert ebml.text(content) == said
