-- name: begin_run
-- The number of this run of the program.
SELECT nextval('event_runs');

-- name: thin
-- Of how far something is only the newest counts: what was told of the same before goes.
DELETE FROM events WHERE id IN (
    SELECT e.id FROM events e JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($jobs::BIGINT[]) AS job_id) AS told
    ON told.name = e.name AND told.job_id IS NOT DISTINCT FROM e.job_id);

-- name: append
-- What happened, in the order in which it did.
INSERT INTO events (id, "at", name, job_id, operation_id, data)
SELECT unnest($ids::BIGINT[]), unnest($moments::TIMESTAMPTZ[]), unnest($names::VARCHAR[]), unnest($jobs::BIGINT[]),
       unnest($operations::BIGINT[]), unnest($data::VARCHAR[])::JSON;

-- name: since
-- What happened after an event, oldest first.
SELECT id, "at", name, data FROM events WHERE id > $last_id ORDER BY id LIMIT $count;

-- name: prune
-- What is past its time, or more than there shall be.
DELETE FROM events WHERE "at" < $before OR id <= (SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET $most);
