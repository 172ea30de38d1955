"""
Which pictures in a folder belong to a film, a series, a season or an episode, by their names.

The names are those of Kodi (https://kodi.wiki/view/Artwork) and Jellyfin
(https://jellyfin.org/docs/general/server/media/movies/#images); the order of equal kinds is that of Jellyfin.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_EXTENSIONS = ("png", "jpg", "jpeg", "webp")  # by rank
_KINDS: Mapping[str, Sequence[str]] = {
    "poster": ("poster", "folder", "cover", "default"),
    "backdrop": ("fanart", "background", "art", "backdrop"),
    "logo": ("logo", "clearlogo"),
    "banner": ("banner",),
    "thumb": ("landscape", "thumb"),
    "clearart": ("clearart",),
    "disc": ("disc", "cdart", "discart"),
}
_OF_EPISODE: Mapping[str, Sequence[str]] = {"still": ("thumb",)}
_NUMBERED = frozenset({"fanart", "background", "backdrop"})  # fanart1.jpg, backdrop-2.jpg
_SEASON = re.compile(r"season(?P<number>\d{1,4}|-specials)-(?P<rest>.+)")


@dataclass(frozen=True, slots=True)
class LocalPicture:
    """A picture in a folder."""

    kind: str
    name: str
    season: int | None = None


def is_picture(name: str) -> bool:
    """Return whether a name has the extension of a picture."""
    return name.lower().rpartition(".")[2] in _EXTENSIONS


def artwork(names: Collection[str], stems: Collection[str]) -> set[str]:
    """
    Return the names in a folder that only a picture of a title has; `stems`: of its videos, without extension.

    `IMG_1.jpg` beside `IMG_1.mov` is not one of them: it may be a photo.
    """
    found = (*of_film(names, stems, is_own_folder=True), *of_series(names), *of_episode(names, stems))
    own = {_stem(each.name) for each in found} - {stem.lower() for stem in stems}
    return {name for name in names if _stem(name) in own}


def of_film(names: Iterable[str], stems: Collection[str], *, is_own_folder: bool) -> list[LocalPicture]:
    """
    Return the pictures of a film, best first for each kind.

    Args:
        names: The names in its folder.
        stems: The names of its videos without extension.
        is_own_folder: The folder has no video of another title, so that `poster.jpg` is of this film.

    """
    files = _pictures(names)
    found = [each for stem in sorted(stems) for each in _with_prefix(files, stem.lower(), _KINDS)]
    found += [LocalPicture("poster", files[stem.lower()]) for stem in sorted(stems) if stem.lower() in files]
    if is_own_folder:
        found += _plain(files, {**_KINDS, "poster": (*_KINDS["poster"], "movie")})
    return _once(found)


def of_series(names: Iterable[str]) -> list[LocalPicture]:
    """Return the pictures of a series and of its seasons, in the folder of the series."""
    files = _pictures(names)
    found = _plain(files, {**_KINDS, "poster": (*_KINDS["poster"], "show")})
    for stem, name in files.items():
        match = _SEASON.fullmatch(stem)
        kind = _kind_of(match["rest"]) if match else None
        if match and kind:
            number = 0 if match["number"] == "-specials" else int(match["number"])
            found.append(LocalPicture(kind, name, number))
    return _once(found)


def of_season(names: Iterable[str], season: int) -> list[LocalPicture]:
    """Return the pictures of a season in its own folder."""
    return [LocalPicture(each.kind, each.name, season) for each in _plain(_pictures(names), _KINDS)]


def of_episode(names: Iterable[str], stems: Collection[str]) -> list[LocalPicture]:
    """Return the pictures of an episode beside its videos."""
    files = _pictures(names)
    found = [each for stem in sorted(stems) for each in _with_prefix(files, stem.lower(), _OF_EPISODE)]
    found += [LocalPicture("still", files[stem.lower()]) for stem in sorted(stems) if stem.lower() in files]
    return _once(found)


def _stem(name: str) -> str:
    return name.lower().rpartition(".")[0]


def _pictures(names: Iterable[str]) -> dict[str, str]:
    """Return the pictures by their stems in lower case; of several with one stem, that of the best extension."""
    found: dict[str, tuple[int, str]] = {}
    for name in sorted(names):
        stem, _, extension = name.lower().rpartition(".")
        if stem and extension in _EXTENSIONS:
            rank = _EXTENSIONS.index(extension)
            if stem not in found or rank < found[stem][0]:
                found[stem] = rank, name
    return {stem: name for stem, (_, name) in found.items()}


def _with_prefix(files: Mapping[str, str], stem: str, kinds: Mapping[str, Sequence[str]]) -> list[LocalPicture]:
    return [
        LocalPicture(kind, files[f"{stem}-{word}"])
        for kind, words in kinds.items()
        for word in words
        if f"{stem}-{word}" in files
    ]


def _plain(files: Mapping[str, str], kinds: Mapping[str, Sequence[str]]) -> list[LocalPicture]:
    found = []
    for kind, words in kinds.items():
        for word in words:
            found += [LocalPicture(kind, files[word])] if word in files else []
            if word in _NUMBERED:
                numbered = re.compile(rf"{word}-?\d{{1,3}}")
                found += [LocalPicture(kind, name) for stem, name in files.items() if numbered.fullmatch(stem)]
    return found


def _kind_of(word: str) -> str | None:
    return next((kind for kind, words in _KINDS.items() if word in words), None)


def _once(found: Iterable[LocalPicture]) -> list[LocalPicture]:
    """Return the pictures without repetitions: a picture has one kind."""
    by_name: dict[str, LocalPicture] = {}
    for each in found:
        by_name.setdefault(each.name, each)
    return list(by_name.values())
