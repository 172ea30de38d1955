-- The statements below read one version. In each, the compiled search replaces `TRUE /* search */`. Unchanged and
-- postponed items are listed only where the parameters of that name are true. Every list ends its order with the path and
-- the id of the file, so that each file is on exactly one page.

-- name: seconds
-- Part of other statements: the estimated seconds of an item, at the measured rate of its disk and kind of strategy.
i.est_seconds * CASE WHEN i.issue_set IN (FROM issue_sets_with($variant_id, ['full_rewrite']))
                     THEN rate_of_disk($copy_rates, $rated_disks, i.disk_id, $copy_rate)
                     ELSE rate_of_disk($in_place_rates, $rated_disks, i.disk_id, $in_place_rate) END;

-- name: all_items
-- Part of other statements: the items of a version.
plan_items_of($variant_id, $plan_id);

-- name: is_seen
-- Part of `own_items`: the files of an actor with some libraries who reads the whole home.
list_contains($libraries::INTEGER[], library_id);

-- name: groups
-- All items, counted by disk and everything that the statistics distinguish: a few dozen rows for any number of files. The
-- seconds are those that the scan estimated.
SELECT g.* REPLACE (s.codes AS issue_set)
FROM (
    SELECT i.risk_level, i.category, i.container, i.issue_set, i.edited, i.postponed, i.disk_id, count(*),
           sum(i.added_count), sum(i.removed_count), sum(i.est_bytes), sum(i.est_seconds)
    FROM plan_items_of($variant_id, $plan_id) AS i
    GROUP BY ALL
) AS g JOIN /* issue_sets */;

-- name: issue_sets
-- Part of other statements: the codes of counted rows. A list is read once for each issue set, because groups by lists take
-- ten times as long.
issue_sets AS s ON s.variant_id = $variant_id AND s.issue_set = g.issue_set;

-- name: row_changes
-- The rows that version $plan_id has and version $older has not, and the other way round, at most $limit: as groups of one
-- item, with the rank of the risk level where the item is listed, and the path.
SELECT file_id, is_new, CASE WHEN risk_level <> 'unchanged' AND NOT postponed THEN /* level_rank */ END, path_search,
       risk_level, category, container, codes, edited, postponed, disk_id, 1, added_count, removed_count, est_bytes,
       est_seconds
FROM (
    SELECT *, TRUE AS is_new FROM plan_rows_of($variant_id, $plan_id) WHERE from_version > $older
    UNION ALL
    SELECT *, FALSE FROM plan_rows_of($variant_id, $older) WHERE to_version <= $plan_id
) JOIN issue_sets USING (variant_id, issue_set)
LEFT JOIN (SELECT file_id, path_search FROM scanned_files) USING (file_id)
LIMIT $limit;

-- name: first_ranks
-- The first listed items in the default order.
SELECT /* level_rank */ AS level_rank, f.path_search, file_id
FROM plan_rows_of($variant_id, $plan_id) JOIN scanned_files AS f USING (file_id)
WHERE risk_level <> 'unchanged' AND NOT postponed ORDER BY level_rank, f.path_search, file_id LIMIT $limit;

-- name: level_rank
-- Part of other statements: the place of the risk level in the default order.
CASE risk_level WHEN 'danger' THEN 1 WHEN 'warning' THEN 2 WHEN 'safe' THEN 3 WHEN 'blocked' THEN 4 ELSE 5 END;

-- name: groups_of_search
-- The same for the items that a search finds, and the size of their files.
SELECT g.* REPLACE (s.codes AS issue_set)
FROM (
    SELECT i.risk_level, i.category, i.container, i.issue_set, i.edited, i.postponed, i.disk_id, count(*),
           sum(i.added_count), sum(i.removed_count), sum(i.est_bytes), sum(i.est_seconds), sum(f.size)
    /* of_search */
    GROUP BY ALL
) AS g JOIN /* issue_sets */;

