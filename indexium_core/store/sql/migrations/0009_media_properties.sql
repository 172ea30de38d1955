-- The media properties of each file, the locked fields, and a log of changes. They are separate from `scanned_files`,
-- whose facts identify a file for scans and writes and cannot be locked.
CREATE TABLE media_properties (
    file_id BIGINT NOT NULL,                       -- one row for each file; the code that writes ensures this
    resolution VARCHAR,                            -- 1920x1080; NULL, here and below: none, or unknown
    duration DOUBLE,                               -- seconds
    size BIGINT,                                   -- bytes
    video_codec VARCHAR,
    audio_codec VARCHAR,
    channels INTEGER,
    sample_rate INTEGER,                           -- Hz
    frame_rate DOUBLE,                             -- frames a second
    hdr VARCHAR,                                   -- no, pq, hlg, dolby_vision
    tool VARCHAR NOT NULL DEFAULT '',              -- the tool that read them: pyav, ffprobe; '' if none could
    read_at TIMESTAMPTZ,                           -- when the media was last read
    problem_code VARCHAR NOT NULL DEFAULT '',      -- why the last rescan could not read it
    problem VARCHAR NOT NULL DEFAULT ''
);

CREATE TABLE field_locks (
    file_id BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    locked_by VARCHAR NOT NULL DEFAULT '',
    origin VARCHAR NOT NULL DEFAULT 'lock',        -- lock: by a padlock; edit: the field was set by hand
    locked_at TIMESTAMPTZ NOT NULL
);
-- An edit that is in force also locks the people of the file.
CREATE VIEW locked_fields AS
SELECT file_id, field, locked_by, origin, locked_at FROM field_locks
UNION ALL
SELECT d.file_id, 'people', '', 'edit', max(d.created_at) FROM decisions AS d
WHERE d.kind = 'edit' AND d.revoked_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM field_locks AS k WHERE k.file_id = d.file_id AND k.field = 'people')
GROUP BY d.file_id;
-- Fields that can be locked, by bit.
CREATE MACRO lockable_fields() AS [
    'resolution', 'duration', 'size', 'video_codec', 'audio_codec', 'channels', 'sample_rate', 'frame_rate', 'hdr',
    'people', 'comment'
];

CREATE SEQUENCE audit_ids START 1;
CREATE TABLE audit_events (
    id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,                        -- scan, rescan, or the name of the user
    action VARCHAR NOT NULL,                       -- scan, rescan, edit, lock, unlock
    file_id BIGINT,
    field VARCHAR NOT NULL DEFAULT '',
    "old" VARCHAR,
    "new" VARCHAR,
    job_id BIGINT
);

-- The properties that are known so far; frame rates and the dynamic range come with the first rescan.
INSERT INTO media_properties BY NAME
WITH parts AS (
    SELECT file_id, duration, size, scanned_at,
           list_filter(streams::JSON[], lambda s: s->>'kind' = 'video' AND coalesce(s->'details'->>'attached_pic', 'false') <> 'true') AS films,
           list_filter(streams::JSON[], lambda s: s->>'kind' = 'audio') AS sounds
    FROM scanned_files WHERE json_array_length(streams) > 0
), chosen AS (
    SELECT *,
           coalesce(list_filter(films, lambda s: (coalesce((s->'details'->>'disposition')::BIGINT, 0) & 1) = 1)[1], films[1]) AS film,
           coalesce(list_filter(sounds, lambda s: (coalesce((s->'details'->>'disposition')::BIGINT, 0) & 1) = 1)[1], sounds[1]) AS sound
    FROM parts
)
SELECT file_id, CASE WHEN (film->'details'->>'width')::BIGINT > 0 AND (film->'details'->>'height')::BIGINT > 0
                     THEN (film->'details'->>'width') || 'x' || (film->'details'->>'height') END AS resolution,
       round(CASE WHEN duration > 0 THEN duration END, 6) AS duration, size, nullif(film->>'codec', '') AS video_codec,
       nullif(sound->>'codec', '') AS audio_codec,
       TRY_CAST(nullif(sound->'details'->>'channels', '0') AS INTEGER) AS channels,
       TRY_CAST(nullif(sound->'details'->>'sample_rate', '0') AS INTEGER) AS sample_rate,
       'pyav' AS tool, scanned_at AS read_at
FROM chosen;
