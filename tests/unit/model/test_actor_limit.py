"""The limit of what one account uses at the same time."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.operations.actor import SYSTEM, Actor, acting_as, local_actor

ANN, BOB = Actor("user", "1", "Ann"), Actor("token", "1", "Ann")


def test_account_has_a_limit_and_others_have_their_own() -> None:
    limit = ActorLimit(2, "streams")
    with acting_as(ANN):
        first, _ = limit.take(), limit.take()
        for refused in (limit.take, limit.require, limit.use().__enter__):
            with pytest.raises(errors.TooManyError, match="Your account uses 2 streams at the same time already"):
                refused()
    with acting_as(BOB), limit.use():
        limit.require()
    limit.release(first)
    with acting_as(ANN):
        limit.require()


@pytest.mark.parametrize("actor", [SYSTEM, local_actor()])
def test_this_computer_has_no_limit(actor: Actor) -> None:
    limit = ActorLimit(1, "streams")
    with acting_as(actor):
        assert {limit.take() for _ in range(9)} == {""}
        limit.require()
