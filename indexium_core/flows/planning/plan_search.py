"""Search of a plan: facets, completion of the word at the cursor, and wider searches if a search has no results."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.model import query
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import QUERY_RUN
from indexium_core.model.files.properties import label_of, lockable
from indexium_core.model.people import people_comment
from indexium_core.model.plan_numbers import DescribedSearch, PlanNumbers, SearchProblem
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import (
    CATEGORIES,
    FACETS,
    RISK_LEVELS,
    WRITABLE,
    Facet,
    Facets,
    FacetValue,
    Wider,
)
from indexium_core.model.planning.recent_values import SETS_OF_LIBRARIES, RecentValues
from indexium_core.model.query import Completion, Key, Word
from indexium_core.model.query.title_keys import TITLE_TEXTS
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Version
from indexium_core.store.planning import facets as store
from indexium_core.store.planning import plan_read, plan_rows
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.titles import titles

FACET_VALUES = 50  # values of a facet
VOCABULARY_VALUES = 20_000  # values of a key that completion offers
VOCABULARY_SECONDS = 10.0  # for this time, completion may use an older version, because its counts are only hints
COMPLETIONS = 10

_FIXED_ORDER = {"risk": RISK_LEVELS, "category": CATEGORIES}
_EXAMPLES = {  # example values of keys without a list of values
    "id": ("12", "12,15", ">100"),
    "tags": ("0", ">2", "1..3"),
    "size": (">1gb", "<100mb", "1gb..4gb"),
    "mtime": ("2025", ">2025-06", "2025-01..2025-06"),
    "taken": ("2025", "2025-06", "2025-01..2025-06"),
    "type": ("photo", "video", "audio"),
}


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The values of a plan with their file counts."""

    made_at: float  # seconds of `time.monotonic`
    files: Mapping[str, Mapping[str, int]]  # by key and value, most files first
    folded: Mapping[str, Sequence[tuple[str, str]]]  # people and folders: folded text, value
    roots: tuple[str, ...]


