-- name: wanted
-- Assignments as they were asked for: a path or a hash, and a name (NULL: the file is named, but nobody for it).
CREATE OR REPLACE TEMP TABLE wanted AS SELECT
    unnest($ord::BIGINT[]) AS ord,
    unnest($path_bytes::BLOB[]) AS path_bytes,
    unnest($file_hash::VARCHAR[]) AS file_hash,
    unnest($name::VARCHAR[]) AS name,
    unnest($person_key::VARCHAR[]) AS person_key,
    unnest($search::VARCHAR[]) AS search,
    unnest($origin::VARCHAR[]) AS origin;

-- name: targets
-- What each of them stands for: the payload where it is known (or others that the same film has now), else the path; and
-- whether a scan has met it.
CREATE OR REPLACE TEMP TABLE targets AS
SELECT w.ord, coalesce(k.file_hash, w.file_hash, f.file_hash) AS file_hash,
       CASE WHEN w.file_hash IS NULL AND f.file_hash IS NULL THEN w.path_bytes END AS path_bytes,
       coalesce(encode(k.file_hash), encode(w.file_hash), encode(f.file_hash), w.path_bytes) AS target,
       f.file_id IS NOT NULL OR h.file_hash IS NOT NULL OR k.file_hash IS NOT NULL AS met
FROM wanted AS w
LEFT JOIN (FROM scanned_files WHERE path_bytes IN (SELECT path_bytes FROM wanted)
           QUALIFY row_number() OVER (PARTITION BY path_bytes ORDER BY state = 'missing', file_id DESC) = 1) AS f
  ON f.path_bytes = CASE WHEN w.file_hash IS NULL THEN w.path_bytes END
LEFT JOIN (SELECT DISTINCT file_hash FROM scanned_files WHERE file_hash IN (SELECT file_hash FROM wanted)) AS h
  ON h.file_hash = w.file_hash
LEFT JOIN (SELECT a.file_hash AS asked, o.file_hash FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
           WHERE a.file_hash IN (SELECT file_hash FROM wanted)
             AND a.file_hash NOT IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
             AND o.file_hash IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
          ) AS k ON k.asked = w.file_hash;

-- name: named
-- Which person each asked name is, if it is one: by spelling, else as an alias by spelling, else as an alias by key.
CREATE OR REPLACE TEMP TABLE named AS
SELECT w.name, coalesce(min(p.person_id), min(a.person_id), min(k.person_id)) AS person_id
FROM (SELECT DISTINCT name, person_key FROM wanted WHERE name IS NOT NULL) AS w
LEFT JOIN people AS p ON p.name = w.name
LEFT JOIN person_aliases AS a ON a.alias = w.name
LEFT JOIN person_aliases AS k ON k.alias_key = w.person_key
GROUP BY w.name;

-- name: add_people
-- The names that nobody has yet become people.
INSERT INTO people
SELECT nextval('ids'), w.name, any_value(w.person_key), any_value(w.search), $1
FROM wanted AS w JOIN named AS n ON n.name = w.name WHERE n.person_id IS NULL GROUP BY w.name ORDER BY min(w.ord);

-- name: asked
-- One row for each person of each target, in the order in which they were asked for.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT t.target, t.file_hash, t.path_bytes, coalesce(n.person_id, p.person_id) AS person_id,
       min(t.ord) AS ord, arg_min(w.origin, t.ord) AS origin
FROM wanted AS w JOIN targets AS t ON t.ord = w.ord
JOIN named AS n ON n.name = w.name LEFT JOIN people AS p ON p.name = w.name
GROUP BY ALL;

-- name: replaced
-- Targets that are named and have other people now, or in another order, than was asked for.
CREATE OR REPLACE TEMP TABLE replaced AS
WITH before AS (
    SELECT target, list(person_id ORDER BY assignment_id) AS ids FROM assignments
    WHERE target IN (SELECT target FROM targets) GROUP BY target
), after AS (
    SELECT target, list(person_id ORDER BY ord) AS ids FROM asked GROUP BY target
)
SELECT b.target, b.ids, coalesce(a.ids, []) AS wanted_ids FROM before AS b LEFT JOIN after AS a USING (target)
WHERE b.ids IS DISTINCT FROM a.ids;

