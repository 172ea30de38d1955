"""The progress of a scan, and the results of scans and rescans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from indexium_core import notebook
from indexium_core.model import wording
from indexium_core.model.files.hash_cache import CacheUse
from indexium_core.model.files.properties import LABELS
from indexium_core.model.shapes import Shaped


@dataclass(slots=True, kw_only=True)
class RescanReport:
    """The result of a rescan. `processed` is the sum of the counts below it, including `failed`."""

    processed: int = 0
    updated: int = 0  # files with a changed property
    unchanged: int = 0
    skipped: int = 0  # files of offline libraries
    missing: int = 0
    errors: dict[str, int] = field(default_factory=dict)  # files that could not be read, by code: corrupt, empty …
    locked: dict[str, int] = field(default_factory=dict)  # field → files in which a lock kept a different value
    seconds: float = 0.0
    total: int = 0  # files to read
    cancelled: bool = False

    @property
    def failed(self) -> int:
        """The number of files that could not be read."""
        return sum(self.errors.values())

    @property
    def text(self) -> str:
        """The result of the rescan of one file."""
        if self.missing:
            return "The file no longer exists."
        if self.skipped:
            return "The library of the file is offline; nothing was read."
        if self.failed:
            return "The file could not be read; the stored properties stay."
        kept = ", ".join(LABELS[name].lower() for name in self.locked)
        text = "Rescan completed: properties changed." if self.updated else "Rescan completed: no changes."
        return text + (f" Locked: {kept}." if kept else "")

    @property
    def summary(self) -> str:
        """The result in one line."""
        parts = [f"{self.updated:,} updated", f"{self.unchanged:,} unchanged"]
        rest = {"skipped": self.skipped, "missing": self.missing}
        parts += [f"{count:,} {word}" for word, count in rest.items() if count]
        parts += [f"{count:,} {code.replace('_', ' ')}" for code, count in sorted(self.errors.items())]
        kept = ", ".join(
            f"{LABELS[name].lower()} of {wording.files(count)}" for name, count in sorted(self.locked.items())
        )
        return f"{'Stopped after ' if self.cancelled else ''}{wording.files(self.processed)}: {', '.join(parts)}" + (
            f"; kept by a lock: {kept}" if kept else ""
        )


@dataclass(slots=True, kw_only=True)
class ScanReport:
    """The result of a scan."""

    libraries: int = 0  # roots
    offline: int = 0  # roots that are offline; their files in the catalog were not changed
    seen: int = 0  # files found
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0  # found under another path
    missing: int = 0  # files that became missing
    empty_folders: int = 0  # folders with nothing but such folders in them
    growing: int = 0  # files that changed less than a minute before the scan, and cannot be written yet
    errors: int = 0  # files read that are empty, damaged or unreadable
    by_state: dict[str, int] = field(default_factory=dict)  # of the files found: ok, empty, corrupt, unreadable …
    seconds: float = 0.0
    cache: CacheUse = field(default_factory=CacheUse)
    cancelled: bool = False  # the files that were read before are stored
    messages: list[str] = field(
        default_factory=list
    )  # for the user: offline roots, folders that cannot be listed, growing files

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ScanReport:
        """Return the report that a job has stored."""
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        return cls(**known | {"cache": CacheUse(**known.get("cache", {}))})

    @property
    def unusable(self) -> int:
        """The number of files that are empty, damaged, unreadable or no media."""
        return sum(count for state, count in self.by_state.items() if state != "ok")

    @property
    def text(self) -> str:
        """The result of the scan, in sentences."""
        numbers = {name: getattr(self, name) for name in ("new", "changed", "moved", "missing", "unchanged")}
        changes = ", ".join(f"{wording.count(number)} {name}" for name, number in numbers.items() if number)
        seen = f"{wording.files(self.seen)}{f': {changes}' if changes else ''}, in {wording.duration(self.seconds)}."
        hashes = wording.plural(self.cache.hits, "hash was", "hashes were")
        empty = wording.plural(self.empty_folders, "folder is", "folders are")
        sentences = (
            f"Stopped after {seen}" if self.cancelled else seen,
            self.cancelled and "The other files were not scanned. The next scan includes them.",
            self.unusable and f"{wording.files(self.unusable)} cannot be used.",
            self.cache.hits and f"{hashes} known.",
            self.empty_folders and f"{empty} empty: “Find empty folders…” under “More…” lists them.",
        )
        return " ".join(sentence for sentence in sentences if sentence)

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {
            name: f"{count:,}"
            for name in ("new", "changed", "unchanged", "moved", "missing", "errors")
            if (count := getattr(self, name))
        }
        title = f"Scan of {wording.files(self.seen)}" + (", cancelled" if self.cancelled else "")
        return notebook.card(title, facts | ({"notes": " ".join(self.messages)} if self.messages else {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumedScan(Shaped):
    """A scan of a former process that continues in this one."""

    job_id: int
    text: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """The progress of a scan."""

    done: int  # files found (during the walk), then files read
    total: int | None  # files to read; None during the walk, because it is not known yet
    current: str  # last folder or file, for display
    rate: float  # files per second
    eta_seconds: float | None
    folder: str = ""  # full path of the current folder, for display

    @property
    def text(self) -> str:
        """How far it is; the number of files is unknown until the folders are listed."""
        if self.total is None:
            return f"Searching for files: {wording.count(self.done)} found"
        return f"Reading {wording.count(self.done)} of {wording.files(self.total)}"

    @property
    def number_text(self) -> str:
        """How far it is, in words after the number of files: `files found`, `of 59 files read`."""
        if self.total is not None:
            return f"of {wording.files(self.total)} read"
        return "file found" if self.done == 1 else "files found"

    @property
    def pace(self) -> str:
        """How fast it is, and how long it will take; "" if neither is known."""
        rate = f"{wording.count(round(self.rate))} files/s" if self.rate >= 1 else ""
        left = f"about {wording.duration(self.eta_seconds)} left" if self.eta_seconds else ""
        return " · ".join(filter(None, (rate, left)))
