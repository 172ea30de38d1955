"""Senders of events for tests: what Radarr and Sonarr do with files and send about it, in their order."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexium_core.library import Library
from indexium_core.model.connections.webhooks import WebhookEvent
from tests.support import media
from tests.support.waiting import until

_SEEDS = itertools.count(1000)
_SIDE_FILES = {".nfo", ".jpg", ".png"}


class Radarr:
    """A Radarr whose container has the films at `/movies`; it sends through the service of a library."""

    def __init__(self, library: Library, folder: Path, name: str = "radarr") -> None:
        self.library, self.folder, self.name = library, folder, name
        self.secret = library.webhooks.add("radarr", name, folder_map=[("/movies", str(folder))]).secret

    def send(self, body: Mapping[str, Any]) -> str:
        """Send an event, and return the key of its receipt."""
        return self.library.webhooks.receive(self.name, self.secret, json.dumps(body).encode())

    def subject(self, film: Path, **ids: Any) -> dict[str, Any]:
        """Return the part of an event that names a film, by the folder of the film."""
        title, _, rest = film.name.partition(" (")
        year = int(rest[:4]) if rest[:4].isdigit() else 0
        return {"id": 7, "title": title, "year": year, "folderPath": self.path(film), **ids}

    def path(self, path: Path) -> str:
        """Return a path as the container names it."""
        return f"/movies/{path.relative_to(self.folder)}"

    def upgrade(self, old: Path, new: Path, *, nfo: bytes | None = None, **ids: Any) -> None:
        """
        Replace a film by a better file as Radarr does: events first, then the deletion of everything that it adopted.

        `nfo`: it also writes its own `movie.nfo` at the end.
        """
        film = self.subject(old.parent, **ids)
        old.unlink()
        self.send(
            {
                "eventType": "MovieFileDelete",
                "movie": film,
                "movieFile": {"relativePath": old.name, "path": self.path(old)},
                "deleteReason": "upgrade",
            }
        )
        media.video(new, seed=next(_SEEDS))
        self.send(
            {
                "eventType": "Download",
                "isUpgrade": True,
                "movie": film,
                "remoteMovie": {"tmdbId": 603, "title": film["title"], "year": film["year"]},
                "movieFile": {"relativePath": new.name, "path": self.path(new), "size": new.stat().st_size},
                "deletedFiles": [{"path": self.path(old)}],
            }
        )
        for each in old.parent.iterdir():
            if each.suffix in _SIDE_FILES:
                each.unlink()
        if nfo is not None:
            (new.parent / "movie.nfo").write_bytes(nfo)


def settled(library: Library, *, count: int | None = None) -> list[WebhookEvent]:
    """Return the events, newest first, when none waits any more; `count`: that there are this many."""

    def found() -> list[WebhookEvent] | None:
        items = library.webhooks.events(per_page=200).items
        is_settled = items and all(each.state != "waiting" for each in items)
        return items if is_settled and (count is None or len(items) == count) else None

    until(lambda: found() is not None)
    return found() or []