-- name: item_keys
-- Part of other statements: the sort keys of the plan row.
WHEN 'risk' THEN /* level_rank */
WHEN 'tags' THEN len(i.result_people)
WHEN 'new_tags' THEN i.added_count
WHEN 'category' THEN list_position(['add', 'merge', 'remove', 'rewrite', 'unchanged', 'blocked'], i.category::VARCHAR)
WHEN 'cost' THEN (/* seconds */ * 1e6)::BIGINT;

-- name: order
-- The listed items in the requested order, for sort keys of the plan row.
SELECT file_id FROM (
    SELECT i.file_id, f.path_search,
           CASE $sort /* item_keys */ END AS key
    FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id)
    WHERE ($blocked OR i.risk_level <> 'blocked')
      AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
)
ORDER BY CASE WHEN $descending THEN -key ELSE key END, path_search, file_id LIMIT $limit OFFSET $offset;

-- name: in_scope
-- Part of other statements: the files that the plan is limited to, and the libraries that the actor sees.
($file_hashes IS NULL OR list_contains($file_hashes::VARCHAR[], f.file_hash))
  AND ($file_ids IS NULL OR list_contains($file_ids::BIGINT[], f.file_id))
  AND ($libraries IS NULL OR list_contains($libraries::INTEGER[], f.library_id));

-- name: of_search
-- Part of other statements: the items that a search finds.
FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE /* in_scope */ AND ($blocked OR i.risk_level <> 'blocked') AND (TRUE /* search */);

-- name: found
-- The items that a search finds, with the columns for counts and order.
SELECT i.file_id, f.path_search, i.risk_level, i.category, i.container, i.issue_set, i.edited, i.postponed, i.disk_id,
       i.added_count, i.removed_count, i.est_bytes, i.est_seconds, f.size,
       ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed) AS listed,
       CASE $sort WHEN 'name' THEN strip_accents(lower(f.file_name)) WHEN 'path' THEN f.path_search END AS text_key,
       CASE $sort /* item_keys */
           WHEN 'size' THEN f.size
           WHEN 'mtime' THEN f.mtime_ns
       END AS key
/* of_search */;

-- name: order_of_search
-- The same for the items that a search finds, also for sort keys of the file.
SELECT file_id FROM (/* found */) WHERE listed
ORDER BY CASE WHEN NOT $descending THEN text_key END, CASE WHEN $descending THEN text_key END DESC,
         CASE WHEN $descending THEN -key ELSE key END, path_search, file_id LIMIT $limit OFFSET $offset;

-- name: page_with_counts
-- The counts of `groups_of_search` and the ids of a page with one search, because the search is the expensive part.
WITH found AS MATERIALIZED (/* found */), page AS (
    SELECT CASE WHEN NOT $descending THEN text_key END AS up, CASE WHEN $descending THEN text_key END AS down,
           CASE WHEN $descending THEN -key ELSE key END AS rank, path_search, file_id
    FROM found WHERE listed ORDER BY up, down DESC, rank, path_search, file_id LIMIT $limit OFFSET $offset
)
SELECT g.* REPLACE (s.codes AS issue_set), NULL AS ids
FROM (
    SELECT risk_level, category, container, issue_set, edited, postponed, disk_id, count(*), sum(added_count),
           sum(removed_count), sum(est_bytes), sum(est_seconds), sum(size)
    FROM found GROUP BY ALL
) AS g JOIN /* issue_sets */
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       list(file_id ORDER BY up, down DESC, rank, path_search, file_id)
FROM page;

-- name: items
-- The items of some files, listed or not, as stored: reading them through the view takes twice as long.
SELECT i.file_id, f.file_hash, f.path AS file_path, f.file_name, f.file_ext, f.size, f.mtime_ns, i.container,
       l.name AS library, f.folder, f.duration, i.existing, i.result, i.known, i.added, i.removed, f.comment,
       i.old_comment, i.new_comment, i.places, i.fields, i.category, i.risk_level, s.codes, s.severities, f.strategy,
       /* seconds */ AS est_seconds,
       i.est_bytes, i.edited, i.postponed, i.people_mode, i.comment_mode, f.custom_text, f.nlink, f.mode, f.scanned_at,
       f.comment_fields, f.field_problems, l.state_reason, f.state_message, f.strategy_message, f.damage, l.free_bytes
