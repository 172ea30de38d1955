-- name: next_operation_id
-- The id of a new operation.
SELECT nextval('operation_ids');

-- name: insert_operation
-- Add an operation, whose items and job are stored already.
INSERT INTO metadata_operations (id, operation_type, status, started_at, user_note, user_action, user_name, actor_kind,
                                 actor_id, source, plan_id, reverts_id, options, job_id, file_count, conflict_count)
VALUES ($id, $operation_type, 'pending', $now, $user_note, $user_action, $actor_name, $actor_kind, $actor_id, $source,
        $plan_id, $reverts_id, $options, $job_id, $file_count, $conflict_count);

-- name: rename_operation
-- Change the note of an operation, which is its title in the history.
UPDATE metadata_operations SET user_note = $title WHERE id = $id;

-- name: insert_write_items
-- One item for each selected file, with the result of the plan and the present state of the file as precondition. Files
-- that another operation uses become conflicts at once; $messages has the text for each of $busy. With $fields, only the
-- changes of these fields; $has_comment: the comment is one of them.
INSERT INTO metadata_operation_items (id, operation_id, file_id, file_hash, file_path, path_bytes, status,
    previous_comment, new_comment, tags_added, tags_removed, changes, expected_size, expected_mtime_ns, code,
    error_message)
SELECT nextval('ids'), $operation_id, *  -- the ids have the order of the paths, which is the order of the writes
FROM (
    SELECT f.file_id, f.file_hash, f.path, f.path_bytes, CASE WHEN busy.file_id IS NULL THEN 'pending' ELSE 'conflict' END,
           CASE WHEN $has_comment THEN i.old_comment END, CASE WHEN $has_comment THEN i.new_comment END,
           CASE WHEN $has_comment THEN i.tags_to_add ELSE [] END, CASE WHEN $has_comment THEN i.tags_to_remove ELSE [] END,
           chosen_changes, f.size, f.mtime_ns, CASE WHEN busy.file_id IS NULL THEN '' ELSE 'busy_in_operation' END,
           coalesce(busy.message, '')
    FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id) AS chosen
    JOIN plan_items i ON i.file_id = chosen.file_id AND i.variant_id = $variant_id AND i.to_version IS NULL
    JOIN scanned_files f ON f.file_id = chosen.file_id
    LEFT JOIN (SELECT unnest($busy::BIGINT[]) AS file_id, unnest($messages::VARCHAR[]) AS message) AS busy
           ON busy.file_id = f.file_id
    CROSS JOIN LATERAL (SELECT CASE WHEN len($fields::VARCHAR[]) = 0 THEN i.changes
                                    ELSE list_filter(i.changes, lambda c: list_contains($fields::VARCHAR[], c.field)) END AS chosen_changes)
    WHERE i.can_update AND len(chosen_changes) > 0
    ORDER BY f.path_bytes
);

-- name: next_item_ids
-- Ids of new items, in the order in which they will run.
SELECT nextval('ids') AS id FROM range($count) ORDER BY id;

-- name: insert_rollback_items
-- One item for each file that is rolled back: the reversed item of the write, or the changes to write instead
-- ($changes, in JSON). Files that must be skipped are conflicts.
INSERT INTO metadata_operation_items (id, operation_id, file_id, subject, entity_type, entity_id, file_hash, file_path,
    path_bytes, status, previous_comment, new_comment, tags_added, tags_removed, changes, expected_size,
    expected_mtime_ns, restore_mtime_ns, reverts_item, restore, code, error_message)
SELECT r.new_id, $operation_id, m.file_id, m.subject, m.entity_type, m.entity_id, coalesce(r.file_hash, f.file_hash, m.file_hash),
       coalesce(f.path, m.file_path), coalesce(f.path_bytes, r.path, m.path_bytes),
       CASE WHEN r.code IS NULL THEN 'pending' ELSE 'conflict' END, change[1]."old", change[1]."new",
       coalesce(r.added, m.tags_removed), coalesce(r.removed, m.tags_added), change,
       coalesce(r.size, f.size, -1), coalesce(r.mtime_ns, f.mtime_ns, -1),
       CASE WHEN r.how = 'bytes' THEN h.original_mtime_ns END,
       CASE WHEN r.how <> 'person' THEN m.id END, CASE WHEN r.how <> 'person' THEN r.how END,
       coalesce(r.code, ''), coalesce(r.message, '')
FROM (SELECT unnest($new_ids::BIGINT[]) AS new_id, unnest($item_ids::BIGINT[]) AS id, unnest($hows::VARCHAR[]) AS how, unnest($changes::VARCHAR[]) AS changes,
             unnest($added::VARCHAR[][]) AS added, unnest($removed::VARCHAR[][]) AS removed,
             unnest($sizes::BIGINT[]) AS size, unnest($mtimes::BIGINT[]) AS mtime_ns,
             unnest($hashes::VARCHAR[]) AS file_hash, unnest($paths::BLOB[]) AS path, unnest($codes::VARCHAR[]) AS code,
             unnest($messages::VARCHAR[]) AS message) AS r
JOIN metadata_operation_items m ON m.id = r.id
JOIN metadata_history h ON h.operation_item_id = m.id
LEFT JOIN scanned_files f ON f.file_id = m.file_id
CROSS JOIN LATERAL (SELECT CASE WHEN r.changes IS NULL
    THEN list_transform(m.changes, lambda c: {'field': c.field, 'old': c."new", 'new': c."old", 'where': c."where",
                                             'segment': NULL::VARCHAR})
    ELSE from_json(r.changes, '[{"field": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR", "where": "VARCHAR",
                            "segment": "VARCHAR"}]')
    END AS change) AS wanted;

