"""
Real films in every layout, written by every possible strategy, and read by other programs.

`EXPECTED` states the strategies of each layout, best first.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import mutagen.mp4
import pytest

from indexium_core.demo import clips
from indexium_core.files import verify
from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.program import shipped
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.files.media import Change, Refusal
from tests.support import layouts, media, mp4, pointers, readers
from tests.support.oracles import oracle

COMMENT = "People: Ann Lee, Zoë Ünal, 李雷 🎬, שרה"
KEY = "76a6c65c5ea762046bd749a2e632ccbb"
CENC = (
    "-encryption_scheme",
    "cenc-aes-ctr",
    "-encryption_key",
    KEY,
    "-encryption_kid",
    "a7e61c373e219033c21091fa607bf3b8",
)
RICH: dict[str, Any] = {
    "tags": {"title": "A day out", "artist": "Somebody"},
    "chapters": 3,
    "cover": True,
    "subtitles": True,
    "languages": ("eng", "deu"),
}
PHONE = mp4.keyed([("com.apple.quicktime.make", "Apple"), ("com.apple.quicktime.model", "Phone")], plain=True)

CLONED, INSERTED, APPENDED, COPIED = "mp4_reflink", "mp4_insert_range", "mp4_append", "mp4_copy"
EXPECTED: dict[str, set[str]] = {
    "faststart, chapters, cover": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, a free box of 8": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, edit lists": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, mov": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, 3gp": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, encrypted": {CLONED, INSERTED, APPENDED, COPIED},
    "faststart, media to the end, 64-bit offsets": {CLONED, INSERTED, COPIED},
    "faststart, tags of a phone in front": {CLONED, INSERTED, COPIED},
    "faststart, junk": {CLONED, INSERTED, COPIED},
    "last": {"mp4_in_place", CLONED, APPENDED, COPIED},
    "last, encrypted": {"mp4_in_place", CLONED, APPENDED, COPIED},
    "last, junk": {CLONED, COPIED},
    "several mdat, 64-bit sizes": {"mp4_in_place", CLONED, APPENDED, COPIED},
    "hybrid": {"mp4_in_place", CLONED, APPENDED, COPIED},
    "fragments by their place": {CLONED, COPIED},
    "fragments after samples": {CLONED, COPIED},
    "fragments, segment indexes": {CLONED, COPIED},
    "fragments for streaming": {CLONED, COPIED},
    "fragments without a list": {CLONED, INSERTED, COPIED},
    "fragments, encrypted": {CLONED, COPIED},
    "fragments, room in front": {"mp4_in_place", CLONED, INSERTED, COPIED},
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A film before and after a write with one strategy."""

    form: str
    strategy: str
    before: Path
    after: Path


def made(form: str) -> bytes:
    """The film of a layout."""
    recipes: dict[str, Callable[[], bytes]] = {
        "faststart, chapters, cover": lambda: clip("mp4_faststart", **RICH),
        "faststart, a free box of 8": lambda: remuxed("-movflags", "+faststart"),
        "faststart, edit lists": lambda: remuxed("-movflags", "+faststart", before=("-ss", "0.35")),
        "faststart, mov": lambda: remuxed("-movflags", "+faststart", suffix=".mov"),
        "faststart, 3gp": lambda: remuxed("-movflags", "+faststart", suffix=".3gp"),
        "faststart, encrypted": lambda: remuxed("-movflags", "+faststart", *CENC),
        "faststart, media to the end, 64-bit offsets": lambda: layouts.media_to_the_end(clip("mp4", **RICH)),
        "faststart, tags of a phone in front": lambda: layouts.media_to_the_end(phone(clip("mp4"))),
        "faststart, junk": lambda: remuxed("-movflags", "+faststart") + b"\xff\xfe\xfd trailing junk",
        "last": lambda: clip("mp4", **RICH),
        "last, encrypted": lambda: remuxed(*CENC),
        "last, junk": lambda: clip("mp4") + b"\xff\xfe\xfd trailing junk",
        "several mdat, 64-bit sizes": lambda: layouts.several_mdat(clip("mp4", **RICH)),
        "hybrid": lambda: remuxed("-movflags", "+hybrid_fragmented", program=shipped()),
        "fragments by their place": lambda: fragmented("+empty_moov"),
        "fragments after samples": lambda: fragmented(""),
        "fragments, segment indexes": lambda: fragmented("+empty_moov+default_base_moof+global_sidx"),
        "fragments for streaming": lambda: fragmented("+empty_moov+dash"),
        "fragments without a list": lambda: fragmented("+empty_moov+default_base_moof+skip_trailer"),
        "fragments, encrypted": lambda: fragmented("+empty_moov", *CENC, program=shipped()),
        "fragments, room in front": lambda: roomy(fragmented("+empty_moov+default_base_moof+skip_trailer")),
    }
    return recipes[form]()


