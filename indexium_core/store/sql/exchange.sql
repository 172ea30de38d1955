-- name: count
-- The number of files.
SELECT count(*) FROM scanned_files;

-- name: by_id
-- Files by id.
SELECT file_id, file_id FROM scanned_files WHERE file_id IN (SELECT unnest($values::BIGINT[]));

-- name: by_path
-- Files by the bytes of their paths.
SELECT path_bytes, file_id FROM scanned_files WHERE path_bytes IN (SELECT unnest($values::BLOB[]));

-- name: by_hash
-- Files by payload; a payload may have several files.
SELECT file_hash, file_id FROM scanned_files WHERE file_hash IN (SELECT unnest($values::VARCHAR[]));

-- name: facts
-- The columns that a spreadsheet can change, in a version of the plan; for a file that is not in the plan, from the file
-- itself.
SELECT f.file_id, f.file_name, f.path, f.file_hash, coalesce(f.container, ''), coalesce(i.result_people, f.people),
       coalesce(i.existing_people, f.people), coalesce(i.postponed, FALSE), i.people_mode::VARCHAR, i.comment_mode::VARCHAR,
       f.fields, i.field_values, k.locked
FROM scanned_files AS f
LEFT JOIN plan_items_of($variant_id, $plan_id) AS i USING (file_id)
LEFT JOIN (SELECT file_id, list(field) AS locked FROM field_locks GROUP BY file_id) AS k ON k.file_id = f.file_id
WHERE f.file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: named
-- The first of some files, by path.
SELECT file_id, path FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) ORDER BY path_bytes LIMIT $count;

-- name: copies
-- The other files with the payloads of some files, each with one of these files.
SELECT c.file_id, min(f.file_id) FROM scanned_files AS f JOIN scanned_files AS c ON c.file_hash = f.file_hash
WHERE f.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND c.file_id NOT IN (SELECT unnest($file_ids::BIGINT[]))
GROUP BY c.file_id;
