"""The ways to write the comment into a Matroska or WebM file: in place, or as a new file of the old one's parts."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Layout, Reader
from indexium_core.files.containers.matroska import editing, placement, relocation
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal

__all__ = ["MatroskaCopy", "MatroskaInPlace"]


class MatroskaInPlace:
    """Tags are merged and put where they fit; media, indices and all other elements keep their bytes and places."""

    name = "matroska_in_place"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Patch | Refusal:
        """Return the patch, or why `changes` cannot be written in place."""
        del means
        assert isinstance(layout, MatroskaLayout)
        if layout.problem:
            return layout.problem
        try:
            return placement.arranged(reader, layout, editing.wished(reader, layout, changes))
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError) as error:
            return self._apart(reader, layout, changes) or Refusal(code=error.reason, message=error.message)

    def _apart(self, reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> Patch | None:
        """Return the patch that puts a first comment into tags of its own: there is no other way for a damaged file."""
        if not layout.damage or layout.fields:
            return None
        try:
            return placement.arranged(reader, layout, editing.apart(reader, layout, changes))
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError):
            return None


class MatroskaCopy:
    """A new file of the old one's parts, tags and room in front of the media; only positions are corrected."""

    name = "matroska_copy"

    def plan(self, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities) -> Rebuild | Refusal:
        """Return the new file, or why it cannot be made; cloned where the file system can share the media."""
        assert isinstance(layout, MatroskaLayout)
        if layout.problem:
            return layout.problem
        if layout.damage:
            return Refusal(code="no_strategy_yet", message=placement.DAMAGED_END)
        if not means.replace:
            message = "The file has no room for the tags in place, and another file cannot take its place here."
            return Refusal(code="no_strategy_yet", message=message)
        try:
            return relocation.relocated(reader, layout, editing.wished(reader, layout, changes), means)
        except (errors.CorruptFileError, errors.RefusedError, errors.ValidationError) as error:
            return Refusal(code=error.reason, message=error.message)