-- name: reverse_side_files
-- The side files of the items of a rollback: those of the items that it rolls back, in reverse.
INSERT INTO item_side_files BY NAME
SELECT m.id AS item_id, s.position, s.library_id, s.path_bytes, s.kind,
       CASE s.action WHEN 'create' THEN 'remove' WHEN 'remove' THEN 'create' ELSE 'replace' END AS action,
       s.after_hash AS before_hash, s.before_hash AS after_hash
FROM metadata_operation_items AS m JOIN item_side_files AS s ON s.item_id = m.reverts_item
WHERE m.operation_id = $operation_id;

-- name: insert_history
-- The old content of each file, recorded before its first byte changes.
INSERT INTO metadata_history (id, operation_item_id, operation_id, file_id, file_hash, backup_timestamp,
    original_comment, original_metadata_json, original_mtime_ns, journal, expires_at)
SELECT nextval('ids'), m.id, m.operation_id, m.file_id, m.file_hash, $now, m.previous_comment, f.tags,
       m.expected_mtime_ns, $journal, $expires_at
FROM metadata_operation_items m LEFT JOIN scanned_files f ON f.file_id = m.file_id
WHERE m.operation_id = $operation_id AND m.status = 'pending';

-- name: journal_of_pending
-- The last journal file of the pending items: the one with the highest number.
SELECT h.journal FROM metadata_history h JOIN metadata_operation_items m ON m.id = h.operation_item_id
WHERE m.operation_id = $operation_id AND m.status = 'pending' AND h.journal IS NOT NULL
ORDER BY length(h.journal) DESC, h.journal DESC LIMIT 1;

-- name: rename_journal
-- A resumed operation writes the rest of its journal into a new file.
UPDATE metadata_history SET journal = $journal
WHERE operation_item_id IN (SELECT id FROM metadata_operation_items
                            WHERE operation_id = $operation_id AND status = 'pending');

-- name: count_items
-- The number of items of an operation and the size of their files by status; cancelled and undone items are counted
-- separately.
SELECT status, CASE WHEN status IN ('pending', 'writing', 'skipped') AND code IN ('cancelled', 'undone') THEN code
               ELSE '' END AS mark, count(*), sum(greatest(expected_size, 0))
FROM metadata_operation_items WHERE operation_id = $operation_id GROUP BY status, mark;

-- name: outcomes
-- Items that have a result: those that were cancelled before they started, or all others.
SELECT file_id, file_path, status, coalesce(code, ''), coalesce(error_message, '') FROM metadata_operation_items
WHERE operation_id = $operation_id AND status NOT IN ('pending', 'writing')
  AND (status = 'skipped' AND code = 'cancelled') = $cancelled ORDER BY id;

-- name: seconds
-- Part of other statements: the estimated seconds of a file, at the measured rate of its disk and kind of strategy.
f.est_seconds * CASE WHEN regexp_matches(coalesce(f.strategy, ''), '_(copy|remux)$')
                     THEN rate_of_disk($copy_rates, $rated_disks, f.library_id, $copy_rate)
                     ELSE rate_of_disk($in_place_rates, $rated_disks, f.library_id, $in_place_rate) END;

-- name: measured_strategies
-- The files that the last writes of each disk wrote, by disk and strategy: number, total size, and seconds. The seconds of an
-- operation with many files at the same time are distributed among them.
WITH ended AS (
    SELECT id, seconds FROM metadata_operations
    WHERE operation_type = 'write' AND seconds > 0 ORDER BY id DESC LIMIT $among
), written AS (
    SELECT m.operation_id, f.library_id, m.strategy, m.seconds, f.size
    FROM metadata_operation_items m JOIN scanned_files f USING (file_id)
    WHERE m.operation_id IN (SELECT id FROM ended) AND m.status = 'success' AND m.seconds > 0
), concurrency AS (
    SELECT w.operation_id, greatest(1, sum(w.seconds) / any_value(e.seconds)) AS files
    FROM written w JOIN ended e ON e.id = w.operation_id GROUP BY ALL
), counted AS (
    SELECT w.operation_id, w.library_id, w.strategy, count(*) AS files, sum(w.size) AS size,
           sum(w.seconds / c.files) AS seconds
    FROM written w JOIN concurrency c USING (operation_id) GROUP BY w.operation_id, w.library_id, w.strategy
    QUALIFY dense_rank() OVER (PARTITION BY w.library_id ORDER BY w.operation_id DESC) <= $count
)
SELECT library_id, strategy, sum(files)::BIGINT, coalesce(sum(size), 0)::BIGINT, sum(seconds) FROM counted GROUP BY ALL;

-- name: side_files_of_task
-- Part of other statements: the side files that an item changes, with their new bytes or the picture of the cache.
(SELECT list({'path': s.path_bytes, 'kind': s.kind, 'before_hash': s.before_hash, 'after_hash': s.after_hash, 'body': s.body,
              'picture': c.file_path} ORDER BY s.position)
 FROM item_side_files AS s LEFT JOIN cache_inventory AS c ON c.content_hash = s.after_hash
 WHERE s.item_id = m.id AND coalesce(s.before_hash, s.after_hash) IS NOT NULL);

