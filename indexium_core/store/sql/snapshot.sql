-- The tables of a snapshot. The comment before a statement describes the table; the comment at the end of a line describes
-- the column that ends there. Both become comments of the snapshot (COMMENT ON), and the page docs/snapshots.md lists them.

-- name: files
-- One row for each file that a scan found, also if it is missing now.
SELECT
    f.file_id, -- id of the file; other tables refer to it
    l.name AS library, -- name of its library folder
    f.path, -- absolute path
    f.folder, -- folder below the library folder, '' for the library folder itself
    f.file_name, -- name with extension
    f.file_ext AS extension, -- lower case, without the dot
    f.size, -- bytes
    make_timestamp_ns(f.mtime_ns) AS modified_at, -- time of the last change (UTC)
    f.state, -- ok, missing, empty, corrupt, unreadable or not_video
    f.state_message, -- why the state is not ok, '' otherwise
    f.file_hash, -- digest of the payload: equal for copies, unchanged by writes
    f.container, -- container format, for example mp4 or matroska
    f.duration, -- seconds
    f.media_kind, -- video, audio or photo
    p.resolution, -- width and height of the first video track or the photo as shown, for example 1920x1080
    p.video_codec, -- codec of the first video track
    p.audio_codec, -- codec of the first audio track
    p.frame_rate, -- frames per second
    p.channels, -- audio channels
    p.sample_rate, -- audio samples per second
    CASE p.hdr WHEN 'no' THEN '' ELSE p.hdr END AS hdr, -- pq, hlg or dolby_vision, '' without high dynamic range
    p.camera, -- camera of a photo
    p.lens, -- lens of a photo
    p.taken, -- time of the recording, as the file has it (local time of a camera, often UTC of a video)
    shown_date(NULL, p.taken, coalesce(wall_time(f.fields[$created]), wall_time(f.fields[$date])), f.file_name,
               coalesce(f.former_mtime_ns, f.mtime_ns)) AS shown_at, -- date under which the library shows the file, without planned edits
    date_source(NULL, p.taken, coalesce(wall_time(f.fields[$created]), wall_time(f.fields[$date])), f.file_name) AS date_source, -- where shown_at comes from: taken, field, name (the file name) or file (the last change)
    p.latitude, -- degrees, south is negative
    p.longitude, -- degrees, west is negative
    p.faces, -- names of the face regions of a photo, separated by '; '
    f.comment, -- comment in the file
    f.people AS comment_people, -- people that the comment names
    f.custom_text, -- text of the comment beside the people
    f.damage, -- damage that does not prevent playing, '' for none
    f.nlink AS links, -- number of hard links
    f.read_only, -- whether the file may not be written
    f.strategy, -- how a write would change the file, '' if it cannot be written
    f.first_seen_at, -- first scan that found the file (UTC)
    f.scanned_at, -- last scan that read the file (UTC)
    f.fields -- values of the other fields by their keys, for example fields['title']; NULL if the file has none
FROM scanned_files AS f
JOIN libraries AS l USING (library_id)
LEFT JOIN media_properties AS p USING (file_id);

-- name: file_people
-- One row for each person of each file that is not missing, as all pages show them: the people of an edit, else those that are
-- assigned and those that the file names.
SELECT
    o.file_id, -- file
    o.person_id, -- person, NULL for a name in the file that is no person
    o.name AS person, -- name of the person
    coalesce(p.qualifier, '') AS qualifier, -- tells people with one name apart, '' for none
    o.origin -- edit, comment, or the origin of the assignment: face, hand, import or file
FROM people_of_file AS o
LEFT JOIN people AS p USING (person_id);

-- name: assigned_people
-- One row for each person of each file, as the database assigns them, without edits and without names in files.
SELECT
    a.file_id, -- file
    a.person_id, -- person
    any_value(p.name) AS person, -- name of the person
    any_value(p.qualifier) AS qualifier, -- tells people with one name apart, '' for none
    arg_min(a.origin, a.assignment_id) AS origin -- face, hand, import or file
FROM assigned_people AS a
JOIN people AS p USING (person_id)
GROUP BY a.file_id, a.person_id;

-- name: people
-- One row for each person.
SELECT
    p.person_id, -- id of the person
    p.name, -- name as it is written into comments
    p.qualifier, -- tells people with one name apart, '' for none; never written into comments
    coalesce(a.aliases, []) AS aliases, -- other spellings of the name
    coalesce(n.files, 0) AS files, -- number of files that have the person, without missing ones
    p.created_at -- first assignment (UTC)
FROM people AS p
LEFT JOIN (SELECT person_id, list(alias ORDER BY alias) AS aliases FROM person_aliases GROUP BY person_id) AS a
    USING (person_id)
