-- name: next_id
-- The id of a new step.
SELECT nextval('step_ids');

-- name: forget_undone
-- Delete the undone steps of the actor: a new decision makes redo impossible.
DELETE FROM steps
WHERE kind = 'review' AND undone_at IS NOT NULL AND actor_kind = $actor_kind AND actor_id = $actor_id;

-- name: count_files
-- The number of files with decisions of a step.
SELECT count(DISTINCT file_id) FROM decisions WHERE made_by = $1 OR ended_by = $1;

-- name: forget_steps_of_kind
-- Delete the steps that only have decisions of a kind.
DELETE FROM steps
WHERE step_id IN (SELECT made_by FROM decisions WHERE kind = $1 UNION SELECT ended_by FROM decisions WHERE kind = $1)
  AND step_id NOT IN (
      SELECT made_by FROM decisions WHERE kind <> $1 AND made_by IS NOT NULL
      UNION SELECT ended_by FROM decisions WHERE kind <> $1 AND ended_by IS NOT NULL);

-- name: forget_kind
-- Remove the decisions of a kind from all steps.
UPDATE decisions SET made_by = NULL, ended_by = NULL WHERE kind = $1;

-- name: record
-- Record a step.
INSERT INTO steps BY NAME SELECT $step AS step_id, $kind AS kind, $action AS action, $label AS label, $files AS files,
    $subjects::VARCHAR[] AS subjects, $before::JSON AS before, $at AS created_at, $actor_kind AS actor_kind,
    $actor_id AS actor_id, $actor_name AS actor_name;

-- name: prune
-- Delete steps that are too old, or more than the maximum of a kind. Decisions about matches say why a title has its match.
DELETE FROM steps WHERE kind <> 'match' AND (created_at < $before OR step_id IN (
    SELECT step_id FROM steps QUALIFY row_number() OVER (PARTITION BY kind ORDER BY step_id DESC) > $most));

-- name: prune_decisions
-- Delete revoked decisions older than the oldest step, which no undo can need. Of a file with an edit in force, older
-- edits stay that name other people: a removed person is not suggested again. The last edit of a file to a value of which
-- `former` is needed ($kept_kind, $kept_value) stays.
DELETE FROM decisions AS d
WHERE revoked_at < $before
  AND (kind <> $kept_kind OR value IS DISTINCT FROM $kept_value OR EXISTS (
      SELECT 1 FROM decisions AS e
      WHERE e.file_id = d.file_id AND e.kind = d.kind AND e.value = d.value AND e.decision_id > d.decision_id))
  AND (kind <> 'edit' OR NOT EXISTS (
      SELECT 1 FROM decisions AS e
      WHERE e.file_id = d.file_id AND e.kind = 'edit' AND e.revoked_at IS NULL
        AND NOT list_has_all(e.people || coalesce(e.db_people, []), d.people || coalesce(d.db_people, []))));

-- name: find
-- Steps, newest first, each with the last step in force that is undone before it; a parameter that is NULL filters nothing.
-- Each actor undoes review steps in an order of its own: a file keeps the newer decision of somebody else.
WITH found AS (
    SELECT * FROM steps
    WHERE coalesce(created_at >= $since, TRUE) AND coalesce(step_id = $step, TRUE) AND coalesce(kind = $kind, TRUE)
      AND coalesce(list_contains(subjects, $subject), TRUE) AND coalesce((undone_at IS NULL) = $in_force, TRUE)
    ORDER BY created_at DESC, step_id DESC LIMIT $most
)
SELECT s.step_id, s.kind, s.action, s.label, s.files, s.created_at, s.undone_at, s.actor_kind, s.actor_id, s.actor_name,
       s.undone_by_name,
       max(l.step_id) AS later_id, coalesce(arg_max(l.label, l.step_id), '') AS later_label
FROM found AS s LEFT JOIN steps AS l
  ON l.step_id > s.step_id AND l.kind = s.kind AND l.undone_at IS NULL AND list_has_any(l.subjects, s.subjects)
  AND (s.kind <> 'review' OR l.actor_kind = s.actor_kind AND l.actor_id = s.actor_id)
GROUP BY ALL ORDER BY s.created_at DESC, s.step_id DESC;

-- name: about_title
-- The steps in force about values and pictures of a title after a moment, newest first. A subject begins with the id of the
-- title.
SELECT step_id FROM steps
WHERE kind IN ('value', 'picture') AND undone_at IS NULL AND created_at > $since
  AND len(list_filter(subjects, lambda s: split_part(s, ' ', 1) = $title)) > 0
ORDER BY step_id DESC;

-- name: before
-- What the undo of a step restores.
SELECT before::VARCHAR FROM steps WHERE step_id = $1;