-- name: pending_tasks
-- The next items to run, in order, with everything that a worker needs.
SELECT m.id AS item_id, m.file_id, m.path_bytes AS path, m.expected_size, m.expected_mtime_ns,
       m.file_hash AS expected_hash, m.changes, m.restore_mtime_ns, m.reverts_item, f.device, f.inode, f.library_id,
       old_history.journal AS reverts_journal, old.written_state, old.original_state,
       coalesce(m.restore, 'bytes') AS restore, m.entity_type, m.entity_id, old_history.kind AS backup_kind,
       CASE WHEN old_history.dropped_at IS NULL THEN old_history.kept_path END AS reverts_kept,
       CASE WHEN NOT EXISTS (SELECT 1 FROM metadata_operation_items e  -- an earlier item of it changes the time again
                             WHERE e.operation_id = m.operation_id AND coalesce(e.subject, e.file_id) = coalesce(m.subject, m.file_id) AND e.id < m.id)
            THEN f.own_mtime_ns END AS own_mtime_ns,
       coalesce(nullif(old.seconds, 0), /* seconds */, 0.0) AS expected_seconds,
       coalesce(CASE WHEN old.id IS NULL THEN regexp_matches(coalesce(f.strategy, ''), '_(copy|remux|reflink)$')
                     ELSE old_history.kind IN ('delta', 'original') END, FALSE) AS is_rewrite,
       (SELECT max(e.id) FROM metadata_operation_items e
        WHERE e.operation_id = m.operation_id AND coalesce(e.subject, e.file_id) = coalesce(m.subject, m.file_id) AND e.id < m.id) AS after_item,
       coalesce((SELECT max_by(e.error_message, e.id) FROM metadata_operation_items e
                 WHERE e.operation_id = m.operation_id AND coalesce(e.subject, e.file_id) = coalesce(m.subject, m.file_id) AND e.id < m.id
                   AND e.status IN ('failed', 'conflict', 'unknown')), '') AS after_item_failure,
       (SELECT list(o.path_bytes ORDER BY o.path_bytes) FROM scanned_files o
        WHERE o.inode = old_history.parted_inode AND o.device = f.device AND o.state <> 'missing') AS other_names,
       /* side_files_of_task */ AS side_files
FROM metadata_operation_items m
LEFT JOIN scanned_files f ON f.file_id = m.file_id
LEFT JOIN metadata_operation_items old ON old.id = m.reverts_item
LEFT JOIN metadata_history old_history ON old_history.operation_item_id = m.reverts_item
WHERE m.operation_id = $operation_id AND m.status = 'pending' AND m.id > $after
ORDER BY m.id LIMIT $count;

-- name: pending_writes
-- The same of an operation that writes a plan: no item rolls another one back, and each file has one item.
SELECT m.id AS item_id, m.file_id, m.path_bytes AS path, m.expected_size, m.expected_mtime_ns,
       m.file_hash AS expected_hash, m.changes, m.restore_mtime_ns, f.device, f.inode, f.library_id, f.own_mtime_ns,
       coalesce(/* seconds */, 0.0) AS expected_seconds,
       regexp_matches(coalesce(f.strategy, ''), '_(copy|remux|reflink)$') AS is_rewrite
FROM metadata_operation_items m LEFT JOIN scanned_files f ON f.file_id = m.file_id
WHERE m.operation_id = $operation_id AND m.status = 'pending' AND m.id > $after
ORDER BY m.id LIMIT $count;

-- name: pending_seconds
-- Estimated seconds of the remaining items: changed in place, and rewritten. For a write that was recovered after a
-- kill only its backup is known, not its duration and strategy.
SELECT CASE WHEN old.id IS NULL THEN regexp_matches(coalesce(f.strategy, ''), '_(copy|remux|reflink)$')
            ELSE old_history.kind IN ('delta', 'original') END AS anew,
       sum(coalesce(nullif(old.seconds, 0), /* seconds */, 0))
FROM metadata_operation_items m
LEFT JOIN scanned_files f ON f.file_id = m.file_id
LEFT JOIN metadata_operation_items old ON old.id = m.reverts_item
LEFT JOIN metadata_history old_history ON old_history.operation_item_id = m.reverts_item
WHERE m.operation_id = $operation_id AND m.status = 'pending' GROUP BY anew;

-- name: unwritten_files
-- Files that an operation did not write because they failed or were cancelled, and where they are now.
SELECT DISTINCT m.file_id, f.library_id, f.path_bytes
FROM metadata_operation_items m JOIN scanned_files f USING (file_id)
WHERE m.operation_id = $operation_id
  AND (m.status IN ('failed', 'conflict', 'unknown') OR (m.status = 'skipped' AND m.code IN ('cancelled', 'undone')))
ORDER BY m.file_id;

-- name: unwritten_entities
-- Titles and videos that a publication did not write because they failed or were cancelled.
SELECT DISTINCT entity_type, entity_id FROM metadata_operation_items
WHERE operation_id = $operation_id AND entity_type IS NOT NULL
  AND (status IN ('failed', 'conflict', 'unknown') OR (status = 'skipped' AND code IN ('cancelled', 'undone')))
ORDER BY ALL;

-- name: unreverted_items
-- Items that a rollback did not roll back because they failed or were cancelled.
SELECT reverts_item FROM metadata_operation_items
WHERE operation_id = $operation_id AND reverts_item IS NOT NULL
  AND (status IN ('failed', 'conflict', 'unknown') OR (status = 'skipped' AND code IN ('cancelled', 'undone')))
