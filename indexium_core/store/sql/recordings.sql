-- name: elsewhere
-- The present files at other paths that have a hash of the recording of one of these files, or its stat facts and a hash of
-- another kind.
WITH arrived AS (SELECT unnest($file_hash::VARCHAR[]) AS file_hash)
SELECT file_id, library_id, path_bytes, device, inode, size, mtime_ns, state, file_hash FROM scanned_files
WHERE state <> 'missing' AND file_hash IS NOT NULL AND (
    file_hash IN (FROM arrived UNION ALL SELECT o.file_hash FROM arrived JOIN film_hashes AS n USING (file_hash)
                                                JOIN film_hashes AS o USING (film_id))
    OR (device, inode, size, mtime_ns) IN (
        SELECT (unnest($device::UBIGINT[]), unnest($inode::UBIGINT[]), unnest($size::BIGINT[]), unnest($mtime_ns::BIGINT[]))))
  AND path_bytes NOT IN (SELECT unnest($path_bytes::BLOB[]));

-- name: heirs
-- Missing files with decisions, each with a present file of its recording.
CREATE OR REPLACE TEMP TABLE heirs AS
WITH gone AS (
    SELECT file_id, file_hash FROM scanned_files WHERE state = 'missing' AND file_id IN (
        SELECT file_id FROM decisions WHERE revoked_at IS NULL
        UNION ALL SELECT file_id FROM field_locks UNION ALL SELECT file_id FROM title_assignments)
), hashes AS (
    FROM gone UNION SELECT g.file_id, o.file_hash FROM gone AS g JOIN film_hashes AS n USING (file_hash)
                    JOIN film_hashes AS o USING (film_id)
)
SELECT m.file_id, min(f.file_id) AS heir FROM hashes AS m JOIN scanned_files AS f USING (file_hash)
WHERE f.state <> 'missing' GROUP BY m.file_id
QUALIFY row_number() OVER (PARTITION BY heir ORDER BY m.file_id) = 1;

-- name: given_heirs
-- Missing files, each with the present file that is its recording.
CREATE OR REPLACE TEMP TABLE heirs AS
SELECT unnest($former::BIGINT[]) AS file_id, unnest($heirs::BIGINT[]) AS heir;

-- name: copy_people
-- The people of the missing files, for the hashes of the present ones.
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people) + row_number() OVER (ORDER BY v.assignment_id), n.file_hash, NULL,
       v.person_id, v.origin, $at
FROM heirs AS h JOIN scanned_files AS f USING (file_id) JOIN video_people AS v USING (file_hash)
JOIN scanned_files AS n ON n.file_id = h.heir
WHERE (n.file_hash, v.person_id) NOT IN (SELECT (file_hash, person_id) FROM video_people WHERE file_hash IS NOT NULL);

-- name: copy_decisions
-- The decisions in force about the missing files, of the kinds that the present ones have not, as decisions of a step.
INSERT INTO decisions BY NAME
SELECT d.* REPLACE (
    nextval('ids') AS decision_id, h.heir AS file_id, $at AS created_at, $step AS made_by, NULL AS ended_by,
    CASE WHEN starts_with(d.kind, 'field:') THEN f.fields[edited_field(d.kind)] ELSE d.former END AS former,
    $actor_kind AS actor_kind, $actor_id AS actor_id, $actor_name AS actor_name)
FROM decisions AS d JOIN heirs AS h USING (file_id) JOIN scanned_files AS f ON f.file_id = h.heir
WHERE d.revoked_at IS NULL AND (h.heir, d.kind) NOT IN (SELECT (file_id, kind) FROM decisions WHERE revoked_at IS NULL);

-- name: any_heirs
-- Whether there are any.
SELECT EXISTS (FROM heirs);

-- name: hand_over_decisions
-- Decisions in force, of the kinds that the copy has not.
UPDATE decisions SET file_id = h.heir FROM heirs AS h
WHERE h.file_id = decisions.file_id AND revoked_at IS NULL AND (h.heir, decisions.kind) NOT IN (
    SELECT (file_id, kind) FROM decisions WHERE revoked_at IS NULL);

-- name: hand_over_values
-- The values of locked fields that are not locked in the copy.
UPDATE media_properties SET
    resolution = CASE WHEN list_contains(k.fields, 'resolution') THEN w.resolution ELSE media_properties.resolution END,
    duration = CASE WHEN list_contains(k.fields, 'duration') THEN w.duration ELSE media_properties.duration END,
    size = CASE WHEN list_contains(k.fields, 'size') THEN w.size ELSE media_properties.size END,
    video_codec = CASE WHEN list_contains(k.fields, 'video_codec') THEN w.video_codec ELSE media_properties.video_codec END,
    audio_codec = CASE WHEN list_contains(k.fields, 'audio_codec') THEN w.audio_codec ELSE media_properties.audio_codec END,
    channels = CASE WHEN list_contains(k.fields, 'channels') THEN w.channels ELSE media_properties.channels END,
    sample_rate = CASE WHEN list_contains(k.fields, 'sample_rate') THEN w.sample_rate ELSE media_properties.sample_rate END,
    frame_rate = CASE WHEN list_contains(k.fields, 'frame_rate') THEN w.frame_rate ELSE media_properties.frame_rate END,
    hdr = CASE WHEN list_contains(k.fields, 'hdr') THEN w.hdr ELSE media_properties.hdr END,
    camera = CASE WHEN list_contains(k.fields, 'camera') THEN w.camera ELSE media_properties.camera END,
    lens = CASE WHEN list_contains(k.fields, 'lens') THEN w.lens ELSE media_properties.lens END,
    taken = CASE WHEN list_contains(k.fields, 'taken') THEN w.taken ELSE media_properties.taken END,
    latitude = CASE WHEN list_contains(k.fields, 'latitude') THEN w.latitude ELSE media_properties.latitude END,
    longitude = CASE WHEN list_contains(k.fields, 'longitude') THEN w.longitude ELSE media_properties.longitude END,
    faces = CASE WHEN list_contains(k.fields, 'faces') THEN w.faces ELSE media_properties.faces END
FROM heirs AS h JOIN media_properties AS w USING (file_id)
JOIN (SELECT x.file_id, list(field) AS fields FROM field_locks JOIN heirs AS x USING (file_id)
      WHERE (x.heir, field) NOT IN (SELECT (file_id, field) FROM field_locks) GROUP BY x.file_id) AS k USING (file_id)
WHERE media_properties.file_id = h.heir;

-- name: hand_over_locks
-- Locks of fields that are not locked in the copy.
UPDATE field_locks SET file_id = h.heir FROM heirs AS h
WHERE h.file_id = field_locks.file_id AND (h.heir, field_locks.field) NOT IN (SELECT (file_id, field) FROM field_locks);

-- name: hand_over_titles
-- The titles to which a person moved a file, if nobody moved the copy.
UPDATE title_assignments SET file_id = h.heir FROM heirs AS h
WHERE h.file_id = title_assignments.file_id AND h.heir NOT IN (SELECT file_id FROM title_assignments);

-- name: mark_heirs
-- Mark the plans of these files and their copies as outdated.
INSERT INTO plan_marks (mark_id, file_id)
SELECT nextval('mark_ids'), file_id FROM (SELECT file_id FROM heirs UNION SELECT heir FROM heirs);

-- name: drop_heirs
-- Drop the temporary table.
DROP TABLE heirs;
