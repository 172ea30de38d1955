"""Homes of every earlier version are migrated with all their data."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from indexium_core.store import jobs, migrations
from indexium_core.store.database import Database
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.operations import backups, ledger
from indexium_core.store.plan_version import Modes
from indexium_core.store.planning import plan_compute, plan_read
from indexium_core.store.review import steps, views
from indexium_core.store.titles import external_ids
from tests.support.catalog import NOW
from tests.support.effort import effort

# The content of a home of version 1: a file with a person, a plan, a write of it and its rollback.
VERSION_1 = """
INSERT INTO libraries (library_id, name, path, path_bytes) VALUES (1, 'films', '/films', '/films');
INSERT INTO scanned_files (file_id, library_id, path_bytes, path, path_search, folder, file_name, file_ext, size,
    mtime_ns, state, file_hash, people, people_keys, strategy, first_seen_at, scanned_at)
VALUES (nextval('file_ids'), 1, '/films/a.mp4', '/films/a.mp4', '/films/a.mp4', '', 'a.mp4', 'mp4', 10, 7, 'ok',
    'x1:00', [], [], 'mp4_in_place', now(), now());
INSERT INTO people VALUES (1, 'Ann Lee', 'ann lee', 'ann lee', now());
INSERT INTO video_people VALUES (1, 'x1:00', NULL, 1, 'hand', now());
INSERT INTO plan_variants VALUES (1, NULL, NULL, FALSE, 1, nextval('plan_ids'), now());
INSERT INTO plans VALUES (1, 1, now(), 1, '');
INSERT INTO plan_marks VALUES (nextval('mark_ids'), 1);
INSERT INTO plan_rows VALUES (1, 1, 1, NULL, [], ['Ann Lee'], NULL, NULL, NULL, 1, 0, NULL, 'People: Ann Lee', 'add',
    'safe', 1 << 18, 'mp4', 0.1, 1, FALSE, FALSE, 'merge', 'replace', 1);
INSERT INTO metadata_operations (id, operation_type, status, started_at, success_count, file_count, finished_as,
    options)
VALUES (nextval('operation_ids'), 'write', 'rolled_back', now(), 1, 1, 'completed', '{"keep_backup": true}'),
       (nextval('operation_ids'), 'rollback', 'completed', now(), 1, 1, 'completed', '{"replan": false}');
INSERT INTO metadata_operation_items (id, operation_id, file_id, file_hash, file_path, path_bytes, status, tags_added,
    tags_removed, changes, expected_size, expected_mtime_ns, reverts_item, reverted_by, previous_comment, new_comment)
VALUES (11, 1, 1, 'x1:00', '/films/a.mp4', '/films/a.mp4', 'success', ['Ann Lee'], [],
        [{'field': 'comment', 'old': NULL, 'new': 'People: Ann Lee', 'where': 'container'}], 10, 7, NULL, 12,
        NULL, 'People: Ann Lee'),
       (12, 2, 1, 'x1:00', '/films/a.mp4', '/films/a.mp4', 'success', [], ['Ann Lee'],
        [{'field': 'comment', 'old': 'People: Ann Lee', 'new': NULL, 'where': 'container'}], 11, 8, 11, NULL,
        'People: Ann Lee', NULL);
INSERT INTO metadata_history (id, operation_item_id, operation_id, file_id, file_hash, backup_timestamp,
    original_mtime_ns, journal, bytes, expires_at)
VALUES (21, 11, 1, 1, 'x1:00', now(), 7, '1.journal', 300, now() + INTERVAL 90 DAY),
       (22, 12, 2, 1, 'x1:00', now(), 8, '2.journal', 200, now() + INTERVAL 90 DAY);
