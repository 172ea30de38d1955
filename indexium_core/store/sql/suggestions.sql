-- name: subject
-- The file for which people are suggested: its place, its people after the write, and those in its comment.
SELECT f.library_id, f.folder, f.file_name, coalesce(i.result, i.existing, f.people) AS people, f.people AS named,
       f.file_hash, coalesce(string_split(m.faces, '; '), []) AS faces
FROM (FROM scanned_files WHERE file_id = $file_id) AS f
LEFT JOIN (FROM plan_rows_of($variant_id, $plan_id) WHERE file_id = $file_id) AS i USING (file_id)
LEFT JOIN (SELECT file_id, faces FROM media_properties WHERE file_id = $file_id) AS m USING (file_id);

-- name: copies
-- All files of one payload. Copies of a file are no evidence about it.
SELECT file_id FROM scanned_files WHERE file_hash = $file_hash;

-- name: siblings
-- Other present files of the folder, and files of the library that may belong to the same series, because their names
-- contain its longest word ('': none). A payload has one row for each of its files.
SELECT file_id, file_name, folder = $folder AS is_in_folder FROM scanned_files
WHERE library_id = $library_id AND state <> 'missing' AND file_id NOT IN (SELECT unnest($copies::BIGINT[]))
  AND (folder = $folder OR $word <> '' AND contains(path_search, $word))
ORDER BY is_in_folder DESC, file_id LIMIT $limit;

-- name: all_names
-- The names of all people.
SELECT name FROM people;

-- name: known_keys
-- Those of these keys that belong to people.
SELECT DISTINCT person_key FROM people WHERE person_key IN (SELECT unnest($1::VARCHAR[]));

-- name: declined
-- The keys of the people that the user declined for a file.
SELECT person_key FROM declined_people WHERE file_id = $file_id;

-- name: edits
-- All edits of a file: the people, the people in the database at that time, and whether the edit is in force.
SELECT people, coalesce(db_people, []), revoked_at IS NULL FROM decisions WHERE file_id = $file_id AND kind = 'edit';

-- name: decline
-- Store that the user declines these people for these files.
INSERT INTO declined_people
SELECT d.file_id, k.person_key, $at
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id) AS d, (SELECT unnest($keys::VARCHAR[]) AS person_key) AS k
ANTI JOIN declined_people AS there ON there.file_id = d.file_id AND there.person_key = k.person_key;
