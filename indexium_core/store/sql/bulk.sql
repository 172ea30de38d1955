-- name: current_people
-- The people of each selected file: the result in the plan, else those that the file has for all pages. The comment of a
-- missing file is all that is left of it.
CREATE OR REPLACE TEMP TABLE current_people AS
SELECT m.file_id, coalesce(i.result, p.people, CASE WHEN f.state = 'missing' THEN f.people ELSE [] END) AS people
FROM selected_files AS m JOIN scanned_files AS f USING (file_id)
LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
LEFT JOIN (SELECT file_id, list(name ORDER BY place) AS people
           FROM people_in_files((SELECT coalesce(list(file_id), []) FROM selected_files), NULL::BIGINT[]) GROUP BY file_id)
     AS p USING (file_id);

-- name: current_names
-- All spellings of these people.
SELECT DISTINCT unnest(people) FROM current_people;

-- name: name_keys
-- These spellings with their keys.
CREATE OR REPLACE TEMP TABLE name_keys AS
SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[]) AS person_key;

-- name: current_keys
-- The people of each file with position and key.
CREATE OR REPLACE TEMP TABLE current_keys AS
SELECT file_id, position, name, person_key
FROM (SELECT file_id, unnest(people) AS name, generate_subscripts(people, 1) AS position FROM current_people) JOIN name_keys USING (name);

-- name: count_current
-- The number of files.
SELECT count(*) FROM current_people;

-- name: people
-- Each person with the most common spelling and the number of files, people in most files first.
SELECT mode(name), person_key, count(DISTINCT file_id) AS files FROM current_keys
GROUP BY person_key ORDER BY files DESC, person_key;

-- name: changed
-- The files whose list changes: $removed_keys leave the list, $replacement (if any) takes the place of the first of
-- them, and those of $added who are new follow at the end, in their order.
CREATE OR REPLACE TEMP TABLE changed AS
WITH wanted AS (
    SELECT file_id, position, name, person_key FROM current_keys WHERE NOT list_contains($removed_keys::VARCHAR[], person_key)
    UNION ALL
    SELECT file_id, min(position), $replacement::VARCHAR, $replacement_key::VARCHAR FROM current_keys
    WHERE $replacement IS NOT NULL AND list_contains($removed_keys::VARCHAR[], person_key) GROUP BY file_id
    UNION ALL
    SELECT o.file_id, 1000000 + a.position, a.name, a.person_key FROM current_people AS o CROSS JOIN (
        SELECT unnest($added::VARCHAR[]) AS name, unnest($added_keys::VARCHAR[]) AS person_key,
               generate_subscripts($added::VARCHAR[], 1) AS position
    ) AS a
), distinct_people AS (
    FROM wanted QUALIFY row_number() OVER (PARTITION BY file_id, person_key ORDER BY position) = 1
), listed AS (
    SELECT file_id, list(name ORDER BY position) AS people, list(person_key ORDER BY position) AS people_keys
    FROM distinct_people GROUP BY file_id
)
SELECT o.file_id, o.people AS before, coalesce(l.people, []) AS people, coalesce(l.people_keys, []) AS people_keys
FROM current_people AS o LEFT JOIN listed AS l USING (file_id)
WHERE coalesce(l.people, []) IS DISTINCT FROM o.people;

-- name: count_changed
-- The number of files that change, and of those that have no people after the change.
SELECT count(*), count(*) FILTER (len(people) = 0) FROM changed;

-- name: added_and_removed
-- For each added or removed person: the spelling, the number of files that get them, and of files that lose them.
SELECT coalesce(any_value(after), any_value(before)), count(*) FILTER (before IS NULL), count(*) FILTER (after IS NULL)
FROM (SELECT c.file_id, k.person_key, k.name AS before FROM changed AS c JOIN current_keys AS k USING (file_id)) AS b
FULL JOIN (SELECT file_id, unnest(people_keys) AS person_key, unnest(people) AS after FROM changed) AS a
USING (file_id, person_key)
GROUP BY person_key HAVING count(*) FILTER (before IS NULL) + count(*) FILTER (after IS NULL) > 0
ORDER BY person_key;

-- name: examples
-- The first files that change, with their lists before and after.
SELECT c.file_id, f.file_name, f.path, c.before, c.people
FROM changed AS c JOIN scanned_files AS f USING (file_id) ORDER BY f.path_search, c.file_id LIMIT $1;

-- name: drop_loaded
-- Drop the loaded data.
DROP TABLE IF EXISTS current_people;
DROP TABLE IF EXISTS name_keys;
DROP TABLE IF EXISTS current_keys;
DROP TABLE IF EXISTS changed;
