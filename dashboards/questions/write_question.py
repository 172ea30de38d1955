"""
The question before a write: what will happen in numbers, what would be lost, and whether it is still what was shown.

Whatever is to be written (a selection of the plan, what a dry run found ready, what another operation left) is asked
for here, so that nothing is ever written without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components import comment_diff
from dashboards.components.dialog import Dialog
from dashboards.words import RISK_HINTS
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.files import fields
from indexium_core.model.operations import strategies
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import Holder, PlanItem, Selection, SelectionDigest, StaleFile, StaleFiles

if TYPE_CHECKING:
    from indexium_core.library import Library, MetadataPlan
    from indexium_core.model.planning.plan import SelectionSummary

__all__ = ["WRITABLE", "WriteQuestion", "WriteRequest", "how"]

WRITABLE = ("safe", "warning", "danger")
PER_PAGE = 20  # dangerous files on a page of the question
STALE = 50  # changed files that are named
TRIES = 3
MOVED = "Other files are found than when you were asked. Nothing was written: look at the numbers again."


class WriteRequest(NamedTuple):
    """What somebody wants to be written."""

    plan: MetadataPlan  # as it was shown
    selection: Selection
    options: WriteOptions = WriteOptions(risk=WRITABLE, source="dashboard")
    within: str = ""  # the search that is looked at
    hint: str = ""  # what else is said
    moved: bool = False  # it was shown before, and other files were found since


class _WritePreview(NamedTuple):
    """What a look at a wish found."""

    wish: WriteRequest
    summary: SelectionSummary
    expected: SelectionDigest  # the files that it tells of
    stale: StaleFiles
    dangers: list[PlanItem]  # the first of them
    danger_count: int
    held: list[Holder]  # operations that hold some of the files
    all_held: bool  # … or all that are left


class WriteQuestion:
    """Asks, then starts; everything that it counts is counted by the library."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        *,
        started: Callable[[int], None],
        shown: Callable[[int], None],
    ) -> None:
        """Stand ready; `started` gets the id of an operation that was started, `shown` that of one to be looked at."""
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._started, self._shown = started, shown
        self._serial = 0
        self._asked: WriteRequest | None = None
        self._told: list[StaleFile] = []  # what the screen says has changed

    def start(self) -> None:
        """Follow the plan: a question on the screen says when it is out of date."""
        self._bridge.listen(("plan:changed",), self._recheck, every=0.5)

    def ask(self, wish: WriteRequest) -> None:
        """Ask whether it is to be written; an answer starts it."""
        self._bridge.run(lambda: self._look(wish), self._ask, name="write_question", once=True)

    def _look(self, wish: WriteRequest) -> _WritePreview:
        library = self._library
        stale = library.plans.stale(wish.plan, wish.selection, limit=STALE)
        if not stale.count:  # what is written into a file is what was shown; whether it can be, is told as it is now
            wish = wish._replace(plan=wish.plan.newest())
        for _ in range(TRIES):  # until nothing happens between the one and the other
            expected = library.plans.digest(wish.plan, wish.selection, risk=wish.options.risk)
            summary = library.preview(wish.selection, wish.plan, within=wish.within, options=wish.options)
            if expected.count == summary.count:
                break
        dangers, count = wish.plan.sample(wish.selection, "risk:danger", limit=PER_PAGE)
        held = library.operations.held(wish.plan, wish.selection, wish.options)
        return _WritePreview(
            wish=wish,
            summary=summary,
            expected=expected,
            stale=stale,
            dangers=dangers if "danger" in wish.options.risk else [],
            danger_count=count if "danger" in wish.options.risk else 0,
            held=held,
            all_held=bool(held) and sum(each.files for each in held) >= self._left(wish),
        )

    def _left(self, wish: WriteRequest) -> int:
        """Return how many files there are to be written by now: those that hold some of them write on meanwhile."""
        return self._library.preview(wish.selection, wish.plan.newest(), options=wish.options).count

    def _ask(self, look: _WritePreview) -> None:
        if look.all_held:
            self._say_held(look.held)
            return
        if look.stale.count:
            self._say_stale(look.wish, look.stale)
            return
        number = look.summary.count
        if not number:
            self._bridge.toast("info", "There is nothing to write: no selected file would change.")
            return
        self._asked, self._told = look.wish, []
        self._serial = self._dialog.ask(
            f"Write {wording.files(number)}?",
            _sections(look),
            lambda note: self._begin(look, note),
            confirm=f"Write {wording.files(number)}",
            risky=look.danger_count > 0,
            enter=not look.danger_count and not look.wish.moved,
            typed=_typed(look.danger_count) if look.danger_count else None,
            note="Note for the history (optional)",
            written=look.wish.options.user_note,
            turn=lambda _list, page, _choice: self._turn(look, page),
        )

    def _turn(self, look: _WritePreview, page: int) -> None:
        """Show another page of the dangerous files."""
        serial, plan, selection = self._serial, look.wish.plan, look.wish.selection

        def read() -> dict[str, Any]:
            items, count = plan.sample(selection, "risk:danger", limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
            return _dangers(items, count, page)

        self._bridge.run(read, lambda section: self._dialog.renew_list(serial, section), name="dangers")

    def _begin(self, look: _WritePreview, note: str) -> None:
        wish, options = look.wish, replace(look.wish.options, user_note=note.strip())
        self._asked = None

        def failed(error: errors.IndexiumError) -> None:
            if isinstance(error, errors.StalePlanError):  # it changed between the question and the answer
                self.ask(wish._replace(options=options, moved=True))
            else:
                self._bridge.toast("error", error.message)

        self._bridge.run(
            lambda: self._library.write(wish.plan, options, selection=wish.selection, expected=look.expected).id,
            self._started,
            name="write",
            once=True,
            failed=failed,
        )

    def _say_held(self, held: list[Holder]) -> None:
        """Say that nothing could be written now, and lead to what is in the way."""
        self._asked = None
        self._serial = self._dialog.report(
            "Nothing of this can be written now",
            [{"kind": "why", "level": "warning", "text": each.say()} for each in held],
            follows=self._serial,
            actions=[{"label": "Show it", "act": "show", "kind": "primary"}],
            acts={"show": lambda: self._show(held[0])},
        )

    def _show(self, holder: Holder) -> None:
        self._dialog.dismiss()
        self._shown(holder.operation_id)

    # What is not as it was shown any more.

    def _recheck(self) -> None:
        """Look whether what is asked about is still so."""
        wish, serial = self._asked, self._serial
        if wish is None or not self._dialog.showing(serial):
            return

        def told(stale: StaleFiles) -> None:
            if stale.count and stale.items != self._told and self._dialog.showing(serial):
                self._say_stale(wish, stale)

        self._bridge.run(lambda: self._library.plans.stale(wish.plan, wish.selection, limit=STALE), told, name="stale")

    def _say_stale(self, wish: WriteRequest, stale: StaleFiles) -> None:
        """Say that files changed since they were looked at, how, and let them be looked at again."""
        self._asked, self._told = wish, stale.items
        these = "1 of these files" if stale.count == 1 else f"{wording.count(stale.count)} of these files"
        rest = stale.count - len(stale.items)
        items = [
            {
                "name": item.file_name,
                "path": item.file_path,
                "level": "warning",
                "status": item.reason,
                "was": item.shown or "",
                "now": item.now or "",
            }
            for item in stale.items
        ]
        self._serial = self._dialog.report(
            "The plan has changed",
            [
                {
                    "kind": "why",
                    "level": "warning",
                    "text": f"{these} changed since you looked. This write has not begun: look again first.",
                },
                {
                    "kind": "items",
                    "key": "stale",
                    "label": "What would be written: as it was shown, and now",
                    "items": items,
                    "more": wording.and_more(rest),
                },
            ],
            follows=self._serial,
            wide=True,
            actions=[{"label": "Look again", "act": "again", "kind": "primary"}],
            acts={"again": lambda: self._again(wish)},
        )

    def _again(self, wish: WriteRequest) -> None:
        """Ask once more, about the plan as it is now."""
        self._asked = None
        self._dialog.dismiss()
        self._bridge.run(
            lambda: self._look(wish._replace(plan=wish.plan.newest())), self._ask, name="write_question", once=True
        )


def _typed(danger: int) -> dict[str, str]:
    files = "this dangerous file" if danger == 1 else f"these {wording.count(danger)} dangerous files"
    return {"before": "Type", "word": f"write {danger}", "after": f"to write {files}, too."}


def _sections(look: _WritePreview) -> list[dict[str, Any]]:
    """Return what is said before a write: levels, people, strategies, cost, undo, and what would be lost."""
    summary = look.summary
    counts = {level: summary.by_risk.get(level, 0) for level in RISK_HINTS}
    levels = [{"level": level, "count": wording.count(number)} for level, number in counts.items() if number]
    sections: list[dict[str, Any]] = [{"kind": "levels", "levels": levels}, {"kind": "facts", "pairs": _facts(look)}]
    if look.wish.moved:
        sections.insert(0, {"kind": "why", "level": "warning", "text": MOVED})
    sections += [{"kind": "why", "level": "warning", "text": each.say()} for each in look.held]
    if look.wish.hint:
        sections.append({"kind": "hint", "text": look.wish.hint})
    if look.danger_count:
        sections.append({"kind": "why", "level": "danger", "text": _losses(summary, look.danger_count)})
        sections.append(_dangers(look.dangers, look.danger_count, 1))
    return sections


def _facts(look: _WritePreview) -> list[list[str]]:
    summary = look.summary
    pairs = [
        ["People", _people(summary)],
        ["How", how(summary.by_strategy)],
        ["Written", f"{wording.size(summary.est_bytes)}, in {wording.estimate(summary.est_seconds)}"],
        ["Undo", _undo(summary)],
    ]
    if summary.hidden:
        pairs.append(["Hidden", f"{wording.files(summary.hidden)} of them not shown by the search"])
    left = {name: number for name, number in summary.excluded.items() if number and name != "unchanged"}
    if left:
        names = sorted(left, key=lambda name: name == "blocked")  # what could be written comes first
        pairs.append(["Left out", ", ".join(f"{wording.count(left[name])} {_LEFT.get(name, name)}" for name in names)])
    return pairs


_LEFT = {"postponed": "skipped", "blocked": "blocked (they cannot be written)"}


def _people(summary: SelectionSummary) -> str:
    added, removed = summary.tags_to_add, summary.tags_to_remove
    parts = [f"{wording.count(added)} added"] if added else []
    parts += [f"{wording.count(removed)} removed"] if removed else []
    return ", ".join(parts) or "the same ones, written otherwise"


def how(by_strategy: dict[str, int]) -> str:
    """Return how many files are written how: `74 in place, 3 copied whole, 1 rewritten by FFmpeg`."""
    counts: Counter[str] = Counter()
    for name, number in by_strategy.items():
        counts[_HOW.get(strategies.in_a_word(name), "in place")] += number
    return ", ".join(f"{wording.count(number)} {way}" for way, number in counts.most_common())


_HOW = {
    "in place": "in place",
    "shared copy": "as a new file that shares the media",
    "full copy": "copied whole",
    "rewrite": "rewritten by FFmpeg",
}


def _undo(summary: SelectionSummary) -> str:
    """Return how many files can be taken back, how, and until when."""
    until = f" until {wording.day(summary.rollback_until)}" if summary.rollback_until else ""
    if not summary.tags_only:
        who = {1: "it can be", 2: "both can be"}.get(summary.exact, f"all {wording.count(summary.exact)} can be")
        return f"{who} rolled back byte for byte{until}"
    exact = f"{wording.count(summary.exact)} byte for byte, " if summary.exact else ""
    return f"{exact}{wording.count(summary.tags_only)} by comment only{until}"


def _losses(summary: SelectionSummary, danger: int) -> str:
    parts = []
    if summary.loses_text:
        parts.append(f"{wording.files(summary.loses_text)} would lose text of your own (Preserve keeps it)")
    if summary.removes_everyone:
        parts.append(f"{wording.files(summary.removes_everyone)} would lose everybody")
    return f"{'. '.join(parts)}." if parts else f"{wording.files(danger)} {'needs' if danger == 1 else 'need'} a look."


def _dangers(items: list[PlanItem], count: int, page: int) -> dict[str, Any]:
    """Return one page of the dangerous files with what each would lose."""
    first = (page - 1) * PER_PAGE
    return {
        "kind": "items",
        "key": "dangers",
        "look": "losses",
        "label": f"{wording.count(count)} dangerous {'file' if count == 1 else 'files'}",
        "items": [_danger(item) for item in items],
        "page": page,
        "pages": max(1, -(-count // PER_PAGE)),
        "range": wording.range_of(first + 1, first + len(items), count),
    }


def _danger(item: PlanItem) -> dict[str, Any]:
    dangers = {issue.code: issue.message for issue in item.issues if issue.severity == "danger"}
    chips = [{"level": "danger", "text": _LOSSES.get(code) or risk.ISSUES[code].label} for code in dangers]
    told = [message for code, message in dangers.items() if code not in _LOSSES]
    gone = [{"text": name, "kind": "del"} for name in item.tags_to_remove]
    return {
        "key": item.file_id,
        "name": item.file_name,
        "path": item.file_path,
        "chips": chips,
        "texts": _lost(item) if "custom_comment" in dangers else [],
        "tags": gone if "tag_removal_all" in dangers else None,
        "message": " ".join(told),
    }


_LOSSES = {"custom_comment": "loses your text", "tag_removal_all": "removes everyone"}


def _lost(item: PlanItem) -> list[dict[str, str]]:
    """Return every text that a write would lose; the place of each where there are several."""
    lost = fields.lost_by(item.changes)
    several = len(item.changes) > 1
    return [
        {"where": where if several else "", "text": comment_diff.seen(_short(text))} for where, text in lost.items()
    ]


def _short(text: str) -> str:
    return text if len(text) <= 2000 else text[:2000] + f" … and {len(text) - 2000:,} characters more: see its details"
