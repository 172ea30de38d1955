-- name: wanted
-- The requested assignments: a path or a hash, and a name (NULL: the file has no people). A qualifier that is NULL is not
-- known; the empty qualifier means the person without one.
CREATE OR REPLACE TEMP TABLE wanted AS SELECT
    unnest($ord::BIGINT[]) AS ord,
    unnest($path_bytes::BLOB[]) AS path_bytes,
    unnest($file_hash::VARCHAR[]) AS file_hash,
    unnest($name::VARCHAR[]) AS name,
    unnest($qualifier::VARCHAR[]) AS qualifier,
    unnest($person_key::VARCHAR[]) AS person_key,
    unnest($search::VARCHAR[]) AS search,
    unnest($origin::VARCHAR[]) AS origin;

-- name: wanted_targets
-- The target of each request: the payload where it is known (or another one that the same film has now), else the path;
-- and whether it is scanned.
CREATE OR REPLACE TEMP TABLE wanted_targets AS
SELECT w.ord, coalesce(k.file_hash, w.file_hash, f.file_hash) AS file_hash,
       CASE WHEN w.file_hash IS NULL AND f.file_hash IS NULL THEN w.path_bytes END AS path_bytes,
       coalesce(encode(k.file_hash), encode(w.file_hash), encode(f.file_hash), w.path_bytes) AS target,
       f.file_id IS NOT NULL OR h.file_hash IS NOT NULL OR k.file_hash IS NOT NULL AS is_scanned
FROM wanted AS w
LEFT JOIN (FROM scanned_files WHERE path_bytes IN (SELECT path_bytes FROM wanted)
           QUALIFY row_number() OVER (PARTITION BY path_bytes ORDER BY state = 'missing', file_id DESC) = 1) AS f
  ON f.path_bytes = CASE WHEN w.file_hash IS NULL THEN w.path_bytes END
LEFT JOIN (SELECT DISTINCT file_hash FROM scanned_files WHERE file_hash IN (SELECT file_hash FROM wanted)) AS h
  ON h.file_hash = w.file_hash
LEFT JOIN (SELECT a.file_hash AS requested, o.file_hash FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
           WHERE a.file_hash IN (SELECT file_hash FROM wanted)
             AND a.file_hash NOT IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
             AND o.file_hash IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
          ) AS k ON k.requested = w.file_hash;

-- name: resolved_names
-- The person of each requested name, if any: by spelling, else as an alias by spelling, else as an alias by key; and whether
-- the name matches several people.
CREATE OR REPLACE TEMP TABLE resolved_names AS
SELECT w.name, w.qualifier, coalesce(min(p.person_id), min(a.person_id), min(k.person_id)) AS person_id,
       CASE WHEN count(p.person_id) > 0 THEN count(DISTINCT p.person_id) > 1
            WHEN count(a.person_id) > 0 THEN count(DISTINCT a.person_id) > 1
            ELSE w.qualifier IS NULL AND w.person_key IN (FROM shared_keys) END AS is_ambiguous
FROM (SELECT DISTINCT name, qualifier, person_key FROM wanted WHERE name IS NOT NULL) AS w
LEFT JOIN people AS p ON p.name = w.name AND p.qualifier = coalesce(w.qualifier, p.qualifier)
LEFT JOIN person_aliases AS a ON a.alias = w.name AND coalesce(w.qualifier, '') = ''
LEFT JOIN person_aliases AS k ON k.alias_key = w.person_key AND coalesce(w.qualifier, '') = ''
GROUP BY w.name, w.qualifier, w.person_key;

-- name: add_people
-- Add the requested names that no person has as new people.
INSERT INTO people BY NAME
SELECT nextval('ids') AS person_id, name, person_key, search, $1 AS created_at, qualifier FROM (
    SELECT w.name, any_value(w.person_key) AS person_key, any_value(w.search) AS search, coalesce(w.qualifier, '') AS qualifier
    FROM wanted AS w JOIN resolved_names AS n ON n.name = w.name AND n.qualifier IS NOT DISTINCT FROM w.qualifier
    WHERE n.person_id IS NULL AND NOT n.is_ambiguous GROUP BY ALL ORDER BY min(w.ord)
);

