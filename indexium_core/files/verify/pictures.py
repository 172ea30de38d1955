"""
The facts that Pillow reads from a photo: the half of the evidence that shares no code with our parsers.

For photos this module takes the place of `meaning`. Pillow reads the header with the class of the photo's kind, so the
content of a file cannot choose another one, and decodes nothing. The fields come from the XMP packet that Pillow finds,
read by `xml.etree` from the names of the properties alone, which the table of places has. Pillow is imported at the
first photo, because videos do not need it.

Pillow does not read HEIC. FFmpeg's libraries read HEIC and AVIF: the shape of every picture, and a digest of its
compressed data, which they find themselves. They do not know XMP, so the packets are those between the instructions
`xpacket`, wherever they lie (XMP part 3, packet scanning).
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import av.error

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.photos import decoding
from indexium_core.files.verify.meaning import Facts, Meaning, owned_by
from indexium_core.model.fields import values
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, RATING, fields_in_files, known_field
from indexium_core.model.people import people_comment

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# The names of the moment of the recording, the first one that has a date is valid; EXIF goes first.
_TAKEN = ("{http://ns.adobe.com/photoshop/1.0/}DateCreated", "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal")
_XMP_TAG = 700
_EXIF, _DATE, _FRACTION, _ZONE = 0x8769, 0x9003, 0x9291, 0x9011
# Values of EXIF that a write of a field changes together with its place in XMP
_OWNERS = {0x4746: RATING, 0x4749: RATING} | dict.fromkeys(
    (_DATE, _FRACTION, _ZONE, 0x9004, 0x9292, 0x9012), CREATION_TIME
)
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)  # EXIF, GPS, interoperability
_OWN_FACTS = frozenset({"xmp", "exif", "icc_profile", "XML:com.adobe.xmp"})  # parts of `info` that are compared apart
_MAX_PACKET = 16 << 20
_BEGIN = b"<?xpacket begin="
_PACKET = re.compile(rb"<\?xpacket begin=.*?<\?xpacket end=[^>]*>", re.DOTALL)
_BLOCK = 1 << 20
_TIFF = re.compile(rb"II\*\0|MM\0\*")
_MAX_EXIF = 64 * 1024


def read(reader: Reader, layout: Layout) -> Meaning:
    """
    Return the facts of a photo.

    Raises:
        FFmpegError: Pillow cannot open it, so the write could not be verified.

    """
    if layout.container == "heif":
        return _read_boxes(reader)
    try:
        with decoding.opened(reader, layout.container) as picture:
            facts: dict[str, Facts] = {
                "streams": dict(_image(picture)),
                "side_data": dict(_side_data(picture, layout.container)),
            }
            fields = _with_date(_packet_fields(_packet(picture)), _exif(picture).get_ifd(_EXIF))
            return Meaning(fields=fields, facts=facts, tags={"container": {}, "streams": []})
    except errors.FileAccessError:
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for a malformed photo
        reason = str(error).rstrip(".") or type(error).__name__
        message = f"Pillow cannot read the photo: {reason}."
        raise errors.FFmpegError(message) from error


def _read_boxes(reader: Reader) -> Meaning:
    """Return the facts of an HEIC or AVIF; raises FFmpegError."""
    facts: dict[str, str] = {}
    try:
        with libav.opened(reader, "mp4", packets=True) as media:
            for stream in media.streams:
                for name in ("type", "id", "codec_tag", "width", "height", "pix_fmt"):
                    facts[f"picture {stream.index} {name}"] = str(getattr(stream.codec_context, name, None))
                configuration = getattr(stream.codec_context, "extradata", None) or b""
                facts[f"picture {stream.index} configuration"] = _digest(configuration)
            for number, packet in enumerate(media.demux()):
                sides = [(str(side.data_type), bytes(side)) for side in packet.iter_sidedata()]
                facts[f"data {number}"] = (
                    f"{packet.stream.index} {_digest(bytes(packet))} {_digest(repr(sides).encode())}"
                )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).rstrip(".")
        message = f"The media libraries cannot read the photo: {reason}."
        raise errors.FFmpegError(message) from error
    packets = [_packet_fields(packet) for packet in _scanned_packets(reader)] or [_packet_fields(b"")]
    merged = {key: next((one[key] for one in packets if one[key]), None) for key in packets[0]}
    shown = _with_date(merged, _scanned_exif(reader))
    return Meaning(fields=shown, facts={"streams": facts, "side_data": {}}, tags={"container": {}, "streams": []})


def _scanned_packets(reader: Reader) -> Iterator[bytes]:
    """Yield the packets of a file, by the instructions around them."""
    rest = b""
    for at in range(0, reader.size, _BLOCK):
        rest += reader.read_at(at, _BLOCK)
        while found := _PACKET.search(rest):
            yield found[0]
            rest = rest[found.end() :]
        start = rest.rfind(_BEGIN)
        rest = rest[start if start >= 0 and len(rest) - start <= _MAX_PACKET else -len(_BEGIN) :]


def _scanned_exif(reader: Reader) -> Mapping[int, Any]:
    """Return the EXIF directory of a file with a date, by the first bytes of a block; empty if there is none."""
    from PIL import Image

    for at in range(0, reader.size, _BLOCK):
        for mark in _TIFF.finditer(reader.read_at(at, _BLOCK + 3)):
            found = Image.Exif()
            with suppress(Exception):  # other bytes may look like a block
                found.load(b"Exif\0\0" + reader.read_at(at + mark.start(), _MAX_EXIF))
                if directory := found.get_ifd(_EXIF):
                    return directory
    return {}


def _image(picture: Any) -> Iterator[tuple[str, str]]:
    yield "format", str(picture.format)
    yield "size", f"{picture.size[0]} x {picture.size[1]}"
    yield "mode", picture.mode
    yield "frames", str(getattr(picture, "n_frames", 1))
    if getattr(picture, "quantization", None):
        yield "quantization", _digest(repr(sorted(picture.quantization.items())).encode())
    if getattr(picture, "layer", None):
        yield "components", repr(picture.layer)


def _exif(picture: Any) -> Any:
    """Return EXIF from the header: for a PNG without it, Pillow's own method would decode the image."""
    from PIL import Image

    return Image.Image.getexif(picture)


