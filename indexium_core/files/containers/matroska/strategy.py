"""The strategies that write the fields of a Matroska or WebM file: in place, or as a new file."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.matroska import editing, placement, relocation
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.files.containers.matroska.walk import examine
from indexium_core.files.containers.shared import refusals
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal


class PatchedReader:
    """A file as a patch leaves it."""

    def __init__(self, reader: Reader, patch: Patch) -> None:
        self._reader = reader
        self._patch = patch

    @property
    def size(self) -> int:
        return self._patch.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset`; fewer at the end of the file."""
        end = min(offset + length, self.size)
        data = bytearray(self._reader.read_at(offset, length).ljust(max(0, end - offset), b"\0"))
        for start, new in self._patch.writes:
            first, stop = max(start, offset), min(start + len(new), end)
            if first < stop:
                data[first - offset : stop - offset] = new[first - start : stop - start]
        return bytes(data)


def combined(reader: Reader, patches: Sequence[Patch]) -> Patch:
    """Return one patch that does the same as several, in their order; none of them shifts the file."""
    final = reader
    for patch in patches:
        final = PatchedReader(final, patch)
    spans: list[list[int]] = []
    for start, end in sorted((at, at + len(data)) for patch in patches for at, data in patch.writes):
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    return Patch(writes=tuple((start, final.read_at(start, end - start)) for start, end in spans), size=final.size)


class MatroskaInPlace:
    """Write tags and Info into places of enough room; media, indices and other elements keep bytes and places."""

    name = "matroska_in_place"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Patch | Refusal:
        """Return the patch, or why `changes` cannot be written in place."""
        del capabilities
        assert isinstance(layout, MatroskaLayout)
        if layout.problem:
            return layout.problem
        try:
            return _in_place(reader, layout, changes)
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError) as error:
            return self._apart(reader, layout, changes) or Refusal(code=error.reason, message=error.message)

    def _apart(self, reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> Patch | None:
        """Return the patch that writes the first text of a field into separate tags; only a damaged file needs this."""
        edited = {change.field for change in changes}
        if not layout.damage or any(place.field in edited for place in layout.fields):
            return None
        try:
            request = editing.requested_tags_apart(reader, layout, changes)
            return placement.place_tags(reader, layout, request) if request.info is None else None
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError):
            return None


class MatroskaCopy:
    """Make a new file from the old file's parts, with tags and room before the media; only positions change."""

    name = "matroska_copy"

    def plan(
        self, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
    ) -> Rebuild | Refusal:
        """Return the new file, or why it cannot be made; the media is shared if the file system can."""
        assert isinstance(layout, MatroskaLayout)
        if layout.problem:
            return layout.problem
        if layout.damage:
            return refusals.not_writable(placement.DAMAGED_END)
        if not capabilities.replace:
            return refusals.not_writable(refusals.NO_REPLACEMENT)
        try:
            return relocation.rebuild(reader, layout, editing.requested_tags(reader, layout, changes), capabilities)
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError) as error:
            return Refusal(code=error.reason, message=error.message)


def _in_place(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> Patch:
    """Return the patch of Info and then of the tags, which have more places to choose from."""
    request = editing.requested_tags(reader, layout, changes)
    if request.info is None:
        return placement.place_tags(reader, layout, request)
    first = placement.place_info(reader, layout, request.info)
    if request.unchanged:
        return first
    patched = PatchedReader(reader, first)
    following = examine(patched, known=layout)
    if following.problem:
        raise errors.RefusedError(following.problem.message)
    second = placement.place_tags(patched, following, editing.requested_tags(patched, following, changes))
    return combined(reader, [first, second])
