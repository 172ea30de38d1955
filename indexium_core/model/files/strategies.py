"""Write strategies in words, by the name that is stored with each file."""

from __future__ import annotations

from collections.abc import Mapping

SIDE_FILES = "side_files"  # the strategy of publications
STRATEGIES: Mapping[str, str] = {
    "mp4_in_place": "in place, only the metadata bytes",
    "mp4_insert_range": "in place, after space was inserted in front of the media",
    "mp4_append": "in place, the index moves to the end",
    "mp4_reflink": "shared copy: a new file that shares the media's bytes with the old one",
    "mp4_copy": "full copy, with a new index in front",
    "matroska_in_place": "in place, only the tag element",
    "matroska_copy": "full copy, with the tags in front",
    "avi_in_place": "in place, only the list of texts",
    "avi_copy": "full copy, with the texts in front",
    "flv_in_place": "in place, only the text",
    "flv_copy": "full copy, with the metadata in front",
    "asf_in_place": "in place, only the header",
    "asf_copy": "full copy, with the header in front",
    "ogg_in_place": "in place, only the comment header",
    "ogg_copy": "full copy, with the comment header in front",
    "jpeg_in_place": "in place, only the XMP packet",
    "jpeg_copy": "full copy, with the XMP packet in front of the image",
    "png_in_place": "in place, only the XMP packet",
    "png_copy": "full copy, with the XMP packet in front of the image",
    "tiff_in_place": "in place, only the XMP packet",
    "webp_in_place": "in place, only the XMP packet",
    "webp_copy": "full copy, with a new XMP packet",
    "heif_in_place": "in place, only the XMP packet",
    "avi_remux": "rewritten by FFmpeg, packet by packet",
    "flv_remux": "rewritten by FFmpeg, packet by packet",
    "asf_remux": "rewritten by FFmpeg, packet by packet",
    "ogg_remux": "rewritten by FFmpeg, packet by packet",
    "sidecar_create": "in a new sidecar (XMP file); the photo stays as it is",
    "sidecar_replace": "in the sidecar (XMP file); the photo stays as it is",
    "side_files": "NFO files and pictures beside the media, which stays as it is",
    "undo": "old bytes restored",
}
# Why a strategy is used: strategies are tried in the order of docs/containers.md, and the first possible one is used.
WHY: Mapping[str, str] = {
    "mp4_in_place": "The index is at the end of the file, or there is free room beside it.",
    "mp4_insert_range": "The index is at the start, without free room, and blocks can be put in front of it.",
    "mp4_append": "The index is at the start, without free room, and may go to the end (INDEXIUM_FASTSTART=any).",
    "mp4_reflink": "The index is at the start, without free room, and two files can share the media's blocks.",
    "mp4_copy": "The index is at the start, without free room, and the disk can neither move nor share blocks.",
    "matroska_in_place": "There is free room for the tags, or room to name their new position in the SeekHead.",
    "matroska_copy": "There is no free room for the tags, and none to name a new position in the SeekHead.",
    "avi_in_place": "There is free room for the text.",
    "avi_copy": "There is no free room for the text.",
    "flv_in_place": "The new text is as long as the old one.",
    "flv_copy": "An FLV has no free room for another text.",
    "asf_in_place": "There is free room in the header.",
    "asf_copy": "There is no free room in the header.",
    "ogg_in_place": "There is free room in the comment header.",
    "ogg_copy": "There is no free room in the comment header.",
    "jpeg_in_place": "There is free room in the XMP packet.",
    "jpeg_copy": "There is no free room for the XMP packet.",
    "png_in_place": "There is free room in the XMP packet.",
    "png_copy": "There is no free room for the XMP packet.",
    "tiff_in_place": "The XMP packet has free room, or goes to the end of the file.",
    "webp_in_place": "The XMP packet has free room, or goes to the end of the file.",
    "webp_copy": "The file has no free room for an XMP packet.",
    "heif_in_place": "There is free room in the XMP packet.",
    "avi_remux": "Nothing in this file can be moved, and FFmpeg loses nothing of it.",
    "flv_remux": "This file is not understood in full, and FFmpeg loses nothing of it.",
    "asf_remux": "This file is not understood in full, and FFmpeg loses nothing of it.",
    "ogg_remux": "This file is not understood in full, and FFmpeg loses nothing of it.",
    "sidecar_create": "The photo itself cannot take the values.",
    "sidecar_replace": "The sidecar has these fields, or the photo itself cannot take the values.",
    "side_files": "Players read these files.",
}
# The suffixes of the names are the same for all containers.
_WORDS = {"_reflink": "shared copy", "_copy": "full copy", "_remux": "rewrite"}


def in_words(name: str) -> str:
    """Return how a strategy writes, in a few words."""
    return STRATEGIES.get(name) or name.replace("_", " ")


def in_a_word(name: str) -> str:
    """Return the text of `in_words` in the shortest form."""
    if not name or is_sidecar(name) or name == SIDE_FILES:
        return "side files" if name == SIDE_FILES else "sidecar" if name else ""
    return next(
        (word for end, word in _WORDS.items() if name.endswith(end)), "rollback" if name == "undo" else "in place"
    )


def replaces(name: str) -> bool:
    """Return whether a strategy puts a new file in the place of the old one."""
    return name.endswith(tuple(_WORDS))


def copies(name: str) -> bool:
    """Return whether a strategy copies the whole file."""
    return name.endswith(("_copy", "_remux"))


def is_sidecar(name: str) -> bool:
    """Return whether a strategy writes a file beside the media file, which stays as it is."""
    return name.startswith("sidecar_")


def why(name: str) -> str:
    """Return why a file needs this strategy and not a cheaper one, as a sentence; "" if unknown."""
    return WHY.get(name, "")


def kept(name: str) -> str:
    """Return what a write by this strategy keeps for a rollback, in a few words."""
    if name == SIDE_FILES:
        return "the old files; new ones are removed"
    if is_sidecar(name):
        return "the old sidecar" if name == "sidecar_replace" else "nothing; the new sidecar is removed"
    if name.endswith("_remux"):
        return "the data to rebuild the old file, or the old file itself"
    return "the data to rebuild the old file" if replaces(name) else "the bytes that change"
