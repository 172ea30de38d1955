-- name: unknown_files
-- Those of these file ids that no file has.
SELECT DISTINCT file_id FROM (SELECT unnest($1::BIGINT[]) AS file_id) ANTI JOIN scanned_files USING (file_id)
ORDER BY file_id;

-- name: copies
-- These files and all others with the same payload.
SELECT file_id FROM scanned_files
WHERE file_id IN (SELECT unnest($1::BIGINT[]))
   OR file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])))
ORDER BY file_id;

-- name: wanted
-- Decisions to be made. A mode that is not spoken of stays as the decision in force has it.
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT w.file_id, w.people, w.people_keys, coalesce(w.people_mode, d.people_mode) AS people_mode,
       coalesce(w.comment_mode, d.comment_mode) AS comment_mode, $until::TIMESTAMPTZ AS until, $reason AS reason
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($people::VARCHAR[][]) AS people,
             unnest($people_keys::VARCHAR[][]) AS people_keys, $people_mode::VARCHAR AS people_mode,
             $comment_mode::VARCHAR AS comment_mode) AS w
LEFT JOIN decisions AS d ON d.file_id = w.file_id AND d.kind = 'mode' AND $kind = 'mode' AND d.revoked_at IS NULL;

-- name: replace
-- The decision of this kind that is in force gives way.
UPDATE decisions SET revoked_at = $2
WHERE kind = $1 AND revoked_at IS NULL AND file_id IN (SELECT file_id FROM wanted);

-- name: decide
-- The decisions are in force. An edit remembers what the database said when it was made.
INSERT INTO decisions BY NAME
SELECT nextval('ids') AS decision_id, w.*, $1 AS kind, $2 AS created_at,
       CASE WHEN $1 = 'edit' THEN coalesce(e.names, []) END AS db_people
FROM wanted AS w
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names
           FROM file_people JOIN people USING (person_id) WHERE file_id IN (SELECT file_id FROM wanted)
           GROUP BY file_id) AS e USING (file_id);

-- name: mark_wanted
-- The plans of the files must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM wanted;

-- name: drop_wanted
-- The request is done with.
DROP TABLE wanted;

-- name: unknown_decisions
-- Those of these ids that no decision has.
SELECT DISTINCT decision_id FROM (SELECT unnest($1::BIGINT[]) AS decision_id) ANTI JOIN decisions USING (decision_id)
ORDER BY decision_id;

-- name: those
-- Those of these decisions that are in force, with their files.
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND decision_id IN (SELECT unnest($1::BIGINT[]));

-- name: those_of_files
-- The decisions of one kind that are in force on these files.
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND kind = $2 AND file_id IN (SELECT unnest($1::BIGINT[]));

-- name: those_due
-- Postponements whose day has come.
SELECT decision_id, file_id FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL AND until <= $1;

-- name: revoke
-- Decisions that are in force no longer.
UPDATE decisions SET revoked_at = $2 WHERE decision_id IN (SELECT unnest($1::BIGINT[]));

-- name: mark
-- The plans of these files must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM (SELECT DISTINCT unnest($1::BIGINT[]) AS file_id);

-- name: in_force
-- Every decision in force, newest first.
SELECT d.decision_id, d.file_id, coalesce(f.path, '') AS file_path, d.kind, d.people, d.db_people, d.until, d.people_mode,
       d.comment_mode, d.reason, d.created_at
FROM decisions AS d LEFT JOIN scanned_files AS f USING (file_id)
WHERE d.revoked_at IS NULL AND (d.until IS NULL OR d.until > $1)
ORDER BY d.decision_id DESC;
