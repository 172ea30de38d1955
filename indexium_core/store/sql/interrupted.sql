-- name: interrupted_operations
-- Operations that a process did not bring to an end, or that stopped by themselves, and have files left; newest first.
-- With each: whether it was stopped in good order, and goes on by itself.
SELECT o.id, o.status = 'interrupted' AND EXISTS (
           SELECT 1 FROM job_queue j WHERE j.operation_id = o.id AND j.status = 'interrupted' AND j.stopped_by = 'stop')
FROM metadata_operations o
WHERE o.status IN ('interrupted', 'failed')
  AND EXISTS (SELECT 1 FROM metadata_operation_items m
              WHERE m.operation_id = o.id AND m.status IN ('pending', 'writing', 'unknown'))
ORDER BY o.id DESC;

-- name: became_counts
-- How many files of an operation were done, had nothing to do, were put back, not started, refused, or are unclear.
SELECT CASE WHEN m.status = 'success' THEN 'done' WHEN m.status = 'unknown' THEN 'unclear'
            WHEN m.status IN ('failed', 'conflict') THEN 'refused' WHEN m.code = 'restored' THEN 'restored'
            WHEN m.status = 'skipped' AND m.code <> 'cancelled' THEN 'skipped' ELSE 'not_started' END AS became, count(*)
FROM metadata_operation_items m WHERE m.operation_id = $operation_id GROUP BY became ORDER BY became;

-- name: became_files
-- A page of the files of an operation and what became of each, those first that a person has to look at; of one outcome,
-- or all of them ('').
SELECT item_id, file_id, file_path, became, CASE WHEN became IN ('refused', 'unclear', 'restored') THEN code ELSE '' END,
       CASE WHEN became IN ('refused', 'unclear', 'restored') THEN message ELSE '' END
FROM (SELECT m.id AS item_id, m.file_id, m.file_path, coalesce(m.code, '') AS code,
             coalesce(m.error_message, '') AS message,
             CASE WHEN m.status = 'success' THEN 'done' WHEN m.status = 'unknown' THEN 'unclear'
                  WHEN m.status IN ('failed', 'conflict') THEN 'refused' WHEN m.code = 'restored' THEN 'restored'
                  WHEN m.status = 'skipped' AND m.code <> 'cancelled' THEN 'skipped' ELSE 'not_started' END AS became
      FROM metadata_operation_items m WHERE m.operation_id = $operation_id)
WHERE $became IN ('', became)
ORDER BY list_position(['unclear', 'restored', 'refused', 'not_started', 'skipped', 'done'], became), item_id
LIMIT $limit OFFSET $offset;
