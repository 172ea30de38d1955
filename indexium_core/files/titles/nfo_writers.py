"""Which program wrote an NFO file, by the shape of its text: for a message about a file that changed."""

from __future__ import annotations

import re

_START = 200_000  # bytes that show the shape
# Sign → program; the first that fits. Each sign is one that the other programs do not write.
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--\s*created on .{0,60}tinyMediaManager", re.IGNORECASE), "tinyMediaManager"),
    (re.compile(r"<generator>.{0,40}<appname>MediaElch", re.DOTALL), "MediaElch"),
    (re.compile(r"<lockdata>(?:true|false)</lockdata>"), "Jellyfin"),
    (re.compile(r"<uniqueid type=\"sonarr\""), "Sonarr"),
    (re.compile(r"<playcount>\d+</playcount>.*<lastplayed>.*<(?:resume|dateadded)>", re.DOTALL), "Kodi"),
)


def probable_writer(data: bytes) -> str:
    """Return the program that probably wrote an NFO file, as a person knows it; "" if it is not known."""
    text = data[:_START].replace(b"\0", b"").decode("utf-8", "replace")
    return next((name for sign, name in _SIGNS if sign.search(text)), "")
