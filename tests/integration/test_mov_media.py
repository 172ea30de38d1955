"""
Comments in real MOV, MP4 and 3GP clips, stored as programs store them, and read by other programs after a write in
place.

`READERS` states the measured behaviour (FFmpeg 5.1 and 8.1, ExifTool 12.57, MediaInfo 23.04). The choice of places in
`bmff.tags` is based on it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import mutagen.mp4
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import Library
from indexium_core.files import libav, probe
from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, FileStat, Patch, Refusal
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, mov, mp4, readers
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box, full
from tests.support.oracles import oracle

COMMENT = "People: Ann Lee, Zoë Ünal, 李雷 🎬, שרה"
OLD = "an older comment, Grüße"
MDTA = bytes(8) + b"mdta" + bytes(13)


def udta(*children: bytes, end: bytes = b"") -> bytes:
    return box(b"udta", *children, end)


def string(text: str | bytes, language: int = 0x55C4) -> bytes:
    return box(b"\xa9cmt", mp4.string(text, language=language))


def information(text: str) -> bytes:
    return box(b"\xa9inf", mp4.string(text))


def freeform(text: str, *, name: str = "comment") -> bytes:
    return box(b"----", full(b"mean", b"com.apple.iTunes"), full(b"name", name.encode()), mp4.data(text))


def key(name: str, text: str, *, plain: bool = True) -> bytes:
    return mp4.keyed([("mood", "calm"), (name, text)], plain=plain)


def examined(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def written(content: bytes, text: str | None) -> bytes | Refusal:
    reader = BytesReader(content)
    layout = examined(content)
    if layout.problem is not None:
        return layout.problem
    in_place = next(each for each in FAMILY.strategies() if each.name == "mp4_in_place")
    outcome = in_place.plan(reader, layout, [Change(field="comment", old=None, new=text)], Capabilities())
    return mp4.apply(outcome, content) if isinstance(outcome, Patch) else _refusal(outcome)


def _refusal(outcome: object) -> Refusal:
    assert isinstance(outcome, Refusal)
    return outcome


def write(path: Path, text: str | None) -> None:
    result = written(path.read_bytes(), text)
    assert isinstance(result, bytes), result
    path.write_bytes(result)


def shown(content: bytes) -> str | None:
    """The comment that players based on FFmpeg's libraries show."""
    with libav.opened(BytesReader(content), "mov") as film:
        return libav.read_field(film.metadata, "comment")


def comment_of(path: Path) -> str | None:
    """The comment in a scan."""
    seen = path.stat()
    stat = FileStat(size=seen.st_size, mtime_ns=0, device=0, inode=0, nlink=1, mode=seen.st_mode)
    return probe.probe(os.fsencode(path), stat).comment


# Readers of each place


FFMPEG, EXIFTOOL, MEDIAINFO = "FFmpeg", "ExifTool", "MediaInfo"
ALL = {FFMPEG, EXIFTOOL, MEDIAINFO}
READERS: dict[str, tuple[bytes, set[str]]] = {
    "udta/©cmt": (udta(string(COMMENT)), ALL),
    "udta/©cmt, of one language": (udta(string(COMMENT, 0x10B5)), ALL),
    "udta/meta (mdir)": (udta(mp4.tags(mp4.cmt(COMMENT))), ALL),
    "udta/meta (mdir), QuickTime's form": (udta(mp4.tags(mp4.cmt(COMMENT), plain=True)), {FFMPEG}),
    "udta/meta (mdta) comment": (udta(key("comment", COMMENT, plain=False)), ALL),
    "moov/meta (mdir)": (mp4.tags(mp4.cmt(COMMENT), plain=True), ALL),
    "moov/meta (mdir), ISO's form": (mp4.tags(mp4.cmt(COMMENT)), {FFMPEG}),
    "moov/meta (mdta) com.apple.quicktime.comment": (key("com.apple.quicktime.comment", COMMENT), ALL),
    "moov/meta (mdta), ISO's form": (key("com.apple.quicktime.comment", COMMENT, plain=False), {FFMPEG}),
    "moov/meta (mdta) comment": (key("comment", COMMENT), ALL),
    "free form": (udta(mp4.tags(freeform(COMMENT))), {FFMPEG, MEDIAINFO}),  # ExifTool too, but only ASCII
    "udta/©cmt beside tags of another make": (
        udta(mp4.keyed([("mood", "calm")]), mp4.meta(handler=bytes(8) + b"ID32" + bytes(13)), string(COMMENT)),
        ALL,
    ),
    "no handler": (udta(full(b"meta", box(b"ilst", mp4.cmt(COMMENT)))), {EXIFTOOL, MEDIAINFO}),
    "a track's": (b"", set()),
}


