"""
The pictures that the providers of the demo offer for a title: few for most titles, many of each kind for two of them.

The name of a picture says what it shows, so that its address is enough to draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.demo.providers.titles import MadeUpTitle

FILM, SERIES = 2, 20  # the titles with many pictures: The Lantern Keeper (1961) and Harbour Lights (2016)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPicture:
    """A picture that a provider offers."""

    kind: str
    name: str  # of its file
    width: int
    height: int
    language: str  # ISO 639-1; "" without text
    votes: int
    rating: float = 5.4  # 0 to 10; TMDB only
    season: int | None = None


# Provider, kind, scene, language ("-" without text), width, height, votes; then: the season of a series, a quality of a
# JPEG below the usual one, or `webpage`: the address answers with a web page.
_MORE = {
    FILM: """
        tmdb poster 1 en 2000 3000 38
        tmdb poster 2 - 2000 3000 21
        tmdb poster 3 en 1400 2100 17
        tmdb poster 1 en 1000 1500 12 q35
        tmdb poster 4 de 1400 2100 11
        tmdb poster 5 en 500 750 1
        tvdb poster 6 de 680 1000 11
        tvdb poster 7 en 1000 1500 2
        tvdb poster 24 - 680 1000 6
        fanarttv poster 9 fr 1000 1426 5
        fanarttv poster 10 - 1000 1426 8
        fanarttv poster 11 en 1000 1426 4 webpage
        tmdb backdrop 12 - 3840 2160 14
        tmdb backdrop 13 - 1920 1080 9
        tmdb backdrop 14 en 1920 1080 6
        tmdb backdrop 15 - 1920 1080 2
        tvdb backdrop 16 - 1920 1080 7
        fanarttv backdrop 17 - 1920 1080 5
        fanarttv backdrop 18 - 1920 1080 3
        tmdb logo 1 en 1600 620 8
        tmdb logo 2 de 1600 620 3
        fanarttv logo 3 en 800 310 6
        fanarttv logo 4 fr 800 310 1
        tvdb logo 5 en 800 310 2
        fanarttv banner 1 en 1000 185 4
        fanarttv banner 5 de 1000 185 1
        tvdb banner 3 en 758 140 2
        fanarttv clearart 1 en 1000 562 5
        fanarttv clearart 3 fr 1000 562 1
        tvdb clearart 4 en 1000 562 1
        fanarttv disc 1 en 1000 1000 3
        fanarttv disc 6 de 1000 1000 1
        fanarttv thumb 1 en 1000 562 4
        fanarttv thumb 3 de 1000 562 2
        fanarttv thumb 6 - 1000 562 1
    """,
    SERIES: """
        tmdb poster 2 en 2000 3000 24
        tmdb poster 4 - 1400 2100 6
        tvdb poster 3 en 680 1000 12
        tvdb poster 1 en 680 1000 7 s1
        tvdb poster 5 de 680 1000 3 s1
        tvdb poster 6 en 680 1000 5 s2
        fanarttv poster 7 en 1000 1426 2 s2
        tmdb backdrop 8 - 3840 2160 8
        tvdb backdrop 9 - 1920 1080 4
        tmdb logo 1 en 1600 620 5
        tvdb logo 2 en 800 310 2
        fanarttv logo 4 en 800 310 4
        tvdb banner 1 en 758 140 6
        fanarttv banner 4 en 1000 185 2
        fanarttv banner 2 en 1000 185 1 s1
        tvdb clearart 2 en 1000 562 1
        fanarttv clearart 5 en 1000 562 3
        fanarttv thumb 2 en 1000 562 2
        fanarttv thumb 3 en 1000 562 1 s1
    """,
}


def offered_pictures(title: MadeUpTitle, provider: str) -> list[OfferedPicture]:
    """Return what a provider offers for a title."""
    found = _usual(title, provider)
    for row in _MORE.get(title.number, "").strip().splitlines():
        owner, *rest = row.split()
        if owner == provider:
            found.append(_picture(title, rest))
    return found


def _usual(title: MadeUpTitle, provider: str) -> list[OfferedPicture]:
    """Return the pictures that each title has."""
    number = title.number
    match provider:
        case "tmdb":
            return [
                _usual_one("poster", f"poster-{number}.jpg", (1000, 1500), "en", 11, rating=5.3),
                _usual_one("backdrop", f"backdrop-{number}.jpg", (1600, 900), "", 11, rating=5.3),
            ]
        case "tvdb":
            return [_usual_one("poster", f"poster-{number}-v21-xx-680x1000.jpg", (680, 1000), "", 9)]
        case _:
            poster = f"poster-{number}-v22-en-1000x1426.jpg"
            found = [
                _usual_one("poster", poster, (1000, 1426), "en", 3),
                _usual_one("backdrop", f"backdrop-{number}-v23-xx-1000x562.jpg", (1000, 562), "", 7),
            ]
            if title.kind == "tv":
                found.append(
                    _usual_one("poster", f"poster-{number}-1-v22-en-1000x1426.jpg", (1000, 1426), "en", 3, season=1)
                )
            return found


def _usual_one(
    kind: str, name: str, size: tuple[int, int], language: str, votes: int, **more: object
) -> OfferedPicture:
    width, height = size
    return OfferedPicture(kind=kind, name=name, width=width, height=height, language=language, votes=votes, **more)  # type: ignore[arg-type]


def _picture(title: MadeUpTitle, words: Sequence[str]) -> OfferedPicture:
    kind, scene, language, width, height, votes, *options = words
    season = next((int(each[1:]) for each in options if each[0] == "s"), None)
    quality = "".join(f"-{each}" for each in options if each[0] == "q")
    below = "" if season is None else f"-{season}"
    extension = "png" if kind in {"logo", "clearart", "disc"} else "jpg"
    name = f"{kind}-{title.number}{below}-v{scene}-{language.replace('-', 'xx')}-{width}x{height}{quality}.{extension}"
    if "webpage" in options:
        name = f"webpage-{title.number}.html"
    return OfferedPicture(
        kind=kind,
        name=name,
        width=int(width),
        height=int(height),
        language=language.strip("-"),
        votes=int(votes),
        season=season,
    )
