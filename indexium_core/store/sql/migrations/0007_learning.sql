-- What the database learned in a step of a person's review: each row of a person, of another spelling or of who is in
-- what that the step took away (is_after FALSE) or made (TRUE). To undo the step is to take those it made away and to put
-- the others back. (DuckDB adds columns without constraints only.)
CREATE TABLE step_people (
    step_id BIGINT NOT NULL,
    is_after BOOLEAN NOT NULL,
    person_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    person_key VARCHAR NOT NULL,
    search VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE step_aliases (
    step_id BIGINT NOT NULL,
    is_after BOOLEAN NOT NULL,
    alias VARCHAR NOT NULL,
    alias_key VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE step_assignments (
    step_id BIGINT NOT NULL,
    is_after BOOLEAN NOT NULL,
    assignment_id BIGINT NOT NULL,
    file_hash VARCHAR,
    path_bytes BLOB,
    person_id INTEGER NOT NULL,
    origin VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
