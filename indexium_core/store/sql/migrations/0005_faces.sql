-- What may be true and is nobody's fact: faces that a former program recognised, people whom somebody did not want in a
-- file, and disagreements that somebody found to be right as they are.

-- Who may be in a film by the faces in it, as a former program believed: a row for each film and name. A row belongs to a
-- payload (file_hash) or, where there is none or it is not known yet, to a path, as in video_people.
CREATE TABLE face_suggestions (
    file_hash VARCHAR,
    path_bytes BLOB,
    name VARCHAR NOT NULL,
    person_key VARCHAR NOT NULL,
    confidence DOUBLE,                             -- 0 to 1, of the surest of its faces; NULL: it did not say
    faces INTEGER NOT NULL,                        -- faces that were taken for this person
    imported_at TIMESTAMPTZ NOT NULL
);
-- Which faces were recognised in which file: every copy of a payload has its faces.
CREATE VIEW file_faces AS
SELECT t.file_id, s.name, s.person_key, s.confidence, s.faces
FROM (SELECT *, coalesce(encode(file_hash), path_bytes) AS target FROM face_suggestions) AS s
JOIN file_targets AS t USING (target);

-- People whom somebody took out of a file or did not want in it: they are not suggested there again.
CREATE TABLE declined_people (file_id BIGINT NOT NULL, person_key VARCHAR NOT NULL, declined_at TIMESTAMPTZ NOT NULL);

-- Findings of the checks that somebody said to be right; a finding whose facts have changed since is there again.
CREATE TABLE check_dismissals (
    kind VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,                      -- what the finding is about: a file, a name, two names, a payload
    facts UBIGINT NOT NULL,                        -- digest of what was found
    title VARCHAR NOT NULL,                        -- how it was shown
    dismissed_at TIMESTAMPTZ NOT NULL
);
