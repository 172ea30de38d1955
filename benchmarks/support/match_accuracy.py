"""
The accuracy of matches: the labelled names of `tests/corpus/titles.json` against made-up answers of a provider.

Each labelled title is one of the provider, with distractors in turn: a namesake of another year, sequels, a well-known
remake, and a foreign film with a similar name. The provider lacks every nineteenth title, but has its distractors.
A series has the seasons of its names; its distractors have the seasons of `_SEASONS` in turn.

`tests/corpus/matches.txt` has further names with the answers of a search: namesakes, remakes, sequels, documentaries
about films, shorts, similar titles, and 24 titles that the provider lacks.

`tests/corpus/match_signs.json` has names with signs: runtimes, cast, ids, seasons, countries. Another author chose for
each whether it may be accepted; the provider lacks the title of 180 of the 352.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexium_core import keys, settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.flows.titles.parsing import parse_name
from indexium_core.library import Library
from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery, is_same
from indexium_core.model.matches.matching import ContentMatcher
from indexium_core.model.names.guessing import identify
from indexium_core.model.names.title_guess import NamedFile, TitleGuess
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.title_text import same_title, title_key

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "corpus" / "titles.json"
MISSING = (
    19  # the provider lacks one title of so many; no multiple of 4, so that each distractor occurs without its title
)
_YEARS = range(1935, 2021)  # of titles whose names have none
MOST_IN_A_SEASON = 100  # a higher number counts through all seasons
ANSWERS = CORPUS.with_name("matches.txt")
SIGNS = CORPUS.with_name("match_signs.json")
_SEASONS: Sequence[Mapping[int, int]] = (
    {1: 6},
    {1: 8, 2: 8},
    {1: 10},
    {1: 13, 2: 13, 3: 13},
    {1: 22, 2: 24, 3: 24, 4: 22},
)
_NOTE = re.compile(r"(?<=\w) \([^()]*\)$")  # the original title in a name; no provider has it in the title
_ANSWER = re.compile(
    r"(?P<title>.+?)(?: \^ (?P<other>.+?))? \((?P<year>\d{4})\) (?P<length>[\d,]+) p(?P<popularity>[\d.]+)"
)


@dataclass(frozen=True, slots=True)
class LabelledName:
    """A name, what is read from it, and the title that it is."""

    query: SearchQuery
    truth: MadeUpTitle
    is_missing: bool  # the provider lacks the title
    is_matchable: bool  # the provider has it, and the name tells it from others


@dataclass(slots=True)
class Accuracy:
    """The result of a measurement."""

    names: int = 0
    matchable: int = 0
    accepted: int = 0  # of the matchable names, and right
    missing: int = 0  # names whose title the provider lacks
    wrong: list[str] = field(default_factory=list)  # accepted, but the provider has the right title
    mistaken: list[SearchQuery] = field(default_factory=list)  # accepted, but the provider lacks the right title
    titles_per_second: float = 0.0  # decisions, without requests

    @property
    def recall(self) -> float:
        """The share of matchable names whose title is accepted by itself."""
        return self.accepted / self.matchable

    @property
    def wrong_share(self) -> float:
        """The share of wrong matches among the names whose title the provider has."""
        return len(self.wrong) / (self.names - self.missing)

    @property
    def mistaken_share(self) -> float:
        """The share of wrong matches among all names, because the provider lacks a title and has a namesake."""
        return len(self.mistaken) / self.names


def measure(step: int = 1) -> Accuracy:
    """Match every `step`-th labelled name, and return the result."""
    titles, names = _world()
    result, matched = Accuracy(), list[tuple[SearchQuery, list[Candidate]]]()
    with ProviderStandIn(titles) as stand_in, tempfile.TemporaryDirectory(prefix="matches-") as folder:
        home = Path(folder)
        for name, value in stand_in.settings.items():
            settings.store(home, name, value)
        settings.store(home, "tmdb_requests_per_second", "40")
        (home / keys.PROVIDER_FILE).write_text('tmdb_api_key = "of-the-stand-in"\n', encoding="utf-8")
        (home / keys.PROVIDER_FILE).chmod(0o600)
        with Library.open(home) as library:
            for each in names[::step]:
                decision = library.providers.match(each.query).decision
                matched.append((each.query, [found.candidate for found in decision.candidates]))
                _count(result, each, decision.accepted.candidate if decision.accepted else None)
    matcher, begun = ContentMatcher(), time.perf_counter()
    for query, candidates in matched:
        matcher.decide(candidates, query)
    result.titles_per_second = len(matched) / (time.perf_counter() - begun)
    return result


@dataclass(frozen=True, slots=True)
class AnsweredName:
    """A name with the candidates that a provider answers."""

    query: SearchQuery
    candidates: tuple[Candidate, ...]
    right: str  # id of the right candidate; "" if the provider lacks it
    is_matchable: bool  # the provider has it, and its year or its title tells it from the others


def answered_names() -> Iterator[AnsweredName]:
    """Yield the names of `tests/corpus/matches.txt`, whose first lines describe its form."""
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        title, year, what, right, answers = line.split("|")
        kind, _, length = what.partition(" ")
        is_film = kind == "film"
        found = tuple(_answer(text, number, is_film=is_film) for number, text in enumerate(answers.split("; "), 1))
        season, _, episode = length.partition("x")
        last = () if is_film else ((int(season) if int(episode) < MOST_IN_A_SEASON else None, int(episode)),)
        query = SearchQuery(
            title,
            int(year) if year else None,
            "movie" if is_film else "tv",
            runtime_minutes=float(length) if is_film else None,
            last_episodes=last,
        )
        same = sum(any(same_title(title, known) for known in each.titles) for each in found)
        is_matchable = right != "0" and (query.year is not None or same <= 1)
        yield AnsweredName(query, found, right.replace("0", ""), is_matchable)


def _answer(text: str, number: int, *, is_film: bool) -> Candidate:
    match = _ANSWER.fullmatch(text)
    assert match is not None, text
    sizes = () if is_film else tuple(enumerate(map(int, match["length"].split(",")), 1))
    return Candidate(
        provider="tmdb",
        external_id=str(number),
        content_type="movie" if is_film else "tv",
        title=match["title"],
        original_title=match["other"] or "",
        year=int(match["year"]),
        popularity=float(match["popularity"]),
        runtime_minutes=float(match["length"]) if is_film else None,
        season_sizes=sizes,
    )


def measure_answers() -> Accuracy:
    """Match the names of `tests/corpus/matches.txt`, and return the result."""
    return _measured(answered_names())


def measure_signs() -> Accuracy:
    """Match the names of `tests/corpus/match_signs.json`, and return the result."""
    return _measured(signed_names())


def signed_names() -> Iterator[AnsweredName]:
    """Yield the names of `tests/corpus/match_signs.json`. Values that are not known are left out there."""
    for case in json.loads(SIGNS.read_text(encoding="utf-8")):
        facts = dict(case["query"])
        kind: ContentType = facts.pop("type")
        ids = tuple(ExternalId(*each) for each in facts.pop("ids", ()))
        last = tuple((season, episode) for season, episode in facts.pop("last_episodes", ()))
        people = tuple(facts.pop("cast", ()))
        query = SearchQuery(**facts, content_type=kind, external_ids=ids, last_episodes=last, people=people)
        candidates = tuple(_offered(dict(each), kind) for each in case["candidates"])
        yield AnsweredName(query, candidates, case["right"], case["verdict"] == "accept")


def _offered(facts: dict[str, Any], kind: ContentType) -> Candidate:
    lists = {name: tuple(facts.pop(name, ())) for name in ("alternative_titles", "countries", "cast")}
    sizes = tuple((number, size) for number, size in facts.pop("season_sizes", ()))
    known = {"content_type": facts.pop("type", kind), "external_id": facts.pop("id")}
    known |= {"external_ids": facts.pop("ids", {}), "season_sizes": sizes}
    return Candidate(**{"provider": "tmdb"} | known | lists | facts)


def _measured(names: Iterable[AnsweredName]) -> Accuracy:
    result, matcher = Accuracy(), ContentMatcher()
    for each in names:
        result.names += 1
        result.matchable += each.is_matchable
        result.missing += not each.right
        accepted = matcher.decide(each.candidates, each.query).accepted
        if accepted is None:
            continue
        right = [found for found in each.candidates if found.external_id == each.right]
        if not each.right:
            result.mistaken.append(each.query)
        elif any(is_same(found, accepted.candidate) for found in right):
            result.accepted += each.is_matchable
        else:
            result.wrong.append(f"“{each.query.title}” became “{accepted.candidate.name}”")
    return result


def _count(result: Accuracy, each: LabelledName, accepted: Candidate | None) -> None:
    result.names += 1
    result.matchable += each.is_matchable
    result.missing += each.is_missing
    if accepted is None:
        return
    if each.is_missing:
        result.mistaken.append(each.query)
    elif accepted.external_id == str(each.truth.tmdb):
        result.accepted += each.is_matchable
    else:
        result.wrong.append(f"“{each.query.title}” ({each.query.year}) became “{accepted.title}” ({accepted.year})")


def _world() -> tuple[list[MadeUpTitle], list[LabelledName]]:
    """Return the titles of the provider and the names."""
    labels = [(kind, label | {"title": _NOTE.sub("", label["title"])}, query) for kind, label, query in _labels()]
    truths: dict[tuple[str, str, int | None], MadeUpTitle] = {}
    years = {(kind, title_key(label["title"])): label["year"] for kind, label, _ in labels if "year" in label}
    seasons = _seasons(labels)
    titles, missing, shared = list[MadeUpTitle](), set[int](), set[int]()
    for kind, label, _ in labels:
        key = kind, title_key(label["title"])
        year = label.get("year", years.get(key))
        if (*key, year) in truths:
            continue
        number = len(truths)
        truth = MadeUpTitle(
            number=number * 10,
            kind=kind,
            title=label["title"],
            year=year or _YEARS[number * 7 % len(_YEARS)],
            popularity=30.0,
            seasons=seasons[key] if kind == "tv" else {},
        )
        truths[*key, year] = truth
        titles += _distractors(truth, number)
        if number % MISSING == MISSING - 1:
            missing.add(truth.number)
        else:
            titles.append(truth)
    for each in titles:
        if any(
            each.kind == other.kind and each.number != other.number and title_key(each.title) == title_key(other.title)
            for other in titles
        ):
            shared.add(each.number)
    names = []
    for kind, label, query in labels:
        key = kind, title_key(label["title"])
        truth = truths[*key, label.get("year", years.get(key))]
        is_missing = truth.number in missing
        is_clear = query.year is not None or truth.number not in shared
        names.append(LabelledName(query, truth, is_missing, not is_missing and is_clear))
    return titles, names


def _distractors(truth: MadeUpTitle, number: int) -> list[MadeUpTitle]:
    """Return other titles that a search finds, too."""

    def other(place: int, title: str, year: int, **more: Any) -> MadeUpTitle:
        seasons = _SEASONS[(number + place) % len(_SEASONS)] if truth.kind == "tv" else {}
        return MadeUpTitle(
            number=truth.number + place, kind=truth.kind, title=title, year=year, seasons=seasons, **more
        )

    match number % 4:
        case 0:
            return [other(1, truth.title, truth.year - 11, popularity=2.0)]
        case 1:
            return [
                other(1, f"{truth.title} 2", truth.year + 3),
                other(2, f"{truth.title}: The Return", truth.year + 6),
            ]
        case 2:
            return [other(1, truth.title, truth.year + 20, popularity=90.0)]
        case _:
            name = f"El {truth.title}"
            return [other(1, name, truth.year + 1, original_title=f"{name} perdido", language="pt", popularity=60.0)]


def _seasons(
    labels: Sequence[tuple[str, Mapping[str, Any], SearchQuery]],
) -> dict[tuple[str, str], dict[int, int]]:
    """Return the seasons of each series with their episodes: at least those of its names."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for kind, label, query in labels:
        sizes = found.setdefault((kind, title_key(label["title"])), {1: 10})
        for season, episode in query.last_episodes:
            for number in range(1, (season or 1) + 1):
                sizes.setdefault(number, 10)
            sizes[season or 1] = max(sizes[season or 1], episode)
    return found


