-- The rebuild of the database. `source` is an attached snapshot. The statements `snapshot_<table>` select what a snapshot knows
-- of a table. Facts that it lacks are read from the files by the next scan: their stored time differs from that of the file.

-- name: copied_tables
-- The tables that a rebuild fills, libraries and files first. The plan is computed again.
SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()
  AND table_name NOT IN ('schema_migrations', 'plan_rows', 'plans', 'plan_variants', 'plan_marks')
ORDER BY table_name <> 'libraries', table_name <> 'scanned_files', table_name;

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

-- name: insert_absent_rows
-- Add the rows to a table whose key it does not have.
INSERT INTO /* table */ BY NAME SELECT * FROM (/* rows */) ANTI JOIN /* table */ USING (/* key */);

-- name: clear_table
-- Delete the rows that a migration has added to a table.
DELETE FROM /* table */;

-- name: add_built_in_views
-- Add the built-in saved view, as its migration does.
INSERT INTO saved_views
SELECT 0, 'Favorites', 'favorites', 'favorite:yes', 'risk', FALSE, FALSE, now(), now()
WHERE NOT EXISTS (FROM saved_views WHERE name_key = 'favorites');

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

-- name: snapshot_scanned_files
-- The files. Their library folders have the ids of this database, or new ones.
SELECT s.file_id,
       coalesce(l.library_id, (SELECT coalesce(max(library_id), 0) FROM libraries)
                              + dense_rank() OVER (ORDER BY s.library))::INTEGER AS library_id,
       encode(s.path) AS path_bytes, s.path, lower(s.path) AS path_search, s.folder, s.file_name,
       s.extension AS file_ext, s.links AS nlink, s.size, epoch_ns(s.modified_at) - 1 AS mtime_ns, s.read_only, s.state,
       s.state_message, s.file_hash, s.container, s.duration, s.comment, s.comment_people AS people,
       list_transform(s.comment_people, lambda name: lower(nfc_normalize(name))) AS people_keys, s.custom_text, s.damage,
       s.first_seen_at AT TIME ZONE 'UTC' AS first_seen_at, s.scanned_at AT TIME ZONE 'UTC' AS scanned_at
FROM source.files AS s LEFT JOIN libraries AS l ON l.name = s.library;

-- name: snapshot_media_properties
-- The media properties of the files.
SELECT file_id, resolution, duration, size, video_codec, audio_codec, channels, sample_rate, frame_rate, hdr
FROM source.files;

-- name: snapshot_people
-- The people. In a snapshot of an older program, which has no qualifiers, the name means that of `without`.
SELECT person_id, name, lower(nfc_normalize(name)) AS person_key, lower(name) AS search,
       created_at AT TIME ZONE 'UTC' AS created_at, own_qualifier AS qualifier
FROM (SELECT '' AS qualifier) AS without, LATERAL (SELECT *, qualifier AS own_qualifier FROM source.people) AS own;

-- name: snapshot_person_aliases
-- Other spellings of people.
SELECT alias, lower(nfc_normalize(alias)) AS alias_key, person_id, created_at AT TIME ZONE 'UTC' AS created_at
FROM (SELECT unnest(aliases) AS alias, person_id, created_at FROM source.people);

-- name: snapshot_video_people
-- The assignments: once for each payload, else for each path.
SELECT row_number() OVER (ORDER BY a.target, a.person_id) AS assignment_id, a.file_hash,
       CASE WHEN a.file_hash IS NULL THEN a.target END AS path_bytes, a.person_id, 'hand' AS origin,
       p.created_at AT TIME ZONE 'UTC' AS created_at
FROM (SELECT DISTINCT f.file_hash, coalesce(encode(f.file_hash), encode(f.path)) AS target, a.person_id
      FROM source.file_people AS a JOIN source.files AS f USING (file_id)) AS a
JOIN source.people AS p USING (person_id);

-- name: snapshot_decisions
-- The edits and the skipped files. A snapshot does not have the end of a skip, so it has none.
SELECT 0 AS decision_id, p.file_id, kind, CASE WHEN kind = 'edit' THEN p.result_people END AS people,
       CASE WHEN kind = 'edit' THEN list_transform(p.result_people, lambda name: lower(nfc_normalize(name))) END AS people_keys,
       s.snapshot_at AS created_at
FROM source.plan AS p CROSS JOIN (SELECT unnest(['edit', 'postpone']) AS kind) AS k CROSS JOIN source.snapshot AS s
WHERE CASE WHEN kind = 'edit' THEN p.edited ELSE p.postponed END;

