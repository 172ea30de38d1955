"""Rules for the pictures of titles: addresses, and names of local pictures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.artwork import local_names
from indexium_core.model.artwork.addresses import refusal
from indexium_core.model.artwork.local_names import LocalPicture
from indexium_core.model.providers.registry import PROVIDERS
from tests.support.cases import each_case

CONFIGURED = ("http://127.0.0.1:5511/images", "https://api.themoviedb.org/3", "https://proxy.example:8443/tmdb")


@each_case(
    ("url", "reason"),
    [
        ("https://image.tmdb.org/t/p/original/a.jpg", ""),
        ("https://IMAGE.TMDB.ORG:443/t/p/original/a.jpg", ""),
        ("https://artworks.thetvdb.com/banners/a.jpg", ""),
        ("https://assets.fanart.tv/fanart/a.jpg", ""),
        ("https://m.media-amazon.com/images/M/a@._V1_SX300.jpg", ""),
        ("http://127.0.0.1:5511/other/a.jpg", ""),
        ("https://proxy.example:8443/a.jpg", ""),
        ("https://api.themoviedb.org/a.jpg", ""),
        ("http://127.0.0.1:5512/images/a.jpg", "host"),
        ("https://127.0.0.1:5511/images/a.jpg", "host"),
        ("http://[::1]:5511/images/a.jpg", "host"),
        ("http://api.themoviedb.org/a.jpg", "host"),
        ("https://proxy.example/a.jpg", "host"),
        ("http://image.tmdb.org/t/p/original/a.jpg", "HTTPS"),
        ("https://image.tmdb.org:8443/a.jpg", "HTTPS"),
        ("https://image.tmdb.org.evil.example/a.jpg", "host"),
        ("https://evil.example/image.tmdb.org/a.jpg", "host"),
        ("https://evilimage.tmdb.org/a.jpg", "host"),
        ("https://user@image.tmdb.org/a.jpg", "not valid"),
        ("https://image.tmdb.org@evil.example/a.jpg", "not valid"),
        ("https://image.tmdb.org\\@evil.example/a.jpg", "not valid"),
        ("https://image.tmdb.org /a.jpg", "not valid"),
        ("https://image.tmdb.org/a\n.jpg", "not valid"),
        ("https://image.tmdb.org:99999/a.jpg", "not valid"),
        ("https://[bad/a.jpg", "not valid"),
        ("ftp://image.tmdb.org/a.jpg", "not valid"),
        ("file:///etc/passwd", "not valid"),
        ("//image.tmdb.org/a.jpg", "not valid"),
        ("https:///a.jpg", "not valid"),
        ("", "not valid"),
        ("https://image.tmdb.org/" + "a" * 3000, "not valid"),
        ("http://169.254.169.254/latest/meta-data", "host"),
        ("http://192.168.0.1/a.jpg", "host"),
    ],
)
def test_addresses_of_images(url: str, reason: str) -> None:
    found = refusal(url, CONFIGURED)
    assert (reason in found) if reason else (found == "")


@given(st.text(max_size=40), st.sampled_from(["https://", "http://", "https:", "", "https://image.tmdb.org", "\t"]))
def test_allowed_address_has_a_known_host(rest: str, start: str) -> None:
    import httpx

    if refusal(start + rest, CONFIGURED) == "":
        url = httpx.URL(start + rest)  # what is asked
        hosts = {host for each in PROVIDERS.values() for host in each.image_hosts}
        assert url.host in {*hosts, "127.0.0.1", "proxy.example", "api.themoviedb.org"}


NAMES = (
    "Film.mkv",
    "Film.nfo",
    "Film-poster.jpg",
    "FILM.JPG",
    "Film-fanart.png",
    "Film 2-poster.jpg",
    "Film-extended-poster.jpg",
    "poster.jpg",
    "Poster.PNG",
    "folder.webp",
    "fanart.jpg",
    "fanart2.jpg",
    "backdrop-10.jpg",
    "logo.png",
    "landscape.jpg",
    "poster.gif",
    "notes-poster.txt",
    ".jpg",
)


def pairs(found: list[LocalPicture]) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in found]


def test_pictures_of_a_film_in_a_mixed_folder() -> None:
    found = local_names.of_film(NAMES, {"Film"}, is_own_folder=False)
    assert pairs(found) == [("poster", "Film-poster.jpg"), ("backdrop", "Film-fanart.png"), ("poster", "FILM.JPG")]


def test_pictures_of_a_film_in_its_own_folder() -> None:
    found = local_names.of_film(NAMES, {"Film"}, is_own_folder=True)
    assert pairs(found)[3:] == [
        ("poster", "Poster.PNG"),  # PNG has priority over JPEG of the same name
        ("poster", "folder.webp"),
        ("backdrop", "fanart.jpg"),
        ("backdrop", "fanart2.jpg"),
        ("backdrop", "backdrop-10.jpg"),
        ("logo", "logo.png"),
        ("thumb", "landscape.jpg"),
    ]


def test_pictures_of_series_seasons_and_episodes() -> None:
    names = (
        "show.jpg",
        "banner.jpg",
        "season01-poster.jpg",
        "season2-fanart.jpg",
        "season-specials-poster.jpg",
        "season-all-poster.jpg",
        "season03.jpg",
        "clearlogo.png",
    )
    found = [(each.kind, each.name, each.season) for each in local_names.of_series(names)]
    assert found == [
        ("poster", "show.jpg", None),
        ("logo", "clearlogo.png", None),
        ("banner", "banner.jpg", None),
        ("poster", "season-specials-poster.jpg", 0),
        ("poster", "season01-poster.jpg", 1),
        ("backdrop", "season2-fanart.jpg", 2),
    ]
    assert local_names.of_season(["cover.jpg", "S01E01.jpg"], 4) == [LocalPicture("poster", "cover.jpg", 4)]
    episode = ["Show S01E01-thumb.jpg", "Show S01E01.png", "Show S01E02.jpg"]
    assert pairs(local_names.of_episode(episode, {"Show S01E01"})) == [
        ("still", "Show S01E01-thumb.jpg"),
        ("still", "Show S01E01.png"),
    ]


@given(st.lists(st.text(max_size=20), max_size=12), st.text(max_size=12))
def test_any_names_are_read(names: list[str], stem: str) -> None:
    for found in (
        local_names.of_film(names, {stem}, is_own_folder=True),
        local_names.of_series(names),
        local_names.of_season(names, 1),
        local_names.of_episode(names, {stem}),
    ):
        assert {each.name for each in found} <= set(names)
        assert len({each.name for each in found}) == len(found)
