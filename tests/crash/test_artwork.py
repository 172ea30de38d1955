"""A job that downloads pictures and is killed while it stores one continues, and the cache has no damaged picture."""

from __future__ import annotations

import io
from pathlib import Path

import blake3
import pytest
from PIL import Image

from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from tests.support import long_artwork, media, tables
from tests.support.children import Child
from tests.support.providers import record_pictures, store_addresses

pytestmark = pytest.mark.crash

FILMS = 6


def test_killed_download_continues(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "films"
    for number in range(1, FILMS + 1):
        name = f"Film {number} (200{number})"
        media.video(root / name / f"{name}.mp4", seed=number)
    with ProviderStandIn() as stand_in:
        with Library.open(home) as library:
            library.inventory.add(root, kind="movies")
            library.scan()
            for item in library.titles.list().items:
                record_pictures(library, "movie", item.id, offers(stand_in, item.year or 0))
        store_addresses(home, stand_in)
        job, kills = 0, (4, 7)
        for die_at in (*kills, 0):
            with Child(long_artwork.run, home, job, die_at) as child:
                job = int(child.hear("begun"))
                if die_at:
                    child._process.join(60)
                    assert child._process.exitcode == 9
                else:
                    child.end(60)
        asked = [each.route for each in stand_in.requests if each.provider == "images"]

    with Library.open(home, take_over="nothing") as library:
        done = library.jobs.get(job)
        assert (done.status, done.summary["processed"], done.summary["failed"]) == ("completed", 2 * FILMS, 0)
        library.configuration.set("download_images", "false")
        for item in library.titles.list().items:
            for size in ("poster", "backdrop"):
                assert library.artwork.poster(item.id, size) is not None
        keys = library.artwork.cache.folder.keys()
        assert len(keys) == 4 * FILMS
        rows = tables.rows(library, "SELECT file_path FROM cache_inventory")
        assert {path for (path,) in rows} == {key for key in keys if "-" not in key}
    for key in keys:
        data = (home / "cache" / key).read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        assert "-" in key or blake3.blake3(data).hexdigest() in key
    assert len(asked) <= 2 * FILMS + len(kills) * 4, "what was stored before a kill is not downloaded again"


def test_killed_download_of_single_pictures_leaves_whole_pictures(home: Path, tmp_path: Path) -> None:
    name = "Film 1 (2001)"
    media.video(tmp_path / "films" / name / f"{name}.mp4", seed=1)
    kinds = {"logo": "png", "banner": "jpg", "disc": "png"}
    with ProviderStandIn() as stand_in:
        with Library.open(home) as library:
            library.inventory.add(tmp_path / "films", kind="movies")
            library.scan()
            [film] = library.titles.list().items
            addresses = {kind: f"{kind}-1-v2.{extension}" for kind, extension in kinds.items()}
            offered = [
                ImageCandidate(
                    provider="fanarttv",
                    kind=kind,  # type: ignore[arg-type]
                    url=f"{stand_in.url}/images/fanart/{address}",
                    preview_url=f"{stand_in.url}/images/preview/{address}",
                )
                for kind, address in addresses.items()
            ]
            record_pictures(library, "movie", film.id, offered)
            ids = [each.id for each in library.artwork.candidates("movie", film.id)]
        store_addresses(home, stand_in)
        kills = ((1, True), (2, False), (3, True))
        for die_at, is_half in (*kills, (0, False)):
            with Child(long_artwork.read, home, ids, die_at, is_half) as child:
                child._process.join(60)
                assert child._process.exitcode == (9 if die_at else 0)
        count = sum(each.provider == "images" for each in stand_in.requests)

    assert count <= 2 * len(kinds) + len(kills), "what was stored before a kill is not downloaded again"
    with Library.open(home, take_over="nothing") as library:
        library.configuration.set("download_images", "false")
        for each in library.artwork.candidates("movie", film.id):
            assert (each.is_downloaded, len(each.perceptual_hash or "")) == (True, 16)
            for image in (
                library.artwork.pictures.preview(each.id),
                library.artwork.pictures.original(each.id),
            ):
                assert image is not None
                with Image.open(io.BytesIO(image.data)) as opened:
                    opened.load()
        keys = library.artwork.cache.folder.keys()
        rows = tables.rows(library, "SELECT file_path FROM cache_inventory")
        assert {path for (path,) in rows} == {key for key in keys if "-" not in key}


def test_killed_selection_is_whole_or_absent(home: Path, tmp_path: Path) -> None:
    name = "Film 1 (2001)"
    media.video(tmp_path / "films" / name / f"{name}.mp4", seed=1)
    urls = [f"https://image.tmdb.org/t/p/original/poster-{number}.jpg" for number in range(4)]
    with Library.open(home) as library:
        library.inventory.add(tmp_path / "films", kind="movies")
        library.scan()
        [film] = library.titles.list().items
        posters = [ImageCandidate(provider="tmdb", kind="poster", url=url) for url in urls]
        record_pictures(library, "movie", film.id, posters)
        ids = [each.id for each in library.artwork.candidates("movie", film.id)]
    for heard in (1, 6):
        with Child(long_artwork.select, home, ids) as child:
            for _ in range(heard):
                child.hear("selected")
            child.kill()
        with Library.open(home, take_over="nothing") as library:
            found = library.artwork.candidates("movie", film.id)
            steps = [each for each in library.steps.list() if each.undone_at is None]
            assert len(steps) >= heard
            last = ids[(len(steps) - 1) % len(ids)]  # each selection has its step, and no step is without its selection
            assert [each.id for each in found if each.is_selected] == [last]
            assert [each.id for each in found if each.is_by_person] == [last]
            while library.steps.undo() is not None:
                pass
            assert not any(each.is_by_person for each in library.artwork.candidates("movie", film.id))


def offers(stand_in: ProviderStandIn, year: int) -> list[ImageCandidate]:
    number = year - 1990
    return [
        ImageCandidate(provider="tmdb", kind=kind, url=f"{stand_in.url}/images/original/{kind}-{number}.jpg")
        for kind in ("poster", "backdrop")
    ]
