"""
The accuracy of matches: the labelled names of `tests/corpus/titles.json` against made-up answers of a provider.

Each labelled title is one of the provider, with distractors in turn: a namesake of another year, sequels, a well-known
remake, and a foreign film with a similar name. The provider lacks every nineteenth title, but has its distractors.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexium_core import provider_keys, settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.flows.titles.parsing import parse_name
from indexium_core.library import Library
from indexium_core.model.titles.guessing import identify
from indexium_core.model.titles.matching import Candidate, ContentMatcher, SearchQuery
from indexium_core.model.titles.title_guess import NamedFile
from indexium_core.model.titles.title_text import title_key

__all__ = ["Accuracy", "measure"]

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "titles.json"
MISSING = (
    19  # the provider lacks one title of so many; no multiple of 4, so that each distractor occurs without its title
)
_YEARS = range(1935, 2021)  # of titles whose names have none


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
        (home / provider_keys.FILE_NAME).write_text('tmdb_api_key = "of-the-stand-in"\n', encoding="utf-8")
        (home / provider_keys.FILE_NAME).chmod(0o600)
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
    labels = list(_labels())
    truths: dict[tuple[str, str, int | None], MadeUpTitle] = {}
    years = {(kind, title_key(label["title"])): label["year"] for kind, label, _ in labels if "year" in label}
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
        return MadeUpTitle(number=truth.number + place, kind=truth.kind, title=title, year=year, **more)

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
                yield kind, label, SearchQuery(guess.title, guess.year, "movie" if kind == "movie" else "tv")


def _named(number: int, path: str) -> NamedFile:
    *folders, name = path.split("/")
    return NamedFile(file_id=number, folders=tuple(folders), name=name)
