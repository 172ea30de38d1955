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
