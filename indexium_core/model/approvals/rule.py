"""The rule that says which work waits for another person. Pure: the same work always gets the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from indexium_core.model import wording
from indexium_core.model.planning.plan import WRITABLE

ApprovalRisk = Literal["off", "safe", "warning", "danger"]
APPROVAL_RISKS: tuple[ApprovalRisk, ...] = get_args(ApprovalRisk)
BEYOND_ROLE = "its proposer may not start it alone"
WANTED = "its proposer asks for an approval"


def waiting_sentence(reasons: Sequence[str]) -> str:
    """Return why work would be a proposal only, as a sentence for its proposer."""
    words = [reason.replace("its proposer", "you") for reason in reasons]
    return f"Nothing is written before another person approves it: {wording.list_of(words)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSize:
    """The size of work that would start."""

    noun: str = "file"  # file, or title of a publication
    files: int = 0  # files, or titles, that would be changed
    bytes: int = 0  # total size of these files; of a publication, of its new files
    by_risk: Mapping[str, int] = field(default_factory=dict)  # number of these by risk level

    @property
    def items(self) -> str:
        """The number in words: `40 files`."""
        return wording.plural(self.files, self.noun)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """
    When work waits for approval: at a risk, or above a number of files or bytes.

    Attributes:
        risk: Work waits if one of its files has this risk or a higher one; `off`: the risk does not matter.
        files: Work waits if it has more files, or titles, than this; 0: the number does not matter.
        bytes: Work waits if its files are larger than this together; 0: the size does not matter.

    """

    risk: ApprovalRisk = "off"
    files: int = 0
    bytes: int = 0

    @property
    def is_on(self) -> bool:
        """Whether any work can have to wait."""
        return self.risk != "off" or self.files > 0 or self.bytes > 0

    def reasons(self, work: WorkSize) -> tuple[str, ...]:
        """Return why work has to wait, each as a part of a sentence; empty if it may start at once."""
        found = []
        if self.risk != "off":
            for level in WRITABLE[WRITABLE.index(self.risk) :]:
                if count := work.by_risk.get(level, 0):
                    verb = "has" if count == 1 else "have"
                    found.append(f"{wording.plural(count, work.noun)} {verb} the risk {level}")
        if 0 < self.files < work.files:
            found.append(f"it has {work.items}, and more than {self.files:,} wait")
        if 0 < self.bytes < work.bytes:
            found.append(f"it has {wording.size(work.bytes)}, and more than {wording.size(self.bytes)} wait")
        return tuple(found)
