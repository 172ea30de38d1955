"""
The comparisons of a file that FFmpeg has rewritten: all offsets differ, so the content is compared.

Both halves are used: packets, streams and tags from FFmpeg's libraries, and the census of our own readers. The census
counts the media without the libraries: otherwise a part that the libraries cannot read would be lost without notice.
Only the muxer's signature may change, and values that it derives from the media (lengths, rates, numbers of streams).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from indexium_core.files.containers.flv.structure import DERIVED
from indexium_core.files.verify import comparisons
from indexium_core.files.verify.comparisons import Changes, Comparison, Failed
from indexium_core.files.verify.evidence import Evidence
from indexium_core.files.verify.packets import Times

_OVERHEAD = 1024 * 1024  # bytes by which another muxer's file may be larger, in addition to 10 %
_SIGNATURE = frozenset({"tag encoder", "tag software"} | {f"tag {name}" for name in DERIVED})
_LAID_OUT = re.compile(r"stream \d+ (?:id|time base|start|frames|duration)$")  # derived from packets and their order
_ROUNDING = 0.0005  # seconds
_SOUND_IN_AVI = 0.05  # seconds: the muxer counts audio times in packets or in bytes


def _size(before: Evidence, after: Evidence, changes: Changes) -> object:
    if after.problem:
        raise Failed(after.problem.rstrip("."))
    if after.size != after.named_size:
        message = f"{after.size} bytes instead of {after.named_size}"
        raise Failed(message)
    texts = 8 * comparisons.length_of(before, changes)
    if not before.size // 2 <= after.size <= before.size + before.size // 10 + _OVERHEAD + texts:
        message = f"{before.size} bytes became {after.size}"
        raise Failed(message)
    return f"{after.size} bytes ({after.size - before.size:+d})"


def _packets(before: Evidence, after: Evidence, changes: Changes) -> object:
    del changes
    old, new = comparisons.facts_of(before, "packets"), comparisons.facts_of(after, "packets")
    if not old:
        raise Failed("the packets of the original were not read")
    comparisons.equal(old, new)
    for name, times in before.times.items():
        _same_times(name, times, after.times[name], _tolerance(before, name))
    return ", ".join(f"{name}: {summary}" for name, summary in new.items())


def _tolerance(evidence: Evidence, stream: str) -> float:
    kind = evidence.facts["streams"].get(f"{stream} type")
    return _SOUND_IN_AVI if evidence.container == "avi" and kind == "audio" else _ROUNDING


def _same_times(stream: str, before: Times, after: Times, tolerance: float) -> None:
    for old, new in ((before.shown, after.shown), (before.decoded, after.decoded)):
        if not np.array_equal(np.isnan(old), np.isnan(new)):
            message = f"packets of {stream} lost or gained times"
            raise Failed(message)
        moved = float(np.nanmax(np.abs(new - old))) if not np.isnan(old).all() else 0.0
        if moved > tolerance:
            message = f"packets of {stream} moved by up to {moved:.3f} seconds"
            raise Failed(message)


def _streams(before: Evidence, after: Evidence, changes: Changes) -> object:
    del changes
    old, new = comparisons.facts_of(before, "streams"), comparisons.facts_of(after, "streams")
    return comparisons.equal(dict(_lasting(old)), dict(_lasting(new)))


def _lasting(facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if not _LAID_OUT.fullmatch(name):
            yield name, value


def _tags(before: Evidence, after: Evidence, changes: Changes) -> object:
    return comparisons.tags(_unsigned(before), _unsigned(after), changes)


def _unsigned(evidence: Evidence) -> Evidence:
    """Return evidence without the tags that a muxer adds."""
    tags = comparisons.facts_of(evidence, "tags")
    kept = {name: value for name, value in tags.items() if name not in _SIGNATURE}
    return replace(evidence, facts={**evidence.facts, "tags": kept})


REWRITTEN: tuple[tuple[str, Comparison], ...] = (
    ("size", _size),
    ("packets", _packets),
    ("comment", comparisons.comment),
    ("streams", _streams),
    ("chapters", partial(comparisons.same, "chapters")),
    ("attachments", partial(comparisons.same, "attachments")),
    ("side_data", partial(comparisons.same, "side_data")),
    ("tags", _tags),
    ("structure", partial(comparisons.same, "structure")),
)

# For our own rewrite with renumbered media: all comparisons of an edit, with packets instead of bytes.
RENUMBERED: tuple[tuple[str, Comparison], ...] = tuple(
    ("packets", _packets) if name == "payload" else (name, comparison) for name, comparison in comparisons.COMPARISONS
)
