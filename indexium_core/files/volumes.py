"""
The capabilities and guarantees of the file system of a path.

The system's mount table identifies the file system; the program never makes tests on the user's files. The table and
the state of a folder are cached for one second, so that a scan can request them for every file.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import functools
import os
import re
import stat
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from indexium_core.files.containers import Capabilities

_MOUNTS = Path("/proc/self/mountinfo")
_XFS_GEOMETRY = 0x80705864  # XFS_IOC_FSGEOMETRY_V1
_XFS_FLAGS = struct.Struct("=92xI16x")
_XFS_REFLINK = 1 << 20
_MAC_KIND = struct.Struct("=72x16s2080x")  # struct statfs: f_fstypename
_WRITE_BITS = 0o222
_AT_FDCWD = -100
_STATX_FLAGS = 0x100 | 0x4000  # AT_SYMLINK_NOFOLLOW, AT_STATX_DONT_SYNC: no question to another machine
_STATX_ATTRIBUTES = struct.Struct("=8xQ240x")  # struct statx: stx_attributes
# Attributes that forbid a write, with what removes them: on Linux (stx_attributes), on macOS (st_flags).
_PROTECTING = {0x10: ("immutable", "chattr -i"), 0x20: ("append-only", "chattr -a")}
_MAC_PROTECTING = {
    stat.UF_IMMUTABLE | stat.SF_IMMUTABLE: ("immutable", "chflags nouchg,noschg"),
    stat.UF_APPEND | stat.SF_APPEND: ("append-only", "chflags nouappnd,nosappnd"),
}
_PROTECTED = "The file is {}: remove the attribute with '{}'."
_PROTECTIONS = frozenset(_PROTECTED.format(*each) for each in (*_PROTECTING.values(), *_MAC_PROTECTING.values()))
_BLOCKS_MATTER = frozenset(("ext4", "xfs", "btrfs", "bcachefs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A mounted file system."""

    kind: str  # the system's name: ext4, cifs, fuse.sshfs …; "" if not known
    label: str  # the name shown to people
    note: str  # one sentence: the guarantee after a crash or power loss
    block: int = 0  # granularity of insert range, in bytes; 0: not supported
    reflink: bool = False  # two files can share extents
    clone_block: int = 4096  # alignment of shared extents, in bytes
    leases: bool = True  # a lease shows whether another process has a file open
    atomic_replace: bool = True  # after a power loss a name leads to the old file or to the new one
    durable: bool = True  # synced bytes are on the medium, as far as a program can determine
    network: bool = False  # the files are on another machine
    mtime_step_ns: int = 1  # resolution of modification times
    case_insensitive: bool = False  # Film.mp4 and film.mp4 are probably one file


