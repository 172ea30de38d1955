-- name: libraries
-- Every library with the number of its files that are not missing.
SELECT l.library_id, l.name, l.path, l.path_bytes, l.device, l.free_bytes, l.state, l.state_reason, l.people_mode, l.comment_mode,
       l.audio, l.photos, coalesce(l.exclude, []) AS exclude, count(f.file_id) AS file_count, l.scanned_at,
       CASE WHEN l.write_ratings THEN 'at-once' ELSE 'with-plan' END AS write_ratings, coalesce(l.kind, 'home') AS kind,
       coalesce(l.cast_people, 'suggest') AS cast_people, coalesce(l.metadata_language, '') AS metadata_language
FROM libraries AS l LEFT JOIN scanned_files AS f ON f.library_id = l.library_id AND f.state <> 'missing'
GROUP BY ALL ORDER BY l.name, l.library_id;

-- name: home_counts
-- The number of libraries and of their files that are not missing, and the last write: its id, start and written files.
SELECT (SELECT count(*) FROM libraries) AS folders,
       (SELECT count(*) FROM scanned_files WHERE state <> 'missing') AS files,
       (SELECT (id, started_at, success_count) FROM metadata_operations WHERE operation_type = 'write' AND success_count > 0
        ORDER BY id DESC LIMIT 1) AS written;

-- name: library_at
-- The library at this path.
SELECT library_id FROM libraries WHERE path_bytes = $1;

-- name: library_root
-- The path of a library.
SELECT path_bytes FROM libraries WHERE library_id = $1;

-- name: add_library
-- Add a library.
INSERT INTO libraries (library_id, name, path, path_bytes, photos) VALUES (nextval('ids'), $1, $2, $3, $4) RETURNING library_id;

-- name: name_library
-- Rename a library.
UPDATE libraries SET name = $2 WHERE library_id = $1;

-- name: set_library_state
-- Set the state of a library; returns a row if it changes.
UPDATE libraries SET state = $2, state_reason = $3
WHERE library_id = $1 AND (state, state_reason) IS DISTINCT FROM ($2, $3) RETURNING library_id;

-- name: set_library_cast
-- Set what happens with the cast of the films of a library.
UPDATE libraries SET cast_people = $2 WHERE library_id = $1;

-- name: set_library_language
-- Set in which language a library has titles and pictures; NULL: that of the settings.
UPDATE libraries SET metadata_language = $2 WHERE library_id = $1;

-- name: languages_of_titles
-- The languages of titles whose library has one of its own.
SELECT t.id, l.metadata_language FROM titles AS t JOIN libraries AS l USING (library_id)
WHERE t.id IN (SELECT unnest($ids::BIGINT[])) AND l.metadata_language IS NOT NULL;

-- name: set_library_modes
-- Set the modes of a library; returns a row if one changes.
UPDATE libraries SET people_mode = $2, comment_mode = $3
WHERE library_id = $1 AND (people_mode, comment_mode) IS DISTINCT FROM ($2, $3) RETURNING library_id;

-- name: set_library_media
-- Set whether scans of a library include media of a kind.
UPDATE libraries SET audio = CASE WHEN $kind = 'audio' THEN $included ELSE audio END,
    photos = CASE WHEN $kind = 'photo' THEN $included ELSE photos END
WHERE library_id = $library_id;

-- name: read_excluded_media_again
-- The next scan reads these files of a library again, because the time of their last change differs by a nanosecond.
UPDATE scanned_files SET mtime_ns = mtime_ns - 1
WHERE library_id = $1 AND state = 'not_video' AND container <> '';

-- name: set_library_ratings
-- Set whether the ratings of a library are written at once.
UPDATE libraries SET write_ratings = $2 WHERE library_id = $1;

-- name: set_library_kind
-- Set what a library holds.
UPDATE libraries SET kind = $2 WHERE library_id = $1;

-- name: set_library_exclude
-- Set the patterns of what scans of a library leave out.
UPDATE libraries SET exclude = $2 WHERE library_id = $1;

-- name: paths
-- Ids and paths of the files of a library.
SELECT file_id, path_bytes FROM scanned_files WHERE library_id = $1;

-- name: library_scanned
-- Store the facts of a complete scan of a library.
UPDATE libraries SET device = $2, scanned_at = $3, free_bytes = $4 WHERE library_id = $1;

-- name: mark_low_space
-- Mark the plans of files that have to be copied, if the free space became too small or large enough for their copy.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), f.file_id
FROM scanned_files AS f JOIN libraries AS l USING (library_id)
WHERE library_id = $1 AND (ends_with(f.strategy, '_copy') OR ends_with(f.strategy, '_remux'))
  AND coalesce(f.est_bytes > l.free_bytes, false) <> coalesce(f.est_bytes > $2, false);

-- name: mark_library
-- Mark the plans of the files of a library and of their copies as outdated.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE library_id = $1 OR file_hash IN (SELECT file_hash FROM scanned_files WHERE library_id = $1);

-- name: stable_stats
-- The stat facts of stable files. Few columns, because there may be a million rows. The paths below a root sort between
-- root + '/' and root + '0' (the byte after '/').
SELECT path_bytes, size, mtime_ns, mode, inode, nlink
FROM scanned_files WHERE path_bytes >= $1 AND path_bytes < $2 AND state = 'ok' AND NOT growing;

-- name: has_new_fields
-- Whether no scan of this home has read some of these fields.
SELECT count(*) > 0 FROM (SELECT unnest($keys::VARCHAR[]) AS key)
WHERE 'field ' || key NOT IN (SELECT name FROM finished_upgrades);

