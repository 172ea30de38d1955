"""What the folders of a file say: its title folder, season, disc, extras, and the kind of everything below."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from indexium_core.model.names import words
from indexium_core.model.names.name_parts import NameParts, Role
from indexium_core.model.names.names import fold_title
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.names.title_guess import LibraryKind

_YEAR = re.compile(r"(?:19|20)\d\d")
_AMBIGUOUS = re.compile(r"other|others|shorts?|scenes|clips?|interviews?|extras?|proof", re.IGNORECASE)
_SECTION = re.compile(rf"(?:(?:{words.SECTION})[ ._-]*)?(\d{{1,2}})(?=$|[ ._:)-])", re.IGNORECASE)
_DUBBED = re.compile(r"(?<=\w)(?: (?:VF|VO|VFF|VFQ|VOSTFR|MULTI))+$")  # `Friends VF`
_RANGE = re.compile(  # the episodes or seasons of a folder
    r"(?<=\w) +(?:- +)?\d{1,4} ?[-~] ?\d{2,4}$|"
    r"[ -]+(?:the )?complete(?: series| collection)?$|"
    rf"[ -]+(?:the )?(?:complete )?(?:{words.SEASON}|s) ?\d{{1,2}} ?[-~] ?s?\d{{1,2}}\b.*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """The folders of a file."""

    path: str = ""  # of the title folder, below the library folder; "" without one
    parts: NameParts | None = None  # of the name of the title folder
    season: int | None = None
    season_parts: NameParts | None = None  # of the title in the name of the season folder
    role: Role = "main"
    is_disc: bool = False
    is_medium: bool = False  # the folder is a part of a disc: VIDEO_TS, BDMV
    part: int | None = None  # number of the disc folder
    hint: Literal["series", "home", ""] = ""
    is_category: bool = False  # the folder of the file is for many titles
    year: int | None = None  # of a folder for the films of a year
    outer: FolderFacts | None = None  # if the folder is a season of the one around it: `Don Matteo/Don Matteo 5`
    has_films: bool = False  # a folder around the file is for films

    @property
    def series(self) -> NameParts | None:
        """Return the parts of the name that names a series."""
        return self.parts or self.season_parts


def is_category(name: str) -> bool:
    """Return whether a folder name says a kind of files, or nothing, and no title."""
    text = re.sub(r"[._]", " ", name).strip()
    patterns = (words.CATEGORY_FOLDERS, words.SERIES_FOLDERS, words.HOME_FOLDER, words.LECTURE_FOLDER)
    is_year = re.fullmatch(r"(?:19|20)\d\d(?:[- ](?:\d\d|(?:19|20)\d\d))?", text) is not None
    return is_year or any(pattern.fullmatch(text) for pattern in patterns)


@lru_cache(maxsize=4096)
def _role_of(name: str) -> Role:
    text = re.sub(r"[._]", " ", name).strip()
    if words.TRAILER_FOLDER.fullmatch(text):
        return "trailer"
    if words.SAMPLE_FOLDER.fullmatch(text):
        return "sample"
    return "extra" if words.EXTRA_FOLDER.fullmatch(text) else "main"


def place_of(
    folders: tuple[str, ...], read: Callable[[str], NameParts], *, kind: LibraryKind = "mixed", library: str = ""
) -> FolderFacts:
    """
    Return what the folders of a file say.

    Args:
        folders: Folders below the library folder, the outermost first.
        read: Returns the parts of a name.
        kind: The kind of the library: a course has numbered folders for its sections.
        library: Name of the library folder: only a hint.

    """
    role: Role = "main"
    season: int | None = None
    year: int | None = None
    season_title, disc, medium, part, found, path = "", False, False, None, None, ""
    hint: Literal["series", "home", ""] = ""
    outer: dict[str, Any] = {}
    for depth in range(len(folders), 0, -1):
        name = folders[depth - 1]
        if found is not None:
            if season is None and (own_season := _season_of(found, name)) is not None:
                outer = {"parts": _as_folder(read(name)), "path": "/".join(folders[:depth]), "season": own_season}
            hint = hint or _hint(name, kind)
            year = year or _year_of_films(folders[:depth], kind)
            continue
        if of_disc := words.DISC_FOLDER.fullmatch(name):
            disc, medium = True, medium or of_disc[1] is None
            part = int(of_disc[1]) if of_disc[1] else part
        elif (own := _role_of(name)) != "main" and not _is_title(folders[:depth], has_season=season is not None):
            role = own if role == "main" else role
        elif season is None and (of_folder := season_of_folder(name)) is not None:
            season, season_title = of_folder
        elif kind == "educational" and season is None and (section := _section(folders[:depth])) is not None:
            season = section
        elif is_category(name):
            year = year or _year_of_films(folders[:depth], kind)
            hint = hint or _hint(name, kind)
        else:
            found, path = _as_folder(read(name)), "/".join(folders[:depth])
            role = found.role if role == "main" else role
            hint = hint or _hint(name, kind)
    hint = hint or _hint(library, kind)
    has_films = any(words.FILM_FOLDERS.fullmatch(name) for name in folders)
    if hint == "home" and has_films:
        hint = ""  # films for the family
    place = FolderFacts(
        path=path,
        parts=found,
        season=season,
        season_parts=_as_folder(read(season_title)) if season_title else None,
        role=role,
        is_disc=disc,
        is_medium=medium,
        part=part,
        hint=hint,
        is_category=not folders or is_category(folders[-1]),
        year=year,
        has_films=has_films,
    )
    return replace(place, outer=replace(place, **outer)) if outer else place


def _year_of_films(folders: tuple[str, ...], kind: LibraryKind) -> int | None:
    """Return the year of the last folder if it is a folder for the films of a year: `Films/1994`; else None."""
    around = folders[-2] if len(folders) > 1 else "films" if kind == "movies" else ""
    return int(folders[-1]) if _YEAR.fullmatch(folders[-1]) and words.FILM_FOLDERS.fullmatch(around) else None


def _is_title(folders: tuple[str, ...], *, has_season: bool) -> bool:
    """Return whether the last folder, with the name of a folder for extras, is a title: `TV/Extras/Season 1`."""
    is_first = len(folders) == 1 or (has_season and is_category(folders[-2]))
    return is_first and _AMBIGUOUS.fullmatch(folders[-1]) is not None


def _season_of(folder: NameParts, outer: str) -> int | None:
    """Return the number of a folder that has the name of the folder around it: `Don Matteo/Don Matteo 5`; else None."""
    head, _, number = fold_title(folder.title).rpartition(" ")
    return int(number) if number.isdecimal() and len(number) < 3 and head == fold_title(outer) else None


def _section(folders: tuple[str, ...]) -> int | None:
    """Return the number of the last folder if it is a section of the course around it; None for any other folder."""
    match = _SECTION.match(folders[-1])
    is_inside = any(not is_category(name) for name in folders[:-1])
    return int(match[1]) if match and is_inside else None


def _as_folder(parts: NameParts) -> NameParts:
    """Return the parts of a folder: a number alone belongs to its title, a range such as `101-120` does not."""
    if parts.evidence in {"dash", "number", "word"}:
        parts = replace(parts, series_title=parts.title)
    return replace(parts, series_title=_DUBBED.sub("", _RANGE.sub("", parts.series_title)))


def _hint(name: str, kind: LibraryKind) -> Literal["series", "home", ""]:
    """Return what the name of a folder says about its files. Lectures are home videos, except in a library for them."""
    text = re.sub(r"[._]", " ", name).strip()
    is_lecture = words.LECTURE_FOLDER.fullmatch(text) or words.COURSE.fullmatch(text)
    if words.HOME_FOLDER.fullmatch(text) or (is_lecture and kind != "educational"):
        return "home"
    return "series" if words.SERIES_FOLDERS.fullmatch(text) and not re.fullmatch("drama", text, re.IGNORECASE) else ""