ORDER BY reverts_item;

-- name: record_results
-- The results of items. A pending item that was never started has no duration. If only the comment was restored, the
-- proof says so.
UPDATE metadata_operation_items SET status = r.status, code = r.code, error_message = r.message,
       strategy = r.strategy, processed_at = $now,
       seconds = CASE WHEN r.status <> 'pending' THEN r.seconds WHEN r.code = 'undone' THEN nullif(r.seconds, 0) END,
       proof = CASE WHEN restore = 'comment' AND r.status = 'success'
                    THEN json_merge_patch(r.proof, '{"bytes": "only the comment was restored"}') ELSE r.proof END,
       original_state = r.original_state, written_state = r.written_state
FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($statuses::VARCHAR[]) AS status, unnest($codes::VARCHAR[]) AS code,
             unnest($messages::VARCHAR[]) AS message, unnest($strategies::VARCHAR[]) AS strategy,
             unnest($seconds::DOUBLE[]) AS seconds, unnest($proofs::VARCHAR[])::JSON AS proof,
             unnest($originals::VARCHAR[]) AS original_state, unnest($writtens::VARCHAR[]) AS written_state) AS r
WHERE metadata_operation_items.id = r.id;

-- name: drop_omitted
-- Remove the changes of fields without which a file was written from its item: $omitted has their keys for each of $ids.
UPDATE metadata_operation_items SET
       changes = list_filter(changes, lambda c: NOT list_contains(r.omitted, c.field)),
       previous_comment = CASE WHEN NOT list_contains(r.omitted, 'comment') THEN previous_comment END,
       new_comment = CASE WHEN NOT list_contains(r.omitted, 'comment') THEN new_comment END,
       tags_added = CASE WHEN list_contains(r.omitted, 'comment') THEN [] ELSE tags_added END,
       tags_removed = CASE WHEN list_contains(r.omitted, 'comment') THEN [] ELSE tags_removed END
FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($omitted::VARCHAR[][]) AS omitted) AS r
WHERE metadata_operation_items.id = r.id;

-- name: record_backups
-- The backup of each item: how its old bytes can be restored, its size (journal and original) and where the original
-- is; and the inode of a file that other names keep.
UPDATE metadata_history SET kind = r.kind, bytes = r.bytes, kept_path = r.kept, kept_bytes = r.kept_bytes,
       parted_inode = r.parted
FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($kinds::VARCHAR[]) AS kind, unnest($bytes::BIGINT[]) AS bytes,
             unnest($kept::BLOB[]) AS kept, unnest($kept_bytes::BIGINT[]) AS kept_bytes,
             unnest($parted::UBIGINT[]) AS parted) AS r
WHERE metadata_history.operation_item_id = r.id;

-- name: drop_used_originals
-- A kept original that a rollback moved back into place is the file again, and no longer a backup.
UPDATE metadata_history SET dropped_at = $now, evicted_reason = 'used by a rollback'
WHERE dropped_at IS NULL AND kept_path IS NOT NULL AND operation_item_id IN (
    SELECT reverts_item FROM metadata_operation_items
    WHERE id IN (SELECT unnest($ids::BIGINT[])) AND status = 'success' AND restore = 'bytes');

-- name: mark_reverted
-- Items that these rollback items reverted are no longer in force. If such an item was itself a rollback, what it had
-- reverted is in force again, and so on.
UPDATE metadata_operation_items SET reverted_by = CASE WHEN chain.depth % 2 = 1 THEN chain.below END
FROM (WITH RECURSIVE up AS (
          SELECT reverts_item AS item, id AS below, 1 AS depth FROM metadata_operation_items
          WHERE id IN (SELECT unnest($ids::BIGINT[])) AND status = 'success' AND reverts_item IS NOT NULL
          UNION ALL
          SELECT m.reverts_item, m.id, up.depth + 1 FROM up JOIN metadata_operation_items m ON m.id = up.item
          WHERE m.reverts_item IS NOT NULL)
      FROM up) AS chain
WHERE metadata_operation_items.id = chain.item;

-- name: update_status
-- Set the status of operations by how much of them is still in force.
UPDATE metadata_operations SET status = CASE
        WHEN t.reverted = 0 THEN coalesce(finished_as, status)
        WHEN t.reverted = t.success THEN 'rolled_back' ELSE 'partly_rolled_back' END
FROM (SELECT operation_id, count(*) FILTER (status = 'success') AS success,
             count(*) FILTER (status = 'success' AND reverted_by IS NOT NULL) AS reverted
      FROM metadata_operation_items WHERE operation_id IN (SELECT unnest($operation_ids::BIGINT[]))
      GROUP BY operation_id) AS t
WHERE metadata_operations.id = t.operation_id AND finished_as IS NOT NULL;

-- name: reverted_operations
-- The operations of which a rollback reverts items, those that these reverted, and so on.
WITH RECURSIVE up AS (
    SELECT reverts_item AS id FROM metadata_operation_items
    WHERE operation_id = $operation_id AND reverts_item IS NOT NULL
    UNION
    SELECT m.reverts_item FROM up JOIN metadata_operation_items m ON m.id = up.id WHERE m.reverts_item IS NOT NULL)
SELECT DISTINCT m.operation_id FROM up JOIN metadata_operation_items m ON m.id = up.id;

