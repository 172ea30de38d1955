-- name: incoming
-- What was read of some files, as it was handed over. Fields that are `held` keep the value that is stored, if there is one.
CREATE OR REPLACE TEMP TABLE incoming_properties AS SELECT
    unnest($file_id::BIGINT[]) AS file_id, unnest($held::VARCHAR[][]) AS held, unnest($tool::VARCHAR[]) AS tool,
    unnest($resolution::VARCHAR[]) AS resolution, unnest($duration::DOUBLE[]) AS duration,
    unnest($size::BIGINT[]) AS size, unnest($video_codec::VARCHAR[]) AS video_codec,
    unnest($audio_codec::VARCHAR[]) AS audio_codec, unnest($channels::INTEGER[]) AS channels,
    unnest($sample_rate::INTEGER[]) AS sample_rate, unnest($frame_rate::DOUBLE[]) AS frame_rate,
    unnest($hdr::VARCHAR[]) AS hdr;

-- name: rule
-- What a field is to be: a locked one stays as it is stored, one that is held where something is stored.
CREATE OR REPLACE TEMP MACRO from_now_on(field, locked, held, stored, found) AS
CASE WHEN list_contains(locked, field) OR list_contains(held, field) AND stored IS NOT NULL THEN stored ELSE found END;

-- name: merged
-- Each file with what is stored of it (in `was`) and what is to be.
CREATE OR REPLACE TEMP TABLE merged_properties AS
WITH locked AS (
    SELECT file_id, list(field) AS fields FROM field_locks
    WHERE file_id IN (SELECT file_id FROM incoming_properties) GROUP BY file_id
), stored AS (
    FROM media_properties WHERE file_id IN (SELECT file_id FROM incoming_properties)
), beside AS (
    SELECT n.*, coalesce(k.fields, []) AS locked, p.file_id IS NULL AS is_new, p AS was
    FROM incoming_properties AS n LEFT JOIN stored AS p USING (file_id) LEFT JOIN locked AS k USING (file_id)
)
SELECT file_id, is_new, tool, was,
       from_now_on('resolution', locked, held, was.resolution, resolution) AS resolution,
       from_now_on('duration', locked, held, was.duration, duration) AS duration,
       from_now_on('size', locked, held, was.size, size) AS size,
       from_now_on('video_codec', locked, held, was.video_codec, video_codec) AS video_codec,
       from_now_on('audio_codec', locked, held, was.audio_codec, audio_codec) AS audio_codec,
       from_now_on('channels', locked, held, was.channels, channels) AS channels,
       from_now_on('sample_rate', locked, held, was.sample_rate, sample_rate) AS sample_rate,
       from_now_on('frame_rate', locked, held, was.frame_rate, frame_rate) AS frame_rate,
       from_now_on('hdr', locked, held, was.hdr, hdr) AS hdr
FROM beside;

-- name: changes
-- Field by field what changes, for files that were known before.
CREATE OR REPLACE TEMP TABLE changed_properties AS
SELECT file_id, pair.field AS field, pair.old AS "old", pair.new AS "new" FROM (
    SELECT file_id, unnest([
        {'field': 'resolution', 'old': was.resolution, 'new': resolution},
        {'field': 'duration', 'old': was.duration::VARCHAR, 'new': duration::VARCHAR},
        {'field': 'size', 'old': was.size::VARCHAR, 'new': size::VARCHAR},
        {'field': 'video_codec', 'old': was.video_codec, 'new': video_codec},
        {'field': 'audio_codec', 'old': was.audio_codec, 'new': audio_codec},
        {'field': 'channels', 'old': was.channels::VARCHAR, 'new': channels::VARCHAR},
        {'field': 'sample_rate', 'old': was.sample_rate::VARCHAR, 'new': sample_rate::VARCHAR},
        {'field': 'frame_rate', 'old': was.frame_rate::VARCHAR, 'new': frame_rate::VARCHAR},
        {'field': 'hdr', 'old': was.hdr, 'new': hdr}
    ]) AS pair FROM merged_properties WHERE NOT is_new
) WHERE pair.old IS DISTINCT FROM pair.new;

-- name: note_changes
-- Each of them is an event of the audit.
INSERT INTO audit_events SELECT nextval('audit_ids'), $at, $actor, $actor, file_id, field, "old", "new", $job_id
FROM (FROM changed_properties ORDER BY file_id, field);

