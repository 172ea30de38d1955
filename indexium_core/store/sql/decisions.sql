-- name: select_files
-- Select files by id.
CREATE OR REPLACE TEMP TABLE selected_files AS SELECT DISTINCT file_id FROM (SELECT unnest($1::BIGINT[]) AS file_id);

-- name: unknown_selected
-- Those of the selected ids that no file has, or no file of the libraries that the actor sees.
SELECT file_id FROM selected_files
ANTI JOIN (FROM scanned_files WHERE $1 IS NULL OR list_contains($1::INTEGER[], library_id)) USING (file_id) ORDER BY file_id;

-- name: others_selected
-- The selected files that are of another kind of media.
SELECT file_id FROM selected_files JOIN scanned_files USING (file_id) WHERE media_kind IS DISTINCT FROM $1 ORDER BY file_id;

-- name: deselect_others
-- Select only files of one kind of media.
DELETE FROM selected_files WHERE file_id NOT IN (SELECT file_id FROM scanned_files WHERE media_kind = $1);

-- name: find_copies
-- Find the other files with the payloads of the selected ones, in the libraries that the actor sees.
CREATE OR REPLACE TEMP TABLE selected_copies AS
SELECT file_id FROM scanned_files
WHERE file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT file_id FROM selected_files))
  AND file_id NOT IN (SELECT file_id FROM selected_files)
  AND ($1 IS NULL OR list_contains($1::INTEGER[], library_id));

-- name: select_copies
-- Select these copies, too.
INSERT INTO selected_files FROM selected_copies;

-- name: reached_copies
-- The copies that were selected, too, and about which a step decided, by path; and their number.
SELECT file_id, path, count(*) OVER () FROM scanned_files JOIN selected_copies USING (file_id)
WHERE file_id IN (SELECT file_id FROM decisions WHERE made_by = $step) ORDER BY path_bytes LIMIT $count;

-- name: count_selected
-- The number of selected files.
SELECT count(*) FROM selected_files;

-- name: drop_selected
-- Drop the selection.
DROP TABLE IF EXISTS selected_files;
DROP TABLE IF EXISTS selected_copies;

-- name: copies
-- These files and all others with the same payload, in the libraries that the actor sees.
SELECT file_id FROM scanned_files
WHERE (file_id IN (SELECT unnest($1::BIGINT[]))
       OR file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[]))))
  AND ($2 IS NULL OR list_contains($2::INTEGER[], library_id))
ORDER BY file_id;

-- name: new_decisions
-- New decisions, each with its own lists. A mode that is NULL keeps the value of the decision in force.
CREATE OR REPLACE TEMP TABLE new_decisions AS
SELECT w.file_id, w.people, w.people_keys, coalesce(w.people_mode, d.people_mode) AS people_mode,
       coalesce(w.comment_mode, d.comment_mode) AS comment_mode, $until::TIMESTAMPTZ AS until, $reason AS reason
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($people::VARCHAR[][]) AS people,
             unnest($people_keys::VARCHAR[][]) AS people_keys, $people_mode::VARCHAR AS people_mode,
             $comment_mode::VARCHAR AS comment_mode) AS w
LEFT JOIN decisions AS d ON d.file_id = w.file_id AND d.kind = 'mode' AND $kind = 'mode' AND d.revoked_at IS NULL;

-- name: new_decisions_on_selected
-- The same new decision for every selected file.
CREATE OR REPLACE TEMP TABLE new_decisions AS
SELECT m.file_id, $people::VARCHAR[] AS people, $people_keys::VARCHAR[] AS people_keys,
       coalesce($people_mode::VARCHAR, d.people_mode) AS people_mode,
       coalesce($comment_mode::VARCHAR, d.comment_mode) AS comment_mode, $until::TIMESTAMPTZ AS until, $reason AS reason
FROM selected_files AS m
LEFT JOIN decisions AS d ON d.file_id = m.file_id AND d.kind = 'mode' AND $kind = 'mode' AND d.revoked_at IS NULL;

