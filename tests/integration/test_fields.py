"""Fields beside the comment in real files: written, read by other programs, and rolled back byte for byte."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import av
import pytest

from indexium_core.files import libav
from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader
from indexium_core.files.verify import pictures
from indexium_core.library import Library
from indexium_core.model.fields import values
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.operations.operation import ItemDetails, WriteOptions
from indexium_core.model.planning.plan import PlanItem
from tests.support import field_values, headers, media, ogg, tables
from tests.support.cases import each_case
from tests.support.field_values import CUSTOM_CASES, CUSTOM_CONTAINERS, FORMS, SOME_CASES, VALUES, values_of
from tests.support.headers import wide
from tests.support.own_fields import CUSTOM
from tests.support.studio import OLD

DANGER = WriteOptions(risk=("safe", "warning", "danger"))
ALL_CASES = [*SOME_CASES, *CUSTOM_CASES]
Case = tuple[str, str]  # a container and the key of a field


@dataclass(frozen=True)
class Round:
    """One write of all films, by case."""

    items: dict[Case, ItemDetails]
    shown: dict[Case, str | None]
    unfinished: set[Case]  # films that the plan after this write would change


@dataclass(frozen=True)
class Journey:
    """A film for each field of each container, in which a first value, another value and no value are written."""

    originals: dict[Case, bytes]
    rounds: list[Round]
    restored: dict[Case, bytes]  # after the rollback of all rounds


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Films with equal media would share their fields, so each film has its own media."""
    where = tmp_path_factory.mktemp("fields")
    films = where / "films"
    paths = {}
    for seed, (container, field) in enumerate(ALL_CASES, start=1):
        folder = films / field.key / container
        folder.mkdir(parents=True)
        paths[container, field.key] = path = field_values.build(container, folder, seed=seed)
        os.utime(path, (OLD, OLD))
    cases = {path: case for case, path in paths.items()}
    originals = {case: path.read_bytes() for case, path in paths.items()}
    with Library.open(where / "home") as library:
        field_values.define(library, *(field.key for _, field in CUSTOM_CASES))
        library.inventory.add(films, photos=True)
        library.scan()
        ids = dict(tables.rows(library, "SELECT path, file_id FROM scanned_files"))
        operations, rounds = [], []
        for number in range(3):
            wanted: dict[tuple[str, str], list[int]] = {}
            for container, field in ALL_CASES:
                value = (*values_of(field, container), "")[number]
                wanted.setdefault((field.key, value), []).append(ids[str(paths[container, field.key])])
            for (key, value), file_ids in wanted.items():
                library.decisions.set_fields(file_ids, {key: value})
            operation = library.write(library.plan(), DANGER)
            operation.wait()
            operations.append(operation.id)
            items = {cases[Path(item.file_path)]: item for item in library.operation(operation.id, per_page=0).items}
            found = {
                (container, field.key): shown(paths[container, field.key], field, container)
                for container, field in ALL_CASES
            }
            rounds.append(Round(items, found, {cases[Path(item.file_path)] for item in library.plan().items}))
        for operation_id in reversed(operations):
            library.rollback(operation_id).wait()
    return Journey(originals, rounds, {case: path.read_bytes() for case, path in paths.items()})


@each_case(("container", "field"), ALL_CASES, ids=lambda each: getattr(each, "key", each))
def test_field_is_written_replaced_removed_and_rolled_back(journey: Journey, container: str, field: Field) -> None:
    case = (container, field.key)
    for written, value in zip(journey.rounds, (*values_of(field, container), None), strict=True):
        assert (written.items[case].status, written.items[case].message) == ("success", "")
        assert_equal(written.shown[case], field, container, value)
        assert case not in written.unfinished
    assert journey.restored[case] == journey.originals[case]


LIMITED = [(field, container) for field in EDITABLE for container in field.limits]


class Partial(NamedTuple):
    """A film that got a value which it cannot store, and one that it can."""

    path: Path
    unsupported: int  # files of the decision
    item: PlanItem
    done: ItemDetails
    status: str  # of the operation of all films


