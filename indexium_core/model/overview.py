"""The numbers of a home that change while people and jobs work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from indexium_core.model import wording
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNumbers(Shaped):
    """What a home holds, what waits for a person, and what runs, as far as the present actor sees it."""

    shape = (
        "planned files titles to_decide to_approve operations open_jobs folders online_folders folder_text scanned_at "
        "scan scan_text done_percent has_titles has_accounts"
    )

    planned: int  # files that a write of the whole plan would change
    files: int  # that are not missing
    titles: int  # films and series
    to_decide: int  # films and series whose match waits for a person
    to_approve: int  # requests that the actor may approve or reject
    operations: int  # also those that have ended
    open_jobs: int  # jobs that have not ended
    folders: int
    online_folders: int
    scanned_at: datetime | None  # the newest scan, UTC
    scan: ScanProgress | None  # of a scan that runs
    done_percent: int | None  # of the operation that runs, 0 to 100
    has_titles: bool  # a folder holds films or series
    has_accounts: bool  # people sign in

    @property
    def folder_text(self) -> str:
        """The state of the folders, in words."""
        if not self.folders:
            return "no folder added yet"
        return f"{self.online_folders} of {wording.plural(self.folders, 'folder')} online"

    @property
    def scan_text(self) -> str:
        """The scan that runs, or when the newest one was, in words; "" without a folder."""
        if not self.folders:
            return ""
        if self.scan is None:
            return f"scanned {wording.ago(self.scanned_at)}" if self.scanned_at else "not scanned yet"
        if self.scan.total is None:
            return f"scanning: {wording.files(self.scan.done)} found"
        return f"scanning: {wording.count(self.scan.done)} of {wording.files(self.scan.total)}"
