-- name: people_then
-- The people as they are before a step changes them.
CREATE OR REPLACE TEMP TABLE people_then AS FROM people;

-- name: aliases_then
-- Their other spellings.
CREATE OR REPLACE TEMP TABLE aliases_then AS FROM person_aliases;

-- name: assignments_then
-- Where those of them are whom the step is about.
CREATE OR REPLACE TEMP TABLE assignments_then AS
FROM video_people WHERE person_id IN (SELECT person_id FROM people WHERE list_contains($1::VARCHAR[], name));

-- name: last_assignment
-- The newest assignment there is: whatever the step makes comes after it.
SELECT coalesce(max(assignment_id), 0) FROM video_people;

-- name: note_people
-- The people whom the step made or took away; one who is spelt otherwise is both.
INSERT INTO step_people
SELECT $step::BIGINT, FALSE, * FROM (FROM people_then EXCEPT FROM people)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM people EXCEPT FROM people_then);

-- name: note_aliases
-- Their other spellings, likewise.
INSERT INTO step_aliases
SELECT $step::BIGINT, FALSE, * FROM (FROM aliases_then EXCEPT FROM person_aliases)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM person_aliases EXCEPT FROM aliases_then);

-- name: note_assignments
-- And where they are.
INSERT INTO step_assignments
WITH now AS (
    FROM video_people WHERE assignment_id > $last OR assignment_id IN (SELECT assignment_id FROM assignments_then)
)
SELECT $step::BIGINT, FALSE, * FROM (FROM assignments_then EXCEPT FROM now)
UNION ALL SELECT $step::BIGINT, TRUE, * FROM (FROM now EXCEPT FROM assignments_then);

-- name: drop_then
-- It has been noted.
DROP TABLE people_then;
DROP TABLE aliases_then;
DROP TABLE assignments_then;

-- name: count_files
-- How many files a step taught the database something about: those whose people it moved, those of whom it spelt somebody
-- otherwise, and those that name one of its spellings.
WITH spelt AS (
    SELECT person_key AS key FROM step_people WHERE step_id = $1 UNION SELECT alias_key FROM step_aliases WHERE step_id = $1
)
SELECT count(*) FROM (
    SELECT file_id FROM file_targets WHERE target IN (
        SELECT coalesce(encode(file_hash), path_bytes) FROM step_assignments WHERE step_id = $1)
    UNION SELECT file_id FROM file_people WHERE person_id IN (
        SELECT person_id FROM step_people WHERE step_id = $1 AND NOT is_after AND person_id IN (
            SELECT person_id FROM step_people WHERE step_id = $1 AND is_after))
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, coalesce((SELECT list(key) FROM spelt), []))
);

-- name: prune
-- What steps learned that are not kept any more.
DELETE FROM step_people WHERE step_id NOT IN (SELECT step_id FROM review_steps);
DELETE FROM step_aliases WHERE step_id NOT IN (SELECT step_id FROM review_steps);
DELETE FROM step_assignments WHERE step_id NOT IN (SELECT step_id FROM review_steps);

-- name: has_learnt
-- Whether a step taught the database anything.
SELECT EXISTS (FROM step_people WHERE step_id = $1) OR EXISTS (FROM step_aliases WHERE step_id = $1)
    OR EXISTS (FROM step_assignments WHERE step_id = $1);

-- name: people_turning
-- The people of a step: `goes` are those that it made or (redone) took away, the others come. The same person may do both.
CREATE OR REPLACE TEMP TABLE people_turning AS
SELECT is_after = $undo AS goes, person_id, name, person_key, search, created_at FROM step_people WHERE step_id = $step;

-- name: aliases_turning
-- Their other spellings, likewise.
CREATE OR REPLACE TEMP TABLE aliases_turning AS
SELECT is_after = $undo AS goes, alias, alias_key, person_id, created_at FROM step_aliases WHERE step_id = $step;

-- name: assignments_turning
-- And where they are, by what the film has as its hash now. A row that only changes hands has a `partner`, the one whose
-- it was.
CREATE OR REPLACE TEMP TABLE assignments_turning AS
WITH own AS (
    SELECT is_after = $undo AS goes, * EXCLUDE (step_id, is_after) FROM step_assignments WHERE step_id = $step
), present AS (
    SELECT a.file_hash AS asked, o.file_hash
    FROM film_hashes AS a JOIN film_hashes AS o USING (film_id)
    WHERE a.file_hash IN (SELECT file_hash FROM own) AND a.file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL)
      AND o.file_hash IN (SELECT file_hash FROM scanned_files)
), placed AS (
    SELECT o.goes, o.assignment_id, coalesce(p.file_hash, o.file_hash, f.file_hash) AS file_hash,
           CASE WHEN o.file_hash IS NULL AND f.file_hash IS NULL THEN o.path_bytes END AS path_bytes,
           o.person_id, o.origin, o.created_at
    FROM own AS o LEFT JOIN present AS p ON p.asked = o.file_hash
    LEFT JOIN (FROM scanned_files WHERE path_bytes IN (SELECT path_bytes FROM own)
               QUALIFY row_number() OVER (PARTITION BY path_bytes ORDER BY state = 'missing', file_id DESC) = 1) AS f
      ON f.path_bytes = CASE WHEN o.file_hash IS NULL THEN o.path_bytes END
)
SELECT a.*, coalesce(encode(a.file_hash), a.path_bytes) AS target, b.person_id AS partner
FROM placed AS a LEFT JOIN placed AS b
  ON b.assignment_id = a.assignment_id AND b.goes <> a.goes AND coalesce(encode(b.file_hash), b.path_bytes) = coalesce(encode(a.file_hash), a.path_bytes);

