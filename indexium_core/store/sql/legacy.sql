-- name: columns
-- The columns of a table; no rows where the table does not exist. (SQLite)
SELECT name FROM pragma_table_info(?);

-- name: paths
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