def clip(form: str, **wanted: Any) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        return media.build(form, Path(name), **wanted).read_bytes()


def remuxed(*options: str, suffix: str = ".mp4", before: tuple[str, ...] = (), program: str = "") -> bytes:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "source.mp4"), Path(name, f"target{suffix}")
        source.write_bytes(clip("mp4"))
        clips.run_ffmpeg(
            [*before, "-i", str(source), "-map", "0", "-c", "copy", *options, str(target)], program=program
        )
        return target.read_bytes()


def fragmented(flags: str, *options: str, program: str = "") -> bytes:
    return remuxed("-movflags", f"+frag_keyframe{flags}", *options, program=program)


def roomy(content: bytes) -> bytes:
    """The film with free space after its index, and without offsets from the start of the file."""
    at = content.index(b"moov") - 4
    end = at + int.from_bytes(content[at : at + 4], "big")
    return content[:end] + mp4.free(600) + content[end:]


def phone(content: bytes) -> bytes:
    """The film with QuickTime's `meta` before its tracks, and the index at the end."""
    at = content.index(b"moov") - 4
    first = content.index(b"trak", at) - 4
    return content[:at] + mp4.box(b"moov", content[at + 8 : first], PHONE, content[first:])


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Outcome]:
    """Every layout, written by every strategy that takes it."""
    folder = tmp_path_factory.mktemp("moving")
    return [outcome for number, form in enumerate(EXPECTED) for outcome in _outcomes(folder / str(number), form)]


