"""
Sabotage of writes that move bytes: a growing header, a rebuilt file, a moved index.

The sabotages are typical mistakes of such writers: an offset, a fragment list, an index entry or a record that was not
updated or copied; and the changes that ffmpeg makes to the same films with exit code 0. The check of that name detects
each of them.
"""

from __future__ import annotations

import functools
import os
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.reader import FileReader
from indexium_core.files.verify import comparisons
from indexium_core.model.files.media import Change, Refusal
from tests.support import layouts, media, mp4, sabotage
from tests.support.sabotage import Damage

OLD, NEW = "People: Ann Lee", "People: Ann Lee, Zoë Smith, " + ", ".join(f"Person {number}" for number in range(300))
CHANGES = (Change(field="comment", old=OLD, new=NEW),)
BLOCK = 4096
SMALL = (64, 36)


@dataclass(frozen=True)
class Case:
    """One kind of damage."""

    film: str  # key of FILMS
    strategy: str
    damage: Damage | str  # a string: arguments of ffmpeg that make another file
    check: str  # the check that must detect it


# Films


def built(form: str, **wanted: object) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        return media.build(form, Path(name), **{"comment": OLD, "video_size": SMALL, **wanted}).read_bytes()


def by_ffmpeg(data: bytes, suffix: str, *arguments: str) -> bytes:
    """The stream copy of a film by ffmpeg."""
    with tempfile.TemporaryDirectory() as name:
        return sabotage.remuxed(Path(name), suffix, *arguments)(data)


def fragmented() -> bytes:
    """Fragments with absolute offsets, and a list of them at the end."""
    return by_ffmpeg(built("mp4"), ".mp4", "-map", "0", "-movflags", "+frag_keyframe+empty_moov")


def indexed() -> bytes:
    """Fragments with relative offsets, after an index of segments."""
    flags = "+frag_keyframe+empty_moov+default_base_moof+global_sidx"
    return by_ffmpeg(built("mp4"), ".mp4", "-map", "0", "-movflags", flags)


def with_vision() -> bytes:
    """A film with a Dolby Vision record."""
    data = built("mp4")
    record = struct.pack(">BBHI", 1, 0, 8 << 9 | 6 << 3 | 0b101, 1 << 28).ljust(24, b"\0")
    *_, (kind, index) = layouts.boxes(data)
    assert kind == b"moov"
    grown = extended(index, ("trak", "mdia", "minf", "stbl", "stsd", "avc1"), mp4.box(b"dvcC", record))
    return data[: len(data) - len(index) - 8] + mp4.box(b"moov", grown)


def extended(content: bytes, path: tuple[str, ...], more: bytes) -> bytes:
    """The content of a box with another box added to the first one at `path`."""
    if not path:
        return content + more
    lead = {"stsd": 8, "avc1": 78}
    made, done = b"", False
    for kind, inner in layouts.boxes(content):
        if kind.decode("latin-1") == path[0] and not done:
            start, done = lead.get(path[0], 0), True
            made += mp4.box(kind, inner[:start], extended(inner[start:], path[1:], more))
        else:
            made += mp4.box(kind, inner)
    assert done, path
    return made


FILMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "faststart": (".mp4", lambda: built("mp4_faststart", chapters=2, subtitles=True, languages=("eng", "ger"))),
    "fragments": (".mp4", fragmented),
    "segments": (".mp4", indexed),
    "vision": (".mp4", lambda: layouts.media_to_the_end(with_vision())),
    "chapters": (".mp4", lambda: built("mp4", chapters=2)),
    "phone": (".mov", lambda: built("mov_keys", tags={"com.apple.quicktime.make": "Phone", "title": "At sea"})),
    "matroska": (".mkv", lambda: built("mkv", chapters=2, seconds=3.0)),
    "attached": (".mkv", lambda: built("mkv", cover=True)),
}


@functools.cache
def film(name: str) -> bytes:
    return FILMS[name][1]()


# Damage


def behind(path: str, nth: int, width: int, by: int | None = None) -> Damage:
    """Keep the old value of a number in the first box of a kind, `width` bytes wide, `nth` bytes after its start."""

    def damage(data: bytes) -> bytes:
        at = sabotage.box(data, path)[0] + nth
        number = int.from_bytes(data[at : at + width], "big")
        return sabotage.patched(data, at, (number - (by or 1)).to_bytes(width, "big"))

    return damage


def all_behind(data: bytes) -> bytes:
    """Keep every chunk offset of the old header, as a writer does that forgets to update them."""
    grown = len(data) - len(film("faststart"))
    for name, start, end in list(sabotage.boxes(data)):
        if name.endswith("/stco"):
            count = struct.unpack_from(">I", data, start + 12)[0]
            old = struct.unpack_from(f">{count}I", data, start + 16)
            moved = struct.pack(f">{count}I", *(offset - grown for offset in old))
            data = data[: start + 16] + moved + data[end:]
    return data


def fragment_behind(kind: bytes, nth: int, width: int) -> Damage:
    """Change a byte of the first box of a kind, in any place, by one."""

    def damage(data: bytes) -> bytes:
        at = data.index(kind) - 4 + nth
        number = int.from_bytes(data[at : at + width], "big")
        return sabotage.patched(data, at, (number - 8).to_bytes(width, "big"))

    return damage


def renamed_anywhere(kind: bytes, new: bytes = b"free") -> Damage:
    return lambda data: sabotage.patched(data, data.index(kind), new)


