"""
One film, one strategy and one journal, without a library around them: where cuts cost a hundredth of a second.

What is asked of a strategy here is what `scenes` asks of a whole write: old or new, bit for bit, and nothing else left
lying about.
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
    """A case of `shapes` in a folder of its own."""

    def __init__(self, name: str, folder: Path, films: Path, forks: Forks) -> None:
        self.name, self.shape, self._forks = name, shapes.ALL[name], forks
        self.films, self.backups = films, folder / "backups"
        self.film, self.backup = films / self.shape.file_name, self.backups / "1.journal"
        self.text = "People: " + ", ".join((*self.shape.people, "Bob Ray"))
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
        return self.run(crashes.write, self.film, self.backup, self.text, self.shape.means, self.shape.strategy, **trap)

    def write_failing(self, fault: Fault) -> int:
        """Write with a fault, and return one of the exit codes of `crashes.write_failing`."""
        self.reset()
        wanted = self.text, self.shape.means, self.shape.strategy
        report = self._forks.watch(fault.trap_in(self.folders), crashes.write_failing, self.film, self.backup, *wanted)
        assert not report.hung, fault
        assert report.hit is not None, fault
        assert report.code in {0, crashes.FAILED, crashes.STOPPED, crashes.CANNOT_TELL}, f"{report.code}: {fault}"
        return report.code

    def recover(self, **trap: Any) -> gate.Report:
        return self.run(crashes.recover, self.backup, **trap)

    def take_back(self) -> None:
        """Take a write back that was committed."""
        other = self.backups / "2.journal"
        other.unlink(missing_ok=True)
        crashes.take_back(self.film, self.backup, other)
        assert self.film.read_bytes() == self.old

    def media(self) -> list[tuple[int, int]]:
        """Where the media of the film lies: start and end of each stretch."""
        _, layout = registry.examine(BytesReader(self.old))
        return [(extent.offset, extent.end) for extent in layout.payload]

    def settle(self, where: str) -> str:
        """Recover as the next start does, and tell which of the two files is there; a second recovery does nothing."""
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
        """What lies about that is neither the film nor an original that is kept."""
        kept = self.films / ".indexium"
        found = [path for path in self.films.rglob("*") if path not in {self.film, kept} and path.parent != kept]
        return [path.name for path in found]