@dataclass(frozen=True, slots=True)
class _MountPoint:
    """One line of the mount table."""

    point: bytes
    device: int
    kind: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder: its file system, and whether names in it can be changed."""

    volume: Volume
    writable: bool


def of(path: bytes) -> Volume:
    """Return the file system of a file or folder; an unidentified one if the path does not exist."""
    return _volume(os.path.realpath(path), _now())


def capabilities(path: bytes, *, nlink: int, faststart: str) -> Capabilities:
    """
    Return the kinds of writes that are possible for a file.

    Args:
        path: The file; links resolved.
        nlink: The number of its hard links. A new file would replace only one of them.
        faststart: `keep` or `any`: whether the MP4 fast start is kept (`INDEXIUM_FASTSTART`).

    """
    place = _place(path.rpartition(b"/")[0] or b"/", _now())
    return Capabilities(
        block=place.volume.block,
        reflink=place.volume.reflink,
        clone_block=place.volume.clone_block,
        replace=nlink == 1 and place.writable,
        may_break_links=nlink > 1 and place.writable,
        keep_faststart=faststart != "any",
        protected=protection(path),
    )


def protection(path: bytes) -> str:
    """
    Return why an attribute of a file or folder forbids writes, also those of root, as a sentence; "" if none does.

    It opens nothing: the attributes are those that `chattr` and `chflags` set.
    """
    protecting, attributes = _attributes(path)
    for bits, names in protecting.items():
        if attributes & bits:
            return _PROTECTED.format(*names)
    return ""


def is_other_refusal(path: bytes, reason: str) -> bool:
    """
    Return whether a file that could not be written for a `reason` may be writable now.

    Attributes and the mode of a folder change neither size nor time of a file. `reason` is the message of a refusal
    with the code `read_only`.
    """
    if reason in _PROTECTIONS:
        return protection(path) != reason
    return _place(path.rpartition(b"/")[0] or b"/", _now()).writable


def forget() -> None:
    """Clear the caches, so that the next call reads the system again."""
    for cached in (_place, _volume, _mounts):
        cached.cache_clear()


def _now() -> int:
    """Return a number that changes every second: cached results are valid until the next change."""
    return int(time.monotonic())


@functools.lru_cache(maxsize=4096)
def _place(folder: bytes, now: int) -> _Place:
    try:
        mode = os.lstat(folder).st_mode
    except OSError:
        return _Place(_volume(folder, now), writable=False)
    # Root may write to a read-only folder, but the program respects its mode. No name leaves an append-only folder.
    writable = bool(mode & _WRITE_BITS) and os.access(folder, os.W_OK | os.X_OK) and not protection(folder)
    return _Place(_volume(folder, now), writable)


@functools.lru_cache(maxsize=4096)
def _volume(path: bytes, now: int) -> Volume:
    try:
        device = os.lstat(path).st_dev
    except OSError:
        return _UNKNOWN
    mount = _mount_of(path, device, _mounts(now))
    if mount is None:
        return _known(_mac_kind(path))
    return _able(_known(mount.kind), mount, path)


def _mount_of(path: bytes, device: int, mounts: Iterable[_MountPoint]) -> _MountPoint | None:
    """
    Return the mount that contains a path.

    The mount has the longest mount point above the path; of equal ones the last counts. A mount of the same device is
    preferred, because another mount does not hide it. The device alone is not enough: the table does not contain the
    device of a Btrfs subvolume.
    """
    above = [mount for mount in mounts if _is_below(path, mount.point)]
    ranked = enumerate(above)
    best = max(ranked, key=lambda pair: (pair[1].device == device, len(pair[1].point), pair[0]), default=None)
    return best[1] if best else None


def _is_below(path: bytes, point: bytes) -> bool:
    return path == point or path.startswith(point.rstrip(b"/") + b"/")


@functools.lru_cache(maxsize=1)
def _mounts(now: int) -> tuple[_MountPoint, ...]:
    del now
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:  # not Linux
        return ()
    return tuple(mount for mount in map(_parsed, lines) if mount is not None)


def _parsed(line: bytes) -> _MountPoint | None:
    r"""
    Parse `36 35 98:0 /root /mount\040point rw,noatime master:1 - ext4 /dev/root rw,errors=continue` (proc(5)).

    Blank, tab, newline and backslash are octal in the line; the number of fields before the dash varies.
    """
    head, dash, tail = line.partition(b" - ")
    fields, kind = head.split(b" "), tail.split(b" ")
    if not dash or len(fields) < 6 or len(kind) < 3:
        return None
    major, _, minor = fields[2].partition(b":")
    options = fields[5] + b"," + kind[2]
    return _MountPoint(
        point=re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), fields[4]),
        device=os.makedev(int(major), int(minor)),
        kind=kind[0].decode("utf-8", "replace"),
        options=frozenset(options.decode("utf-8", "replace").split(",")),
    )


def _known(kind: str) -> Volume:
    """Return the general properties of a file system type."""
    if kind in _KINDS:
        return replace(_KINDS[kind], kind=kind)
    if kind.startswith("fuse"):
        return replace(_FUSE, kind=kind, label=f"{kind.partition('.')[2] or 'FUSE'} (FUSE)")
    return replace(_UNKNOWN, kind=kind, label=kind or _UNKNOWN.label)


def _able(volume: Volume, mount: _MountPoint, path: bytes) -> Volume:
    """Add the properties that depend on the options of creation and mounting."""
    if "ro" in mount.options:
        return replace(volume, note=_READ_ONLY)
    if mount.options & {"nobarrier", "barrier=0"}:
        volume = replace(volume, durable=False, note=_NO_BARRIER)
    if volume.kind == "ext4" and not _has_journal(mount.device):
        return replace(volume, atomic_replace=False, note=_NO_JOURNAL)
    block = os.statvfs(path).f_bsize if volume.kind in _BLOCKS_MATTER else 0
    volume = replace(volume, clone_block=max(volume.clone_block, block))
    if volume.kind in {"ext4", "xfs"}:
        volume = replace(volume, block=block)
    return replace(volume, reflink=_xfs_reflinks(path)) if volume.kind == "xfs" else volume


def _has_journal(device: int) -> bool:
    """Tell whether an ext4 has a journal: without a journal, a power loss may leave its metadata inconsistent."""
    block = Path("/sys/dev/block") / f"{os.major(device)}:{os.minor(device)}"
    task = Path("/sys/fs/ext4") / block.resolve().name / "journal_task"
    try:
        return task.read_text().strip() != "<none>"
    except OSError:  # nearly every ext4 has a journal
        return True


def _xfs_reflinks(path: bytes) -> bool:
    """Tell whether an XFS was made with `reflink=1`."""
    room = array.array("B", bytes(_XFS_FLAGS.size))
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.ioctl(fd, _XFS_GEOMETRY, room, True)  # noqa: FBT003 - filled in place
    except OSError:
        return False
    finally:
        os.close(fd)
    return bool(_XFS_FLAGS.unpack(room)[0] & _XFS_REFLINK)


def _attributes(path: bytes) -> tuple[dict[int, tuple[str, str]], int]:
    """Return the table of protecting attributes that counts here, and the attributes of a file; 0 if there are none."""
    if (statx := _statx()) is None:
        try:
            return _MAC_PROTECTING, getattr(os.lstat(path), "st_flags", 0)
        except OSError:
            return _MAC_PROTECTING, 0
    room = ctypes.create_string_buffer(_STATX_ATTRIBUTES.size)
    found = statx(_AT_FDCWD, path, _STATX_FLAGS, 0, room) == 0
    return _PROTECTING, _STATX_ATTRIBUTES.unpack(room)[0] if found else 0


@functools.cache
def _statx() -> ctypes._NamedFuncPointer | None:
    """Return the function of the C library; None if it has none (macOS, an old library)."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "statx", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_char_p)
    return function


