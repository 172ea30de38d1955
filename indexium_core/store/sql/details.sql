-- name: file
-- One file and its library.
SELECT f.file_id, f.path AS file_path, f.path_bytes, f.file_name, f.file_ext, f.folder, l.library_id, l.name AS library,
       l.path AS library_path, l.state AS library_state, l.state_reason AS library_reason, f.state, f.state_message,
       f.size, f.mtime_ns, coalesce(f.nlink, 1) AS nlink, f.read_only, f.file_hash, f.container, f.media_kind,
       f.duration,
       f.first_seen_at, f.scanned_at, f.streams, f.tags, f.comment, f.comment_fields, f.fields, f.fields_differ, f.people,
       f.sidecar, f.field_problems,
       f.strategy, f.strategy_code, f.strategy_message, f.est_seconds, f.est_bytes
FROM scanned_files AS f JOIN libraries AS l USING (library_id)
WHERE f.file_id = $file_id;

-- name: file_at
-- The file at this path; a file that exists comes before a missing one.
SELECT file_id FROM scanned_files WHERE path_bytes = $path ORDER BY state = 'missing', file_id DESC LIMIT 1;

-- name: files_of_hash
-- The files with this payload.
SELECT file_id FROM scanned_files WHERE file_hash = $file_hash ORDER BY file_id;

-- name: file_below
-- The files at this path relative to a library, one per library.
SELECT arg_max(f.file_id, (f.state <> 'missing', f.file_id)) FROM scanned_files f JOIN libraries l USING (library_id)
WHERE f.path_bytes = l.path_bytes || '\x2F'::BLOB || $path GROUP BY f.library_id;

-- name: copies
-- Other files with the same payload, and their number.
SELECT file_id, path, count(*) OVER () FROM scanned_files
WHERE file_hash = $file_hash AND file_id <> $file_id AND state <> 'missing' ORDER BY path, file_id LIMIT $count;

-- name: people
-- The people that the database assigns to the file, in order, with the origin of each assignment.
SELECT p.name, p.qualifier, v.origin, v.created_at FROM video_people AS v JOIN people AS p USING (person_id)
WHERE v.file_hash = $file_hash OR v.file_hash IS NULL AND v.path_bytes = $path ORDER BY v.assignment_id;

-- name: history
-- The operations on the file, newest first: each with its backup, the operation that rolled it back and the newest later
-- write; and the number of all.
WITH mine AS MATERIALIZED (FROM metadata_operation_items WHERE file_id = $file_id)
SELECT m.operation_id, m.id AS item_id, o.operation_type, coalesce(m.processed_at, o.started_at) AS at, o.user_note AS note,
       o.status AS operation_status, m.status, m.code, m.error_message AS message, m.previous_comment AS before,
       m.new_comment AS after, m.tags_added, m.tags_removed,
       list_filter(m.changes, lambda c: c.field <> 'comment') AS fields, m.strategy, h.kind, h.dropped_at, h.evicted_reason,
       h.expires_at, coalesce(o.origin, '') AS origin,
       (SELECT max(n.operation_id) FROM mine AS n WHERE n.id = m.reverted_by) AS rolled_back_by,
       (SELECT max(n.operation_id) FROM mine AS n
        WHERE n.id > m.id AND n.operation_id <> m.operation_id AND n.status = 'success' AND n.reverted_by IS NULL
          AND (n.reverts_item IS NULL OR n.reverts_item < m.id)) AS superseded_by,
       count(*) OVER () AS total
FROM mine AS m
JOIN metadata_operations AS o ON o.id = m.operation_id
LEFT JOIN metadata_history AS h ON h.operation_item_id = m.id AND h.file_id = $file_id
ORDER BY greatest(m.id, 0) DESC, "at" DESC, m.id DESC LIMIT $count;

-- name: is_being_written
-- Whether an unfinished operation still has to write the file.
SELECT count(*) FROM metadata_operation_items AS m JOIN metadata_operations AS o ON o.id = m.operation_id
WHERE m.file_id = $file_id AND m.status IN ('pending', 'writing') AND o.status IN ('pending', 'in_progress', 'paused');

-- name: thumbnail_source
-- What a thumbnail needs of the file.
SELECT path_bytes, container, coalesce(file_hash, '') AS file_hash, size, mtime_ns, coalesce(duration, 0) AS duration
FROM scanned_files WHERE file_id = $file_id AND state IN ('ok', 'corrupt');

-- name: with_pictures
-- The films and photos of online libraries behind an id, at most $count, with what a thumbnail needs of them; $file_ids
-- NULL: of all files.
SELECT f.file_id, f.path_bytes, f.container, coalesce(f.file_hash, '') AS file_hash, f.size, f.mtime_ns,
       coalesce(f.duration, 0) AS duration
FROM scanned_files AS f JOIN libraries AS l USING (library_id)
WHERE f.file_id > $after AND f.media_kind IN ('video', 'photo') AND f.state IN ('ok', 'corrupt') AND l.state = 'online'
  AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])))
ORDER BY f.file_id LIMIT $count;

-- name: count_with_pictures
-- Their number.
SELECT count(*) FROM scanned_files AS f JOIN libraries AS l USING (library_id)
WHERE f.file_id > $after AND f.media_kind IN ('video', 'photo') AND f.state IN ('ok', 'corrupt') AND l.state = 'online'
  AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])));

-- name: original_source
-- What reading the bytes of a file for a person needs.
SELECT f.path_bytes, l.path_bytes AS root, f.container, f.size, f.mtime_ns
FROM scanned_files AS f JOIN libraries AS l USING (library_id)
WHERE f.file_id = $file_id AND f.state IN ('ok', 'corrupt') AND l.state = 'online';

-- name: names_like
-- People whose name contains a text or who have an alias with this key: first equal names, then people with the alias, then
-- names that start with the text, then the people with the most assignments.
WITH called AS (
    SELECT DISTINCT person_id, TRUE AS is_alias FROM person_aliases WHERE alias_key = $key
)
SELECT p.name FROM people AS p LEFT JOIN called USING (person_id) LEFT JOIN video_people AS v USING (person_id)
WHERE contains(p.search, $text) OR is_alias GROUP BY p.name, p.search, is_alias
ORDER BY p.search <> $text, is_alias IS NULL, NOT starts_with(p.search, $text), count(v.assignment_id) DESC, p.name LIMIT $count;
