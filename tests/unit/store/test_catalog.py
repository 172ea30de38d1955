"""Libraries and files: stored facts, and the identification of a file."""

from __future__ import annotations

import os

import pytest

from indexium_core import errors
from indexium_core.store.catalog import catalog, inventory
from indexium_core.store.catalog.catalog import UpsertReport
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from tests.support.catalog import NOW, ROOT, digest_of, hash_of, ids, marked, people_of, scanned, store


def gone(database: Database, *file_ids: int) -> None:
    with database.atomic() as tx:
        catalog.mark_missing(tx, file_ids)


def state(database: Database, file_id: int) -> str:
    return str(database.read().value("SELECT state FROM scanned_files WHERE file_id = $1", [file_id]))


def put(database: Database, path: str, *names: str) -> None:
    with database.atomic() as tx:
        people.assign(
            tx, [AssignmentRequest(name=name, path_bytes=os.fsencode(f"{ROOT}/{path}")) for name in names], at=NOW
        )


def test_root_is_added_once(database: Database) -> None:
    with database.atomic() as tx:
        first = catalog.add_library(tx, b"/films")
        second = catalog.add_library(tx, b"/films", name="other")
        named = catalog.add_library(tx, b"/more\xff/", name="More")

    assert first == second != named
    assert [(row.name, row.path, row.state, row.file_count) for row in catalog.libraries(database.read())] == [
        ("More", "/more\ufffd/", "online", 0),
        ("films", "/films", "online", 0),
    ]


def test_scan_of_root_is_stored(database: Database) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    with database.atomic() as tx:
        catalog.library_scanned(tx, 1, device=2**64 - 1, at=NOW)
        catalog.mark_missing(tx, [1])

    (row,) = catalog.libraries(database.read())
    assert (row.device, row.scanned_at, row.file_count) == (2**64 - 1, NOW, 1)


def test_removed_root_removes_files_and_keeps_people(database: Database) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    store(database, [scanned("/other/a.mp4", content=b"/films/a.mp4")], root="/other")
    put(database, "a.mp4", "Ann")
    marked(database)
    with database.atomic() as tx:
        inventory.forget_library(tx, 1)

    assert ids(database) == {"/other/a.mp4": 3}
    assert people_of(database) == {3: ["Ann"]}
    assert marked(database) == {1, 2, 3}


def test_files_for_unknown_root_are_refused(database: Database) -> None:
    with pytest.raises(errors.UnknownIdError, match="no library 7"), database.atomic() as tx:
        catalog.upsert_files(tx, 7, [], at=NOW)


def test_empty_batch_changes_nothing(database: Database) -> None:
    assert store(database, []) == UpsertReport(added=0, changed=0, moved=0, unchanged=0)
    with database.atomic() as tx:
        assert catalog.restat(tx, []) == 0
        assert catalog.mark_missing(tx, []) == 0


def test_file_is_stored_with_search_and_sort_columns(database: Database) -> None:
    store(database, [scanned("Été 2020/Ærø.Final.MP4", "Sommer\nPeople: Zoë Öz, Bo")])

    row = database.read().execute(
        "SELECT folder, file_name, file_ext, path_search, people, people_keys, custom_text FROM scanned_files"
    )
    assert row.fetchall() == [
        (
            "Été 2020",
            "Ærø.Final.MP4",
            "mp4",
            "/films/ete 2020/aero.final.mp4",
            ["Zoë Öz", "Bo"],
            ["zoë öz", "bo"],
            "Sommer",
        )
    ]


@pytest.mark.parametrize(
    ("path", "root", "folder", "extension"),
    [
        ("/films/a.mp4", "/films", "", "mp4"),
        ("/films/x/y/a.mp4", "/films/", "x/y", "mp4"),
        ("/a.mp4", "/", "", "mp4"),
        ("/x/a.mp4", "/", "x", "mp4"),
        ("/filmsmore/a.mp4", "/films", "filmsmore", "mp4"),
        ("/films/.mp4", "/films", "", ""),
        ("/films/noext", "/films", "", ""),
    ],
)
def test_folder_and_extension_come_from_path(
    database: Database, path: str, root: str, folder: str, extension: str
) -> None:
    store(database, [scanned(path)], root=root)

    found = database.read().execute("SELECT folder, file_ext FROM scanned_files").fetchall()
    assert found == [(folder, extension)]


