"""Homes of earlier versions, whose ledger has whole lists as ours: their next publication loses nothing of others."""

from __future__ import annotations

import json
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest

from indexium_core.files.titles import nfo
from indexium_core.library import Library
from indexium_core.model.publishing.nfo_ownership import named_values
from indexium_core.store.database import Database
from tests.support.copied_home import SettledHome
from tests.support.published_home import ALL, PUBLISHING_NFO_FILES

TRAM = "Films/Night Tram (2009)"
FILM = """<movie>
  <title>Seaside</title>
  <actor>
    <name>Old Actor</name>
    <role>Captain</role>
    <thumb>http://x/a.jpg</thumb>
  </actor>
</movie>
"""


@pytest.fixture
def prepared() -> SettledHome:
    return PUBLISHING_NFO_FILES


def publish(library: Library) -> None:
    library.publications.refresh(disk=True)
    library.publications.start(ALL).wait()


def make_earlier(home: Path) -> None:
    """Give the ledger of a closed home the form of an earlier version: a list that it changed is ours as a whole."""

    def whole(body: bytes) -> str:
        roots: list[dict[str, Any]] = [
            {"kind": each.kind, "season": None, "episode": None, "values": {"cast": named_values(each)["cast"]}}
            for each in nfo.parse(zlib.decompress(body))
        ]
        return json.dumps(roots)

    with Database.open(home) as database, database.atomic() as tx:
        tx.execute("DELETE FROM finished_upgrades")
        for table, key in (("item_side_files", "after_hash"), ("published_files", "content_hash")):
            rows = tx.execute(
                f"SELECT {key}, body FROM {table} WHERE body IS NOT NULL AND decode(path_bytes) LIKE '%Tram%'"
            ).fetchall()
            for content_hash, body in rows:
                tx.execute(f"UPDATE {table} SET own_elements = $2::JSON WHERE {key} = $1", [content_hash, whole(body)])


@pytest.mark.parametrize("journals", ["kept", "gone"])
def test_cast_of_others_stays(tmp_path: Path, folder: Path, prepared: SettledHome, journals: str) -> None:
    path, video = folder / TRAM / "movie.nfo", next((folder / TRAM).glob("*.mp4"))
    path.write_text(FILM)
    with prepared.open(tmp_path / "home") as library:
        library.people.add([video], ["Ann Lee"])
        publish(library)
        library.people.add([video], ["Bob Ray"])
        publish(library)
    make_earlier(tmp_path / "home")
    if journals == "gone":
        shutil.rmtree(tmp_path / "home/backups")
    with Library.open(tmp_path / "home") as library:
        library.scan()
        library.people.remove([video], ["Bob Ray"])
        library.publications.refresh(disk=True)
        [row] = library.publications.plan("Tram").items
        assert row.risk == "safe"
        publish(library)
        assert b"Old Actor" in path.read_bytes()
        assert b"Bob Ray" not in path.read_bytes()
        library.people.remove([video], ["Ann Lee"])
        publish(library)
        assert path.read_bytes() == FILM.encode()


def test_publication_that_an_earlier_version_planned_is_planned_again(
    tmp_path: Path, folder: Path, prepared: SettledHome
) -> None:
    path, video = folder / TRAM / "movie.nfo", next((folder / TRAM).glob("*.mp4"))
    path.write_text(FILM)
    with prepared.open(tmp_path / "home") as library:
        library.people.add([video], ["Ann Lee"])
        publish(library)
        written = path.read_bytes()
    make_earlier(tmp_path / "home")
    with Database.open(tmp_path / "home") as database, database.atomic() as tx:
        tx.execute("UPDATE metadata_operation_items SET status = 'pending'")
    Library.open(tmp_path / "home").close()
    with Database.open(tmp_path / "home") as database:
        hashes = (
            database.read()
            .execute("SELECT before_hash FROM item_side_files WHERE decode(path_bytes) LIKE '%Tram%'")
            .fetchall()
        )
    assert {each for (each,) in hashes} == {"planned by an earlier version"}
    assert path.read_bytes() == written
