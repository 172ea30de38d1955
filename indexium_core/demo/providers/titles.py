"""Made-up films and series in several scripts, with namesakes, a year as title, and a series with specials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_STUDIOS = ("Corvo Pictures", "Lantern Street Films", "Salt & Tide")
_NETWORKS = ("Harbour One", "Channel Nine North")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpTitle:
    """A film or a series that does not exist."""

    number: int  # its ids follow from it
    kind: str  # movie or tv
    title: str
    year: int
    original_title: str = ""
    other_titles: tuple[str, ...] = ()
    language: str = "en"  # ISO 639-1
    country: str = ""  # ISO 3166-1
    runtime: int = 100  # minutes
    popularity: float = 10.0
    plot: str = ""
    genres: tuple[str, ...] = ("Drama",)
    cast: tuple[tuple[str, str], ...] = (("Ada Quill", "Mara"), ("Tom Verren", "Joss"))
    director: str = "Lena Osk"
    rating: float = 7.1
    seasons: Mapping[int, int] = field(default_factory=dict)  # number of episodes by season
    collection: str = ""

    @property
    def studio(self) -> str:
        """The studio of a film or the broadcaster of a series."""
        names = _STUDIOS if self.kind == "movie" else _NETWORKS
        return names[self.number % len(names)]

    @property
    def tmdb(self) -> int:
        return 9_000_000 + self.number

    @property
    def imdb(self) -> str:
        return f"tt99{self.number:06}"

    @property
    def tvdb(self) -> int:
        return 8_000_000 + self.number


TITLES = (
    MadeUpTitle(
        number=1,
        kind="movie",
        title="The Lantern Keeper",
        year=2014,
        popularity=42.5,
        plot="A lighthouse keeper finds letters that were never sent.",
        other_titles=("Der Laternenwärter", "Le Gardien de la lanterne"),
    ),
    MadeUpTitle(number=2, kind="movie", title="The Lantern Keeper", year=1961, popularity=3.1, language="fr"),
    MadeUpTitle(number=3, kind="movie", title="1931", year=2011, runtime=127, plot="One year in a harbour town."),
    MadeUpTitle(
        number=4, kind="movie", title="Salt Meadows", year=2019, original_title="Salzwiesen", language="de", runtime=94
    ),
    MadeUpTitle(number=5, kind="movie", title="Night Tram", year=2009, original_title="Ночной трамвай", language="ru"),
    MadeUpTitle(number=6, kind="movie", title="Paper Cranes", year=2003, original_title="紙の鶴", language="ja"),
    MadeUpTitle(
        number=7, kind="movie", title="A House in Corvo", year=1998, original_title="Uma Casa no Corvo", language="pt"
    ),
    MadeUpTitle(
        number=8,
        kind="movie",
        title="Orbit of Two: Return",
        year=2022,
        popularity=88.0,
        runtime=141,
        collection="Orbit of Two Collection",
    ),
    MadeUpTitle(
        number=20,
        kind="tv",
        title="Harbour Lights",
        year=2016,
        country="GB",
        runtime=45,
        popularity=61.0,
        plot="The crew of a rescue boat, season by season.",
        seasons={0: 2, 1: 8, 2: 6},
    ),
    MadeUpTitle(number=21, kind="tv", title="Harbour Lights", year=1987, country="US", popularity=4.0, seasons={1: 3}),
    MadeUpTitle(
        number=22,
        kind="tv",
        title="The Clock Street Files",
        year=2020,
        original_title="Uhrengasse",
        language="de",
        runtime=50,
        popularity=25.0,
        seasons={1: 10},
    ),
)
