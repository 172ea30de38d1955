"""Legacy .db files as the old Indexium made them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SCHEMA = """
CREATE TABLE scanned_files (file_hash TEXT PRIMARY KEY, last_known_filepath TEXT NOT NULL, processing_status TEXT);
CREATE TABLE faces (id INTEGER PRIMARY KEY AUTOINCREMENT, file_hash TEXT, frame_number INTEGER, face_encoding BLOB,
    person_name TEXT, suggested_person_name TEXT, suggested_confidence REAL, suggestion_status TEXT,
    suggested_candidates TEXT);
CREATE TABLE video_people (id INTEGER PRIMARY KEY, file_hash TEXT, person_name TEXT, created_at TIMESTAMP,
    UNIQUE (file_hash, person_name));
CREATE TABLE metadata_operations (id INTEGER PRIMARY KEY AUTOINCREMENT, operation_type TEXT NOT NULL,
    status TEXT NOT NULL, started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP,
    file_count INTEGER NOT NULL DEFAULT 0, success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0, error_message TEXT, user_note TEXT);
CREATE TABLE metadata_operation_items (id INTEGER PRIMARY KEY AUTOINCREMENT, operation_id INTEGER NOT NULL,
    file_hash TEXT NOT NULL, file_path TEXT NOT NULL, status TEXT NOT NULL, previous_comment TEXT,
    new_comment TEXT NOT NULL, tags_added TEXT, tags_removed TEXT, error_message TEXT, processed_at TIMESTAMP);
CREATE TABLE metadata_history (id INTEGER PRIMARY KEY AUTOINCREMENT, operation_item_id INTEGER NOT NULL,
    file_hash TEXT NOT NULL, backup_timestamp TIMESTAMP, original_comment TEXT, original_metadata_json TEXT);
"""

HISTORY = """
INSERT INTO scanned_files VALUES ('aa', '/films/a.mp4', 'done'), ('bb', '/films/b.mp4', 'done');
INSERT INTO metadata_operations VALUES
    (3, 'write', 'completed', '2024-05-01 10:00:00', '2024-05-01 10:02:00', 2, 1, 1, NULL, 'First tags'),
    (4, 'rollback', 'completed', '2024-05-02 10:00:00', '2024-05-02 10:00:30', 1, 1, 0, NULL, NULL),
    (5, 'write', 'in_progress', '2024-05-03T10:00:00', NULL, 1, 0, 0, NULL, 'Second tags');
INSERT INTO metadata_operation_items VALUES
    (7, 3, 'aa', '/films/a.mp4', 'success', NULL, 'People: Ann', '["Ann"]', '[]', NULL, '2024-05-01 10:01:00'),
    (8, 3, 'bb', '/films/b.mp4', 'failed', 'old', 'People: Bo', '["Bo"]', NULL, 'disk full', '2024-05-01 10:02:00'),
    (9, 4, 'aa', '/films/a.mp4', 'success', 'People: Ann', 'x', '[]', '["Ann"]', NULL, '2024-05-02 10:00:30'),
    (10, 5, 'cc', '/elsewhere/c.mp4', 'pending', NULL, 'People: Cy', 'no json', '{}', NULL, NULL);
INSERT INTO metadata_history VALUES (1, 7, 'aa', '2024-05-01 10:00:59', 'holiday', '{}');
"""


def make(path: Path, script: str = "", *, schema: str = SCHEMA) -> Path:
    """Make a database with these rows."""
    with opened(path) as old:
        old.executescript(schema + script)
    return path


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database as the old program does."""
    old = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        yield old
    finally:
        old.close()
