-- name: library_states
-- The number of files of each library by state, and their bytes.
SELECT library_id, state, count(*), coalesce(sum(size), 0)::BIGINT FROM scanned_files GROUP BY library_id, state;

-- name: quality
-- The number of files of each kind, in one pass over the files and one over their hashes.
WITH copies AS (
    SELECT sum(n) AS files FROM (SELECT count(*) AS n FROM scanned_files
    WHERE file_hash IS NOT NULL AND state <> 'missing' GROUP BY file_hash HAVING count(*) > 1)
)
SELECT count(*) FILTER (f.state <> 'missing') AS "all",
       count(*) FILTER (f.state <> 'missing' AND f.has_people) AS people,
       count(*) FILTER (f.state <> 'missing' AND NOT f.has_people) AS nobody,
       count(*) FILTER (f.state <> 'missing' AND len(f.people) > 0) AS named,
       count(*) FILTER (f.state <> 'missing' AND len(f.people) > 0 AND NOT f.is_assigned) AS "unknown",
       count(*) FILTER (f.state <> 'missing' AND f.custom_text <> '') AS "text",
       coalesce((SELECT files FROM copies), 0)::BIGINT AS copies,
       count(*) FILTER (f.state IN ('corrupt', 'empty', 'unreadable', 'not_video')) AS broken,
       count(*) FILTER (f.state = 'ok' AND (f.strategy = '' OR f.read_only)) AS unwritable,
       count(*) FILTER (f.state = 'missing') AS missing,
       count(*) FILTER (f.state <> 'missing' AND l.state = 'offline') AS offline,
       (SELECT count(*) FROM people) AS persons,
       (SELECT count(*) FROM video_people WHERE path_bytes IS NOT NULL
          AND path_bytes NOT IN (SELECT path_bytes FROM scanned_files)) AS waiting
FROM files_and_people AS f JOIN libraries AS l USING (library_id);

-- name: texts
-- The custom texts of comments, the most frequent first.
SELECT "left"(min(custom_text), 300), count(*) FROM scanned_files WHERE custom_text <> '' AND state <> 'missing'
GROUP BY md5(custom_text) ORDER BY count(*) DESC, 1 LIMIT $1;

-- name: kind_all
-- Every file.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state <> 'missing'
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_people
-- Files with people.
SELECT file_id, count(*) OVER () FROM files_and_people WHERE state <> 'missing' AND has_people
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_nobody
-- Files without people.
SELECT file_id, count(*) OVER () FROM files_and_people WHERE state <> 'missing' AND NOT has_people
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_named
-- Files whose comment names people.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state <> 'missing' AND len(people) > 0
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_unknown
-- Files whose comment names people, and to which the database assigns none.
SELECT file_id, count(*) OVER () FROM files_and_people
WHERE state <> 'missing' AND len(people) > 0 AND NOT is_assigned
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_text
-- Files whose comment has a custom text, equal texts together.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state <> 'missing' AND custom_text <> ''
ORDER BY "left"(custom_text, 300), path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_copies
-- Files with duplicates, equal files together.
SELECT file_id, count(*) OVER () FROM scanned_files
WHERE state <> 'missing' AND file_hash IN (
    SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL AND state <> 'missing'
    GROUP BY file_hash HAVING count(*) > 1)
ORDER BY file_hash, path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_broken
-- Files that are damaged, empty or unreadable.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state IN ('corrupt', 'empty', 'unreadable', 'not_video')
ORDER BY state, path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_unwritable
-- Intact files that the plan blocks: no write strategy exists, or they are read-only.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state = 'ok' AND (strategy = '' OR read_only)
ORDER BY strategy_code, path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_missing
-- Missing files.
SELECT file_id, count(*) OVER () FROM scanned_files WHERE state = 'missing'
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: kind_offline
-- Files of offline libraries.
SELECT file_id, count(*) OVER () FROM scanned_files JOIN (SELECT library_id FROM libraries WHERE state = 'offline')
USING (library_id) WHERE state <> 'missing'
ORDER BY path, file_id LIMIT $limit OFFSET $offset;

-- name: search_page
-- The files with some ids ($file_ids NULL: all), sorted.
SELECT file_id FROM (
    SELECT file_id, CASE $sort WHEN 'path' THEN path_search WHEN 'name' THEN folded(file_name) END AS text_key,
           CASE $sort WHEN 'size' THEN size WHEN 'mtime' THEN mtime_ns END AS key
    FROM scanned_files
    WHERE state <> 'missing' AND ($file_ids::BIGINT[] IS NULL OR file_id IN (SELECT unnest($file_ids::BIGINT[])))
)
ORDER BY CASE WHEN NOT $descending THEN text_key END, CASE WHEN $descending THEN text_key END DESC,
         CASE WHEN $descending THEN -key ELSE key END, file_id LIMIT $limit OFFSET $offset;

-- name: count_matches
-- The number of these files.
SELECT count(*) FROM scanned_files
WHERE state <> 'missing' AND ($file_ids::BIGINT[] IS NULL OR file_id IN (SELECT unnest($file_ids::BIGINT[])));