def test_undecodable_path_keeps_its_bytes(database: Database) -> None:
    odd = [b"/films/\xff\xfe.mp4", "/films/🎬 <script>.mp4".encode(), b"/films/a\nb'\";.mp4", b"/films/\\x41.mp4"]
    store(database, [scanned(path, "caf\udce9\0 People: ☃", content=path) for path in odd])

    assert set(catalog.known(database.read(), b"/films")) == set(odd)
    found = database.read().execute("SELECT path, comment FROM scanned_files ORDER BY file_id").fetchall()
    assert found[0] == ("/films/\ufffd\ufffd.mp4", "caf\ufffd\u2400 People: ☃")


def test_facts_without_json_value_are_stored(database: Database) -> None:
    tags = {"container": {"a": float("nan"), "b": b"raw", "c": "x\udcff", "d": 2**70}, "streams": [{}]}
    store(database, [scanned("a.mp4", tags=tags)])

    stored = database.read().value("SELECT tags->'container'->>'a' FROM scanned_files")
    assert stored is None
    assert database.read().value("SELECT tags->'container'->>'c' FROM scanned_files") == "x\ufffd"


def test_64_bit_inode_device_and_mtime_are_stored(database: Database) -> None:
    file = scanned("a.mp4", inode=2**64 - 1, device=2**64 - 1, mtime_ns=10**19, mode=0o100444)
    store(database, [file])

    (known,) = catalog.known(database.read(), b"/films").values()
    assert (known.inode, known.device, known.mtime_ns) == (2**64 - 1, 2**64 - 1, 2**63 - 1)
    assert database.read().value("SELECT read_only FROM scanned_files") is True


def test_known_files_are_below_root(database: Database) -> None:
    for root in ("/films", "/films2", "/film"):
        store(database, [scanned(f"{root}/a.mp4")], root=root)

    assert list(catalog.known(database.read(), b"/films")) == [b"/films/a.mp4"]
    assert list(catalog.known(database.read(), b"/films/")) == [b"/films/a.mp4"]
    assert len(catalog.known(database.read(), b"/")) == 3


def test_unchanged_file_is_not_marked(database: Database) -> None:
    files = [scanned("a.mp4", "People: Ann"), scanned("b.mp4")]
    store(database, files)
    marked(database)

    assert store(database, files) == UpsertReport(added=0, changed=0, moved=0, unchanged=2)
    assert marked(database) == set()


def test_only_changed_file_is_marked(database: Database) -> None:
    store(database, [scanned("a.mp4"), scanned("b.mp4")])
    marked(database)

    report = store(database, [scanned("a.mp4"), scanned("b.mp4", "People: Bo", size=1001)])
    assert report == UpsertReport(added=0, changed=1, moved=0, unchanged=1)
    assert marked(database) == {2}


def test_new_copy_marks_other_copies(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=2)])
    marked(database)
    store(database, [scanned("c.mp4", content=1)])

    assert marked(database) == {1, 3}


def test_repeated_path_in_batch_is_one_file(database: Database) -> None:
    assert store(database, [scanned("a.mp4"), scanned("a.mp4", "x")]).added == 1


def test_moved_file_keeps_its_id(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=2)])
    put(database, "a.mp4", "Ann")
    gone(database, 1)
    marked(database)

    report = store(database, [scanned("new/place.mp4", content=1)])
    assert report == UpsertReport(added=0, changed=1, moved=1, unchanged=0)
    assert ids(database) == {"new/place.mp4": 1, "b.mp4": 2}
    assert people_of(database) == {1: ["Ann"]}
    assert marked(database) == {1}


