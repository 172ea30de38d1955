"""Values about persons: how a person is shown, and the result of a change of persons."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexium_core import errors
from indexium_core.model.people import people_comment
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.pictures import picture_version
from indexium_core.model.shapes import ListPage

_MAX_QUALIFIER_LENGTH = 100  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """The result of a change of persons, or its preview."""

    text: str  # the effect, as a sentence; "" if nothing changes
    files: int = 0  # files whose people or comments the change concerns
    comments: int = 0  # files whose comment the next write corrects
    step_id: int | None = None  # the review step that undo reverts; None: a preview, or nothing changed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPeople:
    """The result of a removal of people from files."""

    removed: int  # assignments; of an edit of only the named files, people of files
    copies: int = 0  # copies of the named files, from which the people are removed, too
    copy_files: list[FileCopy] = field(default_factory=list)  # these copies by path, the first 1,000
    step_id: int | None = None  # the step of an edit of only the named files; None: assignments


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """A person with the numbers of the present files, and the file of the picture."""

    person_id: int
    name: str
    qualifier: str  # tells people with one name apart; "" for none
    aliases: tuple[str, ...]  # other spellings of the name
    files: int  # present files that have the person
    first_year: int | None  # of the last change of these files; None without files
    last_year: int | None
    picture_id: int | None  # the file of the picture; None: no file has one
    picture_hash: str | None
    picture_mtime_ns: int | None

    @property
    def label(self) -> str:
        """The name with the qualifier: `Ann Lee (aunt)`."""
        return label(self.name, self.qualifier)

    @property
    def other_names(self) -> list[str]:
        """The aliases other than the name."""
        return [alias for alias in self.aliases if alias != self.name]

    @property
    def years(self) -> str:
        """The years of the files: `2019–2021`, `2020`; "" without files."""
        if self.first_year is None:
            return ""
        return str(self.first_year) if self.first_year == self.last_year else f"{self.first_year}–{self.last_year}"

    @property
    def picture_version(self) -> str:
        """A text that changes with the picture; "" without one."""
        return picture_version(self.picture_hash, self.picture_mtime_ns or 0) if self.picture_id is not None else ""

    def is_called(self, text: str) -> bool:
        """Return whether a text is the name, the label or an alias; letter case does not matter."""
        key = people_comment.person_key(text)
        return any(people_comment.person_key(each) == key for each in (self.name, self.label, *self.aliases))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOffer:
    """A person that a typed text may mean."""

    card: PersonCard
    is_meant: bool  # the text is the name, the label or an alias
    reason: str  # why the text may be a misspelling of the name: "one letter differs"; "": a name contains the text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(ListPage):
    """One page of people."""

    items: list[PersonCard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A person who is in files of another person."""

    person_id: int
    name: str
    qualifier: str
    files: int  # files with both

    @property
    def label(self) -> str:
        """The name with the qualifier: `Ann Lee (aunt)`."""
        return label(self.name, self.qualifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """A file of a person."""

    file_id: int
    file_name: str
    path: str
    folder: str  # below the library folder
    file_hash: str | None
    mtime_ns: int
    has_picture: bool  # the file can be read

    @property
    def place(self) -> str:
        """The folders between the library folder and the file: `Trips / Kyoto`."""
        return self.folder.replace("/", " / ")

    @property
    def picture_version(self) -> str:
        """A text that changes with the picture; "" without one."""
        return picture_version(self.file_hash, self.mtime_ns) if self.has_picture else ""


def label(name: str, qualifier: str) -> str:
    """Return `Ann Lee (aunt)`, or the name alone if there is no qualifier."""
    return f"{name} ({qualifier})" if qualifier else name


def checked_qualifier(text: str) -> str:
    """
    Return a cleaned qualifier; "" for none.

    Raises:
        ValidationError: It is too long, or has a character that a name may not have.

    """
    cleaned = people_comment.clean_name(text)
    if not cleaned:
        return ""
    if len(cleaned) > _MAX_QUALIFIER_LENGTH:
        message = f"The qualifier has {len(cleaned)} characters; at most {_MAX_QUALIFIER_LENGTH} are allowed."
        raise errors.ValidationError(message, code="invalid_person_name")
    return people_comment.validate_name(cleaned)


def split_label(text: str) -> tuple[str, str]:
    """Return name and qualifier of a text such as `Ann Lee (aunt)`; "" for a text without parentheses at its end."""
    stripped = text.strip()
    depth = 0
    for place in range(len(stripped) - 1, 0, -1):
        depth += (stripped[place] == ")") - (stripped[place] == "(")
        if depth == 0:
            name = stripped[:place].strip()
            return (name, stripped[place + 1 : -1].strip()) if stripped.endswith(")") and name else (stripped, "")
    return stripped, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person, with the numbers of their files."""

    person_id: int
    name: str
    qualifier: str  # tells people with one name apart, never written into files; "" for none
    aliases: tuple[str, ...]  # other spellings of the name
    files: int  # present files that have the person
    written: int  # of these, files whose comment names the person

    @property
    def label(self) -> str:
        """The name with the qualifier: `Ann Lee (aunt)`."""
        return label(self.name, self.qualifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """
    One person in one file, for export.

    A payload has a row for each copy; without files, it has no path. A person without files has a row without a file.
    """

    path: str  # for display, "" while no file with this hash is known
    file_hash: str | None
    person: str
    qualifier: str  # "" for none
    aliases: tuple[str, ...]  # other spellings of the name
    origin: str  # "" for a person without files
    path_raw: str  # percent-encoded bytes of a path that cannot be decoded, else ""
    previous_hashes: tuple[str, ...] = ()  # earlier hashes of the film, which another home may have stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A known person whose name may be the correct spelling of a name."""

    name: str
    files: int  # number of files with this person
    reason: str  # a few words: "one letter differs"