"""


# The migrations that tests begin before, each with the number of those in front of it.
_NAMES = [each.name for each in migrations.available()]
BEGINNINGS = {
    name: _NAMES.index(name)
    for name in (
        "favorites_view",
        "provider_pauses",
        "actors",
        "undone_items",
        "steps",
        "media_digests",
        "title_external_ids",
        "issue_sets",
    )
}
Begin = Callable[[str], duckdb.DuckDBPyConnection]


@pytest.fixture
def begin(home: Path, versions: Path) -> Begin:
    """A function that makes the home one without content before a migration, and opens its database."""

    def opened(name: str) -> duckdb.DuckDBPyConnection:
        home.mkdir()
        return duckdb.connect(str(shutil.copyfile(versions / str(BEGINNINGS[name]), home / FILE_NAME)))

    return opened


@pytest.fixture
def old_home(home: Path) -> Path:
    """A home of version 1."""
    home.mkdir()
    with duckdb.connect(str(home / FILE_NAME)) as raw:
        migrations.apply(raw, migrations.available()[:1])
        raw.execute(VERSION_1)
    return home


def test_home_of_first_version_is_migrated(old_home: Path) -> None:
    with Database.open(old_home) as database:
        book = ledger.Ledger(database)
        operations, _ = book.operations()
        assert [(each.id, each.status, each.can_rollback) for each in operations] == [
            (2, "completed", True),
            (1, "rolled_back", False),
        ]
        [candidate] = book.candidates(2)
        assert (candidate.kind, candidate.is_exact, candidate.kept) == ("journal", True, None)
        assert database.read().value("SELECT restore FROM metadata_operation_items WHERE id = 12") == "bytes"
        assert backups.Backups(database).usage() == 500
        version = plan_compute.refresh(database, Modes(), now=NOW)
        [item] = plan_read.items(database.read(), version, [1])
        assert [issue.code for issue in item.issues] == ["shown_as_plot"]
        assert version.plan_id > 1  # ids continue: an id that was shown before is not used again


def read_again(home: Path, files: Sequence[Mapping[str, str | None]]) -> list[bool]:
    """Return whether the migrated home reads each file again: files like the first one, but with these values."""
    with duckdb.connect(str(home / FILE_NAME)) as raw:
        for number, values in enumerate(files, start=2):
            path = f"/films/{number}.mp4"
            own = {"file_id": number, "path": path, "path_bytes": path.encode(), "mtime_ns": 100, **values}
            changed = ", ".join(f"${name} AS {name}" for name in own)
            text = f"INSERT INTO scanned_files SELECT * REPLACE ({changed}) FROM scanned_files WHERE file_id = 1"
            raw.execute(text, own)
    with Database.open(home) as database:
        found = database.read().execute("SELECT mtime_ns FROM scanned_files WHERE file_id > 1 ORDER BY file_id")
        return [{99: True, 100: False}[mtime_ns] for (mtime_ns,) in found.fetchall()]


def test_formerly_refused_file_is_read_again(old_home: Path) -> None:
    files = [("not_video", "mp4"), ("corrupt", "webm"), ("corrupt", "mp4"), ("ok", "matroska")]
    found = read_again(old_home, [{"state": state, "container": container} for state, container in files])
    assert dict(zip(files, found, strict=True)) == dict(zip(files, [True, True, False, False], strict=True))


def test_file_with_several_comments_is_read_again(old_home: Path) -> None:
    texts = [
        ("At sea", "{}"),
        (None, '{"container": {"MOVIE/COMMENT": "At sea"}}'),
        (None, '{"container": {"title": "x"}}'),
    ]
    found = read_again(old_home, [{"comment": comment, "tags": tags} for comment, tags in texts])
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, [True, True, False], strict=True))


def test_hashes_of_readable_files_become_known(old_home: Path) -> None:
    with duckdb.connect(str(old_home / FILE_NAME)) as raw:
        raw.execute("UPDATE scanned_files SET device = 1, inode = 18446744073709551615")
    with Database.open(old_home) as database:
        found = database.read().execute("SELECT inode, size, mtime_ns, file_hash FROM hash_cache").fetchall()
        assert found == [(2**64 - 1, 10, 7, "x1:00")]


def test_view_of_a_person_with_the_name_of_the_built_in_view_stays(home: Path, begin: Begin) -> None:
    with begin("favorites_view") as raw:
        raw.execute("INSERT INTO saved_views VALUES (7, 'F', 'favorites', 'ann', 'name', FALSE, TRUE, now(), now())")
    with Database.open(home) as database:
        assert [(view.view_id, view.query) for view in views.all_views(database.read())] == [(7, "ann")]


def test_titles_whose_provider_was_not_available_can_be_looked_up_again(home: Path, begin: Begin) -> None:
    problems = {1: "TMDB cannot be reached.", 2: "No provider has a film with the id TMDB 7.", 3: ""}
    with begin("provider_pauses") as raw:
        for number, problem in problems.items():
            attempts = 3 if problem else 0
            raw.execute(
                "INSERT INTO title_enrichment (entity_type, entity_id, attempts, problem, attempted_at) "
                "VALUES ('movie', $1, $2, $3, now())",
                [number, attempts, problem],
            )
    with Database.open(home) as database:
        rows = database.read().execute("SELECT entity_id, attempts, not_before = attempted_at FROM title_enrichment")
        assert rows.fetchall() == [(1, 0, True), (2, 3, None), (3, 0, None)]


def test_files_of_titles_get_the_editions_of_the_names_that_are_read(old_home: Path) -> None:
    with duckdb.connect(str(old_home / FILE_NAME)) as raw:
        migrations.apply(raw, migrations.available()[1:42])
        other = "8 AS file_id, '/films/b' AS path_bytes, 'Ring - Final Cut.mkv' AS file_name"
        raw.execute(f"INSERT INTO scanned_files SELECT * REPLACE ({other}) FROM scanned_files")
        for name, edition in (("Ring - Final Cut", "Final Cut"), ("a", "")):
            raw.execute("INSERT INTO title_names VALUES ($1, 5, json_object('edition', $2))", [name, edition])
        raw.execute("INSERT INTO title_files VALUES (1, 'movie', 3, 1, 'main'), (8, 'movie', 3, NULL, 'main')")
    with Database.open(old_home) as database:
        assert database.read().execute("SELECT file_id, part, edition FROM title_files ORDER BY 1").fetchall() == [
            (1, 1, ""),
            (8, None, "Final Cut"),
        ]


def test_items_of_earlier_versions_whose_write_was_undone_have_the_code_undone(home: Path, begin: Begin) -> None:
    states = {1: ("pending", "restored"), 2: ("skipped", "restored"), 3: ("skipped", "cancelled"), 4: ("success", "")}
    with begin("undone_items") as raw:
        for number, (status, code) in states.items():
            raw.execute(
                "INSERT INTO metadata_operation_items (id, operation_id, file_id, file_path, path_bytes, status, code, "
                "tags_added, tags_removed, changes, expected_size, expected_mtime_ns) "
                "VALUES ($1, 1, $1, '/a', '/a', $2, $3, [], [], [], 1, 1)",
                [number, status, code],
            )
    with Database.open(home) as database:
        codes = database.read().execute("SELECT code FROM metadata_operation_items ORDER BY id").fetchall()
        assert codes == [("undone",), ("undone",), ("cancelled",), ("",)]


_SCHEMA = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"
_NEWEST = len(migrations.available())
# Each version is the one before it and one migration, so versions between these take no other way.
_COUNTS = range(1, _NEWEST) if effort.exhaustive else sorted({*range(1, _NEWEST, 30), _NEWEST - 1})


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with empty databases of the versions that tests begin with, named by their numbers of migrations."""
    folder, done = tmp_path_factory.mktemp("versions"), 0
    for count in sorted({*_COUNTS, *BEGINNINGS.values(), _NEWEST}):
        if done:
            shutil.copyfile(folder / str(done), folder / str(count))
        with duckdb.connect(str(folder / str(count))) as raw:
            for migration in migrations.available()[done:count]:
                migrations.apply(raw, [migration])
        done = count
    return folder


