"""
Real Ogg files with every kind of stream, written through the library and read by the programs of Xiph.

Some of them would be damaged by FFmpeg's stream copy, which verification detects only after the copy.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails
from tests.support import genuine, media, ogg, readers
from tests.support.genuine import ffmpeg
from tests.support.oracles import oracle
from tests.support.studio import ALL, OLD

COMMENT = "People: Ann Lee, Zoe Oz"
PICTURE, SOUND = ("-map", "0"), ("-map", "1")
NOTE = ("-metadata", "title=At sea", "-metadata", "comment=old")


def late(folder: Path) -> bytes:
    """Sound that starts late; FFmpeg would start it immediately."""
    return ffmpeg(folder, "ogv", *PICTURE, *SOUND, "-c:v", "libtheora", "-c:a", "flac", "-output_ts_offset", "2")


def repeating(folder: Path) -> bytes:
    """The last packet is empty and repeats a frame; FFmpeg would drop it."""
    return media.build("ogv", folder, video_size=(64, 36)).read_bytes()


def theora(folder: Path) -> bytes:
    data = ffmpeg(folder, "ogv", *PICTURE, *SOUND, *NOTE, "-c:v", "libtheora", "-c:a", "libvorbis")
    return ogg.skeleton(data, version=3)


def vp8(folder: Path) -> bytes:
    return ffmpeg(folder, "ogv", *PICTURE, *SOUND, *NOTE, "-c:v", "libvpx", "-c:a", "libopus", "-ac", "2")


def over_pages(folder: Path) -> bytes:
    """Headers over several pages that end within a packet, as many programs write them."""
    data = ffmpeg(folder, "ogv", *PICTURE, *SOUND, "-c:v", "libtheora", "-c:a", "libvorbis")
    texts = genuine.COVER, b"TITLE=At sea", b"COMMENT=old", b"NOTES=" + b"x" * 9000
    return ogg.with_texts(data, {0: texts[1:], 1: texts}, most=17)


def with_sound(codec: str) -> Callable[[Path], bytes]:
    """Video, and sound that has the only comment."""
    made = ("-c:v", "libtheora", "-c:a", codec, "-ar", "16000", "-ac", "1", "-metadata:s:a", "comment=old")
    return lambda folder: ffmpeg(folder, "ogv", *PICTURE, *SOUND, *made)


def chained(folder: Path) -> bytes:
    """A chained recording of two films."""
    made = ("-c:v", "libtheora", "-c:a", "libvorbis")
    second = ffmpeg(folder, "ogv", *PICTURE, *SOUND, "-metadata", "comment=its own", *made)
    return ffmpeg(folder, "ogv", *PICTURE, *SOUND, *NOTE, *made) + second


def followed(folder: Path) -> bytes:
    """A tag of another file format after the last page."""
    return with_sound("libvorbis")(folder) + b"TAG" + b"At sea".ljust(125, b"\0")


FILMS: Mapping[str, Callable[[Path], bytes]] = {
    "late.ogv": late,
    "repeating.ogv": repeating,
    "theora.ogv": theora,
    "vp8.ogv": vp8,
    "pages.ogv": over_pages,
    "flac.ogv": with_sound("flac"),
    "speex.ogv": with_sound("libspeex"),
    "opus.ogv": with_sound("libopus"),
    "chained.ogv": chained,
    "followed.ogv": followed,
}
NO_PADDING = {"flac.ogv"}


@dataclass(frozen=True)
class Seen:
    """The output of Xiph's programs and FFmpeg for a file."""

    wrong: tuple[str, ...]  # problems by oggz-validate
    info: str  # output of ogginfo, without comments and sizes
    shown: list[str]  # the comments in it
    makers: list[str]
    serials: list[str]
    packets: str  # a hash of those of each stream
    complaints: set[str]


def look(path: Path) -> Seen:
    def said(program: str, *options: str) -> str:
        ran = subprocess.run(
            [oracle(program), *options, str(path)], capture_output=True, text=True, errors="replace", check=False
        )
        return ran.stdout + ran.stderr

    info = said("ogginfo")
    sizes = re.sub(r"(?:Total data length|[Bb]itrate|overhead|Playback length|Padding:).*|offset \d+", "", info)
    info = info.partition("\n")[2]
    packets, complaints = readers.decoded(path)
    return Seen(
        wrong=tuple(re.findall(r"serialno \d+: (.*)", said("oggz-validate"))),
        info=re.sub(r"\s*(?:DESCRIPTION|COMMENT)=.*", "", sizes),
        shown=re.findall(r"(?:DESCRIPTION|COMMENT)=(.*)", info),
        makers=re.findall(r"(?:Vendor|Encoded (?:by|with)):? *(.*)", info),
        serials=re.findall(r"serial: (\w+)", info),
        packets=packets,
        complaints=complaints,
    )


@dataclass(frozen=True)
class Journey:
    """All films, from before the first write until after the rollback, by name."""

    before: dict[str, Seen]
    written: dict[str, Seen]
    again: dict[str, Seen]
    old: dict[str, bytes]
    back: dict[str, bytes]
    items: list[dict[str, ItemDetails]]


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = tmp_path_factory.mktemp("ogg") / "films"
    folder.mkdir()
    paths = {name: folder / name for name in FILMS}
    for name, make in FILMS.items():
        paths[name].write_bytes(make(tmp_path_factory.mktemp("made")))
        os.utime(paths[name], (OLD, OLD))
    old = {name: path.read_bytes() for name, path in paths.items()}

    def seen() -> dict[str, Seen]:
        return {name: look(path) for name, path in paths.items()}

    with Library.open(folder.parent / "home") as library:

        def write(people: list[str]) -> dict[str, ItemDetails]:
            library.people.add(list(paths.values()), people)
            operation = library.write(library.plan(), ALL)
            operation.wait()
            return {item.file_name: item for item in library.operation(operation.id, per_page=0).items}

        before = seen()
        library.scan([folder])
        items = [write(["Ann Lee", "Zoe Oz"])]
        written = seen()
        items.append(write(["Bob Ray"]))
        again = seen()
        library.rollback(1, with_newer=True).wait()
        back = {name: path.read_bytes() for name, path in paths.items()}
        yield Journey(before, written, again, old, back, items)


