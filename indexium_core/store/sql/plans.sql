-- name: status
-- One combination of modes: its newest version, the marks it has worked in and those there are, whether the day of a
-- postponement has come, and when it was last used. No row: nobody has asked for it yet.
SELECT variant_id, plan_id, seen_mark, (SELECT coalesce(max(mark_id), 0) FROM plan_marks),
       EXISTS (FROM decisions WHERE kind = 'postpone' AND revoked_at IS NULL AND until <= $now),
       used_at < $now - INTERVAL 1 DAY
FROM plan_variants
WHERE people_mode IS NOT DISTINCT FROM $people_mode AND comment_mode IS NOT DISTINCT FROM $comment_mode
  AND include_unknown = $include_unknown AND hard_links = $hard_links AND large_bytes = $large_bytes;

-- name: newest_mark
-- The newest mark there is.
SELECT coalesce(max(mark_id), 0) FROM plan_marks;

-- name: next_id
-- The id of a variant that is about to be made.
SELECT nextval('ids');

-- name: next_plan_id
-- The id of the version that is about to be made.
SELECT nextval('plan_ids');

-- name: add_variant
-- A combination of modes that nobody has asked for yet; it has seen every mark there is, for it takes all files.
INSERT INTO plan_variants (variant_id, people_mode, comment_mode, include_unknown, seen_mark, used_at, hard_links,
                           large_bytes)
VALUES ($variant_id, $people_mode, $comment_mode, $include_unknown, $seen_mark, $now, $hard_links, $large_bytes);

-- name: scope_all
-- The files to work out: all of them.
CREATE OR REPLACE TEMP VIEW plan_scope AS SELECT * FROM scanned_files;

-- name: copies_all
-- Payloads that more than one present file holds, as hashes of their hashes: eight bytes to compare instead of 35.
CREATE OR REPLACE TEMP VIEW plan_copies AS
SELECT hash(file_hash) AS payload FROM scanned_files
WHERE state <> 'missing' AND file_hash IS NOT NULL GROUP BY payload HAVING count(*) > 1;

-- name: marked
-- The marked files, read once.
CREATE OR REPLACE TEMP TABLE plan_marked AS
SELECT file_id, library_id, path_bytes, nlink, size, mtime_ns, own_mtime_ns, read_only, state, growing, file_hash, container,
       comment, fields_differ, people, people_keys, custom_text, comment_before, comment_after, comment_without,
       places, people_hidden, ascii_only, damage, strategy, strategy_code, est_seconds, est_bytes
FROM scanned_files WHERE file_id IN (SELECT file_id FROM plan_marks WHERE mark_id > $after_mark);

-- name: scope_marked
-- The files to work out: only those.
CREATE OR REPLACE TEMP VIEW plan_scope AS SELECT * FROM plan_marked;

-- name: copies_marked
-- As above, of their payloads alone.
CREATE OR REPLACE TEMP VIEW plan_copies AS
SELECT hash(file_hash) AS payload FROM scanned_files
WHERE state <> 'missing' AND file_hash IN (SELECT file_hash FROM plan_marked) GROUP BY payload HAVING count(*) > 1;

