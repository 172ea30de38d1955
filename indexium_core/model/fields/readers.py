"""
What other programs show: which part of a comment, and the names of the other fields.

`TABLE` has the comment by program and container. Each entry has its basis: measured with the program
(`tests/support/readers.py`), read in its public source, stated by its maker, or reported by users. Without a basis, the
entry is "not known". The names of the other fields are measurements in the table of places (`places`).
`docs/readers.md` has the same tables with sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.model.fields.field import PHOTO_CONTAINERS, Field

# Groups of containers that programs treat alike.
CONTAINERS: Mapping[str, tuple[str, ...]] = {
    "MP4, M4V, 3GP": ("mp4", "3gp"),
    "MOV": ("mov",),
    "MKV, WebM": ("matroska", "webm"),
    "AVI": ("avi",),
    "WMV, ASF": ("asf",),
    "FLV": ("flv",),
    "OGV, OGG": ("ogg",),
    "JPEG, PNG, TIFF, WebP, HEIC": PHOTO_CONTAINERS,
}
_GROUP_OF = {name: group for group, names in CONTAINERS.items() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a program shows the comment of a container."""

    shows: str  # comment; plot: if the video has no overview; ascii: comment if it is plain ASCII; nothing; unknown
    label: str = ""  # the label in the program
    hint: str = ""  # the condition or the option under which the program shows it
    basis: str = ""  # measured, source, stated, reported; "" if unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The text that one program shows for one file."""

    program: str
    shows: str  # as in `Rule`; `garbled` if the text of an AVI is not plain ASCII
    field: str  # the label in the program, "" if it shows nothing
    text: str  # for display
    basis: str  # as in `Rule`; "" if unknown


def _everywhere(rule: Rule, **others: Rule) -> Mapping[str, Rule]:
    """Return a rule for each group of containers; `others` has exceptions by the first container of a group."""
    return {group: others.get(names[0], rule) for group, names in CONTAINERS.items()}


_PLOT = Rule(shows="plot", label="Overview", hint="if it has no overview", basis="source")
_NO_TAGS = Rule(shows="nothing", hint="it reads no tags of such files", basis="measured")
_NO_COMMENT = Rule(shows="nothing", hint="it reads other tags, not this one", basis="measured")
_VLC = Rule(shows="comment", label="Comments", hint="in Media Information", basis="source")
_NOT_KNOWN = Rule(shows="unknown")
_NO_XMP = Rule(shows="nothing", hint="it does not show the people of a photo", basis="measured")
_OWN_NOTE = Rule(shows="nothing", hint="the comment in Get Info is a note of its own", basis="stated")

TABLE: Mapping[str, Mapping[str, Rule]] = {
    "Jellyfin": _everywhere(_PLOT, jpeg=_NOT_KNOWN),
    "Kodi": _everywhere(_NO_TAGS, mp4=_NO_COMMENT, jpeg=_NOT_KNOWN),
    "VLC": _everywhere(
        _VLC, jpeg=_NOT_KNOWN, avi=Rule(shows="ascii", label="Comments", hint="in Media Information", basis="source")
    ),
    "macOS Finder": _everywhere(_OWN_NOTE, jpeg=_NOT_KNOWN),
    "Windows Explorer": _everywhere(
        _NOT_KNOWN,
        mp4=Rule(shows="comment", label="Comments", hint="in Properties, Details", basis="reported"),
    ),
    "MediaInfo": _everywhere(
        Rule(shows="comment", label="Comment", basis="measured"),
        avi=Rule(shows="ascii", label="Comment", basis="measured"),
        asf=Rule(shows="comment", label="Description", basis="measured"),
        ogg=Rule(shows="comment", label="Description", basis="measured"),
        jpeg=_NO_XMP,
    ),
    "ExifTool": _everywhere(
        Rule(shows="comment", label="Comment", basis="measured"),
        matroska=Rule(shows="comment", label="Comment", hint="behind the media only with -ee", basis="measured"),
        avi=Rule(shows="ascii", label="Comment", hint="others with -charset RIFF=UTF8", basis="measured"),
        asf=Rule(shows="comment", label="Description", basis="measured"),
        ogg=Rule(shows="comment", label="Description", basis="measured"),
        jpeg=Rule(shows="comment", label="PersonInImage", basis="measured"),
    ),
    "ffprobe": _everywhere(
        Rule(shows="comment", label="comment", basis="measured"),
        ogg=Rule(shows="comment", label="comment", hint="as a tag of the stream", basis="measured"),
        jpeg=_NO_XMP,
    ),
}

