"""A Radarr in the demo: its source, and what it has sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexium_core.library import Library

_EVENTS: tuple[dict[str, Any], ...] = (
    {"eventType": "Test", "instanceName": "Radarr", "movie": {"title": "Test", "folderPath": "C:\\testpath"}},
    {"eventType": "Grab", "instanceName": "Radarr", "movie": {"title": "Quiet Harbour", "year": 2012}},
    {
        "eventType": "Download",
        "instanceName": "Radarr",
        "movie": {"title": "Salt Road", "year": 2020, "folderPath": "/movies-4k/Salt Road (2020)"},
        "movieFile": {"path": "/movies-4k/Salt Road (2020)/Salt.Road.2020.2160p.mkv"},
    },
)


def add(library: Library, films: Path) -> None:
    """Add a Radarr whose container has the films at `/movies`; the folder of its last event is not in its map."""
    added = library.webhooks.add("radarr", folder_map=[("/movies", str(films))])
    for event in _EVENTS:
        library.webhooks.receive(added.source.name, added.secret, json.dumps(event).encode())
    library.webhooks.events()
