"""
The body of an answer, unpacked while it arrives.

A few kilobytes can unpack to gigabytes, so the limit holds for the unpacked bytes, before they are made.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

ACCEPTED_ENCODINGS = "gzip, deflate"  # both can be unpacked in pieces of a limited size
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class LimitedBody:
    """Collects the parts of one body. It never holds more than `limit` bytes and one more."""

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        """
        Prepare an empty body with the headers of its answer, whose names are in lower case.

        Raises:
            ValueError: The announced length is more than the limit, or no such encoding was asked for.

        """
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in _PLAIN | _PACKED:
            raise ValueError("it is compressed in a way that was not asked for")
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise ValueError(_too_large(limit))
        self._limit = limit
        self._unpacking = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding in _PACKED else None
        self._data = bytearray()

    def add(self, part: bytes) -> None:
        """
        Add the bytes that have arrived.

        Raises:
            ValueError: The body is larger than the limit, or it is not compressed as it says.

        """
        room = self._limit + 1 - len(self._data)
        try:
            self._data += part[:room] if self._unpacking is None else self._unpacking.decompress(part, room)
        except zlib.error:
            raise ValueError("the answer is not compressed as it says") from None
        if len(self._data) > self._limit:
            raise ValueError(_too_large(self._limit))

    def whole(self) -> bytes:
        """
        Return the bytes of the body.

        Raises:
            ValueError: The end of a compressed body has not arrived.

        """
        if self._unpacking is not None and self._data and not self._unpacking.eof:
            raise ValueError("its end has not arrived")
        return bytes(self._data)


def _too_large(limit: int) -> str:
    """Return the words for an answer that is larger than `limit` bytes."""
    return f"the answer has more than {limit / 1e6:g} MB"
