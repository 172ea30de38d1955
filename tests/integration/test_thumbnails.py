"""Thumbnails of films: orientation, aspect ratio, time limit, cache, and damaged files."""

from __future__ import annotations

import io
import os
import random
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dashboards.web import server
from indexium_core.files import thumbnail
from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.library import Library
from indexium_core.settings import Settings
from indexium_core.store.catalog import details as store
from tests.support import homes, media
from tests.support.oracles import oracle

RED, BLUE = np.array([254, 0, 0]), np.array([0, 0, 254])
SPLIT = ("-f", "lavfi", "-i", "color=red:s=80x90:d=1:r=10", "-f", "lavfi", "-i", "color=blue:s=80x90:d=1:r=10")
SPLIT += ("-filter_complex", "[0][1]hstack", "-c:v", "libx264", "-pix_fmt", "yuv420p")
TEST = ("-f", "lavfi", "-i")
DARK = ("-f", "lavfi", "-i", "color=black:s=160x90:d=2:r=10", "-f", "lavfi", "-i", "testsrc2=s=160x90:d=6:r=10")


def film(folder: Path, name: str, *arguments: str) -> Path:
    target = folder / name
    subprocess.run([oracle("ffmpeg"), "-nostdin", "-v", "error", "-y", *arguments, str(target)], check=True)
    return target


def picture(source: Path | bytes, **more: Any) -> np.ndarray[Any, Any] | None:
    """The thumbnail of a film as its colours, or None."""
    data = made(source, **more)
    if data is None:
        return None
    assert data.startswith(b"\xff\xd8\xff")
    with av.open(io.BytesIO(data)) as image:
        return next(image.decode(video=0)).to_ndarray(format="rgb24")


def made(source: Path | bytes, **more: Any) -> bytes | None:
    if isinstance(source, bytes):
        reader = BytesReader(source)
        return thumbnail.picture(reader, registry.examine(reader)[1].container, **more)
    with FileReader(os.fsencode(source)) as opened:
        return thumbnail.picture(opened, registry.examine(opened)[1].container, **more)


def near(pixel: np.ndarray[Any, Any], colour: np.ndarray[Any, Any]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() < 12)


# Content.


@pytest.mark.parametrize("form", media.FORMS)
def test_every_kind_of_film_has_picture(form: str, tmp_path: Path) -> None:
    seen = picture(media.build(form, tmp_path))
    assert seen is not None
    assert seen.shape == (90, 160, 3)
    assert seen.std() > 20


@pytest.mark.parametrize(
    ("turn", "first", "last"), [(0, RED, BLUE), (90, BLUE, RED), (180, BLUE, RED), (270, RED, BLUE)]
)
def test_rotated_video_has_upright_thumbnail(turn: int, first: Any, last: Any, tmp_path: Path) -> None:
    lying = film(tmp_path, "lying.mp4", *SPLIT)
    turned = film(tmp_path, "turned.mp4", "-i", str(lying), "-c", "copy", "-metadata:s:v:0", f"rotate={turn}")
    seen = picture(turned)
    assert seen is not None
    assert seen.shape == ((160, 90, 3) if turn in (90, 270) else (90, 160, 3))
    assert near(seen[2, 2], first)
    assert near(seen[-3, -3], last)


def test_ten_bits_and_odd_sizes_have_thumbnails(tmp_path: Path) -> None:
    source = (*TEST, "testsrc2=s=161x91:d=1:r=10", "-c:v", "ffv1")
    for name, pixels in (("ten.mkv", "yuv420p10le"), ("full.mkv", "yuv444p"), ("rgb.mkv", "bgr0")):
        seen = picture(film(tmp_path, name, *source, "-pix_fmt", pixels))
        assert seen is not None
        assert seen.shape == (90, 160, 3)


def test_non_square_pixels_are_stretched(tmp_path: Path) -> None:
    seen = picture(film(tmp_path, "dv.avi", *TEST, "testsrc2=s=180x144:d=1:r=10,setsar=64/45", "-c:v", "mpeg4"))
    assert seen is not None
    assert seen.shape == (144, 256, 3)


@pytest.mark.parametrize(("size", "shape"), [("1920x1080", (180, 320, 3)), ("90x160", (160, 90, 3))])
def test_picture_is_no_larger_than_request_and_film(size: str, shape: Any, tmp_path: Path) -> None:
    source = film(tmp_path, "film.mp4", *TEST, f"testsrc2=s={size}:d=1:r=5", "-c:v", "libx264", "-preset", "ultrafast")
    seen = picture(source, width=320)
    assert seen is not None
    assert seen.shape == shape


def test_dark_beginning_is_skipped(tmp_path: Path) -> None:
    source = film(tmp_path, "dark.mp4", *DARK, "-filter_complex", "[0][1]concat", "-c:v", "libx264", "-g", "10")
    seen = picture(source)
    assert seen is not None
    assert seen.mean() > 60


def test_dark_film_has_dark_thumbnail(tmp_path: Path) -> None:
    seen = picture(film(tmp_path, "night.mp4", *DARK[:4], "-c:v", "libx264"))
    assert seen is not None
    assert seen.max() < 20


def test_cover_is_no_picture_of_film(tmp_path: Path) -> None:
    with_film = picture(media.build("mp4", tmp_path, cover=True))
    assert with_film is not None
    assert with_film.shape == (90, 160, 3)  # the cover is 64 × 64
    alone = tmp_path / "song.mp4"
    arguments = ("-i", str(tmp_path / "clip.mp4"), "-map", "0:a", "-map", "0:v:1", "-c", "copy")
    film(tmp_path, "song.mp4", *arguments, "-disposition:v:0", "attached_pic")
    assert picture(alone) is None


