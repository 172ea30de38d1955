-- name: page
-- One page of the audit, newest first, of one file or one job where they are named.
SELECT id, "at", actor, action, file_id, field, "old", "new", job_id FROM audit_events
WHERE ($file_id::BIGINT IS NULL OR file_id = $file_id) AND ($job_id::BIGINT IS NULL OR job_id = $job_id)
ORDER BY id DESC LIMIT $limit OFFSET $offset;

-- name: count
-- How many events that are.
SELECT count(*) FROM audit_events
WHERE ($file_id::BIGINT IS NULL OR file_id = $file_id) AND ($job_id::BIGINT IS NULL OR job_id = $job_id);

-- name: add
-- Changes that a person made by hand.
INSERT INTO audit_events
SELECT nextval('audit_ids'), $at, $actor, $action, file_id, $field, "old", $new, NULL FROM (
    SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($old::VARCHAR[]) AS "old"
);

-- name: prune
-- Events before a moment go, and of the others all but the newest.
DELETE FROM audit_events WHERE "at" < $before OR id <= (SELECT max(id) - $most FROM audit_events);
