"""
A library in memory with the methods that the dashboard calls, for tests that need no files and no database.

It plans about 200 made-up files, searches with the real grammar's tree, writes them slowly enough to be watched, and
takes them back. What is true of it and of the real one is tested on both (tests/browser).
"""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from indexium_core import errors
from indexium_core.flows.rescan import RescanReport
from indexium_core.flows.writing import DryRunReport
from indexium_core.jobs.events import EventBus
from indexium_core.model import check, query, readers, risk
from indexium_core.model import people as names
from indexium_core.model.check import CheckGroup, CheckPage
from indexium_core.model.details import FileDetails, StandingDecision
from indexium_core.model.facets import FACETS, Facet, Facets, FacetValue
from indexium_core.model.media import Change, StreamFacts
from indexium_core.model.operation import (
    FINISHED_STATES,
    HOLDING_STATES,
    ItemDetails,
    MetadataOperation,
    OperationCounts,
    OperationDetails,
    OperationStatus,
    PaginatedOperations,
    RollbackCheck,
    WriteOptions,
    WriteResult,
)
from indexium_core.model.plan import (
    RISK_LEVELS,
    Holder,
    Issue,
    PlanItem,
    PlanPage,
    PlanStatistics,
    Seal,
    Selection,
    SelectionSummary,
    StaleFiles,
)
from indexium_core.model.properties import FIELDS, LABELS, AuditEvent, AuditPage, FileProperty, LockReport
from indexium_core.model.query.values import Flag, Options, Span, Text
from tests.support.fake_jobs import FakeJobs

__all__ = ["FakeLibrary", "items"]

PEOPLE = ["Ann Lee", "Bob Ray", "Zoë Öz", "ليلى", "Sammy Davis, Jr.", "Li Wei"]
SHAPES = [  # name, container, comment, level, reasons
    ("Seaside {n}.mp4", "mp4", None, "safe", ["shown_as_plot"]),
    ("GOPR0{n}.MP4", "mp4", "People: Bob Ray", "safe", []),
    ("interview_take_{n}_final_FINAL_with_a_very_long_name_that_does_not_fit.mkv", "matroska", None, "safe", []),
    ("Zoë's birthday 🎂 {n}.mov", "mov", "People: Zoe Oz", "warning", ["tag_removal"]),
    ("Old house {n}.mp4", "mp4", "Filmed by Grandpa at the old house; People: Bob Ray", "danger", ["custom_comment"]),
    ("حفلة الزفاف {n}.mp4", "mp4", "A wedding", "danger", ["custom_comment", "case_collision"]),
    ("VTS_01_{n}.avi", "avi", None, "blocked", ["no_strategy_yet"]),
    ("done {n}.webm", "webm", "People: Ann Lee", "unchanged", []),
]
FOLDERS = ["Family/2019", "Family/2021", "Work/Interviews", "Trips/Alps", ""]


def items(count: int = 200) -> dict[int, PlanItem]:
    """Return made-up plan items by id; every risk level is among them, and names that are hostile to markup."""
    made = [_item(number) for number in range(1, count + 1)]
    if count >= 10:
        made[9] = dataclasses.replace(
            made[8],
            file_id=10,
            file_name="<img src=x onerror=alert(1)>.mp4",
            file_path="/videos/<img src=x onerror=alert(1)>.mp4",
        )
    return {item.file_id: item for item in made}