@pytest.fixture(scope="module")
def newest_schema(empty_home: Path) -> list[tuple[str, str, str]]:
    """The columns of a home that was never older."""
    with duckdb.connect(str(empty_home / FILE_NAME), read_only=True) as fresh:
        return fresh.execute(_SCHEMA).fetchall()


@pytest.mark.parametrize("count", _COUNTS)
def test_old_version_migrates_to_newest_schema(
    home: Path, newest_schema: list[tuple[str, str, str]], versions: Path, count: int
) -> None:
    home.mkdir()
    shutil.copyfile(versions / str(count), home / FILE_NAME)
    with Database.open(home) as database:
        assert database.read().execute(_SCHEMA).fetchall() == newest_schema


def test_one_migration_at_a_time_makes_newest_schema(newest_schema: list[tuple[str, str, str]], versions: Path) -> None:
    with duckdb.connect(str(versions / str(_NEWEST)), read_only=True) as raw:
        assert raw.execute(_SCHEMA).fetchall() == newest_schema


def test_earlier_records_get_an_actor(home: Path, begin: Begin) -> None:
    with begin("actors") as raw:
        raw.execute("""
            INSERT INTO metadata_operations (id, operation_type, status, started_at, user_name, source, options) VALUES
                (1, 'write', 'completed', now(), 'ann', 'cli', '{}'),
                (2, 'write', 'completed', now(), '', 'rebuild', '{}');
            INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, status, owner, created_at,
                operation_id) VALUES (3, 'write', '', 5, '{}', 1, 'completed', '', now(), 1);
            INSERT INTO audit_events VALUES (4, now(), 'scan', 'scan', 1, 'hdr', NULL, NULL, NULL),
                (5, now(), 'ann', 'lock', 1, 'hdr', NULL, NULL, NULL);
        """)
    with Database.open(home) as database:
        book, reader = ledger.Ledger(database), database.read()
        assert [str(book.operation(number).actor) for number in (1, 2)] == ["local/ann", "system"]  # type: ignore[union-attr]
        assert str(jobs.JobRows(database).actor(3)) == "local/ann"
        events = "SELECT actor_kind, actor_name FROM audit_events ORDER BY id"
        assert reader.execute(events).fetchall() == [("system", ""), ("local", "ann")]


