"""The preview and the result of an import of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexium_core.model import wording
from indexium_core.model.people import copies
from indexium_core.model.people.copies import FileCopy

LINES = 50  # of a list that a preview shows
_NEXT_SCAN = "Scan the folder of these files, or add it: the scan assigns the names."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListComparison:
    """How many files are compared with a legacy database, and of how many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """A line of a preview: a place, and what is there."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLines:
    """The first lines of a kind; `more` is about the others, "" if there are none."""

    rows: list[ImportLine]
    total: int
    more: str

    @classmethod
    def of(cls, found: Sequence[tuple[str, str]], *, total: int | None = None) -> ImportLines:
        """Return the first of these lines; `total`: of all of them, if `found` has only some."""
        rows = [ImportLine(where=where, text=text) for where, text in found[:LINES]]
        number = len(found) if total is None else total
        return cls(rows=rows, total=number, more=wording.and_more(number - len(rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedFile:
    """What a legacy database has for one file; all of it waits for a scan of the path."""

    path: str  # for display; the legacy hash where the database has no path
    people: int
    suggestions: int
    operations: int  # its entries in the history

    @property
    def content(self) -> str:
        """What the database has for it, in words."""
        numbers = (
            (self.people, "name", "names"),
            (self.suggestions, "suggestion", "suggestions"),
            (self.operations, "history entry", "history entries"),
        )
        return ", ".join(wording.plural(number, one, many) for number, one, many in numbers if number)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row, or one name of a row, that was not imported."""

    line: int  # of a text file; for a database, the id of the row; 0: the source has no rows
    where: str  # the position in words: "line 6", "faces, row 17", the path of a video
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """
    The result of an import. The numbers of names count a row with three names three times.

    `matched`, `waiting`, `rejected` and `skipped` add up to all names that were read; a row that is rejected as a whole
    counts once, and names that the database has already count as matched or waiting. Of a legacy database, `by_hash`,
    `by_path` and `unmatched` add up to the files that have something to import: names, suggestions or history.
    """

    matched: int  # the file is scanned
    waiting: int  # the file is not scanned yet
    rejected: list[RejectedRow]
    skipped: list[RejectedRow] = field(default_factory=list)  # placeholder names
    added: int = 0  # new assignments to scanned files
    files: int = 0  # files concerned, including copies
    copies: int = 0  # of people added by hand: of these files, the copies that are not named
    copy_files: list[FileCopy] = field(default_factory=list)  # these copies by path, the first 1,000
    step_id: int | None = None  # the step of an edit of only the named files; None: assignments
    # Only of a legacy database:
    suggestions: int = 0  # unconfirmed faces: suggested, never assigned
    operations: int = 0  # operations that are new in the history
    known_operations: int = 0  # operations that the history has already
    by_hash: int = 0  # files that match by their content …
    by_path: int = 0  # … and by their path
    unmatched: list[UnmatchedFile] = field(default_factory=list)  # files that no scanned file matches
    problems: list[str] = field(default_factory=list)  # a sentence for each part that was not imported

    @property
    def text(self) -> str:
        """The result of the import, in sentences."""
        waiting = wording.plural(self.waiting, "name is", "names are")
        sentences = (
            f"{wording.plural(self.added, 'name')} added in {wording.files(self.files)}.",
            self.waiting and f"{waiting} waiting for a scan. {_NEXT_SCAN}",
            self.rejected and f"{wording.plural(len(self.rejected), 'row')} rejected.",
            self.skipped and f"{wording.plural(len(self.skipped), 'placeholder name')} skipped.",
            self.operations and f"{wording.plural(self.operations, 'operation')} added to the history.",
            copies.sentence(self.copies, self.copy_files),
        )
        return " ".join(sentence for sentence in sentences if sentence)

    @property
    def legacy_facts(self) -> list[str]:
        """What a legacy database has beside the people of files, in sentences."""
        facts = []
        if self.by_hash or self.by_path or self.unmatched:
            files = wording.files(self.by_hash + self.by_path)
            by_hash, by_path = wording.count(self.by_hash), wording.count(self.by_path)
            facts.append(f"{files} matched: {by_hash} by content, {by_path} by path.")
        if self.suggestions:
            facts.append(f"{wording.plural(self.suggestions, 'suggestion')} of people: none is assigned automatically.")
        if self.operations or self.known_operations:
            known = f", {wording.count(self.known_operations)} imported earlier" if self.known_operations else ""
            facts.append(f"History: {wording.plural(self.operations, 'new operation')}{known}. It can only be read.")
        return facts

    @property
    def content(self) -> str:
        """What an import with this result takes, in words; "" for nothing."""
        numbers = (
            (self.matched + self.waiting, "name"),
            (self.suggestions, "suggestion"),
            (self.operations, "operation"),
        )
        return wording.list_of([wording.plural(number, one) for number, one in numbers if number])

    @property
    def waiting_hint(self) -> str:
        """What happens with the names of files that no scan has found; "" if there are none."""
        if not self.waiting:
            return ""
        waiting = f"{wording.plural(self.waiting, 'name is', 'names are')} for files that no scan has found."
        advice = "" if self.matched else "If the paths start in another folder, choose it. Otherwise import"
        return f"{waiting} {advice or 'Import'} them now. {_NEXT_SCAN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """A row whose file is not scanned yet."""

    line: int
    where: str  # the position in words; for a database, table and row
    path: str  # the expected path, for display; the hash where the row has no path


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCheck:
    """The preview of an import."""

    report: ImportReport
    rows: int  # in the source
    people: int  # distinct names
    waiting: list[WaitingRow]  # the first of them
    waiting_rows: int  # all of them; a row may have several names
    relative: bool  # the source has paths relative to `root`
    root: str  # for display

    @property
    def has_rows(self) -> bool:
        """Whether the source has people of files; a legacy database may have other content only."""
        report = self.report
        return bool(self.rows or not (report.operations or report.known_operations or report.suggestions))

    @property
    def summary(self) -> str:
        """The number of names, people and rows, in words."""
        names = wording.plural(self.report.matched + self.report.waiting, "name")
        people = wording.plural(self.people, "person", "people")
        return f"{names} of {people} in {wording.plural(self.rows, 'row')}"

    @property
    def rejected_lines(self) -> ImportLines:
        """The rows that are rejected, with the reasons."""
        return ImportLines.of([(each.where, each.reason) for each in self.report.rejected])

    @property
    def skipped_lines(self) -> ImportLines:
        """The placeholder names, with the reasons."""
        return ImportLines.of([(each.where, each.reason) for each in self.report.skipped])

    @property
    def waiting_lines(self) -> ImportLines:
        """The rows whose files are not scanned yet."""
        return ImportLines.of([(each.where, each.path) for each in self.waiting], total=self.waiting_rows)

    @property
    def unmatched_lines(self) -> ImportLines:
        """The files of a legacy database that no scanned file matches."""
        return ImportLines.of([(each.content, each.path) for each in self.report.unmatched])
