"""
The names of side files: one set that Kodi, Jellyfin and Plex read.

In a folder of its own, a film has `movie.nfo`, `poster.jpg`, `fanart.jpg` …; in a folder with other videos, the names
begin with that of its file. An episode and a video always have the name of their file: Jellyfin reads no other NFO file
of a home video. The names are those of https://kodi.wiki/view/Artwork_types and
https://jellyfin.org/docs/general/server/media/movies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping

NFO = "nfo"  # the kind of an NFO file, beside the kinds of pictures
_WORDS: Mapping[str, bytes] = {
    "poster": b"poster",
    "backdrop": b"fanart",
    "logo": b"clearlogo",
    "banner": b"banner",
    "thumb": b"landscape",
    "clearart": b"clearart",
    "disc": b"discart",
    "still": b"thumb",
}
_OF_FOLDERS: Mapping[str, bytes] = {"movie": b"movie.nfo", "series": b"tvshow.nfo", "season": b"season.nfo"}
_FOLDER_PICTURE = re.compile(
    rb"(?:season[0-9]+-|season-specials-)?(?:" + b"|".join(_WORDS.values()) + rb")\d*", re.IGNORECASE
)
_ROLE = re.compile(rb"(?:^|-)(" + _FOLDER_PICTURE.pattern + rb")$", re.IGNORECASE)
_EXTENSIONS = (b"jpg", b"jpeg", b"png", b"webp")
_OF_MEDIA_TYPES: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def nfo_name(entity_type: str, stem: bytes, *, is_own_folder: bool) -> bytes:
    """Return the name of the NFO file of a title; `stem` is the name of its file without the extension."""
    if entity_type in _OF_FOLDERS and (is_own_folder or entity_type != "movie"):
        return _OF_FOLDERS[entity_type]
    return stem + b".nfo"


def picture_stem(kind: str, stem: bytes = b"", *, season: int | None = None, number: int = 0) -> bytes:
    """
    Return the name of a picture without its extension.

    Args:
        kind: The kind of the picture.
        stem: The name of the file that it belongs to, without extension; b"": the picture is that of the folder.
        season: The season of a series that it belongs to.
        number: The place among several pictures of the kind, from 0: Kodi reads `fanart`, `fanart1`, `fanart2`.

    """
    word = _WORDS[kind] + (b"%d" % number if number else b"")
    if season is not None:
        return (b"season-specials-" if season == 0 else b"season%02d-" % season) + word
    return stem + b"-" + word if stem else word


def belongs_to(path: bytes, video: bytes) -> bool:
    """Return whether a side file may belong to a video: it has its name, or it is one of its folder or one above."""
    (folder, name), (place, file) = os.path.split(path), os.path.split(video)
    stem = name.rpartition(b".")[0]
    if place == folder and (stem == stem_of(file) or name.startswith(stem_of(file) + b"-")):
        return True
    is_of_folder = name in _OF_FOLDERS.values() or _FOLDER_PICTURE.fullmatch(stem) is not None
    return is_of_folder and (place == folder or place.startswith(folder + b"/"))


def is_nfo(name: bytes) -> bool:
    """Return whether a name or a path is that of an NFO file."""
    return name.lower().endswith(b".nfo")


def role_of(name: bytes) -> bytes:
    """Return what a side file is for its title: `nfo`, or a word such as `poster` or `fanart1`; b"" for others."""
    if is_nfo(name):
        return b"nfo"
    found = _ROLE.search(name.rpartition(b".")[0])
    return found[1].lower() if found else b""


def media_stem(name: bytes) -> bytes:
    """Return the name, without extension, that a video has whose side file this is."""
    stem, role = stem_of(name), b"-" + role_of(name)
    return stem[: -len(role)] if stem.lower().endswith(role) and not is_nfo(name) else stem


def extension(media_type: str) -> str | None:
    """Return the extension of a picture; None if players do not read pictures of its type."""
    return _OF_MEDIA_TYPES.get(media_type)


def twins(name: bytes, names: Collection[bytes]) -> Iterator[bytes]:
    """Yield the names in a folder that are the same picture under another extension, or in other letters."""
    stem = name.rpartition(b".")[0].lower()
    for each in sorted(names):
        other, _, ending = each.lower().rpartition(b".")
        if each != name and other == stem and ending in _EXTENSIONS:
            yield each


def stem_of(name: bytes) -> bytes:
    """Return the name of a file without its extension."""
    return name.rpartition(b".")[0] or name
