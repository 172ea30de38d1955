"""Thumbnails of photos: upright, small, and never of a photo that is too large to decode."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import pytest
from PIL import Image

from indexium_core.files import thumbnail
from indexium_core.files.containers import registry
from indexium_core.files.containers.photos import jpeg
from indexium_core.files.reader import BytesReader
from tests.support import heif, photos
from tests.support.cases import each_case

KINDS = [family.name for family in registry.PHOTOS]


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data)).convert("RGB")


def half_red(orientation: int, kind: str) -> bytes:
    """A photo whose stored upper half is red, and the other half blue."""
    picture = Image.new("RGB", (640, 480), "blue")
    picture.paste((255, 0, 0), (0, 0, 640, 240))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    settings = {"tiffinfo": {0x0112: orientation}} if kind == "tiff" else {"exif": exif}
    picture.save(out, kind, **settings)
    return out.getvalue()


@each_case("kind", KINDS)
@each_case("orientation", [1, 6])
def test_photo_is_small_and_upright(kind: str, orientation: int) -> None:
    settings = {"tiffinfo": {0x0112: orientation}} if kind == "tiff" else {"exif": photos.exif(orientation=orientation)}
    data = photos.photo(kind, size=(640, 480), **settings)
    shown = opened(thumbnail.picture(BytesReader(data), kind, width=320))
    assert shown.size == ((320, 240) if orientation == 1 else (240, 320))


@each_case("kind", ["jpeg", "png", "tiff", "webp"])
@each_case(
    ("orientation", "red"),
    [(1, "top"), (2, "top"), (3, "bottom"), (4, "bottom"), (5, "left"), (6, "right"), (7, "right"), (8, "left")],
)
def test_every_orientation_is_applied(kind: str, orientation: int, red: str) -> None:
    shown = opened(thumbnail.picture(BytesReader(half_red(orientation, kind)), kind, width=320))
    wide, high = shown.size
    places = {
        "top": (wide // 2, 9),
        "bottom": (wide // 2, high - 9),
        "left": (9, high // 2),
        "right": (wide - 9, high // 2),
    }
    pixels = {name: shown.getpixel(place) for name, place in places.items()}
    assert max(pixels, key=lambda name: pixels[name][0] - pixels[name][2]) == red  # type: ignore[index]  # RGB


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_pixels_has_a_thumbnail(mode: str) -> None:
    out = io.BytesIO()
    source = photos.picture(size=(320, 240))
    picture = Image.new("I;16", (320, 240), 40_000) if mode == "I;16" else source.convert(mode)
    picture.save(out, "PNG")
    assert opened(thumbnail.picture(BytesReader(out.getvalue()), "png", width=160)).size == (160, 120)


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = photos.chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + photos.chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        png(30_000, 30_000, photos.chunk(b"IDAT", zlib.compress(bytes(1000)))),
        png(64, 48, photos.chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(64 << 20)))),
        png(64, 48, photos.chunk(b"IDAT", b"not compressed")),
        photos.photo("png")[:200],
        photos.photo("jpeg")[:300],
    ],
    ids=["too many pixels", "too much text", "damaged", "cut", "cut JPEG"],
)
def test_bomb_or_damaged_photo_has_none_and_no_error(data: bytes) -> None:
    kind = "png" if data.startswith(b"\x89") else "jpeg"
    assert thumbnail.picture(BytesReader(data), kind, width=320) is None


def large_jpeg(**settings: object) -> bytes:
    return photos.photo("jpeg", size=(640, 480), **settings)


def other_scan() -> bytes:
    """A JPEG whose first scan has one of three components."""
    data = bytearray(large_jpeg())
    data[data.index(b"\xff\xda") + 4] = 1
    return bytes(data)


def test_jpeg_above_the_limit_is_decoded_at_its_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail, "_MOST_PIXELS", 100_000)
    assert opened(thumbnail.picture(BytesReader(large_jpeg()), "jpeg", width=64)).size == (64, 48)
    assert thumbnail.picture(BytesReader(large_jpeg()), "jpeg", width=640) is None  # at no smaller scale
    assert thumbnail.picture(BytesReader(large_jpeg(progressive=True)), "jpeg", width=64) is None
    assert thumbnail.picture(BytesReader(photos.photo("png", size=(640, 480))), "png", width=64) is None
    monkeypatch.setattr(thumbnail, "_MOST_JPEG_PIXELS", 640 * 480 - 1)
    assert thumbnail.picture(BytesReader(large_jpeg()), "jpeg", width=64) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [(large_jpeg(), True), (large_jpeg(progressive=True), False), (other_scan(), False)],
    ids=["one scan", "progressive", "a scan for each component"],
)
def test_only_a_jpeg_of_one_scan_is_decoded_by_rows(data: bytes, expected: bool) -> None:
    reader = BytesReader(data)
    assert jpeg.has_one_scan(reader, jpeg.read(reader)) is expected


def test_tiles_share_the_limit_of_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heif.tiled(photos.picture(size=(512, 256)), 4, 2, size=(230, 120))
    monkeypatch.setattr(thumbnail, "_MOST_PIXELS", 230 * 120)  # more than one tile has
    assert thumbnail.picture(BytesReader(data), "heif", width=100) is None
    exact = heif.tiled(photos.picture(size=(256, 128)), 4, 2, size=(230, 120))  # the tiles reach beyond the photo
    assert thumbnail.picture(BytesReader(exact), "heif", width=100) is not None


def test_warnings_are_filtered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    monkeypatch.setattr(warnings, "filterwarnings", lambda *_, **settings: calls.append(settings))
    for _ in range(2):
        assert thumbnail.picture(BytesReader(photos.photo("png")), "png", width=64) is not None
    assert not calls
