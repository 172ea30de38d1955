"""The families of containers, and the only way to them: by what a file is, never by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexium_core.files import holes
from indexium_core.files.containers import (
    Capabilities,
    Choice,
    Estimate,
    Family,
    Layout,
    Reader,
    asf,
    avi,
    bmff,
    flv,
    matroska,
    ogg,
    unsupported,
)
from indexium_core.model.files.media import Change, Edit, Extent, Patch, Rebuild, Refusal

__all__ = ["FAMILIES", "REMUXABLE", "choose", "cost", "examine", "family_of"]

# Those that FFmpeg can rewrite; a container has the name of its demuxer.
REMUXABLE = (avi.FAMILY, asf.FAMILY, flv.FAMILY, ogg.FAMILY)
# The first one that recognises a file has it. A new container is a folder beside these, and an entry here.
FAMILIES: tuple[Family, ...] = (bmff.FAMILY, matroska.FAMILY, *REMUXABLE, unsupported.FAMILY)

_HEAD = 1024  # bytes by which a file is recognised
_SECONDS_IN_PLACE = 0.004  # of one edit: some fsyncs and the checks around them
_SECONDS_SWAP = 0.02
_BYTES_PER_SECOND = 100e6  # of a file that is read, written and compared
_FOLDER_CLOSED = Refusal(
    code="read_only",
    message="It can only be written by putting a new file in its place, and its folder is read-only.",
)
_NOT_VIDEO = Refusal(code="not_video", message="Indexium does not know this kind of file, whatever its name says.")


def family_of(reader: Reader) -> Family | None:
    """Return the family of a file, None where nobody knows it."""
    head = reader.read_at(0, _HEAD)
    return next((family for family in FAMILIES if family.recognises(head)), None)


def examine(reader: Reader, *, known: Layout | None = None) -> tuple[Family | None, Layout]:
    """Return what the file is and how it is laid out; without a family the layout's problem is `not_video`."""
    family = family_of(reader)
    if family is None:
        return None, Layout(container="", size=reader.size, problem=_NOT_VIDEO)
    return family, family.examine(reader, known=known)


def choose(
    family: Family,
    reader: Reader,
    layout: Layout,
    changes: Sequence[Change],
    means: Capabilities,
    *,
    parting: bool = False,
) -> Choice | Refusal:
    """
    Return the best strategy that can write `changes` with these means and its edit, or why there is none.

    `parting`: where nothing else does it, another file takes the place of one of the names that the file has. Where
    only the folder stands in the way, because nothing in it may be changed, the refusal says so (`read_only`).
    """
    if layout.problem is not None:
        return layout.problem
    chosen = _best(family, reader, layout, changes, means)
    if isinstance(chosen, Refusal) and parting and means.parting:
        parted = _best(family, reader, layout, changes, replace(means, replace=True))
        return chosen if isinstance(parted, Refusal) else parted
    if isinstance(chosen, Refusal) and not (means.replace or means.parting):
        elsewhere = _best(family, reader, layout, changes, replace(means, replace=True))
        return chosen if isinstance(elsewhere, Refusal) else _FOLDER_CLOSED
    return chosen


def _best(
    family: Family, reader: Reader, layout: Layout, changes: Sequence[Change], means: Capabilities
) -> Choice | Refusal:
    refusals: list[Refusal] = []
    for strategy in family.strategies():
        outcome = strategy.plan(reader, layout, changes, means)
        if not isinstance(outcome, Refusal):
            return Choice(strategy=strategy.name, edit=outcome)
        refusals.append(outcome)
    return _most_telling(refusals)


def cost(edit: Edit, reader: Reader) -> Estimate:
    """
    Return what an edit of a file costs: about, for disks differ.

    A copy has the holes that the file has, so it costs what is stored of it; FFmpeg writes every byte.
    """
    if isinstance(edit, Patch):
        written = sum(len(data) for _, data in edit.writes)
        return Estimate(seconds=_SECONDS_IN_PLACE + written / _BYTES_PER_SECOND, bytes_written=written)
    if isinstance(edit, Rebuild):
        written = sum(len(piece) for piece in edit.pieces if isinstance(piece, bytes))
        if not edit.cloned:
            written += holes.stored(reader, (piece for piece in edit.pieces if isinstance(piece, Extent)))
        return Estimate(seconds=_SECONDS_SWAP + written / _BYTES_PER_SECOND, bytes_written=written)
    return Estimate(seconds=_SECONDS_SWAP + edit.size / _BYTES_PER_SECOND, bytes_written=edit.size)


def _most_telling(refusals: Sequence[Refusal]) -> Refusal:
    """Return the refusal that says most: one that is about the file itself before one that is about us."""
    unknown = Refusal(code="no_strategy_yet", message="Indexium cannot write into this kind of file yet.")
    about_file = [refusal for refusal in refusals if refusal.code != unknown.code]
    return next(iter([*about_file, *refusals]), unknown)