-- name: work_out
-- Work out the files in scope and put their rows in force from version $plan_id on. Lists of names run beside lists of
-- their keys (person_key); people are compared by key. CASE stands where AND would do: it spares the rows that the first
-- condition settles, AND does not.
INSERT INTO plan_rows BY NAME
WITH
-- Every person with a small number. A twin shares its key with another person.
known AS MATERIALIZED (
    SELECT person_id, name, person_key, row_number() OVER () AS nr,
           person_key IN (SELECT person_key FROM people GROUP BY person_key HAVING count(*) > 1) AS is_twin,
           length(name) NOT BETWEEN 1 AND 200 OR regexp_matches(name, '[;|"\x00-\x1f\x7f-\x{9f}]') AS is_invalid
    FROM people
),
-- Names and keys by number. To look numbers up in one long list costs far less than to sort and carry names.
dictionary AS MATERIALIZED (
    SELECT coalesce(list(name ORDER BY nr), []) AS names, coalesce(list(person_key ORDER BY nr), []) AS keys FROM known
),
-- Spellings that now mean somebody; a key that some person has is no alias.
meant AS MATERIALIZED (
    SELECT a.alias_key, max_by(p.name, a.created_at) AS name, max_by(p.person_key, a.created_at) AS person_key
    FROM person_aliases AS a JOIN people AS p USING (person_id)
    WHERE a.alias_key NOT IN (SELECT person_key FROM people) GROUP BY a.alias_key
),
-- Who the database says is where. An assignment goes by hash, or by path where the file has none.
assigned AS (
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM plan_scope AS f JOIN video_people AS v ON v.file_hash = f.file_hash
    UNION ALL
    SELECT f.file_id, v.assignment_id, v.person_id
    FROM plan_scope AS f JOIN video_people AS v ON v.path_bytes = f.path_bytes
    WHERE f.file_hash IS NULL AND v.file_hash IS NULL
),
-- The same by file, in order of assignment: order and number of a person packed into one integer that sorts fast.
cast_of AS (
    SELECT a.file_id,
           list_transform(list_sort(list((a.assignment_id << 24) + k.nr)), lambda packed: packed & 16777215) AS nrs,
           bool_or(k.is_twin) AS has_twin, bool_or(k.is_invalid) AS has_invalid
    FROM assigned AS a JOIN known AS k USING (person_id) GROUP BY a.file_id
),
-- The people of files that name somebody by an alias, place by place as who they are.
renamed AS (
    SELECT file_id, list(coalesce(m.name, h.person) ORDER BY place) AS people,
           list(coalesce(m.person_key, h.person_key) ORDER BY place) AS keys
    FROM (
        SELECT file_id, unnest(people) AS person, unnest(people_keys) AS person_key,
               generate_subscripts(people, 1) AS place
        FROM plan_scope
        WHERE file_id IN (SELECT file_id FROM (SELECT file_id, unnest(people_keys) AS alias_key FROM plan_scope)
                          JOIN meant USING (alias_key))
    ) AS h LEFT JOIN meant AS m ON m.alias_key = h.person_key
    GROUP BY file_id
),
-- The decisions in force, by file; postponements whose day has come have been revoked.
decided AS (
    SELECT file_id, bool_or(kind = 'edit') AS edited, bool_or(kind <> 'postpone') AS by_hand,
           max(people) AS people, max(people_keys) AS people_keys, max(db_people) AS knew,
           max(people_mode) AS people_mode, max(comment_mode) AS comment_mode,
           bool_or(kind = 'postpone') AS postponed, bool_or(kind = 'postpone' AND reason = 'rolled_back') AS rolled_back
    FROM decisions WHERE revoked_at IS NULL GROUP BY file_id
),
-- All that decides over a file of the plan. `held` are the people it names, aliases taken for whom they mean.
facts AS MATERIALIZED (
    SELECT f.file_id, f.container, f.comment, f.people AS existing, f.people_keys AS existing_keys, f.est_seconds, f.est_bytes,
           coalesce(r.people, f.people) AS held, coalesce(r.keys, f.people_keys) AS held_keys,
           list_select((SELECT names FROM dictionary), coalesce(c.nrs, [])) AS db_people,
           list_select((SELECT keys FROM dictionary), coalesce(c.nrs, [])) AS db_keys,
           d.people AS edit, d.people_keys AS edit_keys, d.knew,
           coalesce(d.edited, FALSE) AS edited, coalesce(d.by_hand, FALSE) AS by_hand,
           coalesce(d.postponed, FALSE) AS postponed,
           coalesce(d.people_mode, $people_mode, l.people_mode, 'merge') AS people_how,
           coalesce(d.comment_mode, $comment_mode, l.comment_mode, 'replace') AS comment_how,
           comment_how = 'preserve' AS keeps,
           CASE WHEN keeps THEN f.comment_before ELSE '' END AS text_before,
           CASE WHEN keeps THEN f.comment_after ELSE '' END AS text_after,
           CASE WHEN keeps THEN f.comment_without END AS text_without,
           f.places AS texts, f.people_hidden, keeps AND f.ascii_only AS ascii_only,
           f.strategy <> '' AND f.strategy_code = 'no_strategy_yet' AS not_removable,
           coalesce(c.has_twin, FALSE) AS has_twin,
           -- How it would be written: copied whole, or another file in its place.
           ends_with(f.strategy, '_copy') OR ends_with(f.strategy, '_remux') AS copies,
           coalesce(f.nlink, 1) > 1 AS linked,
           linked AND $hard_links <> 'break' AND (copies OR ends_with(f.strategy, '_reflink')) AS parts_names,
           (f.state = 'missing')::INTEGER -- missing_file
           | ((l.state = 'offline')::INTEGER << 1) -- offline
           | ((f.state = 'unreadable')::INTEGER << 2) -- unreadable
           | ((f.read_only OR f.strategy_code = 'read_only')::INTEGER << 3) -- read_only
           | CASE f.state
               WHEN 'ok' THEN CASE WHEN f.strategy <> '' THEN 0
                   WHEN f.strategy_code = 'unsupported_container' THEN 1 << 4 -- unsupported_container
                   WHEN f.strategy_code = 'corrupt' THEN 1 << 5 -- corrupt
                   WHEN f.strategy_code = 'read_only' THEN 0 -- said above
                   ELSE 1 << 7 END -- no_strategy_yet
               WHEN 'not_video' THEN 1 << 4 WHEN 'corrupt' THEN 1 << 5 WHEN 'empty' THEN 1 << 5 ELSE 0 END
           -- invalid_person_name: an edit of many files may have taken one over from the database, see `known`
           | (CASE WHEN d.edited THEN len(list_filter(d.people, lambda name: length(name) NOT BETWEEN 1 AND 200
                                                      OR regexp_matches(name, '[;|"\x00-\x1f\x7f-\x{9f}]'))) > 0
                   ELSE coalesce(c.has_invalid, FALSE) END::INTEGER << 6)
           | ((f.growing AND f.mtime_ns IS DISTINCT FROM f.own_mtime_ns)::INTEGER << 8) -- file_growing
           | (parts_names::INTEGER << 9) -- hard_linked, blocked
           | ((NOT keeps AND f.custom_text <> '')::INTEGER << 10) -- custom_comment
           | ((linked AND NOT parts_names)::INTEGER << 17) -- hard_linked, a warning
           | ((copies AND f.size >= $large_bytes)::INTEGER << 18) -- full_rewrite, a warning
           | ((copies AND coalesce(f.est_bytes > l.free_bytes, FALSE))::INTEGER << 19) -- low_space
           | ((hash(f.file_hash) IN (SELECT payload FROM plan_copies))::INTEGER << 20) -- duplicate_content
           | ((f.damage <> '')::INTEGER << 21) -- damaged_tail
           | ((copies AND f.size < $large_bytes)::INTEGER << 22) -- full_rewrite, a note
           | (f.fields_differ::INTEGER << 23) -- other_readers_differ
           | (coalesce(d.rolled_back, FALSE)::INTEGER << 25) -- rolled_back
               AS told
    FROM plan_scope AS f
    JOIN libraries AS l USING (library_id)
    LEFT JOIN cast_of AS c USING (file_id)
    LEFT JOIN renamed AS r USING (file_id)
    LEFT JOIN decided AS d USING (file_id)
    WHERE c.file_id IS NOT NULL OR d.edited OR $include_unknown OR f.file_id IN (SELECT file_id FROM touched_files)
),
-- The people that are certain to be in the result: those of the edit, else of the database, of twins the first.
based AS (
    SELECT * EXCLUDE (edit, edit_keys, knew, has_twin, copies, linked, parts_names),
           CASE WHEN has_twin AND NOT edited THEN list_unique(db_keys) < len(db_keys) ELSE FALSE END AS collides,
           CASE WHEN edited THEN list_sort(knew) IS DISTINCT FROM list_sort(db_people) ELSE FALSE END AS is_outdated,
           CASE WHEN edited THEN edit
                WHEN collides THEN list_where(db_people, list_transform(db_keys, lambda k, i: list_position(db_keys, k) = i))
                ELSE db_people END AS base,
           CASE WHEN edited THEN edit_keys
                WHEN collides THEN list_filter(db_keys, lambda k, i: list_position(db_keys, k) = i)
                ELSE db_keys END AS base_keys
    FROM facts
),
-- Merge adds, behind them, the people that only the file names.
united AS (
    SELECT * EXCLUDE (db_keys, base, base_keys),
           edited OR people_how = 'exact' OR len(held) = 0 OR held_keys = base_keys AS is_base,
           CASE WHEN NOT is_base THEN list_transform(held_keys, lambda k, i:
                NOT list_contains(base_keys, k) AND list_position(held_keys, k) = i) END AS only_held,
           CASE WHEN is_base THEN base ELSE base || list_where(held, only_held) END AS result,
           CASE WHEN is_base THEN base_keys ELSE base_keys || list_where(held_keys, only_held) END AS result_keys
    FROM based
),
-- What differs, as `plan_rows` has it (NULL: all are added, nobody is removed), and the comment to be written.
compared AS (
    SELECT * EXCLUDE (only_held, held, result_keys, existing_keys, text_before, text_after, text_without),
           CASE WHEN by_hand OR people_hidden OR len(result_keys) <> len(existing_keys) THEN FALSE
                ELSE list_has_all(result_keys, existing_keys) END AS is_same,
           CASE WHEN len(held) > 0
                THEN list_where(result, list_transform(result_keys, lambda k: NOT list_contains(held_keys, k)))
                END AS added,
           CASE WHEN len(held) > 0 AND result_keys <> held_keys
                THEN list_where(existing, list_transform(held_keys, lambda k: NOT list_contains(result_keys, k)))
                END AS removed,
           coalesce(len(added), len(result)) AS added_count, coalesce(len(removed), 0) AS removed_count,
           array_to_string(result, chr(10)) AS listed,
           CASE WHEN len(existing) > 0 OR edited OR collides
                THEN concat_ws(chr(10), listed, array_to_string(existing, chr(10)), array_to_string(db_people, chr(10)))
                ELSE listed END AS everybody,
           CASE WHEN len(result) = 0 THEN text_without
                ELSE concat(text_before, 'People: ',
                            CASE WHEN contains(listed, ',') THEN array_to_string(list_transform(result, lambda name:
                                 CASE WHEN contains(name, ',') THEN '"' || name || '"' ELSE name END), ', ')
                            ELSE replace(listed, chr(10), ', ') END,
                            text_after) END AS planned,
           -- The same of each text where there are several: as `fields.results` has it.
           CASE WHEN texts IS NOT NULL THEN list_transform(texts, lambda t: {'where': t."where", 'old': t."value", 'new':
                CASE WHEN NOT keeps THEN CASE WHEN t.takes_value THEN planned END
                     WHEN NOT t.takes_segment THEN t."value"
                     WHEN len(result) = 0 THEN t."without"
                     ELSE concat(t."before", people_segment(result), t."after") END}) END AS all_texts
    FROM united
),
-- The reasons that come of the comparison. Names that stay are respelt where spelling or order is not the file's.
judged AS (
    -- Players may not show everybody whom a file names: then another of its texts may change alone.
    SELECT *, is_same OR (coalesce(planned, '') = coalesce(comment, '')
                          AND CASE WHEN people_hidden THEN len(list_filter(all_texts,
                                   lambda t: t."old" IS DISTINCT FROM t."new")) = 0 ELSE TRUE END) AS unchanged,
           len(existing) > 0 AND len(result) = 0 AS removes_all,
           CASE WHEN len(existing) = 0 OR len(result) = 0 THEN FALSE
                ELSE list_filter(result, lambda name: NOT list_contains(added, name))
                     <> list_filter(existing, lambda name: removed IS NULL OR NOT list_contains(removed, name))
                END AS respells,
           CASE WHEN unchanged THEN 0 ELSE told
               | ((not_removable AND coalesce(planned, '') = '')::INTEGER << 7) -- no_strategy_yet
               | (removes_all::INTEGER << 11) -- tag_removal_all
               | (collides::INTEGER << 12) -- case_collision
               | ((removed_count > 0 AND NOT removes_all)::INTEGER << 14) -- tag_removal
               | (respells::INTEGER << 15) -- overwrite_comment
               | (is_outdated::INTEGER << 16) -- edit_outdated
               | ((coalesce(comment, '') = '' AND planned IS NOT NULL)::INTEGER << 24) -- shown_as_plot
               | ((ascii_only AND strlen(listed) > length(listed))::INTEGER << 13) -- text_encoding
               END AS issues
    FROM compared
),
-- What they amount to, by the severities of the bits.
graded AS (
    SELECT *, CASE WHEN unchanged THEN 'unchanged' WHEN issues & $blocked_bits > 0 THEN 'blocked'
                   WHEN issues & $danger_bits > 0 THEN 'danger' WHEN issues & $warning_bits > 0 THEN 'warning'
                   ELSE 'safe' END AS risk
    FROM judged
),
-- The rows as they are stored.
stored AS (
    SELECT file_id, existing,
           CASE WHEN NOT unchanged THEN result END AS result,
           CASE WHEN unchanged THEN CASE WHEN db_people <> existing THEN db_people END
                WHEN edited OR collides OR NOT is_base THEN db_people END AS known,
           CASE WHEN NOT unchanged THEN added END AS added, CASE WHEN removed_count > 0 THEN removed END AS removed,
           CASE WHEN unchanged THEN 0 ELSE added_count END AS added_count, removed_count,
           CASE WHEN NOT unchanged THEN comment END AS old_comment,
           CASE WHEN NOT unchanged THEN planned END AS new_comment,
           CASE WHEN NOT unchanged THEN list_filter(all_texts, lambda t, i: i = 1 OR t."old" IS DISTINCT FROM t."new")
                END AS places,
           CASE WHEN risk IN ('unchanged', 'blocked') THEN risk WHEN removed_count > 0 THEN 'remove'
                WHEN added_count = 0 THEN 'rewrite' WHEN len(existing) = 0 THEN 'add' ELSE 'merge' END AS category,
           risk AS risk_level, issues, container,
           CASE WHEN risk NOT IN ('unchanged', 'blocked') THEN est_seconds ELSE 0 END AS est_seconds,
           CASE WHEN risk NOT IN ('unchanged', 'blocked') THEN est_bytes ELSE 0 END AS est_bytes,
           edited, postponed, people_how AS people_mode, comment_how AS comment_mode, folded(everybody) AS names
    FROM graded
)
SELECT $variant_id AS variant_id, $plan_id AS from_version, *,
       -- hash() takes no list and an empty one for the same.
       hash(existing, result, known, known IS NULL, added, added IS NULL, removed, old_comment, new_comment, places, category,
            issues, container, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode) AS digest
