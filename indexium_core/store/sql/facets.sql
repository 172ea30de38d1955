-- name: counts
-- The counts of all facets of a search. Each facet is counted over the search without its own term: `missed` has a bit
-- for each facet whose term (it replaces `TRUE /* risk */` and so on) does not match, so a file counts for a facet if no
-- other bit is set. Three kinds of rows: `groups` has a few hundred rows for any number of files; `folder` and `person`
-- have the values with most files, the selected values, and the number of all values. Unchanged items are listed only on
-- request, but the risk facet always counts them.
WITH locks AS MATERIALIZED (
    SELECT file_id, bit_or(1::BIGINT << (list_position($lockable::VARCHAR[], field) - 1)) AS bits
    FROM locked_fields GROUP BY file_id
), found AS MATERIALIZED (
    SELECT i.file_id, coalesce(k.bits, 0) AS locks, i.risk_level, i.category, i.container, i.issue_set, f.folder, i.result_people AS people,
           i.risk_level <> 'unchanged' OR $unchanged AS listed,
           -- The same, where a person may be in them twice: under the name and an alias.
           CASE WHEN i.edited OR i.risk_level = 'unchanged' AND len(i.existing_people) <> len(i.db_people)
                THEN i.result_people END AS all_people,
           (NOT coalesce((TRUE /* risk */), FALSE))::INTEGER
           | ((NOT coalesce((TRUE /* category */), FALSE))::INTEGER << 1)
           | ((NOT coalesce((TRUE /* issue */), FALSE))::INTEGER << 2)
           | ((NOT coalesce((TRUE /* container */), FALSE))::INTEGER << 3)
           | ((NOT coalesce((TRUE /* folder */), FALSE))::INTEGER << 4)
           | ((NOT coalesce((TRUE /* person */), FALSE))::INTEGER << 5)
           | ((NOT coalesce((TRUE /* tags */), FALSE))::INTEGER << 6)
           | ((NOT coalesce((TRUE /* locked */), FALSE))::INTEGER << 7) AS missed
    FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
    LEFT JOIN locks AS k ON k.file_id = i.file_id
    WHERE ($postponed OR NOT i.postponed) AND (TRUE /* search */)
),
-- Every folder with the files in and below it; the root has only its own files.
folders AS (
    SELECT mode(value) AS value, sum(files) AS files FROM (
        SELECT files, unnest(list_transform(range(1, len(parts) + 1), lambda n: '/' || array_to_string(parts[1:n], '/')))
               AS value
        FROM (SELECT string_split(folder, '/') AS parts, count(*) AS files
              FROM found WHERE listed AND missed IN (0, 16) GROUP BY folder)
    ) GROUP BY strip_accents(lower(value))
),
-- The person of a spelling: a spelling of a person or alias by its key (Straße is Strasse, İpek is not ipek), any other
-- by lower(). The key of a person is never an alias.
spellings AS (
    SELECT name AS spelling, min(name) OVER (PARTITION BY person_key) AS name FROM people
    UNION ALL SELECT alias, min(name) OVER (PARTITION BY person_key) FROM person_aliases JOIN people USING (person_id)
    WHERE alias_key NOT IN (SELECT person_key FROM people)
),
exact_spellings AS MATERIALIZED (SELECT spelling, min(name) AS name FROM spellings GROUP BY spelling),
lowered_spellings AS MATERIALIZED (SELECT lower(spelling) AS key, min(name) AS name FROM spellings GROUP BY key),
-- The people of most files are those of the result. In files with `all_people`, each person counts once.
spellings_used AS (
    SELECT unnest(people) AS name, count(*) AS files
    FROM found WHERE listed AND missed IN (0, 32) AND all_people IS NULL GROUP BY name
    UNION ALL
    SELECT name, count(*) FROM (
        SELECT min(e.name) AS name FROM (
            SELECT file_id, unnest(all_people) AS name
            FROM found WHERE listed AND missed IN (0, 32) AND all_people IS NOT NULL
        ) AS e LEFT JOIN exact_spellings AS x ON x.spelling = e.name LEFT JOIN lowered_spellings AS m ON m.key = lower(e.name)
        GROUP BY file_id, coalesce(x.name, m.name, lower(e.name))
    ) GROUP BY name
),
-- One row for each person, with all spellings and aliases.
persons AS (
    SELECT coalesce(min(x.name), min(m.name), mode(s.name)) AS value, sum(s.files) AS files
    FROM spellings_used AS s LEFT JOIN exact_spellings AS x ON x.spelling = s.name LEFT JOIN lowered_spellings AS m ON m.key = lower(s.name)
    GROUP BY coalesce(x.name, m.name, lower(s.name))
)
SELECT g.* REPLACE (s.codes AS codes)
FROM (
    SELECT 'groups' AS facet, risk_level::VARCHAR AS risk, category::VARCHAR AS category, container, issue_set AS codes,
           len(people) AS tags, locks, missed, NULL AS value, count(*) AS files, NULL AS total
    FROM found WHERE bit_count(missed) <= 1 GROUP BY ALL
) AS g JOIN issue_sets AS s ON s.variant_id = $variant_id AND s.issue_set = g.codes
UNION ALL
SELECT 'folder', NULL, NULL, NULL, NULL, NULL, NULL, NULL, value, files, count(*) OVER ()
FROM folders WHERE contains(strip_accents(lower(value)), $folder_part)
QUALIFY row_number() OVER (ORDER BY files DESC, value) <= $limit OR list_contains($folders::VARCHAR[], value)
UNION ALL
SELECT 'person', NULL, NULL, NULL, NULL, NULL, NULL, NULL, value, files, count(*) OVER ()
FROM persons WHERE contains(strip_accents(lower(value)), $person_part)
QUALIFY row_number() OVER (ORDER BY files DESC, value) <= $limit OR list_contains($persons::VARCHAR[], lower(value));

-- name: extensions
-- The extensions of all files of a version, with file counts.
SELECT f.file_ext, count(*) AS files
FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id)
WHERE f.file_ext <> ''
GROUP BY ALL ORDER BY files DESC, f.file_ext;
