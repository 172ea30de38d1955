-- name: change_token
-- Values that change with files, people and decisions: a number that grows with every change of a file (marks are pruned
-- when every variant of the plan has processed them), and the numbers of people, aliases and ignored findings, the time of
-- the last verification, the unmatched files of legacy .db files, the faces in photos, and the files and ids of titles. One row for each table: as subqueries of one row, they
-- would be joins, whose order takes DuckDB 30 ms to plan.
SELECT greatest(coalesce(max(mark_id), 0), (SELECT coalesce(max(seen_mark), 0) FROM plan_variants))::VARCHAR FROM plan_marks
UNION ALL SELECT concat_ws(' ', max(person_id), count(*)) FROM people
UNION ALL SELECT count(*)::VARCHAR FROM person_aliases
UNION ALL SELECT concat_ws(' ', count(*), max(dismissed_at)) FROM check_dismissals
UNION ALL SELECT max(verified_at)::VARCHAR FROM hash_cache
UNION ALL SELECT bit_xor(hash(l))::VARCHAR FROM legacy_files AS l
UNION ALL SELECT bit_xor(hash(file_id, faces))::VARCHAR FROM media_properties WHERE faces IS NOT NULL
UNION ALL SELECT bit_xor(hash(entity_id, file_id, part, role, edition))::VARCHAR FROM title_files
UNION ALL SELECT bit_xor(hash(id))::VARCHAR FROM movies WHERE state = 'ignored'
UNION ALL SELECT bit_xor(hash(v))::VARCHAR FROM title_values AS v WHERE field IN (SELECT field FROM id_kinds)
UNION ALL SELECT bit_xor(hash(i))::VARCHAR FROM title_external_ids AS i
UNION ALL SELECT bit_xor(hash(entity_id, provider, external_id))::VARCHAR FROM title_matches WHERE state = 'rejected';

-- Detection. These statements return subjects, digests of the data, and whether the user ignores the finding.

-- name: differ
-- Files that name people (without placeholders) that the database does not assign to them; an alias counts as its person.
-- Files with an edit, and files that follow the database alone (people mode `exact`), have no such finding.
WITH meant AS (
    /* meant */
), decided AS (
    SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL
    UNION SELECT file_id FROM decisions WHERE kind = 'mode' AND revoked_at IS NULL AND people_mode = 'exact'
    UNION SELECT f.file_id FROM scanned_files AS f JOIN libraries AS l USING (library_id)
          WHERE l.people_mode = 'exact' AND f.file_id NOT IN (
              SELECT file_id FROM decisions WHERE kind = 'mode' AND revoked_at IS NULL AND people_mode = 'merge')
), named AS (
    SELECT file_id, coalesce(m.person_key, key) AS key
    FROM (SELECT file_id, unnest(people_keys) AS key FROM scanned_files ANTI JOIN decided USING (file_id)
          WHERE state <> 'missing' AND len(people) > 0) LEFT JOIN meant AS m ON m.alias_key = key
    WHERE NOT list_contains($placeholders::VARCHAR[], key)
), assigned AS (
    SELECT f.file_id, v.person_id FROM scanned_files AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    WHERE len(f.people) > 0
    UNION ALL
    SELECT f.file_id, v.person_id FROM scanned_files AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL AND len(f.people) > 0
), missing AS ( -- an ambiguous name has its own check
    SELECT DISTINCT file_id, key FROM (FROM named WHERE key NOT IN (FROM shared_keys)) ANTI JOIN (
        SELECT a.file_id, p.person_key AS key FROM assigned AS a JOIN people AS p USING (person_id)) USING (file_id, key)
), findings AS (
    SELECT file_id, hash(list(key ORDER BY key)) AS facts FROM missing GROUP BY file_id
)
SELECT file_id AS subjects, f.facts AS digests, d.subject IS NOT NULL AS ignored
FROM findings AS f
LEFT JOIN check_dismissals AS d ON d.kind = 'differ' AND d.subject = file_id::VARCHAR AND d.facts = f.facts
ORDER BY file_id;

