"""The question before a rollback as a value: what would be restored, what is skipped, and what can be chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.rollback import CheckedRollback, ConflictItem, RollbackCheck, RollbackOptions
from indexium_core.model.shapes import Shaped

_PLAYERS = (
    "A restored NFO file has the present time, so that players read it again; a restored picture has its original one. "
    "Players may show published values until they refresh the title."
)
_REPLAN = "Otherwise the plan skips them, so that the next write does not write the changes again."
_APPROVE = " Then another person has to approve it."
_NOTHING = "Nothing of it can be rolled back."


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackChoice(Shaped):
    """What a person can choose for files that a rollback would skip, or for the plan."""

    value: str  # comment, replace, newer, or replan
    label: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackPreview(Shaped):
    """What a person sees before a rollback of an operation, or of a part of it."""

    operation: MetadataOperation
    options: RollbackOptions  # the part, without a choice
    checked: CheckedRollback

    @property
    def _check(self) -> RollbackCheck:
        return self.checked.check

    @property
    def noun(self) -> str:
        """What the numbers count: file, or title for the files beside its media."""
        return self.operation.noun

    @property
    def person(self) -> str:
        """The only person who is removed; "": everything is rolled back."""
        return self.options.person

    @property
    def restorable(self) -> int:
        """The number of files that would be rolled back without a choice."""
        return self._check.restorable

    @property
    def is_proposal(self) -> bool:
        """Whether the rollback would wait for approval, whatever is chosen."""
        return bool(self.checked.reasons)

    @property
    def title(self) -> str:
        """The question; or the sentence that nothing can be rolled back."""
        if not self.is_possible:
            return "This cannot be rolled back"
        named = f"operation {self.operation.id}"
        if self.person:
            return f"Remove “{self.person}” from the files of {named}?"
        if self.options.item_ids is not None:
            number = wording.plural(len(self.options.item_ids), f"selected {self.noun}")
            return f"Roll back {number} of {named}?"
        return f"Roll back the found {self.noun}s of {named}?" if self.options.query else f"Roll back {named}?"

    @property
    def is_possible(self) -> bool:
        """Whether something can be rolled back, maybe after a choice."""
        return bool(self.restorable or self._offered)

    @property
    def named(self) -> str:
        """The operation in words: its note, type, files and time."""
        operation = self.operation
        note = f"“{operation.user_note}”, " if operation.user_note else ""
        what = wording.plural(operation.success_count, operation.noun)
        text = f"{note}{operation.kind_name.lower()} of {what}, {wording.when(operation.started_at)}"
        return f"{text[0].upper()}{text[1:]}."

    @property
    def waits(self) -> str:
        """Why the rollback waits for approval, as a sentence; "": it starts at once."""
        return waiting_sentence(self.checked.reasons) if self.is_proposal and self.is_possible else ""

    @property
    def refusal(self) -> str:
        """Why nothing is restored without a choice, or at all; "" if something is."""
        if not self.is_possible:
            return self._check.reason or _NOTHING
        return "" if self.restorable else f"No {self.noun} can be restored byte for byte without a choice."

    @property
    def promise(self) -> str:
        """What would be restored; "" if nothing is without a choice."""
        number = self.restorable
        if not number:
            return ""
        if self.person:
            return f"✓ {wording.files(number)} will no longer name {self.person}. The rest of the comments stays."
        if self.noun == "title":
            return f"✓ The files of {wording.plural(number, self.noun)} are restored byte for byte."
        are, dates = ("is", "its original date") if number == 1 else ("are", "their original dates")
        return f"✓ {wording.files(number)} {are} restored byte for byte, with {dates}."

    @property
    def hint(self) -> str:
        """What the promise does not say; "" for nothing."""
        if not self.restorable:
            return ""
        if self.person:
            return "This is an ordinary write and can be rolled back. It does not restore the original bytes."
        return _PLAYERS if self.noun == "title" else ""

    @property
    def counts(self) -> list[list[str]]:
        """The numbers of files with a conflict, and why they have one."""
        if not self.is_possible:
            return []
        return [[wording.count(number), text] for number, text in self._check.conflict_reasons()]

    @property
    def hints(self) -> list[str]:
        """What would happen to names of files (hard links), and what was not checked completely."""
        if not self.is_possible:
            return []
        unchecked = [hint for hint in self._check.hints if self._check.quick_checked and "size and date" in hint]
        return [*self._check.hard_link_sentences(), *unchecked]

    @property
    def conflicts(self) -> list[ConflictItem]:
        """The first files that would be skipped."""
        return self._check.first_conflicts

    @property
    def conflict_count(self) -> int:
        """The number of files that would be skipped."""
        return self._check.conflict_count

    @property
    def _offered(self) -> list[RollbackChoice]:
        """What a person can choose for files with a conflict."""
        check = self._check
        if self.person:
            return []
        found = []
        if check.comment_only:
            label = f"Restore only the comment of {wording.files(check.comment_only)} more"
            hint = (
                "The original bytes cannot be restored: another program changed the files, or the backup was removed."
            )
            found.append(RollbackChoice(value="comment", label=label, hint=hint))
        if check.replaceable:
            number = wording.plural(check.replaceable, check.noun)
            label = f"Also restore {number} with files that another program changed"
            hint = "Nothing is lost: a rollback of this rollback restores the changed files."
            found.append(RollbackChoice(value="replace", label=label, hint=hint))
        if check.superseded:
            newer = ", ".join(wording.count(each) for each in check.newer)
            label = f"Roll back newer changes of {wording.plural(check.superseded, check.noun)} first"
            hint = f"Operation {newer}. Then these {check.noun}s are restored byte for byte, too."
            found.append(RollbackChoice(value="newer", label=label, hint=hint))
        waiting = self.checked.waiting_choices
        return [replace(each, hint=each.hint + _APPROVE) if each.value in waiting else each for each in found]

    @property
    def choices(self) -> list[RollbackChoice]:
        """What a person can choose."""
        if not self.is_possible:
            return []
        replan = RollbackChoice(value="replan", label="Leave the files in the plan", hint=_REPLAN)
        return [*self._offered, *([replan] if self.noun == "file" else [])]

    @property
    def adds(self) -> dict[str, int]:
        """How many more files each choice, or two together (with a space), restore."""
        offered = {each.value for each in self._offered}
        more = {choice: number for choice, number in self._check.more_by_choice.items() if choice in offered}
        return more | ({"newer replace": self._check.both} if {"newer", "replace"} <= offered else {})

    @property
    def newer(self) -> list[int]:
        """The operations that *newer* rolls back first."""
        return list(self._check.newer)

    @property
    def item_ids(self) -> list[int] | None:
        """The items that a start names; None: all. A search may find other files now, so it has those of the check."""
        named = self._check.item_ids if self.options.query else self.options.item_ids
        return None if named is None else sorted(named)
