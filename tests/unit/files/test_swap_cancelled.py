"""Cancelled long work on a file: at any byte, the old file stays, and no other file remains."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.files.swap import Replacement, content
from indexium_core.model.files.media import Extent, Rebuild
from tests.support.swaps import ITEM, OLD, Swap, make


class GivenUpError(errors.MetadataError):
    """The work was cancelled."""


class Heed:
    """Cancels at the n-th report of read or written bytes."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.told, self.done = at, 0, 0

    def __call__(self, count: int) -> None:
        self.told += 1
        self.done += count
        if self.told == self.at:
            raise GivenUpError


def carry_out(swap: Swap, heed: Heed) -> None:
    with (
        OperationJournal.create(swap.backup) as log,
        Replacement(os.fsencode(swap.path), journal=log, item_id=ITEM, on_progress=heed) as file,
    ):
        make(swap, file)
        keep = os.fsencode(swap.shelf / "old") if swap.keeps else None
        reverse = None if keep or swap.way == "fill" else file.reverse()
        with file.opened() as new:
            new.read_at(0, new.size)
        file.replace(reverse=reverse, keep=keep)
        file.commit()


@pytest.mark.parametrize("way", ["build", "keep", "fill", "adopt"])
def test_replacement_can_be_cancelled_at_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(content, "_CHUNK", 4096)
    swap = Swap(tmp_path, way)
    for at in itertools.count(1):
        swap.reset()
        heed = Heed(at)
        try:
            carry_out(swap, heed)
        except GivenUpError:
            assert swap.judge(f"{way}, given up at {at}") == "old"
            assert [mark.state for mark in journal.read(swap.backup).marks] in ([], ["undone"])
        else:
            break
    assert swap.judge(way) == "new"
    assert at > 2


def test_progress_counts_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built once, compared with the original once, hashed once, and examined once."""
    monkeypatch.setattr(content, "_CHUNK", 4096)
    swap, heed = Swap(tmp_path, "build"), Heed()
    swap.reset()

    carry_out(swap, heed)

    assert 4 * len(OLD) < heed.done < 6 * len(OLD)


def test_reader_reports_read_bytes(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(OLD)
    heed = Heed()
    with FileReader(os.fsencode(tmp_path / "film")) as file:
        file.on_progress = heed
        file.read_at(0, 100)
        file.read_at(len(OLD) - 10, 100)
    assert (heed.told, heed.done) == (2, 110)


def test_buffered_bytes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the sync at the end of a large file takes longer than the time limit for the end of a program."""
    monkeypatch.setattr(content, "_CHUNK", 4096)
    monkeypatch.setattr(content, "_DIRTY", 16384)
    synced: list[int] = []
    monkeypatch.setattr(content.disk, "sync_data", synced.append)
    with (tmp_path / "new").open("wb") as new:
        content.write(Rebuild((Extent(0, len(OLD)),)), BytesReader(OLD), new.fileno())

    assert (tmp_path / "new").read_bytes() == OLD
    assert len(synced) == len(OLD) // 16384