def _side_data(picture: Any, container: str) -> Iterator[tuple[str, str]]:
    """Yield ICC profile, EXIF and all other information; texts of a PNG behind the image are not read."""
    if picture.info.get("icc_profile"):
        yield "ICC profile", _digest(picture.info["icc_profile"])
    for name, value in picture.info.items():
        if name not in _OWN_FACTS:
            yield f"information {name}", _digest(repr(value).encode("utf-8", "backslashreplace"))
    exif = _exif(picture)
    tags = {f"{tag:04X}": (tag, value) for tag, value in exif.items() if tag != _XMP_TAG}
    for pointer in _SUB_DIRECTORIES:
        tags |= {f"{pointer:04X}/{tag:04X}": (tag, value) for tag, value in exif.get_ifd(pointer).items()}
    for name, (tag, value) in tags.items():
        digest = _digest(repr(value).encode("utf-8", "backslashreplace"))
        yield owned_by(f"EXIF {name}", _OWNERS[tag]) if tag in _OWNERS else f"EXIF {name}", digest
    if container != "tiff" and picture.info.get("exif"):
        owners = sorted({_OWNERS[tag] for tag, _ in tags.values() if tag in _OWNERS})
        yield owned_by("EXIF bytes", *owners), _digest(picture.info["exif"])


# The fields


def _packet(picture: Any) -> bytes:
    found = picture.info.get("xmp", b"")
    if not found and hasattr(picture, "tag_v2"):
        found = picture.tag_v2.get(_XMP_TAG, b"")
    return found.encode() if isinstance(found, str) else bytes(found)


def fields_of_packet(packet: bytes) -> Mapping[str, str | None]:
    """Return the fields of an XMP packet outside a photo."""
    return _with_date(_packet_fields(packet), {})


def _with_date(found: Mapping[str, str | None], exif: Mapping[int, Any]) -> Mapping[str, str | None]:
    """Return the fields of a packet with the date of EXIF and of the packet."""
    texts = [_exif_date(exif), *(found[name] or "" for name in _TAKEN)]
    known = [text for text in texts if text.strip("0:-TZ+ ./")]  # zeros and blanks: unknown
    others = {key: value for key, value in found.items() if key not in _TAKEN}
    return others | {CREATION_TIME: _one_date(known) if known else None}