def _last_episodes(guesses: Iterable[TitleGuess]) -> tuple[tuple[int | None, int], ...]:
    """Return the highest episode of each season, without specials."""
    found: dict[int | None, int] = {}
    for each in guesses:
        numbers, season = (each.episodes, each.season) if each.episodes else (each.absolute, None)
        if numbers and season != 0:
            found[season] = max(found.get(season, 0), *numbers)
    return tuple(sorted(found.items(), key=lambda pair: pair[0] or 0))


def _labels() -> Iterator[tuple[str, Mapping[str, Any], SearchQuery]]:
    """Yield kind, label and search of each film, and of the first file of each series in a group."""
    for group in json.loads(CORPUS.read_text(encoding="utf-8"))["groups"]:
        libraries = [group["files"]] if group["is_one_library"] else [[each] for each in group["files"]]
        for labels in libraries:
            files = [_named(number, label["path"]) for number, label in enumerate(labels)]
            guesses = identify(files, parse_name, kind=group["kind"])
            seen = set[str]()
            for number, label in enumerate(labels):
                kind = {"movie": "movie", "episode": "tv"}.get(label["type"])
                guess = guesses[number]
                if (
                    kind is None
                    or not label.get("title")
                    or not guess.title
                    or (kind == "tv" and label["title"] in seen)
                ):
                    continue
                seen.add(label["title"])
                of_series = (each for each in guesses.values() if each.title == guess.title)
                last = _last_episodes(of_series) if kind == "tv" else ()
                content_type: ContentType = "movie" if kind == "movie" else "tv"
                yield kind, label, SearchQuery(guess.title, guess.year, content_type, last_episodes=last)


def _named(number: int, path: str) -> NamedFile:
    *folders, name = path.split("/")
    return NamedFile(file_id=number, folders=tuple(folders), name=name)