-- name: meant
-- Part of other statements: the person of each alias that belongs to one person.
SELECT a.alias_key, max_by(p.person_key, a.created_at) AS person_key
FROM person_aliases AS a JOIN people AS p USING (person_id)
WHERE a.alias_key NOT IN (SELECT person_key FROM people) AND a.alias_key NOT IN (FROM shared_keys) GROUP BY a.alias_key

-- name: face_names
-- Every name of a face region.
SELECT DISTINCT unnest(string_split(faces, '; ')) FROM media_properties WHERE faces IS NOT NULL;

-- name: faces
-- Present photos with a face of a person (placeholders aside) who is not among their people after the write; an alias counts
-- as its person. Photos with an edit have no such finding. $names and $name_keys are all spellings in use with their
-- person_key.
WITH meant AS (
    /* meant */
), keyed AS (
    SELECT name, coalesce(m.person_key, key) AS key
    FROM (SELECT unnest($names::VARCHAR[]) AS name, unnest($name_keys::VARCHAR[]) AS key)
    LEFT JOIN meant AS m ON m.alias_key = key WHERE NOT list_contains($placeholders::VARCHAR[], key)
), photos AS (
    SELECT file_id, p.faces, f.people
    FROM (FROM media_properties WHERE faces IS NOT NULL) AS p
    JOIN (FROM scanned_files WHERE state <> 'missing') AS f USING (file_id)
    ANTI JOIN (FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL) AS d USING (file_id)
), named AS (
    SELECT DISTINCT file_id, key
    FROM (SELECT file_id, unnest(string_split(faces, '; ')) AS name FROM photos) JOIN keyed USING (name)
    WHERE key NOT IN (FROM shared_keys)  -- an ambiguous name is chosen by hand
), present AS (
    SELECT DISTINCT file_id, key FROM (
        SELECT file_id, unnest(coalesce(i.result, i.existing, p.people)) AS name
        FROM photos AS p LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
    ) JOIN keyed USING (name)
), findings AS (
    SELECT file_id, hash(list(key ORDER BY key)) AS facts
    FROM named ANTI JOIN present USING (file_id, key) GROUP BY file_id
)
SELECT file_id::VARCHAR AS subjects, f.facts AS digests, d.subject IS NOT NULL AS ignored
FROM findings AS f
LEFT JOIN check_dismissals AS d ON d.kind = 'faces' AND d.subject = file_id::VARCHAR AND d.facts = f.facts
ORDER BY file_id;

-- name: shared_keys
-- The keys of the names that match several people.
FROM shared_keys;

-- name: ambiguous_person
-- Names in files that match several people, none of them assigned to the file: the file, a space, and the key of the name.
WITH candidates AS (
    SELECT person_key AS key, person_id FROM people WHERE person_key IN (FROM shared_keys)
    UNION SELECT alias_key, person_id FROM person_aliases WHERE alias_key IN (FROM shared_keys)
), named AS (
    SELECT DISTINCT file_id, key FROM (
        SELECT file_id, unnest(people_keys) AS key FROM scanned_files
        WHERE state <> 'missing' AND list_has_any(people_keys, $keys::VARCHAR[])
    ) SEMI JOIN candidates USING (key)
), findings AS (
    SELECT concat(n.file_id, ' ', n.key) AS subject, c.facts, n.key, n.file_id
    FROM (FROM named ANTI JOIN (SELECT f.file_id, c.key FROM assigned_people AS f JOIN candidates AS c USING (person_id))
          USING (file_id, key)) AS n
    JOIN (SELECT key, hash(list(person_id ORDER BY person_id)) AS facts FROM candidates GROUP BY key) AS c USING (key)
)
SELECT f.subject AS subjects, f.facts AS digests, d.subject IS NOT NULL AS ignored
FROM findings AS f
LEFT JOIN check_dismissals AS d ON d.kind = 'ambiguous_person' AND d.subject = f.subject AND d.facts = f.facts
ORDER BY f.key, f.file_id;

