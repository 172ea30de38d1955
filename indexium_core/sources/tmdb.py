"""TMDB, version 3 of its API: https://developer.themoviedb.org/reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core import errors
from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.lookups.records import (
    Artwork,
    CastMember,
    CrewMember,
    EnrichedMetadata,
    EpisodeRecord,
    ExternalRatings,
    ExternalVotes,
    ImageCandidate,
    ImageKind,
    ProviderRecord,
    SeasonRecord,
)
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.omdb import IMDB_IDS
from indexium_core.model.providers.tvdb import TVDB_IDS
from indexium_core.sources import normalise
from indexium_core.sources.client import Credentials
from indexium_core.sources.provider import Provider, ProviderAccess

MAX_CAST = 10
MAX_CANDIDATES = 20  # of a page
MAX_PAGES = 3  # of a search: a title with exactly the name is among the first ones
CREW_JOBS = frozenset({"Director", "Writer", "Screenplay", "Producer", "Creator"})
_OTHER_IDS = (IMDB_IDS.name, TVDB_IDS.name)  # by which it finds titles, and which its details have
_KINDS: tuple[TitleKind, ...] = ("movie", "tv")
_APPENDED = {
    "movie": "credits,external_ids,alternative_titles,images,keywords,release_dates,translations",
    "tv": "aggregate_credits,external_ids,alternative_titles,images,keywords,content_ratings,translations",
}
_RELEASE_TYPES = (3, 2, 4, 5, 6, 1)  # theatrical first, premiere last
_IMAGE_KINDS: Mapping[str, ImageKind] = {"posters": "poster", "backdrops": "backdrop", "logos": "logo"}
_PREVIEW_SIZES: Mapping[ImageKind, str] = {"poster": "w342", "backdrop": "w780", "still": "w300", "logo": "w500"}
_MAIN_PICTURES: tuple[ImageKind, ...] = ("poster", "backdrop")
_YEAR_PARAMETER = {"movie": "primary_release_year", "tv": "first_air_date_year"}


def interpret(status: int, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the data of an answer; None for 404. Raises ProviderError for an error inside an answer."""
    if status == 404:
        return None
    if data.get("success") is False:
        code = normalise.integer(data, "status_code")
        reason = "provider_key" if code in {3, 7, 10, 14, 16, 17, 35, 36} else "provider_bad_answer"
        raise errors.ProviderError(f"TMDB reports the error {code}.", code=reason)
    return data


def _credentials(access: ProviderAccess) -> Credentials:
    token = access.key("tmdb_access_token")
    if token:
        return Credentials(headers={"authorization": f"Bearer {token}"})
    return Credentials(parameters=access.with_key("api_key", "tmdb_api_key"))


