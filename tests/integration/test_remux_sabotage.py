"""
Sabotage of rewritten files: the expected check detects every loss.

Most sabotages are FFmpeg itself with fewer options; it ends with code 0 each time.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import program, verify
from indexium_core.files.containers.shared import remuxing
from indexium_core.model.files.media import Change, Remux
from tests.support import headers, mkv
from tests.support.remuxes import evidence, planned, remuxed

NEW = "People: Ann Lee"
NAMES = tuple(name for name, _ in verify.REWRITTEN)
Damage = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One kind of damage to the file that FFmpeg made."""

    film: str  # container: avi, flv, wmv, ogv
    damage: Damage
    check: str  # the check that must detect it


def again(*arguments: str) -> Damage:
    """Copy the streams again with other options."""

    def damage(path: Path) -> None:
        other = path.with_name(f"other{path.suffix}")
        mkv.run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path, "-c", "copy", "-copyts", *arguments, other)
        other.replace(path)

    return damage


def changed(old: bytes, new: bytes) -> Damage:
    def damage(path: Path) -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new))

    return damage


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 100)


def swollen(path: Path) -> None:
    path.write_bytes(headers.avi_with(path.read_bytes(), headers.chunk(b"JUNK", bytes(3 << 20))))


def scripted(path: Path) -> None:
    """Put a script tag that no reader requests between the media."""
    data = path.read_bytes()
    path.write_bytes(headers.flv_with(data, next(headers.flv_tags(data)), between=headers.script("onFoo", {}, 500)))


def pictured(path: Path) -> None:
    picture = b"\3" + struct.pack("<I", 4) + headers.wide("image/png") + headers.wide("d") + PNG
    data = path.read_bytes()
    end = int.from_bytes(data[16:24], "little")
    part = headers.attributes(("WM/Picture", 1, picture))
    head = data[:16] + struct.pack("<QI", end + len(part), int.from_bytes(data[24:28], "little") + 1)
    path.write_bytes(head + data[28:end] + part + data[end:])


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f000104010018dd8db00000000049454e44ae426082"
)
DISABLED = b"auds" + struct.pack("<II", 1, 1)

CASES = {
    "avi: the second sound is dropped": Case("avi", again("-map", "0:0", "-map", "0:1"), "streams"),
    "avi: FFmpeg takes what it likes": Case("avi", again(), "streams"),
    "avi: the end is missing": Case("avi", again("-map", "0", "-t", "0.5"), "packets"),
    "avi: one media byte is changed": Case("avi", flipped, "packets"),
    "avi: it plays slower": Case("avi", changed(struct.pack("<II", 1, 25), struct.pack("<II", 1, 24)), "packets"),
    "avi: a tag is lost": Case("avi", again("-map", "0", "-metadata", "title="), "tags"),
    "avi: a stream is switched off": Case("avi", changed(DISABLED[:8] + bytes(4), DISABLED), "structure"),
    "avi: the file is short": Case("avi", cut, "size"),
    "avi: the file has grown": Case("avi", swollen, "size"),
    "avi: another codec's name": Case("avi", changed(b"FMP4", b"XVID"), "streams"),
    "flv: times are shifted": Case("flv", again("-map", "0", "-output_ts_offset", "0.5"), "packets"),
    "flv: another comment": Case("flv", changed(b"Ann Lee", b"Ann Lea"), "comment"),
    "flv: nothing is written": Case("flv", again("-map", "0", "-metadata", "comment=old"), "comment"),
    "flv: another tag is changed": Case("flv", changed(b"At sea", b"At See"), "tags"),
    "flv: script is put in": Case("flv", scripted, "structure"),
    "wmv: a language is changed": Case("wmv", again("-map", "0", "-metadata:s:a:1", "language=fre"), "streams"),
    "wmv: chapters are dropped": Case("wmv", again("-map", "0", "-map_chapters", "-1"), "chapters"),
    "wmv: a chapter is renamed": Case("wmv", changed(headers.wide("Part 600"), headers.wide("Part 601")), "chapters"),
    "wmv: times are shifted": Case("wmv", again("-map", "0", "-output_ts_offset", "0.5"), "packets"),
    "wmv: the date is lost": Case("wmv", again("-map", "0"), "structure"),
    "wmv: a picture is put in": Case("wmv", pictured, "attachments"),
    "ogv: a tag is lost": Case("ogv", again("-map", "0", "-metadata:s:0", "title="), "tags"),
    "ogv: a language is lost": Case("ogv", again("-map", "0", "-metadata:s:1", "language="), "streams"),
    "ogv: the sound keeps the old comment": Case("ogv", again("-map", "0", "-metadata:s:1", "comment=old"), "comment"),
    "ogv: the end is missing": Case("ogv", again("-map", "0", "-t", "0.5"), "packets"),
}


