"""
The photos of the demo library: generated landscapes of two years, with cameras, places, ratings and people.

Each photo is drawn by NumPy from its number and saved by Pillow: JPEG, PNG, WebP, TIFF and DNG, some with an
XMP packet, some turned by the orientation in EXIF. One WebP cannot take people, so the plan announces a sidecar for it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

FOLDER = "Photos"

Colors = npt.NDArray[np.float32]

_CAMERAS = {
    "fuji": ("FUJIFILM", "X-T4", "XF23mmF2 R WR"),
    "sony": ("SONY", "ILCE-7M4", "FE 35mm F1.8"),
    "canon": ("Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM"),
    "pixel": ("Google", "Pixel 8", "Pixel 8 back camera 6.9mm f/1.68"),
}
_PLACES = {  # latitude and longitude in degrees
    "Lofoten": (68.2086, 13.6094),
    "Kyoto": (35.0116, 135.7681),
    "Praha": (50.0755, 14.4378),
    "Lisboa": (38.7223, -9.1393),
    "Home": (48.1374, 11.5755),
}
# Sky above, sky at the horizon, far hills, near hills.
PALETTES = {
    "dawn": ((58, 75, 125), (250, 190, 140), (120, 105, 140), (40, 45, 70)),
    "day": ((70, 140, 215), (205, 230, 245), (120, 160, 150), (45, 95, 60)),
    "dusk": ((45, 30, 75), (235, 110, 80), (110, 60, 95), (30, 20, 45)),
    "night": ((8, 12, 35), (35, 60, 95), (18, 30, 55), (5, 8, 18)),
    "snow": ((140, 165, 195), (235, 240, 245), (190, 205, 220), (235, 240, 248)),
    "autumn": ((150, 175, 190), (245, 225, 180), (190, 120, 60), (110, 55, 30)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPhoto:
    """One photo of the demo library."""

    path: str  # relative to the folder, "/"-separated
    number: int  # each number gives another picture
    taken: datetime  # wall time
    palette: str
    camera: str = ""
    place: str = ""
    rating: int = 0  # stars
    title: str = ""
    people: tuple[str, ...] = ()  # in the file
    planned: tuple[str, ...] = ()  # that the plan adds
    faces: tuple[str, ...] = ()  # names of face regions
    upright: bool = False  # higher than wide: stored turned, with the orientation in EXIF

    @property
    def form(self) -> str:
        """The extension without its dot."""
        return self.path.rpartition(".")[2]


# Album, file name, day and hour, palette, camera, place, stars, title, people; "^": upright
_ROWS = """
2024-01 Winter|DSC_0101.jpg|2024-01-06T10|snow|canon|Home|4|First snow|Ann Lee
2024-01 Winter|DSC_0102.jpg|2024-01-06T11|snow|canon|Home|0||Ben Lee, Ann Lee
2024-01 Winter|DSC_0107.jpg|2024-01-21T16|dusk|canon|Home|5|Frozen lake|
2024-02 Carnival|PXL_20240211.jpg|2024-02-11T14|day|pixel|Home|3||Ben Lee ^
2024-02 Carnival|PXL_20240212.jpg|2024-02-12T18|dusk|pixel|Home|0||
2024-03 Praha|XT4_2001.jpg|2024-03-15T07|dawn|fuji|Praha|5|Bridge before sunrise|Jiří Dvořák
2024-03 Praha|XT4_2002.jpg|2024-03-15T12|day|fuji|Praha|2||
2024-03 Praha|XT4_2003.tiff|2024-03-16T19|dusk|fuji|Praha|4|Roofs|
2024-04 Garden|IMG_3301.jpg|2024-04-20T15|day|canon|Home|3|Rosa's tulips|Rosa Lee
2024-05 Lisboa|A7M4_0401.jpg|2024-05-04T09|day|sony|Lisboa|4|Tram line 28|Ann Lee, Bob Ray
2024-05 Lisboa|A7M4_0402.jpg|2024-05-04T20|dusk|sony|Lisboa|5|Evening over the river|
2024-05 Lisboa|A7M4_0403.dng|2024-05-05T06|dawn|sony|Lisboa|0||
2024-06 Lofoten|XT4_2210.jpg|2024-06-21T23|dusk|fuji|Lofoten|5|Midnight sun|Ólafur Jónsson
2024-06 Lofoten|XT4_2211.jpg|2024-06-22T01|dawn|fuji|Lofoten|4||
2024-06 Lofoten|XT4_2214.jpg|2024-06-23T13|day|fuji|Lofoten|3|Fishing huts|Ólafur Jónsson, Ann Lee ^
2024-06 Lofoten|XT4_2219.webp|2024-06-24T10|day|fuji|Lofoten|0||
2024-07 Summer|PXL_20240707.jpg|2024-07-07T12|day|pixel|Home|2||Ben Lee, Tom Okafor
2024-08 Summer|PXL_20240815.jpg|2024-08-15T21|dusk|pixel|Home|4|Perseids|
2024-09 Harvest|IMG_3388.jpg|2024-09-14T17|autumn|canon|Home|3||Rosa Lee
2024-10 Forest|IMG_3402.jpg|2024-10-19T11|autumn|canon|Home|5|Beeches|
2024-10 Forest|IMG_3403.png|2024-10-19T11|autumn|canon|Home|0||
2024-11 Fog|IMG_3410.jpg|2024-11-09T08|dawn|canon||1||
2024-12 Christmas|PXL_20241224.jpg|2024-12-24T19|night|pixel|Home|5|Christmas Eve|Ann Lee, Bob Ray, Rosa Lee
2025-01 Winter|DSC_0301.jpg|2025-01-11T09|snow|canon|Home|3||Ann Lee ^
2025-02 Stars|A7M4_0510.jpg|2025-02-27T22|night|sony|Home|4|Orion|
2025-03 Kyoto|A7M4_0601.jpg|2025-03-29T08|dawn|sony|Kyoto|5|Cherry morning|山田 花子
2025-03 Kyoto|A7M4_0602.jpg|2025-03-29T15|day|sony|Kyoto|3||山田 花子, Ann Lee
2025-03 Kyoto|A7M4_0603.jpg|2025-03-30T18|dusk|sony|Kyoto|4|Temple hill| ^
2025-04 Kyoto|A7M4_0611.webp|2025-04-01T10|day|sony|Kyoto|0||
2025-05 Garden|IMG_3520.jpg|2025-05-10T16|day|canon|Home|2||Rosa Lee, Ben Lee
2025-06 School|PXL_20250620.jpg|2025-06-20T10|day|pixel|Home|4|School party|Ben Lee
2025-07 Lake|XT4_2402.jpg|2025-07-12T06|dawn|fuji||5|Still water|
2025-07 Lake|XT4_2403.jpg|2025-07-12T20|dusk|fuji||0||Tom Okafor
2025-08 Mountains|XT4_2450.jpg|2025-08-09T07|dawn|fuji||4|Above the clouds|
2025-08 Mountains|XT4_2451.tiff|2025-08-09T12|day|fuji||0||
2025-09 Wedding|A7M4_0702.jpg|2025-09-06T15|day|sony|Lisboa|5|First dance|נועה לוי, سمير حداد
2025-10 Forest|IMG_3611.jpg|2025-10-18T12|autumn|canon|Home|4||Carla Gómez ^
2025-11 City|PXL_20251108.jpg|2025-11-08T17|night|pixel|Home|3|Blue hour|
2025-12 Advent|PXL_20251207.jpg|2025-12-07T18|night|pixel|Home|0||Ann Lee
2025-12 Advent|PXL_20251221.png|2025-12-21T09|snow|pixel|Home|4|Shortest day|
""".strip()


# People of the database, who are not in the files.
_PLANNED = {
    "DSC_0107.jpg": ("Rosa Lee",),
    "PXL_20240212.jpg": ("Ann Lee", "Ben Lee"),
    "XT4_2003.tiff": ("Jiří Dvořák",),
    "IMG_3403.png": ("Bob Ray",),
    "A7M4_0611.webp": ("山田 花子",),
    "XT4_2450.jpg": ("Bob Ray",),
}
# WebP photos with metadata, but without the header that announces them: they are not written.
_SIMPLE = {"A7M4_0611.webp"}
# Names of face regions, who are not people of the file yet.
_FACES = {"PXL_20241224.jpg": ("Ben Lee",), "PXL_20250620.jpg": ("Kim Park", "Ben Lee")}


def _photo(number: int, row: str) -> DemoPhoto:
    album, name, taken, palette, camera, place, rating, title, people = row.removesuffix("^").rstrip().split("|")
    return DemoPhoto(
        path=f"{FOLDER}/{album}/{name}",
        number=number,
        taken=datetime.fromisoformat(f"{taken}:{number % 60:02}:{number * 7 % 60:02}"),
        palette=palette,
        camera=camera,
        place=place,
        rating=int(rating),
        title=title,
        people=tuple(name.strip() for name in people.split(",") if name.strip()),
        planned=_PLANNED.get(name, ()),
        faces=_FACES.get(name, ()),
        upright=row.endswith("^"),
    )


PHOTOS = tuple(_photo(number, row) for number, row in enumerate(_ROWS.splitlines(), start=1))


def make_missing(folder: Path, *, on_made: Callable[[str], None] = lambda _path: None) -> int:
    """Make the photos that `folder` lacks, and return their number; `on_made` is called with the path of each."""
    missing = [photo for photo in PHOTOS if not (folder / photo.path).exists()]
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        running = {pool.submit(_make, folder, photo): photo for photo in missing}
        for finished in as_completed(running):
            finished.result()
            on_made(running[finished].path)
    return len(missing)


def _make(folder: Path, photo: DemoPhoto) -> None:
    """Make one photo under a temporary name, and rename it when it is complete."""
    from PIL import Image

    target = folder / photo.path
    target.parent.mkdir(parents=True, exist_ok=True)
    wide, high = ((1200, 800), (1280, 720), (1024, 768), (1400, 600))[photo.number % 4]
    if photo.form in {"tiff", "dng", "png"}:  # larger files for the same pixels
        wide, high = wide // 2, high // 2
    picture = Image.fromarray(
        landscape(photo.number, photo.palette, *((high, wide) if photo.upright else (wide, high)))
    )
    if photo.upright:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    partial = target.with_name(f".part-{photo.number}-{target.name}")
    form, settings = _settings(photo)
    picture.save(partial, form, **settings)
    moment = photo.taken.replace(tzinfo=UTC).timestamp()
    os.utime(partial, (moment, moment))
    if target.name in _SIMPLE:
        partial.write_bytes(_simple_webp(partial.read_bytes()))
        os.utime(partial, (moment, moment))
    partial.replace(target)


# The picture.


def landscape(number: int, palette: str, wide: int, high: int) -> npt.NDArray[np.uint8]:
    """
    Return the pixels of a landscape: sky, sun or moon, hills in the haze, sometimes water or stars.

    Each `number` gives another one; `palette` is a key of `PALETTES`. The shape is (high, wide, 3).
    """
    random = np.random.default_rng(number)
    above, horizon, far, near = (np.array(color, np.float32) for color in PALETTES[palette])
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32) / np.float32(high)
    level = 0.55 + 0.1 * float(random.random())
    sky = np.clip(y / level, 0, 1)[..., None] ** 1.4
    colors: Colors = above + (horizon - above) * sky
    if palette == "night":
        stars = random.random((high, wide)) > 0.9992
        colors[stars] = 230
    at_x, at_y = (0.2 + 0.6 * float(random.random())) * wide / high, level - 0.08 - 0.25 * float(random.random())
    distance = np.hypot(x - at_x, y - at_y)
    glow = np.exp(-distance * 7)[..., None]
    light = np.array((255, 245, 215), np.float32)
    colors += (light - colors) * glow * 0.55
    colors[distance < 0.035] = light
    layers = 3 + number % 3
    for layer in range(layers):
        depth = layer / max(1, layers - 1)
        ridge = level + 0.05 + 0.3 * depth - _ridge(random, wide, 0.11 + 0.05 * depth)
        color = far + (near - far) * depth
        shade = color * (1 - 0.25 * np.clip(y - ridge, 0, 1))[..., None]
        colors = np.where((y > ridge)[..., None], shade, colors)
    if number % 3 == 0:  # water mirrors the sky
        shore = int(high * 0.8)
        mirror = colors[max(0, 2 * shore - high) : shore][::-1][: high - shore]
        waves = 1 + 0.05 * np.sin(y[shore:] * 260 + x[shore:] * 9)
        colors[shore:] = (0.65 * mirror + 0.35 * horizon * 0.7) * waves[..., None]
    colors += random.normal(0, 1.5, (high, wide, 1)).astype(np.float32)
    return np.clip(colors, 0, 255).astype(np.uint8)


def _ridge(random: np.random.Generator, wide: int, height: float) -> Colors:
    """Return the heights of a row of hills, as a share of the picture."""
    places = np.linspace(0, 2 * np.pi, wide, dtype=np.float32)
    heights = np.zeros(wide, np.float32)
    for octave in range(1, 7):
        heights += np.sin(places * octave * 1.7 + float(random.random()) * 6.3) / np.float32(octave**1.35)
    return height * (heights / np.float32(4) + np.float32(0.5))


# The metadata.


def _settings(photo: DemoPhoto) -> tuple[str, dict[str, Any]]:
    """Return Pillow's name of the format, and the settings with the metadata."""
    from PIL.PngImagePlugin import PngInfo

    packet = _packet(photo)
    if photo.form in {"tiff", "dng"}:
        make, model, _ = _CAMERAS[photo.camera]
        tags: dict[int, Any] = {0x010F: make, 0x0110: model, 0x0132: f"{photo.taken:%Y:%m:%d %H:%M:%S}"}
        if packet:
            tags[700] = packet
        if photo.form == "dng":
            tags[50706] = b"\x01\x04\x00\x00"  # DNG 1.4
        return "TIFF", {"tiffinfo": tags, "compression": "tiff_adobe_deflate"}
    settings: dict[str, Any] = {"exif": _exif(photo)}
    if photo.form == "png":
        settings["pnginfo"] = PngInfo()
        if packet:
            settings["pnginfo"].add_itxt("XML:com.adobe.xmp", packet.decode())
        return "PNG", settings
    if packet:
        settings["xmp"] = packet
    return ("WEBP" if photo.form == "webp" else "JPEG"), {**settings, "quality": 84}


