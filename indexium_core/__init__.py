"""
Indexium: plan, write and roll back metadata of videos and photos.

The public names. Importing this package only defines them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexium_core.version import __version__

if TYPE_CHECKING:
    from indexium_core.flows.snapshots.analysis import connect
    from indexium_core.library import Library
    from indexium_core.model.people.people_comment import extract_people_from_comment

__all__ = ["Library", "__version__", "connect", "extract_people_from_comment"]

_HOMES = {
    "Library": "indexium_core.library",
    "connect": "indexium_core.flows.snapshots.analysis",
    "extract_people_from_comment": "indexium_core.model.people.people_comment",
}


def __getattr__(name: str) -> Any:
    """Load a public name at its first use: `indexium --version` does not need the database."""
    if name not in _HOMES:
        raise AttributeError(f"module 'indexium_core' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
