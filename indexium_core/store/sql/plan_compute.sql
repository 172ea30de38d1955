-- How a version of the plan is computed from the catalog, the people and the decisions. `plan_read.sql` reads versions.

-- name: status
-- One variant: its newest version, the newest mark that it includes, the newest mark of all, whether it lacks nothing but
-- results while a write runs, whether a postponement has expired, and whether the variant was last used more than a day
-- ago. No row: the variant does not exist yet.
SELECT variant_id, plan_id, seen_mark, m.newest, m.newest_other <= seen_mark AND o.running > 0, d.expired > 0,
       used_at < $now - INTERVAL 1 DAY
FROM plan_variants,
     (SELECT coalesce(max(mark_id), 0) AS newest, coalesce(max(mark_id) FILTER (NOT by_result), 0) AS newest_other
      FROM plan_marks) AS m,
     (SELECT count(*) AS running FROM metadata_operations WHERE status = 'in_progress') AS o,
     (SELECT count(*) AS expired FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL AND until <= $now) AS d
WHERE people_mode IS NOT DISTINCT FROM $people_mode AND comment_mode IS NOT DISTINCT FROM $comment_mode
  AND include_unknown = $include_unknown AND hard_links = $hard_links AND large_bytes = $large_bytes AND rules = $rules;

-- name: newest_mark
-- The newest mark of all.
SELECT coalesce(max(mark_id), 0) FROM plan_marks;

-- name: shape
-- What the computed files have, so that parts of the statement can be replaced: whether an edit of a field is in force, whether
-- people have aliases, the number of marked files, of their marks that no decision made, and of their rows in force with
-- issues. $after_mark: the files with a newer mark; NULL: all files.
WITH marked AS MATERIALIZED (SELECT file_id, by_decision FROM plan_marks WHERE mark_id > $after_mark)
SELECT EXISTS (FROM decisions WHERE revoked_at IS NULL AND edited_field(kind) IS NOT NULL
               AND ($after_mark IS NULL OR file_id IN (SELECT file_id FROM marked))),
       EXISTS (FROM person_aliases), m.files, m.other_marks, r.with_issues
FROM (SELECT count(DISTINCT file_id) AS files, count(*) FILTER (NOT by_decision) AS other_marks FROM marked) AS m,
     (SELECT count(*) AS with_issues FROM plan_rows WHERE variant_id = $variant_id AND to_version IS NULL
      AND risk_level <> 'unchanged' AND file_id IN (SELECT file_id FROM marked)) AS r;

-- name: next_id
-- The id of a new variant.
SELECT nextval('ids');

-- name: next_plan_id
-- The id of a new version.
SELECT nextval('plan_ids');

-- name: add_variant
-- Add a variant. It has seen every mark, because its first version includes all files.
INSERT INTO plan_variants (variant_id, people_mode, comment_mode, include_unknown, seen_mark, used_at, hard_links,
                           large_bytes, rules)
VALUES ($variant_id, $people_mode, $comment_mode, $include_unknown, $seen_mark, $now, $hard_links, $large_bytes, $rules);

-- name: compute_all
-- Compute the rows of all files, in force from version $plan_id on.
INSERT INTO plan_rows BY NAME
WITH scope AS NOT MATERIALIZED (/* files */),
/* assigned */,
-- A twin has the same key as another person.
known AS MATERIALIZED (
    SELECT person_id, name, person_key, row_number() OVER () AS nr,
           person_key IN (SELECT person_key FROM people GROUP BY person_key HAVING count(*) > 1) AS may_be_twin,
           NOT is_valid_name(name) AS is_invalid
    FROM people
),
-- Payloads that more than one present file holds, as hashes of their hashes: 8 bytes to compare instead of 35.
copied AS (
    SELECT hash(file_hash) AS payload FROM scanned_files
    WHERE state <> 'missing' AND file_hash IS NOT NULL GROUP BY payload HAVING count(*) > 1
),
/* rules */
SELECT $variant_id AS variant_id, $plan_id AS from_version, * FROM stored;

