"""
The labelled names of `tests/corpus`: identify them, and count what is right.

`titles.json` has names of many kinds. `libraries.json` and `collections.json` have the folders of several people, and
names one by one; `releases.json` has releases, recordings and other names that are hard to read. A label has the type
(`home`: no film and no episode), and for a film or an episode its title, year, season, episodes and date. The date of
an episode with a number is an optional label. `also` are other right titles. `edition`, `part` and `ids` are labels of
films; the edition counts in groups that have such labels.

`mixed.json` has the folders of people who keep films, episodes and home videos together, with the duration of each file
in `seconds`. `unclear` labels depend on what only the person knows.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexium_core.model.names.guessing import identify
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import fold_title
from indexium_core.model.names.title_guess import NamedFile, TitleGuess
from indexium_core.model.titles.grouping import group_series

_FOLDER = Path(__file__).resolve().parents[1] / "corpus"
CORPORA = tuple(_FOLDER / f"{name}.json" for name in ("titles", "libraries", "collections", "releases"))
MEASURES = ("type", "title", "year", "number", "aired", "edition", "grouping")
MIXED = _FOLDER / "mixed.json"


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


def evaluate(corpus: Path, read: Callable[[str], NameParts], *, every: int = 1) -> dict[str, Score]:
    """Identify a corpus, or every nth library of it, with a reader of names; return the score of each measure."""
    scores = {name: Score() for name in MEASURES}
    for labelled, guesses in identified(corpus, read, every=every):
        has_editions = corpus.stem == "releases" and any("edition" in label for label in labelled)
        for number, label in enumerate(labelled):
            _count(scores, label, guesses[number], has_editions=has_editions)
        _count_groups(scores["grouping"], labelled, guesses)
    return scores


def identified(
    corpus: Path, read: Callable[[str], NameParts], *, every: int = 1
) -> Iterator[tuple[Sequence[Mapping[str, Any]], Mapping[int, TitleGuess]]]:
    """Yield the labelled files of each library, and what each is by its place."""
    for kind, name, labelled in itertools.islice(_libraries(corpus), 0, None, every):
        files = [
            NamedFile(
                file_id=number,
                folders=tuple(label["path"].split("/")[:-1]),
                name=label["path"].rpartition("/")[2],
                duration=label.get("seconds"),
            )
            for number, label in enumerate(labelled)
        ]
        yield labelled, identify(files, read, kind=kind, library=name)


def labels(corpus: Path) -> list[Mapping[str, Any]]:
    """Return all labelled files of a corpus."""
    return [label for _, _, files in _libraries(corpus) for label in files]


def _libraries(corpus: Path) -> Iterator[tuple[Any, str, Sequence[Mapping[str, Any]]]]:
    """Yield kind, name and labelled files of each library; a name for itself is a library of one file."""
    for group in json.loads(corpus.read_text(encoding="utf-8"))["groups"]:
        files = group["files"]
        for each in [files] if group["is_one_library"] else [[label] for label in files]:
            yield group["kind"], group.get("name", ""), each


def _count(scores: Mapping[str, Score], label: Mapping[str, Any], guess: TitleGuess, *, has_editions: bool) -> None:
    name = label["path"]
    scores["type"].count("home" if guess.kind == "other" else guess.kind, label["type"], name)
    if label["type"] == "home":
        return
    title = label.get("title", "")
    is_also = fold_title(guess.title) in map(fold_title, label.get("also", ()))
    scores["title"].count(fold_title(title if is_also else guess.title), fold_title(title), name)
    scores["year"].count(guess.year, label.get("year"), name)
    if has_editions and label["type"] == "movie":
        scores["edition"].count(_words_of_edition(guess.edition), _words_of_edition(label.get("edition", "")), name)
    if "aired" in label:
        scores["aired"].count(guess.aired, label["aired"], name)
    if label["type"] == "episode":
        season = guess.season if "season" in label else None
        aired = guess.aired if "aired" in label or not guess.episodes else ""
        given = (season, list(guess.episodes), aired)
        scores["number"].count(given, (label.get("season"), label.get("episodes", []), label.get("aired", "")), name)


def _words_of_edition(text: str) -> str:
    """Return what tells editions apart: `The Director's Cut` and `Directors Cut` are one."""
    words = fold_title(text).replace("director s", "directors").split()
    return " ".join(each for each in words if each not in {"the", "edition", "cut", "version", "collection"})


def _count_groups(score: Score, labelled: Sequence[Mapping[str, Any]], guesses: Mapping[int, TitleGuess]) -> None:
    """Count the episodes whose series has exactly the files that it should have."""
    wanted = defaultdict(set)
    for number, label in enumerate(labelled):
        if label["type"] == "episode":
            wanted[fold_title(label["title"]), label.get("year"), label.get("group")].add(number)
    sets = {
        frozenset(each.file_id for episode in series.episodes.values() for each in episode.files)
        for series in group_series(guesses)
    }
    for (title, _, _), numbers in wanted.items():
        is_right = frozenset(numbers) in sets
        score.labelled += len(numbers)
        score.given += len(numbers)
        score.right += len(numbers) * is_right
        if not is_right:
            score.misses.append(f"{title}: {sorted(numbers)}")