def test_recording_without_index_uses_first_frame(tmp_path: Path) -> None:
    assert picture(media.build("mkv_live", tmp_path, seconds=2.0)) is not None


# Damaged files.


@pytest.mark.parametrize("form", ["mp4", "mkv", "avi", "flv", "wmv", "ogv", "webm", "ts"])
def test_damaged_file_never_raises_error(form: str, tmp_path: Path) -> None:
    whole = media.build(form, tmp_path).read_bytes()
    dice = random.Random(form)
    for _ in range(6):
        data = bytearray(whole)
        for _ in range(dice.choice([3, 40, 400])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        made(bytes(data[: dice.randrange(len(data) // 2, len(data))]), duration=dice.choice([0.0, 1e9, float("inf")]))


def test_truncated_film_has_no_thumbnail(tmp_path: Path) -> None:
    assert made(media.truncated("mp4", tmp_path)) is None


@pytest.mark.parametrize(
    ("limit", "value"),
    [("_TIMEOUT_SECONDS", -1.0), ("_MOST_BYTES", 4096), ("_MOST_PIXELS", 1000), ("_MOST_PACKETS", -1)],
)
def test_expensive_thumbnail_is_cancelled(
    limit: str, value: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = media.build("mp4", tmp_path)
    monkeypatch.setattr(thumbnail, limit, value)
    assert made(source) is None


# Cache.


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "films"
    folder.mkdir()
    media.build("mp4", folder, name="a.mp4", seed=1)
    media.build("mp4", folder, name="b.mp4", seed=2)
    (folder / "page.mp4").write_text("#EXTM3U\nhttp://example.org/film.mp4\n")
    for path in folder.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    with homes.opened(tmp_path / "home", folder) as opened:
        yield opened


def kept(library: Library) -> list[Path]:
    return sorted((library.home / "thumbnails").glob("*"))


def id_of(library: Library, name: str) -> int:
    return library.files.find(str(Path(library.inventory.list()[0].path) / name))


def test_picture_is_cached_by_identity_of_film(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    first = library.thumbnails.jpeg(id_of(library, "a.mp4"))
    assert first is not None
    assert [path.read_bytes() for path in kept(library)] == [first]
    monkeypatch.setattr(thumbnail, "picture", lambda *_, **__: pytest.fail("made again"))
    assert library.thumbnails.jpeg(id_of(library, "a.mp4")) == first


def test_missing_thumbnail_is_cached(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail, "picture", lambda *_, **__: None)
    assert library.thumbnails.jpeg(id_of(library, "a.mp4")) is None
    monkeypatch.undo()
    assert library.thumbnails.jpeg(id_of(library, "a.mp4")) is None
    assert [path.stat().st_size for path in kept(library)] == [0]


def test_missing_or_unsuitable_file_has_no_thumbnail(library: Library) -> None:
    assert library.thumbnails.jpeg(id_of(library, "page.mp4")) is None
    assert library.thumbnails.jpeg(99) is None


def test_changed_file_has_no_thumbnail_until_scan(library: Library) -> None:
    path = Path(library.inventory.list()[0].path) / "a.mp4"
    path.write_bytes((path.parent / "b.mp4").read_bytes())
    assert library.thumbnails.jpeg(id_of(library, "a.mp4")) is None
    assert kept(library) == []


def test_file_being_written_gets_no_thumbnail(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "is_being_written", lambda *_: True)
    assert library.thumbnails.jpeg(id_of(library, "a.mp4")) is None
    assert kept(library) == []


@pytest.mark.parametrize(("budget", "left"), [("0", 0), ("6000", 1), ("200MB", 2)])
def test_thumbnail_cache_has_size_limit(budget: str, left: int, library: Library) -> None:
    library.settings.thumbnail_budget = Settings(home=library.home, thumbnail_budget=budget).thumbnail_budget
    for name in ("a.mp4", "b.mp4"):
        picture = library.thumbnails.jpeg(id_of(library, name))
        assert picture is not None
        assert 2500 < len(picture) < 5000
    assert len(kept(library)) == left


# HTTP.


def ask(url: str, **headers: str) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_thumbnail_is_served_and_cached_by_client(library: Library) -> None:
    with server.make_server(library, port=0).background() as running:
        address = f"{running.url}/thumbnail/{id_of(library, 'a.mp4')}"
        status, headers, data = ask(f"{address}?v=1&width=320")
        assert (status, headers["Content-Type"], data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
        assert headers["Cache-Control"].startswith("private")
        assert headers["X-Content-Type-Options"] == "nosniff"  # it passed the request guard
        assert ask(address, If_None_Match=headers["ETag"])[0] == 304

        nothing = f"{running.url}/thumbnail/{id_of(library, 'page.mp4')}"
        assert ask(nothing)[0] == 404
        assert ask(nothing, Sec_Fetch_Dest="image")[0] == 204
        assert ask(nothing)[1]["Cache-Control"] == "no-store"
        assert ask(f"{running.url}/thumbnail/9999999999999999999")[0] == 404
        assert ask(f"{running.url}/thumbnail/a.mp4")[0] == 404
        assert ask(address, Host="elsewhere.example")[0] == 421