-- name: skip_pending
-- Skip the pending items of a cancelled operation, with the reason. Items whose write was undone keep their own
-- message.
UPDATE metadata_operation_items SET status = 'skipped', processed_at = $now,
       code = CASE WHEN code = 'undone' THEN 'undone' ELSE 'cancelled' END,
       error_message = CASE WHEN code = 'undone' THEN error_message ELSE $reason END
WHERE operation_id = $operation_id AND status = 'pending';

-- name: interrupted_below
-- Interrupted operations of which a rollback reverts items.
SELECT DISTINCT o.id FROM metadata_operation_items m
JOIN metadata_operation_items old ON old.id = m.reverts_item JOIN metadata_operations o ON o.id = old.operation_id
WHERE m.operation_id = $operation_id AND o.status IN ('interrupted', 'failed') ORDER BY o.id;

-- name: count_columns
-- Part of an update of an operation: its counts, and its running time if it has grown.
file_count = t.file_count, success_count = t.success, failure_count = t.failure, skipped_count = t.skipped,
conflict_count = t.conflict, unknown_count = t.unknown, seconds = greatest(seconds, $seconds);

-- name: count_outcomes
-- Part of an update of an operation: its items by outcome.
SELECT count(*) AS file_count, count(*) FILTER (status = 'success') AS success,
       count(*) FILTER (status = 'failed') AS failure, count(*) FILTER (status = 'skipped') AS skipped,
       count(*) FILTER (status = 'conflict') AS conflict, count(*) FILTER (status = 'unknown') AS unknown
FROM metadata_operation_items WHERE operation_id = $operation_id;

-- name: update_counts
-- Update the counts of an operation from its items, and its running time if it has grown.
UPDATE metadata_operations SET /* count_columns */
FROM (/* count_outcomes */) AS t WHERE id = $operation_id;

-- name: finish
-- The end of an operation or of its present run, with its counts. If the same end is recorded again (a start finds a
-- file as unknown as before), neither its time changes nor a later rollback is hidden.
UPDATE metadata_operations SET
       status = CASE WHEN status IN ('rolled_back', 'partly_rolled_back') THEN status ELSE $status END,
       completed_at = CASE WHEN completed_at IS NOT NULL AND finished_as = $status AND $seconds = 0 THEN completed_at
                           ELSE $now END,
       finished_as = $status, error_message = $error_message, /* count_columns */
FROM (/* count_outcomes */) AS t WHERE id = $operation_id;

-- name: amend
-- How an operation ended, after one of its items was resolved later.
UPDATE metadata_operations SET status = $status, finished_as = $status WHERE id = $operation_id;

-- name: found_item
-- Part of a search of operations: an item of the operation `o` that matches all of its words.
SELECT 1 FROM metadata_operation_items m WHERE m.operation_id = o.id
  AND (len($words::VARCHAR[]) = 0 OR list_bool_and(list_transform($words::VARCHAR[], lambda w:
       contains(strip_accents(lower(concat_ws(chr(10), m.file_path, o.user_note,
                array_to_string(m.tags_added, chr(10)), array_to_string(m.tags_removed, chr(10))))), w))))
  AND (len($paths::VARCHAR[]) = 0 OR list_bool_and(list_transform(
       $paths::VARCHAR[], lambda w: contains(strip_accents(lower(m.file_path)), w))))
  AND (len($people::VARCHAR[]) = 0 OR list_has_all(list_transform(
       list_concat(m.tags_added, m.tags_removed), lambda x: lower(x)), $people::VARCHAR[]))
  AND ($error = '' OR m.status IN ('failed', 'conflict', 'unknown')
                      AND CASE WHEN m.code = '' THEN m.status ELSE m.code END = $error);

-- name: totals
-- Part of a list of operations: the totals of items and their backups.
sum(len(m.tags_added)) FILTER (m.status = 'success') AS added,
sum(len(m.tags_removed)) FILTER (m.status = 'success') AS removed,
count(*) FILTER (m.status = 'success' AND m.reverted_by IS NULL) AS in_force,
count(*) FILTER (m.status = 'success' AND m.reverted_by IS NULL
                 AND (h.dropped_at IS NOT NULL OR h.kind = 'tags')) AS lost,
sum(h.bytes) FILTER (h.dropped_at IS NULL) AS bytes,
sum(greatest(m.expected_size, 0)) FILTER (m.status = 'success') AS film_bytes,
min(h.expires_at) FILTER (h.dropped_at IS NULL) AS expires_at,
max(h.evicted_reason) FILTER (m.status = 'success' AND m.reverted_by IS NULL) AS evicted_reason,
count(*) FILTER (m.status = 'skipped' AND m.code IN ('cancelled', 'undone')) AS given_up,
count(*) FILTER (m.status IN ('pending', 'writing', 'skipped') AND m.code = 'undone') AS undone;

