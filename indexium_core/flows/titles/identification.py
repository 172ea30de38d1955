"""
Identify the videos of libraries without network: names, folders, neighbours, container tags and NFO files.

Names that were read before are not read again. Names and NFO files are read in chunks by the executor; everything else
is computed for a whole library at once and stored in groups of titles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from indexium_core.files.titles.nfo_former import with_former
from indexium_core.flows.titles import nfo_reading, parsing
from indexium_core.flows.titles.assigning import NO_FILES, FilesToUnassign
from indexium_core.flows.titles.candidates import ids_of_titles, ids_of_works, season_values_of, values_of
from indexium_core.flows.titles.nfo_files import FileDocuments, NfoFiles, folders_of
from indexium_core.flows.titles.nfo_reading import FolderDocuments
from indexium_core.flows.titles.resolution import ResolvedTitle, Resolver
from indexium_core.jobs.executors import Executor
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.names.guessing import identify
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.neighbours import stem_of
from indexium_core.model.names.title_guess import NamedFile, TitleGuess
from indexium_core.model.publishing.nfo_ownership import OwnValues, without_own
from indexium_core.model.titles.grouping import group_movies, group_series
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.connections import webhooks
from indexium_core.store.database import Database
from indexium_core.store.publishing import items
from indexium_core.store.titles import assignments, external_ids, identified
from indexium_core.store.titles.identified import (
    EvidenceRow,
    FileLink,
    FileToIdentify,
    NfoProblemRow,
    StoredTitle,
    TitleRow,
    TitleValueRow,
)

_GROUP = 2000  # titles or files: less than a second; each group costs the same time once
_CHUNK_NAMES, _CHUNK_FOLDERS = 100, 50  # of one call of the executor
_NAME_SECONDS, _FOLDER_SECONDS = 0.008, 0.002  # processor time for reading one name, and the NFO files of one folder
_PROBLEMS = 100  # that a report names
_MOST_DIGITS = 5  # of the number of a season or an episode in a tag
_IDS = 10  # that are taken from the sequence first; each later time as many as all before
_ATTEMPTS = 3  # to store in groups while people change titles
T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class FoundTitles:
    """Titles with their files and their values from names, container tags and NFO files."""

    titles: list[TitleRow] = field(default_factory=list)
    links: list[FileLink] = field(default_factory=list)
    values: list[TitleValueRow] = field(default_factory=list)
    file_ids: list[int] = field(default_factory=list)

    def take(self, other: FoundTitles) -> None:
        """Add the titles of another group."""
        self.titles += other.titles
        self.links += other.links
        self.values += other.values
        self.file_ids += other.file_ids

    @property
    def size(self) -> int:
        """The number of titles or files, whichever is larger."""
        return max(len(self.titles), len(self.file_ids))


def changed_groups(
    found: FoundTitles,
    stored: Mapping[int, StoredTitle],
    links: Iterable[FileLink],
    values: Iterable[TitleValueRow],
    *,
    keep_nfo: Collection[int],
) -> Iterator[FoundTitles]:
    """
    Yield groups of whole films and series whose titles, files or values differ from the stored ones.

    Args:
        found: The titles of a library.
        stored: The stored titles by id.
        links: The stored files of titles.
        values: The stored values from names, tags and NFO files that are not locked; the values are JSON texts.
        keep_nfo: Titles that keep their values of NFO files.

    """
    works = _works(found)
    groups: dict[int, FoundTitles] = defaultdict(FoundTitles)
    for title in found.titles:
        groups[works[title.id]].titles.append(title)
    for link in found.links:
        groups[works[link.entity_id]].links.append(link)
    for value in found.values:
        groups[works[value.entity_id]].values.append(value)
    of_file = {link.file_id: works[link.entity_id] for link in found.links}
    for file_id in found.file_ids:
        groups[of_file.get(file_id, -file_id)].file_ids.append(file_id)

    known_links, known_values = defaultdict[int, set[FileLink]](set), defaultdict[int, set[tuple[object, ...]]](set)
    for link in links:
        known_links[link.file_id].add(link)
    kept = set(keep_nfo)
    for value in values:
        if value.origin != "nfo" or value.entity_id not in kept:
            known_values[value.entity_id].add((value.field, value.origin, value.value, value.confidence))
    whole = FoundTitles()
    for group in groups.values():
        if _is_changed(group, stored, known_links, known_values):
            whole.take(group)
            if whole.size >= _GROUP:
                yield whole
                whole = FoundTitles()
    if whole.size:
        yield whole


def _works(found: FoundTitles) -> dict[int, int]:
    """Return the film or series of each title; those that share a file have the same."""
    works = {title.id: title.series_id or title.id for title in found.titles}
    for link in found.links:
        works.setdefault(link.entity_id, link.entity_id)
    first: dict[int, int] = {}
    same: dict[int, int] = {}

    def root(work: int) -> int:
        while work in same:
            work = same[work]
        return work

    for link in found.links:
        work = root(works[link.entity_id])
        other = root(first.setdefault(link.file_id, work))
        if other != work:
            same[work] = other
    return {title_id: root(work) for title_id, work in works.items()}


def _is_changed(
    group: FoundTitles,
    stored: Mapping[int, StoredTitle],
    links: Mapping[int, set[FileLink]],
    values: Mapping[int, set[tuple[object, ...]]],
) -> bool:
    for title in group.titles:
        known = stored.get(title.id)
        place = (title.library_id, title.name_key, title.series_id)
        if known is None or (known.library_id, known.name_key, known.series_id) != place:
            return True
    if {link for file_id in group.file_ids for link in links.get(file_id, ())} != set(group.links):
        return True
    found = {title.id: set[tuple[object, ...]]() for title in group.titles}
    for value in group.values:
        text = json.dumps(value.value, ensure_ascii=False)
        found[value.entity_id].add((value.field, value.origin, text, value.confidence))
    return any(values.get(title_id, set()) != each for title_id, each in found.items())


@dataclass(slots=True, kw_only=True)
class IdentificationReport:
    """The result of an identification."""

    files: int = 0
    names: int = 0  # that were read; names that were known are not
    movies: int = 0
    episodes: int = 0  # files
    extras: int = 0  # with trailers and samples
    home: int = 0  # home videos
    unknown: int = 0  # files whose names say nothing
    added: int = 0  # titles
    changed: int = 0
    offline: int = 0  # libraries that were left out
    broken: int = 0  # NFO files
    problems: dict[str, str] = field(default_factory=dict)  # a sentence by path of an NFO file, of the first ones
    cancelled: bool = False
    changes: list[tuple[str, int, bool]] = field(default_factory=list)  # type and id of titles, and whether each is new


class Identifier:
    """Identifies the videos of libraries and stores the result."""

    def __init__(
        self, database: Database, *, executor: Callable[[int, float], Executor], clock: Callable[[], datetime]
    ) -> None:
        """`executor` returns the executor for a number of names and the seconds that they take."""
        self._database, self._executor, self._clock = database, executor, clock

    def run(
        self,
        libraries: Sequence[LibraryRow],
        *,
        on_progress: Callable[[int, int, str], None],
        should_stop: Callable[[], bool],
        unassigned: FilesToUnassign = NO_FILES,
    ) -> IdentificationReport:
        """
        Identify libraries; `on_progress` gets the files that are done, all files, and the present step.

        Names are stored as soon as they are read, so that an interrupted run does not read them again. `unassigned` are
        files that a person moves back: they lose their titles in the transaction that gives them the new ones.
        """
        report = IdentificationReport(offline=sum(each.state != "online" for each in libraries))
        online = [each for each in libraries if each.state == "online" and each.kind != "home"]
        files = {each.library_id: identified.files(self._database.read(), [each.library_id]) for each in online}
        report.files = sum(len(each) for each in files.values())
        names = self._names(files.values(), report, on_progress, should_stop)
        done = 0
        for library in online:
            if report.cancelled or should_stop():
                report.cancelled = True
                break
            on_progress(done, report.files, library.name)
            self._identify(library, files[library.library_id], names, report, should_stop, unassigned=unassigned)
            done += len(files[library.library_id])
        if not report.cancelled:
            self._forget(names, {each.library_id for each in online})
            on_progress(report.files, report.files, "")
        return report

    # Names.

    def _names(
        self,
        files: Iterable[Sequence[FileToIdentify]],
        report: IdentificationReport,
        on_progress: Callable[[int, int, str], None],
        should_stop: Callable[[], bool],
    ) -> dict[str, NameParts]:
        """Return the parts of all names of files and folders; read those that are not known."""
        known = identified.known_names(self._database.read(), parsing.VERSION)
        wanted = dict.fromkeys(
            name
            for group in files
            for each in group
            for name in (stem_of(each.file_name), *filter(None, each.folder.split("/")))
        )
        missing = [name for name in wanted if name not in known]
        chunks = [missing[start : start + _CHUNK_NAMES] for start in range(0, len(missing), _CHUNK_NAMES)]
        executor = self._executor(len(missing), len(missing) * _NAME_SECONDS)
        for chunk, parts in _in_parallel(executor, parsing.parse_names, chunks):
            found = dict(zip(chunk, parts, strict=True))
            self._database.run(partial(identified.put_names, parser=parsing.VERSION, names=found))
            known |= found
            report.names += len(chunk)
            on_progress(0, report.files, f"{report.names:,} of {len(missing):,} names")
            if should_stop():
                report.cancelled = True
                break
        return {name: NameParts.from_plain(known[name]) for name in wanted if name in known}

    def _forget(self, names: Mapping[str, NameParts], library_ids: Collection[int]) -> None:
        """Delete names that no file has. Only a run of all libraries knows that no other library has them."""
        others = [each for each in catalog.libraries(self._database.read()) if each.kind != "home"]
        if any(each.library_id not in library_ids for each in others):
            return
        self._database.run(lambda tx: identified.forget_names(tx, parsing.VERSION, list(names)))

    # Titles.

    def _identify(
        self,
        library: LibraryRow,
        files: Sequence[FileToIdentify],
        names: Mapping[str, NameParts],
        report: IdentificationReport,
        should_stop: Callable[[], bool],
        *,
        unassigned: FilesToUnassign,
    ) -> None:
        def read(name: str) -> NameParts:
            return names[name] if name in names else parsing.parse_name(name)

        documents = self._documents(library.library_id, files, read, report)
        if should_stop():
            report.cancelled = True
            return

        guesses = identify(
            [_named(each, documents[each.file_id]) for each in files], read, kind=library.kind, library=library.name
        )
        ordered = {each.file_id: _with_edition(guesses[each.file_id], each, read) for each in files}
        _count(report, ordered.values())
        known = {each.file_id: each for each in files}
        for _ in range(_ATTEMPTS):
            if self._store(library, ordered, known, documents, report, unassigned=unassigned):
                return
        # People change titles faster than they are resolved.
        self._database.run(
            lambda tx: self._store(library, ordered, known, documents, report, unassigned=unassigned, tx=tx)
        )

    def _store(
        self,
        library: LibraryRow,
        guesses: Mapping[int, TitleGuess],
        by_id: Mapping[int, FileToIdentify],
        documents: Mapping[int, FileDocuments],
        report: IdentificationReport,
        *,
        unassigned: FilesToUnassign,
        tx: Connection | None = None,
    ) -> bool:
        """
        Store the titles in groups, each in a transaction of its own, so that other writes wait for one group only.

        Return False if somebody else has changed a title meanwhile: the groups that are stored stay, the others must be
        resolved again. With `tx`, everything is done in this transaction.
        """
        reader = tx or self._database.read()
        state = identified.state(reader)
        known = {each.library_id for each in catalog.libraries(reader)}
        stored, links = identified.stored(reader), identified.links(reader)
        by_folder = webhooks.ids_of_library(reader, library.library_id)
        resolver = Resolver(
            library.library_id,
            stored,
            links,
            libraries=known,
            new_id=self._ids(tx),
            assigned=assignments.assigned(reader),
            unassigned=unassigned.waiting(reader),
            missing={each.file_id for each in by_id.values() if each.is_missing},
            ids=external_ids.of_lost(reader),
            ids_of=partial(ids_of_works, files=by_id, documents=documents, by_folder=by_folder),
        )
        resolver.resolve(group_movies(guesses), group_series(guesses))
        titles = list(resolver.titles.values())
        unread = {file_id for file_id, each in documents.items() if not each.is_known}
        unlisted = [t for t in titles if any(each.file_id in unread for each in t.files)]
        keep_nfo = {t.id for t in unlisted}
        sent = ids_of_titles(titles, by_id, by_folder)
        found = FoundTitles(
            titles=[_row(title) for title in titles if title.files],
            links=list(resolver.links.values()),
            values=[value for title in titles for value in values_of(title, by_id, documents, sent.get(title.id, {}))],
            file_ids=list(by_id),
        )
        of_seasons = [value for title in titles for value in season_values_of(title, documents)]
        kept_series = {t.series_id or t.id for t in unlisted}
        series_ids = [t.id for t in titles if t.entity_type == "series" and t.id not in kept_series]
        at = self._clock()
        groups = changed_groups(
            found, {each.id: each for each in stored}, links, identified.found_values(reader), keep_nfo=keep_nfo
        )
        for group in groups:
            put = partial(_put, group=group, keep_nfo=keep_nfo, unassigned=unassigned, at=at)
            result = self._write(tx, state, put)
            if result is None:
                return False
            changes, state = result
            report.added += sum(is_new for _, _, is_new in changes)
            report.changed += sum(not is_new for _, _, is_new in changes)
            report.changes += changes

        evidence = [_evidence(each) for each in titles if each.entity_type in ("movie", "series") and each.files]

        def finish(tx: Connection) -> None:
            unassigned.finish(tx, list(by_id), known)
            identified.put_evidence(tx, evidence)
            identified.finish(tx, library.library_id, series_ids, of_seasons, at=at)

        return self._write(tx, state, finish) is not None

    def _write(self, tx: Connection | None, state: str, work: Callable[[Connection], R]) -> tuple[R, str] | None:
        """Return the result of work and the state after it, in a transaction; None if the state before is another."""

        def checked(current: Connection) -> tuple[R, str] | None:
            if identified.state(current) != state:
                return None
            return work(current), identified.state(current)

        return checked(tx) if tx is not None else self._database.run(checked)

    def _ids(self, tx: Connection | None) -> Callable[[], int]:
        """Return a function that returns new ids."""
        waiting: list[int] = []
        total = 0

        def new_id() -> int:
            nonlocal total
            if not waiting:
                next_ids = partial(identified.next_ids, count=total or _IDS)
                waiting.extend(reversed(next_ids(tx) if tx is not None else self._database.run(next_ids)))
                total += len(waiting)
            return waiting.pop()

        return new_id

    def _documents(
        self,
        library_id: int,
        files: Sequence[FileToIdentify],
        read: Callable[[str], NameParts],
        report: IdentificationReport,
    ) -> dict[int, FileDocuments]:
        """Return the documents of NFO files by file id, and store which of them are broken."""
        names: dict[str, list[str]] = defaultdict(list)
        paths: dict[str, bytes] = {}
        for each in files:
            names[each.folder].append(each.file_name)
            path = each.path_bytes.rpartition(b"/")[0]
            for folder in folders_of(each.folder):
                paths.setdefault(folder, path)
                path = path.rpartition(b"/")[0]
        folders = list(paths)
        chunks = [folders[start : start + _CHUNK_FOLDERS] for start in range(0, len(folders), _CHUNK_FOLDERS)]
        executor = self._executor(len(folders), len(folders) * _FOLDER_SECONDS)
        found: dict[str, FolderDocuments | None] = {}
        broken: list[NfoProblemRow] = []
        located = [[paths[folder] for folder in chunk] for chunk in chunks]
        ours = _by_folder(items.own_elements(self._database.read(), library_id))
        results = _in_parallel(executor, nfo_reading.read_folders, located)
        for chunk, (_, read_now) in zip(chunks, results, strict=True):
            for folder, of_folder in zip(chunk, read_now, strict=True):
                read_documents, problems = of_folder or (None, {})
                found[folder] = read_documents and _of_others(read_documents, ours.get(paths[folder]))
                report.broken += len(problems)
                broken += [
                    NfoProblemRow(path, folder, path.rpartition("/")[2][: -len(".nfo")].lower(), problem)
                    for path, problem in problems.items()
                ]
                report.problems |= dict(list(problems.items())[: _PROBLEMS - len(report.problems)])
        self._database.run(partial(identified.put_nfo_problems, library_id=library_id, rows=broken))
        nfo_files = NfoFiles(found, names, read)
        return {each.file_id: nfo_files.of(each.folder, each.file_name) for each in files}


def _by_folder(ours: Mapping[bytes, OwnValues]) -> dict[bytes, dict[str, OwnValues]]:
    """Return what is ours in NFO files by folder and by the name of the file without `.nfo`, in lower case."""
    found: dict[bytes, dict[str, OwnValues]] = {}
    for path, values in ours.items():
        folder, _, name = path.rpartition(b"/")
        found.setdefault(folder, {})[name[: -len(".nfo")].lower().decode("utf-8", "replace")] = values
    return found


def _of_others(documents: FolderDocuments, own: Mapping[str, OwnValues] | None) -> FolderDocuments:
    """Return the documents of a folder without the values that a publication of ours wrote into them."""
    if not own:
        return documents
    return {
        name: [with_former(left, own[name]) for left in without_own(each, own[name])] if name in own else each
        for name, each in documents.items()
    }


def _with_edition(guess: TitleGuess, file: FileToIdentify, read: Callable[[str], NameParts]) -> TitleGuess:
    """Return a guess with the edition of the folder if the name of an episode says none: `Season 1 (Extended)`."""
    if guess.kind != "episode" or guess.edition or not file.folder:
        return guess
    return replace(guess, edition=read(file.folder.rpartition("/")[2]).edition)


def _evidence(title: ResolvedTitle) -> EvidenceRow:
    """Return the best evidence of the files of a film or series: all have the name that would be searched."""
    files = [each for each in title.files if each.role == "main"] or title.files
    best = max((each.guess.evidence for each in files), key=lambda each: (each.is_enough, each.points))
    return EvidenceRow(title.entity_type, title.id, best.is_enough, best.points, best.reasons)


def _row(title: ResolvedTitle) -> TitleRow:
    return TitleRow(title.entity_type, title.id, title.library_id, title.name_key, title.series_id, title.is_new)


def _put(
    tx: Connection, *, group: FoundTitles, keep_nfo: Collection[int], unassigned: FilesToUnassign, at: datetime
) -> list[tuple[str, int, bool]]:
    kept, former = [each.id for each in group.titles if each.id in keep_nfo], unassigned.former(tx, group.file_ids)
    changes = identified.put(tx, group.titles, group.links, group.values, file_ids=group.file_ids, keep_nfo=kept, at=at)
    unassigned.settle(tx, group.file_ids, former)
    return changes


def _in_parallel(
    executor: Executor, function: Callable[[Sequence[T]], list[R]], chunks: Sequence[Sequence[T]]
) -> Iterator[tuple[Sequence[T], list[R]]]:
    """Yield each chunk with its result, in their order."""
    with ThreadPoolExecutor(executor.max_concurrency(4), thread_name_prefix="titles") as pool:
        pending: list[Future[list[R]]] = [pool.submit(executor.call, function, chunk) for chunk in chunks]
        try:
            for chunk, future in zip(chunks, pending, strict=True):
                yield chunk, future.result()
        finally:
            for future in pending:
                future.cancel()


def _named(each: FileToIdentify, documents: FileDocuments) -> NamedFile:
    tags = each.fields
    season, episode = (
        int(text) if (text := tags.get(name, "")).isdecimal() and len(text) <= _MOST_DIGITS else None
        for name in ("season", "episode")
    )
    return NamedFile(
        file_id=each.file_id,
        folders=tuple(filter(None, each.folder.split("/"))),
        name=each.file_name,
        duration=each.duration,
        show=tags.get("show", ""),
        season=season,
        episode=episode,
        nfo=documents.facts,
        series_nfo=documents.series_facts,
    )


def _count(report: IdentificationReport, guesses: Iterable[TitleGuess]) -> None:
    names: dict[str, str] = {"movie": "movies", "episode": "episodes", "home": "home", "other": "unknown"}
    for guess in guesses:
        name = names.get(guess.kind, "extras")
        setattr(report, name, getattr(report, name) + 1)


def summary(report: IdentificationReport) -> str:
    """Return the result of a job in one line."""
    parts = [f"{report.movies:,} of films", f"{report.episodes:,} of episodes", wording.plural(report.extras, "extra")]
    if report.home:
        parts.append(wording.plural(report.home, "home video"))
    if report.unknown:
        parts.append(f"{report.unknown:,} without a title in the name")
    text = f"{wording.files(report.files)}: {', '.join(parts)}; {wording.plural(report.added, 'new title')}"
    if report.broken:
        text += f"; {wording.plural(report.broken, 'NFO file has an error', 'NFO files have errors')}"
    if report.offline:
        text += f"; {wording.plural(report.offline, 'offline library was', 'offline libraries were')} left out"
    return f"Stopped: {text}" if report.cancelled else text
