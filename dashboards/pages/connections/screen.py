"""The page of connections: senders of events, players, how far each library may go by itself, and the schedules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dashboards.components.base import Component
from dashboards.components.schedules.schedules_section import ScheduleSection
from dashboards.pages.connections import automation_view, connections_page, player_view, sender_view
from dashboards.pages.connections.connections_page import ConnectionsSnapshot, SenderDetails
from dashboards.pages.connections.connections_state import ConnectionsState
from dashboards.pages.connections.players_section import PlayersSection
from dashboards.questions.publish_options_question import PublishOptionsQuestion
from dashboards.screen import Screen
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.connections.webhooks import NewSecret, PathTrial, WebhookEvent, WebhookSource
from indexium_core.model.shapes import page_or_last

PER_PAGE = 50
EVENTS = ("connections:changed", "players:changed", "publications:changed", "publish:completed")
CONTACTS = ("job:changed",)  # jobs tell players, and read them back
_LONGEST = 4096  # characters of a path

T = TypeVar("T")


class ConnectionsScreen(Screen):
    """The page of connections in one session."""

    state: ConnectionsState

    def __init__(self, session: Session) -> None:
        self.state = ConnectionsState()
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._dialog = session.dialog
        self._page = connections_page.ConnectionsPage()
        self._players = PlayersSection(session, run=self._run, changed=self.refresh)
        self._schedules = ScheduleSection(session, changed=self.refresh)
        self._options = PublishOptionsQuestion(session, changed=self.refresh)
        self._loaded: ConnectionsSnapshot | None = None
        self._secret: tuple[str, str] | None = None  # a sender and its new secret, until another thing is shown
        self._trial: tuple[str, PathTrial] | None = None  # a sender, and the path that was tried last
        self._problems: dict[str, str] = {}  # by the place of the refused input
        self._saved: Counter[str] = Counter()  # how often the input of a place was accepted
        self._serial = 0
        self._page.on(
            settings=lambda _: session.go("settings"),
            open=lambda message: self._open(str(message["name"])),
            enable=self._enable,
            add=self._add,
            map=self._map,
            secret=lambda message: self._ask_secret(str(message["name"])),
            remove=lambda message: self._ask_removal(str(message["name"])),
            test=lambda message: self._test(str(message["name"])),
            events=lambda message: self._show_events(is_open=bool(message["on"])),
            page=lambda message: self._turn(max(1, int(message["page"]))),
            repeat=lambda message: self._repeat(int(message["id"])),
            job=lambda message: session.go("jobs", job_id=int(message["id"])),
            mode=lambda message: self._change(int(message["id"]), {"automation_mode": str(message["mode"])}),
            flag=self._flag,
            limits=self._limit,
            pause=lambda message: self._pause(is_paused=bool(message["on"])),
            publish=lambda message: self._publish(int(message["id"])),
            options=lambda message: self._options.ask(int(message["id"])),
            **{"try": self._try},
            **self._players.handlers(),
            **self._schedules.handlers(),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"connections": self._page}

    def start(self) -> None:
        """Subscribe to the events."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)
        self._bridge.listen(CONTACTS, self.refresh, every=1.0)

    def reset(self) -> None:
        """Close the sender in detail."""
        self.state.param.update(sender="", events=False, number=1)

    def enter(self) -> None:
        """Show the page, without what a former visit has left."""
        self._secret, self._trial = None, None
        self._problems.clear()
        self._players.forget()
        self._schedules.forget()
        self.refresh()

    def refresh(self) -> None:
        """Read the page again, if it is shown."""
        if self._session.is_showing("connections"):
            self._bridge.run(self._read, self._show, name="connections", failed=self._failed)

    def _read(self) -> ConnectionsSnapshot:
        library, state = self._library, self.state
        sources = library.webhooks.list()
        last: dict[str, WebhookEvent] = {}
        for each in sources:
            for event in library.webhooks.events(each.name, per_page=1).items:
                last[each.name] = event
        shown = next((each for each in sources if each.name == state.sender), None)
        return ConnectionsSnapshot(
            sources=sources,
            last=last,
            details=self._read_details(shown) if shown else None,
            players=self._players.read(),
            automation=library.automation.list(),
            is_paused=library.automation.is_paused(),
            folders=[each.path for each in library.inventory.list()],
            schedules=library.schedules.list(),
        )

    def _read_details(self, source: WebhookSource) -> SenderDetails:
        webhooks, state = self._library.webhooks, self.state
        events = None
        if state.events:
            events = page_or_last(
                lambda page: webhooks.events(source.name, page=page, per_page=PER_PAGE), state.number, PER_PAGE
            )
        folders = [webhooks.try_path(source.name, each.theirs) for each in source.rules]
        return SenderDetails(source=source, folders=folders, events=events)

    def _failed(self, error: errors.IndexiumError) -> None:
        """Show the error; what was read before stays visible."""
        if self._loaded is None:
            self._page.put(settings=self._session.address_of("settings"), error=error.message)
        else:
            self._bridge.toast("error", error.message)

    def _show(self, found: ConnectionsSnapshot) -> None:
        self._loaded = found
        self._draw()

    def _draw(self) -> None:
        found, session = self._loaded, self._session
        if found is None:
            return
        self._page.put(
            settings=session.address_of("settings"),
            summary=connections_page.summary(found),
            pause=connections_page.pause_view(found),
            senders=[sender_view.row(each, found.last.get(each.name)) for each in found.sources],
            kinds=connections_page.KINDS,
            panel=self._panel(found),
            players=self._players.rows(found.players, is_paused=found.is_paused),
            player_kinds=player_view.KINDS,
            modes=automation_view.MODES,
            automation=automation_view.rows(found.automation, publish=session.address_of("publish")),
            folders=list(found.folders),
            problems=self._problems,
            saved=dict(self._saved),
            schedules=self._schedules.view(found.schedules),
            serial=self._serial + self._schedules.serial,
        )

    def _panel(self, found: ConnectionsSnapshot) -> Any:
        details = found.details
        if details is None or details.source.name != self.state.sender:
            return None
        name = details.source.name
        return sender_view.panel(
            details.source,
            secret=self._secret[1] if self._secret and self._secret[0] == name else "",
            folders=details.folders,
            trial=self._trial[1] if self._trial and self._trial[0] == name else None,
            modes={each.config.library_id: each.config.automation_mode for each in found.automation},
            events=details.events,
            jobs=self._session.address_of("jobs"),
        )

    def _run(self, place: str, work: Callable[[], T], done: Callable[[T], None], *, field: str = "") -> None:
        """
        Run the work of an input; show why it is refused beside the input, or read the page again.

        Args:
            place: The input, which the page knows, too.
            work: What it does.
            done: Receives the result.
            field: Of an input with several values: its last value counts. Without it, a second press is dropped.

        """

        def succeed(result: T) -> None:
            self._problems.pop(place, None)
            self._saved[place] += 1
            done(result)
            self.refresh()

        def fail(error: errors.IndexiumError) -> None:
            self._problems[place] = error.message
            self._serial += 1
            self._draw()

        name = f"connections_{place}_{field}"
        self._bridge.run(work, succeed, name=name, topic=name, failed=fail, once=not field)

    # Senders.

    def _open(self, name: str) -> None:
        """Show a sender in detail; "" closes it."""
        self._secret, self._trial = None, None
        self.state.param.update(sender=name, events=False, number=1)
        self._session.update_address(push=True)
        self.refresh()

    def _add(self, message: Mapping[str, Any]) -> None:
        kind, name = str(message["kind"]), str(message["name"]).strip()

        def added(new: NewSecret) -> None:
            self._open(new.source.name)
            self._secret = new.source.name, new.secret
            self._bridge.toast("good", f"{sender_view.label_of(new.source)} is added. Copy its address and its secret.")

        self._run("add", lambda: self._library.webhooks.add(kind, name), added)

    def _enable(self, message: Mapping[str, Any]) -> None:
        name, is_on = str(message["name"]), bool(message["on"])

        def done(source: WebhookSource) -> None:
            self._bridge.toast("good", f"{sender_view.label_of(source)} is {'on' if source.enabled else 'off'}.")

        self._run(f"sender-{name}", lambda: self._library.webhooks.change(name, enabled=is_on), done, field="on")

    def _map(self, message: Mapping[str, Any]) -> None:
        name, anchor = str(message["name"]), str(message["anchor"]).strip()
        rows = [(str(theirs), str(ours)) for theirs, ours in message["rows"]]
        trial = self._trial

        def store() -> PathTrial | None:
            self._library.webhooks.change(name, folder_map=rows, anchor=anchor)
            return self._library.webhooks.try_path(name, trial[1].path) if trial and trial[0] == name else None

        def done(again: PathTrial | None) -> None:
            if again is not None:
                self._trial = name, again
            self._bridge.toast("good", "The folders are saved.")

        self._run("map", store, done)

    def _ask_secret(self, name: str) -> None:
        def replaced(new: NewSecret) -> None:
            self._secret = new.source.name, new.secret
            self._bridge.toast("good", "The secret is replaced. Copy the new one.")

        text = "The present secret stops working at once: events are refused until the sender has the new one."
        self._dialog.ask(
            "Make a new secret?",
            [{"kind": "why", "level": "warning", "text": text}],
            lambda _: self._run("secret", lambda: self._library.webhooks.new_secret(name), replaced),
            confirm="Make a new secret",
            risky=True,
        )

    def _ask_removal(self, name: str) -> None:
        def ask(source: WebhookSource) -> None:
            number = wording.plural(source.events_this_month, "event")
            text = f"Its address stops working, and its events are removed ({number} this month). No file is changed."
            self._dialog.ask(
                f"Remove {sender_view.label_of(source)}?",
                [{"kind": "why", "level": "warning", "text": text}],
                lambda _: self._run("remove", lambda: self._library.webhooks.remove(name), removed),
                confirm="Remove the sender",
                risky=True,
            )

        def removed(_: object) -> None:
            self._open("")
            self._bridge.toast("good", "The sender is removed.")

        self._bridge.run(lambda: self._library.webhooks.get(name), ask, name="sender_removal", once=True)

    def _try(self, message: Mapping[str, Any]) -> None:
        name, path = str(message["name"]), str(message["path"]).strip()[:_LONGEST]

        def tried(trial: PathTrial) -> None:
            self._trial = name, trial

        self._run("try", lambda: self._library.webhooks.try_path(name, path), tried)

    # Events.

    def _test(self, name: str) -> None:
        def sent(event: WebhookEvent) -> None:
            text = "The test failed; the list says why." if event.state == "failed" else "The test is received."
            self._bridge.toast("error" if event.state == "failed" else "good", text)
            self.state.param.update(events=True, number=1)
            self._session.update_address()

        self._run("test", lambda: self._library.webhooks.send_test(name), sent)

    def _show_events(self, *, is_open: bool) -> None:
        self.state.param.update(events=is_open, number=1)
        self._session.update_address()
        self.refresh()

    def _turn(self, page: int) -> None:
        self.state.number = page
        self._session.update_address()
        self.refresh()

    def _repeat(self, event_id: int) -> None:
        def repeated(event: WebhookEvent) -> None:
            is_waiting = event.state == "waiting"
            self._bridge.toast(
                "good" if is_waiting else "info", "The event waits again." if is_waiting else event.result
            )

        self._run(f"event-{event_id}", lambda: self._library.webhooks.repeat(event_id), repeated)

    # Automation.

    def _change(self, library_id: int, values: Mapping[str, object], *, place: str = "") -> None:
        self._run(
            place or f"library-{library_id}",
            lambda: self._library.automation.change(library_id, values),
            lambda found: self._bridge.toast("good", f"{found.library}: {found.summary}"),
            field="_".join(values),
        )

    def _flag(self, message: Mapping[str, Any]) -> None:
        name = str(message["name"])
        if name in automation_view.switch_names():
            self._change(int(message["id"]), {name: bool(message["on"])})

    def _limit(self, message: Mapping[str, Any]) -> None:
        library_id, texts = int(message["id"]), {key: str(text)[:40] for key, text in message["texts"].items()}
        self._change(library_id, automation_view.limit_values(texts), place=f"limits-{library_id}")

    def _pause(self, *, is_paused: bool) -> None:
        def done(_: None) -> None:
            self._bridge.toast("good", "All automation is paused." if is_paused else "Automation continues.")

        self._run("pause", lambda: self._library.automation.pause(is_paused=is_paused), done, field="on")

    def _publish(self, library_id: int) -> None:
        """Show what waits in a library."""
        self._session.go(
            "publish", library_id=library_id, query="", risk="", action="", code="", number=1, address="", member=""
        )