def _item(number: int) -> PlanItem:
    name, container, comment, level, codes = SHAPES[number % len(SHAPES)]
    name, folder = name.format(n=number), FOLDERS[number % len(FOLDERS)]
    existing = names.extract_people_from_comment(comment)
    wanted = [PEOPLE[(number + step) % len(PEOPLE)] for step in range(1 + number % 2)]
    result = existing if level == "unchanged" else list(dict.fromkeys([*wanted, *existing]))
    removed = existing if level == "warning" else []
    return _planned(
        PlanItem(
            file_id=number,
            file_hash=f"x1:{number:032x}",
            file_path="/".join(part for part in ("/videos", folder, name) if part),
            file_name=name,
            file_ext=name.rsplit(".", 1)[-1].lower(),
            size=1_000_000 * number**2,
            mtime="2019-08-04T10:00:00Z",
            mtime_ns=1_564_912_800 * 10**9,
            container=container,
            library="videos",
            folder=folder,
            duration=61.0 * number,
            db_people=wanted,
            existing_people=existing,
            result_people=[person for person in result if person not in removed],
            tags_to_add=[],
            tags_to_remove=[],
            existing_comment=comment,
            result_comment=None,
            changes=[],
            category="add",
            risk_level=level,
            can_update=level not in {"blocked", "unchanged"},
            issues=[
                Issue(
                    code=code,
                    message=risk.ISSUES[code].message.split("[")[0] + ".",
                    severity=risk.ISSUES[code].severity,
                )
                for code in codes
            ],
            strategy="mp4_in_place" if container == "mp4" else "matroska_in_place",
            est_seconds=0.003,
            est_bytes=900,
            edited=False,
            postponed=False,
            people_mode="merge",
            comment_mode="replace",
        )
    )


def details_of(item: PlanItem, **changes: Any) -> FileDetails:
    """Return what would be known of a made-up file."""
    moment = datetime(2026, 11, 18, 12, tzinfo=UTC)
    picture = {"width": 1920, "height": 1080, "attached_pic": False}
    facts = {name: getattr(item, name) for name in FileDetails.__dataclass_fields__ if hasattr(item, name)}
    found = FileDetails(
        **facts | {"mtime": moment},
        path_raw="",
        library_id=1,
        library_path="/videos",
        library_state="online",
        library_reason="",
        state="ok",
        state_message="",
        nlink=1,
        read_only=False,
        first_seen_at=moment,
        scanned_at=moment,
        streams=[StreamFacts(index=0, kind="video", codec="h264", language=None, details=picture)],
        tags=[],
        comment=item.existing_comment,
        comment_fields=[],
        fields_differ=False,
        people=[],
        copies=[],
        copies_total=0,
        decisions=[],
        strategy_words="in place",
        strategy_why="There is room.",
        strategy_code="",
        readings=readers.readings(item.container, item.result_comment),
        history=[],
        history_total=0,
        plan=item,
        properties=[FileProperty(field=name, label=LABELS[name], value=None, text="-") for name in FIELDS],
        read_with="pyav",
        properties_read_at=moment,
    )
    return dataclasses.replace(found, **changes)


def standing(number: int, kind: str) -> StandingDecision:
    """Return a decision in force."""
    moment = datetime(2026, 11, 18, 12, tzinfo=UTC)
    nothing = dict.fromkeys(("people", "until", "people_mode", "comment_mode"))
    return StandingDecision(decision_id=number, kind=kind, reason="", created_at=moment, **nothing)


def _planned(item: PlanItem, **changes: Any) -> PlanItem:
    """Return an item with its consequences worked out again."""
    item = dataclasses.replace(item, **changes)
    comment = names.render(item.existing_comment, item.result_people, item.comment_mode)
    return dataclasses.replace(
        item,
        result_comment=comment,
        tags_to_add=[name for name in item.result_people if name not in item.existing_people],
        tags_to_remove=[name for name in item.existing_people if name not in item.result_people],
        changes=[Change(field="comment", old=item.existing_comment, new=comment)],
    )