-- name: compute_marked
-- Compute the rows of the marked files. Only the people of these files and only copies of their payloads are read. Where all
-- marks of a file come from decisions, both are those of its row in force: finding them by the payload reads the payloads of
-- all files.
CREATE OR REPLACE TEMP TABLE plan_new AS
WITH marked AS MATERIALIZED (
    SELECT file_id, bool_and(by_decision) AS is_only_decided FROM plan_marks WHERE mark_id > $after_mark GROUP BY file_id
),
scope AS MATERIALIZED (
    /* files */ WHERE file_id IN (SELECT file_id FROM marked)
),
in_force AS MATERIALIZED (
    SELECT file_id, coalesce(known, result, existing) AS db_people, risk_level <> 'unchanged' AS has_issues,
           issue_set & $copy_rules > 0 AS is_copied
    FROM plan_rows WHERE variant_id = $variant_id AND to_version IS NULL
      AND file_id IN (SELECT file_id FROM marked WHERE is_only_decided)
),
changed AS MATERIALIZED (FROM scope WHERE file_id IN (SELECT file_id FROM marked WHERE NOT is_only_decided)),
assigned AS MATERIALIZED (
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM changed AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    UNION ALL
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM changed AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
    UNION ALL
    SELECT i.file_id, i.place, p.person_id
    FROM (SELECT file_id, unnest(db_people) AS name, generate_subscripts(db_people, 1) AS place FROM in_force) AS i
    JOIN (SELECT name, min(person_id) AS person_id FROM people GROUP BY name) AS p USING (name)
),
known AS MATERIALIZED (
    SELECT person_id, name, person_key, row_number() OVER () AS nr, TRUE AS may_be_twin,
           NOT is_valid_name(name) AS is_invalid
    FROM people WHERE person_id IN (SELECT person_id FROM assigned)
),
/* marked_copies */,
/* rules */
FROM stored;

-- name: files
-- Part of other statements: the files, with what several rules ask of them. A rule may read any column: only those in use cost.
SELECT *,
       -- A write copies the whole file, or puts a new file in its place.
       ends_with(strategy, '_copy') OR ends_with(strategy, '_remux') AS is_copied, coalesce(nlink, 1) > 1 AS is_linked,
       is_linked AND $hard_links <> 'break' AND (is_copied OR ends_with(strategy, '_reflink')) AS separates_names,
       state = 'ok' AND strategy = '' AND strategy_code <> 'read_only' AS has_no_strategy
FROM scanned_files;

-- name: assigned
-- Part of other statements: the people of each file in the database. An assignment refers to the hash, or to the path of
-- a file without a hash.
assigned AS (
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM scope AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    UNION ALL
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM scope AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
);

-- name: marked_copies
-- Part of other statements: the payloads of the marked files that another present file holds. `plan_compute_copies.sql`
-- replaces this part where the rows in force show all of them.
copied AS (
    SELECT hash(file_hash) AS payload FROM scanned_files
    WHERE state <> 'missing' AND file_hash IN (
        SELECT file_hash FROM scope WHERE file_id NOT IN (SELECT file_id FROM in_force WHERE has_issues)
    )
    GROUP BY payload HAVING count(*) > 1
    UNION ALL
    SELECT hash(file_hash) FROM scope WHERE file_id IN (SELECT file_id FROM in_force WHERE is_copied)
);

-- name: field_changes
-- Part of other statements: the edits of fields that change a value of the file, one for each place of the field.
-- $writable_fields has each container with each field that it can store, $limited_fields those with limits of the value: a
-- pattern, a range of texts and a number of bytes. `plan_compute_people.sql` replaces this part and the next two where no
-- file has such an edit.
field_changes AS (
    SELECT file_id, flatten(list(places ORDER BY field)) AS field_changes,
           map(list(field ORDER BY field), list(value ORDER BY field)) AS new_field_values,
           bool_or(is_writable) AS has_possible_edit, bool_or(NOT is_writable) AS has_impossible_edit
    FROM (
        SELECT file_id, field, value, is_writable, list_transform(
                   CASE WHEN len(places) > 1 THEN places
                        ELSE [{'field': field, 'where': 'container', 'value': value_now, 'takes_value': TRUE}] END,
                   lambda p: {'field': field, 'where': p."where", 'old': p."value",
                              'new': CASE WHEN p.takes_value THEN value END, 'is_writable': is_writable}) AS places
        FROM (
            SELECT d.file_id, edited_field(d.kind) AS field, d.value, f.fields[field] AS value_now,
                   list_filter(field_places_of(f.field_places), lambda p: p."field" = field) AS places,
                   concat_ws(' ', f.container, field) AS place,
                   list_position($limited_fields::VARCHAR[], place) AS limit_nr,
                   CASE WHEN NOT list_contains($writable_fields::VARCHAR[], place) THEN FALSE
                        WHEN f.field_problems[CASE WHEN d.value IS NULL THEN '-' || field ELSE field END] IS NOT NULL
                        THEN FALSE
                        WHEN limit_nr > 0 AND d.value IS NOT NULL
                        THEN d.value BETWEEN $lowest_values[limit_nr] AND $highest_values[limit_nr]
                             AND strlen(d.value) <= $most_bytes[limit_nr]
                             AND regexp_full_match(d.value, $value_patterns[limit_nr], 's')
                        ELSE TRUE END AS is_writable
            FROM decisions AS d JOIN scope AS f USING (file_id)
            WHERE edited_field(d.kind) IS NOT NULL AND d.revoked_at IS NULL
        )
    )
    WHERE len(list_filter(places, lambda p: p."old" IS DISTINCT FROM p."new")) > 0
    GROUP BY file_id
);

