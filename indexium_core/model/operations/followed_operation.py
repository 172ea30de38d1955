"""An operation as a person follows it: its progress, its report and each of its files in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from indexium_core.model import job_words, wording
from indexium_core.model.operations import item_words, summaries
from indexium_core.model.operations.actor import SOURCES
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation, OperationStatus
from indexium_core.model.operations.outcomes import (
    REMAINING,
    Outcome,
    items_in_words,
    outcome_counts,
    outcome_label,
)
from indexium_core.model.shapes import ListPage, Shaped

_VERBS: Mapping[str, tuple[str, str]] = {  # type of an operation → while it runs, and after its end
    "write": ("Writing", "Wrote"),
    "rollback": ("Rolling back", "Restored"),
    "publish": ("Publishing", "Published"),
}
_PARTS: Mapping[Outcome, str] = {  # outcome → kind of its part of the bar
    "written": "ok",
    "restored": "ok",
    "failed": "bad",
    "conflict": "bad",
    "unknown": "odd",
    "skipped": "off",
}
PROBLEMS = ("failed", "conflict", "unknown")  # statuses of items that were not written for a reason
_FAR = 3.0  # how many times longer a remaining time may be than another one that is shown beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart(Shaped):
    """A part of a progress bar."""

    kind: str  # ok, bad, odd, off, going
    label: str  # `6 written`
    share: float  # of the bar, in percent


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedOperation(Shaped):
    """An operation in words, while it runs and after its end."""

    operation: MetadataOperation
    status: OperationStatus

    @property
    def id(self) -> int:
        """Its number."""
        return self.operation.id

    @property
    def type(self) -> str:
        """Its type: write, rollback or publish."""
        return self.operation.operation_type

    @property
    def noun(self) -> str:
        """The word for an item: `file`, or `title`."""
        return self.operation.noun

    @property
    def state(self) -> str:
        """Its state, one of STATES."""
        return self.status.status

    @property
    def verb(self) -> str:
        """What it does while it runs: `Writing`."""
        return _VERBS[self.type][0]

    @property
    def title(self) -> str:
        """Its headline: `Writing 12 files`, `Wrote 12 files`, or its note."""
        note = f"“{self.operation.user_note}”" if self.operation.user_note else ""
        if not self.status.finished:
            return f"{self.verb} {note or self._items(self.status.total)}"
        written = self.status.counts.get("success", 0)
        return f"{self.operation.kind_name} {note}" if note else f"{_VERBS[self.type][1]} {self._items(written)}"

    @property
    def started(self) -> str:
        """When and where it was started, and that it continues without the page."""
        source = SOURCES.get(self.operation.source, "")
        started = f"started {self.operation.started} {source}".rstrip()
        if self.state == "paused":
            is_pausing = self.status.pausing
            waits = "pausing after the current file" if is_pausing else "paused: completed files stay as they are"
            return f"{started} · {waits}"
        return started if self.status.finished else f"{started} · continues if you close this page"

    @property
    def done(self) -> int:
        """Number of its items with a result."""
        return self.status.current

    @property
    def total(self) -> int:
        """Number of its items."""
        return self.status.total

    @property
    def total_text(self) -> str:
        """The number of its items: `9 files`."""
        return self._items(self.total)

    @property
    def progress_text(self) -> str:
        """What it does now, and how far it is: `Writing 3 of 9 files`."""
        paused = "Pausing:" if self.status.pausing else "Paused:"
        verb = paused if self.state == "paused" else self.verb
        return f"{verb} {wording.count(self.done)} of {self.total_text}"

    @property
    def progress_note(self) -> str:
        """Its problems, its pace while it is not paused, and its name."""
        failed = sum(self.counts.get(each, 0) for each in PROBLEMS)
        problems = wording.plural(failed, "problem") if failed else ""
        pace = "" if self.state == "paused" else self.pace
        name = f"“{self.operation.user_note}”" if self.operation.user_note else ""
        return " · ".join(part for part in (problems, pace, name) if part)

    @property
    def pace(self) -> str:
        """The speed and the remaining time, or the duration after its end."""
        status = self.status
        if status.finished:
            return f"in {wording.duration(self.operation.seconds)}" if self.operation.seconds else ""
        if status.status == "paused":
            return "pausing after this file" if status.pausing else "paused"
        return " · ".join(self._pace_parts()) or "starting"

    def _pace_parts(self) -> Iterator[str]:
        status = self.status
        if status.bytes_total:
            yield f"{wording.size(status.bytes_done)} of {wording.size(status.bytes_total)} checked"
        if (rate := job_words.rate_text(status.rate)) and self._fits_estimate:
            yield rate
        if status.eta_seconds is not None:
            yield "almost done" if status.eta_seconds < 1 else f"about {wording.duration(status.eta_seconds)} left"

    @property
    def _fits_estimate(self) -> bool:
        """Whether the speed is not far from what the remaining time says: files that are copied whole are slow."""
        status = self.status
        if status.eta_seconds is None:
            return True
        left = (status.total - status.current) / status.rate
        return left <= _FAR * max(status.eta_seconds, 1.0) and status.eta_seconds <= _FAR * max(left, 1.0)

    @property
    def parts(self) -> list[BarPart]:
        """The parts of the progress bar that are not empty; a file that is being rewritten counts in part."""
        status, whole = self.status, max(1, self.status.total)
        found: list[tuple[str, str, float]] = [
            (kind, f"{wording.count(number)} {outcome_label(outcome)}", number)
            for outcome, kind in _PARTS.items()
            if (number := status.outcomes[outcome])
        ]
        if status.fractions:
            found.append(("going", f"{wording.count(len(status.fractions))} running", sum(status.fractions.values())))
        return [BarPart(kind=kind, label=label, share=round(100 * part / whole, 3)) for kind, label, part in found]

    @property
    def rest(self) -> str:
        """The number of waiting items, or of items that an ended operation did not write."""
        if self.status.finished:
            return outcome_counts(self.status.outcomes, only=REMAINING, separator=" · ")
        waiting = self.left - len(self.status.fractions)
        return f"{wording.count(waiting)} waiting" if waiting else ""

    @property
    def current(self) -> str:
        """The file that is written now; "" if there is none."""
        return self.status.current_text if self.state == "in_progress" else ""

    @property
    def left(self) -> int:
        """Number of its items without a result."""
        return self.status.total - self.status.current

    @property
    def has_problems(self) -> bool:
        """Whether some of its items were not written for a reason."""
        return any(self.status.counts.get(each) for each in PROBLEMS)

    @property
    def report(self) -> list[str]:
        """Its result, in sentences; none while it runs."""
        return [text for text in self._report_lines() if text] if self.status.finished else []

    def _report_lines(self) -> Iterator[str]:
        status, outcomes = self.status, self.status.outcomes
        yield f"{summaries.outcome_summary(outcomes, self.type, noun=self.noun)}."
        if outcomes["restored"]:
            yield "Each restored file was verified."
        if outcomes["failed"] + outcomes["conflict"]:
            yield "Files that failed or have a conflict were not changed. The list shows the reasons."
        if outcomes["unknown"]:
            yield "The next start of Indexium checks the files that it could not reach."
        if outcomes["undone"]:
            yield f"Undone files have their state before the {self.type}."
        if outcomes["not_started"]:
            yield summaries.intact_files(outcomes["unknown"])
        if status.status == "rolled_back":
            yield "All files were rolled back later."
        if status.status == "partly_rolled_back":
            yield "Some files were rolled back later."
        yield self.operation.error_message

    @property
    def counts(self) -> dict[str, int]:
        """The number of its items by their status."""
        return self.status.counts

    @property
    def words(self) -> dict[str, str]:
        """The words for its items by their status, as far as they are special for this operation."""
        return self.status.words

    @property
    def can_resume(self) -> bool:
        """Whether it is paused, or has stopped with items left."""
        return self.state == "paused" or self.status.can_resume

    @property
    def retryable(self) -> int:
        """How many of its items can be retried after its end."""
        return self.operation.retryable(self.status)

    @property
    def can_rollback(self) -> bool:
        """Whether it has ended and can be rolled back."""
        return self.status.finished and self.operation.can_rollback

    @property
    def cancel_effect(self) -> str:
        """What remains after it is cancelled."""
        effect = job_words.cancel_effect_on_files(self.type)
        return f"{effect}; {items_in_words(self.left, self.type)} will not be changed."

    def _items(self, number: int) -> str:
        return wording.plural(number, self.noun)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedItem(Shaped):
    """One file of an operation, or one title, in words."""

    item: ItemDetails
    share: float | None = None  # how much of the new file is written, 0 to 1; None if it is not rewritten
    is_ended: bool = False  # the operation has ended
    operation_type: str = "write"

    @property
    def id(self) -> int:
        """Its number."""
        return self.item.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.item.name

    @property
    def path(self) -> str:
        """Its path."""
        return self.item.file_path

    @property
    def changes(self) -> str:
        """What changes in it, in one line: `− Zoe Oz + Zoë Öz`."""
        return item_words.people_line(self.item) or item_words.side_files_line(self.item)

    @property
    def text(self) -> str:
        """Why it was not written, or how it was written and how long that took."""
        return self.item.message or item_words.method_and_time(self.item)

    @property
    def state(self) -> str:
        """Its state: `rewriting 61 %`, `written`."""
        return f"rewriting {int(100 * (self.share or 0))} %" if self._is_rewritten else self._state[0]

    @property
    def level(self) -> str:
        """The level of its state."""
        return "warning" if self._is_rewritten else self._state[1]

    @property
    def glyph(self) -> str:
        """The sign of its state."""
        return item_words.item_glyph(self.item.status, self.item.code)

    @property
    def _is_rewritten(self) -> bool:
        return self.item.status == "writing" and self.share is not None

    @property
    def _state(self) -> tuple[str, str]:
        item = self.item
        return item_words.item_status(item.status, item.code, ended=self.is_ended, kind=self.operation_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedItemPage(ListPage):
    """A page of the files of an operation, failures first."""

    items: list[FollowedItem]