LEFT JOIN (SELECT person_id, count(*) AS files FROM snapshot.file_people GROUP BY person_id) AS n
    USING (person_id);

-- name: plan
-- One row for each file that has people: what the newest plan with the default modes would write.
SELECT
    i.file_id, -- file
    i.risk_level::VARCHAR AS risk, -- safe, warning, danger, blocked or unchanged
    i.category::VARCHAR AS category, -- add, merge, remove, rewrite, unchanged or blocked
    i.can_update, -- whether a write of the file would change it; a write of the plan leaves postponed files out
    s.codes AS issues, -- codes of the reasons for the risk level
    i.existing_people, -- people in the file now
    i.result_people, -- people in the file after a write
    i.tags_to_add AS people_added, -- people that a write would add
    i.tags_to_remove AS people_removed, -- people that a write would remove
    i.old_comment, -- comment now
    i.new_comment, -- comment after a write
    i.edited, -- whether a person edited the people
    i.postponed, -- whether a person skips the file for now
    i.people_mode::VARCHAR AS people_mode, -- merge or exact
    i.comment_mode::VARCHAR AS comment_mode, -- replace or preserve
    i.est_seconds AS estimated_seconds, -- estimated duration of the write
    i.est_bytes AS estimated_bytes, -- bytes that the write would write
    i.field_values AS planned_fields -- values of the other fields after a write, by their keys; NULL if none changes
FROM plan_items_of($variant_id, $plan_id) AS i
JOIN issue_sets AS s USING (variant_id, issue_set);

-- name: plan_changes
-- One row for each text that the plan would change. A file with several comments has several rows.
SELECT
    file_id, -- file
    c.field, -- field
    c."where" AS place, -- place in the container
    c."old" AS old_value, -- value now
    c."new" AS new_value -- value after a write
FROM (SELECT file_id, unnest(changes) AS c FROM plan_items_of($variant_id, $plan_id) WHERE can_update);

-- name: operations
-- One row for each write and each rollback.
SELECT
    id AS operation_id, -- id of the operation
    operation_type, -- write, publish or rollback
    status, -- pending, in_progress, paused, completed, completed_with_errors, failed, cancelled, interrupted, partly_rolled_back or rolled_back
    user_note AS title, -- its title
    started_at, -- start (UTC)
    completed_at, -- end (UTC), NULL before
    seconds, -- duration without pauses
    file_count, -- number of files
    success_count, -- files that were written or restored
    failure_count, -- files that failed
    skipped_count, -- files that were skipped or not started
    conflict_count, -- files that another program had changed
    unknown_count, -- files whose result is unknown
    user_name, -- user of the system who started it
    source, -- client: cli, dashboard, rest or python; legacy for an operation of a legacy .db file
    reverts_id AS reverts_operation, -- operation that a rollback reverts
    error_message, -- why it failed, '' otherwise
    origin, -- name of the legacy .db file that has the operation, NULL for an operation of this program
    origin_id -- id of the operation in that file
FROM metadata_operations;

-- name: operation_items
-- One row for each file of each operation.
SELECT
    i.id AS item_id, -- id of the item
    i.operation_id, -- operation
    i.file_id, -- file
    i.file_path AS path, -- path at the time of the operation
    i.status, -- pending, success, skipped, failed, conflict or unknown
    i.code, -- code of the result, '' for success
    i.error_message AS message, -- why it was not written, '' otherwise
    i.previous_comment, -- comment before
    i.new_comment, -- comment after
    i.tags_added AS people_added, -- people that were added
    i.tags_removed AS people_removed, -- people that were removed
    i.strategy, -- how the file was written
    i.seconds, -- duration
    i.expected_size AS size, -- bytes of the file before
    i.processed_at -- time of the result (UTC)
FROM metadata_operation_items AS i;

-- name: history
-- One row for each file that an operation wrote or restored, newest first.
SELECT
    i.processed_at AS changed_at, -- time of the change (UTC)
    i.file_id, -- file
    i.file_path AS path, -- path at that time
    i.operation_id, -- operation
    o.operation_type, -- write, publish or rollback
    o.user_note AS title, -- title of the operation
    i.previous_comment, -- comment before
    i.new_comment, -- comment after
    i.tags_added AS people_added, -- people that were added
    i.tags_removed AS people_removed, -- people that were removed
    r.operation_id AS rolled_back_by, -- rollback that restored the file, NULL if none
    o.origin -- name of the legacy .db file that has the operation, NULL for an operation of this program
