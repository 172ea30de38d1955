"""The results of decisions about files, and previews of bulk edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexium_core import notebook
from indexium_core.model import wording
from indexium_core.model.people.copies import FileCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """The result of a decision, in numbers of files."""

    files: int
    found: int = 0  # files of the target, with the copies to which the decision applies too
    copies: int = 0  # of `files`, those that are not in the target: copies that the decision reached
    copy_files: list[FileCopy] = field(default_factory=list, compare=False)  # these copies by path, the first 1,000
    added: Mapping[str, int] = field(default_factory=dict)  # files by added person
    removed: Mapping[str, int] = field(default_factory=dict)  # files by removed person
    without_value: int = 0  # files that are not edited, because a rule for a field has no value
    invalid: int = 0  # files that are not edited, because a rule makes an invalid value
    invalid_reason: str = ""  # why the first of these values is not valid
    locked: int = 0  # files in which a locked field keeps its value
    unsupported: int = 0  # files with a container that cannot store a value; the plan shows the edit with the reason
    step_id: int | None = field(default=None, compare=False)  # the step that undo reverts; None: no decision was made
    label: str = field(default="", compare=False)  # past tense: "added Ann Lee to 3 files"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPerson:
    """A person, with the number of files that would have this person."""

    name: str  # the most common spelling
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPeople:
    """The people of a target's files, by the results in the plan."""

    files: int  # of the target, including copies
    copies: int  # of these, the copies that are not in the target
    total: int  # all people, or all matches of `like`
    people: list[BulkPerson]  # people in most files first; if there is a limit, only the first people


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """The effect of a change of people."""

    files: int  # of the target, including copies
    copies: int  # of these, the copies that are not in the target
    changed: int  # files whose list changes
    emptied: int  # of these, the files that would have no people left
    added: dict[str, int]  # files by added person
    removed: dict[str, int]  # files by removed person
    examples: list[Example]  # the first files that change

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {f"add {name}": wording.files(count) for name, count in self.added.items()}
        facts |= {f"remove {name}": wording.files(count) for name, count in self.removed.items()}
        rows = [(each.file_name, each.before, each.after) for each in self.examples]
        below = notebook.table(("file", "people", "people after the change"), rows, total=self.changed)
        return notebook.card(f"{wording.files(self.changed)} of {self.files:,} would change", facts, below=below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One file that changes."""

    file_id: int
    file_name: str
    file_path: str
    before: list[str]
    after: list[str]