@pytest.fixture(params=FILMS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_files_planned_as_writable_are_written(journey: Journey, name: str) -> None:
    first, second = journey.items[0][name], journey.items[1][name]
    following = "ogg_copy" if name in NO_PADDING else "ogg_in_place"
    assert (first.status, first.strategy, first.message) == ("success", "ogg_copy", "")
    assert (second.status, second.strategy, second.message) == ("success", following, "")


def test_xiph_programs_show_comment_and_no_new_problem(journey: Journey, name: str) -> None:
    before, written, again = journey.before[name], journey.written[name], journey.again[name]
    assert set(written.shown) == {COMMENT} | ({"its own"} if name == "chained.ogv" else set())
    assert set(again.shown) == {f"{COMMENT}, Bob Ray"} | ({"its own"} if name == "chained.ogv" else set())
    for after in (written, again):
        assert after.wrong == before.wrong
        assert after.info == before.info


def test_encoder_serial_numbers_and_packets_are_equal(journey: Journey, name: str) -> None:
    before = journey.before[name]
    assert before.makers
    assert before.serials
    for after in (journey.written[name], journey.again[name]):
        assert (after.makers, after.serials) == (before.makers, before.serials)
        assert after.packets == before.packets
        assert after.complaints <= before.complaints


LATIN = "Zoë".encode("latin-1")
ANN = b"\nPeople: Ann Lee"
# Texts of video and sound, and their results in preserve mode; names are joined as FFmpeg does it.
SEVERAL: Mapping[str, tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]] = {
    "none": ((b"TITLE=a",), (b"TITLE=b",), (b"TITLE=a", b"DESCRIPTION=People: Ann Lee"), (b"TITLE=b",)),
    "two names": (
        (b"DESCRIPTION=" + LATIN, b"COMMENT=b"),
        (b"COMMENT=c",),
        (b"DESCRIPTION=" + LATIN + ANN, b"COMMENT=b" + ANN),
        (b"COMMENT=c" + ANN,),
    ),
    "behind a NUL": ((b"COMMENT=b\0x",), (b"A=c",), (b"COMMENT=b" + ANN + b"\0x",), (b"A=c",)),
    "one name twice": ((b"A=v",), (b"COMMENT=a", b"comment=b"), (b"A=v",), (b"COMMENT=a", b"comment=b" + ANN)),
    "one name twice, people": (
        (b"A=v",),
        (b"COMMENT=a\nPeople: Bob Ray", b"COMMENT=b"),
        (b"A=v",),
        (b"COMMENT=a\nPeople: Ann Lee, Bob Ray", b"COMMENT=b"),
    ),
    "four": (
        (b"DESCRIPTION=v",),
        (b"COMMENT=a", b"DESCRIPTION=" + LATIN, b"COMMENT=c"),
        (b"DESCRIPTION=v" + ANN,),
        (b"COMMENT=a", b"DESCRIPTION=" + LATIN + ANN, b"COMMENT=c" + ANN),
    ),
    "empty ones": (
        (b"COMMENT=", b"DESCRIPTION="),
        (b"A=c",),
        (b"COMMENT=", b"DESCRIPTION=", b"DESCRIPTION=People: Ann Lee"),
        (b"A=c",),
    ),
}


@pytest.mark.parametrize(
    ("case", "mode"),
    [(case, "preserve") for case in SEVERAL]
    + [
        pytest.param(case, "replace", marks=[] if case in ("behind a NUL", "four") else [pytest.mark.further])
        for case in SEVERAL
    ],
)
def test_several_texts_are_kept_or_listed_as_lost(tmp_path: Path, case: str, mode: str) -> None:
    video, sound, new_video, new_sound = SEVERAL[case]
    (tmp_path / "films").mkdir()
    path = media.build("ogv", tmp_path / "films", comment=None)
    path.write_bytes(ogg.with_texts(path.read_bytes(), {0: video, 1: sound}))
    os.utime(path, (OLD, OLD))
    old = path.read_bytes()
    with Library.open(tmp_path / "home") as library:
        library.scan([tmp_path / "films"])
        library.people.add([path], ["Ann Lee"])
        plan = library.plan(comment_mode=mode)
        [item] = plan.items
        assert library.write(plan, ALL).wait().counts == {"success": 1}
        first, second = (tuple(ogg.texts(found[1])) for found in ogg.packets(path.read_bytes()).values())
        if mode == "preserve":
            assert (first, second) == (new_video, new_sound)
            assert item.risk_level == "safe"
        else:
            lost = "".join(change.old or "" for change in item.changes).encode("utf-8", "replace")
            told = [
                text.partition(b"=")[2] for text in (*video, *sound) if re.match(rb"(?i)(comment|description)=", text)
            ]
            shown = [text.decode("utf-8", "replace").replace("\0", "\N{SYMBOL FOR NULL}") for text in told]
            assert all(text.encode() in lost for text in shown)
        assert library.rollback(1).wait().counts == {"success": 1}
        assert path.read_bytes() == old


def test_rollback_restores_same_bytes(journey: Journey, name: str) -> None:
    assert journey.back[name] == journey.old[name]
