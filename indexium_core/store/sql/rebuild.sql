-- The rebuild of the database. `source` is an attached source of rows: a database, or a snapshot. The statements
-- `snapshot_<table>` join what a snapshot has of the tables that the files hold in part (`kept.sql`).

-- name: columns_of
-- The columns of a table in a database, in order.
SELECT column_name FROM duckdb_columns() WHERE database_name = $database AND table_name = $name ORDER BY column_index;

-- name: rows_of_source
-- The rows of a table of the source.
SELECT /* columns */ FROM source./* table */;

-- name: own_rows
-- The rows of a table of this database, to compare them with those of the source.
SELECT /* columns */ FROM /* table */;

-- name: row_group_of_source
-- The rows of a table of the source between two row ids.
SELECT /* columns */ FROM source./* table */ WHERE rowid >= $1 AND rowid < $2;

-- name: last_row_of_source
-- The number of row ids of a table of the source.
SELECT coalesce(max(rowid) + 1, 0) FROM source./* table */;

-- name: insert_rows
-- Add rows to a table.
INSERT INTO /* table */ BY NAME SELECT * FROM (/* rows */);

-- name: insert_columns
-- Add some columns of rows to a table.
INSERT INTO /* table */ BY NAME SELECT /* columns */ FROM (/* rows */);

-- name: insert_absent_rows
-- Add the rows to a table whose key it does not have.
INSERT INTO /* table */ BY NAME SELECT * FROM (/* rows */) ANTI JOIN /* table */ USING (/* key */);

-- name: clear_table
-- Delete the rows that a migration has added to a table.
DELETE FROM /* table */;

-- name: add_built_in_views
-- Add the built-in saved view, as its migrations do.
INSERT INTO saved_views
SELECT 0, 'Favourites', 'favourites', 'favorite:yes', 'risk', FALSE, FALSE, now(), now()
WHERE NOT EXISTS (FROM saved_views WHERE name_key = 'favourites' OR view_id = 0);

-- name: delete_rows
-- Delete rows by their row ids.
DELETE FROM /* table */ WHERE rowid IN (/* rows */);

-- name: continue_sequence
-- Let a sequence continue with a number.
CREATE OR REPLACE SEQUENCE /* sequence */ START /* number */;

-- name: present_database
-- The name of this database.
SELECT current_database();

-- name: key_of
-- The columns of the primary key of a table of this database.
SELECT constraint_column_names FROM duckdb_constraints()
WHERE database_name = current_database() AND table_name = $1 AND constraint_type = 'PRIMARY KEY';

-- name: source_sequences
-- Each sequence of the source with the next number that it gives.
SELECT sequence_name, coalesce(last_value + 1, start_value) FROM duckdb_sequences() WHERE database_name = 'source';

-- name: keep_identity
-- The home keeps the time of its creation, which identifies it.
UPDATE schema_migrations SET applied_at = s.applied_at FROM source.schema_migrations AS s
WHERE s.version = schema_migrations.version;

-- name: tables_of_snapshot
-- The tables of the home in `kept`, the private part of the snapshot `source`.
SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept' AND schema_name = 'home';

-- name: is_of_one_moment
-- Whether a snapshot and its private part show the same moment.
SELECT (FROM source.snapshot SELECT snapshot_at) = (FROM kept.snapshot SELECT snapshot_at);

-- name: schema_of_snapshot
-- The newest migration of the home that the private part of a snapshot shows.
SELECT max(version) FROM kept.home.schema_migrations;

-- name: snapshot_rows
-- The rows of a table that the snapshot has whole.
SELECT * FROM kept.home./* table */;

-- name: snapshot_scanned_files
-- The files. Their stored time differs by one nanosecond from that of the file, so that the next scan reads what is not here.
SELECT f.file_id, k.library_id, coalesce(k.path_bytes, encode(f.path)) AS path_bytes, f.path, lower(f.path) AS path_search,
       f.folder, f.file_name, f.extension AS file_ext, k.device, k.inode, f.links AS nlink, k.mode, f.size,
       k.mtime_ns - 1 AS mtime_ns, k.own_mtime_ns, k.former_mtime_ns, f.read_only, f.state, f.state_message, f.file_hash,
       f.container, f.duration, f.media_kind, f.comment, f.comment_people AS people,
       list_transform(f.comment_people, lambda name: lower(name)) AS people_keys, f.custom_text, f.damage,
       f.fields, f.first_seen_at, f.scanned_at
FROM source.files AS f JOIN kept.home.scanned_files AS k USING (file_id);

-- name: snapshot_media_properties
-- The media properties.
SELECT f.file_id, f.resolution, k.duration, k.size, f.video_codec, f.audio_codec, f.channels, f.sample_rate, f.frame_rate,
       k.hdr, k.tool, k.read_at, k.problem_code, k.problem, f.camera, f.lens, f.taken, f.latitude, f.longitude, f.faces
FROM source.files AS f JOIN kept.home.media_properties AS k USING (file_id);

-- name: snapshot_sequences
-- Each sequence of the home with the next number that it gives.
SELECT sequence_name, start_value FROM duckdb_sequences() WHERE database_name = 'kept' AND schema_name = 'home';

