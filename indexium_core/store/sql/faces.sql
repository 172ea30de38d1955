-- name: of_file
-- The face suggestions of a file.
SELECT name, max(confidence), max(faces) FROM file_faces WHERE file_id = $file_id GROUP BY name;

-- name: any
-- Whether there are any face suggestions.
SELECT EXISTS (FROM face_suggestions);

-- name: delete
-- Delete the suggestions of some files.
DELETE FROM face_suggestions WHERE path_bytes IN (SELECT unnest($paths::BLOB[]))
    OR file_hash IN (SELECT file_hash FROM scanned_files WHERE path_bytes IN (SELECT unnest($paths::BLOB[])));

-- name: add
-- Add suggestions by path.
INSERT INTO face_suggestions
SELECT NULL, unnest($paths::BLOB[]), unnest($names::VARCHAR[]), unnest($keys::VARCHAR[]), unnest($confidences::DOUBLE[]),
       unnest($faces::INTEGER[]), $at;

-- name: adopt
-- Assign the suggestions of scanned paths to their payloads.
UPDATE face_suggestions SET file_hash = f.file_hash, path_bytes = NULL FROM scanned_files AS f
WHERE face_suggestions.path_bytes = f.path_bytes AND f.file_hash IS NOT NULL AND f.state <> 'missing';

-- name: any_waiting
-- Whether any suggestions belong to a path.
SELECT EXISTS (FROM face_suggestions WHERE path_bytes IS NOT NULL);

-- name: follow
-- Copy the suggestions of old hashes to the new ones. (Other files may still have the old hash.)
INSERT INTO face_suggestions
SELECT c.new_hash, NULL, s.name, s.person_key, s.confidence, s.faces, s.imported_at
FROM rehashed AS c JOIN face_suggestions AS s ON s.file_hash = c.old_hash
ANTI JOIN face_suggestions AS there ON there.file_hash = c.new_hash AND there.person_key = s.person_key;