FROM stored;

-- name: close
-- The old rows of marked files are in force no longer, also of files that left the plan, unless the new row says the same.
UPDATE plan_rows SET to_version = $plan_id
WHERE variant_id = $variant_id AND from_version < $plan_id AND to_version IS NULL
  AND file_id IN (
    SELECT file_id FROM plan_marks WHERE mark_id > $after_mark
    EXCEPT
    SELECT file_id FROM (FROM plan_rows WHERE variant_id = $variant_id AND from_version = $plan_id) AS n
    JOIN (FROM plan_rows WHERE variant_id = $variant_id AND from_version < $plan_id AND to_version IS NULL) AS o
    USING (file_id, digest)
  );

-- name: drop_equal
-- Where the old row stays in force, the new one goes.
DELETE FROM plan_rows
WHERE variant_id = $variant_id AND from_version = $plan_id AND file_id IN (
    SELECT file_id FROM plan_rows
    WHERE variant_id = $variant_id AND from_version < $plan_id AND to_version IS NULL
      AND file_id IN (SELECT file_id FROM plan_marked)
);

-- name: add_plan
-- The version is there.
INSERT INTO plans (plan_id, variant_id, created_at, item_count, reason)
VALUES ($plan_id, $variant_id, $now, $item_count, $reason);

