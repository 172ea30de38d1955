"""
The hash cache: a file with the same device, inode, size and modification time is not hashed again.

The hashes of the last files are in memory, above the table of all hashes. So a moved file, a folder that is added
again, a full scan, and a scan after a rebuild of the database need no new hash. A write by Indexium keeps the hash.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import JOBS_MANAGE, SETTINGS_MANAGE
from indexium_core.model.files.hash_cache import CacheUse, HashCacheStats, KnownHash
from indexium_core.model.files.media import FileStat
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import hash_cache as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.rows import ScannedFile

_MEMORY_ENTRIES = 50_000  # about 20 MB


class HashCache:
    """The hash cache of a home. It is safe to use from any thread."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        last_scan: Callable[[], Mapping[str, Any] | None] = lambda: None,
        memory_entries: int = _MEMORY_ENTRIES,
    ) -> None:
        """`last_scan` returns the summary of the last scan; `memory_entries` is the number of hashes in memory."""
        self._database = database
        self._clock = clock
        self._last_scan = last_scan
        self._memory_entries = memory_entries
        self._lock = threading.Lock()
        self._memory: OrderedDict[tuple[store.Identity, bool], KnownHash] = OrderedDict()  # True: of all media

    @reads_home
    def find(self, stats: Sequence[FileStat], *, full: bool = False) -> list[KnownHash | None]:
        """
        Return the known hash of each file, None if it is not known. With `full`, samples do not count.

        A hash of a file is not known if another file with another hash has its size and time: after a restore, it may
        have the inode of that file.
        """
        found = {each.identity: self._recall(each.identity, full=full) for each in stats}
        absent = [each for each in stats if found[each.identity] is None]
        if absent:
            stored = store.find(self._database.read(), absent, full=full)
            self._keep(stored.items(), full=full)
            found |= stored
        known = [each for each in stats if found[each.identity] is not None]
        for identity in store.ambiguous(self._database.read(), known) if known else ():
            found[identity] = None
        return [found[each.identity] for each in stats]

    @needs(SETTINGS_MANAGE)
    def add_hashes(self, files: Sequence[FileToRead], *, full: bool) -> list[FileToRead]:
        """Return files with their known hashes."""
        known = self.find([file.stat for file in files], full=full)
        return [replace(file, known=each) if each else file for file, each in zip(files, known, strict=True)]

    @needs(SETTINGS_MANAGE)
    def put(self, tx: Connection, files: Iterable[ScannedFile]) -> None:
        """Store the hashes of files. A file that another program may still write must not be among them."""
        store.put(tx, [(file.stat, known) for file in files if (known := _hash_of(file))], at=self._clock())

    @needs(SETTINGS_MANAGE)
    def remember(self, files: Iterable[ScannedFile], *, full: bool) -> None:
        """Keep stored hashes in memory."""
        self._keep([(file.stat.identity, known) for file in files if (known := _hash_of(file))], full=full)

    @reads_home
    @remote()
    def stats(self) -> HashCacheStats:
        """Return the numbers of entries, and how much the last scan used the cache."""
        found = store.stats(self._database.read(), in_memory=len(self._memory))
        last = (self._last_scan() or {}).get("cache")
        return replace(found, last_scan=CacheUse(**last)) if last else found

    @needs(JOBS_MANAGE)
    @remote()
    def clean(self) -> int:
        """Delete the entries without a known file; return their number. A removed folder is then hashed again."""
        with self._database.atomic() as tx:
            deleted = store.clean(tx)
        self.clear_memory()
        return deleted

    @needs(SETTINGS_MANAGE)
    def clear_memory(self) -> None:
        """Read every hash from the table again."""
        with self._lock:
            self._memory.clear()

    def _recall(self, identity: store.Identity, *, full: bool) -> KnownHash | None:
        with self._lock:
            known = self._memory.get((identity, full))
            if known is not None:
                self._memory.move_to_end((identity, full))
            return known

    def _keep(self, hashes: Iterable[tuple[store.Identity, KnownHash]], *, full: bool) -> None:
        with self._lock:
            for identity, known in hashes:
                self._memory[identity, full] = known
                self._memory.move_to_end((identity, full))
            while len(self._memory) > self._memory_entries:
                self._memory.popitem(last=False)


def _hash_of(file: ScannedFile) -> KnownHash | None:
    facts = file.facts
    return KnownHash(facts.file_hash, facts.hash_seconds, facts.media_digest) if facts.file_hash else None