class Tmdb(Provider):
    """Searches films and series, and returns their details, seasons and pictures."""

    def __init__(self, access: ProviderAccess) -> None:
        self.client = access.client(lambda: _credentials(access), interpret)
        self._access, self._config, self._setting = access, access.config, access.setting

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return the films or series of a title, or both if its type is not known."""
        data = self._search(query, strict=strict)
        return self._candidates(normalise.rows(data, "results"), query.content_type)

    def more(self, query: SearchQuery) -> list[Candidate]:
        """Return the titles of the next pages of a search without year."""
        pages = min(normalise.integer(self._search(query), "total_pages") or 1, MAX_PAGES)
        rows = [
            row for page in range(2, pages + 1) for row in normalise.rows(self._search(query, page=page), "results")
        ]
        return self._candidates(rows, query.content_type, most=MAX_CANDIDATES * MAX_PAGES)

    def _search(self, query: SearchQuery, *, strict: bool = False, page: int = 1) -> Mapping[str, Any]:
        kind = query.content_type
        parameters = {"query": query.title, "language": self._access.language, "include_adult": "false"}
        if kind != "tv":
            parameters["region"] = self._config.metadata_region
        if strict and query.year and kind != "unknown":
            parameters[_YEAR_PARAMETER[kind]] = str(query.year)
        if page > 1:
            parameters["page"] = str(page)
        return self.client.get(f"/search/{'multi' if kind == 'unknown' else kind}", parameters) or {}

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return the titles that have an id of TMDB, IMDb or TVDB. A TMDB id needs the type."""
        found = list[Candidate]()
        for each in ids:
            if each.provider == "tmdb" and kind != "unknown":
                record = self.details(each.value, kind)
                found += [record.candidate] if record else []
            elif each.provider in _OTHER_IDS:
                parameters = {"external_source": f"{each.provider}_id", "language": self._access.language}
                data = self.client.get(f"/find/{each.value}", parameters) or {}
                hits = [
                    hit
                    for hit_kind in _KINDS
                    if kind in {hit_kind, "unknown"}
                    for hit in self._candidates(normalise.rows(data, f"{hit_kind}_results"), hit_kind)
                ]
                found += [_with_id(hit, each) for hit in hits]
        return found

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return a film or a series with credits, ids, other titles, keywords, age rating and pictures."""
        language = self._access.language
        parameters = {
            "language": language,
            "append_to_response": _APPENDED[kind],
            "include_image_language": ",".join(dict.fromkeys([language.partition("-")[0], "en", "null"])),
        }
        data = self.client.get(f"/{kind}/{external_id}", parameters)
        return None if data is None else self._record(data, kind)

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return a season with all its episodes; 0 has the specials."""
        data = self.client.get(f"/tv/{external_id}/season/{number}", {"language": self._access.language})
        if data is None:
            return None
        episodes = [self._episode(row, number) for row in normalise.rows(data, "episodes")]
        return SeasonRecord(
            number=number,
            title=normalise.text(data, "name"),
            plot=normalise.text(data, "overview"),
            episodes=tuple(sorted(filter(None, episodes), key=lambda each: each.episode)),
        )

    def _candidates(
        self, rows: Sequence[Mapping[str, Any]], kind: ContentType, *, most: int = MAX_CANDIDATES
    ) -> list[Candidate]:
        return [each for row in rows[:most] if (each := self._candidate(row, kind)) is not None]

    def _candidate(self, row: Mapping[str, Any], kind: ContentType) -> Candidate | None:
        """Return one hit; None for a person and for a hit without id or title."""
        media = normalise.text(row, "media_type") or kind
        external_id, title = normalise.title_id(row, "id", "tmdb"), normalise.text(row, "title", "name")
        if media not in {"movie", "tv"} or not external_id or not title:
            return None
        return Candidate(
            provider="tmdb",
            external_id=external_id,
            content_type="movie" if media == "movie" else "tv",
            title=title,
            original_title=normalise.text(row, "original_title", "original_name"),
            year=normalise.year(row, "release_date", "first_air_date"),
            original_language=normalise.text(row, "original_language"),
            countries=normalise.texts(row, "origin_country"),
            popularity=normalise.number(row, "popularity") or 0.0,
            plot=normalise.text(row, "overview"),
            poster_url=self._address(row, "poster_path", "w342"),
        )

    def _record(self, data: Mapping[str, Any], kind: TitleKind) -> ProviderRecord | None:
        hit = self._candidate({**data, "media_type": kind}, kind)
        if hit is None:
            return None
        metadata = self._metadata(data, kind, hit)
        other = normalise.record(data, "alternative_titles")
        titles = [normalise.text(row, "title") for key in ("titles", "results") for row in normalise.rows(other, key)]
        titles += [normalise.text(each, "title", "name") for each in _translations(data).values()]
        sizes = {
            number: max(normalise.integer(row, "episode_count") or 0, 0)
            for row in normalise.rows(data, "seasons")
            if (number := normalise.integer(row, "season_number")) is not None and number >= 0
        }
        candidate = Candidate(
            provider="tmdb",
            external_id=hit.external_id,
            content_type=kind,
            title=hit.title,
            original_title=hit.original_title,
            alternative_titles=tuple(dict.fromkeys(filter(None, titles))),
            year=hit.year,
            original_language=hit.original_language,
            countries=hit.countries,
            popularity=hit.popularity,
            runtime_minutes=metadata.runtime_minutes,
            external_ids=metadata.external_ids,
            plot=metadata.plot,
            cast=tuple(member.name for member in metadata.cast),
            poster_url=hit.poster_url,
            season_sizes=tuple(sorted(sizes.items())),
        )
        return ProviderRecord(
            candidate=candidate,
            metadata=metadata,
            images=tuple(self._all_images(data)),
            seasons=tuple(sorted(sizes)),
            tagline=normalise.text(data, "tagline"),
            studios=normalise.names(data, "networks") or normalise.names(data, "production_companies"),
            countries=normalise.names(data, "production_countries") or hit.countries,
            collection=normalise.text(normalise.record(data, "belongs_to_collection"), "name"),
            status=normalise.status(data, "status") if kind == "tv" else "",
            is_complete=all(isinstance(data.get(name), dict) for name in _APPENDED[kind].split(",")),
        )

    def _metadata(self, data: Mapping[str, Any], kind: TitleKind, hit: Candidate) -> EnrichedMetadata:
        ids = {"tmdb": hit.external_id}
        sources = (normalise.record(data, "external_ids"), data)
        for provider in _OTHER_IDS:
            value = next(filter(None, (normalise.title_id(each, f"{provider}_id", provider) for each in sources)), "")
            ids |= {provider: value} if value else {}
        credits_ = normalise.record(data, "credits") or normalise.record(data, "aggregate_credits")
        runtimes = data.get("episode_run_time")
        first = {"runtime": runtimes[0]} if isinstance(runtimes, list) and runtimes else {}
        backdrops = [each.url for each in self._images(normalise.record(data, "images")) if each.kind == "backdrop"]
        return EnrichedMetadata(
            source="tmdb",
            confidence=1.0,
            external_ids=ids,
            plot=self._plot(data),
            cast=_cast(credits_),
            crew=_crew(credits_, data),
            ratings=ExternalRatings(tmdb=normalise.number(data, "vote_average")),
            votes=ExternalVotes(tmdb=normalise.votes(data, "vote_count")),
            artwork=Artwork(
                poster=self._address(data, "poster_path", "original"),
                backdrop=self._address(data, "backdrop_path", "original"),
                fanart=tuple(backdrops[:10]),
            ),
            genres=normalise.names(data, "genres"),
            keywords=normalise.names(normalise.record(data, "keywords"), "keywords" if kind == "movie" else "results"),
            release_date=normalise.day(data, "release_date" if kind == "movie" else "first_air_date"),
            runtime_minutes=normalise.minutes(data, "runtime") or normalise.minutes(first, "runtime"),
            content_rating=self._content_rating(data, kind),
        )

    def _plot(self, data: Mapping[str, Any]) -> str:
        """Return the plot in the wanted language, otherwise in English."""
        translations = _translations(data)
        language = self._access.language.partition("-")[0]
        choices = (data, translations.get(language, {}), translations.get("en", {}))
        return next(filter(None, (normalise.text(each, "overview") for each in choices)), "")

    def _content_rating(self, data: Mapping[str, Any], kind: TitleKind) -> str:
        """Return the age rating of the region."""
        key = "release_dates" if kind == "movie" else "content_ratings"
        countries = normalise.rows(normalise.record(data, key), "results")
        own = next((row for row in countries if row.get("iso_3166_1") == self._config.metadata_region), {})
        if kind == "tv":
            return normalise.text(own, "rating")
        rated = [row for row in reversed(normalise.rows(own, "release_dates")) if normalise.text(row, "certification")]
        releases = {normalise.integer(row, "type"): row for row in rated}
        found: Mapping[str, Any] = next((releases[number] for number in _RELEASE_TYPES if number in releases), {})
        return normalise.text(found, "certification")

    def _all_images(self, data: Mapping[str, Any]) -> list[ImageCandidate]:
        """Return the pictures of a title with the posters of its seasons."""
        found = self._images(normalise.record(data, "images"))
        language = self._access.language
        for kind in _MAIN_PICTURES:
            image = self._image(data, f"{kind}_path", kind, language=language)
            if image is not None and all(each.url != image.url for each in found):
                found.append(image)
        for row in normalise.rows(data, "seasons"):
            number = normalise.integer(row, "season_number")
            image = self._image(row, "poster_path", "poster", language=language, season=number)
            if image is not None and number is not None and number >= 0:
                found.append(image)
        return found

    def _images(self, source: Mapping[str, Any]) -> list[ImageCandidate]:
        found = list[ImageCandidate]()
        for key, kind in _IMAGE_KINDS.items():
            for row in normalise.rows(source, key):
                image = self._image(
                    row,
                    "file_path",
                    kind,
                    width=normalise.integer(row, "width"),
                    height=normalise.integer(row, "height"),
                    language=normalise.text(row, "iso_639_1"),
                    votes=normalise.integer(row, "vote_count") or 0,
                    vote_average=normalise.number(row, "vote_average") or 0.0,
                )
                found += [image] if image is not None else []
        return found

    def _image(self, row: Mapping[str, Any], key: str, kind: ImageKind, **facts: Any) -> ImageCandidate | None:
        """Return the picture at a path; None without one."""
        url = self._address(row, key, "original")
        preview = self._preview(row, key, kind)
        return ImageCandidate(provider="tmdb", kind=kind, url=url, preview_url=preview, **facts) if url else None

    def _preview(self, row: Mapping[str, Any], key: str, kind: ImageKind) -> str:
        """Return the address of the small size of a picture. That of an SVG drawing ends in `.png`."""
        url = self._address(row, key, _PREVIEW_SIZES[kind])
        return f"{url.removesuffix('.svg')}.png" if url.endswith(".svg") else url

    def _episode(self, row: Mapping[str, Any], season: int) -> EpisodeRecord | None:
        number = normalise.integer(row, "episode_number")
        if number is None or number < 0:
            return None
        external_id = normalise.title_id(row, "id", "tmdb")
        return EpisodeRecord(
            season=season,
            episode=number,
            title=normalise.text(row, "name"),
            plot=normalise.text(row, "overview"),
            aired=normalise.day(row, "air_date"),
            runtime_minutes=normalise.minutes(row, "runtime"),
            still_url=self._address(row, "still_path", "original"),
            still_preview_url=self._preview(row, "still_path", "still"),
            external_ids={"tmdb": external_id} if external_id else {},
        )

    def _address(self, row: Mapping[str, Any], key: str, size: str) -> str:
        """Return the address of a picture; "" without one."""
        path = normalise.text(row, key)
        return (
            f"{self._setting('image_url_tmdb').rstrip('/')}/{size}{path}"
            if path.startswith("/") and ".." not in path
            else ""
        )