def clip(folder: Path, suffix: str) -> Path:
    """A film with two sounds, languages, tags, chapters and a comment, as far as its container has them."""
    names, target = folder / "chapters.txt", folder / f"clip.{suffix}"
    text = "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 600}\ntitle=Part {at}\n" for at in (0, 600))
    names.write_text(f";FFMETADATA1\n{text}")
    inputs = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1.2"]
    for pitch in (300, 500):
        inputs += ["-f", "lavfi", "-i", f"sine=f={pitch}:r=44100:d=1.2"]
    maps = ["-map", "0", "-map", "1", *(["-map", "2"] if suffix != "flv" else [])]
    codecs = {"avi": ("mpeg4", "libmp3lame"), "flv": ("flv", "libmp3lame"), "wmv": ("wmv2", "wmav2")}
    video, audio = codecs.get(suffix, ("libtheora", "libvorbis"))
    tags = ["-metadata", "title=At sea", "-metadata", "comment=old", "-metadata:s:a:0", "language=eng"]
    tags += ["-metadata:s:a:1", "language=ger", "-metadata", "creation_time=2006-08-14T03:33:20Z"]
    chapters = ["-f", "ffmetadata", "-i", names, "-map_chapters", "3"] if suffix == "wmv" else []
    made = [*inputs, *chapters, *maps, "-c:v", video, "-c:a", audio, *tags]
    mkv.run("ffmpeg", "-nostdin", "-v", "error", *made, target)
    return target


@dataclass(frozen=True)
class Scene:
    """A film before and after its rewrite."""

    before: verify.Evidence
    after: verify.Evidence
    changes: Sequence[Change]

    def failing(self) -> set[str]:
        """Return the comparisons that report a difference."""
        return {name for name in NAMES if not self.passes([name])}

    def passes(self, among: Sequence[str]) -> bool:
        checks = [one for one in verify.REWRITTEN if one[0] in among]
        try:
            verify.compare(self.before, self.after, self.changes, comparisons=checks)
        except errors.VerificationError:
            return False
        return True


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    """The results of every sabotage, and of an unchanged rewrite under the name of the film alone."""
    found: dict[str, Scene] = {}
    for film in ("avi", "flv", "wmv", "ogv"):
        folder = tmp_path_factory.mktemp(film)
        original = clip(folder, film)
        before = evidence(original)
        honest, changes = remuxed(original, NEW)
        found[film] = Scene(before, evidence(honest), changes)
        for name, case in CASES.items():
            if case.film == film:
                path = Path(shutil.copy(honest, folder / f"damaged.{film}"))
                case.damage(path)
                found[name] = Scene(before, evidence(path), changes)
    return found


@pytest.mark.parametrize("film", ["avi", "flv", "wmv", "ogv"])
def test_honest_rewrite_passes_every_check(scenes: dict[str, Scene], film: str) -> None:
    scene = scenes[film]
    proof = verify.compare(scene.before, scene.after, scene.changes, comparisons=verify.REWRITTEN)
    assert tuple(proof) == NAMES
    assert all(isinstance(fact, str) and fact for fact in proof.values())


@pytest.mark.parametrize("name", CASES)
def test_each_sabotage_fails_expected_check(scenes: dict[str, Scene], name: str) -> None:
    case, scene = CASES[name], scenes[name]
    assert case.check in scene.failing()
    with pytest.raises(errors.VerificationError, match=f"{case.check}: ") as caught:
        verify.compare(scene.before, scene.after, scene.changes, comparisons=verify.REWRITTEN)
    assert "the file is not changed" in caught.value.message


@pytest.mark.parametrize("name", sorted({case.check for case in CASES.values()} - {"attachments"}))
def test_each_check_is_needed(scenes: dict[str, Scene], name: str) -> None:
    """Each check is needed if the census detects nothing, for example after a defect in one of our readers."""
    others = [other for other in NAMES if other != name and (other != "structure" or name in {"size", "packets"})]
    escaped = [who for who, case in CASES.items() if case.check == name and scenes[who].passes(others)]
    assert escaped, f"nobody needs the check {name}"


def test_unread_packets_are_no_proof(scenes: dict[str, Scene]) -> None:
    scene = scenes["avi"]
    facts = {aspect: found for aspect, found in scene.before.facts.items() if aspect != "packets"}
    blind = Scene(verify.Evidence(**{**fields_of(scene.before), "facts": facts}), scene.after, scene.changes)
    assert blind.failing() == {"packets"}


def fields_of(found: verify.Evidence) -> dict[str, object]:
    return {name: getattr(found, name) for name in verify.Evidence.__dataclass_fields__}


def test_half_of_packets_with_exit_code_0_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole process: a program that replaces ffmpeg and reports success."""
    original = clip(tmp_path, "flv")
    real, before = program.executable(), evidence(original)
    changes = [Change(field="comment", old="old", new=NEW)]
    edit = planned(original, changes)
    assert isinstance(edit, Remux)
    stub = tmp_path / "ffmpeg"
    stub.write_text(f'#!/bin/sh\n"{real}" -t 0.5 "$@"\nexit 0\n')
    stub.chmod(0o755)
    monkeypatch.setattr(program, "executable", lambda: str(stub))
    target = tmp_path / "new.flv"
    remuxing.run(edit, os.fsencode(original), os.fsencode(target))
    with pytest.raises(errors.VerificationError) as caught:
        verify.compare(before, evidence(target), changes, comparisons=verify.REWRITTEN)
    assert caught.value.check == "packets"
