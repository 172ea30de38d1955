"""Evidence: what is known of a file before and after a write, for both halves of the comparison."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files import fingerprint
from indexium_core.files.containers import Family, Layout, Reader
from indexium_core.files.verify import meaning

__all__ = ["Evidence", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file at one moment. Facts are texts by name, grouped by the check that compares them."""

    size: int  # bytes of the open file
    named_size: int  # bytes of the file that the path names
    problem: str  # why the file is not whole, "" where it is
    unreadable: str  # why the media libraries cannot open it, "" where they can
    payload: tuple[int, ...]  # length of each stretch of media bytes, in order
    payload_end: int  # where the last one ends
    payload_hash: str | None  # its fingerprint
    fields: Mapping[str, str | None]  # the fields that we write, as players show them
    held: Mapping[str, str]  # the same as our own parser finds them, the last place of each: some are shown to nobody
    facts: Mapping[str, meaning.Facts]  # structure and every aspect of the meaning

    @property
    def comment(self) -> str | None:
        return self.fields.get("comment")


def gather(path: bytes, reader: Reader, family: Family, layout: Layout) -> Evidence:
    """
    Look at a file; what is wrong with it becomes evidence too.

    Args:
        path: Where the file is.
        reader: The open file.
        family: Its family.
        layout: What examining it found just now.

    Raises:
        FileAccessError: It cannot be read.

    """
    fields: dict[str, str | None] = {}
    facts: dict[str, meaning.Facts] = {}
    unreadable = ""
    try:
        fields, facts = meaning.read(reader, layout)
    except errors.FFmpegError as error:
        unreadable = error.message
    if layout.problem is None:
        facts["structure"] = family.census(reader, layout)
    return Evidence(
        size=reader.size,
        named_size=_named_size(path),
        problem=layout.problem.message if layout.problem else "",
        unreadable=unreadable,
        payload=tuple(extent.length for extent in layout.payload),
        payload_end=max((extent.end for extent in layout.payload), default=0),
        payload_hash=fingerprint.payload_hash(reader, layout.payload),
        fields=fields,
        held={place.field: place.value for place in layout.fields},
        facts=facts,
    )


def _named_size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return -1
