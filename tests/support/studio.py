"""A home and a folder of small films, with the functions that tests of operations need most."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import ItemDetails, OperationStatus, WriteOptions
from tests.support import homes, media, tables

ALL = WriteOptions(risk=("safe", "warning", "danger"))
OLD = 1_600_000_000  # modification time of the films, in seconds


class Studio:
    """A number of films that name Bob Ray, in a library whose database has Ann Lee in them."""

    def __init__(self, folder: Path, count: int, **config: Any) -> None:
        self.films = folder / "films"
        self.films.mkdir(parents=True)
        self.paths = media.series("mp4", self.films, count, comment="People: Bob Ray")
        self.old = self.bytes()
        if not config:
            self.library = homes.opened(folder / "home", self.films, "Ann Lee")
        else:
            self.library = Library.open(folder / "home", **config)
            self.library.scan([self.films])
            self.library.people.add(self.paths, ["Ann Lee"])

    def bytes(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.paths if path.exists()}

    def write(self, options: WriteOptions = ALL, query: str = "") -> OperationStatus:
        return self.library.write(self.library.plan(query), options).wait()

    def back(self, operation_id: int, query: str = "", **choices: Any) -> OperationStatus:
        return self.library.rollback(operation_id, query, **choices).wait()

    def states(self) -> dict[int, str]:
        return {operation.id: operation.status for operation in self.library.history().items}

    def reopen(self, **config: Any) -> None:
        self.library.close()
        self.library = Library.open(self.library.home, **config)

    def job_of(self, operation_id: int) -> Job:
        [job] = [job for job in self.library.jobs.list(per_page=0).items if job.operation_id == operation_id]
        return job

    def items(self, operation_id: int) -> Mapping[str, ItemDetails]:
        return {item.file_name: item for item in self.library.operation(operation_id, per_page=0).items}

    def codes(self, operation_id: int) -> dict[str, tuple[str, str]]:
        return {name: (item.status, item.code) for name, item in self.items(operation_id).items()}

    def comments(self) -> dict[str, str | None]:
        """Return the people that a scan reads in each file."""
        self.library.scan([self.films])
        query = "SELECT file_name, comment FROM scanned_files WHERE state = 'ok'"
        return dict(tables.rows(self.library, query))