FROM metadata_operation_items AS i
JOIN metadata_operations AS o ON o.id = i.operation_id
LEFT JOIN metadata_operation_items AS r ON r.id = i.reverted_by
WHERE i.status = 'success'
ORDER BY i.processed_at DESC, i.id DESC;

-- name: jobs
-- One row for each job: scans, writes, rollbacks, rescans.
SELECT
    id AS job_id, -- id of the job
    job_type AS kind, -- kind of work
    title, -- title
    status, -- pending, running, paused, interrupted, completed, completed_with_errors, failed or cancelled
    priority, -- 1 starts first, 10 last
    progress_current AS processed, -- files that are processed
    progress_total AS total, -- number of files
    rate AS files_per_second, -- current speed
    created_at, -- time of the request (UTC)
    started_at, -- start (UTC)
    completed_at, -- end (UTC)
    operation_id, -- operation of a write or a rollback
    error_message -- why it failed
FROM job_queue;

-- name: streams
-- One row for each stream of each file: video, audio, subtitles, data.
SELECT
    file_id, -- file
    (s->>'index')::INTEGER AS stream, -- number of the stream, from 0
    s->>'kind' AS kind, -- video, audio, subtitle, data or attachment
    s->>'codec' AS codec, -- codec
    s->>'language' AS language, -- language code, NULL if none is given
    (s->'details'->>'width')::INTEGER AS width, -- pixels
    (s->'details'->>'height')::INTEGER AS height, -- pixels
    (s->'details'->>'frame_rate')::DOUBLE AS frame_rate, -- frames per second
    (s->'details'->>'channels')::INTEGER AS channels, -- audio channels
    (s->'details'->>'sample_rate')::INTEGER AS sample_rate, -- audio samples per second
    (s->'details'->>'frames')::BIGINT AS frames, -- number of frames or packets
    coalesce((s->'details'->>'attached_pic')::BOOLEAN, FALSE) AS is_cover -- whether it is a cover picture
FROM (SELECT file_id, unnest((streams::JSON[])) AS s FROM scanned_files WHERE streams IS NOT NULL);

-- name: tags
-- One row for each tag of each container, as FFmpeg reads it.
SELECT
    file_id, -- file
    t.key AS tag, -- name of the tag
    t.value AS value -- its value
FROM (
    SELECT file_id, unnest(map_entries((tags->'container')::MAP(VARCHAR, VARCHAR))) AS t
    FROM scanned_files WHERE tags IS NOT NULL
);

-- name: duplicates
-- One row for each present file whose payload another present file has, too.
SELECT
    file_hash, -- digest of the payload
    file_id, -- file
    path, -- absolute path
    size, -- bytes
    copies -- number of files with this payload
FROM (
    SELECT file_hash, file_id, path, size, count(*) OVER (PARTITION BY file_hash) AS copies
    FROM scanned_files WHERE file_hash IS NOT NULL AND state <> 'missing'
)
WHERE copies > 1;

-- name: audit
-- One row for each change of a media property or of a lock.
SELECT
    "at" AS changed_at, -- time (UTC)
    actor, -- user or program
    action, -- what was done
    file_id, -- file
    field, -- property
    old AS old_value, -- value before
    new AS new_value, -- value after
    job_id -- job that did it
FROM audit_events;

-- name: checks
-- One row for each finding of the checks.
SELECT
    kind, -- kind of check
    subject, -- what the finding is about: a file id, a payload or a name
    CASE WHEN kind IN ('differ', 'corruption') THEN subject::BIGINT
         WHEN kind = 'ambiguous_person' THEN split_part(subject, ' ', 1)::BIGINT
         END AS file_id, -- file, if the finding is about one file
    ignored -- whether the user ignores the finding
FROM (
    SELECT unnest($check_kinds::VARCHAR[]) AS kind, unnest($check_subjects::VARCHAR[]) AS subject,
           unnest($check_ignored::BOOLEAN[]) AS ignored
);

-- name: title_values
-- One row for each value that a name, a tag, an NFO file, a provider or a person gives to a field of a title.
SELECT
    v.entity_id AS title_id, -- title
    v.field, -- field
    v.value::VARCHAR AS value, -- value as JSON
    v.origin, -- hand, nfo, provider, tag or name
    v.provider, -- provider, '' for none
    v.confidence, -- 0 to 1, NULL if it is not known
    v.fetched_at, -- time of the value (UTC)
    v.locked, -- whether the value is locked
    s.entity_id IS NOT NULL AS shown -- whether it is the value of the field
FROM title_values AS v
LEFT JOIN titles_shown AS s USING (entity_type, entity_id, field, origin, provider);

