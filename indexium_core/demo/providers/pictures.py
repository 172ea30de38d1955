"""
Pictures of made-up titles, drawn by Pillow, and images with faults.

Everything follows from the address, so that equal requests have equal answers: `poster-2-v3-de-1000x1500.jpg` is the
scene 3 of title 2 with its German name. `poster-20-1.jpg` belongs to season 1, and `xx` stands for no text.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from indexium_core.demo.providers import scenes
from indexium_core.demo.providers.titles import MadeUpTitle

_SIZES = {
    "poster": (1000, 1500), "backdrop": (1600, 900), "still": (960, 540), "logo": (800, 310), "banner": (1000, 185),
    "clearart": (1000, 562), "disc": (1000, 1000), "thumb": (1000, 562),
}  # fmt: skip
_NAME = re.compile(
    rf"(?P<kind>{'|'.join(_SIZES)})-(?P<number>\d+)(?P<place>(?:-\d+){{0,2}})(?:-v(?P<scene>\d+))?"
    r"(?:-(?P<language>[a-z]{2}))?(?:-(?P<width>\d+)x(?P<height>\d+))?(?:-q(?P<quality>\d+))?"
    r"\.(?P<extension>jpg|png|webp)$"
)
_WIDTH = re.compile(r"(?:^|/)w(\d{2,4})/")  # a size in the address of TMDB: /w342/poster-1.jpg
_SMALL = {"preview": 400, "thumbnails": 340}  # width of the small pictures of fanart.tv and TVDB, by their folder
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_WITH_TEXT = frozenset({"poster", "still", "thumb", "banner", "logo", "clearart", "disc"})  # unless the name has `xx`
_NO_TEXT = "xx"
_OTHER_NAMES = {  # of titles with many pictures, by their name and language
    ("The Lantern Keeper", "de"): "Der Laternenmann",
    ("The Lantern Keeper", "fr"): "Le Gardien de la lanterne",
    ("Harbour Lights", "de"): "Lichter im Hafen",
}
WEB_PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Please sign in to see this picture.</p>"
ImageFault: TypeAlias = Literal["no_image", "huge_image", "truncated_image", "image_bomb", "private_redirect"]
IMAGE_FAULTS: tuple[ImageFault, ...] = get_args(ImageFault)
_HUGE_BYTES = 30_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What a picture shows."""

    kind: str
    number: int  # of the title
    scene: int
    name: str
    below: str  # the year, the season or the episode
    size: tuple[int, int]  # of the original
    width: int  # of the answer
    quality: int
    extension: str
    has_text: bool


class DrawnPictures:
    """The pictures of some titles, by the route of their address."""

    def __init__(self, titles: Sequence[MadeUpTitle]) -> None:
        self._titles: Mapping[int, MadeUpTitle] = {each.number: each for each in titles}

    def answer(self, route: str) -> tuple[bytes, str]:
        """Return an image and its media type; a web page if the address is that of one."""
        if route.endswith(".html"):
            return WEB_PAGE, "text/html; charset=utf-8"
        match = _NAME.search(route)
        if match is None:
            return _drawn(_without_title()), "image/jpeg"
        kind, number, language = match["kind"], int(match["number"]), match["language"] or ""
        title = self._titles.get(number)
        name = title.title if title else f"Title {number}"
        place = match["place"].strip("-").replace("-", "x")  # of a season or an episode
        below = "Specials" if place == "0" else f"Season {place}" if place.isdecimal() else place
        full = (int(match["width"]), int(match["height"])) if match["width"] else _SIZES[kind]
        drawing = _Drawing(
            kind=kind,
            number=number,
            scene=int(match["scene"] or 0),
            name=_OTHER_NAMES.get((name, language), name),
            below=below or (str(title.year) if title else ""),
            size=full,
            width=min(_width(route), full[0]),
            quality=int(match["quality"] or 82),
            extension=match["extension"],
            has_text=kind in _WITH_TEXT if not language else language != _NO_TEXT,
        )
        return _drawn(drawing), f"image/{_FORMATS[match['extension']].lower()}"


def _without_title() -> _Drawing:
    return _Drawing(
        kind="poster",
        number=0,
        scene=0,
        name="",
        below="",
        size=_SIZES["poster"],
        width=400,
        quality=82,
        extension="jpg",
        has_text=True,
    )


def _width(route: str) -> int:
    """Return the width of the size that an address names; a large number for the original."""
    named = _WIDTH.search(route)
    if named:
        return int(named[1])
    return next((width for folder, width in _SMALL.items() if f"{folder}/" in route), 10_000)


@lru_cache(maxsize=256)
def _drawn(each: _Drawing) -> bytes:
    from PIL import Image

    subject = each.scene or each.name
    text = f"{each.number} {subject} {each.below if each.kind == 'poster' else ''}"
    seed = hashlib.blake2s(text.encode(), digest_size=16).digest()
    image = scenes.draw(each.kind, each.scene, seed, each.size)
    if each.has_text:
        scenes.write(image, each.kind, each.name, each.below, each.scene)
    wide, high = each.size
    if each.width < wide:
        image = image.resize((each.width, round(high * each.width / wide)), Image.Resampling.LANCZOS)
    return _saved(image, each)


def _saved(image: Any, each: _Drawing) -> bytes:
    file = io.BytesIO()
    form = _FORMATS[each.extension]
    image.convert("RGB" if form == "JPEG" else image.mode).save(file, form, quality=each.quality)
    return file.getvalue()


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
