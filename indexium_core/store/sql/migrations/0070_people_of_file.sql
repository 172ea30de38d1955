-- Who is in a file has one answer, which every face reads. Until now pages read the assignments, the plan also edits and names
-- in files, and publications something of both. The view of the assignments keeps its rows under a name of its own.
DROP VIEW file_people;
CREATE VIEW assigned_people AS
SELECT t.file_id, a.person_id, a.assignment_id, a.origin FROM assignments AS a JOIN file_targets AS t USING (target);

-- The people whom a name may mean: by their name, or by an alias.
CREATE VIEW person_keys AS
SELECT person_key AS key, person_id, name AS spelling, FALSE AS is_alias FROM people
UNION ALL SELECT alias_key, person_id, alias, TRUE FROM person_aliases;

-- The files that follow the database alone (mode `exact`), so that no name of their comment counts. A file of which the
-- database knows nothing keeps the names of its comment in every mode.
CREATE VIEW exact_files AS
WITH modes AS (
    SELECT file_id, people_mode FROM decisions WHERE kind = 'mode' AND revoked_at IS NULL AND people_mode IS NOT NULL
), exact AS (
    SELECT f.file_id, f.file_hash, f.path_bytes FROM scanned_files AS f
    SEMI JOIN (SELECT library_id FROM libraries WHERE people_mode = 'exact') AS l USING (library_id) ANTI JOIN modes USING (file_id)
    UNION ALL
    SELECT f.file_id, f.file_hash, f.path_bytes FROM scanned_files AS f
    SEMI JOIN (SELECT file_id FROM modes WHERE people_mode = 'exact') AS m USING (file_id)
)
SELECT e.file_id FROM exact AS e SEMI JOIN touched_files USING (file_id)
UNION SELECT e.file_id FROM exact AS e JOIN video_people AS v ON v.file_hash = e.file_hash
UNION SELECT e.file_id FROM exact AS e JOIN video_people AS v ON v.path_bytes = e.path_bytes
      WHERE e.file_hash IS NULL AND v.file_hash IS NULL;

-- The people of present files: those of the edit in force, else those that are assigned and those that the file names. A file
-- that follows the database alone (mode `exact`) has only the assigned ones. A name means the person of the file who has it,
-- else the person who has it as name, else as alias; if it fits several people, it is a name without a person (NULL).
-- Both parameters only limit the rows, so that one page or one person costs little: NULL for all files, for all people.
CREATE MACRO people_in_files(file_ids, person_ids) AS TABLE
WITH scope AS NOT MATERIALIZED (
    SELECT file_id, file_hash, path_bytes, people, people_keys FROM scanned_files
    WHERE state <> 'missing' AND (file_ids IS NULL OR file_id IN (SELECT unnest(file_ids)))
), edits AS (
    SELECT file_id, people, people_keys FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL
), assigned AS (
    SELECT f.file_id, v.assignment_id, v.person_id, v.origin FROM scope AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    WHERE person_ids IS NULL OR v.person_id IN (SELECT unnest(person_ids))
    UNION ALL
    SELECT f.file_id, v.assignment_id, v.person_id, v.origin FROM scope AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
      AND (person_ids IS NULL OR v.person_id IN (SELECT unnest(person_ids)))
), listed AS NOT MATERIALIZED (
    SELECT file_id, 'edit' AS origin, name, key, place FROM (
        SELECT file_id, unnest(e.people) AS name, unnest(e.people_keys) AS key, generate_subscripts(e.people, 1) AS place
        FROM edits AS e SEMI JOIN scope USING (file_id))
    UNION ALL
    SELECT file_id, 'comment', name, key, place FROM (
        SELECT file_id, unnest(people) AS name, unnest(people_keys) AS key, generate_subscripts(people, 1) AS place
        FROM scope ANTI JOIN edits USING (file_id) ANTI JOIN exact_files USING (file_id) WHERE len(people) > 0)
    WHERE person_ids IS NULL OR key IN (SELECT key FROM person_keys WHERE person_id IN (SELECT unnest(person_ids)))
), contested AS (
    SELECT key, person_id, spelling, is_alias FROM person_keys
    WHERE key IN (SELECT key FROM person_keys GROUP BY key HAVING count(DISTINCT person_id) > 1)
), own AS (
    SELECT a.file_id, c.key, c.person_id FROM contested AS c JOIN assigned_people AS a USING (person_id)
    QUALIFY rank() OVER (PARTITION BY a.file_id, c.key ORDER BY c.is_alias) = 1
), spelled AS (
    SELECT spelling, min(person_id) AS person_id FROM contested WHERE NOT is_alias AND key NOT IN (FROM shared_keys) GROUP BY spelling
), meant AS (
    SELECT key, min(person_id) AS person_id
    FROM (FROM person_keys WHERE key NOT IN (FROM shared_keys) QUALIFY rank() OVER (PARTITION BY key ORDER BY is_alias) = 1)
    GROUP BY key
), named AS NOT MATERIALIZED (
    SELECT l.file_id, l.origin, l.name, l.key, l.place, coalesce(o.person_id, s.person_id, m.person_id) AS person_id
    FROM listed AS l LEFT JOIN own AS o ON o.file_id = l.file_id AND o.key = l.key
    LEFT JOIN spelled AS s ON s.spelling = l.name LEFT JOIN meant AS m ON m.key = l.key
), others AS (
    FROM named WHERE origin = 'edit'
    UNION ALL FROM (FROM named WHERE origin = 'comment') ANTI JOIN assigned USING (file_id, person_id)
)
SELECT a.file_id, a.person_id, p.name, a.origin, a.assignment_id AS place
FROM assigned AS a JOIN people AS p USING (person_id) ANTI JOIN edits USING (file_id)
UNION ALL
SELECT o.file_id, o.person_id, coalesce(p.name, o.name), o.origin, (1::BIGINT << 40) + o.place
FROM others AS o LEFT JOIN people AS p USING (person_id)
WHERE person_ids IS NULL OR o.person_id IN (SELECT unnest(person_ids))
QUALIFY row_number() OVER (PARTITION BY o.file_id, coalesce(o.person_id::VARCHAR, o.key) ORDER BY o.place) = 1;

CREATE VIEW people_of_file AS FROM people_in_files(NULL::BIGINT[], NULL::BIGINT[]);

-- The files with whether they have people, and whether the database assigns some: what `people_of_file` and `assigned_people`
-- say of a file that is not missing, without the people themselves, because counting files must not read all names.
CREATE VIEW files_and_people AS
SELECT f.file_id, f.library_id, f.path, f.state, f.people, f.custom_text, f.strategy, f.read_only, f.file_hash,
       a.file_id IS NOT NULL AS is_assigned,
       CASE WHEN d.file_id IS NOT NULL THEN len(d.people) > 0
            ELSE a.file_id IS NOT NULL OR len(f.people) > 0 AND e.file_id IS NULL END AS has_people
FROM scanned_files AS f LEFT JOIN (SELECT DISTINCT file_id FROM assigned_people) AS a USING (file_id)
LEFT JOIN (SELECT file_id, people FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL) AS d USING (file_id)
LEFT JOIN exact_files AS e USING (file_id);