-- name: is_free
-- Whether the names are still as the step left them: who goes and what goes is there, and nobody else has taken a name.
SELECT NOT EXISTS (
    SELECT 1 FROM people_turning AS t LEFT JOIN people AS p ON p.person_id = t.person_id AND p.name = t.name
    WHERE t.goes AND p.person_id IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM aliases_turning AS t LEFT JOIN person_aliases AS a ON a.alias = t.alias AND a.person_id = t.person_id
    WHERE t.goes AND a.alias IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM people_turning AS t JOIN people AS p ON p.name = t.name OR p.person_id = t.person_id
    WHERE NOT t.goes AND (p.name <> t.name OR p.person_id <> t.person_id)
      AND p.person_id NOT IN (SELECT person_id FROM people_turning WHERE goes)
) AND NOT EXISTS (
    SELECT 1 FROM aliases_turning AS t JOIN person_aliases AS a USING (alias)
    WHERE NOT t.goes AND NOT EXISTS (
        SELECT 1 FROM aliases_turning AS g WHERE g.goes AND g.alias = a.alias AND g.person_id = a.person_id)
) AND NOT EXISTS (
    SELECT 1 FROM aliases_turning AS t
    WHERE NOT t.goes AND t.person_id NOT IN (SELECT person_id FROM people)
      AND t.person_id NOT IN (SELECT person_id FROM people_turning WHERE NOT goes)
);

-- name: mark_targets
-- The plans of the files must be worked out again …
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id
FROM (SELECT DISTINCT file_id FROM file_targets WHERE target IN (SELECT target FROM assignments_turning));

-- name: mark_names
-- … and so must those of all files that name one of the spellings, or have one of the people.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM (
    SELECT file_id FROM file_people WHERE person_id IN (
        SELECT person_id FROM people_turning UNION SELECT person_id FROM aliases_turning)
    UNION SELECT file_id FROM scanned_files WHERE list_has_any(people_keys, coalesce((
        SELECT list(key) FROM (SELECT person_key AS key FROM people_turning UNION SELECT alias_key FROM aliases_turning)
    ), []))
);

-- name: come_people
-- People come.
INSERT INTO people SELECT person_id, name, person_key, search, created_at FROM people_turning
WHERE NOT goes AND person_id NOT IN (SELECT person_id FROM people);

-- name: respell_people
-- People are spelt as they were.
UPDATE people SET name = t.name, person_key = t.person_key, search = t.search
FROM people_turning AS t WHERE t.person_id = people.person_id AND NOT t.goes;

-- name: leave
-- Assignments go that the step made; one that somebody made anew since is another.
DELETE FROM video_people WHERE EXISTS (
    SELECT 1 FROM assignments_turning AS t
    WHERE t.goes AND t.partner IS NULL AND t.person_id = video_people.person_id AND t.created_at = video_people.created_at
      AND t.target = coalesce(encode(video_people.file_hash), video_people.path_bytes)
);

-- name: change_hands
-- Assignments that only change hands keep their place.
UPDATE video_people SET person_id = t.partner
FROM assignments_turning AS t
WHERE t.goes AND t.partner IS NOT NULL AND t.person_id = video_people.person_id AND t.created_at = video_people.created_at
  AND t.target = coalesce(encode(video_people.file_hash), video_people.path_bytes);

-- name: come
-- Assignments come, in their own places where these are free. Nobody comes who is there by now.
INSERT INTO video_people
SELECT CASE WHEN assignment_id NOT IN (SELECT assignment_id FROM video_people) AND copy = 1 THEN assignment_id
            ELSE (SELECT coalesce(max(assignment_id), 0) FROM (SELECT assignment_id FROM video_people
                                                               UNION ALL SELECT assignment_id FROM assignments_turning))
                 + row_number() OVER (ORDER BY assignment_id, copy) END,
       file_hash, path_bytes, person_id, origin, created_at
FROM (
    SELECT t.*, row_number() OVER (PARTITION BY t.assignment_id ORDER BY t.target) AS copy
    FROM assignments_turning AS t SEMI JOIN people USING (person_id)
    ANTI JOIN assignments AS a ON a.target = t.target AND a.person_id = t.person_id
    WHERE NOT t.goes AND t.partner IS NULL
);

-- name: leave_aliases
-- Spellings go that the step made …
DELETE FROM person_aliases WHERE EXISTS (
    SELECT 1 FROM aliases_turning AS t WHERE t.goes AND t.alias = person_aliases.alias AND t.person_id = person_aliases.person_id
);

-- name: come_aliases
-- … and those come that it took away.
INSERT INTO person_aliases SELECT alias, alias_key, person_id, created_at FROM aliases_turning WHERE NOT goes;

-- name: leave_people
-- People go whom the step made, unless they are somewhere else by now.
DELETE FROM people WHERE person_id IN (SELECT person_id FROM people_turning WHERE goes)
    AND person_id NOT IN (SELECT person_id FROM people_turning WHERE NOT goes)
    AND person_id NOT IN (SELECT person_id FROM video_people) AND person_id NOT IN (SELECT person_id FROM person_aliases);

-- name: drop_turning
-- It is done.
DROP TABLE people_turning;
DROP TABLE aliases_turning;
DROP TABLE assignments_turning;
