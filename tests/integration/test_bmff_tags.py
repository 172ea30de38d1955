"""Fields of real clips in every form: read, replaced and removed as FFmpeg shows them, and verified."""

from __future__ import annotations

import os
from pathlib import Path

from indexium_core.files import verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.reader import FileReader
from indexium_core.files.verify.evidence import Evidence
from indexium_core.model.files.media import Change, Patch
from tests.support import mov, mp4
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.tag_forms import FORMS


def evidence(path: Path, field: str) -> Evidence:
    with FileReader(os.fsencode(path)) as file:
        family, layout = registry.examine(file)
        return verify.gather(os.fsencode(path), file, family, layout, edited={"comment", field})


def written(path: Path, change: Change) -> Path:
    """Return a copy of a file after a write in place."""
    with FileReader(os.fsencode(path)) as file:
        family, layout = registry.examine(file)
        patch = family.strategies()[0].plan(file, layout, [change], Capabilities())
        assert isinstance(patch, Patch), patch
    copy = path.with_stem(f"{path.stem}_")
    copy.write_bytes(mp4.apply(patch, path.read_bytes()))
    return copy


@each_case(("name", "form"), effort.pairs(FORMS, ["mov", "mp4"]))
def test_existing_form_is_replaced_and_removed(tmp_path: Path, form: str, name: str) -> None:
    field, old, children, new = FORMS[name]
    path = tmp_path / f"clip.{form}"
    path.write_bytes(mov.with_tags(mov.bare(form), children))
    before = evidence(path, field)
    assert before.value_of(field) == old

    for change in (Change(field=field, old=old, new=new), Change(field=field, old=old, new=None)):
        after = evidence(written(path, change), field)
        verify.compare(before, after, [change])
        assert after.fields[field] == change.new
        assert after.value_of(field) == change.new
