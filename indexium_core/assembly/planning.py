"""The plan, and what people decide about it."""

from __future__ import annotations

import functools

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.flows.exchange.export_plan import Exporter
from indexium_core.flows.exchange.import_changes import PlanImport
from indexium_core.flows.fields.custom_fields import CustomFields
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.properties.audit import Auditor
from indexium_core.flows.properties.field_locks import LockService
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.saved_views import ViewService
from indexium_core.flows.review.templates import Templates
from indexium_core.flows.review.undo_steps import StepService
from indexium_core.store.people.people_index import PeopleIndex


class PlanningServices:
    """The services of the plan and of its review."""

    def __init__(self, core: Core, accounts: AccountServices) -> None:
        store, clock, changed = core.store, core.clock, core.plan_changed
        self.fields = CustomFields(store, clock=clock, on_change=changed)
        self.plans = MetadataPlanner(store, config=core.settings, clock=clock)
        self.modes = self.plans.default_modes
        self.decisions = Decisions(
            store, modes=self.modes, clock=clock, on_change=changed, placeholder_keys=core.placeholder_keys
        )
        self.bulk = BulkEdits(store, modes=self.modes, clock=clock)
        self.steps = StepService(
            store,
            clock=clock,
            on_change=changed,
            may_undo_any=functools.partial(accounts.authority.may, "undo.any"),
        )
        self.templates = Templates(store, self.decisions, self.bulk, clock=clock)
        self.changes = PlanImport(store, self.plans, self.decisions, clock=clock)
        self.exporter = Exporter(store, self.plans)
        self.people_index = PeopleIndex(store)
        self.people = PeopleService(
            store,
            placeholder_keys=core.placeholder_keys,
            clock=clock,
            on_change=changed,
            edit=self.decisions.change_people,
            index=self.people_index,
            version=self.plans.newest_version,
        )
        self.views = ViewService(store, clock=clock, on_change=lambda: core.events.emit("views:changed"))
        self.locks = LockService(
            store, modes=self.modes, clock=clock, on_change=lambda: core.events.emit("locks:changed")
        )
        self.audit = Auditor(store, modes=self.modes, job=core.queue.get, clock=clock)
