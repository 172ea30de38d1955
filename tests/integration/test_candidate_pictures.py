"""The picture of a candidate by its id: small, its original, bad input, rights, the cache, and its addresses."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dashboards.web import server
from indexium_core import errors
from indexium_core.demo.providers.stand_in import Fault, ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.artwork.assets import AssetCandidate, CachedImage
from indexium_core.model.lookups.records import ImageCandidate, ImageKind
from tests.integration.test_artwork import data_of, downloads, drawn, titles
from tests.integration.test_thumbnails import ask
from tests.support import tables
from tests.support.cases import each_case
from tests.support.copied_home import CopiedHome
from tests.support.effort import effort
from tests.support.enriched_home import enrich
from tests.support.providers import record_pictures, use_keys

FILM, SERIES = "The Lantern Keeper", "Harbour Lights"
FILES = (
    "Films/The Lantern Keeper (1961) [tmdbid-9000002]/The Lantern Keeper (1961).mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E01.mp4",
)
_HOME = CopiedHome(FILES)
BOXES = {True: (400, 600), False: (780, 440)}  # by whether the picture is upright


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(configured: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    use_keys(monkeypatch)
    with _HOME.open(configured, folder) as opened:
        yield opened


def offer(library: Library, stand_in: ProviderStandIn, kind: ImageKind, name: str, **facts: Any) -> AssetCandidate:
    """Record one picture of the film, with a small size unless another one is given, and return its candidate."""
    base = f"{stand_in.url}/images"
    given = {"provider": "fanarttv", "url": f"{base}/fanart/{name}", "preview_url": f"{base}/preview/{name}", **facts}
    film = titles(library)[FILM]
    record_pictures(library, "movie", film, [ImageCandidate(kind=kind, **given)])
    return library.artwork.candidates("movie", film, kind)[-1]


def now(library: Library, candidate: AssetCandidate) -> AssetCandidate:
    found = library.artwork.candidates(candidate.entity_type, candidate.entity_id)
    return next(each for each in found if each.id == candidate.id)


def opened(image: CachedImage | None) -> Any:
    found = Image.open(io.BytesIO(data_of(image)))
    found.load()
    return found


def encoded(image: Any, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


# Every kind.

KINDS = [
    ("poster", "poster-2-v3-en-1400x2100.jpg"),
    ("backdrop", "backdrop-2-v3-xx-1920x1080.jpg"),
    ("logo", "logo-2-v1-en-800x310.png"),
    ("disc", "disc-2-v1-en-1000x1000.png"),
    ("still", "still-20-1-1.jpg"),
    ("banner", "banner-2-v1-en-1000x185.jpg"),
    ("clearart", "clearart-2-v1-en-1000x562.png"),
    ("thumb", "thumb-2-v1-en-1000x562.jpg"),
    ("poster", "poster-20-1-v3-en-1000x1426.jpg"),
]
TRANSPARENT = {"logo", "clearart", "disc"}


@each_case(("kind", "name"), effort.some(KINDS, 5), ids=lambda value: value.partition(".")[0])
def test_each_kind_is_shown_small_and_as_its_original(
    kind: ImageKind, name: str, library: Library, stand_in: ProviderStandIn
) -> None:
    candidate = offer(library, stand_in, kind, name)
    pictures = library.artwork.pictures
    earlier = len(downloads(stand_in))
    image = pictures.preview(candidate.id)
    small = opened(image)
    whole, _ = stand_in.pictures.answer(f"/fanart/{name}")
    full = Image.open(io.BytesIO(whole))
    box = BOXES[full.height > full.width]
    assert (small.width <= box[0], small.height <= box[1]) == (True, True)
    assert abs(small.width / small.height / (full.width / full.height) - 1) < 0.02  # nothing is cut off
    assert (small.format, "A" in small.mode) == (("WEBP", True) if kind in TRANSPARENT else ("JPEG", False))
    assert kind not in TRANSPARENT or small.getextrema()[3] == (0, 255)
    assert downloads(stand_in)[earlier:] == [f"/preview/{name}"]
    seen = now(library, candidate)
    assert (len(seen.perceptual_hash or ""), seen.content_hash, seen.is_downloaded) == (16, None, False)

    assert pictures.preview(candidate.id) == image
    original = pictures.original(candidate.id)
    assert (original.data, original.media_type) == (whole, f"image/{'png' if kind in TRANSPARENT else 'jpeg'}")
    assert downloads(stand_in)[earlier:] == [f"/preview/{name}", f"/fanart/{name}"]
    seen = now(library, candidate)
    assert (seen.content_hash, seen.is_downloaded) == (original.version, True)

    better = pictures.preview(candidate.id)
    assert better is not None
    assert better.version == f"{original.version}-preview"
    assert pictures.original(candidate.id) == original
    assert len(downloads(stand_in)) == earlier + 2  # both are from the cache


def test_picture_without_small_size_is_made_from_the_original(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg", preview_url="", provider="omdb")
    assert opened(library.artwork.pictures.preview(candidate.id)).size == (400, 600)
    assert downloads(stand_in) == ["/fanart/poster-2-v3-en-1400x2100.jpg"]


def test_original_takes_the_place_of_a_bad_small_size(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    stand_in.fail("images", "no_image", times=1)
    assert opened(library.artwork.pictures.preview(candidate.id)).size == (400, 600)
    assert [route.split("/")[1] for route in downloads(stand_in)] == ["preview", "fanart"]


def test_downloads_are_requests_of_their_title(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "banner", "banner-2-v1-en-1000x185.jpg")
    library.artwork.pictures.preview(candidate.id)
    found = library.providers.request_page(title_id=candidate.entity_id, provider="fanarttv_images").items
    assert [each.route for each in found] == ["/images/preview/banner-2-v1-en-1000x185.jpg"]
    other = titles(library)[SERIES]
    assert not library.providers.request_page(title_id=other, provider="fanarttv_images").items


def test_picture_is_downloaded_once_for_many_readers_of_its_id(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "disc", "disc-2-v1-en-1000x1000.png")
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(library.artwork.pictures.preview, [candidate.id] * 6))
    assert len({data_of(each) for each in found}) == 1
    assert len(downloads(stand_in)) == 1


def test_hash_is_that_of_the_picture_and_is_stored_again_after_a_loss(
    library: Library, stand_in: ProviderStandIn
) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    library.artwork.pictures.preview(candidate.id)
    of_small = now(library, candidate).perceptual_hash
    with tables.changing(library) as tx:
        tx.execute("UPDATE asset_candidates SET perceptual_hash = NULL")  # as after a kill before it was stored
    library.artwork.pictures.preview(candidate.id)
    assert now(library, candidate).perceptual_hash == of_small
    library.artwork.pictures.original(candidate.id)
    of_original = now(library, candidate).perceptual_hash
    assert (int(of_small or "", 16) ^ int(of_original or "", 16)).bit_count() <= 6
    assert len(downloads(stand_in)) == 2


# Bad input.

BAD_ANSWERS: list[tuple[Fault, str]] = [
    ("no_image", "fanart.tv sent a web page instead of a picture."),
    ("html", "fanart.tv sent a web page instead of a picture."),
    ("empty", "fanart.tv sent an empty file instead of a picture."),
    ("list", "fanart.tv sent a text instead of a picture."),
    ("truncated_image", "fanart.tv sent a damaged picture."),
    ("image_bomb", "fanart.tv sent a picture with more than 50 million pixels."),
    ("huge_image", "fanart.tv gives no usable answer: the answer has more than 25 MB."),
    ("redirect", "fanart.tv sent a redirect to another address instead of a picture."),
    ("private_redirect", "fanart.tv sent a redirect to another address instead of a picture."),
    ("server_error", "fanart.tv sent the status 500 instead of a picture."),
]


@pytest.mark.parametrize(("fault", "sentence"), BAD_ANSWERS)
def test_bad_answer_is_one_sentence_and_the_candidate_stays(
    fault: Fault, sentence: str, library: Library, stand_in: ProviderStandIn
) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    stand_in.fail("images", fault)
    for read in (library.artwork.pictures.preview, library.artwork.pictures.original):
        for _ in range(2):
            with pytest.raises(errors.ProviderError) as caught:
                read(candidate.id)
            assert caught.value.message == sentence
    assert len(downloads(stand_in)) <= 2  # each address once
    assert now(library, candidate) == candidate
    assert library.artwork.cache.folder.keys() == set()


def cmyk() -> bytes:
    return encoded(Image.new("CMYK", (600, 900), (0, 255, 255, 0)), "JPEG")


def many_pixels() -> bytes:
    return encoded(Image.new("1", (30_000, 30_000)))


def animated(form: str) -> bytes:
    frames = [Image.new("RGB", (600, 900), colour) for colour in ("red", "blue")]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(
            lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing instead of a JPEG", id="svg"
        ),
        pytest.param(lambda: animated("GIF"), "fanart.tv sent no JPEG, PNG or WebP picture.", id="gif"),
        pytest.param(many_pixels, "more than 50 million pixels", id="30,000 × 30,000"),
        pytest.param(bytes, "an empty file instead of a picture", id="zero bytes"),
        pytest.param(cmyk, "", id="cmyk"),
        pytest.param(lambda: animated("WEBP"), "", id="animated webp"),
        pytest.param(lambda: animated("PNG"), "", id="animated png"),
    ],
)
def test_content_counts_and_not_its_name(
    make: Callable[[], bytes],
    sentence: str,
    library: Library,
    stand_in: ProviderStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = make()
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    monkeypatch.setattr(stand_in.pictures, "answer", lambda _: (data, "image/jpeg"))
    if sentence:
        with pytest.raises(errors.ProviderError, match=sentence):
            library.artwork.pictures.preview(candidate.id)
        return
    small = opened(library.artwork.pictures.preview(candidate.id))
    assert (small.format, small.size) == ("JPEG", (400, 600))
    red, green, blue = small.getpixel((200, 300))
    assert (red > 200, green < 60, blue < 60) == (True, True, True)
    assert library.artwork.pictures.original(candidate.id).data == data


def test_provider_that_is_down_is_named(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    stand_in.close()
    with pytest.raises(errors.ProviderError, match=r"^fanart.tv (cannot be reached|closed the connection)"):
        library.artwork.pictures.preview(candidate.id)
    assert now(library, candidate) == candidate


def test_unknown_picture_is_an_error_with_the_remedy(library: Library) -> None:
    for read in (library.artwork.pictures.preview, library.artwork.pictures.original):
        with pytest.raises(errors.UnknownIdError, match=r"There is no picture 7 any more.*Open them again"):
            read(7)
        with pytest.raises(errors.UsageError, match="whole number"):
            read("7")  # type: ignore[arg-type]


# Rights.


@pytest.mark.parametrize(("name", "value"), [("download_images", "false"), ("online", "off"), ("artwork_budget", "0")])
def test_without_downloads_only_local_pictures_are_shown(
    name: str, value: str, library: Library, folder: Path, stand_in: ProviderStandIn
) -> None:
    candidate = offer(library, stand_in, "banner", "banner-2-v1-en-1000x185.jpg")
    drawn(folder / FILES[0].rpartition("/")[0] / "banner.png", "red", (1000, 185))
    [local, _] = library.artwork.candidates("movie", candidate.entity_id, "banner")
    library.configuration.set(name, value)
    pictures = library.artwork.pictures
    assert pictures.preview(candidate.id) is None
    assert "INDEXIUM_DOWNLOAD_IMAGES" in pictures.reason_without
    with pytest.raises(errors.UsageError, match="not downloaded"):
        pictures.original(candidate.id)
    assert downloads(stand_in) == []
    assert opened(pictures.preview(local.id)).size == (780, 144)
    assert opened(pictures.original(local.id)).size == (1000, 185)
    library.configuration.set(name, None)
    assert pictures.preview(candidate.id) is not None
    library.configuration.set("download_images", "false")
    assert pictures.preview(candidate.id) is not None  # it is in the cache


def test_picture_of_a_home_video_is_not_downloaded(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "banner", "banner-2-v1-en-1000x185.jpg")
    library.titles.set(candidate.entity_id, "title", "Mine")  # a title that a person has changed stays
    [row] = library.inventory.list()
    library.inventory.set_kind(row.library_id, "home")
    assert library.artwork.pictures.preview(candidate.id) is None
    with pytest.raises(errors.UsageError, match="home videos"):
        library.artwork.pictures.original(candidate.id)
    assert downloads(stand_in) == []


def test_address_outside_the_providers_is_not_requested(library: Library, stand_in: ProviderStandIn) -> None:
    address = "http://127.0.0.1:1/a.jpg"
    candidate = offer(library, stand_in, "poster", "a.jpg", url=address, preview_url=address)
    with pytest.raises(errors.ProviderError, match="belongs to no provider"):
        library.artwork.pictures.preview(candidate.id)


# Local pictures and the cache.


def test_small_picture_follows_the_file_in_the_folder(library: Library, folder: Path) -> None:
    film, pictures = titles(library)[FILM], library.artwork.pictures
    path = drawn(folder / FILES[0].rpartition("/")[0] / "disc.png", "red", (600, 600))
    [candidate] = library.artwork.candidates("movie", film, "disc")
    first = pictures.preview(candidate.id)
    Image.new("RGBA", (700, 700), (0, 0, 255, 128)).save(path)
    second = pictures.preview(candidate.id)
    assert (opened(first).format, opened(second).format, opened(second).size) == ("JPEG", "WEBP", (440, 440))
    assert first is not None
    assert second is not None
    assert first.version != second.version
    for content in (b"<html>", b"", encoded(Image.new("RGB", (600, 600)))[:200]):
        path.write_bytes(content)
        with pytest.raises(errors.MetadataError, match=r"disc\.png cannot be used: it is a"):
            pictures.preview(candidate.id)
    path.unlink()
    with pytest.raises(errors.MetadataError, match="cannot be read"):
        pictures.preview(candidate.id)
    assert library.artwork.candidates("movie", film, "disc") == []
    with pytest.raises(errors.UnknownIdError):
        pictures.preview(candidate.id)


@pytest.mark.parametrize("budget", ["1KB", "full disk"])
def test_picture_is_given_though_it_cannot_be_kept(
    budget: str, library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = offer(library, stand_in, "logo", "logo-2-v1-en-800x310.png")

    def full(path: Path, _: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    if budget == "full disk":
        monkeypatch.setattr(Path, "replace", full)
    else:
        library.configuration.set("artwork_budget", budget)
    for _ in range(2):
        assert opened(library.artwork.pictures.preview(candidate.id)).size == (400, 155)
    assert opened(library.artwork.pictures.original(candidate.id)).size == (800, 310)
    assert library.artwork.cache.folder.keys() == set()


# The addresses.


def test_pictures_of_candidates_are_served(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "logo", "logo-2-v1-en-800x310.png")
    with server.make_server(library, port=0).background() as running:
        for path, media_type in {
            f"/picture/{candidate.id}": "image/webp",
            f"/picture/{candidate.id}/original": "image/png",
            f"/api/assets/candidates/{candidate.id}/preview": "image/webp",
            f"/api/assets/candidates/{candidate.id}/original": "image/png",
        }.items():
            status, headers, data = ask(running.url + path)
            assert (path, status, headers["Content-Type"]) == (path, 200, media_type)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "private, max-age=60"
            assert headers["ETag"].startswith('"')
            assert Image.open(io.BytesIO(data)).format == media_type.rpartition("/")[2].upper()
        address = f"{running.url}/picture/{candidate.id}"
        _, headers, _ = ask(f"{address}?v=1")
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert ask(address, If_None_Match=headers["ETag"])[0] == 304
        assert ask(address, Host="elsewhere.example")[0] == 421
        assert ask(f"{running.url}/picture/{'9' * 19}")[0] == 404
        assert ask(f"{running.url}/api/assets/candidates/0/preview")[0] == 422


def test_error_of_an_address_has_its_sentence(library: Library, stand_in: ProviderStandIn) -> None:
    candidate = offer(library, stand_in, "poster", "poster-2-v3-en-1400x2100.jpg")
    page, rest = f"/picture/{candidate.id}", f"/api/assets/candidates/{candidate.id}"
    with server.make_server(library, port=0).background() as running:

        def answer(path: str) -> tuple[int, str, str]:
            status, headers, data = ask(running.url + path)
            is_text = headers["Content-Type"].startswith("text/plain")
            text = data.decode() if is_text else json.loads(data)["detail"]
            return status, text, headers["Cache-Control"] or ""

        library.configuration.set("download_images", "false")
        for path in (page, f"{rest}/preview"):
            assert answer(path)[:2] == (404, library.artwork.pictures.reason_without)
        for path in (f"{page}/original", f"{rest}/original"):
            assert answer(path)[:2] == (422, library.artwork.pictures.reason_without)
        library.configuration.set("download_images", None)

        stand_in.fail("images", "no_image")
        sentence = "fanart.tv sent a web page instead of a picture."
        for path in (page, f"{page}/original", f"{rest}/preview", f"{rest}/original"):
            assert answer(path)[:2] == (502, sentence)
        assert "no-store" in answer(page)[2]
        assert ask(running.url + page, Sec_Fetch_Dest="image")[0] == 204  # browsers log other statuses as errors

        missing = "There is no picture 99 any more: the pictures of its title have changed. Open them again."
        for path in ("/picture/99", "/picture/99/original", "/api/assets/candidates/99/preview"):
            assert answer(path)[:2] == (404, missing)
        stand_in.recover()
        assert answer(page)[1] == sentence  # the address is not asked again for some time
        for path in (f"{page}?again=1", f"{rest}/preview"):
            assert ask(running.url + path)[0] == 200


# The stand-in of the demo.


def test_enriched_titles_have_pictures_of_every_kind_that_can_be_shown(
    library: Library, stand_in: ProviderStandIn
) -> None:
    assert enrich(library).summary["enriched"] == 2
    film, series = titles(library)[FILM], titles(library)[SERIES]
    [episode] = library.titles.list(kind="episode").items
    found = library.artwork.candidates("movie", film)
    counts = {kind: sum(each.asset_type == kind for each in found) for kind in {each.asset_type for each in found}}
    assert counts == {"poster": 14, "backdrop": 9, "logo": 4, "banner": 3, "clearart": 3, "disc": 2, "thumb": 3}
    assert {each.language for each in found if each.asset_type == "poster"} == {"", "en", "de", "fr"}
    assert {each.provider for each in found} == {"tmdb", "tvdb", "fanarttv"}
    of_series = library.artwork.candidates("series", series)
    assert {(each.asset_type, each.season) for each in of_series} >= {
        ("poster", None), ("poster", 1), ("poster", 2), ("banner", None), ("banner", 1), ("thumb", 1), ("logo", None)
    }  # fmt: skip
    [still] = library.artwork.candidates("episode", episode.id)

    posters = [each for each in found if each.asset_type == "poster"]
    others = [each for each in (*found, *of_series, still) if each not in posters]
    one_of_each = {(each.entity_type, each.asset_type): each for each in others}
    problems = list[str]()
    for each in (*posters, *(others if effort.exhaustive else one_of_each.values())):
        try:
            assert library.artwork.pictures.preview(each.id) is not None
        except errors.ProviderError as error:
            problems.append(error.message)
    assert problems == ["fanart.tv sent a web page instead of a picture."]
    assert not any(route.startswith("/original/") for route in downloads(stand_in))

    posters = [each for each in library.artwork.candidates("movie", film, "poster") if each.perceptual_hash]
    near = [
        {(one.width, one.height), (two.width, two.height)}
        for number, one in enumerate(posters)
        for two in posters[:number]
        if (int(one.perceptual_hash or "", 16) ^ int(two.perceptual_hash or "", 16)).bit_count() <= 6
    ]
    assert near == [{(2000, 3000), (1000, 1500)}]
