"""Two edits in place one after the other: the file as the first one leaves it, and both as one patch."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.files.containers import Reader
from indexium_core.model.files.media import Patch


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
