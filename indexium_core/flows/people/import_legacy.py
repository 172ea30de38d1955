"""
Import of a legacy .db file: people, suggestions and the history of operations, for the files that match.

The people of a file that no scanned file matches wait for its path, like those of any list. Its suggestions and its
history wait, too.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

from indexium_core.flows.people import people_files
from indexium_core.flows.people.legacy_match import HashMemo, LegacyMatcher, Progress
from indexium_core.flows.people.paths import absolute_path, real_path
from indexium_core.flows.people.people_files import PeopleEntry
from indexium_core.model import wording
from indexium_core.model.people import people_comment
from indexium_core.model.people.unmatched import UnmatchedFile
from indexium_core.store.connection import Connection
from indexium_core.store.operations import legacy_history
from indexium_core.store.operations.legacy_history import ImportedItem, UnmatchedPath
from indexium_core.store.people import legacy
from indexium_core.store.people.legacy import LegacyFace
from indexium_core.store.people.legacy_operations import LegacyItem


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
