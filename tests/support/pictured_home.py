"""A home with two films and a series, for tests of their pictures."""

from __future__ import annotations

from tests.support.copied_home import CopiedHome

FILES = (
    "Films/The Lantern Keeper (2014)/The Lantern Keeper (2014).mp4",
    "Films/Night Tram (2009)/Night Tram (2009).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights/Season 2/Harbour Lights - S02E01.mp4",
)
HOME = CopiedHome(FILES)