-- name: issues_of_changes
-- Part of other statements: the issues of the changes of fields.
CASE WHEN field_changes IS NULL THEN 0 ELSE /* issues_of_fields */ END;

-- name: compared_fields
-- Part of other statements: the compared files with their changes of fields.
compared LEFT JOIN field_changes USING (file_id);

-- name: cast_of
-- Part of other statements: the people of each file as one list, in order of assignment. Order and person are packed into one
-- integer that sorts fast. `plan_compute_decided.sql` replaces this part and the next two where only decisions marked files.
cast_of AS (
    SELECT a.file_id,
           list_transform(list_sort(list((a.assignment_id << 24) + k.nr)), lambda packed: packed & 16777215) AS nrs,
           bool_or(k.may_be_twin) AS may_have_twin, bool_or(k.is_invalid) AS has_invalid
    FROM assigned AS a JOIN known AS k USING (person_id) GROUP BY a.file_id
);

-- name: cast_names
-- Part of other statements: the names of these people.
list_select((SELECT names FROM dictionary), coalesce(c.nrs, []));

-- name: cast_keys
-- Part of other statements: the keys of these people.
list_select((SELECT keys FROM dictionary), coalesce(c.nrs, []));

-- name: renamed
-- Part of other statements: the people of files that contain an alias, and of edits that name one, with each alias replaced by
-- its person; an edit names nobody twice. `plan_compute_names.sql` replaces this part where there are no aliases.
renamed AS (
    SELECT file_id, in_edit, list(name ORDER BY place) AS people, list(key ORDER BY place) AS keys FROM (
        SELECT h.file_id, in_edit, place, coalesce(o.name, m.name, h.person) AS name,
               coalesce(o.person_key, m.person_key, h.person_key) AS key
        FROM (
            SELECT file_id, FALSE AS in_edit, unnest(people) AS person, unnest(people_keys) AS person_key,
                   generate_subscripts(people, 1) AS place
            FROM scope
            WHERE file_id IN (SELECT file_id FROM (SELECT file_id, unnest(people_keys) AS alias_key FROM scope)
                              JOIN aliases USING (alias_key))
               OR file_id IN (SELECT file_id FROM own_aliases)
            UNION ALL
            SELECT file_id, TRUE, unnest(people), unnest(people_keys), generate_subscripts(people, 1)
            FROM decisions WHERE kind = 'edit' AND revoked_at IS NULL AND file_id IN (SELECT file_id FROM scope)
        ) AS h LEFT JOIN aliases AS m ON m.alias_key = h.person_key
        LEFT JOIN own_aliases AS o ON o.file_id = h.file_id AND o.alias_key = h.person_key
        QUALIFY NOT in_edit OR row_number() OVER (PARTITION BY h.file_id, in_edit, key ORDER BY place) = 1
    ) GROUP BY file_id, in_edit
);

