-- name: facts_mark
-- What tells that files, people or decisions have changed: a number that grows with every change to a file (marks are
-- pruned when every variant of the plan has seen them), and how many people, other spellings and dismissals there are.
SELECT greatest((SELECT coalesce(max(mark_id), 0) FROM plan_marks), (SELECT coalesce(max(seen_mark), 0) FROM plan_variants)),
       (SELECT coalesce(max(person_id), 0) FROM people), (SELECT count(*) FROM people), (SELECT count(*) FROM person_aliases),
       (SELECT count(*) FROM check_dismissals), (SELECT max(dismissed_at) FROM check_dismissals);

-- The statements that find something answer with subjects, digests of the facts, and whether somebody said that it is
-- right.

-- name: differ
-- Files that name somebody (placeholders aside) whom the database does not have in them, aliases taken for whom they mean.
-- Where people are
-- set by hand, or those of the database alone count, that is settled.
WITH meant AS (
    SELECT a.alias_key, max_by(p.person_key, a.created_at) AS person_key
    FROM person_aliases AS a JOIN people AS p USING (person_id)
    WHERE a.alias_key NOT IN (SELECT person_key FROM people) GROUP BY a.alias_key
), settled AS (
    SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL
    UNION SELECT file_id FROM decisions WHERE kind = 'mode' AND revoked_at IS NULL AND people_mode = 'exact'
    UNION SELECT f.file_id FROM scanned_files AS f JOIN libraries AS l USING (library_id)
          WHERE l.people_mode = 'exact' AND f.file_id NOT IN (
              SELECT file_id FROM decisions WHERE kind = 'mode' AND revoked_at IS NULL AND people_mode = 'merge')
), named AS (
    SELECT file_id, coalesce(m.person_key, key) AS key
    FROM (SELECT file_id, unnest(people_keys) AS key FROM scanned_files ANTI JOIN settled USING (file_id)
          WHERE state <> 'missing' AND len(people) > 0) LEFT JOIN meant AS m ON m.alias_key = key
    WHERE NOT list_contains($placeholders::VARCHAR[], key)
), assigned AS (
    SELECT f.file_id, v.person_id FROM scanned_files AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    WHERE len(f.people) > 0
    UNION ALL
    SELECT f.file_id, v.person_id FROM scanned_files AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL AND len(f.people) > 0
), missing AS (
    SELECT DISTINCT file_id, key FROM named ANTI JOIN (
        SELECT a.file_id, p.person_key AS key FROM assigned AS a JOIN people AS p USING (person_id)) USING (file_id, key)
), found AS (
    SELECT file_id, hash(list(key ORDER BY key)) AS facts FROM missing GROUP BY file_id
)
SELECT file_id AS subjects, f.facts, d.subject IS NOT NULL AS "right"
FROM found AS f LEFT JOIN check_dismissals AS d ON d.kind = 'differ' AND d.subject = file_id::VARCHAR AND d.facts = f.facts
ORDER BY file_id;

-- name: copies
-- Payloads of several present files that would not all say the same people, placeholders aside.
WITH several AS (
    SELECT file_hash FROM scanned_files WHERE state <> 'missing' AND file_hash IS NOT NULL
    GROUP BY file_hash HAVING count(*) > 1
), casts AS (
    SELECT f.file_hash, f.file_id, list_sort(list_filter(
               list_transform(coalesce(i.result, i.existing, f.people), lambda name: lower(name)),
               lambda name: NOT list_contains($placeholders::VARCHAR[], name))) AS people
    FROM (FROM scanned_files SEMI JOIN several USING (file_hash)) AS f
    LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
    WHERE f.state <> 'missing'
), found AS (
    SELECT file_hash, min(file_id) AS first, hash(list(people ORDER BY file_id)) AS facts
    FROM casts GROUP BY file_hash HAVING count(DISTINCT people) > 1
)
SELECT file_hash AS subjects, f.facts, d.subject IS NOT NULL AS "right"
FROM found AS f LEFT JOIN check_dismissals AS d ON d.kind = 'copies' AND d.subject = file_hash AND d.facts = f.facts
ORDER BY first;

-- name: names
-- Every spelling in use (as files will be, where they are planned): in how many files, and the film where that is one.
WITH spelt AS (
    SELECT file_id, unnest(coalesce(result, existing)) AS name FROM plan_rows_of($variant_id, $plan_id)
    UNION ALL
    SELECT file_id, unnest(people) FROM scanned_files ANTI JOIN plan_rows_of($variant_id, $plan_id) USING (file_id)
    WHERE len(people) > 0 AND state <> 'missing'
)
SELECT s.name, count(*) AS files, CASE WHEN min(f.film) = max(f.film) THEN min(f.film) END AS film
FROM spelt AS s JOIN (SELECT file_id, hash(coalesce(encode(file_hash), path_bytes)) AS film FROM scanned_files) AS f
USING (file_id) GROUP BY s.name;

-- name: people
-- Everybody whom the database knows: name and key.
SELECT name, person_key FROM people;

-- name: aliases
-- Keys of other spellings that are known.
SELECT alias_key FROM person_aliases;

-- name: dismissals
-- Findings of one kind that somebody said to be right: subject, digest of the facts, title.
SELECT subject, facts, title FROM check_dismissals WHERE kind = $kind;

-- What a page shows of findings.

