"""The demo: a library of real short clips, made with ffmpeg, in which everything that Indexium can meet is present."""

from __future__ import annotations

from indexium_core.demo.building import DemoManifest, build, prepare

__all__ = ["DemoManifest", "build", "prepare"]