-- name: requested
-- One row for each person of each target, in the requested order. A name that matches several people is assigned to none.
CREATE OR REPLACE TEMP TABLE requested AS
SELECT t.target, t.file_hash, t.path_bytes, coalesce(n.person_id, p.person_id) AS person_id,
       min(t.ord) AS ord, arg_min(w.origin, t.ord) AS origin
FROM wanted AS w JOIN wanted_targets AS t ON t.ord = w.ord
JOIN resolved_names AS n ON n.name = w.name AND n.qualifier IS NOT DISTINCT FROM w.qualifier
LEFT JOIN people AS p ON p.name = w.name AND p.qualifier = coalesce(w.qualifier, '')
WHERE NOT n.is_ambiguous
GROUP BY ALL;

-- name: ambiguous_names
-- Those of these names that match several people: the rule of `resolved_names`.
SELECT n.name FROM (SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[]) AS person_key) AS n
LEFT JOIN people AS p ON p.name = n.name LEFT JOIN person_aliases AS a ON a.alias = n.name
GROUP BY n.name, n.person_key
HAVING CASE WHEN count(p.person_id) > 0 THEN count(DISTINCT p.person_id) > 1
            WHEN count(a.person_id) > 0 THEN count(DISTINCT a.person_id) > 1
            ELSE n.person_key IN (FROM shared_keys) END;

-- name: people_of_key
-- The people that a name with one of these keys may mean: by name or as an alias.
SELECT key, person_id, name, qualifier FROM (
    SELECT person_key AS key, person_id FROM people UNION SELECT alias_key, person_id FROM person_aliases
) JOIN people USING (person_id) WHERE key IN (SELECT unnest($keys::VARCHAR[])) ORDER BY key, name, qualifier, person_id;

-- name: qualified
-- The people with a qualifier.
SELECT person_id, name, qualifier FROM people WHERE qualifier <> '';

-- name: ids
-- Those of these people that exist.
SELECT person_id FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: replaced
-- Targets whose people differ from the requested ones, or are in another order.
CREATE OR REPLACE TEMP TABLE replaced AS
WITH before AS (
    SELECT target, list(person_id ORDER BY assignment_id) AS ids FROM assignments
    WHERE target IN (SELECT target FROM wanted_targets) GROUP BY target
), after AS (
    SELECT target, list(person_id ORDER BY ord) AS ids FROM requested GROUP BY target
)
SELECT b.target, b.ids, coalesce(a.ids, []) AS wanted_ids FROM before AS b LEFT JOIN after AS a USING (target)
WHERE b.ids IS DISTINCT FROM a.ids;

-- name: keep_origins
-- A person who stays keeps the origin of the assignment.
UPDATE requested SET origin = a.origin FROM assignments AS a
WHERE a.target = requested.target AND a.person_id = requested.person_id;

-- name: touch_replaced
-- Files that lose a person stay in the plan.
INSERT OR IGNORE INTO touched_files
SELECT DISTINCT t.file_id, 'removed' FROM file_targets AS t JOIN replaced AS r USING (target)
WHERE NOT list_has_all(r.wanted_ids, r.ids);

-- name: mark_replaced
-- Mark the plans of files whose people change.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM replaced));

-- name: delete_replaced
-- Delete the lists that change; new assignments follow.
DELETE FROM video_people WHERE coalesce(encode(file_hash), path_bytes) IN (SELECT target FROM replaced);

-- name: new_assignments
-- Requested assignments that do not exist yet.
CREATE OR REPLACE TEMP TABLE new_assignments AS SELECT a.* FROM requested AS a ANTI JOIN assignments USING (target, person_id);

-- name: assign
-- Store the new assignments in the requested order.
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people) + row_number() OVER (ORDER BY ord),
       file_hash, path_bytes, person_id, origin, $1
