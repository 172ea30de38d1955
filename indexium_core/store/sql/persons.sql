-- The people as a page shows them.

-- name: page
-- One page of the people whose name, qualifier or alias contains a text, by name or by their number of assignments; with the
-- number of all. One row, also for a page after the last one.
SELECT list(p.person_id ORDER BY CASE WHEN $by_files THEN coalesce(n.assignments, 0) END DESC, p.search, p.name, p.qualifier,
            p.person_id)[$offset + 1 : $offset + $count] AS person_ids, count(*) AS total
FROM people AS p LEFT JOIN (SELECT person_id, count(*) AS assignments FROM video_people GROUP BY person_id) AS n USING (person_id)
WHERE contains(p.search, $text) OR contains(folded(p.qualifier), $text)
   OR p.person_id IN (SELECT person_id FROM person_aliases WHERE contains(folded(alias), $text));

-- name: cards
-- Some people with their present files: number and years (of the last change), and the file of the picture: the chosen one, else
-- one in which only this person is named, else any. A file that cannot be read has no picture.
WITH own AS (
    SELECT person_id, target FROM assignments WHERE person_id IN (SELECT unnest($person_ids::BIGINT[]))
), alone AS (
    SELECT target FROM assignments WHERE target IN (SELECT target FROM own) GROUP BY target HAVING count(*) = 1
), files AS (
    SELECT DISTINCT o.person_id, f.file_id, f.file_hash, f.mtime_ns, f.state, o.target IN (FROM alone) AS is_alone
    FROM own AS o JOIN file_targets AS t USING (target) JOIN scanned_files AS f USING (file_id) WHERE f.state <> 'missing'
), counted AS (
    SELECT person_id, count(DISTINCT file_id) AS files, min(year(make_timestamp_ns(mtime_ns))) AS first_year,
           max(year(make_timestamp_ns(mtime_ns))) AS last_year FROM files GROUP BY person_id
), pictures AS (
    SELECT f.person_id, f.file_id, f.file_hash, f.mtime_ns, f.file_id = p.picture_file_id AS is_chosen
    FROM files AS f JOIN people AS p USING (person_id) WHERE f.state = 'ok'
    QUALIFY row_number() OVER (PARTITION BY f.person_id
        ORDER BY f.file_id IS DISTINCT FROM p.picture_file_id, NOT f.is_alone, f.file_id) = 1
)
SELECT p.person_id, p.name, p.qualifier, coalesce(a.aliases, []) AS aliases, coalesce(c.files, 0) AS files, c.first_year,
       c.last_year, i.file_id AS picture_id, i.file_hash AS picture_hash, i.mtime_ns AS picture_mtime_ns
FROM people AS p LEFT JOIN counted AS c USING (person_id) LEFT JOIN pictures AS i USING (person_id)
LEFT JOIN (SELECT person_id, list(alias ORDER BY alias) AS aliases FROM person_aliases GROUP BY person_id) AS a USING (person_id)
WHERE p.person_id IN (SELECT unnest($person_ids::BIGINT[]));

-- name: companions
-- The other people in the files of a person, by the number of these files.
SELECT p.person_id, p.name, p.qualifier, count(DISTINCT t.file_id) AS files
FROM assignments AS own JOIN assignments AS a USING (target) JOIN people AS p ON p.person_id = a.person_id
JOIN file_targets AS t USING (target) JOIN scanned_files AS f USING (file_id)
WHERE own.person_id = $person_id AND a.person_id <> $person_id AND f.state <> 'missing'
GROUP BY p.person_id, p.name, p.qualifier ORDER BY files DESC, p.name, p.qualifier, p.person_id LIMIT $count;

-- name: files
-- Files of a person, the newest first.
SELECT DISTINCT f.file_id, f.file_name, f.path, f.folder, f.file_hash, f.mtime_ns, f.state = 'ok' AS has_picture
FROM assignments AS a JOIN file_targets AS t USING (target) JOIN scanned_files AS f USING (file_id)
WHERE a.person_id = $person_id AND f.state <> 'missing' ORDER BY f.mtime_ns DESC, f.path LIMIT $count;

-- name: picture_candidate
-- A file as a picture of a person: its name, whether the person is in it, and whether it has a picture.
SELECT f.file_name,
       EXISTS (FROM assignments AS a JOIN file_targets AS t USING (target)
               WHERE a.person_id = $person_id AND t.file_id = f.file_id) AS has_person,
       f.state = 'ok' AS has_picture
FROM scanned_files AS f WHERE f.file_id = $file_id;

-- name: set_picture
-- Choose the file of the picture of a person; NULL: the program chooses.
UPDATE people SET picture_file_id = $file_id WHERE person_id = $person_id;