-- name: store_new_fields
-- Scans read these fields, too.
INSERT INTO finished_upgrades
SELECT 'field ' || key, $at FROM (SELECT unnest($keys::VARCHAR[]) AS key)
WHERE 'field ' || key NOT IN (SELECT name FROM finished_upgrades);

-- name: fields_changed_at
-- When scans got a new field, or a custom field changed, the last time.
SELECT greatest((SELECT max(changed_at) FROM custom_fields),
                (SELECT max(finished_at) FROM finished_upgrades WHERE name LIKE 'field %'));

-- name: read_before
-- The stable files below a root that were read before a time.
SELECT path_bytes FROM scanned_files
WHERE path_bytes >= $1 AND path_bytes < $2 AND state = 'ok' AND scanned_at < $3;

-- name: read_again
-- The files of the batch that have the same values as before the fields changed: the next scan does not read them again.
UPDATE scanned_files SET scanned_at = $at FROM resolved AS r
WHERE r.file_id = scanned_files.file_id AND scanned_files.scanned_at < $changed_at;

-- name: without_permission
-- The stable files below a root whose folder or whose attributes forbid a write, with the reason.
SELECT path_bytes, strategy_message FROM scanned_files
WHERE path_bytes >= $1 AND path_bytes < $2 AND state = 'ok' AND strategy_code = 'read_only';

-- name: sidecars
-- The stamps of the sidecars of files below a root.
SELECT path_bytes, sidecar FROM scanned_files
WHERE path_bytes >= $1 AND path_bytes < $2 AND sidecar IS NOT NULL AND state <> 'missing';

-- name: known
-- The files below a root that are not stable or have one of the paths $3 (NULL: all files). If several files had a path,
-- the existing one counts.
SELECT path_bytes, file_id, size, mtime_ns, device, inode, nlink, mode, state, growing
FROM scanned_files WHERE path_bytes >= $1 AND path_bytes < $2
  AND ($3::BLOB[] IS NULL OR state <> 'ok' OR growing OR path_bytes IN (SELECT unnest($3::BLOB[])))
QUALIFY row_number() OVER (PARTITION BY path_bytes ORDER BY state = 'missing', file_id DESC) = 1;

-- name: read_since
-- The files below a root that were read since a time.
SELECT path_bytes FROM scanned_files WHERE path_bytes >= $1 AND path_bytes < $2 AND scanned_at >= $3;

-- name: define_places_of
-- The places of the comments of a file, from JSON.
CREATE OR REPLACE TEMP MACRO places_of(text) AS from_json(text::JSON, '[{"where": "VARCHAR", "value": "VARCHAR",
    "before": "VARCHAR", "after": "VARCHAR", "without": "VARCHAR", "takes_segment": "BOOLEAN", "takes_value": "BOOLEAN"}]');

-- name: incoming
-- The files of a batch.
CREATE OR REPLACE TEMP TABLE incoming AS SELECT
    unnest($path_bytes::BLOB[]) AS path_bytes,
    unnest($path::VARCHAR[]) AS path,
    unnest($path_search::VARCHAR[]) AS path_search,
    unnest($folder::VARCHAR[]) AS folder,
    unnest($file_name::VARCHAR[]) AS file_name,
    unnest($file_ext::VARCHAR[]) AS file_ext,
    unnest($device::UBIGINT[]) AS device,
    unnest($inode::UBIGINT[]) AS inode,
    unnest($nlink::BIGINT[]) AS nlink,
    unnest($mode::BIGINT[]) AS mode,
    unnest($size::BIGINT[]) AS size,
    unnest($mtime_ns::BIGINT[]) AS mtime_ns,
    unnest($own_mtime_ns::BIGINT[]) AS own_mtime_ns,
    unnest($read_only::BOOLEAN[]) AS read_only,
    unnest($state::VARCHAR[]) AS state,
    unnest($state_message::VARCHAR[]) AS state_message,
    unnest($growing::BOOLEAN[]) AS growing,
    unnest($file_hash::VARCHAR[]) AS file_hash,
    unnest($media_digest::VARCHAR[]) AS media_digest,
    unnest($container::VARCHAR[]) AS container,
    unnest($media_kind::VARCHAR[]) AS media_kind,
    unnest($duration::DOUBLE[]) AS duration,
    unnest($streams::VARCHAR[])::JSON AS streams,
    unnest($tags::VARCHAR[])::JSON AS tags,
    unnest($comment::VARCHAR[]) AS comment,
    unnest($comment_fields::VARCHAR[])::JSON AS comment_fields,
    unnest($fields_differ::BOOLEAN[]) AS fields_differ,
    unnest($people::VARCHAR[][]) AS people,
    unnest($people_keys::VARCHAR[][]) AS people_keys,
    unnest($custom_text::VARCHAR[]) AS custom_text,
    unnest($comment_before::VARCHAR[]) AS comment_before,
    unnest($comment_after::VARCHAR[]) AS comment_after,
    unnest($comment_without::VARCHAR[]) AS comment_without,
    places_of(unnest($places::VARCHAR[])) AS places,
    unnest($people_hidden::BOOLEAN[]) AS people_hidden,
    unnest($ascii_only::BOOLEAN[]) AS ascii_only,
    unnest($damage::VARCHAR[]) AS damage,
    unnest($strategy::VARCHAR[]) AS strategy,
    unnest($strategy_code::VARCHAR[]) AS strategy_code,
    unnest($strategy_message::VARCHAR[]) AS strategy_message,
    unnest($est_seconds::DOUBLE[]) AS est_seconds,
    unnest($est_bytes::BIGINT[]) AS est_bytes,
    fields_of(unnest($field_keys::VARCHAR[][]), unnest($field_values::VARCHAR[][])) AS fields,
    unnest($field_places::VARCHAR[])::JSON AS field_places,
    fields_of(unnest($problem_keys::VARCHAR[][]), unnest($problem_reasons::VARCHAR[][])) AS field_problems,
    unnest($sidecar::VARCHAR[]) AS sidecar;