FROM new_assignments;

-- name: mark_assigned
-- Mark the plans of files that have new people.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM new_assignments));

-- name: assigned_targets
-- The targets without a file that have new people.
SELECT DISTINCT target FROM new_assignments ANTI JOIN file_targets USING (target);

-- name: assign_counts
-- Requested names whose file is scanned, and whose file is not; new assignments to scanned files; these files.
SELECT count(DISTINCT w.ord) FILTER (w.name IS NOT NULL AND t.is_scanned),
       count(DISTINCT w.ord) FILTER (w.name IS NOT NULL AND NOT t.is_scanned),
       (SELECT count(*) FROM new_assignments WHERE target IN (SELECT target FROM wanted_targets WHERE is_scanned)),
       (SELECT count(DISTINCT file_id) FROM file_targets WHERE target IN (SELECT target FROM wanted_targets))
FROM wanted AS w JOIN wanted_targets AS t USING (ord);

-- name: drop_wanted
-- Drop the tables of the request.
DROP TABLE IF EXISTS wanted;
DROP TABLE IF EXISTS wanted_targets;
DROP TABLE IF EXISTS resolved_names;
DROP TABLE IF EXISTS requested;
DROP TABLE IF EXISTS replaced;
DROP TABLE IF EXISTS new_assignments;

-- name: known_paths
-- Those of these paths that are scanned or have assignments.
SELECT path_bytes FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[]))
UNION SELECT path_bytes FROM video_people WHERE path_bytes IN (SELECT unnest($1::BLOB[]));

-- name: scanned_paths
-- Those of these paths that are scanned.
SELECT path_bytes FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[]));

-- name: ids_at
-- The files at these paths, without their copies.
SELECT file_id FROM scanned_files WHERE path_bytes IN (SELECT unnest($1::BLOB[])) ORDER BY file_id;

-- name: copies_at
-- The first copies of the files at these paths, and the number of all.
SELECT file_id, path, count(*) OVER () FROM scanned_files
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND path_bytes NOT IN (SELECT unnest($paths::BLOB[]))
ORDER BY path_bytes LIMIT $count;

-- name: targets
-- Hash and path of these files: the targets of assignments.
SELECT file_hash, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($1::BIGINT[])) ORDER BY file_id;

-- name: named_in_files
-- Files that name people while the database assigns none to them; one file of each payload.
SELECT file_hash, path_bytes, people FROM scanned_files
WHERE state <> 'missing' AND len(people) > 0 AND file_id NOT IN (SELECT file_id FROM assigned_people)
QUALIFY row_number() OVER (PARTITION BY coalesce(encode(file_hash), path_bytes) ORDER BY file_id) = 1
ORDER BY file_id;

-- name: known_hashes
-- Those of these hashes that a file has, or that a film had whose present hash a file has.
SELECT DISTINCT file_hash FROM scanned_files WHERE file_hash IN (SELECT unnest($1::VARCHAR[]))
UNION SELECT a.file_hash FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
WHERE a.file_hash IN (SELECT unnest($1::VARCHAR[])) AND o.file_hash IN (
    SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash));

-- name: adoptable
-- Assignments of paths that are scanned now.
CREATE OR REPLACE TEMP TABLE adoptable AS
SELECT v.*, f.file_hash AS new_hash
FROM (FROM video_people WHERE path_bytes IS NOT NULL) AS v JOIN scanned_files AS f ON f.path_bytes = v.path_bytes
WHERE f.file_hash IS NOT NULL AND f.state <> 'missing';

-- name: adopt
-- Move them to the payload, after the people that it already has.
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people) + row_number() OVER (ORDER BY min(m.assignment_id)),
       m.new_hash, NULL, m.person_id, arg_min(m.origin, m.assignment_id), min(m.created_at)
FROM adoptable AS m ANTI JOIN video_people AS v ON v.file_hash = m.new_hash AND v.person_id = m.person_id
GROUP BY m.new_hash, m.person_id;

