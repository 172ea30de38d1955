"""The folder of pictures: its budget, the order in which files leave it, and files of other names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexium_core.flows.pictures.picture_folder import PictureFolder


def rank(key: str) -> int:
    return 0 if "-" in key else 1


def folder(path: Path, budget: int = 1000) -> PictureFolder:
    return PictureFolder(path, budget_bytes=lambda: budget, ranks=lambda: rank, is_durable=True)


def used(path: Path, key: str, at: int) -> None:
    os.utime(path / key, (at, at))


def test_file_is_kept_below_its_folders(tmp_path: Path) -> None:
    kept = folder(tmp_path)
    assert kept.read("ab/cd/abcd.jpg") is None
    assert list(kept.put("ab/cd/abcd.jpg", b"x" * 10)) == []
    assert (kept.read("ab/cd/abcd.jpg"), kept.has("ab/cd/abcd.jpg")) == (b"x" * 10, True)
    (tmp_path / "ab/cd/other.1.part").write_bytes(b"y")
    assert kept.keys() == {"ab/cd/abcd.jpg"}
    kept.remove("ab/cd/abcd.jpg")
    assert kept.keys() == set()


def test_expendable_files_leave_first_then_the_least_recently_used(tmp_path: Path) -> None:
    kept = folder(tmp_path)
    for at, (key, size) in enumerate({"a-small": 100, "b": 260, "c": 260, "d-small": 100}.items(), start=1):
        kept.put(key, b"x" * size)
        used(tmp_path, key, at)
    assert kept.read("b") is not None  # now it is used more recently than the others
    assert kept.put("e-small", b"x" * 300) == ["c"]
    assert kept.keys() == {"a-small", "b", "d-small", "e-small"}
    assert kept.put("f-small", b"x" * 400) == ["a-small", "b"]


def test_parts_of_a_killed_process_leave_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.9.part").write_bytes(b"x" * 900)
    used(tmp_path, "a.9.part", 1)
    kept = folder(tmp_path)
    assert kept.put("b-small", b"x" * 200) == ["a.9.part"]
    assert not (tmp_path / "a.9.part").exists()


def test_budget_of_zero_keeps_nothing(tmp_path: Path) -> None:
    kept = folder(tmp_path / "new", 0)
    kept.put("a", b"x")
    assert (kept.is_enabled, (tmp_path / "new").exists()) == (False, False)
    assert folder(tmp_path).is_enabled


@pytest.mark.parametrize("budget", [500, 0])
def test_lowered_budget_removes_files(tmp_path: Path, budget: int) -> None:
    kept = folder(tmp_path)
    for key in ("a-small", "b", "c-small"):
        kept.put(key, b"x" * 300)
    assert list(kept.fit()) == []
    lowered = folder(tmp_path, budget)
    gone = set(lowered.fit())
    assert kept.keys() == {"a-small", "b", "c-small"} - gone
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) <= budget
    assert "b" in gone
    assert list(lowered.fit()) == []


def test_file_that_is_not_kept_makes_room_as_well(tmp_path: Path) -> None:
    folder(tmp_path).put("a", b"x")
    assert folder(tmp_path, 0).put("b", b"x") == ["a"]


def test_folder_is_full_at_its_share(tmp_path: Path) -> None:
    kept = folder(tmp_path)
    kept.put("a-small", b"x" * 790)
    assert not kept.is_full
    kept.put("b-small", b"x" * 20)
    assert kept.is_full


def test_kept_files_stay_and_others_have_a_share(tmp_path: Path) -> None:
    chosen = {"a"}
    kept = PictureFolder(
        tmp_path, budget_bytes=lambda: 1000, ranks=lambda: lambda key: None if key in chosen else rank(key)
    )
    kept.put("a", b"x" * 700)
    used(tmp_path, "a", 1)
    kept.put("b", b"x" * 200)
    assert kept.put("c-small", b"x" * 150) == ["b"]
    used(tmp_path, "c-small", 2)
    assert list(kept.put("d", b"x" * 1500, is_kept=True)) == []  # above the budget: a person selects it
    chosen.add("d")
    assert list(kept.put("e-small", b"x" * 150)) == ["c-small"]
    assert list(kept.put("f-small", b"x" * 100)) == ["e-small"]
    assert kept.keys() == {"a", "d", "f-small"}
    assert not kept.is_full
    kept.put("g-small", b"x" * 100)
    assert kept.is_full
