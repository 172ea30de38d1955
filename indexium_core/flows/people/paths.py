"""Paths of lists of people as absolute bytes. Paths are bytes, which pathlib does not accept."""

from __future__ import annotations

import os
from collections.abc import Callable


def absolute_path(base: bytes, path: bytes) -> bytes:
    """Return a normalized absolute path; `base` is the folder of a relative path."""
    return os.path.normpath(os.path.join(base, path))  # noqa: PTH118


def real_path(path: bytes, real_folder: Callable[[bytes], bytes]) -> bytes:
    """Return a path without symbolic links: a scan stores real paths. `real_folder` resolves a folder."""
    folder, name = os.path.split(path)
    real = os.path.join(real_folder(folder), name)  # noqa: PTH118
    return os.path.realpath(real) if os.path.islink(real) else real  # noqa: PTH114
