"""
Images of titles, decoded by Pillow: downloaded ones are not trusted.

The content alone decides the type: JPEG, PNG or WebP. Bytes and pixels are limited, and an image that is cut is an
error. Pillow is imported at the first image.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexium_core import errors
from indexium_core.model.artwork.assets import COLLAGE_CELL, COLLAGE_LAYOUTS, MAX_IMAGE_BYTES, PREVIEW_BOXES, VARIANTS

_MOST_PIXELS = 50_000_000  # 8192 × 4320 has 35 million
_QUALITY = 85
_ENOUGH = (780, 600)  # a JPEG is decoded at the smallest scale that is larger: enough for each variant
_PAPER = (0, 0, 0)  # behind transparent pixels
_GREY = (128, 128, 128)  # behind transparent pixels for the hash: black and white logos differ from it
_HASHED, _KEPT = 32, 8  # pixels on each side of the hashed image, and coefficients that are kept
_EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}  # by format of Pillow
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}  # by extension
_TOO_LARGE = f"a picture with more than {_MOST_PIXELS / 1e6:g} million pixels"
_MALFORMED = (
    *(OSError, ValueError, TypeError, ArithmeticError, MemoryError, SyntaxError, LookupError, AttributeError),
    *(RuntimeError, EOFError, struct.error, zlib.error),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleImage:
    """A decoded image."""

    extension: str  # jpg, png, webp
    width: int  # pixels of the original
    height: int
    pixels: Any  # image of Pillow, RGB or with transparent pixels RGBA, upright, perhaps at a smaller scale

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]

    @property
    def perceptual_hash(self) -> str:
        """The 64-bit pHash in hex: signs of the low frequencies of a 32 × 32 DCT. Similar images differ in few bits."""
        small = self.pixels.convert("L") if self.pixels.mode == "RGB" else self.pixels
        small = small.resize((_HASHED, _HASHED))
        grey = np.asarray(_opaque(small, _GREY).convert("L"), dtype=np.float64)
        numbers = np.arange(_HASHED)
        cosines = np.cos(np.pi * numbers[:_KEPT, None] * (2 * numbers[None, :] + 1) / (2 * _HASHED))
        low = (cosines @ grey @ cosines.T).ravel()
        middle = np.median(low[1:])  # the first coefficient is the brightness
        bits = low > middle + 1e-6 * _HASHED**2  # coefficients of an even image are noise around zero
        return f"{int(''.join('01'[bit] for bit in bits.astype(int)), 2):016x}"


def decode(data: bytes) -> TitleImage:
    """
    Decode an image.

    Raises:
        CorruptFileError: It is too large, no JPEG, PNG or WebP image, or damaged. The message says what it is, without
            a verb: `a web page instead of a picture`.

    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(data) > MAX_IMAGE_BYTES:
        raise errors.CorruptFileError(f"a file with more than {MAX_IMAGE_BYTES / 1e6:g} MB")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            form, (width, height) = _EXTENSIONS[image.format or ""], image.size
            if not 0 < width * height <= _MOST_PIXELS:
                raise errors.CorruptFileError(_TOO_LARGE)
            image.draft("RGB", _ENOUGH)
            image.load()
            upright = ImageOps.exif_transpose(image)
            return TitleImage(extension=form, width=width, height=height, pixels=_pixels(upright))
    except UnidentifiedImageError:
        raise errors.CorruptFileError(_content(data)) from None
    except Image.DecompressionBombError:
        raise errors.CorruptFileError(_TOO_LARGE) from None
    except _MALFORMED:
        raise errors.CorruptFileError("a damaged picture") from None


def _content(data: bytes) -> str:
    """Return what bytes are that are no image of an accepted type."""
    if not data:
        return "an empty file instead of a picture"
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "an SVG drawing instead of a JPEG, PNG or WebP picture"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page instead of a picture"
    if start.startswith((b"{", b"[", b"<?xml")):
        return "a text instead of a picture"
    return "no JPEG, PNG or WebP picture"


def _pixels(image: Any) -> Any:
    """Return an image as RGB, or as RGBA if it has transparent pixels."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    found = image.convert("RGBA")
    return found if found.getextrema()[3][0] < 255 else found.convert("RGB")


def _opaque(image: Any, paper: tuple[int, int, int] = _PAPER) -> Any:
    """Return an image without transparent pixels: they get the colour of the paper."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    whole = Image.new("RGBA", image.size, (*paper, 255))
    whole.alpha_composite(image)
    return whole.convert("RGB")


def variant(image: TitleImage, kind: str) -> bytes:
    """Return the variant of a kind (`poster`: 400 × 600, `backdrop`: 780 × 440) as a JPEG; the rest is cut off."""
    from PIL import Image, ImageOps

    return _jpeg(_opaque(ImageOps.fit(image.pixels, VARIANTS[kind], Image.Resampling.LANCZOS)))


def extension(data: bytes) -> str:
    """Return the extension (`jpg`, `png`, `webp`) of an image that can be decoded, by its first bytes."""
    return "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpg"


def media_type(data: bytes) -> str:
    """Return the media type of an image that can be decoded, by its first bytes."""
    return MEDIA_TYPES[extension(data)]


def preview(image: TitleImage) -> bytes:
    """
    Return a small picture: a JPEG, or a WebP image if it has transparent pixels.

    It is whole: an upright image fits in 400 × 600 pixels, another one in 780 × 440. A smaller image keeps its size.
    """
    from PIL import Image

    small = image.pixels.copy()
    small.thumbnail(PREVIEW_BOXES[small.height > small.width], Image.Resampling.LANCZOS)
    if small.mode == "RGB":
        return _jpeg(small)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=_QUALITY)
    return file.getvalue()


def collage(posters: Sequence[bytes], layout: str) -> bytes:
    """Return the first posters side by side as a JPEG, in cells of 133 × 200; further ones are left out."""
    from PIL import Image

    most, columns = COLLAGE_LAYOUTS[layout]
    cells = [_opaque(decode(each).pixels).resize(COLLAGE_CELL, Image.Resampling.LANCZOS) for each in posters[:most]]
    columns = columns if layout == "grid" else min(columns, len(cells))
    rows = -(-len(cells) // columns)
    width, height = COLLAGE_CELL
    whole = Image.new("RGB", (width * columns, height * rows), _PAPER)
    for number, cell in enumerate(cells):
        whole.paste(cell, (number % columns * width, number // columns * height))
    return _jpeg(whole)


def _jpeg(image: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