-- name: delete_adopted
-- Delete the assignments of the paths.
DELETE FROM video_people WHERE assignment_id IN (SELECT assignment_id FROM adoptable);

-- name: mark_adopted
-- Mark the plans of the files concerned.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_hash IN (SELECT new_hash FROM adoptable);

-- name: drop_adoptable
-- Drop the table of the adoption.
DROP TABLE adoptable;

-- name: count_adoptable
-- The number of assignments to move.
SELECT count(*) FROM adoptable;

-- name: files_at
-- The files at these paths, and all their copies.
SELECT DISTINCT file_id FROM file_targets WHERE target IN (
    SELECT target FROM file_targets AS t JOIN scanned_files AS f USING (file_id)
    WHERE f.path_bytes IN (SELECT unnest($1::BLOB[]))
);

-- name: find_people
-- The people that these names mean: by spelling, else as an alias by spelling, else by key, including aliases.
SELECT DISTINCT name, person_id FROM (
    SELECT n.name, p.person_id
    FROM (SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[]) AS person_key) AS n
    JOIN (SELECT person_id, name AS spelling, person_key, FALSE AS is_alias FROM people
          UNION ALL SELECT person_id, alias, alias_key, TRUE FROM person_aliases) AS p USING (person_key)
    QUALIFY rank() OVER (PARTITION BY n.name ORDER BY p.spelling <> n.name, p.spelling = n.name AND p.is_alias) = 1
);

-- name: names_of
-- Name and qualifier of these people.
SELECT person_id, name, qualifier FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
ORDER BY name, qualifier, person_id;

-- name: keys_of
-- The keys of the names and aliases of these people.
SELECT person_key FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
UNION SELECT alias_key FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: files_with
-- Those of these files to which at least one of these people is assigned.
SELECT DISTINCT file_id FROM assigned_people
WHERE file_id IN (SELECT unnest($1::BIGINT[])) AND person_id IN (SELECT unnest($2::BIGINT[]));

-- name: files_of
-- The files that have one of these people.
SELECT DISTINCT file_id FROM people_in_files(NULL::BIGINT[], $1::BIGINT[]);

-- name: count_assignments
-- The number of assignments of these people to these files and paths.
SELECT count(*) FROM video_people
WHERE person_id IN (SELECT unnest($person_ids::BIGINT[]))
  AND (path_bytes IN (SELECT unnest($paths::BLOB[]))
       OR coalesce(encode(file_hash), path_bytes) IN (
           SELECT target FROM file_targets WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))));

-- name: remove
-- Remove these people from these files and paths.
DELETE FROM video_people
WHERE person_id IN (SELECT unnest($person_ids::BIGINT[]))
  AND (path_bytes IN (SELECT unnest($paths::BLOB[]))
       OR coalesce(encode(file_hash), path_bytes) IN (
           SELECT target FROM file_targets WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))));

-- name: touch_files
-- Keep these files in the plan, because people were removed from them.
INSERT OR IGNORE INTO touched_files SELECT unnest($1::BIGINT[]), 'removed';

-- name: mark_files
-- Mark the plans of these files.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), unnest($1::BIGINT[]);

-- name: mark_unused
-- Mark the files that name a person who is about to be deleted and whose spelling is also an alias: the alias applies
-- again.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE list_has_any(people_keys, coalesce((
    SELECT list(person_key) FROM people
    WHERE person_key IN (SELECT alias_key FROM person_aliases) AND person_id NOT IN (SELECT person_id FROM video_people)
      AND person_id NOT IN (SELECT person_id FROM person_aliases)
      AND name NOT IN (SELECT unnest(people) FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL)
), []));

-- name: delete_unused
-- Delete the people without assignments and aliases whom no edit names.
DELETE FROM people WHERE person_id NOT IN (SELECT person_id FROM video_people)
                     AND person_id NOT IN (SELECT person_id FROM person_aliases)
                     AND name NOT IN (SELECT unnest(people) FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL);

