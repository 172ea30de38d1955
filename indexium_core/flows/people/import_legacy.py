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

__all__ = ["LegacyImport"]


class LegacyImport:
    """The import of one database, read and matched. `base` is the folder of relative paths."""

    def __init__(
        self,
        source: Path,
        reader: Connection,
        *,
        base: bytes,
        is_complete: bool,
        memo: HashMemo,
        on_progress: Progress,
    ) -> None:
        """Read and match the database; arguments and errors as `legacy.read`."""
        self._content = legacy.read(source, is_complete=is_complete)
        real_folder = cache(os.path.realpath)

        @cache
        def to_absolute(path: bytes) -> bytes:
            return real_path(absolute_path(base, path), real_folder)

        self._to_absolute = to_absolute
        self._paths: dict[str, bytes | None] = dict(self._content.paths)
        for operation in self._content.operations:
            for item in operation.items:
                self._paths.setdefault(item.file_hash, item.path)
        for file_hash in self._content.hashes_of_people():
            self._paths.setdefault(file_hash, None)
        matcher = LegacyMatcher(
            legacy_history.catalog_files(reader), to_absolute=to_absolute, memo=memo, on_progress=on_progress
        )
        self.matches = matcher.match(self._paths)
        self.paths = self._content.all_paths()  # as the database has them
        self.problems = list(self._content.problems)
        if self.matches.unreadable:
            count = wording.files(self.matches.unreadable)
            self.problems.append(f"{count} could not be read, so only the path was compared.")
        untimed = sum(each.started_at is None for each in self._content.operations)
        if untimed:
            self.problems.append(f"{wording.plural(untimed, 'operation')} without a time could not be imported.")

    def entries(self) -> list[PeopleEntry]:
        """Return the people as rows, each with the path of the file that matches, else with its own path."""
        return people_files.legacy_entries(self._content.people, lambda person: self._path_of(person.file_hash))

    def faces(self, placeholder_keys: frozenset[str]) -> list[LegacyFace]:
        """Return the suggestions of files with a path, without placeholders."""
        return [
            face
            for face in self._content.faces
            if self._path_of(face.file_hash) and people_comment.person_key(face.name) not in placeholder_keys
        ]

    def path_of(self, face: LegacyFace) -> bytes:
        """Return the absolute path of the file of a suggestion."""
        return self._to_absolute(self._path_of(face.file_hash) or b"")

    def record(self, tx: Connection, origin: str, *, is_preview: bool) -> tuple[int, int]:
        """Store the history and the unmatched files; return the numbers of new and of known operations."""
        operations = [
            (operation, [self._item(item) for item in operation.items])
            for operation in self._content.operations
            if operation.started_at is not None
        ]
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
        people = Counter(each.file_hash for each in self._content.people if each.name.strip())
        faces = Counter(each.file_hash for each in self._content.faces)
        items = Counter(item.file_hash for operation in self._content.operations for item in operation.items)
        return [
            UnmatchedFile(
                path=path.decode("utf-8", "replace") if path else file_hash,
                people=people[file_hash],
                suggestions=faces[file_hash],
                operations=items[file_hash],
            )
            for file_hash, path in sorted(self._unmatched_paths().items(), key=lambda each: (each[1] or b"", each[0]))
        ]

    def _unmatched_paths(self) -> dict[str, bytes | None]:
        used = self._content.hashes_of_people()
        used |= {item.file_hash for operation in self._content.operations for item in operation.items}
        return {
            file_hash: path
            for file_hash, path in self._paths.items()
            if file_hash in used and file_hash not in self.matches.files
        }

    def _path_of(self, file_hash: str) -> bytes | None:
        file = self.matches.files.get(file_hash)
        return file.path if file else self._paths.get(file_hash)

    def _item(self, item: LegacyItem) -> ImportedItem:
        file = self.matches.files.get(item.file_hash)
        path = self._paths[item.file_hash]
        return ImportedItem(item, self._to_absolute(path) if path else b"", file.file_id if file else None)