-- name: seen
-- The variant has worked in all marks up to $seen_mark.
UPDATE plan_variants SET seen_mark = $seen_mark, plan_id = $plan_id, used_at = $now WHERE variant_id = $variant_id;

-- name: prune_marks
-- Marks that every variant has worked in are done with.
DELETE FROM plan_marks WHERE mark_id <= (SELECT min(seen_mark) FROM plan_variants);

-- name: prunable
-- Whether there is an old version that nobody goes by.
SELECT EXISTS (FROM plans WHERE created_at < $before
               AND plan_id NOT IN (SELECT plan_id FROM plan_variants WHERE plan_id IS NOT NULL));

-- name: prune_variants
-- Combinations of modes that nobody has asked for in a long time.
DELETE FROM plan_variants WHERE used_at < $before;

-- name: prune_plans
-- Old versions, but for the newest of each variant and those that an operation may still go by.
DELETE FROM plans WHERE created_at < $before
  AND plan_id NOT IN (SELECT plan_id FROM plan_variants WHERE plan_id IS NOT NULL)
  AND plan_id NOT IN (SELECT plan_id FROM metadata_operations WHERE plan_id IS NOT NULL
                      AND status IN ('pending', 'in_progress', 'paused', 'interrupted'));

-- name: prune_items
-- Rows that were in force in no version that is left.
DELETE FROM plan_rows AS i WHERE NOT EXISTS (
    SELECT 1 FROM plans AS p WHERE p.variant_id = i.variant_id AND p.plan_id >= i.from_version
    AND (i.to_version IS NULL OR p.plan_id < i.to_version)
);

