-- name: page
-- One page of the events, newest first, optionally of some files or one job.
SELECT e.id, e."at", e.actor, e.action, e.file_id, e.field, e."old", e."new", e.job_id, coalesce(f.path, '')
FROM (
    FROM audit_events
    WHERE ($file_ids::BIGINT[] IS NULL OR file_id IN (SELECT unnest($file_ids::BIGINT[])))
      AND ($job_id::BIGINT IS NULL OR job_id = $job_id)
    ORDER BY id DESC LIMIT $limit OFFSET $offset
) AS e LEFT JOIN scanned_files AS f USING (file_id) ORDER BY e.id DESC;

-- name: count
-- The number of these events.
SELECT count(*) FROM audit_events
WHERE ($file_ids::BIGINT[] IS NULL OR file_id IN (SELECT unnest($file_ids::BIGINT[])))
  AND ($job_id::BIGINT IS NULL OR job_id = $job_id);

-- name: add
-- Events of changes by hand.
INSERT INTO audit_events (id, "at", actor, action, file_id, field, "old", "new", job_id, actor_kind, actor_id, actor_name)
SELECT nextval('audit_ids'), $at, $actor_name, $action, file_id, $field, "old", $new, NULL, $actor_kind, $actor_id, $actor_name
FROM (
    SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($old::VARCHAR[]) AS "old"
);

-- name: prune
-- Delete the events before a time, and all but the newest of the others.
DELETE FROM audit_events WHERE "at" < $before OR id <= (SELECT max(id) - $max_events FROM audit_events);
