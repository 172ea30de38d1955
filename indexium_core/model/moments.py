"""Times as users write them: a day, or a day and a time, in local time unless the text has a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from indexium_core import errors


def parse(value: datetime | str | None, *, end: bool = False) -> datetime | None:
    """
    Parse a time; `None` and the empty text give None.

    A day without a time means the start of that day or, with `end`, of the next day. The result has a time zone.

    Raises:
        UsageError: The text is not a date.

    """
    if value is None or value == "":
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if end and moment.time() == datetime.min.time():
            moment += timedelta(days=1)  # before the zone is set, because a day may have 23 or 25 hours
        # The timestamp is used because astimezone() moves a midnight that the clocks skip to the day before.
        result = datetime.fromtimestamp(moment.timestamp()).astimezone() if moment.tzinfo is None else moment
        for zone in (UTC, None):  # the time is stored in UTC and shown in local time
            result.astimezone(zone)
    except (
        ValueError,
        OverflowError,
    ) as error:  # the first and the last day of the calendar do not exist in every zone
        raise errors.UsageError(f"'{value}' is not a date; write it like 2026-11-20.") from error
    return result
