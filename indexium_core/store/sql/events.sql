-- name: begin_run
-- The number of this run of the program.
SELECT nextval('event_runs');

-- name: drop_old_progress
-- Only the newest progress of a job is kept: delete the earlier ones.
DELETE FROM events WHERE id IN (
    SELECT e.id FROM events e JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($jobs::BIGINT[]) AS job_id) AS replaced
    ON replaced.name = e.name AND replaced.job_id IS NOT DISTINCT FROM e.job_id);

-- name: append
-- Add events in their order.
INSERT INTO events (id, "at", name, job_id, operation_id, data)
SELECT unnest($ids::BIGINT[]), unnest($moments::TIMESTAMPTZ[]), unnest($names::VARCHAR[]), unnest($jobs::BIGINT[]),
       unnest($operations::BIGINT[]), unnest($data::VARCHAR[])::JSON;

-- name: since
-- The events after an id, oldest first.
SELECT id, "at", name, data FROM events WHERE id > $last_id ORDER BY id LIMIT $count;

-- name: prune
-- Delete events that are too old or too many.
DELETE FROM events WHERE "at" < $before OR id <= (SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET $most);
