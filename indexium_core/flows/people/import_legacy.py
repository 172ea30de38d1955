"""
Import of a legacy .db file: people, suggestions and the history of operations, for the files that match.

The people of a file that no scanned file matches wait for its path, like those of any list. Its suggestions and its
history wait, too.

A write changes the legacy hash, so a file that was written since matches by its path only. A file at the path of
another one may be another film, so a hash that a file has elsewhere comes first. Two files with one hash and different
media match by their path only.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from indexium_core import errors
from indexium_core.files.fingerprint import legacy_hash
from indexium_core.flows.people import people_files
from indexium_core.flows.people.paths import absolute_path, real_path
from indexium_core.flows.people.people_files import PeopleEntry
from indexium_core.model import wording
from indexium_core.model.people import people_comment
from indexium_core.model.people.import_report import UnmatchedFile
from indexium_core.store.catalog.catalog import normal_text
from indexium_core.store.connection import Connection
from indexium_core.store.operations import legacy_history
from indexium_core.store.operations.legacy_history import CatalogFile, ImportedItem, UnmatchedPath
from indexium_core.store.people import legacy
from indexium_core.store.people.legacy import LegacyFace, LegacyItem

Progress = Callable[[int, int], None]  # called with the number of files that are read, and of all files to read
HashMemo = dict[tuple[bytes, int, int], str]  # path, size and modification time in the catalog → legacy hash

_HASH = re.compile("[0-9a-f]{64}")
_READERS = 4  # files that are read at the same time: a hash reads 1.3 MB at most
_PROGRESS_STEP = 100  # files between two progress reports


@dataclass(slots=True, kw_only=True)
class LegacyMatches:
    """The files of the catalog by legacy hash."""

    files: dict[str, CatalogFile] = field(default_factory=dict)
    by_hash: int = 0  # files that match by their content
    by_path: int = 0
    unreadable: int = 0  # files of the catalog that cannot be compared by content


class LegacyMatcher:
    """
    Matches files with those of a catalog.

    `to_absolute` returns the absolute path of a path in the database; `memo` keeps hashes for the next match.
    """

    def __init__(
        self,
        known: Iterable[CatalogFile],
        *,
        to_absolute: Callable[[bytes], bytes],
        memo: HashMemo,
        on_progress: Progress = lambda _done, _of: None,
        hash_of: Callable[[bytes], str] = legacy_hash,
    ) -> None:
        self._to_absolute = to_absolute
        self._memo = memo
        self._hash_of = hash_of
        self._on_progress = on_progress
        self._by_path: dict[bytes, CatalogFile] = {}
        for file in known:
            self._by_path.setdefault(file.path, file)
        self._by_text: dict[str, list[CatalogFile]] = {}  # by the form NFC, without texts that have a single form
        for file in self._by_path.values():
            if text := normal_text(file.path):
                self._by_text.setdefault(text, []).append(file)
        self._unreadable: set[bytes] = set()  # paths of the catalog

    def at(self, path: bytes) -> CatalogFile | None:
        """Return the file of the catalog at a path of the database."""
        absolute = self._to_absolute(path)
        equal = self._by_text.get(normal_text(absolute), [])
        return self._by_path.get(path) or self._by_path.get(absolute) or (equal[0] if len(equal) == 1 else None)

    def match(self, wanted: Mapping[str, bytes | None]) -> LegacyMatches:
        """Return the matches of files, given as their last known paths by legacy hash."""
        at_path = {file_hash: file for file_hash, path in wanted.items() if path and (file := self.at(path))}
        hashes = {file_hash for file_hash in wanted if _HASH.fullmatch(file_hash)}
        own = self._hashes([file for file_hash, file in at_path.items() if file_hash in hashes])
        matches = LegacyMatches()
        for file_hash in hashes:
            file = at_path.get(file_hash)
            if file is not None and own.get(file.path) == file_hash:
                matches.files[file_hash] = file
        missing = hashes - matches.files.keys()
        if missing:
            all_hashes = own | self._hashes([file for file in self._by_path.values() if file.path not in own])
            matches.files |= self._elsewhere(missing, all_hashes)
        matches.by_hash = len(matches.files)
        for file_hash, file in at_path.items():
            matches.files.setdefault(file_hash, file)
        matches.by_path = len(matches.files) - matches.by_hash
        matches.unreadable = len(self._unreadable)
        return matches

    def _elsewhere(self, missing: set[str], hashes: Mapping[bytes, str]) -> dict[str, CatalogFile]:
        """Return the files that have one of these hashes, if all files with the hash have the same media."""
        found: dict[str, list[CatalogFile]] = {}
        for path, file_hash in hashes.items():
            if file_hash in missing:
                found.setdefault(file_hash, []).append(self._by_path[path])
        return {
            file_hash: min(files, key=lambda file: file.path)
            for file_hash, files in found.items()
            if len({file.file_hash or file.path for file in files}) == 1
        }

    def _hashes(self, files: Sequence[CatalogFile]) -> dict[bytes, str]:
        """Return the legacy hash of each file that can be read, by path."""
        distinct = {file.path: file for file in files if file.is_readable}
        unread = [
            file
            for path, file in distinct.items()
            if path not in self._unreadable and _signature(file) not in self._memo
        ]
        with ThreadPoolExecutor(_READERS, thread_name_prefix="legacy-hash") as pool:
            for number, (file, file_hash) in enumerate(zip(unread, pool.map(self._read, unread), strict=True)):
                if number % _PROGRESS_STEP == 0:
                    self._on_progress(number, len(unread))
                if file_hash:
                    self._memo[_signature(file)] = file_hash
                else:
                    self._unreadable.add(file.path)
        return {path: self._memo[_signature(file)] for path, file in distinct.items() if _signature(file) in self._memo}

    def _read(self, file: CatalogFile) -> str:
        """Return the hash of a file; "" if it cannot be read."""
        try:
            return self._hash_of(file.path)
        except errors.FileAccessError:
            return ""


def _signature(file: CatalogFile) -> tuple[bytes, int, int]:
    return file.path, file.size, file.mtime_ns


class LegacyImport:
    """The import of one database, read and matched. `base` is the folder of relative paths."""

    def __init__(
        self,
        source: Path,
        reader: Connection,
        *,
        base: bytes,
        is_complete: bool,
        placeholder_keys: frozenset[str],
        memo: HashMemo,
        on_progress: Progress,
    ) -> None:
        """Read the database and match its files that have something to import; errors as `legacy.read`."""
        self._content = legacy.read(source, is_complete=is_complete)

        @cache
        def is_placeholder(name: str) -> bool:
            return people_comment.person_key(name) in placeholder_keys

        self._faces = [face for face in self._content.faces if not is_placeholder(face.name)]
        self._operations = [each for each in self._content.operations if each.started_at is not None]
        # What each file has to import, by its legacy hash.
        self._name_counts = Counter(
            each.file_hash for each in self._content.people if each.name.strip() and not is_placeholder(each.name)
        )
        self._suggestion_counts = Counter(face.file_hash for face in self._faces)
        self._item_counts = Counter(item.file_hash for operation in self._operations for item in operation.items)
        used = self._name_counts.keys() | self._suggestion_counts.keys() | self._item_counts.keys()
        real_folder = cache(os.path.realpath)

        @cache
        def to_absolute(path: bytes) -> bytes:
            return real_path(absolute_path(base, path), real_folder)

        self._to_absolute = to_absolute
        self._paths: dict[str, bytes | None] = dict(self._content.paths)
        for operation in self._operations:
            for item in operation.items:
                self._paths.setdefault(item.file_hash, item.path)
        self._used_paths = {file_hash: self._paths.get(file_hash) for file_hash in used}
        matcher = LegacyMatcher(
            legacy_history.catalog_files(reader), to_absolute=to_absolute, memo=memo, on_progress=on_progress
        )
        self.matches = matcher.match(self._used_paths)
        self.paths = self._content.all_paths()  # as the database has them
        self.problems = list(self._content.problems)
        if self.matches.unreadable:
            count = wording.files(self.matches.unreadable)
            self.problems.append(f"{count} could not be read, so only the path was compared.")
        untimed = len(self._content.operations) - len(self._operations)
        if untimed:
            self.problems.append(f"{wording.plural(untimed, 'operation')} without a time could not be imported.")

    def entries(self) -> list[PeopleEntry]:
        """Return the people as rows, each with the path of the file that matches, else with its own path."""
        return people_files.legacy_entries(self._content.people, lambda person: self._path_of(person.file_hash))

    def faces(self) -> list[LegacyFace]:
        """Return the suggestions of files with a path, without placeholders."""
        return [face for face in self._faces if self._path_of(face.file_hash)]

    def path_of(self, face: LegacyFace) -> bytes:
        """Return the absolute path of the file of a suggestion."""
        return self._to_absolute(self._path_of(face.file_hash) or b"")

    def record(self, tx: Connection, origin: str, *, is_preview: bool) -> tuple[int, int]:
        """Store the history and the unmatched files; return the numbers of new and of known operations."""
        operations = [(operation, [self._item(item) for item in operation.items]) for operation in self._operations]
        counts = legacy_history.add(tx, origin, operations, is_preview=is_preview)
        if not is_preview:
            paths = {self._to_absolute(path) for path in self._paths.values() if path}
            unmatched = {self._to_absolute(path) for path in self._unmatched_paths().values() if path}
            names = Counter(map(os.path.basename, paths))
            legacy_history.set_unmatched(
                tx,
                paths,
                [UnmatchedPath(path, names[os.path.basename(path)] == 1) for path in sorted(unmatched)],  # noqa: PTH119
            )
        return counts

    def unmatched(self) -> list[UnmatchedFile]:
        """Return the files with people, suggestions or history that no scanned file matches, by path."""
        return [
            UnmatchedFile(
                path=path.decode("utf-8", "replace") if path else file_hash,
                people=self._name_counts[file_hash],
                suggestions=self._suggestion_counts[file_hash],
                operations=self._item_counts[file_hash],
            )
            for file_hash, path in sorted(self._unmatched_paths().items(), key=lambda each: (each[1] or b"", each[0]))
        ]

    def _unmatched_paths(self) -> dict[str, bytes | None]:
        return {file_hash: path for file_hash, path in self._used_paths.items() if file_hash not in self.matches.files}

    def _path_of(self, file_hash: str) -> bytes | None:
        file = self.matches.files.get(file_hash)
        return file.path if file else self._paths.get(file_hash)

    def _item(self, item: LegacyItem) -> ImportedItem:
        file = self.matches.files.get(item.file_hash)
        path = self._paths[item.file_hash]
        return ImportedItem(item, self._to_absolute(path) if path else b"", file.file_id if file else None)
