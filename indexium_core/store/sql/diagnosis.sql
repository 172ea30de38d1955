-- name: newest_moment
-- The latest time in the database, and its event.
SELECT what, "at" FROM (
    SELECT 'an operation started' AS what, max(started_at) AS "at" FROM metadata_operations WHERE origin IS NULL
    UNION ALL SELECT 'an operation ended', max(completed_at) FROM metadata_operations WHERE origin IS NULL
    UNION ALL SELECT 'a folder was scanned', max(scanned_at) FROM libraries
    UNION ALL SELECT 'a decision was made', max(created_at) FROM decisions
    UNION ALL SELECT 'a plan was made', max(created_at) FROM plans
    UNION ALL SELECT 'a job was added', max(created_at) FROM job_queue
    UNION ALL SELECT 'a job sent a heartbeat', max(heartbeat_at) FROM job_queue
    UNION ALL SELECT 'an event was sent', max("at") FROM events
) WHERE "at" IS NOT NULL ORDER BY "at" DESC LIMIT 1;

-- name: dated_later
-- The number of files, and of those with a modification time in the future.
SELECT count(*), count(*) FILTER (mtime_ns > $now_ns) FROM scanned_files WHERE state <> 'missing';

-- name: steps_back
-- The largest step back of the clock, of more than a minute, between two consecutive events.
SELECT before, after FROM (SELECT lag("at") OVER (ORDER BY id) AS before, "at" AS after FROM events)
WHERE before > after + INTERVAL 1 MINUTE ORDER BY before - after DESC LIMIT 1;

-- name: end_of_operation
-- The job of an operation, and its final status, regardless of later rollbacks.
SELECT job_id, finished_as FROM metadata_operations WHERE id = $operation_id;

-- name: rollbacks_of
-- The rollbacks of an operation that are in force: when they started, and the number of files.
SELECT o.id, o.started_at, count(*) FROM metadata_operation_items m
JOIN metadata_operation_items r ON r.id = m.reverted_by JOIN metadata_operations o ON o.id = r.operation_id
WHERE m.operation_id = $operation_id GROUP BY o.id, o.started_at ORDER BY o.id;