FROM plan_rows_of($variant_id, $plan_id) AS i JOIN issue_sets AS s USING (variant_id, issue_set)
JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.file_id IN (SELECT unnest($file_ids::BIGINT[]))
ORDER BY i.file_id;

-- name: cells
-- The items of some files as cells of a CSV, in the order of the fields of an item: lists as text, issues as codes. Then the
-- values of the other fields in the file, and their planned values.
SELECT i.file_id, f.file_hash, f.path, f.file_name, f.file_ext, f.size,
       strftime(make_timestamp_ns(f.mtime_ns), '%Y-%m-%dT%H:%M:%SZ'), f.mtime_ns, i.container, l.name, f.folder, f.duration,
       array_to_string(i.db_people, '; '), array_to_string(i.existing_people, '; '),
       array_to_string(i.result_people, '; '), array_to_string(i.tags_to_add, '; '),
       array_to_string(i.tags_to_remove, '; '), f.comment,
       CASE WHEN len(i.changes) = 0 THEN f.comment ELSE i.new_comment END, i.category::VARCHAR, i.risk_level::VARCHAR,
       i.can_update, array_to_string(s.codes, '; '), f.strategy, /* seconds */ AS est_seconds, i.est_bytes, i.edited, i.postponed,
       i.people_mode::VARCHAR, i.comment_mode::VARCHAR, f.fields, i.field_values
FROM plan_items_of($variant_id, $plan_id) AS i JOIN issue_sets AS s USING (variant_id, issue_set)
JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE i.file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: field_keys
-- The keys of the fields that a listed item of a search has or gets.
SELECT DISTINCT unnest(list_concat(map_keys(f.fields), map_keys(i.field_values)))
/* of_search */
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
  AND (f.fields IS NOT NULL OR i.field_values IS NOT NULL);

-- name: raw_paths
-- The paths of files as bytes.
SELECT file_id, path_bytes FROM scanned_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: copies_of
-- The other present files with the same payload, for a message: the path of each below its library folder, with the name
-- of the library where it is another one.
SELECT f.file_id, list(concat_ws('/', CASE WHEN c.library_id <> f.library_id THEN l.name END, nullif(c.folder, ''),
                                 c.file_name) ORDER BY c.library_id <> f.library_id, c.path)
FROM scanned_files AS f JOIN scanned_files AS c ON c.file_hash = f.file_hash AND c.file_id <> f.file_id
JOIN libraries AS l ON l.library_id = c.library_id
WHERE f.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND c.state <> 'missing'
GROUP BY f.file_id;

-- name: table
-- All listed items as a table.
SELECT i.file_id, f.file_hash, f.path AS file_path, f.file_name, f.file_ext, f.size,
       make_timestamp_ns(f.mtime_ns) AS mtime, f.mtime_ns, i.container,
       l.name AS library, f.folder, f.duration, i.db_people, i.existing_people, i.result_people, i.tags_to_add,
       i.tags_to_remove, f.comment AS existing_comment,
       CASE WHEN len(i.changes) = 0 THEN f.comment ELSE i.new_comment END AS result_comment, i.category,
       i.risk_level, i.can_update,
       (SELECT s.codes FROM issue_sets AS s WHERE s.variant_id = i.variant_id AND s.issue_set = i.issue_set) AS issues,
       f.strategy, /* seconds */ AS est_seconds, i.est_bytes, i.edited, i.postponed,
       i.people_mode, i.comment_mode
/* of_search */
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
ORDER BY /* level_rank */, i.file_id;

-- name: risk_by
-- Listed items by risk level, for a chart: by container, first folder below the library folder, or number of people added.
SELECT CASE $by WHEN 'container' THEN i.container WHEN 'folder' THEN split_part(f.folder, '/', 1)
                ELSE i.added_count::VARCHAR END AS "group",
       count(*) FILTER (i.risk_level = 'safe') AS safe, count(*) FILTER (i.risk_level = 'warning') AS warning,
       count(*) FILTER (i.risk_level = 'danger') AS danger, count(*) FILTER (i.risk_level = 'blocked') AS blocked
/* of_search */
  AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed) AND i.risk_level <> 'unchanged'
