"""Sources of events for people and programs: their secrets, maps and events, and the receipt of an event."""

from __future__ import annotations

import builtins
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts.attempts import WrongAttempts
from indexium_core.flows.webhooks import event_places
from indexium_core.flows.webhooks.event_intake import MONTH, EventIntake
from indexium_core.flows.webhooks.event_spool import EventSpool
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.accounts.needs import internal, needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.accounts.tokens import secret_hash
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.connections.folder_map import without_library
from indexium_core.model.connections.sender_events import SenderKind
from indexium_core.model.connections.webhooks import (
    EVENT_STATES,
    MAX_BODY_BYTES,
    NewSecret,
    PathTrial,
    WebhookEvent,
    WebhookEventPage,
    WebhookSource,
    checked_anchor,
    checked_sender_kind,
    checked_source_name,
)
from indexium_core.model.operations.actor import Actor
from indexium_core.model.remote_calls import remote
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store.approvals import changers
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import folder_rules
from indexium_core.store.connections import webhooks as store
from indexium_core.store.connections.webhooks import SecretRow
from indexium_core.store.database import Database

logger = logging.getLogger(__name__)

_MOST_WRONG = 10  # wrong secrets of one sender in a minute
_MINUTE = 60.0
_MOST = 200  # events of a page
_TESTS: Mapping[SenderKind, Mapping[str, object]] = {
    "radarr": {"eventType": "Test", "movie": {"title": "Test", "folderPath": "C:\\testpath", "tmdbId": 0}},
    "sonarr": {"eventType": "Test", "series": {"title": "Test", "path": "C:\\testpath", "tvdbId": 0}},
    "jellyfin": {"NotificationType": "GenericUpdateNotification", "Name": "Test"},
    "generic": {"path": "/test/test.mkv"},
}


