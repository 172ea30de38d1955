"""
Folder maps: the folders of another program, and the same folders on this machine.

A program in a container, or on another machine, names the same file with another path. Each rule maps a folder of that
program to a folder here. Of several rules that fit, the longest folder counts. Windows paths ignore upper and lower
case, and have either slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model import wording

_LONGEST = 4096  # characters of a path
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/]")  # a drive of Windows, or a share
_REMOTE = re.compile(r"(smb|nfs|davs?|s?ftp)://[^/]")  # how Kodi names a folder of another machine


@dataclass(frozen=True, slots=True)
class FolderRule:
    """A folder of another program, and the same folder on this machine; both are absolute."""

    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class MappedPath:
    """A path of the other side, and the rule that gave it."""

    path: str
    rule: FolderRule


def rules_of(pairs: Iterable[Sequence[str]]) -> tuple[FolderRule, ...]:
    """
    Return the rules of pairs `(theirs, ours)`.

    Raises UsageError if a folder is not absolute, has `..`, or is mapped twice.
    """
    rules: list[FolderRule] = []
    for theirs, ours in pairs:
        rule = FolderRule(_folder(theirs), _folder(ours))
        if any(_key(each.theirs) == _key(rule.theirs) for each in rules):
            raise errors.UsageError(f"The folder {rule.theirs} is mapped twice. Remove one of the rows.")
        rules.append(rule)
    return tuple(rules)


def require_known(rules: Iterable[FolderRule], libraries: Sequence[str]) -> None:
    """Raise UsageError if a folder here is neither in a library nor above one. Without libraries, any may be."""
    for rule in rules:
        if libraries and not _is_known(rule, libraries):
            shown = wording.list_of(libraries, most=5)
            raise errors.UsageError(f"No library has the folder {rule.ours}. The folders of libraries are {shown}.")


def without_library(rules: Iterable[FolderRule], libraries: Sequence[str]) -> list[str]:
    """Return a sentence for each folder here that is neither in a library nor above one."""
    return [
        f"{rule.ours} is in no library yet, so events of {rule.theirs} do nothing. Add it: indexium scan {rule.ours}"
        for rule in rules
        if not _is_known(rule, libraries)
    ]


def to_ours(rules: Iterable[FolderRule], path: str) -> MappedPath | None:
    """Return a path of the other program as it is here; None if no rule fits, or the path is not safe."""
    return _mapped(((rule.theirs, rule.ours, rule) for rule in rules), path)


def to_theirs(rules: Iterable[FolderRule], path: str) -> MappedPath | None:
    """Return a path of this machine as the other program names it; None if no rule fits."""
    return _mapped(((rule.ours, rule.theirs, rule) for rule in rules), path)


def is_safe(path: str) -> bool:
    """Return whether a path is absolute and without a part that leads elsewhere."""
    is_absolute = path.startswith("/") or any(form.match(path) for form in (_DRIVE, _REMOTE))
    return is_absolute and len(path) <= _LONGEST and "\x00" not in path and ".." not in _parts(path)


def _mapped(rules: Iterable[tuple[str, str, FolderRule]], path: str) -> MappedPath | None:
    if not is_safe(path):
        return None
    parts, key = _parts(path), _key(path)
    best: tuple[int, str, FolderRule] | None = None
    for source, target, rule in rules:
        start = _key(source)
        fits = _is_windows(source) == _is_windows(path) and key[: len(start)] == start
        if fits and (best is None or len(start) > best[0]):
            best = len(start), target, rule
    if best is None:
        return None
    length, target, rule = best
    slash = "\\" if _is_windows(target) else "/"
    return MappedPath(slash.join([target.rstrip("\\/"), *parts[length:]]) or slash, rule)


def contains(folder: str, path: str) -> bool:
    """Return whether a path is a folder or something in it."""
    start = _key(folder)
    return _is_windows(folder) == _is_windows(path) and _key(path)[: len(start)] == start


def _is_known(rule: FolderRule, libraries: Sequence[str]) -> bool:
    return any(contains(rule.ours, each) or contains(each, rule.ours) for each in libraries)


def _folder(text: str) -> str:
    folder = text.strip()
    if not is_safe(folder):
        raise errors.UsageError(f"“{folder[:200]}” is not an absolute folder. Write it from its root, such as /movies.")
    shorter = folder.rstrip("/\\") or "/"
    return shorter if is_safe(shorter) else folder  # the root of a drive needs its slash


def _is_windows(path: str) -> bool:
    return _DRIVE.match(path) is not None


def _folded(path: str) -> str:
    return path.casefold() if _is_windows(path) else path


def _key(path: str) -> list[str]:
    """Return what two equal paths have in common."""
    return _parts(_folded(path))


def _parts(path: str) -> list[str]:
    parts = re.split(r"[\\/]", path) if _is_windows(path) else path.split("/")
    return [part for part in parts if part not in ("", ".")]
