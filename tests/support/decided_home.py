"""A home with every kind of decision and record, and the rows that must survive the loss of its database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb

from indexium_core.library import Library
from indexium_core.store import survival
from indexium_core.store.home_files import FILE_NAME
from tests.support import media, photos, tables
from tests.support.identified_home import identify
from tests.support.studio import ALL, OLD

# Of a table that the files hold in part: what every snapshot has. The next scan reads the rest.
_COLUMNS = {
    "scanned_files": "file_id, library_id, path_bytes, path, path_search, folder, file_name, device, inode, size,"
    " state, own_mtime_ns, former_mtime_ns, file_hash, media_kind, comment, people, people_keys, fields, first_seen_at",
}
_VALUES: dict[str, Any] = {
    "BIGINT": 7,
    "INTEGER": 7,
    "UBIGINT": 7,
    "DOUBLE": 0.5,
    "BOOLEAN": True,
    "VARCHAR": "Ärger",
    "JSON": '{"a": 1}',
    "BLOB": b"\xff\x00a",
    "VARCHAR[]": ["Zoë", "x"],
    "TIMESTAMP WITH TIME ZONE": "2026-01-02 03:04:05+00",
    "TIMESTAMP": "2026-01-02 03:04:05",
    "DATE": "2026-01-02",
}


def make_files(folder: Path) -> Path:
    """Make six films, one of them with a name that is not UTF-8, and a photo; two more films and an episode."""
    films = folder / "films"
    films.mkdir(parents=True)
    paths = media.series("mp4", films, 6, comment="People: Bob Ray, Zoë STRASSE")
    paths[-1].rename(os.fsdecode(os.fsencode(films) + b"/caf\xe9.mp4"))
    (films / "photo.jpg").write_bytes(photos.photo("jpeg", exif=photos.exif(rating=2)))
    for seed, name in enumerate(("Amber Coast (1994).mp4", "Cedar (2003).mp4", "Pond/Season 1/Pond - S01E01.mp4"), 10):
        path = folder / "titles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        media.video(path, seed=seed)
    for path in folder.rglob("*.*"):
        os.utime(path, (OLD, OLD))
    return folder


def decide(library: Library, folder: Path) -> None:
    """Decide something of every kind, write two operations, and roll one of them back."""
    films = folder / "films"
    library.inventory.add(films, photos=True)
    library.inventory.add(folder / "titles", kind="mixed")
    library.scan()
    [row, other] = library.inventory.list()
    library.inventory.set_exclude(row.library_id, ["*.part"])
    library.inventory.set_cast_people(other.library_id, "suggest")
    library.inventory.set_metadata_language(other.library_id, "de")
    library.fields.define("tape", "integer")
    library.people.add([films / "0000.mp4", films / "0001.mp4"], ["Ann Lee", "Cy Straße"])
    library.people.rename("Cy Straße", "Cy STRASSE")
    library.people.merge(["Cy STRASSE"], "Ann Lee")
    library.decisions.edit("name:0002", ["Dee Poe"])
    library.decisions.set_fields("name:0003", {"title": "Hello", "rating": "4"})
    library.decisions.set_favorite("name:photo")
    library.decisions.postpone("name:0004", "2030-01-01")
    library.decisions.set_mode("name:0001", comment_mode="preserve")
    library.decisions.decline("name:0004", ["Eve"])
    library.locks.lock("name:0002", ["duration"])
    library.templates.save("holiday", people=["Ann Lee"])
    library.views.save("long", "size:>1gb")
    library.saved_queries.save("mine", "SELECT 1", {})
    library.schedules.set("database-backup", cron="30 2 * * 1", enabled=False)
    library.webhooks.add("radarr", folder_map=[("/movies", str(films))])
    library.players.add("jellyfin", "http://127.0.0.1:9", folders=[("/movies", str(films))], enabled=False)
    library.automation.change(row.library_id, {"automation_mode": "manual"})
    library.write(library.plan("name:0003"), ALL).wait()
    first = library.write(library.plan("name:0000"), ALL).wait()
    library.rollback(first.id).wait()
    identify(library)
    ids = {each.title: each.id for each in library.titles.list(per_page=100).items}
    library.titles.set(ids["Cedar"], "plot", "By hand")
    library.titles.lock(ids["Cedar"], ["title"])
    episode = library.files.find(str(folder / "titles/Pond/Season 1/Pond - S01E01.mp4"))
    library.titles.assign([episode], ids["Amber Coast"], role="extra")
    library.matches.ignore(ids["Amber Coast"])
    with tables.changing(library) as tx:
        tx.execute("UPDATE media_properties SET duration = 99.5, problem = 'locked' WHERE file_id = 2")


def fill_empty_tables(library: Library) -> None:
    """Add one row to each table that must survive and is empty."""
    read = library._parts.core.store.read()
    ids = {"file_id": 1, "person_id": read.value("SELECT min(person_id) FROM people"), "entity_type": "movie"}
    ids["entity_id"] = read.value("SELECT min(id) FROM movies")
    ids["job_id"] = read.value("SELECT min(id) FROM job_queue")
    ids["item_id"] = read.value("SELECT min(id) FROM metadata_operation_items")
    for table in survival.of(*survival.KEPT):
        if read.value(f"SELECT count(*) FROM {table}") == 0:
            columns = read.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND database_name ="
                " current_database()",
                [table],
            ).fetchall()
            values = [ids.get(name, _VALUES[kind]) for name, kind in columns]
            with tables.changing(library) as tx:
                tx.execute(f"INSERT INTO {table} VALUES ({', '.join(f'${n + 1}' for n in range(len(values)))})", values)


def kept_rows(path: Path) -> dict[str, list[str]]:
    """Return the rows of each table that must survive, sorted; `path` is a home."""
    with duckdb.connect(str(path / FILE_NAME), read_only=True) as raw:
        return {
            table: sorted(map(str, raw.execute(f"SELECT {_COLUMNS.get(table, '*')} FROM {table}").fetchall()))
            for table in survival.of(*survival.KEPT)
        }