@checked_arguments
class WebhookService:
    """The sources of a home and their events."""

    def __init__(
        self,
        database: Database,
        spool: EventSpool,
        intake: EventIntake,
        *,
        ui_priority: UiPriority,
        on_change: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        """`on_change` is called after each change of a source."""
        self._database, self._spool, self._intake, self._ui_priority = database, spool, intake, ui_priority
        self._on_change, self._clock = on_change, clock
        self._wrong = WrongAttempts(most=_MOST_WRONG, seconds=_MINUTE)
        self._known: dict[str, SecretRow] = {}  # the sources that have sent something

    # Sources.

    @needs(SETTINGS_MANAGE)
    @remote()
    def list(self) -> builtins.list[WebhookSource]:
        """Return the sources."""
        self._intake.read()
        libraries = [each.path for each in catalog.libraries(self._database.read())]
        found = store.sources(self._database.read(), since=self._clock() - MONTH)
        return [replace(each, notes=without_library(each.rules, libraries)) for each in found]

    @needs(SETTINGS_MANAGE)
    @remote()
    def get(self, name: str) -> WebhookSource:
        """Return a source by its name; UnknownIdError if there is none."""
        for each in self.list():
            if each.name == name:
                return each
        raise errors.UnknownIdError(f"There is no source “{name[:40]}”. 'indexium webhooks list' shows them.")

    @needs(SETTINGS_MANAGE)
    @remote()
    def add(
        self,
        kind: str,
        name: str = "",
        *,
        folder_map: Sequence[Sequence[str]] = (),
        anchor: str = "",
    ) -> NewSecret:
        """
        Add a source, and return it with its secret. No later call returns the secret.

        Args:
            kind: `radarr`, `sonarr`, `jellyfin` or `generic`.
            name: A part of its address; default: the kind.
            folder_map: Pairs of folders: of the sender, and the same folder here.
            anchor: The name of a file in each mapped folder, without which nothing is done.

        Raises:
            UsageError: The kind, the name, a folder or the anchor is not valid, or the name is taken.

        """
        found = checked_sender_kind(kind)
        wanted = checked_source_name(name or found)
        secret = secrets.token_urlsafe(24)
        rules, file = folder_rules.checked(self._database.read(), folder_map), checked_anchor(anchor)
        now = self._clock()
        with self._database.atomic() as tx:
            if store.source_to_check(tx, wanted) is not None:
                raise errors.UsageError(
                    f"There is a source “{wanted}”. Give the new one another name: --name {wanted}-2."
                )
            source_id = store.add_source(
                tx, kind=found, name=wanted, secret_hash=secret_hash(secret), rules=rules, anchor=file, now=now
            )
            changers.record_maker(tx, Actor("webhook", str(source_id), wanted))
        self._changed()
        return NewSecret(source=self.get(wanted), secret=secret)

    @needs(SETTINGS_MANAGE)
    @remote()
    def change(
        self,
        name: str,
        *,
        folder_map: Sequence[Sequence[str]] | None = None,
        anchor: str | None = None,
        enabled: bool | None = None,
    ) -> WebhookSource:
        """
        Change the map of folders, the anchor or the switch of a source; None keeps a part.

        Raises:
            UnknownIdError: There is no such source.
            UsageError: A folder or the anchor is not valid.

        """
        source = self.get(name)
        rules = source.rules
        if folder_map is not None:
            rules = folder_rules.checked(self._database.read(), folder_map, former=rules)
        file = source.anchor if anchor is None else checked_anchor(anchor)
        is_enabled = source.enabled if enabled is None else enabled
        with self._database.atomic() as tx:
            store.change_source(tx, source.id, rules=rules, anchor=file, is_enabled=is_enabled)
            changers.record_maker(tx, Actor("webhook", str(source.id), name))
            store.retry_now(tx, source.id, now=self._clock())
        self._changed()
        return self.get(name)

    @needs(SETTINGS_MANAGE)
    @remote()
    def new_secret(self, name: str) -> NewSecret:
        """Replace the secret of a source, and return it once. Raises UnknownIdError."""
        source, secret = self.get(name), secrets.token_urlsafe(24)
        with self._database.atomic() as tx:
            store.set_secret(tx, source.id, secret_hash(secret), now=self._clock())
            changers.record_maker(tx, Actor("webhook", str(source.id), name))
        self._changed()
        return NewSecret(source=self.get(name), secret=secret)

    @needs(SETTINGS_MANAGE)
    @remote()
    def remove(self, name: str) -> WebhookSource:
        """Remove a source with its events, and return it as it was. Raises UnknownIdError."""
        source = self.get(name)
        with self._database.atomic() as tx:
            store.remove_source(tx, source.id)
        self._changed()
        return source

    # Paths and tests.

    @needs(SETTINGS_MANAGE)
    @remote()
    def try_path(self, name: str, path: str) -> PathTrial:
        """Return where a path of a source lands, and what an event with it would do. Raises UnknownIdError."""
        return event_places.trial_of(self._database.read(), self.get(name), path)

    @needs(SETTINGS_MANAGE)
    @remote()
    def try_folders(self, name: str) -> builtins.list[PathTrial]:
        """Return where each folder in the map of a source lands, in their order. Raises UnknownIdError."""
        source, reader = self.get(name), self._database.read()
        return [event_places.trial_of(reader, source, each.theirs) for each in source.rules]

    @needs(SETTINGS_MANAGE)
    @remote()
    def send_test(self, name: str) -> WebhookEvent:
        """Store a test event of a source, as its sender would send it, and return what was read of it."""
        source = self.get(name)
        key = self._stored(source.id, json.dumps(_TESTS[source.kind]))
        self._intake.read()
        found = store.events(self._database.read(), source_id=source.id)
        return next((each for each in found if each.key == key), found[0])  # an equal test may have joined it

    # Events.

    @internal
    def check_sender(self, name: str, secret: str, *, sender: str = "") -> None:
        """
        Return if an event of a source with this secret would be received; its body need not be read yet.

        Raises:
            UnknownIdError: There is no such source.
            WebhookRefusedError: The secret is wrong, was wrong too often, or the source is off.

        """
        self._checked_source(name, secret, sender)

    def _checked_source(self, name: str, secret: str, sender: str) -> SecretRow:
        source = self._to_check(name)
        if source is None:
            raise errors.UnknownIdError(f"There is no source “{name[:40]}”.")
        if not hmac.compare_digest(secret_hash(secret), source.secret_hash):
            if not self._wrong.count((name, sender)):
                message = "Too many wrong secrets came from this address. Wait a minute."
                raise errors.WebhookRefusedError(message, code="too_many")
            logger.warning("webhooks.wrong_secret", extra={"source": name, "sender": sender})
            raise errors.WebhookRefusedError(
                "The secret is missing or wrong. Copy it again, or make a new one.", code="wrong_secret"
            )
        if not source.enabled:
            raise errors.WebhookRefusedError(f"The source “{name}” is off.", code="source_off")
        return source

    @internal
    @remote()
    def receive(self, name: str, secret: str, body: bytes, *, sender: str = "") -> str:
        """
        Store an event and return its key: it is durable on return, and read afterwards.

        Args:
            name: The source.
            secret: As the sender gave it.
            body: A JSON object.
            sender: The address of the sender, to count wrong secrets.

        Raises:
            UnknownIdError: There is no such source.
            WebhookRefusedError: The secret is wrong, was wrong too often, or the source is off.
            UsageError: The body is too large or no JSON object.
            StoreError: The event cannot be stored.

        """
        source = self._checked_source(name, secret, sender)
        self._ui_priority.request()  # a sender waits, as a page does
        key = self._stored(source.source_id, _checked_body(body))
        self._intake.wake()
        return key

    def _to_check(self, name: str) -> SecretRow | None:
        """Return what a receipt needs of its source; a look into the database takes longer than all the rest."""
        known = self._known
        if name not in known:
            source = store.source_to_check(self._database.read(), name)
            if source is None:
                return None
            known[name] = source
        return known[name]

    def _changed(self) -> None:
        self._known = {}  # a receipt that runs now still fills the former one
        self._on_change()

    def _stored(self, source_id: int, body: str) -> str:
        try:
            return self._spool.put(source_id, body, received_at=self._clock())
        except OSError as error:
            raise errors.StoreError(f"The event cannot be stored: {error.strerror or error}.") from error

    @needs(SETTINGS_MANAGE)
    @remote()
    def events(self, name: str = "", *, state: str = "", page: int = 1, per_page: int = 50) -> WebhookEventPage:
        """
        Return one page of the events, newest first.

        Args:
            name: Only of this source.
            state: `waiting`, `handled`, `ignored` or `failed`; "": all.
            page: From 1.
            per_page: At most 200.

        Raises:
            UnknownIdError: There is no such source.
            UsageError: There is no such state.

        """
        if state and state not in EVENT_STATES:
            raise errors.UsageError(f"There is no state “{state[:40]}”. Choose one of: {', '.join(EVENT_STATES)}.")
        self._intake.read()
        source_id = self.get(name).id if name else None
        reader, page, per_page = self._database.read(), max(1, page), max(1, min(_MOST, per_page))
        items = store.events(reader, source_id=source_id, state=state, limit=per_page, offset=(page - 1) * per_page)
        total = store.count_events(reader, source_id=source_id, state=state)
        return WebhookEventPage(items=items, total=total, page=page, per_page=per_page)

    @needs(SETTINGS_MANAGE)
    @remote()
    def last_events(self) -> builtins.list[WebhookEvent]:
        """Return the newest event of each source that has one."""
        found, reader = self.list(), self._database.read()
        return [event for each in found for event in store.events(reader, source_id=each.id, limit=1)]

    @needs(SETTINGS_MANAGE)
    @remote()
    def event(self, event_id: int) -> WebhookEvent:
        """Return an event; UnknownIdError if there is none."""
        found = store.events(self._database.read(), event_id=event_id, limit=1)
        if not found:
            raise errors.UnknownIdError(f"There is no event {event_id}. Old events are forgotten after 30 days.")
        return found[0]

    @needs(SETTINGS_MANAGE)
    @remote()
    def repeat(self, event_id: int) -> WebhookEvent:
        """
        Read an event again and react to it, for example after the map of its source was corrected.

        An event that waits is tried now, with the other ones of its folder.

        Raises:
            UnknownIdError: There is no such event.
            UsageError: Its reaction runs, or it waits because all automation is paused.

        """
        event = self.event(event_id)
        if event.state == "waiting" and event.job_id is not None:
            message = f"The reaction to event {event_id} runs already: job {event.job_id}. Wait for its end."
            raise errors.UsageError(message, code="wrong_state")
        if event.state == "waiting" and self._intake.is_paused:
            message = (
                f"Event {event_id} waits because all automation is paused. 'indexium automation resume' continues it."
            )
            raise errors.UsageError(message, code="wrong_state")
        new = self._intake.read_again(self.get(event.source), json.dumps(event.body), event.received_at)
        with self._database.atomic() as tx:
            store.requeue(tx, event_id, new)
            store.look_now(tx, event_id, now=self._clock())
        self._intake.wake()
        return self.event(event_id)


def _checked_body(body: bytes) -> str:
    """Return a JSON object as text that the database can store; UsageError if the body is none."""
    if len(body) > MAX_BODY_BYTES:
        raise errors.UsageError(f"The body of an event has at most {MAX_BODY_BYTES:,} bytes.", code="too_large")
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise errors.UsageError("The body is not a JSON object in UTF-8.", code="not_json")
    return replace_surrogates(json.dumps(found, ensure_ascii=False))


def _refuse(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)
