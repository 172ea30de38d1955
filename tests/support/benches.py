"""
One film, one strategy and one journal without a library, so that an interrupted write takes a hundredth of a second.

The checks of a strategy here equal those of a whole write in `scenes`: the file is exactly old or new, and no other
file remains.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from indexium_core.files import journal
from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader
from tests.support import crashes, gate, shapes
from tests.support.faults import Fault
from tests.support.forks import Forks
from tests.support.powercut import State

MTIME = 1_600_000_000_123_456_789


class Bench:
    """A case of `shapes` in its own folder."""

    def __init__(self, name: str, folder: Path, films: Path, forks: Forks) -> None:
        self.name, self.shape, self._forks = name, shapes.ALL[name], forks
        self.films, self.backups = films, folder / "backups"
        self.film, self.backup = films / self.shape.file_name, self.backups / "1.journal"
        self._wanted = self.shape.changes, self.shape.means, self.shape.strategy
        self.backups.mkdir()
        self.old = shapes.film(name)
        self.reset()
        self.clean = self.write()
        assert self.clean.code == 0
        self.new = self.film.read_bytes()
        assert self.new != self.old

    @property
    def folders(self) -> tuple[Path, ...]:
        return self.films, self.backups

    def reset(self) -> None:
        State({str(self.film): self.old}, {}).lay_out(self.folders)
        os.utime(self.film, ns=(MTIME, MTIME))

    def run(self, function: Any, *arguments: Any, **trap: Any) -> gate.Report:
        wanted = gate.Trap(folders=tuple(map(str, self.folders)), **trap)
        return self._forks.watch(wanted, function, *arguments)

    def write(self, **trap: Any) -> gate.Report:
        """Write, with a trap set."""
        return self.run(crashes.write, self.film, self.backup, *self._wanted, **trap)

    def write_failing(self, fault: Fault) -> int:
        """Write with a fault, and return one of the exit codes of `crashes.write_failing`."""
        self.reset()
        report = self._forks.watch(
            fault.trap_in(self.folders), crashes.write_failing, self.film, self.backup, *self._wanted
        )
        assert not report.hung, fault
        assert report.hit is not None, fault
        assert report.code in {0, crashes.FAILED, crashes.STOPPED, crashes.CANNOT_TELL}, f"{report.code}: {fault}"
        return report.code

    def recover(self, **trap: Any) -> gate.Report:
        return self.run(crashes.recover, self.backup, **trap)

    def take_back(self) -> None:
        """Roll back a committed write."""
        other = self.backups / "2.journal"
        other.unlink(missing_ok=True)
        crashes.take_back(self.film, self.backup, other)
        assert self.film.read_bytes() == self.old

    def media(self) -> list[tuple[int, int]]:
        """Return the ranges of the film's media."""
        _, layout = registry.examine(BytesReader(self.old))
        return [(extent.offset, extent.end) for extent in layout.payload]

    def settle(self, where: str) -> str:
        """Recover like the next start, and return which of the two files exists; a second recovery changes nothing."""
        if self.backup.exists():
            crashes.recover(self.backup)
            journals = self.backup.read_bytes()
            crashes.recover(self.backup)
            assert self.backup.read_bytes() == journals, f"{where}: a second recovery did something"
        data = self.film.read_bytes() if self.film.exists() else None
        assert data in {self.old, self.new}, f"{where}: {self.film.name} is neither old nor new"
        assert self.strays() == [], where
        committed = self.backup.exists() and any(mark.state == "committed" for mark in journal.read(self.backup).marks)
        assert committed == (data == self.new), f"{where}: the journal says {committed=}"
        return "new" if committed else "old"

    def strays(self) -> list[str]:
        """Return the files that are neither the film nor a kept original."""
        kept = self.films / ".indexium"
        found = [path for path in self.films.rglob("*") if path not in {self.film, kept} and path.parent != kept]
        return [path.name for path in found]
