"""Strategies in words: how a file is written, by the name that is stored with it."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["STRATEGIES", "in_a_word", "in_words", "replaces"]

STRATEGIES: Mapping[str, str] = {
    "mp4_in_place": "in place, only the metadata bytes",
    "mp4_insert_range": "in place, room is put in front of the media",
    "mp4_append": "in place, the index goes to the end",
    "mp4_reflink": "a new file that shares the media's bytes with the old one",
    "mp4_copy": "copied whole, with a new index in front",
    "matroska_in_place": "in place, only the tag element",
    "matroska_copy": "copied whole, with the tags in front",
    "avi_in_place": "in place, only the list of texts",
    "avi_copy": "copied whole, with the texts in front",
    "flv_in_place": "in place, only the text",
    "flv_copy": "copied whole, with the metadata in front",
    "asf_in_place": "in place, only the header",
    "asf_copy": "copied whole, with the header in front",
    "avi_remux": "written anew by FFmpeg, packet by packet",
    "flv_remux": "written anew by FFmpeg, packet by packet",
    "asf_remux": "written anew by FFmpeg, packet by packet",
    "ogg_remux": "written anew by FFmpeg, packet by packet",
    "undo": "old bytes put back",
}
# The ends of names tell what all containers have in common.
_WORDS = {"_reflink": "shared copy", "_copy": "full copy", "_remux": "rewrite"}


def in_words(name: str) -> str:
    """Return how a strategy writes, in a few words."""
    return STRATEGIES.get(name) or name.replace("_", " ")


def in_a_word(name: str) -> str:
    """Return the same as short as can be."""
    if not name:
        return ""
    return next((word for end, word in _WORDS.items() if name.endswith(end)), "undo" if name == "undo" else "in place")


def replaces(name: str) -> bool:
    """Tell whether a strategy puts another file into the place of the old one."""
    return name.endswith(tuple(_WORDS))
