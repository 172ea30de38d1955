"""Rewrites of a file, as the product does them: evidence, plan, FFmpeg, evidence, comparison."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from indexium_core.files import verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.shared import remuxing
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import Change, Refusal, Remux
from indexium_core.model.surrogates import replace_surrogates

Damage = Callable[[Path], None]


def evidence(path: Path) -> verify.Evidence:
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        return verify.gather(os.fsencode(path), reader, family, layout, packets=True)


def planned(path: Path, changes: list[Change]) -> Remux | Refusal:
    """Return the options of FFmpeg for a file, also for a file that Indexium can write itself."""
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        edit = family.strategies()[-1].plan(reader, layout, changes, Capabilities())  # without other strategies
    assert isinstance(edit, Remux | Refusal)
    return edit


def remuxed(path: Path, new: str | None, *, segment: str | None = None) -> tuple[Path, list[Change]]:
    """Return FFmpeg's file with another comment, and the change; a segment means preserve mode."""
    comment = evidence(path).comment
    changes = [Change(field="comment", old=comment and replace_surrogates(comment), new=new, segment=segment)]
    edit = planned(path, changes)
    assert isinstance(edit, Remux), edit
    target = path.with_name(f"rewritten{path.suffix}")
    remuxing.run(edit, os.fsencode(path), os.fsencode(target))
    return target, changes


def rewritten(path: Path, new: str | None, *, segment: str | None = None) -> tuple[Path, dict[str, object]]:
    """Return FFmpeg's file, and the proof that nothing else differs; raise VerificationError."""
    target, changes = remuxed(path, new, segment=segment)
    before = evidence(path)
    verify.expect(before, changes)
    return target, verify.compare(before, evidence(target), changes, comparisons=verify.REWRITTEN)
