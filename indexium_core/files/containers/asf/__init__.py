"""
ASF (`.wmv`, `.asf`): the comment is the description in the header object, and attributes of that name.

`structure` reads the header, `editing` writes another one. Comes in: a reader and a change. Goes out: a layout, a patch
in place, or a new file; where neither can be, the stream copy by FFmpeg. Source: Advanced Systems Format (ASF)
Specification, revision 01.20.
"""

from __future__ import annotations

from indexium_core.files.containers.asf import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("asf", "ASF (WMV)", structure, editing, limit=structure.TEXT_LIMIT)
