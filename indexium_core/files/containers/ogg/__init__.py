"""
Ogg (`.ogv`, `.ogg`): each field is a text in the comment header of a stream.

`pages` is the framing, `comments` the comment header, `skeleton` the index of a file, `structure` reads the headers,
`editing` works out the edits. Input: a reader and a change. Output: a layout, a patch in place, or a new file. If
neither is possible, FFmpeg makes a stream copy. Source: RFC 3533 (Ogg), Vorbis I (section 5), RFC 7845 (Opus).
"""

from __future__ import annotations

from indexium_core.files.containers.ogg import editing, structure
from indexium_core.files.containers.shared.family import RemuxableFamily

__all__ = ["FAMILY"]

FAMILY = RemuxableFamily("ogg", "Ogg", structure, editing, media_census=editing.media_census)
