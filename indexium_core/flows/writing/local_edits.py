"""Who edits the files of an operation; here, the threads of this process. `workers` has the other ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from indexium_core.files import journal
from indexium_core.flows.writing import editing
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.store.operations.ledger_rows import Task


class FileEditor(Protocol):
    """Edits the files of one run of an operation. It may be used from any thread."""

    threads_per_write: ClassVar[int]  # threads for each file that is written at a time; more than one prepare files

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Write or roll back the file of a task as `editing.edit` does; a problem of the file is in the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEdits:
    """The edits of one run of an operation, on the thread that asks for them."""

    undo_journal: journal.OperationJournal  # of the operation
    policy: WritePolicy
    threads_per_write: ClassVar[int] = 1

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Edit the file of a task."""
        return editing.edit(task, self.undo_journal, self.policy, progress)
