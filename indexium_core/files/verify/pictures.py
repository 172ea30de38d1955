"""
The facts that Pillow reads from a photo: the half of the evidence that shares no code with our parsers.

For photos this module takes the place of `meaning`. Pillow reads the header with the class of the photo's kind, so the
content of a file cannot choose another one, and decodes nothing. The fields come from the XMP packet that Pillow finds,
read by `xml.etree` from the names of the properties alone. Pillow is imported at the first photo, because films do not
need it.

Pillow does not read HEIC. FFmpeg's libraries read HEIC and AVIF: the shape of every picture, and a digest of its
compressed data, which they find themselves. They do not know XMP, so the packets are those between the instructions
`xpacket`, wherever they lie (XMP part 3, packet scanning).
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import av.error

from indexium_core import errors
from indexium_core.files import libav
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.verify.meaning import Facts, Meaning
from indexium_core.model.fields import values
from indexium_core.model.fields.table import COMMENT, FIELDS
from indexium_core.model.people import people_comment

__all__ = ["read"]

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DC, _PHOTOSHOP = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/photoshop/1.0/}"
_PROPERTIES = {
    COMMENT: "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}PersonInImage",
    "title": f"{_DC}title",
    "description": f"{_DC}description",
    "keywords": f"{_DC}subject",
    "artist": f"{_DC}creator",
    "copyright": f"{_DC}rights",
    "rating": "{http://ns.adobe.com/xap/1.0/}Rating",
    "date": f"{_PHOTOSHOP}DateCreated",
    "location": f"{_PHOTOSHOP}City",
}
_XMP_TAG = 700
_RATINGS = {0x4746, 0x4749}  # EXIF's ratings change together with that of XMP
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)  # EXIF, GPS, interoperability
_OWN_FACTS = frozenset({"xmp", "exif", "icc_profile", "XML:com.adobe.xmp"})  # parts of `info` that are compared apart
_MAX_PACKET = 16 << 20
_BEGIN = b"<?xpacket begin="
_PACKET = re.compile(rb"<\?xpacket begin=.*?<\?xpacket end=[^>]*>", re.DOTALL)
_BLOCK = 1 << 20
_ONE_AT_A_TIME = threading.Lock()  # the filter of warnings is global to the process


def read(reader: Reader, layout: Layout) -> Meaning:
    """
    Return the facts of a photo.

    Raises:
        FFmpegError: Pillow cannot open it, so the write could not be verified.

    """
    if layout.container == "heif":
        return _read_boxes(reader)
    source = io.BufferedReader(_PhotoSource(reader), 64 * 1024)
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of malformed EXIF, which stays as it is
            with _opener(layout.container)(source) as picture:
                facts: dict[str, Facts] = {
                    "streams": dict(_image(picture)),
                    "side_data": dict(_side_data(picture, layout.container)),
                }
                return Meaning(fields=_fields(_packet(picture)), facts=facts, tags={"container": {}, "streams": []})
    except errors.FileAccessError:
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for a malformed photo
        reason = str(error).rstrip(".") or type(error).__name__
        message = f"Pillow cannot read the photo: {reason}."
        raise errors.FFmpegError(message) from error


def _opener(container: str) -> Callable[[Any], Any]:
    """Return Pillow's class for a container."""
    from PIL import JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    return {
        "jpeg": JpegImagePlugin.jpeg_factory,
        "png": PngImagePlugin.PngImageFile,
        "tiff": TiffImagePlugin.TiffImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
    }[container]


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
    found = [_fields(packet) for packet in _scanned_packets(reader)]
    shown = {each.key: next((one[each.key] for one in found if one[each.key]), None) for each in FIELDS}
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


class _PhotoSource(io.RawIOBase):
    """A reader as a file of Python's `io`."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader, self._at = reader, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._reader.read_at(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size}[whence]
        self._at = max(0, start + offset)
        return self._at


def _image(picture: Any) -> Iterator[tuple[str, str]]:
    yield "format", str(picture.format)
    yield "size", f"{picture.size[0]} x {picture.size[1]}"
    yield "mode", picture.mode
    yield "frames", str(getattr(picture, "n_frames", 1))
    if getattr(picture, "quantization", None):
        yield "quantization", _digest(repr(sorted(picture.quantization.items())).encode())
    if getattr(picture, "layer", None):
        yield "components", repr(picture.layer)


def _side_data(picture: Any, container: str) -> Iterator[tuple[str, str]]:
    """Yield ICC profile, EXIF and all other information; texts of a PNG behind the image are not read."""
    if picture.info.get("icc_profile"):
        yield "ICC profile", _digest(picture.info["icc_profile"])
    for name, value in picture.info.items():
        if name not in _OWN_FACTS:
            yield f"information {name}", _digest(repr(value).encode("utf-8", "backslashreplace"))
    exif = picture.getexif()
    if container != "tiff" and picture.info.get("exif") and not _RATINGS & set(exif):
        yield "EXIF bytes", _digest(picture.info["exif"])
    for tag, value in exif.items():
        if tag not in _RATINGS and tag != _XMP_TAG:
            yield f"EXIF {tag:04X}", _digest(repr(value).encode("utf-8", "backslashreplace"))
    for pointer in _SUB_DIRECTORIES:
        for tag, value in exif.get_ifd(pointer).items():
            yield f"EXIF {pointer:04X}/{tag:04X}", _digest(repr(value).encode("utf-8", "backslashreplace"))


# The fields


def _packet(picture: Any) -> bytes:
    found = picture.info.get("xmp", b"")
    if not found and hasattr(picture, "tag_v2"):
        found = picture.tag_v2.get(_XMP_TAG, b"")
    return found.encode() if isinstance(found, str) else bytes(found)


def _fields(packet: bytes) -> Mapping[str, str | None]:
    """Return the fields of a packet; a packet with a document type is not read."""
    shown: dict[str, str | None] = {each.key: None for each in FIELDS}
    plain = packet.replace(b"\0", b"")
    if not packet or len(packet) > _MAX_PACKET or b"<!" in re.sub(rb"<!(--|\[CDATA\[)", b"", plain):
        return shown
    try:
        root = ET.fromstring(packet.strip(b" \t\r\n\0") if plain == packet.rstrip(b"\0") else packet)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError):
        return shown
    for description in root.iter(f"{_RDF}Description"):
        for field in FIELDS:
            name = _PROPERTIES.get(field.key)
            element = description.find(name) if name else None
            texts = [description.get(name, "")] if element is None and name else _texts(element)
            text = _as_field(field.key, [each for each in texts if each])
            shown[field.key] = shown[field.key] or (values.stored(field, text) if text else None)
    return {key: None if key == "rating" and text == "0" else text for key, text in shown.items()}


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
        return "; ".join(texts).strip() if key == "rating" else "; ".join(texts)
    return people_comment.segment_of([text for text in texts if _is_name(text)])


def _is_name(text: str) -> bool:
    try:
        return bool(people_comment.validate_name(text))
    except errors.ValidationError:
        return False


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