class Finder:
    """Searches plans. One instance serves a home."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By the libraries that actors see; the values of titles also by key: when they were read; folded text, value.
        self._cached = RecentValues[tuple[int, ...] | None, tuple[Version, _Vocabulary]](SETS_OF_LIBRARIES)
        self._title_values = RecentValues[Hashable, tuple[float, list[tuple[str, str]]]](
            SETS_OF_LIBRARIES * len(TITLE_TEXTS)
        )

    # Facets.

    @remote()
    def facets(
        self, plan: MetadataPlan, *, containing: Mapping[str, str] | None = None, most: int = FACET_VALUES
    ) -> Facets:
        """
        Count the values of every facet; each facet ignores its own term in the search.

        Args:
            plan: A plan, seen through a search.
            containing: For `folder` and `person`, text that the values must contain.
            most: Maximum number of values of these two keys.

        """
        text = plan.query
        selected = {key: query.selected_values(text, key) for key in FACETS}
        values = store.counts(
            self._database.read(),
            plan.version,
            _facet_search(text),
            selected=selected,
            containing=containing or {},
            limit=most,
        )
        facets = {key: self._facet(plan, key, values[key], selected[key], containing or {}) for key in FACETS}
        return Facets(plan_id=plan.id, query=text, facets=facets)

    def _facet(
        self, plan: MetadataPlan, key: str, counts: store.Values, selected: Sequence[str], containing: Mapping[str, str]
    ) -> Facet:
        listed = {_same_value_key(key, value): value for value in counts.files}
        wanted = {_same_value_key(key, value): value for value in selected}
        first = [
            FacetValue(
                value=listed.get(same, value),
                label=_label(key, listed.get(same, value)),
                files=counts.files[listed[same]] if same in listed else self._count(plan, key, value),
                chosen=True,
            )
            for same, value in wanted.items()
            if key not in containing or same in listed
        ]
        others = [value for same, value in listed.items() if same not in wanted]
        if key in _FIXED_ORDER:
            others.sort(key=_FIXED_ORDER[key].index)
        elif key == "tags":
            others.sort(key=int)
        rest = [FacetValue(value=value, label=_label(key, value), files=counts.files[value]) for value in others]
        all_of = query.requires_all(plan.query, key)
        return Facet(key=key, values=(*first, *rest), total=counts.total, all_of=all_of)

    def _count(self, plan: MetadataPlan, key: str, value: str) -> int:
        """Count the files of a selected value that is not listed: a range, an alias or a value without files."""
        text = query.with_values(plan.query, key, [value])
        return self._listed(replace(plan.search, query=query.compile_query(text)))

    def _listed(self, search: Search) -> int:
        return plan_read.statistics(self._database.read(), search).listed

    @remote()
    def volume(self, plan: MetadataPlan) -> int:
        """Return the total size in bytes of the files in the plan's search that a write would change."""
        counted = plan.counted_volume
        return plan_read.total_bytes(self._database.read(), plan.search) if counted is None else counted

    # Numbers.

    @remote()
    def numbers(self, plan: MetadataPlan) -> PlanNumbers:
        """Return the numbers of a plan for its search, and for the same search without its levels of risk."""
        search = DescribedSearch(query=plan.query)
        aside = search.without_risk
        beside = plan if aside == plan.query else plan.narrowed(aside)
        listed = len(plan)
        return PlanNumbers(
            plan_id=plan.id,
            search=search,
            listed=listed,
            found=plan.statistics,
            beside=beside.statistics,
            everything=(plan if not plan.query.strip() else plan.narrowed("")).statistics,
            warning_reasons=beside.warning_reasons,
            volume=self.volume(plan),
            able=_able(plan, WRITABLE, plan.statistics.listed_count - plan.statistics.blocked_count),
            safe=_able(beside, ("safe",), beside.statistics.safe_count),
            folders=len(catalog.libraries(self._database.read())),
            wider=[] if listed or not plan.query.strip() else self.wider(plan),
        )

    @remote()
    def problem(self, text: str) -> SearchProblem | None:
        """Return why a text cannot be searched, with the place of the mistake; None if it can."""
        try:
            query.compile_query(text)
        except errors.QueryError as error:
            return SearchProblem(message=error.message, position=error.position, word=error.word)
        return None

    @remote()
    def with_value(self, text: str, key: str, value: str, *, on: bool) -> DescribedSearch:
        """
        Return a search with one more value of a key, or with one less.

        Raises:
            QueryError: The search is invalid, or the key does not have the value.

        """
        values = [each for each in query.selected_values(text, key) if each != value]
        return self.with_values(text, key, [*values, value] if on else values, all_of=query.requires_all(text, key))

    @remote()
    def with_values(self, text: str, key: str, values: Sequence[str], *, all_of: bool = False) -> DescribedSearch:
        """
        Return a search with exactly these values of a key: files have any of them, or all of them if `all_of`.

        Raises:
            QueryError: The search is invalid, or the key does not have a value.
            UsageError: The key is no facet.

        """
        if key not in FACETS:
            raise errors.UsageError(f"There is no facet '{key}'; choose one of {', '.join(FACETS)}.")
        return DescribedSearch(query=query.with_values(text, key, values, all_of=all_of))

    @remote()
    def without_filters(self, text: str) -> DescribedSearch:
        """Return a search without the values of all facets; the other words stay. Raises `QueryError`."""
        for key in FACETS:
            text = query.with_values(text, key, [])
        return DescribedSearch(query=text)

    @needs(QUERY_RUN)
    @remote()
    def as_sql(self, text: str) -> str:
        """Return the files that a search of the plan finds as SQL over a snapshot. Raises `QueryError`."""
        return query.plan_as_sql(text)

    # Wider searches.

    @remote()
    def wider(self, plan: MetadataPlan) -> list[Wider]:
        """Return searches with results that are similar to the plan's own search, the most similar first."""
        wider = []
        for text, difference in _wider_searches(plan.query):
            files = self._listed(replace(plan.search, query=query.compile_query(text)))
            if files:
                wider.append(Wider(query=text, words=difference, files=files))
        return wider

    # Completion.

    @remote()
    def complete(self, plan: MetadataPlan, text: str, position: int | None = None) -> list[Completion]:
        """
        Return completions of the word at a position: keys, values, people and folders of the plan.

        Args:
            plan: The whole plan.
            text: The text of the search box; it may be an invalid search.
            position: Position of the cursor, in characters; default: the end.

        """
        position = len(text) if position is None else position
        word, vocabulary = query.word_at(text, position), self._vocabulary(plan)
        completions = [*_with_counts(query.complete(text, position), vocabulary), *_value_completions(word, vocabulary)]
        if word.key in TITLE_TEXTS:
            completions += self._values_of_titles(word)
        if not word.key and word.typed:
            completions = [*completions[:4], *_bare_word_completions(word, vocabulary)]
        typed = text[word.start : word.end]
        return [each for each in completions if each.text != typed][: COMPLETIONS if word.typed or word.key else None]

    def _values_of_titles(self, word: Word) -> list[Completion]:
        """Return completions with the titles, people or genres of films and series: best matches first."""
        key = self._database.own_libraries, word.key

        def read() -> tuple[float, list[tuple[str, str]]]:
            found = titles.search_values(self._database.read(), word.key, limit=VOCABULARY_VALUES)
            return time.monotonic(), [(people_comment.fold(value), value) for value in found]

        _, values = self._title_values.get(key, read, lambda known: time.monotonic() - known[0] < VOCABULARY_SECONDS)
        return [
            _completion(word, f"{word.key}:{query.quoted(value)}", value)
            for value in _best(people_comment.fold(word.typed), values)[:COMPLETIONS]
        ]

    def _vocabulary(self, plan: MetadataPlan) -> _Vocabulary:
        def is_valid(known: tuple[Version, _Vocabulary]) -> bool:
            version, vocabulary = known
            return version == plan.version or time.monotonic() - vocabulary.made_at < VOCABULARY_SECONDS

        _, vocabulary = self._cached.get(
            self._database.own_libraries, lambda: (plan.version, self._read_vocabulary(plan)), is_valid
        )
        return vocabulary

    def _read_vocabulary(self, plan: MetadataPlan) -> _Vocabulary:
        reader = self._database.read()
        counts = store.counts(
            reader, plan.version, _facet_search(""), selected={}, containing={}, limit=VOCABULARY_VALUES
        )
        files = {key: values.files for key, values in counts.items()}
        return _Vocabulary(
            time.monotonic(),
            {**files, "ext": store.extensions(reader, plan.version)},
            {key: [(people_comment.fold(value), value) for value in files[key]] for key in ("person", "folder")},
            tuple(dict.fromkeys(row.name for row in catalog.libraries(reader))),
        )


