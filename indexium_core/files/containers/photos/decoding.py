"""
Photos opened by Pillow: for the evidence of a write, and for thumbnails.

Pillow opens a file with the class of its container, so the content cannot choose another one. It is imported at the
first photo, because videos do not need it. Nothing here uses our parsers.
"""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from indexium_core.files.containers import Reader

logger = logging.getLogger(__name__)

# Pillow warns of malformed EXIF, which stays as it is. The filters belong to the process, so no thread changes them.
warnings.filterwarnings("ignore", module=r"PIL\.")

_QUALITY = 85
_BUFFER = 64 * 1024
_PAPER = (255, 255, 255)  # behind transparent pixels
# The rotation of an upright picture by its orientation (TIFF 6.0): names of Pillow's `Transpose`.
_TURNS: Mapping[int, str] = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


@contextmanager
def opened(reader: Reader, container: str) -> Iterator[Any]:
    """
    Open a photo for the duration of the block, without decoding it.

    Raises:
        Exception: Pillow cannot open it. It raises many kinds of exceptions for a malformed photo.

    """
    with _opener(container)(io.BufferedReader(_PhotoSource(reader), _BUFFER)) as photo:
        yield photo


def thumbnail(reader: Reader, container: str, *, orientation: int, width: int, most_pixels: int) -> bytes | None:
    """
    Return a photo as an upright JPEG, at most `width` pixels on its longer side; None if it is too large or damaged.

    Args:
        reader: The open file.
        container: Its container.
        orientation: The orientation from EXIF, 1 to 8.
        width: Pixels. A JPEG is decoded at the smallest scale that is large enough.
        most_pixels: A photo with more pixels is not decoded; of a JPEG, those at its scale count.

    """
    try:
        with opened(reader, container) as photo:
            photo.draft("RGB", (width, width))
            if photo.width * photo.height > most_pixels:
                return None
            photo.thumbnail((width, width), reducing_gap=2.0)
            # Pillow turns a TIFF when it decodes it.
            return _jpeg(photo if container == "tiff" else _turned(photo, orientation))
    except _MALFORMED as error:
        logger.debug("thumbnail.failed", extra={"error": str(error)})
        return None


def _opener(container: str) -> Callable[[Any], Any]:
    """Return Pillow's class of a container."""
    from PIL import JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

    return {
        "jpeg": JpegImagePlugin.jpeg_factory,
        "png": PngImagePlugin.PngImageFile,
        "tiff": TiffImagePlugin.TiffImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
    }[container]


def _turned(photo: Any, orientation: int) -> Any:
    from PIL import Image

    return photo.transpose(Image.Transpose[_TURNS[orientation]]) if orientation in _TURNS else photo


def _jpeg(photo: Any) -> bytes:
    from PIL import Image

    if photo.mode.startswith("I") or photo.mode == "F":  # 16 bits or more: the darkest and lightest value are the ends
        low, high = photo.getextrema()
        scale = 255 / (high - low) if high > low else 0
        photo = photo.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if photo.mode in {"LA", "PA", "RGBA", "P"} or "transparency" in photo.info:
        photo = photo.convert("RGBA")
        paper = Image.new("RGB", photo.size, _PAPER)
        paper.paste(photo, mask=photo.getchannel("A"))
        photo = paper
    out = io.BytesIO()
    photo.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


# Pillow raises these for a malformed photo.
_MALFORMED = (
    *(OSError, ValueError, TypeError, ArithmeticError, MemoryError, SyntaxError, LookupError, AttributeError),
    *(RuntimeError, EOFError, struct.error, zlib.error),
)


class _PhotoSource(io.RawIOBase):
    """A reader as a file of Python's `io`."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader, self._at = reader, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        data = self._reader.read_at(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