-- name: turn_rows
-- The changes of an undo or redo, by file and kind: the decision to revoke and the one to restore. `is_free` is false
-- where the file has a newer decision that belongs to no step.
CREATE OR REPLACE TEMP TABLE turn_rows AS
WITH touched AS (
    SELECT file_id, kind, max(decision_id) FILTER (made_by = $step) AS made_id,
           max(decision_id) FILTER (ended_by = $step AND made_by IS DISTINCT FROM $step) AS ended_id
    FROM decisions WHERE made_by = $step OR ended_by = $step GROUP BY file_id, kind
), directed AS (
    SELECT file_id, kind, CASE WHEN $undo THEN made_id ELSE ended_id END AS revoke_id,
           CASE WHEN $undo THEN ended_id ELSE made_id END AS restore_id
    FROM touched
)
SELECT t.file_id, t.kind, t.revoke_id, t.restore_id, d.decision_id IS NULL OR d.decision_id IS NOT DISTINCT FROM t.revoke_id AS is_free,
       d.decision_id IS NOT NULL OR t.restore_id IS NOT NULL AS is_change,
       f.state IS DISTINCT FROM 'missing' AND f.file_id IS NOT NULL AS is_there
FROM directed AS t LEFT JOIN scanned_files AS f USING (file_id)
LEFT JOIN (FROM decisions WHERE revoked_at IS NULL) AS d ON d.file_id = t.file_id AND d.kind = t.kind;

-- name: reverse_ratings
-- Undo of a rating that was written at once, or that an operation still has to write: an edit to the former rating, as if
-- the step had ended it, so that it is written and redo ends it again.
INSERT INTO decisions BY NAME
SELECT nextval('ids') AS decision_id, d.file_id, d.kind, d.former AS value, $at AS created_at, $step AS ended_by,
       $actor_kind AS actor_kind, $actor_id AS actor_id, $actor_name AS actor_name
FROM turn_rows AS t JOIN decisions AS d ON d.decision_id = t.revoke_id
JOIN scanned_files AS f ON f.file_id = d.file_id JOIN libraries AS l USING (library_id)
WHERE t.is_free AND t.restore_id IS NULL AND l.write_ratings AND d.kind = $kind
  AND (d.value IS NOT DISTINCT FROM f.fields[edited_field($kind)] OR d.file_id IN (
      SELECT m.file_id FROM metadata_operation_items AS m WHERE m.status IN ('pending', 'writing')
      AND len(list_filter(m.changes, lambda c: c.field = edited_field($kind))) > 0));

-- name: revoke
-- Revoke decisions.
UPDATE decisions SET revoked_at = $at
WHERE revoked_at IS NULL AND decision_id IN (SELECT revoke_id FROM turn_rows WHERE is_free);

-- name: restore
-- Restore decisions, except postponements that have ended.
UPDATE decisions SET revoked_at = NULL
WHERE coalesce(until > $at, TRUE) AND decision_id IN (SELECT restore_id FROM turn_rows WHERE is_free);

-- name: mark
-- Mark the plans of the files.
INSERT INTO plan_marks (mark_id, file_id, by_decision)
SELECT nextval('mark_ids'), file_id, TRUE FROM (SELECT DISTINCT file_id FROM turn_rows WHERE is_free AND is_change);

-- name: count_outcomes
-- The numbers of files that changed, that keep a newer decision, that no longer exist, and that were written since the
-- step.
SELECT count(DISTINCT file_id) FILTER (is_free), count(DISTINCT file_id) FILTER (NOT is_free),
       count(DISTINCT file_id) FILTER (NOT is_there),
       count(DISTINCT file_id) FILTER (is_free AND file_id IN (
           SELECT i.file_id FROM metadata_operation_items AS i JOIN metadata_operations AS o ON o.id = i.operation_id
           WHERE o.operation_type = 'write' AND i.status = 'success' AND i.reverted_by IS NULL AND i.processed_at >= $since)
           AND NOT EXISTS (FROM decisions AS d  -- the former rating will be written
                           WHERE d.file_id = t.file_id AND d.kind = t.kind AND d.ended_by = $step AND d.created_at = $at))
FROM turn_rows AS t;

-- name: drop_turn_rows
-- Drop the table of the undo or redo.
DROP TABLE turn_rows;

-- name: set_undone
-- Store that the step is undone and who did that, or (NULL) that it is in force again; return what it is about.
UPDATE steps SET undone_at = $at, undone_by_kind = $actor_kind, undone_by_id = $actor_id, undone_by_name = $actor_name
WHERE step_id = $step RETURNING kind, subjects;