-- name: version
-- Which combination of modes a version belongs to.
SELECT variant_id, v.people_mode, v.comment_mode, v.include_unknown, v.hard_links, v.large_bytes
FROM plans JOIN plan_variants AS v USING (variant_id) WHERE plans.plan_id = $plan_id;

-- The statements below look at one version. In each, the compiled search takes the place of `TRUE /* search */`;
-- unchanged and postponed items are listed only where the parameters of that name say so. To join a hundred thousand files
-- costs more than all the rest, so what most lists ask for has a statement that looks at the items alone.

-- name: groups
-- All items, counted by everything that statistics tell apart; a few dozen rows, however many files.
SELECT i.risk_level, i.category, i.container, i.issue_bits, i.edited, i.postponed, count(*), sum(i.added_count),
       sum(i.removed_count), sum(i.est_bytes), sum(i.est_seconds)
FROM plan_items AS i
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($blocked OR i.risk_level <> 'blocked')
GROUP BY ALL;

-- name: groups_beside
-- The same of what a search finds.
SELECT i.risk_level, i.category, i.container, i.issue_bits, i.edited, i.postponed, count(*), sum(i.added_count),
       sum(i.removed_count), sum(i.est_bytes), sum(i.est_seconds)
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked') AND (TRUE /* search */)
GROUP BY ALL;