-- name: titles
-- One row for each film, series, season and episode, with the shown values of its fields.
SELECT
    t.id AS title_id, -- id of the title; other tables refer to it
    t.entity_type AS kind, -- movie, series, season or episode
    l.name AS library, -- name of its library folder
    t.title, -- title
    t.year, -- year of the first release
    t.state, -- discovered, identified, enriched, published or ignored
    t.series_id, -- series of a season or an episode
    s.title AS series, -- title of that series
    t.season, -- number of the season, 0 for specials
    t.episode, -- number in the season
    t.absolute, -- number through all seasons
    t.aired, -- first broadcast of an episode
    v.original_title, -- title in the original language
    v.edition, -- edition of a film
    v.plot, -- plot
    coalesce(v.genres, []) AS genres, -- genres
    v.collection, -- collection of a film
    v.release_date, -- first release
    v.runtime_minutes, -- length in minutes
    v.content_rating, -- age rating
    v.imdb_rating, -- rating of IMDb, 0 to 10
    v.tmdb_rating, -- rating of TMDB, 0 to 10
    v.rotten_tomatoes, -- rating of Rotten Tomatoes, 0 to 100
    v.metacritic, -- rating of Metacritic, 0 to 100
    v.tmdb_id, -- id at TMDB
    v.imdb_id, -- id at IMDb
    v.tvdb_id, -- id at TVDB
    t.enriched_at, -- last time when providers were asked (UTC), NULL if never
    t.created_at -- first identification (UTC)
FROM titles AS t
LEFT JOIN libraries AS l USING (library_id)
LEFT JOIN series AS s ON s.id = t.series_id
LEFT JOIN (
    SELECT title_id,
           any_value(value->>'$') FILTER (field = 'original_title') AS original_title,
           any_value(value->>'$') FILTER (field = 'edition') AS edition,
           any_value(value->>'$') FILTER (field = 'plot') AS plot,
           any_value(from_json(value, '["VARCHAR"]')) FILTER (field = 'genres' AND json_type(value) = 'ARRAY') AS genres,
           any_value(value->>'$') FILTER (field = 'collection') AS collection,
           any_value(TRY_CAST(value->>'$' AS DATE)) FILTER (field = 'release_date') AS release_date,
           any_value(TRY_CAST(value->>'$' AS INTEGER)) FILTER (field = 'runtime_minutes') AS runtime_minutes,
           any_value(value->>'$') FILTER (field = 'content_rating') AS content_rating,
           any_value(TRY_CAST(value->>'imdb' AS DOUBLE)) FILTER (field = 'ratings') AS imdb_rating,
           any_value(TRY_CAST(value->>'tmdb' AS DOUBLE)) FILTER (field = 'ratings') AS tmdb_rating,
           any_value(TRY_CAST(value->>'rotten_tomatoes' AS DOUBLE)) FILTER (field = 'ratings') AS rotten_tomatoes,
           any_value(TRY_CAST(value->>'metacritic' AS DOUBLE)) FILTER (field = 'ratings') AS metacritic,
           any_value(value->>'$') FILTER (field = 'tmdb_id') AS tmdb_id,
           any_value(value->>'$') FILTER (field = 'imdb_id') AS imdb_id,
           any_value(value->>'$') FILTER (field = 'tvdb_id') AS tvdb_id
    FROM snapshot.title_values WHERE shown GROUP BY title_id
) AS v ON v.title_id = t.id;

-- name: title_files
-- One row for each file of a film or an episode, and for each extra of a series.
SELECT
    file_id, -- file
    entity_id AS title_id, -- film, episode or series
    role, -- main, extra, trailer or sample
    part, -- number of the part of a film in several files, NULL for one file
    edition -- edition that the file is, '' for none
FROM title_files;

-- name: title_people
-- One row for each actor and each member of the crew of a title.
SELECT
    title_id, -- title
    person.name AS name, -- name
    CASE WHEN field = 'cast' THEN 'Actor' ELSE person.job END AS job, -- Actor, Director, Writer and others
    person.character AS character, -- role of an actor, NULL for the crew
    person."order" AS position -- place in the list of actors, NULL for the crew
FROM (
    SELECT title_id, field,
           unnest(from_json(value, '[{"name": "VARCHAR", "job": "VARCHAR", "character": "VARCHAR", "order": "INTEGER"}]')) AS person
    FROM snapshot.title_values WHERE shown AND field IN ('cast', 'crew') AND json_type(value) = 'ARRAY'
)
WHERE person.name <> '';

-- name: snapshot
-- One row: what this snapshot is.
SELECT
    $snapshot_at::TIMESTAMPTZ AS snapshot_at, -- all tables show this moment (UTC)
    $program AS program, -- version of Indexium
    $home AS home, -- folder of the home
    $plan_id::BIGINT AS plan_id -- version of the plan
;
