"""
Real AVI, FLV and WMV files written through the library: no data that FFmpeg would lose is lost.

Each file contains data that a stream copy rejects or drops, and each sabotage of such a write fails the expected check.
"""

from __future__ import annotations

import itertools
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from indexium_core.library import Library
from indexium_core.model.files.media import Change, Patch, Refusal
from indexium_core.model.operations.operation import ItemDetails
from tests.support import genuine, headers, lossless, mkv, ogg, readers, sabotage
from tests.support.headers import wide
from tests.support.oracles import oracle
from tests.support.readers import EXIFTOOL, EXIFTOOL_ALL, EXIFTOOL_RIFF, FFPROBE, MEDIAINFO, Look
from tests.support.remuxes import planned
from tests.support.studio import ALL, OLD

PEOPLE = ["Ann Lee", "Zoe Oz"]
COMMENT = "People: Ann Lee, Zoe Oz"
NAMES = tuple(genuine.FILMS)
RENUMBERED = ("full.ogv",)  # the pages of its media get new numbers
OF_THE_FILE = ("position", "location", "filesize", "bitrate", "streamsize")


@dataclass(frozen=True)
class Journey:
    """All films, from before the first write until after the rollback."""

    old: dict[str, bytes]
    before: dict[str, Look]
    written: dict[str, Look]
    again: dict[str, Look]
    new: dict[str, bytes]
    back: dict[str, bytes]
    items: list[dict[str, ItemDetails]]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("made")
    return {name: make(folder) for name, (make, _, _) in genuine.FILMS.items()}


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, films: dict[str, bytes]) -> Iterator[Journey]:
    for program in ("ffmpeg", "ffprobe", "exiftool", "mediainfo"):
        oracle(program)
    folder = tmp_path_factory.mktemp("genuine") / "films"
    folder.mkdir()
    for name, data in films.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (OLD, OLD))
    with Library.open(folder.parent / "home") as library:
        yield travel(library, folder, films)


def travel(library: Library, folder: Path, films: dict[str, bytes]) -> Journey:
    paths = [folder / name for name in films]

    def look(*, media: bool = False) -> dict[str, Look]:
        return dict(zip(films, readers.look(paths, media=media), strict=True))

    def held() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in paths}

    def write(people: list[str]) -> dict[str, ItemDetails]:
        library.people.add(paths, people)
        operation = library.write(library.plan(), ALL)
        operation.wait()
        return {item.file_name: item for item in library.operation(operation.id, per_page=0).items}

    before = look(media=True)
    library.scan([folder])
    items = [write(PEOPLE)]
    written, new = look(media=True), held()
    items.append(write(["Bob Ray"]))
    again = look()
    library.rollback(1, with_newer=True).wait()
    return Journey(films, before, written, again, new, held(), items)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.further
@pytest.mark.parametrize("film", ["studio.wmv", "camera.avi", "server.flv", "server.ogv"])
def test_film_cannot_be_rewritten_by_ffmpeg(films: dict[str, bytes], tmp_path: Path, film: str) -> None:
    """Otherwise Indexium would need no strategy of its own."""
    path = tmp_path / film
    path.write_bytes(films[film])
    assert isinstance(planned(path, [Change(field="comment", old="old", new="x")]), Refusal)


def test_first_and_second_write_use_expected_strategies(journey: Journey, name: str) -> None:
    _, first, second = genuine.FILMS[name]
    written, again = journey.items[0][name], journey.items[1][name]
    assert (written.status, written.strategy, written.message) == ("success", first, "")
    assert (again.status, again.strategy, again.message) == ("success", second, "")


def test_every_program_shows_comment(journey: Journey, name: str) -> None:
    shown = {FFPROBE, EXIFTOOL, EXIFTOOL_ALL, MEDIAINFO} | ({EXIFTOOL_RIFF} if name.endswith(".avi") else set())
    assert journey.written[name].shown_by(COMMENT) >= shown
    assert journey.again[name].shown_by(f"{COMMENT}, Bob Ray") >= shown


def test_programs_show_no_other_change(journey: Journey, name: str) -> None:
    before = journey.before[name].known
    for look in (journey.written, journey.again):
        for program in set(look[name].known) - {"streams", "complaints"}:
            assert placeless(look[name].known[program]) == placeless(before[program]), program