-- name: copies
-- Payloads of several present files that would not have the same people, placeholders aside. $names and $name_keys are
-- all spellings in use with their person_key.
WITH several AS (
    SELECT file_hash FROM scanned_files WHERE state <> 'missing' AND file_hash IS NOT NULL
    GROUP BY file_hash HAVING count(*) > 1
), copies AS (
    SELECT f.file_hash, f.file_id, coalesce(i.result, i.existing, f.people) AS names
    FROM (FROM scanned_files SEMI JOIN several USING (file_hash)) AS f
    LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
    WHERE f.state <> 'missing'
), keyed AS (
    SELECT unnest($names::VARCHAR[]) AS name, unnest($name_keys::VARCHAR[]) AS key
), people AS (
    SELECT file_id, list(coalesce(key, lower(name)) ORDER BY coalesce(key, lower(name))) AS people
    FROM (SELECT file_id, unnest(names) AS name FROM copies) LEFT JOIN keyed USING (name)
    WHERE NOT list_contains($placeholders::VARCHAR[], coalesce(key, lower(name))) GROUP BY file_id
), findings AS (
    SELECT file_hash, min(file_id) AS first, hash(list(coalesce(people, []) ORDER BY file_id)) AS facts
    FROM copies LEFT JOIN people USING (file_id) GROUP BY file_hash HAVING count(DISTINCT coalesce(people, [])) > 1
)
SELECT file_hash AS subjects, f.facts AS digests, d.subject IS NOT NULL AS ignored
FROM findings AS f
LEFT JOIN check_dismissals AS d ON d.kind = 'copies' AND d.subject = file_hash AND d.facts = f.facts
ORDER BY first;

-- name: corruption
-- Present files whose media differed at the last verification, although their size and time are the same.
SELECT DISTINCT ON (f.file_id) f.file_id::VARCHAR AS subjects, hash(c.differing_hash) AS digests,
       d.subject IS NOT NULL AS ignored
FROM hash_cache AS c JOIN scanned_files AS f USING (device, inode, size, mtime_ns)
LEFT JOIN check_dismissals AS d
    ON d.kind = 'corruption' AND d.subject = f.file_id::VARCHAR AND d.facts = hash(c.differing_hash)
WHERE c.differing_hash IS NOT NULL AND f.state <> 'missing'
ORDER BY f.file_id, c.file_hash;

-- name: same_name_rows
-- Part of other statements: unmatched files of a legacy .db file, each with the only file here that has its name (which
-- no other file there has), its people that this file does not have, and the number of its suggestions and past writes.
SELECT l.path, n.file_id, coalesce(p.names, []) AS names, coalesce(s.faces, 0) AS faces, coalesce(i.items, 0) AS items
FROM legacy_files AS l
JOIN (SELECT file_name, any_value(file_id) AS file_id FROM scanned_files
      WHERE state <> 'missing' AND file_name IN (SELECT file_name FROM legacy_files WHERE is_unique)
      GROUP BY file_name HAVING count(*) = 1) AS n USING (file_name)
LEFT JOIN (SELECT v.path_bytes, list(p.name ORDER BY v.assignment_id) AS names, list(v.person_id) AS person_ids
           FROM video_people AS v JOIN people AS p USING (person_id)
           WHERE v.path_bytes IN (SELECT path_bytes FROM legacy_files) GROUP BY v.path_bytes) AS p USING (path_bytes)
LEFT JOIN (SELECT file_id, list(person_id) AS person_ids FROM assigned_people GROUP BY file_id) AS a ON a.file_id = n.file_id
LEFT JOIN (SELECT path_bytes, count(*) AS faces FROM face_suggestions GROUP BY path_bytes) AS s USING (path_bytes)
LEFT JOIN (SELECT path_bytes, file_id, count(*) AS items FROM metadata_operation_items WHERE id < 0
           GROUP BY path_bytes, file_id) AS i ON i.path_bytes = l.path_bytes AND i.file_id <> n.file_id
WHERE l.is_unique AND (s.faces > 0 OR i.items > 0 OR NOT list_has_all(coalesce(a.person_ids, []), coalesce(p.person_ids, [])));

