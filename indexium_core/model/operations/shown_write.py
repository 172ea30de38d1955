"""The question before a write as a value: the numbers, what would be lost, and why nothing may be written now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.fields.table import title_of
from indexium_core.model.files import strategies
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.preview import WritePreview
from indexium_core.model.planning.losses import DangerousFilePage
from indexium_core.model.planning.plan import WRITABLE, StaleFiles
from indexium_core.model.shapes import Shaped

_HOW = {
    "in place": "in place",
    "shared copy": "as a shared copy",
    "full copy": "as a full copy",
    "rewrite": "rewritten by FFmpeg",
    "sidecar": "in a sidecar beside the photo",
}


def how_written(by_strategy: Mapping[str, int]) -> str:
    """Return the numbers of files by method: `74 in place, 3 as a full copy, 1 rewritten by FFmpeg`."""
    counts: Counter[str] = Counter()
    for name, number in by_strategy.items():
        counts[_HOW.get(strategies.in_a_word(name), "in place")] += number
    return ", ".join(f"{wording.count(number)} {method}" for method, number in counts.most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWrite(Shaped):
    """What a person sees before a write, and what its start needs to write exactly that."""

    preview: WritePreview
    plan_id: int  # the version that the write compares with: a result that changes after it was read is refused
    dangers: DangerousFilePage  # files that would lose something
    leaves_out_danger: bool = False  # the person has chosen to write no dangerous file

    @property
    def number(self) -> int:
        """The number of files that would be written."""
        return self.preview.summary.count

    @property
    def danger(self) -> int:
        """The number of dangerous files that would be written."""
        return self.preview.danger_count

    @property
    def loses_text(self) -> int:
        """The number of files that would lose custom text."""
        return self.preview.summary.loses_text

    @property
    def removes_all_people(self) -> int:
        """The number of files that would have no people left."""
        return self.preview.summary.removes_all_people

    @property
    def action(self) -> str:
        """What is confirmed: `Write 3 files`, or `Propose to write 3 files`; "" if nothing can be written now."""
        if self.all_in_use or self.stale.count or not self.number:
            return ""
        return f"{'Propose to write' if self.is_proposal else 'Write'} {wording.files(self.number)}"

    @property
    def is_proposal(self) -> bool:
        """Whether the write would wait for approval."""
        return bool(self.preview.reasons)

    @property
    def waits(self) -> str:
        """Why it waits for approval, as a sentence; "": it starts at once."""
        return waiting_sentence(self.preview.reasons) if self.is_proposal else ""

    @property
    def by_risk(self) -> dict[str, int]:
        """The number of files by risk level."""
        numbers = self.preview.summary.by_risk
        return {level: numbers[level] for level in WRITABLE if numbers.get(level)}

    @property
    def facts(self) -> list[list[str]]:
        """What would change, how, what a rollback restores, and what is left out: pairs of a label and a text."""
        summary, changes = self.preview.summary, self.preview.changes
        hidden = f"{wording.files(summary.hidden)} that the search does not show" if summary.hidden else ""
        pairs = [
            ["People", self._people if changes.comments else ""],
            *([title_of(each.field), each.describe()] for each in changes.fields),
            ["Method", how_written(summary.by_strategy)],
            ["Written", f"about {wording.size(summary.est_bytes)}, in {wording.estimate(summary.est_seconds)}"],
            ["Rollback", summaries.rollback_promise(summary)],
            ["Hidden", hidden],
            ["Not included", self._left_out],
        ]
        return [pair for pair in pairs if pair[1]]

    @property
    def _people(self) -> str:
        added, removed = self.preview.summary.tags_to_add, self.preview.summary.tags_to_remove
        parts = [f"{wording.count(added)} added"] if added else []
        parts += [f"{wording.count(removed)} removed"] if removed else []
        return ", ".join(parts) or "the same people, in another form"

    @property
    def _left_out(self) -> str:
        """The selected files that are not written, but those that the person has left out."""
        untold = {"unchanged"} | ({"danger"} if self.leaves_out_danger else set())
        excluded = self.preview.summary.excluded
        return summaries.excluded_files({name: excluded[name] for name in excluded if name not in untold})

    @property
    def all_in_use(self) -> bool:
        """Whether unfinished operations use all of the files."""
        return self.preview.all_in_use

    @property
    def holders(self) -> list[str]:
        """The unfinished operations that use some of the files, a sentence each."""
        return [each.describe() for each in self.preview.holders]

    @property
    def holder_id(self) -> int | None:
        """The first of these operations; None without one."""
        return self.preview.holders[0].operation_id if self.preview.holders else None

    @property
    def stale(self) -> StaleFiles:
        """The files that have changed since they were shown: with any, nothing is written."""
        return self.preview.stale

    @property
    def expected(self) -> str:
        """The digest of the files, for the start of a write of exactly these."""
        return self.preview.digest.text

    @property
    def options(self) -> WriteOptions:
        """The options of this write."""
        return self.preview.options

    @property
    def title(self) -> str:
        """The title in the history if the person writes none."""
        return self.preview.title
