"""The answers of the four providers for made-up titles, in the form of each provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core.demo.providers.galleries import offered_pictures
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.model.titles.title_text import title_key, title_similarity

Json = dict[str, Any]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LANGUAGES = {"en": "eng", "de": "deu", "fr": "fra", "ru": "rus", "ja": "jpn", "pt": "por"}
_COUNTRIES = {"US": "usa", "GB": "gbr"}
_COUNTRY_NAMES = {  # by code of the country, or of the language of a title without a country
    "US": "United States of America", "GB": "United Kingdom", "en": "United Kingdom", "de": "Germany", "fr": "France",
    "ja": "Japan", "pt": "Portugal",
}  # fmt: skip
_MAX_HITS = 20
_FANART_KEYS = {  # by whether it is of a series, and of a season
    (False, False): {
        "poster": "movieposter", "backdrop": "moviebackground", "logo": "hdmovielogo", "banner": "moviebanner",
        "clearart": "hdmovieclearart", "disc": "moviedisc", "thumb": "moviethumb",
    },
    (True, False): {
        "poster": "tvposter", "backdrop": "showbackground", "logo": "hdtvlogo", "banner": "tvbanner",
        "clearart": "hdclearart", "thumb": "tvthumb",
    },
    (True, True): {"poster": "seasonposter", "banner": "seasonbanner", "thumb": "seasonthumb"},
}  # fmt: skip
_TVDB_TYPES = {  # the numbers of its types of pictures
    "movie": {"poster": 14, "backdrop": 15, "banner": 16, "clearart": 24, "logo": 25},
    "tv": {"banner": 1, "poster": 2, "backdrop": 3, "clearart": 22, "logo": 23},
    "season": {"banner": 6, "poster": 7, "backdrop": 8},
}
_LONG_WORD, _MAX_KEYWORDS = 6, 5  # letters of a keyword, and keywords of a title
_VOTES = 120  # of each title at TMDB


class Answers:
    """Answers requests from a list of titles. None stands for the answer 404."""

    def __init__(self, titles: Sequence[MadeUpTitle], *, pictures: str) -> None:
        """Prepare the answers; `pictures` is the address of all pictures except those of TMDB."""
        self._pictures = pictures
        self._by_id: dict[tuple[str, str], MadeUpTitle] = {}
        self._by_word: dict[str, list[MadeUpTitle]] = {}
        for each in titles:
            self._by_id |= {("imdb", each.imdb): each, (f"tmdb {each.kind}", str(each.tmdb)): each}
            self._by_id[f"tvdb {each.kind}", str(each.tvdb)] = each
            for word in {word for name in _names(each) for word in title_key(name).split()}:
                self._by_word.setdefault(word, []).append(each)

    def tmdb(self, route: str, query: Mapping[str, str]) -> Json | None:
        """Answer a route of TMDB, version 3."""
        match route.strip("/").split("/"):
            case ["search", kind]:
                hits = self._search(query.get("query", ""), "" if kind == "multi" else kind, _year_of(query))
                rows = [self._tmdb_hit(each) | ({"media_type": each.kind} if kind == "multi" else {}) for each in hits]
                return {"page": 1, "results": rows, "total_pages": 1, "total_results": len(rows)}
            case ["find", external_id]:
                return self._tmdb_find(external_id, query.get("external_source", ""))
            case [("movie" | "tv") as kind, number]:
                found = self._by_id.get((f"tmdb {kind}", number))
                return None if found is None else _in_languages(self._tmdb_details(found), query)
            case ["tv", number, "season", season]:
                found = self._by_id.get(("tmdb tv", number))
                return None if found is None else _tmdb_season(found, int(season))
        return None

    def omdb(self, query: Mapping[str, str]) -> Json:
        """Answer a request to OMDb."""
        kind = {"movie": "movie", "series": "tv"}.get(query.get("type", ""), "")
        if "s" in query:
            hits = self._search(query["s"], kind, int(query["y"]) if query.get("y") else None)[:10]
            rows = [_omdb_hit(each) for each in hits]
            if rows:
                return {"Search": rows, "totalResults": str(len(rows)), "Response": "True"}
            return {"Response": "False", "Error": "Movie not found!"}
        found = self._by_id.get(("imdb", query.get("i", "")))
        if found is None:
            return {"Response": "False", "Error": "Incorrect IMDb ID."}
        if "Season" in query:
            return _omdb_season(found, int(query["Season"]))
        return _omdb_details(found)

    def tvdb(self, route: str, query: Mapping[str, str]) -> Json | None:
        """Answer a route of TVDB, version 4, after the login."""
        match route.strip("/").split("/"):
            case ["search"]:
                kind = {"movie": "movie", "series": "tv"}.get(query.get("type", ""), "")
                year = int(query["year"]) if query.get("year") else None
                return _envelope([_tvdb_hit(each) for each in self._search(query.get("query", ""), kind, year)])
            case ["search", "remoteid", external_id]:
                found = self._by_id.get(("imdb", external_id))
                if found is None:
                    return _envelope([])
                return _envelope([{"movie" if found.kind == "movie" else "series": _tvdb_base(found)}])
            case [("movies" | "series") as path, number, "extended"]:
                found = self._by_id.get((f"tvdb {'movie' if path == 'movies' else 'tv'}", number))
                return None if found is None else _envelope(_tvdb_details(found, self._pictures))
            case ["series", number, "episodes", "official"]:
                found = self._by_id.get(("tvdb tv", number))
                return None if found is None else _tvdb_episodes(found, query)
        return None

    def fanarttv(self, route: str) -> Json | None:
        """Answer a route of fanart.tv."""
        path, _, number = route.strip("/").partition("/")
        source = "tmdb movie" if path == "movies" else "tvdb tv"
        found = self._by_id.get((source, number)) or self._by_id.get(("imdb", number))
        if found is None:
            return None
        offered = offered_pictures(found, "fanarttv")
        answer: Json = {"name": found.title, "image_count": str(len(offered))}
        for place, each in enumerate(offered, 1):
            key = _FANART_KEYS[path == "tv", each.season is not None][each.kind]
            row = {
                "id": str(place),
                "url": f"{self._pictures}/fanart/{each.name}",
                "lang": each.language or "00",
                "likes": str(each.votes),
                "width": str(each.width),
                "height": str(each.height),
            }
            answer.setdefault(key, []).append(row | ({} if each.season is None else {"season": str(each.season)}))
        return answer

    def _search(self, text: str, kind: str, year: int | None) -> list[MadeUpTitle]:
        """Return the titles with a word of the text, the most similar ones first."""
        found = {each.number: each for word in title_key(text).split() for each in self._by_word.get(word, ())}
        hits = [each for each in found.values() if kind in {"", each.kind} and year in {None, each.year}]

        def order(each: MadeUpTitle) -> tuple[float, float]:
            return -max(title_similarity(text, name) for name in _names(each)), -each.popularity

        return sorted(hits, key=order)[:_MAX_HITS]

    def _tmdb_hit(self, each: MadeUpTitle) -> Json:
        is_film = each.kind == "movie"
        return {
            "id": each.tmdb,
            "title" if is_film else "name": each.title,
            "original_title" if is_film else "original_name": each.original_title or each.title,
            "original_language": each.language,
            "overview": each.plot,
            "release_date" if is_film else "first_air_date": f"{each.year}-03-14",
            "poster_path": f"/poster-{each.number}.jpg",
            "backdrop_path": f"/backdrop-{each.number}.jpg",
            "genre_ids": [18],
            "origin_country": [each.country] if each.country else [],
            "popularity": each.popularity,
            "vote_average": each.rating,
            "vote_count": _VOTES,
            "adult": False,
        }

    def _tmdb_find(self, external_id: str, source: str) -> Json:
        kinds = {"imdb_id": ["imdb"], "tvdb_id": ["tvdb movie", "tvdb tv"]}.get(source, [])
        found = [self._by_id[kind, external_id] for kind in kinds if (kind, external_id) in self._by_id]
        lists: Json = {f"{name}_results": [] for name in ("movie", "person", "tv", "tv_episode", "tv_season")}
        for each in found:
            lists[f"{each.kind}_results"].append(self._tmdb_hit(each) | {"media_type": each.kind})
        return lists

    def _tmdb_details(self, each: MadeUpTitle) -> Json:
        cast = [
            {"id": 7_000 + each.number * 10 + order, "name": name, "character": part, "order": order}
            for order, (name, part) in enumerate(each.cast)
        ]
        crew = [{"id": 7_009 + each.number * 10, "name": each.director, "department": "Directing", "job": "Director"}]
        answer = self._tmdb_hit(each) | {
            "imdb_id": each.imdb,
            "runtime": each.runtime,
            "genres": [{"id": number, "name": name} for number, name in enumerate(each.genres)],
            "production_companies": [{"id": 1, "name": each.studio, "origin_country": ""}],
            "production_countries": [{"iso_3166_1": each.country or "XX", "name": name} for name in _made_in(each)],
            "credits": {"cast": cast, "crew": crew},
            "keywords": {"keywords" if each.kind == "movie" else "results": _keywords(each)},
            "external_ids": {"imdb_id": each.imdb, "wikidata_id": None, "tvdb_id": each.tvdb},
            "images": _tmdb_images(each),
            "translations": {"translations": []},
        }
        titles = [{"iso_3166_1": "DE", "title": name, "type": ""} for name in each.other_titles]
        if each.kind == "movie":
            dates = [{"certification": "PG", "release_date": f"{each.year}-03-14T00:00:00.000Z", "type": 3}]
            rating = {"results": [{"iso_3166_1": "US", "release_dates": dates}]}
            collection = {"id": each.number, "name": each.collection} if each.collection else None
            answer |= {"alternative_titles": {"titles": titles}, "release_dates": rating}
            return answer | {"belongs_to_collection": collection}
        answer["aggregate_credits"] = answer.pop("credits")
        answer["runtime"] = None
        answer["status"] = "Returning Series"
        answer["networks"] = answer["production_companies"]
        return answer | {
            "episode_run_time": [each.runtime],
            "alternative_titles": {"results": titles},
            "content_ratings": {"results": [{"iso_3166_1": "US", "rating": "TV-PG"}]},
            "seasons": [
                {
                    "id": number,
                    "season_number": number,
                    "name": f"Season {number}",
                    "episode_count": count,
                    "poster_path": f"/poster-{each.number}-{number}.jpg",
                }
                for number, count in each.seasons.items()
            ],
        }


def _tmdb_images(title: MadeUpTitle) -> Json:
    found: Json = {"posters": [], "backdrops": [], "logos": []}
    for each in offered_pictures(title, "tmdb"):
        found[f"{each.kind}s"].append(
            {
                "file_path": f"/{each.name}",
                "width": each.width,
                "height": each.height,
                "iso_639_1": each.language or None,
                "vote_average": each.rating,
                "vote_count": each.votes,
            }
        )
    return found


def _in_languages(details: Json, query: Mapping[str, str]) -> Json:
    """Return the details of a title with the pictures in the wanted languages; `null` is for those without text."""
    wanted = query.get("include_image_language", "").split(",")
    images = {
        name: [row for row in rows or () if (row["iso_639_1"] or "null") in wanted]
        for name, rows in details["images"].items()
    }
    return details | {"images": images}


def _made_in(each: MadeUpTitle) -> list[str]:
    """Return the names of the countries of production."""
    name = _COUNTRY_NAMES.get(each.country or each.language)
    return [name] if name else []


def _keywords(each: MadeUpTitle) -> list[Json]:
    """Return words about a title: the longer words of its plot, which are in no other field."""
    words = dict.fromkeys(word for word in title_key(each.plot).split() if len(word) >= _LONG_WORD)
    return [{"id": number, "name": word} for number, word in enumerate(words, 1)][:_MAX_KEYWORDS]


def _names(each: MadeUpTitle) -> list[str]:
    return [name for name in (each.title, each.original_title, *each.other_titles) if name]


def _year_of(query: Mapping[str, str]) -> int | None:
    text = query.get("primary_release_year") or query.get("first_air_date_year") or ""
    return int(text) if text.isdecimal() else None


def _aired(each: MadeUpTitle, season: int, episode: int) -> str:
    return f"{each.year + max(season, 1) - 1}-{1 + episode // 28 % 12:02}-{1 + episode % 28:02}"


def _tmdb_season(each: MadeUpTitle, season: int) -> Json | None:
    if season not in each.seasons:
        return None
    episodes = [
        {
            "id": each.tmdb * 10 + season * 100 + number,
            "name": f"Chapter {season}.{number}",
            "overview": "",
            "air_date": _aired(each, season, number),
            "season_number": season,
            "episode_number": number,
            "runtime": each.runtime,
            "still_path": f"/still-{each.number}-{season}-{number}.jpg",
        }
        for number in range(1, each.seasons[season] + 1)
    ]
    return {"_id": "x", "id": season, "name": f"Season {season}", "season_number": season, "episodes": episodes}


def _omdb_hit(each: MadeUpTitle) -> Json:
    kind, year = ("movie", str(each.year)) if each.kind == "movie" else ("series", f"{each.year}–")
    return {"Title": each.title, "Year": year, "imdbID": each.imdb, "Type": kind, "Poster": "N/A"}


def _omdb_details(each: MadeUpTitle) -> Json:
    return _omdb_hit(each) | {
        "Rated": "PG-13",
        "Released": f"14 {_MONTHS[2]} {each.year}",
        "Runtime": f"{each.runtime} min",
        "Genre": ", ".join(each.genres),
        "Country": ", ".join(_made_in(each)) or "N/A",
        "Director": each.director,
        "Writer": "N/A",
        "Actors": ", ".join(name for name, _ in each.cast),
        "Plot": each.plot or "N/A",
        "Ratings": [{"Source": "Rotten Tomatoes", "Value": "87%"}, {"Source": "Metacritic", "Value": "74/100"}],
        "Metascore": "74",
        "imdbRating": f"{each.rating + 0.2:.1f}",
        "imdbVotes": "12,345",
        "Response": "True",
    }


def _omdb_season(each: MadeUpTitle, season: int) -> Json:
    if season not in each.seasons:
        return {"Response": "False", "Error": "Series or season not found!"}
    rows = [
        {"Title": f"Chapter {season}.{number}", "Released": _aired(each, season, number), "Episode": str(number)}
        for number in range(1, each.seasons[season] + 1)
    ]
    return {"Title": each.title, "Season": str(season), "Episodes": rows, "Response": "True"}


def _envelope(data: Any, links: Json | None = None) -> Json:
    return {"status": "success", "data": data, **({"links": links} if links else {})}


def _tvdb_hit(each: MadeUpTitle) -> Json:
    kind = "movie" if each.kind == "movie" else "series"
    return {
        "objectID": f"{kind}-{each.tvdb}",
        "tvdb_id": str(each.tvdb),
        "type": kind,
        "name": each.original_title or each.title,
        "translations": {"eng": each.title},
        "aliases": list(each.other_titles),
        "year": str(each.year),
        "primary_language": _LANGUAGES.get(each.language, "eng"),
        "country": _COUNTRIES.get(each.country),
        "overview": each.plot or None,
        "remote_ids": [{"id": each.imdb, "type": 2, "sourceName": "IMDB"}],
    }


def _tvdb_base(each: MadeUpTitle) -> Json:
    return {
        "id": each.tvdb,
        "name": each.original_title or each.title,
        "year": str(each.year),
        "firstAired": f"{each.year}-03-14",
        "originalLanguage": _LANGUAGES.get(each.language, "eng"),
        "originalCountry": _COUNTRIES.get(each.country),
    }


def _tvdb_artworks(title: MadeUpTitle, address: str) -> list[Json]:
    return [
        {
            "id": number,
            "image": f"{address}/tvdb/{each.name}",
            "thumbnail": f"{address}/tvdb/thumbnails/{each.name}",
            "type": _TVDB_TYPES[title.kind if each.season is None else "season"][each.kind],
            "language": _LANGUAGES.get(each.language),
            "width": each.width,
            "height": each.height,
            "score": each.votes,
            **({} if each.season is None else {"seasonId": each.season}),
        }
        for number, each in enumerate(offered_pictures(title, "tvdb"), 1)
    ]


def _tvdb_details(each: MadeUpTitle, address: str) -> Json:
    people = [
        {"personName": name, "name": part, "peopleType": "Actor", "sort": order, "peopleId": 100 + order}
        for order, (name, part) in enumerate(each.cast)
    ]
    return _tvdb_base(each) | {
        "status": {"id": 1, "name": "Continuing"},
        "averageRuntime": each.runtime,
        "runtime": each.runtime,
        "first_release": {"country": "global", "date": f"{each.year}-03-14"},
        "aliases": [{"language": "eng", "name": name} for name in each.other_titles],
        "genres": [{"id": 1, "name": name} for name in each.genres],
        "contentRatings": [{"name": "TV-PG", "country": "usa"}],
        "companies": {"studio": [{"name": each.studio}]}
        if each.kind == "movie"
        else [{"name": each.studio, "companyType": {"companyTypeName": "Network"}}],
        "characters": [*people, {"personName": each.director, "name": None, "peopleType": "Director"}],
        "remoteIds": [
            {"id": each.imdb, "type": 2, "sourceName": "IMDB"},
            {"id": str(each.tmdb), "type": 12, "sourceName": "TheMovieDB.com"},
        ],
        "artworks": _tvdb_artworks(each, address),
        "seasons": [{"id": number, "number": number, "type": {"type": "official"}} for number in each.seasons],
        "translations": {
            "nameTranslations": [{"language": "eng", "name": each.title}],
            "overviewTranslations": [{"language": "eng", "overview": each.plot}],
        },
    }


def _tvdb_episodes(each: MadeUpTitle, query: Mapping[str, str]) -> Json:
    season = int(query.get("season") or 1)
    rows = [
        {
            "id": each.tvdb * 10 + season * 100 + number,
            "name": f"Chapter {season}.{number}",
            "aired": _aired(each, season, number),
            "runtime": each.runtime,
            "seasonNumber": season,
            "number": number,
        }
        for number in range(1, each.seasons.get(season, 0) + 1)
    ]
    return _envelope({"series": _tvdb_base(each), "episodes": rows}, {"prev": None, "next": None})