-- name: same_name
-- Unmatched files of a legacy .db file that may be a file here.
SELECT r.path AS subjects, hash(r.file_id) AS digests, d.subject IS NOT NULL AS ignored
FROM (/* same_name_rows */) AS r
LEFT JOIN check_dismissals AS d ON d.kind = 'same_name' AND d.subject = r.path AND d.facts = hash(r.file_id)
ORDER BY r.path;

-- name: same_name_files
-- The same, in full, for some paths.
SELECT * FROM (/* same_name_rows */) WHERE path IN (SELECT unnest($paths::VARCHAR[]));

-- name: other_recording_rows
-- Part of other statements: files of a recording without people that no other file has, beside a recording with people or
-- decisions that left. The evidence `digest`: no present file has that recording, and this one, a later one, alone without
-- people has an equal digest. `path`: the file is at its path. `rewrite`: and it is as long, or a photo of the same moment.
-- `duration`: no present file has that recording, and this one is the only later file of its folder that is as long. `is_sure`:
-- digest or rewrite, no other file has the digest or, in the folder of a rewritten video, its duration, and the copies of the
-- file are asked about no other recording. A file that names other people is another recording. An edit of the people of that
-- recording replaces those of the database.
WITH decided AS (
    SELECT file_id, list(DISTINCT fact ORDER BY fact) AS facts FROM (
        SELECT file_id, kind AS fact FROM decisions WHERE revoked_at IS NULL AND kind <> 'edit'
        UNION ALL SELECT file_id, 'lock:' || field FROM field_locks
        UNION ALL SELECT file_id, 'title' FROM title_assignments)
    GROUP BY file_id
), former AS (
    SELECT m.path_bytes, m.path, m.file_id, m.file_hash, m.media_digest, m.duration, m.library_id, m.folder, m.scanned_at,
           coalesce(any_value(e.people), list(DISTINCT p.name ORDER BY p.name) FILTER (p.name IS NOT NULL), []) AS names,
           coalesce(any_value(d.facts), []) AS facts
    FROM (FROM scanned_files WHERE state = 'missing' AND file_hash IS NOT NULL) AS m
    LEFT JOIN video_people AS v ON v.file_hash = m.file_hash LEFT JOIN people AS p USING (person_id)
    LEFT JOIN (FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL) AS e ON e.file_id = m.file_id
    LEFT JOIN decided AS d ON d.file_id = m.file_id
    GROUP BY m.path_bytes, m.path, m.file_id, m.file_hash, m.media_digest, m.duration, m.library_id, m.folder, m.scanned_at
    HAVING len(names) > 0 OR len(facts) > 0
), gone AS (
    FROM former
    WHERE file_hash NOT IN (SELECT file_hash FROM scanned_files WHERE state <> 'missing' AND file_hash IS NOT NULL)
      AND file_hash NOT IN (SELECT o.file_hash FROM film_hashes AS o JOIN film_hashes AS n USING (film_id)
                            JOIN scanned_files AS s ON s.file_hash = n.file_hash AND s.state <> 'missing')
), free AS (
    FROM scanned_files WHERE state = 'ok'
      AND file_hash NOT IN (SELECT file_hash FROM video_people WHERE file_hash IS NOT NULL)
      AND file_id NOT IN (SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL)
), alike AS (
    SELECT f.file_id AS former_id, i.file_id
    FROM gone AS f JOIN free AS i ON i.media_digest[:19] = f.media_digest[:19] AND i.file_hash <> f.file_hash
    WHERE f.media_digest <> '' AND i.first_seen_at > f.scanned_at AND /* digests_agree */ AND /* is_as_long */ AND /* is_as_large */
    QUALIFY count(*) OVER (PARTITION BY f.file_id) = 1 AND count(*) OVER (PARTITION BY i.file_id) = 1
), as_long AS (
    SELECT f.file_id AS former_id, i.file_id
    FROM gone AS f JOIN free AS i ON i.library_id = f.library_id AND i.folder = f.folder AND i.first_seen_at > f.scanned_at
         AND i.duration IS NOT NULL AND f.duration IS NOT NULL AND /* is_as_long */
    QUALIFY count(*) OVER (PARTITION BY f.file_id) = 1 AND count(*) OVER (PARTITION BY i.file_id) = 1
), at_path AS (
    SELECT f.file_id AS former_id, i.file_id,
           CASE WHEN i.media_kind = 'photo' THEN i.media_digest <> '' AND f.media_digest <> '' AND /* digests_agree */
                ELSE i.duration IS NOT NULL AND f.duration IS NOT NULL AND /* is_as_long */ END AS is_alike
    FROM former AS f JOIN free AS i ON i.path_bytes = f.path_bytes AND i.file_hash <> f.file_hash
), pairs AS (
    SELECT former_id, file_id, 'digest' AS evidence, 1 AS place FROM alike
    UNION ALL SELECT former_id, file_id, CASE WHEN is_alike THEN 'rewrite' ELSE 'path' END, 2 FROM at_path WHERE former_id NOT IN (SELECT former_id FROM alike)
    UNION ALL SELECT former_id, file_id, 'duration', 3 FROM as_long
        WHERE former_id NOT IN (SELECT former_id FROM alike UNION ALL SELECT former_id FROM at_path)
), chosen AS (
    SELECT n.file_id, n.file_hash, f.file_hash AS former_hash, f.file_id AS former_id, p.evidence, f.names, f.facts,
           n.media_kind = 'photo' AS is_photo, n.media_digest <> '' AND EXISTS (
               FROM scanned_files AS o WHERE o.media_digest[:19] = n.media_digest[:19] AND o.file_hash NOT IN (n.file_hash, f.file_hash)
           ) OR p.evidence = 'rewrite' AND EXISTS (
               FROM scanned_files AS i WHERE i.library_id = f.library_id AND i.folder = f.folder
               AND i.duration IS NOT NULL AND /* is_as_long */ AND i.file_hash NOT IN (n.file_hash, f.file_hash)
           ) AS has_likes,
           CASE WHEN f.path_bytes <> n.path_bytes THEN f.path END AS path
    FROM pairs AS p JOIN former AS f ON f.file_id = p.former_id JOIN scanned_files AS n ON n.file_id = p.file_id
    LEFT JOIN decided AS own ON own.file_id = n.file_id
    WHERE NOT EXISTS (FROM scanned_files AS o WHERE o.file_hash = n.file_hash AND o.file_id NOT IN (SELECT file_id FROM pairs))
      AND (len(f.names) > 0 OR NOT list_has_all(coalesce(own.facts, []), f.facts))
      AND (len(f.names) = 0 OR len(n.people) = 0 OR list_has_any(n.people, f.names)
           OR list_has_any(n.people_keys, list_transform(f.names, lambda a: lower(a))))
    QUALIFY row_number() OVER (PARTITION BY n.file_id ORDER BY p.place, p.evidence = 'path', f.file_id DESC) = 1
)
SELECT *, (evidence IN ('digest', 'rewrite') AND NOT has_likes AND min(former_hash) OVER of_hash = max(former_hash) OVER of_hash) AS is_sure
FROM chosen WINDOW of_hash AS (PARTITION BY file_hash)

