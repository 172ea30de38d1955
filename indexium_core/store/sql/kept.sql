-- What every snapshot has, in its schema `home`, of the tables that the files hold in part; `rebuild.sql` joins it with the
-- published tables. The snapshot has the other tables of the home whole.

-- name: scanned_files
-- The identity of the files, and the times that only Indexium knows. Most paths are texts, which the published table has.
SELECT file_id, library_id, CASE WHEN encode(path) <> path_bytes THEN path_bytes END AS path_bytes, device, inode, mode,
       mtime_ns, own_mtime_ns, former_mtime_ns
FROM scanned_files;

-- name: media_properties
-- When, with which program and with which problem the properties were read, and what differs from the published columns:
-- a locked duration or size is not that of the file.
SELECT file_id, duration, size, hdr, tool, read_at, problem_code, problem FROM media_properties;

-- name: sequences
-- Each sequence of this database with the next number that it gives.
SELECT sequence_name, coalesce(last_value + 1, start_value) FROM duckdb_sequences()
WHERE database_name = current_database() AND schema_name = 'main';
