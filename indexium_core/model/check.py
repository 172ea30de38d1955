"""
Checks: inconsistencies between the database, the files and the plan, and the ways to resolve them. Values only.

The kind and the subject identify a finding, and they stay the same as long as it concerns the same subject. `facts` is
a digest of the data of a finding: when this digest changes, an ignored finding opens again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from indexium_core.model import wording
from indexium_core.model.files.properties import Value, display_value
from indexium_core.model.people import people_comment
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
_OF_FILES = ("differ", "faces", "corruption", "other_recording", "copied_people")  # findings about one file each
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
    def place(self) -> str:
        """The folder in words: `Family / 2019`; the library for a file at its root."""
        return self.folder.replace("/", " / ") or self.library

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
class CheckTag:
    """A name of a finding, or what tells one of its files from the others."""

    name: str
    differs: bool = False  # it is not the same everywhere
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedNames:
    """The people of a file at one place, such as the comment."""

    label: str  # the place; "" if there is only one
    tags: list[CheckTag]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFile:
    """A file of a finding, with what is compared."""

    file_name: str
    file_path: str
    place: str
    media: str  # if the files are compared by it
    names: list[ComparedNames]


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

    @property
    def shown_title(self) -> str:
        """What a list calls the finding."""
        return self.names[0].name if self.kind == "spelling" else self.title

    @property
    def is_of_file(self) -> bool:
        """Whether the title is the name of a file."""
        return self.kind in (*_OF_FILES, "copies", "same_name")

    @property
    def is_counted(self) -> bool:
        """Whether the number of files tells something: a finding may be about one file."""
        return self.kind not in (*_OF_FILES, "ambiguous_person", "same_name")

    @property
    def below(self) -> str:
        """The second line of a list: the place or the reason."""
        if self.kind == "same_name":
            return self.subject
        if self.kind in (*_OF_FILES, "copies"):
            return self.files[0].place
        if self.kind == "spelling":
            return self.text
        first = self.files[0].file_name if self.files else ""
        return f"{first} and {wording.count(self.file_count - 1)} more" if self.file_count > 1 else first

    @property
    def tags(self) -> list[CheckTag]:
        """The names of the finding, first those that differ."""
        meant = self.resolutions[0].names if self.resolutions else ()
        odd = {people_comment.person_key(name) for name in meant}
        match self.kind:
            case "spelling":
                return [CheckTag(name=each.name, note=wording.count(each.files)) for each in self.names]
            case "same_name" | "other_recording" | "copied_people":
                return _marked(meant, odd)
            case "differ" | "faces":
                others = self.files[0].known if self.kind == "differ" else self.files[0].people
                return _marked((*meant, *others), odd)
            case "several_files":
                return [CheckTag(name=each.media) for each in self.files]
            case "copies":
                everywhere = [each for each in self.files[0].people if people_comment.person_key(each) not in odd]
                return _marked((*meant, *everywhere), odd)
            case _:
                return []

    @property
    def compared(self) -> list[ComparedFile]:
        """The first files, with the names that are compared in each."""
        odd = {people_comment.person_key(name) for each in self.resolutions for name in each.names} | {
            people_comment.person_key(each.name) for each in self.names
        }
        return [
            ComparedFile(
                file_name=each.file_name,
                file_path=each.file_path,
                place=each.place,
                media=each.media if self.kind == "several_files" else "",
                names=[ComparedNames(label=label, tags=_marked(names, odd)) for label, names in self._lists(each)],
            )
            for each in self.files
        ]

    def _lists(self, file: CheckFile) -> list[tuple[str, list[str]]]:
        """Return the lists of names of a file, with the label of each."""
        if self.kind in ("several_files", "shared_id"):
            return []
        if self.kind in ("differ", "ambiguous_person"):
            return [("in the file", file.named), ("in the database", file.known)]
        if self.kind in ("spelling", "unknown", "placeholder") and file.named and file.named != file.people:
            return [("now", file.named), ("after the write", file.people)]
        return [("", file.people)]


def _marked(names: Iterable[str], odd: Collection[str]) -> list[CheckTag]:
    return [CheckTag(name=each, differs=people_comment.person_key(each) in odd) for each in names]


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