-- name: copied_people_rows
-- Part of other statements: present files with the people that an earlier version copied to their recordings.
SELECT f.file_id, c.file_hash, c.former_hash, list(DISTINCT p.name ORDER BY p.name) AS names
FROM copied_people AS c JOIN scanned_files AS f ON f.file_hash = c.file_hash AND f.state <> 'missing'
JOIN video_people AS v ON v.file_hash = c.file_hash AND v.person_id = c.person_id JOIN people AS p ON p.person_id = c.person_id
GROUP BY ALL

-- name: other_recording
-- Files that may be a recording whose people wait.
SELECT file_id::VARCHAR AS subjects, hash(r.file_hash, r.former_hash) AS digests, d.subject IS NOT NULL AS ignored, is_sure
FROM (/* other_recording_rows */) AS r LEFT JOIN check_dismissals AS d
    ON d.kind = 'other_recording' AND d.subject = file_id::VARCHAR AND d.facts = hash(r.file_hash, r.former_hash)
ORDER BY file_id;

-- name: other_recording_names
-- What waits for them, and why.
SELECT file_id::VARCHAR, former_id, evidence, is_photo, names, facts, path FROM (/* other_recording_rows */)
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: copied_people
-- Files with copied people.
SELECT file_id::VARCHAR AS subjects, hash(r.names) AS digests, d.subject IS NOT NULL AS ignored
FROM (/* copied_people_rows */) AS r LEFT JOIN check_dismissals AS d
    ON d.kind = 'copied_people' AND d.subject = file_id::VARCHAR AND d.facts = hash(r.names)
