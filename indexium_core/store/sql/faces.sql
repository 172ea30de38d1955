-- name: of_file
-- Whom a former program recognised in the file.
SELECT name, max(confidence), max(faces) FROM file_faces WHERE file_id = $file_id GROUP BY name;

-- name: any
-- Whether any face was ever imported.
SELECT EXISTS (FROM face_suggestions);

-- name: forget
-- What was imported before of these films is replaced.
DELETE FROM face_suggestions WHERE path_bytes IN (SELECT unnest($paths::BLOB[]))
    OR file_hash IN (SELECT file_hash FROM scanned_files WHERE path_bytes IN (SELECT unnest($paths::BLOB[])));

-- name: add
-- Faces as a former program recognised them, by the path where it saw the film.
INSERT INTO face_suggestions
SELECT NULL, unnest($paths::BLOB[]), unnest($names::VARCHAR[]), unnest($keys::VARCHAR[]), unnest($confidences::DOUBLE[]),
       unnest($faces::INTEGER[]), $at;

-- name: adopt
-- Faces of a path that a scan has met belong to the payload that is there.
UPDATE face_suggestions SET file_hash = f.file_hash, path_bytes = NULL FROM scanned_files AS f
WHERE face_suggestions.path_bytes = f.path_bytes AND f.file_hash IS NOT NULL AND f.state <> 'missing';

-- name: any_waiting
-- Whether any faces wait for a scan to meet their file.
SELECT EXISTS (FROM face_suggestions WHERE path_bytes IS NOT NULL);

-- name: follow
-- The faces of the old hash of a film are those of the new one, too. (Other files that have the old one keep theirs.)
INSERT INTO face_suggestions
SELECT c.new_hash, NULL, s.name, s.person_key, s.confidence, s.faces, s.imported_at
FROM rehashed AS c JOIN face_suggestions AS s ON s.file_hash = c.old_hash
ANTI JOIN face_suggestions AS there ON there.file_hash = c.new_hash AND there.person_key = s.person_key;
