-- name: incoming
-- The readings of a batch. The fields in `keep` keep their stored value, if there is one.
CREATE OR REPLACE TEMP TABLE incoming_properties AS SELECT
    unnest($file_id::BIGINT[]) AS file_id, unnest($keep::VARCHAR[][]) AS keep, unnest($tool::VARCHAR[]) AS tool,
    unnest($resolution::VARCHAR[]) AS resolution, unnest($duration::DOUBLE[]) AS duration,
    unnest($size::BIGINT[]) AS size, unnest($video_codec::VARCHAR[]) AS video_codec,
    unnest($audio_codec::VARCHAR[]) AS audio_codec, unnest($channels::INTEGER[]) AS channels,
    unnest($sample_rate::INTEGER[]) AS sample_rate, unnest($frame_rate::DOUBLE[]) AS frame_rate,
    unnest($hdr::VARCHAR[]) AS hdr, unnest($camera::VARCHAR[]) AS camera, unnest($lens::VARCHAR[]) AS lens,
    unnest($taken::TIMESTAMP[]) AS taken, unnest($latitude::DOUBLE[]) AS latitude,
    unnest($longitude::DOUBLE[]) AS longitude, unnest($faces::VARCHAR[]) AS faces;

-- name: define_merged_value
-- The new value of a field: a locked field keeps its stored value, a field to keep does if there is one.
CREATE OR REPLACE TEMP MACRO merged_value(field, locked, keep, stored, found) AS
CASE WHEN list_contains(locked, field) OR list_contains(keep, field) AND stored IS NOT NULL THEN stored ELSE found END;

-- name: define_field_pairs
-- The values of two rows, field by field, as text.
CREATE OR REPLACE TEMP MACRO field_pairs(old_row, new_row) AS [
    {'field': 'resolution', 'old': struct_extract(old_row, 'resolution')::VARCHAR, 'new': struct_extract(new_row, 'resolution')::VARCHAR},
    {'field': 'duration', 'old': struct_extract(old_row, 'duration')::VARCHAR, 'new': struct_extract(new_row, 'duration')::VARCHAR},
    {'field': 'size', 'old': struct_extract(old_row, 'size')::VARCHAR, 'new': struct_extract(new_row, 'size')::VARCHAR},
    {'field': 'video_codec', 'old': struct_extract(old_row, 'video_codec')::VARCHAR, 'new': struct_extract(new_row, 'video_codec')::VARCHAR},
    {'field': 'audio_codec', 'old': struct_extract(old_row, 'audio_codec')::VARCHAR, 'new': struct_extract(new_row, 'audio_codec')::VARCHAR},
    {'field': 'channels', 'old': struct_extract(old_row, 'channels')::VARCHAR, 'new': struct_extract(new_row, 'channels')::VARCHAR},
    {'field': 'sample_rate', 'old': struct_extract(old_row, 'sample_rate')::VARCHAR, 'new': struct_extract(new_row, 'sample_rate')::VARCHAR},
    {'field': 'frame_rate', 'old': struct_extract(old_row, 'frame_rate')::VARCHAR, 'new': struct_extract(new_row, 'frame_rate')::VARCHAR},
    {'field': 'hdr', 'old': struct_extract(old_row, 'hdr')::VARCHAR, 'new': struct_extract(new_row, 'hdr')::VARCHAR},
    {'field': 'camera', 'old': struct_extract(old_row, 'camera')::VARCHAR, 'new': struct_extract(new_row, 'camera')::VARCHAR},
    {'field': 'lens', 'old': struct_extract(old_row, 'lens')::VARCHAR, 'new': struct_extract(new_row, 'lens')::VARCHAR},
    {'field': 'taken', 'old': struct_extract(old_row, 'taken')::VARCHAR, 'new': struct_extract(new_row, 'taken')::VARCHAR},
    {'field': 'latitude', 'old': struct_extract(old_row, 'latitude')::VARCHAR, 'new': struct_extract(new_row, 'latitude')::VARCHAR},
    {'field': 'longitude', 'old': struct_extract(old_row, 'longitude')::VARCHAR, 'new': struct_extract(new_row, 'longitude')::VARCHAR},
    {'field': 'faces', 'old': struct_extract(old_row, 'faces')::VARCHAR, 'new': struct_extract(new_row, 'faces')::VARCHAR}
];