ORDER BY file_id;

-- name: copied_people_names
-- The copied people of files.
SELECT file_id::VARCHAR, NULL AS former_id, '' AS evidence, FALSE AS is_photo, names, [] AS facts, NULL AS path
FROM (/* copied_people_rows */) WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: several_rows
-- Part of other statements: films and episodes with several present main files that have the same part and the same edition,
-- with the ids of these files. Only letters and digits of an edition count: `Director's Cut` is `directors.cut`.
WITH alike AS (
    SELECT l.entity_type, l.entity_id, l.file_id
    FROM title_files AS l JOIN scanned_files AS f USING (file_id)
    WHERE l.role = 'main' AND l.entity_type IN ('movie', 'episode') AND f.state <> 'missing'
    QUALIFY count(*) OVER (PARTITION BY l.entity_type, l.entity_id, l.part,
                                        regexp_replace(lower(l.edition), '[^\pL\pN]', '', 'g')) > 1
)
SELECT a.entity_type, a.entity_id, list(a.file_id ORDER BY a.file_id) AS file_ids
FROM alike AS a ANTI JOIN (FROM movies WHERE state = 'ignored') AS i ON a.entity_type = 'movie' AND i.id = a.entity_id
GROUP BY a.entity_type, a.entity_id

-- name: several_files
-- Films and episodes with several main files.
SELECT r.entity_id::VARCHAR AS subjects, hash(r.file_ids) AS digests, d.subject IS NOT NULL AS ignored
FROM (/* several_rows */) AS r JOIN titles AS t ON t.id = r.entity_id AND t.entity_type = r.entity_type
LEFT JOIN series AS s ON s.id = t.series_id
LEFT JOIN check_dismissals AS d
    ON d.kind = 'several_files' AND d.subject = r.entity_id::VARCHAR AND d.facts = hash(r.file_ids)
ORDER BY lower(coalesce(s.sort_title, t.sort_title)), t.season, t.episode, t.sort_title, t.id;

-- name: titles_with_several_files
-- The same, in full, for some titles; of the files the one with the largest picture first.
SELECT r.entity_type, t.id, t.title, t.year, coalesce(s.title, '') AS series_title, t.season, t.episode, t.aired,
       list(f.file_id ORDER BY coalesce(TRY_CAST(split_part(m.resolution, 'x', 1) AS INTEGER), 0) DESC, f.size DESC, f.file_id)
           AS file_ids
FROM (SELECT entity_type, entity_id, unnest(file_ids) AS file_id FROM (/* several_rows */)
      WHERE entity_id IN (SELECT unnest($ids::BIGINT[]))) AS r
JOIN titles AS t ON t.id = r.entity_id AND t.entity_type = r.entity_type LEFT JOIN series AS s ON s.id = t.series_id
JOIN scanned_files AS f USING (file_id) LEFT JOIN media_properties AS m USING (file_id)
GROUP BY ALL;

-- name: shared_rows
-- Part of other statements: films or series of one library with one id, which one of them holds. Those without files that no person
-- has changed do not count, nor those that are ignored. Titles with several common ids are one row.
WITH alive AS (
    SELECT IF(l.entity_type = 'episode', 'series', l.entity_type) AS entity_type, coalesce(e.series_id, l.entity_id) AS entity_id
    FROM title_files AS l JOIN scanned_files AS f USING (file_id)
    LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id WHERE f.state <> 'missing'
    UNION SELECT entity_type, entity_id FROM touched_titles
)
SELECT list_aggregate(list(i.entity_id ORDER BY i.entity_id), 'string_agg', ' ') AS subject, i.entity_type, i.provider, i.external_id,
       list(i.entity_id ORDER BY i.entity_id <> i.holder_id, i.entity_id) AS title_ids