-- name: at_path
-- The known file of each path, beside what the path has now.
CREATE OR REPLACE TEMP TABLE at_path AS
SELECT i.path_bytes, f.file_id, f.file_hash AS old_hash, i.file_hash AS new_hash, f.growing,
       coalesce(i.file_hash <> f.file_hash, i.file_hash IS NOT NULL) AND i.own_mtime_ns IS NULL AS differs,
       -- Both kinds of a hash read all of a small file, so they have the same digits.
       "left"(i.file_hash, 3) <> "left"(f.file_hash, 3) AND i.size = f.size AND i.mtime_ns = f.mtime_ns
       AND (i.size > 1048576 OR i.file_hash[4:] = f.file_hash[4:]) AS has_stat,
       -- Equal digests of the first packets, as many of them as both have; NULL: a digest is not known.
       CASE WHEN i.media_digest <> '' AND f.media_digest <> ''
            THEN /* digests_agree */ END AS is_alike,
       -- A first packet alone tells little, because films may have one title card: then the sizes must be nearly equal.
       contains(CASE WHEN strlen(split_part(i.media_digest, '/', 1)) < strlen(split_part(f.media_digest, '/', 1))
                THEN i.media_digest ELSE f.media_digest END, '~')
       AND abs(i.size - f.size) > greatest(f.size / 20, 4096) OR NOT /* is_as_large */ AS is_doubtful,
       /* is_as_long */ AS is_as_long,
       f.media_digest, i.state = 'unreadable' AS is_unreadable, i.size, i.mtime_ns, f.device, f.inode,
       i.size > f.size AND i.device = f.device AND i.inode = f.inode AS is_longer,
       f.media_kind
FROM incoming AS i JOIN scanned_files AS f ON f.path_bytes = i.path_bytes
QUALIFY row_number() OVER (PARTITION BY i.path_bytes ORDER BY f.state = 'missing', f.file_id DESC) = 1;

-- name: no_same_path
-- The evidence of a batch without known paths.
CREATE OR REPLACE TEMP TABLE same_path (
    path_bytes BLOB, file_id BIGINT, old_hash VARCHAR, new_hash VARCHAR, evidence VARCHAR
);

-- name: same_path
-- Whether the path of a known file still has its recording, and by which evidence; NULL: it has another one. The table in
-- docs/writing.md ("How Indexium recognises a recording") has the rules. A hash that another file has decides first. A hash of
-- all bytes (f1:) cannot be compared with that of a sample (x1:); then the same size and time are enough.
INSERT INTO same_path
WITH hashes AS (SELECT DISTINCT new_hash AS file_hash FROM at_path WHERE differs),
other AS (
    SELECT o.file_hash, o.file_id, o.size, o.mtime_ns,
           o.state = 'missing' OR o.path_bytes IN (SELECT path_bytes FROM at_path WHERE differs) AS is_away
    FROM scanned_files AS o SEMI JOIN hashes USING (file_hash)
), linked AS (
    SELECT n.file_hash, o.file_hash AS other_hash FROM film_hashes AS n SEMI JOIN hashes USING (file_hash)
    JOIN film_hashes AS o ON o.film_id = n.film_id AND o.file_hash <> n.file_hash
), known AS (
    SELECT file_hash, file_id FROM other
    UNION ALL SELECT l.file_hash, f.file_id FROM linked AS l JOIN scanned_files AS f ON f.file_hash = l.other_hash
    UNION ALL SELECT file_hash, NULL FROM video_people SEMI JOIN hashes USING (file_hash)
), moved AS (
    -- The recording of the path has another name now, so what the path has is no rewrite of it. A copy that was there before,
    -- or is the renamed file of another row, says nothing.
    SELECT a.path_bytes FROM at_path AS a JOIN incoming AS m ON m.file_hash = a.old_hash AND m.path_bytes <> a.path_bytes
        LEFT JOIN at_path AS p ON p.path_bytes = m.path_bytes
    WHERE a.differs AND p.old_hash IS DISTINCT FROM m.file_hash AND NOT EXISTS (
        FROM scanned_files AS o WHERE o.file_hash = m.file_hash AND o.device = m.device AND o.inode = m.inode
        AND o.file_id <> a.file_id)
    UNION ALL
    SELECT a.path_bytes FROM at_path AS a JOIN scanned_files AS m
        ON m.file_hash = a.old_hash AND m.device = a.device AND m.inode = a.inode AND m.file_id <> a.file_id
    WHERE a.differs AND m.state <> 'missing'
)
SELECT path_bytes, file_id, old_hash, new_hash, CASE
    -- A file whose media cannot be read keeps its recording, unless another path has that recording now.
    WHEN NOT differs AND (new_hash IS NOT NULL OR is_unreadable OR coalesce(old_hash NOT IN (
        SELECT i.file_hash FROM incoming AS i LEFT JOIN at_path AS p USING (path_bytes)
        WHERE i.file_hash IS NOT NULL AND i.file_hash IS DISTINCT FROM p.old_hash), true)) THEN 'hash'
    WHEN has_stat AND coalesce(is_alike, true) THEN 'stat'
    WHEN (new_hash, old_hash) IN (SELECT (file_hash, other_hash) FROM linked)
        -- Of two files with hashes of one recording, which swapped their names, each stays what it is.
        AND NOT EXISTS (FROM other AS o WHERE o.file_hash = new_hash AND o.file_id <> a.file_id AND o.is_away
                        AND o.size = a.size AND o.mtime_ns = a.mtime_ns) THEN 'linked'
    WHEN (old_hash IS NULL OR (growing AND is_alike AND media_kind IS DISTINCT FROM 'photo' AND path_bytes NOT IN (FROM moved)))
        AND NOT EXISTS (FROM other AS o WHERE o.file_hash = new_hash AND o.file_id <> a.file_id AND o.is_away) THEN 'growing'
    WHEN EXISTS (FROM known AS k WHERE k.file_hash = new_hash AND k.file_id IS DISTINCT FROM a.file_id) THEN NULL
    WHEN path_bytes IN (FROM moved) THEN NULL
    -- A whole second may have several photos. Some cameras give all photos of a burst one moment, which then tells nothing.
    WHEN is_alike AND is_as_long AND NOT is_doubtful AND NOT starts_with(media_digest, 's2:') AND NOT (starts_with(media_digest, 't2:') AND EXISTS (
        FROM scanned_files AS o WHERE o.media_digest = a.media_digest AND o.file_hash NOT IN (a.old_hash, a.new_hash)))
        THEN 'digest'
    -- Without packets, size and place speak for a film that is still written. A photo is written at once.
    WHEN growing AND is_alike IS NULL AND is_longer AND media_kind IS DISTINCT FROM 'photo' THEN 'growing'
