"""
The names in files that a field of the user cannot have, because they already have a meaning in a container.

A name is taken if a field of the table uses it, or if the container or FFmpeg gives it another meaning.
"""

from __future__ import annotations

import re

from indexium_core.files.containers.asf import places as asf_places
from indexium_core.files.containers.bmff.tags import field_map
from indexium_core.files.containers.flv import structure as flv
from indexium_core.files.containers.matroska.fields import tag_places
from indexium_core.files.containers.ogg import structure as ogg
from indexium_core.files.containers.photos import xmp_fields
from indexium_core.model.fields.custom import CustomField

# Names that FFmpeg writes itself, shows under another name, or does not show.
_OF_FFMPEG = frozenset(
    {"album_artist", "albumartist", "compatible_brands", "coverart", "coverartmime", "creation_time", "disc"}
    | {"discnumber", "encoder", "filename", "language", "lead_performer", "major_brand", "metadata_block_picture"}
    | {"mimetype", "minor_version", "performer", "track", "tracknumber", "aspectratiox", "aspectratioy"}
)
_STATISTICS = re.compile(r"bps|number_of_.*|_statistics_.*|chapter\d.*")  # of a track, or chapters of an Ogg file
_TAGS = frozenset(
    {name.lower() for name in (*tag_places.NAMES, *ogg.FIELDS, *asf_places.FIELDS, *flv.FIELDS, *flv.DERIVED)}
    | _OF_FFMPEG
)
_MP4_NAMES = frozenset({*field_map.KEYS, *field_map.TIME_KEYS, "itunsmpb", "itunnorm", "cdec"} | _OF_FFMPEG)


def taken(field: CustomField) -> str:
    """Return the first name of a definition that has another meaning, "" if it has none."""
    names = field.names
    if names.tag.lower() in _TAGS or _STATISTICS.fullmatch(names.tag.lower()):
        return field.tag
    if names.mp4_name.lower() in _MP4_NAMES:
        return field.mp4
    return field.xmp if (names.xmp_namespace, names.xmp_name) in xmp_fields.STANDARD_NAMES else ""