def placeless(known: Any) -> Any:
    """The output of a program, without places in the file, its size, and values that MediaInfo computes from them."""
    if isinstance(known, dict):
        shown = {name: placeless(value) for name, value in known.items()}
        return {name: value for name, value in shown.items() if not any(word in name.lower() for word in OF_THE_FILE)}
    return [placeless(each) for each in known] if isinstance(known, list) else known


def test_packets_are_equal_and_ffmpeg_reports_no_new_problem(journey: Journey, name: str) -> None:
    before, after = journey.before[name].known, journey.written[name].known
    assert after["streams"] == before["streams"]
    assert after["complaints"] <= before["complaints"]


def test_census_and_identity_are_same(journey: Journey, name: str) -> None:
    old, new = journey.old[name], journey.new[name]
    assert lossless.census(new) == lossless.census(old)
    assert (lossless.identity(new) == lossless.identity(old)) == (name not in RENUMBERED)


def test_rollback_restores_same_bytes(journey: Journey, name: str) -> None:
    assert journey.back[name] == journey.old[name]


# Saboteurs

Damage = Callable[[bytes], bytes]


def changed(old: bytes, new: bytes, *, last: bool = False) -> Damage:
    def damage(data: bytes) -> bytes:
        at = data.rindex(old) if last else data.index(old)
        return data[:at] + new + data[at + len(old) :]

    return damage


def riff_size(by: int) -> Damage:
    return lambda data: data[:4] + struct.pack("<I", int.from_bytes(data[4:8], "little") + by) + data[8:]


def stale_index(data: bytes) -> bytes:
    """Use offsets that are too small by 4 KiB."""
    at = data.index(b"idx1")
    end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    entries = struct.iter_unpack("<4sIII", data[at + 8 : end])
    moved = b"".join(struct.pack("<4sIII", kind, flags, place - 4096, length) for kind, flags, place, length in entries)
    return data[: at + 8] + moved + data[end:]


def stale_places(data: bytes) -> bytes:
    """Use offsets of FLV frames that are too small by 40 bytes."""
    at = data.index(b"filepositions\x0a") + 14
    count = int.from_bytes(data[at : at + 4], "big")
    made = bytearray(data)
    for place in range(at + 5, at + 4 + 9 * count, 9):
        [number] = struct.unpack(">d", data[place : place + 8])
        made[place : place + 8] = struct.pack(">d", number - 40)
    return bytes(made)


def asf_size(data: bytes) -> bytes:
    """Store a wrong size of an ASF file."""
    at = data.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")) + 40
    return data[:at] + struct.pack("<Q", len(data) - 1) + data[at + 8 :]


def flv_without(prop: bytes) -> Damage:
    """Rename a property."""
    return changed(prop, prop[:-1] + b"_")


def in_headers(old: bytes, new: bytes) -> Damage:
    """Change the header pages of an Ogg file, with correct checksums."""

    def damage(data: bytes) -> bytes:
        assert any(old in page.body for page in ogg.pages(data))
        return b"".join(replace(page, body=page.body.replace(old, new)).raw for page in ogg.pages(data))

    return damage


def stale_skeleton(data: bytes) -> bytes:
    """Use offsets of an index that are slightly too small."""

    def stale(page: ogg.Page) -> ogg.Page:
        at = page.body.find(b"index\0") + 42
        return (
            page if at < 42 else replace(page, body=page.body[:at] + bytes([page.body[at] ^ 1]) + page.body[at + 1 :])
        )

    return b"".join(stale(page).raw for page in ogg.pages(data))


def other_serial(data: bytes) -> bytes:
    pages = ogg.pages(data)
    return b"".join(replace(page, serial=page.serial ^ (page.serial == pages[-1].serial)).raw for page in pages)


def full_sound(data: bytes) -> list[ogg.Page]:
    """Return the pages after the headers of the stream with new page numbers."""
    pages = ogg.pages(data)
    serial = next(page.serial for page in pages if b"COMMENT=" in page.body)
    return [page for page in pages if page.serial == serial and page.position not in {0, ogg.NOWHERE}]


def old_numbers(data: bytes) -> bytes:
    sound = full_sound(data)
    return b"".join((replace(page, number=page.number - 1) if page in sound else page).raw for page in ogg.pages(data))


def one_page_less(data: bytes) -> bytes:
    [*_, last] = full_sound(data)
    return b"".join(page.raw for page in ogg.pages(data) if page != last)


