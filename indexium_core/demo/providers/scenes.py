"""The scenes of the demo's pictures, and the name of a title on them. A seed gives colours and places."""

from __future__ import annotations

import colorsys
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

_LIGHT = (250, 246, 236)
_DARK = (24, 26, 36)
_SCENES = 6  # besides the hills: the scene 7 is the scene 1 with other colours
_HOLE, _RIM = 0.11, 0.025  # of a disc: shares of its width

Painter = Callable[[Any, bytes, int, int], None]


def draw(kind: str, scene: int, seed: bytes, size: tuple[int, int]) -> Any:
    """Return a scene without text as an image of Pillow; logos, clear art and discs have transparent pixels."""
    from PIL import Image, ImageDraw

    if kind == "logo":
        return _emblem(seed, size) if scene % 2 else _bars(seed, size)
    width, height = size
    hue = seed[0]
    sky, horizon = _colour(hue, 0.5, 0.2), _colour(hue + 24, 0.6, 0.7)
    if scene % 2:
        sky, horizon = _colour(hue + 12, 0.55, 0.3 + 0.3 * seed[15] / 255), _colour(hue + 60, 0.65, 0.62)
    column = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, horizon), Image.new("RGB", size, sky), column)
    paint = _PAINTERS[(scene - 1) % _SCENES + 1 if scene else 0]
    paint(ImageDraw.Draw(image, "RGBA"), seed, width, height)
    return _cut_out(image, kind) if kind in {"disc", "clearart"} else image


def write(image: Any, kind: str, title: str, below: str, scene: int) -> None:
    """Write the name of a title on a picture, as large as it fits."""
    from PIL import ImageDraw

    width, height = image.size
    draw_on = ImageDraw.Draw(image)
    if kind == "logo" and scene % 2 == 0:
        size, text = _fitting(draw_on, title, width * 0.92, height * 0.6)
        _put(draw_on, (width * 0.5, height * 0.5), text, size, anchor="mm")
    elif kind in {"logo", "banner"}:
        left = height * 1.15
        size, text = _fitting(draw_on, title, width - left - height * 0.2, height * 0.7)
        _put(draw_on, (left, height * 0.5), text, size, anchor="lm")
    elif kind == "disc":
        size, text = _fitting(draw_on, title, width * 0.56, height * 0.18)
        _put(draw_on, (width * 0.5, height * 0.75), text, size, anchor="mm")
    elif kind == "clearart":
        size, text = _fitting(draw_on, title, width * 0.8, height * 0.26)
        _put(draw_on, (width * 0.5, height * 0.83), text, size, anchor="mm")
    else:
        size, text = _fitting(draw_on, title, width * 0.88, height * (0.15 if width < height else 0.2))
        if scene % 3 == 2:
            _put(draw_on, (width * 0.5, height * 0.05), text, size, anchor="ma")
        else:
            _put(draw_on, (width * 0.06, height * 0.765), text, size, anchor="la")
        small = _font(max(20, int(min(width, height) * 0.045)))
        draw_on.text((width * 0.94, height * 0.955), below, font=small, fill=_LIGHT, anchor="rm")


def _fitting(draw_on: Any, title: str, width: float, height: float) -> tuple[int, str]:
    """Return the largest size of letters at which a name fits, and the name in lines."""
    size, text = 20, title
    for size in range(max(21, int(min(width * 0.16, height))), 20, -3):
        lines = textwrap.wrap(title, max(6, int(width / (size * 0.56))), break_long_words=False) or [""]
        text = "\n".join(lines)
        widest = max(draw_on.textlength(line, font=_font(size)) for line in lines)
        if widest <= width and len(lines) * size * 1.2 <= height:
            break
    return size, text


