"""Players as the page of connections shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.components.view_types import ChipView, ChoiceView
from dashboards.pages.connections.view_types import (
    PlayerCardView,
    PlayerCountView,
    PlayerReasonView,
    PlayerTitlesView,
    PlayerTitleView,
)
from indexium_core.model import wording
from indexium_core.model.connections.player_connection import (
    PROGRAM_NAMES,
    PlayerConnection,
    PlayerReading,
    PlayerReadingPage,
    PlayerTest,
)

KINDS: list[ChoiceView] = [{"value": kind, "label": label} for kind, label in PROGRAM_NAMES.items()]
_CHIPS: Mapping[str, ChipView] = {  # by the state of the last contact
    "new": {"level": "new", "text": "new"},
    "connected": {"level": "safe", "text": "connected"},
    "waits": {"level": "warning", "text": "waits"},
    "refused": {"level": "danger", "text": "refused"},
    "failed": {"level": "danger", "text": "failed"},
}
_OFF: ChipView = {"level": "off", "text": "off"}
_KEYS: Mapping[str, str] = {"": "no key", "file": "key stored", "environment": "key from the environment"}
_WORDS: Mapping[str, tuple[str, str]] = {  # of one title, of several titles
    "seen": ("seen", "seen"),
    "not_yet": ("not yet", "not yet"),
    "differs": ("differs", "differ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerFacts:
    """What the page has read of a player."""

    player: PlayerConnection
    first: PlayerReading | None = None  # that differs
    page: PlayerReadingPage | None = None  # its titles, if a person shows them; the seen ones are last


def row(found: PlayerFacts, *, test: PlayerTest | None, is_paused: bool) -> PlayerCardView:
    """
    Return a player.

    Args:
        found: What was read.
        test: The test that a person has just made.
        is_paused: Whether all automation is paused.

    """
    player = found.player
    unseen = player.not_yet + player.differs
    return {
        "id": player.id,
        "kind": player.kind,
        "program": PROGRAM_NAMES[player.kind],
        "name": player.name,
        "version": player.version,
        "about": f"{player.url.partition('://')[2]} · {_KEYS[player.key]}",
        "enabled": player.enabled,
        "chip": _CHIPS[player.state] if player.enabled else _OFF,
        "counts": _counts(player),
        "read": f"read back {wording.when(player.read_at)}" if player.read_at else "",
        "reason": _reason(found, is_paused=is_paused),
        "waiting": _waiting(player, is_paused=is_paused),
        "unseen": f"the {wording.count(unseen)}" if unseen else "",
        "titles": _titles(found.page) if found.page and unseen else None,
        "test": " ".join([test.message, *test.may]) if test and test.accepted else "",
        "missing": [*test.missing] if test else [],
        "url": player.url,
        "rows": [[each.theirs, each.ours] for each in player.folders],
    }


def trouble(players: Sequence[PlayerConnection]) -> list[str]:
    """Return what is wrong with the players that are on, for the line beside the headline."""
    found = []
    for state, words in (("refused", "refused"), ("failed", "failed")):
        number = sum(each.enabled and each.state == state for each in players)
        if number:
            found.append(f"{wording.plural(number, 'player')} {words}")
    return found


def _counts(player: PlayerConnection) -> list[PlayerCountView]:
    numbers = {"seen": player.seen, "not_yet": player.not_yet, "differs": player.differs}
    return [
        {"state": state, "number": number, "shown": wording.count(number), "text": _WORDS[state][number != 1]}
        for state, number in numbers.items()
        if number
    ]


def _reason(found: PlayerFacts, *, is_paused: bool) -> PlayerReasonView | None:
    """Return why a player waits or does not answer, otherwise the first title that it shows in another way."""
    player = found.player
    if not player.enabled:
        return None
    if player.reason:
        moment = player.next_attempt_at
        following = f" Next attempt {wording.when(moment)}." if moment and player.waiting and not is_paused else ""
        level = "warning" if player.state == "waits" else "danger"
        return {"level": level, "title": "", "text": f"{player.reason}{following}"}
    if found.first is None:
        return None
    return {"level": "danger", "title": found.first.name, "text": " ".join(found.first.reasons)}


def _waiting(player: PlayerConnection, *, is_paused: bool) -> str:
    if not player.waiting:
        return ""
    number = f"{wording.plural(player.waiting, 'title')} {'waits' if player.waiting == 1 else 'wait'} for a message"
    why = " while all automation is paused" if is_paused else " until the player is on" if not player.enabled else ""
    return f"{number}{why}."


def _titles(page: PlayerReadingPage) -> PlayerTitlesView:
    shown = [each for each in page.items if each.state != "seen"]
    total = page.counts["not_yet"] + page.counts["differs"]
    return {"rows": [_title(each) for each in shown], "more": wording.and_more(total - len(shown))}


def _title(reading: PlayerReading) -> PlayerTitleView:
    chip: ChipView = (
        {"level": "danger", "text": "differs"}
        if reading.state == "differs"
        else {"level": "unchanged", "text": "not yet"}
    )
    key = f"{reading.entity_type}-{reading.entity_id}"
    when = f"read back {wording.when(reading.read_at)}"
    return {"key": key, "name": reading.name, "chip": chip, "reasons": [*reading.reasons], "when": when}
