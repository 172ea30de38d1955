"""
FLV (`.flv`): the comment is a property of the object in the script tag `onMetaData`.

`structure` reads the tags, `amf` reads the metadata in them (AMF0), `editing` works out the edits. Comes in: a reader
and a change. Goes out: a layout, a patch in place, or a new file; where neither can be, the stream copy by FFmpeg.
Source: Adobe Flash Video File Format Specification 10.1, annex E, and the AMF0 specification.
"""

from __future__ import annotations

from indexium_core.files.containers.flv import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("flv", "FLV", structure, editing, limit=structure.TEXT_LIMIT)
