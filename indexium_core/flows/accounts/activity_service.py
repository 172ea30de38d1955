"""The activity of everybody: who decided, wrote, published, started work, signed in or changed people, and when."""

from __future__ import annotations

from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts.authority import Authority
from indexium_core.model import moments
from indexium_core.model.accounts.permissions import USERS_MANAGE
from indexium_core.model.activity import ActivityActor, ActivityPage
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.store.accounts import activity as store
from indexium_core.store.accounts.activity import AccountSight
from indexium_core.store.database import Database


@checked_arguments
class ActivityService:
    """Reads the activity of a home."""

    def __init__(self, database: Database, authority: Authority) -> None:
        self._database, self._authority = database, authority

    @remote()
    def page(
        self, actor: str = "", since: datetime | str | None = None, *, page: int = 1, per_page: int = 50
    ) -> ActivityPage:
        """
        Return one page of what people and programs did, newest first.

        Steps are kept for 90 days, sign-ins and changes of people for a year, and jobs as long as their list keeps
        them; operations stay. Who may not manage people sees only the own sign-ins.

        Args:
            actor: Only of this person or program, by the name in any case; "" for all.
            since: Only from this time on (local if it has no zone).
            page: Page of the list, from 1.
            per_page: Rows per page; 0 for all.

        Raises:
            UsageError: The page number is below 1, or the time is not valid.

        """
        if page < 1 or per_page < 0:
            raise errors.UsageError(f"There is no page {page} with {per_page} rows. Page numbers start at 1.")
        reader = self._database.read()
        return store.page(
            reader,
            self._sight(),
            actor=actor.strip() or None,
            since=moments.parse(since),
            page=page,
            per_page=per_page,
        )

    @remote()
    def actors(self) -> list[ActivityActor]:
        """Return everybody who did something, those with the newest first."""
        return store.actors(self._database.read(), self._sight())

    def _sight(self) -> AccountSight:
        return AccountSight(self._authority.may(USERS_MANAGE), self._authority.person_of(current_actor()))
