"""`write`, `operations`, `history`, `recover`: changing files, and what was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated

import typer

from indexium_core import errors, signals
from indexium_core.api import remote
from indexium_core.cli import output, story
from indexium_core.cli.app import app, chosen_home, opened, opened_here
from indexium_core.cli.planning import MOST, AsJson, CommentMode, HardLinks, Mode, Query, places, refuse_ids
from indexium_core.library import LibraryServices, OperationHandle, RecoverReport
from indexium_core.model import wording
from indexium_core.model.files import fields
from indexium_core.model.operations import strategies
from indexium_core.model.operations.operation import (
    FINISHED_STATES,
    HOLDING_STATES,
    OUTCOMES,
    ItemDetails,
    MetadataOperation,
    OperationStatus,
    WriteOptions,
    WriteResult,
    became,
    postpones,
)
from indexium_core.model.planning.plan import RISK_LEVELS, PlanItem, SelectionSummary

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)]
Note = Annotated[str, typer.Option(help="A note for the history.")]
BAD = ("failed", "conflict", "unknown")
_LISTED = 20  # files whose lost texts a question lists
_ENDED_BY_OTHERS = {  # states that a command which waits for the end brings about only by being broken off itself
    "cancelled": "was cancelled by somebody else; what it did stays done",
    "interrupted": "was interrupted: the program that was at it was told to stop",
}
_CAME_TO = {  # how an operation ended, where a file that failed is not to be taken for it
    "completed": "completed",
    "completed_with_errors": "completed with errors",
    "failed": "stopped by itself",
    "cancelled": "was cancelled",
    "interrupted": "was interrupted",
}
_SELDOM = ("failed", "conflict", "unclear", "restored")  # outcomes with a column only where a file has come to that
STATES = (*HOLDING_STATES, *FINISHED_STATES)
AGAIN = "indexium postpone postponed:yes --bring-back"


@app.command(epilog="Example: indexium write 'folder:2019' --risk safe --note 'before the party'")
def write(
    context: typer.Context,
    query: Query = "",
    plan: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Refuse if a result is no longer what this plan showed.")
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
    """Write what the plan says into the files found."""
    options = WriteOptions(risk=levels_of(risk), user_note=note, source="cli", dry_run=dry_run, hard_links=hard_links)
    with opened(context) as library:
        for each in (
            () if library.notices else library.interruptions.operations(files=0)
        ):  # a service has told of them elsewhere
            output.note(f"{each.say()} {each.what_to_type()}")
        refuse_ids(library, query, asks=dry_run or not yes)
        made = library.plan(query, mode=mode, comment_mode=comment_mode, hard_links=hard_links, plan_id=plan)
        selection = made.select(risk=options.risk)
        summary = library.preview(selection, made)
        if dry_run and summary.count:
            report = library.dry_run(made, options, selection=selection)
            if as_json:
                output.to_json(
                    {"operation_id": None, "dry_run": True, "excluded": report.excluded, "items": report.items}
                )
            else:
                _print_results(report.items, places(made.page(per_page=0, include_unchanged=True).items))
            raise typer.Exit(_code_of(report.counts))
        if not summary.count:
            if as_json:
                head = {"operation_id": None, **({"dry_run": True} if dry_run else {})}
                output.to_json({**head, "items": [], "excluded": summary.excluded})
            output.note(nothing(summary))
            return
        for holder in library.operations.held(made, selection, options):
            output.note(holder.say())
        output.note(question(summary))
        if summary.loses_text:
            losing = (f"({query}) " if query.strip() else "") + "issue:custom_comment risk:danger"
            for line in _lost(made.narrowed(losing).page(per_page=_LISTED).items, summary.loses_text):
                output.note(line)
        ask(yes=yes)
        handle = library.write(made, options, selection=selection)
        follow(library, handle, "Writing", as_json=as_json, excluded=summary.excluded)


def levels_of(risk: str) -> tuple[str, ...]:
    """Return the levels that `--risk` names; UsageError for others."""
    levels = tuple(level.strip() for level in risk.split(",") if level.strip())
    unknown = [level for level in levels if level not in RISK_LEVELS[:3]]
    if unknown or not levels:
        message = f"--risk takes safe, warning and danger, split by commas; '{risk}' is something else."
        raise errors.UsageError(message)
    return levels


def nothing(summary: SelectionSummary) -> str:
    """Return that there is nothing to write, and what is left out that could be."""
    return "Nothing to write." + _left_out(summary, hint=True)


def question(summary: SelectionSummary) -> str:
    """Return what a write amounts to, before it is asked for."""
    risks = ", ".join(f"{count} {level}" for level, count in summary.by_risk.items() if count)
    return (
        f"{wording.plural(summary.count, 'file')} would be written ({risks}): "
        f"+{summary.tags_to_add} −{summary.tags_to_remove} people, {wording.estimate(summary.est_seconds)}. "
        f"{_undo(summary)}{_parts(summary)}" + _left_out(summary, hint=False)
    )


def _lost(items: Iterable[PlanItem], count: int) -> Iterator[str]:
    """Yield lines with every text that a write would lose, by its file and its place there."""
    verb = "loses" if count == 1 else "lose"
    yield f"{wording.plural(count, 'file')} {verb} text of your own (--comment-mode preserve keeps it):"
    shown = 0
    for item in items:
        shown += 1
        yield f"  {item.file_path}"
        for where, text in fields.lost_by(item.changes).items():
            yield f"    {'' if where == 'container' else where + ': '}{text}"
    if count > shown:
        yield f"  … and {wording.plural(count - shown, 'file')} more: indexium plan issue:custom_comment"


def _undo(summary: SelectionSummary) -> str:
    """Return how many files can be taken back, how, and until when."""
    until = f" until {summary.rollback_until.astimezone():%Y-%m-%d}" if summary.rollback_until else ""
    if not summary.tags_only:
        return f"All of it can be rolled back byte for byte{until}."
    return f"{summary.exact:,} can be rolled back byte for byte{until}, of {summary.tags_only:,} only the comment."


def _parts(summary: SelectionSummary) -> str:
    """Return what becomes of the other names (hard links) of the files, "" where no file has any that it loses."""
    if not summary.parts_names:
        return ""
    return f" {wording.plural(summary.parts_names, 'file has', 'files have')} other names, which keep the old file."


def _left_out(summary: SelectionSummary, *, hint: bool) -> str:
    """Return what is meant but not written, and how it would be; "" for nothing."""
    levels = {level: count for level, count in summary.excluded.items() if count}
    skipped = levels.pop("postponed", 0)
    parts = [f"{count} {level}" for level, count in levels.items()]
    hint = hint and any(level != "blocked" for level in levels)  # what is blocked can be written at no level
    named = ", ".join(parts) + (" (--risk names the levels to write)" if hint else "")
    later = f"{skipped} skipped ('{AGAIN}' brings them back)" if skipped else ""
    left = ", ".join(part for part in (named, later) if part)
    return f" Left out: {left}." if left else ""


def ask(*, yes: bool) -> None:
    """Ask whether to go on; raises UsageError where the answer is no, or there is nobody to ask."""
    if yes:
        return
    answer = output.confirm("Go on?")
    if answer is None:
        message = "There is no terminal to ask on: add --yes."
        raise errors.UsageError(message)
    if not answer:
        message = "Nothing was done."
        raise errors.UsageError(message)


def follow(
    library: LibraryServices,
    handle: OperationHandle,
    title: str,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    said: Collection[int] = (),
) -> None:
    """
    Show a bar until the operation has ended; an interrupt cancels it after the files under way.

    One that runs in the service goes on there instead. Whether somebody holds it there is told, and where somebody ends
    it this is no success.

    Args:
        library: Where it runs.
        handle: The operation.
        title: What the bar says.
        as_json: Print one JSON document.
        excluded: What was left out of it.
        said: Files of which it was said beforehand why they are left alone.

    """
    held = ""
    with output.bar(title) as update:
        try:
            while not (status := handle.wait(0.2)).finished:
                if (status.status == "paused") != bool(held):
                    held = "" if held else library.jobs.of_operation(handle.id).pause_text or "paused"
                    output.note(_say_held(handle.id, held))
                update(status.processed, status.total, held or status.now)
        except (KeyboardInterrupt, signals.Stopped) as left:
            if not any(each.operation_id == handle.id for each in library.jobs.unrecorded()):
                leave(handle, left)
            raise
        except errors.StoreError as error:
            if error.reason != "service_gone":
                raise
            message = (
                f"The service ended in the middle of operation {handle.id}; no file is left half-written. "
                f"'indexium operations resume {handle.id}' goes on with it; where the service was told to stop, "
                "'indexium serve' does so by itself."
            )
            raise errors.StoreError(message, code=error.reason) from error
    raise typer.Exit(report(library, handle.id, as_json=as_json, excluded=excluded, said=said))


def report(
    library: LibraryServices,
    operation_id: int,
    *,
    as_json: bool,
    excluded: Mapping[str, int] | None = None,
    said: Collection[int] = (),
) -> int:
    """Tell what an operation came to, and what can be done next; arguments of `follow`. Returns the exit code."""
    details = library.operation(operation_id, per_page=0)
    operation, items = details.operation, details.items
    if as_json:
        extra = {"excluded": excluded} if excluded is not None else {}
        output.to_json({**operation.as_dict(), **extra, "items": [item.as_dict() for item in items]})
    else:
        bad = [item for item in items if item.status in BAD]
        _print_operation(operation, [item for item in bad if item.status != "conflict" or item.file_id not in said])
        _say_ways(operation, bad)
        if operation.success_count and _postpones(library, operation):
            _say_postponed(len({item.file_id for item in items if item.status == "success"}))
    if operation.status in _ENDED_BY_OTHERS and not operation.error_message:
        output.complain(f"Operation {operation_id} {_ENDED_BY_OTHERS[operation.status]}.")
    undone = operation.failure_count + operation.conflict_count + operation.unknown_count
    return 1 if undone or operation.status in ("failed", *_ENDED_BY_OTHERS) else 0


def _postpones(library: LibraryServices, operation: MetadataOperation) -> bool:
    """Tell whether the files that an operation changed are postponed in the plan from then on."""
    if operation.operation_type != "rollback" and operation.user_action != "rollback_person":
        return False
    return postpones(operation.operation_type, library.stories.tell(operation.id, per_page=1).options)


def _say_held(operation_id: int, held: str) -> str:
    if not held:
        return f"Operation {operation_id} goes on."
    return f"Operation {operation_id} is {held}; 'indexium operations resume {operation_id}' lets it go on."


def leave(handle: OperationHandle, left: BaseException) -> None:
    """Bring an operation to the end that is due to it when its command is broken off, and say what becomes of it."""
    number = handle.id
    if remote.is_there(handle) and handle.status().status == "paused":
        output.note(
            f"Operation {number} stays held in the service: 'indexium operations resume {number}' lets it go on, "
            f"'indexium operations cancel {number}' gives up the rest."
        )
    elif remote.is_there(handle):
        output.note(
            f"Operation {number} goes on in the service: 'indexium operations show {number}' says how far it is, "
            f"'indexium operations pause {number}' holds it, 'indexium operations cancel {number}' gives up the rest."
        )
    elif isinstance(left, signals.Stopped):
        output.note(
            f"Operation {number} goes on by itself when 'indexium serve' starts, or with "
            f"'indexium operations resume {number}'."
        )
    else:
        handle.cancel()
        status = handle.wait()
        back = status.can_rollback and status.operation_type == "write"
        output.note(
            f"Operation {number} is {status.status.replace('_', ' ')}: {_counts(status.outcomes)}."
            + (f" 'indexium rollback {number}' takes back what it did." if back else "")
        )


def _code_of(counts: dict[str, int]) -> int:
    return 1 if any(counts.get(status) for status in BAD) else 0


def _say_postponed(count: int) -> None:
    output.note(
        f"{wording.plural(count, 'file is', 'files are')} skipped in the plan from now on; '{AGAIN}' brings "
        "them back (a rollback with --replan leaves them in it)."
    )


def _print_results(items: list[WriteResult], named: dict[int, str]) -> None:
    output.table(
        ("file", "outcome", "how", "why"),
        [
            (
                named.get(item.file_id, item.file_id),
                "would be done" if item.status == "success" else OUTCOMES[became(item.status, item.code)],
                strategies.in_a_word(item.strategy),
                item.message,
            )
            for item in items
        ],
    )
    count = sum(item.status == "success" for item in items)
    output.note(f"Dry run, nothing was changed: {count:,} of {wording.plural(len(items), 'file')} would be written.")


def _print_operation(operation: MetadataOperation, items: list[ItemDetails]) -> None:
    if items:
        output.table(
            ("file", "outcome", "code", "why"),
            [(item.file_path, OUTCOMES[became(item.status, item.code)], item.code, item.message) for item in items],
        )
    came_to = _CAME_TO.get(operation.status) or f"is {operation.status.replace('_', ' ')}"
    output.note(
        f"Operation {operation.id} ({operation.operation_type}) {came_to}: {_counts(operation.outcomes)}, "
        f"in {wording.duration(operation.seconds)}."
    )
    if operation.error_message:
        output.complain(operation.error_message)


def _counts(outcomes: Mapping[str, int]) -> str:
    """Return what became of the files: how many of them are done, and what else there is."""
    parts = [f"{outcomes['done']:,} of {wording.plural(sum(outcomes.values()), 'file')} done"]
    parts += [f"{count:,} {OUTCOMES[outcome]}" for outcome, count in outcomes.items() if count and outcome != "done"]
    return ", ".join(parts)


def _say_ways(operation: MetadataOperation, bad: Collection[ItemDetails]) -> None:
    """Say by which commands what was not done is gone on with, and what was done is taken back; `bad` as in BAD."""
    lasting = sum(item.code in errors.LASTING for item in bad)
    if operation.can_go_on:
        output.note(f"'indexium operations resume {operation.id}' goes on with it.")
    elif (len(bad) > lasting or operation.given_up) and operation.user_action != "rollback_person":
        output.note(f"'indexium operations retry {operation.id}' tries once more what was not done.")
    if lasting and operation.reverts_id is not None:
        output.note(
            f"'indexium rollback {operation.reverts_id} --changed comment' gives files whose old bytes cannot "
            "come back at least their comment."
        )
    if operation.can_rollback:
        what = "it" if operation.operation_type == "write" else "this rollback"
        way = f"'indexium rollback {operation.id}' takes {what} back, byte for byte."
        output.note(f"{way} {operation.rollback_reason}".rstrip())


operations = typer.Typer(help="Writes and rollbacks, running and done.", no_args_is_help=True)
app.add_typer(operations, name="operations")


@operations.command("list", epilog="Example: indexium operations list --json")
def list_operations(context: typer.Context, as_json: AsJson = False) -> None:
    """Show all operations, newest first."""
    history(context, as_json=as_json)


@operations.command("show", epilog="Example: indexium operations show 3")
def show(
    context: typer.Context,
    operation_id: Id,
    page: Annotated[int, typer.Option(min=1, max=MOST, help="Page of the files.")] = 1,
    per_page: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="Files of a page, 0 = all; default 200, with --json all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the whole story of an operation: what was asked, when what happened, every file, the end of its log."""
    count = per_page if per_page is not None else 0 if as_json else story.FILES
    with opened(context) as library:
        found = library.stories.tell(operation_id, page=page, per_page=count)
        status = library.status(operation_id)
    if as_json:
        output.to_json(found.as_dict())
        return
    story.tell(found, at_work=len(status.working))
    _say_under_way(found.items, status)