def test_file_moved_to_another_root_changes_its_library(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    gone(database, 1)
    store(database, [scanned("/other/a.mp4", content=1)], root="/other")

    assert database.read().value("SELECT l.path FROM scanned_files JOIN libraries AS l USING (library_id)") == "/other"
    assert [row.file_count for row in catalog.libraries(database.read())] == [0, 1]


def test_other_hash_is_new_file(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    gone(database, 1)

    assert store(database, [scanned("b.mp4", content=2)]).added == 1


def test_moved_file_with_other_tags_is_the_same_unless_one_has_its_size(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1, size=999)])
    gone(database, 1, 2)

    report = store(database, [scanned("c.mp4", content=1, size=998), scanned("d.mp4", content=1)])
    assert (report.added, report.moved) == (0, 2)
    assert ids(database) == {"d.mp4": 1, "c.mp4": 2}


def test_copy_of_present_file_is_new_file(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])

    assert store(database, [scanned("b.mp4", content=1)]).added == 1


def test_moved_copies_are_matched_by_inode_then_name(database: Database) -> None:
    names = ["x.mp4", "y.mp4", "z.mp4"]
    store(database, [scanned(f"old/{name}", content=1, inode=10 + at) for at, name in enumerate(names)])
    gone(database, 1, 2, 3)
    new = [("new/renamed.mp4", 12), ("new/x.mp4", 98), ("new/y.mp4", 99)]

    assert store(database, [scanned(path, content=1, inode=inode) for path, inode in new]).moved == 3
    assert ids(database) == {"new/x.mp4": 1, "new/y.mp4": 2, "new/renamed.mp4": 3}


def test_missing_file_matches_one_new_file(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    gone(database, 1)

    report = store(database, [scanned("b.mp4", content=1), scanned("c.mp4", content=1)])
    assert (report.moved, report.added) == (1, 1)


def test_returned_file_is_present_again(database: Database) -> None:
    store(database, [scanned("a.mp4")])
    gone(database, 1)
    assert state(database, 1) == "missing"
    marked(database)

    assert store(database, [scanned("a.mp4")]) == UpsertReport(added=0, changed=1, moved=0, unchanged=0)
    assert state(database, 1) == "ok"
    assert marked(database) == {1}


def test_missing_file_is_reported_once(database: Database) -> None:
    store(database, [scanned("a.mp4")])
    gone(database, 1)
    marked(database)
    gone(database, 1)

    assert marked(database) == set()


def test_people_follow_rewritten_file(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    put(database, "a.mp4", "Bo", "Ann")
    marked(database)

    assert store(database, [scanned("a.mp4", content=2, duration=60.2, media_digest=digest_of(1))]).changed == 1
    assert people_of(database) == {1: ["Bo", "Ann"]}
    assert marked(database) == {1}
    assert database.read().value("SELECT count(*) FROM video_people") == 2


def test_film_of_another_length_is_another_recording(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    assert store(database, [scanned("a.mp4", content=2, duration=60.5, media_digest=digest_of(1))]).changed == 0


def test_copies_of_rewritten_file_keep_people(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=1)])
    put(database, "a.mp4", "Ann")
    store(database, [scanned("a.mp4", content=2, media_digest=digest_of(1))])

    assert people_of(database) == {1: ["Ann"], 2: ["Ann"]}
    assert database.read().value("SELECT count(DISTINCT film_id) FROM film_hashes") == 1


def test_rewrite_with_fewer_packets_in_window_is_same_recording(database: Database) -> None:
    """The window holds more packets of one container than of another."""
    store(database, [scanned("a.mp4", content=1, media_digest=digest_of(1) + "0" * 16)])
    put(database, "a.mp4", "Ann")

    assert store(database, [scanned("a.mp4", content=2, media_digest=digest_of(1))]).changed == 1
    assert store(database, [scanned("a.mp4", content=3, media_digest=digest_of(1) + "1" * 16)]).changed == 1
    assert people_of(database) == {1: ["Ann"]}


@pytest.mark.parametrize("known", [None, ""])
def test_recording_without_digest_is_another_one_if_its_media_changes(database: Database, known: str | None) -> None:
    """Rows of earlier versions have no digest: people wait rather than go to a recording that may be another one."""
    store(database, [scanned("a.mp4", content=1, media_digest=known)])
    put(database, "a.mp4", "Ann")

    assert store(database, [scanned("a.mp4", content=2, media_digest=digest_of(1))]).added == 1
    assert people_of(database) == {1: ["Ann"]}


def test_next_read_adds_digest(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1, media_digest=None)])

    assert store(database, [scanned("a.mp4", content=1)]).unchanged == 1
    assert database.read().value("SELECT media_digest FROM scanned_files") == digest_of(1)


