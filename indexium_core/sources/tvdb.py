"""TVDB, version 4 of its API: https://thetvdb.github.io/v4-api. A login gives a token for a month."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexium_core import errors
from indexium_core.model.artwork.addresses import secure_address
from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.lookups.records import (
    Artwork,
    CastMember,
    CrewMember,
    EnrichedMetadata,
    EpisodeRecord,
    ImageCandidate,
    ImageKind,
    ProviderRecord,
    SeasonRecord,
)
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.tmdb import TMDB_IDS
from indexium_core.sources import normalise
from indexium_core.sources.client import Credentials
from indexium_core.sources.provider import Provider, ProviderAccess

MAX_CAST = 10
MAX_PAGES = 100  # of the episodes of a series; a page has 500
_TOKEN_SECONDS = 25 * 86400.0
_TYPES = {"movie": "movie", "tv": "series"}
_PATHS = {"movie": "movies", "tv": "series"}
_ARTWORK_KINDS: Mapping[int, ImageKind] = {
    1: "banner", 2: "poster", 3: "backdrop", 22: "clearart", 23: "logo",  # series
    6: "banner", 7: "poster", 8: "backdrop",  # seasons
    14: "poster", 15: "backdrop", 16: "banner", 24: "clearart", 25: "logo",  # films
}  # fmt: skip
_CREW = {"Director": "Director", "Writer": "Writer", "Producer": "Producer", "Creator": "Creator"}
_REMOTE_IDS = {"imdb": "imdb", "themoviedb.com": TMDB_IDS.name}
_LANGUAGES = {  # ISO 639-1 to the codes of TVDB
    "ar": "ara", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fi": "fin",
    "fr": "fra", "he": "heb", "hu": "hun", "it": "ita", "ja": "jpn", "ko": "kor", "nl": "nld", "no": "nor",
    "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe", "tr": "tur", "uk": "ukr", "zh": "zho",
}  # fmt: skip
_COUNTRIES = {  # codes of TVDB to ISO 3166-1
    "usa": "US",
    "gbr": "GB",
    "aus": "AU",
    "nzl": "NZ",
    "can": "CA",
    "irl": "IE",
    "deu": "DE",
    "fra": "FR",
    "jpn": "JP",
    "kor": "KR",
    "ind": "IN",
    "bra": "BR",
    "swe": "SE",
    "dnk": "DK",
    "nor": "NO",
}
_ISO_CODES = {code: language for language, code in _LANGUAGES.items()}


def interpret(status: int, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return an answer with its envelope; None for 404. Raises ProviderError for an error inside an answer."""
    if status == 404:
        return None
    if data.get("status") != "success":
        raise errors.ProviderError("TVDB gives no usable answer: it reports an error.", code="provider_bad_answer")
    return data


class TvdbToken:
    """The token of the login: kept in memory only."""

    def __init__(self, *, key: Callable[[], str], pin: Callable[[], str]) -> None:
        """Keep a token of the present key. `pin` is needed for a key of a subscriber only."""
        self._key, self._pin = key, pin
        self._held: tuple[str, float, Credentials] = (
            "",
            0.0,
            Credentials(),
        )  # until when (monotonic), and of which key
        self.lock = threading.Lock()

    def account(self) -> Credentials:
        """Return the key and the pin as the login sends them."""
        pin = self._pin()  # a key of a project must not send an empty one
        return Credentials(parameters={"apikey": self._key(), **({"pin": pin} if pin else {})})

    def credentials(self) -> Credentials:
        """Return the token as it is sent."""
        value = self.value()
        return Credentials(headers={"authorization": f"Bearer {value}"} if value else {})

    def value(self) -> str:
        """Return the token; "" if there is none, or only one that is old or of another key."""
        value, until, account = self._held
        return value if value and time.monotonic() < until and account == self.account() else ""

    def set(self, value: str, account: Credentials) -> None:
        """Store a new token of a key."""
        self._held = (value, time.monotonic() + _TOKEN_SECONDS, account)

    def forget(self, value: str) -> None:
        """Forget a token, unless there is another one by now."""
        with self.lock:
            if self._held[0] == value:
                self._held = ("", 0.0, Credentials())


