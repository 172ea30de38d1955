-- name: next_id
-- The id of the step that begins.
SELECT nextval('step_ids');

-- name: forget_undone
-- What was undone cannot be redone once something else is decided.
DELETE FROM review_steps WHERE undone_at IS NOT NULL;

-- name: count_files
-- How many files a step decided over.
SELECT count(DISTINCT file_id) FROM decisions WHERE made_by = $1 OR ended_by = $1;

-- name: record
-- What was done at once.
INSERT INTO review_steps VALUES ($step, $label, $files, $at, NULL);

-- name: prune
-- Steps that are too old, or too far back.
DELETE FROM review_steps WHERE created_at < $before
    OR step_id NOT IN (SELECT step_id FROM review_steps ORDER BY step_id DESC LIMIT $most);

-- name: prune_decisions
-- Decisions that ended before the oldest step that is kept: none can bring them back. Of a file whose people are set by
-- hand, edits stay that name somebody of whom the edit in force knows nothing: who was taken out is not suggested again.
DELETE FROM decisions AS d
WHERE revoked_at < $before
  AND (kind <> 'edit' OR NOT EXISTS (
      SELECT 1 FROM decisions AS e
      WHERE e.file_id = d.file_id AND e.kind = 'edit' AND e.revoked_at IS NULL
        AND NOT list_has_all(e.people || coalesce(e.db_people, []), d.people || coalesce(d.db_people, []))));

-- name: newest_done
-- The step that is undone next.
SELECT step_id, label, files, created_at FROM review_steps WHERE undone_at IS NULL AND created_at >= $1
ORDER BY step_id DESC LIMIT 1;

-- name: oldest_undone
-- The step that is redone next.
SELECT step_id, label, files, created_at FROM review_steps WHERE undone_at IS NOT NULL AND created_at >= $1
ORDER BY step_id LIMIT 1;

-- name: list
-- All steps that can be undone or redone, newest first.
SELECT step_id, label, files, created_at, undone_at FROM review_steps WHERE created_at >= $1 ORDER BY step_id DESC;

-- name: turning
-- What a step changed, by file and kind: the decision that goes now, and the one that comes. A file of which something
-- else was decided since, by no step, is left alone, and so is one that is not known any more.
CREATE OR REPLACE TEMP TABLE turning AS
WITH touched AS (
    SELECT file_id, kind, max(decision_id) FILTER (made_by = $step) AS made,
           max(decision_id) FILTER (ended_by = $step AND made_by IS DISTINCT FROM $step) AS ended
    FROM decisions WHERE made_by = $step OR ended_by = $step GROUP BY file_id, kind
), turned AS (
    SELECT file_id, kind, CASE WHEN $undo THEN made ELSE ended END AS goes, CASE WHEN $undo THEN ended ELSE made END AS comes
    FROM touched
)
SELECT t.file_id, t.goes, t.comes, d.decision_id IS NULL OR d.decision_id IS NOT DISTINCT FROM t.goes AS free,
       d.decision_id IS NOT NULL OR t.comes IS NOT NULL AS moves,
       f.state IS DISTINCT FROM 'missing' AND f.file_id IS NOT NULL AS is_there
FROM turned AS t LEFT JOIN scanned_files AS f USING (file_id)
LEFT JOIN (FROM decisions WHERE revoked_at IS NULL) AS d ON d.file_id = t.file_id AND d.kind = t.kind;

-- name: go
-- The decisions that are in force no longer.
UPDATE decisions SET revoked_at = $at
WHERE revoked_at IS NULL AND decision_id IN (SELECT goes FROM turning WHERE free);

-- name: come
-- The decisions that are in force again; a postponement whose day has come is not.
UPDATE decisions SET revoked_at = NULL
WHERE coalesce(until > $at, TRUE) AND decision_id IN (SELECT comes FROM turning WHERE free);

-- name: mark
-- The plans of the files must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM (SELECT DISTINCT file_id FROM turning WHERE free AND moves);

-- name: turned
-- What became of it: files that are as they were before, that were left alone, that are gone, and that were written since
-- the step was first done.
SELECT count(DISTINCT file_id) FILTER (free), count(DISTINCT file_id) FILTER (NOT free),
       count(DISTINCT file_id) FILTER (NOT is_there),
       count(DISTINCT file_id) FILTER (free AND file_id IN (
           SELECT i.file_id FROM metadata_operation_items AS i JOIN metadata_operations AS o ON o.id = i.operation_id
           WHERE o.operation_type = 'write' AND i.status = 'success' AND i.reverted_by IS NULL AND i.processed_at >= $since))
FROM turning;

-- name: drop_turning
-- It is done.
DROP TABLE turning;

-- name: set_undone
-- The step is undone, or (NULL) in force again.
UPDATE review_steps SET undone_at = $at WHERE step_id = $step;
