"""Rows of the plan of publications in words: their files, the reason for their risk, and what is worth saying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexium_core.model import wording
from indexium_core.model.operations.outcomes import ACTION_WORDS
from indexium_core.model.publishing.risks import PUBLICATION_CODES
from indexium_core.model.publishing.subjects import VIDEO, name_of_type
from indexium_core.model.shapes import Shaped

if TYPE_CHECKING:
    from indexium_core.model.publishing.publication import PublicationItem, SideFilePlan

_FILES = 4  # of a row of the list; the others are counted
_OF_ONE_FILE = frozenset({"nfo_unreadable", "foreign_element_lost", "foreign_value_replaced"})  # a file says more
_REMARKS = 2  # of a row of the list
_FIELDS = 4  # that a sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFileChip(Shaped):
    """A side file, or some with one action, in a few words."""

    action: str
    name: str
    word: str  # what happens to it


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRemark(Shaped):
    """A sentence about a title, with its severity."""

    level: str
    text: str


def chip(file: SideFilePlan) -> SideFileChip:
    """Return a side file in a few words."""
    return SideFileChip(action=file.action, name=file.name, word=file.word)


def chips(item: PublicationItem) -> list[SideFileChip]:
    """Return the files of a title, those that change first: the first ones by name, the others as numbers."""
    ordered = sorted(item.files, key=lambda each: each.action in ("unchanged", "blocked"))
    shown = ordered if len(ordered) == sum(item.action_counts.values()) <= _FILES + 1 else ordered[:_FILES]
    left = dict(item.action_counts)
    for each in shown:
        left[each.action] -= 1
    more = [
        SideFileChip(action=name, name=f"{wording.count(left[name])} more", word=word)
        for name, word in ACTION_WORDS.items()
        if left.get(name)
    ]
    return [*map(chip, shown), *more]


def about(item: PublicationItem) -> str:
    """Return the kind of a title in words: of a series, with the number of its parts."""
    if item.entity_type == "series":
        return f"series, {wording.plural(item.members - 1, 'part')}" if item.members > 1 else "series"
    return "" if item.entity_type in ("movie", VIDEO) else name_of_type(item.entity_type)


def reason(item: PublicationItem) -> str:
    """Return the reason for the risk in a few words: the only one, or the number of reasons."""
    grave = [code for code in item.codes if PUBLICATION_CODES[code].severity == item.risk]
    if len(grave) == 1:
        return PUBLICATION_CODES[grave[0]].label
    if grave:
        return f"{len(grave)} reasons"
    if item.risk != "safe":
        return item.risk
    counts = {name: number for name, number in item.action_counts.items() if number and name != "unchanged"}
    if counts.keys() - {"create"}:
        return "ours"
    return "new file" if counts.get("create") == 1 else "new files"


def why(item: PublicationItem) -> str:
    """Return the sentences of the reasons for the risk, one a line."""
    return "\n".join(
        PUBLICATION_CODES[code].message for code in item.codes if PUBLICATION_CODES[code].severity == item.risk
    )


def remarks(item: PublicationItem) -> list[PublicationRemark]:
    """Return the most important sentences about a title; what its files or its risk say is left out."""
    found = [
        PublicationRemark(level=PUBLICATION_CODES[code].severity, text=text)
        for code in item.codes
        for text in [_remark(code, item.files)]
        if text
    ]
    return found[:_REMARKS]


def _remark(code: str, files: Sequence[SideFilePlan]) -> str:
    own = next((each for each in files if code in each.codes), None)
    if code == "drift":
        return changed_since(own) if own else ""
    if code in ("foreign_nfo_edited", "own_file_removed"):
        return ""
    if code in _OF_ONE_FILE and own and own.message:
        return f"{own.name}: {own.message}"
    return PUBLICATION_CODES[code].message


def changed_since(file: SideFilePlan) -> str:
    """Return who changed a file of ours, as a sentence."""
    fields = [each.replace("_", " ") for each in file.changed_fields]
    what = f": {', '.join(fields[:_FIELDS])}" if fields else ""
    return f"{file.name} was changed by {file.writer or 'another program'} since the last publication{what}."
