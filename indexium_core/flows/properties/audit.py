"""The audit, for whoever asks: which property or lock of which file was changed, from what to what, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.review import targets
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import audit, locks
from indexium_core.store.database import Database
from indexium_core.store.planning.plans import Modes

__all__ = ["Auditor"]


class Auditor:
    """Looks events of the audit up. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        job: Callable[[int], Job],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Look into the audit of a home.

        Args:
            database: Its database.
            modes: Returns how people and comments are combined where nothing else is said.
            job: Returns a job; UnknownIdError where there is none.
            clock: Source of the present moment (UTC).

        """
        self._database = database
        self._modes = modes
        self._job = job
        self._clock = clock

    @remote()
    def page(
        self,
        file_id: int | None = None,
        job_id: int | None = None,
        *,
        query: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> AuditPage:
        """
        Return one page of the events, newest first (`per_page` 0: all); all of what is named must be so.

        The events of a file that was forgotten, or of a job that is not kept any more, are still there.

        Args:
            file_id: Only of this file.
            job_id: Only by this job.
            query: Only of the files that this search finds.
            page: Page of the list, from 1.
            per_page: Events of a page.

        Raises:
            QueryError: The search cannot be read.
            UnknownIdError: There is no such file or job, nor anything known of it.
            UsageError: There is no such page.

        """
        if page < 1 or per_page < 0:
            message = f"There is no page {page} of {per_page} changes; pages begin at 1."
            raise errors.UsageError(message)
        found = audit.page(
            self._database.read(),
            file_ids=self._meant(query, file_id),
            job_id=job_id,
            page=page,
            per_page=per_page,
        )
        if not found.total:
            self._require(file_id, job_id)
        return found

    def _meant(self, query: str, file_id: int | None) -> list[int] | None:
        if not query.strip():
            return None if file_id is None else [file_id]
        with self._database.atomic() as tx:
            found = targets.ids_of(tx, query, self._modes(), now=self._clock())
        return found if file_id is None else [each for each in found if each == file_id]

    def _require(self, file_id: int | None, job_id: int | None) -> None:
        """Refuse a file and a job that there is not."""
        if file_id is not None and not locks.is_file(self._database.read(), file_id):
            message = f"There is no file with the id {file_id}."
            raise errors.UnknownIdError(message)
        if job_id is not None:
            self._job(job_id)
