-- Sources of events, their events, and the ids that they give to titles.

-- name: sources
-- Each source with its newest numbers.
SELECT s.*, coalesce(e.events, 0) AS events_this_month, coalesce(e.waiting, 0) AS waiting, coalesce(e.failed, 0) AS failed
FROM webhook_sources AS s LEFT JOIN (
    SELECT source_id, sum(times) FILTER (received_at > $since)::BIGINT AS events, count(*) FILTER (state = 'waiting') AS waiting,
           count(*) FILTER (state = 'failed') AS failed
    FROM webhook_events GROUP BY source_id
) AS e ON e.source_id = s.id
ORDER BY s.id;

-- name: source_to_check
-- What the receipt of an event needs of its source.
SELECT id, secret_hash, enabled FROM webhook_sources WHERE name = $name;

-- name: add_source
-- A new source.
INSERT INTO webhook_sources BY NAME
SELECT nextval('webhook_source_ids') AS id, $kind AS kind, $name AS name, $secret_hash AS secret_hash,
       $folder_map AS folder_map, $anchor AS anchor, TRUE AS enabled, $now AS created_at, $now AS secret_at
RETURNING id;

-- name: change_source
-- What a person sets of a source.
UPDATE webhook_sources SET folder_map = $folder_map, anchor = $anchor, enabled = $enabled WHERE id = $id;

-- name: set_secret
-- A new secret in place of the former one.
UPDATE webhook_sources SET secret_hash = $secret_hash, secret_at = $now WHERE id = $id;

-- name: remove_source
-- A source that sends nothing any more.
DELETE FROM webhook_sources WHERE id = $id;

-- name: remove_events_of_source
-- Its events.
DELETE FROM webhook_events WHERE source_id = $id;

-- name: read_files
-- The files of events that are rows already: a process that was killed left them.
SELECT name FROM webhook_files;

-- name: add_file
-- The events of a file are rows now.
INSERT INTO webhook_files VALUES ($name);

-- name: forget_files
-- Files that are removed.
DELETE FROM webhook_files WHERE list_contains($names::VARCHAR[], name);

-- name: same_waiting
-- An event with the same body and the same place that still waits, and that no reaction has taken.
SELECT id FROM webhook_events
WHERE source_id = $source_id AND digest = $digest AND library_id = $library_id AND folder = $folder
  AND state = 'waiting' AND job_id IS NULL;

-- name: repeat_event
-- An event that came again while it waited.
-- It keeps its first time: what was removed since then is restored.
UPDATE webhook_events SET times = times + $times, not_before = $not_before, key = $key WHERE id = $id;

-- name: add_event
-- A new event.
INSERT INTO webhook_events BY NAME
SELECT nextval('webhook_event_ids') AS id, $source_id AS source_id, $key AS key, $digest AS digest,
       $received_at AS received_at, $times AS times, $event_type AS event_type, $name AS name, $body AS body,
       $library_id AS library_id, $folder AS folder, $other_folders AS other_folders, $is_upgrade AS is_upgrade, $upgraded AS upgraded, $state AS state, $not_before AS not_before,
       $handled_at AS handled_at, $result AS result
RETURNING id;

-- name: set_last_event
-- When a source sent its last event.
UPDATE webhook_sources SET last_event_at = greatest($received_at, coalesce(last_event_at, $received_at)) WHERE id = $id;

-- name: is_waiting
-- Whether an event waits.
SELECT count(*) > 0 FROM webhook_events WHERE state = 'waiting';

-- name: groups
-- The folders with waiting events that no reaction has taken, and when each is quiet for long enough.
SELECT library_id, folder, max(not_before) AS not_before, count(*)::INTEGER AS events
FROM webhook_events WHERE state = 'waiting' AND job_id IS NULL AND library_id IS NOT NULL
GROUP BY library_id, folder ORDER BY not_before, library_id, folder;

-- name: claim
-- Give the waiting events of folders to a reaction; one that was taken by it before stays with it.
UPDATE webhook_events SET job_id = $job_id
WHERE state = 'waiting' AND library_id = $library_id AND list_contains($folders::VARCHAR[], folder)
  AND (job_id IS NULL OR job_id = $job_id);

-- name: claimed
-- The events of a reaction that still wait, the first ones first.
SELECT id, source_id, folder, other_folders, upgraded, event_type, name, received_at, result FROM webhook_events WHERE job_id = $job_id AND state = 'waiting' ORDER BY id;

-- name: release
-- Events of a reaction that did not reach everything wait again: as long as they have waited, within two limits.
UPDATE webhook_events SET job_id = NULL, result = $result,
       not_before = $now + greatest(least($now - received_at, $longest), $shortest)
WHERE job_id = $job_id AND state = 'waiting';

-- name: retry_now
-- Events that are retried later are tried now, after a change of their source.
UPDATE webhook_events SET not_before = least(not_before, $now)
WHERE source_id = $source_id AND state = 'waiting' AND job_id IS NULL AND result <> '';

-- name: look_now
-- The waiting events of the folder of an event do not wait any longer, because a person asks for it.
UPDATE webhook_events SET not_before = least(not_before, $now)
WHERE state = 'waiting' AND job_id IS NULL
  AND (library_id, folder) IN (SELECT (library_id, folder) FROM webhook_events WHERE id = $id);

