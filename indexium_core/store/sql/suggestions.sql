-- name: subject
-- The file that people are looked for in: where it is, who will be in it, and who is named in it now.
SELECT f.library_id, f.folder, f.file_name, coalesce(i.result, i.existing, f.people) AS people, f.people AS named,
       f.file_hash
FROM (FROM scanned_files WHERE file_id = $file_id) AS f
LEFT JOIN (FROM plan_rows_of($variant_id, $plan_id) WHERE file_id = $file_id) AS i USING (file_id);

-- name: copies
-- All files of one payload: they speak for nobody.
SELECT file_id FROM scanned_files WHERE file_hash = $file_hash;

-- name: siblings
-- Other present files of the folder, and of the library those that may be of the same series, for their names hold its
-- longest word ('': there is none). One payload stands here once for each place.
SELECT file_id, file_name, folder = $folder AS is_beside FROM scanned_files
WHERE library_id = $library_id AND state <> 'missing' AND file_id NOT IN (SELECT unnest($copies::BIGINT[]))
  AND (folder = $folder OR $word <> '' AND contains(path_search, $word))
ORDER BY is_beside DESC, file_id LIMIT $limit;

-- name: known
-- Everybody whom the database knows.
SELECT name FROM people;

-- name: known_keys
-- Which of these keys people have.
SELECT DISTINCT person_key FROM people WHERE person_key IN (SELECT unnest($1::VARCHAR[]));

-- name: declined
-- The keys of those whom somebody did not want in the file.
SELECT person_key FROM declined_people WHERE file_id = $file_id;

-- name: edits
-- Every edit of the file: its people, what the database said then, and whether it is in force.
SELECT people, coalesce(db_people, []), revoked_at IS NULL FROM decisions WHERE file_id = $file_id AND kind = 'edit';

-- name: decline
-- Somebody does not want these people in these files.
INSERT INTO declined_people
SELECT d.file_id, k.person_key, $at
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id) AS d, (SELECT unnest($keys::VARCHAR[]) AS person_key) AS k
ANTI JOIN declined_people AS there ON there.file_id = d.file_id AND there.person_key = k.person_key;
