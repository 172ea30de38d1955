"""Finding: facets of a search, what the word at the cursor can become, and what to try where nothing is found."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core.flows.planning.planner import MetadataPlan
from indexium_core.model import query
from indexium_core.model.files.properties import LABELS
from indexium_core.model.people import people_comment
from indexium_core.model.planning import risk
from indexium_core.model.planning.facets import FACETS, Facet, Facets, FacetValue, Wider
from indexium_core.model.planning.plan import CATEGORIES, RISK_LEVELS
from indexium_core.model.query import Completion, Key, Word
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.planning import facets as store
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Search, Version

__all__ = ["Finder"]

MOST = 50  # values of a facet
KNOWN = 20_000  # values that completion knows
FRESH = 10.0  # seconds for which completion may go by an older version: its counts are hints
OFFERED = 10  # completions

_IN_ORDER = {"risk": RISK_LEVELS, "category": CATEGORIES}
_FORMS = {  # what a value may look like, where there is no list of them
    "id": ("12", "12,15", ">100"),
    "tags": ("0", ">2", "1..3"),
    "size": (">1gb", "<100mb", "1gb..4gb"),
    "mtime": ("2025", ">2025-06", "2025-01..2025-06"),
}


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What the plan's values are called, with their files."""

    made_at: float
    files: Mapping[str, Mapping[str, int]]  # by key and value, most files first
    folded: Mapping[str, Sequence[tuple[str, str]]]  # people and folders: folded, as spelt
    roots: tuple[str, ...]


class Finder:
    """Looks around in plans. One instance serves a home."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[Version, _Vocabulary] | None = None

    # Facets.

    @remote()
    def facets(self, plan: MetadataPlan, *, containing: Mapping[str, str] | None = None, most: int = MOST) -> Facets:
        """
        Count everything that a search can be narrowed down by, each facet over the search without its own term.

        Args:
            plan: A plan, seen through a search.
            containing: For `folder` and `person`, text that the values must contain.
            most: How many values of these two.

        """
        text = plan.query
        chosen = {key: query.chosen(text, key) for key in FACETS}
        found = store.counts(
            self._database.read(),
            plan.version,
            _narrowing(text),
            chosen=chosen,
            containing=containing or {},
            most=most,
        )
        made = {key: self._facet(plan, key, found[key], chosen[key], containing or {}) for key in FACETS}
        return Facets(plan_id=plan.id, query=text, facets=made)

    def _facet(
        self, plan: MetadataPlan, key: str, found: store.Values, chosen: Sequence[str], containing: Mapping[str, str]
    ) -> Facet:
        values = {people_comment.person_key(value) if key == "person" else value: value for value in found.files}
        wanted = {people_comment.person_key(value) if key == "person" else value: value for value in chosen}
        first = [
            FacetValue(
                value=values.get(same, value),
                label=_label(key, values.get(same, value)),
                files=found.files[values[same]] if same in values else self._count(plan, key, value),
                chosen=True,
            )
            for same, value in wanted.items()
            if key not in containing or same in values
        ]
        others = [value for same, value in values.items() if same not in wanted]
        if key in _IN_ORDER:
            others.sort(key=_IN_ORDER[key].index)
        elif key == "tags":
            others.sort(key=int)
        rest = [FacetValue(value=value, label=_label(key, value), files=found.files[value]) for value in others]
        return Facet(key=key, values=(*first, *rest), total=found.total, all_of=query.every(plan.query, key))

    def _count(self, plan: MetadataPlan, key: str, value: str) -> int:
        """Count what a value finds that is none of the listed ones: a range, an alias, something that is gone."""
        text = query.with_chosen(plan.query, key, [value])
        return self._listed(replace(plan.search, query=query.compile_query(text)))

    def _listed(self, search: Search) -> int:
        return plans.statistics(self._database.read(), search).listed

    @remote()
    def volume(self, plan: MetadataPlan) -> int:
        """Return how many bytes the files have that a plan's search finds and that would be changed."""
        return plans.volume(self._database.read(), plan.search)

    # Where nothing is found.

    @remote()
    def wider(self, plan: MetadataPlan) -> list[Wider]:
        """Return searches near the plan's own that find something, the ones that say most like it first."""
        found = []
        for text, words in _near(plan.query):
            files = self._listed(replace(plan.search, query=query.compile_query(text)))
            if files:
                found.append(Wider(query=text, words=words, files=files))
        return found

    # Completion.

    @remote()
    def complete(self, plan: MetadataPlan, text: str, position: int | None = None) -> list[Completion]:
        """
        Return what the word at a position can become: keys, values, people and folders of the plan.

        Args:
            plan: The whole plan.
            text: What is in the search box; need not be readable.
            position: Position of the cursor, in characters; default: the end.

        """
        position = len(text) if position is None else position
        word, known = query.word_at(text, position), self._vocabulary(plan)
        offered = [*_with_counts(query.complete(text, position), known), *_named(word, known)]
        if not word.key and word.typed:
            offered = [*offered[:4], *_meant(word, known)]
        there = text[word.start : word.end]
        return [each for each in offered if each.text != there][: OFFERED if word.typed or word.key else None]

    def _vocabulary(self, plan: MetadataPlan) -> _Vocabulary:
        known = self._known
        if known and (known[0] == plan.version or time.monotonic() - known[1].made_at < FRESH):
            return known[1]
        reader = self._database.read()
        found = store.counts(reader, plan.version, _narrowing(""), chosen={}, containing={}, most=KNOWN)
        files = {key: values.files for key, values in found.items()}
        made = _Vocabulary(
            time.monotonic(),
            {**files, "ext": store.extensions(reader, plan.version)},
            {key: [(people_comment.fold(value), value) for value in files[key]] for key in ("person", "folder")},
            tuple(dict.fromkeys(row.name for row in catalog.libraries(reader))),
        )
        self._known = (plan.version, made)
        return made


