"""A file that a person has uploaded, until a page has used it."""

from __future__ import annotations

import weakref
from pathlib import Path


class Upload:
    """An uploaded file; it is removed with its last reference."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name  # original file name, for display only
        weakref.finalize(self, path.unlink, missing_ok=True)
