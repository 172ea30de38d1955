-- name: people_before
-- The people before a step changes them.
CREATE OR REPLACE TEMP TABLE people_before AS FROM people;

-- name: aliases_before
-- The aliases before the step.
CREATE OR REPLACE TEMP TABLE aliases_before AS FROM person_aliases;

-- name: assignments_before
-- The assignments of the people that the step is about, before the step.
CREATE OR REPLACE TEMP TABLE assignments_before AS
FROM video_people WHERE person_id IN (SELECT person_id FROM people WHERE list_contains($1::VARCHAR[], name));

-- name: last_assignment
-- The newest assignment: assignments of the step have greater ids.
SELECT coalesce(max(assignment_id), 0) FROM video_people;

-- name: record_people
-- Record the people that the step added or deleted; a renamed person is both.
INSERT INTO step_people
SELECT $step::BIGINT, FALSE, * FROM (FROM people_before EXCEPT FROM people)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM people EXCEPT FROM people_before);

-- name: record_aliases
-- Record the aliases that the step added or deleted.
INSERT INTO step_aliases
SELECT $step::BIGINT, FALSE, * FROM (FROM aliases_before EXCEPT FROM person_aliases)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM person_aliases EXCEPT FROM aliases_before);

-- name: record_assignments
-- Record the assignments that the step added or deleted.
INSERT INTO step_assignments
WITH now AS (
    FROM video_people WHERE assignment_id > $last OR assignment_id IN (SELECT assignment_id FROM assignments_before)
)
SELECT $step::BIGINT, FALSE, * FROM (FROM assignments_before EXCEPT FROM now)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM now EXCEPT FROM assignments_before);

-- name: drop_before
-- Drop the copies of the state before the step.
DROP TABLE people_before;
DROP TABLE aliases_before;
DROP TABLE assignments_before;

-- name: count_files
-- The number of files that the database changes of a step concern: files with changed assignments, files of renamed
-- people, and files that name one of the spellings.
WITH keys AS (
    SELECT person_key AS key FROM step_people WHERE step_id = $1 UNION SELECT alias_key FROM step_aliases WHERE step_id = $1
)
SELECT count(*) FROM (
    SELECT file_id FROM file_targets WHERE target IN (
        SELECT coalesce(encode(file_hash), path_bytes) FROM step_assignments WHERE step_id = $1)
    UNION SELECT file_id FROM assigned_people WHERE person_id IN (
        SELECT person_id FROM step_people WHERE step_id = $1 AND NOT is_after AND person_id IN (
            SELECT person_id FROM step_people WHERE step_id = $1 AND is_after))
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, coalesce((SELECT list(key) FROM keys), []))
    UNION SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL
          AND list_has_any(people_keys, coalesce((SELECT list(key) FROM keys), []))
);

-- name: prune
-- Delete the records of steps that are no longer kept, except those of merges in force.
DELETE FROM person_merges WHERE step_id NOT IN (SELECT step_id FROM steps)
    AND (person_id IN (SELECT person_id FROM people) OR step_id NOT IN (SELECT step_id FROM step_people));
DELETE FROM step_people WHERE step_id NOT IN (SELECT step_id FROM steps UNION SELECT step_id FROM person_merges);
DELETE FROM step_aliases WHERE step_id NOT IN (SELECT step_id FROM steps UNION SELECT step_id FROM person_merges);
DELETE FROM step_assignments WHERE step_id NOT IN (SELECT step_id FROM steps UNION SELECT step_id FROM person_merges);

-- name: record_merge
-- Record which people a step merged into which person.
INSERT INTO person_merges SELECT $step, unnest($person_ids::BIGINT[]), $into;

-- name: merges
-- The merges in force into a person, newest first: the step, and the person that it deleted.
SELECT m.step_id, p.person_id, p.name, p.qualifier
FROM person_merges AS m JOIN step_people AS p ON p.step_id = m.step_id AND p.person_id = m.person_id AND NOT p.is_after
WHERE m.into_id = $into AND m.person_id NOT IN (SELECT person_id FROM people)
QUALIFY row_number() OVER (PARTITION BY m.person_id ORDER BY m.step_id DESC) = 1
ORDER BY m.step_id DESC, p.name;

-- name: has_changes
-- Whether a step changed people, aliases or assignments.
SELECT EXISTS (FROM step_people WHERE step_id = $1) OR EXISTS (FROM step_aliases WHERE step_id = $1)
    OR EXISTS (FROM step_assignments WHERE step_id = $1);

