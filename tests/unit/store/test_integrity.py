"""The checks of the database cover its tables."""

from __future__ import annotations

from indexium_core.store import snapshot, sql, survival
from indexium_core.store.database import Database
from indexium_core.store.rebuild import integrity

# Tables whose keys come from other tables, or continue after their largest one.
_WITHOUT_SEQUENCE = {
    *("legacy_files", "video_people", "touched_files", "schema_migrations"),
    *("custom_fields", "provider_cache", "title_searches", "title_enrichment", "film_evidence"),
}
_KEYS = "SELECT table_name, constraint_column_names[1] FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"


def test_numbers_of_every_key_are_compared_with_its_sequence(database: Database) -> None:
    text = sql.load("integrity")["used_numbers"]
    for table, column in database.read().execute(_KEYS).fetchall():
        if table not in _WITHOUT_SEQUENCE:
            assert f"max({column}), 0) FROM {table}" in text, table


def test_new_database_has_no_finding(database: Database) -> None:
    reader = database.read()

    assert integrity.missing_columns(reader) == []
    assert integrity.orphans(reader) == []
    assert integrity.exhausted_sequences(reader) == {}
    assert integrity.miscounted_operations(reader) == []


def test_orphaned_rows_are_selected_from_the_table_of_the_name() -> None:
    for name, text in integrity.orphan_statements().items():
        assert f"FROM {name.removeprefix(integrity.ORPHANED)} AS" in text


def test_rebuild_reads_only_tables_that_a_snapshot_has() -> None:
    """A snapshot of any version has the published tables and columns, so a rebuild may use them."""
    known = {table.name for table in snapshot.tables()}
    known |= {f"home.{name}" for name in survival.of(*survival.KEPT)}
    for name, text in sql.load("rebuild").items():
        if name.startswith("snapshot_"):
            used = {word.rstrip(",)\n").split()[0] for word in text.split("source.")[1:]}
            assert {each.rstrip(");") for each in used} - {"home./*"} <= known, name


def test_every_table_has_a_rule_for_the_loss_of_the_database(database: Database) -> None:
    """A new table needs a line in `store/survival.py`."""
    assert set(integrity.tables(database.read())) == set(survival.TABLES)