FROM (/* of_titles */) AS i SEMI JOIN alive AS a USING (entity_type, entity_id)
ANTI JOIN (SELECT entity_type, id FROM titles WHERE state = 'ignored') AS n ON n.entity_type = i.entity_type AND n.id = i.entity_id
GROUP BY i.library_id, i.entity_type, i.provider, i.external_id HAVING count(*) > 1
QUALIFY row_number() OVER (PARTITION BY subject ORDER BY (SELECT k.rank FROM id_kinds AS k WHERE k.kind = i.provider), i.external_id) = 1

-- name: shared_id
-- Films and series of one library with one id.
SELECT r.subject AS subjects, hash(r.provider, r.external_id) AS digests, d.subject IS NOT NULL AS ignored
FROM (/* shared_rows */) AS r
LEFT JOIN check_dismissals AS d ON d.kind = 'shared_id' AND d.subject = r.subject AND d.facts = hash(r.provider, r.external_id)
ORDER BY r.entity_type, r.title_ids;

-- name: titles_with_shared_id
-- The same, in full, for some subjects; the title that holds the id comes first.
SELECT subject, entity_type, provider, external_id, title_ids FROM (/* shared_rows */)
WHERE subject IN (SELECT unnest($subjects::VARCHAR[]));

-- name: name_uses
-- Every spelling in use in present files (for files of the plan, after the write): the number of files, and a digest of the
-- payload or path where all files are copies of one.
SELECT s.name, count(*) AS files, CASE WHEN min(s.film) = max(s.film) THEN min(s.film) END AS film
FROM (
    SELECT unnest(CASE WHEN i.file_id IS NULL THEN f.people ELSE coalesce(i.result, i.existing) END) AS name,
           hash(coalesce(encode(f.file_hash), f.path_bytes)) AS film
    FROM scanned_files AS f
    LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
    WHERE f.state <> 'missing'
) AS s
GROUP BY s.name;

-- name: person_keys
-- Name and key of every person.
SELECT name, person_key FROM people;

-- name: alias_keys
-- The keys of all aliases.
SELECT alias_key FROM person_aliases;

-- name: ignored_findings
-- The ignored findings of one kind: subject, digest, title.
SELECT subject, facts, title FROM check_dismissals WHERE kind = $kind;

-- Reading: the data of one page of findings.

-- name: files
-- Some files: their place, the people after the write, in the comment, and in the database.
WITH requested AS (
    FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))
), assigned AS (
    SELECT f.file_id, v.person_id, v.assignment_id FROM requested AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    UNION ALL
    SELECT f.file_id, v.person_id, v.assignment_id FROM requested AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
)
SELECT f.file_id, f.file_name, f.path AS file_path, f.folder, l.name AS library,
       coalesce(i.result, i.existing, f.people) AS people, f.people AS named, coalesce(e.names, []) AS known,
       i.risk_level::VARCHAR AS risk, coalesce(string_split(m.faces, '; '), []) AS faces, m.resolution,
       coalesce(m.duration, f.duration) AS duration, f.size
FROM requested AS f
JOIN libraries AS l USING (library_id)
LEFT JOIN (FROM plan_rows_of($variant_id, $plan_id) WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))) AS i USING (file_id)
LEFT JOIN (SELECT file_id, list(name ORDER BY assignment_id) AS names FROM assigned JOIN people USING (person_id)
           GROUP BY file_id) AS e USING (file_id)
LEFT JOIN (SELECT file_id, faces, resolution, duration FROM media_properties WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))) AS m USING (file_id)
ORDER BY f.path_search, f.file_id;

-- name: files_of_payloads
-- The present files of some payloads.
SELECT file_hash, list(file_id ORDER BY file_id) FROM scanned_files
WHERE state <> 'missing' AND file_hash IN (SELECT unnest($hashes::VARCHAR[])) GROUP BY file_hash;