def _mac_kind(path: bytes) -> str:
    """Return the macOS name of the file system of a path; "" on other systems."""
    if os.uname().sysname != "Darwin":
        return ""
    library = ctypes.CDLL(None, use_errno=True)
    statfs = getattr(library, "statfs$INODE64", None) or library.statfs
    room = ctypes.create_string_buffer(2 * _MAC_KIND.size)
    if statfs(path, room) != 0:
        return ""
    name: bytes = _MAC_KIND.unpack_from(room)[0]
    return name.partition(b"\0")[0].decode("ascii", "replace")


_WHOLE = "After a power loss at any moment, every file is in its old state or in its new state."
_NO_JOURNAL = (
    "It was created without a journal: a power loss may damage the files that any program writes there, so "
    "Indexium moves no blocks there and copies a file instead."
)
_NO_BARRIER = "It is mounted without write barriers: synced data may still be in the disk's cache at a power loss."
_SIMPLE = (
    "It has no journal: Indexium undoes an interrupted write after a crash, but a power loss during a write may damage "
    "the file system itself, and then no program can guarantee a file."
)
_WINDOWS = (
    "Indexium undoes an interrupted write after a crash. The driver on this system writes no journal, so Windows may "
    "have to repair the file system after a power loss."
)
_SERVER = (
    "Indexium undoes an interrupted write after a crash of this machine. The server decides when bytes are on a disk, "
    "so Indexium cannot guarantee a file after a power loss of the server."
)
_PROGRAM = (
    "A program connects Indexium with the disk: Indexium undoes an interrupted write after a crash, but it cannot "
    "guarantee that bytes are on the disk when that program says so."
)
_LAYERS = (
    "It is a layer over other file systems: Indexium undoes an interrupted write after a crash, and after a power loss "
    "a file is as safe as on the file systems below."
)
_MEMORY = "It is in memory: all its files are lost when the machine stops."
_READ_ONLY = "It is mounted read-only: files can be scanned and planned, but not written."
_NOBODY = (
    "Indexium does not know this file system: it takes the same steps, and after a power loss a file is as safe as "
    "the file system makes it."
)
_SECOND = 1_000_000_000

_UNKNOWN = Volume(kind="", label="unknown", note=_NOBODY, leases=False, durable=False)
_FUSE = Volume(kind="fuse", label="FUSE", note=_PROGRAM, leases=False, durable=False, atomic_replace=False)
_REMOTE = replace(_FUSE, note=_SERVER, network=True)
_FAT = Volume(
    kind="vfat", label="FAT", note=_SIMPLE, atomic_replace=False, mtime_step_ns=2 * _SECOND, case_insensitive=True
)
_EXT = Volume(kind="ext4", label="ext4", note=_WHOLE)
_SMB = replace(_REMOTE, label="Windows share (SMB)", mtime_step_ns=100, case_insensitive=True)
_NFS = replace(_REMOTE, label="NFS", atomic_replace=True)
_NTFS = Volume(kind="ntfs3", label="NTFS", note=_WINDOWS, atomic_replace=False, mtime_step_ns=100)
_HOST = replace(_REMOTE, label="folder of the host machine")
_DISC = Volume(kind="iso9660", label="optical disc or image", note=_READ_ONLY, mtime_step_ns=_SECOND)

