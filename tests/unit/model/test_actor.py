"""Who acts: the value, the context, and threads."""

from __future__ import annotations

import getpass
import threading

import pytest

from indexium_core.model.job import NewJob
from indexium_core.model.operations.actor import Actor, acting_as, carry_actor, current_actor

NIGHT = Actor("token", "7", "Night script")


@pytest.mark.parametrize(
    ("actor", "text"),
    [(NIGHT, "token/7/Night script"), (Actor("local", name="ann"), "local/ann"), (Actor("system"), "system")],
)
def test_actor_is_written_with_slashes(actor: Actor, text: str) -> None:
    assert str(actor) == text


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'robot' is not a kind of actor"):
        Actor("robot")  # type: ignore[arg-type]


def test_innermost_actor_acts_and_login_name_acts_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")
    with acting_as(NIGHT):
        with acting_as(Actor("webhook", "2")):
            assert current_actor() == Actor("webhook", "2")
        assert current_actor() == NIGHT
    assert current_actor() == Actor("local", name="ann")


def test_actor_without_login_name_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError("no login name")

    monkeypatch.setattr(getpass, "getuser", fail)
    assert current_actor() == Actor("local")


def test_thread_acts_as_its_starter_only_with_carry() -> None:
    seen: list[Actor] = []
    with acting_as(NIGHT):
        work = carry_actor(lambda: seen.append(current_actor()))
        for target in (work, lambda: seen.append(current_actor())):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
    assert (seen[0], seen[1].kind) == (NIGHT, "local")


def test_new_job_has_the_actor_that_adds_it() -> None:
    with acting_as(NIGHT):
        assert NewJob(job_type="scan", title="Scan").actor == NIGHT
