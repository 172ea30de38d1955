"""Programs that tests need (`ffprobe`, `exiftool`, `mkvmerge`, `mkfs.xfs` …) and the product does not."""

from __future__ import annotations

import os
import shutil

import pytest

from indexium_core.files.program import executable

NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
}


SYSTEM = "/usr/sbin:/sbin"  # the folders of programs for root, which may not be on PATH


def oracle(name: str) -> str:
    """Return the path of the program; skip the test if it is missing, or fail if CI guarantees it."""
    path = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM}"
    found = next(filter(None, (shutil.which(each, path=path) for each in NAMES.get(name, (name,)))), None)
    if found is None and name == "ffmpeg":
        return executable()
    if found is None:
        message = f"{name} is not installed; this test needs it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