-- name: snapshot_identity
-- The home keeps the time of its creation, which identifies it.
UPDATE schema_migrations SET applied_at = s.applied_at FROM kept.home.schema_migrations AS s
WHERE s.version = schema_migrations.version;

-- name: texts_to_fold
-- The paths and the names of people in files with letters outside ASCII, whose keys Python computes.
SELECT coalesce(list(DISTINCT text) FILTER (is_path), []), coalesce(list(DISTINCT text) FILTER (NOT is_path), [])
FROM (SELECT TRUE AS is_path, path AS text FROM scanned_files UNION ALL SELECT FALSE, unnest(people) FROM scanned_files)
WHERE NOT regexp_full_match(text, '[\x00-\x7F]*');

-- name: fold_paths
-- The search texts of paths.
UPDATE scanned_files SET path_search = k.folded
FROM (SELECT unnest($1::VARCHAR[]) AS path, unnest($2::VARCHAR[]) AS folded) AS k WHERE k.path = scanned_files.path;

-- name: fold_people
-- The keys of the people in files.
WITH keys AS (SELECT map($1::VARCHAR[], $2::VARCHAR[]) AS of_name)
UPDATE scanned_files SET people_keys = list_transform(people, lambda name: coalesce(keys.of_name[name], lower(name)))
FROM keys WHERE list_has_any(people, $1::VARCHAR[]);

-- name: drop_table
-- Drop a table that the snapshot does not have, so that another source fills it.
DROP TABLE /* table */;

-- name: snapshot_moment
-- The moment that the snapshot in the opened file shows.
SELECT snapshot_at FROM snapshot;

-- name: libraries_of_files
-- The library folders of files that lack theirs, from the paths of the files. A scan finds out whether they are online.
INSERT INTO libraries BY NAME
SELECT library_id, any_value(root) AS path, encode(any_value(root)) AS path_bytes,
       regexp_extract(any_value(root), '[^/]*$') AS name
FROM (SELECT library_id, path[:-(len(file_name) + len(folder) + CASE WHEN folder = '' THEN 2 ELSE 3 END)] AS root
      FROM scanned_files ANTI JOIN libraries USING (library_id))
GROUP BY library_id HAVING count(DISTINCT root) = 1;

-- name: recorded_items
-- The items that have a backup, and the digests that a rollback compares.
SELECT operation_item_id FROM metadata_history AS h JOIN metadata_operation_items AS i ON i.id = h.operation_item_id
WHERE i.id IN (SELECT unnest($1::BIGINT[])) AND i.written_state IS NOT NULL;

-- name: operations
-- The ids of all operations.
SELECT id FROM metadata_operations;

-- name: owners
-- The operations and the paths of items.
SELECT id, operation_id, path_bytes FROM metadata_operation_items WHERE id IN (SELECT unnest($1::BIGINT[]));

-- name: files_at
-- The ids of files by path.
SELECT path_bytes, file_id, file_hash FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[]));

-- name: next_file_id
-- An id for a file that the database does not know.
SELECT nextval('file_ids');

-- name: add_operation
-- An operation of which only the journal is left.
INSERT INTO metadata_operations BY NAME
SELECT $operation_id AS id, 'write' AS operation_type, 'completed' AS status, 'completed' AS finished_as, $at AS started_at,
       $at AS completed_at, $note AS user_note, 'rebuild' AS source, 'system' AS actor_kind,
       '{}' AS options
WHERE NOT EXISTS (FROM metadata_operations WHERE id = $operation_id);

-- name: add_item
-- The result of a file of which only the entry in the journal is left.
INSERT INTO metadata_operation_items BY NAME
SELECT $item_id AS id, $operation_id AS operation_id, $file_id AS file_id, $file_hash AS file_hash, $path AS file_path,
       $path_bytes AS path_bytes, 'success' AS status, $previous_comment AS previous_comment, $new_comment AS new_comment,
       $added::VARCHAR[] AS tags_added, $removed::VARCHAR[] AS tags_removed, [] AS changes, $size AS expected_size,
       $mtime_ns AS expected_mtime_ns, $at AS processed_at
WHERE NOT EXISTS (FROM metadata_operation_items WHERE id = $item_id);

-- name: drop_history
-- The backup of an item that a later attempt wrote into another journal.
DELETE FROM metadata_history
WHERE operation_item_id IN (SELECT id FROM metadata_operation_items WHERE id = $item_id AND status <> 'success');

-- name: set_states
-- What a rollback compares: the digests of a file before and after its write, and the changes of its fields. The item
-- of an operation that was interrupted at the time of the backup, and resumed later, is written.
UPDATE metadata_operation_items SET status = 'success', code = '', error_message = '',
    processed_at = coalesce(processed_at, $at), original_state = $original_state, written_state = $written_state,
    changes = CASE WHEN len(changes) > 0 THEN changes
                   ELSE from_json($changes, '[{"field": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR", "where": "VARCHAR",
                                             "segment": "VARCHAR"}]') END
