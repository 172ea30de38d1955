"""
The match of the files of a legacy .db file with the files of the catalog: by the legacy hash, then by the path.

A write changes the legacy hash, so a file that was written since matches by its path only. A file at the path of
another one may be another film, so a hash that a file has elsewhere comes first. Two files with one hash and different
media match by their path only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from indexium_core import errors
from indexium_core.files.legacy_hash import legacy_hash
from indexium_core.store.catalog.catalog import normal_text
from indexium_core.store.operations.legacy_history import CatalogFile

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