-- name: merged
-- Each file with its stored row (in `was`) and its new values.
CREATE OR REPLACE TEMP TABLE merged_properties AS
WITH locked AS (
    SELECT file_id, list(field) AS fields FROM field_locks
    WHERE file_id IN (SELECT file_id FROM incoming_properties) GROUP BY file_id
), stored AS (
    FROM media_properties WHERE file_id IN (SELECT file_id FROM incoming_properties)
), paired AS (
    SELECT n.*, coalesce(k.fields, []) AS locked, p.file_id IS NULL AS is_new, p AS was
    FROM incoming_properties AS n LEFT JOIN stored AS p USING (file_id) LEFT JOIN locked AS k USING (file_id)
)
SELECT file_id, is_new, tool, was,
       merged_value('resolution', locked, keep, was.resolution, resolution) AS resolution,
       merged_value('duration', locked, keep, was.duration, duration) AS duration,
       merged_value('size', locked, keep, was.size, size) AS size,
       merged_value('video_codec', locked, keep, was.video_codec, video_codec) AS video_codec,
       merged_value('audio_codec', locked, keep, was.audio_codec, audio_codec) AS audio_codec,
       merged_value('channels', locked, keep, was.channels, channels) AS channels,
       merged_value('sample_rate', locked, keep, was.sample_rate, sample_rate) AS sample_rate,
       merged_value('frame_rate', locked, keep, was.frame_rate, frame_rate) AS frame_rate,
       merged_value('hdr', locked, keep, was.hdr, hdr) AS hdr,
       merged_value('camera', locked, keep, was.camera, camera) AS camera,
       merged_value('lens', locked, keep, was.lens, lens) AS lens,
       merged_value('taken', locked, keep, was.taken, taken) AS taken,
       merged_value('latitude', locked, keep, was.latitude, latitude) AS latitude,
       merged_value('longitude', locked, keep, was.longitude, longitude) AS longitude,
       merged_value('faces', locked, keep, was.faces, faces) AS faces
FROM paired;

-- name: changes
-- The changed fields of known files.
CREATE OR REPLACE TEMP TABLE changed_properties AS
SELECT file_id, pair.field AS field, pair.old AS "old", pair.new AS "new"
FROM (SELECT file_id, unnest(field_pairs(was, m)) AS pair FROM merged_properties AS m WHERE NOT is_new)
WHERE pair.old IS DISTINCT FROM pair.new;

-- name: add_events
-- An audit event for each of them.
INSERT INTO audit_events (id, "at", actor, action, file_id, field, "old", "new", job_id, actor_kind, actor_id, actor_name)
SELECT nextval('audit_ids'), $at, $action, $action, file_id, field, "old", "new", $job_id, $actor_kind, $actor_id, $actor_name
FROM (FROM changed_properties ORDER BY file_id, field);

-- name: insert_new
-- Rows of files without stored properties, except for files that were deleted from the catalog meanwhile.
INSERT INTO media_properties BY NAME
SELECT * EXCLUDE (is_new, was), $at AS read_at FROM merged_properties
WHERE is_new AND file_id IN (SELECT file_id FROM scanned_files);

-- name: update_known
-- Update the other files. (One statement for all rows is as fast as one for the time and one for changed values.)
UPDATE media_properties SET
    resolution = m.resolution, duration = m.duration, size = m.size, video_codec = m.video_codec,
    audio_codec = m.audio_codec, channels = m.channels, sample_rate = m.sample_rate, frame_rate = m.frame_rate,
    hdr = m.hdr, camera = m.camera, lens = m.lens, taken = m.taken, latitude = m.latitude, longitude = m.longitude,
    faces = m.faces, tool = m.tool, read_at = $at, problem_code = '', problem = ''
FROM merged_properties AS m WHERE m.file_id = media_properties.file_id AND NOT m.is_new;

-- name: updated
-- The files with a new row or a changed field.
SELECT file_id FROM merged_properties WHERE is_new UNION SELECT file_id FROM changed_properties;