def test_issues_of_a_stored_plan_become_lists(home: Path, begin: Begin) -> None:
    """A plan that an operation refers to stays readable; each issue was a bit of a number."""
    bits = {1: 1 << 9 | 1 << 11 | 1 << 22 | 1 << 26, 2: 1 << 22, 3: 0, 4: 1 << 29 | 1 << 19 | 1}
    levels = {1: "blocked", 2: "warning", 3: "unchanged", 4: "blocked"}
    with begin("issue_sets") as raw:
        raw.execute("""
            INSERT INTO libraries (library_id, name, path, path_bytes) VALUES (1, 'films', '/films', '/films');
            INSERT INTO plan_variants BY NAME SELECT 1 AS variant_id, FALSE AS include_unknown, 0 AS seen_mark,
                7 AS plan_id, now() AS used_at, 'block' AS hard_links, 1000000000 AS large_bytes;
            INSERT INTO plans VALUES (7, 1, now(), 4, '');
        """)
        for number, issues in bits.items():
            raw.execute(
                """
                INSERT INTO scanned_files BY NAME SELECT $1 AS file_id, 1 AS library_id, '/films/' || $1 AS path,
                    path::BLOB AS path_bytes, path AS path_search, '' AS folder, $1::VARCHAR AS file_name,
                    'mp4' AS file_ext, 10 AS size, 7 AS mtime_ns, 'ok' AS state, [] AS people, [] AS people_keys,
                    now() AS first_seen_at, now() AS scanned_at
                """,
                [number],
            )
            raw.execute(
                """
                INSERT INTO plan_rows BY NAME SELECT 1 AS variant_id, $1 AS file_id, 7 AS from_version, [] AS existing,
                    ['Ann'] AS result, 1 AS added_count, 0 AS removed_count, 'add' AS category, $2 AS issues,
                    $3 AS risk_level, 'mp4' AS container, 0.0 AS est_seconds, 0 AS est_bytes, FALSE AS edited,
                    FALSE AS postponed, 'merge' AS people_mode, 'replace' AS comment_mode
                """,
                [number, issues, levels[number]],
            )
    with Database.open(home) as database:
        version, modes = plan_read.version(database.read(), 7)
        items = plan_read.items(database.read(), version, list(bits))
        assert modes == Modes()
        assert [[(issue.code, issue.severity) for issue in item.issues] for item in items] == [
            [
                ("hard_linked", "blocked"),
                ("custom_comment", "danger"),
                ("duplicate_content", "warning"),
                ("full_rewrite", "note"),
            ],
            [("duplicate_content", "warning")],
            [],
            [("missing_file", "blocked"), ("hard_linked", "warning"), ("rolled_back", "note")],
        ]
        sets = (
            "SELECT DISTINCT level, own_level FROM issue_sets JOIN issue_sets_of_copies USING (variant_id, issue_set)"
        )
        assert sorted(database.read().execute(sets).fetchall()) == [("blocked", "blocked"), ("warning", "safe")]
        assert not database.read().execute("SELECT rules FROM plan_variants WHERE rules IS NULL").fetchall()


def test_decisions_about_plan_and_matches_become_steps(home: Path, begin: Begin) -> None:
    with begin("steps") as raw:
        raw.execute("""
            INSERT INTO review_steps VALUES
                (nextval('step_ids'), 'skipped 3 files', 3, '2026-01-01 00:00Z', NULL, 'user', '2', 'Bob'),
                (nextval('step_ids'), 'edited 1 file', 1, '2026-01-04 00:00Z', '2026-01-05 00:00Z', 'local', '', 'ann');
            INSERT INTO title_decisions VALUES
                (1, '2026-01-02 00:00Z', 'later', '“A” was put off.', '{"ids": [5, 6]}', NULL, 'token', '7', 'Night'),
                (2, '2026-01-03 00:00Z', 'accept', '“A” is matched with “A” (TMDB 1).', '{"ids": [6]}', NULL,
                    'local', '', 'ann'),
                (3, '2026-01-06 00:00Z', 'ignore', '“B” is not a film or series.', '{"ids": [7]}', '2026-01-07 00:00Z',
                    'local', '', '');
        """)
    with Database.open(home) as database:
        reader, at = database.read(), datetime(2026, 1, 8, tzinfo=UTC)
        found = [
            (each.step_id, each.kind, each.action, each.label, each.undone_at is None, each.later_id, each.actor_name)
            for each in steps.all_steps(reader, at=at)
        ]
        assert found == [
            (5, "match", "ignore", "“B” is not a film or series", False, None, ""),
            (2, "review", "", "edited 1 file", False, None, "ann"),
            (4, "match", "accept", "“A” is matched with “A” (TMDB 1)", True, None, "ann"),
            (3, "match", "later", "“A” was put off", True, 4, "Night"),
            (1, "review", "", "skipped 3 files", True, None, "Bob"),
        ]
        assert [each.step_id for each in steps.to_undo(reader, at=at)] == [4, 1]
        assert steps.before(reader, 3) == '{"ids": [5, 6]}'
        with database.atomic() as tx:
            assert steps.next_id(tx) == 6


