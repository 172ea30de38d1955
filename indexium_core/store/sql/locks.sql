-- name: is_file
-- Whether there is a file with this id.
SELECT count(*) FROM scanned_files WHERE file_id = $file_id;

-- name: list
-- The locks of some files ($file_ids NULL: of all).
SELECT k.file_id, k.field, k.locked_by, k.locked_at, k.origin, f.path AS file_path, CASE k.field
    WHEN 'resolution' THEN m.resolution WHEN 'duration' THEN m.duration::VARCHAR WHEN 'size' THEN m.size::VARCHAR
    WHEN 'video_codec' THEN m.video_codec WHEN 'audio_codec' THEN m.audio_codec
    WHEN 'channels' THEN m.channels::VARCHAR WHEN 'sample_rate' THEN m.sample_rate::VARCHAR
    WHEN 'frame_rate' THEN m.frame_rate::VARCHAR WHEN 'hdr' THEN m.hdr WHEN 'camera' THEN m.camera
    WHEN 'lens' THEN m.lens WHEN 'taken' THEN m.taken::VARCHAR WHEN 'latitude' THEN m.latitude::VARCHAR
    WHEN 'longitude' THEN m.longitude::VARCHAR WHEN 'faces' THEN m.faces END AS value
FROM locked_fields AS k JOIN scanned_files AS f USING (file_id)
LEFT JOIN media_properties AS m ON m.file_id = f.file_id
WHERE $file_ids::BIGINT[] IS NULL OR k.file_id IN (SELECT unnest($file_ids::BIGINT[]))
ORDER BY f.path, k.file_id, list_position($lockable::VARCHAR[], k.field);

-- name: new_locks
-- The fields of files that are not locked yet.
CREATE OR REPLACE TEMP TABLE changed_locks AS
SELECT n.file_id, n.field FROM (
    SELECT file_id, unnest($fields::VARCHAR[]) AS field FROM (SELECT DISTINCT unnest($file_ids::BIGINT[]) AS file_id)
) AS n ANTI JOIN field_locks AS k USING (file_id, field);

-- name: lock
-- Lock them.
INSERT INTO field_locks BY NAME
SELECT file_id, field, $by AS locked_by, $origin AS origin, $at AS locked_at FROM changed_locks;

-- name: set_origin
-- Change the origin of existing locks.
UPDATE field_locks SET origin = $origin, locked_by = $by, locked_at = $at
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND list_contains($fields::VARCHAR[], field)
  AND origin <> $origin;

-- name: removed_locks
-- The locked fields of files that the next statement unlocks.
CREATE OR REPLACE TEMP TABLE changed_locks AS
SELECT DISTINCT file_id, field FROM field_locks
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND list_contains($fields::VARCHAR[], field);

-- name: unlock
-- Unlock them.
DELETE FROM field_locks
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND list_contains($fields::VARCHAR[], field);

-- name: add_events
-- An audit event for each of them.
INSERT INTO audit_events (id, "at", actor, action, file_id, field, "old", "new", job_id, actor_kind, actor_id, actor_name)
SELECT nextval('audit_ids'), $at, $actor_name, $action, file_id, field, NULL, NULL, NULL, $actor_kind, $actor_id, $actor_name
FROM (FROM changed_locks ORDER BY file_id, field);

-- name: count_changed
-- The number of new or removed locks.
SELECT count(*) FROM changed_locks;

-- name: drop_changed
-- Drop the temporary table.
DROP TABLE changed_locks;

-- name: count_edited
-- The number of these files whose people are locked by an edit.
SELECT count(DISTINCT file_id) FROM locked_fields
WHERE field = 'people' AND origin = 'edit' AND file_id IN (SELECT unnest($file_ids::BIGINT[]));