-- name: rules
-- Part of other statements: from the files in `scope` to their rows in `stored`. Each list of names has a parallel list of
-- keys (person_key), because people are compared by key. CASE replaces AND where the second condition is expensive: CASE
-- skips it for rows that the first condition decides, AND does not.
-- The conditions of `risk.RULES` replace `issues_of_file`, `issues_of_comment` and `issues_of_fields`.
-- The people with small numbers. Names and keys by number: a lookup in one long list costs far less than sorting and
-- carrying names.
dictionary AS MATERIALIZED (
    SELECT coalesce(list(name ORDER BY nr), []) AS names, coalesce(list(person_key ORDER BY nr), []) AS keys FROM known
),
-- Aliases with their person. The key of a person is never an alias, and an alias of several people is none.
aliases AS MATERIALIZED (
    SELECT a.alias_key, any_value(p.name) AS name, any_value(p.person_key) AS person_key
    FROM person_aliases AS a JOIN people AS p USING (person_id)
    WHERE a.alias_key NOT IN (SELECT person_key FROM people) GROUP BY a.alias_key HAVING count(DISTINCT a.person_id) = 1
),
-- All other aliases. Such an alias counts in the files that have its person, and no person with the name itself.
contested AS MATERIALIZED (
    SELECT a.person_id, a.alias_key, p.name, p.person_key FROM person_aliases AS a JOIN people AS p USING (person_id)
    WHERE a.alias_key NOT IN (SELECT alias_key FROM aliases) AND a.alias_key <> p.person_key
),
own_aliases AS MATERIALIZED (
    SELECT a.file_id, c.alias_key, any_value(c.name) AS name, any_value(c.person_key) AS person_key
    FROM contested AS c JOIN assigned AS a USING (person_id)
    ANTI JOIN (SELECT n.file_id, k.person_key AS alias_key FROM known AS k JOIN assigned AS n USING (person_id)
               WHERE k.person_key IN (SELECT alias_key FROM contested)) AS k ON k.file_id = a.file_id AND k.alias_key = c.alias_key
    GROUP BY a.file_id, c.alias_key HAVING count(DISTINCT c.person_id) = 1
),
/* cast_of */,
/* renamed */,
/* field_changes */,
-- The decisions in force, by file. Expired postponements are revoked before.
decided AS (
    SELECT file_id, bool_or(kind = 'edit') AS edited, bool_or(edited_field(kind) IS NOT NULL) AS edits_fields,
           bool_or(kind IN ('edit', 'mode')) AS by_hand,
           max(people) AS people, max(people_keys) AS people_keys, max(db_people) AS known_then,
           max(people_mode) AS people_mode, max(comment_mode) AS comment_mode,
           bool_or(kind = 'postpone') AS postponed, bool_or(kind = 'postpone' AND reason = 'rolled_back') AS rolled_back
    FROM decisions WHERE revoked_at IS NULL GROUP BY file_id
),
-- All facts that decide about a file. `named` are the people in the file, with aliases replaced by their people.
facts AS MATERIALIZED (
    SELECT f.file_id, f.library_id, f.container, f.comment, f.people AS existing, f.people_keys AS existing_keys, f.est_seconds, f.est_bytes,
           coalesce(r.people, f.people) AS named, coalesce(r.keys, f.people_keys) AS named_keys,
           /* cast_names */ AS db_people,
           /* cast_keys */ AS db_keys,
           coalesce(n.people, d.people) AS edit, coalesce(n.keys, d.people_keys) AS edit_keys, d.known_then,
           coalesce(d.edited, FALSE) AS edited, coalesce(d.by_hand, FALSE) AS by_hand,
           coalesce(d.postponed, FALSE) AS postponed,
           coalesce(d.edits_fields, FALSE) AS edits_fields,
           -- A file that is here only because of its other fields keeps its comment in every mode.
           NOT (c.file_id IS NOT NULL OR coalesce(d.edited, FALSE) OR $include_unknown
                OR f.file_id IN (SELECT file_id FROM touched_files)) AS keeps_comment,
           coalesce(d.people_mode, $people_mode, l.people_mode, 'merge') AS effective_people_mode,
           coalesce(d.comment_mode, $comment_mode, l.comment_mode, 'replace') AS effective_comment_mode,
           effective_comment_mode = 'preserve' AS preserves,
           CASE WHEN preserves THEN f.comment_before ELSE '' END AS text_before,
           CASE WHEN preserves THEN f.comment_after ELSE '' END AS text_after,
           CASE WHEN preserves THEN f.comment_without END AS text_without,
           f.places AS texts, f.people_hidden, preserves AND f.ascii_only AS ascii_only,
           coalesce(c.may_have_twin, FALSE) AS may_have_twin,
           f.strategy <> '' AND f.strategy_code = 'no_strategy_yet' AS not_removable,
           f.custom_text <> '' AS has_custom_text, f.fields_differ,
           -- An edit of many files may take a name over from the database, so its names are checked too.
           CASE WHEN d.edited THEN len(list_filter(d.people, lambda name: NOT is_valid_name(name))) > 0
                ELSE c.has_invalid END AS has_invalid_name,
           /* issues_of_file */ AS file_issues
    FROM scope AS f
    JOIN libraries AS l USING (library_id)
    LEFT JOIN cast_of AS c USING (file_id)
    LEFT JOIN renamed AS r ON r.file_id = f.file_id AND NOT r.in_edit
    LEFT JOIN renamed AS n ON n.file_id = f.file_id AND n.in_edit
    LEFT JOIN decided AS d USING (file_id)
    WHERE NOT keeps_comment OR d.edits_fields
),
-- The people that the result certainly has: those of the edit, else those of the database, the first of twins.
based AS (
    SELECT * EXCLUDE (edit, edit_keys, known_then, may_have_twin),
           CASE WHEN may_have_twin AND NOT edited THEN list_unique(db_keys) < len(db_keys) ELSE FALSE END AS collides,
           -- Names collide if they differ in spelling only. People with equal names have different qualifiers and do not collide.
           CASE WHEN collides THEN list_unique(db_keys) < list_unique(db_people) ELSE FALSE END AS is_collision,
           CASE WHEN edited THEN list_sort(known_then) IS DISTINCT FROM list_sort(db_people) ELSE FALSE END AS is_outdated,
           CASE WHEN edited THEN edit
                WHEN keeps_comment THEN existing
                WHEN collides THEN list_where(db_people, list_transform(db_keys, lambda k, i: list_position(db_keys, k) = i))
                ELSE db_people END AS base,
           CASE WHEN edited THEN edit_keys
                WHEN keeps_comment THEN existing_keys
                WHEN collides THEN list_filter(db_keys, lambda k, i: list_position(db_keys, k) = i)
                ELSE db_keys END AS base_keys
    FROM facts
),
-- Merge mode appends the people that only the file contains.
merged AS (
    SELECT * EXCLUDE (db_keys, base, base_keys),
           edited OR effective_people_mode = 'exact' OR len(named) = 0 OR named_keys = base_keys AS is_base,
           CASE WHEN NOT is_base THEN list_transform(named_keys, lambda k, i:
                NOT list_contains(base_keys, k) AND list_position(named_keys, k) = i) END AS only_named,
           CASE WHEN is_base THEN base ELSE base || list_where(named, only_named) END AS result,
           CASE WHEN is_base THEN base_keys ELSE base_keys || list_where(named_keys, only_named) END AS result_keys
    FROM based
),
-- The differences as `plan_rows` stores them (NULL: all people are added, none is removed), and the new comment.
compared AS (
    SELECT * EXCLUDE (only_named, named, result_keys, existing_keys, text_before, text_after, text_without),
           CASE WHEN by_hand OR people_hidden OR len(result_keys) <> len(existing_keys) THEN FALSE
                ELSE list_has_all(result_keys, existing_keys) END AS is_same,
           CASE WHEN len(named) > 0
                THEN list_where(result, list_transform(result_keys, lambda k: NOT list_contains(named_keys, k)))
                END AS added,
           CASE WHEN len(named) > 0 AND result_keys <> named_keys
                THEN list_where(existing, list_transform(named_keys, lambda k: NOT list_contains(result_keys, k)))
                END AS removed,
           coalesce(len(added), len(result)) AS added_count, coalesce(len(removed), 0) AS removed_count,
           array_to_string(result, chr(10)) AS listed,
           CASE WHEN len(existing) > 0 OR edited OR collides
                THEN concat_ws(chr(10), listed, array_to_string(existing, chr(10)), array_to_string(db_people, chr(10)))
                ELSE listed END AS everybody,
           CASE WHEN len(result) = 0 THEN text_without
                ELSE concat(text_before, people_segment(result), text_after) END AS planned,
           -- The new value of each text, where the file has several: the rule of `fields.results`.
           CASE WHEN texts IS NOT NULL THEN list_transform(texts, lambda t: {'where': t."where", 'old': t."value", 'new':
                CASE WHEN NOT preserves THEN CASE WHEN t.takes_value THEN planned END
                     WHEN NOT t.takes_segment THEN t."value"
                     WHEN len(result) = 0 THEN t."without"
                     ELSE concat(t."before", people_segment(result), t."after") END}) END AS all_texts
    FROM merged
),
-- The issues that the comparison finds. A kept name is respelled where its spelling or order differs from the file.
judged AS (
    -- Players may not show all people of a file. Then only another text of the comment may change.
    SELECT *, keeps_comment OR is_same OR (coalesce(planned, '') = coalesce(comment, '')
                          AND CASE WHEN people_hidden THEN len(list_filter(all_texts,
                                   lambda t: t."old" IS DISTINCT FROM t."new")) = 0 ELSE TRUE END) AS comment_stays,
           comment_stays AND field_changes IS NULL AS unchanged,
           len(existing) > 0 AND len(result) = 0 AS removes_all,
           CASE WHEN len(existing) = 0 OR len(result) = 0 THEN FALSE
                ELSE list_filter(result, lambda name: NOT list_contains(added, name))
                     <> list_filter(existing, lambda name: removed IS NULL OR NOT list_contains(removed, name))
                END AS respells,
           CASE WHEN unchanged THEN 0
                ELSE file_issues | /* issues_of_changes */ | CASE WHEN comment_stays THEN 0 ELSE /* issues_of_comment */ END
                END AS issue_set
    FROM /* compared_fields */
),
-- The risk level (risk_level.sql).
graded AS (
    SELECT *, (/* risk_level */) AS risk
    FROM judged
),
-- The stored rows, with the types of their columns, so that `plan_new` can be compared with `plan_rows`.
stored AS (
    SELECT file_id, existing,
           CASE WHEN NOT comment_stays THEN result END AS result,
           CASE WHEN comment_stays THEN CASE WHEN db_people <> existing THEN db_people END
                WHEN edited OR collides OR NOT is_base THEN db_people END AS known,
           CASE WHEN NOT comment_stays THEN added END AS added,
           CASE WHEN NOT comment_stays AND removed_count > 0 THEN removed END AS removed,
           CASE WHEN comment_stays THEN 0 ELSE added_count END::INTEGER AS added_count,
           CASE WHEN comment_stays THEN 0 ELSE removed_count END::INTEGER AS removed_count,
           CASE WHEN NOT comment_stays THEN comment END AS old_comment,
           CASE WHEN NOT comment_stays THEN planned END AS new_comment,
           CASE WHEN NOT comment_stays THEN list_filter(all_texts, lambda t, i: i = 1 OR t."old" IS DISTINCT FROM t."new")
                END AS places,
           CASE WHEN risk IN ('unchanged', 'blocked') THEN risk WHEN comment_stays THEN 'rewrite'
                WHEN removed_count > 0 THEN 'remove' WHEN added_count = 0 THEN 'rewrite' WHEN len(existing) = 0 THEN 'add' ELSE 'merge'
                END::plan_word AS category,
           risk::plan_word AS risk_level, issue_set, container,
           library_id AS disk_id, CASE WHEN risk NOT IN ('unchanged', 'blocked') THEN est_seconds ELSE 0 END AS est_seconds,
           CASE WHEN risk NOT IN ('unchanged', 'blocked') THEN est_bytes ELSE 0 END AS est_bytes,
           edited OR edits_fields AS edited, postponed, effective_people_mode::plan_word AS people_mode,
           effective_comment_mode::plan_word AS comment_mode, folded(everybody) AS names, field_changes AS fields,
           new_field_values AS field_values
    FROM graded
);

