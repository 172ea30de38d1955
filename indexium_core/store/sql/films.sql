-- name: any_films
-- Whether any film has had more than one hash.
SELECT EXISTS (FROM film_hashes);

-- name: known
-- All hashes of the films that these hashes belong to.
SELECT film_id, file_hash, size FROM film_hashes
WHERE film_id IN (SELECT film_id FROM film_hashes WHERE file_hash IN (SELECT unnest($1::VARCHAR[])));

-- name: next_ids
-- Numbers for films that get one.
SELECT nextval('film_ids') FROM range($1);

-- name: forget
-- These hashes are written anew.
DELETE FROM film_hashes WHERE file_hash IN (SELECT unnest($1::VARCHAR[]));

-- name: tie
-- Hashes of films.
INSERT INTO film_hashes
SELECT unnest($film_ids::BIGINT[]), unnest($hashes::VARCHAR[]), unnest($sizes::BIGINT[]), $at;

-- name: rehashed
-- Hashes that became others, as they were handed over.
CREATE OR REPLACE TEMP TABLE rehashed AS
SELECT DISTINCT * FROM (SELECT unnest($old::VARCHAR[]) AS old_hash, unnest($new::VARCHAR[]) AS new_hash);

-- name: rehashed_by_scan
-- Hashes that became others in a scan: those of files that somebody wrote anew, and those of a film that was rewritten
-- and is found with another of its hashes, which no file has yet and nobody is assigned to.
CREATE OR REPLACE TEMP TABLE rehashed AS
SELECT DISTINCT old_hash, new_hash FROM changed WHERE found <> 'new' AND old_hash <> new_hash
UNION
SELECT o.file_hash, n.file_hash FROM fresh_hashes AS n
JOIN film_hashes AS f ON f.file_hash = n.file_hash
JOIN film_hashes AS o ON o.film_id = f.film_id AND o.file_hash <> n.file_hash
WHERE o.file_hash IN (SELECT file_hash FROM video_people);

-- name: fresh_hashes
-- Hashes of films that were rewritten once, which no file had before this batch and nobody is assigned to.
CREATE OR REPLACE TEMP TABLE fresh_hashes AS
SELECT DISTINCT new_hash AS file_hash FROM changed
WHERE new_hash IN (SELECT file_hash FROM film_hashes)
  AND new_hash NOT IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
  AND new_hash NOT IN (SELECT v.file_hash FROM video_people AS v SEMI JOIN film_hashes USING (file_hash));

-- name: no_fresh_hashes
-- The same where no film was ever rewritten.
CREATE OR REPLACE TEMP TABLE fresh_hashes AS SELECT NULL::VARCHAR AS file_hash WHERE FALSE;

-- name: follow_people
-- The people of the old hash are those of the new one, in their order. (Other files that have the old one keep theirs.)
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people)
           + row_number() OVER (ORDER BY min(v.assignment_id), c.new_hash),
       c.new_hash, NULL, v.person_id, arg_min(v.origin, v.assignment_id), min(v.created_at)
FROM rehashed AS c
JOIN video_people AS v ON v.file_hash = c.old_hash
ANTI JOIN video_people AS there ON there.file_hash = c.new_hash AND there.person_id = v.person_id
GROUP BY c.new_hash, v.person_id;

-- name: leave_hash
-- A hash that no file has any more needs no people.
DELETE FROM video_people WHERE file_hash IN (SELECT old_hash FROM rehashed)
    AND file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL);

-- name: mark_rehashed
-- The plans of all files that have one of these hashes must be worked out again.
INSERT INTO plan_marks SELECT nextval('mark_ids'), file_id FROM scanned_files
WHERE file_hash IN (SELECT old_hash FROM rehashed UNION SELECT new_hash FROM rehashed);

-- name: drop_rehashed
-- Done with.
DROP TABLE IF EXISTS rehashed;
DROP TABLE IF EXISTS fresh_hashes;
