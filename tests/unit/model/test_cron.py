"""The times of cron texts: local time, daylight saving time, wrong texts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from indexium_core import errors
from indexium_core.model import schedule

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def runs(text: str, after: str, count: int) -> list[str]:
    """Return the next times in UTC, by the zone of this machine."""
    moment, found = datetime.fromisoformat(after).replace(tzinfo=UTC), []
    for _ in range(count):
        following = schedule.next_run(text, moment)
        assert following is not None
        assert following == schedule.next_run(text, moment, zone=BERLIN)
        moment = following
        found.append(f"{moment:%d %H:%M}")
    return found


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("0 3 * * *", "2026-11-20 12:00", ["21 02:00", "22 02:00"]),
        ("0 3 * * *", "2026-11-20 02:00", ["21 02:00"]),  # not the moment itself
        ("30 2 * * *", "2026-03-28 00:00", ["28 01:30", "29 01:00", "30 00:30"]),  # 02:30 does not exist on the 29th
        ("30 2 * * *", "2026-10-24 12:00", ["25 00:30", "26 01:30"]),  # 02:30 comes twice on the 25th
        ("0 * * * *", "2026-10-24 23:30", ["25 00:00", "25 01:00", "25 02:00"]),  # every hour that passes
        ("0 3 * * 1", "2026-10-24 12:00", ["26 02:00"]),
    ],
)
def test_next_runs(text: str, after: str, expected: list[str]) -> None:
    assert runs(text, after, len(expected)) == expected


@pytest.mark.parametrize(
    "text", ["", "0 3 * *", "99 3 * * *", "0 3 31 2 *", "0 3 * * * *", "@daily", "every day", "* " * 500]
)
def test_wrong_text_has_one_sentence_with_the_remedy(text: str) -> None:
    with pytest.raises(
        errors.ValidationError, match=r"is not a cron text\. Use .* '0 3 \* \* \*': every day at 03:00\.$"
    ):
        schedule.checked(text, follows_changes=True)


def test_usual_form_and_words() -> None:
    assert schedule.checked("  0  3 * * * ", follows_changes=False) == "0 3 * * *"
    assert schedule.in_words("0 3 * * *") == "At 03:00 every day"
    assert schedule.checked("@Change", follows_changes=True) == schedule.ON_CHANGE
    assert schedule.in_words(schedule.ON_CHANGE) == "After each change"
    assert schedule.next_run(schedule.ON_CHANGE, datetime.now(UTC)) is None
    with pytest.raises(errors.ValidationError, match="cannot follow changes"):
        schedule.checked(schedule.ON_CHANGE, follows_changes=False)