-- name: listed_files
-- The columns of a list for these files, in the given order.
SELECT f.file_id, f.file_name, f.path, f.folder, l.name, f.size, f.container, f.state,
       CASE WHEN l.state = 'offline' THEN l.state_reason
            WHEN f.state_message <> '' THEN f.state_message
            WHEN f.read_only AND f.strategy_code <> 'read_only'
            THEN format('It is read-only (mode {:o}).', f.mode & 511) ELSE f.strategy_message END,
       coalesce(k.names, []), f.people, "left"(f.custom_text, 300), coalesce(c.n, 1)
FROM (SELECT unnest($1::BIGINT[]) AS file_id, generate_subscripts($1::BIGINT[], 1) AS place) AS w
JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
LEFT JOIN (SELECT file_id, list(name ORDER BY place) AS names FROM people_in_files($1::BIGINT[], NULL::BIGINT[])
           GROUP BY file_id) AS k USING (file_id)
LEFT JOIN (SELECT file_hash, count(*) AS n FROM scanned_files WHERE state <> 'missing' AND file_hash IN (
               SELECT file_hash FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])))
           GROUP BY file_hash) AS c ON c.file_hash = f.file_hash
ORDER BY w.place;

-- name: define_part
-- A part of a library (its missing files, its files with some extensions or of a kind of media, or some ids), as a
-- table macro of this connection.
CREATE OR REPLACE TEMP MACRO library_part(the_library, only_missing, with_extensions, of_kind, with_ids) AS TABLE
SELECT file_id, file_hash, state FROM scanned_files
WHERE library_id = the_library AND (NOT only_missing OR state = 'missing')
  AND (with_extensions IS NULL OR list_contains(with_extensions, file_ext) OR media_kind = of_kind)
  AND (with_ids IS NULL OR file_id IN (SELECT unnest(with_ids)));

-- name: removal
-- What the removal of a part of a library deletes: decisions about a recording that another file has stay.
WITH part AS MATERIALIZED (
    FROM library_part($library_id, $missing, $extensions::VARCHAR[], $kind::VARCHAR, $file_ids::BIGINT[])
), kept AS (
    SELECT n.file_hash FROM scanned_files AS n ANTI JOIN part USING (file_id)
    WHERE n.state <> 'missing' AND n.file_hash IS NOT NULL
)
SELECT count(*), count(*) FILTER (state = 'missing'),
       count(*) FILTER (file_id IN (SELECT file_id FROM assigned_people)),
       (SELECT count(*) FROM decisions WHERE revoked_at IS NULL AND file_id IN (
            SELECT file_id FROM part WHERE file_hash IS NULL OR file_hash NOT IN (
                FROM kept UNION ALL SELECT o.file_hash FROM kept JOIN film_hashes AS n USING (file_hash)
                                    JOIN film_hashes AS o USING (film_id))))
FROM part;

-- name: unfinished_operations
-- The unfinished operations with files in a part of a library: id, status and number of these files.
SELECT o.id, o.status, count(DISTINCT coalesce(i.subject, i.file_id))
FROM metadata_operations AS o JOIN metadata_operation_items AS i ON i.operation_id = o.id
WHERE o.status IN ('pending', 'in_progress', 'paused') AND i.status IN ('pending', 'writing')
  AND (i.file_id IN (
      SELECT file_id
      FROM library_part($library_id, $missing, $extensions::VARCHAR[], $kind::VARCHAR, $file_ids::BIGINT[]))
      OR i.id IN (SELECT item_id FROM item_side_files WHERE library_id = $library_id))
GROUP BY o.id, o.status ORDER BY o.id;

-- name: forgotten
-- The files of a part of a library that the next statements delete.
CREATE OR REPLACE TEMP TABLE forgotten AS
SELECT file_id, file_hash
FROM library_part($library_id, $missing, $extensions::VARCHAR[], $kind::VARCHAR, $file_ids::BIGINT[]);

-- name: mark_forgotten
-- Mark their plans and those of their copies as outdated.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_id IN (SELECT file_id FROM forgotten) OR file_hash IN (SELECT file_hash FROM forgotten);

-- name: mark_forgotten_missing
-- Let them be missing, so that copies elsewhere inherit the decisions on them.
UPDATE scanned_files SET state = 'missing' WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_decisions
-- Delete the decisions on these files.
DELETE FROM decisions WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_touched
-- Delete the notes of what was removed from these files.
DELETE FROM touched_files WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_properties
-- Delete their media properties.
DELETE FROM media_properties WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_locks
-- Delete their locks.
DELETE FROM field_locks WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_titles
-- Delete their links to titles.
DELETE FROM title_files WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_assignments
-- Delete the titles to which a person moved them.
DELETE FROM title_assignments WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_files
-- Delete the files themselves.
DELETE FROM scanned_files WHERE file_id IN (SELECT file_id FROM forgotten);

-- name: forget_library
-- Delete a library.
DELETE FROM libraries WHERE library_id = $1;

-- name: drop_forgotten
-- Drop the temporary table.
DROP TABLE forgotten;

-- name: count_with_people
-- The number of these files to which the database assigns people.
SELECT count(DISTINCT file_id) FROM assigned_people WHERE file_id IN (SELECT unnest($1::BIGINT[]));