def moved_in_time(data: bytes) -> bytes:
    first, *_ = full_sound(data)
    moved = replace(first, position=first.position + 1)
    return b"".join((moved if page == first else page).raw for page in ogg.pages(data))


CASES: dict[str, tuple[str, Damage, str]] = {
    "wmv: an attribute is lost": ("studio.wmv", changed(wide("WM/Tool"), wide("WM/Fool")), "tags"),
    "wmv: an attribute of a stream is lost": (
        "studio.wmv",
        changed(wide("WM/StreamTypeInfo"), wide("WM/StreamTypeInf_")),
        "structure",
    ),
    "wmv: a number is changed": (
        "studio.wmv",
        changed(struct.pack("<Q", 127_000_000_000_000_000), struct.pack("<Q", 127_000_000_000_000_001)),
        "structure",
    ),
    "wmv: the picture is damaged": ("studio.wmv", changed(genuine.PNG, genuine.PNG[:-1] + b"\0"), "attachments"),
    "wmv: the size of the file is stale": ("studio.wmv", asf_size, "structure"),
    "wmv: a chapter is renamed": ("studio.wmv", changed(wide("Part 600"), wide("Part 601")), "chapters"),
    "wmv: the rating is lost": ("studio.wmv", changed(wide("PG"), wide("  ")), "structure"),
    "avi: the file says that it is shorter": ("tight.avi", riff_size(-4096), "size"),
    "avi: the file says that it is longer": ("tight.avi", riff_size(4096), "size"),
    "avi: the file says that it ends a little earlier": ("camera.avi", riff_size(-2), "size"),
    "avi: an absolute index is stale": ("tight.avi", stale_index, "structure"),
    "avi: the date is lost": ("camera.avi", changed(b"IDIT", b"IDI_"), "structure"),
    "avi: what is hidden in padding is lost": ("camera.avi", changed(genuine.SETTINGS, bytes(217)), "structure"),
    "avi: a text is lost": ("camera.avi", changed(b"IXYZ", b"IXY_"), "structure"),
    "avi: an index entry of OpenDML is stale": ("odml.avi", changed(b"indx", b"JUNK"), "structure"),
    "avi: a title is changed": ("tight.avi", changed(b"At sea", b"At See"), "tags"),
    "avi: another comment": ("camera.avi", changed(b"Ann Lee", b"Ann Lea"), "comment"),
    "flv: places of pictures are stale": ("server.flv", stale_places, "structure"),
    "flv: a property is lost": ("server.flv", flv_without(b"cues"), "structure"),
    "flv: a fraction is rounded": (
        "server.flv",
        changed(struct.pack(">d", 29.97), struct.pack(">d", 30.0)),
        "structure",
    ),
    "flv: the size of the file is stale": (
        "server.flv",
        lambda data: changed(struct.pack(">d", len(data)), struct.pack(">d", len(data) - 40))(data),
        "structure",
    ),
    "ogv: a text is lost": ("server.ogv", in_headers(b"EMPTY=", b"EMPTZ="), "structure"),
    "ogv: a text is changed that FFmpeg does not read": (
        "server.ogv",
        in_headers(b"artist=Ann", b"Artist=Ann"),
        "structure",
    ),
    "ogv: another maker": ("server.ogv", in_headers(b"Lavf", b"Lave"), "structure"),
    "ogv: the picture is damaged": ("server.ogv", in_headers(genuine.COVER[-20:-10], b"A" * 10), "attachments"),
    "ogv: a chapter is renamed": ("server.ogv", in_headers(b"NAME=one", b"NAME=two"), "chapters"),
    "ogv: another comment": ("server.ogv", in_headers(b"Ann Lee", b"Ann Lea"), "comment"),
    "ogv: the setup of the sound is changed": ("server.ogv", in_headers(b"\x05vorbis", b"\x05vorbiz"), "structure"),
    "ogv: the places in the index are stale": ("server.ogv", stale_skeleton, "structure"),
    "ogv: a checksum in the header is wrong": ("server.ogv", changed(b"Ann Lee", b"Ann Lef"), "structure"),
    "ogv: another stream number": ("server.ogv", other_serial, "structure"),
    "ogv: a media byte is changed": (
        "server.ogv",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "payload",
    ),
    "ogv: pages keep their numbers though there are more": ("full.ogv", old_numbers, "structure"),
    "ogv: a packet is lost where the pages have other numbers": ("full.ogv", one_page_less, "packets"),
    "ogv: a position in time is changed where the pages have other numbers": ("full.ogv", moved_in_time, "structure"),
    "flv: a media byte is changed": (
        "server.flv",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "payload",
    ),
}


