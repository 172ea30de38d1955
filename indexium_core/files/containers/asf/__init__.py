"""
ASF (`.wmv`, `.asf`): the comment is the description in the header object, and attributes of that name.

`structure` reads the header, `editing` writes another one. Comes in: a reader and a change. Goes out: a layout, a patch
in place, or a new file; where neither can be, the stream copy by FFmpeg. Source: Advanced Systems Format (ASF)
Specification, revision 01.20.
"""

from __future__ import annotations

from indexium_core.files.containers.asf import editing, structure
from indexium_core.files.containers.ffmpeg.stream_copy import StreamCopy
from indexium_core.files.containers.shared.edit_strategy import EditStrategy
from indexium_core.files.containers.shared.family import ContainerSpec, RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily(
    ContainerSpec(
        name="asf",
        label="ASF (WMV)",
        recognises=structure.recognises,
        examine=structure.examine,
        content=structure.census,
        census=editing.census,
        strategies=(
            EditStrategy("asf_in_place", editing.in_place, structure.TEXT_LIMIT),
            EditStrategy("asf_copy", editing.copy, structure.TEXT_LIMIT),
            StreamCopy("asf_remux", "asf", structure.TEXT_LIMIT),
        ),
    )
)
