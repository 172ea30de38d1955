"""The browser of a session in words, from the text by which it names itself."""

from __future__ import annotations

# The first name that occurs counts: Edge also calls itself Chrome, and Chrome calls itself Safari.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40  # characters of a name that is not known


def browser_of(client: str) -> str:
    """Return the browser and its system, for example `Firefox on Linux`; the start of the text for another program."""
    browser = next((name for part, name in _BROWSERS if part in client), "")
    system = next((name for part, name in _SYSTEMS if part in client), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or client.partition("/")[0][:_LONGEST] or "a program without a name"
