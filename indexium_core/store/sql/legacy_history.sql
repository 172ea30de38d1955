-- name: imported_operations
-- The operations of a legacy .db file, oldest first, and those of them that the history has already.
CREATE OR REPLACE TEMP TABLE imported_operations AS
SELECT n.*, o.id AS known_id,
       o.id IS NOT NULL AND (o.status, o.file_count, o.success_count, o.failure_count)
           IS DISTINCT FROM (n.status, n.file_count, n.success_count, n.failure_count) AS is_changed
FROM (SELECT unnest($numbers::BIGINT[]) AS number, unnest($types::VARCHAR[]) AS operation_type,
             unnest($statuses::VARCHAR[]) AS status, unnest($starts::TIMESTAMPTZ[]) AS started_at,
             unnest($ends::TIMESTAMPTZ[]) AS completed_at, unnest($file_counts::BIGINT[]) AS file_count,
             unnest($success_counts::BIGINT[]) AS success_count, unnest($failure_counts::BIGINT[]) AS failure_count,
             unnest($error_messages::VARCHAR[]) AS error_message, unnest($notes::VARCHAR[]) AS user_note) AS n
LEFT JOIN metadata_operations AS o
  ON o.origin IS NOT NULL AND o.origin_id = n.number AND o.operation_type = n.operation_type
 AND o.started_at = n.started_at;

-- name: operation_counts
-- The number of operations that the history does not have, and of those that it has.
SELECT count(*) FILTER (known_id IS NULL), count(*) FILTER (known_id IS NOT NULL) FROM imported_operations;

-- name: number_operations
-- The new operations get their ids.
UPDATE imported_operations SET known_id = n.id
FROM (SELECT nextval('operation_ids') AS id, number, operation_type, started_at
      FROM (FROM imported_operations WHERE known_id IS NULL ORDER BY started_at, number)) AS n
WHERE (imported_operations.number, imported_operations.operation_type, imported_operations.started_at)
    = (n.number, n.operation_type, n.started_at);

-- name: insert_operations
-- Add the new operations. Their duration stays 0, so that no estimate uses it.
INSERT INTO metadata_operations BY NAME
SELECT known_id AS id, operation_type, status, status AS finished_as, started_at, completed_at, file_count, success_count,
       failure_count, file_count - success_count - failure_count AS skipped_count,
       error_message, user_note,
       'legacy' AS source, $origin AS origin, number AS origin_id, '{}' AS options
FROM imported_operations WHERE known_id NOT IN (SELECT id FROM metadata_operations);

-- name: update_operations
-- The old Indexium continued some operations after an earlier import. A title that was changed here stays.
UPDATE metadata_operations SET status = n.status, finished_as = n.status, completed_at = n.completed_at,
       file_count = n.file_count, success_count = n.success_count, failure_count = n.failure_count,
       skipped_count = n.file_count - n.success_count - n.failure_count, error_message = n.error_message
FROM (FROM imported_operations WHERE is_changed) AS n WHERE n.known_id = metadata_operations.id;

-- name: delete_items
-- Delete the files of these operations; the present ones follow.
DELETE FROM metadata_operation_items
WHERE id < 0 AND operation_id IN (SELECT known_id FROM imported_operations WHERE is_changed);

-- name: next_file_ids
-- Ids for files that the catalog does not know.
SELECT nextval('file_ids') FROM range($count);

-- name: insert_items
-- Add the files of new and changed operations, the newest with the highest id. No rollback undoes the writes that the old
-- Indexium rolled back itself, so they have no item in `reverted_by`, but they are not in force.
INSERT INTO metadata_operation_items BY NAME
SELECT (SELECT least(coalesce(min(id), 0), 0) FROM metadata_operation_items) - count(*) OVER ()
           + row_number() OVER (ORDER BY o.started_at, o.known_id, i.ord) - 1 AS id,
       o.known_id AS operation_id, i.file_id, f.file_hash, i.file_path, i.path_bytes, i.status, i.error_message,
       i.previous_comment, i.new_comment, i.tags_added, i.tags_removed, [] AS changes, -1 AS expected_size,
       0 AS expected_mtime_ns, i.processed_at, CASE WHEN o.status = 'rolled_back' AND i.status = 'success' THEN 0 END
           AS reverted_by