_KINDS = {
    "ext4": _EXT,
    "ext3": replace(_EXT, label="ext3", mtime_step_ns=_SECOND),
    "ext2": replace(_EXT, label="ext2", note=_SIMPLE, atomic_replace=False, mtime_step_ns=_SECOND),
    "xfs": Volume(kind="xfs", label="XFS", note=_WHOLE),
    "btrfs": Volume(kind="btrfs", label="Btrfs", note=_WHOLE, reflink=True),
    "bcachefs": Volume(kind="bcachefs", label="bcachefs", note=_WHOLE, reflink=True),
    # ZFS shares blocks since version 2.2, if the administrator allows it, and only in whole records.
    "zfs": Volume(kind="zfs", label="ZFS", note=_WHOLE),
    "f2fs": Volume(kind="f2fs", label="F2FS", note=_WHOLE),
    "jfs": Volume(kind="jfs", label="JFS", note=_WHOLE),
    "tmpfs": Volume(kind="tmpfs", label="memory (tmpfs)", note=_MEMORY, durable=False),
    "ramfs": Volume(kind="ramfs", label="memory (ramfs)", note=_MEMORY, durable=False),
    # A lease in one layer does not cover a process that has the file open in another layer.
    "overlay": Volume(kind="overlay", label="container layers (overlay)", note=_LAYERS, leases=False),
    "ecryptfs": Volume(kind="ecryptfs", label="eCryptfs", note=_LAYERS, leases=False),
    "exfat": replace(_FAT, label="exFAT", mtime_step_ns=10_000_000),
    "vfat": _FAT,
    "msdos": _FAT,
    "ntfs": _NTFS,
    "ntfs3": _NTFS,
    "fuseblk": replace(_NTFS, label="NTFS or exFAT (FUSE)", leases=False, durable=False, note=_PROGRAM),
    "udf": replace(_FAT, label="UDF", mtime_step_ns=1000, case_insensitive=False),
    "iso9660": _DISC,
    "squashfs": replace(_DISC, label="SquashFS"),
    "erofs": replace(_DISC, label="EROFS"),
    "cifs": _SMB,
    "smb3": _SMB,
    "smbfs": _SMB,
    "nfs": _NFS,
    "nfs4": _NFS,
    "afpfs": replace(_REMOTE, label="Apple share (AFP)", case_insensitive=True),
    "webdav": replace(_REMOTE, label="WebDAV"),
    "davfs": replace(_REMOTE, label="WebDAV"),
    "afs": replace(_REMOTE, label="AFS"),
    "ceph": replace(_REMOTE, label="Ceph", atomic_replace=True),
    "lustre": replace(_REMOTE, label="Lustre", atomic_replace=True),
    "beegfs": replace(_REMOTE, label="BeeGFS", atomic_replace=True),
    "fuse.sshfs": replace(_REMOTE, label="SSH (sshfs)"),
    "fuse.rclone": replace(_REMOTE, label="cloud storage (rclone)"),
    "fuse.s3fs": replace(_REMOTE, label="cloud storage (S3)"),
    "fuse.glusterfs": replace(_REMOTE, label="GlusterFS"),
    "fuse.mergerfs": replace(_FUSE, label="pool of disks (mergerfs)"),
    "fuse.shfs": replace(_FUSE, label="pool of disks (Unraid)"),
    "9p": _HOST,
    "virtiofs": _HOST,
    "vboxsf": _HOST,
    "prl_fs": _HOST,
    "fuse.vmhgfs-fuse": _HOST,
    # clonefile shares whole files, not extents.
    "apfs": Volume(kind="apfs", label="APFS", note=_WHOLE, leases=False, case_insensitive=True),
    "hfs": Volume(
        kind="hfs", label="Mac OS Extended", note=_WHOLE, leases=False, mtime_step_ns=_SECOND, case_insensitive=True
    ),
    "hfsplus": Volume(kind="hfsplus", label="HFS+", note=_SIMPLE, mtime_step_ns=_SECOND, case_insensitive=True),
}