def test_other_container_of_missing_file_is_same_recording(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=3)])
    put(database, "a.mp4", "Ann")
    gone(database, 1, 2)

    report = store(database, [scanned("a.mkv", content=2, media_digest=digest_of(1)), scanned("b.mkv", content=4)])
    assert (report.moved, report.added) == (1, 1)
    assert people_of(database)[ids(database)["a.mkv"]] == ["Ann"]


@pytest.mark.parametrize(("former", "size"), [("/1000000", "/1001500"), ("~/1000000", "~/1001500")])
def test_film_that_begins_alike_and_has_more_media_is_another_recording(
    database: Database, former: str, size: str
) -> None:
    """Episodes of a series may have one title sequence and one duration."""
    store(database, [scanned("a.mp4", content=1, media_digest=digest_of(1) + former)])
    assert store(database, [scanned("a.mp4", content=2, media_digest=digest_of(1) + size)]).added == 1


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
@pytest.mark.parametrize("size", ["/1000500", "", "0" * 8, "0" * 8 + "/1000500", "~/1000500", "~"])
def test_rewrite_changes_the_size_of_the_media_little(database: Database, size: str, name: str) -> None:
    """Not every container has it."""
    store(database, [scanned("a.mp4", content=1, media_digest=digest_of(1) + "/1000000")])
    put(database, "a.mp4", "Ann")
    if name != "a.mp4":
        gone(database, 1)
    store(database, [scanned(name, content=2, media_digest=digest_of(1) + size)])
    assert people_of(database)[ids(database)[name]] == ["Ann"]


def test_other_container_with_more_media_is_another_recording(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1, media_digest=digest_of(1) + "/1000000")])
    gone(database, 1)
    assert store(database, [scanned("a.mov", content=2, media_digest=digest_of(1) + "/1001500")]).added == 1


def test_growing_film_is_one_recording_whatever_the_size_of_its_media(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1, media_digest=digest_of(1) + "/1000", growing=True)])
    put(database, "a.mp4", "Ann")
    store(database, [scanned("a.mp4", content=2, size=2000, media_digest=digest_of(1) + "/2000")])
    assert people_of(database) == {1: ["Ann"]}


def test_beginning_of_a_film_is_no_rewrite(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])

    assert store(database, [scanned("a.mp4", content=2, duration=10.0, media_digest=digest_of(1))]).added == 1


@pytest.mark.parametrize("kind", ["f1", "x1"])
def test_swap_is_recognised_by_another_kind_of_hash(database: Database, kind: str) -> None:
    """A scan of all bytes finds other hashes than the sample that the catalog has."""
    facts = {1: {"inode": 1, "mtime_ns": 11}, 2: {"inode": 2, "mtime_ns": 22}}
    other = "x1" if kind == "f1" else "f1"
    hashes = {number: {each: f"{each}:{number}" for each in ("f1", "x1")} for number in facts}
    store(database, [scanned(f"{n}.mp4", content=n, file_hash=hashes[n][other], **facts[n]) for n in facts])

    swapped = [scanned(f"{3 - n}.mp4", content=n, file_hash=hashes[n][kind], **facts[n]) for n in facts]
    assert store(database, swapped).moved == 2
    assert ids(database) == {"1.mp4": 2, "2.mp4": 1}


def test_other_video_at_known_path_is_new_file(database: Database) -> None:
    """If a user puts another film under an old name, it must not get the people and edits of the old film."""
    store(database, [scanned("a.mp4", content=1)])
    put(database, "a.mp4", "Ann")
    marked(database)

    assert store(database, [scanned("a.mp4", content=2, duration=4000.0)]).added == 1
    assert state(database, 1) == "missing"
    assert ids(database) == {"a.mp4": 2}
    assert 2 not in people_of(database)
    assert marked(database) == {1, 2}
    assert catalog.known(database.read(), b"/films")[b"/films/a.mp4"].file_id == 2


