"""
The texts of a `udta` box in 3GPP files, and the location (3GPP TS 26.244, section 8: asset information).

A text is version and flags, 16 bits of language, and one string with a NUL behind it: UTF-8, or UTF-16 after a byte
order mark. The location (`loci`) is version and flags, language, the name of the place, its role, longitude, latitude
and altitude as 16.16 fixed-point numbers, the name of the astronomical body, and notes.

A new text is UTF-8 and keeps the language. A location has the text that FFmpeg shows: the position, with four digits
behind the point, and the name. A new position has no name of a place; role, body and notes stay.
"""

from __future__ import annotations

import re
import struct

from indexium_core.files.containers.bmff.boxes import MalformedBoxError

LOCATION = b"loci"

_HEAD = 6  # bytes of version, flags and language
_UTF16 = (b"\xfe\xff", b"\xff\xfe")
_FIXED = 1 << 16
_POSITION = re.compile(r"([+-]\d\d(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/?", re.ASCII)


class UnstorablePositionError(ValueError):
    """The location cannot hold a position; the message is a sentence."""


def text(kind: bytes, content: bytes) -> str:
    """
    Return the value in the content of a box; undecodable bytes become lone surrogates.

    Raises:
        MalformedBoxError: The content does not have the form of the specification.

    """
    string, rest = _string(content[_HEAD:])
    if len(content) <= _HEAD or content[:4] != bytes(4):
        raise _unknown(kind)
    if kind != LOCATION:
        if rest.strip(b"\0"):
            raise _unknown(kind)
        return string
    if len(rest) < 13:
        raise _unknown(kind)
    return f"{_position(*struct.unpack_from('>iii', rest, 1))}/{string}"


def with_text(kind: bytes, content: bytes, value: str) -> bytes:
    """
    Return the content of a box with another value.

    Raises:
        UnstorablePositionError: The location cannot hold the value exactly.

    """
    if kind != LOCATION:
        return content[:_HEAD] + value.encode("utf-8", "surrogateescape") + b"\0"
    _, rest = _string(content[_HEAD:])
    found = _POSITION.fullmatch(value)
    if found is None:
        message = "The location (loci) of this file is a position in degrees: enter it as +48.1374+011.5755/."
        raise UnstorablePositionError(message)
    latitude, longitude, altitude = (round(float(each or 0) * _FIXED) for each in found.groups())
    if not -(1 << 31) <= altitude < 1 << 31:
        raise UnstorablePositionError("The location (loci) of this file has an altitude from -32768 to 32767 metres.")
    stored = f"{_position(longitude, latitude, altitude)}/"
    if stored != value:
        message = f"The location (loci) of this file has four digits behind the point: enter {stored}."
        raise UnstorablePositionError(message)
    return content[:_HEAD] + b"\0" + rest[:1] + struct.pack(">iii", longitude, latitude, altitude) + rest[13:]


def _position(longitude: int, latitude: int, altitude: int) -> str:
    """Return a position in the form that FFmpeg shows; the altitude only if it is not zero."""
    height = f"{altitude / _FIXED:+f}" if altitude else ""
    return f"{latitude / _FIXED:+08.4f}{longitude / _FIXED:+09.4f}{height}"


def _string(data: bytes) -> tuple[str, bytes]:
    """Return the string at the start of some bytes, and the bytes behind its NUL."""
    if not data.startswith(_UTF16):
        string, _, rest = data.partition(b"\0")
        return string.decode("utf-8", "surrogateescape"), rest
    end = next((at for at in range(2, len(data) - 1, 2) if data[at : at + 2] == b"\0\0"), len(data))
    try:
        return data[:end].decode("utf-16"), data[end + 2 :]
    except UnicodeDecodeError:
        raise MalformedBoxError("The user data have damaged UTF-16.") from None


def _unknown(kind: bytes) -> MalformedBoxError:
    return MalformedBoxError(f"The box {kind.decode('latin-1')} in the user data has an unknown shape.")
