"""How far a library may go by itself, and what waits for a person because of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Literal, TypeAlias, get_args

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.shapes import Shaped

AutomationMode: TypeAlias = Literal["manual", "hybrid", "automatic"]
AUTOMATION_MODES: tuple[AutomationMode, ...] = get_args(AutomationMode)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MOST = 1_000_000  # files of a limit
_KINDS = {"str": "a text", "bool": "on or off", "int": "a whole number"}
# The modes in which a switch has an effect; the others: every mode.
_MODES_OF: Mapping[str, tuple[AutomationMode, ...]] = {
    "auto_enrich": ("hybrid", "automatic"),
    "auto_select_assets": ("hybrid", "automatic"),
    "webhook_auto_publish": ("hybrid", "automatic"),
    "auto_publish": ("automatic",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationConfig(Shaped):
    """
    How far a library may go by itself.

    The mode sets the limit, and each switch can only take something away: *manual* scans and proposes; *hybrid* also
    looks titles up, chooses pictures, and restores what an upgrade removed; *automatic* also publishes rows that are
    safe. Nothing is published, by any mode, unless the library publishes at all.
    """

    library_id: int
    automation_mode: AutomationMode = "hybrid"
    auto_enrich: bool = True
    auto_select_assets: bool = True
    auto_publish: bool = False
    webhook_enabled: bool = True
    webhook_auto_publish: bool = True
    scheduled_scan: bool = False
    night_limit: int = 0  # files that are published by themselves in 24 hours; 0: no limit
    quiet_from: str = ""  # HH:MM, local time; nothing is published by itself from here
    quiet_until: str = ""  # … until here

    @property
    def idle(self) -> list[str]:
        """The switches that have no effect in the mode."""
        return [name for name, modes in _MODES_OF.items() if self.automation_mode not in modes]

    @property
    def enriches(self) -> bool:
        """Whether titles are looked up by themselves."""
        return self._does("auto_enrich")

    @property
    def selects(self) -> bool:
        """Whether pictures are chosen and downloaded by themselves."""
        return self._does("auto_select_assets")

    @property
    def restores(self) -> bool:
        """Whether files that an upgrade removed are restored by themselves."""
        return self._does("webhook_auto_publish")

    @property
    def publishes(self) -> bool:
        """Whether safe rows are published by themselves."""
        return self._does("auto_publish")

    @property
    def quiet(self) -> str:
        """The quiet time, in words."""
        return f"quiet {self.quiet_from}–{self.quiet_until}" if self.quiet_from else "no quiet time"

    def _does(self, name: str) -> bool:
        """Return whether a switch is on and has an effect."""
        return bool(getattr(self, name)) and name not in self.idle

    def is_quiet(self, now: datetime) -> bool:
        """Return whether it is the quiet time at a local time."""
        if not self.quiet_from or not self.quiet_until:
            return False
        start, end, at = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until), now.time()
        return start <= at < end if start <= end else at >= start or at < end

    def check(self) -> None:
        """Raise UsageError if a value is none of its field."""
        for each in fields(self):
            value = getattr(self, each.name)
            if type(value) is not type(each.default) and each.name != "library_id":
                kind = type(each.default).__name__
                raise errors.UsageError(f"{each.name} is {_KINDS[kind]}, not “{str(value)[:40]}”.")
        if self.automation_mode not in AUTOMATION_MODES:
            known = ", ".join(AUTOMATION_MODES)
            raise errors.UsageError(f"There is no mode “{self.automation_mode[:40]}”. Choose one of: {known}.")
        for name, text in (("quiet_from", self.quiet_from), ("quiet_until", self.quiet_until)):
            if text and not _TIME.fullmatch(text):
                raise errors.UsageError(f"{name} “{text[:40]}” is not a time. Write hours and minutes, such as 18:00.")
        if bool(self.quiet_from) != bool(self.quiet_until):
            raise errors.UsageError("A quiet time needs both times: quiet_from and quiet_until.")
        if not 0 <= self.night_limit <= _MOST:
            raise errors.UsageError(f"night_limit is 0 (no limit) to {_MOST:,} files.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryAutomation(Shaped):
    """A library with its automation, for people."""

    config: AutomationConfig
    library: str  # its name
    kind: str  # what it holds
    is_publishing: bool  # it publishes at all
    titles: int
    waiting: int  # rows of the plan of publications that wait for a person
    published: int  # files that were published by themselves in the last 24 hours
    summary: str  # what happens by itself, in words

    @property
    def library_id(self) -> int:
        """The id of the library."""
        return self.config.library_id

    @property
    def about(self) -> str:
        """What the library holds, in words."""
        return wording.plural(self.titles, "title") if self.kind != "home" else "photos and videos"

    @property
    def limit(self) -> str:
        """How many files are published by themselves in 24 hours, and how many were, in words."""
        done = f", {wording.count(self.published)} done" if self.published else ""
        number = self.config.night_limit
        return f"{wording.files(number)} in 24 h{done}" if number else f"no limit{done}"


def summary_of(config: AutomationConfig, *, is_publishing: bool) -> str:
    """Return what a library does by itself, in words."""
    does = []
    if config.enriches:
        does.append("looks titles up")
    if config.selects:
        does.append("chooses pictures")
    if config.restores and is_publishing:
        does.append("restores what an upgrade removes")
    if config.publishes and is_publishing:
        does.append("publishes rows that are safe")
    if not does:
        return "Only proposes: nothing is looked up, chosen or published by itself."
    text = ", ".join(does[:-1]) + (" and " if len(does) > 1 else "") + does[-1]
    rest = "Everything else waits for you." if config.publishes and is_publishing else "You publish."
    return f"{text[0].upper()}{text[1:]}. {rest if is_publishing else 'It publishes nothing: its publishing is off.'}"
