"""
The films and series of the demo: a second library with names in many styles.

All titles are invented. The stand-in of the providers knows most of them, so some are accepted automatically, and a
person decides about the others. The films are as long as their titles say, but have only a few pictures.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexium_core.demo import clips
from indexium_core.demo.clips import Clip

FOLDER = "Films and series"
_MOMENT = datetime(2022, 3, 5, 20, tzinfo=UTC).timestamp()  # a recent file would count as growing


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFilm:
    """One video of the library of films."""

    path: str  # relative to the folder, "/"-separated
    clip: Clip
    question: str = ""  # why a person decides about its title; "" if nobody is asked


_SUMMER = "Films/Deutsch/Der lange Sommer am Fluss (1997)/Der.lange.Sommer.am.Fluss.1997.German.DL.1080p.x264"
# Path, minutes, why a person is asked
_ROWS = f"""
Films/The Lantern Keeper (1961).mkv|100
Films/The.Lantern.Keeper.2015.1080p.BluRay.x264.mkv|93|the year is one year off, and the runtime does not fit
Films/1931 (2011)/1931.2011.720p.mkv|127
Films/1931 (2011)/1931.2011.720p-trailer.mkv|2
Films/1931 (2011)/Extras/The harbour then and now.mkv|11
Films/Deutsch/Salzwiesen (2019).mp4|94
{_SUMMER}-part1.mkv|60|two films have this title and year
{_SUMMER}-part2.mkv|57|two films have this title and year
Films/Русские/Ночной трамвай (2009).mkv|100
Films/紙の鶴 (2003).mkv|100
Films/Uma.Casa.no.Corvo.1998.DVDRip.XviD.mkv|100
Films/Orbit.of.Two.Return.2022.2160p.WEB-DL.DDP5.1.mkv|141
Films/Quiet Harbour.mp4|97|two films have this title
Films/The Glass Orchard (2018).mkv|100|two films have this title and year
Films/the_cartogrfers_dauter_2016.mp4|124|the name is misspelt
Films/Das Haus am Moor 2007.mkv|96|the title is a translation
Films/Copper Sky (2013) [tmdbid-9000041]/Copper Sky (2013).mkv|98|name and NFO file have different ids
Films/Cinder Street (2012).mkv|41|the runtime is wrong
Films/Le Phare des oubliés (2004).mkv|112
Films/الطريق إلى المنارة (2015).mp4|99
Films/רכבת לילה לנמל (2010).mkv|90
Films/weathermaker-final-export.mkv|116
Films/Clockwork Garden (1999)/clockwork.garden.1999.576p.mkv|81
Films/[Tidal] 海辺の駅 (2017) [1080p].mkv|103
Films/Talvilautta (2008).mkv|87
Films/Film school/Night Tram.mkv|8|no film: an exercise
Films/Film school/Paper Boats.mkv|6|no film: an exercise
Films/Untitled project 7.mkv|35
Films/VID_20230604_151200.mp4|1
Series/Harbour Lights (2016)/Season 01/Harbour.Lights.S01E01.720p.HDTV.mkv|45
Series/Harbour Lights (2016)/Season 01/Harbour.Lights.S01E02-E03.720p.HDTV.mkv|90
Series/Harbour Lights (2016)/Season 01/Harbour.Lights.S01E05.720p.HDTV.mkv|45
Series/Harbour Lights (2016)/Season 02/Harbour.Lights.S02E01.mkv|45
Series/Harbour Lights (2016)/Season 02/Harbour.Lights.S02E02.mkv|45
Series/Uhrengasse/Uhrengasse 1x01.mkv|50
Series/Uhrengasse/Uhrengasse 1x02.mkv|50
Series/Uhrengasse/Uhrengasse 1x04.mkv|50
Series/North Pier/North.Pier.S01E01.mkv|45|two series have this title
Series/North Pier/North.Pier.S01E02.mkv|45|two series have this title
""".strip()

NFO_FILES = {
    "Films/weathermaker-final-export.nfo": (
        "<movie><title>The Weathermaker</title><year>2020</year>"
        '<uniqueid type="tmdb" default="true">9000047</uniqueid></movie>\n'
    ),
    "Films/Copper Sky (2013) [tmdbid-9000041]/Copper Sky (2013).nfo": (
        '<movie><title>Copper Sky</title><year>2013</year><uniqueid type="imdb">tt99000042</uniqueid></movie>\n'
    ),
    # A publication edits this file, and keeps what others wrote into it.
    "Films/Clockwork Garden (1999)/movie.nfo": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!--created on 2020-05-01 - tinyMediaManager 3.1-->\n'
        "<movie>\n  <title>Clockwork Garden</title>\n  <year>1999</year>\n  <shelf>4, left</shelf>\n"
        "  <lockdata>true</lockdata>\n</movie>\n"
    ),
    # A bare “&” is no XML, so a publication does not edit this file.
    "Films/Talvilautta (2008).nfo": "<movie>\n  <title>Talvilautta</title>\n  <tag>winter & ferry</tag>\n</movie>\n",
}


def _entry(number: int, row: str) -> DemoFilm:
    path, minutes, question = [*row.split("|"), ""][:3]
    form = path.rpartition(".")[2]
    return DemoFilm(path=path, clip=Clip(form=form, seed=200 + number, minutes=int(minutes)), question=question)


ENTRIES = tuple(_entry(number, row) for number, row in enumerate(_ROWS.splitlines(), start=1))


def make_missing(folder: Path) -> int:
    """
    Make the files that `folder` lacks, and return the number of new videos.

    Raises:
        FFmpegError: ffmpeg is missing, or failed to make a file.

    """
    missing = [each for each in ENTRIES if not (folder / each.path).exists()]
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for _ in pool.map(lambda each: _make(folder / each.path, each.clip), missing):
            pass
    for path, text in NFO_FILES.items():
        target = folder / path
        if not target.exists():
            target.write_text(text, encoding="utf-8")
    return len(missing)


def _make(target: Path, clip: Clip) -> None:
    """Make one file under a temporary name, and rename it when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".part-{clip.seed}-{target.name}")
    clips.make(clip, partial)
    os.utime(partial, (_MOMENT, _MOMENT))
    partial.replace(target)