def other_field(field: Field, container: str) -> Field:
    return next(each for each in EDITABLE if container in each.places and each.type == "text" and each != field)


def impossible(field: Field, container: str) -> str:
    if container == "flv":
        return "ö" * 600
    return "0001-01-01T00:00:00Z" if field.type == "datetime" else "Berlin"


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Partial]:
    """A film for each limited field of a container, which are written together."""
    where = tmp_path_factory.mktemp("limited")
    films = where / "films"
    paths: dict[Case, Path] = {}
    for seed, (field, container) in enumerate(LIMITED, start=1):
        folder = films / field.key / container
        folder.mkdir(parents=True)
        paths[container, field.key] = path = field_values.build(container, folder, seed=seed)
        os.utime(path, (OLD, OLD))
    with Library.open(where / "home") as library:
        library.inventory.add(films, photos=True)
        library.scan()
        ids = dict(tables.rows(library, "SELECT path, file_id FROM scanned_files"))
        unsupported = {}
        for field, container in LIMITED:
            wanted = {field.key: impossible(field, container), other_field(field, container).key: "At sea"}
            file_ids = [ids[str(paths[container, field.key])]]
            unsupported[container, field.key] = library.decisions.set_fields(file_ids, wanted).unsupported
        items = {Path(item.file_path): item for item in library.plan().page(per_page=0).items}
        operation = library.write(library.plan(), DANGER)
        status = operation.wait().status
        done = {Path(item.file_path): item for item in library.operation(operation.id, per_page=0).items}
    return {case: Partial(path, unsupported[case], items[path], done[path], status) for case, path in paths.items()}


@each_case(("field", "container"), LIMITED, ids=lambda each: getattr(each, "key", each))
def test_value_that_a_file_cannot_store_leaves_the_other_changes(
    partial: dict[Case, Partial], field: Field, container: str
) -> None:
    found, other = partial[container, field.key], other_field(field, container)
    assert found.unsupported == 1
    assert [change.field for change in found.item.field_changes] == [other.key]
    reason = field.problem_in(container, impossible(field, container))
    assert reason in " ".join(issue.message for issue in found.item.issues)
    assert (found.status, found.done.status) == ("completed", "success")
    assert_shown(found.path, other, container, "At sea")


def assert_shown(path: Path, field: Field, container: str, value: str | None) -> None:
    """Check the field as other programs show it."""
    assert_equal(shown(path, field, container), field, container, value)


def shown(path: Path, field: Field, container: str) -> str | None:
    """Return the field as FFmpeg's libraries show it, of a photo as Pillow."""
    if container in field_values.PHOTOS:
        reader = BytesReader(path.read_bytes())
        return pictures.read(reader, registry.examine(reader)[1]).fields[field.key]
    with av.open(str(path), metadata_errors="surrogateescape") as film:
        # The tags of an Ogg file are those of its streams.
        tags = [stream.metadata for stream in film.streams] if container == "ogg" else [film.metadata]
    names = {name.lower(): text for each in tags for name, text in each.items()}
    demuxer = libav.demuxer_of(container)
    found = next((names[name] for name in field.names_in(demuxer) if name in names), None)
    return None if found is None else values.stored(field, found, demuxer)


def assert_equal(found: str | None, field: Field, container: str, value: str | None) -> None:
    """Check a shown value: FFmpeg's libraries may show one item of a list, and do not show some fields."""
    if container in field_values.PHOTOS:
        assert found == value
    elif field.names_in(libav.demuxer_of(container)):
        assert found == value or (field.type == "list" and found in (value or "").split("; "))


def wmv(folder: Path) -> bytes:
    """Several attributes of one field, and the same texts in attributes and in the content description."""
    numbers = headers.attributes(
        ("Title", 0, wide("At sea")),
        ("Author", 0, wide("Ann")),
        ("WM/Category", 0, wide("sea")),
        ("WM/Genre", 0, wide("Drama")),
        ("WM/SharedUserRating", 3, struct.pack("<I", 60)),
        ("WM/Category", 0, wide("boat, summer")),
        ("WM/Genre", 0, wide("Crime")),
    )
    library = headers.library((0, "WM/Category", "Rome"), (0, "WM/SharedUserRating", "99"), (0, "Title", "Sea"))
    clip = media.build("wmv", folder).read_bytes()
    return headers.asf_with(clip, headers.description("Hills", "Zoë", "me", "People: Ann"), numbers, extension=library)