def _say_under_way(items: Collection[ItemDetails], status: OperationStatus) -> None:
    """Say how far the files are that are being written: one large film may be all there is."""
    if status.pausing:
        output.note(f"Operation {status.id} is pausing: what was begun goes on yet.")
    elif status.at_rest:
        output.note(f"Operation {status.id} is at rest: all that was begun has ended or stands still.")
    for item in items:
        if item.id in status.working:
            share = f", {status.shares[item.id]:.0%} of its new file is there" if item.id in status.shares else ""
            output.note(f"{item.file_path} is under way for {wording.duration(status.working[item.id])}{share}.")


@operations.command("people", epilog="Example: indexium operations people 3")
def people_of(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Show whom an operation wrote, and out of how many files 'rollback ID --person NAME' could take each now."""
    with opened(context) as library:
        found = library.history.people_of(operation_id)
    if as_json:
        output.to_json({"items": found, "total": len(found)})
        return
    output.table(("person", "files", "can go"), [(each.name, each.files, each.able) for each in found], right=(1, 2))


@operations.command("pause", epilog="Example: indexium operations pause 3")
def pause(context: typer.Context, operation_id: Id) -> None:
    """Hold an operation that runs in the service, after the files under way; 'resume' lets it go on."""
    with opened(context) as library:
        if not library.pause(operation_id):
            held = library.jobs.of_operation(operation_id).pause_text
            state = held or library.status(operation_id).status.replace("_", " ")
            way = f"'indexium operations resume {operation_id}' lets it go on" if held else "there is nothing to pause"
            message = f"Operation {operation_id} is {state}: {way}."
            raise errors.UsageError(message, code="wrong_state")
        status = library.status(operation_id)
    if status.finished:
        output.note(_too_late(status, "held"))
    else:
        output.note(f"Operation {operation_id} is held; 'indexium operations resume {operation_id}' lets it go on.")


def _too_late(status: OperationStatus, meant: str) -> str:
    came_to = f"{status.status.replace('_', ' ')}, {status.processed:,} of {wording.plural(status.total, 'file')}"
    return output.too_late(f"Operation {status.id}", meant, came_to)


@operations.command("resume", epilog="Example: indexium operations resume 3")
def resume(context: typer.Context, operation_id: Id, as_json: AsJson = False) -> None:
    """Go on with a paused or interrupted operation; nothing is written twice."""
    with opened(context) as library:
        follow(library, library.resume(operation_id), "Resuming", as_json=as_json)


@operations.command("cancel", epilog="Example: indexium operations cancel 3")
def cancel(context: typer.Context, operation_id: Id) -> None:
    """Give up what an operation has left to do."""
    with opened(context) as library:
        library.cancel(operation_id)
        status = library.status(operation_id)
    if status.finished and status.status != "cancelled":
        output.note(_too_late(status, "cancelled"))
        return
    soon = "" if status.finished else " as soon as the files under way are done or put back as before"
    back = "; what it did can still be rolled back" if status.can_rollback else ""
    output.note(f"Operation {operation_id} is cancelled{soon}{back}.")


@app.command(epilog="Example: indexium history 'person:\"Ann Lee\"' --since 2026-10-01")
def history(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='Words of a file, note or person; person:"Ann Lee".')] = "",
    since: Annotated[str | None, typer.Option(help="First day, e.g. 2026-11-20.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    status: Annotated[str | None, typer.Option(help="Only these states, e.g. completed,interrupted.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only write, or only rollback.")] = None,
    person: Annotated[str, typer.Option(help="Only where this person was added or removed.")] = "",
    file: Annotated[str, typer.Option(help="Only with a file whose path has these words.")] = "",
    error: Annotated[
        str, typer.Option(help="Only where a file was refused or failed with this code, e.g. in_use.")
    ] = "",
    page: Annotated[int, typer.Option(min=1)] = 1,
    per_page: Annotated[int, typer.Option(min=0, help="0 = all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was written and taken back, newest first."""
    with opened(context) as library:
        found = library.history(
            query,
            since=since,
            until=until,
            status=_words_of(status, "status", STATES),
            operation_type=_words_of(kind, "type", ("write", "rollback")),
            person=person,
            file=file,
            error=error,
            page=page,
            per_page=per_page,
        )
    if as_json:
        items = [operation.as_dict() for operation in found.items]
        output.to_json({"items": items, "total": found.total, "page": found.page, "per_page": found.per_page})
        return
    outcomes = [
        outcome
        for outcome in OUTCOMES
        if outcome not in _SELDOM or any(operation.outcomes[outcome] for operation in found.items)
    ]
    rows = [
        (
            operation.id,
            operation.operation_type,
            f"{operation.started_at.astimezone():%Y-%m-%d %H:%M}",
            operation.status,
            *(operation.outcomes[outcome] for outcome in outcomes),
            operation.user_note,
        )
        for operation in found.items
    ]
    heads = ("id", "type", "when", "state", *(OUTCOMES[outcome] for outcome in outcomes), "note")
    output.table(heads, rows, right=(0, *range(4, 4 + len(outcomes))))
    where = "" if found.total else f" in {chosen_home(context)}"
    output.note(f"{wording.plural(found.total, 'operation')}{where}.")


def _words_of(text: str | None, option: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the words of an option that takes several; raises UsageError for one that nothing has."""
    found = tuple(word.strip() for word in (text or "").split(",") if word.strip())
    if unknown := [word for word in found if word not in known]:
        message = f"--{option} takes {', '.join(known)}; '{unknown[0]}' is something else."
        raise errors.UsageError(message)
    return found


@app.command(epilog="Example: indexium recover")
def recover(context: typer.Context, as_json: AsJson = False) -> None:
    """Put right what a killed process left, and say for each file what was done; every start does the same."""
    with opened_here(context) as library:
        left = library.interruptions.operations(files=0)
        report = replace(library.recovered, interrupted=[each.id for each in left])  # also those of former starts
    if as_json:
        output.to_json(report)
    else:
        output.note(_put_right(report))
        for file in report.files:
            output.note(f"  {file.became}: {file.file_path}" + (f" ({file.message})" if file.message else ""))
        for each in [] if report.files else left:
            output.note(f"'indexium operations show {each.id}' tells what the last recovery did with its files.")
        for each in left:
            back = " or rolled back" if each.operation.can_rollback else ""
            output.note(f"Operation {each.id} has not come to its end; it can be resumed{back}.")
    raise typer.Exit(1 if report.problems else 0)


def _put_right(report: RecoverReport) -> str:
    if not (report.files or report.problems):
        return "Nothing was left to put right."
    return (
        f"{wording.plural(report.undone, 'file')} undone, {report.finished} found finished, "
        f"{len(report.problems)} unclear."
    )
