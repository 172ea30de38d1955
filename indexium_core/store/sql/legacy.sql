-- name: columns
-- Names of the columns of a table, none if there is no such table. (SQLite)
SELECT name FROM pragma_table_info(?);

-- name: paths
-- Where each file was last seen. (SQLite)
SELECT file_hash, last_known_filepath FROM scanned_files;

-- name: faces
-- People whom somebody put a name to; suggestions are no facts, and encodings are never loaded. (SQLite)
SELECT file_hash, person_name FROM faces WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY min(rowid);

-- name: video_people
-- People tagged by hand. (SQLite)
SELECT file_hash, person_name FROM video_people WHERE person_name IS NOT NULL
GROUP BY file_hash, person_name ORDER BY min(rowid);
