"""Published files beside the disk: which are as they were published, which are not, and what a restoration would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from indexium_core.model import wording
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.shapes import Shaped

PUBLISHED_FILE_STATES = {
    "intact": "as published",
    "missing": "missing",
    "empty": "empty",
    "changed": "changed",
    "foreign": "replaced by another program",
    "left": "left out by choice",
    "obsolete": "gone and not published any more",
    "unreachable": "unreachable",
}
LOST = frozenset({"missing", "empty"})  # states of files that a restoration writes again


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFileCheck(Shaped):
    """One file that was published, and how it is on the disk."""

    shape = "path kind address entity_type entity_id state"

    path_bytes: bytes
    kind: str  # nfo, or a kind of picture
    entity_type: str
    entity_id: int  # of a video, the id of its file
    state: Annotated[str, tuple(PUBLISHED_FILE_STATES)]

    @property
    def path(self) -> str:
        """The path for display."""
        return self.path_bytes.decode("utf-8", "replace")

    @property
    def address(self) -> str:
        return Entity(self.entity_type, self.entity_id).address


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityReport(Shaped):
    """How the files that were published are on the disk."""

    shape = "checked states files operation_id restored failed forgotten is_good summary"

    states: dict[str, int]  # files by state, after a repair
    files: list[PublishedFileCheck]  # those that are neither as they were published nor left out by choice
    operation_id: int | None = None  # the restoration that `repair` has done; None: there was nothing to restore
    restored: int = 0  # titles
    failed: int = 0  # titles
    forgotten: int = 0  # files that are gone and not published any more

    @property
    def obsolete(self) -> int:
        """The number of gone files that no title would get any more: its video is gone, or it does not publish them."""
        return self.states.get("obsolete", 0)

    @property
    def checked(self) -> int:
        """The number of files."""
        return sum(self.states.values())

    @property
    def lost(self) -> int:
        """The number of files that a restoration would write again."""
        return sum(self.states.get(state, 0) for state in LOST)

    @property
    def is_good(self) -> bool:
        """Whether every file is as it was published, or left out by choice."""
        return not self.files

    @property
    def summary(self) -> str:
        """The report in words, such as `120 files checked: 117 as published, 3 missing`."""
        if not self.checked:
            return "Nothing is published, so there is nothing to check."
        counts = [
            f"{self.states[name]:,} {words}" for name, words in PUBLISHED_FILE_STATES.items() if self.states.get(name)
        ]
        return f"{wording.plural(self.checked, 'file')} checked: {', '.join(counts)}."

    @classmethod
    def of(cls, checks: Sequence[PublishedFileCheck]) -> IntegrityReport:
        """Return the report of some files."""
        states = Counter(each.state for each in checks)
        return cls(states=dict(states), files=[each for each in checks if each.state not in ("intact", "left")])


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport(Shaped):
    """What a drill could restore into an empty folder."""

    shape = "folder restored bytes missing seconds is_complete summary"

    folder: str
    restored: int  # files whose bytes have the hash of the ledger
    bytes: int
    missing: list[PublishedFileCheck]  # files that could not be restored: their bytes are not in the home
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether there are files, and every one was restored."""
        return bool(self.restored) and not self.missing

    @property
    def summary(self) -> str:
        """The report in words."""
        done = f"{wording.plural(self.restored, 'file')} restored and compared, {wording.size(self.bytes)}"
        if not self.restored and not self.missing:
            return "Nothing is published, so there is nothing to restore."
        if not self.missing:
            return f"{done}. Every published file can be restored."
        return f"{done}. {wording.plural(len(self.missing), 'file')} cannot be restored: the home has no copy of them."
