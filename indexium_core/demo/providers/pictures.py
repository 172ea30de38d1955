"""The pictures of made-up titles: a drawn landscape, on posters with the title."""

from __future__ import annotations

import functools
import hashlib
import io
import textwrap

from indexium_core.demo import photos

__all__ = ["picture"]

_POSTER, _WIDE = (400, 600), (780, 440)
_INK, _SHADOW = (255, 252, 240), (20, 20, 30)


@functools.lru_cache(256)
def picture(name: str, title: str = "", year: int = 0) -> bytes:
    """Return a JPEG that follows from its name: 400 × 600 for posters, otherwise 780 × 440."""
    from PIL import Image, ImageDraw, ImageFont

    seed = int.from_bytes(hashlib.blake2s(name.rpartition("/")[2].encode(), digest_size=4).digest())
    is_poster = "poster" in name
    wide, high = _POSTER if is_poster else _WIDE
    palettes = tuple(photos.PALETTES)
    image = Image.fromarray(photos.landscape(seed, palettes[seed % len(palettes)], wide, high))
    if is_poster and title:
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(46)
        lines = textwrap.wrap(title, 13)
        top = 40 if seed % 2 else high - 100 - 52 * len(lines)
        for number, line in enumerate([*lines, str(year)]):
            size = font if number < len(lines) else ImageFont.load_default(24)
            for offset, colour in ((2, _SHADOW), (0, _INK)):
                draw.text((32 + offset, top + number * 52 + offset), line, fill=colour, font=size)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