-- name: row_digest
-- Part of other statements: a digest of a row without its versions. hash() gives NULL and an empty list the same value, so
-- the digest includes IS NULL too.
hash(existing, result, known, known IS NULL, added, added IS NULL, removed, old_comment, new_comment, places, category,
     issue_set, container, disk_id, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, fields) AS digest;

-- name: compare
-- The marked files whose new row differs from the row in force, with the row in force; also those that left the plan.
CREATE OR REPLACE TEMP TABLE plan_changed AS
SELECT file_id, o.row_number
FROM (
    SELECT rowid AS row_number, file_id, /* row_digest */ FROM plan_rows
    WHERE variant_id = $variant_id AND to_version IS NULL
      AND file_id IN (SELECT file_id FROM plan_marks WHERE mark_id > $after_mark)
) AS o FULL JOIN (SELECT file_id, /* row_digest */ FROM plan_new) AS n USING (file_id)
WHERE o.digest IS DISTINCT FROM n.digest;

-- name: close
-- End the rows that changed.
UPDATE plan_rows SET to_version = $plan_id WHERE rowid IN (SELECT row_number FROM plan_changed);

-- name: add_changed
-- Add the new rows that differ, in force from version $plan_id on.
INSERT INTO plan_rows BY NAME
SELECT $variant_id AS variant_id, $plan_id AS from_version, * FROM plan_new
WHERE file_id IN (SELECT file_id FROM plan_changed);

