"""Each statement that records a change stores who did it, and only the borders of the program say who acts."""

from __future__ import annotations

import re
from pathlib import Path

from indexium_core.store import sql

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = sorted(path for path in (ROOT / "indexium_core/store/sql").glob("*.sql"))
CREATED = re.compile(r"ALTER TABLE (\w+) ADD COLUMN actor_kind|CREATE TABLE (\w+) \([^;]*?\bactor_kind\b", re.DOTALL)
DROPPED = re.compile(r"DROP TABLE (\w+)")
INSERTED = re.compile(r"(?:INSERT (?:OR REPLACE )?|MERGE )INTO (\w+)")
OF_OTHERS = {  # rows of other programs and of earlier times
    ("ledger", "record_foreign"),
    ("legacy", "put_operation"),
    ("legacy_history", "insert_operations"),
    ("rebuild", "add_operation"),
    ("publishing", "insert_log"),  # has the actor of its operation
    ("changers", "follow_files"),  # has the actors of former rows
    ("artwork", "insert_candidates"),  # no person selected them yet
    ("matches", "restore_pictures"),
    ("selection", "restore_candidates"),
    ("selection", "restore_rejected"),
}


def tables_with_actors() -> set[str]:
    """Return the tables that have the columns of an actor, according to the migrations."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "indexium_core/store/sql/migrations").glob("*.sql"))
    joined = "\n".join(texts)
    return {name for pair in CREATED.findall(joined) for name in pair if name} - set(DROPPED.findall(joined))


def test_each_record_of_a_change_has_its_actor() -> None:
    recorded = tables_with_actors()
    assert recorded >= {"metadata_operations", "job_queue", "decisions", "steps", "audit_events"}
    silent, seen = [], set()
    for path in STATEMENTS:
        for name, text in sql.compose(path.stem).items():
            tables = {table for table in INSERTED.findall(text) if table in recorded}
            seen |= tables
            if tables and "$actor_kind" not in text and (path.stem, name) not in OF_OTHERS:
                silent.append(f"{path.name}: {name}")
    assert not silent
    assert seen == recorded


def test_login_name_is_read_in_one_place() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("indexium_core", "dashboards")
        for path in (ROOT / folder).rglob("*.py")
        if "getuser(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["indexium_core/model/operations/actor.py"]
