"""The effect of a decision about files, for the commands that make one or show it beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.cli import output
from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.people import copies

if TYPE_CHECKING:
    from indexium_core.model.people.import_report import ImportReport
    from indexium_core.model.people.person import RemovedPeople
    from indexium_core.model.review.reports import DecisionReport, FieldsPreview

NO_MATCH = "No file of the library matches; nothing was done."


def print_people_report(report: DecisionReport) -> None:
    """Print what an edit of people has changed, and in how many files it changed nothing."""
    print_report(report, wording.sentence(report.label), unchanged="the people stay the same")


def print_report(report: DecisionReport, done: str, *, unchanged: str = "") -> None:
    """Print what a decision has done (`done`), and how many files of its search have no new decision, and why."""
    if not report.found:
        output.note(NO_MATCH)
        return
    if report.files:
        output.note(done)
        print_copies(report)
    if same := report.found - report.files:
        nothing = "" if report.files else "; nothing was done"
        output.note(f"No change in {wording.files(same)}: {unchanged}{nothing}.")


def print_copies(report: DecisionReport | ImportReport | RemovedPeople) -> None:
    """Print which copies of the named files a change has reached."""
    if text := copies.sentence(report.copies, report.copy_files):
        output.note(text)


def print_fields_preview(preview: FieldsPreview) -> None:
    """Print the first changes of a dry run, how many files and fields would change, or why none would."""
    if not preview.changed:
        output.note(preview.why_nothing)
        _print_skipped(preview)
        _print_exceptions(preview)
        return
    output.table(
        ("file", "field", "now", "then"),
        [
            (each.file_name, each.field, each.before or "", each.problem or each.after or "")
            for each in preview.examples
        ],
    )
    fields = ", ".join(f"{title_of(key)} in {count:,}" for key, count in preview.by_field.items())
    more = " These are the first." if sum(preview.by_field.values()) > len(preview.examples) else ""
    output.note(f"{wording.files(preview.changed)} of {preview.files:,} would change: {fields}.{more}")
    _print_skipped(preview)
    _print_exceptions(preview)


def _print_skipped(preview: FieldsPreview) -> None:
    if preview.skipped:
        output.note(
            f"Skipped in the plan: {wording.files(preview.skipped)}; "
            "'indexium postpone postponed:yes --stop-skipping' plans skipped files again."
        )


def print_fields_report(report: DecisionReport) -> None:
    """Print what an edit of fields has changed."""
    if not report.found:
        output.note(NO_MATCH)
        return
    output.note(wording.sentence(report.label) if report.files else "No value would change; nothing was done.")
    print_copies(report)
    _print_exceptions(report)


def _print_exceptions(outcome: FieldsPreview | DecisionReport) -> None:
    for count, reason in (
        (outcome.without_value, "has no value for the rule"),
        (outcome.invalid, "would get an invalid value"),
        (outcome.locked, "has a lock of the field"),
    ):
        if count:
            output.note(f"Not edited: {wording.files(count)}; each {reason}.")
    if outcome.invalid_reason:
        output.note(outcome.invalid_reason)
    if outcome.unsupported:
        files = wording.files(outcome.unsupported)
        output.note(f"Not possible in {files}: the container cannot store the value.")