-- name: only_adds_people
-- Whether all recorded changes of a step are people that it added.
SELECT NOT EXISTS (FROM step_people WHERE step_id = $1 AND NOT is_after) AND NOT EXISTS (FROM step_aliases WHERE step_id = $1)
   AND NOT EXISTS (FROM step_assignments WHERE step_id = $1);

-- name: people_delta
-- The people that an undo or redo changes: `is_deleted` marks those to delete, the others are to insert. A renamed
-- person is both.
CREATE OR REPLACE TEMP TABLE people_delta AS
SELECT is_after = $undo AS is_deleted, * EXCLUDE (step_id, is_after) FROM step_people WHERE step_id = $step;

-- name: keep_named
-- Undo keeps the people whom a decision of another step names by now.
DELETE FROM people_delta
WHERE is_deleted AND person_key IN (
    SELECT unnest(people_keys) FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL AND made_by IS DISTINCT FROM $step);

-- name: aliases_delta
-- The aliases that an undo or redo changes.
CREATE OR REPLACE TEMP TABLE aliases_delta AS
SELECT is_after = $undo AS is_deleted, alias, alias_key, person_id, created_at FROM step_aliases WHERE step_id = $step;

-- name: assignments_delta
-- The assignments that an undo or redo changes, by the present hash of the film. A row that only moves to another
-- person has that person as its `partner`.
CREATE OR REPLACE TEMP TABLE assignments_delta AS
WITH own AS (
    SELECT is_after = $undo AS is_deleted, * EXCLUDE (step_id, is_after) FROM step_assignments WHERE step_id = $step
), present AS (
    SELECT a.file_hash AS requested, o.file_hash
    FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
    WHERE a.file_hash IN (SELECT file_hash FROM own) AND a.file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL)
      AND o.file_hash IN (SELECT file_hash FROM scanned_files)
), placed AS (
    SELECT o.is_deleted, o.assignment_id, coalesce(p.file_hash, o.file_hash, f.file_hash) AS file_hash,
           CASE WHEN o.file_hash IS NULL AND f.file_hash IS NULL THEN o.path_bytes END AS path_bytes,
           o.person_id, o.origin, o.created_at
    FROM own AS o LEFT JOIN present AS p ON p.requested = o.file_hash
    LEFT JOIN (FROM scanned_files WHERE path_bytes IN (SELECT path_bytes FROM own)
               QUALIFY row_number() OVER (PARTITION BY path_bytes ORDER BY state = 'missing', file_id DESC) = 1) AS f
      ON f.path_bytes = CASE WHEN o.file_hash IS NULL THEN o.path_bytes END
)
SELECT a.*, coalesce(encode(a.file_hash), a.path_bytes) AS target, b.person_id AS partner
FROM placed AS a LEFT JOIN placed AS b
  ON b.assignment_id = a.assignment_id AND b.is_deleted <> a.is_deleted AND coalesce(encode(b.file_hash), b.path_bytes) = coalesce(encode(a.file_hash), a.path_bytes);

-- name: is_applicable
-- Whether people and aliases are as the step left them: everything to delete exists, and no name to insert is in use.
SELECT NOT EXISTS (
    SELECT 1 FROM people_delta AS t LEFT JOIN people AS p ON p.person_id = t.person_id AND p.name = t.name AND p.qualifier = t.qualifier
    WHERE t.is_deleted AND p.person_id IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM aliases_delta AS t LEFT JOIN person_aliases AS a ON a.alias = t.alias AND a.person_id = t.person_id
    WHERE t.is_deleted AND a.alias IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM people_delta AS t JOIN people AS p ON p.name = t.name AND p.qualifier = t.qualifier OR p.person_id = t.person_id
    WHERE NOT t.is_deleted AND (p.name <> t.name OR p.qualifier <> t.qualifier OR p.person_id <> t.person_id)
      AND p.person_id NOT IN (SELECT person_id FROM people_delta WHERE is_deleted)
) AND NOT EXISTS (
    SELECT 1 FROM aliases_delta AS t JOIN person_aliases AS a USING (alias, person_id)
    WHERE NOT t.is_deleted AND NOT EXISTS (
        SELECT 1 FROM aliases_delta AS g WHERE g.is_deleted AND g.alias = a.alias AND g.person_id = a.person_id)
) AND NOT EXISTS (
    SELECT 1 FROM aliases_delta AS t
    WHERE NOT t.is_deleted AND t.person_id NOT IN (SELECT person_id FROM people)
      AND t.person_id NOT IN (SELECT person_id FROM people_delta WHERE NOT is_deleted)
);

