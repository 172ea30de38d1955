"""The component of the page of connections, and its view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboards.components.base import Component, module
from dashboards.components.view_types import ChoiceView
from dashboards.pages.connections import player_view, sender_view
from dashboards.pages.connections.player_view import PlayerFacts
from dashboards.pages.connections.view_types import ConnectionsView, PauseView
from indexium_core.model import wording
from indexium_core.model.connections.automation import LibraryAutomation
from indexium_core.model.connections.webhooks import PathTrial, WebhookEvent, WebhookEventPage, WebhookSource
from indexium_core.model.schedule import Schedule

KINDS: list[ChoiceView] = [{"value": kind, "label": label} for kind, label in sender_view.KINDS.items()]


class ConnectionsPage(Component):
    """
    Senders, players, automation and schedules.

    Messages: `settings`, `open` {name} ("" closes), `enable` {name, on}, `add` {kind, name}, `map` {name, rows, anchor}
    (rows are pairs of folders), `secret` {name}, `remove` {name}, `try` {name, path}, `test` {name}, `events` {on},
    `page` {page}, `repeat` {id}, `job` {id}, `mode` {id, mode}, `flag` {id, name, on}, `limits` {id, texts}, `pause`
    {on}, `publish` {id}, `options` {id}, those of `PlayersSection`, `schedule` and `run_schedule` as in `SettingsForm`.
    """

    _esm = module("connections")
    _view = ConnectionsView
    _styles = ("house.css", "connections.css", "players.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDetails:
    """What the page shows of the sender in detail."""

    source: WebhookSource
    folders: Sequence[PathTrial]  # of each folder of its map
    events: WebhookEventPage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsSnapshot:
    """What the page has read."""

    sources: Sequence[WebhookSource]
    last: dict[str, WebhookEvent] = field(default_factory=dict)  # by the name of the sender
    details: SenderDetails | None = None
    players: Sequence[PlayerFacts] = ()
    automation: Sequence[LibraryAutomation] = ()
    is_paused: bool = False
    folders: Sequence[str] = ()
    schedules: Sequence[Schedule] = ()


def summary(found: ConnectionsSnapshot) -> str:
    """Return the line beside the headline."""
    waiting = sum(each.waiting for each in found.automation if each.is_publishing)
    failed = sum(each.failed for each in found.sources)
    parts = [f"{wording.count(waiting)} {'waits' if waiting == 1 else 'wait'} for you"] if waiting else []
    if failed:
        parts.append(f"{wording.plural(failed, 'event')} failed")
    parts += player_view.trouble([each.player for each in found.players])
    return " · ".join(parts) or "what may start by itself, and who may cause it"


def pause_view(found: ConnectionsSnapshot) -> PauseView:
    """Return the state of the common switch."""
    waiting = sum(each.waiting for each in found.sources)
    return {"on": found.is_paused, "waiting": wording.plural(waiting, "event") if waiting else ""}
