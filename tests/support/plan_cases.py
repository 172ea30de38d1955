"""
Files of the corpus `plans.json` in one library: each case is one file with all its decisions.

A case has an `id` and what it expects (`expect`). Beside these, each key adds a fact: `name` (of the file; default: the
id), `comment` (in the file), `file` (columns of `scanned_files`), `db` and `db_later` (people that the home knows),
`aliases`, `edit` (people by a person), `values` (of fields), `mode`, `postpone`, `copies` and `copy_state` (of further
files with the same content), and `library` (settings of an own library) and `call` (the request of the plan).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from indexium_core.model.files.media import FieldValue
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.review import decisions
from indexium_core.store.rows import ScannedFile
from tests.support.catalog import NOW, scanned

Case = Mapping[str, Any]

_CORPUS = Path(__file__).parents[1] / "corpus" / "plans.json"


def corpus() -> list[Case]:
    found: list[Case] = json.loads(_CORPUS.read_text(encoding="utf-8"))
    return found


def path_of(case: Case) -> str:
    """Return the path of a case's file; cases with settings of a library have their own library."""
    name = "".join(letter if letter.isalnum() else "_" for letter in case["id"])
    return f"/{'of_' + name if 'library' in case else 'films'}/{case.get('name', f'{name}.mp4')}"


def fill(database: Database, cases: Sequence[Case]) -> None:
    """Store the files, people and decisions of all cases."""
    with database.atomic() as tx:
        for folder, of_folder in groupby(sorted(cases, key=path_of), key=lambda case: os.path.dirname(path_of(case))):
            _store_files(tx, folder, list(of_folder))
        _assign(tx, cases, "db")
        for case in cases:
            _add_aliases(tx, case.get("aliases", {}))
            _decide(tx, case)
        _assign(tx, cases, "db_later")


def _store_files(tx: Connection, folder: str, cases: Sequence[Case]) -> None:
    library = cases[0].get("library", {})
    modes = {mode: library.get(mode) for mode in ("people_mode", "comment_mode")}
    library_id = catalog.add_library(tx, os.fsencode(folder))
    catalog.set_library_modes(tx, library_id, **modes)
    catalog.set_library_state(tx, library_id, library.get("state", "online"))
    catalog.upsert_files(tx, library_id, [file for case in cases for file in _files(case)], at=NOW)
    catalog.library_scanned(tx, library_id, device=1, at=NOW, free_bytes=library.get("free_bytes"))


def _files(case: Case) -> Iterator[ScannedFile]:
    path, comment, facts = path_of(case), case.get("comment"), dict(case.get("file", {}))
    values = [value for value in (comment, facts.pop("second_comment", None)) if value is not None]
    ascii_only = facts.pop("ascii_only", False)
    facts["comment_fields"] = tuple(
        FieldValue(field="comment", where="moov/udta", value=value, ascii_only=ascii_only) for value in values
    )
    yield scanned(path, comment, content=case["id"], **facts)
    for number in range(case.get("copies", 0)):
        changes = {"state": case["copy_state"]} if "copy_state" in case else {}
        yield scanned(f"{path.removesuffix('.mp4')} copy {number}.mp4", content=case["id"], **changes)


def _assign(tx: Connection, cases: Sequence[Case], field: str) -> None:
    wanted = [
        people.AssignmentRequest(name=name, path_bytes=os.fsencode(path_of(case)))
        for case in cases
        for name in case.get(field, [])
    ]
    if wanted:
        people.assign(tx, wanted, at=NOW)


def _add_aliases(tx: Connection, aliases: Mapping[str, str]) -> None:
    for alias, name in aliases.items():
        [owner] = people.find(tx, [name])[name]
        if people.owner_of_alias(tx, alias) is None:
            key = alias.casefold()
            tx.execute("INSERT INTO person_aliases VALUES ($1, $2, $3, $4)", [alias, key, owner, NOW])


def _decide(tx: Connection, case: Case) -> None:
    file_id = tx.value("SELECT file_id FROM scanned_files WHERE path = $1", [path_of(case)])
    if "edit" in case:
        decisions.edit(tx, {file_id: case["edit"]}, at=NOW)
    for key, value in case.get("values", {}).items():
        decisions.set_values(tx, key, {file_id: value}, at=NOW, step=None)
    if "mode" in case:
        decisions.set_mode(tx, [file_id], at=NOW, **case["mode"])
    if "postpone" in case:
        decisions.postpone(tx, [file_id], until=None, at=NOW, **case["postpone"])
