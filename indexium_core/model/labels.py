"""What a person decided, in a few words: the past tense, small letters, so that a face may put anything in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from indexium_core.model import wording

__all__ = [
    "brought_back",
    "changed",
    "edited",
    "learnt",
    "modes",
    "replaced",
    "sentence",
    "skipped",
    "spelt",
    "taken_back",
    "turned",
    "united",
    "without_placeholder",
]

_NAMED = 2  # people that a label names


def edited(number: int, people: Sequence[str]) -> str:
    """Return what an edit did."""
    files = wording.files(number)
    return f"edited the people of {files}" if people else f"took everybody out of {files}"


def changed(number: int, added: Mapping[str, int], removed: Mapping[str, int]) -> str:
    """Return what came into files and went from them, where these are few; numbers are files by name."""
    if not 0 < len(added) + len(removed) <= _NAMED:
        return f"edited the people of {wording.files(number)}"
    came = [f"added {name} to {wording.files(count)}" for name, count in added.items()]
    return ", ".join([*came, *(f"removed {name} from {wording.files(count)}" for name, count in removed.items())])


def learnt(number: int, names: Sequence[str]) -> str:
    """Return what the database learned from files."""
    if len(names) != 1:
        return f"told the database whom {wording.files(number)} name{'s' if number == 1 else ''}"
    return f"told the database that {names[0]} is in {wording.files(number)}"


def united(old: str, new: str) -> str:
    """Return what making two spellings one person did."""
    return f"made {old} one with {new}"


def spelt(number: int, name: str) -> str:
    """Return what putting a spelling right did."""
    return f"spelt {name} so in {wording.files(number)}"


def without_placeholder(number: int, name: str) -> str:
    """Return what the removal of a placeholder name did."""
    return f"removed the placeholder {name} from the plan of {wording.files(number)}"


def replaced(number: int, old: str, new: str) -> str:
    """Return what putting one person in another's place did."""
    return f"replaced {old} by {new} in {wording.files(number)}"


def skipped(number: int, until: datetime | None) -> str:
    """Return what a postponement did; the day is a local one."""
    if until is None:
        return f"skipped {wording.files(number)}"
    local = until.astimezone()
    return f"skipped {wording.files(number)} until {local.day} {local:%b %Y}"


def modes(number: int, people_mode: str | None, comment_mode: str | None) -> str:
    """Return what the choice of modes did."""
    people = {"merge": "merged the people of", "exact": "took exactly the database’s people for"}.get(people_mode or "")
    comment = {"preserve": "kept the other text of", "replace": "replaced the other text of"}.get(comment_mode or "")
    return " and ".join(part for part in (people, comment) if part) + f" {wording.files(number)}"


def brought_back(number: int) -> str:
    """Return what ending postponements did."""
    return f"brought back {wording.files(number)}"


def taken_back(decisions: int) -> str:
    """Return what revoking decisions did."""
    return f"took back {wording.plural(decisions, 'decision')}"


def sentence(label: str) -> str:
    """Return what was done as a whole sentence."""
    return f"{label[:1].upper()}{label[1:]}."


def turned(
    label: str, *, undone: bool, changed: int, left: int, gone: int, written: int, names_stay: bool = False
) -> str:
    """Return what became of a step that was undone or redone, in sentences."""
    said = [f"{'Undone' if undone else 'Done again'}: {label}."]
    if names_stay:
        said = [
            f"Not {'undone' if undone else 'done again'}: {label}. These people were changed otherwise since, and stay."
        ]
    elif left:
        them = (
            "was decided otherwise since and stays as it is"
            if left == 1
            else ("were decided otherwise since and stay as they are")
        )
        said.append(f"{wording.files(left)} {them}.")
    if gone:
        said.append(f"{wording.files(gone)} {'is' if gone == 1 else 'are'} not there any more.")
    if written and undone:
        stays = (
            "was written since: what is in it stays" if written == 1 else ("were written since: what is in them stays")
        )
        said.append(f"{wording.files(written)} {stays}, History can take it back.")
    if not changed and not left and not gone:
        said.append("No file was concerned.")
    return " ".join(said)