-- name: files
-- Some files: where they are, who will be in them, whom they name, whom the database has in them.
WITH asked AS (
    FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))
), assigned AS (
    SELECT f.file_id, v.person_id, v.assignment_id FROM asked AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    UNION ALL
    SELECT f.file_id, v.person_id, v.assignment_id FROM asked AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
)
SELECT f.file_id, f.file_hash, f.path_bytes, f.file_name, f.path AS file_path, f.folder, l.name AS library,
       coalesce(i.result, i.existing, f.people) AS people, f.people AS named, coalesce(e.names, []) AS known,
       i.risk_level::VARCHAR AS risk
FROM asked AS f
JOIN libraries AS l USING (library_id)
LEFT JOIN (FROM plan_rows_of($variant_id, $plan_id) WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))) AS i USING (file_id)
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names FROM assigned JOIN people USING (person_id)
           GROUP BY file_id) AS e USING (file_id)
ORDER BY f.path_search, f.file_id;

-- name: files_of_payloads
-- Present files of some payloads.
SELECT file_hash, list(file_id ORDER BY file_id) FROM scanned_files
WHERE state <> 'missing' AND file_hash IN (SELECT unnest($hashes::VARCHAR[])) GROUP BY file_hash;

-- name: names_in_files
-- Of some spellings: whether a person has it, how many files have that person as the database knows, how many name it in
-- their comments, how many either; and the first of those.
WITH asked AS (
    SELECT unnest($names::VARCHAR[]) AS name
), had AS (
    SELECT p.name, f.file_id
    FROM (FROM people SEMI JOIN asked USING (name)) AS p JOIN video_people AS v USING (person_id)
    JOIN scanned_files AS f ON f.file_hash = v.file_hash
    UNION
    SELECT p.name, f.file_id
    FROM (FROM people SEMI JOIN asked USING (name)) AS p JOIN video_people AS v USING (person_id)
    JOIN scanned_files AS f ON f.path_bytes = v.path_bytes
), named AS (
    SELECT DISTINCT name, file_id FROM (
        SELECT file_id, unnest(people) AS name FROM scanned_files
        WHERE state <> 'missing' AND list_has_any(people, $names::VARCHAR[])
    ) SEMI JOIN asked USING (name)
), counted AS (
    SELECT name, count(*) FILTER (how = 'had') AS assigned, count(*) FILTER (how = 'named') AS named,
           count(DISTINCT file_id) AS files, list_sort(list(DISTINCT file_id))[:$limit] AS first
    FROM (SELECT *, 'had' AS how FROM had UNION ALL SELECT *, 'named' FROM named) GROUP BY name
)
SELECT a.name, EXISTS (FROM people AS p WHERE p.name = a.name), coalesce(c.assigned, 0), coalesce(c.named, 0),
       coalesce(c.files, 0), coalesce(c.first, [])
FROM asked AS a LEFT JOIN counted AS c USING (name);

-- name: naming
-- Present files whose comments name somebody with these keys: the first of them, and how many.
SELECT key, list_sort(list(file_id))[:$limit], count(*) FROM (
    SELECT DISTINCT file_id, unnest(people_keys) AS key FROM scanned_files
    WHERE state <> 'missing' AND list_has_any(people_keys, $keys::VARCHAR[])
) WHERE list_contains($keys::VARCHAR[], key) GROUP BY key;

-- name: naming_exactly
-- Present files whose comment has exactly this spelling.
SELECT file_id FROM scanned_files WHERE state <> 'missing' AND list_contains(people, $name) ORDER BY file_id;

-- name: decided_so
-- Files whose edit in force has exactly this spelling.
SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL AND list_contains(people, $name) ORDER BY file_id;

-- name: using
-- Files that have a name of one of these keys (as files will be, where they are planned): the first of them, and how many.
WITH spelt AS (
    SELECT file_id, unnest(coalesce(result, existing)) AS name FROM plan_rows_of($variant_id, $plan_id)
    UNION ALL
    SELECT file_id, unnest(people) FROM scanned_files ANTI JOIN plan_rows_of($variant_id, $plan_id) USING (file_id)
    WHERE len(people) > 0 AND state <> 'missing'
), met AS (
    SELECT DISTINCT lower(name) AS key, file_id FROM spelt WHERE list_contains($keys::VARCHAR[], lower(name))
)
SELECT key, list_sort(list(file_id))[:$limit], count(*) FROM met GROUP BY key;

-- name: targets
-- What people of these files are assigned to: payload and path.
SELECT file_id, file_hash, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))
ORDER BY file_id;

-- name: with_casts
-- Files in which these people are or will be: the first of them, and how many.
SELECT n.name, list_sort(list(c.file_id))[:$limit], count(*)
FROM (SELECT unnest($names::VARCHAR[]) AS name) AS n JOIN derived.casts AS c ON c.who = hash(lower(n.name)) GROUP BY n.name;

-- name: dismiss
-- Somebody says that these findings are right.
INSERT INTO check_dismissals
SELECT $kind::VARCHAR, unnest($subjects::VARCHAR[]), unnest($facts::UBIGINT[]), unnest($titles::VARCHAR[]), $at;

-- name: forget_dismissals
-- What was said of these findings before is forgotten.
DELETE FROM check_dismissals WHERE kind = $kind AND subject IN (SELECT unnest($subjects::VARCHAR[]));