-- name: mark_targets
-- Mark the plans of the files whose assignments change.
INSERT INTO plan_marks (mark_id, file_id) SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM assignments_delta));

-- name: targets
-- The targets without a file whose assignments change.
SELECT DISTINCT target FROM assignments_delta ANTI JOIN file_targets USING (target);

-- name: mark_names
-- Mark the plans of all files that name one of the spellings, in the file or in an edit, or have one of the people.
INSERT INTO plan_marks (mark_id, file_id)
WITH keys AS MATERIALIZED (
    SELECT coalesce(list(key), []) AS keys
    FROM (SELECT person_key AS key FROM people_delta UNION SELECT alias_key FROM aliases_delta)
)
SELECT nextval('mark_ids'), file_id FROM (
    SELECT file_id FROM assigned_people WHERE person_id IN (
        SELECT person_id FROM people_delta UNION SELECT person_id FROM aliases_delta)
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, (SELECT keys FROM keys))
    UNION SELECT file_id FROM decisions
          WHERE kind = 'edit' AND revoked_at IS NULL AND list_has_any(people_keys, (SELECT keys FROM keys))
);

-- name: insert_people
-- Insert people.
INSERT INTO people BY NAME SELECT * EXCLUDE (is_deleted) FROM people_delta
WHERE NOT is_deleted AND person_id NOT IN (SELECT person_id FROM people);

-- name: rename_people
-- Restore the names of renamed people.
UPDATE people SET name = t.name, person_key = t.person_key, search = t.search, qualifier = t.qualifier
FROM people_delta AS t WHERE t.person_id = people.person_id AND NOT t.is_deleted;

-- name: delete_assignments
-- Delete the assignments of the step; an equal assignment with another time was made later, and stays.
DELETE FROM video_people WHERE EXISTS (
    SELECT 1 FROM assignments_delta AS t
    WHERE t.is_deleted AND t.partner IS NULL AND t.person_id = video_people.person_id AND t.created_at = video_people.created_at
      AND t.target = coalesce(encode(video_people.file_hash), video_people.path_bytes)
);

-- name: move_assignments
-- Move assignments to their other person; they keep their position.
UPDATE video_people SET person_id = t.partner
FROM assignments_delta AS t
WHERE t.is_deleted AND t.partner IS NOT NULL AND t.person_id = video_people.person_id AND t.created_at = video_people.created_at
  AND t.target = coalesce(encode(video_people.file_hash), video_people.path_bytes);

-- name: insert_assignments
-- Insert assignments with their old ids where these are free, without people who are assigned to the target by now.
INSERT INTO video_people
SELECT CASE WHEN assignment_id NOT IN (SELECT assignment_id FROM video_people) AND copy = 1 THEN assignment_id
            ELSE (SELECT coalesce(max(assignment_id), 0) FROM (SELECT assignment_id FROM video_people
                                                               UNION ALL SELECT assignment_id FROM assignments_delta))
                 + row_number() OVER (ORDER BY assignment_id, copy) END,
       file_hash, path_bytes, person_id, origin, created_at
FROM (
    SELECT t.*, row_number() OVER (PARTITION BY t.assignment_id ORDER BY t.target) AS copy
    FROM assignments_delta AS t SEMI JOIN people USING (person_id)
    ANTI JOIN assignments AS a ON a.target = t.target AND a.person_id = t.person_id
    WHERE NOT t.is_deleted AND t.partner IS NULL
);

-- name: delete_aliases
-- Delete aliases.
DELETE FROM person_aliases WHERE EXISTS (
    SELECT 1 FROM aliases_delta AS t WHERE t.is_deleted AND t.alias = person_aliases.alias AND t.person_id = person_aliases.person_id
);

-- name: insert_aliases
-- Insert aliases.
INSERT INTO person_aliases SELECT alias, alias_key, person_id, created_at FROM aliases_delta WHERE NOT is_deleted;

-- name: delete_people
-- Delete people, except those who have assignments or aliases by now.
DELETE FROM people WHERE person_id IN (SELECT person_id FROM people_delta WHERE is_deleted)
    AND person_id NOT IN (SELECT person_id FROM people_delta WHERE NOT is_deleted)
    AND person_id NOT IN (SELECT person_id FROM video_people) AND person_id NOT IN (SELECT person_id FROM person_aliases);

-- name: drop_delta
-- Drop the tables of the undo or redo.
DROP TABLE people_delta;
DROP TABLE aliases_delta;
DROP TABLE assignments_delta;
