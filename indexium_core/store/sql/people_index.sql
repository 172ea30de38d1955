-- name: attach
-- A database in memory beside that of the home: the index is built again after each start and needs no disk space.
ATTACH IF NOT EXISTS ':memory:' AS /* derived */;

-- name: scan_marker
-- A value that changes when a scan changes files: the newest scan time, the files with this time, all files, and the missing ones.
SELECT scanned_at, count(*), (SELECT count(*) FROM scanned_files), (SELECT count(*) FROM scanned_files WHERE state = 'missing')
FROM scanned_files
GROUP BY scanned_at ORDER BY scanned_at DESC LIMIT 1;

-- name: all_rows
-- The people of all files. The key of a name is the hash of its lower case, because eight bytes are fast to compare.
CREATE OR REPLACE TABLE /* derived */.new_rows AS
SELECT file_id, name, hash(lower(name)) AS person FROM people_of_file;

-- name: build
-- The index of these rows.
CREATE OR REPLACE TABLE /* derived */.appearances AS SELECT DISTINCT file_id, person FROM /* derived */.new_rows;

-- name: build_names
-- One spelling of each person.
CREATE OR REPLACE TABLE /* derived */.names AS
SELECT person, any_value(name) AS name FROM /* derived */.new_rows GROUP BY person;

-- name: drop_rows
-- The rows are read.
DROP TABLE /* derived */.new_rows;

-- name: has_odd_keys
-- Whether a person has another key than the lower case of the name, so that a name in a file may become this person by a
-- change of the people alone.
SELECT EXISTS (FROM people WHERE person_key <> lower(name));

-- name: changed_files
-- Files whose people may differ between two versions of the plan, or that a scan has read since.
CREATE OR REPLACE TABLE /* derived */.changed_files AS
SELECT file_id FROM plan_rows WHERE variant_id = $variant_id AND (
    from_version > $older AND from_version <= $plan_id OR to_version > $older AND to_version <= $plan_id)
UNION SELECT file_id FROM scanned_files WHERE scanned_at > $since;

-- name: count_changed_files
-- The number of changed files.
SELECT count(*) FROM /* derived */.changed_files;

-- name: new_rows
-- The people of the changed files now.
CREATE OR REPLACE TABLE /* derived */.new_rows AS
SELECT file_id, name, hash(lower(name)) AS person
FROM people_in_files((SELECT coalesce(list(file_id), []) FROM /* derived */.changed_files), NULL::BIGINT[]);

-- name: delete_old_rows
-- Delete the rows of the changed files.
DELETE FROM /* derived */.appearances WHERE file_id IN (FROM /* derived */.changed_files);

-- name: insert_new_rows
-- Insert their new rows.
INSERT INTO /* derived */.appearances SELECT DISTINCT file_id, person FROM /* derived */.new_rows;

-- name: insert_new_names
-- Insert the people who had no row so far.
INSERT INTO /* derived */.names
SELECT person, any_value(name) FROM /* derived */.new_rows ANTI JOIN /* derived */.names USING (person) GROUP BY person;

-- name: count_files
-- The number of files with people.
SELECT count(DISTINCT file_id) FROM /* derived */.appearances;

-- name: files_of
-- The number of files of these people.
SELECT n.name, count(a.file_id) FROM (SELECT unnest($names::VARCHAR[]) AS name) AS n
LEFT JOIN /* derived */.appearances AS a ON a.person = hash(lower(n.name)) GROUP BY n.name;

-- name: co_occurrences
-- The people in files of the folder and of the series, and the people who share at least $min_files other files and
-- $min_share of all their files with one of $names: kind, other person, name, files, files of the other person, files of
-- this one. Rows of the kind 'self' have the files of each of $names.
WITH own_names AS (
    SELECT hash(lower(name)) AS person, any_value(name) AS name
    FROM (SELECT unnest($names::VARCHAR[]) AS name) GROUP BY person
), own_files AS (
    SELECT a.file_id, a.person FROM /* derived */.appearances AS a SEMI JOIN own_names USING (person)
), own_counts AS (
    SELECT person, count(*) AS files FROM own_files GROUP BY person
), shared AS (
    SELECT o.person AS other, a.person, count(*) AS files
    FROM (FROM own_files WHERE file_id NOT IN (SELECT unnest($copies::BIGINT[]))) AS o
    JOIN /* derived */.appearances AS a USING (file_id) WHERE a.person NOT IN (SELECT person FROM own_names)
    GROUP BY o.person, a.person HAVING count(*) >= $min_files
), frequent AS (
    SELECT other, s.person, s.files, c.files AS other_files FROM shared AS s JOIN own_counts AS c ON c.person = other
    WHERE s.files >= $min_share * c.files
), totals AS (
    SELECT person, count(*) AS files FROM /* derived */.appearances WHERE person IN (SELECT person FROM frequent) GROUP BY person
)
SELECT 'folder', '', any_value(n.name), count(*), 0, 0
FROM /* derived */.appearances JOIN /* derived */.names AS n USING (person)
WHERE file_id IN (SELECT unnest($siblings::BIGINT[])) GROUP BY person
UNION ALL
SELECT 'series', '', any_value(n.name), count(*), 0, 0
FROM /* derived */.appearances JOIN /* derived */.names AS n USING (person)
WHERE file_id IN (SELECT unnest($series::BIGINT[])) GROUP BY person
UNION ALL
SELECT 'together', o.name, n.name, f.files, f.other_files, t.files
FROM frequent AS f JOIN own_names AS o ON o.person = other JOIN /* derived */.names AS n ON n.person = f.person
JOIN totals AS t ON t.person = f.person
UNION ALL
SELECT 'self', '', name, 0, 0, coalesce(c.files, 0) FROM own_names LEFT JOIN own_counts AS c USING (person);
