"""Enrichment in the background: jobs of the kind `enrich`, their progress, and the statistics of a home."""

from __future__ import annotations

import copy
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.enrichment.enricher import FetchedTitle, StoredGroup, TitleEnricher
from indexium_core.flows.enrichment.enrichment_run import EnrichmentRun, summary
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.flows.titles import title_libraries
from indexium_core.flows.titles.title_events import emit_changes
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import NAMED, internal, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.job import Job, JobJoin
from indexium_core.model.lookups.records import Artwork
from indexium_core.model.providers.enrichment import (
    DueTitles,
    EnrichmentProgress,
    EnrichmentStats,
    EnrichmentStatus,
    WaitingTitles,
)
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.titles import enrichment as rows
from indexium_core.store.titles import matches
from indexium_core.store.titles.enrichment import DueTitle, Known

MAX_JOBS = 2  # at once, so that one title does not wait for the end of a whole library
_GROUP = 25  # titles of one transaction at most
_STORE_SECONDS = 0.5  # between two transactions, and between two looks at a request to stop
_POLL_SECONDS = 0.01
_NAMED = 100  # titles that can be looked up
_SECONDS_PER_TITLE = 1.0  # estimate of the requests of one title
_TURNS: Mapping[str, str] = {"fresh": "fresh", "unknown": "unknown", "questions": "question"}  # field → turn
_STATUS: Mapping[str, EnrichmentStatus] = {
    "pending": "waiting",
    "paused": "waiting",
    "interrupted": "waiting",
    "running": "active",
    "completed": "completed",
    "completed_with_errors": "completed",
}


