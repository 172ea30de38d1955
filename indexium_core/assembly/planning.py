"""The plan, and what people decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.model.accounts.permissions import UNDO_ANY
from indexium_core.model.fields import custom
from indexium_core.store.catalog import custom_fields

if TYPE_CHECKING:
    from indexium_core.flows.exchange.export_plan import Exporter
    from indexium_core.flows.exchange.import_changes import PlanImport
    from indexium_core.flows.fields.custom_fields import CustomFields
    from indexium_core.flows.people.people_lists import PeopleLists
    from indexium_core.flows.people.people_service import PeopleService
    from indexium_core.flows.planning.planner import MetadataPlanner
    from indexium_core.flows.properties.audit import Auditor
    from indexium_core.flows.properties.field_locks import LockService
    from indexium_core.flows.review.bulk_edits import BulkEdits
    from indexium_core.flows.review.decisions import Decisions
    from indexium_core.flows.review.saved_views import ViewService
    from indexium_core.flows.review.templates import Templates
    from indexium_core.flows.review.undo_steps import StepService, UndoStep
    from indexium_core.model.review.reports import DecisionReport
    from indexium_core.model.review.steps import StepKind
    from indexium_core.store.people.people_index import PeopleIndex
    from indexium_core.store.plan_version import Modes, Version


class PlanningServices(ServiceGroup):
    """The services of the plan and of its review."""

    def __init__(self, core: Core, accounts: AccountServices) -> None:
        super().__init__()
        self._core, self._accounts = core, accounts
        self.undo_of: dict[StepKind, UndoStep] = {}  # the undo of steps about titles, whose services are made later
        # Every function of the process finds the custom fields of an open home. UsageError if another one has others.
        custom.register(str(core.home), custom_fields.definitions(core.store.read()))

    @on_demand
    def fields(self) -> CustomFields:
        from indexium_core.flows.fields.custom_fields import CustomFields

        return CustomFields(self._core.store, clock=self._core.clock, on_change=self._core.plan_changed)

    @on_demand
    def plans(self) -> MetadataPlanner:
        from indexium_core.flows.planning.planner import MetadataPlanner

        return MetadataPlanner(self._core.store, config=self._core.settings, clock=self._core.clock)

    def modes(self) -> Modes:
        """Return the modes of a plan whose caller gives none."""
        return self.plans.default_modes()

    def newest_version(self) -> Version:
        """Refresh the plan with the default modes, and return its newest version."""
        return self.plans.newest_version()

    @on_demand
    def decisions(self) -> Decisions:
        from indexium_core.flows.review.decisions import Decisions

        core = self._core
        return Decisions(
            core.store,
            modes=self.modes,
            clock=core.clock,
            on_change=core.plan_changed,
            placeholder_keys=core.placeholder_keys,
        )

    @on_demand
    def bulk(self) -> BulkEdits:
        from indexium_core.flows.review.bulk_edits import BulkEdits

        return BulkEdits(self._core.store, modes=self.modes, clock=self._core.clock)

    @on_demand
    def steps(self) -> StepService:
        from indexium_core.flows.review.undo_steps import StepService

        core = self._core
        return StepService(
            core.store,
            clock=core.clock,
            on_change=core.plan_changed,
            may_undo_any=lambda: self._accounts.authority.may(UNDO_ANY),
            kinds=self.undo_of,
        )

    @on_demand
    def templates(self) -> Templates:
        from indexium_core.flows.review.templates import Templates

        return Templates(self._core.store, self.decisions, self.bulk, clock=self._core.clock)

    @on_demand
    def changes(self) -> PlanImport:
        from indexium_core.flows.exchange.import_changes import PlanImport

        return PlanImport(self._core.store, self.plans, self.decisions, clock=self._core.clock)

    @on_demand
    def exporter(self) -> Exporter:
        from indexium_core.flows.exchange.export_plan import Exporter

        return Exporter(self._core.store, self.plans)

    @on_demand
    def people_index(self) -> PeopleIndex:
        from indexium_core.store.people.people_index import PeopleIndex

        return PeopleIndex(self._core.store)

    @on_demand
    def people(self) -> PeopleService:
        from indexium_core.flows.people.people_service import PeopleService

        core = self._core
        return PeopleService(
            core.store,
            placeholder_keys=core.placeholder_keys,
            clock=core.clock,
            on_change=core.plan_changed,
            edit=self._edit_people,
            index=self.people_index,
            version=self.newest_version,
        )

    @on_demand
    def people_lists(self) -> PeopleLists:
        from indexium_core.flows.people.people_lists import PeopleLists

        return PeopleLists(self.people)

    def _edit_people(
        self, target: Sequence[int], *, add: Sequence[str] = (), remove: Sequence[str] = (), only_this: bool = False
    ) -> DecisionReport:
        return self.decisions.change_people(target, add=add, remove=remove, only_this=only_this)

    @on_demand
    def views(self) -> ViewService:
        from indexium_core.flows.review.saved_views import ViewService

        core = self._core
        return ViewService(core.store, clock=core.clock, on_change=lambda: core.events.emit("views:changed"))

    @on_demand
    def locks(self) -> LockService:
        from indexium_core.flows.properties.field_locks import LockService

        core = self._core
        return LockService(
            core.store, modes=self.modes, clock=core.clock, on_change=lambda: core.events.emit("locks:changed")
        )

    @on_demand
    def audit(self) -> Auditor:
        from indexium_core.flows.properties.audit import Auditor

        core = self._core
        return Auditor(core.store, modes=self.modes, job=core.queue.get, clock=core.clock)
