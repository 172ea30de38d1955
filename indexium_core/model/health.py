"""The result of a check of the health of a folder, or of the installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

CheckState: TypeAlias = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one check."""

    name: str  # python, packages, ffmpeg_libraries, ffmpeg, home, lock, clock, backups …, library
    state: CheckState
    message: str  # one sentence
    remedy: str = ""  # what the user can do; "" if there is nothing to do
    details: dict[str, Any] = field(default_factory=dict)  # the same facts for programs, JSON-ready