-- name: order
-- The listed items in the order asked for, by what a row of the plan says itself.
SELECT file_id FROM (
    SELECT i.file_id,
           CASE $sort
               WHEN 'risk' THEN list_position(['danger', 'warning', 'safe', 'blocked', 'unchanged'], i.risk_level::VARCHAR)
               WHEN 'tags' THEN len(i.result_people)
               WHEN 'new_tags' THEN i.added_count
               WHEN 'category' THEN list_position(
                   ['add', 'merge', 'remove', 'rewrite', 'unchanged', 'blocked'], i.category::VARCHAR)
               WHEN 'cost' THEN (i.est_seconds * 1e6)::BIGINT
           END AS key
    FROM plan_items AS i
    WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
      AND ($blocked OR i.risk_level <> 'blocked')
      AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
)
ORDER BY CASE WHEN $descending THEN -key ELSE key END, file_id LIMIT $limit OFFSET $offset;

-- name: found
-- What a search finds, with all that it is counted and sorted by.
SELECT i.file_id, i.risk_level, i.category, i.container, i.issue_bits, i.edited, i.postponed, i.added_count,
       i.removed_count, i.est_bytes, i.est_seconds,
       ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed) AS listed,
       CASE $sort WHEN 'name' THEN strip_accents(lower(f.file_name)) WHEN 'path' THEN f.path_search END AS text_key,
       CASE $sort
           WHEN 'risk' THEN list_position(['danger', 'warning', 'safe', 'blocked', 'unchanged'], i.risk_level::VARCHAR)
           WHEN 'tags' THEN len(i.result_people)
           WHEN 'new_tags' THEN i.added_count
           WHEN 'category' THEN list_position(
               ['add', 'merge', 'remove', 'rewrite', 'unchanged', 'blocked'], i.category::VARCHAR)
           WHEN 'cost' THEN (i.est_seconds * 1e6)::BIGINT
           WHEN 'size' THEN f.size
           WHEN 'mtime' THEN f.mtime_ns
       END AS key
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked') AND (TRUE /* search */);

-- name: order_beside
-- The same of what a search finds, or by facts of the file.
SELECT file_id FROM (/* found */) WHERE listed
ORDER BY CASE WHEN NOT $descending THEN text_key END, CASE WHEN $descending THEN text_key END DESC,
         CASE WHEN $descending THEN -key ELSE key END, file_id LIMIT $limit OFFSET $offset;

-- name: look
-- Both at once, what `groups_beside` counts and, in the order asked for, the ids of a page: a search is what costs.
WITH found AS MATERIALIZED (/* found */), page AS (
    SELECT CASE WHEN NOT $descending THEN text_key END AS up, CASE WHEN $descending THEN text_key END AS down,
           CASE WHEN $descending THEN -key ELSE key END AS rank, file_id
    FROM found WHERE listed ORDER BY up, down DESC, rank, file_id LIMIT $limit OFFSET $offset
)
SELECT risk_level, category, container, issue_bits, edited, postponed, count(*), sum(added_count), sum(removed_count),
       sum(est_bytes), sum(est_seconds), NULL AS ids
FROM found GROUP BY ALL
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       list(file_id ORDER BY up, down DESC, rank, file_id)
FROM page;

-- name: items
-- The items of some files, whether listed or not, as they are stored: to read them through the view takes twice as long.
SELECT i.file_id, f.file_hash, f.path AS file_path, f.file_name, f.file_ext, f.size, f.mtime_ns, i.container,
       l.name AS library, f.folder, f.duration, i.existing, i.result, i.known, i.added, i.removed, f.comment,
       i.old_comment, i.new_comment, i.places, i.category, i.risk_level, i.issues, f.strategy, i.est_seconds, i.est_bytes,
       i.edited, i.postponed, i.people_mode, i.comment_mode, f.custom_text, f.nlink, f.mode, f.scanned_at,
       f.comment_fields, l.state_reason, f.state_message, f.strategy_message, f.damage, l.free_bytes
FROM plan_rows AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND i.file_id IN (SELECT unnest($file_ids::BIGINT[]))
ORDER BY i.file_id;

