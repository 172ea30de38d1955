"""The people of a home, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.flows.accounts.authority import Authority
from indexium_core.model.operations.actor import Actor, whole_home

if TYPE_CHECKING:
    from indexium_core.flows.accounts.activity_service import ActivityService
    from indexium_core.flows.accounts.approval_gate import ApprovalGate
    from indexium_core.flows.accounts.first_person import FirstPerson
    from indexium_core.flows.accounts.identity_service import IdentityService
    from indexium_core.flows.accounts.library_limits import LibraryLimits
    from indexium_core.flows.accounts.open_id_sign_in import OpenIdSignIn
    from indexium_core.flows.accounts.second_factor_service import SecondFactorService
    from indexium_core.flows.accounts.sign_in import SignIn
    from indexium_core.flows.accounts.token_check import TokenCheck
    from indexium_core.flows.accounts.token_service import TokenService
    from indexium_core.flows.accounts.user_service import UserService


class AccountServices(ServiceGroup):
    """Accounts, permissions, and the gate in front of work that waits for approval."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self.authority = Authority(
            self,
            may_propose=self._may_propose,
            is_continued_by=lambda operation_id, actor: core.ledger.is_continued_by(operation_id, actor),
            makers_of=self._makers_of,
        )
        core.store.limit(lambda: self.authority.libraries)

    @on_demand
    def sign_in(self) -> SignIn:
        from indexium_core.flows.accounts.sign_in import SignIn

        return SignIn(self._core.store, config=self._core.settings, clock=self._core.clock)

    @on_demand
    def users(self) -> UserService:
        from indexium_core.flows.accounts.user_service import UserService

        core = self._core
        return UserService(
            core.store, self.sign_in, clock=core.clock, on_change=lambda: core.events.emit("users:changed")
        )

    @on_demand
    def token_check(self) -> TokenCheck:
        from indexium_core.flows.accounts.token_check import TokenCheck

        return TokenCheck(self._core.store, self.sign_in, clock=self._core.clock)

    @on_demand
    def limits(self) -> LibraryLimits:
        from indexium_core.flows.accounts.library_limits import LibraryLimits

        return LibraryLimits(self._core.store)

    @on_demand
    def gate(self) -> ApprovalGate:
        from indexium_core.flows.accounts.approval_gate import ApprovalGate

        core = self._core
        return ApprovalGate(
            core.store,
            config=core.settings,
            events=core.events,
            persons_of=self.authority.persons_of,
            clock=core.clock,
        )

    @on_demand
    def tokens(self) -> TokenService:
        from indexium_core.flows.accounts.token_service import TokenService

        return TokenService(self._core.store, self.sign_in, self.token_check, clock=self._core.clock)

    @on_demand
    def first_person(self) -> FirstPerson:
        from indexium_core.flows.accounts.first_person import FirstPerson

        return FirstPerson(self.sign_in, self.users)

    @on_demand
    def activity(self) -> ActivityService:
        from indexium_core.flows.accounts.activity_service import ActivityService

        return ActivityService(self._core.store, self.authority)

    @on_demand
    def second_factor(self) -> SecondFactorService:
        from indexium_core.flows.accounts.second_factor_service import SecondFactorService

        return SecondFactorService(self._core.store, self.sign_in, self.users, clock=self._core.clock)

    @on_demand
    def open_id(self) -> OpenIdSignIn:
        from indexium_core.flows.accounts.open_id_provider import OpenIdProvider
        from indexium_core.flows.accounts.open_id_sign_in import OpenIdSignIn

        core = self._core
        provider = OpenIdProvider(core.providers.network, core.home, core.settings)
        return OpenIdSignIn(core.store, self.sign_in, self.users, provider, config=core.settings, clock=core.clock)

    @on_demand
    def identities(self) -> IdentityService:
        from indexium_core.flows.accounts.identity_service import IdentityService

        return IdentityService(self._core.store, self.users, self.open_id, clock=self._core.clock)

    def _may_propose(self) -> bool:
        from indexium_core.flows.accounts import approval_gate

        return approval_gate.rule_of(self._core.settings).is_on

    def _makers_of(self, program: Actor) -> list[Actor]:
        from indexium_core.store.approvals import changers

        with whole_home():
            return changers.makers(self._core.store.read(), program)
