"""One run of an enrichment: what is done, what is counted, and where the next run continues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from indexium_core.flows.enrichment.enricher import FetchedTitle, StoredGroup
from indexium_core.jobs.context import JobContext
from indexium_core.model import wording
from indexium_core.model.providers.enrichment import EnrichmentReport
from indexium_core.store.connection import Connection
from indexium_core.store.titles.enrichment import DueTitle

_MOST_PROBLEMS = 20  # sentences of a report
_MOST_TRIES = 2  # in one run, of a title whose answers alone are broken


class EnrichmentRun:
    """The state of a run. The thread of the job alone uses it."""

    def __init__(self, job: JobContext, now: datetime) -> None:
        """Continue after the last checkpoint of a job."""
        saved = dict(job.checkpoint or {})
        started = saved.pop("started", job.payload.get("since"))
        self.job = job
        self.started = datetime.fromisoformat(started) if started else now  # of the first run
        self.report = EnrichmentReport(**saved)
        self.changes: set[tuple[str, int, bool]] = set()  # type and id of changed titles; none is new
        self.stop_sentence = ""  # why no other title can be looked up
        self.wait: float | None = None  # seconds until another title can be looked up
        self.problem = ""  # the sentence of the provider that has to be asked later
        self._total = 0
        self.tries = Counter[int]()  # of this run by title, without an answer

    def begin(self, due: Sequence[DueTitle]) -> None:
        """Count the videos of the titles."""
        self._total = self.report.videos + sum(_weight(each) for each in due)
        self.show()

    def skip(self, titles: Iterable[DueTitle]) -> None:
        """Count titles that another job has looked up."""
        self.report.videos += sum(map(_weight, titles))

    def store(self, fetched: Sequence[FetchedTitle], group: StoredGroup, tx: Connection) -> None:
        """Count the outcomes of a group, and save the position with it. Outdated titles are fetched again."""
        changed = {number for _, number in group.changed}
        for each in fetched:
            if each.title in group.outdated:
                continue
            self._count(each)
            self.report.unchanged += each.outcome == "enriched" and each.title.id not in changed
        self.report.episodes += group.episodes
        self.job.save({**asdict(self.report), "cancelled": False, "started": self.started.isoformat()}, tx=tx)

    def _count(self, fetched: FetchedTitle) -> None:
        report = self.report
        if fetched.wait is not None:
            self.problem = fetched.problem
        if fetched.stops:
            self.stop_sentence, self.wait = fetched.problem, fetched.wait
            return
        if fetched.outcome == "failed" and fetched.wait is not None:
            self.tries[fetched.title.id] += 1
            if not self.is_again(fetched):
                report.waiting += 1
                self._note("providers", fetched.problem)
            return
        report.videos += _weight(fetched.title)
        if fetched.outcome == "enriched":
            report.enriched += 1
            report.partial += bool(fetched.problem)
        else:
            report.questions += fetched.outcome == "question"
            report.unmatched += fetched.outcome == "unmatched"
            report.failed += fetched.outcome == "failed"
        self._note("providers" if fetched.outcome == "enriched" else fetched.title.title, fetched.problem)

    def _note(self, name: str, problem: str) -> None:
        if problem and len(self.report.problems) < _MOST_PROBLEMS:
            self.report.problems.setdefault(name, problem)

    def is_again(self, fetched: FetchedTitle) -> bool:
        """Return whether a title has another try in this run."""
        return fetched.outcome == "failed" and fetched.is_alone and self.tries[fetched.title.id] < _MOST_TRIES

    def show(self) -> None:
        """Report the progress."""
        report = self.report
        self.job.progress(
            report.videos,
            max(self._total, report.videos),
            enriched=report.enriched,
            questions=report.questions,
            unmatched=report.unmatched,
            failed=report.failed,
        )


def _weight(title: DueTitle) -> int:
    """Return the videos of a title; one that has none counts as one."""
    return max(1, title.videos)


def summary(report: EnrichmentReport) -> str:
    """Return the result of a job in one line."""
    total = report.enriched + report.questions + report.unmatched + report.failed + report.waiting
    part = f"{report.enriched:,} of " if report.enriched < total else ""
    parts = [f"{part}{wording.plural(total, 'title')} enriched"]
    if report.episodes:
        parts.append(wording.plural(report.episodes, "episode"))
    if report.questions:
        parts.append(f"{report.questions:,} to decide")
    if report.unmatched:
        parts.append(f"{report.unmatched:,} without a match")
    if report.failed:
        parts.append(f"{report.failed:,} failed")
    if report.waiting:
        parts.append(f"{report.waiting:,} wait for a provider")
    if report.partial:
        parts.append(f"{report.partial:,} without the values of a provider that gave no answer")
    return ("Stopped: " if report.cancelled else "") + ", ".join(parts)