def _exif_date(exif: Mapping[int, Any]) -> str:
    """Return the date of EXIF in the form of XMP; "" for an unknown or invalid one."""
    date, fraction, zone = (str(exif.get(tag, "")).partition("\0")[0].strip() for tag in (_DATE, _FRACTION, _ZONE))
    text = re.sub(r"[:/-](\d\d)[:/-](\d\d)[ T]", r"-\1-\2T", date, count=1)
    if fraction.isdigit() and len(text) == len("2019-07-31T18:30:00"):
        text += f".{fraction[:9]}"
    text += zone if re.fullmatch(r"Z|[+-]\d\d:\d\d", zone) and not re.search(r"(Z|[+-]\d\d:\d\d)$", date) else ""
    try:
        return values.parse(known_field(CREATION_TIME), text) or ""
    except errors.ValidationError:
        return ""


def _one_date(texts: Sequence[str]) -> str:
    """Return the first date, with the parts that it lacks from the other dates that do not contradict it."""
    value, *others = (values.stored(known_field(CREATION_TIME), text) if "T" in text else text for text in texts)
    for other in others:
        (clock, zone), (other_clock, other_zone) = _clock_and_zone(value), _clock_and_zone(other)
        is_same_zone = not (zone and other_zone and zone != other_zone)
        if is_same_zone and (clock.startswith(other_clock) or other_clock.startswith(clock)):
            value = max(clock, other_clock, key=len) + (zone or other_zone)
    return value


def _clock_and_zone(text: str) -> tuple[str, str]:
    day, mark, time = text.partition("T")
    clock = re.match("[0-9:.]*", time)
    end = clock.end() if clock else 0
    return day + mark + time[:end], time[end:]


def _packet_fields(packet: bytes) -> dict[str, str | None]:
    """Return the fields of a packet; a packet with a document type is not read."""
    shown: dict[str, str | None] = dict.fromkeys((*(each.key for each in fields_in_files()), *_TAKEN))
    plain = packet.replace(b"\0", b"")
    if not packet or len(packet) > _MAX_PACKET or b"<!" in re.sub(rb"<!(--|\[CDATA\[)", b"", plain):
        return shown
    try:
        root = ET.fromstring(packet.strip(b" \t\r\n\0") if plain == packet.rstrip(b"\0") else packet)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError):
        return shown
    properties = _properties()
    for description in root.iter(f"{_RDF}Description"):
        for key, name in properties.items():
            text = _as_field(key, [each for each in _property(description, name) if each])
            shown[key] = shown[key] or (values.stored(known_field(key), text) if text else None)
        for name in _TAKEN:
            shown[name] = shown[name] or next((text.strip() for text in _property(description, name)), None)
    return {key: None if key == RATING and text == "0" else text for key, text in shown.items()}


def _properties() -> Mapping[str, str]:
    """Return the property of each field."""
    places = {each.key: each.stored.xmp for each in fields_in_files()}
    return {key: f"{{{place.uris[0]}}}{place.name}" for key, place in places.items() if place is not None}


def _property(description: Any, name: str) -> list[str]:
    """Return the texts of a property, which is an element or an attribute."""
    element = description.find(name)
    return [description.get(name, "")] if element is None else _texts(element)


def _texts(element: Any) -> list[str]:
    """Return the texts of a property; of texts in several languages the default one."""
    if element is None or not len(element):
        return [element.text or ""] if element is not None else []
    items = list(element[0])
    if element[0].tag == f"{_RDF}Alt":
        default = [item for item in items if (item.get(_LANGUAGE) or "").lower() == "x-default"]
        items = (default or items)[:1]
    return [item.text or "" for item in items if item.tag == f"{_RDF}li"]


def _as_field(key: str, texts: list[str]) -> str:
    if key != COMMENT:
        return "; ".join(texts).strip() if key == RATING else "; ".join(texts)
    return people_comment.segment_of([text for text in texts if _is_name(text)])


def _is_name(text: str) -> bool:
    try:
        return bool(people_comment.validate_name(text))
    except errors.ValidationError:
        return False


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