@pytest.fixture(scope="module")
def comments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """The comments of a film with each place, as each reader shows them."""
    folder = tmp_path_factory.mktemp("places")
    paths = [folder / f"{number}.mov" for number in range(len(READERS))]
    for path, (tags, _) in zip(paths, READERS.values(), strict=True):
        path.write_bytes(mov.with_tags(mov.bare(), tags, trak=udta(string("of a track"))))
    found = {
        FFMPEG: [{shown(path.read_bytes()) or ""} for path in paths],
        EXIFTOOL: [comments for comments, _ in readers.exiftool_all(paths)],
        MEDIAINFO: [comments for comments, _ in readers.mediainfo_all(paths)],
    }
    return {place: {who: each[number] for who, each in found.items()} for number, place in enumerate(READERS)}


@pytest.mark.further
@each_case("place", READERS)
def test_programs_read_these_places(comments: dict[str, dict[str, set[str]]], place: str) -> None:
    _, who = READERS[place]

    assert {reader for reader, texts in comments[place].items() if COMMENT in texts} == who


@pytest.mark.parametrize("brand", [b"3gp4", b"3g2a"])
def test_programs_read_3gp(tmp_path: Path, brand: bytes) -> None:
    path = tmp_path / "film.3gp"
    content = mov.with_tags(mov.bare("mp4"), udta(box(b"titl", bytes(4), b"\x15\xc7A title\0")), brand=brand)
    path.write_bytes(content)
    write(path, COMMENT)

    assert examined(path.read_bytes()).container == "3gp"
    assert shown(path.read_bytes()) == COMMENT
    assert readers.ffprobe(path)[0] == readers.exiftool(path)[0] == readers.mediainfo(path)[0] == {COMMENT}
    assert (mutagen.mp4.MP4(path).tags or {})["\xa9cmt"] == [COMMENT]


# Comments as programs store them


def by_exiftool(*tags: str) -> Callable[[Path], None]:
    """Tags written by ExifTool: `Keys:` into `moov/meta`, `UserData:` into `udta`, `ItemList:` into `udta/meta`."""

    def tag(path: Path) -> None:
        command = [oracle("exiftool"), "-q", "-overwrite_original", "-charset", "UTF8"]
        subprocess.run([*command, *(f"-{tag}" for tag in tags), str(path)], check=True, capture_output=True)
        mov.index_last(path)

    return tag


def by_mutagen(path: Path) -> None:
    tagged = mutagen.mp4.MP4(path)
    tagged["\xa9cmt"] = "of mutagen"
    tagged.save()


PHONE = (
    "Keys:Make=Apple",
    "Keys:Model=Phone 15",
    "Keys:CreationDate=2024:05:06 07:08:09+02:00",
    "Keys:GPSCoordinates=52.5 13.4 30",
)
TAGS = {"title": "A day out", "location": "+52.5200+013.4050/", "make": "Maker", "date": "2024-05-06"}
# name → form, comment of ffmpeg's, what is done to it, the comment that players then show
STORED: dict[str, tuple[str, str | None, Callable[[Path], None] | None]] = {
    "ffmpeg's strings": ("mov", OLD, None),
    "ffmpeg's keys": ("mov_keys", OLD, None),
    "ExifTool's keys": ("mov", None, by_exiftool(*PHONE, f"Keys:Comment={OLD}")),
    "ExifTool's user data": ("mov", None, by_exiftool(f"UserData:Comment={OLD}")),
    "every language everywhere": (
        "mov",
        "of ffmpeg",
        by_exiftool("Keys:Comment=a", "Keys:Comment-deu=b", "UserData:Comment=c", "UserData:Comment-fra=d", *PHONE),
    ),
    "mutagen beside ffmpeg": ("mov", "of ffmpeg", by_mutagen),
    "a phone's, without comment": ("mov", None, by_exiftool(*PHONE)),
    "ExifTool's items": ("mov", None, by_exiftool(f"ItemList:Comment={OLD}", "ItemList:Title=x")),
    "none": ("mov", None, None),
}


@each_case("name", effort.some(STORED, 7))
def test_every_reader_shows_new_comment_of_every_storage(tmp_path: Path, name: str) -> None:
    form, comment, tag = STORED[name]
    path = media.build(form, tmp_path, comment=comment, tags=TAGS)
    if tag is not None:
        tag(path)
    if comment == OLD or "ExifTool's" in name:
        assert comment_of(path) == OLD
    _, before = look(path)
    complaints = readers.complaints(path)

    write(path, COMMENT)
    comments, after = look(path)
    assert (shown(path.read_bytes()), comment_of(path)) == (COMMENT, COMMENT)
    assert comments == [{COMMENT}] * 3
    assert after == before
    assert readers.complaints(path) == complaints

    write(path, None)
    comments, after = look(path)
    assert (shown(path.read_bytes()), comment_of(path)) == (None, None)
    assert comments == [set()] * 3
    assert after == before


