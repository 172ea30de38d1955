"""
Checks: disagreements in what is known of people and files, what each finding is, and how it can be mended. Values only.

A finding is named by its kind and its subject, which stay the same as long as it is about the same thing. Its `facts`
are a digest of what was found: a finding that somebody said to be right comes back when they change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "AT_ONCE",
    "KINDS",
    "TITLES",
    "CheckFile",
    "CheckGroup",
    "CheckName",
    "CheckPage",
    "CheckRow",
    "Kind",
    "Resolution",
    "ResolutionReport",
]

Kind = Literal["copies", "differ", "spelling", "unknown", "placeholder", "single"]
KINDS: tuple[Kind, ...] = ("copies", "differ", "spelling", "unknown", "placeholder", "single")
AT_ONCE: tuple[Kind, ...] = ("differ", "unknown")  # all of whose findings can be settled at once
TITLES: dict[Kind, tuple[str, str]] = {  # kind → (title, what is listed)
    "copies": ("Copies differ", "Files with the same content that would not say the same people."),
    "differ": ("Database and file differ", "Files that name somebody whom the database does not have in them."),
    "spelling": ("Two spellings", "Names so alike that they may be one person."),
    "unknown": ("Unknown names", "Names in files that the database does not know."),
    "placeholder": ("Placeholder names", "Names that stand for nobody, such as “Unknown” for a skipped face."),
    "single": ("In one file only", "People who are in a single file: a guest, or a slip."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGroup:
    """All findings of one kind, in numbers."""

    kind: Kind
    title: str
    text: str  # a sentence: what is listed
    total: int  # findings that are open
    dismissed: int  # findings that somebody said to be right


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFile:
    """A file that a finding is about."""

    file_id: int
    file_name: str
    file_path: str
    folder: str  # below the root
    library: str
    people: tuple[str, ...]  # who will be in it
    named: tuple[str, ...]  # whom it names now
    known: tuple[str, ...]  # who is in it as the database knows
    is_planned: bool  # it is in the plan, be it unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckName:
    """A name that a finding is about."""

    name: str
    is_known: bool  # the database has a person of this spelling
    assigned: int  # files that have this person, as the database knows
    named: int  # files whose comment has this spelling
    files: int  # … either


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One way to settle a finding."""

    code: str  # of those of one finding: "add", "remove", "unite:Zoë Öz"
    label: str  # what a button says
    text: str  # what will happen, in numbers
    files: int  # files whose plan would change
    names: tuple[str, ...] = ()  # whom it adds or takes out
    asks: bool = False  # it concerns so much that one should be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One finding."""

    kind: Kind
    subject: str  # names it among those of its kind
    facts: int  # digest of what was found
    title: str  # what it is about
    text: str  # what disagrees, as a sentence
    files: tuple[CheckFile, ...]  # the first of the files concerned
    file_count: int  # how many there are
    names: tuple[CheckName, ...]  # the names concerned
    mends: tuple[Resolution, ...]
    query: str  # finds the files in the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """One page of findings."""

    items: list[CheckRow]
    total: int
    page: int  # from 1
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionReport:
    """What a mend did."""

    files: int  # files whose plan changed or may have
    text: str  # what was done, as a sentence
    step_id: int | None = None  # by which it can be undone; None: nothing had to be done
