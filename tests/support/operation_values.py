"""Operations as values, for tests of their words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core.model.operations.operation import ItemDetails, MetadataOperation, OperationStatus

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def operation(**facts: Any) -> MetadataOperation:
    """Return a write of 214 files, which was completed four minutes before `NOW`."""
    known: dict[str, Any] = {
        "id": 7,
        "operation_type": "write",
        "status": "completed",
        "started_at": NOW - timedelta(minutes=5),
        "completed_at": NOW - timedelta(minutes=4),
        "file_count": 214,
        "success_count": 214,
        "can_rollback": True,
        "expires_at": NOW + timedelta(days=90),
    }
    numbers = dict.fromkeys(("failure_count", "skipped_count", "conflict_count", "unknown_count"), 0)
    words = dict.fromkeys(("error_message", "user_note", "user_action", "user_name", "source", "rollback_reason"), "")
    rest = {"seconds": 1.0, "plan_id": 1, "reverts_id": None}
    return MetadataOperation(**{**numbers, **words, **rest, **known, **facts})


def status(state: str = "in_progress", **counts: int) -> OperationStatus:
    """Return the progress of such a write."""
    return OperationStatus(
        id=7,
        operation_type="write",
        status=state,
        counts=counts,
        current_file="",
        rate=118.0,
        eta_seconds=2.0,
        started_at=NOW,
        completed_at=None,
        can_rollback=False,
        rollback_reason="",
        bytes_done=3_100_000_000,
        bytes_total=18_000_000_000,
    )


def item(number: int = 1, kind: type[ItemDetails] = ItemDetails, **changes: Any) -> ItemDetails:
    """Return a written file of an operation."""
    facts: dict[str, Any] = {
        "id": number,
        "file_id": number,
        "file_path": f"/films/{number}.mp4",
        "file_name": f"{number}.mp4",
        "status": "success",
        "code": "",
        "message": "",
        "previous_comment": "People: Bob Ray",
        "new_comment": "People: Ann Lee, Bob Ray",
        "tags_added": ["Ann Lee"],
        "tags_removed": [],
        "strategy": "mp4_in_place",
        "seconds": 0.003,
        "proof": {},
        "processed_at": NOW,
        "backup_kind": "journal",
        "backup_bytes": 181,
    }
    return kind(**(facts | changes))
