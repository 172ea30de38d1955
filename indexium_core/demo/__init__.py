"""
The demo: short real clips, made with ffmpeg, with an example of every case that Indexium handles, and films and series.

Stand-ins of the providers and of players run in the process of the demo, so that no request leaves the machine.
"""

from __future__ import annotations

from indexium_core.demo.building import DemoManifest, build, open_library, prepare
from indexium_core.demo.providers.demo_home import use_stand_in

__all__ = ["DemoManifest", "build", "open_library", "prepare", "use_stand_in"]