-- name: keep_origins
-- A person who stays keeps where they came from.
UPDATE asked SET origin = a.origin FROM assignments AS a
WHERE a.target = asked.target AND a.person_id = asked.person_id;

-- name: touch_replaced
-- Files that lose a person stay in the plan.
INSERT OR IGNORE INTO touched_files
SELECT DISTINCT t.file_id, 'removed' FROM file_targets AS t JOIN replaced AS r USING (target)
WHERE NOT list_has_all(r.wanted_ids, r.ids);

-- name: mark_replaced
-- The plans of files whose list changes must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM replaced));

-- name: delete_replaced
-- The lists that change are written anew.
DELETE FROM video_people WHERE coalesce(encode(file_hash), path_bytes) IN (SELECT target FROM replaced);

-- name: fresh
-- What was asked for and is not there yet.
CREATE OR REPLACE TEMP TABLE fresh AS SELECT a.* FROM asked AS a ANTI JOIN assignments USING (target, person_id);

-- name: assign
-- Store them, in the order in which they were asked for.
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people) + row_number() OVER (ORDER BY ord),
       file_hash, path_bytes, person_id, origin, $1
FROM fresh;

-- name: mark_assigned
-- The plans of files that got somebody must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM fresh));

-- name: assign_counts
-- Asked names whose file is known, and those that wait for one; new assignments; files concerned.
SELECT count(DISTINCT w.ord) FILTER (w.name IS NOT NULL AND t.met),
       count(DISTINCT w.ord) FILTER (w.name IS NOT NULL AND NOT t.met),
       (SELECT count(*) FROM fresh),
       (SELECT count(DISTINCT file_id) FROM file_targets WHERE target IN (SELECT target FROM targets))
FROM wanted AS w JOIN targets AS t USING (ord);

-- name: drop_wanted
-- The tables of the request are done with.
DROP TABLE IF EXISTS wanted;
DROP TABLE IF EXISTS targets;
DROP TABLE IF EXISTS named;
DROP TABLE IF EXISTS asked;
DROP TABLE IF EXISTS replaced;
DROP TABLE IF EXISTS fresh;

-- name: known_paths
-- Which of these paths a scan has met or an assignment waits for.
SELECT path_bytes FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[]))
UNION SELECT path_bytes FROM video_people WHERE path_bytes IN (SELECT unnest($1::BLOB[]));

-- name: scanned_paths
-- Which of these paths a scan has met.
SELECT path_bytes FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[]));

-- name: places
-- By what these files can be named.
SELECT file_hash, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])) ORDER BY file_id;

-- name: named_in_files
-- Files that name people while the database knows nobody in them; of copies of a payload one.
SELECT file_hash, path_bytes, people FROM scanned_files
WHERE state <> 'missing' AND len(people) > 0 AND file_id NOT IN (SELECT file_id FROM file_people)
QUALIFY row_number() OVER (PARTITION BY coalesce(encode(file_hash), path_bytes) ORDER BY file_id) = 1
ORDER BY file_id;

-- name: known_hashes
-- Which of these hashes some file has, or a file whose film once had it.
SELECT DISTINCT file_hash FROM scanned_files WHERE file_hash IN (SELECT unnest($1::VARCHAR[]))
UNION SELECT a.file_hash FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
WHERE a.file_hash IN (SELECT unnest($1::VARCHAR[])) AND o.file_hash IN (
    SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash));

-- name: met
-- Assignments that waited for a path whose payload is known now.
CREATE OR REPLACE TEMP TABLE met AS
SELECT v.*, f.file_hash AS new_hash
FROM (FROM video_people WHERE path_bytes IS NOT NULL) AS v JOIN scanned_files AS f ON f.path_bytes = v.path_bytes
WHERE f.file_hash IS NOT NULL AND f.state <> 'missing';

-- name: adopt
-- They belong to the payload from now on, behind the people that it has already.
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people) + row_number() OVER (ORDER BY min(m.assignment_id)),
       m.new_hash, NULL, m.person_id, arg_min(m.origin, m.assignment_id), min(m.created_at)
FROM met AS m ANTI JOIN video_people AS v ON v.file_hash = m.new_hash AND v.person_id = m.person_id
GROUP BY m.new_hash, m.person_id;