FROM (SELECT unnest($ords::BIGINT[]) AS ord, unnest($numbers::BIGINT[]) AS number, unnest($starts::TIMESTAMPTZ[]) AS started_at,
             unnest($file_ids::BIGINT[]) AS file_id, unnest($file_paths::VARCHAR[]) AS file_path,
             unnest($paths::BLOB[]) AS path_bytes, unnest($statuses::VARCHAR[]) AS status,
             unnest($error_messages::VARCHAR[]) AS error_message, unnest($previous::VARCHAR[]) AS previous_comment,
             unnest($new::VARCHAR[]) AS new_comment, unnest($processed::TIMESTAMPTZ[]) AS processed_at,
             unnest($added::VARCHAR[][]) AS tags_added, unnest($removed::VARCHAR[][]) AS tags_removed) AS i
JOIN imported_operations AS o ON o.number = i.number AND o.started_at = i.started_at
LEFT JOIN scanned_files AS f ON f.file_id = i.file_id
WHERE o.is_changed OR o.known_id NOT IN (SELECT operation_id FROM metadata_operation_items WHERE id < 0);

-- name: drop_imported_operations
-- Drop the table of the import.
DROP TABLE imported_operations;

-- name: delete_files
-- Delete the unmatched files of an earlier import of the same legacy .db file.
DELETE FROM legacy_files WHERE path_bytes IN (SELECT unnest($paths::BLOB[]));

-- name: insert_files
-- Add the unmatched files of an import.
INSERT INTO legacy_files
SELECT unnest($paths::BLOB[]), unnest($shown::VARCHAR[]), unnest($names::VARCHAR[]), unnest($unique::BOOLEAN[]);

-- name: any_files
-- Whether there are unmatched files.
SELECT EXISTS (FROM legacy_files);

-- name: link_items
-- The history of an unmatched file belongs to the file that a scan found at its path.
UPDATE metadata_operation_items SET file_id = f.file_id, file_hash = f.file_hash FROM scanned_files AS f
WHERE metadata_operation_items.id < 0 AND f.path_bytes = metadata_operation_items.path_bytes
  AND metadata_operation_items.file_id NOT IN (SELECT file_id FROM scanned_files);

-- name: drop_found_files
-- Files that a scan found are no longer unmatched.
DELETE FROM legacy_files WHERE path_bytes IN (SELECT path_bytes FROM scanned_files);

-- name: catalog_files
-- All files of the catalog, to match them.
SELECT file_id, path_bytes, coalesce(file_hash, ''), size, mtime_ns, state NOT IN ('missing', 'empty') FROM scanned_files
ORDER BY path_bytes, state = 'missing', file_id DESC;

-- name: take_faces
-- The suggestions of an unmatched file belong to a file.
UPDATE face_suggestions SET file_hash = f.file_hash, path_bytes = CASE WHEN f.file_hash IS NULL THEN f.path_bytes END
FROM scanned_files AS f
WHERE f.file_id = $file_id
  AND face_suggestions.path_bytes IN (SELECT path_bytes FROM legacy_files WHERE path = $path);

-- name: take_items
-- The history of an unmatched file belongs to a file.
UPDATE metadata_operation_items SET file_id = f.file_id, file_hash = f.file_hash FROM scanned_files AS f
WHERE f.file_id = $file_id AND metadata_operation_items.id < 0
  AND metadata_operation_items.path_bytes IN (SELECT path_bytes FROM legacy_files WHERE path = $path);

-- name: drop_taken
-- Delete the unmatched file. With people, it stays: after an undo, the people wait for its path again.
DELETE FROM legacy_files WHERE path = $path AND path_bytes NOT IN (SELECT path_bytes FROM video_people WHERE path_bytes IS NOT NULL);