class FakePlan:
    """What `Library.plan` returns."""

    def __init__(self, library: FakeLibrary, text: str) -> None:
        self._library, self.query, self.id = library, text, library.version
        tree = query.parse(text)
        asked = {term.key.name for term in _terms(tree)}
        values = {option for term in _terms(tree) if isinstance(term.value, Options) for option in term.value.options}
        self._hits = [item for item in library.items.values() if _finds(tree, item)]
        self._listed = [
            item
            for item in self._hits
            if (item.risk_level != "unchanged" or "unchanged" in values)
            and (not item.postponed or "postponed" in asked)
        ]

    @property
    def statistics(self) -> PlanStatistics:
        shown = [item for item in self._hits if not item.postponed or item in self._listed]
        levels = Counter(item.risk_level for item in shown)
        changing = [item for item in shown if item.can_update]
        return PlanStatistics(
            total_files=len(shown),
            **{f"{level}_count": levels[level] for level in RISK_LEVELS},
            total_tags_to_add=sum(len(item.tags_to_add) for item in changing),
            total_tags_to_remove=sum(len(item.tags_to_remove) for item in changing),
            postponed_count=sum(item.postponed for item in self._hits),
            bytes_to_write=sum(item.est_bytes for item in changing),
            est_seconds=sum(item.est_seconds for item in changing),
            by_container=dict(Counter(item.container for item in self._listed)),
            by_issue=dict(Counter(issue.code for item in self._listed for issue in item.issues)),
        )

    def page(self, number: int = 1, *, per_page: int = 50, sort: str = "risk", descending: bool = False) -> PlanPage:
        rank = {level: place for place, level in enumerate(("danger", "warning", "safe", "blocked", "unchanged"))}
        key: Callable[[PlanItem], Any] = {
            "name": lambda item: item.file_name.casefold(),
            "risk": lambda item: rank[item.risk_level],
            "tags": lambda item: len(item.result_people),
            "cost": lambda item: item.est_seconds,
        }.get(sort, lambda item: item.file_id)
        ordered = sorted(self._listed, key=key, reverse=descending)
        first = (number - 1) * per_page
        found = ordered[first : first + per_page]
        return PlanPage(
            items=found, total=len(ordered), page=number, per_page=per_page, plan_id=self.id, statistics=self.statistics
        )

    def item(self, file_id: int) -> PlanItem:
        if file_id not in self._library.items:
            message = f"There is no file {file_id} in the plan."
            raise errors.UnknownIdError(message)
        return self._library.items[file_id]

    def marked(self, selection: Selection, items: Sequence[PlanItem]) -> frozenset[int]:
        return self.chosen(selection, [item.file_id for item in items]) if selection != Selection() else frozenset()

    def chosen(self, selection: Selection, file_ids: Sequence[int]) -> frozenset[int]:
        return frozenset(self.ids(selection)) & frozenset(file_ids)

    def ids(self, selection: Selection) -> list[int]:
        tree = query.parse(selection.query) if selection.query is not None else None
        levels = selection.risk or ("safe", "warning", "danger")
        return [
            item.file_id
            for item in self._library.items.values()
            if item.can_update
            and not item.postponed
            and (
                item.file_id in selection.included
                or (
                    tree is not None
                    and item.risk_level in levels
                    and item.file_id not in selection.excluded
                    and _finds(tree, item)
                )
            )
        ]

    def sample(self, selection: Selection, text: str, *, limit: int, offset: int = 0) -> tuple[list[PlanItem], int]:
        found = [item for item in map(self.item, self.ids(selection)) if _finds(query.parse(text), item)]
        return found[offset : offset + limit], len(found)

    def newest(self) -> FakePlan:
        return FakePlan(self._library, self.query)


def _terms(tree: Any) -> list[Any]:
    if isinstance(tree, query.Term):
        return [tree]
    return [term for node in getattr(tree, "nodes", [getattr(tree, "node", None)]) if node for term in _terms(node)]


def _finds(tree: Any, item: PlanItem) -> bool:
    if isinstance(tree, query.Not):
        return not _finds(tree.node, item)
    if isinstance(tree, query.AllOf | query.AnyOf):
        every = all if isinstance(tree, query.AllOf) else any
        return every(_finds(node, item) for node in tree.nodes)
    people = [*item.db_people, *item.existing_people, *item.result_people]
    facts: dict[str, Any] = {
        "": [item.file_path, *people],
        "person": people,
        "path": [item.file_path],
        "name": [item.file_name],
        "folder": [item.folder],
        "risk": [item.risk_level],
        "container": [item.container],
        "ext": [item.file_ext],
        "issue": [issue.code for issue in item.issues],
        "tags": len(item.result_people),
        "size": item.size,
        "edited": item.edited,
        "postponed": item.postponed,
    }
    value, fact = tree.value, facts[tree.key.name]
    if isinstance(value, Text):
        return any(names.fold(value.text) in names.fold(text) for text in fact)
    if isinstance(value, Options):
        return any(option in fact for option in value.options)
    if isinstance(value, Flag):
        return bool(fact == value.wanted)
    assert isinstance(value, Span)
    return (value.low is None or fact >= value.low) and (value.high is None or fact < value.high)