-- name: field_facts
-- The selected files with the facts that rules for fields use: names, containers, values, edits in force, locks,
-- whether the plan skips them, and the fields that they cannot store.
SELECT f.file_id, f.file_name, f.folder, f.mtime_ns, coalesce(f.container, ''), f.fields, e.edits, k.locked,
       f.file_id IN (SELECT file_id FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL), f.field_problems
FROM scanned_files AS f
LEFT JOIN (SELECT file_id, list(field) AS locked FROM field_locks GROUP BY file_id) AS k USING (file_id)
LEFT JOIN (SELECT file_id, map(list(edited_field(kind)), list(value)) AS edits FROM decisions
           WHERE edited_field(kind) IS NOT NULL AND revoked_at IS NULL GROUP BY file_id) AS e USING (file_id)
WHERE f.file_id IN (SELECT file_id FROM selected_files) ORDER BY f.path_bytes;

-- name: former_values
-- The value that each selected file had before the last edit which set its field to a value.
SELECT file_id, arg_max({'value': former}, decision_id).value FROM decisions
WHERE kind = $kind AND value = $value AND file_id IN (SELECT file_id FROM selected_files) GROUP BY file_id;

-- name: new_values
-- New edits of one field, each with its own value.
CREATE OR REPLACE TEMP TABLE new_decisions AS
SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($value::VARCHAR[]) AS value, $reason AS reason;

-- name: new_value_on_selected
-- The same value of one field for every selected file; $skips_locked: without those in which the field is locked.
CREATE OR REPLACE TEMP TABLE new_decisions AS SELECT file_id, $value::VARCHAR AS value, $reason AS reason FROM selected_files
WHERE NOT $skips_locked OR file_id NOT IN (SELECT file_id FROM field_locks WHERE field = edited_field($kind));

-- name: locked_selected
-- The number of selected files in which one of some fields is locked.
SELECT count(DISTINCT file_id) FROM field_locks JOIN selected_files USING (file_id) WHERE list_contains($fields::VARCHAR[], field);

-- name: selected_containers
-- The number of selected files by container and by the fields that the files cannot store.
SELECT coalesce(f.container, ''), f.field_problems, count(*) FROM scanned_files AS f JOIN selected_files USING (file_id) GROUP BY ALL;

-- name: add_former
-- Add the value before each edit of a field: of the edit in force, else of the file. An edit to the same value changes nothing.
CREATE OR REPLACE TEMP TABLE new_decisions AS
SELECT w.*, CASE WHEN d.file_id IS NULL THEN f.fields[edited_field($kind)]
                 WHEN d.value IS NOT DISTINCT FROM w.value THEN d.former
                 ELSE d.value END AS former
FROM new_decisions AS w
LEFT JOIN scanned_files AS f USING (file_id)
LEFT JOIN (FROM decisions WHERE kind = $kind AND revoked_at IS NULL) AS d ON d.file_id = w.file_id;

-- name: new_edits_of_changed
-- New edits with the changed lists of a bulk edit.
CREATE OR REPLACE TEMP TABLE new_decisions AS
SELECT file_id, people, people_keys, NULL::VARCHAR AS people_mode, NULL::VARCHAR AS comment_mode,
       NULL::TIMESTAMPTZ AS until, $reason AS reason
FROM changed;

-- name: revoke_earlier
-- Revoke the earlier decisions of this kind. Without a new step, `ended_by` keeps the step that ended the decision
-- before, because undo and redo of that step need its files.
UPDATE decisions SET revoked_at = $at, ended_by = coalesce($step::BIGINT, ended_by)
WHERE kind = $kind AND revoked_at IS NULL AND file_id IN (SELECT file_id FROM new_decisions);

-- name: decide
-- Store the decisions. An edit also stores the people that the database has now.
INSERT INTO decisions BY NAME
SELECT nextval('ids') AS decision_id, w.*, $kind AS kind, $at AS created_at, $step::BIGINT AS made_by,
       $actor_kind AS actor_kind, $actor_id AS actor_id, $actor_name AS actor_name,
       CASE WHEN $kind = 'edit' THEN coalesce(e.names, []) END AS db_people
