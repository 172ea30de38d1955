-- name: all
-- All schedules, in the order of their creation.
SELECT name, kind, cron, params, enabled, last_run_at, next_run_at, last_result, last_job_id FROM schedules ORDER BY id;

-- name: add
-- Schedules, except those whose name there is.
INSERT INTO schedules (id, name, kind, cron, params, enabled, next_run_at)
SELECT (SELECT coalesce(max(id), 0) FROM schedules) + n.place, n.name, n.kind, n.cron, '{}', n.enabled, n.next_run_at
FROM (SELECT unnest($name::VARCHAR[]) AS name, unnest($kind::VARCHAR[]) AS kind, unnest($cron::VARCHAR[]) AS cron,
             unnest($enabled::BOOLEAN[]) AS enabled, unnest($next_run_at::TIMESTAMPTZ[]) AS next_run_at,
             generate_subscripts($name::VARCHAR[], 1) AS place) AS n ANTI JOIN schedules USING (name);

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
