"""
What other programs show of a file's comment: one table of programs and containers, read for one file.

Each entry says on what it rests: measured here with the program itself (`tests/support/readers.py`), read in its public
source, stated by its maker, or reported by others. What nobody has looked up is not known, and is called so.
`docs/readers.md` has the same table with the sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

__all__ = ["CONTAINERS", "PROGRAMS", "TABLE", "Reading", "Rule", "readings"]

# Containers that programs treat alike, by the name of their group.
CONTAINERS: Mapping[str, tuple[str, ...]] = {
    "MP4, M4V, 3GP": ("mp4", "3gp"),
    "MOV": ("mov",),
    "MKV, WebM": ("matroska", "webm"),
    "AVI": ("avi",),
    "WMV, ASF": ("asf",),
    "FLV": ("flv",),
    "OGV, OGG": ("ogg",),
}
_GROUP_OF = {name: group for group, names in CONTAINERS.items() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a program does with the comment of a container."""

    shows: str  # comment; plot: where no overview exists; ascii: comment if it is plain ASCII; nothing; unknown
    field: str = ""  # what the program calls it
    hint: str = ""  # when, or with what option
    basis: str = ""  # measured, source, stated, reported; "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one program will show for one file."""

    program: str
    shows: str  # as in `Rule`; `garbled` where an AVI's text is not plain ASCII
    field: str  # what the program calls it, "" where it shows nothing
    text: str  # in a few words, for a person
    basis: str  # as in `Rule`; "" where it is not known


def _everywhere(rule: Rule, **others: Rule) -> Mapping[str, Rule]:
    """Return a rule for each group of containers; `others` by the first of the group's names."""
    return {group: others.get(names[0], rule) for group, names in CONTAINERS.items()}


_PLOT = Rule(shows="plot", field="Overview", hint="where it has no overview", basis="source")
_NO_TAGS = Rule(shows="nothing", hint="it reads no tags of such files", basis="source")
_NO_COMMENT = Rule(shows="nothing", hint="it reads other tags, not this one", basis="source")
_VLC = Rule(shows="comment", field="Comments", hint="in Media Information", basis="source")
_NOT_KNOWN = Rule(shows="unknown")
_OWN_NOTE = Rule(shows="nothing", hint="the comment in Get Info is a note of its own", basis="stated")

TABLE: Mapping[str, Mapping[str, Rule]] = {
    "Jellyfin": _everywhere(_PLOT),
    "Kodi": _everywhere(_NO_TAGS, mp4=_NO_COMMENT, matroska=_NO_COMMENT, avi=_NO_COMMENT),
    "VLC": _everywhere(_VLC, avi=Rule(shows="ascii", field="Comments", hint="in Media Information", basis="source")),
    "macOS Finder": _everywhere(_OWN_NOTE),
    "Windows Explorer": _everywhere(
        _NOT_KNOWN,
        mp4=Rule(shows="comment", field="Comments", hint="in Properties, Details", basis="reported"),
    ),
    "MediaInfo": _everywhere(
        Rule(shows="comment", field="Comment", basis="measured"),
        avi=Rule(shows="ascii", field="Comment", basis="measured"),
        asf=Rule(shows="comment", field="Description", basis="measured"),
        ogg=Rule(shows="comment", field="Description", basis="measured"),
    ),
    "ExifTool": _everywhere(
        Rule(shows="comment", field="Comment", basis="measured"),
        matroska=Rule(shows="comment", field="Comment", hint="behind the media only with -ee", basis="measured"),
        avi=Rule(shows="ascii", field="Comment", hint="others with -charset RIFF=UTF8", basis="measured"),
        asf=Rule(shows="comment", field="Description", basis="measured"),
        ogg=Rule(shows="comment", field="Description", basis="measured"),
    ),
    "ffprobe": _everywhere(
        Rule(shows="comment", field="comment", basis="measured"),
        ogg=Rule(shows="comment", field="comment", hint="as a tag of the stream", basis="measured"),
    ),
}
PROGRAMS = tuple(TABLE)

# Tags that Jellyfin prefers to the comment, as FFmpeg calls them.
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
    Return what each program will show for a file whose comment is `comment`.

    Args:
        container: What the file is.
        comment: What its comment is, or is to be; None where it has none.
        tags: The container's other tags, as FFmpeg's libraries call them.
        places: Where the file's comments lie, as `FieldValue.where` says it.

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
        text = f"as {rule.field}, garbled: it does not take the letters for UTF-8"
        return Reading(program=program, shows="garbled", field=rule.field, text=text, basis=rule.basis)
    hint = "" if rule.shows == "ascii" and program == "ExifTool" else rule.hint
    text = f"as {rule.field}" + (f", {hint}" if hint else "")
    return Reading(program=program, shows="comment", field=rule.field, text=text, basis=rule.basis)


def _plot(program: str, rule: Rule, tags: Mapping[str, str], places: Collection[str]) -> Reading:
    """Return what Jellyfin does: the first of four tags becomes the overview of a film that has none."""
    named = {name.lower(): value for name, value in tags.items()}
    first = next((name for name in _BEFORE_COMMENT if named.get(name, "").strip()), "")
    if first:
        return _nothing(program, rule.basis, f"no comment: the file's own {first} comes first")
    if places and all(place.lower().endswith(_APPLE_KEY) for place in places):
        return _nothing(program, rule.basis, f"no comment: it does not know the name {_APPLE_KEY}")
    text = "as the plot, " + rule.hint
    return Reading(program=program, shows="plot", field=rule.field, text=text, basis=rule.basis)


def _nothing(program: str, basis: str, text: str) -> Reading:
    return Reading(program=program, shows="nothing", field="", text=text, basis=basis)