def evidence(path: Path) -> verify.Evidence:
    is_renumbered = path.name in RENUMBERED
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        return verify.gather(os.fsencode(path), reader, family, layout, packets=is_renumbered, renumbered=is_renumbered)


@pytest.fixture(scope="module")
def befores(films: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, verify.Evidence]:
    folder = tmp_path_factory.mktemp("befores")
    found = {}
    for one, data in films.items():
        (folder / one).write_bytes(data)
        found[one] = evidence(folder / one)
    return found


def checks_of(film: str) -> Sequence[tuple[str, verify.Comparison]]:
    return verify.RENUMBERED if film in RENUMBERED else verify.COMPARISONS


def fate(befores: dict[str, verify.Evidence], path: Path, check: str | None = None) -> dict[str, object]:
    changes = [Change(field="comment", old="old", new=COMMENT)]
    checks = [one for one in checks_of(path.name) if check in {None, one[0]}]
    return verify.compare(befores[path.name], evidence(path), changes, comparisons=checks)


@pytest.mark.parametrize("film", NAMES)
def test_honest_write_passes_every_check(
    films: dict[str, bytes], befores: dict[str, verify.Evidence], tmp_path: Path, film: str
) -> None:
    path = tmp_path / film
    path.write_bytes(lossless.written(films[film], COMMENT, genuine.FILMS[film][1]))
    assert tuple(fate(befores, path)) == tuple(one for one, _ in checks_of(film))


@pytest.mark.parametrize("case", CASES)
def test_each_sabotage_fails_expected_check(
    films: dict[str, bytes], befores: dict[str, verify.Evidence], tmp_path: Path, case: str
) -> None:
    film, damage, check = CASES[case]
    path = tmp_path / film
    path.write_bytes(damage(lossless.written(films[film], COMMENT, genuine.FILMS[film][1])))
    with pytest.raises(errors.VerificationError, match=f"{check}: "):
        fate(befores, path, check)


def test_comment_with_legacy_encoding_matches_plan(tmp_path: Path) -> None:
    """The plan shows U+FFFD for bytes that are not UTF-8."""
    raw = "Снято папой".encode("cp1251")
    path = tmp_path / "film.avi"
    path.write_bytes(headers.avi_with(genuine.ffmpeg(tmp_path, "avi", "-c:v", "mpeg4"), headers.texts((b"ICMT", raw))))
    before, shown = evidence(path), raw.decode("utf-8", "replace")
    changes = [Change(field="comment", old=shown, new=f"{shown}\n{COMMENT}", segment=COMMENT)]
    edit = lossless.planned(path.read_bytes(), changes[0], "avi_in_place")
    assert isinstance(edit, Patch)
    path.write_bytes(sabotage.edited(path.read_bytes(), edit))
    assert raw + b"\n" + COMMENT.encode() in path.read_bytes()
    assert verify.compare(before, evidence(path), changes)["comment"]
    path.write_bytes(path.read_bytes().replace(raw, raw[:-1] + b"?"))
    with pytest.raises(errors.VerificationError, match="comment: "):
        verify.compare(before, evidence(path), changes)


@pytest.mark.parametrize("share", [0.3, pytest.param(0.6, marks=pytest.mark.further)])
def test_truncated_flv_keeps_index(tmp_path: Path, share: float) -> None:
    """The index lists frames after the end of the file; their offsets move, too."""
    path = tmp_path / "film.flv"
    source = ("-f", "lavfi", "-i", "testsrc2=s=128x96:d=6:r=25", "-c:v", "flv1", "-g", "25")
    mkv.run("ffmpeg", "-nostdin", "-v", "error", *source, "-flvflags", "+add_keyframe_index", path)
    data = path.read_bytes()
    ends = itertools.accumulate(map(len, headers.flv_tags(data)), initial=13)
    path.write_bytes(data[: next(end for end in ends if end > share * len(data))])
    before, change = evidence(path), Change(field="comment", old=None, new=COMMENT)
    path.write_bytes(lossless.written(path.read_bytes(), COMMENT, "flv_copy"))
    assert verify.compare(before, evidence(path), [change])["index"] == "1 as before"
