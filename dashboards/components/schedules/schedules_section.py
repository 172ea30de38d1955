"""The section of schedules of a page: the settings and the connections show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboards.components.base import Handler
from dashboards.components.schedules import schedules_form
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import LONGEST_WAIT
from indexium_core.model.schedule import Schedule


class ScheduleSection:
    """Changes and runs schedules in one session, for the page that shows them."""

    def __init__(self, session: Session, *, changed: Callable[[], object]) -> None:
        """Serve the page of a session; `changed` reads that page again."""
        self._library, self._bridge, self._changed = session.library, session.bridge, changed
        self._problem: Mapping[str, str] | None = None
        self.serial = 0  # increases when the page must show the current value instead of the typed one

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers of its messages: `schedule` and `run_schedule`, as in `SettingsForm`."""
        return {"schedule": self._set, "run_schedule": lambda message: self._run(str(message["name"]))}

    def forget(self) -> None:
        """Forget a refused text."""
        self._problem = None

    def view(self, schedules: Sequence[Schedule]) -> dict[str, Any]:
        """Return the view of the section."""
        return schedules_form.view(schedules, problem=self._problem)

    def _set(self, message: Mapping[str, Any]) -> None:
        name, text, enabled = str(message["name"]), message["cron"], message["enabled"]

        def done(schedule: Schedule) -> None:
            self._problem = None
            self._bridge.toast("good", schedules_form.changed(schedule))
            self._changed()

        def failed(error: errors.IndexiumError) -> None:
            self.serial += 1
            if text is None:
                self._bridge.toast("error", error.message)
            else:
                self._problem = {"name": name, "text": error.message, "typed": text}
            self._changed()

        self._bridge.run(
            lambda: self._library.schedules.set(
                name, cron=None if text is None else str(text), enabled=None if enabled is None else bool(enabled)
            ),
            done,
            name="schedule",
            failed=failed,
        )

    def _run(self, name: str) -> None:
        def run() -> Job:
            return self._library.jobs.wait(self._library.schedules.run(name).id, LONGEST_WAIT)

        def done(job: Job) -> None:
            self._bridge.toast("error" if job.status == "failed" else "good", schedules_form.ended(name, job))
            self._changed()

        self._bridge.run(run, done, name=f"run_{name}", once=True)