def test_swapped_names_keep_file_ids(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1), scanned("b.mp4", content=2, duration=4000.0)])

    report = store(database, [scanned("a.mp4", content=2, duration=4000.0), scanned("b.mp4", content=1)])
    assert report == UpsertReport(added=0, changed=2, moved=2, unchanged=0)
    assert ids(database) == {"b.mp4": 1, "a.mp4": 2}


def test_growing_file_keeps_its_id_and_people(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1, growing=True, duration=10.0)])
    put(database, "a.mp4", "Ann")

    longer = {"duration": 4000.0, "growing": True}
    assert store(database, [scanned("a.mp4", content=2, media_digest=digest_of(1), **longer)]).changed == 1
    assert store(database, [scanned("a.mp4", content=3, media_digest="", size=2000, **longer)]).changed == 1
    assert people_of(database) == {1: ["Ann"]}


def test_growing_file_with_other_packets_is_another_recording(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1, growing=True)])
    put(database, "a.mp4", "Ann")

    assert store(database, [scanned("a.mp4", content=2)]).added == 1
    assert people_of(database) == {1: ["Ann"]}


@pytest.mark.parametrize("trouble", ["unreadable", "corrupt"])
def test_unreadable_file_keeps_its_people(database: Database, trouble: str) -> None:
    store(database, [scanned("a.mp4", content=1)])
    put(database, "a.mp4", "Ann")
    broken = scanned("a.mp4", state=trouble, file_hash=None, streams=(), duration=None, container="")
    store(database, [broken])

    assert people_of(database) == {1: ["Ann"]}
    assert state(database, 1) == trouble
    assert store(database, [scanned("a.mp4", content=1)]).changed == 1
    assert ids(database) == {"a.mp4": 1}
    assert database.read().value("SELECT file_hash FROM scanned_files") == hash_of(1)


def test_other_payload_of_a_file_with_unknown_streams_is_another_film(database: Database) -> None:
    store(database, [scanned("a.mp4", content=1)])
    with database.atomic() as tx:  # as after a rebuild from a snapshot
        tx.execute("UPDATE scanned_files SET streams = NULL")

    assert store(database, [scanned("a.mp4", content=2)]).added == 1
    assert database.read().execute("SELECT file_id, state FROM scanned_files ORDER BY file_id").fetchall() == [
        (1, "missing"),
        (2, "ok"),
    ]


def test_later_scans_keep_time_of_our_write(database: Database) -> None:
    store(database, [scanned("a.mp4")])
    store(database, [scanned("a.mp4", "People: Ann", mtime_ns=7, own_mtime_ns=7)])
    store(database, [scanned("a.mp4", "People: Ann", mtime_ns=8)])

    found = database.read().execute("SELECT mtime_ns, own_mtime_ns, people FROM scanned_files").fetchone()
    assert found == (8, 7, ["Ann"])


def test_batch_drops_its_temporary_tables(database: Database) -> None:
    store(database, [scanned("a.mp4")])

    assert database.read().value("SELECT count(*) FROM duckdb_tables() WHERE temporary") == 0


def test_less_free_space_marks_copied_files_only(database: Database) -> None:
    sizes = {"small.avi": 10, "large.avi": 1000, "large.mp4": 1000, "other.mkv": 1000}
    strategies = {"avi": "avi_remux", "mp4": "mp4_in_place", "mkv": "matroska_copy"}
    store(database, [scanned(name, est_bytes=size, strategy=strategies[name[-3:]]) for name, size in sizes.items()])
    found = ids(database)
    marked(database)

    def scan(free: int | None) -> set[str]:
        with database.atomic() as tx:
            [library] = catalog.libraries(tx)
            catalog.library_scanned(tx, library.library_id, device=1, at=NOW, free_bytes=free)
        by_id = {file_id: name for name, file_id in found.items()}
        return {by_id[file_id] for file_id in marked(database)}

    assert scan(10_000) == set()
    assert scan(500) == {"large.avi", "other.mkv"}
    assert scan(400) == set()
    assert scan(1_000) == {"large.avi", "other.mkv"}
    assert scan(None) == set()