-- name: operation_columns
-- Part of a list of operations: its columns, from an operation and its totals.
o.id, o.operation_type, o.status, o.started_at, o.completed_at, o.file_count, o.success_count, o.failure_count,
o.skipped_count, o.conflict_count, o.unknown_count, o.seconds, o.error_message, o.user_note, o.user_action,
o.user_name, o.actor_kind, o.actor_id, o.source, o.plan_id, o.reverts_id, coalesce(t.added, 0) AS tags_added,
coalesce(t.removed, 0) AS tags_removed, coalesce(t.in_force, 0) AS in_force, coalesce(t.lost, 0) AS comment_only,
coalesce(t.bytes, 0) AS backup_bytes, t.expires_at, coalesce(t.evicted_reason, '') AS evicted_reason,
coalesce(t.film_bytes, 0) AS file_bytes,
coalesce(r.user_note, '') AS reverts_note, coalesce(r.operation_type, '') AS reverts_type,
coalesce(t.given_up, 0) AS cancelled_count, coalesce(t.undone, 0) AS undone_count, coalesce(o.origin, '') AS origin,
coalesce(a.decided_by, '') AS approved_by;

-- name: operation_joins
-- Part of a list of operations: the operation that each one rolled back, and its approval. With subqueries, one operation
-- takes 5.6 instead of 3.8 ms.
LEFT JOIN metadata_operations r ON r.id = o.reverts_id
LEFT JOIN (SELECT operation_id, any_value(decided_by) AS decided_by FROM approvals WHERE operation_id IS NOT NULL
           GROUP BY operation_id) a ON a.operation_id = o.id;

-- name: operation_page
-- One page of operations, newest first, with totals of their items and backups, and the number of all operations.
WITH page AS (
    SELECT o.*, count(*) OVER () AS found
    FROM metadata_operations o
    WHERE ($since IS NULL OR o.started_at >= $since::TIMESTAMPTZ)
      AND ($until IS NULL OR o.started_at < $until::TIMESTAMPTZ)
      AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], o.status))
      AND (len($types::VARCHAR[]) = 0 OR list_contains($types::VARCHAR[], o.operation_type))
      AND (NOT $in_files OR EXISTS (
            /* found_item */))
    ORDER BY o.started_at DESC, o.id DESC LIMIT $count OFFSET $skip),
item_totals AS (
    SELECT m.operation_id, /* totals */
    FROM metadata_operation_items m LEFT JOIN metadata_history h ON h.operation_item_id = m.id
    WHERE m.operation_id IN (SELECT id FROM page) GROUP BY m.operation_id)
SELECT /* operation_columns */, o.found
FROM page o
LEFT JOIN item_totals t ON t.operation_id = o.id
/* operation_joins */
ORDER BY o.started_at DESC, o.id DESC;

-- name: operation_counts
-- The number of operations by status and type that a search finds.
SELECT o.status, o.operation_type, count(*) FROM metadata_operations o
WHERE ($since IS NULL OR o.started_at >= $since::TIMESTAMPTZ)
  AND ($until IS NULL OR o.started_at < $until::TIMESTAMPTZ)
  AND (NOT $in_files OR EXISTS (
          /* found_item */))
GROUP BY ALL;

-- name: is_continued_by
-- Whether an actor started an operation that writes only safe files, or that somebody approved.
SELECT count(*) > 0 FROM metadata_operations AS o
WHERE o.id = $operation_id AND o.actor_kind = $actor_kind AND o.actor_id = $actor_id
  AND (o.id IN (SELECT operation_id FROM approvals)
       OR (o.operation_type = 'write' AND list_has_all(['safe'], o.options::JSON->>'$.risk[*]')));

-- name: operation_row
-- One operation in the columns of operation_page. It has no search, because it is read many times a second.
WITH item_totals AS (
    SELECT /* totals */
    FROM metadata_operation_items m
    LEFT JOIN (FROM metadata_history WHERE operation_id = $operation_id) h ON h.operation_item_id = m.id
    WHERE m.operation_id = $operation_id)
SELECT /* operation_columns */
FROM metadata_operations o CROSS JOIN item_totals t
/* operation_joins */
WHERE o.id = $operation_id;

-- name: item_page
-- Items of one operation that a search finds: problems first, then running ones, then the rest; with the backup of
-- each, and the operation that rolled it back.
WITH page AS (
    SELECT m.*, count(*) OVER () AS found, row_number() OVER (
        ORDER BY CASE m.status WHEN 'failed' THEN 0 WHEN 'unknown' THEN 0 WHEN 'conflict' THEN 1 WHEN 'success' THEN 3
                      WHEN 'skipped' THEN 4 ELSE CASE WHEN list_contains($running::BIGINT[], m.id) THEN 2 ELSE 5 END END,
                 m.processed_at DESC NULLS LAST, m.id) AS place
    FROM metadata_operation_items m
    WHERE m.operation_id = $operation_id
      AND (len($item_ids::BIGINT[]) = 0 OR list_contains($item_ids::BIGINT[], m.id))
      AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], m.status))
      AND (len($words::VARCHAR[]) = 0 OR list_bool_and(list_transform($words::VARCHAR[], lambda w:
           contains(strip_accents(lower(concat_ws(chr(10), m.file_path, array_to_string(m.tags_added, chr(10)),
                                                  array_to_string(m.tags_removed, chr(10))))), w))))
      AND (len($people::VARCHAR[]) = 0 OR list_has_all(list_transform(
           list_concat(m.tags_added, m.tags_removed), lambda x: lower(x)), $people::VARCHAR[]))
    ORDER BY place LIMIT $count OFFSET $skip)
