"""
A family whose files FFmpeg can rewrite by a stream copy: AVI, ASF (WMV), FLV, Ogg (OGV).

Each has a small reader of its header, which never writes. It finds the media bytes, the comments, the options with
which FFmpeg keeps everything, and what FFmpeg cannot keep; then the stream copy is refused. Verification finds in the
copy what the reader does not foresee: it counts the content without FFmpeg.

The stream copy is the last strategy. Most files are edited without FFmpeg (`edit_strategy`), and lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader, Strategy
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.parsing import CutShortError, HeaderFacts, MalformedHeaderError, RemuxLayout
from indexium_core.model.files import fields
from indexium_core.model.files.media import Extent, FieldValue

__all__ = ["ContainerSpec", "RemuxableFamily"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One container; FFmpeg's demuxer and muxer have its name."""

    name: str
    label: str  # its name in messages
    recognises: Callable[[bytes], bool]
    examine: Callable[[Reader], HeaderFacts]  # raises CutShortError, MalformedHeaderError
    content: Callable[[Reader], Mapping[str, str]]  # what a stream copy must keep; raises the same
    census: Callable[[Reader, Layout], Mapping[str, str]]  # what an edit must keep; raises the same
    media_census: Callable[[Reader], Mapping[str, str]] | None = (
        None  # what renumbered media must keep; raises the same
    )
    strategies: tuple[Strategy, ...]  # best first: our own editors, then the stream copy


class RemuxableFamily:
    """The family of one container."""

    def __init__(self, container: ContainerSpec) -> None:
        self.container = container

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
            problem = refusals.corrupt(self._damage_message(error))
            return RemuxLayout(container=self.container.name, size=reader.size, payload=whole, problem=problem)
        return RemuxLayout(
            container=self.container.name,
            size=reader.size,
            payload=read.payload or whole,
            fields=fields.with_unique_places(read.fields),
            added=_numbered(read.fields, read.added),
            options=read.options,
            specifiers=read.specifiers,
            obstacle=read.obstacle,
        )

    def census(self, reader: Reader, layout: Layout) -> Mapping[str, str]:
        """Return what an edit without FFmpeg must keep; raises CorruptFileError."""
        return self._checked(lambda: self.container.census(reader, layout))

    def content(self, reader: Reader) -> Mapping[str, str]:
        """Return what a stream copy must keep, read without FFmpeg; raises CorruptFileError."""
        return self._checked(lambda: self.container.content(reader))

    def media_census(self, reader: Reader) -> Mapping[str, str]:
        """Return what an edit must keep that gives the media other page numbers; raises CorruptFileError."""
        census = self.container.media_census
        return {} if census is None else self._checked(lambda: census(reader))

    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies: those without FFmpeg, then the stream copy."""
        return self.container.strategies

    def _checked(self, take: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        try:
            return take()
        except (CutShortError, MalformedHeaderError) as error:
            raise errors.CorruptFileError(self._damage_message(error)) from error

    def _damage_message(self, error: CutShortError | MalformedHeaderError) -> str:
        if isinstance(error, CutShortError):
            return f"The file is incomplete: the {self.container.label} structure reaches past the end of the file."
        return f"The file is damaged: {error}."


def _numbered(texts: Sequence[FieldValue], where: str) -> str:
    """Return the place of a text that a write adds, with a number where others have the same; "" where it adds none."""
    return (
        fields.with_unique_places([*texts, FieldValue(field="comment", where=where, value="")])[-1].where
        if where
        else ""
    )