-- name: cells
-- The items of some files as cells of a CSV, in the order of the fields of an item: lists as text, issues as their codes.
SELECT i.file_id, f.file_hash, f.path, f.file_name, f.file_ext, f.size,
       strftime(make_timestamp_ns(f.mtime_ns), '%Y-%m-%dT%H:%M:%SZ'), f.mtime_ns, i.container, l.name, f.folder, f.duration,
       array_to_string(i.db_people, '; '), array_to_string(i.existing_people, '; '),
       array_to_string(i.result_people, '; '), array_to_string(i.tags_to_add, '; '),
       array_to_string(i.tags_to_remove, '; '), f.comment,
       CASE WHEN len(i.changes) = 0 THEN f.comment ELSE i.new_comment END, i.category::VARCHAR, i.risk_level::VARCHAR,
       i.can_update, array_to_string(i.issues, '; '), f.strategy, i.est_seconds, i.est_bytes, i.edited, i.postponed,
       i.people_mode::VARCHAR, i.comment_mode::VARCHAR
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND i.file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: raw_paths
-- The paths of files as the system has them.
SELECT file_id, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: copies_of
-- The other present files with the same payload, for a message: where each is below its root, as lists of files say it;
-- with the root's name where that is another one than the file's.
SELECT f.file_id, list(concat_ws('/', CASE WHEN c.library_id <> f.library_id THEN l.name END, nullif(c.folder, ''),
                                 c.file_name) ORDER BY c.library_id <> f.library_id, c.path)
FROM scanned_files AS f JOIN scanned_files AS c ON c.file_hash = f.file_hash AND c.file_id <> f.file_id
JOIN libraries AS l ON l.library_id = c.library_id
WHERE f.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND c.state <> 'missing'
GROUP BY f.file_id;

-- name: table
-- All listed items as a table for people.
SELECT i.file_id, f.file_hash, f.path AS file_path, f.file_name, f.file_ext, f.size,
       strftime(make_timestamp_ns(f.mtime_ns), '%Y-%m-%dT%H:%M:%SZ') AS mtime, f.mtime_ns, i.container,
       l.name AS library, f.folder, f.duration, i.db_people, i.existing_people, i.result_people, i.tags_to_add,
       i.tags_to_remove, f.comment AS existing_comment,
       CASE WHEN len(i.changes) = 0 THEN f.comment ELSE i.new_comment END AS result_comment, i.category,
       i.risk_level, i.can_update, i.issues, f.strategy, i.est_seconds, i.est_bytes, i.edited, i.postponed,
       i.people_mode, i.comment_mode
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked') AND (TRUE /* search */)
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
ORDER BY list_position(['danger', 'warning', 'safe', 'blocked', 'unchanged'], i.risk_level::VARCHAR), i.file_id;

-- name: risk_by
-- Listed items by risk level, for a chart: by container, first folder below the root, or number of people added.
SELECT CASE $by WHEN 'container' THEN i.container WHEN 'folder' THEN split_part(f.folder, '/', 1)
                ELSE i.added_count::VARCHAR END AS "group",
       count(*) FILTER (i.risk_level = 'safe') AS safe, count(*) FILTER (i.risk_level = 'warning') AS warning,
       count(*) FILTER (i.risk_level = 'danger') AS danger, count(*) FILTER (i.risk_level = 'blocked') AS blocked
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked') AND (TRUE /* search */)
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed) AND i.risk_level <> 'unchanged'
GROUP BY ALL ORDER BY CASE WHEN $by = 'tags' THEN min(i.added_count) ELSE -count(*) END, "group";

-- name: volume
-- How many bytes the files have that are found and would be changed.
SELECT coalesce(sum(f.size), 0)::BIGINT
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND (TRUE /* search */) AND ($postponed OR NOT i.postponed) AND i.can_update;

-- name: chosen
-- The files of a selection: those that its search finds on a level that it asks for, but for some, and some others.
-- $only and a second search narrow it down; $writable leaves out what a write would.
SELECT i.file_id
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked')
  AND (i.file_id IN (SELECT unnest($included::BIGINT[]))
       OR $searched AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
          AND (TRUE /* search */) AND i.file_id NOT IN (SELECT unnest($excluded::BIGINT[])))
  AND (list_contains($risk::VARCHAR[], i.risk_level::VARCHAR) OR i.file_id IN (SELECT unnest($included::BIGINT[])))
  AND list_contains($levels::VARCHAR[], i.risk_level::VARCHAR)
  AND (NOT $writable OR i.can_update AND NOT i.postponed)
  AND ($only IS NULL OR i.file_id IN (SELECT unnest($only::BIGINT[]))) AND (TRUE /* also */)
ORDER BY i.file_id;

-- name: sealed
-- How many files a selection has, and a number that is another one where one of them is another file or another film.
SELECT count(*), coalesce(bit_xor(hash(c.file_id, f.file_hash)), 0)
FROM (/* chosen */) AS c JOIN scanned_files AS f USING (file_id);

