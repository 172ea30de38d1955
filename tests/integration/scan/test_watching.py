"""Watched folders are scanned after a change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.files import volumes
from indexium_core.flows.scanning import watching
from indexium_core.flows.scanning.watching import FolderWatcher
from indexium_core.library import Library
from tests.support.scans import clip


@pytest.fixture
def limited() -> Iterator[list[FolderWatcher]]:
    """Watchers that are stopped after 20 s at the latest."""
    watchers: list[FolderWatcher] = []
    timer = threading.Timer(20, lambda: [each.stop() for each in watchers])
    timer.start()
    yield watchers
    timer.cancel()


def test_changed_folder_is_reported_and_others_are_not(tmp_path: Path, limited: list[FolderWatcher]) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    watcher = FolderWatcher([one, other])
    limited.append(watcher)
    changes = watcher.changes()
    assert next(changes) == [one, other]
    (other / ".indexium-1.mp4").write_bytes(b"x")
    (other / "notes.txt").write_bytes(b"x")
    clip(one / "new", "a.mp4")
    assert next(changes) == [one]
    (one / "new" / "a.mp4").unlink()
    assert next(changes) == [one]
    watcher.scan_again([other], 0)
    assert next(changes) == [other]
    watcher.stop()
    assert list(changes) == []


def test_change_in_hidden_folder_is_not_reported(tmp_path: Path, limited: list[FolderWatcher]) -> None:
    home = tmp_path / ".indexium"
    home.mkdir()
    (home / "indexium.duckdb.wal").write_bytes(b"x")
    watcher = FolderWatcher([tmp_path])
    limited.append(watcher)
    changes = watcher.changes()
    assert next(changes) == [tmp_path]
    (home / "indexium.duckdb.wal").unlink()  # as each scan does
    (home / "new").mkdir()
    threading.Timer(3, watcher.stop).start()
    assert list(changes) == []


def test_network_folder_is_scanned_at_interval(
    root: Path, limited: list[FolderWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        watching.volumes, "of", lambda _: volumes.Volume(kind="nfs", label="NFS", note="", network=True)
    )
    messages: list[str] = []
    watcher = FolderWatcher([root], network_seconds=0.1, on_polling=messages.append)
    limited.append(watcher)
    assert watcher.polled == [root]
    changes = watcher.changes()
    assert [next(changes), next(changes)] == [[root], [root]]
    assert messages == [f"The file system of {root} reports no changes, so the folder is scanned every 0.1 s."]
    watcher.stop()


@pytest.mark.parametrize(
    ("error", "cause", "remedy"),
    [
        (
            OSError('OS file watch limit reached. about ["/x"]'),
            "The system has no more inotify watches, so the folders are scanned every 60 s.",
            "fs.inotify.max_user_watches",
        ),
        (
            OSError("Too many open files (os error 24)"),
            "The system has no more inotify instances, so the folders are scanned every 60 s.",
            "fs.inotify.max_user_instances",
        ),
        (
            RuntimeError("error in underlying watcher."),
            "The system cannot report the changes of the folders (error in underlying watcher), so the folders are",
            "",
        ),
    ],
)
def test_folder_without_watches_is_scanned_at_interval(
    root: Path,
    limited: list[FolderWatcher],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    cause: str,
    remedy: str,
) -> None:
    def watch(*_: object, **__: object) -> Iterator[object]:
        raise error

    monkeypatch.setattr("watchfiles.watch", watch)
    messages: list[str] = []
    watcher = FolderWatcher([root], on_polling=messages.append)
    limited.append(watcher)
    changes = watcher.changes()
    assert next(changes) == [root]
    assert watcher.polled == [root]
    watcher.scan_again([root], 0)
    assert next(changes) == [root]
    assert len(messages) == 1
    assert messages[0].startswith(cause)
    assert remedy in messages[0]


def test_folder_that_is_offline_is_scanned_at_interval(tmp_path: Path, limited: list[FolderWatcher]) -> None:
    messages: list[str] = []
    watcher = FolderWatcher([tmp_path / "disk"], on_polling=messages.append)
    limited.append(watcher)
    next(watcher.changes())
    assert messages == [f"{tmp_path / 'disk'} is offline, so the folder is scanned every 60 s."]


def test_command_scans_after_a_change(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip(root, "a.mp4")
    rounds = 0

    def changes(self: FolderWatcher) -> Iterator[list[Path]]:
        nonlocal rounds
        for _ in range(3):
            rounds += 1
            yield [root]
            clip(root, "b.mp4", seed=1)
        raise KeyboardInterrupt

    monkeypatch.setattr(FolderWatcher, "changes", changes)
    assert cli.main(["--home", str(home), "scan", str(root), "--watch"]) == 130
    text = capsys.readouterr().err
    assert rounds == 3
    assert "Watching 1 folder." in text
    assert text.count("media file") == 2  # the third scan found no change
    assert "2 media files: 1 new" in text
    assert cli.main(["--home", str(home), "scan", "--watch", "--full"]) == 2


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.HomeInUseError("The home is in use."), 130),
        (errors.UsageError("A scan is running.", code="scan_running"), 130),
        (errors.UsageError("The folder /x does not exist.", code="unknown_folder"), 130),
        (errors.UsageError("/x is a file, not a folder."), 2),
    ],
)
def test_command_retries_only_errors_that_may_pass(
    root: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: errors.IndexiumError,
    exit_code: int,
) -> None:
    retried: list[float] = []

    def changes(self: FolderWatcher) -> Iterator[list[Path]]:
        yield [root]
        raise KeyboardInterrupt

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(FolderWatcher, "changes", changes)
    monkeypatch.setattr(FolderWatcher, "scan_again", lambda _self, _folders, seconds: retried.append(seconds))
    monkeypatch.setattr(Library, "scan", fail)

    assert cli.main(["--home", str(home), "scan", str(root), "--watch"]) == exit_code
    assert error.message in capsys.readouterr().err
    assert retried == ([5.0] if exit_code == 130 else [])
