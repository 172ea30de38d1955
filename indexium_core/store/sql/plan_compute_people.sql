-- Parts of plan_compute.sql for files without edits of fields. DuckDB takes 20 ms to prepare the parts that these replace.

-- name: field_changes
-- Part of other statements: no changes of fields.
field_changes AS (SELECT NULL::BIGINT AS file_id WHERE FALSE);

-- name: issues_of_changes
-- Part of other statements: no issue of a change of a field.
0;

-- name: compared_fields
-- Part of other statements: the compared files; none of them has a change of a field.
(SELECT *, NULL::STRUCT("field" VARCHAR, "where" VARCHAR, "old" VARCHAR, "new" VARCHAR, is_writable BOOLEAN)[] AS field_changes,
        NULL::MAP(VARCHAR, VARCHAR) AS new_field_values FROM compared);
