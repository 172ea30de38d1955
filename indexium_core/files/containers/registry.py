"""The families of containers, and the only way to them: by what a file is, never by its name."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.files.containers import Estimate, Family, Layout, Reader, Strategy, bmff, foreign, matroska
from indexium_core.model.media import Change, Refusal

__all__ = ["FAMILIES", "appraise", "choose", "examine", "family_of"]

# The first one that recognises a file has it.
FAMILIES: tuple[Family, ...] = (bmff.FAMILY, matroska.FAMILY, foreign.FAMILY)

_HEAD = 1024  # bytes by which a file is recognised
_NOT_VIDEO = Refusal(code="not_video", message="This is not a video file, whatever its name says.")


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


def choose(reader: Reader, layout: Layout, changes: Sequence[Change]) -> Strategy | Refusal:
    """Return the best strategy that can write `changes`, or why there is none."""
    family = family_of(reader)
    if layout.problem is not None or family is None:
        return layout.problem or _NOT_VIDEO
    refusals: list[Refusal] = []
    for strategy in family.strategies():
        refusal = strategy.eligible(reader, layout, changes)
        if refusal is None:
            return strategy
        refusals.append(refusal)
    return _most_telling(refusals)


def appraise(
    family: Family, reader: Reader, layout: Layout, changes: Sequence[Change]
) -> tuple[Strategy, Estimate] | Refusal:
    """Return as `choose` does, and what the write would cost, for a file whose family is known already."""
    if layout.problem is not None:
        return layout.problem
    refusals: list[Refusal] = []
    for strategy in family.strategies():
        outcome = strategy.appraise(reader, layout, changes)
        if isinstance(outcome, Estimate):
            return strategy, outcome
        refusals.append(outcome)
    return _most_telling(refusals)


def _most_telling(refusals: Sequence[Refusal]) -> Refusal:
    """Return the refusal that says most: one that is about the file itself before one that is about us."""
    unknown = Refusal(code="no_strategy_yet", message="Indexium cannot write into this kind of file yet.")
    about_file = [refusal for refusal in refusals if refusal.code != unknown.code]
    return next(iter([*about_file, *refusals]), unknown)