-- name: leave_path
-- And wait no longer.
DELETE FROM video_people WHERE assignment_id IN (SELECT assignment_id FROM met);

-- name: mark_met
-- The plans of the files concerned must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_hash IN (SELECT new_hash FROM met);

-- name: drop_met
-- The adoption is done.
DROP TABLE met;

-- name: count_met
-- How many assignments found their file.
SELECT count(*) FROM met;

-- name: files_at
-- The files at these paths, and all copies of them.
SELECT DISTINCT file_id FROM file_targets WHERE target IN (
    SELECT target FROM file_targets AS t JOIN scanned_files AS f USING (file_id)
    WHERE f.path_bytes IN (SELECT unnest($1::BLOB[]))
);

-- name: find_people
-- The people that these names mean: by spelling, else by key, their aliases included.
SELECT n.name, p.person_id
FROM (SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[]) AS person_key) AS n
JOIN (SELECT person_id, name AS spelling, person_key FROM people
      UNION ALL SELECT person_id, alias, alias_key FROM person_aliases) AS p USING (person_key)
QUALIFY rank() OVER (PARTITION BY n.name ORDER BY p.spelling <> n.name) = 1;

-- name: spellings
-- The names of these people.
SELECT person_id, name FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[])) ORDER BY name;

-- name: keys_of
-- The keys of these people's names and aliases.
SELECT person_key FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
UNION SELECT alias_key FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: files_with
-- Those of these files that have one of these people.
SELECT DISTINCT file_id FROM file_people
WHERE file_id IN (SELECT unnest($1::BIGINT[])) AND person_id IN (SELECT unnest($2::BIGINT[]));

-- name: count_losses
-- How many assignments of these people these files, and what waits for these paths, have.
SELECT count(*) FROM video_people
WHERE person_id IN (SELECT unnest($person_ids::BIGINT[]))
  AND (path_bytes IN (SELECT unnest($paths::BLOB[]))
       OR coalesce(encode(file_hash), path_bytes) IN (
           SELECT target FROM file_targets WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))));

-- name: remove
-- Take people from these files and from what waits for these paths.
DELETE FROM video_people
WHERE person_id IN (SELECT unnest($person_ids::BIGINT[]))
  AND (path_bytes IN (SELECT unnest($paths::BLOB[]))
       OR coalesce(encode(file_hash), path_bytes) IN (
           SELECT target FROM file_targets WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))));

-- name: touch_files
-- These files stay in the plan, because somebody was taken from them.
INSERT OR IGNORE INTO touched_files SELECT unnest($1::BIGINT[]), 'removed';

-- name: mark_losing
-- And their plans must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), unnest($1::BIGINT[]);

-- name: mark_forgotten
-- When a person goes whose spelling is somebody's alias too, files that name it mean that somebody again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE list_has_any(people_keys, coalesce((
    SELECT list(person_key) FROM people
    WHERE person_key IN (SELECT alias_key FROM person_aliases) AND person_id NOT IN (SELECT person_id FROM video_people)
      AND person_id NOT IN (SELECT person_id FROM person_aliases)
), []));

-- name: forget_people
-- A person who is in no video, and whom no alias means, is no person any more.
DELETE FROM people WHERE person_id NOT IN (SELECT person_id FROM video_people)
                     AND person_id NOT IN (SELECT person_id FROM person_aliases);

-- name: results_of
-- What decides over these files: the people of the database, those in the file, the edit and the mode in force.
SELECT f.file_id, coalesce(e.names, []) AS db_people, f.people AS file_people, d.people AS edited,
       coalesce(m.people_mode, l.people_mode, 'merge') AS people_mode
FROM scanned_files AS f
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names
           FROM file_people JOIN people USING (person_id)
           WHERE file_id IN (SELECT unnest($1::BIGINT[])) GROUP BY file_id) AS e USING (file_id)
LEFT JOIN decisions AS d ON d.file_id = f.file_id AND d.kind = 'edit' AND d.revoked_at IS NULL
LEFT JOIN decisions AS m ON m.file_id = f.file_id AND m.kind = 'mode' AND m.revoked_at IS NULL
LEFT JOIN libraries AS l ON l.library_id = f.library_id
WHERE f.file_id IN (SELECT unnest($1::BIGINT[])) ORDER BY f.file_id;

