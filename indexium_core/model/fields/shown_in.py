"""
Who shows a field: the names of each field in other programs, by container.

An entry is a measurement: `tests/integration/test_field_readers.py` writes all fields into a file of each container,
and reads them with MediaInfo, ExifTool and ffprobe. Kodi 20.1 was measured by hand. `UNMEASURED` are programs without
a measurement. `docs/readers.md` has the same tables. What programs show of the comment is in `model.files.readers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexium_core.model.fields.field import Field
from indexium_core.model.fields.readers import CONTAINERS

UNMEASURED = ("Jellyfin", "VLC", "macOS Finder", "Windows Explorer", "Plex", "digiKam", "Lightroom")
_CONDITIONS = {"Kodi": "Kodi shows fields only of an .mp4, with “Use video tags” on."}
_FIRST_OF_GROUP = {name: names[0] for names in CONTAINERS.values() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """What one program shows of a field."""

    program: str
    name: str  # the name of the field in the program; "" if the program does not show it, or if this is not known
    basis: str  # measured; "" if it is not known


def _named(name: str, **others: str) -> Mapping[str, str]:
    """Return a name in every group of containers; `others` has exceptions by the first container of a group."""
    return {names[0]: others.get(names[0], name) for names in CONTAINERS.values()}


def _in_kodi(name: str = "") -> Mapping[str, str]:
    """Return the name for MP4, of which Kodi reads tags; it reads none of other videos, and photos were not tried."""
    return {container: shown for container, shown in _named("", mp4=name).items() if container != "jpeg"}


# Program → key of the field → first container of a group → name in the program; "" if it does not show the field. A
# field without a place in a container is not shown; its name does not count.
MEASURED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "ExifTool": {
        "title": _named("Title"),
        "description": _named("Description", avi="Subject"),
        "date": _named(
            "ContentCreateDate",
            matroska="DateReleased",
            avi="DateCreated",
            asf="OriginalReleaseTime",
            flv="Date",
            ogg="Date",
        ),
        "creation_time": _named(
            "CreateDate",
            matroska="DateTimeOriginal",
            asf="CreationDate",
            jpeg="DateTimeOriginal or DateCreated",  # of EXIF, or of XMP
        ),
        "genre": _named("Genre"),
        "rating": _named("UserRating", matroska="Rating", asf="SharedUserRating", jpeg="Rating"),
        "show": _named("TVShow", matroska="Title"),
        "season": _named("TVSeason", matroska="PartNumber"),
        "episode": _named("TVEpisode", matroska="PartNumber"),
        "artist": _named("Artist", asf="Author", jpeg="Creator"),
        "copyright": _named("Copyright", jpeg="Rights"),
        "keywords": _named("Keywords", mp4="Keyword", asf="Category", jpeg="Subject"),
        "location": _named("GPSCoordinates", matroska="RecordingLocation", ogg="Location", jpeg="City"),
    },
    "MediaInfo": {
        "title": _named("Title", jpeg=""),
        "description": _named("Description", avi="Subject", flv="description", jpeg=""),
        "date": _named("Recorded_Date", matroska="Released_Date", asf="Original_Released_Date", flv="date"),
        "creation_time": _named("Encoded_Date", jpeg=""),
        "genre": _named("Genre", matroska="GENRE", flv="genre"),
        "rating": _named("com_apple_quicktime_rating_user", matroska="RATING", asf="WM_SharedUserRating", jpeg=""),
        "show": _named("Collection", matroska=""),
        "season": _named("Season", matroska=""),
        "episode": _named("Part", matroska="Track_Position"),
        "artist": _named("Performer", matroska="ARTIST", avi="Director", flv="artist", jpeg=""),
        "copyright": _named("Copyright", flv="copyright", jpeg=""),
        "keywords": _named(
            "Keyword",
            mov="com_apple_quicktime_keywords",
            matroska="KEYWORDS",
            avi="Keywords",
            asf="WM_Category",
            flv="keywords",
            jpeg="",
        ),
        "location": _named("xyz", matroska="RECORDING_LOCATION", ogg="Recorded_Location", jpeg=""),
    },
    "ffprobe": {
        "title": _named("title", ogg="TITLE", jpeg=""),
        "description": _named(
            "description",
            mov="com.apple.quicktime.description",
            matroska="DESCRIPTION",
            avi="subject",
            jpeg="",
        ),
        "date": _named("date", matroska="DATE_RELEASED", asf="WM/OriginalReleaseTime", ogg="DATE"),
        "creation_time": _named("creation_time", asf="", jpeg=""),
        "genre": _named("genre", matroska="GENRE", ogg="GENRE"),
        "rating": _named("com.apple.quicktime.rating.user", matroska="RATING", asf="WM/SharedUserRating", jpeg=""),
        "show": _named("show", matroska="COLLECTION/TITLE"),
        "season": _named("season_number", matroska="SEASON/PART_NUMBER"),
        "episode": _named("episode_sort", matroska="track"),
        "artist": _named("artist", matroska="ARTIST", ogg="ARTIST", jpeg=""),
        "copyright": _named("copyright", matroska="COPYRIGHT", ogg="COPYRIGHT", jpeg=""),
        "keywords": _named(
            "keywords",
            mov="com.apple.quicktime.keywords",
            matroska="KEYWORDS",
            avi="IKEY",
            asf="WM/Category",
            jpeg="",
        ),
        "location": _named("location", matroska="RECORDING_LOCATION", ogg="LOCATION", jpeg=""),
    },
    "Kodi": {
        "title": _in_kodi("title"),
        "description": _in_kodi("plot outline"),
        "date": _in_kodi("year"),
        "creation_time": _in_kodi(),
        "genre": _in_kodi("genre"),
        "rating": _in_kodi(),
        "show": _in_kodi(),
        "season": _in_kodi(),
        "episode": _in_kodi(),
        "artist": _in_kodi(),
        "copyright": _in_kodi(),
        "keywords": _in_kodi(),
        "location": _in_kodi(),
    },
}


def shown_in(field: Field, container: str) -> list[ShownField]:
    """Return what each program shows of a field in files of a container; nothing if it has no place there."""
    if container not in field.places:
        return []
    return [
        *(_shown(program, names.get(field.key, {}), container) for program, names in MEASURED.items()),
        *(ShownField(program=program, name="", basis="") for program in UNMEASURED),
    ]


def _shown(program: str, names: Mapping[str, str], container: str) -> ShownField:
    name = names.get(_FIRST_OF_GROUP.get(container, ""))
    return ShownField(program=program, name=name or "", basis="" if name is None else "measured")


def in_words(shown: Sequence[ShownField]) -> str:
    """
    Return what the measured programs show of a field: `Title (ExifTool, MediaInfo), year (Kodi); not in ffprobe`.

    "not measured" if there is no measurement.
    """
    names: dict[str, tuple[str, list[str]]] = {}
    for each in shown:
        if each.name:
            names.setdefault(each.name.lower(), (each.name, []))[1].append(each.program)
    without = [each.program for each in shown if each.basis and not each.name]
    listed = ", ".join(f"{name} ({', '.join(programs)})" for name, programs in names.values())
    parts = [listed] if listed else []
    parts += [f"not in {', '.join(without)}"] if without else []
    return "; ".join(parts) or "not measured"


def note_on(shown: Sequence[ShownField]) -> str:
    """Return the conditions under which programs show fields, and the programs that were not measured."""
    conditions = dict.fromkeys(_CONDITIONS[each.program] for each in shown if each.name and each.program in _CONDITIONS)
    unmeasured = dict.fromkeys(each.program for each in shown if not each.basis)
    return " ".join([*conditions, *([f"Not measured: {', '.join(unmeasured)}."] if unmeasured else [])])
