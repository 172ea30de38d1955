"""
A library in memory with the methods that the dashboard calls, for tests without files and database.

It plans about 200 generated files, searches with the tree of the real grammar, writes the files slowly enough to
observe it, and rolls them back. Plans are in `fake_plan`, writes, rollbacks and their history in `fake_operations`,
jobs in `fake_jobs`. Tests of common behaviour run on both libraries (tests/browser).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from indexium_core.flows.approvals.previews import Previews
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.library import LibraryServices
from indexium_core.model import check, query
from indexium_core.model.approval import ApprovalNotice
from indexium_core.model.check import CheckGroup, CheckPage
from indexium_core.model.files.properties import AuditEvent, AuditPage, LockReport
from indexium_core.model.files.scan_reports import RescanReport
from indexium_core.model.operations.actor import Actor, acting_as
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.rollback import RollbackCheck, RollbackOptions
from indexium_core.model.people import people_comment as names
from indexium_core.model.planning.plan import (
    FACETS,
    RISK_LEVELS,
    Facet,
    Facets,
    FacetValue,
    Selection,
    SelectionChanges,
    SelectionSummary,
    StaleFiles,
)
from indexium_core.model.review.file_details import FileDetails
from tests.support.fake_jobs import FakeJobs
from tests.support.fake_operations import FakeOperations
from tests.support.fake_plan import PEOPLE, FakePlan, details_of, finds, items, planned, standing


class FakeLibrary(FakeOperations):
    """A stand-in for `indexium_core.library.Library`."""

    def __getattr__(self, name: str) -> Any:
        """Return a service without calls for one that no test uses."""
        if name in LibraryServices.__annotations__:
            return SimpleNamespace()
        raise AttributeError(name)

    def __init__(self, count: int = 200, *, pace: float = 0.01, **settings: Any) -> None:
        super().__init__(items(count), pace=pace)
        self.jobs = FakeJobs(self.events)
        self.instance_id = "fake"
        self.home_id = "home"
        self.notices: list[str] = []
        self.resumed_scans: dict[int, str] = {}
        self.home = Path("nowhere")
        self.settings = SimpleNamespace(
            trusted_proxies="",
            trusted_user_header="",
            allowed_hosts="",
            **{
                "metadata_preview_page_size": 50,
                "metadata_enable_inline_edit": True,
                "metadata_enable_websocket": True,
                "metadata_backup_retention_days": 90,
                **settings,
            },
        )
        self.people = SimpleNamespace(
            list=lambda: [SimpleNamespace(name=name, files=3, written=1) for name in PEOPLE],
            similar=lambda name, *, limit=5: [],
        )
        self.charts = SimpleNamespace(
            risk_by=self._risk_by,
            operations_by_day=self._days,
            durations=lambda days=42, *, since=None, until=None: pd.DataFrame(),
            coverage=lambda days=42, *, since=None, until=None: pd.DataFrame(),
            errors_by_kind=lambda *, since=None, until=None: pd.DataFrame(columns=["error", "files", "operations"]),
            people_most_written=self._most,
            totals=self._totals,
        )
        self.views = SimpleNamespace(list=lambda: [], default=lambda: None)  # noqa: PIE807 - takes nothing
        self.requests = SimpleNamespace(find=lambda request: None, note=lambda request, *, job_id=None: None)
        self.locks = SimpleNamespace(
            of=lambda file_id: [],
            list=lambda query="": [],
            count=lambda target: len(target),  # noqa: PLW0108 - the real name of the parameter
            lock=lambda target, fields=(): LockReport(files=len(target), changed=len(target) * len(fields)),
            unlock=lambda target, fields=(): LockReport(files=len(target), changed=0),
            set=lambda target, field, text: LockReport(files=len(target), changed=1),
        )
        self.files = SimpleNamespace(has=self._has_file, file=self._file, names_like=self._names_like)
        self.thumbnails = SimpleNamespace(jpeg=self._thumbnail)
        self.suggestions = SimpleNamespace(suggest=self._suggest)
        self.checks = SimpleNamespace(groups=self._checks, page=self._check)
        self.inventory = SimpleNamespace(list=self._libraries)
        self.search = SimpleNamespace(
            facets=self._facets, complete=self._complete, wider=self._wider, volume=self._volume
        )
        self.sign_in = SimpleNamespace(is_needed=False)
        self.approvals = SimpleNamespace(
            notice=lambda: ApprovalNotice(to_decide=0, proposed=0),
            reasons=lambda kind, by_risk, *, levels=(), file_bytes=0, item_ids=(): (),
        )
        self.plans = SimpleNamespace(stale=self._stale, digest=self._seal, changes=self._changes, summary=self._summary)
        self.rescans = SimpleNamespace(run=self.rescan)
        self.audit = SimpleNamespace(page=self._audit)
        self.scans = SimpleNamespace(progress=self._scan_progress, cancel=self._cancel_scan)
        self.decisions = SimpleNamespace(
            edit=self.edit,
            postpone=self._postpone,
            set_mode=self._set_mode,
            list=self._in_force,
            revoke=self._revoke,
            end_postponements=self._stop_skipping,
            revoke_of=self._revoke_of,
        )
        self.steps = SimpleNamespace(next=self._steps)
        self.operations = SimpleNamespace(holders_of=self._held)
        self.interruptions = SimpleNamespace(operations=self._interrupted, files=self._interrupted_files)
        self.ui_priority = UiPriority()
        self.sign_in = SimpleNamespace(
            is_needed=False,
            find=lambda token: None,
            handle=lambda token: "",
            is_open=lambda token: False,
            follow=lambda call: None,
        )
        self.open_id = SimpleNamespace(label="")
        self.token_check = SimpleNamespace(
            find=lambda text, *, address=None: None, count_wrong=lambda address: True, follow=lambda call: None
        )
        self.authority = SimpleNamespace(grants=None, offered=None, require=lambda permission: None)
        self.first_person = SimpleNamespace(new_code=lambda: "")
        self.history = _History(self)
        parts: dict[str, Any] = {  # the real service puts the previews together
            "planner": self.plans,
            "writer": self.operations,
            "history": self.history,
            "publications": SimpleNamespace(),
            "approvals": self.approvals,
        }
        self.previews = Previews(**parts)
        self.stopped = False
        self.audited: list[AuditEvent] = []  # newest first
        self._decisions: dict[int, Any] = {}
        self._ids = itertools.count(1)

    def acting_as(self, actor: Actor) -> AbstractContextManager[None]:
        return acting_as(actor)

    def stop_starting(self) -> None:
        """Record the call; no other file could start here."""
        self.stopped = True

    # Reading.

    def _has_file(self, file_id: int) -> bool:
        return file_id in self.items

    def _file(self, file_id: int, plan: FakePlan | None = None) -> FileDetails:
        item = self.items[file_id]
        decided = [each for each in self._decisions.values() if each.file_id == file_id]
        return details_of(item, decisions=[standing(each.decision_id, each.kind) for each in decided])

    def _thumbnail(self, file_id: int, *, width: int = 640) -> bytes | None:
        return None

    def _names_like(self, text: str, count: int = 8) -> list[tuple[str, int]]:
        return [(name, 3) for name in PEOPLE if names.fold(text) in names.fold(name)]

    def _suggest(self, file_id: int, *, limit: int = 5) -> list[Any]:
        return []

    def _checks(self, *, max_age: float = 0.0) -> list[CheckGroup]:
        titles = check.TITLES
        return [
            CheckGroup(kind=k, title=titles[k][0], text=titles[k][1], total=0, dismissed=0, at_once=0)
            for k in check.KINDS
        ]

    def _check(self, kind: str, number: int = 1, *, per_page: int = 25, dismissed: bool = False) -> CheckPage:
        return CheckPage(items=[], total=0, page=number, per_page=per_page)

    def _libraries(self) -> list[Any]:
        scanned = datetime.now(UTC) - timedelta(minutes=4)
        return (
            [
                SimpleNamespace(
                    name="videos",
                    path="/videos",
                    kind="home",
                    holds_titles=False,
                    state="online",
                    state_reason="",
                    scanned_at=scanned,
                    file_count=7,
                )
            ]
            if self.items
            else []
        )

    def plan(
        self,
        query: str = "",
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
        include_unknown: bool | None = None,
        hard_links: str | None = None,
        plan_id: int | None = None,
        file_hashes: Sequence[str] = (),
        file_ids: Sequence[int] = (),
        max_age: float = 0.0,
    ) -> FakePlan:
        return FakePlan(self, query)

    def _facets(self, plan: FakePlan, *, containing: Any = None, most: int = 0) -> Facets:
        """Return the levels of a search; other facets are empty."""
        levels = Counter(item.risk_level for item in plan.page(per_page=10**9).items)
        values = tuple(FacetValue(value=level, label=level, files=number) for level, number in levels.items())
        empty = {key: Facet(key=key, values=(), total=0) for key in FACETS}
        return Facets(
            plan_id=self.version,
            query=plan.query,
            facets=empty | {"risk": Facet(key="risk", values=values, total=len(values))},
        )

    def _complete(self, plan: FakePlan, text: str, position: int) -> list[query.Completion]:
        return query.complete(text, position)

    def _wider(self, plan: FakePlan) -> list[Any]:
        return []

    def _volume(self, plan: FakePlan | None = None) -> int:
        return sum(item.size for item in self.items.values() if item.can_update)

    def preview(
        self, selection: Selection, plan: Any = None, *, within: str = "", options: WriteOptions | None = None
    ) -> SelectionSummary:
        chosen = [self.items[file_id] for file_id in (self.plan() if plan is None else plan).ids(selection)]
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
            hidden=sum(not finds(tree, item) for item in chosen) if within.strip() else 0,
            rollback_until=datetime.now(UTC) + timedelta(days=90),
            backup=options is None or options.create_backup,
        )

    def _summary(
        self,
        plan: FakePlan,
        selection: Selection,
        *,
        risk: Sequence[str] = (),
        within: str = "",
        backup: bool = True,
    ) -> SelectionSummary:
        return self.preview(selection, plan, within=within, options=WriteOptions(create_backup=backup))

    def _changes(self, plan: FakePlan, selection: Selection, *, risk: Sequence[str] = ()) -> SelectionChanges:
        return SelectionChanges(comments=len(plan.ids(selection)), fields=[])

    def _stale(self, plan: FakePlan, selection: Selection, *, limit: int = 50) -> StaleFiles:
        return StaleFiles(plan_id=self.version, count=0, items=[])

    def rescan(
        self,
        query: Any = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
        progress: Any = None,
    ) -> RescanReport:
        count = len(file_ids) or len(self.items)
        return RescanReport(processed=count, unchanged=count, total=count)

    def _audit(
        self,
        file_id: int | None = None,
        job_id: int | None = None,
        *,
        query: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> Any:
        found = [each for each in self.audited if file_id in (None, each.file_id) and job_id in (None, each.job_id)]
        items = found[(page - 1) * per_page : page * per_page]
        return AuditPage(items=items, total=len(found), page=page, per_page=per_page)

    def _scan_progress(self) -> None:
        return None

    def _cancel_scan(self) -> bool:
        return False

    # Decisions.

    def edit(
        self, target: Sequence[int], people: Sequence[str], *, seen: int | None = None, only_this: bool = False
    ) -> Any:
        wanted = [names.validate_name(name) for name in people]
        return self._decide(target, "edit", result_people=wanted, edited=True)

    def _postpone(self, target: Sequence[int], until: Any = None, *, only_this: bool = False) -> Any:
        return self._decide(target, "postpone", postponed=True)

    def _set_mode(
        self,
        target: Sequence[int],
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
        only_this: bool = False,
    ) -> Any:
        issues = {} if comment_mode == "replace" else {"issues": [], "risk_level": "safe"}
        return self._decide(target, "mode", comment_mode=comment_mode, **issues)

    def _decide(self, target: Sequence[int], kind: str, **changes: Any) -> Any:
        for file_id in target:
            number = next(self._ids)
            before = self.items[file_id]
            self._decisions[number] = SimpleNamespace(decision_id=number, file_id=file_id, kind=kind, before=before)
            self.items[file_id] = planned(before, **changes)
        self._changed()
        return SimpleNamespace(files=len(target))

    def _in_force(self, file_ids: Sequence[int] | None = None) -> list[Any]:
        return list(self._decisions.values())

    def _revoke(self, decision_ids: Sequence[int]) -> int:
        for number in sorted(decision_ids, reverse=True):
            decision = self._decisions.pop(number)
            self.items[decision.file_id] = decision.before
        self._changed()
        return len(decision_ids)

    def _steps(self) -> Any:
        return SimpleNamespace(undo=None, redo=None, undoable=())

    def _stop_skipping(self, target: Sequence[int]) -> Any:
        return self._revoke_of(target, ("postpone",))

    def _revoke_of(self, target: Sequence[int], kinds: Sequence[str] = ("edit", "mode", "postpone")) -> Any:
        found = [n for n, each in self._decisions.items() if each.file_id in target and each.kind in kinds]
        return SimpleNamespace(files=self._revoke(found))

    # Figures.

    def _risk_by(self, plan: FakePlan, by: str = "container") -> pd.DataFrame:
        listed = plan.page(per_page=10**9).items
        groups = Counter((item.container, item.risk_level) for item in listed)
        kinds = sorted({item.container for item in listed})
        return pd.DataFrame(
            [{"group": kind, **{level: groups[kind, level] for level in RISK_LEVELS[:4]}} for kind in kinds],
            columns=["group", *RISK_LEVELS[:4]],
        )


class _History:
    """The service `history`: callable for the list of operations."""

    def __init__(self, library: FakeLibrary) -> None:
        self.counts = library._history_counts
        self.people_of = library._operation_people
        self._list, self._library = library._list_operations, library

    def __call__(
        self,
        query: str = "",
        *,
        since: Any = None,
        until: Any = None,
        status: Any = None,
        operation_type: Any = None,
        person: str = "",
        file: str = "",
        error: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> Any:
        return self._list(query, since=since, until=until, status=status, page=page, per_page=per_page)

    def check(
        self, operation_id: int, options: RollbackOptions | None = None, *, on_progress: Any = None
    ) -> RollbackCheck:
        return self._library.rollback_check(operation_id)
