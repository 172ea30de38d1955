"""
The families that FFmpeg can rewrite by a stream copy: AVI, FLV, ASF (WMV), Ogg (OGV).

Each has a module with a small reader of its header, which never writes: it finds the media bytes, the comments, what
FFmpeg must be told so that it keeps everything, and what it cannot keep; then the file is refused before it is copied.
What the reader does not foresee, verification finds in the copy: the content is counted without FFmpeg.

A stream copy is the last resort. Most files are edited by us (`lossless`, `asf_edit` …), and lose nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader, Strategy
from indexium_core.files.containers.remux import asf, asf_edit, avi, avi_edit, flv, flv_edit, found, ogg, ogg_edit
from indexium_core.files.containers.remux.found import CutShortError, HeaderFacts, MalformedHeaderError, RemuxLayout
from indexium_core.files.containers.remux.lossless import Lossless, Make
from indexium_core.files.containers.remux.strategy import StreamCopy
from indexium_core.model.files import fields
from indexium_core.model.files.media import Extent, FieldValue, Refusal

__all__ = ["FAMILIES", "Container", "Remuxed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container; FFmpeg's demuxer and muxer have its name."""

    name: str
    label: str  # its name for people
    recognises: Callable[[bytes], bool]
    examine: Callable[[Reader], HeaderFacts]  # raises CutShortError, MalformedError
    content: Callable[[Reader], Mapping[str, str]]  # what a stream copy must keep; raises the same
    census: Callable[[Reader, Layout], Mapping[str, str]] | None = None  # everything; raises the same
    media_census: Callable[[Reader], Mapping[str, str]] | None = None  # where an edit may renumber media; the same
    edits: tuple[tuple[str, Make], ...] = ()  # what we can do by ourselves, by the end of its name, best first
    longest: int = found.LONGEST  # of a comment …
    measure: Callable[[str], int] = lambda text: len(text.encode("utf-8", "surrogateescape"))  # … in these units


class Remuxed:
    """The family of one container."""

    def __init__(self, container: Container) -> None:
        self.container = container
        name, measure, longest = container.name, container.measure, container.longest
        self._strategies: tuple[Strategy, ...] = (
            *(Lossless(f"{name}_{end}", make, measure=measure, longest=longest) for end, make in container.edits),
            StreamCopy(f"{name}_remux", name, measure=measure, longest=longest),
        )

    def recognises(self, head: bytes) -> bool:
        """Tell by the first 12 bytes or more."""
        return self.container.recognises(head)

    def examine(self, reader: Reader, *, known: Layout | None = None) -> RemuxLayout:
        """Read the header; media bytes are not read, so `known` saves nothing. Raises FileAccessError only."""
        del known
        whole = (Extent(0, reader.size),)
        try:
            read = self.container.examine(reader)
        except (CutShortError, MalformedHeaderError) as error:
            problem = Refusal(code="corrupt", message=self._damage(error))
            return RemuxLayout(container=self.container.name, size=reader.size, payload=whole, problem=problem)
        return RemuxLayout(
            container=self.container.name,
            size=reader.size,
            payload=read.payload or whole,
            fields=fields.numbered(read.fields),
            added=_numbered(read.fields, read.added),
            kept=read.kept,
            specifiers=read.specifiers,
            obstacle=read.obstacle,
        )

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        """Return what an edit of ours must keep: everything. Raises CorruptFileError where that breaks off."""
        census = self.container.census
        return self.content(reader) if census is None else self._taken(lambda: census(reader, layout))

    def content(self, reader: Reader) -> Mapping[str, str]:
        """Return what a stream copy must keep, read without FFmpeg; raises CorruptFileError where that breaks off."""
        return self._taken(lambda: self.container.content(reader))

    def media_census(self, reader: Reader) -> Mapping[str, str]:
        """Return what an edit keeps that gives the media other numbers; raises CorruptFileError."""
        census = self.container.media_census
        return {} if census is None else self._taken(lambda: census(reader))

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies: ours, then FFmpeg's."""
        return self._strategies

    def _taken(self, take: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        try:
            return take()
        except (CutShortError, MalformedHeaderError) as error:
            raise errors.CorruptFileError(self._damage(error)) from error

    def _damage(self, error: CutShortError | MalformedHeaderError) -> str:
        if isinstance(error, CutShortError):
            return f"The file is cut short: its {self.container.label} structure reaches past its end."
        return f"The file is damaged: {error}."


def _numbered(texts: Sequence[FieldValue], where: str) -> str:
    """Return the place of a text that a write adds, told from those that are there; "" where it adds none."""
    return fields.numbered([*texts, FieldValue(field="comment", where=where, value="")])[-1].where if where else ""


FAMILIES: tuple[Remuxed, ...] = tuple(
    Remuxed(container)
    for container in (
        Container(
            name="avi",
            label="AVI",
            recognises=avi.recognises,
            examine=avi.examine,
            content=avi.census,
            census=avi_edit.census,
            edits=(("in_place", avi_edit.in_place), ("copy", avi_edit.copied)),
        ),
        Container(
            name="asf",
            label="ASF (WMV)",
            recognises=asf.recognises,
            examine=asf.examine,
            content=asf.census,
            census=asf_edit.census,
            edits=(("in_place", asf_edit.in_place), ("copy", asf_edit.copied)),
            measure=lambda text: len(text.encode("utf-16-le", "surrogatepass")),
            longest=asf.LONGEST,
        ),
        Container(
            name="flv",
            label="FLV",
            recognises=flv.recognises,
            examine=flv.examine,
            content=flv.census,
            census=flv_edit.census,
            edits=(("in_place", flv_edit.in_place), ("copy", flv_edit.copied)),
            longest=flv.LONGEST,
        ),
        Container(
            name="ogg",
            label="Ogg",
            recognises=ogg.recognises,
            examine=ogg.examine,
            content=ogg.census,
            census=ogg_edit.census,
            media_census=ogg_edit.media_census,
            edits=(("in_place", ogg_edit.in_place), ("copy", ogg_edit.copied)),
        ),
    )
)
