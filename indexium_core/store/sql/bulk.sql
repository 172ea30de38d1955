-- name: own
-- The people that each file that is meant would have: as the plan says, else (the database knows nobody) as it does.
CREATE OR REPLACE TEMP TABLE own AS
SELECT m.file_id, coalesce(i.result, f.people) AS people
FROM meant AS m JOIN scanned_files AS f USING (file_id)
LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id);

-- name: own_names
-- Every spelling that is among them.
SELECT DISTINCT unnest(people) FROM own;

-- name: spelt
-- These spellings with their keys.
CREATE OR REPLACE TEMP TABLE spelt AS
SELECT unnest($names::VARCHAR[]) AS name, unnest($keys::VARCHAR[]) AS person_key;

-- name: own_keyed
-- The people of each file, place by place, with their keys.
CREATE OR REPLACE TEMP TABLE own_keyed AS
SELECT file_id, place, name, person_key
FROM (SELECT file_id, unnest(people) AS name, generate_subscripts(people, 1) AS place FROM own) JOIN spelt USING (name);

-- name: count_own
-- How many files there are.
SELECT count(*) FROM own;

-- name: people_of_own
-- Each person with the spelling that most files have, and in how many they are; most first.
SELECT mode(name), person_key, count(DISTINCT file_id) AS files FROM own_keyed
GROUP BY person_key ORDER BY files DESC, person_key;

-- name: changed
-- The files whose list changes: people with the keys $gone leave it, $instead (if any) takes the first one's place, and
-- those of $added who are not there come behind, in their order.
CREATE OR REPLACE TEMP TABLE changed AS
WITH wished AS (
    SELECT file_id, place, name, person_key FROM own_keyed WHERE NOT list_contains($gone::VARCHAR[], person_key)
    UNION ALL
    SELECT file_id, min(place), $instead::VARCHAR, $instead_key::VARCHAR FROM own_keyed
    WHERE $instead IS NOT NULL AND list_contains($gone::VARCHAR[], person_key) GROUP BY file_id
    UNION ALL
    SELECT o.file_id, 1000000 + a.place, a.name, a.person_key FROM own AS o CROSS JOIN (
        SELECT unnest($added::VARCHAR[]) AS name, unnest($added_keys::VARCHAR[]) AS person_key,
               generate_subscripts($added::VARCHAR[], 1) AS place
    ) AS a
), once AS (
    FROM wished QUALIFY row_number() OVER (PARTITION BY file_id, person_key ORDER BY place) = 1
), listed AS (
    SELECT file_id, list(name ORDER BY place) AS people, list(person_key ORDER BY place) AS people_keys
    FROM once GROUP BY file_id
)
SELECT o.file_id, o.people AS before, coalesce(l.people, []) AS people, coalesce(l.people_keys, []) AS people_keys
FROM own AS o LEFT JOIN listed AS l USING (file_id)
WHERE coalesce(l.people, []) IS DISTINCT FROM o.people;

-- name: count_changed
-- How many files change, and how many of them have nobody then who have somebody now.
SELECT count(*), count(*) FILTER (len(people) = 0) FROM changed;

-- name: gains_and_losses
-- For each person who comes into files or goes from them: the spelling, in how many files they come, from how many they go.
SELECT coalesce(any_value(after), any_value(before)), count(*) FILTER (before IS NULL), count(*) FILTER (after IS NULL)
FROM (SELECT c.file_id, k.person_key, k.name AS before FROM changed AS c JOIN own_keyed AS k USING (file_id)) AS b
FULL JOIN (SELECT file_id, unnest(people_keys) AS person_key, unnest(people) AS after FROM changed) AS a
USING (file_id, person_key)
GROUP BY person_key HAVING count(*) FILTER (before IS NULL) + count(*) FILTER (after IS NULL) > 0
ORDER BY person_key;

-- name: examples
-- Some of the files that change, with their lists before and after.
SELECT c.file_id, f.file_name, f.path, c.before, c.people
FROM changed AS c JOIN scanned_files AS f USING (file_id) ORDER BY f.path_search, c.file_id LIMIT $1;

-- name: drop_own
-- It has been looked at.
DROP TABLE IF EXISTS own;
DROP TABLE IF EXISTS spelt;
DROP TABLE IF EXISTS own_keyed;
DROP TABLE IF EXISTS changed;
