"""The version of Indexium."""

from __future__ import annotations

__version__ = "0.1.0"
