"""`write`: write the planned changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from indexium_core import errors
from indexium_core.cli import output
from indexium_core.cli.frame import app, opened
from indexium_core.cli.operations.follow import follow, note_interruptions
from indexium_core.cli.options import (
    MOST,
    AsJson,
    CommentMode,
    DryRun,
    HardLinks,
    Mode,
    Note,
    Query,
    Yes,
    ask,
    refuse_ids,
)
from indexium_core.cli.review.plan import outside_sentence, places
from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.fields.table import title_of
from indexium_core.model.files import fields, strategies
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import FAILED_STATUSES, WriteOptions, WriteResult
from indexium_core.model.operations.outcomes import outcome_label, outcome_of
from indexium_core.model.planning.plan import WRITABLE, PlanItem, SelectionChanges, SelectionSummary

if TYPE_CHECKING:
    from indexium_core.flows.planning.plan import MetadataPlan
    from indexium_core.model.operations.dry_run import DryRunReport
    from indexium_core.model.operations.preview import WritePreview

_REPLAN_ALL = "indexium postpone postponed:yes --stop-skipping"
_LISTED = 20  # files whose lost texts a question lists


@app.command(epilog="Example: indexium write 'folder:2019' --risk safe --note 'before the party'")
def write(
    context: typer.Context,
    query: Query = "",
    plan: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Write nothing if the result of a file differs from this plan.")
    ] = None,
    risk: Annotated[str, typer.Option(help="Levels to write, e.g. safe,warning,danger.")] = "safe,warning",
    mode: Mode = None,
    comment_mode: CommentMode = None,
    hard_links: HardLinks = "block",
    dry_run: DryRun = False,
    yes: Yes = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Write the planned changes into files."""
    options = WriteOptions(risk=levels_of(risk), user_note=note, source="cli", dry_run=dry_run, hard_links=hard_links)
    with opened(context) as library:
        note_interruptions(library)
        refuse_ids(library, query, asks=dry_run or not yes)
        library.files.require(query)
        made = library.plan(query, mode=mode, comment_mode=comment_mode, hard_links=hard_links, plan_id=plan)
        selection = made.select(risk=options.risk)
        if outside := outside_sentence(library, made):
            output.note(outside)
        preview = library.previews.of_write(made, options, selection=selection)
        summary = preview.summary
        if dry_run and summary.count:
            report = library.dry_run(made, options, selection=selection)
            if as_json:
                output.to_json(
                    {"operation_id": None, "dry_run": True, "excluded": report.excluded, "items": report.items}
                )
            else:
                _print_dry_run(made, report, preview)
            raise typer.Exit(_code_of(report.counts))
        if not summary.count:
            if as_json:
                head = {"operation_id": None, **({"dry_run": True} if dry_run else {})}
                output.to_json({**head, "items": [], "excluded": summary.excluded})
            output.note(nothing(summary))
            return
        for holder in preview.holders:
            output.note(holder.describe())
        output.note(question(preview))
        if preview.reasons:
            output.note(waiting_sentence(preview.reasons))
        if summary.loses_text:
            losing = (f"({query}) " if query.strip() else "") + "issue:custom_comment risk:danger"
            for line in _lost_text_lines(made.narrowed(losing).page(per_page=_LISTED).items, summary.loses_text):
                output.note(line)
        ask(yes=yes)
        handle = library.write(made, options, selection=selection)
        follow(library, handle, "Writing", as_json=as_json, excluded=summary.excluded)


def _print_dry_run(made: MetadataPlan, report: DryRunReport, preview: WritePreview) -> None:
    _print_results(report.items, places(made.page(per_page=0, include_unchanged=True).items))
    if fields_sentence := _fields_sentence(preview.changes):
        output.note(fields_sentence)
    if left := _excluded(preview.summary, hint=True):
        output.note(left.lstrip())


def levels_of(risk: str) -> tuple[str, ...]:
    """Return the levels of `--risk`; UsageError for an unknown level."""
    levels = tuple(level.strip() for level in risk.split(",") if level.strip())
    unknown = [level for level in levels if level not in WRITABLE]
    if unknown or not levels:
        raise errors.UsageError(
            f"'{risk}' is not a value of --risk. Use safe, warning and danger, separated by commas."
        )
    return levels


def nothing(summary: SelectionSummary) -> str:
    """Return the message that there is nothing to write, with the excluded files."""
    return "Nothing to write." + _excluded(summary, hint=True)


def question(preview: WritePreview) -> str:
    """Return a summary of a write and of its changes, for the confirmation."""
    summary, changes = preview.summary, preview.changes
    risks = ", ".join(f"{count} {level}" for level, count in summary.by_risk.items() if count)
    people = f": +{summary.tags_to_add} −{summary.tags_to_remove} people" if changes.comments else ""
    sentences = [
        f"{wording.files(summary.count)} would be written ({risks}){people}, {wording.estimate(summary.est_seconds)}.",
        _fields_sentence(changes),
        f"{summaries.rollback_promise(summary)}.{_links_sentence(summary)}{_excluded(summary, hint=False)}",
    ]
    return " ".join(filter(None, sentences))


def _fields_sentence(changes: SelectionChanges) -> str:
    """Return the fields that change, with their files; "" if only comments change."""
    counts = "; ".join(f"{title_of(each.field)}: {each.describe()}" for each in changes.fields)
    return f"Fields that change: {counts}." if counts else ""


def _lost_text_lines(items: Iterable[PlanItem], count: int) -> Iterator[str]:
    """Yield lines with every text that a write would remove, by file and place in the file."""
    yield f"{wording.files(count)} would lose custom text (--comment-mode preserve keeps it):"
    shown = 0
    for item in items:
        shown += 1
        yield f"  {item.file_path}"
        for where, text in fields.lost_texts_by_place(item.changes).items():
            yield f"    {'' if where == 'container' else where + ': '}{text}"
    if count > shown:
        yield f"  … and {wording.files(count - shown)} more: indexium plan issue:custom_comment"


def _links_sentence(summary: SelectionSummary) -> str:
    """Return a sentence about the files that lose their other names (hard links); "" if there are none."""
    if not summary.breaks_links:
        return ""
    return f" {wording.plural(summary.breaks_links, 'file has', 'files have')} other names, which keep the old file."


def _excluded(summary: SelectionSummary, *, hint: bool) -> str:
    """Return the numbers of selected files that are not written, with the option that writes them, or ""."""
    levels = dict(summary.excluded)
    skipped = levels.pop("postponed", 0)
    named = summaries.excluded_files(levels)
    if hint and any(levels.get(level) for level in WRITABLE):
        named += " (--risk names the levels to write)"
    later = f"{summaries.excluded_files({'postponed': skipped})} ('{_REPLAN_ALL}' plans them again)" if skipped else ""
    left = ", ".join(part for part in (named, later) if part)
    return f" Not included: {left}." if left else ""


def _code_of(counts: dict[str, int]) -> int:
    return 1 if any(counts.get(status) for status in FAILED_STATUSES) else 0


def _print_results(items: list[WriteResult], named: Mapping[int, str]) -> None:
    output.table(
        ("file", "outcome", "method", "reason"),
        [
            (
                named.get(item.file_id or 0, item.file_id),
                "would be written" if item.status == "success" else outcome_label(outcome_of(item.status, item.code)),
                strategies.in_a_word(item.strategy),
                item.message,
            )
            for item in items
        ],
    )
    count = sum(item.status == "success" for item in items)
    output.note(f"Dry run: {summaries.dry_run_result(count, len(items))}")
