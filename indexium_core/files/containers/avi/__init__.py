"""
AVI (`.avi`): each field is a chunk in a list `INFO`; the comment is `ICMT`.

`structure` reads the file, `editing` works out the edits. Input: a reader and a change. Output: a layout, a patch in
place, or a new file. If neither is possible, FFmpeg makes a stream copy. Source: Microsoft's "AVI RIFF File Reference"
and the OpenDML AVI File Format Extensions 1.02.
"""

from __future__ import annotations

from indexium_core.files.containers.avi import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("avi", "AVI", structure, editing)