def _put(draw_on: Any, place: tuple[float, float], text: str, size: int, *, anchor: str) -> None:
    align = "center" if anchor[0] == "m" else "left"
    draw_on.multiline_text(
        place,
        text,
        font=_font(size),
        fill=_LIGHT,
        spacing=size * 0.15,
        anchor=anchor,
        align=align,
        stroke_width=max(1, size // 28),
        stroke_fill=_DARK,
    )


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _colour(hue: int, saturation: float, lightness: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 256 / 256, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _disc(x: float, y: float, radius: float) -> Sequence[float]:
    return [x - radius, y - radius, x + radius, y + radius]


def _hills(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw a sun over hills."""
    hue = seed[0]
    x, y = width * (0.2 + 0.6 * seed[1] / 255), height * (0.22 + 0.25 * seed[2] / 255)
    radius = min(width, height) * (0.1 + 0.14 * seed[3] / 255)
    on.ellipse(_disc(x, y, radius), fill=_colour(hue + 140, 0.55, 0.8))
    for layer in range(4):  # hills, the nearest last
        base = height * (0.5 + 0.085 * layer)
        crests = [
            (width * part / 6, base - height * 0.11 * seed[4 + (layer * 3 + part) % 12] / 255) for part in range(7)
        ]
        on.polygon([*crests, (width, height), (0, height)], fill=_colour(hue + 8 * layer, 0.42, 0.42 - 0.09 * layer))


def _moon(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw a moon with rings over the sea."""
    hue, short = seed[0], min(width, height)
    x, y = width * (0.3 + 0.4 * seed[1] / 255), height * (0.24 + 0.16 * seed[2] / 255)
    for ring in range(4, 0, -1):
        on.ellipse(_disc(x, y, short * (0.1 + 0.09 * ring)), fill=(255, 240, 200, 26))
    on.ellipse(_disc(x, y, short * 0.11), fill=(255, 245, 214))
    on.rectangle([0, height * 0.68, width, height], fill=_colour(hue + 6, 0.5, 0.14))
    for row in range(9):
        top, half = height * (0.7 + 0.033 * row), short * (0.2 - 0.016 * row) * (0.5 + seed[5 + row % 8] / 255)
        on.rectangle([x - half, top, x + half, top + height * 0.007], fill=(255, 240, 200, 120))


def _lighthouse(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw a lighthouse with its beam."""
    hue, short = seed[0], min(width, height)
    x, top = width * (0.2 + 0.25 * seed[1] / 255), height * (0.3 + 0.1 * seed[2] / 255)
    on.polygon(
        [(x, top), (width * 1.1, top - height * 0.28), (width * 1.1, top + height * 0.1)], fill=(255, 228, 150, 190)
    )
    foot = height * 0.84
    on.polygon(
        [(x - short * 0.045, top), (x + short * 0.045, top), (x + short * 0.075, foot), (x - short * 0.075, foot)],
        fill=(244, 239, 228),
    )
    for stripe in range(3):
        line = top + (foot - top) * (0.2 + 0.27 * stripe)
        on.rectangle([x - short * 0.057, line, x + short * 0.057, line + height * 0.05], fill=_colour(hue, 0.6, 0.4))
    on.rectangle([x - short * 0.06, top - short * 0.1, x + short * 0.06, top], fill=_DARK)
    on.ellipse(_disc(x, top - short * 0.05, short * 0.035), fill=(255, 236, 170))
    on.polygon(
        [(0, height * 0.86), (width * 0.55, height * 0.79), (width, height * 0.88), (width, height), (0, height)],
        fill=_colour(hue + 10, 0.45, 0.12),
    )


def _rays(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw a lantern with rays on all sides."""
    hue, short, reach = seed[0], min(width, height), max(width, height) * 1.5
    x, y = width * (0.4 + 0.2 * seed[1] / 255), height * (0.42 + 0.14 * seed[2] / 255)
    count, turn = 12 + seed[3] % 8, seed[4] / 255
    for ray in range(count):
        start, end = (math.tau * (ray + turn + part) / count for part in (0, 0.5))
        points = [(x + math.cos(each) * reach, y + math.sin(each) * reach) for each in (start, end)]
        on.polygon([(x, y), *points], fill=_colour(hue + 128, 0.5, 0.3))
    on.ellipse(_disc(x, y, short * 0.2), fill=_colour(hue + 30, 0.75, 0.7))
    on.ellipse(_disc(x, y, short * 0.15), fill=_DARK)
    on.ellipse(_disc(x, y, short * 0.07), fill=(255, 240, 190))


def _waves(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw waves, one behind the other, and a boat."""
    hue = seed[0]
    for layer in range(6):
        base, swing = height * (0.3 + 0.12 * layer), height * (0.02 + 0.03 * seed[5 + layer] / 255)
        length = width * (0.25 + 0.5 * seed[1 + layer % 4] / 255)
        crest = [
            (width * step / 48, base + swing * math.sin(math.tau * (width * step / 48 / length) + seed[layer]))
            for step in range(49)
        ]
        if layer == 3:
            x, y = width * (0.3 + 0.4 * seed[12] / 255), base - height * 0.02
            on.polygon([(x, y - height * 0.2), (x, y), (x + width * 0.14, y)], fill=_LIGHT)
            on.polygon(
                [
                    (x - width * 0.1, y),
                    (x + width * 0.17, y),
                    (x + width * 0.1, y + height * 0.05),
                    (x - width * 0.05, y + height * 0.05),
                ],
                fill=_DARK,
            )
        on.polygon([*crest, (width, height), (0, height)], fill=_colour(hue + 7 * layer, 0.5, 0.56 - 0.08 * layer))


def _houses(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw a street at night, with lit windows."""
    hue, count = seed[0], 6
    on.ellipse(_disc(width * (0.2 + 0.6 * seed[1] / 255), height * 0.2, min(width, height) * 0.08), fill=_LIGHT)
    for house in range(count):
        left, right = width * house / count, width * (house + 1) / count + 1
        top = height * (0.34 + 0.34 * seed[2 + house] / 255)
        on.rectangle([left, top, right, height], fill=_colour(hue + 9 * house, 0.4, 0.13 + 0.02 * (house % 3)))
        on.polygon([(left, top), ((left + right) / 2, top - height * 0.06), (right, top)], fill=_colour(hue, 0.4, 0.1))
        side = (right - left) / 5
        for window in range(6):
            if seed[(house + window) % 16] & 1 << window:
                x, y = left + side * (1 + window % 2 * 2), top + height * 0.04 + window // 2 * height * 0.09
                on.rectangle([x, y, x + side, y + height * 0.045], fill=(255, 214, 120))


def _mountains(on: Any, seed: bytes, width: int, height: int) -> None:
    """Draw mountains with snow, under stars."""
    hue = seed[0]
    for star in range(40):
        x, y = width * ((seed[star % 16] * 7 + star * 53) % 256) / 255, height * 0.5 * ((star * 37) % 256) / 255
        on.ellipse(_disc(x, y, max(1, width * 0.003)), fill=(255, 255, 255, 200))
    for peak in range(3):
        x, top = (
            width * (0.12 + 0.36 * peak + 0.12 * seed[3 + peak] / 255),
            height * (0.25 + 0.25 * seed[6 + peak] / 255),
        )
        half, foot = width * (0.34 + 0.2 * seed[9 + peak] / 255), height * 0.9
        on.polygon(
            [(x, top), (x + half, foot), (x - half, foot)], fill=_colour(hue + 20 * peak, 0.3, 0.3 - 0.06 * peak)
        )
        share = 0.25
        snow = [(x, top), (x + half * share, top + (foot - top) * share), (x, top + (foot - top) * share * 0.7)]
        on.polygon([*snow, (x - half * share, top + (foot - top) * share)], fill=(240, 244, 250))
    on.rectangle([0, height * 0.86, width, height], fill=_colour(hue + 4, 0.4, 0.12))


_PAINTERS: Sequence[Painter] = (_hills, _moon, _lighthouse, _rays, _waves, _houses, _mountains)


def _emblem(seed: bytes, size: tuple[int, int]) -> Any:
    """Return the lamp of a logo on a transparent ground."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", size, (0, 0, 0, 0))
    on, height = ImageDraw.Draw(image), size[1]
    x = y = height * 0.5
    on.ellipse(_disc(x, y, height * 0.42), fill=(*_colour(seed[0], 0.6, 0.45), 255))
    on.ellipse(_disc(x, y, height * 0.33), fill=(0, 0, 0, 0))
    on.ellipse(_disc(x, y, height * (0.1 + 0.14 * seed[1] / 255)), fill=(255, 226, 140, 255))
    return image


def _bars(seed: bytes, size: tuple[int, int]) -> Any:
    """Return the bars above and below the name of a logo, on a transparent ground."""
    from PIL import Image, ImageDraw

    (width, height), image = size, Image.new("RGBA", size, (0, 0, 0, 0))
    on, colour = ImageDraw.Draw(image), (*_colour(seed[0], 0.6, 0.5), 255)
    for top in (0.03, 0.91):
        on.rectangle([width * 0.04, height * top, width * 0.96, height * (top + 0.06)], fill=colour)
    return image


def _cut_out(image: Any, kind: str) -> Any:
    """Return an image with transparent pixels around a disc and in its hole, or around clear art."""
    from PIL import Image, ImageDraw

    width, height = image.size
    mask = Image.new("L", image.size, 0)
    on = ImageDraw.Draw(mask)
    if kind == "disc":
        on.ellipse(_disc(width / 2, height / 2, width * (0.5 - _RIM)), fill=255)
        on.ellipse(_disc(width / 2, height / 2, width * _HOLE), fill=0)
    else:
        on.ellipse([width * 0.06, -height * 0.35, width * 0.94, height * 0.78], fill=255)
    image.putalpha(mask)
    return image