def look(path: Path) -> tuple[list[set[str]], dict[str, object]]:
    """The comments of each reader, and everything that must not change."""
    content = path.read_bytes()
    layout = examined(content)
    seen = {read.__name__: read(path) for read in (readers.ffprobe, readers.exiftool, readers.mediainfo)}
    known: dict[str, object] = {
        "census": dict(FAMILY.census(BytesReader(content), layout)),
        "media": [content[extent.offset : extent.end] for extent in layout.payload],
    }
    return [comments for comments, _ in seen.values()], known | {name: rest for name, (_, rest) in seen.items()}


@each_case(
    ("tags", "text"),
    [
        (udta(string("Grüße, 李", 0)), "Grüße, 李"),
        (udta(string("李雷" * 400, 0)), "李雷" * 400),
        (udta(string(b"caf\x8e", 0)), "café"),
        (udta(string(b"\xfe\xff" + "wide 李".encode("utf-16-be"))), "wide 李"),
        (udta(string(b"\xfe\xff" + "李雷李".encode("utf-16-be"))), "李雷李"),
        (udta(mp4.tags(box(b"\xa9cmt", mp4.data("Grüße", flags=0)))), "Grüße"),
        (udta(mp4.tags(box(b"\xa9cmt", mp4.data("Grüße".encode("utf-16-be"), flags=2)))), "Grüße"),
        (udta(mp4.tags(box(b"\xa9cmt", mp4.data("Grüße".encode("mac_roman"), flags=3)))), "Grüße"),
        (udta(string("first"), mp4.tags(mp4.cmt("last"))), "last"),
        (udta(string("first")) + key("com.apple.quicktime.comment", "last"), "first"),
        (udta(string("first"), information("about the film")), "about the film"),
        (udta(string(b"caf\xe9")), "caf\udce9"),
        (udta(full(b"meta", box(b"ilst", mp4.cmt("hidden")))), "hidden"),
    ],
)
def test_comment_garbled_by_players_is_read_correctly(tmp_path: Path, tags: bytes, text: str) -> None:
    path = tmp_path / "film.mov"
    path.write_bytes(mov.with_tags(mov.bare(), tags))

    assert comment_of(path) == text


def test_differing_comments_are_reported_written_and_rolled_back(tmp_path: Path) -> None:
    tags = {
        "no language": udta(string("Grüße\nPeople: Bob", 0)),
        "two languages": udta(string("one", 0x15C7), string("zwei", 0x10B5))
        + key("com.apple.quicktime.comment", "three"),
        "UTF-16": udta(string(b"\xfe\xff" + "wide 李".encode("utf-16-be"))),
        "information behind": udta(string("a"), information("about the film")),
    }
    films = tmp_path / "films"
    films.mkdir()
    before = {}
    for number, (name, own) in enumerate(tags.items()):
        path = films / f"{name}.mov"
        content = media.build("mov", tmp_path, seed=number).read_bytes()
        path.write_bytes(mov.with_tags(content, own))
        os.utime(path, (1_600_000_000, 1_600_000_000))
        before[name] = path.read_bytes()

    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.people.add([str(films / f"{name}.mov") for name in tags], ["Ann Lee"])
        plan = library.plan(comment_mode="preserve")
        noted = {Path(item.file_path).stem: [issue.code for issue in item.issues] for item in plan.items}
        assert {name for name, codes in noted.items() if "other_readers_differ" in codes} == {
            "two languages",
            "information behind",
        }
        handle = library.write(plan)
        assert handle.wait().counts == {"success": 4}
        assert {name: comment_of(films / f"{name}.mov") for name in tags} == {
            "no language": "Grüße\nPeople: Ann Lee, Bob",
            "two languages": "zwei\nPeople: Ann Lee",
            "UTF-16": "wide 李\nPeople: Ann Lee",
            "information behind": "about the film\nPeople: Ann Lee",
        }
        assert library.rollback(handle.id).wait().counts == {"success": 4}
    assert {name: (films / f"{name}.mov").read_bytes() for name in tags} == before


# Random files, read by FFmpeg