-- name: kept_by_locks
-- The number of files in which a lock kept a different value, by field.
SELECT pair.field, count(*) FROM (
    SELECT m.file_id, n.keep, unnest(field_pairs(was, n)) AS pair
    FROM merged_properties AS m JOIN incoming_properties AS n USING (file_id)
) AS c JOIN field_locks AS k ON k.file_id = c.file_id AND k.field = pair.field
WHERE pair.old IS DISTINCT FROM pair.new AND NOT (list_contains(keep, pair.field) AND pair.old IS NOT NULL)
GROUP BY pair.field ORDER BY pair.field;

-- name: drop_tables
-- Drop the temporary tables.
DROP TABLE IF EXISTS incoming_properties;
DROP TABLE IF EXISTS merged_properties;
DROP TABLE IF EXISTS changed_properties;

-- name: problems
-- The errors of the last rescan for files with a row.
UPDATE media_properties SET problem_code = p.code, problem = p.message
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($code::VARCHAR[]) AS code,
             unnest($message::VARCHAR[]) AS message) AS p
WHERE p.file_id = media_properties.file_id;

-- name: new_problems
-- The errors of the last rescan for files without a row.
INSERT INTO media_properties BY NAME
SELECT p.file_id, p.code AS problem_code, p.message AS problem
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($code::VARCHAR[]) AS code,
             unnest($message::VARCHAR[]) AS message) AS p
ANTI JOIN media_properties AS m USING (file_id) SEMI JOIN scanned_files AS f USING (file_id);

-- name: follow_write
-- The size and the moment of written files, and the duration of rewritten media, except for locked fields.
UPDATE media_properties SET
    size = CASE WHEN list_contains(w.locked, 'size') THEN media_properties.size ELSE w.size END,
    duration = CASE WHEN list_contains(w.locked, 'duration') THEN media_properties.duration
                    ELSE coalesce(w.duration, media_properties.duration) END,
    taken = CASE WHEN list_contains(w.locked, 'taken') THEN media_properties.taken ELSE w.taken END
FROM (
    SELECT n.file_id, n.size, n.duration, n.taken, coalesce(k.fields, []) AS locked
    FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($size::BIGINT[]) AS size,
                 unnest($duration::DOUBLE[]) AS duration, unnest($taken::TIMESTAMP[]) AS taken) AS n
    LEFT JOIN (SELECT file_id, list(field) AS fields FROM field_locks
               WHERE file_id IN (SELECT unnest($file_id::BIGINT[])) GROUP BY file_id) AS k USING (file_id)
) AS w WHERE w.file_id = media_properties.file_id;

-- name: of
-- The properties of one file.
SELECT resolution, duration, size, video_codec, audio_codec, channels, sample_rate, frame_rate, hdr, camera, lens,
       taken::VARCHAR AS taken, latitude, longitude, faces, tool, read_at, problem_code, problem
FROM media_properties WHERE file_id = $file_id;

-- name: batch
-- The next files of a rescan, in the order of their ids: of all files ($file_ids NULL), or of some.
SELECT f.file_id, f.path_bytes, f.library_id
FROM scanned_files AS f
WHERE f.file_id > $after AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])))
ORDER BY f.file_id LIMIT $count;

-- name: count_all
-- The number of files.
SELECT count(*) FROM scanned_files;

-- name: matching_ids
-- The scanned files that match a search, including files in no plan: a decision about such a file has no row of the plan.
-- The compiled search replaces `TRUE /* search */`.
SELECT f.file_id FROM (
    SELECT s.file_id, coalesce(p.db_people, []) AS db_people, coalesce(p.existing_people, s.people) AS existing_people,
           coalesce(p.result_people, s.people) AS result_people, coalesce(p.tags_to_add, []) AS tags_to_add,
           coalesce(p.tags_to_remove, []) AS tags_to_remove,
           coalesce(p.names, folded(array_to_string(s.people, chr(10)))) AS names,
           coalesce(p.risk_level::VARCHAR, '') AS risk_level, coalesce(p.category::VARCHAR, '') AS category,
           $variant_id AS variant_id, coalesce(p.issue_set, 0) AS issue_set, coalesce(p.edited, FALSE) AS edited,
           coalesce(p.postponed, d.postponed, FALSE) AS postponed,
           coalesce(p.people_mode::VARCHAR, d.people_mode, '') AS people_mode,
           coalesce(p.comment_mode::VARCHAR, d.comment_mode, '') AS comment_mode, p.field_values,
           coalesce(p.changes, []) AS changes
    FROM scanned_files AS s LEFT JOIN plan_items_of($variant_id, $plan_id) AS p USING (file_id)
    LEFT JOIN (SELECT file_id, bool_or(kind = 'postpone') AS postponed, max(people_mode) AS people_mode,
                      max(comment_mode) AS comment_mode
               FROM decisions WHERE revoked_at IS NULL AND kind IN ('postpone', 'mode') GROUP BY file_id) AS d USING (file_id)
) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE ($libraries IS NULL OR list_contains($libraries::INTEGER[], f.library_id)) AND (TRUE /* search */) ORDER BY f.file_id;

