"""Copying the attributes of a file to the new one: owner, mode, access lists, extended attributes."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from indexium_core.files.journal import disk

_NOT_PERMITTED = frozenset((errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS))
_ACCESS_LIST = "system.posix_acl_access"
# A digest of the old bytes and its signature: they do not match the new bytes, and the kernel computes its own.
_OF_THE_BYTES = frozenset(("security.ima", "security.evm"))


def carry_over(source: int, target: int) -> list[str]:
    """
    Copy the attributes of an open file to another and return sentences about those that could not be copied.

    Raises OSError if the disk failed.
    """
    mode, warnings = carry_owner(source, target)
    warnings += _carry_extended(source, target)
    # The mode is set after the access list, which is part of it, and after the owner, whose change clears bits of it.
    if stat.S_IMODE(os.fstat(target).st_mode) != mode:
        try:
            disk.set_mode(target, mode)
        except OSError as error:
            warnings.append(_warning("The permissions", error))
    return warnings


def carry_owner(source: int, target: int) -> tuple[int, list[str]]:
    """Copy owner and group; return the mode that is safe with them, and sentences about what could not be copied."""
    wanted, found, warnings = os.fstat(source), os.fstat(target), list[str]()
    for label, uid, gid in (("The group", -1, wanted.st_gid), ("The owner", wanted.st_uid, -1)):
        if uid not in {-1, found.st_uid} or gid not in {-1, found.st_gid}:
            try:
                disk.set_owner(target, uid, gid)
            except OSError as error:
                warnings.append(_warning(label, error))
    mode, found = stat.S_IMODE(wanted.st_mode), os.fstat(target)
    if warnings:
        mode &= ~(stat.S_ISUID | stat.S_ISGID)
    if found.st_gid != wanted.st_gid:  # another group must not get more rights than all users have
        mode = mode & ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    return mode, warnings


def _carry_extended(source: int, target: int) -> list[str]:
    if not hasattr(os, "listxattr"):
        return ["Extended attributes and access lists could not be kept: Python does not support them on this system."]
    wanted, found, warnings = _extended(source), _extended(target), list[str]()
    for name, value in wanted.items():
        if found.get(name) != value:
            try:
                disk.set_attribute(target, name, value)
            except OSError as error:
                warnings.append(_warning(f"The extended attribute {name}", error))
    if _ACCESS_LIST in found and _ACCESS_LIST not in wanted:  # inherited from the folder; the old file does not have it
        disk.remove_attribute(target, _ACCESS_LIST)
    return warnings


def _extended(fd: int) -> dict[str, bytes]:
    found = {}
    for name in _names(fd):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            found[name] = os.getxattr(fd, name)
    return found


def _names(fd: int) -> list[str]:
    try:
        return [name for name in os.listxattr(fd) if name not in _OF_THE_BYTES]
    except OSError as error:
        if error.errno not in _NOT_PERMITTED:
            raise
        return []


def _warning(label: str, error: OSError) -> str:
    """Return the sentence about an attribute that is not permitted; any other error is raised."""
    if error.errno not in _NOT_PERMITTED:
        raise error
    return f"{label} could not be kept: {error.strerror}."
