-- Suggestions and answers to them: faces that a legacy program recognised, people that the user declined for a file,
-- and findings that the user ignored.

-- People that a legacy program recognised in a video by their faces: a row for each video and name. A row belongs to a
-- payload (file_hash); if the payload is missing or not known yet, it belongs to a path, as in `assignments`.
CREATE TABLE face_suggestions (
    file_hash VARCHAR,
    path_bytes BLOB,
    name VARCHAR NOT NULL,
    person_key VARCHAR NOT NULL,
    confidence DOUBLE,                             -- 0 to 1, of its most certain face; NULL: not stored
    faces INTEGER NOT NULL,                        -- number of faces recognised as this person
    imported_at TIMESTAMPTZ NOT NULL
);
-- The faces of each file. Every copy of a payload has the faces of the payload.
CREATE VIEW file_faces AS
SELECT t.file_id, s.name, s.person_key, s.confidence, s.faces
FROM (SELECT *, coalesce(encode(file_hash), path_bytes) AS target FROM face_suggestions) AS s
JOIN file_targets AS t USING (target);

-- People that the user removed from a file or declined for it: they are not suggested there again.
CREATE TABLE declined_people (file_id BIGINT NOT NULL, person_key VARCHAR NOT NULL, declined_at TIMESTAMPTZ NOT NULL);

-- Findings of the checks that the user ignored. If the facts of a finding change, it is shown again.
CREATE TABLE check_dismissals (
    kind VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,                      -- subject of the finding: a file, a name, two names, a payload
    facts UBIGINT NOT NULL,                        -- digest of what was found
    title VARCHAR NOT NULL,                        -- how it was shown
    dismissed_at TIMESTAMPTZ NOT NULL
);
