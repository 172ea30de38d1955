"""An enrichment in a separate process, to be killed: `Child(long_enrichment.run, …)`. It prints `begun JOB`."""

from __future__ import annotations

from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from indexium_core.flows.enrichment.enricher import FetchedTitle, TitleEnricher
from indexium_core.library import Library
from indexium_core.store.titles.enrichment import DueTitle


def run(pipe: Connection, home: Path, note: Path, job: int) -> None:
    """Start an enrichment of `home`, or resume a job, and record each title that is looked up."""
    fetch = TitleEnricher.fetch
    with note.open("a", buffering=1) as file:

        def noted(self: TitleEnricher, title: DueTitle, *, since: datetime | None) -> FetchedTitle:
            file.write(f"{title.id}\n")
            return fetch(self, title, since=since)

        TitleEnricher.fetch = noted  # type: ignore[method-assign]
        with Library.open(home, take_over="safe" if job else "nothing") as library:
            job = job or library.enrichment.schedule_library_enrichment().id
            pipe.send(f"begun {job}")
            library.jobs.wait(job)
