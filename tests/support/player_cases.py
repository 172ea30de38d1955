"""
Folders of titles and what players show of them: each rule of `model.publishing.players` in at least one case.

Kodi's column is measured with Kodi 20.1 (`tests/integration/test_real_kodi.py` measures it again), the others are read
in the source or stated by the maker. A key of `shows` is a program, or a program and the first of its versions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core.model.publishing.player_views import MediaFolder

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
ADDRESS = "http://127.0.0.1:1/poster.jpg"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerCase:
    """A folder and the attributes of the views that are expected; `facts` are some of them: (field, state[, text])."""

    folder: MediaFolder
    shows: Mapping[str, Mapping[str, Any]]


def movie(title: str, more: str = "") -> bytes:
    return f"<movie><title>{title}</title>{more}</movie>".encode()


def episode(title: str, number: int | None, more: str = "", *, declared: bool = True) -> bytes:
    numbers = "" if number is None else f"<season>1</season><episode>{number}</episode>"
    before = DECLARED if declared else ""
    return f"{before}<episodedetails><title>{title}</title>{numbers}{more}</episodedetails>".encode()


def actor(name: str, more: str = "") -> str:
    return f"<actor><name>{name}</name>{more}</actor>"


def own(nfo: Mapping[str, bytes] | bytes, *pictures: str, **more: Any) -> MediaFolder:
    """A film `Film.mkv` in a folder of its own; bytes are `Film.nfo`."""
    files = {"Film.nfo": nfo} if isinstance(nfo, bytes) else nfo
    return MediaFolder(entity="movie", media="Film.mkv", nfo=files, pictures=pictures, **more)


def mixed(nfo: Mapping[str, bytes] | bytes, *pictures: str, **more: Any) -> MediaFolder:
    return dataclasses.replace(own(nfo, *pictures, **more), is_own_folder=False)


def video(nfo: Mapping[str, bytes] | bytes, *pictures: str, **more: Any) -> MediaFolder:
    return dataclasses.replace(own(nfo, *pictures), entity="video", **more)


def series(nfo: Mapping[str, bytes] | bytes, *pictures: str) -> MediaFolder:
    files = {"tvshow.nfo": nfo} if isinstance(nfo, bytes) else nfo
    return MediaFolder(entity="series", media="Show", nfo=files, pictures=pictures)


def of_episode(
    nfo: Mapping[str, bytes] | bytes, *pictures: str, media: str = "S01E02.mkv", number: int = 2
) -> MediaFolder:
    files = {media.replace(".mkv", ".nfo"): nfo} if isinstance(nfo, bytes) else nfo
    return MediaFolder(entity="episode", media=media, number=number, nfo=files, pictures=pictures)


def season(
    nfo: Mapping[str, bytes], number: int = 1, pictures: tuple[str, ...] = (), of_series: tuple[str, ...] = ()
) -> MediaFolder:
    return MediaFolder(
        entity="season", media="Season", number=number, nfo=nfo, pictures=pictures, series_pictures=of_series
    )


_LOCK = "<lockdata>true</lockdata>"
_HIDDEN: Mapping[str, Any] = {"is_shown": False, "title": "", "facts": [("title", "not_seen")]}
_OF_FILE: Mapping[str, Any] = {"title": "Film", "facts": [("title", "warning")]}
_RATINGS = (
    '<ratings><rating name="a" max="100"><value>73</value></rating>'
    '<rating name="b" default="true"><value>6.5</value></rating><rating name="c"><value>4</value></rating></ratings>'
)
_OLD = own({"movie.nfo": movie("Old", "<year>1962</year><plot>Old plot</plot>")}, "poster.jpg")
_LOCKED = own({"movie.nfo": movie("Old", f"<year>1962</year>{_LOCK}")}, "poster.jpg")
_FRESH = {"movie.nfo": movie("New", "<year>1961</year>")}


def _later(seconds: int) -> MediaFolder:
    return own(_FRESH, before=_OLD, saved_time=NOW, nfo_time=NOW + timedelta(seconds=seconds))


CASES: Mapping[str, PlayerCase] = {
    "movie.nfo beats the file with the name of the film, without a merge": PlayerCase(
        folder=own({"movie.nfo": movie("By folder"), "Film.nfo": movie("By name", "<year>1998</year>")}),
        shows={
            "Kodi": {"title": "By folder", "year": None, "facts": [("title", "warning"), ("condition", "seen")]},
            "Jellyfin": {"title": "By folder", "year": None},
            "Plex": {"title": "By folder", "facts": [("title", "warning")]},
        },
    ),
    "movie.nfo does not count in a mixed folder": PlayerCase(
        folder=mixed({"movie.nfo": movie("By folder"), "Film.nfo": movie("By name")}),
        shows={"Kodi": {"title": "By name"}, "Jellyfin": {"title": "By name"}, "Plex": _OF_FILE},
    ),
    "an empty movie.nfo hides the film in Kodi": PlayerCase(
        folder=own({"movie.nfo": b"", "Film.nfo": movie("By name")}),
        shows={"Kodi": _HIDDEN, "Jellyfin": {"title": "Film"}},
    ),
    "a single file with another name counts in Kodi": PlayerCase(
        folder=own({"other.nfo": movie("Other")}),
        shows={"Kodi": {"title": "Other"}, "Jellyfin": _OF_FILE, "Plex": _OF_FILE},
    ),
    "one of two files with other names does not count": PlayerCase(
        folder=own({"other.nfo": movie("Other"), "more.nfo": movie("More")}),
        shows={"Kodi": {"is_shown": False}, "Jellyfin": {"title": "Film"}},
    ),
    "no file": PlayerCase(
        folder=own({}, "poster.jpg"),
        shows={"Kodi": {"is_shown": False}, "Jellyfin": _OF_FILE, "Plex": _OF_FILE},
    ),
    "a home video in a mixed folder": PlayerCase(
        folder=video(movie("Birthday", f"<premiered>2021-06-12</premiered>{actor('Ann Lee')}"), is_own_folder=False),
        shows={
            "Kodi": {"title": "Birthday", "year": 2021, "people": ("Ann Lee",), "facts": [("poster", "seen")]},
            "Jellyfin": {"title": "Birthday", "year": 2021, "people": ("Ann Lee",)},
            "Plex": {
                "title": "Film",
                "year": None,
                "people": (),
                "facts": [("year", "not_seen"), ("people", "not_seen")],
            },
        },
    ),
    "movie.nfo is not for a home video in Jellyfin": PlayerCase(
        folder=video({"movie.nfo": movie("By folder")}),
        shows={"Kodi": {"title": "By folder"}, "Jellyfin": _OF_FILE, "Plex": {"title": "By folder"}},
    ),
    "UTF-16 hides the film in Kodi": PlayerCase(
        folder=own(movie("Sixteen").decode().encode("utf-16")),
        shows={"Kodi": _HIDDEN, "Jellyfin": {"title": "Sixteen"}, "Plex": {"facts": [("title", "warning")]}},
    ),
    "an empty file hides the film in Kodi": PlayerCase(folder=own(b""), shows={"Kodi": _HIDDEN, "Jellyfin": _OF_FILE}),
    "an address alone hides the film in Kodi": PlayerCase(
        folder=own(b"https://www.themoviedb.org/movie/603"), shows={"Kodi": _HIDDEN, "Jellyfin": _OF_FILE}
    ),
    "text before the root hides the film": PlayerCase(
        folder=own(b"My film\n" + movie("Hidden")), shows={"Kodi": _HIDDEN, "Jellyfin": _OF_FILE}
    ),
    "an address behind the XML": PlayerCase(
        folder=own(movie("Trailing") + b"\nhttps://www.themoviedb.org/movie/603"),
        shows={"Kodi": {"title": "Trailing"}, "Jellyfin": {"title": "Trailing", "facts": [("title", "seen")]}},
    ),
    "a document type with an entity": PlayerCase(
        folder=own(b'<!DOCTYPE movie [<!ENTITY a "b">]>' + movie("Type &a;")),
        shows={"Kodi": _HIDDEN, "Jellyfin": _OF_FILE},
    ),
    "a document type": PlayerCase(
        folder=own(b"<!DOCTYPE movie>" + movie("Type")), shows={"Kodi": {"title": "Type"}, "Jellyfin": _OF_FILE}
    ),
    "no title": PlayerCase(
        folder=own(b"<movie><year>1999</year></movie>"),
        shows={
            "Kodi": {"is_shown": True, "title": "", "year": 1999, "facts": [("title", "warning")]},
            "Jellyfin": {"title": "Film", "year": 1999},
        },
    ),
    "no player looks at the name of the root": PlayerCase(
        folder=own(b"<video><title>Any</title></video>"),
        shows={"Kodi": {"title": "Any"}, "Jellyfin": {"title": "Any"}},
    ),
    "elements in upper case": PlayerCase(
        folder=own(b"<movie><TITLE>Upper</TITLE></movie>"), shows={"Kodi": {"title": ""}, "Jellyfin": {"title": "Film"}}
    ),
    "several roots": PlayerCase(
        folder=own(movie("One") + movie("Two")),
        shows={
            "Kodi": {"title": "One", "facts": [("title", "warning")]},
            "Jellyfin": {"title": "One", "facts": [("title", "warning")]},
        },
    ),
    "a wrapper": PlayerCase(
        folder=own(b"<movies>" + movie("Wrapped") + b"</movies>"), shows={"Kodi": {"title": ""}, "Jellyfin": _OF_FILE}
    ),
    "the XML ends early": PlayerCase(
        folder=own("<movie><title>Früh</title><year>1990</year><plot>half the pl".encode()),
        shows={
            "Kodi": {"title": "Früh", "year": 1990, "plot": "half the pl", "facts": [("title", "warning")]},
            "Jellyfin": {"title": "Früh", "year": 1990, "plot": "", "facts": [("plot", "not_seen")]},
        },
    ),
    "an end tag with another name": PlayerCase(
        folder=own(b"<movie><title>Tag</title><plot>P</polt><year>1990</year></movie>"),
        shows={
            "Kodi": {"title": "Tag", "plot": "P", "year": None},
            "Jellyfin": {"title": "Tag", "plot": "", "year": None},
        },
    ),
    "a bare ampersand": PlayerCase(
        folder=own(b"<movie><year>1990</year><title>A & B &nbsp;</title></movie>"),
        shows={"Kodi": {"title": "A & B &nbsp;"}, "Jellyfin": {"title": "Film", "year": 1990}},
    ),
    "an ampersand in CDATA": PlayerCase(
        folder=own(b"<movie><title><![CDATA[A & B <i>]]></title></movie>"),
        shows={"Kodi": {"title": "A &amp; B <i>"}, "Jellyfin": {"title": "A & B <i>"}},
    ),
    "only the first part of a text counts in Kodi": PlayerCase(
        folder=own(b"<movie><title>A<!-- note -->B</title></movie>"),
        shows={"Kodi": {"title": "A"}, "Jellyfin": {"title": "AB"}},
    ),
    "an element in a title": PlayerCase(
        folder=own(b"<movie><title>A<b>B</b></title><year>1990</year></movie>"),
        shows={"Kodi": {"title": "A", "year": 1990}, "Jellyfin": {"title": "Film", "year": None}},
    ),
    "an attribute without quotation marks": PlayerCase(
        folder=own(b"<movie a=b><title>Unquoted</title></movie>"),
        shows={"Kodi": {"title": "Unquoted"}, "Jellyfin": _OF_FILE},
    ),
    "an attribute without a value": PlayerCase(
        folder=own(b"<movie a><title>Alone</title></movie>"), shows={"Kodi": {"title": ""}, "Jellyfin": _OF_FILE}
    ),
    "an attribute twice": PlayerCase(
        folder=own(b'<movie a="1" a="2"><title>Twice</title></movie>'),
        shows={"Kodi": {"title": ""}, "Jellyfin": _OF_FILE},
    ),
    "a prefix without a namespace": PlayerCase(
        folder=own(b"<movie><x:a/><title>Prefix</title></movie>"),
        shows={"Kodi": {"title": "Prefix"}, "Jellyfin": _OF_FILE},
    ),
    "a control character": PlayerCase(
        folder=own(b"<movie><title>A\x01B</title></movie>"), shows={"Kodi": {"title": "A\x01B"}, "Jellyfin": _OF_FILE}
    ),
    "a reference to a control character": PlayerCase(
        folder=own(b"<movie><title>A&#1;</title><plot>P</plot></movie>"),
        shows={"Kodi": {"title": "A\x01"}, "Jellyfin": {"plot": "P"}},
    ),
    "a NUL ends the file in Kodi": PlayerCase(
        folder=own(b"<movie><title>A\x00B</title><year>1990</year></movie>"),
        shows={"Kodi": {"title": "A", "year": None}, "Jellyfin": _OF_FILE},
    ),
    "Latin-1 that is declared": PlayerCase(
        folder=own(b'<?xml version="1.0" encoding="ISO-8859-1"?><movie><title>Zo\xeb</title></movie>'),
        shows={"Kodi": {"title": "Zoë"}, "Jellyfin": {"title": "Zo\ufffd", "facts": [("title", "warning")]}},
    ),
    "UTF-8 that is declared as Latin-1": PlayerCase(
        folder=own('<?xml version="1.0" encoding="ISO-8859-1"?><movie><title>Zoë</title></movie>'.encode()),
        shows={"Kodi": {"title": "ZoÃ«"}, "Jellyfin": {"title": "Zoë"}},
    ),
    "a byte order mark": PlayerCase(
        folder=own(b"\xef\xbb\xbf" + movie("Mark")), shows={"Kodi": {"title": "Mark"}, "Jellyfin": {"title": "Mark"}}
    ),
    "the first title counts in Kodi, the last one in Jellyfin": PlayerCase(
        folder=own(b"<movie><title>One</title><localtitle>Two</localtitle><title>Three</title></movie>"),
        shows={"Kodi": {"title": "One"}, "Jellyfin": {"title": "Three"}},
    ),
    "space in texts": PlayerCase(
        folder=own(b"<movie><title>  A   B  </title><plot>one\n\n  two </plot></movie>"),
        shows={"Kodi": {"title": "A   B", "plot": "one\n\n  two"}, "Jellyfin": {"title": "A   B"}},
    ),
    "premiered beats year in Kodi": PlayerCase(
        folder=own(movie("Dates", "<premiered>2001-02-03</premiered><year>1990</year>")),
        shows={
            "Kodi": {"year": 2001, "facts": [("year", "warning")]},
            "Jellyfin": {"year": 1990},
            "Plex": {"year": None},
        },
    ),
    "a year in premiered is 1970 in Kodi": PlayerCase(
        folder=own(movie("Dates", "<premiered>2001</premiered><year>1990</year>")),
        shows={
            "Kodi": {"year": 1970, "facts": [("year", "warning")]},
            "Jellyfin": {"year": 1990, "facts": [("year", "warning")]},
            "Plex": {"year": None},
        },
    ),
    "premiered alone": PlayerCase(
        folder=own(movie("Dates", "<premiered>2001-02-03</premiered>")),
        shows={"Kodi": {"year": 2001}, "Jellyfin": {"year": 2001}, "Plex": {"year": 2001}},
    ),
    "premiered with a time": PlayerCase(
        folder=own(movie("Dates", "<premiered>2001-02-03T00:00:00Z</premiered>")),
        shows={"Kodi": {"year": 2001}, "Jellyfin": {"year": None, "facts": [("year", "warning")]}},
    ),
    "premiered with the day first": PlayerCase(
        folder=own(movie("Dates", "<premiered>03.02.2001</premiered>")),
        shows={"Kodi": {"year": 2001}, "Jellyfin": {"year": None}},
    ),
    "premiered that is no date": PlayerCase(
        folder=own(movie("Dates", "<premiered>2001-02-30</premiered>")),
        shows={"Kodi": {"year": 1970}, "Jellyfin": {"year": None}},
    ),
    "an empty premiered": PlayerCase(
        folder=own(movie("Dates", "<premiered></premiered><year>1990</year>")),
        shows={"Kodi": {"year": 1990}, "Jellyfin": {"year": 1990}},
    ),
    "two dates": PlayerCase(
        folder=own(movie("Dates", "<releasedate>2005-01-01</releasedate><premiered>2001-02-03</premiered>")),
        shows={"Kodi": {"year": 2001}, "Jellyfin": {"year": 2005}},
    ),
    "releasedate": PlayerCase(
        folder=own(movie("Dates", "<releasedate>2005-01-01</releasedate>")),
        shows={"Kodi": {"year": None}, "Jellyfin": {"year": 2005}},
    ),
    "ratings that Kodi drops": PlayerCase(
        folder=own(
            movie("Ratings", '<ratings><rating name="a"><value>11</value></rating></ratings><rating>8</rating>')
        ),
        shows={
            "Jellyfin": {
                "facts": [("rating", "warning", "Jellyfin shows the last rating, 8; it ignores max and default.")]
            }
        },
    ),
    "the first of two ratings without a default": PlayerCase(
        folder=own(
            movie(
                "Ratings",
                '<ratings><rating name="a"><value>7</value></rating>'
                '<rating name="tomatometer"><value>60</value></rating></ratings>',
            )
        ),
        shows={
            "Kodi": {"facts": [("rating", "seen", "7 from Film.nfo.")]},
            "Jellyfin": {"facts": [("rating", "seen", "7 from Film.nfo.")]},
        },
    ),
    "a rating with a comma": PlayerCase(
        folder=own(movie("Ratings", '<rating max="5">3,5</rating>')),
        shows={
            "Kodi": {"facts": [("rating", "seen", "6 from Film.nfo.")]},
            "Jellyfin": {"facts": [("rating", "seen", "3.5 from Film.nfo.")]},
        },
    ),
    "a country that clears the list": PlayerCase(
        folder=own(movie("Countries", '<country>A/B</country><country clear="true">C</country>')),
        shows={"Kodi": {"facts": [("country", "seen", "C from Film.nfo.")]}},
    ),
    "a year with text": PlayerCase(
        folder=own(movie("Dates", "<year>1990 or so</year>")),
        shows={"Kodi": {"year": 1990}, "Jellyfin": {"year": None, "facts": [("year", "not_seen")]}},
    ),
    "people by their order": PlayerCase(
        folder=own(
            movie(
                "People",
                actor("Last")
                + actor("Two", "<order>1</order>")
                + actor("One", "<order>0</order>")
                + "<actor><name/></actor><actor>Plain</actor><director>Dee</director>",
            )
        ),
        shows={
            "Kodi": {"people": ("One", "Two", "Last"), "facts": [("people", "seen", "3 people from Film.nfo.")]},
            "Jellyfin": {"people": ("Last", "Two", "One")},
        },
    ),
    "a person twice": PlayerCase(
        folder=own(movie("People", actor("Ann") + actor("ann") + actor("Ann", "<role>R</role>"))),
        shows={"Kodi": {"people": ("Ann", "Ann")}, "Jellyfin": {"people": ("Ann",)}},
    ),
    "the default rating counts in Kodi, the last one in Jellyfin": PlayerCase(
        folder=own(movie("Ratings", _RATINGS)),
        shows={
            "Jellyfin": {
                "facts": [("rating", "warning", "Jellyfin shows the last rating, 4; it ignores max and default.")]
            }
        },
    ),
    "only the last country counts in Jellyfin": PlayerCase(
        folder=own(movie("Countries", "<country>A / B</country><country>C</country>")),
        shows={"Jellyfin": {"facts": [("country", "warning", "Jellyfin keeps only the last country, C.")]}},
    ),
    "a bad watched ends the reading of Jellyfin": PlayerCase(
        folder=own(b"<movie><title>Ends</title><watched>maybe</watched><year>1990</year></movie>"),
        shows={
            "Kodi": {"title": "Ends", "year": 1990},
            "Jellyfin": {"title": "Ends", "year": None, "facts": [("title", "warning"), ("year", "not_seen")]},
        },
    ),
    "an empty width ends the reading of Jellyfin": PlayerCase(
        folder=own(
            b"<movie><fileinfo><streamdetails><video><width/></video></streamdetails></fileinfo><title>Ends</title></movie>"
        ),
        shows={"Kodi": {"title": "Ends"}, "Jellyfin": _OF_FILE},
    ),
    "fileinfo at the end": PlayerCase(
        folder=own(
            movie("Full", "<fileinfo><streamdetails><video><width>64</width></video></streamdetails></fileinfo>")
        ),
        shows={"Kodi": {"title": "Full"}, "Jellyfin": {"title": "Full", "facts": [("title", "seen")]}},
    ),
    "a lock in a new file": PlayerCase(
        folder=own(movie("Lock", _LOCK)),
        shows={"Kodi": {"title": "Lock"}, "Jellyfin": {"title": "Lock", "facts": [("lock", "warning")]}},
    ),
    "a locked title": PlayerCase(
        folder=own(_FRESH, "poster.jpg", before=_LOCKED, replaced_pictures=["poster.jpg"]),
        shows={
            "Kodi": {"title": "New", "year": 1961, "facts": [("update", "warning"), ("poster", "warning")]},
            "Jellyfin": {
                "title": "Old",
                "year": 1962,
                "poster": "poster.jpg",
                "facts": [("title", "not_seen"), ("year", "not_seen"), ("poster", "seen")],
            },
        },
    ),
    "a lock that is removed stays": PlayerCase(
        folder=own({"movie.nfo": movie("New", "<lockdata>false</lockdata>")}, before=_LOCKED),
        shows={"Jellyfin": {"title": "Old"}},
    ),
    "a known title with a fresh time": PlayerCase(
        folder=_later(61), shows={"Jellyfin 10.9": {"title": "New"}, "Jellyfin 10.11": {"title": "New"}}
    ),
    "a known title that was saved a minute ago": PlayerCase(
        folder=_later(60), shows={"Jellyfin 10.9": {"title": "New"}, "Jellyfin 10.11": {"title": "Old"}}
    ),
    "a known title with an old time": PlayerCase(
        folder=_later(0), shows={"Jellyfin 10.9": {"title": "Old"}, "Jellyfin 10.11": {"title": "Old"}}
    ),
    "a removed element of a known title": PlayerCase(
        folder=own(_FRESH, before=_OLD),
        shows={"Kodi": {"plot": ""}, "Jellyfin": {"plot": "Old plot", "facts": [("plot", "warning")]}},
    ),
    "a removed file of a known title": PlayerCase(
        folder=own({}, before=_OLD),
        shows={
            "Kodi": {"is_shown": True, "title": "Old", "facts": [("title", "warning")]},
            "Jellyfin": {"title": "Old", "year": 1962, "plot": "Old plot"},
        },
    ),
    "a file that Kodi cannot read, of a known title": PlayerCase(
        folder=own({"movie.nfo": b""}, before=_OLD), shows={"Kodi": {"is_shown": True, "title": "Old"}}
    ),
    "an unchanged picture of a known title": PlayerCase(
        folder=own(_FRESH, "poster.jpg", before=_OLD),
        shows={"Kodi": {"poster": "poster.jpg", "facts": [("poster", "seen")]}},
    ),
    "the picture with the name of the film beats the plain one": PlayerCase(
        folder=own(movie("Pictures"), "poster.jpg", "Film-poster.jpg", "folder.jpg"),
        shows={"Kodi": {"poster": "Film-poster.jpg"}, "Jellyfin": {"poster": "Film-poster.jpg"}},
    ),
    "a picture named as the film beats all in Jellyfin": PlayerCase(
        folder=own(movie("Pictures"), "poster.jpg", "Film.jpg", "Film-poster.jpg"),
        shows={
            "Kodi": {"poster": "Film-poster.jpg"},
            "Jellyfin": {"poster": "Film.jpg"},
            "Plex": {"poster": "poster.jpg"},
        },
    ),
    "plain pictures do not count in a mixed folder": PlayerCase(
        folder=mixed(movie("Pictures"), "poster.jpg", "folder.jpg"),
        shows={
            "Kodi": {"poster": "", "facts": [("poster", "not_seen")]},
            "Jellyfin": {"poster": ""},
            "Plex": {"poster": ""},
        },
    ),
    "a picture in a mixed folder": PlayerCase(
        folder=mixed(movie("Pictures"), "Film-poster.jpg"),
        shows={
            "Kodi": {"poster": "Film-poster.jpg"},
            "Jellyfin": {"poster": "Film-poster.jpg"},
            "Plex": {"poster": ""},
        },
    ),
    "upper and lower case in names of pictures": PlayerCase(
        folder=mixed(movie("Pictures"), "FILM-poster.jpg"),
        shows={"Kodi": {"poster": ""}, "Jellyfin": {"poster": "FILM-poster.jpg"}},
    ),
    "a type in upper case": PlayerCase(
        folder=own(movie("Pictures"), "Poster.JPG"),
        shows={"Kodi": {"poster": "Poster.JPG"}, "Jellyfin": {"poster": "Poster.JPG"}},
    ),
    "folder.jpg is the poster": PlayerCase(
        folder=own(movie("Pictures"), "folder.jpg"),
        shows={
            "Kodi": {"poster": "folder.jpg"},
            "Jellyfin": {"poster": "folder.jpg"},
            "Plex": {"poster": "folder.jpg"},
        },
    ),
    "other names of posters": PlayerCase(
        folder=own(movie("Pictures"), "cover.jpg"),
        shows={"Kodi": {"poster": ""}, "Jellyfin": {"poster": "cover.jpg"}, "Plex": {"poster": "cover.jpg"}},
    ),
    "two extensions of one picture": PlayerCase(
        folder=own(movie("Pictures"), "poster.jpg", "poster.png"),
        shows={
            "Kodi": {
                "facts": [("poster", "warning", "There are poster.png and poster.jpg: Kodi shows either of them.")]
            },
            "Jellyfin": {"poster": "poster.png", "facts": [("poster", "seen", "poster.png in the folder.")]},
            "Plex": {"facts": [("poster", "warning")]},
        },
    ),
    "an extension that not all players know": PlayerCase(
        folder=own(movie("Pictures"), "poster.tbn"),
        shows={"Kodi": {"poster": ""}, "Jellyfin": {"poster": "poster.tbn"}, "Plex": {"poster": "poster.tbn"}},
    ),
    "an address of a poster": PlayerCase(
        folder=own(movie("Pictures", f'<thumb aspect="poster">{ADDRESS}</thumb>')),
        shows={"Kodi": {"poster": ADDRESS}, "Jellyfin": {"poster": ADDRESS}},
    ),
    "a picture in the folder beats an address": PlayerCase(
        folder=own(movie("Pictures", f'<thumb aspect="poster">{ADDRESS}</thumb>'), "poster.jpg"),
        shows={"Kodi": {"poster": "poster.jpg"}, "Jellyfin": {"poster": "poster.jpg"}},
    ),
    "an address of another picture": PlayerCase(
        folder=own(movie("Pictures", f'<thumb aspect="banner">{ADDRESS}</thumb>')),
        shows={"Kodi": {"poster": ""}, "Jellyfin": {"poster": ""}},
    ),
    "a series": PlayerCase(
        folder=series(
            f"<tvshow><title>Title</title><premiered>2010-01-02</premiered><year>1999</year>{actor('Ann')}</tvshow>".encode(),
            "poster.jpg",
        ),
        shows={
            "Kodi": {"title": "Title", "year": 2010, "people": ("Ann",), "poster": "poster.jpg"},
            "Jellyfin": {"title": "Title", "year": 1999, "people": ("Ann",), "poster": "poster.jpg"},
            "Plex": {"title": "Title", "people": ("Ann",), "poster": "poster.jpg"},
        },
    ),
    "the year of a series is not its date in Kodi": PlayerCase(
        folder=series(b"<tvshow><title>Title</title><year>1999</year></tvshow>", "show.jpg"),
        shows={
            "Kodi": {"year": 1970, "poster": "", "facts": [("year", "warning")]},
            "Jellyfin": {"year": 1999, "poster": "show.jpg"},
        },
    ),
    "a series without a file": PlayerCase(
        folder=series({}), shows={"Kodi": {"is_shown": False}, "Jellyfin": {"title": "Show"}}
    ),
    "a season": PlayerCase(
        folder=season(
            {
                "tvshow.nfo": b'<tvshow><title>T1</title><namedseason number="1">Named</namedseason></tvshow>',
                "season.nfo": b"<season><title>Own</title></season>",
            },
            pictures=("poster.jpg",),
            of_series=("season01-poster.jpg", "season-specials-poster.jpg"),
        ),
        shows={
            "Kodi": {"title": "Named", "poster": "season01-poster.jpg"},
            "Jellyfin": {"title": "Own", "poster": "season01-poster.jpg"},
            "Plex": {"title": "Season 1", "facts": [("title", "warning")]},
        },
    ),
    "the specials": PlayerCase(
        folder=season(
            {"tvshow.nfo": b'<tvshow><title>T2</title><namedseason number="0">Extra</namedseason></tvshow>'},
            number=0,
            of_series=("season01-poster.jpg", "season-specials-poster.jpg"),
        ),
        shows={
            "Kodi": {"title": "Extra", "poster": "season-specials-poster.jpg"},
            "Jellyfin": {"title": "Extra", "poster": "season-specials-poster.jpg"},
        },
    ),
    "pictures in the folder of a season": PlayerCase(
        folder=season({"tvshow.nfo": b"<tvshow><title>T3</title></tvshow>"}, pictures=("poster.jpg",)),
        shows={"Kodi": {"poster": ""}, "Jellyfin": {"title": "Season 1", "poster": "poster.jpg"}},
    ),
    "the name of a season in its own file": PlayerCase(
        folder=season({"season.nfo": b"<season><title>Own</title><seasonname>Named</seasonname></season>"}),
        shows={"Jellyfin": {"title": "Named"}},
    ),
    "the name of a season in the file of a film": PlayerCase(
        folder=own(movie("Mine", "<seasonname>Named</seasonname>")), shows={"Jellyfin": {"title": "Mine"}}
    ),
    "a season file that is not valid": PlayerCase(
        folder=season({"season.nfo": b"<season><title>Own</title></saison>"}), shows={"Jellyfin": {"title": "Season 1"}}
    ),
    "an episode": PlayerCase(
        folder=of_episode(
            episode("Two", 2, f"<aired>2011-02-03</aired>{actor('Ann')}"), "S01E02-thumb.jpg", "S01E02-poster.jpg"
        ),
        shows={
            "Kodi": {"title": "Two", "year": 2011, "people": ("Ann",), "poster": "S01E02-thumb.jpg"},
            "Jellyfin": {"title": "Two", "year": 2011, "people": ("Ann",), "poster": "S01E02-thumb.jpg"},
        },
    ),
    "an episode without aired": PlayerCase(
        folder=of_episode(episode("Two", 2, "<premiered>2011-02-03</premiered>")),
        shows={"Kodi": {"year": 1970, "facts": [("year", "warning")]}, "Jellyfin": {"year": 2011}},
    ),
    "several episodes in one file": PlayerCase(
        folder=of_episode(
            episode("Two", 2, "<plot>P2</plot>") + episode("Three", 3, "<plot>P3</plot>", declared=False),
            media="S01E02E03.mkv",
            number=3,
        ),
        shows={
            "Kodi": {"title": "Three", "plot": "P3"},
            "Jellyfin": {"title": "Two / Three", "plot": "P2 / P3", "facts": [("title", "warning")]},
        },
    ),
    "a second episode with a declaration": PlayerCase(
        folder=of_episode(episode("Two", 2) + b"\n" + episode("Three", 3), media="S01E02E03.mkv"),
        shows={"Kodi": {"title": "Two"}, "Jellyfin": {"title": "Two"}},
    ),
    "a second episode that is not valid": PlayerCase(
        folder=of_episode(
            episode("Two", 2) + b"<episodedetails><title>Three</title><plot>P</polt></episodedetails>",
            media="S01E02E03.mkv",
        ),
        shows={"Kodi": {"title": "Two"}, "Jellyfin": {"title": "Two"}},
    ),
    "one episode with another number": PlayerCase(
        folder=of_episode(episode("Nine", 9)),
        shows={"Kodi": {"title": "Nine"}, "Jellyfin": {"title": "Nine"}},
    ),
    "one episode with another number, without a declaration": PlayerCase(
        folder=of_episode(episode("Nine", 9, declared=False)),
        shows={"Kodi 20": {"is_shown": False}, "Kodi 21": {"title": "Nine"}, "Jellyfin": {"title": "Nine"}},
    ),
    "two episodes with other numbers": PlayerCase(
        folder=of_episode(episode("Eight", 8) + episode("Nine", 9, declared=False)),
        shows={"Kodi": {"is_shown": False}, "Jellyfin": {"title": "Eight / Nine"}},
    ),
    "an address of the picture of an episode": PlayerCase(
        folder=of_episode(episode("Two", 2, f"<thumb>{ADDRESS}</thumb>")),
        shows={"Kodi": {"poster": ADDRESS}, "Jellyfin": {"poster": ADDRESS}},
    ),
    "an episode without a file": PlayerCase(
        folder=of_episode({}), shows={"Kodi": {"is_shown": False}, "Jellyfin": {"title": "S01E02"}}
    ),
    "more than a megabyte": PlayerCase(
        folder=own(movie("Large", f"<plot>{'x' * 1_000_001}</plot>")),
        shows={name: {"facts": [("title", "warning")], "plot": ""} for name in ("Kodi", "Jellyfin", "Plex")},
    ),
}
