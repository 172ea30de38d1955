"""The results of decisions about files, and what an edit of many files would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from indexium_core import notebook
from indexium_core.model import wording
from indexium_core.model.people import copies
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.planning import field_text
from indexium_core.model.shapes import Shaped

NAMED = 4  # maximum number of people in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldExample:
    """One value that changes, or the reason why it cannot."""

    file_id: int
    file_name: str
    field: str
    before: str | None
    after: str | None
    problem: str = ""  # why the value is not valid, or cannot be stored; then a write keeps the value

    @property
    def tags(self) -> list[dict[str, str]]:
        """The value before (`kind` is `del`) and after the change (`add`), as far as there is one."""
        sides = (("del", self.before), ("add", self.after))
        return [{"text": field_text.shown(self.field, value), "kind": kind} for kind, value in sides if value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedFile:
    """The rating of a file, its edit included."""

    file_id: int
    rating: int  # 1 to 5; 0: none; -1: rejected
    favorite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsPreview:
    """The effect of an edit of fields."""

    files: int  # of the target, including copies
    copies: int  # of these, the copies that are not in the target
    changed: int  # files with a value that a write changes
    without_value: int  # files for which a rule has no value: their field is not edited
    invalid: int  # files for which a rule makes an invalid value: their field is not edited
    invalid_reason: str  # why the first of these values is not valid
    locked: int = 0  # files in which a locked field keeps its value
    unsupported: int = 0  # files that cannot store a value; the plan would show the edit with the reason
    by_field: Mapping[str, int] = field(default_factory=dict)  # files whose value changes, by the key of the field
    planned: int = 0  # files that stay the same, because the plan has the values already; a write stores them
    skipped: int = 0  # files that the plan skips; a write leaves them out
    examples: list[FieldExample]  # the first changes, invalid values and unsupported ones

    @property
    def why_nothing(self) -> str:
        """Why no file would change, in sentences; "" if one would. Locks and containers have their own numbers."""
        if self.changed:
            return ""
        if not self.files:
            return "Nothing to plan: there is no file, or no value for it."
        if self.planned:
            text = f"Nothing new: the plan has these values for {wording.files(self.planned)} already."
        elif self.locked or self.unsupported or self.invalid or self.without_value:
            text = "Nothing to plan."
        else:
            text = "Nothing to plan: the files have these values."
        return text

    @property
    def notes(self) -> str:
        """Which files keep their value, and why; "" for none."""
        notes = (
            (self.without_value, "The rule has no value for {}."),
            (self.locked, "The field is locked in {}."),
            (self.unsupported, "The container of {} cannot store the value."),
        )
        return " ".join(text.format(wording.files(files)) for files, text in notes if files)

    @property
    def warning(self) -> str:
        """For how many files the value is not valid; "" for none."""
        return f"The value is not valid for {wording.files(self.invalid)}." if self.invalid else ""

    @property
    def more(self) -> int:
        """The number of files that the examples do not show."""
        return max(0, self.changed + self.invalid + self.unsupported - len(self.examples))

    def _repr_html_(self) -> str:
        facts = {
            "no value": wording.files(self.without_value),
            "not valid": wording.files(self.invalid),
            "locked": wording.files(self.locked),
            "not possible": wording.files(self.unsupported),
        }
        rows = [(each.file_name, each.field, each.before, each.problem or each.after) for each in self.examples]
        below = notebook.table(("file", "field", "value", "value after the change"), rows, total=self.changed)
        return notebook.card(f"{wording.files(self.changed)} of {self.files:,} would change", facts, below=below)


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

    @property
    def sentence(self) -> str:
        """The result."""
        return wording.sentence(self.label or "nothing was changed: the files already have these values")

    @property
    def copies_text(self) -> str:
        """Which copies it reached; "" for none."""
        return copies.sentence(self.copies, self.copy_files)

    @property
    def text(self) -> str:
        """The result, and the copies that it reached."""
        return " ".join(filter(None, (self.sentence, self.copies_text)))

    @property
    def unsupported_text(self) -> str:
        """In how many files it is not possible; "" if there are none."""
        return f"Not possible in {wording.files(self.unsupported)}" if self.unsupported else ""


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

    @property
    def own(self) -> int:
        """The number of files without the copies that are not in the target."""
        return self.files - self.copies


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview(Shaped):
    """The effect of a change of people."""

    shape: ClassVar[str] = "files copies changed emptied added removed examples"
    files: int  # of the target, including copies
    copies: int  # of these, the copies that are not in the target
    changed: int  # files whose list changes
    emptied: int  # of these, the files that would have no people left
    added: dict[str, int]  # files by added person
    removed: dict[str, int]  # files by removed person
    examples: list[Example]  # the first files that change
    replaced: tuple[str, str] | None = None  # one person replaces another: their names

    @property
    def sentence(self) -> str:
        """The effect: `Adds Ann Lee to 7 files, removes Bob Ray from 5.`; many people are counted."""
        if not self.changed:
            return "Nothing would change."
        if self.replaced is not None:
            old, new = self.replaced
            return f"Replaces {old} by {new} in {wording.files(self.changed)}."
        sides = [*_sides("adds", "to", self.added), *_sides("removes", "from", self.removed)]
        if not sides:
            return f"Changes the spelling of names in {wording.files(self.changed)}."
        (verb, who, files), *others = sides
        text = f"{verb} {who} {wording.files(files)}"
        for next_verb, who, files in others:
            text += f"{' and' if next_verb == verb else f', {next_verb}'} {who} {wording.count(files)}"
            verb = next_verb
        return wording.sentence(text)

    @property
    def notes(self) -> str:
        """How many files do not change, beside those that do; "" for none."""
        same = self.files - self.changed
        if not self.changed or not same:
            return ""
        return "1 file does not change." if same == 1 else f"{wording.files(same)} do not change."

    @property
    def warning(self) -> str:
        """How many files would have no people left; "" for none."""
        return f"{wording.files(self.emptied)} would have no people left." if self.emptied else ""

    @property
    def more(self) -> int:
        """The number of files that change and that the examples do not show."""
        return self.changed - len(self.examples)

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

    @property
    def tags(self) -> list[dict[str, str]]:
        """The removed people (`kind` is `del`), then those after the change; added ones are `add`."""
        gone = [{"text": name, "kind": "del"} for name in self.before if name not in self.after]
        return gone + [{"text": name, "kind": "" if name in self.before else "add"} for name in self.after]


def _sides(verb: str, where: str, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return added or removed people, grouped by number of files: verb, `Ann and Bob to`, files."""
    if len(counts) > NAMED:
        return [(verb, f"{wording.plural(len(counts), 'person', 'people')} {where} up to", max(counts.values()))]
    by_files: dict[int, list[str]] = {}
    for name, files in counts.items():
        by_files.setdefault(files, []).append(name)
    return [(verb, f"{wording.list_of(names)} {where}", files) for files, names in by_files.items()]
