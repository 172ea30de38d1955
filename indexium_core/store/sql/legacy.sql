-- name: begin
-- Begin a transaction, so that all tables are read in one state. (SQLite)
BEGIN;

-- name: columns
-- The columns of a table; no rows where the table does not exist. A view is not a table. (SQLite)
SELECT name FROM pragma_table_info(?1)
WHERE EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE);

-- name: scanned_files
-- The last known path of each file. (SQLite)
SELECT file_hash, last_known_filepath FROM scanned_files;

-- name: faces
-- Confirmed faces, the first row of each person and file. Suggestions are no facts; encodings are never read. (SQLite)
SELECT file_hash, person_name, min(rowid) AS row FROM faces WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY row;

-- name: video_people
-- People tagged by hand, the first row of each person and file. (SQLite)
SELECT file_hash, person_name, min(rowid) AS row FROM video_people WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY row;

-- name: suggestions
-- Unconfirmed faces with their suggested people. For a column that an older database lacks, `missing` gives NULL:
-- SQLite looks up a column of the inner table first. Encodings are never read. (SQLite)
SELECT f.file_hash,
       (SELECT suggested_person_name FROM faces WHERE rowid = f.rowid) AS name,
       (SELECT suggested_confidence FROM faces WHERE rowid = f.rowid) AS confidence,
       (SELECT suggestion_status FROM faces WHERE rowid = f.rowid) AS status,
       (SELECT suggested_candidates FROM faces WHERE rowid = f.rowid) AS candidates
FROM faces AS f, (SELECT NULL AS suggested_person_name, NULL AS suggested_confidence, NULL AS suggestion_status,
                         NULL AS suggested_candidates) AS missing
WHERE f.person_name IS NULL;

-- name: metadata_operations
-- The operations. `missing` gives NULL for a column that an older database lacks, as in `suggestions`. (SQLite)
SELECT o.id,
       (SELECT operation_type FROM metadata_operations WHERE rowid = o.rowid) AS operation_type,
       (SELECT status FROM metadata_operations WHERE rowid = o.rowid) AS status,
       (SELECT started_at FROM metadata_operations WHERE rowid = o.rowid) AS started_at,
       (SELECT completed_at FROM metadata_operations WHERE rowid = o.rowid) AS completed_at,
       (SELECT file_count FROM metadata_operations WHERE rowid = o.rowid) AS file_count,
       (SELECT success_count FROM metadata_operations WHERE rowid = o.rowid) AS success_count,
       (SELECT failure_count FROM metadata_operations WHERE rowid = o.rowid) AS failure_count,
       (SELECT error_message FROM metadata_operations WHERE rowid = o.rowid) AS error_message,
       (SELECT user_note FROM metadata_operations WHERE rowid = o.rowid) AS user_note
FROM metadata_operations AS o, (SELECT NULL AS operation_type, NULL AS status, NULL AS started_at, NULL AS completed_at,
     NULL AS file_count, NULL AS success_count, NULL AS failure_count, NULL AS error_message, NULL AS user_note) AS missing;

-- name: metadata_operation_items
-- The files of the operations; `missing` as above. (SQLite)
SELECT i.operation_id, i.id, i.file_hash, i.file_path, i.status,
       (SELECT previous_comment FROM metadata_operation_items WHERE rowid = i.rowid) AS previous_comment,
       (SELECT new_comment FROM metadata_operation_items WHERE rowid = i.rowid) AS new_comment,
       (SELECT tags_added FROM metadata_operation_items WHERE rowid = i.rowid) AS tags_added,
       (SELECT tags_removed FROM metadata_operation_items WHERE rowid = i.rowid) AS tags_removed,
       (SELECT error_message FROM metadata_operation_items WHERE rowid = i.rowid) AS error_message,
       (SELECT processed_at FROM metadata_operation_items WHERE rowid = i.rowid) AS processed_at
FROM metadata_operation_items AS i, (SELECT NULL AS previous_comment, NULL AS new_comment, NULL AS tags_added,
     NULL AS tags_removed, NULL AS error_message, NULL AS processed_at) AS missing
ORDER BY i.operation_id, i.id;

-- name: metadata_history
-- The comment that each write found. (SQLite)
SELECT operation_item_id, original_comment FROM metadata_history WHERE original_comment IS NOT NULL;

-- name: make_files
-- The table of files, as in a legacy database. (SQLite)
CREATE TABLE scanned_files (file_hash TEXT PRIMARY KEY, last_known_filepath TEXT NOT NULL);

-- name: make_faces
-- The table of faces, without the columns that are never read. (SQLite)
CREATE TABLE faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file_hash TEXT, person_name TEXT, suggested_person_name TEXT,
    suggested_confidence REAL, suggestion_status TEXT
);

-- name: put_file
-- Insert a file. (SQLite)
INSERT OR IGNORE INTO scanned_files VALUES (?, ?);

-- name: put_face
-- Insert an unconfirmed face with its suggested person. (SQLite)
INSERT INTO faces (file_hash, suggested_person_name, suggested_confidence, suggestion_status) VALUES (?, ?, ?, 'pending');

-- name: make_operations
-- The table of operations. (SQLite)
CREATE TABLE metadata_operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operation_type TEXT NOT NULL, status TEXT NOT NULL, started_at TIMESTAMP NOT NULL,
    completed_at TIMESTAMP, user_note TEXT
);

-- name: make_items
-- The table of the files of operations. (SQLite)
CREATE TABLE metadata_operation_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operation_id INTEGER NOT NULL, file_hash TEXT NOT NULL, file_path TEXT NOT NULL,
    status TEXT NOT NULL, previous_comment TEXT, new_comment TEXT NOT NULL, tags_added TEXT, tags_removed TEXT
);

-- name: put_operation
-- Insert an operation. (SQLite)
INSERT INTO metadata_operations VALUES (?, ?, ?, ?, ?, ?);

-- name: put_item
-- Insert a file of an operation. (SQLite)
INSERT INTO metadata_operation_items VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?);