-- name: snapshot_metadata_operations
-- The operations. One that had not ended cannot be resumed, because a snapshot does not have all that it needs.
SELECT operation_id AS id, operation_type,
       CASE WHEN status IN ('pending', 'in_progress', 'paused', 'interrupted') THEN 'cancelled' ELSE status END AS status,
       started_at, coalesce(completed_at, started_at) AS completed_at, file_count, success_count,
       failure_count, skipped_count + file_count - success_count - failure_count - skipped_count - conflict_count
           - unknown_count AS skipped_count,
       conflict_count, unknown_count, seconds, error_message, title AS user_note, user_name, source,
       reverts_operation AS reverts_id, origin, origin_id, '{}' AS options
FROM (SELECT NULL::VARCHAR AS origin, NULL::BIGINT AS origin_id WHERE FALSE  -- older snapshots lack these columns
      UNION ALL BY NAME FROM source.operations);

-- name: snapshot_metadata_operation_items
-- The results of the files of the operations; a rollback is joined with what it rolled back.
SELECT i.item_id AS id, i.operation_id, i.file_id, f.file_hash, i.path AS file_path, encode(i.path) AS path_bytes,
       CASE WHEN i.status IN ('pending', 'writing') THEN 'skipped' ELSE i.status END AS status,
       i.previous_comment, i.new_comment, i.people_added AS tags_added, i.people_removed AS tags_removed, [] AS changes,
       i.size AS expected_size, 0 AS expected_mtime_ns, i.strategy,
       CASE WHEN i.status IN ('pending', 'writing') THEN 'cancelled' ELSE i.code END AS code, i.message AS error_message,
       i.seconds, old.item_id AS reverts_item, new.item_id AS reverted_by, i.processed_at
FROM source.operation_items AS i
LEFT JOIN source.files AS f USING (file_id)
JOIN source.operations AS o USING (operation_id)
LEFT JOIN (SELECT i.file_id, i.operation_id, max(i.item_id) AS item_id FROM source.operation_items AS i
           WHERE i.status = 'success' GROUP BY ALL) AS old
    ON old.operation_id = o.reverts_operation AND old.file_id = i.file_id AND i.status = 'success'
LEFT JOIN (SELECT i.file_id, o.reverts_operation, max(i.item_id) AS item_id FROM source.operation_items AS i
           JOIN source.operations AS o USING (operation_id)
           WHERE i.status = 'success' AND o.reverts_operation IS NOT NULL GROUP BY ALL) AS new
    ON new.reverts_operation = i.operation_id AND new.file_id = i.file_id AND i.status = 'success';

-- name: snapshot_audit_events
-- The changes of media properties and of locks.
SELECT row_number() OVER (ORDER BY changed_at) AS id, changed_at AS "at", actor, action, file_id, field, old_value AS "old",
       new_value AS "new", job_id
FROM source.audit;

-- name: snapshot_moment
-- The moment that the snapshot in the opened file shows.
SELECT snapshot_at FROM snapshot;

-- name: decision_ids
-- New ids for the decisions of a snapshot.
UPDATE decisions SET decision_id = nextval('ids') WHERE decision_id = 0;

-- name: names_to_fold
-- The texts of people, aliases and files, whose keys Python computes.
SELECT 'people' AS name, list(DISTINCT name) AS texts FROM people
UNION ALL SELECT 'aliases', list(DISTINCT alias) FROM person_aliases
UNION ALL SELECT 'edits', list(DISTINCT name) FROM (SELECT unnest(people) AS name FROM decisions);

-- name: fold_people
-- The keys and the search texts of people.
UPDATE people SET person_key = k.key, search = k.folded
FROM (SELECT unnest($texts::VARCHAR[]) AS text, unnest($keys::VARCHAR[]) AS key, unnest($folded::VARCHAR[]) AS folded) AS k
WHERE k.text = name;

-- name: fold_aliases
-- The keys of other spellings.
UPDATE person_aliases SET alias_key = k.key
FROM (SELECT unnest($texts::VARCHAR[]) AS text, unnest($keys::VARCHAR[]) AS key) AS k WHERE k.text = alias;

-- name: fold_edits
-- The keys of the people of edits.
WITH keys AS (SELECT map($texts::VARCHAR[], $keys::VARCHAR[]) AS of_name)
UPDATE decisions SET people_keys = list_transform(people, lambda name: keys.of_name[name]) FROM keys
WHERE people IS NOT NULL;

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
       $at AS completed_at, $note AS user_note, 'rebuild' AS source, '{}' AS options
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
-- What a rollback compares: the digests of a file before and after its write, and the changes of its comment. The item
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
