"""Moments as people write them: a day, or a day and a time, in local time unless it says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from indexium_core import errors

__all__ = ["parse"]


def parse(value: datetime | str | None, *, end: bool = False) -> datetime | None:
    """
    Read a moment; `None` and the empty text stay none.

    A day without a time stands for its begin, or with `end` for the begin of the next one.

    Raises:
        UsageError: It is no date.

    """
    if value is None or value == "":
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if end and moment.time() == datetime.min.time():
            moment += timedelta(days=1)  # before there is a zone: a day may have 23 or 25 hours
        # By its timestamp, for astimezone() takes a midnight that the clocks skip for an hour of the day before.
        found = datetime.fromtimestamp(moment.timestamp()).astimezone() if moment.tzinfo is None else moment
        for zone in (UTC, None):  # it will be stored in the one, and shown in the other
            found.astimezone(zone)
    except (ValueError, OverflowError) as error:  # the first and last days of the calendar are not days everywhere
        message = f"'{value}' is not a date; write it like 2026-11-20."
        raise errors.UsageError(message) from error
    return found
