-- name: columns
-- Names of the columns of a table, none if there is no such table. (SQLite)
SELECT name FROM pragma_table_info(?);

-- name: paths
-- Where each file was last seen. (SQLite)
SELECT file_hash, last_known_filepath FROM scanned_files;

-- name: faces
-- People whom somebody put a name to; the first row of each. Suggestions are no facts, and encodings are never
-- loaded. (SQLite)
SELECT file_hash, person_name, min(rowid) AS row FROM faces WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY row;

-- name: video_people
-- People tagged by hand, and the first row of each. (SQLite)
SELECT file_hash, person_name, min(rowid) AS row FROM video_people WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY row;

-- name: suggestions
-- Faces that nobody put a name to, with whom they were taken for. A column that an older file lacks is found among
-- `missing`, for an inner name is looked up in the table first. Encodings are never loaded. (SQLite)
SELECT f.file_hash,
       (SELECT suggested_person_name FROM faces WHERE rowid = f.rowid) AS name,
       (SELECT suggested_confidence FROM faces WHERE rowid = f.rowid) AS confidence,
       (SELECT suggestion_status FROM faces WHERE rowid = f.rowid) AS status,
       (SELECT suggested_candidates FROM faces WHERE rowid = f.rowid) AS candidates
FROM faces AS f, (SELECT NULL AS suggested_person_name, NULL AS suggested_confidence, NULL AS suggestion_status,
                         NULL AS suggested_candidates) AS missing
WHERE f.person_name IS NULL;

-- name: make_files
-- The table of films, as the old Indexium has it. (SQLite)
CREATE TABLE scanned_files (file_hash TEXT PRIMARY KEY, last_known_filepath TEXT NOT NULL);

-- name: make_faces
-- The table of faces, but for what is never read. (SQLite)
CREATE TABLE faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file_hash TEXT, person_name TEXT, suggested_person_name TEXT,
    suggested_confidence REAL, suggestion_status TEXT
);

-- name: put_file
-- A film. (SQLite)
INSERT OR IGNORE INTO scanned_files VALUES (?, ?);

-- name: put_face
-- A face that nobody put a name to, and whom it was taken for. (SQLite)
INSERT INTO faces (file_hash, suggested_person_name, suggested_confidence, suggestion_status) VALUES (?, ?, ?, 'pending');
