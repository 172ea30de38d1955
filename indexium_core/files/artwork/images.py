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
from indexium_core.model.artwork.assets import COLLAGE_CELL, COLLAGE_LAYOUTS, MAX_IMAGE_BYTES, VARIANTS

_MOST_PIXELS = 50_000_000  # 8192 × 4320 has 35 million
_QUALITY = 85
_ENOUGH = (780, 600)  # a JPEG is decoded at the smallest scale that is larger: enough for each variant
_PAPER = (0, 0, 0)  # behind transparent pixels
_HASHED, _KEPT = 32, 8  # pixels on each side of the hashed image, and coefficients that are kept
_EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}  # by format of Pillow
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}  # by extension
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
    pixels: Any  # RGB image of Pillow, upright, perhaps at a smaller scale

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.extension]

    @property
    def perceptual_hash(self) -> str:
        """The 64-bit pHash in hex: signs of the low frequencies of a 32 × 32 DCT. Similar images differ in few bits."""
        grey = np.asarray(self.pixels.convert("L").resize((_HASHED, _HASHED)), dtype=np.float64)
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
        CorruptFileError: It is too large, no JPEG, PNG or WebP image, or damaged. The message is a clause.

    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(data) > MAX_IMAGE_BYTES:
        raise errors.CorruptFileError(f"it has more than {MAX_IMAGE_BYTES / 1e6:g} MB")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            extension, (width, height) = _EXTENSIONS[image.format or ""], image.size
            if not 0 < width * height <= _MOST_PIXELS:
                raise errors.CorruptFileError(f"it has more than {_MOST_PIXELS / 1e6:g} million pixels")
            image.draft("RGB", _ENOUGH)
            image.load()
            upright = ImageOps.exif_transpose(image)
            return TitleImage(extension=extension, width=width, height=height, pixels=_opaque(upright))
    except UnidentifiedImageError:
        raise errors.CorruptFileError("it is not a JPEG, PNG or WebP image") from None
    except Image.DecompressionBombError:
        raise errors.CorruptFileError(f"it has more than {_MOST_PIXELS / 1e6:g} million pixels") from None
    except _MALFORMED:
        raise errors.CorruptFileError("it is damaged") from None


def _opaque(image: Any) -> Any:
    """Return an image as RGB; transparent pixels become black."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, (*_PAPER, 255))
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("RGB")


def variant(image: TitleImage, kind: str) -> bytes:
    """Return the variant of a kind (`poster`: 400 × 600, `backdrop`: 780 × 440) as a JPEG; the rest is cut off."""
    from PIL import Image, ImageOps

    return _jpeg(ImageOps.fit(image.pixels, VARIANTS[kind], Image.Resampling.LANCZOS))


def collage(posters: Sequence[bytes], layout: str) -> bytes:
    """Return the first posters side by side as a JPEG, in cells of 133 × 200; further ones are left out."""
    from PIL import Image

    most, columns = COLLAGE_LAYOUTS[layout]
    cells = [decode(each).pixels.resize(COLLAGE_CELL, Image.Resampling.LANCZOS) for each in posters[:most]]
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
