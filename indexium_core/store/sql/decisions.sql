-- name: mean_files
-- The files that are meant, by id.
CREATE OR REPLACE TEMP TABLE meant AS SELECT DISTINCT file_id FROM (SELECT unnest($1::BIGINT[]) AS file_id);

-- name: unknown_meant
-- Those of them that no file has.
SELECT file_id FROM meant ANTI JOIN scanned_files USING (file_id) ORDER BY file_id;

-- name: count_meant
-- How many are meant.
SELECT count(*) FROM meant;

-- name: mean_copies
-- Other files with the same payload are meant, too.
INSERT INTO meant
SELECT file_id FROM scanned_files
WHERE file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT file_id FROM meant))
  AND file_id NOT IN (SELECT file_id FROM meant);

-- name: drop_meant
-- They are done with.
DROP TABLE meant;

-- name: copies
-- These files and all others with the same payload.
SELECT file_id FROM scanned_files
WHERE file_id IN (SELECT unnest($1::BIGINT[]))
   OR file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])))
ORDER BY file_id;

-- name: wanted
-- Decisions to be made, each with lists of its own. A mode that is not spoken of stays as the decision in force has it.
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT w.file_id, w.people, w.people_keys, coalesce(w.people_mode, d.people_mode) AS people_mode,
       coalesce(w.comment_mode, d.comment_mode) AS comment_mode, $until::TIMESTAMPTZ AS until, $reason AS reason
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($people::VARCHAR[][]) AS people,
             unnest($people_keys::VARCHAR[][]) AS people_keys, $people_mode::VARCHAR AS people_mode,
             $comment_mode::VARCHAR AS comment_mode) AS w
LEFT JOIN decisions AS d ON d.file_id = w.file_id AND d.kind = 'mode' AND $kind = 'mode' AND d.revoked_at IS NULL;

-- name: wanted_of_meant
-- The same decision for every file that is meant.
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT m.file_id, $people::VARCHAR[] AS people, $people_keys::VARCHAR[] AS people_keys,
       coalesce($people_mode::VARCHAR, d.people_mode) AS people_mode,
       coalesce($comment_mode::VARCHAR, d.comment_mode) AS comment_mode, $until::TIMESTAMPTZ AS until, $reason AS reason
FROM meant AS m
LEFT JOIN decisions AS d ON d.file_id = m.file_id AND d.kind = 'mode' AND $kind = 'mode' AND d.revoked_at IS NULL;

-- name: wanted_of_changed
-- The lists that came of a change of many.
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT file_id, people, people_keys, NULL::VARCHAR AS people_mode, NULL::VARCHAR AS comment_mode,
       NULL::TIMESTAMPTZ AS until, $reason AS reason
FROM changed;

-- name: replace
-- The decision of this kind that is in force gives way. What no step ends is remembered for the step that once did: undone
-- or done again, it must know its files.
UPDATE decisions SET revoked_at = $at, ended_by = coalesce($step::BIGINT, ended_by)
WHERE kind = $kind AND revoked_at IS NULL AND file_id IN (SELECT file_id FROM wanted);

-- name: decide
-- The decisions are in force. An edit remembers what the database said when it was made.
INSERT INTO decisions BY NAME
SELECT nextval('ids') AS decision_id, w.*, $kind AS kind, $at AS created_at, $step::BIGINT AS made_by,
       CASE WHEN $kind = 'edit' THEN coalesce(e.names, []) END AS db_people
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

-- name: ending
-- Those of these decisions that are in force.
CREATE OR REPLACE TEMP TABLE ending AS
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND decision_id IN (SELECT unnest($1::BIGINT[]));

-- name: ending_of_meant
-- The decisions of some kinds that are in force on the files that are meant.
CREATE OR REPLACE TEMP TABLE ending AS
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND list_contains($1::VARCHAR[], kind) AND file_id IN (SELECT file_id FROM meant);

-- name: ending_due
-- Postponements whose day has come.
CREATE OR REPLACE TEMP TABLE ending AS
SELECT decision_id, file_id FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL AND until <= $1;

-- name: count_ending
-- How many decisions end, on how many files.
SELECT count(*), count(DISTINCT file_id) FROM ending;

-- name: end
-- Decisions that are in force no longer.
UPDATE decisions SET revoked_at = $at, ended_by = coalesce($step::BIGINT, ended_by) WHERE decision_id IN (SELECT decision_id FROM ending);

-- name: mark_ending
-- The plans of these files must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM (SELECT DISTINCT file_id FROM ending);

-- name: drop_ending
-- They have ended.
DROP TABLE ending;

-- name: in_force
-- Every decision in force, or those of some files, newest first.
SELECT d.decision_id, d.file_id, coalesce(f.path, '') AS file_path, d.kind, d.people, d.db_people, d.until, d.people_mode,
       d.comment_mode, d.reason, d.created_at
FROM decisions AS d LEFT JOIN scanned_files AS f USING (file_id)
WHERE d.revoked_at IS NULL AND (d.until IS NULL OR d.until > $1)
  AND ($2::BIGINT[] IS NULL OR d.file_id IN (SELECT unnest($2::BIGINT[])))
ORDER BY d.decision_id DESC;
