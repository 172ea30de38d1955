"""
AVI (`.avi`): the comment is the chunk `ICMT` in a list `INFO`.

`structure` reads the file, `editing` works out the edits. Comes in: a reader and a change. Goes out: a layout, a patch
in place, or a new file; where neither can be, the stream copy by FFmpeg. Source: Microsoft's "AVI RIFF File Reference"
and the OpenDML AVI File Format Extensions 1.02.
"""

from __future__ import annotations

from indexium_core.files.containers.avi import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("avi", "AVI", structure, editing)