# The containers whose comment Jellyfin does not show as the plot.
WITHOUT_PLOT = [
    name for group, names in CONTAINERS.items() for name in names if TABLE["Jellyfin"][group].shows != "plot"
]
# The FFmpeg names of tags that Jellyfin prefers to the comment.
_BEFORE_COMMENT = ("synopsis", "description", "desc")
_APPLE_KEY = "com.apple.quicktime.comment"


def readings(
    container: str,
    comment: str | None,
    *,
    tags: Mapping[str, str] | None = None,
    places: Collection[str] = (),
) -> list[Reading]:
    """
    Return what each program shows for a file with a comment.

    Args:
        container: The container of the file.
        comment: The current or planned comment; None for no comment.
        tags: The other tags of the container, by their FFmpeg names.
        places: The places of the comments of the file (`FieldValue.where`).

    """
    group = _GROUP_OF.get(container)
    if group is None:
        return []
    if comment is None or not comment.strip():
        none = "no comment: the file has none"
        return [_nothing(program, rules[group].basis, none) for program, rules in TABLE.items()]
    return [_reading(program, rules[group], comment, tags or {}, places) for program, rules in TABLE.items()]


def _reading(program: str, rule: Rule, comment: str, tags: Mapping[str, str], places: Collection[str]) -> Reading:
    if rule.shows == "unknown":
        return Reading(program=program, shows="unknown", field="", text="not known", basis="")
    if rule.shows == "nothing":
        return _nothing(program, rule.basis, f"no comment: {rule.hint}")
    if rule.shows == "plot":
        return _plot(program, rule, tags, places)
    if rule.shows == "ascii" and not comment.isascii():
        text = f"as {rule.label}, garbled: it does not read the text as UTF-8"
        return Reading(program=program, shows="garbled", field=rule.label, text=text, basis=rule.basis)
    hint = "" if rule.shows == "ascii" and program == "ExifTool" else rule.hint
    text = f"as {rule.label}" + (f", {hint}" if hint else "")
    return Reading(program=program, shows="comment", field=rule.label, text=text, basis=rule.basis)


def _plot(program: str, rule: Rule, tags: Mapping[str, str], places: Collection[str]) -> Reading:
    """Return the text that Jellyfin shows: the first of four tags, if the video has no overview."""
    named = {name.lower(): value for name, value in tags.items()}
    first = next((name for name in _BEFORE_COMMENT if named.get(name, "").strip()), "")
    if first:
        return _nothing(program, rule.basis, f"no comment: it shows the tag {first} of the file instead")
    if places and all(place.lower().endswith(_APPLE_KEY) for place in places):
        return _nothing(program, rule.basis, f"no comment: it does not know the name {_APPLE_KEY}")
    text = "as the plot, " + rule.hint
    return Reading(program=program, shows="plot", field=rule.label, text=text, basis=rule.basis)


def _nothing(program: str, basis: str, text: str) -> Reading:
    return Reading(program=program, shows="nothing", field="", text=text, basis=basis)


# The other fields

MEASURED = ("ExifTool", "MediaInfo", "ffprobe", "Kodi")  # programs
UNMEASURED = ("Jellyfin", "VLC", "macOS Finder", "Windows Explorer", "Plex", "digiKam", "Lightroom")
_CONDITIONS = {"Kodi": "Kodi shows fields only of an .mp4, with “Use video tags” on."}
_FIRST_OF_GROUP = {name: names[0] for names in CONTAINERS.values() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """What one program shows of a field."""

    program: str
    name: str  # the name of the field in the program; "" if the program does not show it, or if this is not known
    basis: str  # measured; "" if it is not known


def shown_in(field: Field, container: str) -> list[ShownField]:
    """Return what each program shows of a field in files of a container; nothing if it has no place there."""
    if container not in field.places:
        return []
    return [
        *(_shown(program, field.stored.programs.get(program, {}), container) for program in MEASURED),
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
