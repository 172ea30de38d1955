"""
Ledgers of earlier versions: which items of the lists in an NFO file are ours.

Earlier versions stored a whole list as ours as soon as they had added one item to it. The history has what each
publication wrote, and its journal what was there before, so the ledger is made again from them. Where both are lost, an
item is ours only if its text is one of our values: in doubt it is theirs, and the worst case is a name too many.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from blake3 import blake3

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.titles import nfo
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_ownership import PEOPLE, OwnValues, by_item, item_key, own_items, owned
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import home_files, start_work
from indexium_core.store.database import Database
from indexium_core.store.publishing import earlier
from indexium_core.store.publishing.earlier import EarlierFile


@dataclass(frozen=True, slots=True)
class _FormerFile:
    """One state of an NFO file."""

    data: bytes
    own: OwnValues


def upgrade(database: Database, *, at: datetime) -> int:
    """
    Bring the ledger into the form in which each item has its own owner; return the number of changed NFO files.

    It is done once for a database; `at` is the present moment. Values that earlier versions read back from our own
    files are deleted; the next identification reads them again. Publications that an earlier version planned and that
    are not written yet are planned again.
    """
    reader = database.read()
    if not start_work.has_unchecked_ledger(reader):
        return 0
    changed = _changed(database) if earlier.exist(reader) else []
    with database.atomic() as tx:
        if changed:
            earlier.store(tx, [(each, json.dumps(own, ensure_ascii=False)) for each, own in changed])
        earlier.plan_again(tx)
        for entity, fields in _own_fields(changed).items():
            earlier.forget_values(tx, entity, fields)
        earlier.finish(tx, at=at)
    return len({each.path_bytes for each, _ in changed})


def _changed(database: Database) -> list[tuple[EarlierFile, OwnValues]]:
    """Return what is ours after each publication of an NFO file."""
    reader = database.read()
    found, journals = earlier.files(reader), _Journals(database.home / home_files.JOURNALS)
    names = earlier.our_names(reader, {each.entity for each in found})
    changed: list[tuple[EarlierFile, OwnValues]] = []
    for _, versions in groupby(found, key=lambda each: each.path_bytes):
        changed += _of_path(list(versions), journals, names)
    return changed


def _of_path(
    versions: Iterable[EarlierFile], journals: _Journals, names: Mapping[Entity, Mapping[str, Collection[str]]]
) -> Iterator[tuple[EarlierFile, OwnValues]]:
    """Yield what is ours after each publication of a path, the first one first."""
    known: dict[str, _FormerFile] = {}  # by hash
    own: OwnValues = ()
    for each in versions:
        ours = names.get(each.entity, {})
        stored = json.loads(each.own_elements or "[]")
        if each.own_elements is not None and by_item(stored):
            own = stored
        elif each.after_hash in known:  # written again, as after a restoration
            own = known[each.after_hash].own
        else:
            own = _replayed(each, known, own, journals, ours) or _in_doubt(stored, ours)
        if each.body is not None and each.after_hash is not None:
            known[each.after_hash] = _FormerFile(zlib.decompress(each.body), own)
        if each.own_elements is not None:
            yield each, own


def _replayed(
    file: EarlierFile,
    known: Mapping[str, _FormerFile],
    own: OwnValues,
    journals: _Journals,
    names: Mapping[str, Collection[str]],
) -> OwnValues | None:
    """Return what is ours after a publication, from the bytes before and after it; None if they are not known."""
    if file.body is None:
        return None
    after = nfo.parse(zlib.decompress(file.body))
    people = {person_key(each) for each in names.get(PEOPLE, ())}
    if file.before_hash is None or file.action == "replace":  # all of it is ours
        return [owned((), None, each, people=people) for each in after]
    version = known.get(file.before_hash)
    data = version.data if version else journals.before(file)
    if data is None:
        return None
    before = nfo.parse(data)
    base = version.own if version else own
    pairs = zip(before, after, strict=True) if len(before) == len(after) else ((None, each) for each in after)
    return [owned(base, old, new, people=people) for old, new in pairs]


def _in_doubt(stored: OwnValues, names: Mapping[str, Collection[str]]) -> OwnValues:
    """Return what is ours for certain: of lists, only the items that are among our values."""
    return [own_items(root, lambda name, item: person_key(item_key(item)[0]) in names.get(name, ())) for root in stored]


def _own_fields(changed: Iterable[tuple[EarlierFile, OwnValues]]) -> dict[Entity, dict[str, list[Any]]]:
    """Return the values of our files by title and field."""
    found: dict[Entity, dict[str, list[Any]]] = {}
    for each, own in changed:
        for root in own:
            for name, value in root["values"].items():
                found.setdefault(each.entity, {}).setdefault(name, []).append(value)
    return found


class _Journals:
    """The journals of publications, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contents: dict[str, dict[str, bytes]] = {}  # name → hash of an old file → its bytes

    def before(self, file: EarlierFile) -> bytes | None:
        """Return the bytes before a publication; None if the journal is gone or cannot be read."""
        if file.journal is None or file.before_hash is None:
            return None
        if file.journal not in self._contents:
            self._contents[file.journal] = self._read(self._folder / file.journal)
        return self._contents[file.journal].get(file.before_hash)

    def _read(self, path: Path) -> dict[str, bytes]:
        try:
            entries = journal.read(path).entries
        except errors.IndexiumError:
            return {}
        return {
            blake3(change.before).hexdigest(): change.before
            for entry in entries
            if isinstance(entry, journal.SideFilesEntry)
            for change in entry.changes
            if change.before is not None and change.name.lower().endswith(b".nfo")
        }
