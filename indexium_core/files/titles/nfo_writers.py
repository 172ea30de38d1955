"""Which program wrote an NFO file, by the shape of its text: for a message about a file that changed."""

from __future__ import annotations

import re

_START = 200_000  # bytes that show the shape
_GAP = r"</\w+>\s*"
# Sign → program; the first that fits. Each sign is a comment, or an order of elements, that no other program writes.
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--\s*created on [^>]{0,60}tinyMediaManager"), "tinyMediaManager"),
    (re.compile(r"<generator>[^/]{0,80}MediaElch"), "MediaElch"),
    # The order of Jellyfin is that of MediaBrowser.XbmcMetadata/Savers/BaseNfoSaver.cs.
    (re.compile(rf"<lockdata>(?:true|false){_GAP}(?:<lockedfields>[^<]*{_GAP})?<dateadded>"), "Jellyfin"),
    # That of Sonarr and Radarr is in NzbDrone.Core/Extras/Metadata/Consumers/Xbmc/XbmcMetadata.cs.
    (re.compile(r"<uniqueid type=\"sonarr\">"), "Sonarr"),
    (re.compile(rf"<mpaa\b[^<]*(?:{_GAP})?<id>\d+{_GAP}<uniqueid type=\"\w+\" default=\"true\">"), "Sonarr"),
    (re.compile(rf"<movie>.*<watched>(?:true|false){_GAP}(?:<fileinfo>|</movie>)", re.DOTALL), "Radarr"),
    # That of Kodi is in xbmc/video/VideoInfoTag.cpp, `Save`.
    (re.compile(rf"<userrating>\d+{_GAP}<top250>\d+{_GAP}(?:<season>.{{0,200}})?<outline\b", re.DOTALL), "Kodi"),
)


def probable_writer(data: bytes) -> str:
    """Return the program that probably wrote an NFO file, as a person knows it; "" if it is not known."""
    text = data[:_START].replace(b"\0", b"").decode("utf-8", "replace")
    return next((name for sign, name in _SIGNS if sign.search(text)), "")
