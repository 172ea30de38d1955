"""
Evidence: the facts about a file before and after a write, for both halves of the comparison.

The half that shares no code with our parsers is `meaning` (FFmpeg's libraries) or, for a photo, `pictures`
(Pillow). Both return the same value, so no comparison knows photos.
"""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable, Collection, Mapping
from concurrent import futures
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from indexium_core import errors
from indexium_core.files import fingerprint, libav
from indexium_core.files.containers import COMMENT_ONLY, Family, Layout, Reader
from indexium_core.files.containers.shared.family import RemuxableFamily
from indexium_core.files.verify import meaning, pictures
from indexium_core.files.verify import packets as packet_reading
from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files.fields import primary_place
from indexium_core.model.files.media import FieldValue

_LARGE_INDEX = 1 << 20  # if a file has this many bytes outside the media, both halves are read at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The facts about a file at one moment: texts by name, grouped by the comparison that uses them."""

    size: int  # bytes of the open file
    named_size: int  # bytes of the file that the path names
    problem: str  # why the file is not complete, "" if it is
    unreadable: str  # why the media libraries cannot open it, "" if they can
    payload: tuple[int, ...]  # length of each extent of media bytes, in order
    payload_end: int  # end of the last extent
    payload_hash: str | None  # fingerprint of the payload
    fields: Mapping[str, str | None]  # the fields that we write, as players show them
    texts: tuple[FieldValue, ...] = ()  # every text of these fields that our own parser finds, in file order
    facts: Mapping[str, meaning.Facts]  # structure, every aspect of the meaning, and `packets` if requested
    times: Mapping[str, packet_reading.Times] = field(default_factory=dict)  # times of the packets, by stream
    container: str = ""  # the name of the container
    tags: Mapping[str, Any] = field(default_factory=dict)  # {"container": {…}, "streams": [{…}]}, as FFmpeg has them

    @property
    def comment(self) -> str | None:
        return self.fields.get(COMMENT)

    def value_of(self, name: str) -> str | None:
        """Return the value of a field as players show it, with undecodable bytes as surrogates, up to its first NUL."""
        if name == COMMENT:
            return libav.field_value(self.fields.get(name), self.texts_of(name), self.container)
        return next((text.shown for text in self.texts_of(name) if text.takes_value), None)

    def leading(self, name: str) -> FieldValue | None:
        """Return the text of a field that players read, or None without such a text."""
        return primary_place(self.texts_of(name), self.value_of(name))

    def texts_of(self, name: str) -> list[FieldValue]:
        """Return every text of a field, in file order."""
        return [text for text in self.texts if text.field == name]


def gather(
    path: bytes,
    reader: Reader,
    family: Family,
    layout: Layout,
    *,
    edited: Collection[str] = COMMENT_ONLY,
    packets: bool = False,
    renumbered: bool = False,
) -> Evidence:
    """
    Gather the evidence of a file; a problem with the file becomes evidence, too.

    For a file with a large index the two halves are read at the same time: FFmpeg's libraries leave the interpreter to
    other threads.

    Args:
        path: The path of the file.
        reader: The open file.
        family: Its family.
        layout: The layout from a fresh examination.
        edited: The fields that the write may change.
        packets: Read every packet, too (for a rewrite). This takes as long as reading the file.
        renumbered: The rewrite is ours, and renumbers parts of the media.

    Raises:
        FileAccessError: It cannot be read.

    """
    census = partial(_census, family, reader, layout, edited, remade=packets, renumbered=renumbered)
    if packets or layout.size - sum(extent.length for extent in layout.payload) < _LARGE_INDEX:
        libraries, parsers = (
            _read_by_libraries(reader, layout, packets=packets),
            _read_by_parsers(reader, layout, census),
        )
    else:
        with futures.ThreadPoolExecutor(1) as other:
            context = contextvars.copy_context()  # it has the fields of a task
            future = other.submit(context.run, _read_by_libraries, reader, layout, packets=False)
            parsers = _read_by_parsers(reader, layout, census)
            libraries = future.result()
    return Evidence(
        size=reader.size,
        named_size=_named_size(path),
        problem=parsers.problem,
        unreadable=libraries.unreadable,
        payload=tuple(extent.length for extent in layout.payload),
        payload_end=max((extent.end for extent in layout.payload), default=0),
        payload_hash=parsers.payload_hash,
        fields=libraries.content.fields,
        tags=libraries.content.tags,
        texts=layout.fields,
        facts=dict(libraries.content.facts) | libraries.packets | parsers.facts,
        times=libraries.times,
        container=layout.container,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _LibraryHalf:
    """The facts that FFmpeg's libraries read, of a photo those that Pillow reads."""

    content: meaning.Meaning = field(default_factory=lambda: meaning.Meaning(fields={}, facts={}, tags={}))
    packets: dict[str, meaning.Facts] = field(default_factory=dict)
    times: Mapping[str, packet_reading.Times] = field(default_factory=dict)
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ParserHalf:
    """The facts that our own parsers read."""

    facts: dict[str, meaning.Facts]
    payload_hash: str | None
    problem: str


def _read_by_libraries(reader: Reader, layout: Layout, *, packets: bool) -> _LibraryHalf:
    half = _LibraryHalf()
    try:
        half = replace(half, content=(meaning if layout.photo is None else pictures).read(reader, layout))
        if packets:
            facts, times = packet_reading.read(reader, layout)
            half = replace(half, packets={"packets": facts}, times=times)
    except errors.FFmpegError as error:
        half = replace(half, unreadable=error.message)
    return half


def _read_by_parsers(reader: Reader, layout: Layout, census: Callable[[], Mapping[str, str]]) -> _ParserHalf:
    problem = layout.problem.message if layout.problem else ""
    facts: dict[str, meaning.Facts] = {}
    try:
        facts["structure"] = {} if problem else census()
    except errors.CorruptFileError as error:
        problem = error.message
    return _ParserHalf(facts=facts, payload_hash=fingerprint.payload_hash(reader, layout.payload), problem=problem)


def _census(
    family: Family, reader: Reader, layout: Layout, edited: Collection[str], *, remade: bool, renumbered: bool
) -> Mapping[str, str]:
    """Return the census; for a file that FFmpeg rewrites, only the part that the rewrite must keep."""
    if renumbered and isinstance(family, RemuxableFamily):
        return {**family.census(reader, layout, edited=edited), **family.media_census(reader)}
    if remade and isinstance(family, RemuxableFamily):
        return family.content(reader)
    return family.census(reader, layout, edited=edited)


def _named_size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return -1
