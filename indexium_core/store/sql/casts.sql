-- name: attach
-- A database in memory beside the home's: what is worked out again after each start costs the disk nothing.
ATTACH IF NOT EXISTS ':memory:' AS derived;

-- name: seen
-- What tells that files have changed: when facts of one were read last, of how many then, and how many files there are.
SELECT scanned_at, count(*), (SELECT count(*) FROM scanned_files) FROM scanned_files
GROUP BY scanned_at ORDER BY scanned_at DESC LIMIT 1;

-- name: build
-- Who is in which file. Files of the plan count as they will be, others as they are. A name is known by the hash of its
-- lower case: eight bytes to compare, whatever it is.
CREATE OR REPLACE TABLE derived.casts AS
SELECT DISTINCT file_id, hash(lower(name)) AS who FROM (
    SELECT file_id, unnest(coalesce(result, existing)) AS name FROM plan_rows_of($variant_id, $plan_id)
    UNION ALL
    SELECT file_id, unnest(people) FROM scanned_files ANTI JOIN plan_rows_of($variant_id, $plan_id) USING (file_id)
    WHERE len(people) > 0
);

-- name: build_names
-- How each of them is spelt, in one of its ways.
CREATE OR REPLACE TABLE derived.cast_names AS
SELECT hash(lower(name)) AS who, any_value(name) AS name FROM (
    SELECT unnest(coalesce(result, existing)) AS name FROM plan_rows_of($variant_id, $plan_id)
    UNION ALL SELECT unnest(people) FROM scanned_files WHERE len(people) > 0
) GROUP BY who;

-- name: changed
-- Files whose people may have changed between two versions of the plan, or that a scan has read since.
CREATE OR REPLACE TABLE derived.changed AS
SELECT file_id FROM plan_rows WHERE variant_id = $variant_id AND (
    from_version > $older AND from_version <= $plan_id OR to_version > $older AND to_version <= $plan_id)
UNION SELECT file_id FROM scanned_files WHERE scanned_at > $since;

-- name: count_changed
-- How many they are.
SELECT count(*) FROM derived.changed;

-- name: changed_casts
-- Who is in them now.
CREATE OR REPLACE TABLE derived.fresh AS
SELECT DISTINCT file_id, name, hash(lower(name)) AS who FROM (
    SELECT file_id, unnest(coalesce(result, existing)) AS name FROM plan_rows_of($variant_id, $plan_id)
    WHERE file_id IN (FROM derived.changed)
    UNION ALL
    SELECT file_id, unnest(people) FROM scanned_files ANTI JOIN plan_rows_of($variant_id, $plan_id) USING (file_id)
    WHERE file_id IN (FROM derived.changed)
);

-- name: leave
-- They are not in them as they were.
DELETE FROM derived.casts WHERE file_id IN (FROM derived.changed);

-- name: enter
-- But as they are now.
INSERT INTO derived.casts SELECT DISTINCT file_id, who FROM derived.fresh;

-- name: enter_names
-- Names that nobody had so far.
INSERT INTO derived.cast_names
SELECT who, any_value(name) FROM derived.fresh ANTI JOIN derived.cast_names USING (who) GROUP BY who;

-- name: count_files
-- In how many files there is anybody.
SELECT count(DISTINCT file_id) FROM derived.casts;

-- name: files_of
-- In how many files these people are.
SELECT n.name, count(c.file_id) FROM (SELECT unnest($names::VARCHAR[]) AS name) AS n
LEFT JOIN derived.casts AS c ON c.who = hash(lower(n.name)) GROUP BY n.name;

-- name: company
-- Who is in files beside and in those of a series, and who is with one of $names in at least $least other files and $share
-- of all of theirs: kind, with whom, name, files; in how many files the one is, and in how many the other. Rows of kind
-- 'self' tell the last of $names.
WITH mine AS (
    SELECT hash(lower(name)) AS who, any_value(name) AS name FROM (SELECT unnest($names::VARCHAR[]) AS name) GROUP BY who
), theirs AS (
    SELECT c.file_id, c.who FROM derived.casts AS c SEMI JOIN mine USING (who)
), own AS (
    SELECT who, count(*) AS files FROM theirs GROUP BY who
), together AS (
    SELECT t.who AS whom, c.who, count(*) AS files
    FROM (FROM theirs WHERE file_id NOT IN (SELECT unnest($copies::BIGINT[]))) AS t
    JOIN derived.casts AS c USING (file_id) WHERE c.who NOT IN (SELECT who FROM mine)
    GROUP BY t.who, c.who HAVING count(*) >= $least
), often AS (
    SELECT whom, t.who, t.files, o.files AS whom_files FROM together AS t JOIN own AS o ON o.who = whom
    WHERE t.files >= $share * o.files
), everywhere AS (
    SELECT who, count(*) AS files FROM derived.casts WHERE who IN (SELECT who FROM often) GROUP BY who
)
SELECT 'folder', '', any_value(n.name), count(*), 0, 0
FROM derived.casts JOIN derived.cast_names AS n USING (who) WHERE file_id IN (SELECT unnest($beside::BIGINT[])) GROUP BY who
UNION ALL
SELECT 'series', '', any_value(n.name), count(*), 0, 0
FROM derived.casts JOIN derived.cast_names AS n USING (who) WHERE file_id IN (SELECT unnest($series::BIGINT[])) GROUP BY who
UNION ALL
SELECT 'together', m.name, n.name, o.files, o.whom_files, e.files
FROM often AS o JOIN mine AS m ON m.who = whom JOIN derived.cast_names AS n ON n.who = o.who
JOIN everywhere AS e ON e.who = o.who
UNION ALL
SELECT 'self', '', name, 0, 0, coalesce(own.files, 0) FROM mine LEFT JOIN own USING (who);
