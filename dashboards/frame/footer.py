"""The footer of every page: running work, interrupted operations, and the newest result with its rollback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dashboards.components import job_text, operation_text
from dashboards.components.base import Component, module, needing
from dashboards.components.gauge import measure
from dashboards.frame.view_types import FooterView
from indexium_core.model import job_words, wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, ROLLBACK, WRITE_SAFE
from indexium_core.model.approval import Approval, ApprovalNotice
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.job import Job, UnrecordedResults
from indexium_core.model.operations import summaries
from indexium_core.model.operations.followed_operation import FollowedOperation
from indexium_core.model.operations.operation import MetadataOperation, OperationStatus
from indexium_core.model.operations.outcomes import REMAINING, outcome_counts, success_of


class Footer(Component):
    """
    The work in progress and its results, at the bottom of every page.

    A row with `dismiss` can be closed permanently; one with `fades` closes after a while. Messages: `pause`, `resume`,
    `cancel`, `details`, `why`, `roll_back`, `scan` and `stop_scan`, each with the `id` of the operation; `job`,
    `job_pause`, `job_resume` with the `id` of a job; `requests`.
    """

    _esm = module("footer")
    _view = FooterView
    _styles = ("footer.css",)
    _needs = needing(
        {
            WRITE_SAFE: "pause resume cancel",  # who started a write may resume it
            ROLLBACK: "roll_back",
            JOBS_MANAGE: "scan stop_scan job_pause job_resume",
        }
    )
    _of_all_folders = ("stop_scan",)


def running(operation: MetadataOperation, status: OperationStatus) -> dict[str, Any]:
    """Return the row of a running operation."""
    paused, followed = status.status == "paused", FollowedOperation(operation=operation, status=status)
    verb = ("Pausing:" if status.pausing else "Paused:") if paused else followed.verb
    pause = {"label": "Resume", "act": "resume"} if paused else {"label": "Pause", "act": "pause"}
    return {
        "key": f"run{operation.id}",
        "id": operation.id,
        "kind": "running",
        "title": f"{verb} {wording.count(status.current)} of {followed.total_text}",
        "note": _running_note(followed),
        "bar": {"now": status.current, "max": status.total, "parts": [each.as_dict() for each in followed.parts]},
        "buttons": [
            pause,
            {"label": "Cancel", "act": "cancel"},
            {"label": "Details", "act": "details", "kind": "opt"},
        ],
    }


def _running_note(followed: FollowedOperation) -> str:
    operation, status = followed.operation, followed.status
    name = f"“{operation.user_note}”" if operation.user_note else ""
    failed = sum(status.counts.get(each, 0) for each in ("failed", "conflict", "unknown"))
    bad = wording.plural(failed, "problem") if failed else ""
    speed = "" if status.status == "paused" else followed.pace
    return " · ".join(part for part in (bad, speed, name) if part)


def requests(notice: ApprovalNotice, *, is_shown: bool) -> list[dict[str, Any]]:
    """Return the row about requests that wait, for a person who decides or proposed them; `is_shown`: on its page."""
    if is_shown or not (notice.to_decide or notice.proposed):
        return []
    parts = [
        f"{wording.plural(notice.to_decide, 'request waits', 'requests wait')} for your decision"
        if notice.to_decide
        else "",
        f"{wording.plural(notice.proposed, 'request', 'requests')} of yours "
        f"{'waits' if notice.proposed == 1 else 'wait'} for approval"
        if notice.proposed
        else "",
    ]
    return [
        {
            "key": "requests",
            "id": 0,
            "kind": "interrupted",
            "title": " · ".join(filter(None, parts)),
            "note": "nothing is written before that",
            "level": "warning",
            "glyph": "!",
            "buttons": [{"label": "Show", "act": "requests", "spoken": "Show the requests"}],
        }
    ]


def decided(approval: Approval) -> str:
    """Return what became of a request of the person, as a sentence."""
    if approval.decided_by is None:
        return f"Your request {approval.id} has expired."
    action = "rejected" if approval.state == "rejected" else "approved"
    reason = f": {approval.note}" if approval.note else "."
    return f"{approval.decided_by} {action} your request {approval.id}, {approval.title}{reason}"


def scanning(scan: ScanProgress) -> dict[str, Any]:
    """Return the row of a running scan; the number of files is unknown until the folders are listed."""
    total = scan.total
    if total is None:
        title, note = f"Searching for files: {wording.count(scan.done)} found", "a scan changes no file"
    else:
        title = f"Reading {wording.count(scan.done)} of {wording.files(total)}"
        left = f"about {wording.duration(scan.eta_seconds)} left" if scan.eta_seconds is not None and scan.done else ""
        note = " · ".join(part for part in (f"{scan.rate:.0f} files/s" if scan.rate >= 1 else "", left) if part)
    return {
        "key": "scan",
        "id": 0,
        "kind": "running",
        "title": title,
        "note": note,
        "bar": measure(scan.done, total),
        "buttons": [
            {"label": "Stop", "act": "stop_scan", "spoken": "Stop the scan"},
            {"label": "Details", "act": "scan", "kind": "opt"},
        ],
    }


def working(job: Job) -> dict[str, Any]:
    """Return the row of a running job that is neither an operation nor a scan."""
    return {
        "key": f"job{job.id}",
        "id": job.id,
        "kind": "running",
        "title": job_words.name(job),
        "note": job_words.sentence(job),
        "bar": job_text.gauge(job),
        "buttons": [
            {"label": "Pause", "act": "job_pause"},
            {"label": "Details", "act": "job", "kind": "opt"},
        ],
    }


def unrecorded(found: UnrecordedResults) -> dict[str, Any]:
    """Return the row of a stopped job whose result cannot be stored."""
    return {
        "key": f"wait{found.job_id}",
        "id": found.job_id,
        "kind": "interrupted",
        "title": found.description,
        "note": f"Indexium has retried for {wording.duration(found.seconds)} and continues until there is free space. "
        f"You can also stop Indexium. {found.assurance}",
        "level": "warning",
        "glyph": "!",
        "buttons": [{"label": "Details", "act": "job", "kind": "opt"}],
    }


def long_paused(job: Job) -> dict[str, Any]:
    """Return the row of a job that has been paused for more than a day."""
    return {
        "key": f"held{job.id}",
        "id": job.id,
        "kind": "interrupted",
        "title": f"{job_words.name(job)} {job_words.long_pause(job)}",
        "note": job_words.sentence(job),
        "level": "warning",
        "glyph": "!",
        "buttons": [
            {"label": "Show", "act": "job", "kind": "opt"},
            {"label": "Resume", "act": "job_resume", "kind": "primary"},
        ],
    }


def done(operation: MetadataOperation, *, now: datetime | None = None) -> dict[str, Any]:
    """Return the row of an operation that ended: its result and the button that rolls it back."""
    bad = operation.failure_count + operation.conflict_count + operation.unknown_count
    is_good = not bad and operation.status not in ("failed", "cancelled")
    why = [{"label": "Show problems", "act": "why"}] if bad else []
    files = operation_text.items(operation, operation.success_count)
    roll_back = {"label": "Roll back…", "act": "roll_back", "spoken": f"Roll back {files}…"}
    can_roll_back = operation.can_rollback and operation.operation_type != "rollback"
    return {
        "key": f"done{operation.id}",
        "id": operation.id,
        "kind": "done",
        "title": summaries.result(operation),
        "note": _done_note(operation, now or datetime.now(UTC)),
        "level": "safe" if is_good else "warning",
        "glyph": "✓" if is_good else "!",
        "fades": is_good,
        "buttons": [
            *why,
            *([roll_back] if can_roll_back else []),
            {"label": "Details", "act": "details", "kind": "opt"},
        ],
        "dismiss": f"done{operation.id}",
    }


def _done_note(operation: MetadataOperation, now: datetime) -> str:
    parts = [f"“{operation.user_note}”" if operation.user_note else ""]
    parts.append(wording.ago(operation.completed_at, now=now) if operation.completed_at else "")
    if operation.can_rollback and operation.expires_at and operation.operation_type != "rollback":
        parts.append(f"can be rolled back until {wording.day(operation.expires_at)}")
    return " · ".join(part for part in parts if part)


def interrupted(operation: MetadataOperation) -> dict[str, Any]:
    """Return the row of an interrupted operation, which needs a decision."""
    name = f"“{operation.user_note}”" if operation.user_note else f"operation {operation.id}"
    when = wording.when(operation.started_at)
    good, total, rest = operation.success_count, operation.file_count, operation.remaining
    buttons = [{"label": "Show", "act": "details", "kind": "opt"}]
    if operation.can_rollback:
        buttons.append({"label": f"Roll back {wording.count(good)}", "act": "roll_back"})
    if rest:
        buttons.append({"label": f"Resume {wording.count(rest)}", "act": "resume", "kind": "primary"})
    success = success_of(operation.operation_type)
    left = outcome_counts(operation.outcomes, only=REMAINING)
    intact = summaries.intact_files(operation.unknown_count).removesuffix(".")
    return {
        "key": f"cut{operation.id}",
        "id": operation.id,
        "kind": "interrupted",
        "title": f"Interrupted {when}: {name}, {wording.count(good)} of {wording.count(total)} {success}",
        "note": ", ".join(filter(None, (intact, left))),
        "level": "warning",
        "glyph": "!",
        "buttons": buttons,
        "dismiss": f"cut{operation.id}",
    }
