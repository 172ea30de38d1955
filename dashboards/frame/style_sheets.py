"""The style sheets of shadow roots. The page holds the text of each once, see `sheets.js`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


@cache
def sheets() -> Mapping[str, str]:
    """Return the text of every style sheet by its file name, which is unique."""
    found: dict[str, str] = {}
    folders: list[Traversable] = [resources.files("dashboards"), resources.files("dashboards") / "assets" / "face"]
    for folder in folders:
        for path in folder.iterdir():
            if path.is_dir() and path.name != "assets":
                folders.append(path)
            elif path.name.endswith(".css"):
                if path.name in found:
                    raise ValueError(f"Two style sheets of the dashboard are called {path.name}. Rename one of them.")
                found[path.name] = path.read_text(encoding="utf-8")
    return dict(sorted(found.items()))
