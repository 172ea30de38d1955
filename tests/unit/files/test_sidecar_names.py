"""The name of a photo's sidecar."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexium_core.files import sidecar_names
from tests.support.cases import each_case


@each_case(
    ("photo", "others", "sidecar"),
    [
        ("a.jpg", [], ""),
        ("a.jpg", ["a.jpg.xmp"], "a.jpg.xmp"),
        ("a.JPG", ["a.JPG.XMP"], "a.JPG.XMP"),
        ("a.jpg", ["a.xmp"], "a.xmp"),
        ("a.jpg", ["a.xmp", "a.jpg.xmp"], "a.jpg.xmp"),
        ("a.jpg", ["a.xmp", "a.dng"], ""),
        ("a.jpg", ["a.xmp", "a.CR2"], ""),
        ("a.jpg", ["a.xmp", "a.png"], ""),
        ("a.jpg", ["a.xmp", "A.png"], "a.xmp"),
        ("a.jpg", ["a.xmp", "a.Cr2"], "a.xmp"),
        ("a.dng", ["a.xmp", "a.jpg"], "a.xmp"),
        ("a.dng", ["a.xmp", "a.nef"], ""),
        ("a.jpg", ["a.xmp", "a.mp4"], "a.xmp"),
        ("a.jpg", ["b.xmp"], ""),
        ("a", ["a.xmp"], "a.xmp"),
    ],
)
def test_sidecar_belongs_to_one_photo(tmp_path: Path, photo: str, others: list[str], sidecar: str) -> None:
    for name in (photo, *others):
        (tmp_path / name).write_bytes(b"x")
    found = sidecar_names.find(os.fsencode(tmp_path / photo))
    assert (os.fsdecode(found.name) if found.stamp else "") == sidecar
    siblings = {os.fsencode(name) for name in others if name.lower().endswith(".xmp")}
    assert sidecar_names.find(os.fsencode(tmp_path / photo), siblings=siblings) == found
    beside = sidecar_names.extensions(os.listdir(os.fsencode(tmp_path)))
    assert sidecar_names.find(os.fsencode(tmp_path / photo), siblings=siblings, beside=beside) == found
    assert found.stamp or os.fsdecode(found.name) == f"{photo}.xmp"


@pytest.mark.parametrize(("others", "name"), [([], "a.xmp"), (["a.dng"], "a.jpg.xmp"), (["a.mp4"], "a.xmp")])
def test_new_sidecar_may_have_the_name_without_the_extension(tmp_path: Path, others: list[str], name: str) -> None:
    for each in ("a.jpg", *others):
        (tmp_path / each).write_bytes(b"x")
    assert sidecar_names.find(os.fsencode(tmp_path / "a.jpg"), by_stem=True).name == os.fsencode(name)


def test_link_or_folder_is_no_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "a.jpg.xmp").symlink_to("a.jpg")
    (tmp_path / "a.xmp").mkdir()
    assert sidecar_names.find(os.fsencode(tmp_path / "a.jpg")).stamp == ""


def test_listed_folder_spares_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.jpg", "a.xmp", "b.jpg", "b.dng", "b.xmp"):
        (tmp_path / name).write_bytes(b"x")
    folder = os.fsencode(tmp_path)
    beside, asked = sidecar_names.extensions(os.listdir(folder)), []
    exists = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: asked.append(path) or exists(path))
    assert sidecar_names.find(folder + b"/a.jpg", siblings={b"a.xmp"}, beside=beside).stamp
    assert asked == []
    assert not sidecar_names.find(folder + b"/b.jpg", siblings={b"b.xmp"}, beside=beside).stamp
    assert asked == [folder + b"/b.dng"]
