"""The services of an open home in this process, as `Library` publishes them: each is that of a group by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexium_core.assembly.home import Assembly
from indexium_core.flows.accounts.authority import checked
from indexium_core.services import PUBLISHED, LibraryServices

if TYPE_CHECKING:
    from indexium_core.flows.accounts.first_person import FirstPerson
    from indexium_core.flows.accounts.open_id_sign_in import OpenIdSignIn
    from indexium_core.flows.accounts.sign_in import SignIn
    from indexium_core.flows.accounts.token_check import TokenCheck
    from indexium_core.flows.jobs.idempotency import Requests
    from indexium_core.flows.pictures.originals import Originals
    from indexium_core.flows.pictures.thumbnails import Thumbnails
    from indexium_core.flows.planning.charts import Charts


class LocalServices(LibraryServices):
    """The services of the groups. Those that front ends call check what the present actor may do."""

    charts: Charts  # of the dashboard
    originals: Originals  # pictures at their full size
    thumbnails: Thumbnails

    # The borders of the program call these, before an actor is known.
    requests: Requests  # idempotent requests of programs
    sign_in: SignIn
    token_check: TokenCheck
    open_id: OpenIdSignIn
    first_person: FirstPerson

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self.authority = parts.accounts.authority
        self.events, self.ui_priority = parts.core.events, parts.core.ui_priority

    def make_all(self) -> None:
        """Make every service now. A process that serves pays for them at its start, not at the first request."""
        self._parts.make_all()
        for name in _CHECKED | _OPEN:
            getattr(self, name)

    if not TYPE_CHECKING:  # a type checker knows the services by the annotations

        def __getattr__(self, name: str) -> Any:
            """Make a service when it is first asked for; from then on, it is an ordinary attribute."""
            if name not in _CHECKED | _OPEN:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            service = self._parts.service(name)
            made = checked(service, self.authority) if name in _CHECKED else service
            return vars(self).setdefault(name, made)


_OPEN = frozenset({"requests", "sign_in", "token_check", "open_id", "first_person"})
_CHECKED = PUBLISHED | (frozenset(LocalServices.__annotations__) - _OPEN)
