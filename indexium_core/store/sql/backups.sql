-- name: records
-- Backups, newest first.
SELECT h.id, h.operation_item_id, h.operation_id, h.file_id, h.kind, h.bytes, h.backup_timestamp AS created_at,
       h.expires_at, h.journal, h.dropped_at IS NOT NULL AS dropped, h.file_hash, m.file_path, h.kept_path AS kept,
       coalesce(h.kept_bytes, 0) AS kept_bytes, coalesce(h.evicted_reason, '') AS evicted_reason, m.status,
       m.previous_comment AS comment
FROM metadata_history h JOIN metadata_operation_items m ON m.id = h.operation_item_id
WHERE (len($operation_ids::BIGINT[]) = 0 OR list_contains($operation_ids::BIGINT[], h.operation_id))
  AND (len($item_ids::BIGINT[]) = 0 OR list_contains($item_ids::BIGINT[], h.operation_item_id))
ORDER BY h.id DESC;

-- name: by_operation
-- The backups of each operation, newest first.
SELECT o.id AS operation_id, o.operation_type, o.status, min(h.backup_timestamp) AS created_at,
       count(*) FILTER (h.dropped_at IS NULL) AS items,
       coalesce(sum(h.bytes) FILTER (h.dropped_at IS NULL), 0) AS bytes,
       count(*) FILTER (h.dropped_at IS NULL AND h.kind = 'journal') AS journal,
       count(*) FILTER (h.dropped_at IS NULL AND h.kind = 'delta') AS delta,
       count(*) FILTER (h.dropped_at IS NULL AND h.kind = 'original') AS original,
       count(*) FILTER (h.dropped_at IS NULL AND h.kind = 'tags') AS tags,
       count(*) FILTER (h.dropped_at IS NOT NULL) AS gone
FROM metadata_history h JOIN metadata_operation_items m ON m.id = h.operation_item_id
JOIN metadata_operations o ON o.id = h.operation_id
WHERE m.status = 'success' GROUP BY ALL HAVING items > 0 ORDER BY o.id DESC;

-- name: usage
-- The size of journals and kept originals in bytes.
SELECT coalesce(sum(bytes), 0) FROM metadata_history WHERE dropped_at IS NULL;

-- name: pending_items
-- These items, if they have no result yet.
SELECT id FROM metadata_operation_items WHERE id IN (SELECT unnest($1::BIGINT[])) AND status IN ('pending', 'writing');

-- name: is_exact_rollback
-- Whether an item rolls another one back, byte for byte.
SELECT EXISTS (FROM metadata_operation_items WHERE id = $1 AND restore = 'bytes');

-- name: journals_of
-- The journal files of an operation.
SELECT DISTINCT journal FROM metadata_history WHERE operation_id = $operation_id AND dropped_at IS NULL;

-- name: all_journals
-- All journal files that the database has ever known, including removed ones.
SELECT DISTINCT journal FROM metadata_history WHERE journal IS NOT NULL;

-- name: expired
-- Operations whose backups have expired and are not needed.
SELECT DISTINCT h.operation_id FROM metadata_history h JOIN metadata_operations o ON o.id = h.operation_id
WHERE h.dropped_at IS NULL AND h.backup_timestamp < $before
  AND o.status NOT IN ('pending', 'in_progress', 'paused', 'interrupted', 'failed') AND o.unknown_count = 0;

-- name: drop_operation
-- Mark the backups of an operation as dropped, with the reason.
UPDATE metadata_history SET dropped_at = $now, evicted_reason = $reason
WHERE operation_id = $operation_id AND dropped_at IS NULL;

-- name: evictable
-- The backups to remove so that $needed bytes become free, in this order: kept originals, oldest first, then whole
-- journals. Backups of unfinished operations and of waiting rollbacks stay. The last column is the size of everything
-- that may be removed: if it is less than needed, removing anything is useless.
WITH spare AS (
    SELECT h.* FROM metadata_history h JOIN metadata_operations o ON o.id = h.operation_id
    WHERE h.dropped_at IS NULL AND o.unknown_count = 0
      AND o.status NOT IN ('pending', 'in_progress', 'paused', 'interrupted', 'failed')
      AND h.operation_item_id NOT IN (SELECT reverts_item FROM metadata_operation_items
                                      WHERE reverts_item IS NOT NULL AND status IN ('pending', 'writing'))
), whole AS (
    SELECT operation_id, journal FROM metadata_history GROUP BY ALL
    HAVING count(*) FILTER (dropped_at IS NULL) = count(*) FILTER (id IN (SELECT id FROM spare))
), units AS (
    SELECT 0 AS turn, id, operation_id, operation_item_id AS item_id, '' AS journal, kept_bytes AS bytes
    FROM spare WHERE kept_path IS NOT NULL AND kept_bytes > 0
    UNION ALL
    SELECT 1, min(s.id), s.operation_id, NULL, s.journal, sum(s.bytes - coalesce(s.kept_bytes, 0))::BIGINT
    FROM spare s SEMI JOIN whole USING (operation_id, journal) GROUP BY s.operation_id, s.journal HAVING sum(s.bytes) > 0
), counted AS (
    SELECT *, sum(bytes) OVER (ORDER BY turn, id ROWS UNBOUNDED PRECEDING) - bytes AS before, sum(bytes) OVER () AS total
    FROM units
)
SELECT operation_id, item_id, journal, bytes, total FROM counted WHERE before < $needed ORDER BY turn, id;

-- name: drop_items
-- Mark the backups of these items as dropped, with the reason.
UPDATE metadata_history SET dropped_at = $now, evicted_reason = $reason
WHERE dropped_at IS NULL AND operation_item_id IN (SELECT unnest($item_ids::BIGINT[]));

-- name: drop_journals
-- Mark all backups in these journals as dropped, with the reason.
UPDATE metadata_history SET dropped_at = $now, evicted_reason = $reason
WHERE dropped_at IS NULL AND journal IN (SELECT unnest($journals::VARCHAR[]));

-- name: leftovers
-- Kept originals that are no longer backups and are not removed yet.
SELECT operation_item_id, file_id, kept_path FROM metadata_history WHERE dropped_at IS NOT NULL AND kept_path IS NOT NULL;

-- name: mark_removed
-- Record that these kept originals are removed.
UPDATE metadata_history SET kept_path = NULL, kept_bytes = 0
WHERE dropped_at IS NOT NULL AND operation_item_id IN (SELECT unnest($item_ids::BIGINT[]));

-- name: dead_journals
-- The given journals without a backup that no unfinished operation needs.
SELECT h.journal FROM metadata_history h JOIN metadata_operations o ON o.id = h.operation_id
WHERE h.journal IN (SELECT unnest($journals::VARCHAR[]))
GROUP BY h.journal
HAVING bool_and(h.dropped_at IS NOT NULL) AND bool_and(o.unknown_count = 0)
   AND bool_and(o.status NOT IN ('pending', 'in_progress', 'paused', 'interrupted', 'failed'));

-- name: locations_of
-- Where these files are now, as the catalog knows them.
SELECT file_id, path_bytes, size, mtime_ns FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])) AND state <> 'missing';