GROUP BY ALL ORDER BY CASE WHEN $by = 'tags' THEN min(i.added_count) ELSE -count(*) END, "group";

-- name: total_bytes
-- The total size of the files that the search finds and a write would change.
SELECT coalesce(sum(f.size), 0)::BIGINT
FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE /* in_scope */ AND (TRUE /* search */) AND ($postponed OR NOT i.postponed) AND i.can_update;

-- name: selected
-- The files of a selection: those that its search finds at its levels, without the excluded ones, and the included ones.
-- $only and a second search narrow it down. $writable omits the files that no write changes.
SELECT i.file_id
FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE /* in_scope */ AND ($blocked OR i.risk_level <> 'blocked')
  AND (i.file_id IN (SELECT unnest($included::BIGINT[]))
       OR $searched AND ($unchanged OR i.risk_level <> 'unchanged') AND ($postponed OR NOT i.postponed)
          AND (TRUE /* search */) AND i.file_id NOT IN (SELECT unnest($excluded::BIGINT[])))
  AND (list_contains($risk::VARCHAR[], i.risk_level::VARCHAR) OR i.file_id IN (SELECT unnest($included::BIGINT[])))
  AND list_contains($levels::VARCHAR[], i.risk_level::VARCHAR)
  AND (NOT $writable OR i.can_update AND NOT i.postponed)
  AND ($only IS NULL OR i.file_id IN (SELECT unnest($only::BIGINT[]))) AND (TRUE /* also */)
ORDER BY i.file_id;

-- name: selection_digest
-- The number of files of a selection, a digest of their ids and payloads, and their total size.
SELECT count(*), coalesce(bit_xor(hash(c.file_id, f.file_hash)), 0), coalesce(sum(f.size), 0)::BIGINT
FROM (/* selected */) AS c JOIN scanned_files AS f USING (file_id);

-- name: selection_changes
-- The files of a selection by what changes: NULL for the comment, otherwise the field; how many of them replace another
-- value, and how many remove the value. A field may have several places in a file.
WITH chosen AS MATERIALIZED (
    SELECT file_id, p.result IS NOT NULL AS changes_comment, p.fields AS changes
    FROM (/* selected */) AS c JOIN plan_rows_of($variant_id, $plan_id) AS p USING (file_id)
), places AS (
    SELECT file_id, unnest(changes) AS place FROM chosen
), changed AS (
    SELECT place."field" AS "field", count(place."new") = 0 AS is_removed,
           bool_or(place."old" <> place."new") IS TRUE AS is_replaced
    FROM places WHERE place.is_writable AND place."old" IS DISTINCT FROM place."new"
    GROUP BY file_id, place."field"
)
SELECT NULL AS "field", count(*) AS files, 0 AS replaced, 0 AS removed FROM chosen WHERE changes_comment
UNION ALL
SELECT "field", count(*), count(*) FILTER (is_replaced), count(*) FILTER (is_removed) FROM changed GROUP BY "field"
ORDER BY files DESC, "field";

-- name: materialize_selection
-- Store the files of a selection in the temporary table that decisions read.
CREATE OR REPLACE TEMP TABLE selected_files AS (/* selected */);

-- name: selected_few
-- The files of a selection among a few that a write would change; only these few are searched.
WITH i AS MATERIALIZED (
    SELECT * FROM plan_items_of($variant_id, $plan_id)
    WHERE file_id IN (SELECT unnest($only::BIGINT[]))
), f AS MATERIALIZED (
    SELECT * FROM scanned_files WHERE file_id IN (SELECT unnest($only::BIGINT[]))
)
SELECT i.file_id FROM i JOIN f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE /* in_scope */ AND ($blocked OR i.risk_level <> 'blocked') AND i.can_update AND NOT i.postponed
  AND (i.file_id IN (SELECT unnest($included::BIGINT[]))
       OR $searched AND list_contains($risk::VARCHAR[], i.risk_level::VARCHAR)
          AND i.file_id NOT IN (SELECT unnest($excluded::BIGINT[])) AND (TRUE /* search */))
ORDER BY i.file_id;

