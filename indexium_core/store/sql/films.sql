-- name: any_films
-- Whether any film has more than one hash.
SELECT EXISTS (FROM film_hashes);

-- name: known
-- All hashes of the films of these hashes.
SELECT film_id, file_hash, size FROM film_hashes
WHERE film_id IN (SELECT film_id FROM film_hashes WHERE file_hash IN (SELECT unnest($1::VARCHAR[])));

-- name: next_ids
-- Ids for new films.
SELECT nextval('film_ids') FROM range($1);

-- name: delete
-- Delete the rows of these hashes, which `link` inserts again.
DELETE FROM film_hashes WHERE file_hash IN (SELECT unnest($1::VARCHAR[]));

-- name: link
-- Insert the hashes of films.
INSERT INTO film_hashes
SELECT unnest($film_ids::BIGINT[]), unnest($hashes::VARCHAR[]), unnest($sizes::BIGINT[]), $at;

-- name: rehashed
-- Pairs of old and new hashes.
CREATE OR REPLACE TEMP TABLE rehashed AS
SELECT DISTINCT * FROM (SELECT unnest($old::VARCHAR[]) AS old_hash, unnest($new::VARCHAR[]) AS new_hash);

-- name: rehashed_by_scan
-- Pairs of old and new hashes of a scan: of files that another program rewrote, and of films that the scan finds with a
-- hash that no other file has and that has no people.
CREATE OR REPLACE TEMP TABLE rehashed AS
SELECT DISTINCT old_hash, new_hash FROM changed WHERE found <> 'new' AND old_hash <> new_hash
UNION
SELECT o.file_hash, n.file_hash FROM new_hashes AS n
JOIN film_hashes AS f ON f.file_hash = n.file_hash
JOIN film_hashes AS o ON o.film_id = f.film_id AND o.file_hash <> n.file_hash
WHERE o.file_hash IN (SELECT file_hash FROM video_people);

-- name: new_hashes
-- Hashes of rewritten films that no file had before this batch and that have no people.
CREATE OR REPLACE TEMP TABLE new_hashes AS
SELECT DISTINCT new_hash AS file_hash FROM changed
WHERE new_hash IN (SELECT file_hash FROM film_hashes)
  AND new_hash NOT IN (SELECT f.file_hash FROM scanned_files AS f SEMI JOIN film_hashes USING (file_hash))
  AND new_hash NOT IN (SELECT v.file_hash FROM video_people AS v SEMI JOIN film_hashes USING (file_hash));

-- name: no_new_hashes
-- The same if no film was ever rewritten.
CREATE OR REPLACE TEMP TABLE new_hashes AS SELECT NULL::VARCHAR AS file_hash WHERE FALSE;

-- name: copy_people
-- Copy the people of old hashes to the new ones, in their order. (Other files may still have the old hash.)
INSERT INTO video_people
SELECT (SELECT coalesce(max(assignment_id), 0) FROM video_people)
           + row_number() OVER (ORDER BY min(v.assignment_id), c.new_hash),
       c.new_hash, NULL, v.person_id, arg_min(v.origin, v.assignment_id), min(v.created_at)
FROM rehashed AS c
JOIN video_people AS v ON v.file_hash = c.old_hash
ANTI JOIN video_people AS there ON there.file_hash = c.new_hash AND there.person_id = v.person_id
GROUP BY c.new_hash, v.person_id;

-- name: delete_unused
-- Delete the people of hashes that no file has.
DELETE FROM video_people WHERE file_hash IN (SELECT old_hash FROM rehashed)
    AND file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE file_hash IS NOT NULL);

-- name: mark_rehashed
-- Mark the plans of all files with these hashes as outdated: a write has changed the media.
INSERT INTO plan_marks (mark_id, file_id, by_result) SELECT nextval('mark_ids'), file_id, TRUE FROM scanned_files
WHERE file_hash IN (SELECT old_hash FROM rehashed UNION SELECT new_hash FROM rehashed);

-- name: drop_rehashed
-- Drop the temporary tables.
DROP TABLE IF EXISTS rehashed;
DROP TABLE IF EXISTS new_hashes;
