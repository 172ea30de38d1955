"""
AVI (`.avi`): the comment is the chunk `ICMT` in a list `INFO`.

`structure` reads the file, `editing` works out the edits. Comes in: a reader and a change. Goes out: a layout, a patch
in place, or a new file; where neither can be, the stream copy by FFmpeg. Source: Microsoft's "AVI RIFF File Reference"
and the OpenDML AVI File Format Extensions 1.02.
"""

from __future__ import annotations

from indexium_core.files.containers.avi import editing, structure
from indexium_core.files.containers.ffmpeg.stream_copy import StreamCopy
from indexium_core.files.containers.shared.edit_strategy import EditStrategy
from indexium_core.files.containers.shared.family import ContainerSpec, RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily(
    ContainerSpec(
        name="avi",
        label="AVI",
        recognises=structure.recognises,
        examine=structure.examine,
        content=structure.census,
        census=editing.census,
        strategies=(
            EditStrategy("avi_in_place", editing.in_place),
            EditStrategy("avi_copy", editing.copy),
            StreamCopy("avi_remux", "avi"),
        ),
    )
)