def _narrowing(text: str) -> store.Narrowing:
    rest, own = query.split(text, FACETS)
    whole = query.compile_query(text)
    return store.Narrowing(
        rest=query.compile_query(rest),
        own={key: query.compile_query(term) for key, term in own.items() if term},
        unchanged=whole.names_unchanged,
        postponed=whole.names_postponed,
    )


def _label(key: str, value: str) -> str:
    if key == "issue":
        return risk.label(value)
    if key == "folder":
        return value.strip("/") or "not in a folder"
    if key == "locked":
        return LABELS.get(value, value)
    if key == "tags":
        return "nobody" if value == "0" else "1 person" if value == "1" else query.describe(f"tags:{value}")
    return value


def _near(text: str) -> Iterator[tuple[str, str]]:
    """Yield searches that find more than one does, and how they differ from it."""
    whole, parts = query.compile_query(text), query.parts(text)
    if len(parts) > 1:
        for place, part in enumerate(parts):
            yield query.without_part(text, place), f"without {text[part.start : part.end]}"
    own = f"({text}) " if text.strip() else ""
    if not whole.names_postponed:
        yield f"{own}postponed:yes", "among the skipped ones"
    if not whole.names_unchanged and not whole.names_risk:
        yield f"{own}risk:unchanged", "among those that need no change"


# What a word can become.


def _with_counts(offered: list[Completion], known: _Vocabulary) -> Iterator[Completion]:
    for each in offered:
        key, _, value = each.text.partition(":")
        yield replace(each, count=known.files[key].get(value, 0)) if value and key in known.files else each


def _named(word: Word, known: _Vocabulary) -> Iterator[Completion]:
    """Yield the values of a key that only the library knows."""
    key = query.KEYS.get(word.key)
    if key is None:
        return
    if key.kind == "people":
        for name, files in _people(word.typed, known):
            text = f"{key.name}:{query.quoted(name, exact=True)}"
            yield _offer(word, text, name, files if key.name == "person" else None)
    elif key.kind == "folder":
        for folder, files in _folders(word.typed, known):
            yield _offer(word, f"folder:{query.quoted(folder)}", _label("folder", folder), files)
    elif key.kind == "root":
        wanted = people_comment.fold(word.typed)
        for root in known.roots:
            if wanted in people_comment.fold(root):
                yield _offer(word, f"root:{query.quoted(root, exact=True)}", root)
    elif key.name in ("ext", "container"):
        yield from _words(word, known, key)
    elif not word.typed:
        for form in _FORMS.get(key.name, ()):
            yield _offer(word, f"{key.name}:{form}", form, hint=query.describe(f"{key.name}:{form}"))


def _words(word: Word, known: _Vocabulary, key: Key) -> Iterator[Completion]:
    given = word.first.lower().split(",")
    for value, files in known.files[key.name].items():
        if value.startswith(word.typed.lower()) and value not in given:
            yield _offer(word, f"{key.name}:{word.first}{value}", value, files)


def _meant(word: Word, known: _Vocabulary) -> Iterator[Completion]:
    """Yield what a bare word may stand for: a level or reason, people, folders."""
    if len(word.typed) > 2 and not word.quoted:
        for key in ("risk", "category", "container"):
            for value, files in known.files[key].items():
                if value.startswith(word.typed.lower()):
                    yield _offer(word, f"{key}:{value}", f"{key}:{value}", files)
    for name, files in _people(word.typed, known)[:5]:
        yield _offer(word, f"person:{query.quoted(name, exact=True)}", name, files, hint="person")
    if len(word.typed) > 1:
        for folder, files in _folders(word.typed, known)[:3]:
            yield _offer(word, f"folder:{query.quoted(folder)}", _label("folder", folder), files, hint="folder")


def _people(typed: str, known: _Vocabulary) -> list[tuple[str, int]]:
    """Return the people whose names hold a text: first those of whom a name begins so, then by their files."""
    wanted, files = people_comment.fold(typed), known.files["person"]
    found = [(folded, name) for folded, name in known.folded["person"] if wanted in folded]
    found.sort(key=lambda entry: not f" {entry[0]}".count(f" {wanted}"))
    return [(name, files[name]) for _, name in found[:OFFERED]]


def _folders(typed: str, known: _Vocabulary) -> list[tuple[str, int]]:
    """Return folders: with a slash in front those that begin so, else those of which one part begins so."""
    files, wanted = known.files["folder"], people_comment.fold(typed)
    if not wanted.startswith("/"):
        wanted = f"/{wanted}"
        found = [name for folded, name in known.folded["folder"] if wanted in folded]
    else:
        found = [name for folded, name in known.folded["folder"] if folded.startswith(wanted)]
    return [(name, files[name]) for name in found[:OFFERED]]


def _offer(word: Word, text: str, label: str, files: int | None = None, *, hint: str = "") -> Completion:
    return Completion(start=word.start, end=word.end, text=text, label=label, hint=hint, count=files)