-- name: insert_new
-- Files of which nothing was known, as long as they are not forgotten.
INSERT INTO media_properties BY NAME
SELECT * EXCLUDE (is_new, was), $at AS read_at FROM merged_properties
WHERE is_new AND file_id IN (SELECT file_id FROM scanned_files);

-- name: update_known
-- What is known now of the others. (One statement with the moment for all and the values for all: as quick as two.)
UPDATE media_properties SET
    resolution = m.resolution, duration = m.duration, size = m.size, video_codec = m.video_codec,
    audio_codec = m.audio_codec, channels = m.channels, sample_rate = m.sample_rate, frame_rate = m.frame_rate,
    hdr = m.hdr, tool = m.tool, read_at = $at, problem_code = '', problem = ''
FROM merged_properties AS m WHERE m.file_id = media_properties.file_id AND NOT m.is_new;

-- name: updated
-- The files of which something changed, or was not known before.
SELECT file_id FROM merged_properties WHERE is_new UNION SELECT file_id FROM changed_properties;

-- name: kept_by_locks
-- Of how many files a lock kept a field from becoming what was read, by field.
SELECT pair.field, count(*) FROM (
    SELECT file_id, n.held AS held, unnest([
        {'field': 'resolution', 'old': was.resolution, 'new': n.resolution},
        {'field': 'duration', 'old': was.duration::VARCHAR, 'new': n.duration::VARCHAR},
        {'field': 'size', 'old': was.size::VARCHAR, 'new': n.size::VARCHAR},
        {'field': 'video_codec', 'old': was.video_codec, 'new': n.video_codec},
        {'field': 'audio_codec', 'old': was.audio_codec, 'new': n.audio_codec},
        {'field': 'channels', 'old': was.channels::VARCHAR, 'new': n.channels::VARCHAR},
        {'field': 'sample_rate', 'old': was.sample_rate::VARCHAR, 'new': n.sample_rate::VARCHAR},
        {'field': 'frame_rate', 'old': was.frame_rate::VARCHAR, 'new': n.frame_rate::VARCHAR},
        {'field': 'hdr', 'old': was.hdr, 'new': n.hdr}
    ]) AS pair FROM merged_properties JOIN incoming_properties AS n USING (file_id)
) AS c JOIN field_locks AS k ON k.file_id = c.file_id AND k.field = pair.field
WHERE pair.old IS DISTINCT FROM pair.new AND NOT (list_contains(held, pair.field) AND pair.old IS NOT NULL)
GROUP BY pair.field ORDER BY pair.field;

-- name: done
-- The tables of the batch are done with.
DROP TABLE IF EXISTS incoming_properties;
DROP TABLE IF EXISTS merged_properties;
DROP TABLE IF EXISTS changed_properties;

-- name: problems
-- Why the last rescan could not read some files; what is known of them stays.
UPDATE media_properties SET problem_code = p.code, problem = p.message
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($code::VARCHAR[]) AS code,
             unnest($message::VARCHAR[]) AS message) AS p
WHERE p.file_id = media_properties.file_id;

-- name: new_problems
-- The same of files of which nothing is known yet.
INSERT INTO media_properties BY NAME
SELECT p.file_id, p.code AS problem_code, p.message AS problem
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($code::VARCHAR[]) AS code,
             unnest($message::VARCHAR[]) AS message) AS p
ANTI JOIN media_properties AS m USING (file_id) SEMI JOIN scanned_files AS f USING (file_id);

-- name: follow_write
-- After a write of ours: the size of each file, and of a film that was written anew its length; neither where it is locked.
UPDATE media_properties SET
    size = CASE WHEN list_contains(w.locked, 'size') THEN media_properties.size ELSE w.size END,
    duration = CASE WHEN list_contains(w.locked, 'duration') THEN media_properties.duration
                    ELSE coalesce(w.duration, media_properties.duration) END
FROM (
    SELECT n.file_id, n.size, n.duration, coalesce(k.fields, []) AS locked
    FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($size::BIGINT[]) AS size,
                 unnest($duration::DOUBLE[]) AS duration) AS n
    LEFT JOIN (SELECT file_id, list(field) AS fields FROM field_locks
               WHERE file_id IN (SELECT unnest($file_id::BIGINT[])) GROUP BY file_id) AS k USING (file_id)
) AS w WHERE w.file_id = media_properties.file_id;

