"""Identify a version of the plan, and the modes that it was computed with."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Modes", "Version"]


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
class Version:
    """One version of the plan of one variant."""

    variant_id: int
    plan_id: int