-- name: results_of
-- The inputs from which the people of these files are determined: the assigned people, those in the comment, the edit
-- and the mode in force.
SELECT f.file_id, coalesce(e.names, []) AS db_people, f.people AS file_people, d.people AS edited,
       coalesce(m.people_mode, l.people_mode, 'merge') AS people_mode
FROM scanned_files AS f
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names
           FROM assigned_people JOIN people USING (person_id)
           WHERE file_id IN (SELECT unnest($1::BIGINT[])) GROUP BY file_id) AS e USING (file_id)
LEFT JOIN decisions AS d ON d.file_id = f.file_id AND d.kind = 'edit' AND d.revoked_at IS NULL
LEFT JOIN decisions AS m ON m.file_id = f.file_id AND m.kind = 'mode' AND m.revoked_at IS NULL
LEFT JOIN libraries AS l ON l.library_id = f.library_id
WHERE f.file_id IN (SELECT unnest($1::BIGINT[])) ORDER BY f.file_id;

-- name: aliases
-- All aliases with the name of the person, without aliases whose key a person has or that match several people.
SELECT a.alias_key, any_value(p.name) FROM person_aliases AS a JOIN people AS p USING (person_id)
WHERE a.alias_key NOT IN (SELECT person_key FROM people) AND a.alias_key NOT IN (FROM shared_keys) GROUP BY a.alias_key;

-- name: list_people
-- All people with the number of their files, and of those whose comment names the person; with the aliases that are not the
-- name itself.
SELECT p.person_id, p.name, p.qualifier, coalesce(any_value(a.aliases), []) AS aliases, count(f.file_id) AS files,
       count(f.file_id) FILTER (list_contains(f.people_keys, p.person_key)) AS written
FROM people AS p LEFT JOIN people_of_file AS e ON e.person_id = p.person_id
LEFT JOIN scanned_files AS f ON f.file_id = e.file_id
LEFT JOIN (SELECT person_id, list(alias ORDER BY alias) AS aliases FROM person_aliases GROUP BY person_id) AS a
  ON a.person_id = p.person_id
GROUP BY p.person_id, p.name, p.qualifier, p.search ORDER BY p.search, p.name, p.qualifier, p.person_id;

-- name: files_by_name
-- All names of people with the number of their files.
SELECT p.name, count(DISTINCT e.file_id)
FROM people AS p LEFT JOIN people_of_file AS e ON e.person_id = p.person_id GROUP BY p.name;

-- name: export
-- The assignments of all files and of paths that are not scanned, with the aliases of the person and the earlier hashes of the
-- film; also the people without files.
SELECT coalesce(f.path_bytes, v.path_bytes) AS path_bytes, v.file_hash, p.name, p.qualifier, coalesce(a.aliases, []),
       coalesce(v.origin, ''), coalesce(o.hashes, [])
FROM people AS p LEFT JOIN video_people AS v ON v.person_id = p.person_id
LEFT JOIN (SELECT person_id, list(alias ORDER BY created_at, alias) AS aliases FROM person_aliases GROUP BY person_id) AS a
  ON a.person_id = p.person_id
LEFT JOIN scanned_files AS f ON f.file_hash = v.file_hash
LEFT JOIN (SELECT file_hash, list(previous_hash ORDER BY previous_hash) AS hashes FROM previous_hashes
           GROUP BY file_hash) AS o ON o.file_hash = v.file_hash
ORDER BY path_bytes, v.file_hash, v.assignment_id;

-- name: person_named
-- The person with exactly this spelling and qualifier.
SELECT person_id FROM people WHERE name = $1 AND qualifier = $2;

-- name: alias_owner
-- The person who has exactly this spelling as an alias.
SELECT p.person_id, p.name FROM person_aliases AS a JOIN people AS p USING (person_id) WHERE a.alias = $1;

-- name: rename
-- Rename a person.
UPDATE people SET name = $2, person_key = $3, search = $4, qualifier = $5 WHERE person_id = $1;

-- name: drop_alias
-- Delete an alias of a person.
DELETE FROM person_aliases WHERE alias = $1 AND person_id = $2;

