"""Attributes that forbid the change of a file or folder, also for root: immutable and append-only."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def protected(path: Path, attribute: str = "i") -> Iterator[None]:
    """Set the attribute `i` (immutable) or `a` (append-only) for a block; skip the test where that is not possible."""
    if shutil.which("chattr") is None:
        pytest.skip("chattr (e2fsprogs) is not installed; this test needs it")
    done = subprocess.run(["chattr", f"+{attribute}", path], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this test needs root and a file system with attributes (ext4, xfs, btrfs): {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["chattr", f"-{attribute}", path], capture_output=True, check=False)
