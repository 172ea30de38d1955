"""
The name of a photo's sidecar, and a stamp that shows whether the sidecar changed.

`a.jpg.xmp` belongs to `a.jpg` alone. `a.xmp` belongs to it if no other photo in the folder has the name `a`. Beside a
raw file, `a.xmp` belongs to the raw file (Adobe's programs write it so); beside two other photos, the owner is
unknown. If both exist, `a.jpg.xmp` counts.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

EXTENSION = b".xmp"
_ENDINGS = (EXTENSION, b".XMP")
_RAW = frozenset(
    b"." + name
    for name in b"3fr arw cr2 cr3 crw dcr dng erf iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srw "
    b"x3f".split()
)
_OTHERS = frozenset(b"." + name for name in b"avif heic heif hif jfif jpe jpeg jpg png tif tiff webp".split())
_PHOTOS = _RAW | _OTHERS


@dataclass(frozen=True, slots=True)
class SidecarPlace:
    """The sidecar of a photo; without a `stamp`, the name that a new one gets."""

    name: bytes
    stamp: str = ""  # another text after the sidecar was changed or replaced


@dataclass(frozen=True, slots=True)
class UnreadSidecar:
    """A sidecar `a.xmp` that is neither read nor changed for a photo `a.jpg`, and the reason."""

    name: bytes
    owner: bytes  # another photo to which it belongs, or may belong


def extensions(listing: Iterable[bytes]) -> dict[bytes, set[bytes]]:
    """Return the extensions of photos for each name of a folder without its extension, all in lower case."""
    result: dict[bytes, set[bytes]] = {}
    for name in listing:
        stem, dot, kind = name.lower().rpartition(b".")
        if stem and dot + kind in _PHOTOS:
            result.setdefault(stem, set()).add(dot + kind)
    return result


def find(
    path: bytes,
    *,
    siblings: Collection[bytes] | None = None,
    beside: Mapping[bytes, AbstractSet[bytes]] | None = None,
    by_stem: bool = False,
) -> SidecarPlace:
    """
    Return the sidecar of a photo.

    Args:
        path: The photo.
        siblings: The names in its folder that end with the extension of sidecars; None: they are not known.
        beside: The `extensions` of the names in its folder; None: they are not known, which costs dozens of calls where
            there is an `a.xmp`.
        by_stem: A new sidecar is called `a.xmp`, if that name belongs to no other photo.

    """
    folder, name = os.path.split(path)
    stem, dot, kind = name.rpartition(b".")
    stem, extension = (stem, dot + kind) if stem else (name, b"")
    for each in (name + ending for ending in _ENDINGS):
        if stamp := _stamp(folder, each, siblings):
            return SidecarPlace(each, stamp)
    for each in (stem + ending for ending in _ENDINGS):
        if stamp := _stamp(folder, each, siblings):
            other = _owner(folder, stem, extension, beside)
            return SidecarPlace(name + EXTENSION) if other else SidecarPlace(each, stamp)
    is_own = by_stem and not _owner(folder, stem, extension, beside)
    return SidecarPlace((stem if is_own else name) + EXTENSION)


def unread(path: bytes) -> UnreadSidecar | None:
    """Return the `a.xmp` beside a photo `a.jpg` that is not read for it, because of another photo; None for none."""
    folder, name = os.path.split(path)
    stem, dot, kind = name.rpartition(b".")
    if not stem:
        return None
    for each in (stem + ending for ending in _ENDINGS):
        if _stamp(folder, each, None):
            owner = _owner(folder, stem, dot + kind, None)
            return UnreadSidecar(each, owner) if owner else None
    return None


def name_in(stamp: str) -> str:
    """Return the name of the sidecar in its stamp, as readable text."""
    return stamp.split(" ", 2)[2]


def _stamp(folder: bytes, name: bytes, siblings: Collection[bytes] | None) -> str:
    """Return the stamp of a file, "" if there is no such file."""
    if siblings is not None and name not in siblings:
        return ""
    try:
        status = os.lstat(_below(folder, name))
    except OSError:
        return ""
    if not stat.S_ISREG(status.st_mode):
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {name.decode('utf-8', 'replace')}"


def _owner(folder: bytes, stem: bytes, extension: bytes, beside: Mapping[bytes, AbstractSet[bytes]] | None) -> bytes:
    """Return another photo because of which the sidecar `a.xmp` is not that of a photo `a.jpg`; b"" if it is."""
    own = extension.lower()
    others = (_RAW if own in _RAW else _PHOTOS) - {own}
    if beside is not None:  # the case of letters may differ, so the disk is asked for those that are left
        others &= beside.get(stem.lower(), frozenset())
    for each in sorted(others, key=lambda each: (each not in _RAW, each)):
        for name in (stem + each, stem + each.upper()):
            if os.path.lexists(_below(folder, name)):
                return name
    return b""


def _below(folder: bytes, name: bytes) -> bytes:
    return os.path.join(folder, name)  # noqa: PTH118 - a path of bytes
