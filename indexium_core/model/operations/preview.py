"""What a person sees before a write starts, as one value for every front end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import Holder, SelectionChanges, SelectionDigest, SelectionSummary, StaleFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedFiles:
    """The files of a selection, as the list that shows it needs them."""

    ids: Sequence[int]  # those of the listed files that are selected
    summary: SelectionSummary
    new: int = 0  # files that the search of the selection finds since it was made, and that are not in it

    @property
    def promise(self) -> str:
        """How the files could be restored after a write."""
        return summaries.rollback_promise(self.summary)

    @property
    def omitted(self) -> str:
        """Which selected files a write does not include, and why; "" for none."""
        left = summaries.excluded_files(self.summary.excluded)
        return f"not written: {left}" if left else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePreview:
    """What a write of a selection would do, with the options and the digest for a write of exactly that."""

    summary: SelectionSummary
    changes: SelectionChanges  # of the fields that the options name
    digest: SelectionDigest  # of the files that would be written now
    stale: StaleFiles  # files whose result differs from the plan that was shown; with any, a write is refused
    holders: Sequence[Holder]  # unfinished operations that use some of the files
    reasons: Sequence[str]  # why the write would wait for approval; empty: it starts at once
    options: WriteOptions  # the requested ones, but only safe files if there are no others: this needs less
    title: str  # for the history: the note of the options, or a title of the selection

    @property
    def danger_count(self) -> int:
        """Number of dangerous files that would be written."""
        return self.summary.by_risk.get("danger", 0)

    @property
    def files_in_use(self) -> int:
        """Number of the files that unfinished operations use."""
        return sum(each.files for each in self.holders)

    @property
    def all_in_use(self) -> bool:
        """Whether unfinished operations use all of the files."""
        return bool(self.holders) and self.files_in_use >= self.digest.count
