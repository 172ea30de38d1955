"""
The one table of what is worth saying about a publication: risk, label, sentence and remedy of each code.

A row has the worst risk of its codes: safe if a file is new or ours, warning if an NFO file of others is edited or a
person has rolled the title back, danger if something of others would be lost, blocked if nothing can be written. A note
changes no risk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PUBLICATION_RISKS = ("safe", "warning", "danger", "blocked", "unchanged")
PUBLISHED_RISKS = ("safe", "warning", "danger")  # risks that a publication may have
# Codes that a person answers first → why a selection leaves the title out until then.
BY_HAND: Mapping[str, str] = {
    "drift": "changed since",
    "own_file_missing": "gone since",
    "rolled_back": "rolled back",
}
_SEVERITIES = ("note", "warning", "danger", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationCode:
    """One thing that is worth saying about a side file or about a title."""

    severity: str  # note, warning, danger, blocked
    label: str  # a few words for a chip
    message: str  # one or two sentences
    remedy: str = ""  # what the person can do


def _code(severity: str, label: str, message: str, remedy: str = "") -> PublicationCode:
    return PublicationCode(severity=severity, label=label, message=message, remedy=remedy)


# Within a severity, lists show the codes in this order.
PUBLICATION_CODES: Mapping[str, PublicationCode] = {
    "offline": _code("blocked", "offline", "The folder cannot be reached.", "Connect the drive, then look again."),
    "folder_not_writable": _code(
        "blocked",
        "read-only",
        "The folder cannot be written.",
        "Make the folder writable for your user, then look again.",
    ),
    "nfo_unreadable": _code(
        "blocked",
        "unreadable",
        "The NFO file cannot be edited.",
        "Correct the file, or replace it.",
    ),
    "not_replaceable": _code(
        "blocked",
        "not a plain file",
        "A file with this name cannot be replaced: it is a link, has several names, or cannot be read.",
        "Move it away, or give yourself the rights, then look again.",
    ),
    "picture_gone": _code(
        "blocked",
        "not in the cache",
        "The cache does not have this picture any more, so it cannot be restored.",
        "Select a picture of the title, then publish the title.",
    ),
    "name_taken": _code(
        "blocked",
        "name taken",
        "Another title has published a file with this name: its video has the same name.",
        "Rename one of the videos, then scan again.",
    ),
    "changed_repeatedly": _code(
        "blocked",
        "changed twice",
        "Another program changed this file twice within a day, so it is not published any more.",
        "Switch off the NFO saver of that program, then replace the file.",
    ),
    "drift": _code(
        "danger",
        "changed since",
        "Another program changed a file of ours.",
        "Look at the difference, then keep theirs or select the title.",
    ),
    "foreign_element_lost": _code(
        "danger",
        "loses elements",
        "Elements that other programs wrote would leave an NFO file.",
        "Look at the difference. Give the value by hand, or leave the title out.",
    ),
    "foreign_nfo_replaced": _code(
        "danger", "replaces a file", "The whole NFO file of another program would be replaced."
    ),
    "foreign_picture_replaced": _code(
        "danger", "replaces a picture", "A picture that is not ours would be replaced or removed."
    ),
    "own_file_removed": _code("danger", "removes a file", "A file that we published before would be removed."),
    "own_file_missing": _code(
        "warning",
        "gone",
        "A file that was published is gone, or empty.",
        "Restore it, leave it, or stop publishing it.",
    ),
    "rolled_back": _code(
        "warning",
        "rolled back",
        "The last publication of this title was rolled back.",
        "Look at what would be written. Select the title to publish it again.",
    ),
    "foreign_value_replaced": _code(
        "warning",
        "replaces a value",
        "A value by hand takes the place of one that other programs wrote.",
        "Look at the difference. Remove the value by hand if theirs is right.",
    ),
    "foreign_nfo_edited": _code(
        "warning", "edits a file", "An NFO file of others is edited; what does not change stays byte for byte."
    ),
    "versions_hidden": _code(
        "warning",
        "hides NFO files",
        "Players do not read the NFO files of the single versions of a film any more beside a new movie.nfo.",
        "Put each version into a folder of its own if their NFO files differ.",
    ),
    "released": _code("note", "not published", "You have stopped the publication of this file."),
    "two_extensions": _code(
        "note", "two extensions", "The folder has this picture twice, with two extensions. One of them stays."
    ),
    "locked_for_jellyfin": _code(
        "note", "locked", "Jellyfin will not read this: the NFO file locks the item (lockdata)."
    ),
    "saver_is_on": _code(
        "note",
        "Jellyfin writes here",
        "Jellyfin wrote the NFO file, so its own saver is on here: it writes the same file.",
    ),
    "picture_not_stored": _code(
        "note",
        "not downloaded",
        "A selected picture is not downloaded yet, so it is not written.",
        "Wait for the job that downloads pictures, or start it: indexium artwork list --download.",
    ),
    "no_own_folder": _code(
        "note", "no own folder", "The series has no folder of its own, so it gets no tvshow.nfo and no pictures."
    ),
    "local_picture_selected": _code(
        "note", "already there", "The selected picture is a file beside the media already."
    ),
}


def risk_of(codes: Iterable[str], *, has_changes: bool) -> str:
    """Return the risk of a row from the codes of its files. Without a file to write it is unchanged, or blocked."""
    severities = {PUBLICATION_CODES[code].severity for code in codes}
    if has_changes:
        severities.discard("blocked")
        worst = max(severities, key=_SEVERITIES.index, default="note")
        return "safe" if worst == "note" else worst
    return "blocked" if "blocked" in severities else "unchanged"


def in_order(codes: Iterable[str]) -> list[str]:
    """Return different codes, the most severe first."""
    found = set(codes)
    return sorted(
        (code for code in PUBLICATION_CODES if code in found),
        key=lambda code: -_SEVERITIES.index(PUBLICATION_CODES[code].severity),
    )