END AS evidence
FROM at_path AS a;

-- name: weak
-- The paths whose recording only weak evidence tells: packets, a moment or growth. (A file without a former hash takes nothing.)
SELECT path_bytes FROM same_path WHERE evidence = 'digest' OR (evidence = 'growing' AND old_hash IS NOT NULL)
UNION ALL
SELECT i.path_bytes
FROM (SELECT *, /* stem */ AS stem FROM incoming
      WHERE starts_with(media_digest, 'p2:') AND path_bytes NOT IN (SELECT path_bytes FROM same_path)) AS i
JOIN (SELECT *, /* stem */ AS stem FROM scanned_files
      WHERE state = 'missing' AND media_digest <> '') AS f USING (stem)
WHERE i.file_hash <> f.file_hash AND /* digests_agree */;

-- name: defer
-- Leave paths out of the batch.
DELETE FROM incoming WHERE path_bytes IN (SELECT unnest($paths::BLOB[]));

-- name: defer_evidence
-- Leave out what is known about them, too.
DELETE FROM same_path WHERE path_bytes IN (SELECT unnest($paths::BLOB[]));

-- name: displace
-- Files whose path has another film now are missing, until a scan finds them at another path.
UPDATE scanned_files SET state = 'missing', growing = false
WHERE state <> 'missing' AND file_id IN (SELECT file_id FROM same_path WHERE evidence IS NULL);

