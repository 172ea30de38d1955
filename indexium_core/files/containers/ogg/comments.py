"""
The comment header of an Ogg stream: one packet, the second of its stream.

It holds the vendor string, a count and texts `NAME=value`, each with a 32-bit little-endian length (Vorbis I, section
5; the same in Theora, section 6.3, in Opus, RFC 7845, section 5.2, in Speex and VP8, and for FLAC in a metadata block).
This module handles texts as bytes, without decoding.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import MalformedHeaderError

_LARGEST_BLOCK = 0xFFFFFF  # bytes of a metadata block of FLAC


@dataclass(frozen=True, slots=True)
class OggCodec:
    """A codec, recognised by the first bytes of its first packet."""

    magic: bytes
    headers: int  # number of header packets (the second has the comments); 0: the first packet stores it
    prefix: bytes  # first bytes of the comment header
    is_video: bool = False
    end_marker: bytes = b""  # bytes that end the texts
    allows_padding: bool = True  # its readers skip zeros behind the texts


FLAC = OggCodec(b"\x7fFLAC", 0, b"\x04\0\0\0", allows_padding=False)  # type and length of a metadata block
CODECS = (
    OggCodec(b"\x80theora", 3, b"\x81theora", is_video=True),
    OggCodec(b"OVP80\x01", 2, b"OVP80\x02\x20", is_video=True),
    OggCodec(b"\x01vorbis", 3, b"\x03vorbis", end_marker=b"\x01"),
    OggCodec(b"OpusHead", 2, b"OpusTags"),
    OggCodec(b"Speex  ", 2, b""),
    FLAC,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """A comment header."""

    codec: OggCodec
    prefix: bytes
    vendor: bytes
    count: int  # the stored number of texts
    texts: tuple[bytes, ...]
    rest: bytes  # bytes behind the texts

    @classmethod
    def read(cls, codec: OggCodec, packet: bytes) -> Comments:
        """Read a packet; raises MalformedHeaderError if it ends inside a text."""
        data = packet[len(codec.prefix) :]
        at = 4 + int.from_bytes(data[:4], "little")
        count, vendor = int.from_bytes(data[at : at + 4], "little"), data[4:at]
        at += 4
        texts = []
        for _ in range(min(count, parsing.MAX_ELEMENTS)):
            length = int.from_bytes(data[at : at + 4], "little")
            text = data[at + 4 : at + 4 + length]
            if at + 4 > len(data) or len(text) < length:
                raise MalformedHeaderError("its comments are cut short")
            texts.append(text)
            at += 4 + length
        prefix = packet[: len(codec.prefix)]
        return cls(codec=codec, prefix=prefix, vendor=vendor, count=count, texts=tuple(texts), rest=data[at:])

    @property
    def padding(self) -> int | None:
        """Bytes of padding behind the texts; None if padding is not possible."""
        codec = self.codec
        blank = self.rest.startswith(codec.end_marker) and not self.rest[len(codec.end_marker) :].strip(b"\0")
        return len(self.rest) - len(codec.end_marker) if codec.allows_padding and blank else None

    @property
    def packet(self) -> bytes:
        """The packet of these comments; raises MalformedHeaderError if they are too long."""
        body = struct.pack("<I", len(self.vendor)) + self.vendor + struct.pack("<I", len(self.texts))
        body += b"".join(struct.pack("<I", len(text)) + text for text in self.texts) + self.rest
        if self.codec is FLAC:
            if len(body) > _LARGEST_BLOCK:
                raise MalformedHeaderError("its comments are longer than FLAC can hold")
            return self.prefix[:1] + len(body).to_bytes(3, "big") + body
        return self.prefix + body

    def padded(self, length: int) -> Comments:
        """Return the same comments with `length` bytes of padding."""
        return replace(self, rest=self.codec.end_marker + bytes(length))


def codec_of(first: bytes) -> OggCodec | None:
    """Return the codec of a stream with this first packet."""
    return next((codec for codec in CODECS if first.startswith(codec.magic)), None)


def name_of(text: bytes) -> str:
    """Return the name of a text; names are ASCII and are compared without letter case."""
    return text.partition(b"=")[0].decode("latin-1")


def value_of(text: bytes) -> str:
    """Return the value of a text; bytes that are not UTF-8 become lone surrogates."""
    return text.partition(b"=")[2].decode("utf-8", "surrogateescape")
