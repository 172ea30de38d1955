"""
The content of the demo library: a table of about sixty clips with their people and the expected risk level of each.

It is the library of a family and contains several containers, names in several scripts, comments of other programs,
duplicates, damaged files, and files that cannot be written. The first twenty rows contain every risk level.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from indexium_core.demo.clips import Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """One file of the demo library."""

    path: str  # relative to the folder, "/"-separated
    risk: str  # risk level in the plan; "" for a file outside the plan
    people: tuple[str, ...] = ()  # people in people.csv
    clip: Clip = field(default_factory=Clip)
    copy_of: str = ""  # path of the original of a copy; a copy with a comment was tagged later
    link_of: str = ""  # path of the entry to which this is a hard link
    # truncated, empty, read_only, text, missing (deleted after the scan), corrupt (damaged),
    # replaced (after the scan, by another recording)
    condition: str = ""
    edit: tuple[str, ...] | None = None  # people of an edit
    postponed: bool = False
    comment_mode: str = ""  # the comment mode of this file


ANN, BOB, BEN, ROSA, TOM = "Ann Lee", "Bob Ray", "Ben Lee", "Rosa Lee", "Tom Okafor"
ZOE, OLAF, CARLA, HANAKO, NOA = "Zoë Müller", "Ólafur Jónsson", "Carla Gómez", "山田 花子", "נועה לוי"
SAMIR, JIRI, MAX, JUNIOR = "سمير حداد", "Jiří Dvořák", "Max Weber", "Lee, Thomas Jr."

# Two people have one name: the qualifier of a person of a file.
QUALIFIERS = {("Family/2020/Balcony concert.mkv", TOM): "neighbour"}


def _entry(
    path: str,
    form: str,
    people: tuple[str, ...],
    risk: str,
    comment: str | None = None,
    *,
    copy_of: str = "",
    link_of: str = "",
    condition: str = "",
    edit: tuple[str, ...] | None = None,
    postponed: bool = False,
    comment_mode: str = "",
    **features: Any,
) -> DemoFile:
    """Return one row of the table; `features` are arguments of its clip."""
    return DemoFile(
        path=path,
        risk=risk,
        people=people,
        clip=Clip(form=form, comment=comment, **features),
        copy_of=copy_of,
        link_of=link_of,
        condition=condition,
        edit=edit,
        postponed=postponed,
        comment_mode=comment_mode,
    )


# A copy comes after its original, so that a small demo never has a copy without its original.
_TABLE = (
    # every risk level, so that even a small demo has all of them
    _entry("Family/2019/Birthday.mp4", "mp4", (ANN, BOB, ROSA), "warning"),
    _entry("Family/2019/Beach day.mp4", "mp4", (ANN,), "unchanged", "People: Ann Lee"),
    _entry("Family/2019/Grandma's garden.mp4", "mp4_room", (ROSA, ANN), "safe", "People: Rosa Lee, Bob Ray"),
    _entry("Family/2019/Christmas Eve.mkv", "mkv_room", (ANN, BOB, ROSA), "safe", chapters=3),
    _entry("Family/2020/Balcony concert.mkv", "mkv", (TOM,), "danger", "Camera: dad's old Sony. Do not delete!"),
    _entry("Family/2020/Video call.webm", "webm", (ANN, TOM), "safe"),
    _entry("Family/2020/Snow.mp4", "mp4", (ANN,), "warning", "People: Ann Lee, The Neighbour", edit=(ANN,)),
    _entry("Phone/IMG_0412.mov", "mov", (BEN,), "safe"),
    _entry("Phone/IMG_0413.mp4", "mp4_faststart", (BEN, ANN), "safe"),
    _entry("Downloads/interrupted.mp4", "mp4", (TOM,), "blocked", condition="truncated"),
    _entry("Downloads/empty.mp4", "mp4", (TOM,), "blocked", condition="empty"),
    _entry("Downloads/gone.mp4", "mp4", (TOM, BOB), "blocked", condition="missing"),
    _entry("Archive/Masters/Premiere.mp4", "mp4", (CARLA,), "blocked", condition="read_only"),
    _entry(
        "Archive/Copies/Birthday (1).mp4",
        "mp4",
        (),
        "warning",
        "People: Ann Lee, Tom Okafor",
        copy_of="Family/2019/Birthday.mp4",
    ),
    _entry("Concerts/Duet.mp4", "mp4", ("Kim Park", "KIM PARK"), "danger"),
    _entry("Concerts/Solo.mp4", "mp4", (MAX,), "danger", "People: Max Weber, Ghost", edit=()),
    _entry("Trips/Norway/Fjord.mp4", "mp4", (OLAF, ANN), "safe"),
    _entry("Trips/Norway/Ferry.mkv", "mkv", (OLAF,), "safe", chapters=2, postponed=True),
    _entry("Trips/Kyoto/京都の秋.mp4", "mp4", (HANAKO, ANN), "safe", "People: 山田 花子"),
    _entry("Weddings/החתונה של נועה.mp4", "mp4", (NOA, SAMIR), "safe"),
    # family
    _entry("Family/2019/First steps.m4v", "m4v", (BEN,), "safe"),
    _entry('Family/2019/Dad\'s "famous" soup.mp4', "mp4", (BOB,), "safe"),
    # blocked: the recording with Tom is gone, and the one at its path has nobody
    _entry("Family/2019/Empty room.mp4", "mp4", (TOM,), "blocked", condition="replaced"),
    _entry("Family/2020/Homework.mp4", "mp4", (BEN,), "unchanged", "Ben explains fractions\nPeople: Ben Lee"),
    _entry("Family/2020/Haircut.mp4", "mp4", (BOB, BEN), "danger", "So funny! | People: Bob Ray"),
    _entry("Family/2020/Garden 🌻🌷.mp4", "mp4", (ROSA, BEN), "safe", subtitles=True),
    _entry("Family/2021/School play.mkv", "mkv_room", (BEN, ANN, BOB), "safe", languages=("eng", "ger")),
    _entry("Family/2021/School play, act 2.mkv", "mkv", (BEN,), "safe", subtitles=True, chapters=2),
    _entry("Family/2021/Picnic.mp4", "mp4", (ANN, BOB, BEN, ROSA, TOM), "safe", cover=True),
    _entry("Family/2021/Tom junior.mp4", "mp4", (JUNIOR,), "safe"),
    _entry(
        "Family/2021/Diary.mp4", "mp4", (ANN,), "safe", "12 May\r\nRain again.\r\nPeople: \r\n", comment_mode="preserve"
    ),
    _entry("Family/2021/Letter.mp4", "mp4", (ROSA,), "danger", "Dear all,\nsee you in June.\n\nLove, Rosa"),
    # trips
    _entry("Trips/Norway/Northern lights ✨.mp4", "mp4", (OLAF, CARLA), "safe", languages=("eng", "nor")),
    _entry("Trips/Norway/Harbour.webm", "webm_room", (OLAF,), "safe", "People: Carla Gomez"),
    _entry("Trips/Norway/Karaoke.flv", "flv", (OLAF, TOM), "safe", "People: Tom Okafor"),
    _entry("Trips/Kyoto/寺.mkv", "mkv", (HANAKO,), "safe"),
    _entry("Trips/Kyoto/Bamboo.mp4", "mp4_room", (HANAKO, ANN, BOB), "safe", cover=True),
    _entry("Trips/México/Día de Muertos 💀.mp4", "mp4", (CARLA,), "unchanged", "People: Carla Gómez"),
    _entry("Trips/México/Mercado.webm", "webm", (CARLA, BOB), "safe", subtitles=True),
    _entry("Trips/Praha/Karlův most.mp4", "mp4", (JIRI, ZOE), "safe"),
    _entry("Trips/Praha/Cafe\u0301.mkv", "mkv_room", (JIRI, ANN), "safe", "People: Jiří Dvořák, Unknown"),
    _entry("Trips/Praha/Tram 22.avi", "avi", (JIRI,), "safe"),
    # celebrations
    _entry("Weddings/حفلة.mkv", "mkv", (SAMIR,), "safe", cover=True),
    _entry("Weddings/First dance.mp4", "mp4", (NOA, SAMIR, ZOE), "warning", "People: נועה לוי, سمير حداد"),
    _entry("Weddings/Speech.mp4", "mp4", (), "warning", link_of="Weddings/First dance.mp4"),
    _entry("Weddings/Speech (raw).ts", "ts", (NOA,), "blocked"),
    _entry("Concerts/Encore.mkv", "mkv", (MAX, TOM), "safe", languages=("eng", "fre", "ita")),
    _entry("Concerts/Rehearsal.mp4", "mp4_fragmented", (MAX,), "safe"),
    _entry("Concerts/<b>Live<b> & loud.mp4", "mp4", (TOM, CARLA), "safe"),
    _entry("Concerts/Sound check.mkv", "mkv", (TOM,), "unchanged", "People: TOM OKAFOR"),
    # old files
    _entry("Archive/Camcorder/1998-07.avi", "avi", (ROSA, BOB), "safe", "People: Rosa Lee, Uncle Pete"),
    _entry("Archive/Camcorder/1999-12.mpg", "mpg", (ROSA,), "blocked"),
    _entry("Archive/Camcorder/Millennium.wmv", "wmv", (BOB,), "safe"),
    _entry("Archive/Camcorder/Stream.flv", "flv", (TOM,), "blocked"),
    _entry("Archive/Camcorder/Free.ogv", "ogv", (ZOE,), "safe"),
    # blocked: if one of two hard links is replaced, the other still names the old file
    _entry("Archive/Copies/Stream.flv", "flv", (), "blocked", link_of="Archive/Camcorder/Stream.flv"),
    _entry("Archive/Masters/Interview.mkv", "mkv_live", (CARLA, ZOE), "safe"),
    _entry("Phone/VID_20210704.mp4", "mp4", (ZOE, BEN), "safe", "People: Zoë Müller"),
    _entry("Phone/VID_20210705.mp4", "mp4", (ZOE,), "unchanged", "people: zoë müller", condition="corrupt"),
    _entry("Downloads/not really a film.mp4", "mp4", (TOM,), "blocked", condition="text"),
)


def _numbered(entry: DemoFile, number: int) -> DemoFile:
    """Return the entry with its own video, audio and duration."""
    seconds = 1.0 + number % 7 / 10
    size = ((160, 90), (192, 108), (128, 96))[number % 3]
    return replace(entry, clip=replace(entry.clip, seed=number, seconds=seconds, video_size=size))


# Unconfirmed face suggestions: file, name, confidence, number of faces.
FACES = (
    ("Family/2019/Beach day.mp4", BOB, 0.91, 4),
    ("Family/2019/Beach day.mp4", BEN, 0.42, 1),
    ("Family/2021/Letter.mp4", ANN, 0.87, 3),
    ("Family/2019/First steps.m4v", ROSA, 0.78, 2),
    ("Trips/Kyoto/寺.mkv", ANN, 0.66, 1),
)
# A face suggestion for a file that is not in the demo, while one file of the demo has its name.
UNMATCHED_FACE = ("Old disk/Northern lights ✨.mp4", ROSA, 0.83, 2)
# The history in old.db: title, day and hour, and for each file the people that the old Indexium wrote.
OLD_OPERATIONS = (
    (
        "Beach and first steps",
        "2018-08-04T19",
        (("Family/2019/Beach day.mp4", BOB), ("Family/2019/First steps.m4v", BEN)),
    ),
    ("Letters", "2018-09-12T20", (("Family/2021/Letter.mp4", ANN), ("Old disk/Letter (draft).mp4", ANN))),
)
ENTRIES = tuple(_numbered(entry, number) for number, entry in enumerate(_TABLE, start=1))


def entries(count: int) -> tuple[DemoFile, ...]:
    """Return the entries of a demo of `count` files: the first rows of the table, then plain clips."""
    people = (ANN, BOB, BEN, ROSA, TOM, ZOE, OLAF, CARLA)
    more = (
        _numbered(
            _entry(f"More/Clip {number:05}.mp4", "mp4", (people[number % 8], people[number // 8 % 7]), "safe"), number
        )
        for number in range(len(ENTRIES) + 1, count + 1)
    )
    return (*ENTRIES[:count], *more)
