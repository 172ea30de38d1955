"""
Posters, backdrops and stills of made-up titles, drawn by Pillow, and images with faults.

Everything follows from the address, so that equal requests have equal answers.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import re
import struct
import textwrap
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from indexium_core.demo.providers.titles import MadeUpTitle

_NAME = re.compile(r"(?P<kind>poster|backdrop|still)-(?P<number>\d+)(?P<rest>[\d-]*)\.(?P<extension>jpg|png|webp)$")
_SIZES = {"poster": (1000, 1500), "backdrop": (1600, 900), "still": (960, 540)}
_WIDTH = re.compile(r"(?:^|/)w(\d{2,4})/")  # a size in the address: /w342/poster-1.jpg
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_LIGHT = (250, 246, 236)
ImageFault: TypeAlias = Literal["no_image", "huge_image", "truncated_image", "image_bomb", "private_redirect"]
IMAGE_FAULTS: tuple[ImageFault, ...] = get_args(ImageFault)
_HUGE_BYTES = 30_000_000


class DrawnPictures:
    """The pictures of some titles, by the route of their address."""

    def __init__(self, titles: Sequence[MadeUpTitle]) -> None:
        self._titles: Mapping[int, MadeUpTitle] = {each.number: each for each in titles}

    def answer(self, route: str) -> tuple[bytes, str]:
        """Return an image and its media type."""
        match = _NAME.search(route)
        if match is None:
            return _drawn("poster", 0, ("", ""), 400, "jpg"), "image/jpeg"
        kind, number = match["kind"], int(match["number"])
        title = self._titles.get(number)
        width = _WIDTH.search(route)
        wide = min(int(width[1]), _SIZES[kind][0]) if width else _SIZES[kind][0]
        name = title.title if title else f"Title {number}"
        place = match["rest"].strip("-").replace("-", "x")  # of a season or an episode
        below = "Specials" if place == "0" else f"Season {place}" if place.isdecimal() else place
        below = below or (str(title.year) if title else "")
        data = _drawn(kind, number, (name, below), wide, match["extension"])
        return data, f"image/{_FORMATS[match['extension']].lower()}"


@lru_cache(maxsize=256)
def _drawn(kind: str, number: int, text: tuple[str, str], width: int, extension: str) -> bytes:
    """Return a picture: hills under a sky, and the title as text."""
    from PIL import Image, ImageDraw

    (title, below), (full, height) = text, _SIZES[kind]
    seed = hashlib.blake2s(f"{number} {title} {below if kind == 'poster' else ''}".encode(), digest_size=16).digest()
    hue = seed[0]
    sky, horizon = _colour(hue, 0.5, 0.2), _colour(hue + 24, 0.6, 0.7)
    column = Image.linear_gradient("L").resize((full, height))
    image = Image.composite(Image.new("RGB", (full, height), horizon), Image.new("RGB", (full, height), sky), column)
    draw = ImageDraw.Draw(image)
    x, y = full * (0.2 + 0.6 * seed[1] / 255), height * (0.22 + 0.25 * seed[2] / 255)
    radius = min(full, height) * (0.1 + 0.14 * seed[3] / 255)
    draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=_colour(hue + 140, 0.55, 0.8))
    for layer in range(4):  # hills, the nearest last
        base = height * (0.5 + 0.085 * layer)
        crests = [
            (full * part / 6, base - height * 0.11 * seed[4 + (layer * 3 + part) % 12] / 255) for part in range(7)
        ]
        draw.polygon([*crests, (full, height), (0, height)], fill=_colour(hue + 8 * layer, 0.42, 0.42 - 0.09 * layer))
    if kind != "backdrop":
        _write(draw, title, below, full, height)
    image = image.resize((width, round(height * width / full)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, _FORMATS[extension], quality=82)
    return file.getvalue()


def _write(draw: Any, title: str, below: str, width: int, height: int) -> None:
    """Write the title in the lower part of a picture, as large as it fits."""
    from PIL import ImageFont

    for size in range(int(width * 0.13), 20, -6):
        font = ImageFont.load_default(size)
        lines = textwrap.wrap(title, max(6, int(width * 0.86 / (size * 0.56)))) or [""]
        widest = max(draw.textlength(line, font=font) for line in lines)
        if widest <= width * 0.88 and len(lines) * size * 1.2 <= height * 0.15:
            break
    top = height * 0.765
    draw.multiline_text((width * 0.06, top), "\n".join(lines), font=font, fill=_LIGHT, spacing=size * 0.15)
    small = ImageFont.load_default(max(20, int(min(width, height) * 0.045)))
    draw.text((width * 0.94, height * 0.955), below, font=small, fill=_LIGHT, anchor="rm")


def _colour(hue: int, saturation: float, lightness: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 256 / 256, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def faulty(fault: str, data: bytes) -> bytes:
    """Return the body of an answer with a fault, instead of an image."""
    match fault:
        case "no_image":
            return b"<html>no picture</html>"
        case "huge_image":
            return data + bytes(_HUGE_BYTES)
        case "truncated_image":
            return data[: len(data) // 2]
        case _:
            return _bomb()


def _bomb() -> bytes:
    """Return a PNG of a few kilobytes that says it has 60,000 × 60,000 pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(500_000)))
        + chunk(b"IEND", b"")
    )