-- name: add_alias
-- Add an alias to a person.
INSERT INTO person_aliases VALUES ($1, $2, $3, $4);

-- name: mark_people
-- Mark the plans of all files that have one of these people, or name one of their spellings, in the file or in an edit.
INSERT INTO plan_marks (mark_id, file_id)
WITH keys AS MATERIALIZED (
    SELECT coalesce(list(DISTINCT key), []) AS keys FROM person_keys WHERE person_id IN (SELECT unnest($1::BIGINT[]))
)
SELECT nextval('mark_ids'), file_id FROM (
    SELECT file_id FROM assigned_people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, (SELECT keys FROM keys))
    UNION SELECT file_id FROM decisions
          WHERE kind = 'edit' AND revoked_at IS NULL AND list_has_any(people_keys, (SELECT keys FROM keys))
);

-- name: targets_of
-- The targets without a file to which these people are assigned.
SELECT DISTINCT target FROM assignments ANTI JOIN file_targets USING (target) WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: all_spellings
-- All spellings of the person that a name means, by itself or as an alias: as they are, in lower case, and whether a
-- search for the name misses one of them.
WITH known AS (
    SELECT person_id FROM people WHERE person_key = $key UNION SELECT person_id FROM person_aliases WHERE alias_key = $key
)
SELECT list(spelling), list(lower(spelling)), bool_or(NOT contains(folded(spelling), folded($name))) FROM (
    SELECT $name::VARCHAR AS spelling
    UNION ALL SELECT name FROM people WHERE person_id IN (FROM known)
    UNION ALL SELECT alias FROM person_aliases WHERE person_id IN (FROM known)
);

-- name: merge_assignments
-- Move the assignments of some people to one.
UPDATE video_people SET person_id = $2 WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: delete_duplicate_assignments
-- A person who is assigned twice to a target keeps the first assignment.
DELETE FROM video_people WHERE person_id = $1 AND assignment_id NOT IN (
    SELECT min(assignment_id) FROM assignments WHERE person_id = $1 GROUP BY target
);

-- name: merge_aliases
-- Make the names of the people aliases of the one.
INSERT INTO person_aliases
SELECT DISTINCT name, person_key, $2, $3 FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]))
    AND name NOT IN (SELECT alias FROM person_aliases WHERE person_id = $2 UNION SELECT name FROM people WHERE person_id = $2);

-- name: drop_common_aliases
-- Delete the aliases of the people that the one has too.
DELETE FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]))
    AND alias IN (SELECT alias FROM person_aliases WHERE person_id = $2);

-- name: add_person
-- Add a person.
INSERT INTO people BY NAME
SELECT $person_id AS person_id, $name AS name, $person_key AS person_key, $search AS search, $qualifier AS qualifier,
       $at AS created_at;

-- name: next_id
-- The id of a new person.
SELECT nextval('ids');

-- name: split_assignments
-- Move the assignments of a person to these files to another person.
UPDATE video_people SET person_id = $to
WHERE person_id = $from AND coalesce(encode(file_hash), path_bytes) IN (
    SELECT target FROM file_targets WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])));

-- name: count_named
-- The number of present files whose comment has one of these spellings; with $file_ids, of these files.
SELECT count(*) FROM scanned_files WHERE state <> 'missing' AND list_has_any(people, $names::VARCHAR[])
    AND ($file_ids::BIGINT[] IS NULL OR file_id IN (SELECT unnest($file_ids::BIGINT[])));

-- name: move_aliases
-- Move the aliases of the people to the one.
UPDATE person_aliases SET person_id = $2 WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: delete_people
-- Delete these people.
DELETE FROM people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: drop_assignments
-- Delete all assignments of these people.
DELETE FROM video_people WHERE person_id IN (SELECT unnest($1::BIGINT[]));

-- name: drop_aliases
-- Delete all aliases of these people.
DELETE FROM person_aliases WHERE person_id IN (SELECT unnest($1::BIGINT[]));