class Tvdb(Provider):
    """Searches series and films, and returns their details, seasons and pictures."""

    def __init__(self, access: ProviderAccess) -> None:
        self._access, self._setting = access, access.setting
        self._token = TvdbToken(key=lambda: access.key("tvdb_api_key"), pin=lambda: access.key("tvdb_pin"))
        self.client = access.client(self._token.credentials, interpret, account=self._token.account)

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return the series or films of a title, or both if its type is not known."""
        parameters = {"query": query.title, "type": _TYPES.get(query.content_type, ""), "limit": "50"}
        if strict and query.year:
            parameters["year"] = str(query.year)
        data = self._get("/search", parameters) or {}
        return [each for row in normalise.rows(data, "data") if (each := self._hit(row)) is not None]

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return the titles that have a TVDB id, which needs the type, or an IMDb id."""
        found = list[Candidate]()
        for each in ids:
            if each.provider == "tvdb" and kind != "unknown":
                record = self.details(each.value, kind)
                found += [record.candidate] if record else []
            elif each.provider == "imdb":
                data = self._get(f"/search/remoteid/{each.value}", {}) or {}
                for hit_kind, key in _TYPES.items():
                    hits = [normalise.record(row, key) for row in normalise.rows(data, "data")]
                    if kind in {hit_kind, "unknown"}:
                        found += [
                            self._base(row, "movie" if hit_kind == "movie" else "tv", each) for row in hits if row
                        ]
        return [each for each in found if each.external_id and each.title]

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return a series or a film with people, ids, other titles and pictures."""
        answer = self._get(f"/{_PATHS[kind]}/{external_id}/extended", {"meta": "translations"})
        data = normalise.record(answer or {}, "data")
        base = self._base(data, kind)
        if not base.external_id or not base.title:
            return None
        metadata = self._metadata(data, kind, base)
        seasons = [
            normalise.integer(row, "number")
            for row in normalise.rows(data, "seasons")
            if normalise.text(normalise.record(row, "type"), "type") in {"official", ""}
        ]
        numbers = tuple(sorted({number for number in seasons if number is not None and number >= 0}))
        candidate = Candidate(
            provider="tvdb",
            external_id=base.external_id,
            content_type=kind,
            title=base.title,
            original_title=normalise.text(data, "name"),
            alternative_titles=tuple(
                dict.fromkeys(filter(None, (normalise.text(row, "name") for row in _names_of(data))))
            ),
            year=base.year,
            original_language=base.original_language,
            countries=base.countries,
            runtime_minutes=metadata.runtime_minutes,
            external_ids=metadata.external_ids,
            season_sizes=tuple((number, 0) for number in numbers),
            plot=metadata.plot,
            cast=tuple(member.name for member in metadata.cast),
            poster_url=metadata.artwork.poster,
        )
        images = tuple(self._images(data))
        is_complete = isinstance(data.get("characters"), list)
        return ProviderRecord(
            candidate=candidate,
            metadata=metadata,
            images=images,
            seasons=numbers,
            studios=_studios(data),
            status=normalise.status(normalise.record(data, "status"), "name") if kind == "tv" else "",
            is_complete=is_complete,
        )

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return a season in the order of broadcast."""
        episodes = list[EpisodeRecord]()
        route = f"/series/{external_id}/episodes/official"
        for page in range(MAX_PAGES):
            answer = self._get(route, {"page": str(page), "season": str(number)})
            if answer is None:
                return None
            rows = normalise.rows(normalise.record(answer, "data"), "episodes")
            found = [_episode(row, number, self._address(row, "image")) for row in rows]
            episodes += [each for each in found if each is not None]
            if not rows or not normalise.text(normalise.record(answer, "links"), "next"):
                break
        by_number = {each.episode: each for each in episodes}
        return SeasonRecord(number=number, episodes=tuple(by_number[key] for key in sorted(by_number)))

    def _get(self, route: str, parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return an answer; log in first if there is no token, and once again if it is rejected."""
        token = self._log_in()
        try:
            return self.client.get(route, parameters)
        except errors.ProviderError as error:
            if error.reason != "provider_key":
                raise
        self._token.forget(token)
        self.client.allow_key()
        self._log_in()
        return self.client.get(route, parameters)

    def _log_in(self) -> str:
        """Return the token of the present key; ask for one if there is none."""
        with self._token.lock:
            if known := self._token.value():
                return known
            account = self._token.account()
            answer = self.client.post("/login", account.parameters) or {}
            token = normalise.text(normalise.record(answer, "data"), "token")
            if not token.isascii() or not token.isprintable() or not token:
                raise errors.ProviderError(
                    "TVDB gives no usable answer: the login has no token.", code="provider_bad_answer"
                )
            self._token.set(token, account)
            return token

    def _code(self) -> str:
        return _LANGUAGES.get(self._access.language.partition("-")[0], "eng")

    def _hit(self, row: Mapping[str, Any]) -> Candidate | None:
        kind = {"movie": "movie", "series": "tv"}.get(normalise.text(row, "type"))
        external_id = normalise.title_id(row, "tvdb_id", "tvdb")
        names = [*normalise.record(row, "translations").values(), *normalise.texts(row, "aliases")]
        title = normalise.text(normalise.record(row, "translations"), self._code()) or normalise.text(row, "name")
        if kind is None or not external_id or not title:
            return None
        return Candidate(
            provider="tvdb",
            external_id=external_id,
            content_type="movie" if kind == "movie" else "tv",
            title=title,
            original_title=normalise.text(row, "name"),
            alternative_titles=tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name)),
            year=normalise.year(row, "year", "first_air_time"),
            original_language=_ISO_CODES.get(normalise.text(row, "primary_language"), ""),
            countries=_countries(row, "country"),
            external_ids=_remote_ids(row, "remote_ids") | {"tvdb": external_id},
            plot=normalise.text(normalise.record(row, "overviews"), self._code()) or normalise.text(row, "overview"),
            poster_url=self._address(row, "image_url"),
        )

    def _base(self, row: Mapping[str, Any], kind: TitleKind, found_by: ExternalId | None = None) -> Candidate:
        translations = normalise.rows(normalise.record(row, "translations"), "nameTranslations")
        own = next((each for each in translations if each.get("language") == self._code()), {})
        external_id = normalise.title_id(row, "id", "tvdb")
        return Candidate(
            provider="tvdb",
            external_id=external_id,
            content_type=kind,
            title=normalise.text(own, "name") or normalise.text(row, "name"),
            year=normalise.year(row, "year", "firstAired"),
            original_language=_ISO_CODES.get(normalise.text(row, "originalLanguage"), ""),
            countries=_countries(row, "originalCountry"),
            external_ids={"tvdb": external_id} | ({found_by.provider: found_by.value} if found_by else {}),
        )

    def _metadata(self, data: Mapping[str, Any], kind: TitleKind, base: Candidate) -> EnrichedMetadata:
        overviews = normalise.rows(normalise.record(data, "translations"), "overviewTranslations")
        by_language = {normalise.text(row, "language"): normalise.text(row, "overview") for row in overviews}
        ratings = {
            normalise.text(row, "country"): normalise.text(row, "name")
            for row in normalise.rows(data, "contentRatings")
        }
        pictures = self._images(data)
        poster = next((each.url for each in pictures if each.kind == "poster" and each.season is None), "")
        backdrops = [each.url for each in pictures if each.kind == "backdrop" and each.season is None]
        return EnrichedMetadata(
            source="tvdb",
            confidence=1.0,
            external_ids=_remote_ids(data, "remoteIds") | {"tvdb": base.external_id},
            plot=by_language.get(self._code()) or normalise.text(data, "overview") or by_language.get("eng", ""),
            cast=_cast(data),
            crew=_crew(data),
            artwork=Artwork(
                poster=self._address(data, "image") or poster,
                backdrop=next(iter(backdrops), ""),
                fanart=tuple(backdrops[:10]),
            ),
            genres=normalise.names(data, "genres"),
            release_date=normalise.day(data, "firstAired")
            if kind == "tv"
            else normalise.day(normalise.record(data, "first_release"), "date"),
            runtime_minutes=normalise.minutes(data, "runtime", "averageRuntime"),
            content_rating=ratings.get("usa", ""),
        )

    def _images(self, data: Mapping[str, Any]) -> list[ImageCandidate]:
        numbers = {
            normalise.integer(row, "id"): normalise.integer(row, "number") for row in normalise.rows(data, "seasons")
        }
        found = list[ImageCandidate]()
        for row in normalise.rows(data, "artworks"):
            kind = _ARTWORK_KINDS.get(normalise.integer(row, "type") or 0)
            url = self._address(row, "image")
            if kind and url:
                found.append(
                    ImageCandidate(
                        provider="tvdb",
                        kind=kind,
                        url=url,
                        width=normalise.integer(row, "width"),
                        height=normalise.integer(row, "height"),
                        language=_ISO_CODES.get(normalise.text(row, "language"), ""),
                        votes=max(normalise.integer(row, "score") or 0, 0),
                        season=numbers.get(normalise.integer(row, "seasonId")) if row.get("seasonId") else None,
                        preview_url=self._address(row, "thumbnail"),
                    )
                )
        return found

    def _address(self, row: Mapping[str, Any], key: str) -> str:
        """Return the address of a picture, which may be a path on the server of pictures; "" without one."""
        url = normalise.text(row, key)
        whole = f"https://artworks.thetvdb.com{url}" if url.startswith("/") else url
        return secure_address(whole, self._setting("tvdb_url"))


def _names_of(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    translations = normalise.rows(normalise.record(data, "translations"), "nameTranslations")
    return [*normalise.rows(data, "aliases"), *translations]


def _countries(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the country of a title, as a list; empty if it is not known."""
    country = _COUNTRIES.get(normalise.text(row, key).lower())
    return (country,) if country else ()


def _studios(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the studios of a film, whose companies are an object, or the broadcasters in the list of a series."""
    companies = normalise.record(data, "companies")
    kinds = {
        normalise.text(row, "name"): normalise.text(normalise.record(row, "companyType"), "companyTypeName")
        for row in normalise.rows(data, "companies")
    }
    networks = tuple(name for name, kind in kinds.items() if name and kind == "Network")
    return networks or normalise.names(companies, "studio") or normalise.names(companies, "production")


def _remote_ids(row: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return the ids at other providers."""
    found = {}
    for each in normalise.rows(row, key):
        provider = _REMOTE_IDS.get(normalise.text(each, "sourceName").casefold(), "")
        if value := normalise.title_id(each, "id", provider):
            found[provider] = value
    return found


def _cast(data: Mapping[str, Any]) -> tuple[CastMember, ...]:
    rows = [row for row in normalise.rows(data, "characters") if normalise.text(row, "peopleType") == "Actor"]
    rows.sort(key=lambda row: normalise.integer(row, "sort") or 0)
    members = list[CastMember]()
    for row in rows:
        name, person = normalise.text(row, "personName"), normalise.identifier(row, "peopleId")
        if name:
            ids = {"tvdb": person} if person else {}
            members.append(CastMember(name, normalise.text(row, "name"), len(members), ids))
    return tuple(members[:MAX_CAST])


def _crew(data: Mapping[str, Any]) -> tuple[CrewMember, ...]:
    rows = [
        (normalise.text(row, "personName"), normalise.text(row, "peopleType"))
        for row in normalise.rows(data, "characters")
    ]
    return tuple(dict.fromkeys(CrewMember(name, job) for name, job in rows if name and job in _CREW))


def _episode(row: Mapping[str, Any], season: int, still_url: str) -> EpisodeRecord | None:
    number = normalise.integer(row, "number")
    if number is None or number < 0 or normalise.integer(row, "seasonNumber") not in {season, None}:
        return None
    external_id = normalise.title_id(row, "id", "tvdb")
    return EpisodeRecord(
        season=season,
        episode=number,
        title=normalise.text(row, "name"),
        plot=normalise.text(row, "overview"),
        aired=normalise.day(row, "aired"),
        runtime_minutes=normalise.minutes(row, "runtime"),
        still_url=still_url,
        external_ids={"tvdb": external_id} if external_id else {},
    )
