"""
Sabotage of writes: the expected check detects every unrelated damage.

The two halves of the evidence are tested separately. A check of the content must detect its sabotages without the
structural half, as if our parsers had a defect. So each check is proven to be needed: without it, one sabotage is not
detected.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import journal, verify
from indexium_core.files.containers import registry
from indexium_core.files.journal import JournaledFile, OperationJournal
from indexium_core.files.reader import FileReader
from indexium_core.files.verify import comparisons
from indexium_core.model.files.media import Change
from tests.support import media, mkv, sabotage
from tests.support.sabotage import Damage

OLD, NEW = "People: Ann Lee", "People: Ann Lee, Zoë Smith"
CHANGES = (Change(field="comment", old=OLD, new=NEW),)
MTIME = 1_600_000_000_123_456_789
FONT = bytes(range(256))
NAMES = tuple(name for name, _ in comparisons.COMPARISONS)


@dataclass(frozen=True)
class Case:
    """One kind of damage."""

    film: str  # key of FILMS
    damage: Damage | str  # a string: arguments of ffmpeg that make another file
    check: str  # the check that must detect it
    rogue: bool = False  # it changes media bytes, so it bypasses the journaled file


def untouched(data: bytes) -> bytes:
    return data


def misspelt(data: bytes) -> bytes:
    return data.replace(NEW.encode(), NEW.replace("Zoë", "Zoe ").encode())


def grown(data: bytes) -> bytes:
    return data + (1 << 20).to_bytes(4, "big") + b"free" + bytes((1 << 20) - 8)


def inside_mdat(data: bytes) -> int:
    return sabotage.box(data, "mdat")[0] + 5000


def near_the_end(data: bytes) -> int:
    return len(data) - 999


TURNED = bytes.fromhex("00000000 00010000 00000000 00000000 00000000 ffff0000")  # the matrix of a quarter turn
VIDEO, ENGLISH, GERMAN, TEXT, DATA = (f"moov/trak{number}" for number in range(1, 6))
STBL, ILST = "mdia/minf/stbl", "moov/udta/meta/ilst"
MKV_ATOM = (sabotage.CHAPTERS, sabotage.EDITION, sabotage.ATOM)
MKV_TRACK = (sabotage.TRACKS, sabotage.ENTRY)
MKV_FILE = (sabotage.ATTACHMENTS, sabotage.FILE)
MKV_BLOCK = (sabotage.CLUSTER, sabotage.BLOCK)
MKV_TEXT = (sabotage.TAGS, sabotage.TAG, sabotage.SIMPLE, sabotage.STRING)
MKV_CUE = (sabotage.CUES, 0xBB, 0xB7, 0xF1)

CASES = {
    "mp4: a chapter is dropped": Case("mp4", sabotage.added_to(f"{DATA}/{STBL}/stsz", 16, -1), "chapters"),
    "mp4: a chapter is renamed": Case("mp4", sabotage.overwritten("moov/udta/chpl", -1, b"9"), "structure"),
    "mp4: the cover is dropped": Case("mp4", sabotage.renamed(f"{ILST}/covr"), "attachments"),
    "mp4: the cover is another": Case("mp4", sabotage.overwritten(f"{ILST}/covr", -2, b"??"), "attachments"),
    "mp4: a language is lost": Case("mp4", sabotage.overwritten(f"{GERMAN}/mdia/mdhd", 28, b"\x55\xc4"), "streams"),
    "mp4: a data track is dropped": Case("mp4", sabotage.renamed(DATA), "streams"),
    "mp4: the second audio track is dropped": Case("mp4", sabotage.renamed(GERMAN), "streams"),
    "mp4: the subtitles are dropped": Case("mp4", sabotage.renamed(TEXT), "streams"),
    "mp4: a track is switched off": Case("mp4", sabotage.overwritten(f"{ENGLISH}/tkhd", 11, b"\0"), "streams"),
    "mp4: another tag is dropped": Case("mp4", sabotage.renamed(f"{ILST}/©nam"), "tags"),
    "mp4: another tag is changed": Case("mp4", sabotage.overwritten(f"{ILST}/©ART", 24, b"J"), "tags"),
    "mp4: the picture is turned": Case("mp4", sabotage.overwritten(f"{VIDEO}/tkhd", 48, TURNED), "side_data"),
    "mp4: a sample's offset is shifted": Case("mp4", sabotage.added_to(f"{ENGLISH}/{STBL}/stco", -4, 1), "index"),
    "mp4: a sample's size is changed": Case("mp4", sabotage.added_to(f"{VIDEO}/{STBL}/stsz", -4, -1), "index"),
    "mp4: the last packet is cut": Case("mp4", sabotage.added_to(f"{VIDEO}/{STBL}/stsz", 16, -1), "index"),
    "mp4: the last packet's bytes are cut": Case("mp4", lambda data: data[: -4096 - 100], "size", rogue=True),
    "mp4: one media byte is changed": Case("mp4", sabotage.flipped(inside_mdat), "payload", rogue=True),
    "mp4: the file is short": Case("mp4", lambda data: data[:-100], "size"),
    "mp4: the file is half": Case("mp4", lambda data: data[: len(data) // 2], "size", rogue=True),
    "mp4: the file is empty": Case("mp4", lambda data: b"", "size", rogue=True),
    "mp4: the file has grown by a megabyte": Case("mp4", grown, "size"),
    "mp4: what no reader shows is changed": Case("mp4", sabotage.overwritten("moov/mvhd", -4, b"\x7f"), "structure"),
    "mp4: remuxed without -map 0": Case("mp4", "", "streams", rogue=True),
    "mp4: remuxed for a part of its time": Case("mp4", "-map 0 -t 0.4", "payload", rogue=True),
    "mp4: another comment": Case("mp4", misspelt, "comment"),
    "mp4: nothing is written": Case("mp4", lambda data: film("mp4"), "comment"),
    "mkv: a chapter is dropped": Case("mkv", sabotage.voided(MKV_ATOM), "chapters"),
    "mkv: the cover is dropped": Case("mkv", sabotage.voided(MKV_FILE, 0), "attachments"),
    "mkv: an attachment is dropped": Case("mkv", sabotage.voided(MKV_FILE, 1), "attachments"),
    "mkv: an attachment is another": Case(
        "mkv", sabotage.retold((*MKV_FILE, sabotage.FILE_DATA), b"OTTO", old=FONT[:4]), "attachments"
    ),
    "mkv: a language is changed": Case(
        "mkv", sabotage.retold((*MKV_TRACK, sabotage.LANGUAGE), b"fre", old=b"ger"), "streams"
    ),
    "mkv: the second audio track is dropped": Case("mkv", sabotage.voided(MKV_TRACK, 2), "streams"),
    "mkv: another tag is changed": Case("mkv", sabotage.retold(MKV_TEXT, b"J", old="Zoë".encode()), "tags"),
    "mkv: another tag is dropped": Case("mkv", sabotage.voided((sabotage.TAGS, sabotage.TAG)), "tags"),
    "mkv: what no reader shows is changed": Case(
        "mkv", sabotage.retold((sabotage.INFO, sabotage.UID), b"?"), "structure"
    ),
    "mkv: an offset in the index is shifted": Case("mkv", sabotage.retold(MKV_CUE, b"\0"), "structure"),
    "mkv: the last packet is cut": Case("mkv", sabotage.voided(MKV_BLOCK), "payload", rogue=True),
    "mkv: one media byte is changed": Case("mkv", sabotage.flipped(near_the_end), "payload", rogue=True),
    "mkv: the file is short": Case("mkv", lambda data: data[:-100], "size", rogue=True),
    "mkv: remuxed without -map 0": Case("mkv", "", "streams", rogue=True),
    "mkv: another comment": Case("mkv", misspelt, "comment"),
    "mkv: nothing is written": Case("mkv", lambda data: film("mkv"), "comment"),
}


@functools.cache
def film(kind: str) -> bytes:
    """A film with every kind of data that can be lost."""
    wanted: dict[str, Any] = {"chapters": 2, "cover": kind == "mp4", "subtitles": True, "languages": ("eng", "ger")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tags = {"title": "At sea", "artist": "Zoë"}
        clip = media.build(f"{kind}_room", folder, comment=OLD, tags=tags, **wanted)
        if kind == "mp4":  # padding at the end, which may be removed without other loss
            return clip.read_bytes() + (4096).to_bytes(4, "big") + b"free" + bytes(4088)
        cover, font, target = folder / "cover.png", folder / "font.ttf", folder / "attached.mkv"
        font.write_bytes(FONT)
        ffmpeg = functools.partial(mkv.run, "ffmpeg", "-nostdin", "-v", "error", "-i", clip)
        ffmpeg("-frames:v", "1", cover)
        attached = ["-attach", cover, "-metadata:s:t:0", "mimetype=image/png"]
        attached += ["-attach", font, "-metadata:s:t:1", "mimetype=font/ttf"]
        ffmpeg("-map", "0", "-c", "copy", *attached, "-reserve_index_space", "8192", target)
        return target.read_bytes()


def examined(path: Path) -> tuple[FileReader, Any, Any]:
    reader = FileReader(os.fsencode(path))
    return reader, *registry.examine(reader)


def evidence(path: Path) -> verify.Evidence:
    reader, family, layout = examined(path)
    with reader:
        return verify.gather(os.fsencode(path), reader, family or sabotage.NOBODY, layout)


def write(path: Path, case: Case, log: OperationJournal) -> dict[str, object]:
    """Write like the product: evidence, strategy, evidence, comparison, and then the commit."""
    genuine = sabotage.genuine(path, CHANGES).edit
    reader, _, layout = examined(path)
    damage = case.damage if callable(case.damage) else sabotage.remuxed(path.parent, path.suffix, *case.damage.split())
    saboteur = sabotage.Saboteur(genuine, path, damage, rogue=case.rogue)
    with reader, JournaledFile(os.fsencode(path), journal=log, item_id=1, payload=layout.payload) as file:
        before = evidence(path)
        verify.expect(before, CHANGES)
        saboteur.write(file)
        proof = verify.compare(before, evidence(path), CHANGES)
        file.commit()
    return proof


@dataclass(frozen=True)
class Scene:
    """The evidence before and after one sabotage."""

    before: verify.Evidence
    after: verify.Evidence

    def failing(self, among: Sequence[str] = NAMES) -> set[str]:
        """Return the comparisons that report a difference."""
        return {name for name in among if not self.passes([name])}

    def passes(self, among: Sequence[str]) -> bool:
        try:
            verify.compare(
                self.before,
                self.after,
                CHANGES,
                comparisons=[one for one in comparisons.COMPARISONS if one[0] in among],
            )
        except errors.VerificationError:
            return False
        return True


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    """The evidence before and after every sabotage: computed once, used by many tests."""
    folder = tmp_path_factory.mktemp("scenes")
    found = {}
    for name, case in CASES.items():
        path = folder / f"film.{case.film}"
        path.write_bytes(film(case.film))
        before = evidence(path)
        damage = case.damage if callable(case.damage) else sabotage.remuxed(folder, path.suffix, *case.damage.split())
        genuine = sabotage.genuine(path, CHANGES).edit
        path.write_bytes(damage(sabotage.edited(path.read_bytes(), genuine)))
        found[name] = Scene(before, evidence(path))
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, OperationJournal]]:
    with OperationJournal.create(tmp_path / "1.journal") as log:
        yield tmp_path / "film", log


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_honest_writer_passes_every_check(place: tuple[Path, OperationJournal], kind: str) -> None:
    path, log = place[0].with_suffix(f".{kind}"), place[1]
    path.write_bytes(film(kind))
    proof = write(path, Case(kind, untouched, ""), log)
    assert tuple(proof) == NAMES
    assert all(isinstance(fact, str) and fact for fact in proof.values())
    assert evidence(path).comment == NEW


@pytest.mark.parametrize("name", CASES)
def test_each_sabotage_fails_expected_check(scenes: dict[str, Scene], name: str) -> None:
    case, scene = CASES[name], scenes[name]
    assert case.check in scene.failing()
    with pytest.raises(errors.VerificationError, match=f"{case.check}: ") as caught:
        verify.compare(scene.before, scene.after, CHANGES)
    assert caught.value.check in scene.failing()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.rogue])
def test_detected_damage_is_restored_bit_for_bit(place: tuple[Path, OperationJournal], name: str) -> None:
    case = CASES[name]
    path, log = place[0].with_suffix(f".{case.film}"), place[1]
    old = film(case.film)
    path.write_bytes(old)
    os.utime(path, ns=(MTIME, MTIME))
    with pytest.raises(errors.VerificationError):
        write(path, case, log)
    assert path.read_bytes() == old
    assert path.stat().st_mtime_ns == MTIME
    assert [entry.state for entry in journal.read(log.path).entries] == ["undone"] * ("nothing" not in name)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.rogue and "byte" in name])
def test_media_bytes_are_out_of_reach_through_journaled_file(place: tuple[Path, OperationJournal], name: str) -> None:
    case = CASES[name]
    path, log = place[0].with_suffix(f".{case.film}"), place[1]
    path.write_bytes(film(case.film))
    with pytest.raises(errors.PayloadProtectedError):
        write(path, Case(case.film, case.damage, case.check), log)
    assert path.read_bytes() == film(case.film)


@pytest.mark.parametrize("name", NAMES)
def test_each_check_is_needed(scenes: dict[str, Scene], name: str) -> None:
    """Each check of the content is needed if the census detects nothing, for example after a defect in our parser."""
    others = [other for other in NAMES if other != name]
    blind = [other for other in others if other != "structure"] if name in MEANING else others
    escaped = [who for who, scene in scenes.items() if CASES[who].check == name and scene.passes(blind)]
    assert escaped, f"nobody needs the check {name}"
    assert all(scenes[who].failing([name]) for who in escaped)


MEANING = ("comment", "streams", "chapters", "attachments", "side_data", "tags", "index")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.check in MEANING and not case.rogue])
def test_census_detects_damage_of_content(scenes: dict[str, Scene], name: str) -> None:
    """The census detects the same damage without FFmpeg's libraries, except for the comment, which it excludes."""
    if CASES[name].check != "comment":
        assert scenes[name].failing(["structure"])
