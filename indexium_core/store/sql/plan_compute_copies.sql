-- A part of plan_compute.sql for files that only decisions marked, and whose rows in force have issues: a row without issues
-- does not show whether another file holds the same payload. DuckDB takes 5 ms to prepare the part that this replaces.

-- name: marked_copies
-- Part of other statements: the payloads of the files whose row in force has a duplicate.
copied AS (SELECT hash(file_hash) AS payload FROM scope WHERE file_id IN (SELECT file_id FROM in_force WHERE is_copied));
