"""
The intake of events: from the spool to the database, and to one reaction for each folder that is quiet.

A short job does it after each receipt, and when the next folder is quiet. What waits follows from spool and database
alone, so a service that starts continues after a kill.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from blake3 import blake3

from indexium_core import errors
from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.webhooks.event_places import place_of
from indexium_core.flows.webhooks.event_spool import EventSpool, SpooledEvent
from indexium_core.flows.webhooks.reactions import FAR, LATER, PAUSED, is_due
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds, wording
from indexium_core.model.connections.sender_events import SenderEvent, read_event
from indexium_core.model.connections.webhooks import WebhookSource
from indexium_core.model.operations.actor import SYSTEM, Actor, acting_as
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import webhooks as store
from indexium_core.store.connections.webhooks import FolderGroup, NewEvent
from indexium_core.store.database import Database

MONTH = timedelta(days=30)  # for which events are kept, and in which they are counted
_SOON_SECONDS = 0.5  # after the last receipt: reading events delays the answers to others …
_LONGEST_SECONDS = 3.0  # … and at most after the first one
_LEAST_SECONDS = 2.0  # between two jobs
_REACTION_SECONDS = 30.0  # between two looks whether a reaction has ended


class EventIntake:
    """Reads received events, and adds reactions. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        spool: EventSpool,
        automation: AutomationService,
        *,
        queue: JobQueueService,
        scheduler: Scheduler,
        config: Settings,
        on_change: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        """`on_change` is called when events were read."""
        self._database, self._spool, self._automation = database, spool, automation
        self._queue, self._scheduler, self._config = queue, scheduler, config
        self._on_change, self._clock = on_change, clock
        self._reading = threading.Lock()

    def start(self) -> None:
        """Continue with the events of a former process."""
        self._spool.tidy()
        self._arm(_SOON_SECONDS)

    def wake(self) -> None:
        """Look at the events soon: one was received, or what keeps them back has changed."""
        self._arm(_SOON_SECONDS, longest=_LONGEST_SECONDS)

    def handle(self, _job: JobContext) -> Mapping[str, Any]:
        """Run a job: the handler of the queue. One that fails, for example on a full disk, is repeated later."""
        try:
            return self._handle()
        except Exception:
            self._arm(LATER.total_seconds())
            raise

    def _handle(self) -> Mapping[str, Any]:
        read = self.read()
        self._settle()
        is_paused = self.is_paused
        if is_paused:
            self._database.run(lambda tx: store.note_pause(tx, PAUSED))
        reactions = 0 if is_paused else self._react()
        self._database.run(lambda tx: store.prune(tx, before=self._clock() - MONTH))
        self._arm_for_next()
        return {"message": f"{wording.plural(read, 'event')} read, {wording.plural(reactions, 'reaction')} started"}

    @property
    def is_paused(self) -> bool:
        """Whether events only wait, because all automation is paused."""
        return self._automation.is_paused()

    def read(self) -> int:
        """Make rows of the received events, and return their number."""
        total = 0
        with self._reading:
            while spooled := self._spool.waiting():
                done, files = store.read_files(self._database.read()), {each.file for each in spooled}
                new = self._merged([each for each in spooled if each.file not in done])
                with self._database.atomic() as tx:
                    store.add_files(tx, files - done)
                    for event in new:
                        store.put_event(tx, event)
                self._spool.remove(files)
                self._database.run(partial(store.forget_files, names=files))
                total += len(spooled)
        if total:
            self._on_change()
        return total

    def read_again(self, source: WebhookSource, body: str, received_at: datetime) -> NewEvent:
        """Return the event of a stored body as it is read now: the map of the source may be another one."""
        return self._new(source, SpooledEvent(key="", source_id=source.id, received_at=received_at, body=body))

    def _merged(self, spooled: Sequence[SpooledEvent]) -> list[NewEvent]:
        """Return events to store; equal ones that wait are one event."""
        sources = {each.id: each for each in store.sources(self._database.read(), since=self._clock())}
        found: dict[tuple[int, str], NewEvent] = {}
        for each in spooled:
            if each.source_id not in sources:  # it was removed meanwhile
                continue
            event = self._new(sources[each.source_id], each)
            former = found.get((event.source_id, event.digest))
            found[event.source_id, event.digest] = replace(event, times=former.times + 1) if former else event
        return list(found.values())

    def _new(self, source: WebhookSource, spooled: SpooledEvent) -> NewEvent:
        now = self._clock()
        new = NewEvent(
            source_id=source.id,
            key=spooled.key,
            digest=blake3(spooled.body.encode("utf-8", "surrogatepass")).hexdigest(),
            received_at=spooled.received_at,
            body=spooled.body,
            state="ignored",
            handled_at=now,
        )
        try:
            event = read_event(source.kind, json.loads(spooled.body))  # `receive` has checked that it is an object
        except errors.UsageError as error:
            return replace(new, state="failed", result=error.message)
        new = replace(new, event_type=event.event_type, name=event.name, is_upgrade=event.is_upgrade)
        if event.effect != "scan":
            return replace(new, result=event.reason)
        return self._placed(new, source, event)

    def _placed(self, new: NewEvent, source: WebhookSource, event: SenderEvent) -> NewEvent:
        """Return an event that leads to a scan with its place, or with the reason why it has none."""
        try:
            place = place_of(self._database.read(), source, event)
        except errors.UnknownIdError as error:
            return replace(new, result=error.message)
        except errors.UsageError as error:
            return replace(new, state="failed", result=error.message)
        if not self._automation.config(place.library_id).webhook_enabled:
            return replace(new, library_id=place.library_id, result="Events are off for this library.")
        return replace(
            new,
            library_id=place.library_id,
            folder=place.folder,
            other_folders=place.others,
            upgraded=place.upgraded if event.is_upgrade else (),
            title_type=event.title_type,
            ids=event.ids if place.folder and event.brings_files else {},
            state="waiting",
            handled_at=None,
            not_before=new.received_at + timedelta(seconds=self._config.webhook_quiet_seconds),
        )

    def _settle(self) -> None:
        """Free the events of reactions that will not continue; those of one that failed are retried later."""
        now = self._clock()
        for job_id in store.jobs_of_waiting(self._database.read()):
            job = self._queue.find(job_id)
            if job is not None and not job.has_ended:
                continue
            with self._database.atomic() as tx:
                if job is None or job.status.startswith("completed"):
                    store.release(tx, job_id, "", now=now)
                elif job.status == "cancelled":
                    store.finish(tx, job_id, "A person cancelled the reaction.", state="ignored", now=now)
                else:
                    store.release(tx, job_id, job.error_message, now=now, shortest=LATER, longest=FAR)

    def _react(self) -> int:
        """
        Add a reaction for each library and each source with folders that are quiet for long enough.

        Returns their number. What a reaction does is the work of its source.
        """
        due: dict[tuple[int, tuple[int, str]], list[FolderGroup]] = {}
        now, reader = self._clock(), self._database.read()
        for group in store.groups(reader):
            if is_due(group, now):
                source = store.source_of_group(reader, group.library_id, group.folder)
                due.setdefault((group.library_id, source), []).append(group)
        names = {each.library_id: each.name for each in catalog.libraries(reader)}
        for (library_id, (source_id, source_name)), groups in due.items():
            folders = [each.folder for each in groups]
            events = wording.plural(sum(each.events for each in groups), "event")
            with acting_as(Actor("webhook", str(source_id), source_name)):
                self._queue.add_job(
                    job_kinds.REACTION,
                    {"library": library_id, "folders": folders},
                    title=f"{events} of {source_name} in {names.get(library_id, 'a removed library')}",
                )
        return len(due)

    def _arm_for_next(self) -> None:
        """Look again when the next folder is quiet for long enough, and whether a reaction has ended."""
        now, reader = self._clock(), self._database.read()
        if self._automation.is_paused():
            return
        seconds = [(each.not_before - now).total_seconds() for each in store.groups(reader)]
        if store.jobs_of_waiting(reader):
            seconds.append(_REACTION_SECONDS)
        if seconds:
            self._arm(min(max(min(seconds), _LEAST_SECONDS), FAR.total_seconds()))

    def _arm(self, seconds: float, *, longest: float = 0.0) -> None:
        with acting_as(SYSTEM):
            self._scheduler.add_soon(job_kinds.WEBHOOK_EVENTS, seconds, longest=longest, has_work=self._has_work)

    def _has_work(self) -> bool:
        return self._spool.has_events() or store.is_waiting(self._database.read())