class FakeLibrary:
    """A stand-in for `indexium_core.library.Library`."""

    def __init__(self, count: int = 200, *, pace: float = 0.01, **settings: Any) -> None:
        self.items = items(count)
        self.version = 1
        self.events = EventBus()
        self.jobs = FakeJobs(self.events)
        self.instance_id = "fake"
        self.home_id = "home"
        self.notices: list[str] = []
        self.pace = pace  # seconds that one file takes
        self.home = Path("nowhere")
        self.settings = SimpleNamespace(
            **{
                "metadata_preview_page_size": 50,
                "metadata_enable_inline_edit": True,
                "metadata_enable_websocket": True,
                "metadata_backup_retention_days": 90,
                **settings,
            }
        )
        self.people = SimpleNamespace(
            list=lambda: [SimpleNamespace(name=name, files=3, written=1) for name in PEOPLE],
            similar=lambda name, limit=5: [],
        )
        self.charts = SimpleNamespace(
            risk_by=self._risk_by,
            operations_by_day=self._days,
            durations=lambda **_: pd.DataFrame(),
            coverage=lambda **_: pd.DataFrame(),
            errors_by_kind=lambda **_: pd.DataFrame(columns=["error", "files", "operations"]),
            people_most_written=self._most,
            totals=self._totals,
        )
        self.views = SimpleNamespace(list=list, default=lambda: None)
        self.requests = SimpleNamespace(find=lambda asked: None, note=lambda asked, job_id: None)
        self.locks = SimpleNamespace(
            of=lambda file_id: [],
            list=lambda query="": [],
            count=len,
            lock=lambda target, fields=(), by="": LockReport(files=len(target), changed=len(target) * len(fields)),
            unlock=lambda target, fields=(), by="": LockReport(files=len(target), changed=0),
            set=lambda target, field, text, by="": LockReport(files=len(target), changed=1),
        )
        self.told = False  # to begin nothing
        self.audited: list[AuditEvent] = []  # newest first
        self._decisions: dict[int, Any] = {}
        self._ids = itertools.count(1)
        self._runs: dict[int, _Run] = {}

    def begin_nothing(self) -> None:
        """Note it; nothing runs here that goes on to other files."""
        self.told = True

    def close(self) -> None:
        for run in self._runs.values():
            run.cancelled = True
            run.going.set()

    # Reading.

    def file(self, file_id: int) -> FileDetails:
        item = self.items[file_id]
        decided = [each for each in self._decisions.values() if each.file_id == file_id]
        return details_of(item, decisions=[standing(each.decision_id, each.kind) for each in decided])

    def thumbnail(self, file_id: int, *, width: int = 640) -> bytes | None:
        return None

    def names_like(self, text: str) -> list[tuple[str, int]]:
        return [(name, 3) for name in PEOPLE if names.fold(text) in names.fold(name)]

    def suggest(self, file_id: int) -> list[Any]:
        return []

    def checks(self, *, max_age: float = 0.0) -> list[CheckGroup]:
        titles = check.TITLES
        return [CheckGroup(kind=k, title=titles[k][0], text=titles[k][1], total=0, dismissed=0) for k in check.KINDS]

    def check(self, kind: str, page: int = 1, *, per_page: int = 25, dismissed: bool = False) -> CheckPage:
        return CheckPage(items=[], total=0, page=page, per_page=per_page)

    def libraries(self) -> list[Any]:
        scanned = datetime.now(UTC) - timedelta(minutes=4)
        return (
            [
                SimpleNamespace(
                    name="videos", path="/videos", state="online", state_reason="", scanned_at=scanned, file_count=7
                )
            ]
            if self.items
            else []
        )

    def plan(self, text: str = "") -> FakePlan:
        return FakePlan(self, text)

    def facets(self, text: str = "", *, plan: FakePlan | None = None, containing: Any = None) -> Facets:
        """Return the levels of what a search finds; other facets are empty."""
        found = plan or self.plan(text)
        levels = Counter(item.risk_level for item in found.page(per_page=10**9).items)
        values = tuple(FacetValue(value=level, label=level, files=number) for level, number in levels.items())
        empty = {key: Facet(key=key, values=(), total=0) for key in FACETS}
        return Facets(
            plan_id=self.version,
            query=found.query,
            facets=empty | {"risk": Facet(key="risk", values=values, total=len(values))},
        )

    def complete(self, text: str, position: int, *, plan: FakePlan) -> list[query.Completion]:
        return query.complete(text, position)

    def wider(self, *, plan: FakePlan) -> list[Any]:
        return []

    def volume(self, plan: FakePlan | None = None) -> int:
        return sum(item.size for item in self.items.values() if item.can_update)

    def preview(
        self, selection: Selection, plan: Any = None, *, within: str = "", options: WriteOptions | None = None
    ) -> SelectionSummary:
        chosen = [self.items[file_id] for file_id in (plan or self.plan()).ids(selection)]
        tree = query.parse(within)
        return SelectionSummary(
            count=len(chosen),
            by_risk=dict(Counter(item.risk_level for item in chosen)),
            tags_to_add=sum(len(item.tags_to_add) for item in chosen),
            tags_to_remove=sum(len(item.tags_to_remove) for item in chosen),
            est_seconds=sum(item.est_seconds for item in chosen),
            est_bytes=sum(item.est_bytes for item in chosen),
            excluded={},
            by_strategy=dict(Counter(item.strategy for item in chosen)),
            loses_text=sum(any(issue.code == "custom_comment" for issue in item.issues) for item in chosen),
            hidden=sum(not _finds(tree, item) for item in chosen) if within.strip() else 0,
            rollback_until=datetime.now(UTC) + timedelta(days=90),
            backup=options is None or options.create_backup,
        )

    def stale(self, plan: FakePlan, selection: Selection, *, limit: int = 50) -> StaleFiles:
        return StaleFiles(plan_id=self.version, count=0, items=[])

    def rescan(self, query: Any = "", *, file_ids: Sequence[int] = (), **_: Any) -> RescanReport:
        count = len(file_ids) or len(self.items)
        return RescanReport(processed=count, unchanged=count, total=count)

    def audit(self, file_id: int | None = None, job_id: int | None = None, *, page: int = 1, per_page: int = 50) -> Any:
        found = [each for each in self.audited if file_id in (None, each.file_id) and job_id in (None, each.job_id)]
        items = found[(page - 1) * per_page : page * per_page]
        return AuditPage(items=items, total=len(found), page=page, per_page=per_page)

    def scan_progress(self) -> None:
        return None

    def cancel_scan(self) -> bool:
        return False

    # Deciding.

    def edit(self, target: Sequence[int], people: Sequence[str]) -> Any:
        wanted = [names.validate_name(name) for name in people]
        return self._decide(target, "edit", result_people=wanted, edited=True)

    def postpone(self, target: Sequence[int], until: Any = None) -> Any:
        return self._decide(target, "postpone", postponed=True)

    def set_mode(self, target: Sequence[int], *, mode: str | None = None, comment_mode: str | None = None) -> Any:
        issues = {} if comment_mode == "replace" else {"issues": [], "risk_level": "safe"}
        return self._decide(target, "mode", comment_mode=comment_mode, **issues)

    def _decide(self, target: Sequence[int], kind: str, **changes: Any) -> Any:
        for file_id in target:
            number = next(self._ids)
            before = self.items[file_id]
            self._decisions[number] = SimpleNamespace(decision_id=number, file_id=file_id, kind=kind, before=before)
            self.items[file_id] = _planned(before, **changes)
        self._changed()
        return SimpleNamespace(files=len(target))

    def decisions(self) -> list[Any]:
        return list(self._decisions.values())

    def revoke(self, decision_ids: Sequence[int]) -> int:
        for number in sorted(decision_ids, reverse=True):
            decision = self._decisions.pop(number)
            self.items[decision.file_id] = decision.before
        self._changed()
        return len(decision_ids)

    def steps(self) -> Any:
        return SimpleNamespace(undo=None, redo=None)

    def bring_back(self, target: Sequence[int]) -> Any:
        return self.revoke_of(target, ("postpone",))

    def revoke_of(self, target: Sequence[int], kinds: Sequence[str] = ("edit", "mode", "postpone")) -> Any:
        found = [n for n, each in self._decisions.items() if each.file_id in target and each.kind in kinds]
        return SimpleNamespace(files=self.revoke(found))

    def _changed(self) -> None:
        self.version += 1
        self.events.emit("plan:changed", plan_id=self.version)

    # Writing.

    def dry_run(
        self, plan: FakePlan, options: WriteOptions, *, selection: Selection, progress: Any = None
    ) -> DryRunReport:
        results = [
            WriteResult(
                item_id=None,
                file_id=file_id,
                status="success",
                code="",
                message="",
                strategy="mp4_in_place",
                seconds=0.001,
            )
            for file_id in plan.ids(selection)
        ]
        counts = {"success": len(results)}
        return DryRunReport(items=results, counts=counts, excluded={}, plan_id=plan.id, total=len(results))

    def held(self, plan: FakePlan, selection: Selection, options: WriteOptions | None = None) -> list[Holder]:
        return []

    def seal(self, plan: FakePlan, selection: Selection, options: WriteOptions | None = None) -> Seal:
        ids = sorted(plan.ids(selection))
        return Seal(count=len(ids), digest=hash(tuple(ids)))

    def write(self, plan: FakePlan, options: WriteOptions, *, selection: Selection, sealed: Seal | None = None) -> Any:
        chosen = [self.items[file_id] for file_id in plan.ids(selection)]
        return self._launch("write", chosen, options.user_note, options.source, None)

    def rollback_check(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        progress: Any = None,
    ) -> RollbackCheck:
        done = [item for item in self._run(operation_id).rows if item.status == "success"]
        return RollbackCheck(
            operation_id=operation_id,
            restorable=len(done),
            conflicts=[],
            can_rollback=bool(done),
            reason="",
            exact=len(done),
        )

    def operation_people(self, operation_id: int) -> list[Any]:
        return []

    def rollback(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        replan: bool = False,
        note: str = "",
        source: str = "",
    ) -> Any:
        run = self._run(operation_id)
        run.operation = dataclasses.replace(run.operation, status="rolled_back", can_rollback=False)
        chosen = [run.before[row.file_id] for row in run.rows if row.status == "success"]
        return self._launch("rollback", chosen, note, source, operation_id)

    def _launch(self, kind: str, chosen: list[PlanItem], note: str, source: str, reverts: int | None) -> Any:
        run = _Run(self, len(self._runs) + 1, kind, chosen, note, source, reverts)
        self._runs[run.id] = run
        run.thread.start()
        return SimpleNamespace(id=run.id)

    def _run(self, operation_id: int) -> _Run:
        if operation_id not in self._runs:
            message = f"There is no operation {operation_id}."
            raise errors.UnknownIdError(message)
        return self._runs[operation_id]

    def operation(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = (), query: str = ""
    ) -> OperationDetails:
        run = self._run(operation_id)
        rank = {"failed": 0, "conflict": 0, "unknown": 0, "writing": 1, "success": 2, "skipped": 3, "pending": 4}
        rows = sorted(
            (row for row in run.rows if not statuses or row.status in statuses), key=lambda row: rank[row.status]
        )
        shown = rows[(page - 1) * per_page : page * per_page]
        return OperationDetails(
            operation=run.operation, status=run.status(), items=shown, total=len(rows), page=page, per_page=per_page
        )

    def status(self, operation_id: int) -> OperationStatus:
        return self._run(operation_id).status()

    def interrupted(self, *, files: int = 50) -> list[Any]:
        return []

    def interrupted_files(self, operation_id: int, *, became: str = "", page: int = 1, per_page: int = 50) -> list[Any]:
        return []

    def give_way(self) -> None:
        """Nothing runs here that could."""

    def pause(self, operation_id: int, *, wait: bool = True) -> bool:
        run = self._run(operation_id)
        run.going.clear()
        run.to("paused")
        return True

    def resume(self, operation_id: int) -> Any:
        run = self._run(operation_id)
        run.to("in_progress")
        run.going.set()
        return SimpleNamespace(id=operation_id)

    def cancel(self, operation_id: int) -> None:
        run = self._run(operation_id)
        run.cancelled = True
        run.going.set()

    def history(
        self,
        text: str = "",
        *,
        since: Any = None,
        until: Any = None,
        status: Any = None,
        operation_type: Any = None,
        error: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> PaginatedOperations:
        sought = query.of_history(text)
        states = (status,) if isinstance(status, str) else tuple(status or ())
        found = [
            run.operation
            for run in reversed(self._runs.values())
            if (not states or run.operation.status in states)
            and (not since or run.operation.started_at >= since)
            and (not until or run.operation.started_at <= until)
            and all(
                any(names.fold(word) in names.fold(f"{row.file_path} {row.tags_added}") for row in run.rows)
                for word in sought.words + sought.people + sought.paths
            )
        ]
        return PaginatedOperations(
            items=found[(page - 1) * per_page : page * per_page], total=len(found), page=page, per_page=per_page
        )

    def history_counts(
        self,
        text: str = "",
        *,
        since: Any = None,
        until: Any = None,
        status: Any = None,
        operation_type: Any = None,
        error: str = "",
    ) -> OperationCounts:
        found = self.history(text, since=since, until=until, per_page=10_000).items
        kinds = Counter(operation.operation_type for operation in found)
        return OperationCounts(by_status=dict(Counter(operation.status for operation in found)), by_type=dict(kinds))

    # Figures.

    def _risk_by(self, plan: FakePlan, by: str = "container") -> pd.DataFrame:
        listed = plan.page(per_page=10**9).items
        groups = Counter((item.container, item.risk_level) for item in listed)
        kinds = sorted({item.container for item in listed})
        return pd.DataFrame(
            [{"group": kind, **{level: groups[kind, level] for level in RISK_LEVELS[:4]}} for kind in kinds],
            columns=["group", *RISK_LEVELS[:4]],
        )

    def _days(self, days: int = 42, **_: Any) -> pd.DataFrame:
        done = [run.operation for run in self._runs.values()]
        rows = [
            {
                "day": operation.started_at.date(),
                "until": operation.started_at.date(),
                "written": operation.success_count,
                "restored": 0,
                "failed": operation.failure_count,
            }
            for operation in done
        ]
        made = pd.DataFrame(rows, columns=["day", "until", "written", "restored", "failed"])
        return made.groupby(["day", "until"], as_index=False).sum()

    def _most(self, count: int = 5, **_: Any) -> pd.DataFrame:
        written = Counter(
            name
            for run in self._runs.values()
            for row in run.rows
            if row.status == "success"
            for name in row.tags_added
        )
        return pd.DataFrame(written.most_common(count), columns=["person", "files"])

    def _totals(self) -> dict[str, int]:
        done = [run.operation for run in self._runs.values()]
        return {
            "operations": len(done),
            "written": sum(each.success_count for each in done),
            "refused": sum(each.failure_count for each in done),
            "rolled_back": sum(each.status == "rolled_back" for each in done),
        }


class _Run:
    """One operation at work in a thread."""

    def __init__(
        self,
        library: FakeLibrary,
        number: int,
        kind: str,
        chosen: list[PlanItem],
        note: str,
        source: str,
        reverts: int | None,
    ) -> None:
        self.id, self.library, self.chosen = number, library, chosen
        self.before = {item.file_id: item for item in chosen}
        self.rows = [_row(number * 100_000 + place, item, "pending") for place, item in enumerate(chosen)]
        self.cancelled = False
        self.going = threading.Event()
        self.going.set()
        self.operation = MetadataOperation(
            id=number,
            operation_type=kind,
            status="in_progress",
            started_at=datetime.now(UTC),
            completed_at=None,
            file_count=len(chosen),
            success_count=0,
            failure_count=0,
            skipped_count=0,
            conflict_count=0,
            unknown_count=0,
            seconds=0.0,
            error_message="",
            user_note=note,
            user_action=kind,
            user_name="tester",
            source=source,
            plan_id=library.version,
            reverts_id=reverts,
            can_rollback=False,
            rollback_reason="It is still running.",
        )
        self.thread = threading.Thread(target=self._work, daemon=True)

    def to(self, status: str, **changes: Any) -> None:
        self.operation = dataclasses.replace(self.operation, status=status, **changes)
        verb = "completed" if status in FINISHED_STATES else "progress"
        self.library.events.emit(f"{self.operation.operation_type}:{verb}", operation_id=self.id)

    def status(self) -> OperationStatus:
        operation = self.operation
        return OperationStatus(
            id=self.id,
            operation_type=operation.operation_type,
            status=operation.status,
            counts=dict(Counter(row.status for row in self.rows)),
            current_file="",
            rate=1 / self.library.pace if operation.status in HOLDING_STATES else 0.0,
            eta_seconds=None,
            started_at=operation.started_at,
            completed_at=operation.completed_at,
            can_rollback=operation.can_rollback,
            rollback_reason=operation.rollback_reason,
        )

    def _work(self) -> None:
        self.library.events.emit(f"{self.operation.operation_type}:started", operation_id=self.id)
        for place, item in enumerate(self.chosen):
            self.going.wait()
            if self.cancelled:
                break
            time.sleep(self.library.pace)
            self._finish(place, item)
        done = sum(row.status == "success" for row in self.rows)
        good = self.operation.operation_type == "write" and done > 0
        self.to(
            "cancelled" if self.cancelled else "completed",
            completed_at=datetime.now(UTC),
            seconds=done * self.library.pace,
            success_count=done,
            can_rollback=good,
            rollback_reason="" if good else "It is a rollback.",
            tags_added=sum(len(row.tags_added) for row in self.rows),
            expires_at=datetime.now(UTC) + timedelta(days=90),
            backup_bytes=400 * done,
        )
        self.library._changed()

    def _finish(self, place: int, item: PlanItem) -> None:
        self.rows[place] = _row(self.rows[place].id, item, "success")
        back = self.operation.operation_type == "rollback"
        done = dataclasses.replace(item, postponed=True) if back else _written(item)
        self.library.items[item.file_id] = done
        self.library.events.emit(
            f"{self.operation.operation_type}:progress", operation_id=self.id, current=place + 1, total=len(self.chosen)
        )


def _written(item: PlanItem) -> PlanItem:
    changes = {
        "existing_comment": item.result_comment,
        "existing_people": item.result_people,
        "risk_level": "unchanged",
        "can_update": False,
        "issues": [],
    }
    return _planned(item, **changes)


def _row(number: int, item: PlanItem, status: str) -> ItemDetails:
    done = status == "success"
    return ItemDetails(
        id=number,
        file_id=item.file_id,
        file_path=item.file_path,
        file_name=item.file_name,
        status=status,
        code="",
        message="",
        previous_comment=item.existing_comment,
        new_comment=item.result_comment,
        tags_added=item.tags_to_add,
        tags_removed=item.tags_to_remove,
        strategy=item.strategy if done else "",
        seconds=0.002 if done else None,
        proof={},
        processed_at=datetime.now(UTC) if done else None,
    )