-- name: note_pause
-- Why events wait while all automation is paused.
UPDATE webhook_events SET result = $result WHERE state = 'waiting' AND job_id IS NULL AND result = '';

-- name: jobs_of_waiting
-- The reactions that have taken events which still wait.
SELECT DISTINCT job_id FROM webhook_events WHERE state = 'waiting' AND job_id IS NOT NULL ORDER BY job_id;

-- name: source_of_group
-- The source of the last waiting event of a folder.
SELECT s.id, s.name FROM webhook_events AS e JOIN webhook_sources AS s ON s.id = e.source_id
WHERE e.library_id = $library_id AND e.folder = $folder AND e.state = 'waiting' ORDER BY e.id DESC LIMIT 1;

-- name: finish
-- The result of a reaction, for all of its events or for some of them.
UPDATE webhook_events SET state = $state, handled_at = $now, result = $result
WHERE job_id = $job_id AND state = 'waiting' AND ($ids IS NULL OR list_contains($ids::BIGINT[], id));

-- name: requeue
-- An event that is read again.
UPDATE webhook_events SET state = $state, library_id = $library_id, folder = $folder, other_folders = $other_folders,
       event_type = $event_type, name = $name, is_upgrade = $is_upgrade, upgraded = $upgraded,
       not_before = $not_before, job_id = NULL, handled_at = $handled_at, result = $result
WHERE id = $id AND (state <> 'waiting' OR job_id IS NULL);

-- name: events
-- One page of events, newest first.
SELECT e.*, s.name AS source FROM webhook_events AS e JOIN webhook_sources AS s ON s.id = e.source_id
WHERE ($source_id IS NULL OR e.source_id = $source_id) AND ($state = '' OR e.state = $state)
  AND ($id IS NULL OR e.id = $id)
ORDER BY e.id DESC LIMIT $limit OFFSET $offset;

-- name: count_events
-- Their number.
SELECT count(*) FROM webhook_events AS e JOIN webhook_sources AS s ON s.id = e.source_id
WHERE ($source_id IS NULL OR e.source_id = $source_id) AND ($state = '' OR e.state = $state);

-- name: prune
-- Forget old events that wait for nothing, and those beyond the most.
DELETE FROM webhook_events WHERE state <> 'waiting' AND (received_at < $before OR id <= (
    SELECT id FROM webhook_events WHERE state <> 'waiting' ORDER BY id DESC LIMIT 1 OFFSET $most));

-- name: remove_ids
-- The ids that a sender gave to a folder before.
DELETE FROM sender_ids WHERE library_id = $library_id AND folder = $folder;

-- name: put_ids
-- The ids that a sender gives to the title of a folder.
INSERT INTO sender_ids BY NAME
SELECT $library_id AS library_id, $folder AS folder, $title_type AS title_type, unnest($providers::VARCHAR[]) AS provider,
       unnest($values::VARCHAR[]) AS value, $source_id AS source_id, $received_at AS received_at;

-- name: ids_of_library
-- The ids that senders gave to the folders of a library.
SELECT folder, title_type, provider, value FROM sender_ids WHERE library_id = $library_id;

-- name: remove_ids_of_source
-- The ids of a source that is removed.
DELETE FROM sender_ids WHERE source_id = $id;

-- name: files_below
-- The files of a library below folders, whose paths are given as hex texts. A part of the two statements below.
SELECT f.file_id, f.path_bytes, f.state
FROM (SELECT file_id, path_bytes, state, hex(path_bytes) AS place FROM scanned_files WHERE library_id = $library_id) AS f
WHERE list_bool_or(list_transform($prefixes::VARCHAR[], lambda p: starts_with(f.place, p)));

-- name: titles_below
-- The films, series and videos with files below folders.
SELECT DISTINCT coalesce(IF(t.entity_type = 'episode', 'series', t.entity_type), 'video') AS entity_type,
       coalesce(e.series_id, t.entity_id, f.file_id) AS entity_id
FROM (/* files_below */) AS f
LEFT JOIN title_files AS t ON t.file_id = f.file_id
LEFT JOIN episodes AS e ON t.entity_type = 'episode' AND e.id = t.entity_id;

-- name: titles_of_paths
-- The films, episodes and videos of files below folders, with the paths of the files.
SELECT f.path_bytes, coalesce(t.entity_type, 'video') AS entity_type, coalesce(t.entity_id, f.file_id) AS entity_id
FROM (/* files_below */) AS f LEFT JOIN title_files AS t ON t.file_id = f.file_id
WHERE f.state <> 'missing';

-- name: title_of_ids
-- The path of a file of a film or a series with an id.
SELECT f.library_id, f.path_bytes
FROM title_values AS v
JOIN title_files AS t ON (v.entity_type = 'movie' AND t.entity_type = 'movie' AND t.entity_id = v.entity_id)
    OR (v.entity_type = 'series' AND t.entity_type = 'episode'
        AND t.entity_id IN (SELECT id FROM episodes WHERE series_id = v.entity_id))
JOIN scanned_files AS f USING (file_id)
WHERE v.entity_type = $entity_type AND v.field = $field AND json_extract_string(v.value, '$') = $value
ORDER BY f.path_bytes LIMIT 1;
