-- The changes of a review step to the database: each row of a person, of a spelling or of an assignment that the step
-- removed (is_after FALSE) or added (TRUE). Undoing the step removes the added rows and adds the removed rows again.
-- (DuckDB can only add columns without constraints.)
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