-- name: resolved
-- The batch with the file of each path: known by the path; or a missing file with the same hash and size (first with the
-- same inode), with the same hash alone, with the same stat facts and a hash of the other kind, or with another hash of
-- the same recording; or a missing file that had the same name in another container, if its digest is equal; or new.
CREATE OR REPLACE TEMP TABLE resolved AS
WITH unmatched AS (
    SELECT i.* FROM incoming AS i ANTI JOIN (FROM same_path WHERE evidence IS NOT NULL) AS s ON s.path_bytes = i.path_bytes
    WHERE i.file_hash IS NOT NULL
), absent AS (
    SELECT f.* FROM scanned_files AS f ANTI JOIN (FROM same_path WHERE evidence IS NOT NULL) AS s ON s.file_id = f.file_id
    WHERE f.state = 'missing' AND f.file_hash IN (SELECT file_hash FROM unmatched)
), by_inode AS (
    SELECT i.path_bytes, g.file_id
    FROM (SELECT *, row_number() OVER (PARTITION BY file_hash, size, device, inode ORDER BY file_name, path_bytes) AS n
          FROM unmatched) AS i
    JOIN (SELECT *, row_number() OVER (PARTITION BY file_hash, size, device, inode ORDER BY file_name, path_bytes) AS n
          FROM absent) AS g USING (file_hash, size, device, inode, n)
), by_hash AS (
    SELECT i.path_bytes, g.file_id
    FROM (SELECT *, row_number() OVER (PARTITION BY file_hash, size ORDER BY file_name, path_bytes) AS n
          FROM unmatched ANTI JOIN by_inode USING (path_bytes)) AS i
    JOIN (SELECT *, row_number() OVER (PARTITION BY file_hash, size ORDER BY file_name, path_bytes) AS n
          FROM absent ANTI JOIN by_inode USING (file_id)) AS g USING (file_hash, size, n)
), by_media AS (  -- another program changed its tags, too
    SELECT i.path_bytes, g.file_id
    FROM (SELECT *, row_number() OVER (PARTITION BY file_hash ORDER BY file_name, path_bytes) AS n
          FROM unmatched ANTI JOIN by_inode USING (path_bytes) ANTI JOIN by_hash USING (path_bytes)) AS i
    JOIN (SELECT *, row_number() OVER (PARTITION BY file_hash ORDER BY file_name, path_bytes) AS n
          FROM absent ANTI JOIN by_inode USING (file_id) ANTI JOIN by_hash USING (file_id)) AS g USING (file_hash, n)
), film_of AS (
    SELECT file_hash, film_id, size FROM film_hashes WHERE film_id IN (
        SELECT film_id FROM film_hashes WHERE file_hash IN (SELECT file_hash FROM unmatched))
), by_film AS (
    SELECT i.path_bytes, g.file_id
    FROM (SELECT f.path_bytes, o.film_id,
                 row_number() OVER (PARTITION BY o.film_id ORDER BY f.file_name, f.path_bytes) AS n
          FROM unmatched AS f JOIN film_of AS o USING (file_hash)
          ANTI JOIN by_inode USING (path_bytes) ANTI JOIN by_hash USING (path_bytes) ANTI JOIN by_media USING (path_bytes)
          WHERE coalesce(o.size = f.size, true)) AS i
    JOIN (SELECT f.file_id, o.film_id,
                 row_number() OVER (PARTITION BY o.film_id ORDER BY f.file_name, f.path_bytes) AS n
          FROM scanned_files AS f JOIN film_of AS o USING (file_hash)
          ANTI JOIN by_inode USING (file_id) ANTI JOIN by_hash USING (file_id) ANTI JOIN by_media USING (file_id)
          ANTI JOIN (FROM same_path WHERE evidence IS NOT NULL) AS s ON s.file_id = f.file_id
          WHERE f.state = 'missing') AS g USING (film_id, n)
), by_stat AS (
    SELECT i.path_bytes, f.file_id FROM unmatched AS i
    JOIN (FROM scanned_files WHERE state = 'missing') AS f USING (device, inode, size, mtime_ns)
    WHERE "left"(i.file_hash, 3) <> "left"(f.file_hash, 3)
    QUALIFY row_number() OVER (PARTITION BY i.path_bytes ORDER BY f.file_id DESC) = 1
        AND row_number() OVER (PARTITION BY f.file_id ORDER BY i.path_bytes) = 1
), by_digest AS (
    SELECT i.path_bytes, f.file_id
    FROM (SELECT *, /* stem */ AS stem FROM unmatched
          WHERE starts_with(media_digest, 'p2:')
            AND file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL)) AS i
    JOIN (SELECT *, /* stem */ AS stem FROM scanned_files
          WHERE state = 'missing' AND media_digest <> '') AS f USING (stem)
    WHERE i.path_bytes <> f.path_bytes
      AND /* digests_agree */ AND /* is_as_long */ AND /* is_as_large */
    QUALIFY row_number() OVER (PARTITION BY i.path_bytes ORDER BY f.file_id DESC) = 1
        AND row_number() OVER (PARTITION BY f.file_id ORDER BY i.path_bytes) = 1
), moved AS (
    FROM by_inode UNION ALL FROM by_hash UNION ALL FROM by_media UNION ALL FROM by_film
    UNION ALL (FROM by_stat ANTI JOIN (FROM by_inode UNION ALL FROM by_hash UNION ALL FROM by_media UNION ALL FROM by_film) AS m
               ON m.path_bytes = by_stat.path_bytes OR m.file_id = by_stat.file_id)
    UNION ALL (FROM by_digest ANTI JOIN (
                   FROM by_inode UNION ALL FROM by_hash UNION ALL FROM by_media UNION ALL FROM by_film UNION ALL FROM by_stat
               ) AS m
               ON m.path_bytes = by_digest.path_bytes OR m.file_id = by_digest.file_id)
)
SELECT i.*, CASE WHEN s.file_id IS NOT NULL THEN 'known' WHEN m.file_id IS NOT NULL THEN 'moved' ELSE 'new' END AS found,
       CASE WHEN s.file_id IS NOT NULL THEN s.file_id WHEN m.file_id IS NOT NULL THEN m.file_id
            ELSE nextval('file_ids') END AS file_id
FROM incoming AS i
LEFT JOIN (FROM same_path WHERE evidence IS NOT NULL) AS s ON s.path_bytes = i.path_bytes
LEFT JOIN moved AS m ON m.path_bytes = i.path_bytes;

-- name: keep_identity
-- A file that cannot be read keeps the facts of its media, by which a later scan recognises it.
UPDATE resolved SET file_hash = f.file_hash, media_digest = f.media_digest, duration = f.duration, streams = f.streams,
    media_kind = coalesce(f.media_kind, resolved.media_kind)
FROM scanned_files AS f
WHERE f.file_id = resolved.file_id AND resolved.state <> 'ok' AND resolved.file_hash IS NULL;

-- name: keep_facts
-- A file that cannot be accessed keeps all facts: there is no evidence that it changed.
UPDATE resolved SET container = f.container, media_kind = f.media_kind, tags = f.tags, comment = f.comment, comment_fields = f.comment_fields,
    fields_differ = f.fields_differ, people = f.people, people_keys = f.people_keys, custom_text = f.custom_text,
    comment_before = f.comment_before, comment_after = f.comment_after, comment_without = f.comment_without,
    places = f.places, people_hidden = f.people_hidden, ascii_only = f.ascii_only,
    damage = f.damage, strategy = f.strategy, strategy_code = f.strategy_code, strategy_message = f.strategy_message,
    est_seconds = f.est_seconds, est_bytes = f.est_bytes, fields = f.fields,
    field_places = f.field_places, field_problems = f.field_problems, sidecar = f.sidecar
