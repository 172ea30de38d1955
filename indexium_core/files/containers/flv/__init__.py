"""
FLV (`.flv`): the comment is a property of the object in the script tag `onMetaData`.

`structure` reads the tags, `amf` reads the metadata in them (AMF0), `editing` works out the edits. Comes in: a reader
and a change. Goes out: a layout, a patch in place, or a new file; where neither can be, the stream copy by FFmpeg.
Source: Adobe Flash Video File Format Specification 10.1, annex E, and the AMF0 specification.
"""

from __future__ import annotations

from indexium_core.files.containers.ffmpeg.stream_copy import StreamCopy
from indexium_core.files.containers.flv import editing, structure
from indexium_core.files.containers.shared.edit_strategy import EditStrategy
from indexium_core.files.containers.shared.family import ContainerSpec, RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily(
    ContainerSpec(
        name="flv",
        label="FLV",
        recognises=structure.recognises,
        examine=structure.examine,
        content=structure.census,
        census=editing.census,
        strategies=(
            EditStrategy("flv_in_place", editing.in_place, structure.TEXT_LIMIT),
            EditStrategy("flv_copy", editing.copy, structure.TEXT_LIMIT),
            StreamCopy("flv_remux", "flv", structure.TEXT_LIMIT),
        ),
    )
)
