"""The values of titles from names, container tags, NFO files and the events of senders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from indexium_core.flows.titles.nfo_files import FileDocuments
from indexium_core.flows.titles.resolution import ResolvedTitle
from indexium_core.model.names import words
from indexium_core.model.names.names import fold_title
from indexium_core.model.names.neighbours import stem_of
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.titles.fields import TITLE_FIELDS
from indexium_core.model.titles.grouping import FileRole, Work
from indexium_core.model.titles.nfo import LOCKED_NAMES, NfoDocument, by_order
from indexium_core.model.titles.titles import LOCKED_BY_NFO, SHARED_BY_NFO
from indexium_core.store.titles.identified import FileToIdentify, SeasonValueRow, TitleValueRow

_NO_TITLE = re.compile(r"https?://|www\.|\.(?:com|org|net|to)\b|encoded|ripped|handbrake|untitled|^\W*$", re.IGNORECASE)
_LOCKABLE = frozenset(LOCKED_NAMES.values()) - {"title"}  # a title that is locked without a value comes from the name
_KINDS_OF_IDS = {field: kind for kind, field in ID_FIELDS.items()}
_ORIGINS_OF_IDS = ("nfo", "name", "sender")
_LONGEST = 200  # characters of a title
_SURE, _LIKELY, _UNSURE = 0.9, 0.7, 0.4  # confidence of a name with a year or an id, of any other, and of noise


def values_of(
    title: ResolvedTitle,
    files: Mapping[int, FileToIdentify],
    documents: Mapping[int, FileDocuments],
    sent: Mapping[str, str],
) -> Iterator[TitleValueRow]:
    """Yield the values of a title; `files` and `documents` are by file id, `sent` are its ids of senders."""
    mains = [each for each in title.files if each.role == "main"] or title.files
    if not mains:
        return
    lead = mains[0]
    ids = {provider: value for each in reversed(mains) for provider, value in each.guess.ids.items()}
    found = {
        ("name", name): (value, confidence)
        for name, value, confidence in _of_name(title, lead, ids)
        if value not in (None, "")
    }
    for name, value in _of_tags(title, lead, files[lead.file_id]):
        found["tag", name] = value, None
    found |= _of_documents([each for file in mains if (each := _document(title, file, documents.get(file.file_id)))])
    for provider, value in sent.items():
        if provider in ID_FIELDS:
            found["sender", ID_FIELDS[provider]] = value, _SURE
    for (origin, name), (value, confidence) in found.items():
        if title.entity_type in TITLE_FIELDS[name].entities:
            yield TitleValueRow(title.entity_type, title.id, name, value, origin, confidence)


def _of_documents(documents: Sequence[NfoDocument]) -> dict[tuple[str, str], tuple[Any, float | None]]:
    """Return the values of the first NFO file of a title, and the ids that only others have."""
    found: dict[tuple[str, str], tuple[Any, float | None]] = {}
    if not documents:
        return found
    first, *others = documents
    for name, value in _of_document(first):
        confidence = LOCKED_BY_NFO if first.locks(name) else SHARED_BY_NFO if name in first.shared else None
        found["nfo", name] = value, confidence
    for other in others:
        for name, value in _ids(other):
            found.setdefault(("nfo", name), (value, None))
    return found


def season_values_of(title: ResolvedTitle, documents: Mapping[int, FileDocuments]) -> Iterator[SeasonValueRow]:
    """Yield the values of the season of an episode: its `season.nfo` comes before its name in `tvshow.nfo`."""
    number = title.episode.season if title.episode else None
    if number is None or title.series_id is None:
        return
    for each in title.files:
        found = documents.get(each.file_id)
        values: dict[str, Any] = {}
        if found and found.series and number in found.series.season_names:
            values["title"] = found.series.season_names[number]
        document = found.season if found else None
        if document is not None and document.season in {None, number}:
            values |= {name: value for name, value in _of_document(document) if "season" in TITLE_FIELDS[name].entities}
        if values:
            yield from (SeasonValueRow(title.series_id, number, name, value) for name, value in values.items())
            return


def _of_name(title: ResolvedTitle, lead: FileRole, ids: Mapping[str, str]) -> Iterator[tuple[str, Any, float | None]]:
    """Yield the values of names; `ids` are those in the names of all main files."""
    guess = lead.guess
    if title.entity_type == "episode":
        episode = title.episode
        if episode is not None:
            yield from (
                ("title", guess.episode_title if len(guess.episodes) < 2 else "", _LIKELY),
                ("season", episode.season, _SURE),
                ("episode", episode.episode, _SURE),
                ("absolute", episode.absolute, _LIKELY),
                ("aired", episode.aired, _SURE),
                ("language", guess.language, _LIKELY),
            )
        return
    is_noise = guess.kind in ("home", "other")
    confidence = _UNSURE if is_noise else _SURE if title.year is not None or ids else _LIKELY
    yield "title", title.title or guess.title, confidence
    yield "year", title.year, _SURE
    yield "edition", title.edition, _LIKELY
    yield "language", guess.language, _LIKELY
    yield "country", title.country, _SURE
    if guess.kind == "home" or all(each.role == "sample" for each in title.files):
        yield "ignored", True, _LIKELY
    for provider, name in ID_FIELDS.items():
        yield name, ids.get(provider), _SURE


def _of_tags(title: ResolvedTitle, lead: FileRole, file: FileToIdentify) -> Iterator[tuple[str, Any]]:
    """Yield the values of container tags; a title that a program made is none."""
    tags, guess = file.fields, lead.guess
    if title.entity_type == "series":
        if _is_title(tags.get("show", ""), file, guess.title):
            yield "title", tags["show"].strip()
        return
    others = (guess.title, guess.episode_title, tags.get("show", ""))
    if _is_title(tags.get("title", ""), file, *(others if title.entity_type == "episode" else (guess.title,))):
        yield "title", tags["title"].strip()
    if plot := tags.get("description", "").strip():
        yield "plot", plot[:20_000]
    if title.entity_type == "movie":
        year = re.match(r"(18[89]\d|19\d\d|20\d\d)", tags.get("date", ""))
        if year and guess.year is None and guess.kind == "movie":
            yield "year", int(year[0])
        if genres := [text for each in re.split(r"[;/,]", tags.get("genre", "")) if (text := each.strip())]:
            yield "genres", genres


def _is_title(text: str, file: FileToIdentify, *others: str) -> bool:
    """Return whether a tag has a title that a person wrote, and not the name of the file or the words of a program."""
    folded = fold_title(text) if text.strip() else ""
    if (
        not folded
        or len(text) > _LONGEST
        or folded in {fold_title(each) for each in (stem_of(file.file_name), *others) if each}
    ):
        return False
    is_of_program = words.STRONG_TAG.search(text) or words.CAMERA.fullmatch(text.strip()) or _NO_TITLE.search(text)
    is_file_name = " " not in text.strip() and re.search(r"[._]", text) is not None
    return not is_of_program and not is_file_name


def _document(title: ResolvedTitle, file: FileRole, found: FileDocuments | None) -> NfoDocument | None:
    """Return the document for a title: of several episodes in a file, that with its number, else by their order."""
    if found is None:
        return None
    if title.entity_type == "series":
        return found.series
    if title.entity_type == "movie":
        return next((each for each in found.own if each.kind in ("movie", "ids")), None)
    number = title.episode.episode if title.episode else None
    return _document_of_episode(number, file.guess.episodes, found)


def _document_of_episode(number: int | None, numbers: Sequence[int], found: FileDocuments) -> NfoDocument | None:
    """Return the document of an episode; `numbers`: those of all episodes in its file."""
    own = [each for each in found.own if each.kind == "episodedetails"]
    if match := next((each for each in own if number in each.episodes), None):
        return match
    if len(numbers) < 2:
        return own[0] if len(own) == 1 else None
    without = [each for each in numbers if not any(each in document.episodes for document in own)]
    return None if number is None else by_order(without, [each for each in own if not each.episodes]).get(number)


def _of_document(document: NfoDocument) -> Iterator[tuple[str, Any]]:
    yield from ((name, None) for name in _LOCKABLE if document.locks(name))
    yield from ((name, value) for name, value in document.values.items() if name in TITLE_FIELDS)
    if document.kind == "episodedetails":
        if document.season is not None:
            yield "season", document.season
        if document.episodes:
            yield "episode", document.episodes[0]
        if "release_date" in document.values:
            yield "aired", document.values["release_date"]
    yield from _ids(document)


def _ids(document: NfoDocument) -> Iterator[tuple[str, Any]]:
    yield from ((name, document.ids[provider]) for provider, name in ID_FIELDS.items() if provider in document.ids)


def ids_of_titles(
    titles: Iterable[ResolvedTitle],
    files: Mapping[int, FileToIdentify],
    by_folder: Mapping[str, tuple[str, Mapping[str, str]]],
) -> dict[int, Mapping[str, str]]:
    """
    Return the ids that senders gave to films and series, by the id of the title.

    A folder with several films says nothing: the sender was about one of them.
    """
    if not by_folder:
        return {}
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for title in titles:
        if title.entity_type not in ("movie", "series"):
            continue
        for each in title.files:
            folder = _nearest(files[each.file_id].folder, by_folder)
            if folder and by_folder[folder][0] in ("", title.entity_type):
                found[folder, title.entity_type].add(title.id)
    return {ids.pop(): by_folder[folder][1] for (folder, _), ids in found.items() if len(ids) == 1}


def ids_of_works(
    works: Sequence[Work],
    wanted: Sequence[Work],
    *,
    files: Mapping[int, FileToIdentify],
    documents: Mapping[int, FileDocuments],
    by_folder: Mapping[str, tuple[str, Mapping[str, str]]],
) -> list[Mapping[str, str]]:
    """
    Return the ids that NFO files of others, names and senders give to works before they have a title, by provider.

    Args:
        works: All works of the library.
        wanted: Those whose ids are returned.
        files: The files by id.
        documents: The documents of NFO files by file id, without what Indexium wrote.
        by_folder: The type and the ids that senders gave to folders.

    """
    titles = {
        id(each): ResolvedTitle(each.entity_type, number, 0, each.key, is_new=True, files=_mains_first(each.files))
        for number, each in enumerate(works)
    }
    sent = ids_of_titles(titles.values(), files, by_folder)
    return [_evidence_of(titles[id(each)], files, documents, sent.get(titles[id(each)].id, {})) for each in wanted]


def _mains_first(files: Sequence[FileRole]) -> list[FileRole]:
    return sorted(files, key=lambda each: each.role != "main")


def _evidence_of(
    title: ResolvedTitle,
    files: Mapping[int, FileToIdentify],
    documents: Mapping[int, FileDocuments],
    sent: Mapping[str, str],
) -> dict[str, str]:
    evidence = [each for each in values_of(title, files, documents, sent) if each.field in _KINDS_OF_IDS and each.value]
    evidence.sort(key=lambda each: _ORIGINS_OF_IDS.index(each.origin), reverse=True)  # the first origin is put last
    return {_KINDS_OF_IDS[each.field]: each.value for each in evidence}


def _nearest(folder: str, by_folder: Mapping[str, object]) -> str:
    """Return the innermost folder with ids that has a folder in it; "" if none has."""
    while folder and folder not in by_folder:
        folder = folder.rpartition("/")[0]
    return folder