FROM scanned_files AS f WHERE f.file_id = resolved.file_id AND resolved.state = 'unreadable';

-- name: keep_stable
-- A file that this program wrote last is not growing.
UPDATE resolved SET growing = false
FROM scanned_files AS f WHERE f.file_id = resolved.file_id AND resolved.mtime_ns = f.own_mtime_ns;

-- name: fill_digests
-- The digests of unchanged files that were read before there were digests.
UPDATE scanned_files SET media_digest = r.media_digest FROM resolved AS r
WHERE r.file_id = scanned_files.file_id AND scanned_files.media_digest IS NULL AND r.media_digest IS NOT NULL
  AND r.file_id NOT IN (SELECT file_id FROM changed);

-- name: changed
-- The files of the batch that are new or differ from their row, with the hashes before and after.
CREATE OR REPLACE TEMP TABLE changed AS
SELECT r.file_id, r.found, f.file_hash AS old_hash, r.file_hash AS new_hash,
       -- only the state "growing" ended: the same file, read once more
       coalesce(f.growing AND NOT r.growing AND ROW(
           r.path_bytes, r.size, r.mtime_ns, r.state, r.file_hash, r.duration, r.streams, r.tags
       ) IS NOT DISTINCT FROM ROW(
           f.path_bytes, f.size, f.mtime_ns, f.state, f.file_hash, f.duration, f.streams, f.tags), false) AS settled
FROM resolved AS r LEFT JOIN scanned_files AS f ON f.file_id = r.file_id
WHERE f.file_id IS NULL OR ROW(
    r.path_bytes, r.device, r.inode, r.nlink, r.mode, r.size, r.mtime_ns, coalesce(r.own_mtime_ns, f.own_mtime_ns),
    r.state, r.state_message, r.growing, r.file_hash, r.container, r.duration, r.streams, r.tags, r.comment,
    r.comment_fields, r.people, r.custom_text, r.comment_before, r.comment_after, r.comment_without, r.places, r.damage,
    r.strategy, r.strategy_code, r.strategy_message, r.est_seconds, r.est_bytes, r.fields,
    r.field_places, r.field_problems, r.sidecar
) IS DISTINCT FROM ROW(
    f.path_bytes, f.device, f.inode, f.nlink, f.mode, f.size, f.mtime_ns, f.own_mtime_ns,
    f.state, f.state_message, f.growing, f.file_hash, f.container, f.duration, f.streams, f.tags, f.comment,
    f.comment_fields, f.people, f.custom_text, f.comment_before, f.comment_after, f.comment_without, f.places, f.damage,
    f.strategy, f.strategy_code, f.strategy_message, f.est_seconds, f.est_bytes, f.fields,
    f.field_places, f.field_problems, f.sidecar
);

-- name: renamed_paths
-- The former and the present path of each file that a scan finds at another path.
SELECT f.path_bytes, r.path_bytes FROM resolved AS r JOIN scanned_files AS f USING (file_id) WHERE r.found = 'moved';

-- name: equal_paths
-- The present file of each path that has the same text in another normal form (`é` as one or as two characters), if there is
-- exactly one. $texts: the paths in the form NFC.
SELECT w.path_bytes, any_value(f.path_bytes)
FROM (SELECT unnest($paths::BLOB[]) AS path_bytes, unnest($texts::VARCHAR[]) AS text) AS w
JOIN (SELECT path_bytes, nfc_normalize(path) AS text FROM scanned_files
      WHERE state <> 'missing' AND strlen(path) > length(path) AND encode(path) = path_bytes) AS f USING (text)
GROUP BY w.path_bytes HAVING count(*) = 1;

-- name: update_files
-- Update known files. A moved file gets the library in which it was found.
UPDATE scanned_files SET
    library_id = CASE WHEN r.found = 'moved' THEN $library_id ELSE scanned_files.library_id END,
    path_bytes = r.path_bytes, path = r.path, path_search = r.path_search, folder = r.folder, file_name = r.file_name,
    file_ext = r.file_ext, device = r.device, inode = r.inode, nlink = r.nlink, mode = r.mode, size = r.size,
    mtime_ns = r.mtime_ns, own_mtime_ns = coalesce(r.own_mtime_ns, scanned_files.own_mtime_ns),
    read_only = r.read_only, state = r.state, state_message = r.state_message, growing = r.growing,
    file_hash = r.file_hash, media_digest = coalesce(r.media_digest, scanned_files.media_digest),
    container = r.container, media_kind = r.media_kind, duration = r.duration,
    streams = r.streams, tags = r.tags, comment = r.comment, comment_fields = r.comment_fields,
    fields_differ = r.fields_differ, people = r.people, people_keys = r.people_keys, custom_text = r.custom_text, comment_before = r.comment_before,
    comment_after = r.comment_after, comment_without = r.comment_without, places = r.places,
    people_hidden = r.people_hidden, ascii_only = r.ascii_only, damage = r.damage, strategy = r.strategy,
    strategy_code = r.strategy_code, strategy_message = r.strategy_message, est_seconds = r.est_seconds,
    est_bytes = r.est_bytes, fields = r.fields, field_places = r.field_places, field_problems = r.field_problems,
    sidecar = r.sidecar, scanned_at = $at
FROM resolved AS r
WHERE r.file_id = scanned_files.file_id AND r.file_id IN (SELECT file_id FROM changed WHERE found <> 'new');