CUE = (sabotage.CUES, 0xBB, 0xB7, 0xF1)
STBL = "moov/trak1/mdia/minf/stbl"
CASES = {
    "copy: no chunk offset is moved": Case("faststart", "mp4_copy", all_behind, "index"),
    "copy: one chunk offset stays behind": Case("faststart", "mp4_copy", behind(f"{STBL}/stco", 16, 4), "index"),
    "reflink: one chunk offset stays behind": Case("faststart", "mp4_reflink", behind(f"{STBL}/stco", 16, 4), "index"),
    "insert: one chunk offset stays behind": Case(
        "faststart", "mp4_insert_range", behind(f"{STBL}/stco", 16, 4), "index"
    ),
    "append: a sample's size is changed": Case("faststart", "mp4_append", behind(f"{STBL}/stsz", 20, 4), "index"),
    "copy: the second sound is dropped": Case("faststart", "mp4_copy", sabotage.renamed("moov/trak3"), "streams"),
    "copy: chapters are dropped": Case("faststart", "mp4_copy", sabotage.renamed("moov/udta/chpl"), "structure"),
    "fragments: a fragment's offset is left stale": Case(
        "fragments", "mp4_copy", fragment_behind(b"tfhd", 16, 8), "structure"
    ),
    "fragments: the list of fragments is left stale": Case(
        "fragments", "mp4_copy", fragment_behind(b"tfra", 32, 8), "structure"
    ),
    "fragments: the list of fragments is lost": Case("fragments", "mp4_copy", renamed_anywhere(b"mfra"), "structure"),
    "segments: a segment's size is wrong": Case("segments", "mp4_copy", fragment_behind(b"sidx", 32, 4), "structure"),
    "segments: a fragment's offset is left stale": Case(
        "segments", "mp4_copy", fragment_behind(b"trun", 16, 4), "structure"
    ),
    "vision: the record is lost": Case("vision", "mp4_copy", renamed_anywhere(b"dvcC"), "side_data"),
    "vision: the record is another": Case("vision", "mp4_copy", fragment_behind(b"dvcC", 10, 1), "side_data"),
    "vision: ffmpeg loses the record": Case("vision", "mp4_copy", "-map 0", "side_data"),
    "chapters: a chapter track is doubled": Case("chapters", "mp4_in_place", "-map 0", "streams"),
    "phone: the keys are lost": Case("phone", "mp4_in_place", renamed_anywhere(b"keys"), "tags"),
    "phone: ffmpeg loses the keys": Case("phone", "mp4_in_place", "-map 0", "tags"),
    "matroska: a position in the index is left stale": Case(
        "matroska", "matroska_copy", sabotage.retold(CUE, b"\0"), "structure"
    ),
    "matroska: the index is lost": Case("matroska", "matroska_copy", sabotage.voided((sabotage.CUES,)), "structure"),
    "matroska: a chapter is dropped": Case(
        "matroska",
        "matroska_copy",
        sabotage.voided((sabotage.CHAPTERS, sabotage.EDITION, sabotage.ATOM)),
        "chapters",
    ),
    "attached: the attachment becomes a track": Case("attached", "matroska_copy", "-map 0", "streams"),
    "attached: the attachment is dropped": Case(
        "attached", "matroska_copy", sabotage.voided((sabotage.ATTACHMENTS, sabotage.FILE)), "attachments"
    ),
}


# Comparison


@dataclass(frozen=True)
class Scene:
    """A film before and after a sabotage."""

    before: verify.Evidence
    after: verify.Evidence

    def failing(self) -> set[str]:
        return {name for name, check in comparisons.COMPARISONS if not self._passes((name, check))}

    def _passes(self, check: tuple[str, comparisons.Comparison]) -> bool:
        try:
            verify.compare(self.before, self.after, CHANGES, comparisons=[check])
        except errors.VerificationError:
            return False
        return True


def evidence(path: Path) -> verify.Evidence:
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        return verify.gather(os.fsencode(path), reader, family or sabotage.NOBODY, layout)


def written(path: Path, strategy: str) -> bytes:
    """The result of a strategy."""
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        means = Capabilities(block=BLOCK, reflink=True, keep_faststart=False)
        chosen = next(one for one in family.strategies() if one.name == strategy)
        edit = chosen.plan(reader, layout, CHANGES, means)
    assert not isinstance(edit, Refusal), edit
    return sabotage.edited(path.read_bytes(), edit)


def scene(folder: Path, case: Case, damage: Damage) -> Scene:
    path = folder / f"film{FILMS[case.film][0]}"
    path.write_bytes(film(case.film))
    before = evidence(path)
    verify.expect(before, CHANGES)
    path.write_bytes(damage(written(path, case.strategy)))
    return Scene(before, evidence(path))


def honest(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(("name", "strategy"), sorted({(case.film, case.strategy) for case in CASES.values()}))
def test_honest_writer_passes_every_check(tmp_path: Path, name: str, strategy: str) -> None:
    assert scene(tmp_path, Case(name, strategy, honest, ""), honest).failing() == set()


@pytest.mark.parametrize("name", CASES)
def test_each_sabotage_fails_expected_check(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    damage = case.damage
    if isinstance(damage, str):
        damage = sabotage.remuxed(tmp_path, FILMS[case.film][0], *damage.split())
    found = scene(tmp_path, case, damage)
    assert case.check in found.failing()
    with pytest.raises(errors.VerificationError, match=f"{case.check}: "):
        verify.compare(found.before, found.after, CHANGES)