@checked_arguments
class BatchEnrichmentService:
    """Enriches titles in jobs. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        enricher: TitleEnricher,
        *,
        providers: ExternalAPIManager,
        queue: JobQueueService,
        events: EventBus,
        config: Settings,
        pictures: Callable[[int], Artwork],
        looked_up: Callable[[], Sequence[int] | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        decision_pause: timedelta = timedelta(0),
    ) -> None:
        """
        Run jobs in `queue`. Settings are read at each use.

        `pictures` returns those that a title shows, and `looked_up` the libraries whose titles are looked up by
        themselves; None: all. A job that follows a decision starts after `decision_pause`: the next decisions share it
        and do not wait for it.
        """
        self._database, self._enricher, self._providers = database, enricher, providers
        self._queue, self._events, self._config, self._clock = queue, events, config, clock
        self._pictures, self._libraries_by_themselves = pictures, looked_up
        self._decision_pause = decision_pause
        self._lock = threading.Lock()
        self._claimed: dict[int, EnrichmentRun] = {}  # titles that a run looks up
        self._running = 0  # jobs
        self._looked_up: dict[int, frozenset[int]] = {}  # titles of the running jobs of single titles
        self._last_end: datetime | None = None  # of a job

    # Jobs.

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def schedule_library_enrichment(
        self, library_ids: Sequence[int] = (), *, priority: int | str = 5, force: bool = False
    ) -> Job:
        """
        Add a job that looks up the films and series of libraries, or of all libraries that hold titles.

        Args:
            library_ids: The libraries; none for all.
            priority: 1 to 10, lower first; or high (2), normal (5), low (8).
            force: Also titles that were enriched in the last `INDEXIUM_PROVIDER_CACHE_DAYS`.

        Raises:
            UnknownIdError: A library does not exist.
            UsageError: A library holds no titles, or `INDEXIUM_ONLINE` is off.

        """
        names = title_libraries.names_of(self._database.read(), library_ids, for_lookup=True)
        payload = {"libraries": sorted(library_ids), "titles": None, "force": force}
        return self._add(payload, f"Look up titles of {names}", priority)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def schedule_titles(
        self, title_ids: Sequence[int], *, priority: int | str = 2, force: bool = False, renew: bool = False
    ) -> Job:
        """
        Add a job that looks up titles. Of a season or an episode, it looks up the whole series.

        Arguments as `schedule_library_enrichment`. `renew`: the providers are asked again, also if their answers are
        stored; it implies `force`.

        Raises:
            UnknownIdError: A title does not exist.
            UsageError: No title is given, `INDEXIUM_ONLINE` is off, or titles of their libraries are not looked up.

        """
        works = dict[int, None]()
        for title_id in title_ids:
            found = rows.kind_of(self._database.read(), title_id)
            if found is None:
                raise errors.UnknownIdError(f"There is no title {title_id}.")
            works[title_id if found[1] is None else found[1]] = None
        if not works:
            raise errors.UsageError("No title is given. 'indexium titles list' shows the ids of titles.")
        withheld = matches.why_not_looked_up(self._database.read(), list(works))
        if len(withheld) == len(works):
            raise errors.UsageError(next(iter(withheld.values())))
        if not (force or renew) and (running := self._running_job(works)) is not None:
            return running
        payload: dict[str, Any] = {"libraries": [], "titles": list(works), "force": force or renew}
        payload |= {"renew": True} if renew else {}
        return self._add(payload, _title(works), priority, join=JobJoin("titles", _title))

    def _running_job(self, title_ids: Iterable[int]) -> Job | None:
        """Return the running job of single titles that looks up all these titles; None if there is none."""
        with self._lock:
            found = next((job_id for job_id, ids in self._looked_up.items() if ids.issuperset(title_ids)), None)
        return None if found is None else self._queue.get(found)

    @remote()
    def is_video_due(self, file_id: int) -> bool:
        """Return whether the film or the series of a file needs an enrichment; a question does not."""
        reader = self._database.read()
        found = rows.title_of_file(reader, file_id)
        works = [] if found is None else [found.id if found.series_id is None else found.series_id]
        due = rows.due(reader, fresh=self._fresh_since(), now=self._clock(), ids=works)
        return any(each.known.search_state not in ("open", "later") for each in due)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def schedule_video_enrichment(self, file_id: int, priority: int | str = 2) -> Job:
        """
        Add a job that looks up the film or the series of a file.

        Raises:
            UnknownIdError: There is no such file.
            UsageError: The file belongs to no film and no series, or `INDEXIUM_ONLINE` is off.

        """
        if not rows.duration(self._database.read(), file_id)[0]:
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        found = rows.title_of_file(self._database.read(), file_id)
        if found is None:
            raise errors.UsageError(f"File {file_id} belongs to no film and no series.")
        return self.schedule_titles([found.id], priority=priority)

    def _add(
        self,
        payload: Mapping[str, Any],
        title: str,
        priority: int | str,
        *,
        not_before: datetime | None = None,
        join: JobJoin | None = None,
    ) -> Job:
        if self._config.online == "off":
            raise errors.UsageError("Nothing is looked up: the setting INDEXIUM_ONLINE is off.")
        return self._queue.add_job(
            job_kinds.ENRICHMENT, payload, title=title, priority=priority, not_before=not_before, join=join
        )

    @internal
    def follow_acceptance(self, title_ids: Sequence[int]) -> int | None:
        """
        Look up titles whose match a person has accepted, and return the id of the job.

        None without titles or without a provider.
        Decisions that follow one another share a job: it looks up every title with an accepted match that is due.
        """
        if not title_ids or not self._can_start():
            return None
        payload: dict[str, Any] = {"libraries": [], "titles": None, "force": False, "accepted": True}
        start = self._clock() + self._decision_pause if self._decision_pause else None
        return self._add(payload, "Look up accepted titles", "high", not_before=start).id

    @internal
    def follow_confirmation(self, title_ids: Sequence[int]) -> int | None:
        """Search titles that a person has confirmed, and return the id of the job; None without a provider."""
        return self.schedule_titles(title_ids).id if self._can_start() else None

    @internal
    def follow_identification(self, event: Event) -> None:
        """Look up new titles after each identification if `INDEXIUM_ONLINE` is on: a subscriber of events."""
        if event.name != "identify:completed" or self._config.online != "on":
            return
        wanted = self._libraries_by_themselves()
        if (wanted is None or wanted) and self.due(wanted or (), names=0).titles and self._can_start():
            self.schedule_library_enrichment(wanted or ())

    # What is due, progress, statistics.

    @remote()
    def due(
        self, library_ids: Sequence[int] = (), *, title_ids: Sequence[int] | None = None, names: int = _NAMED
    ) -> DueTitles:
        """
        Return the number of titles that can be looked up, and why others are not.

        Args:
            library_ids: Only titles of these libraries; none for all.
            title_ids: Only these films and series; None for all.
            names: How many of them are named.

        Raises:
            UnknownIdError: A library does not exist.

        """
        reader, fresh = self._database.read(), self._fresh_since()
        for library_id in library_ids:
            title_libraries.check(reader, library_id)
        scope: dict[str, Any] = {"fresh": fresh, "now": self._clock(), "library_ids": library_ids, "ids": title_ids}
        counts, stop = rows.count_by_turn(reader, **scope), self._stop()
        titles, videos = counts.get("due", (0, 0))
        named = rows.due(reader, **scope, most=names) if titles and names else []
        waiting: list[tuple[Collection[str], int, datetime]] = [
            ([provider], number, until) for provider, number, until in rows.waiting(reader, **scope)
        ]
        if titles and stop is not None and stop.retry_after is not None:
            waiting.append((stop.providers, titles, self._clock() + timedelta(seconds=stop.retry_after)))
        reason = "" if stop is None else stop.message
        seconds = titles * (_SECONDS_PER_TITLE + self._config.enrich_pause_ms / 1000) / self._config.enrich_concurrency
        return DueTitles(
            titles=titles,
            videos=videos,
            names=[each.title for each in named],
            is_proposed=bool(titles) and not reason and self._config.online == "ask",
            estimated_minutes=-int(-seconds // 60),
            reason=reason,
            waiting=_joined_waits(waiting),
            **{name: counts.get(turn, (0, 0))[0] for name, turn in _TURNS.items()},
        )

    def _can_start(self) -> bool:
        """Return whether a provider can be asked now, or after its pause."""
        stop = self._stop()
        return stop is None or stop.retry_after is not None

    def _stop(self) -> errors.ProviderError | None:
        """Return why no provider can be asked; None if one can."""
        try:
            self._providers.require_one()
        except errors.ProviderError as error:
            return error
        return None

    @remote()
    def get_enrichment_progress(self, job_id: int) -> EnrichmentProgress:
        """Return the progress of a job; UnknownIdError if there is no such job or it is of another kind."""
        job = self._queue.get(job_id)
        if job.job_type != job_kinds.ENRICHMENT:
            raise errors.UnknownIdError(f"Job {job_id} is no enrichment.")
        status, total = _STATUS.get(job.status, "failed"), job.progress_total or 0
        is_done = status == "completed"
        end = None
        if status == "active" and job.eta_seconds is not None:
            end = self._clock() + timedelta(seconds=job.eta_seconds)
        return EnrichmentProgress(
            job_id=job.id,
            status=status,
            progress=100.0 if is_done else round(100 * job.progress_current / total, 1) if total else 0.0,
            processed_videos=job.progress_current,
            total_videos=total,
            started_at=job.started_at,
            completed_at=job.completed_at,
            estimated_completion=end,
        )

    @remote()
    def get_enrichment_stats(self) -> EnrichmentStats:
        """Return how many videos of films and series have values of providers, and of which."""
        found = rows.statistics(self._database.read())
        enriched = {each.source: each for each in found if each.source is not None}
        total, number = sum(each.videos for each in found), sum(each.videos for each in enriched.values())
        confidence = sum(each.confidence or 0.0 for each in enriched.values())
        return EnrichmentStats(
            total_videos=total,
            enriched_videos=number,
            enrichment_percentage=round(100 * number / total, 2) if total else 0.0,
            source_breakdown={source: each.videos for source, each in sorted(enriched.items())},
            average_confidence=round(confidence / number, 4) if number else 0.0,
            last_enrichment=max((each.last for each in enriched.values() if each.last), default=None),
        )

    # The handler.

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job and return its report: the handler of the queue."""
        now = self._clock()
        self._database.run(rows.forget_attempts)
        run = EnrichmentRun(job, now)
        due = rows.due(
            self._database.read(),
            fresh=self._fresh_of(run),
            now=now,
            library_ids=job.payload["libraries"],
            ids=job.payload["titles"],
        )
        if job.payload.get("accepted"):
            due = [each for each in due if each.known.search_state == "accepted"]
        run.begin(due)
        with self._lock:
            self._running += 1
            if job.payload["titles"]:
                self._looked_up[job.job_id] = frozenset(each.id for each in due)
        try:
            with ThreadPoolExecutor(self._config.enrich_concurrency, thread_name_prefix="enrich") as pool:
                ending = threading.Event()
                try:
                    self._work(run, due, now, pool, ending=ending)
                finally:
                    ending.set()
        finally:  # every thread of the pool has ended
            with self._lock:
                self._claimed = {number: owner for number, owner in self._claimed.items() if owner is not run}
                self._running -= 1
                self._looked_up.pop(job.job_id, None)
                self._last_end = self._clock()
        return self._end(run)

    def _work(
        self,
        run: EnrichmentRun,
        due: Sequence[DueTitle],
        now: datetime,
        pool: ThreadPoolExecutor,
        *,
        ending: threading.Event,
    ) -> None:
        """Look the titles up; those that failed have their next attempt after all others."""
        waiting, running = deque(due), dict[Future[FetchedTitle | None], DueTitle]()
        own = threading.local()  # whether a thread has sent a request for its last title
        stored_at = time.monotonic()
        while waiting or running:
            if run.stop_sentence or run.job.should_stop():
                waiting.clear()
                ending.set()
                run.report.cancelled = not run.stop_sentence
            while waiting and len(running) < 2 * _GROUP:
                title = waiting.popleft()
                running[pool.submit(self._fetch, run, title, now, own, ending)] = title
            wait(running, timeout=_STORE_SECONDS, return_when=FIRST_COMPLETED)
            done = [future for future in running if future.done()]
            if len(done) < min(_GROUP, len(running)) and time.monotonic() - stored_at < _STORE_SECONDS:
                time.sleep(_POLL_SECONDS)  # more titles share the transaction
                continue
            stored_at = time.monotonic()
            fetched = {running.pop(future): future.result() for future in done}
            run.skip([title for title, each in fetched.items() if each is None and not ending.is_set()])
            if found := [each for each in fetched.values() if each is not None]:
                waiting += _again(run, found, self._store(run, found))
            run.show()

    def _store(self, run: EnrichmentRun, found: Sequence[FetchedTitle]) -> Mapping[DueTitle, Known]:
        """Store a group of titles, and return the matches that changed during the requests."""
        before = run.report, run.tries

        def save(tx: Connection, group: StoredGroup) -> None:
            run.report, run.tries = copy.deepcopy(before)  # a repeated transaction counts once
            run.store(found, group, tx)

        group = self._enricher.store(found, save)
        run.changes |= {(kind, number, False) for kind, number in group.changed}
        self._release([each.title.id for each in found])
        return group.outdated

    def _fetch(
        self, run: EnrichmentRun, title: DueTitle, now: datetime, own: threading.local, ending: threading.Event
    ) -> FetchedTitle | None:
        """Return the answers for a title; None if another job has looked it up, or the job ends."""
        if getattr(own, "has_sent", False):
            ending.wait(self._config.enrich_pause_ms / 1000)
        own.has_sent = False
        if ending.is_set() or not self._claim(run, title, now):
            return None
        before = self._providers.sent_by_thread
        try:
            return self._enricher.fetch(title, since=run.started if run.job.payload.get("renew") else None)
        finally:
            own.has_sent = self._providers.sent_by_thread > before

    def _claim(self, run: EnrichmentRun, title: DueTitle, now: datetime) -> bool:
        """Return whether this job looks a title up: no other one does, or has done it since `now`."""
        with self._lock:
            if title.id in self._claimed:
                return False
            self._claimed[title.id] = run
            is_alone = self._running == 1 and (self._last_end is None or self._last_end < now)
        if not is_alone and rows.is_enriched_since(self._database.read(), title.entity_type, title.id, now):
            self._release([title.id])
            return False
        return True

    def _release(self, title_ids: Iterable[int]) -> None:
        with self._lock:
            for number in title_ids:
                self._claimed.pop(number, None)

    def _end(self, run: EnrichmentRun) -> Mapping[str, Any]:
        """Send the events, add the job for what has to wait, and return the report."""
        emit_changes(self._events, sorted(run.changes), job_id=run.job.job_id)
        if run.stop_sentence and run.wait is None:
            raise errors.ProviderError(run.stop_sentence, code="provider_off")
        if run.stop_sentence and run.tries:
            self._database.run(lambda tx: rows.end_waits(tx, run.tries))
        message = summary(run.report)
        start = None if run.report.cancelled else self._next_start(run)
        if start is not None:
            payload = dict(run.job.payload)
            if payload["force"]:
                payload["since"] = run.started.isoformat()  # what is done by now is not done again
            self._queue.add_job(job_kinds.ENRICHMENT, payload, title="Look up the rest of the titles", not_before=start)
            message += f". The rest continues at {start.astimezone():%Y-%m-%d %H:%M}"
            message += f": {run.problem.removesuffix('.')}" if run.problem else ""
        return {**asdict(run.report), "message": message}

    def _next_start(self, run: EnrichmentRun) -> datetime | None:
        """Return when the first title that waits for a provider can be looked up; None if none waits."""
        now, payload = self._clock(), run.job.payload
        starts = [] if run.wait is None else [now + timedelta(seconds=run.wait)]
        found = rows.waiting(
            self._database.read(),
            fresh=self._fresh_of(run),
            now=now,
            library_ids=payload["libraries"],
            ids=payload["titles"],
        )
        return min([*starts, *(until for _, _, until in found)], default=None)

    def _fresh_of(self, run: EnrichmentRun) -> datetime:
        """Return the moment since which a title is not looked up again."""
        return run.started if run.job.payload["force"] else self._fresh_since()

    def _fresh_since(self) -> datetime:
        return self._clock() - timedelta(days=self._config.provider_cache_days)


def _again(run: EnrichmentRun, found: Iterable[FetchedTitle], outdated: Mapping[DueTitle, Known]) -> Iterator[DueTitle]:
    """Yield the titles that are looked up again. One that has lost its match waits for a decision instead."""
    for title, known in outdated.items():
        if known.is_match:
            yield title._replace(known=known)
    for each in found:
        if each.title not in outdated and run.is_again(each):
            yield each.title._replace(attempts=each.title.attempts + 1)


def _joined_waits(waits: Iterable[tuple[Collection[str], int, datetime]]) -> list[WaitingTitles]:
    """Return the titles that wait by the names of their providers."""
    found: dict[str, WaitingTitles] = {}
    for providers, titles, until in waits:
        name = wording.list_of(sorted(PROVIDERS[each].label for each in providers if each in PROVIDERS))
        known = found.get(name)
        found[name] = WaitingTitles(
            provider=name,
            titles=titles + (known.titles if known else 0),
            until=min(until, known.until) if known else until,
        )
    return list(found.values())


def _title(title_ids: Collection[int]) -> str:
    return f"Look up {wording.plural(len(title_ids), 'title')}"
