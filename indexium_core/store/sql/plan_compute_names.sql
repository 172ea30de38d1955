-- A part of plan_compute.sql for homes without aliases. DuckDB takes 10 ms to prepare the part that this replaces.

-- name: renamed
-- Part of other statements: no file and no edit contains an alias.
renamed AS (SELECT NULL::BIGINT AS file_id, NULL::BOOLEAN AS in_edit, NULL::VARCHAR[] AS people, NULL::VARCHAR[] AS keys WHERE FALSE);
