"""
Checks: inconsistencies between the database, the files and the plan, and the ways to resolve them. Values only.

The kind and the subject identify a finding, and they stay the same as long as it concerns the same subject. `facts` is
a digest of the data of a finding: when this digest changes, an ignored finding opens again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexium_core.model.files.properties import Value, display_value
from indexium_core.model.shapes import ListPage, Shaped

Kind = Literal[
    "copies",
    "differ",
    "faces",
    "spelling",
    "unknown",
    "ambiguous_person",
    "placeholder",
    "single",
    "corruption",
    "same_name",
    "other_recording",
    "copied_people",
    "several_files",
    "shared_id",
]
KINDS: tuple[Kind, ...] = (
    "copies",
    "differ",
    "faces",
    "spelling",
    "unknown",
    "ambiguous_person",
    "placeholder",
    "single",
    "corruption",
    "same_name",
    "other_recording",
    "copied_people",
    "several_files",
    "shared_id",
)
BULK_KINDS: tuple[Kind, ...] = (
    "differ",
    "faces",
    "unknown",
    "other_recording",
)  # one action can resolve all findings of these kinds
TITLES: dict[Kind, tuple[str, str]] = {  # kind → (title, description)
    "copies": ("Copies differ", "Files with the same content that would not have the same people."),
    "differ": ("Database and file differ", "Files that name people that the database does not assign to them."),
    "faces": ("Faces in photos", "Photos with a named face of a person who is not among their people."),
    "ambiguous_person": ("Ambiguous names", "Names in files that match several people; none of them is assigned."),
    "spelling": ("Two spellings", "Similar names that may be one person."),
    "unknown": ("Unknown names", "Names in files that the database does not have."),
    "placeholder": ("Placeholder names", "Names that are not people, such as “Unknown” for a skipped face."),
    "single": ("In one file only", "People who are in a single file: a guest, or an error."),
    "corruption": ("Silent corruption", "Files whose media changed although their size and modification time did not."),
    "same_name": ("Same file name", "Files of the old Indexium that are not here; one file here has the same name."),
    "other_recording": (
        "Another recording",
        "Files that may be a missing recording with people or decisions: they have its path, its look or its length.",
    ),
    "copied_people": ("Copied people", "Files with people whom an earlier version took from another recording."),
    "several_files": (
        "One title, several files",
        "Films and episodes with several files that are no parts and no editions.",
    ),
    "shared_id": ("Several titles, one id", "Films or series of one library that have the same id at a provider."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGroup:
    """The number of findings of one kind."""

    kind: Kind
    title: str
    text: str  # description, one sentence
    total: int  # open findings
    dismissed: int  # ignored findings
    at_once: int  # open findings that `resolve_all` resolves


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFile(Shaped):
    """A file that a finding concerns."""

    shape = "file_id file_name file_path folder library people named known is_planned risk resolution duration size"

    file_id: int
    file_name: str
    file_path: str
    folder: str  # relative to the library folder
    library: str
    people: list[str]  # after the planned write
    named: list[str]  # in the file's comment now
    known: list[str]  # assigned in the database
    risk: str | None  # risk level in the plan; None: the file is not in the plan
    faces: list[str]  # names of face regions in a photo
    resolution: str | None = None  # 1920x1080
    duration: float | None = None  # seconds
    size: int = 0  # bytes

    @property
    def is_planned(self) -> bool:
        """Whether the file is in the plan, changed or unchanged."""
        return self.risk is not None

    @property
    def media(self) -> str:
        """Resolution, size and duration: `1920 × 1080, 2.1 GB, 1:43:10`."""
        facts: tuple[tuple[str, Value], ...] = (
            ("resolution", self.resolution),
            ("size", self.size),
            ("duration", self.duration),
        )
        return ", ".join(display_value(name, value) for name, value in facts if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckName(Shaped):
    """A name that a finding concerns."""

    shape = "name is_known assigned named files"

    name: str
    is_known: bool  # the database has a person with this spelling
    assigned: int  # files that have this person in the database
    named: int  # files whose comment has this spelling
    files: int  # files for which one of the two applies
    first: list[int]  # the ids of the first of these files


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A possible resolution of a finding."""

    code: str  # unique within the finding: "add", "remove", "unite:Zoë Öz"
    label: str  # text of the button
    text: str  # the effect, with numbers
    files: int  # files whose plan would change
    names: tuple[str, ...] = ()  # people that the resolution adds or removes
    asks: bool = False  # the interface asks for confirmation, because many files are concerned


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow(Shaped):
    """One finding."""

    shape = "kind subject facts title text files file_count names mends=resolutions query"

    kind: Kind
    subject: str  # identifies the finding within its kind
    facts: int  # digest of the data of the finding
    title: str
    text: str  # the inconsistency, as a sentence
    files: tuple[CheckFile, ...]  # the first files concerned
    file_count: int  # all files concerned
    names: tuple[CheckName, ...]
    resolutions: tuple[Resolution, ...]
    query: str  # search that finds the files in the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage(ListPage):
    """One page of findings."""

    items: list[CheckRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionReport:
    """The result of resolving findings."""

    files: int  # files whose plan may have changed
    text: str  # the change, as a sentence
    step_id: int | None = None  # the review step that undoes it; None: nothing had to change
