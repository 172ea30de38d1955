"""Identify a version of the plan, and the modes that it was computed with."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Modes", "Version", "WriteRates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """
    The modes of a plan. None leaves a mode to the file and its library.

    `hard_links` and `large_bytes` change only the risk of files.
    """

    people_mode: str | None = None
    comment_mode: str | None = None
    include_unknown: bool = False
    hard_links: str = "block"  # break: a write may replace a file that has hard links, which separates them
    large_bytes: int = 10**9  # from this size on, copying the whole file is a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRates:
    """Measured seconds per second that a scan estimated."""

    in_place_rate: float = 1.0
    copy_rate: float = 1.0  # of full copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the plan of one variant."""

    variant_id: int
    plan_id: int
    rates: WriteRates = field(default=WriteRates(), compare=False)  # of the estimates that are read from it

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters of a statement that reads the version."""
        return {"variant_id": self.variant_id, "plan_id": self.plan_id}
