"""The section of the second factor: an app, its first code, the recovery codes, and the switch."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.components.base import Handler
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.sign_in import SecondFactorStart, SecondFactorState


class SecondFactorSection:
    """Sets the second factor of the person of one session."""

    name = "second_factor"

    def __init__(self, session: Session, *, changed: Callable[[], object]) -> None:
        """Serve the page of a session; `changed` reads that page again."""
        self._library, self._bridge, self._changed = session.library, session.bridge, changed
        self._start: SecondFactorStart | None = None
        self._codes: list[str] = []
        self._problem = ""

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers of its messages."""
        return {
            "start_second_factor": lambda _: self._run(self._library.second_factor.start, self._started),
            "confirm_second_factor": self._confirm,
            "switch_off_second_factor": self._switch_off,
            "close_second_factor": lambda _: self._close(),
        }

    def read(self) -> SecondFactorState:
        """Return the state."""
        return self._library.second_factor.state()

    def forget(self) -> None:
        """Forget the secret, the recovery codes and a refused text: the page was left."""
        self._start, self._codes, self._problem = None, [], ""

    def view(self, state: SecondFactorState) -> dict[str, Any]:
        """Return the view of the section."""
        start = self._start
        return {
            "is_on": state.is_on,
            "state": _sentence(state),
            "start": None
            if start is None
            else {"secret": _grouped(start.secret), "uri": start.uri, "picture": _picture(start)},
            "codes": self._codes,
            "problem": self._problem,
        }

    def _confirm(self, message: Mapping[str, Any]) -> None:
        code = str(message["code"])
        self._run(lambda: self._library.second_factor.confirm(code), self._confirmed)

    def _switch_off(self, message: Mapping[str, Any]) -> None:
        password = str(message["password"])
        self._run(lambda: self._library.second_factor.switch_off(password), self._switched_off)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._bridge.run(work, done, name="second_factor", failed=self._failed, once=True)

    def _started(self, start: SecondFactorStart) -> None:
        self.forget()
        self._start = start
        self._changed()

    def _confirmed(self, codes: list[str]) -> None:
        self.forget()
        self._codes = codes
        self._bridge.toast("good", "The second factor is on. Your next sign-in needs a code.")
        self._changed()

    def _switched_off(self, _: SecondFactorState) -> None:
        self._bridge.toast("good", "The second factor is off.")
        self._close()

    def _failed(self, error: errors.IndexiumError) -> None:
        self._problem = error.message
        self._changed()

    def _close(self) -> None:
        self.forget()
        self._changed()


def _sentence(state: SecondFactorState) -> str:
    if not state.is_on:
        return "Your sign-in needs the password only."
    left = f"{wording.plural(state.recovery_codes, 'recovery code')} left"
    return f"Your sign-in needs the password, and a code of your app. You have {left}."


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _picture(start: SecondFactorStart) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(start.qr.encode()).decode()}"
