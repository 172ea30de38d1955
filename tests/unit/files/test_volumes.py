"""The features of a file system, from its kind, creation and mount options, at no cost for a whole scan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core.files import volumes
from indexium_core.files.containers import Capabilities
from tests.support import places
from tests.support.oracles import oracle

Table = Callable[[str], None]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    volumes.forget()
    yield
    volumes.forget()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Replace the mounts that the system reports."""
    path = tmp_path_factory.mktemp("proc") / "mountinfo"
    monkeypatch.setattr(volumes, "_MOUNTS", path)
    return lambda text: (path.write_text(text), volumes.forget(), None)[-1]


def line(point: Path | str, kind: str, *, device: str = "9:99", options: str = "rw", rest: str = "rw") -> str:
    shown = str(point).replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012")
    return f"30 1 {device} / {shown} {options},relatime shared:7 master:1 - {kind} //source {rest}\n"


def of(path: Path) -> volumes.Volume:
    return volumes.of(os.fsencode(path))


NETWORK = "cifs smb3 nfs nfs4 fuse.sshfs fuse.rclone 9p virtiofs ceph davfs"
DISKS = "ext4 ext3 ext2 xfs btrfs zfs bcachefs f2fs exfat vfat ntfs ntfs3"
IN_BETWEEN = "tmpfs overlay fuseblk fuse.mergerfs fuse.whatever fuse apfs hfs"


@pytest.mark.parametrize("kind", f"{NETWORK} {DISKS} {IN_BETWEEN}".split())
def test_every_file_system_has_label_and_guarantee(table: Table, tmp_path: Path, kind: str) -> None:
    table(line("/", "ext4") + line(tmp_path, kind))
    found = of(tmp_path)
    assert found.kind == kind
    assert found.label not in {"", "unknown"}
    assert found.note.endswith(".")
    assert found.network == (kind in NETWORK.split())
    if found.network or kind.startswith("fuse"):
        assert (found.durable, found.leases) == (False, False)


def test_unknown_file_system_has_no_guarantee(table: Table, tmp_path: Path) -> None:
    table(line(tmp_path, "newfs"))
    found = of(tmp_path)
    assert (found.kind, found.label, found.block, found.reflink, found.durable) == ("newfs", "newfs", 0, False, False)
    table("")
    assert of(tmp_path).kind == ""
    assert of(tmp_path / "not" / "there").label == "unknown"


@pytest.mark.parametrize(
    ("kind", "step", "folds"),
    [("vfat", 2_000_000_000, True), ("exfat", 10_000_000, True), ("ntfs3", 100, False), ("ext4", 1, False)],
)
def test_time_and_name_rules_of_file_systems(table: Table, tmp_path: Path, kind: str, step: int, folds: bool) -> None:
    table(line(tmp_path, kind))
    assert (of(tmp_path).mtime_step_ns, of(tmp_path).case_insensitive) == (step, folds)


@pytest.mark.parametrize("name", ["with blanks and\ttabs", "back\\slash", "new\nline", "ümlaut"])
def test_escaped_mount_points_are_read(table: Table, tmp_path: Path, name: str) -> None:
    point = tmp_path / name
    point.mkdir()
    table(line("/", "ext4") + line(point, "cifs"))
    assert of(point).kind == "cifs"
    assert of(tmp_path).kind == "ext4"


def test_mount_point_is_not_name_prefix(table: Table, tmp_path: Path) -> None:
    (tmp_path / "films-new").mkdir()
    table(line("/", "ext4") + line(tmp_path / "films", "cifs"))
    assert of(tmp_path / "films-new").kind == "ext4"


def test_last_mount_at_path_wins(table: Table, tmp_path: Path) -> None:
    table(line(tmp_path, "ext4") + line(tmp_path, "cifs"))
    assert of(tmp_path).kind == "cifs"


def test_hidden_mount_is_ignored(table: Table, tmp_path: Path) -> None:
    """A mount over the outer folder hides an older mount on the inner folder, which the table still lists."""
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    device = inner.stat().st_dev
    table(
        line(inner, "ext4", device="9:98")
        + line(inner.parent, "nfs4", device=f"{os.major(device)}:{os.minor(device)}")
        + line("/", "ext4", device="9:97")
    )
    assert of(inner).kind == "nfs4"


def test_malformed_mount_lines_are_ignored(table: Table, tmp_path: Path) -> None:
    table("\nnonsense\n1 2 3 - \n" + line(tmp_path, "exfat"))
    assert of(tmp_path).kind == "exfat"