-- name: aliases
-- Every alias with the name that it stands for; a key that some person has is no alias.
SELECT a.alias_key, p.name FROM person_aliases AS a JOIN people AS p USING (person_id)
WHERE a.alias_key NOT IN (SELECT person_key FROM people);

-- name: list_people
-- Every person with the number of files that have them, and of those that say so themselves.
SELECT p.name, count(DISTINCT f.file_id) AS files,
       count(DISTINCT f.file_id) FILTER (list_contains(f.people_keys, p.person_key)) AS written
FROM people AS p LEFT JOIN file_people AS e ON e.person_id = p.person_id
LEFT JOIN scanned_files AS f ON f.file_id = e.file_id
GROUP BY p.person_id, p.name, p.search ORDER BY p.search, p.name;

-- name: files_by_name
-- Every person with the number of files that have them.
SELECT p.name, count(DISTINCT e.file_id)
FROM people AS p LEFT JOIN file_people AS e ON e.person_id = p.person_id GROUP BY p.person_id, p.name;

-- name: export
-- Every assignment of every file, and those that wait for one; with the other hashes that the film has had.
SELECT coalesce(f.path_bytes, v.path_bytes) AS path_bytes, v.file_hash, p.name, v.origin, coalesce(o.hashes, [])
FROM video_people AS v JOIN people AS p ON p.person_id = v.person_id
LEFT JOIN scanned_files AS f ON f.file_hash = v.file_hash
LEFT JOIN (SELECT file_hash, list(previous_hash ORDER BY previous_hash) AS hashes FROM previous_hashes
           GROUP BY file_hash) AS o ON o.file_hash = v.file_hash
ORDER BY path_bytes, v.file_hash, v.assignment_id;

-- name: person_named
-- The person with exactly this spelling.
SELECT person_id FROM people WHERE name = $1;

-- name: alias_owner
-- The person whom exactly this spelling is an alias of.
SELECT p.person_id, p.name FROM person_aliases AS a JOIN people AS p USING (person_id) WHERE a.alias = $1;

-- name: rename
-- Give a person another spelling.
UPDATE people SET name = $2, person_key = $3, search = $4 WHERE person_id = $1;

-- name: drop_alias
-- A spelling that is a person's name again is no alias.
DELETE FROM person_aliases WHERE alias = $1;

-- name: add_alias
-- Remember a spelling that now means a person.
INSERT INTO person_aliases VALUES ($1, $2, $3, $4);

-- name: mark_people
-- The plans of all files that have one of these people, or name one of their spellings, must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM (
    SELECT file_id FROM file_people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, coalesce((
        SELECT list(key) FROM (
            SELECT person_key AS key FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
            UNION SELECT alias_key FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]))
        )), []))
);

-- name: spelt
-- How the person is spelt that a name means, by itself or as an alias: as is, as lower() has it, and whether some spelling
-- is found by no search for that name.
WITH known AS (
    SELECT person_id FROM people WHERE person_key = $key UNION SELECT person_id FROM person_aliases WHERE alias_key = $key
)
SELECT list(spelling), list(lower(spelling)), bool_or(NOT contains(folded(spelling), folded($name))) FROM (
    SELECT $name::VARCHAR AS spelling
    UNION ALL SELECT name FROM people WHERE person_id IN (FROM known)
    UNION ALL SELECT alias FROM person_aliases WHERE person_id IN (FROM known)
);

-- name: merge_assignments
-- The videos of some people go to one.
UPDATE video_people SET person_id = $2 WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: merge_twice
-- Who is now in a video twice keeps the first place.
DELETE FROM video_people WHERE person_id = $1 AND assignment_id NOT IN (
    SELECT min(assignment_id) FROM assignments WHERE person_id = $1 GROUP BY target
);

-- name: merge_aliases
-- The people's own names and aliases now mean the one.
INSERT INTO person_aliases
SELECT name, person_key, $2, $3 FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: move_aliases
-- So do the aliases that they had.
UPDATE person_aliases SET person_id = $2 WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: delete_people
-- They are no people of their own any more.
DELETE FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: drop_assignments
-- These people are in no video any more.
DELETE FROM video_people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: drop_aliases
-- No other spelling means these people any more.
DELETE FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]));