-- name: insert_files
-- Insert new files.
INSERT INTO scanned_files BY NAME
SELECT * EXCLUDE (found), $library_id AS library_id, $at AS first_seen_at, $at AS scanned_at
FROM resolved WHERE found = 'new';

-- name: mark_changed
-- Mark the plans of changed files and of their copies as outdated.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_id IN (SELECT file_id FROM changed)
   OR file_hash IN (SELECT old_hash FROM changed UNION SELECT new_hash FROM changed
                    UNION SELECT old_hash FROM same_path WHERE evidence IS NULL);

-- name: counts
-- The numbers of a batch: new files, changed files, moved files among them, hashes to which people may have to be copied,
-- films whose path has another film now, and unchanged files that are no longer growing.
SELECT count(*) FILTER (found = 'new') AS added, count(*) FILTER (found <> 'new' AND NOT settled) AS changed,
       count(*) FILTER (found = 'moved') AS moved, count(*) FILTER (found <> 'new' AND old_hash <> new_hash)
           + (SELECT count(*) FROM new_hashes) AS rehashed,
       (SELECT count(*) FROM same_path WHERE evidence IS NULL) AS displaced, count(*) FILTER (settled) AS settled,
       (SELECT count(*) FROM resolved AS r JOIN scanned_files AS f USING (file_id)
        WHERE f.media_digest IS NULL AND r.media_digest IS NOT NULL) AS undigested,
       (SELECT count(*) FROM resolved AS r JOIN scanned_files AS f USING (file_id)
        WHERE f.scanned_at < $changed_at) AS outdated
FROM changed;

-- name: rewritten_by_others
-- The old and new hashes of recordings that another program wrote anew, and the two kinds of hashes of one file (of a sample
-- and of all bytes), by which later scans know its copies; with the sizes of their files.
SELECT DISTINCT c.old_hash, c.new_hash, f.size, i.size
FROM changed AS c JOIN resolved AS i USING (file_id) JOIN scanned_files AS f USING (file_id)
WHERE c.old_hash <> c.new_hash AND NOT f.growing AND CASE WHEN "left"(c.old_hash, 3) = "left"(c.new_hash, 3)
    THEN f.media_digest <> '' AND i.media_digest <> ''
    ELSE (c.found = 'known' OR (f.device = i.device AND f.inode = i.inode)) AND f.size = i.size AND f.mtime_ns = i.mtime_ns
         AND (c.old_hash[4:] = c.new_hash[4:]
         OR (f.media_digest <> '' AND i.media_digest <> '' AND /* digests_agree */)) END;

-- name: changed_paths
-- The changed files with their paths, and whether each is new.
SELECT c.file_id, r.path_bytes, c.found = 'new' FROM changed AS c JOIN resolved AS r USING (file_id);

-- name: displaced
-- The files that are missing because their paths have other recordings now.
SELECT file_id FROM scanned_files WHERE state = 'missing' AND file_id IN (SELECT file_id FROM same_path WHERE evidence IS NULL);

-- name: drop_incoming
-- Drop the temporary tables.
DROP TABLE IF EXISTS incoming;
DROP TABLE IF EXISTS at_path;
DROP TABLE IF EXISTS same_path;
DROP TABLE IF EXISTS resolved;
DROP TABLE IF EXISTS changed;

-- name: other_names
-- Other hard links to the inodes of these files.
SELECT f.file_id, r.file_id FROM scanned_files AS f
JOIN (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($device::UBIGINT[]) AS device,
             unnest($inode::UBIGINT[]) AS inode) AS r ON f.inode = r.inode AND f.device = r.device
JOIN scanned_files AS own ON own.file_id = r.file_id AND own.file_hash = f.file_hash
WHERE f.file_id <> r.file_id AND f.state <> 'missing';

-- name: rewritten
-- The files whose payload hash changed. (A hash of a full scan has another kind than the hash of a write; it stays unless
-- the media was rewritten.)
SELECT r.file_id, f.file_hash, r.file_hash, f.size, r.size
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($file_hash::VARCHAR[]) AS file_hash,
             unnest($size::BIGINT[]) AS size) AS r JOIN scanned_files AS f USING (file_id)
WHERE f.file_hash <> r.file_hash AND (left(f.file_hash, 3) = left(r.file_hash, 3) OR ends_with(f.strategy, '_remux'));

-- name: update_rewritten
-- Store the facts that only a rewrite of the media changes.
UPDATE scanned_files SET file_hash = r.file_hash, duration = coalesce(r.duration, scanned_files.duration),
    streams = CASE WHEN r.streams = '[]' THEN scanned_files.streams ELSE r.streams::JSON END
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($file_hash::VARCHAR[]) AS file_hash,
             unnest($duration::DOUBLE[]) AS duration, unnest($streams::VARCHAR[]) AS streams) AS r
WHERE r.file_id = scanned_files.file_id;

