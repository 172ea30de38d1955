"""
The texts of the element Info (RFC 9559, section 5.1.2): Title, and DateUTC, the creation time.

DateUTC counts nanoseconds since 2001 in 8 bytes (RFC 8794, section 7.6). FFmpeg shows microseconds. An Info that is
damaged, repeated, or not in front of the media has no fields, and is never edited; the tags stay editable.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import Element, RawElement
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.model.fields.table import CREATION_TIME, TITLE
from indexium_core.model.files.media import Change, FieldValue

ELEMENTS = {TITLE: ids.TITLE, CREATION_TIME: ids.DATE_UTC}  # the element of each field
_IDS = tuple(map(ebml.encode_uint, ELEMENTS.values()))  # most files have none of these bytes in Info
_WHERE = {TITLE: "Segment/Info/Title", CREATION_TIME: "Segment/Info/DateUTC"}
_LARGEST = 1 << 20  # bytes of an Info that is read; real ones have about 200
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_DATE_BYTES = 8
_BILLION = 10**9
_NOT_EDITABLE = (
    "The element Info, which holds the title and the creation time, is missing, damaged, repeated or behind the media."
)


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """New content of the element Info."""

    element: Element
    content: bytes


def read_fields(reader: Reader, layout: MatroskaLayout) -> tuple[FieldValue, ...]:
    """Return the fields in Info; none if Info cannot be edited with certainty."""
    found = _read(reader, layout, only=_IDS)
    if found is None:
        return ()
    values = {each.id: each.content for each in found[1]}
    texts = {
        TITLE: values.get(ids.TITLE, b"").rstrip(b"\0").decode("utf-8", "surrogateescape"),
        CREATION_TIME: _time_text(values.get(ids.DATE_UTC, b"")),
    }
    return tuple(FieldValue(field=key, where=_WHERE[key], value=text) for key, text in texts.items() if text)


def problems(reader: Reader, layout: MatroskaLayout) -> dict[str, str]:
    """Return why the fields in Info cannot be written, as `Layout.field_problems`."""
    return {} if _read(reader, layout) is not None else dict.fromkeys(ELEMENTS, _NOT_EDITABLE)


def requested_info(
    reader: Reader, layout: MatroskaLayout, changes: Sequence[Change], *, adds_title: bool
) -> InfoRequest | None:
    """
    Return the new content of Info, None if it stays.

    Args:
        reader: The file.
        layout: Its layout.
        changes: The planned changes; those of fields in tags are ignored.
        adds_title: Info gets a title if it has none. A title that exists always changes.

    Raises:
        RefusedError: Info cannot be edited with certainty.
        ValidationError: DateUTC cannot hold the creation time.

    """
    wanted = {ELEMENTS[change.field]: _stored(change) for change in changes if change.field in ELEMENTS}
    if not wanted:
        return None
    found = _read(reader, layout)
    if found is None:
        raise errors.RefusedError(_NOT_EDITABLE)
    element, items = found
    kept = [item for item in items if item.id not in ebml.PADDING]
    has_title = any(item.id == ids.TITLE and item.content.strip(b"\0") for item in kept)
    if not has_title and not adds_title:
        wanted.pop(ids.TITLE, None)
    parts = [_element(item.id, wanted[item.id]) if item.id in wanted else item.raw for item in kept]
    present = {item.id for item in kept}
    parts += [_element(number, data) for number, data in wanted.items() if number not in present]
    if [item.raw for item in kept] == [part for part in parts if part]:
        return None
    return InfoRequest(element, ebml.master(parts, has_crc=any(item.id == ebml.CRC_32 for item in items)))


def kept_content(reader: Reader, layout: MatroskaLayout, edited: Collection[str]) -> bytes | None:
    """Return Info without edited fields and padding; None if Info stays as a whole."""
    gone = {ELEMENTS[key] for key in edited if key in ELEMENTS}
    found = _read(reader, layout) if gone else None
    if found is None:
        return None
    return b"".join(item.raw for item in found[1] if item.id not in gone and item.id not in ebml.PADDING)


def _read(
    reader: Reader, layout: MatroskaLayout, *, only: Collection[bytes] = (b"",)
) -> tuple[Element, tuple[RawElement, ...]] | None:
    """Return Info and its children, None if it has none of some bytes, or cannot be edited with certainty."""
    elements = layout.named(ids.INFO)
    if len(elements) != 1 or not layout.in_front(elements[0].offset) or elements[0].size > _LARGEST:
        return None
    content = reader.read_at(elements[0].data, elements[0].size)
    if not any(each in content for each in only):
        return None
    try:
        items = ebml.children(content, ebml.ElementBudget())
    except (errors.CorruptFileError, errors.RefusedError):
        return None
    numbers = [item.id for item in items]
    is_clear = all(numbers.count(number) <= 1 for number in ELEMENTS.values())
    return (
        (elements[0], items) if is_clear and sum(map(len, (item.raw for item in items))) == elements[0].size else None
    )


def _element(number: int, content: bytes) -> bytes:
    return ebml.element(number, content) if content else b""


def _stored(change: Change) -> bytes:
    """Return the content of the element of a field; b"" removes it."""
    if not change.new:
        return b""
    return change.new.encode("utf-8", "surrogateescape") if change.field == TITLE else _time_bytes(change.new)


def _time_text(content: bytes) -> str:
    if len(content) != _DATE_BYTES:
        return ""
    seconds, fraction = divmod(int.from_bytes(content, "big", signed=True), _BILLION)
    moment = _EPOCH + timedelta(seconds=seconds)
    digits = f".{fraction:09}".rstrip("0") if fraction else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{digits}Z"


def _time_bytes(text: str) -> bytes:
    """Return the bytes of DateUTC. Raises ValidationError."""
    time, _, fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z"):
        try:
            moment = datetime.fromisoformat(text)
            example = text if moment.tzinfo is None else moment.astimezone(UTC).isoformat().replace("+00:00", "")
        except (ValueError, OverflowError):
            example = time
        message = f"The {CREATION_TIME} of a Matroska file is a time in UTC: enter it with a Z, for example {example}Z."
        raise errors.ValidationError(message)
    if len(fraction) > 6:
        raise errors.ValidationError(f"The {CREATION_TIME} of a Matroska file has at most six digits of a second.")
    try:
        since = datetime.fromisoformat(f"{time}+00:00") - _EPOCH
        number = (since.days * 86_400 + since.seconds) * _BILLION + int(fraction.ljust(9, "0"))
        return number.to_bytes(_DATE_BYTES, "big", signed=True)
    except (ValueError, OverflowError) as error:
        message = f"The {CREATION_TIME} of a Matroska file is a time from 1708 to 2293."
        raise errors.ValidationError(message) from error
