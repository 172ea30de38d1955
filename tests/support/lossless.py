"""
Edits of AVI, FLV and ASF without FFmpeg, on bytes: planned, performed, and compared with everything that must stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from indexium_core.files import delta, fingerprint
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.shared.parsing import RemuxLayout
from indexium_core.files.reader import BytesReader
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Extent, Patch, Rebuild, Refusal
from tests.support import sabotage

ANN = "People: Ann Lee, Zoë Öz"
LONG = "People: " + ", ".join(f"Somebody {number}" for number in range(40))
HERE = Capabilities(replace=False)  # only in place


def examined(data: bytes) -> RemuxLayout:
    _, layout = registry.examine(BytesReader(data))
    assert isinstance(layout, RemuxLayout)
    return layout


def problem(data: bytes) -> str:
    layout = examined(data)
    return layout.problem.code if layout.problem else ""


Wanted: TypeAlias = str | Change | None


def said(data: bytes, field: str = "comment") -> list[str]:
    """Every text of a field of a file."""
    return [place.value for place in examined(data).fields if place.field == field]


def census(data: bytes, edited: Collection[str] = ("comment",)) -> Mapping[str, str]:
    reader = BytesReader(data)
    family, layout = registry.examine(reader)
    assert family is not None
    return family.census(reader, layout, edited=edited)


def media(data: bytes) -> bytes:
    return b"".join(data[extent.offset : extent.end] for extent in examined(data).payload)


def set_to(field: str, text: str | None) -> Change:
    """The change of a field to a text, None to remove it."""
    return Change(field=field, old=None, new=text)


def change_to(wanted: Wanted) -> Change:
    """The change that a test requests; a text means replace mode."""
    return wanted if isinstance(wanted, Change) else Change(field="comment", old=None, new=wanted)


def kept(segment: str) -> Change:
    """The change of preserve mode to a People segment, "" for no people."""
    return Change(field="comment", old=None, new=segment or None, segment=segment)


def assert_says(before: bytes, after: bytes, change: Change) -> None:
    """Every place has its planned text; one place may be added, with the last text or all texts."""
    expected = fields.texts_after(examined(before).fields, change)
    added = fields.apply_change(change, next(reversed(said(before, change.field)), None))
    found = sorted(said(after, change.field))
    assert found == sorted(expected) or found == sorted([*expected, *([added] if added else [])])


def planned(data: bytes, new: Wanted, strategy: str, means: Capabilities | None = None) -> Patch | Rebuild | Refusal:
    reader = BytesReader(data)
    family, layout = registry.examine(reader)
    assert family is not None
    assert layout.problem is None, layout.problem
    one = next(each for each in family.strategies() if each.name == strategy)
    edit = one.plan(reader, layout, [change_to(new)], means or Capabilities())
    assert isinstance(edit, Patch | Rebuild | Refusal)
    return edit


def refusal(data: bytes, new: Wanted, strategy: str, means: Capabilities | None = None) -> str:
    edit = planned(data, new, strategy, means)
    assert isinstance(edit, Refusal), "it was not refused"
    assert edit.code == "no_strategy_yet"
    assert edit.message.endswith(".")
    return edit.message


def written(data: bytes, new: Wanted, strategy: str, means: Capabilities | None = None) -> bytes:
    """Write, and compare everything that must stay."""
    edit = planned(data, new, strategy, means)
    assert not isinstance(edit, Refusal), edit.message
    assert isinstance(edit, Patch) == strategy.endswith("_in_place")
    after = sabotage.edited(data, edit)
    assert problem(after) == ""
    change = change_to(new)
    assert_says(data, after, change)
    assert census(after, [change.field]) == census(data, [change.field])
    assert [each for each in examined(after).fields if each.field != change.field] == [
        each for each in examined(data).fields if each.field != change.field
    ]
    is_renumbered = isinstance(edit, Rebuild) and edit.renumbered
    assert (media(after) == media(data)) != is_renumbered
    assert (identity(after) == identity(data)) != is_renumbered
    if isinstance(edit, Rebuild):
        _comes_back(data, after, edit)
    else:
        assert all(not _meets(at, len(part), data) for at, part in edit.writes)
    return after


def written_together(data: bytes, changes: Sequence[Change], strategy: str) -> bytes:
    """Write several fields with one edit, and compare everything that must stay."""
    reader = BytesReader(data)
    family, layout = registry.examine(reader)
    assert family is not None
    one = next(each for each in family.strategies() if each.name == strategy)
    edit = one.plan(reader, layout, changes, Capabilities())
    assert isinstance(edit, Patch | Rebuild), edit
    after = sabotage.edited(data, edit)
    assert problem(after) == ""
    for change in changes:
        assert_says(data, after, change)
    edited = [change.field for change in changes]
    assert census(after, edited) == census(data, edited)
    return after


def identity(data: bytes) -> str | None:
    return fingerprint.payload_hash(BytesReader(data), examined(data).payload)


def _comes_back(before: bytes, after: bytes, edit: Rebuild) -> None:
    taken = [piece for piece in edit.pieces if isinstance(piece, Extent)]
    for run in () if edit.renumbered else examined(before).payload:
        assert any(piece.offset <= run.offset and run.end <= piece.end for piece in taken)
    reverse = delta.inverted(edit, BytesReader(before))
    assert reverse is not None
    assert sabotage.edited(after, reverse) == before


def _meets(at: int, length: int, data: bytes) -> bool:
    return any(at < extent.end and extent.offset < at + length for extent in examined(data).payload)