words = st.sampled_from(["old", "Grüße", "x" * 300])
strings = st.builds(string, words, st.sampled_from([0, 0x15C7, 0x55C4]))
items = st.lists(
    st.builds(mp4.cmt, words)
    | st.builds(freeform, words, name=st.sampled_from(["comment", "COMMENT", "mood"]))
    | st.sampled_from(
        [box(b"\xa9nam", mp4.data("t")), box(b"\xa9inf", mp4.data("about")), box(b"\0\0\0\1", mp4.data("1"))]
    ),
    max_size=3,
)
heads = st.sampled_from([box(b"hdlr", mp4.HANDLER), box(b"hdlr", MDTA), b""])
lists = st.builds(
    lambda first, head, found, plain, behind: box(
        b"meta",
        bytes(0 if plain else 4),
        *([first, box(b"ilst", *found), head] if behind else [first, head, box(b"ilst", *found)]),
    ),
    st.sampled_from([b"", b"", b"", mp4.free(9), mp4.free(12)]),
    heads,
    items,
    st.booleans(),
    st.sampled_from([False, False, True]),
)
named = st.builds(
    lambda pairs, plain, known: mp4.keyed(pairs, plain=plain) if known else unknown(pairs),
    st.lists(
        st.tuples(st.sampled_from(["comment", "com.apple.quicktime.comment", "Comment", "mood"]), words), max_size=3
    ),
    st.booleans(),
    st.sampled_from([True, True, False]),
)
users = st.builds(
    lambda found, end: udta(*found, end=end),
    st.lists(strings | lists | named | st.just(information("about")), max_size=4),
    st.sampled_from([b"", bytes(4)]),
)


REASONS = ("two lists of names", "©inf", "handler (hdlr) is behind")


def unknown(pairs: list[tuple[str, str]]) -> bytes:
    """Keys with an unknown handler."""
    return mp4.keyed(pairs).replace(b"mdta" + bytes(13), b"what" + bytes(13), 1)


@effort.examples(50, 150)
@given(
    late=st.lists(users | lists | named, max_size=3),
    early=st.lists(users | named, max_size=1),
    brand=st.sampled_from([b"qt  ", b"isom", b"3gp5"]),
)
def test_ffmpeg_shows_every_written_text(late: list[bytes], early: list[bytes], brand: bytes) -> None:
    content = mov.with_tags(mov.bare(), *late, early=b"".join(early), brand=brand)
    result, gone = written(content, COMMENT), written(content, None)

    if isinstance(result, bytes):
        assert shown(result) == COMMENT
        assert written(result, COMMENT) == result
    else:
        assert any(reason in result.message for reason in REASONS)
    if isinstance(gone, bytes):
        assert shown(gone) is None
    else:
        assert any(reason in gone.message for reason in REASONS)


# Programs based on FFmpeg read the information of the film (©inf) as its comment, too


@each_case(
    ("tags", "mode"),
    effort.pairs(
        [
            udta(information("about the film"), string(b"caf\x8e", 0)),
            udta(information("about the film"), string(b"caf\x8e", 0x7FFF)),
            udta(box(b"\xa9inf", mp4.string("about", language=0)), string(b"Gr\x9f\xa7e", 2)),
            udta(box(b"\xa9inf", mp4.string("about", language=0x15C7)), string(b"caf\x8e", 0)),
            udta(box(b"\xa9inf", mp4.string("about", language=0)), string("old", 0x15C7)),
        ],
        ["preserve", "replace"],
    ),
)
def test_comment_behind_films_information_is_written_as_planned(tmp_path: Path, tags: bytes, mode: str) -> None:
    """FFmpeg shows the information in place of a comment whose language changes."""
    films = tmp_path / "films"
    films.mkdir()
    path = films / "film.mov"
    path.write_bytes(mov.with_tags(media.build("mov", tmp_path).read_bytes(), tags))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    before = path.read_bytes()

    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.people.add([str(path)], ["Zoë Ünal", "李雷"])
        handle = library.write(library.plan(comment_mode=mode), WriteOptions(risk=("safe", "warning", "danger")))
        assert handle.wait().counts == {"success": 1}
        assert (comment_of(path) or "").endswith("People: Zoë Ünal, 李雷")
        assert library.rollback(handle.id).wait().counts == {"success": 1}
    assert path.read_bytes() == before


def test_information_field_is_no_danger_in_replace_mode(tmp_path: Path) -> None:
    """Players show the information as the comment; the new comment is added beside it, so that no text is lost."""
    films = tmp_path / "films"
    films.mkdir()
    path = films / "film.mov"
    tags = udta(information("about the film"))
    path.write_bytes(mov.with_tags(media.build("mov", tmp_path, comment=None).read_bytes(), tags))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    before = path.read_bytes()

    with Library.open(tmp_path / "home") as library:
        library.scan([films])
        library.people.add([str(path)], ["Ann Lee"])
        [item] = library.plan(comment_mode="replace").items
        assert item.risk_level != "danger"
        assert "custom_comment" not in {issue.code for issue in item.issues}
        handle = library.write(library.plan(comment_mode="replace"))
        assert handle.wait().counts == {"success": 1}
        assert comment_of(path) == "People: Ann Lee"
        assert b"about the film" in path.read_bytes()
        assert library.rollback(handle.id).wait().counts == {"success": 1}
    assert path.read_bytes() == before
