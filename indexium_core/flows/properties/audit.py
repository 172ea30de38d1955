"""The audit log: each change of a property or lock of a file, with the old value, the new value and the user."""

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
from indexium_core.store.plan_version import Modes


class Auditor:
    """Reads the audit log of a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        job: Callable[[int], Job],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Read the audit log of a home.

        `modes` returns the default modes for people and comments; `job` returns a job by id, or raises UnknownIdError.
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
        Return one page of the events that match all filters, newest first.

        Events remain after their file or job was deleted from the database.

        Args:
            file_id: Only events of this file.
            job_id: Only events of this job.
            query: Only events of the files that match this search.
            page: Page of the list, from 1.
            per_page: Events per page; 0 for all.

        Raises:
            QueryError: The search has a syntax error.
            UnknownIdError: The file or job does not exist, and the log has no event of it.
            UsageError: The page number is below 1.

        """
        if page < 1 or per_page < 0:
            raise errors.UsageError(f"There is no page {page} with {per_page} events. Page numbers start at 1.")
        result = audit.page(
            self._database.read(),
            file_ids=self._file_ids(query, file_id),
            job_id=job_id,
            page=page,
            per_page=per_page,
        )
        if not result.total:
            self._require_known(file_id, job_id)
        return result

    def _file_ids(self, query: str, file_id: int | None) -> list[int] | None:
        """Return the files that pass both filters; None for all files."""
        if not query.strip():
            return None if file_id is None else [file_id]
        matches = targets.ids_found(self._database, query, self._modes(), now=self._clock())
        return matches if file_id is None else [each for each in matches if each == file_id]

    def _require_known(self, file_id: int | None, job_id: int | None) -> None:
        """Raise UnknownIdError for an unknown file or job."""
        if file_id is not None and not locks.is_file(self._database.read(), file_id):
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        if job_id is not None:
            self._job(job_id)