@pytest.mark.parametrize("options", [("ro", "rw"), ("rw", "ro")])
def test_read_only_mount_is_reported(table: Table, tmp_path: Path, options: tuple[str, str]) -> None:
    table(line(tmp_path, "ext4", options=options[0], rest=options[1]))
    assert "read-only" in of(tmp_path).note
    assert of(tmp_path).block == 0


def test_mount_without_barriers_has_weaker_guarantee(table: Table, tmp_path: Path) -> None:
    table(line(tmp_path, "xfs", rest="rw,nobarrier"))
    assert not of(tmp_path).durable


# Possible writes


def means(path: Path, **other: object) -> Capabilities:
    given = {"nlink": 1, "faststart": "keep", **other}
    return volumes.capabilities(os.fsencode(path), **given)  # type: ignore[arg-type]


def test_hard_linked_file_is_not_replaced(tmp_path: Path) -> None:
    assert means(tmp_path / "film.mp4").replace
    assert not means(tmp_path / "film.mp4", nlink=2).replace


def test_file_in_read_only_folder_is_not_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    assert not means(tmp_path / "film.mp4").replace
    assert not means(tmp_path / "gone" / "film.mp4").replace


def test_faststart_setting_is_capability(tmp_path: Path) -> None:
    assert means(tmp_path / "film.mp4").keep_faststart
    assert not means(tmp_path / "film.mp4", faststart="any").keep_faststart


def test_folder_is_examined_once(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(line(tmp_path, "btrfs"))
    monkeypatch.setattr(volumes, "_now", lambda: 7)
    looked: list[object] = []
    real = os.lstat
    monkeypatch.setattr(os, "lstat", lambda path, **named: (looked.append(path), real(path, **named))[1])
    for number in range(1000):
        assert means(tmp_path / f"{number}.mp4").reflink
    assert len(looked) < 5


def test_later_mount_is_detected_within_second(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [7]
    monkeypatch.setattr(volumes, "_now", lambda: now[0])
    table(line(tmp_path, "ext4"))
    assert of(tmp_path).kind == "ext4"
    volumes._MOUNTS.write_text(line(tmp_path, "btrfs"))
    assert of(tmp_path).kind == "ext4"
    now[0] += 1
    assert of(tmp_path).kind == "btrfs"


# Real file systems


@pytest.mark.parametrize(
    ("kind", "make", "block", "reflink"),
    [
        ("ext4", ("-b", "4096"), 4096, False),
        ("ext4", ("-b", "1024"), 1024, False),
        ("ext4", ("-O", "^has_journal"), 0, False),
        ("xfs", (), 4096, True),
        ("xfs", ("-m", "reflink=0"), 4096, False),
        ("btrfs", (), 0, True),
    ],
)
def test_real_file_system_is_recognised(
    tmp_path: Path, kind: str, make: tuple[str, ...], block: int, reflink: bool
) -> None:
    with places.mounted(kind, tmp_path, make=make) as point:
        folder = point / "a folder"
        folder.mkdir()
        assert of(folder).kind == kind
        assert (of(folder).block, of(folder).reflink) == (block, reflink)
        assert (means(folder / "film.mp4").block, means(folder / "film.mp4").reflink) == (block, reflink)
        assert of(folder).atomic_replace == ("journal" not in of(folder).note)


def test_btrfs_subvolume_is_recognised(tmp_path: Path) -> None:
    import subprocess

    with places.mounted("btrfs", tmp_path) as point:
        subprocess.run([oracle("btrfs"), "subvolume", "create", str(point / "sub")], check=True, capture_output=True)
        assert (point / "sub").stat().st_dev != point.stat().st_dev
        assert of(point / "sub").kind == "btrfs"


def test_tmpfs_is_recognised(tmp_path: Path) -> None:
    with places.folder("memory", tmp_path) as folder:
        assert (of(folder).kind, of(folder).durable) == ("tmpfs", False)


def test_twice_mounted_folder_is_recognised(tmp_path: Path) -> None:
    import subprocess

    with places.mounted("xfs", tmp_path) as point:
        other = tmp_path / "other"
        other.mkdir()
        subprocess.run(["mount", "--bind", str(point), str(other)], check=True)
        try:
            assert of(other).kind == "xfs"
        finally:
            subprocess.run(["umount", str(other)], check=True)