def flv(folder: Path) -> bytes:
    """Properties whose names differ in letter case, and a number."""
    values = {"title": "At sea", "Title": "Sea", "keywords": "sea,boat", "date": 2018.0, "artist": "Ann", "rate": 29.97}
    clip = media.build("flv", folder).read_bytes()
    return headers.flv_with(
        clip, headers.script("onMetaData", values), headers.script("onMetaData", {"TITLE": "Hills"})
    )


def ogv(folder: Path) -> bytes:
    """Texts in both streams, and several texts of one name."""
    clip = media.build("ogv", folder).read_bytes()
    texts = {
        0: (b"TITLE=At sea", b"Artist=Ann"),
        1: (b"title=Sea", b"ARTIST=Bob", b"artist=Cy", b"DATE=\xff", b"GENRE=a"),
    }
    return ogg.with_texts(clip, texts)


SEVERAL = {"asf": wmv, "flv": flv, "ogg": ogv}


def test_several_places_of_fields_are_written_together(tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    paths = {container: folder / f"film.{FORMS.get(container, container)}" for container in SEVERAL}
    for container, path in paths.items():
        path.write_bytes(SEVERAL[container](tmp_path))
        os.utime(path, (OLD, OLD))
    originals = {container: path.read_bytes() for container, path in paths.items()}
    with Library.open(tmp_path / "home") as library:
        library.scan([folder])
        ids = dict(tables.rows(library, "SELECT path, file_id FROM scanned_files"))
        operations = []
        for at in (0, 1, None):
            wanted = {
                container: {
                    field.key: "" if at is None else VALUES[field.type][at]
                    for field in field_values.fields_of(container)
                }
                for container in paths
            }
            for container, path in paths.items():
                library.decisions.set_fields([ids[str(path)]], wanted[container])
            status = library.write(library.plan(), DANGER).wait()
            assert status.counts == {"success": len(paths)}, library.operation(status.id).items
            operations.append(status.id)
            for container, path in paths.items():
                for field in field_values.fields_of(container):
                    assert_shown(path, field, container, wanted[container][field.key] or None)
            assert library.plan().statistics.total_files == library.plan().statistics.unchanged_count
        for operation in reversed(operations):
            library.rollback(operation).wait()
        assert [container for container, path in paths.items() if path.read_bytes() != originals[container]] == []


@pytest.mark.further
def test_custom_fields_are_written_and_rolled_back_also_after_their_removal(tmp_path: Path) -> None:
    films = tmp_path / "films"
    paths = {}
    for container in CUSTOM_CONTAINERS:
        (films / container).mkdir(parents=True)
        paths[container] = path = field_values.build(container, films / container)
        os.utime(path, (OLD, OLD))
    originals = {container: path.read_bytes() for container, path in paths.items()}
    fields = [each.field for each in CUSTOM]
    with Library.open(tmp_path / "home") as library:
        field_values.define(library, *(field.key for field in fields))
        library.inventory.add(films, photos=True)
        library.scan()
        operations = []
        for at in (0, 1, None):
            wanted = {field.key: "" if at is None else VALUES[field.type][at] for field in fields}
            library.decisions.set_fields(list(range(1, len(paths) + 1)), wanted)
            status = library.write(library.plan(), DANGER).wait()
            assert status.counts == {"success": len(paths)}, library.operation(status.id).items
            operations.append(status.id)
            for container, path in paths.items():
                for field in fields:
                    assert_shown(path, field, container, wanted[field.key] or None)
            assert library.plan().statistics.unchanged_count == len(paths)
        for field in fields:
            library.fields.remove(field.key)
        for operation in reversed(operations):
            library.rollback(operation).wait()
        assert [container for container, path in paths.items() if path.read_bytes() != originals[container]] == []
