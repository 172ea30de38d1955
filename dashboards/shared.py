"""The objects that all sessions of a process share."""

from __future__ import annotations

import weakref
from concurrent.futures import ThreadPoolExecutor

from dashboards.read_cache import ReadCache
from indexium_core.library import Library
from indexium_core.model.operations.actor import current_actor

COMMAND = "'indexium operations resume "  # a notice with this command: the dashboard shows a dialog instead


class Shared:
    """The library, its caches, and the threads for long work."""

    def __init__(self, library: Library, *, local: bool = False) -> None:
        """Serve `library`; `local`: only this machine can reach the pages, so a page may name its folders."""
        self.library = library
        self.local = local
        self._shown_notices = set(library.resumed_scans.values())  # a toast with *Stop* covers them
        self.pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="dashboard")
        self._reads_of_all = ReadCache(library, self.pool)
        # By the person who sees only some folders, and these folders; they are kept as long as a session uses them.
        self._reads = weakref.WeakValueDictionary[tuple[int | None, frozenset[int]], ReadCache]()

    def present_reads(self) -> ReadCache:
        """Return the recent reads of the sessions that see the same as the present actor."""
        grants, actor = self.library.authority.grants, current_actor()
        return self.reads_of(
            int(actor.id) if actor.kind == "user" else None, None if grants is None else grants.libraries
        )

    def reads_of(self, user_id: int | None, libraries: frozenset[int] | None) -> ReadCache:
        """Return the recent reads of those who see the same as a person; `libraries`: what the person sees."""
        if libraries is None:
            return self._reads_of_all
        key = user_id, libraries
        found = self._reads.get(key)
        if found is None:
            found = self._reads[key] = ReadCache(self.library, self.pool)
        return found

    def new_notices(self) -> list[str]:
        """Return the start notices that were not shown in a session yet, without those that a dialog covers."""
        notices = [each for each in self.library.notices if COMMAND not in each and each not in self._shown_notices]
        self._shown_notices.update(notices)
        return notices[:3]

    def close(self) -> None:
        """Stop the threads; each thread completes the call that it runs."""
        self.pool.shutdown(wait=False, cancel_futures=True)