-- name: lacks_issue_sets
-- Whether a computed row has an issue set that no row of the variant had before.
SELECT EXISTS (FROM plan_new WHERE issue_set NOT IN (SELECT issue_set FROM issue_sets WHERE variant_id = $variant_id));

-- name: add_issue_sets
-- Add the codes of each issue set that new rows have, and of the same set without copies: a copy in a folder of others does
-- not exist (`limited_reader.sql`).
INSERT INTO issue_sets
SELECT $variant_id, issue_set,
       list_filter($codes::VARCHAR[], lambda code, place: (issue_set >> (place - 1)::INTEGER) & 1 = 1),
       list_filter($severities::VARCHAR[], lambda severity, place: (issue_set >> (place - 1)::INTEGER) & 1 = 1),
       (/* risk_level */)::plan_word AS level, issue_set & ~$copy_rules::BIGINT
FROM (
    SELECT DISTINCT unnest([issue_set, issue_set & ~$copy_rules::BIGINT]) AS issue_set, FALSE AS unchanged
    FROM plan_rows WHERE variant_id = $variant_id AND from_version = $plan_id
)
WHERE issue_set NOT IN (SELECT issue_set FROM issue_sets WHERE variant_id = $variant_id);

-- name: add_plan
-- Add a version.
INSERT INTO plans (plan_id, variant_id, created_at, item_count, reason)
VALUES ($plan_id, $variant_id, $now, $item_count, $reason);

