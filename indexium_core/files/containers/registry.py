"""
The list of all families of containers. Other code gets a family only here, by a file's bytes, not its name.

A new container is a folder beside this module; its `FAMILY` needs an entry in `FAMILIES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexium_core.files.containers import (
    Capabilities,
    Choice,
    Estimate,
    Family,
    Layout,
    Reader,
    Strategy,
    asf,
    avi,
    bmff,
    flv,
    holes,
    matroska,
    ogg,
    photos,
    unsupported,
)
from indexium_core.model.files.media import Change, Edit, Extent, Patch, Rebuild, Refusal, SidecarEdit

# Containers that FFmpeg can rewrite, with the names of their demuxers.
REMUXABLE = (avi.FAMILY, asf.FAMILY, flv.FAMILY, ogg.FAMILY)
PHOTOS = photos.FAMILIES
# The first one that recognises a file examines it.
FAMILIES: tuple[Family, ...] = (*PHOTOS, bmff.FAMILY, matroska.FAMILY, *REMUXABLE, unsupported.FAMILY)

_HEAD = 1024  # bytes by which a file is recognised
_SECONDS_IN_PLACE = 0.004  # of one edit: a few fsyncs and the checks
_SECONDS_SWAP = 0.02
_BYTES_PER_SECOND = 100e6  # of a file that is read, written and compared
_FOLDER_CLOSED = Refusal(
    code="read_only",
    message="The file can only be replaced by a new one, and its folder is read-only.",
)
_NO_STRATEGY = Refusal(code="no_strategy_yet", message="Indexium cannot write into this kind of file yet.")
NOT_VIDEO = Refusal(code="not_video", message="Indexium does not know this kind of file.")


def family_of(reader: Reader) -> Family | None:
    """Return the family of a file, None if every family rejects it."""
    head = reader.read_at(0, _HEAD)
    return next((family for family in FAMILIES if family.recognises(head)), None)


def examine(reader: Reader, *, known: Layout | None = None) -> tuple[Family | None, Layout]:
    """Return the family and the layout of a file; if the family is None, the layout's problem is `not_video`."""
    family = family_of(reader)
    if family is None:
        return None, Layout(container="", size=reader.size, problem=NOT_VIDEO)
    return family, family.examine(reader, known=known)


def choose(
    family: Family,
    reader: Reader,
    layout: Layout,
    changes: Sequence[Change],
    capabilities: Capabilities,
) -> Choice | Refusal:
    """
    Return the best strategy that can write `changes` with these capabilities, and its edit; or a refusal.

    If no other strategy works, a new file may replace one of several names (hard links) of the file. If only the
    read-only folder or an attribute of the file prevents the write, the code of the refusal is `read_only`. A file
    beside this one is the last resort of a family.
    """
    if layout.problem is not None:
        return layout.problem
    if capabilities.protected:
        return Refusal(code=_FOLDER_CLOSED.code, message=capabilities.protected)
    chosen = _chosen(family, reader, layout, changes, capabilities)
    if not isinstance(chosen, Refusal) or chosen.code != _NO_STRATEGY.code:
        return chosen
    beside = family.beside(layout, changes, capabilities)
    if beside is None:
        return chosen
    if not isinstance(beside, Refusal):
        return replace(beside, reason=chosen.message)
    return Refusal(code=beside.code, message=f"{chosen.message} {beside.message}")


def _chosen(
    family: Family, reader: Reader, layout: Layout, changes: Sequence[Change], capabilities: Capabilities
) -> Choice | Refusal:
    """Return the best strategy that changes the file itself."""
    chosen = _best(family.strategies(), reader, layout, changes, capabilities)
    if not isinstance(chosen, Refusal) or capabilities.replace:
        return chosen
    replaced = _best(family.strategies(), reader, layout, changes, replace(capabilities, replace=True))
    if isinstance(replaced, Refusal):
        return chosen
    return replaced if capabilities.may_break_links else _FOLDER_CLOSED


def _best(
    strategies: Sequence[Strategy],
    reader: Reader,
    layout: Layout,
    changes: Sequence[Change],
    capabilities: Capabilities,
) -> Choice | Refusal:
    refusals: list[Refusal] = []
    for strategy in strategies:
        outcome = strategy.plan(reader, layout, changes, capabilities)
        if not isinstance(outcome, Refusal):
            return Choice(strategy=strategy.name, edit=outcome)
        refusals.append(outcome)
    return _most_specific(refusals)


def cost(edit: Edit, reader: Reader) -> Estimate:
    """
    Return the approximate cost of an edit; disks differ.

    A copy keeps the holes of a sparse file, so it costs only the stored bytes. FFmpeg writes every byte.
    """
    if isinstance(edit, Patch):
        written = sum(len(data) for _, data in edit.writes)
        return _estimate(written, is_new_file=False)
    if isinstance(edit, Rebuild):
        written = sum(len(piece) for piece in edit.pieces if isinstance(piece, bytes))
        if not edit.cloned:
            written += holes.stored(reader, (piece for piece in edit.pieces if isinstance(piece, Extent)))
        return _estimate(written, is_new_file=True)
    written = len(edit.after or b"") if isinstance(edit, SidecarEdit) else edit.size
    return _estimate(written, is_new_file=True)


def _estimate(written: int, *, is_new_file: bool) -> Estimate:
    seconds = expected_seconds(files=1, written=written, is_new_file=is_new_file)
    return Estimate(seconds=seconds, bytes_written=written)


def expected_seconds(*, files: int, written: int, is_new_file: bool) -> float:
    """Return the seconds that `cost` estimates for some files together; `written`: their bytes that are written."""
    return files * (_SECONDS_SWAP if is_new_file else _SECONDS_IN_PLACE) + written / _BYTES_PER_SECOND


def _most_specific(refusals: Sequence[Refusal]) -> Refusal:
    """Return the first refusal about the file itself, else the first refusal about missing support."""
    about_file = [refusal for refusal in refusals if refusal.code != _NO_STRATEGY.code]
    return next(iter([*about_file, *refusals]), _NO_STRATEGY)