def _simple_webp(data: bytes) -> bytes:
    """Return an extended WebP without the chunk `VP8X`, and with an empty XMP packet."""
    packet = _packet_of([])
    body = b"WEBP" + data[30:] + b"XMP " + struct.pack("<I", len(packet)) + packet + bytes(len(packet) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _exif(photo: DemoPhoto) -> Any:
    """Return the EXIF block: camera, lens, time and place."""
    from PIL import Image

    make, model, lens = _CAMERAS[photo.camera]
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0112] = make, model, 6 if photo.upright else 1
    block.get_ifd(0x8769).update({0x9003: f"{photo.taken:%Y:%m:%d %H:%M:%S}", 0xA434: lens})
    if photo.place:
        latitude, longitude = _PLACES[photo.place]
        block.get_ifd(0x8825).update(
            {1: "N", 2: _degrees(latitude), 3: "E" if longitude >= 0 else "W", 4: _degrees(abs(longitude))}
        )
    return block


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 2)


def _packet(photo: DemoPhoto) -> bytes:
    """Return the XMP packet, with room for later values; b"" for a photo without title, stars and people."""
    parts = []
    if photo.title:
        text = f'<rdf:li xml:lang="x-default">{escape(photo.title)}</rdf:li>'
        parts.append(f"<dc:title><rdf:Alt>{text}</rdf:Alt></dc:title>")
    if photo.rating:
        parts.append(f"<xmp:Rating>{photo.rating}</xmp:Rating>")
    if photo.people:
        items = "".join(f"<rdf:li>{escape(name)}</rdf:li>" for name in photo.people)
        parts.append(f"<Iptc4xmpExt:PersonInImage><rdf:Bag>{items}</rdf:Bag></Iptc4xmpExt:PersonInImage>")
    if photo.faces:
        faces = (f"<mwg-rs:Name>{escape(name)}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>" for name in photo.faces)
        items = "".join(f'<rdf:li rdf:parseType="Resource">{face}</rdf:li>' for face in faces)
        regions = f"<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList>"
        parts.append(f'<mwg-rs:Regions rdf:parseType="Resource">{regions}</mwg-rs:Regions>')
    return _packet_of(parts) if parts else b""


def _packet_of(properties: Sequence[str]) -> bytes:
    names = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    }
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    body = _lines(properties)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f' <rdf:RDF{declared}>\n  <rdf:Description rdf:about="">\n{body}\n  </rdf:Description>\n </rdf:RDF>\n'
        f'</x:xmpmeta>\n{_lines([" " * 97] * 20)}\n<?xpacket end="w"?>'
    ).encode()


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(f"   {part}" for part in parts)