-- name: search_groups
-- The items that a search lists, and the postponed items that it finds, counted by everything that a selection and a write
-- distinguish: level, postponed, writable, strategy, codes, and whether a second search does not find the item.
SELECT g.* REPLACE (s.codes AS issue_set)
FROM (
    SELECT i.risk_level, i.postponed, i.can_update, f.strategy, i.issue_set,
           NOT coalesce((TRUE /* also */), FALSE) AS hidden, count(*), sum(i.added_count), sum(i.removed_count),
           sum(/* seconds */), sum(i.est_bytes), TRUE AS found, FALSE AS included, FALSE AS excluded
    FROM plan_items_of($variant_id, $plan_id) AS i JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
    WHERE /* in_scope */ AND ($blocked OR i.risk_level <> 'blocked')
      AND ($unchanged OR i.risk_level <> 'unchanged') AND (TRUE /* search */)
    GROUP BY ALL
) AS g JOIN /* issue_sets */;

-- name: exceptions
-- The same for single files, with their ids and whether the search of a selection lists them.
SELECT g.* REPLACE (s.codes AS issue_set) FROM (/* excepted */) AS g JOIN /* issue_sets */;

-- name: excepted
-- Part of other statements: these files with their issue sets.
WITH i AS MATERIALIZED (
    SELECT * FROM plan_items_of($variant_id, $plan_id)
    WHERE file_id IN (SELECT unnest($named::BIGINT[]))
), f AS MATERIALIZED (
    SELECT * FROM scanned_files WHERE file_id IN (SELECT unnest($named::BIGINT[]))
)
SELECT i.file_id, i.risk_level, i.postponed, i.can_update, f.strategy, i.issue_set,
       NOT coalesce((TRUE /* also */), FALSE) AS hidden, 1 AS files, i.added_count, i.removed_count,
       /* seconds */ AS seconds, i.est_bytes,
       $searched AND ($unchanged OR i.risk_level <> 'unchanged')
           AND coalesce((TRUE /* search */), FALSE) AS found
FROM i JOIN f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE /* in_scope */ AND ($blocked OR i.risk_level <> 'blocked');

-- name: exception_groups
-- The exceptions of a selection that names many files: those that it includes or excludes by id, counted.
SELECT g.* REPLACE (s.codes AS issue_set)
FROM (
    SELECT risk_level, postponed, can_update, strategy, issue_set, hidden, sum(files), sum(added_count), sum(removed_count),
           sum(seconds), sum(est_bytes), found, file_id IN (SELECT unnest($included::BIGINT[])) AS included,
           file_id IN (SELECT unnest($excluded::BIGINT[])) AS excluded
    FROM (/* excepted */)
    GROUP BY ALL
) AS g JOIN /* issue_sets */;

-- name: changed
-- The files whose rows started or ended after an older version.
SELECT DISTINCT file_id FROM plan_rows
WHERE variant_id = $variant_id AND (from_version > $older AND from_version <= $plan_id
                                    OR to_version > $older AND to_version <= $plan_id)
ORDER BY file_id;

-- name: differing
-- The files among $file_ids whose planned changes differ from an older version, or that were not in it.
SELECT n.file_id
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id)
LEFT JOIN plan_items_of($variant_id, $plan_id) AS n USING (file_id)
LEFT JOIN plan_items_of($variant_id, $older) AS o USING (file_id)
WHERE n.changes IS DISTINCT FROM o.changes
ORDER BY file_id;

-- name: written_since
-- The last operation that changed each of these files after an older version was made, and its comment.
SELECT m.file_id, max(m.operation_id), arg_max({comment: m.new_comment}, m.id).comment
FROM metadata_operation_items m JOIN plans p ON p.plan_id = $older
WHERE m.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND m.status = 'success' AND m.processed_at >= p.created_at
GROUP BY m.file_id;

-- name: version
-- The variant of a version, with its modes.
SELECT variant_id, v.people_mode, v.comment_mode, v.include_unknown, v.hard_links, v.large_bytes
FROM plans JOIN plan_variants AS v USING (variant_id) WHERE plans.plan_id = $plan_id;
