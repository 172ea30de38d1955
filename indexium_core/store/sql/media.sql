-- The files of the library as pictures. The parameters $title, $rating, $created and $date are the keys of these fields.

-- name: files
-- Part of other statements: files with the rows of the plan and their properties.
scanned_files AS f JOIN libraries AS l USING (library_id)
LEFT JOIN (SELECT file_id, field_values, result_people, can_update, postponed FROM plan_items_of($variant_id, $plan_id)
           WHERE TRUE /* limited */) AS p USING (file_id)
LEFT JOIN (SELECT file_id, taken, camera, resolution, duration FROM media_properties WHERE TRUE /* limited */) AS m USING (file_id);

-- name: rating
-- Part of other statements: the rating of a file, its edit included; 0 for none and for any other text.
coalesce(TRY_CAST(CASE WHEN map_contains(p.field_values, $rating) THEN p.field_values[$rating]
                       ELSE f.fields[$rating] END AS INTEGER), 0);

-- name: edited_at
-- Part of other statements: the date that an edit gives to a file.
coalesce(wall_time(p.field_values[$created]), wall_time(p.field_values[$date]));

-- name: dated_at
-- Part of other statements: the date in the fields of a file.
coalesce(wall_time(f.fields[$created]), wall_time(f.fields[$date]));

-- name: shown_at
-- Part of other statements: the date under which a file is shown, as wall time. Our own writes do not change it.
shown_date(/* edited_at */, m.taken, /* dated_at */, f.file_name, coalesce(f.former_mtime_ns, f.mtime_ns));

-- name: people
-- Part of other statements: the people that a file has after the planned change.
coalesce(p.result_people, f.people);

-- name: stamp
-- What changes when the facts about files change without a new version of the plan.
SELECT (SELECT count(*) FROM scanned_files), (SELECT max(scanned_at) FROM scanned_files),
       (SELECT max(read_at) FROM media_properties),
       (SELECT concat(max(decision_id), ' ', count(revoked_at)) FROM decisions), (SELECT string_agg(state, ',' ORDER BY library_id) FROM libraries);

-- name: of_search
-- The condition of a list that has a search.
f.file_id IN (/* matching_ids */);

-- name: of_ids
-- The condition of rows that belong to some files. Without it, DuckDB joins the rows of all files.
file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: listing
-- The files of a list in their order, with what its counts need. `kind` is the place in $kinds, from 1; 0 for any other.
SELECT file_id, kind, rating, people, size, is_offline, shown_at::DATE AS day FROM (
    SELECT f.file_id, f.file_name, coalesce(list_position($kinds, f.media_kind), 0)::UTINYINT AS kind,
           /* rating */ AS rating, len(/* people */) AS people, f.size, l.state = 'offline' AS is_offline,
           /* shown_at */ AS shown_at
    FROM /* files */
    WHERE f.state <> 'missing' AND (TRUE /* searched */)
)
ORDER BY CASE $sort WHEN 'newest' THEN -epoch_us(shown_at) WHEN 'oldest' THEN epoch_us(shown_at) WHEN 'rating' THEN -rating
                    WHEN 'largest' THEN -size END,
         CASE WHEN $sort = 'name' THEN folded(file_name) END, -epoch_us(shown_at), file_id;

-- name: count
-- The number of files of a list.
SELECT count(*) FROM scanned_files AS f WHERE f.state <> 'missing' AND (TRUE /* searched */);

-- name: tiles
-- Files by id.
SELECT f.file_id, f.file_name,
       coalesce(CASE WHEN map_contains(p.field_values, $title) THEN p.field_values[$title] ELSE f.fields[$title] END, ''),
       f.folder, l.name, coalesce(f.media_kind, ''), f.file_ext, f.file_hash, f.mtime_ns, f.size,
       strftime(/* shown_at */, '%Y-%m-%dT%H:%M:%S'),
       date_source(/* edited_at */, m.taken, /* dated_at */, f.file_name),
       /* rating */, list_slice(/* people */, 1, $most_people), len(/* people */), coalesce(m.duration, f.duration, 0),
       coalesce(m.resolution, ''), coalesce(p.can_update AND NOT p.postponed, FALSE),
       coalesce(p.can_update AND p.postponed, FALSE), l.state = 'offline', f.state <> 'ok' OR f.strategy = '' OR f.read_only,
       coalesce(f.container, '')
FROM /* files */
WHERE f.file_id IN (SELECT unnest($file_ids::BIGINT[])) AND f.state <> 'missing';

-- name: date
-- The date under which a file is shown, and where it comes from.
SELECT strftime(/* shown_at */, '%Y-%m-%dT%H:%M:%S'), date_source(/* edited_at */, m.taken, /* dated_at */, f.file_name)
FROM scanned_files AS f
LEFT JOIN (SELECT file_id, field_values FROM plan_rows_of($variant_id, $plan_id) WHERE file_id = $file_id) AS p USING (file_id)
LEFT JOIN (SELECT file_id, taken FROM media_properties WHERE file_id = $file_id) AS m USING (file_id)
WHERE f.file_id = $file_id AND f.state <> 'missing';

-- name: facet
-- The values of one key in a list with their files: the most frequent first, years newest first.
WITH listed AS MATERIALIZED (
    SELECT coalesce(f.media_kind, '') AS kind, /* rating */ AS rating, /* people */ AS people, m.camera AS camera,
           CASE WHEN $key = 'dated' THEN strftime(/* shown_at */, '%Y') END AS year
    FROM /* files */
    WHERE f.state <> 'missing' AND (TRUE /* searched */)
), named AS (
    SELECT kind AS value FROM listed WHERE $key = 'type'
    UNION ALL SELECT year FROM listed WHERE $key = 'dated'
    UNION ALL SELECT rating::VARCHAR FROM listed WHERE $key = 'rating' AND rating > 0
    UNION ALL SELECT unnest(list_distinct(people)) FROM listed WHERE $key = 'person'
    UNION ALL SELECT camera FROM listed WHERE $key = 'camera'
)
SELECT value, count(*) AS files FROM named WHERE value <> '' GROUP BY value
ORDER BY CASE WHEN $key IN ('dated', 'rating') THEN value END DESC, files DESC, value LIMIT $most;
