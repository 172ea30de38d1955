-- The people as a page shows them. The parts `own_files` and `casts` read the relation; `indexed_own_files` and `indexed_casts`
-- replace them where the index in memory has the same rows: for people whose name means nobody else.

-- name: own_files
-- Part of other statements: the files of some people.
people_in_files(NULL::BIGINT[], $person_ids::BIGINT[]);

-- name: indexed_own_files
-- Part of other statements: the same from the index.
(SELECT p.person_id, a.file_id FROM people AS p JOIN /* derived */.appearances AS a ON a.person = hash(lower(p.name))
 WHERE list_contains($person_ids::BIGINT[], p.person_id));

-- name: casts
-- Part of other statements: all people in these files.
people_in_files((SELECT coalesce(list(DISTINCT file_id), []) FROM own), NULL::BIGINT[]);

-- name: indexed_casts
-- Part of other statements: the same from the index.
(FROM /* derived */.appearances SEMI JOIN own USING (file_id));

-- name: contested
-- Those of some people whose name may mean somebody else, too. $person_ids NULL: of all people.
SELECT DISTINCT k.person_id FROM person_keys AS k
WHERE ($person_ids::BIGINT[] IS NULL OR list_contains($person_ids::BIGINT[], k.person_id))
  AND k.key IN (SELECT key FROM person_keys GROUP BY key HAVING count(DISTINCT person_id) > 1);

-- name: indexed_counts
-- All people with the number of their files in the index.
SELECT p.person_id, c.files FROM people AS p
JOIN (SELECT person, count(*) AS files FROM /* derived */.appearances GROUP BY person) AS c ON c.person = hash(lower(p.name));

-- name: file_counts
-- Some people with the number of their files.
SELECT person_id, count(*) FROM /* own_files */ AS o WHERE person_id IS NOT NULL GROUP BY person_id;


-- name: page
-- One page of the people whose name, qualifier or alias contains a text, by name; with the number of all. One row, also for a
-- page after the last one. $counted, $files: people with their numbers of files, if the page is in the order of these numbers.
SELECT list(p.person_id ORDER BY coalesce(n.files, 0) DESC, p.search, p.name, p.qualifier,
            p.person_id)[$offset + 1 : $offset + $count] AS person_ids, count(*) AS total
FROM people AS p
LEFT JOIN (SELECT unnest($counted::BIGINT[]) AS person_id, unnest($files::BIGINT[]) AS files) AS n USING (person_id)
WHERE contains(p.search, $text) OR contains(folded(p.qualifier), $text)
   OR p.person_id IN (SELECT person_id FROM person_aliases WHERE contains(folded(alias), $text));

-- name: named_like
-- People whose name, qualifier or alias contains a text: first equal names, labels and aliases, then names that start with the
-- text, then the people with the most assignments.
WITH called AS (
    SELECT person_id, bool_or(folded(alias) = $text) AS is_called FROM person_aliases
    WHERE contains(folded(alias), $text) GROUP BY person_id
), assigned AS (SELECT person_id, count(*) AS assignments FROM video_people GROUP BY person_id)
SELECT p.person_id FROM people AS p LEFT JOIN called AS c USING (person_id) LEFT JOIN assigned AS a USING (person_id)
WHERE contains(p.search, $text) OR contains(p.search || ' (' || folded(p.qualifier) || ')', $text) OR c.person_id IS NOT NULL
ORDER BY (p.search = $text OR p.search || ' (' || folded(p.qualifier) || ')' = $text) DESC, coalesce(c.is_called, FALSE) DESC,
         starts_with(p.search, $text) DESC, coalesce(a.assignments, 0) DESC, p.search, p.name, p.qualifier, p.person_id
LIMIT $count;

-- name: cards
-- Some people with their files: number and years (of the last change), and the file of the picture: the chosen one, else one in
-- which only this person is, else any. A file that cannot be read has no picture.
WITH own AS MATERIALIZED (
    SELECT o.person_id, o.file_id, f.file_hash, f.mtime_ns, f.state = 'ok' AS has_picture
    FROM /* own_files */ AS o JOIN scanned_files AS f USING (file_id)
), alone AS (
    SELECT file_id FROM /* casts */
    GROUP BY file_id HAVING count(*) = 1
), counted AS (
    SELECT person_id, count(*) AS files, min(year(make_timestamp_ns(mtime_ns))) AS first_year,
           max(year(make_timestamp_ns(mtime_ns))) AS last_year FROM own GROUP BY person_id
), pictures AS (
    SELECT o.person_id, o.file_id, o.file_hash, o.mtime_ns
    FROM own AS o JOIN people AS p USING (person_id) WHERE o.has_picture
    QUALIFY row_number() OVER (PARTITION BY o.person_id
        ORDER BY o.file_id IS DISTINCT FROM p.picture_file_id, o.file_id NOT IN (FROM alone), o.file_id) = 1
)
SELECT p.person_id, p.name, p.qualifier, coalesce(a.aliases, []) AS aliases, coalesce(c.files, 0) AS files, c.first_year,
       c.last_year, i.file_id AS picture_id, i.file_hash AS picture_hash, i.mtime_ns AS picture_mtime_ns
FROM people AS p LEFT JOIN counted AS c USING (person_id) LEFT JOIN pictures AS i USING (person_id)
LEFT JOIN (SELECT person_id, list(alias ORDER BY alias) AS aliases FROM person_aliases GROUP BY person_id) AS a USING (person_id)
WHERE p.person_id IN (SELECT unnest($person_ids::BIGINT[]));

-- name: companions
-- The other people in the files of a person, by the number of these files.
WITH own AS MATERIALIZED (SELECT file_id FROM /* own_files */)
SELECT p.person_id, p.name, p.qualifier, count(*) AS files
FROM people_in_files((SELECT coalesce(list(file_id), []) FROM own), NULL::BIGINT[]) AS o JOIN people AS p USING (person_id)
WHERE NOT list_contains($person_ids::BIGINT[], o.person_id)
GROUP BY p.person_id, p.name, p.qualifier ORDER BY files DESC, p.name, p.qualifier, p.person_id LIMIT $count;

-- name: files
-- Files of a person, the newest first.
SELECT f.file_id, f.file_name, f.path, f.folder, f.file_hash, f.mtime_ns, f.state = 'ok' AS has_picture
FROM /* own_files */ AS o JOIN scanned_files AS f USING (file_id)
ORDER BY f.mtime_ns DESC, f.path LIMIT $count;

-- name: picture_candidate
-- A file as a picture of a person: its name, whether the person is in it, and whether it has a picture.
SELECT f.file_name, EXISTS (FROM people_in_files([$file_id::BIGINT], [$person_id::BIGINT])) AS has_person,
       f.state = 'ok' AS has_picture
FROM scanned_files AS f WHERE f.file_id = $file_id;

-- name: set_picture
-- Choose the file of the picture of a person; NULL: the program chooses.
UPDATE people SET picture_file_id = $file_id WHERE person_id = $person_id;