SELECT m.id, m.file_id, m.entity_type, m.entity_id, m.file_path, m.status, m.code, m.error_message AS message, m.previous_comment, m.new_comment,
       m.tags_added, m.tags_removed, list_filter(m.changes, lambda c: c.field <> 'comment') AS fields, m.strategy, m.seconds,
       m.proof, m.processed_at,
       (SELECT list({'path': s.path_bytes, 'kind': s.kind, 'action': s.action} ORDER BY s.position)
        FROM item_side_files AS s WHERE s.item_id = m.id AND coalesce(s.before_hash, s.after_hash) IS NOT NULL) AS side_files,
       (SELECT any_value(p.name) FROM publication_rows AS p WHERE p.entity_type = m.entity_type AND p.entity_id = m.entity_id) AS title,
       (SELECT r.operation_id FROM metadata_operation_items r WHERE r.id = m.reverted_by) AS rolled_back_by,
       coalesce(CASE WHEN h.dropped_at IS NULL THEN h.kind END, '') AS backup_kind,
       coalesce(CASE WHEN h.dropped_at IS NULL THEN h.bytes END, 0) AS backup_bytes, m.found
FROM page m LEFT JOIN metadata_history h ON h.operation_item_id = m.id ORDER BY m.place;

-- name: rollback_candidates
-- Items in force of an operation, or the given ones, with their backups and with the newer operation on each subject, if
-- any. (A newer rollback of something newer leaves the file as the item made it.)
WITH mine AS (
    SELECT m.* REPLACE (coalesce(m.subject, m.file_id) AS subject) FROM metadata_operation_items m
    WHERE (m.operation_id = $operation_id OR m.id IN (SELECT unnest($item_ids::BIGINT[])))
      AND m.status = 'success' AND m.reverted_by IS NULL),
kept AS (FROM metadata_history WHERE operation_item_id IN (SELECT id FROM mine)),
others AS (
    SELECT n.id, coalesce(n.subject, n.file_id) AS subject, n.operation_id, n.status, n.reverts_item FROM metadata_operation_items n
    WHERE coalesce(n.subject, n.file_id) IN (SELECT subject FROM mine)
      AND (n.status = 'success' AND n.reverted_by IS NULL OR n.status IN ('pending', 'writing'))),
newer AS (
    SELECT m.id, max(n.operation_id) AS operation_id FROM mine m JOIN others n ON n.subject = m.subject AND n.id > m.id
    WHERE n.operation_id <> m.operation_id AND n.status = 'success' AND (n.reverts_item IS NULL OR n.reverts_item < m.id)
    GROUP BY m.id),
busy AS (
    SELECT n.subject, min(n.operation_id) AS operation_id, arg_min(o.status, n.operation_id) AS status FROM others n
    JOIN metadata_operations o ON o.id = n.operation_id AND o.status IN ('pending', 'in_progress', 'paused')
    WHERE n.status IN ('pending', 'writing') GROUP BY n.subject),
media AS (  -- the videos of titles, which may have other names now
    SELECT m.id, list(n.path_bytes ORDER BY n.path_bytes) AS paths FROM mine m
    LEFT JOIN title_files l ON l.entity_type = m.entity_type AND l.entity_id = m.entity_id AND l.role = 'main'
    JOIN scanned_files n ON n.file_id = coalesce(l.file_id, CASE WHEN m.entity_type = 'video' THEN m.entity_id END)
    WHERE m.entity_type IS NOT NULL AND n.state <> 'missing' GROUP BY m.id)
SELECT m.id AS item_id, m.operation_id, m.file_id, m.subject, m.file_path AS shown_path,
       coalesce(f.path_bytes, m.path_bytes) AS path, media.paths AS media, m.tags_added, m.tags_removed, m.previous_comment, m.new_comment,
       m.changes, m.original_state, m.written_state, h.journal, h.kind, h.kept_path AS kept,
       coalesce(h.kept_bytes, 0) AS kept_bytes, h.dropped_at IS NOT NULL AS dropped,
       coalesce(h.evicted_reason, '') AS evicted_reason, coalesce(l.state, (
           SELECT any_value(b.state) FROM item_side_files AS s JOIN libraries AS b USING (library_id) WHERE s.item_id = m.id
       )) AS library_state,
       coalesce(f.file_hash, m.file_hash) AS file_hash, f.comment,
       CASE WHEN f.mtime_ns = f.own_mtime_ns THEN f.size END AS own_size, f.own_mtime_ns,
       newer.operation_id AS superseded_by, busy.operation_id AS busy_in,
       busy.status AS busy_status, coalesce(f.people, []) AS people, h.parted_inode IS NOT NULL AS parted,
       (SELECT list(o.path_bytes ORDER BY o.path_bytes) FROM scanned_files o
        WHERE o.inode = h.parted_inode AND o.device = f.device AND o.state <> 'missing') AS other_names
FROM mine m
JOIN kept h ON h.operation_item_id = m.id
LEFT JOIN scanned_files f ON f.file_id = m.file_id
LEFT JOIN libraries l ON l.library_id = f.library_id
LEFT JOIN newer ON newer.id = m.id
LEFT JOIN busy ON busy.subject = m.subject
LEFT JOIN media ON media.id = m.id
ORDER BY m.id;

-- name: names_written
-- The names that an operation added to most files, where they were not rolled back.
SELECT name FROM (SELECT unnest(tags_added) AS name FROM metadata_operation_items
                  WHERE operation_id = $operation_id AND status = 'success' AND reverted_by IS NULL)
GROUP BY name ORDER BY count(*) DESC, name LIMIT $count;

