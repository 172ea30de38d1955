"""The names under which other programs show fields: measured, and equal to the table of `model.fields.places`."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.reader import FileReader
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.readers import CONTAINERS, shown_in
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.files.media import Change, Remux
from tests.support import field_values, sabotage
from tests.support.cases import each_case
from tests.support.oracles import oracle

# Values that no program shows for anything else.
VALUES = {
    "date": "2017-03-29",
    "datetime": "2018-05-06T07:08:09Z",
    "list": "beach; pony",
    "rating": "4",
}
PROGRAMS = ("ExifTool", "MediaInfo", "ffprobe")
GROUPS = {name: group for group, names in CONTAINERS.items() for name in names}

Shown = list[tuple[str, str]]  # names and values


def value_of(field: Field, container: str) -> str:
    number = str(200 + EDITABLE.index(field))
    value = number if field.type == "integer" else VALUES.get(field.type, f"The {field.key} here")
    return field_values.values_of(field, container)[0] if field.value_problem(container, value) else value


def shown_by_exiftool(paths: Iterable[Path]) -> list[Shown]:
    """Return what ExifTool shows of each file: its start takes most of its time."""
    command = [oracle("exiftool"), "-s", "-a", "-n", "-ee", *map(str, paths)]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: list[Shown] = []
    for line in text.splitlines():
        if line.startswith("======== "):  # the next file
            found.append([])
            continue
        name, _, value = line.partition(" : ")
        found[-1].append((name.strip(), value.strip()))
    return found


def shown_by(program: str, path: Path) -> Shown:
    """Return what another program shows of the file as a whole."""
    command = {
        "MediaInfo": [oracle("mediainfo"), "--Output=JSON", str(path)],
        "ffprobe": [oracle("ffprobe"), "-v", "quiet", "-of", "json", "-show_format", "-show_streams", str(path)],
    }[program]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if program == "MediaInfo":
        general = json.loads(text)["media"]["track"][0]
        own: Mapping[str, str] = general.get("extra") or {}
        return [(name, value) for name, value in (general | own).items() if isinstance(value, str)]
    found = json.loads(text or "{}")
    tags = [found.get("format", {}), *found.get("streams", [])]
    return [pair for part in tags for pair in part.get("tags", {}).items()]


def forms_of(field: Field, value: str) -> Iterable[str]:
    """Return the texts as which programs show a value."""
    match field.type:
        case "rating":
            return {"4", "75", "4.000000", "4.000"}
        case "list":
            return {"beach", "pony", *(value.replace("; ", mark) for mark in ("; ", ", ", ",", " / "))}
        case "date" | "datetime":
            return {value[:10], value[:10].replace("-", ":")}
    return {value, "48.1374 11.5755"} if value in field_values.POSITIONS else {value}  # as ExifTool shows it


def is_shown(field: Field, value: str, shown: str) -> bool:
    """Return whether a program shows a value; a date may have a time, and MediaInfo joins the titles of a Matroska."""
    forms = tuple(forms_of(field, value))
    is_date = field.type in {"date", "datetime"}
    return shown in forms or shown.startswith(forms if is_date else tuple(f"{form} / " for form in forms))


def looked_at(paths: Mapping[str, Path]) -> Mapping[str, Mapping[str, Shown]]:
    """Return what each program shows, by container."""
    by_exiftool = dict(zip(paths, shown_by_exiftool(paths.values()), strict=True))
    return {
        container: {"ExifTool": by_exiftool[container]} | {each: shown_by(each, path) for each in PROGRAMS[1:]}
        for container, path in paths.items()
    }


def write_all_fields(path: Path, container: str) -> None:
    changes = [
        Change(field=each.key, old=None, new=value_of(each, container)) for each in field_values.fields_of(container)
    ]
    with FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        choice = registry.choose(family, reader, layout, changes, Capabilities())
        assert isinstance(choice, Choice), choice
        assert not isinstance(choice.edit, Remux)
    path.write_bytes(sabotage.edited(path.read_bytes(), choice.edit))


@functools.cache
def all_measured() -> Mapping[str, Mapping[tuple[str, str], str]]:
    """Return the names of `measured` by container."""
    with tempfile.TemporaryDirectory() as name:
        paths = {}
        for container in field_values.CONTAINERS:
            folder = Path(name, container)
            folder.mkdir()
            paths[container] = field_values.build(container, folder)
        before = looked_at(paths)
        for container, path in paths.items():
            write_all_fields(path, container)
        after = looked_at(paths)
    return {container: new_names(container, before[container], after[container]) for container in paths}


def new_names(container: str, before: Mapping[str, Shown], after: Mapping[str, Shown]) -> Mapping[tuple[str, str], str]:
    found = {}
    for field in field_values.fields_of(container):
        for program in PROGRAMS:
            new = [pair for pair in after[program] if pair not in before[program]]
            names = [key for key, value in new if is_shown(field, value_of(field, container), value)]
            # A name with an underscore is one that the program does not know.
            found[field.key, program] = min(names, key=lambda name: "_" in name, default="")
    return found


def measured(container: str) -> Mapping[tuple[str, str], str]:
    """Return the name of each field in each program, "" if it does not show it, after a write of all fields."""
    return all_measured()[container]


@each_case("program", PROGRAMS)
@each_case("container", field_values.CONTAINERS)
def test_table_has_the_measured_names(container: str, program: str) -> None:
    for field in field_values.fields_of(container):
        [known] = [each for each in shown_in(field, container) if each.program == program]
        assert measured(container)[field.key, program] in known.name.split(" or "), field.key
        assert known.basis == "measured"


def test_every_name_was_measured() -> None:
    """A name such as `DateTimeOriginal or DateCreated` stands for several photos: each of them is found in one."""
    for program in PROGRAMS:
        for field in EDITABLE:
            found = {(GROUPS[each], measured(each).get((field.key, program))) for each in field_values.CONTAINERS}
            for container in field.places:
                [known] = [each for each in shown_in(field, container) if each.program == program]
                assert {(GROUPS[container], name) for name in known.name.split(" or ")} <= found, field.key
