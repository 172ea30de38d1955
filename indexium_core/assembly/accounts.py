"""The people of a home, and what they may do."""

from __future__ import annotations

from indexium_core.assembly.core import Core
from indexium_core.flows.accounts import approval_gate
from indexium_core.flows.accounts.activity_service import ActivityService
from indexium_core.flows.accounts.approval_gate import ApprovalGate
from indexium_core.flows.accounts.authority import Authority
from indexium_core.flows.accounts.first_person import FirstPerson
from indexium_core.flows.accounts.library_limits import LibraryLimits
from indexium_core.flows.accounts.open_id.identity_service import IdentityService
from indexium_core.flows.accounts.open_id.open_id_provider import OpenIdProvider
from indexium_core.flows.accounts.open_id.open_id_sign_in import OpenIdSignIn
from indexium_core.flows.accounts.second_factor_service import SecondFactorService
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.token_check import TokenCheck
from indexium_core.flows.accounts.token_service import TokenService
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.model.operations.actor import Actor, whole_home
from indexium_core.store.approvals import changers


class AccountServices:
    """Accounts, permissions, and the gate in front of work that waits for approval."""

    def __init__(self, core: Core) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.sign_in = SignIn(store, config=config, clock=clock)
        self.users = UserService(store, self.sign_in, clock=clock)
        self.token_check = TokenCheck(store, self.sign_in, clock=clock)

        def makers_of(program: Actor) -> list[Actor]:
            with whole_home():
                return changers.makers(store.read(), program)

        self.authority = Authority(
            self.sign_in,
            self.token_check,
            LibraryLimits(store),
            may_propose=lambda: approval_gate.rule_of(config).is_on,
            is_continued_by=core.ledger.is_continued_by,
            makers_of=makers_of,
        )
        store.limit(lambda: self.authority.libraries)
        self.gate = ApprovalGate(
            store, config=config, events=core.events, persons_of=self.authority.persons_of, clock=clock
        )
        self.tokens = TokenService(store, self.sign_in, self.token_check, clock=clock)
        self.first_person = FirstPerson(self.sign_in, self.users)
        self.activity = ActivityService(store, self.authority)
        self.second_factor = SecondFactorService(store, self.sign_in, self.users, clock=clock)
        provider = OpenIdProvider(core.providers.network, store.home, config)
        self.open_id = OpenIdSignIn(store, self.sign_in, self.users, provider, config=config, clock=clock)
        self.identities = IdentityService(store, self.users, self.open_id, clock=clock)