-- name: of
-- The properties of one file.
SELECT resolution, duration, size, video_codec, audio_codec, channels, sample_rate, frame_rate, hdr, tool, read_at,
       problem_code, problem
FROM media_properties WHERE file_id = $file_id;

-- name: batch
-- The next files of a rescan, in the order of their ids: all ($file_ids NULL), or those that are named.
SELECT f.file_id, f.path_bytes, f.library_id
FROM scanned_files AS f
WHERE f.file_id > $after AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])))
ORDER BY f.file_id LIMIT $count;

-- name: count_all
-- How many files there are.
SELECT count(*) FROM scanned_files;

-- name: found
-- The files that a search finds among all that were scanned, those in no plan included. The compiled search takes the
-- place of `TRUE /* search */`.
SELECT f.file_id FROM (
    SELECT s.file_id, coalesce(p.db_people, []) AS db_people, coalesce(p.existing_people, s.people) AS existing_people,
           coalesce(p.result_people, s.people) AS result_people, coalesce(p.tags_to_add, []) AS tags_to_add,
           coalesce(p.tags_to_remove, []) AS tags_to_remove,
           coalesce(p.names, folded(array_to_string(s.people, chr(10)))) AS names,
           coalesce(p.risk_level::VARCHAR, '') AS risk_level, coalesce(p.category::VARCHAR, '') AS category,
           coalesce(p.issue_bits, 0) AS issue_bits, coalesce(p.edited, FALSE) AS edited,
           coalesce(p.postponed, FALSE) AS postponed, coalesce(p.people_mode::VARCHAR, '') AS people_mode,
           coalesce(p.comment_mode::VARCHAR, '') AS comment_mode
    FROM scanned_files AS s LEFT JOIN (
        FROM plan_items WHERE variant_id = $variant_id AND from_version <= $plan_id
        AND coalesce(to_version > $plan_id, TRUE)
    ) AS p USING (file_id)
) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE (TRUE /* search */) ORDER BY f.file_id;

-- name: selected_files
-- The files of the selection: the table over which decisions are made.
SELECT file_id FROM selected_files ORDER BY file_id;

-- name: set_by_hand
-- One field of some files, as a person says it is.
UPDATE media_properties SET
    resolution = CASE WHEN $field = 'resolution' THEN $value ELSE resolution END,
    duration = CASE WHEN $field = 'duration' THEN $value::DOUBLE ELSE duration END,
    size = CASE WHEN $field = 'size' THEN $value::BIGINT ELSE size END,
    video_codec = CASE WHEN $field = 'video_codec' THEN $value ELSE video_codec END,
    audio_codec = CASE WHEN $field = 'audio_codec' THEN $value ELSE audio_codec END,
    channels = CASE WHEN $field = 'channels' THEN $value::INTEGER ELSE channels END,
    sample_rate = CASE WHEN $field = 'sample_rate' THEN $value::INTEGER ELSE sample_rate END,
    frame_rate = CASE WHEN $field = 'frame_rate' THEN $value::DOUBLE ELSE frame_rate END,
    hdr = CASE WHEN $field = 'hdr' THEN $value ELSE hdr END
WHERE file_id IN (SELECT unnest($file_id::BIGINT[]));

-- name: rows_for
-- A row for each of these files that has none yet.
INSERT INTO media_properties BY NAME
SELECT n.file_id FROM (SELECT unnest($file_id::BIGINT[]) AS file_id) AS n ANTI JOIN media_properties AS m USING (file_id);

-- name: values_of
-- One field of some files, as text.
SELECT file_id, CASE $field WHEN 'resolution' THEN resolution WHEN 'duration' THEN duration::VARCHAR
    WHEN 'size' THEN size::VARCHAR WHEN 'video_codec' THEN video_codec WHEN 'audio_codec' THEN audio_codec
    WHEN 'channels' THEN channels::VARCHAR WHEN 'sample_rate' THEN sample_rate::VARCHAR
    WHEN 'frame_rate' THEN frame_rate::VARCHAR WHEN 'hdr' THEN hdr END AS value
FROM media_properties WHERE file_id IN (SELECT unnest($file_id::BIGINT[]));