WHERE id = $item_id AND written_state IS NULL;

-- name: add_history
-- The backup of an item.
INSERT INTO metadata_history BY NAME
SELECT nextval('ids') AS id, i.id AS operation_item_id, i.operation_id, i.file_id, i.file_hash, $at AS backup_timestamp,
       i.previous_comment AS original_comment, $mtime_ns AS original_mtime_ns, $journal AS journal, $kind AS kind,
       $journal_bytes AS bytes, $kept AS kept_path, $kept_bytes AS kept_bytes, $parted::UBIGINT AS parted_inode,
       $expires_at AS expires_at
FROM metadata_operation_items AS i
WHERE i.id = $item_id AND NOT EXISTS (FROM metadata_history WHERE operation_item_id = $item_id);

-- name: link_rollbacks
-- An operation of which only the journal is left may be a rollback: each of its files got the bytes back that an older
-- write had changed. Join the items, and return the ids of the newer ones.
UPDATE metadata_operation_items SET reverts_item = r.item, restore = 'bytes'
FROM (SELECT i.id, max(j.id) AS item
      FROM metadata_operation_items AS i JOIN metadata_operations AS o ON o.id = i.operation_id AND o.source = 'rebuild'
      JOIN metadata_operation_items AS j
        ON j.file_id = i.file_id AND j.id < i.id AND j.operation_id <> i.operation_id AND j.status = 'success'
       AND j.original_state = i.written_state AND j.written_state = i.original_state
      WHERE i.status = 'success' AND i.reverts_item IS NULL GROUP BY i.id) AS r
WHERE metadata_operation_items.id = r.id
RETURNING metadata_operation_items.id;

-- name: set_rollbacks
-- These operations are rollbacks if all their items restore something.
UPDATE metadata_operations SET operation_type = 'rollback', reverts_id = t.reverts_id
FROM (SELECT i.operation_id, max(j.operation_id) AS reverts_id FROM metadata_operation_items AS i
      LEFT JOIN metadata_operation_items AS j ON j.id = i.reverts_item
      GROUP BY i.operation_id HAVING bool_and(j.id IS NOT NULL)) AS t
WHERE t.operation_id = metadata_operations.id AND source = 'rebuild';

-- name: reverted_by_items
-- The operations whose items these items restore.
SELECT DISTINCT j.operation_id FROM metadata_operation_items AS i JOIN metadata_operation_items AS j ON j.id = i.reverts_item
WHERE i.id IN (SELECT unnest($1::BIGINT[]));

-- name: rolled_back_files
-- The files whose last change is a rollback of which only the journal is left, and that are not skipped.
SELECT i.file_id FROM metadata_operation_items AS i
JOIN metadata_operations AS o ON o.id = i.operation_id AND o.source = 'rebuild'
SEMI JOIN scanned_files AS f ON f.file_id = i.file_id
ANTI JOIN (FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL) AS d ON d.file_id = i.file_id
WHERE i.status = 'success' AND i.reverts_item IS NOT NULL
  AND i.id = (SELECT max(n.id) FROM metadata_operation_items AS n WHERE n.file_id = i.file_id AND n.status = 'success');

-- name: unknown_paths
-- The paths of changed files that no scan has found.
SELECT DISTINCT path_bytes FROM metadata_operation_items WHERE file_id NOT IN (SELECT file_id FROM scanned_files)
ORDER BY path_bytes;

-- name: link_items
-- Items of files that the database did not know get the files at their paths.
UPDATE metadata_operation_items SET file_id = f.file_id, file_hash = coalesce(metadata_operation_items.file_hash, f.file_hash)
FROM scanned_files AS f
WHERE f.path_bytes = metadata_operation_items.path_bytes
  AND metadata_operation_items.file_id NOT IN (SELECT file_id FROM scanned_files);

-- name: link_history
-- The backups of items have the files of their items.
UPDATE metadata_history SET file_id = i.file_id FROM metadata_operation_items AS i
WHERE i.id = operation_item_id AND i.file_id <> metadata_history.file_id;

-- name: count_again
-- The counts of an operation, from its items.
UPDATE metadata_operations SET file_count = greatest(file_count, t.files), success_count = t.written
FROM (SELECT count(*) AS files, count(*) FILTER (status = 'success') AS written FROM metadata_operation_items
      WHERE operation_id = $1) AS t
WHERE id = $1;

-- name: probes
-- A sample of the present files, with the facts that a probe compares.
SELECT path_bytes, size, mtime_ns, comment, file_hash FROM scanned_files WHERE state = 'ok' USING SAMPLE 20 ROWS;

-- name: forget_hashes
-- Delete the known hashes of these files.
DELETE FROM hash_cache WHERE rowid IN (
    SELECT c.rowid FROM hash_cache AS c JOIN scanned_files AS f USING (device, inode, size, mtime_ns)
    WHERE f.path_bytes IN (SELECT unnest($1::BLOB[])));

-- name: read_again
-- The next scan reads these files.
UPDATE scanned_files SET mtime_ns = mtime_ns - 1 WHERE path_bytes IN (SELECT unnest($1::BLOB[]));