def test_people_that_an_earlier_version_copied_are_listed(home: Path, begin: Begin) -> None:
    """Two files swapped their names, and the old guess gave each recording the people of the other one."""
    with begin("media_digests") as raw:
        for person_id in (1, 2, 3):
            raw.execute(
                "INSERT INTO people BY NAME SELECT $1 AS person_id, 'P' || $1 AS name, 'p' || $1 AS person_key, "
                "'p' || $1 AS search, now() AS created_at",
                [person_id],
            )
        rows = [
            *((1, "x1:a", 1, 1), (2, "x1:b", 2, 2)),  # by hand
            *((3, "x1:b", 1, 1), (4, "x1:a", 2, 2)),  # copied
            *((5, "x1:a", 3, 3), (6, "x1:b", 3, 3)),  # one person for two files at once
            (7, "x1:c", 3, 3),
            *((8, "x1:d", 1, 4), (9, "x1:e", 2, 5), (10, "x1:d2", 1, 4)),  # d was rewritten by Indexium
        ]
        for assignment_id, file_hash, person_id, minute in rows:
            raw.execute(
                "INSERT INTO video_people VALUES ($1, $2, NULL, $3, 'hand', $4::TIMESTAMPTZ)",
                [assignment_id, file_hash, person_id, f"2026-01-01 00:0{minute}:00+00"],
            )
        raw.execute("INSERT INTO film_hashes VALUES (1, 'x1:d', 1, now()), (1, 'x1:d2', 1, now())")
    with Database.open(home) as database:
        found = database.read().execute("SELECT file_hash, former_hash, person_id FROM copied_people ORDER BY ALL")
        assert found.fetchall() == [("x1:a", "x1:b", 2), ("x1:b", "x1:a", 1)]


def test_titles_keep_the_ids_that_names_senders_and_nfo_files_of_others_gave(home: Path, begin: Begin) -> None:
    with begin("title_external_ids") as raw:
        raw.execute("""
            INSERT INTO movies BY NAME SELECT unnest([1, 2, 3]) AS id, 1 AS library_id, 'x' AS name_key,
                now() AS created_at, now() AS updated_at;
            INSERT INTO title_values BY NAME SELECT *, '' AS provider, 1.0 AS confidence, now() AS fetched_at,
                FALSE AS locked
            FROM (VALUES ('movie', 1, 'tmdb_id', '"603"'::JSON, 'name'), ('movie', 1, 'tmdb_id', '"604"', 'nfo'),
                         ('movie', 1, 'imdb_id', '"tt0000001"', 'sender'), ('movie', 1, 'title', '"Ring"', 'name'),
                         ('movie', 2, 'tmdb_id', '"605"', 'nfo'), ('movie', 2, 'imdb_id', '"tt0000002"', 'name'),
                         ('movie', 3, 'tmdb_id', '"606"', 'hand'), ('movie', 3, 'imdb_id', '"tt0000003"', 'provider'))
                AS v (entity_type, entity_id, field, value, origin);
            INSERT INTO published_files BY NAME SELECT 1 AS id, '/a.nfo' AS path_bytes, 1 AS library_id,
                'movie' AS entity_type, 2 AS entity_id, 'nfo' AS kind, '' AS content_hash, 1 AS operation_id,
                now() AS published_at;
        """)
    with Database.open(home) as database:
        kept = "SELECT entity_id, provider, external_id, origin FROM title_external_ids ORDER BY ALL"
        assert database.read().execute(kept).fetchall() == [
            (1, "imdb", "tt0000001", "sender"),
            (1, "tmdb", "604", "nfo"),
            (2, "imdb", "tt0000002", "name"),
        ]
        known = {(each.title_id, each.value) for each in external_ids.known(database.read())}
        assert known >= {(3, "606"), (3, "tt0000003"), (2, "605")}  # these are values