def _able(plan: MetadataPlan, levels: Sequence[str], count: int) -> int:
    """Return how many of `count` files a selection can have: skipped files are none of them."""
    if not query.compile_query(plan.query).names_postponed:
        return count
    rows = plan.selection_rows.of_search(plan.query)
    return plan_rows.summarize(rows, [], risk=levels, levels=levels).count


def _same_value_key(key: str, value: str) -> str:
    """Return a key that all spellings of one facet value share."""
    return people_comment.person_key(value) if key == "person" else value


def _facet_search(text: str) -> store.FacetSearch:
    rest, own = query.split(text, FACETS)
    whole = query.compile_query(text)
    return store.FacetSearch(
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
        return label_of(value) if value in lockable() else value
    if key == "tags":
        return "no people" if value == "0" else "1 person" if value == "1" else query.describe(f"tags:{value}")
    return value


def _wider_searches(text: str) -> Iterator[tuple[str, str]]:
    """Yield searches that find more than a search, each with its difference."""
    whole = query.compile_query(text)
    for rest, part in query.without_each_part(text):
        yield rest, f"without {part}"
    own = f"({text}) " if text.strip() else ""
    if not whole.names_postponed:
        yield f"{own}postponed:yes", "including skipped files"
    if not whole.names_unchanged and not whole.names_risk:
        yield f"{own}risk:unchanged", "including unchanged files"


# Completions.


def _with_counts(completions: list[Completion], vocabulary: _Vocabulary) -> Iterator[Completion]:
    for each in completions:
        key, _, value = each.text.partition(":")
        yield replace(each, count=vocabulary.files[key].get(value, 0)) if value and key in vocabulary.files else each


def _value_completions(word: Word, vocabulary: _Vocabulary) -> Iterator[Completion]:
    """Yield the values of a key that the plan contains."""
    key = query.all_keys().get(word.key)
    if key is None:
        return
    if key.kind == "people":
        for name, files in _people(word.typed, vocabulary):
            text = f"{key.name}:{query.quoted(name, exact=True)}"
            yield _completion(word, text, name, files if key.name == "person" else None)
    elif key.kind == "folder":
        for folder, files in _folders(word.typed, vocabulary):
            yield _completion(word, f"folder:{query.quoted(folder)}", _label("folder", folder), files)
    elif key.kind == "root":
        wanted = people_comment.fold(word.typed)
        for root in vocabulary.roots:
            if wanted in people_comment.fold(root):
                yield _completion(word, f"root:{query.quoted(root, exact=True)}", root)
    elif key.name in ("ext", "container"):
        yield from _word_values(word, vocabulary, key)
    elif not word.typed:
        for example in _EXAMPLES.get(key.name, ()):
            term = f"{key.name}:{example}"
            yield _completion(word, term, example, hint=query.describe(term))


def _word_values(word: Word, vocabulary: _Vocabulary, key: Key) -> Iterator[Completion]:
    given = word.first.lower().split(",")
    for value, files in vocabulary.files[key.name].items():
        if value.startswith(word.typed.lower()) and value not in given:
            yield _completion(word, f"{key.name}:{word.first}{value}", value, files)


def _bare_word_completions(word: Word, vocabulary: _Vocabulary) -> Iterator[Completion]:
    """Yield completions of a bare word: levels and categories, people, folders."""
    if len(word.typed) > 2 and not word.quoted:
        for key in ("risk", "category", "container"):
            for value, files in vocabulary.files[key].items():
                if value.startswith(word.typed.lower()):
                    yield _completion(word, f"{key}:{value}", f"{key}:{value}", files)
    for name, files in _people(word.typed, vocabulary)[:5]:
        yield _completion(word, f"person:{query.quoted(name, exact=True)}", name, files, hint="person")
    if len(word.typed) > 1:
        for folder, files in _folders(word.typed, vocabulary)[:3]:
            yield _completion(word, f"folder:{query.quoted(folder)}", _label("folder", folder), files, hint="folder")


def _people(typed: str, vocabulary: _Vocabulary) -> list[tuple[str, int]]:
    """Return people whose names contain a text: those with a word that starts with it first, then by files."""
    names = _best(people_comment.fold(typed), vocabulary.folded["person"])
    return [(name, vocabulary.files["person"][name]) for name in names[:COMPLETIONS]]


def _best(wanted: str, values: Sequence[tuple[str, str]]) -> list[str]:
    """Return the values whose folded text contains a text: those with a word that starts with it first."""
    matches = [(folded, value) for folded, value in values if wanted in folded]
    matches.sort(key=lambda entry: not f" {entry[0]}".count(f" {wanted}"))
    return [value for _, value in matches]


def _folders(typed: str, vocabulary: _Vocabulary) -> list[tuple[str, int]]:
    """Return folders that start with a text if it starts with a slash, else folders with a part that starts with it."""
    files, wanted = vocabulary.files["folder"], people_comment.fold(typed)
    if not wanted.startswith("/"):
        wanted = f"/{wanted}"
        matches = [name for folded, name in vocabulary.folded["folder"] if wanted in folded]
    else:
        matches = [name for folded, name in vocabulary.folded["folder"] if folded.startswith(wanted)]
    return [(name, files[name]) for name in matches[:COMPLETIONS]]


def _completion(word: Word, text: str, label: str, files: int | None = None, *, hint: str = "") -> Completion:
    return Completion(start=word.start, end=word.end, text=text, label=label, hint=hint, count=files)
