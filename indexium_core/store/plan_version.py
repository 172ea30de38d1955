"""Identify a version of the plan, the modes that it was computed with, and the rates of its estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
class DiskRates:
    """
    The rates of each disk, and those of all disks together for the disks that were not measured.

    The id of a disk is that of the library on it: a device number changes with each start of the machine, and the path
    of a library may change. Two libraries on one disk are measured separately.
    """

    all_disks: WriteRates = field(default=WriteRates())
    by_disk: Mapping[int, WriteRates] = field(default_factory=dict)

    def of(self, disk_id: int) -> WriteRates:
        """Return the rates of one disk."""
        return self.by_disk.get(disk_id, self.all_disks)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of a statement with `rate_of_disk`."""
        return {
            "in_place_rate": self.all_disks.in_place_rate,
            "copy_rate": self.all_disks.copy_rate,
            "rated_disks": list(self.by_disk),
            "in_place_rates": [rates.in_place_rate for rates in self.by_disk.values()],
            "copy_rates": [rates.copy_rate for rates in self.by_disk.values()],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the plan of one variant."""

    variant_id: int
    plan_id: int
    rates: DiskRates = field(default=DiskRates(), compare=False)  # of the estimates that are read from it

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters of a statement that reads the version."""
        return {"variant_id": self.variant_id, "plan_id": self.plan_id}
