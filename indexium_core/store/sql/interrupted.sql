-- name: outcome_counts
-- The number of files of an operation by status and code, with its type.
SELECT m.status, coalesce(m.code, ''), o.operation_type, count(*)
FROM metadata_operation_items m JOIN metadata_operations o ON o.id = m.operation_id
WHERE m.operation_id = $operation_id GROUP BY ALL;

-- name: outcome_files
-- A page of the files of an operation with their outcome, in the order of $order; of one outcome, or of all ('').
SELECT item_id, file_id, file_path, outcome, CASE WHEN outcome IN ('failed', 'conflict', 'unknown', 'undone') THEN code ELSE '' END,
       CASE WHEN outcome IN ('failed', 'conflict', 'unknown', 'undone') THEN message ELSE '' END
FROM (SELECT m.id AS item_id, m.file_id, m.file_path, coalesce(m.code, '') AS code,
             coalesce(m.error_message, '') AS message,
             CASE WHEN m.status = 'success' AND o.operation_type = 'rollback' THEN 'restored'
                  WHEN m.status = 'success' THEN 'written'
                  WHEN m.status IN ('failed', 'conflict', 'unknown') THEN m.status WHEN m.code = 'undone' THEN 'undone'
                  WHEN m.status = 'skipped' AND m.code <> 'cancelled' THEN 'skipped' ELSE 'not_started' END AS outcome
      FROM metadata_operation_items m JOIN metadata_operations o ON o.id = m.operation_id
      WHERE m.operation_id = $operation_id)
WHERE $outcome IN ('', outcome)
ORDER BY list_position($order::VARCHAR[], outcome), item_id
LIMIT $limit OFFSET $offset;