-- name: people_written
-- Names that an operation added, each given with all its spellings: in how many of its files, and from how many the
-- name can be removed now (they contain the person, are online, and no operation uses them).
WITH mine AS (SELECT file_id, unnest(tags_added) AS name FROM metadata_operation_items
              WHERE operation_id = $operation_id AND status = 'success' AND reverted_by IS NULL),
known AS (SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[][]) AS keys),
busy AS (SELECT DISTINCT n.file_id FROM metadata_operation_items n JOIN metadata_operations o ON o.id = n.operation_id
         WHERE n.status IN ('pending', 'writing') AND o.status IN ('pending', 'in_progress', 'paused'))
SELECT m.name, count(*) AS files,
       count(*) FILTER (l.state <> 'offline' AND b.file_id IS NULL AND list_has_any(f.people_keys, k.keys)) AS able
FROM mine m JOIN known k USING (name)
LEFT JOIN scanned_files f ON f.file_id = m.file_id
LEFT JOIN libraries l ON l.library_id = f.library_id
LEFT JOIN busy b ON b.file_id = m.file_id
GROUP BY m.name ORDER BY files DESC, m.name;

-- name: newer_items
-- Pairs of an item and a newer item in force on its file; including items of its own operation, if that rolled back
-- several items of a file.
SELECT m.id, n.id FROM metadata_operation_items m
JOIN metadata_operation_items n ON coalesce(n.subject, n.file_id) = coalesce(m.subject, m.file_id) AND n.id > m.id
WHERE m.id IN (SELECT unnest($item_ids::BIGINT[])) AND n.status = 'success' AND n.reverted_by IS NULL
  AND (n.reverts_item IS NULL OR n.reverts_item < m.id)
ORDER BY m.id, n.id DESC;

-- name: last_activity
-- When an operation was last running, as far as it is stored.
SELECT greatest(o.started_at, (SELECT max(m.processed_at) FROM metadata_operation_items m WHERE m.operation_id = o.id),
                (SELECT max(j.heartbeat_at) FROM job_queue j WHERE j.operation_id = o.id))
FROM metadata_operations o WHERE o.id = $operation_id;

-- name: unresolved_items
-- Items of unfinished operations, to compare with the journals.
SELECT m.id AS item_id, m.file_id, m.status, h.journal, f.library_id, m.changes
FROM metadata_operation_items m JOIN metadata_history h ON h.operation_item_id = m.id
LEFT JOIN scanned_files f ON f.file_id = m.file_id
WHERE m.operation_id = $operation_id AND m.status IN ('pending', 'writing', 'unknown');

-- name: finished_items
-- Items of an operation that are written.
SELECT id FROM metadata_operation_items WHERE operation_id = $operation_id AND status = 'success';

-- name: preview_tasks
-- The tasks of a write of the plan's current items; nothing is recorded.
SELECT 0 AS item_id, f.file_id, f.path_bytes AS path, f.size AS expected_size, f.mtime_ns AS expected_mtime_ns,
       f.file_hash AS expected_hash, i.changes, f.device, f.inode, f.library_id
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id) AS chosen
JOIN plan_items i ON i.file_id = chosen.file_id AND i.variant_id = $variant_id AND i.to_version IS NULL
JOIN scanned_files f ON f.file_id = chosen.file_id
WHERE i.can_update ORDER BY f.path_bytes;

-- name: record_foreign
-- An operation that ran elsewhere; it cannot be rolled back here.
INSERT INTO metadata_operations (id, operation_type, status, started_at, completed_at, file_count, success_count,
    failure_count, skipped_count, conflict_count, unknown_count, seconds, error_message, user_note, user_action,
    user_name, source, finished_as, options)
VALUES ($id, $operation_type, $status, $started_at, $completed_at, $file_count, $success_count, $failure_count,
    $skipped_count, $conflict_count, $unknown_count, $seconds, $error_message, $user_note, $user_action, $user_name,
    $source, $status, '{}');

-- name: start_facts
-- The options of an operation, its running time so far, and whether it writes a plan.
SELECT options, seconds, plan_id IS NOT NULL FROM metadata_operations WHERE id = $operation_id;

-- name: holders
-- Operations that use some of these files, with their status and number of files.
SELECT o.id, o.status, count(DISTINCT m.file_id) FROM metadata_operation_items m
JOIN metadata_operations o ON o.id = m.operation_id
WHERE o.status IN ('pending', 'in_progress', 'paused') AND m.status IN ('pending', 'writing')
  AND m.file_id IN (SELECT unnest($file_ids::BIGINT[]))
GROUP BY o.id, o.status ORDER BY o.id;

-- name: busy_files
-- Files that an operation uses, with the operation and its status.
SELECT m.file_id, min(m.operation_id), arg_min(o.status, m.operation_id) FROM metadata_operation_items m
JOIN metadata_operations o ON o.id = m.operation_id
WHERE o.status IN ('pending', 'in_progress', 'paused') AND m.status IN ('pending', 'writing') AND m.file_id IS NOT NULL
GROUP BY m.file_id;

-- name: busy_among
-- The subjects among some that an operation uses, with the operation and its status.
SELECT coalesce(m.subject, m.file_id) AS changed, min(m.operation_id), arg_min(o.status, m.operation_id) FROM metadata_operation_items m
JOIN metadata_operations o ON o.id = m.operation_id
WHERE o.status IN ('pending', 'in_progress', 'paused') AND m.status IN ('pending', 'writing')
  AND changed IN (SELECT unnest($subjects::BIGINT[])) GROUP BY changed;
