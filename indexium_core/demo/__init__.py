"""The demo: a library of short real clips, made with ffmpeg, with an example of every case that Indexium handles."""

from __future__ import annotations

from indexium_core.demo.building import DemoManifest, build, open_library, prepare

__all__ = ["DemoManifest", "build", "open_library", "prepare"]
