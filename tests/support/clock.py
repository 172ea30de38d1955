"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that does not advance until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 7, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    @property
    def ns(self) -> int:
        return int(self.now.timestamp() * 1e9)

    def forward(self, days: int = 0, *, seconds: float = 0) -> None:
        self.now += timedelta(days=days, seconds=seconds)