-- name: mean
-- The files of a selection as a table of the connection, to decide over.
CREATE OR REPLACE TEMP TABLE selected_files AS (/* chosen */);

-- name: chosen_of
-- Which of a few files a selection holds that a write would touch; searched are only these.
WITH i AS MATERIALIZED (
    SELECT * FROM plan_items
    WHERE variant_id = $variant_id AND from_version <= $plan_id AND coalesce(to_version > $plan_id, TRUE)
      AND file_id IN (SELECT unnest($only::BIGINT[]))
), f AS MATERIALIZED (
    SELECT * FROM scanned_files WHERE file_id IN (SELECT unnest($only::BIGINT[]))
)
SELECT i.file_id FROM i JOIN f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked') AND i.can_update AND NOT i.postponed
  AND (i.file_id IN (SELECT unnest($included::BIGINT[]))
       OR $searched AND list_contains($risk::VARCHAR[], i.risk_level::VARCHAR)
          AND i.file_id NOT IN (SELECT unnest($excluded::BIGINT[])) AND (TRUE /* search */))
ORDER BY i.file_id;

-- name: found_groups
-- What a search lists, counted by all that a selection and a write tell apart: level, skipped, writable, how it is
-- written, those of the bits $telling that it has, and whether a second search does not find it.
SELECT i.risk_level, i.postponed, i.can_update, f.strategy, i.issue_bits & $telling AS told,
       NOT coalesce((TRUE /* also */), FALSE) AS hidden, count(*), sum(i.added_count), sum(i.removed_count),
       sum(i.est_seconds), sum(i.est_bytes), TRUE AS found, FALSE AS included, FALSE AS excluded
FROM plan_items AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.variant_id = $variant_id AND i.from_version <= $plan_id AND coalesce(i.to_version > $plan_id, TRUE)
  AND ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked')
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed) AND (TRUE /* search */)
GROUP BY ALL;

-- name: exception_groups
-- The same of the files that a selection names one by one; at last, whether its search lists them, and which way they
-- are named. So a selection costs what its exceptions cost, however much it selects.
WITH named AS MATERIALIZED (
    SELECT unnest($included::BIGINT[]) AS file_id UNION SELECT unnest($excluded::BIGINT[])
), i AS MATERIALIZED (
    SELECT * FROM plan_items
    WHERE variant_id = $variant_id AND from_version <= $plan_id AND coalesce(to_version > $plan_id, TRUE)
      AND file_id IN (FROM named)
), f AS MATERIALIZED (
    SELECT * FROM scanned_files WHERE file_id IN (FROM named)
)
SELECT i.risk_level, i.postponed, i.can_update, f.strategy, i.issue_bits & $telling AS told,
       NOT coalesce((TRUE /* also */), FALSE) AS hidden, count(*), sum(i.added_count), sum(i.removed_count),
       sum(i.est_seconds), sum(i.est_bytes),
       $searched AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
           AND coalesce((TRUE /* search */), FALSE) AS found,
       i.file_id IN (SELECT unnest($included::BIGINT[])) AS included,
       i.file_id IN (SELECT unnest($excluded::BIGINT[])) AS excluded
FROM i JOIN f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE ($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($blocked OR i.risk_level <> 'blocked')
GROUP BY ALL;

-- name: moved
-- The files whose rows began or ended after an older version.
SELECT DISTINCT file_id FROM plan_rows
WHERE variant_id = $variant_id AND (from_version > $older AND from_version <= $plan_id
                                    OR to_version > $older AND to_version <= $plan_id)
ORDER BY file_id;

-- name: differing
-- Those of these files whose result is not what an older version showed, or that were not in it.
SELECT n.file_id
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id)
LEFT JOIN (FROM plan_items WHERE variant_id = $variant_id AND from_version <= $plan_id
           AND coalesce(to_version > $plan_id, TRUE)) AS n USING (file_id)
LEFT JOIN (FROM plan_items WHERE variant_id = $variant_id AND from_version <= $older
           AND coalesce(to_version > $older, TRUE)) AS o USING (file_id)
WHERE n.changes IS DISTINCT FROM o.changes
ORDER BY file_id;

-- name: written_since
-- Which operation was the last to change each of these files after an older version was made, and what it left there.
SELECT m.file_id, max(m.operation_id), arg_max({comment: m.new_comment}, m.id).comment
FROM metadata_operation_items m JOIN plans p ON p.plan_id = $older
WHERE m.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND m.status = 'success' AND m.processed_at >= p.created_at
GROUP BY m.file_id;
