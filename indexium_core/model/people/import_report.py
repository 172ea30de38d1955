"""The preview and the result of an import of people."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexium_core.model.people.copies import FileCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedFile:
    """What a legacy database has for one file; all of it waits for a scan of the path."""

    path: str  # for display; the legacy hash where the database has no path
    people: int
    suggestions: int
    operations: int  # its entries in the history


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
