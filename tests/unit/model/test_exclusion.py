"""Patterns of what scans leave out."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model.files.exclusion import Exclusion, checked_patterns
from tests.support.cases import each_case


@each_case(
    ("pattern", "path", "is_covered"),
    [
        ("Extras", b"2019/Extras/a.mp4", True),
        ("Extras", b"2019/extras/a.mp4", False),
        ("Extras", b"2019/Extras of May/a.mp4", False),
        ("*.avi", b"2019/a.avi", True),
        ("*.avi", b"2019/a.avi.mp4", False),
        ("2019/*.avi", b"2019/a.avi", True),
        ("2019/*.avi", b"2020/a.avi", False),
        ("2019/old", b"2019/old/deep/a.mp4", True),
        ("2019/old", b"more/2019/old/a.mp4", False),
        ("caf?", b"caf\xe9/a.mp4", True),
        ("caf\u00e9", "cafe\u0301/a.mp4".encode(), True),
        ("[ab].mp4", b"b.mp4", True),
        ("[", b"[", True),
    ],
)
def test_pattern_covers_file_or_its_folders(pattern: str, path: bytes, is_covered: bool) -> None:
    assert Exclusion([pattern]).covers(path) is is_covered


def test_no_pattern_covers_nothing() -> None:
    assert not Exclusion([])
    assert Exclusion([]).covers(b"a.mp4") is False


def test_patterns_are_trimmed_and_unique() -> None:
    assert checked_patterns([" Extras/ ", "Extras", "", "/2019/old/"]) == ["Extras", "2019/old"]


@pytest.mark.parametrize("name", ["Été\u00a02019", "\u00a0a", "a\u202f!.mp4", "\u3000", "👩\u200d👧.mp4", "\ue000"])
def test_pattern_may_have_any_character_of_a_name(name: str) -> None:
    assert checked_patterns([name]) == [name]
    assert Exclusion([name]).covers(f"films/{name}/b.mp4".encode())


@pytest.mark.parametrize(
    "patterns", [["a\nb"], ["a\x1bb"], ["a\udcffb"], ["x" * 501], [str(number) for number in range(101)]]
)
def test_invalid_patterns_are_rejected(patterns: list[str]) -> None:
    with pytest.raises(errors.UsageError):
        checked_patterns(patterns)