def _with_id(candidate: Candidate, known: ExternalId) -> Candidate:
    """Return a hit of `/find` with the id that it was found by: hits do not repeat it."""
    return dataclasses.replace(candidate, external_ids={**candidate.external_ids, known.provider: known.value})


def _translations(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the translated texts by language."""
    rows = normalise.rows(normalise.record(data, "translations"), "translations")
    return {normalise.text(row, "iso_639_1"): normalise.record(row, "data") for row in reversed(rows)}


def _cast(credits_: Mapping[str, Any]) -> tuple[CastMember, ...]:
    members = list[CastMember]()
    for row in normalise.rows(credits_, "cast"):
        name, external_id = normalise.text(row, "name"), normalise.identifier(row, "id")
        roles = normalise.rows(row, "roles")
        character = normalise.text(row, "character") or (normalise.text(roles[0], "character") if roles else "")
        order = normalise.integer(row, "order")
        if name:
            ids = {"tmdb": external_id} if external_id else {}
            members.append(CastMember(name, character, len(members) if order is None else order, ids))
    return tuple(sorted(members, key=lambda each: each.order)[:MAX_CAST])


def _crew(credits_: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[CrewMember, ...]:
    found = [CrewMember(normalise.text(row, "name"), "Creator") for row in normalise.rows(data, "created_by")]
    for row in normalise.rows(credits_, "crew"):
        jobs = [normalise.text(each, "job") for each in (row, *normalise.rows(row, "jobs"))]
        found += [CrewMember(normalise.text(row, "name"), job) for job in jobs if job in CREW_JOBS]
    return tuple(dict.fromkeys(each for each in found if each.name))
