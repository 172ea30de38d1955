-- name: all
-- All schedules, in the order of their creation.
SELECT name, kind, cron, params, enabled, last_run_at, next_run_at, last_result, last_job_id FROM schedules ORDER BY id;

-- name: add
-- A schedule, unless there is one of this name.
INSERT INTO schedules (id, name, kind, cron, params, enabled, next_run_at)
SELECT (SELECT coalesce(max(id), 0) + 1 FROM schedules), $name, $kind, $cron, '{}', $enabled, $next_run_at
WHERE $name NOT IN (SELECT name FROM schedules);

-- name: change
-- When a schedule runs, and whether it does.
UPDATE schedules SET cron = $cron, enabled = $enabled, next_run_at = $next_run_at WHERE name = $name;

-- name: set_next
-- The next run of a schedule.
UPDATE schedules SET next_run_at = $next_run_at WHERE name = $name;

-- name: record_start
-- A schedule runs.
UPDATE schedules SET last_run_at = $now, next_run_at = $next_run_at, last_job_id = $job_id WHERE name = $name;

-- name: record_result
-- How the last run ended.
UPDATE schedules SET last_result = $result WHERE last_job_id = $job_id;
