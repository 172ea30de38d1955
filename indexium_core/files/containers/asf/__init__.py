"""
ASF (`.wmv`, `.asf`): fields are texts of the content description in the header object, and attributes.

`structure` reads the header, `editing` writes a new one, `places` has the form of each field. Input: a reader and a
change. Output: a layout, a patch in place, or a new file. If neither is possible, FFmpeg makes a stream copy. Source:
Advanced Systems Format (ASF) Specification, revision 01.20.
"""

from __future__ import annotations

from indexium_core.files.containers.asf import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("asf", "ASF (WMV)", structure, editing, limit=structure.TEXT_LIMIT)