@pytest.fixture(scope="module")
def judged(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """One strategy of each layout, so that every strategy occurs often: for slow programs."""
    found = []
    for number, form in enumerate(EXPECTED):
        ways = [outcome for outcome in outcomes if outcome.form == form]
        found.append(ways[number % len(ways)])
    assert {outcome.strategy for outcome in found} == {strategy.name for strategy in FAMILY.strategies()}
    return found


def _outcomes(folder: Path, form: str) -> list[Outcome]:
    folder.mkdir()
    content = made(form)
    suffix = next((f".{kind}" for kind in ("mov", "3gp") if form.endswith(kind)), ".mp4")
    before = folder / f"before{suffix}"
    before.write_bytes(content)
    found = []
    for strategy in FAMILY.strategies():
        result = written(content, strategy.name)
        if result is not None:
            after = folder / f"{strategy.name}{suffix}"
            after.write_bytes(result)
            found.append(Outcome(form=form, strategy=strategy.name, before=before, after=after))
    return found


def written(content: bytes, name: str, text: str | None = COMMENT) -> bytes | None:
    """The film after a write with a strategy, or None if the strategy does not apply."""
    strategy = next(each for each in FAMILY.strategies() if each.name == name)
    means = Capabilities(block=4096, reflink=True, keep_faststart=False)
    layout = examine(content)
    assert layout.problem is None, layout.problem
    edit = strategy.plan(BytesReader(content), layout, [Change(field="comment", old=None, new=text)], means)
    if isinstance(edit, Refusal):
        return None
    return mp4.apply(edit, content)


def examine(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def packets(path: Path) -> str:
    """A digest of every packet of every stream with its times, as a player receives it."""
    digest = hashlib.md5(usedforsecurity=False)
    with av.open(f"file:{path}", metadata_errors="surrogateescape") as container:
        for packet in container.demux():
            facts = (packet.stream_index, packet.pts, packet.dts, packet.duration, packet.is_keyframe, packet.size)
            digest.update(repr(facts).encode() + bytes(packet))
    return digest.hexdigest()


def evidence(path: Path) -> verify.Evidence:
    with FileReader(bytes(path)) as reader:
        return verify.gather(bytes(path), reader, FAMILY, FAMILY.examine(reader))


def complaints(path: Path) -> str:
    key = ["-decryption_key", KEY] if "encrypted" in path.parent.name else []
    command = [
        oracle("ffmpeg"),
        "-v",
        "error",
        *key,
        "-i",
        f"file:{path}",
        "-map",
        "0",
        "-c",
        "copy",
        "-f",
        "null",
        "-",
    ]
    ran = subprocess.run([*command, "-"], check=False, capture_output=True, text=True)
    return "\n".join(line.partition("] ")[2] for line in ran.stderr.splitlines())


def test_every_layout_uses_expected_strategies(outcomes: Sequence[Outcome]) -> None:
    found: dict[str, set[str]] = {form: set() for form in EXPECTED}
    for outcome in outcomes:
        found[outcome.form].add(outcome.strategy)

    assert found == EXPECTED


def test_players_get_same_packets(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        assert packets(outcome.after) == packets(outcome.before), outcome


def test_nothing_else_changed(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        before, after = outcome.before.read_bytes(), outcome.after.read_bytes()
        old, new = (dict(FAMILY.census(BytesReader(each), examine(each))) for each in (before, after))
        assert new == old, outcome
        assert pointers.pointed(after) == pointers.pointed(before), outcome


def test_verification_finds_its_proof(outcomes: Sequence[Outcome]) -> None:
    before = {outcome.form: evidence(outcome.before) for outcome in outcomes}
    for outcome in outcomes:
        change = Change(field="comment", old=None, new=COMMENT)
        assert verify.compare(before[outcome.form], evidence(outcome.after), [change])


@pytest.mark.further
def test_ffprobe_shows_comment_and_no_other_change(judged: Sequence[Outcome]) -> None:
    for outcome in judged:
        assert readers.ffprobe(outcome.after) == ({COMMENT}, readers.ffprobe(outcome.before)[1]), outcome


def test_exiftool_and_mediainfo_show_comment(outcomes: Sequence[Outcome]) -> None:
    sides = [outcome.after for outcome in outcomes], [outcome.before for outcome in outcomes]
    for program in (readers.exiftool_all, readers.mediainfo_all):
        for outcome, after, before in zip(outcomes, *map(program, sides), strict=True):
            assert after[0] == {COMMENT}, outcome
            if program is readers.exiftool_all:
                assert after[1] == before[1], outcome


def test_mutagen_shows_comment_of_readable_film(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        # It reads no fragments, and takes the first child of QuickTime's `meta` for version and flags.
        if outcome.after.suffix == ".mp4" and not any(word in outcome.form for word in ("fragments", "phone")):
            assert (mutagen.mp4.MP4(outcome.after).tags or {})["\xa9cmt"] == [COMMENT], outcome


@pytest.mark.further
def test_ffmpeg_reports_no_new_problem(judged: Sequence[Outcome]) -> None:
    for outcome in judged:
        assert complaints(outcome.after) == complaints(outcome.before), outcome


def test_next_edit_is_in_place_and_players_follow(outcomes: Sequence[Outcome], tmp_path: Path) -> None:
    for outcome in outcomes:
        content = written(outcome.after.read_bytes(), "mp4_in_place", COMMENT + ", Bo" * 40)
        if outcome.strategy == "mp4_in_place" and content is None:
            continue
        assert content is not None, outcome
        path = tmp_path / outcome.after.name
        path.write_bytes(content)
        assert packets(path) == packets(outcome.before), outcome


def test_wrong_offsets_of_ffmpeg_are_not_changed() -> None:
    """A segment index before fragments with offsets from the start of the file: ffmpeg 5 does not correct the index."""
    content = fragmented("+empty_moov+global_sidx")
    problem = examine(content).problem

    if problem is not None:  # newer versions are correct
        assert "outside the media data" in problem.message
