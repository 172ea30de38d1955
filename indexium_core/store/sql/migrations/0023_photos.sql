-- Photos are scanned only in a library that includes them.
ALTER TABLE libraries ADD COLUMN photos BOOLEAN DEFAULT FALSE;
-- video, audio or photo; NULL: unknown. An audio file has no pictures except a cover.
ALTER TABLE scanned_files ADD COLUMN media_kind VARCHAR;
UPDATE scanned_files SET media_kind = CASE
    WHEN json_array_length(streams) = 0 THEN 'video'
    WHEN len(list_filter(streams::JSON[], lambda s: s->>'kind' = 'video'
                         AND coalesce(s->'details'->>'attached_pic', 'false') <> 'true')) > 0 THEN 'video'
    ELSE 'audio' END
WHERE container <> '' AND state <> 'not_video';

ALTER TABLE media_properties ADD COLUMN camera VARCHAR;
ALTER TABLE media_properties ADD COLUMN lens VARCHAR;
ALTER TABLE media_properties ADD COLUMN taken TIMESTAMP;     -- wall time of the recording, as the file has it
ALTER TABLE media_properties ADD COLUMN latitude DOUBLE;     -- degrees, south is negative
ALTER TABLE media_properties ADD COLUMN longitude DOUBLE;    -- degrees, west is negative
-- Known files have the moment of their recording already.
UPDATE media_properties SET taken = TRY_CAST("left"(replace(f.fields['creation_time'], 'T', ' '), 19) AS TIMESTAMP)
FROM scanned_files AS f WHERE f.file_id = media_properties.file_id AND f.fields['creation_time'] IS NOT NULL;