-- name: update_written
-- Store the facts of files after a write, which changes neither the path nor, except for a rewrite, the payload. If a custom
-- field changed since the start of the write, the facts count as older than this change.
UPDATE scanned_files SET
    device = r.device, inode = r.inode, nlink = r.nlink, mode = r.mode, size = r.size, mtime_ns = r.mtime_ns,
    own_mtime_ns = r.own_mtime_ns, former_mtime_ns = coalesce(scanned_files.former_mtime_ns, scanned_files.mtime_ns),
    state = 'ok', state_message = '', growing = false, tags = r.tags::JSON, comment = r.comment,
    comment_fields = r.comment_fields::JSON, fields_differ = r.fields_differ, people = r.people,
    people_keys = r.people_keys, custom_text = r.custom_text, comment_before = r.comment_before,
    comment_after = r.comment_after, comment_without = r.comment_without, places = r.places,
    people_hidden = r.people_hidden, ascii_only = r.ascii_only, strategy = r.strategy,
    strategy_code = r.strategy_code, strategy_message = r.strategy_message, est_seconds = r.est_seconds,
    est_bytes = r.est_bytes, fields = r.fields, field_places = r.field_places, field_problems = r.field_problems,
    sidecar = r.sidecar,
    scanned_at = coalesce((SELECT max(changed_at) - INTERVAL 1 MICROSECOND FROM custom_fields WHERE changed_at > $since), $at)
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($device::UBIGINT[]) AS device,
             unnest($inode::UBIGINT[]) AS inode, unnest($nlink::BIGINT[]) AS nlink, unnest($mode::BIGINT[]) AS mode,
             unnest($size::BIGINT[]) AS size, unnest($mtime_ns::BIGINT[]) AS mtime_ns,
             unnest($own_mtime_ns::BIGINT[]) AS own_mtime_ns, unnest($tags::VARCHAR[]) AS tags,
             unnest($comment::VARCHAR[]) AS comment, unnest($comment_fields::VARCHAR[]) AS comment_fields,
             unnest($fields_differ::BOOLEAN[]) AS fields_differ, unnest($people::VARCHAR[][]) AS people,
             unnest($people_keys::VARCHAR[][]) AS people_keys, unnest($custom_text::VARCHAR[]) AS custom_text,
             unnest($comment_before::VARCHAR[]) AS comment_before, unnest($comment_after::VARCHAR[]) AS comment_after,
             unnest($comment_without::VARCHAR[]) AS comment_without,
             places_of(unnest($places::VARCHAR[])) AS places,
             unnest($people_hidden::BOOLEAN[]) AS people_hidden, unnest($ascii_only::BOOLEAN[]) AS ascii_only,
             unnest($strategy::VARCHAR[]) AS strategy,
             unnest($strategy_code::VARCHAR[]) AS strategy_code,
             unnest($strategy_message::VARCHAR[]) AS strategy_message,
             unnest($est_seconds::DOUBLE[]) AS est_seconds, unnest($est_bytes::BIGINT[]) AS est_bytes,
             fields_of(unnest($field_keys::VARCHAR[][]), unnest($field_values::VARCHAR[][])) AS fields,
             unnest($field_places::VARCHAR[])::JSON AS field_places,
             fields_of(unnest($problem_keys::VARCHAR[][]), unnest($problem_reasons::VARCHAR[][])) AS field_problems,
             unnest($sidecar::VARCHAR[]) AS sidecar) AS r
WHERE scanned_files.file_id = r.file_id;

-- name: mark_written
-- Mark their plans as outdated. The plans of their copies do not change.
INSERT INTO plan_marks (mark_id, file_id, by_result)
SELECT nextval('mark_ids'), unnest($file_id::BIGINT[]), TRUE;

-- name: changed_stats
-- The stat facts that differ from their row. (UPDATE … RETURNING rewrites whole rows with their lists, at a hundred times
-- the cost, so this comes first.)
CREATE OR REPLACE TEMP TABLE changed_stats AS
SELECT s.* FROM (
    SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($device::UBIGINT[]) AS device,
           unnest($inode::UBIGINT[]) AS inode, unnest($nlink::BIGINT[]) AS nlink, unnest($mode::BIGINT[]) AS mode,
           unnest($size::BIGINT[]) AS size, unnest($mtime_ns::BIGINT[]) AS mtime_ns,
           unnest($read_only::BOOLEAN[]) AS read_only, unnest($growing::BOOLEAN[]) AS growing
) AS s JOIN scanned_files AS f USING (file_id)
WHERE ROW(s.device, s.inode, s.nlink, s.mode, s.size, s.mtime_ns, s.growing) IS DISTINCT FROM
      ROW(f.device, f.inode, f.nlink, f.mode, f.size, f.mtime_ns, f.growing);

-- name: restat
-- Store these stat facts.
UPDATE scanned_files SET device = n.device, inode = n.inode, nlink = n.nlink, mode = n.mode, size = n.size,
    mtime_ns = n.mtime_ns, read_only = n.read_only, growing = n.growing
FROM changed_stats AS n WHERE n.file_id = scanned_files.file_id;

-- name: changed_stat_ids
-- The files with changed stat facts.
SELECT file_id FROM changed_stats;

-- name: drop_changed_stats
-- Drop the temporary table.
DROP TABLE changed_stats;

-- name: not_missing
-- The files that are not missing yet.
SELECT file_id FROM scanned_files WHERE state <> 'missing' AND file_id IN (SELECT unnest($1::BIGINT[]));

-- name: mark_missing
-- Set files to missing.
UPDATE scanned_files SET state = 'missing', growing = false WHERE file_id IN (SELECT unnest($1::BIGINT[]));

-- name: missing
-- The missing ones of these files.
SELECT file_id FROM scanned_files WHERE state = 'missing' AND file_id IN (SELECT unnest($1::BIGINT[]));

-- name: count_growing
-- The number of files of some libraries that changed less than a minute before their scan.
SELECT count(*) FROM scanned_files WHERE growing AND library_id IN (SELECT unnest($1::BIGINT[]));

-- name: mark_files
-- Mark the plans of these files and of their copies as outdated.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_id IN (SELECT unnest($1::BIGINT[]))
   OR file_hash IN (SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])));