FROM new_decisions AS w
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names
           FROM assigned_people JOIN people USING (person_id) WHERE file_id IN (SELECT file_id FROM new_decisions)
           GROUP BY file_id) AS e USING (file_id);

-- name: newer_of_others
-- Of the decisions of some kinds on the selected files that others made after a decision: the newest, and how many files
-- have one.
SELECT d.decision_id, d.actor_name, d.kind, d.people, d.value, d.created_at, f.file_name,
       count(DISTINCT d.file_id) OVER () AS files
FROM decisions AS d JOIN scanned_files AS f USING (file_id)
WHERE d.revoked_at IS NULL AND d.decision_id > $seen AND list_contains($kinds::VARCHAR[], d.kind)
  AND d.file_id IN (SELECT file_id FROM selected_files)
  AND (d.actor_kind IS DISTINCT FROM $actor_kind OR d.actor_id IS DISTINCT FROM $actor_id)
ORDER BY d.decision_id DESC LIMIT 1;

-- name: newest
-- The newest decision; 0 if there is none.
SELECT coalesce(max(decision_id), 0) FROM decisions;

-- name: mark_decided
-- Mark the plans of the files. A rollback postpones the files that it restores.
INSERT INTO plan_marks (mark_id, file_id, by_decision, by_result)
SELECT nextval('mark_ids'), file_id, TRUE, reason IS NOT DISTINCT FROM 'rolled_back' FROM new_decisions;

-- name: drop_new_decisions
-- Drop the table of the request.
DROP TABLE new_decisions;

-- name: unknown_decisions
-- Those of these ids that no decision has.
SELECT DISTINCT decision_id FROM (SELECT unnest($1::BIGINT[]) AS decision_id) ANTI JOIN decisions USING (decision_id)
ORDER BY decision_id;

-- name: to_revoke
-- Those of these decisions that are in force.
CREATE OR REPLACE TEMP TABLE to_revoke AS
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND decision_id IN (SELECT unnest($1::BIGINT[]));

-- name: to_revoke_of_selected
-- The decisions of some kinds in force on the selected files.
CREATE OR REPLACE TEMP TABLE to_revoke AS
SELECT decision_id, file_id FROM decisions
WHERE revoked_at IS NULL AND list_contains($1::VARCHAR[], kind) AND file_id IN (SELECT file_id FROM selected_files);

-- name: to_revoke_of_kind
-- The decisions of a kind in force.
CREATE OR REPLACE TEMP TABLE to_revoke AS
SELECT decision_id, file_id FROM decisions WHERE revoked_at IS NULL AND kind = $1;

-- name: to_expire
-- Postponements that have ended.
CREATE OR REPLACE TEMP TABLE to_revoke AS
SELECT decision_id, file_id FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL AND until <= $1;

-- name: count_to_revoke
-- The number of decisions to revoke, and of their files.
SELECT count(*), count(DISTINCT file_id) FROM to_revoke;

-- name: revoke
-- Revoke the decisions.
UPDATE decisions SET revoked_at = $at, ended_by = coalesce($step::BIGINT, ended_by) WHERE decision_id IN (SELECT decision_id FROM to_revoke);

-- name: mark_revoked
-- Mark the plans of the files.
INSERT INTO plan_marks (mark_id, file_id, by_decision) SELECT nextval('mark_ids'), file_id, TRUE FROM (SELECT DISTINCT file_id FROM to_revoke);

-- name: drop_to_revoke
-- Drop the table of the request.
DROP TABLE to_revoke;

-- name: in_force
-- All decisions in force, or those on some files, newest first.
SELECT d.decision_id, d.file_id, coalesce(f.path, '') AS file_path, d.kind, d.people, d.db_people, d.until, d.people_mode,
       d.comment_mode, edited_field(d.kind) AS field, d.value, d.reason, d.created_at
FROM decisions AS d LEFT JOIN scanned_files AS f USING (file_id)
WHERE d.revoked_at IS NULL AND (d.until IS NULL OR d.until > $1)
  AND ($2::BIGINT[] IS NULL OR d.file_id IN (SELECT unnest($2::BIGINT[])))
ORDER BY d.decision_id DESC;