-- name: select_matching
-- Select these files: store them in the temporary table that decisions read.
CREATE OR REPLACE TEMP TABLE selected_files AS (/* matching_ids */);

-- name: count_outside
-- The number of these files that have no row in the plan.
SELECT count(*) FROM (/* matching_ids */) ANTI JOIN plan_rows_of($variant_id, $plan_id) USING (file_id);

-- name: selected_files
-- The files of the selection: the table over which decisions are made.
SELECT file_id FROM selected_files ORDER BY file_id;

-- name: set_by_hand
-- Set one field of some files.
UPDATE media_properties SET
    resolution = CASE WHEN $field = 'resolution' THEN $value ELSE resolution END,
    duration = CASE WHEN $field = 'duration' THEN $value::DOUBLE ELSE duration END,
    size = CASE WHEN $field = 'size' THEN $value::BIGINT ELSE size END,
    video_codec = CASE WHEN $field = 'video_codec' THEN $value ELSE video_codec END,
    audio_codec = CASE WHEN $field = 'audio_codec' THEN $value ELSE audio_codec END,
    channels = CASE WHEN $field = 'channels' THEN $value::INTEGER ELSE channels END,
    sample_rate = CASE WHEN $field = 'sample_rate' THEN $value::INTEGER ELSE sample_rate END,
    frame_rate = CASE WHEN $field = 'frame_rate' THEN $value::DOUBLE ELSE frame_rate END,
    hdr = CASE WHEN $field = 'hdr' THEN $value ELSE hdr END,
    camera = CASE WHEN $field = 'camera' THEN $value ELSE camera END,
    lens = CASE WHEN $field = 'lens' THEN $value ELSE lens END,
    taken = CASE WHEN $field = 'taken' THEN $value::TIMESTAMP ELSE taken END,
    latitude = CASE WHEN $field = 'latitude' THEN $value::DOUBLE ELSE latitude END,
    longitude = CASE WHEN $field = 'longitude' THEN $value::DOUBLE ELSE longitude END,
    faces = CASE WHEN $field = 'faces' THEN $value ELSE faces END
WHERE file_id IN (SELECT unnest($file_id::BIGINT[]));

-- name: add_rows
-- Add a row for each of these files that has none.
INSERT INTO media_properties BY NAME
SELECT n.file_id FROM (SELECT unnest($file_id::BIGINT[]) AS file_id) AS n ANTI JOIN media_properties AS m USING (file_id);

-- name: values_of
-- One field of some files, as text.
SELECT file_id, CASE $field WHEN 'resolution' THEN resolution WHEN 'duration' THEN duration::VARCHAR
    WHEN 'size' THEN size::VARCHAR WHEN 'video_codec' THEN video_codec WHEN 'audio_codec' THEN audio_codec
    WHEN 'channels' THEN channels::VARCHAR WHEN 'sample_rate' THEN sample_rate::VARCHAR
    WHEN 'frame_rate' THEN frame_rate::VARCHAR WHEN 'hdr' THEN hdr WHEN 'camera' THEN camera WHEN 'lens' THEN lens
    WHEN 'taken' THEN taken::VARCHAR WHEN 'latitude' THEN latitude::VARCHAR WHEN 'longitude' THEN longitude::VARCHAR
    WHEN 'faces' THEN faces END AS value
FROM media_properties WHERE file_id IN (SELECT unnest($file_id::BIGINT[]));
