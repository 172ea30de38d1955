"""Fields beside the comment in real files: written, read by other programs, and rolled back byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest

from indexium_core.files import libav
from indexium_core.library import Library
from indexium_core.model.fields import values
from indexium_core.model.fields.table import EDITABLE, Field
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media
from tests.support.studio import OLD

CASES = [(container, field) for field in EDITABLE for container in field.places]
VALUES = {
    "text": ("Zoë's long way home", "Other"),
    "integer": ("7", "12"),
    "rating": ("4", "5"),
    "date": ("2019-07-31", "2020"),
    "datetime": ("2019-07-31T18:30:00Z", "2021-01-02T03:04:05Z"),
    "list": ("beach; family", "winter"),
}
POSITIONS = ("+48.1374+011.5755/", "-33.8568+151.2153/")
FORMS = {"3gp": "mp4", "matroska": "mkv", "asf": "wmv", "ogg": "ogv"}
DANGER = WriteOptions(risk=("safe", "warning", "danger"))


@pytest.mark.parametrize(("container", "field"), CASES, ids=lambda each: getattr(each, "key", each))
def test_field_is_written_replaced_removed_and_rolled_back(tmp_path: Path, container: str, field: Field) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    path = media.build(FORMS.get(container, container), folder, comment="People: Ann")
    if container == "3gp":
        content = path.read_bytes()
        path.write_bytes(content[:8] + b"3gp6" + content[12:])
    os.utime(path, (OLD, OLD))
    original = path.read_bytes()
    first, second = POSITIONS if field.key == "location" and container in {"mp4", "mov", "3gp"} else VALUES[field.type]
    with Library.open(tmp_path / "home") as library:
        library.scan([folder])
        operations = []
        for value in (first, second, ""):
            library.decisions.set_fields([1], {field.key: value})
            status = library.write(library.plan(), DANGER).wait()
            assert status.status == "completed", library.operation(status.id).items
            assert status.counts["success"] == 1
            operations.append(status.id)
            assert shown(path, field, container) == (value or None)
            assert library.plan().statistics.total_files == library.plan().statistics.unchanged_count
        for operation in reversed(operations):
            library.rollback(operation).wait()
        assert path.read_bytes() == original


def shown(path: Path, field: Field, container: str) -> str | None:
    """Return a field as FFmpeg's libraries show it."""
    with av.open(str(path)) as film:
        names = {name.lower(): value for name, value in film.metadata.items()}
    demuxer = libav.demuxer_of(container)
    found = next((names[name] for name in field.names_in(demuxer) if name in names), None)
    return None if found is None else values.stored(field, found)