-- name: names_in_files
-- Of some spellings: whether a person has it, the number of files that have this person in the database, that name it in
-- the comment, and that have either; and the first of those files.
WITH requested AS (
    SELECT unnest($names::VARCHAR[]) AS name
), assigned AS (
    SELECT p.name, f.file_id
    FROM (FROM people SEMI JOIN requested USING (name)) AS p JOIN video_people AS v USING (person_id)
    JOIN scanned_files AS f ON f.file_hash = v.file_hash
    UNION
    SELECT p.name, f.file_id
    FROM (FROM people SEMI JOIN requested USING (name)) AS p JOIN video_people AS v USING (person_id)
    JOIN scanned_files AS f ON f.path_bytes = v.path_bytes
), named AS (
    SELECT DISTINCT name, file_id FROM (
        SELECT file_id, unnest(people) AS name FROM scanned_files
        WHERE state <> 'missing' AND list_has_any(people, $names::VARCHAR[])
    ) SEMI JOIN requested USING (name)
), counted AS (
    SELECT name, count(*) FILTER (source = 'assigned') AS assigned, count(*) FILTER (source = 'named') AS named,
           count(DISTINCT file_id) AS files, list_sort(list(DISTINCT file_id))[:$limit] AS first
    FROM (SELECT *, 'assigned' AS source FROM assigned UNION ALL SELECT *, 'named' FROM named) GROUP BY name
)
SELECT r.name, EXISTS (FROM people AS p WHERE p.name = r.name) AS is_known, coalesce(c.assigned, 0) AS assigned,
       coalesce(c.named, 0) AS named, coalesce(c.files, 0) AS files, coalesce(c.first, []) AS first
FROM requested AS r LEFT JOIN counted AS c USING (name);

-- name: files_naming
-- Present files whose comments have a name of one of these keys: the first of them, and the count.
SELECT key, list_sort(list(file_id))[:$limit], count(*) FROM (
    SELECT DISTINCT file_id, unnest(people_keys) AS key FROM scanned_files
    WHERE state <> 'missing' AND list_has_any(people_keys, $keys::VARCHAR[])
) WHERE list_contains($keys::VARCHAR[], key) GROUP BY key;

-- name: files_with_spelling
-- Present files whose comment has exactly this spelling.
SELECT file_id FROM scanned_files WHERE state <> 'missing' AND list_contains(people, $name) ORDER BY file_id;

-- name: edits_with_spelling
-- Files whose edit in force has exactly this spelling.
SELECT file_id FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL AND list_contains(people, $name) ORDER BY file_id;

-- name: files_using
-- Files that have one of these spellings (for files of the plan, after the write), by key: the first of them, and the
-- count.
SELECT key, list_sort(list(file_id))[:$limit], count(*) FROM (
    SELECT DISTINCT key, file_id
    FROM (
        SELECT f.file_id, unnest(CASE WHEN i.file_id IS NULL THEN f.people ELSE coalesce(i.result, i.existing) END) AS name
        FROM scanned_files AS f
        LEFT JOIN plan_rows_of($variant_id, $plan_id) AS i USING (file_id)
        WHERE i.file_id IS NOT NULL OR f.state <> 'missing'
    ) JOIN (SELECT unnest($names::VARCHAR[]) AS name, unnest($name_keys::VARCHAR[]) AS key) USING (name)
) GROUP BY key;

-- name: assignment_targets
-- The payload or path to which people of these files are assigned.
SELECT file_id, file_hash, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))
ORDER BY file_id;

-- name: files_with_people
-- Files in which these people are or will be: the first of them, and the count.
SELECT n.name, list_sort(list(c.file_id))[:$limit], count(*)
FROM (SELECT unnest($names::VARCHAR[]) AS name) AS n JOIN /* derived */.appearances AS c ON c.person = hash(lower(n.name)) GROUP BY n.name;

-- name: ignore
-- The user ignores these findings.
INSERT INTO check_dismissals
SELECT $kind::VARCHAR, unnest($subjects::VARCHAR[]), unnest($facts::UBIGINT[]), unnest($titles::VARCHAR[]), $at;

-- name: unignore
-- The user no longer ignores these findings.
DELETE FROM check_dismissals WHERE kind = $kind AND subject IN (SELECT unnest($subjects::VARCHAR[]));
