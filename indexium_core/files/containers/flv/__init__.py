"""
FLV (`.flv`): each field is a property of the object in the script tag `onMetaData`.

`structure` reads the tags, `amf` reads the metadata in them (AMF0), `editing` works out the edits. Input: a reader and
a change. Output: a layout, a patch in place, or a new file. If neither is possible, FFmpeg makes a stream copy. Source:
Adobe Flash Video File Format Specification 10.1, annex E, and the AMF0 specification.
"""

from __future__ import annotations

from indexium_core.files.containers.flv import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("flv", "FLV", structure, editing, limit=structure.TEXT_LIMIT)
