-- name: newest_moment
-- The latest moment that was written down here, and what then happened.
SELECT what, "at" FROM (
    SELECT 'an operation began' AS what, max(started_at) AS "at" FROM metadata_operations
    UNION ALL SELECT 'an operation ended', max(completed_at) FROM metadata_operations
    UNION ALL SELECT 'a folder was scanned', max(scanned_at) FROM libraries
    UNION ALL SELECT 'a decision was made', max(created_at) FROM decisions
    UNION ALL SELECT 'a plan was made', max(created_at) FROM plans
    UNION ALL SELECT 'a job was begun', max(created_at) FROM job_queue
    UNION ALL SELECT 'a job gave a sign of life', max(heartbeat_at) FROM job_queue
    UNION ALL SELECT 'something was told', max("at") FROM events
) WHERE "at" IS NOT NULL ORDER BY "at" DESC LIMIT 1;

-- name: dated_later
-- How many files there are, and how many of them have a time that is still to come.
SELECT count(*), count(*) FILTER (mtime_ns > $now_ns) FROM scanned_files WHERE state <> 'missing';

-- name: steps_back
-- Where the clock went back by more than a minute between one thing that was told and the next: the largest such step.
SELECT before, after FROM (SELECT lag("at") OVER (ORDER BY id) AS before, "at" AS after FROM events)
WHERE before > after + INTERVAL 1 MINUTE ORDER BY before - after DESC LIMIT 1;

-- name: end_of_operation
-- The job that carried an operation out, and how it ended, whatever was taken back since.
SELECT job_id, finished_as FROM metadata_operations WHERE id = $operation_id;

-- name: taken_back
-- The rollbacks in force of files of an operation, when they began, and of how many files.
SELECT o.id, o.started_at, count(*) FROM metadata_operation_items m
JOIN metadata_operation_items r ON r.id = m.reverted_by JOIN metadata_operations o ON o.id = r.operation_id
WHERE m.operation_id = $operation_id GROUP BY o.id, o.started_at ORDER BY o.id;