-- name: set_seen
-- Record that the variant includes all marks up to $seen_mark.
UPDATE plan_variants SET seen_mark = $seen_mark, plan_id = $plan_id, used_at = $now WHERE variant_id = $variant_id;

-- name: prune_marks
-- Delete the marks that every variant includes.
DELETE FROM plan_marks WHERE mark_id <= (SELECT min(seen_mark) FROM plan_variants);

-- name: prunable
-- Whether an old version exists that is not the newest of its variant.
SELECT EXISTS (FROM plans WHERE created_at < $before
               AND plan_id NOT IN (SELECT plan_id FROM plan_variants WHERE plan_id IS NOT NULL));

-- name: prune_variants
-- Delete the variants that were not used since $before.
DELETE FROM plan_variants WHERE used_at < $before;

-- name: prune_plans
-- Delete old versions, except the newest of each variant and those that an unfinished operation refers to.
DELETE FROM plans WHERE created_at < $before
  AND plan_id NOT IN (SELECT plan_id FROM plan_variants WHERE plan_id IS NOT NULL)
  AND plan_id NOT IN (SELECT plan_id FROM metadata_operations WHERE plan_id IS NOT NULL
                      AND status IN ('pending', 'in_progress', 'paused', 'interrupted'));

-- name: prune_items
-- Delete the rows that no remaining version contains.
DELETE FROM plan_rows AS i WHERE NOT EXISTS (
    SELECT 1 FROM plans AS p WHERE p.variant_id = i.variant_id AND p.plan_id >= i.from_version
    AND (i.to_version IS NULL OR p.plan_id < i.to_version)
);

-- name: prune_issue_sets
-- Delete the issue sets of variants of which no version remains.
DELETE FROM issue_sets WHERE variant_id NOT IN (SELECT variant_id FROM plans);
