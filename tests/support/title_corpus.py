"""The labelled names of `tests/corpus/titles.json`: identify them, and count what is right."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexium_core.model.titles.guessing import identify
from indexium_core.model.titles.name_parts import NameParts
from indexium_core.model.titles.names import fold_title
from indexium_core.model.titles.title_guess import NamedFile, TitleGuess

__all__ = ["CORPUS", "MEASURES", "Score", "evaluate", "labels"]

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "titles.json"
MEASURES = ("type", "title", "year", "number", "grouping")


@dataclass(slots=True)
class Score:
    """The result of one measure: values that are right, that were given, and that the labels have."""

    right: int = 0
    given: int = 0
    labelled: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    def count(self, given: object, label: object, name: str) -> None:
        """Count one value; None or an empty value is no value."""
        self.given += bool(given)
        self.labelled += bool(label)
        if given == label:
            self.right += bool(label)
        else:
            self.misses.append(f"{name}: {given!r}, not {label!r}")


def evaluate(read: Callable[[str], NameParts]) -> dict[str, Score]:
    """Identify the corpus with a reader of names, and return the score of each measure."""
    scores = {name: Score() for name in MEASURES}
    for kind, labelled in _libraries():
        files = [
            NamedFile(
                file_id=number, folders=tuple(label["path"].split("/")[:-1]), name=label["path"].rpartition("/")[2]
            )
            for number, label in enumerate(labelled)
        ]
        guesses = identify(files, read, kind=kind)
        for number, label in enumerate(labelled):
            _count(scores, label, guesses[number])
        _count_groups(scores["grouping"], labelled, guesses)
    return scores


def labels() -> list[Mapping[str, Any]]:
    """Return all labelled files."""
    return [label for _, files in _libraries() for label in files]


def _libraries() -> Iterator[tuple[Any, Sequence[Mapping[str, Any]]]]:
    """Yield the kind and the labelled files of each library; a name for itself is a library of one file."""
    for group in json.loads(CORPUS.read_text(encoding="utf-8"))["groups"]:
        if group["is_one_library"]:
            yield group["kind"], group["files"]
        else:
            for label in group["files"]:
                yield group["kind"], [label]


def _count(scores: Mapping[str, Score], label: Mapping[str, Any], guess: TitleGuess) -> None:
    name = label["path"]
    scores["type"].count(guess.kind, label["type"], name)
    if label["type"] == "home":
        return
    scores["title"].count(fold_title(guess.title), fold_title(label.get("title", "")), name)
    scores["year"].count(guess.year, label.get("year"), name)
    if label["type"] == "episode":
        season = guess.season if "season" in label else None
        given = (season, list(guess.episodes), guess.aired)
        scores["number"].count(given, (label.get("season"), label.get("episodes", []), label.get("aired", "")), name)


def _count_groups(score: Score, labelled: Sequence[Mapping[str, Any]], guesses: Mapping[int, TitleGuess]) -> None:
    """Count the episodes whose series has exactly the files that it should have."""
    wanted, found = defaultdict(set), defaultdict(set)
    for number, label in enumerate(labelled):
        if label["type"] == "episode":
            wanted[fold_title(label["title"]), label.get("year"), label.get("group")].add(number)
        guess = guesses[number]
        if guess.kind == "episode":
            found[fold_title(guess.title), guess.year, guess.country].add(number)
    sets = {frozenset(each) for each in found.values()}
    for (title, _, _), numbers in wanted.items():
        is_right = frozenset(numbers) in sets
        score.labelled += len(numbers)
        score.given += len(numbers)
        score.right += len(numbers) * is_right
        if not is_right:
            score.misses.append(f"{title}: {sorted(numbers)}")
