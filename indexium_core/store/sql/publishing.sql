-- Publications: what a library publishes, the plan, the side files of items, and the side files that are ours.

-- name: options
-- What each library publishes.
SELECT library_id, coalesce(publish, 'off') AS publish, publish_kinds AS kinds, publish_readers AS readers,
       coalesce(publish_people, TRUE) AS people, publish IS NOT NULL AS is_decided
FROM libraries WHERE $library_id::INTEGER IS NULL OR library_id = $library_id ORDER BY library_id;

-- name: set_options
-- Set what a library publishes.
UPDATE libraries SET publish = $publish, publish_kinds = $kinds, publish_readers = $readers, publish_people = $people
WHERE library_id = $library_id;

-- name: publishing
-- The libraries that publish something.
SELECT library_id, name, path_bytes, state FROM libraries
WHERE coalesce(publish, 'off') <> 'off' ORDER BY library_id;

-- name: library
-- A library, whatever it publishes.
SELECT library_id, name, path_bytes, state FROM libraries WHERE library_id = $library_id;

-- name: episodes_around
-- The other episodes in the files of episodes.
SELECT DISTINCT o.entity_id FROM title_files AS l JOIN title_files AS o ON o.file_id = l.file_id AND o.entity_type = 'episode'
WHERE l.entity_type = 'episode' AND list_contains($ids::BIGINT[], l.entity_id) AND NOT list_contains($ids::BIGINT[], o.entity_id)
ORDER BY 1;

-- name: main_files
-- Part of other statements: the main files of titles that are not missing.
(SELECT l.entity_type, l.entity_id, l.part, l.role, f.file_id, f.path_bytes, f.folder, f.library_id
 FROM title_files AS l JOIN scanned_files AS f USING (file_id) WHERE l.role = 'main' AND f.state <> 'missing');

-- name: videos
-- Part of other statements: the videos that belong to no title and have people or values by hand, in libraries that publish,
-- and in the one of an example.
(SELECT f.file_id, f.library_id, f.path_bytes, f.folder, f.file_name, f.fields,
        coalesce(d.edits_people, FALSE) AS edits_people, d.edits, coalesce(p.names, []) AS names
 FROM scanned_files AS f JOIN libraries AS l USING (library_id)
 LEFT JOIN (SELECT file_id, bool_or(kind = 'edit') AS edits_people,
                   map(list(edited_field(kind)) FILTER (edited_field(kind) IS NOT NULL),
                       list(value) FILTER (edited_field(kind) IS NOT NULL)) AS edits
            FROM decisions WHERE revoked_at IS NULL AND (kind = 'edit' OR edited_field(kind) IS NOT NULL)
            GROUP BY file_id) AS d USING (file_id)
 LEFT JOIN (SELECT file_id, list(name ORDER BY place) AS names FROM people_of_file GROUP BY file_id) AS p USING (file_id)
 WHERE (coalesce(l.publish, 'off') <> 'off' OR l.library_id = $also) AND f.media_kind = 'video' AND f.state <> 'missing'
   AND (len(p.names) > 0 OR d.file_id IS NOT NULL
        OR EXISTS (FROM published_files AS o WHERE o.entity_type = 'video' AND o.entity_id = f.file_id))
   AND NOT EXISTS (FROM title_files AS t JOIN titles AS k ON k.entity_type = t.entity_type AND k.id = t.entity_id
                   WHERE t.file_id = f.file_id AND k.state NOT IN ('ignored', 'discovered')));

-- name: rolled_back
-- The titles and videos whose last publication was rolled back.
SELECT entity_type, entity_id FROM (
    SELECT i.entity_type, i.entity_id, i.reverted_by FROM metadata_operation_items AS i
    JOIN metadata_operations AS o ON o.id = i.operation_id
    WHERE o.operation_type = 'publish' AND i.status = 'success' AND i.entity_type IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY i.entity_type, i.entity_id ORDER BY o.id DESC) = 1)
WHERE reverted_by IS NOT NULL;

-- name: inputs
-- A digest of the inputs of each title and video that is published. A row of the plan is computed again if its digest
-- changes. The digest of an episode has the name of its series; that of a season and of a series has all of their files.
-- It is the sum of the digests of single rows, so that one aggregation is enough.
WITH on_libraries AS (
    SELECT library_id, hash($rules, publish, publish_kinds, publish_readers, publish_people, state) AS h FROM libraries
    WHERE coalesce(publish, 'off') <> 'off'),
of_folders AS (
    SELECT f.library_id, f.folder, count(DISTINCT coalesce(e.series_id, l.entity_id, -f.file_id)) AS tenants
    FROM scanned_files AS f LEFT JOIN title_files AS l ON l.file_id = f.file_id
    LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
    WHERE f.state <> 'missing' AND f.media_kind = 'video' GROUP BY ALL),
-- Once for both readers below: a large library has many people.
people_of_file AS MATERIALIZED (FROM main.people_of_file),
of_several AS (
    SELECT file_id, sum(hash(entity_id)) AS h FROM title_files WHERE entity_type = 'episode' AND role = 'main'
    GROUP BY file_id HAVING count(*) > 1),
of_files AS MATERIALIZED (
    SELECT f.entity_type, f.entity_id, hash(f.path_bytes, f.part, b.tenants = 1, s.h) AS h
    FROM /* main_files */ AS f LEFT JOIN of_folders AS b ON b.library_id = f.library_id AND b.folder = f.folder
    LEFT JOIN of_several AS s USING (file_id)),
of_series_files AS MATERIALIZED (
    SELECT e.series_id, sum(hash(f.h, e.season)) AS h
    FROM of_files AS f JOIN episodes AS e ON f.entity_type = 'episode' AND f.entity_id = e.id GROUP BY ALL),
of_pictures AS (
    SELECT entity_type, entity_id, hash(id, asset_type, provider, content_hash, is_downloaded) AS h
    FROM asset_candidates WHERE is_selected AND NOT is_rejected),
parts AS (
    -- The four tables, and not the view of them: it would make 20 columns.
    SELECT 'movie' AS entity_type, t.id AS entity_id, hash(o.h, t.title) AS h, TRUE AS is_published
    FROM movies AS t JOIN on_libraries AS o USING (library_id) WHERE t.state NOT IN ('ignored', 'discovered')
    UNION ALL SELECT 'series', t.id, hash(o.h, t.title), TRUE
    FROM series AS t JOIN on_libraries AS o USING (library_id) WHERE t.state NOT IN ('ignored', 'discovered')
    UNION ALL SELECT 'season', t.id, hash(o.h, t.title, t.season), TRUE
    FROM seasons AS t JOIN on_libraries AS o USING (library_id) WHERE t.state NOT IN ('ignored', 'discovered')
    UNION ALL SELECT 'episode', t.id, hash(o.h, t.title, t.season, t.episode, t.aired, s.title), TRUE
    FROM episodes AS t JOIN on_libraries AS o USING (library_id) LEFT JOIN series AS s ON s.id = t.series_id
    WHERE t.state NOT IN ('ignored', 'discovered')
    UNION ALL SELECT entity_type, entity_id, hash(field, value::VARCHAR, origin, provider, locked), FALSE FROM title_values
    UNION ALL SELECT entity_type, entity_id, h, FALSE FROM of_files
    UNION ALL SELECT 'series', series_id, hash(h), FALSE FROM of_series_files
    UNION ALL SELECT 'season', s.id, hash(f.h), FALSE FROM of_series_files AS f JOIN seasons AS s USING (series_id)
    UNION ALL SELECT 'series', series_id, hash(id, season, title), FALSE FROM seasons
    UNION ALL
    SELECT l.entity_type, l.entity_id, hash(p.name, p.place), FALSE
    FROM title_files AS l JOIN people_of_file AS p USING (file_id)
    UNION ALL SELECT entity_type, entity_id, h, FALSE FROM of_pictures
    UNION ALL SELECT 'season', s.id, p.h, FALSE FROM of_pictures AS p JOIN seasons AS s ON p.entity_type = 'series' AND p.entity_id = s.series_id
    UNION ALL SELECT entity_type, entity_id, hash(path_bytes, content_hash, state = 'released'), FALSE FROM published_files
    UNION ALL SELECT entity_type, entity_id, hash(path_bytes, content_hash, choice), FALSE FROM side_file_choices
    UNION ALL SELECT entity_type, entity_id, hash('rolled back'), FALSE FROM (/* rolled_back */)
    UNION ALL
    SELECT 'video', v.file_id, hash(o.h, v.path_bytes, v.fields::VARCHAR, v.edits_people, v.edits::VARCHAR, v.names), TRUE
    FROM /* videos */ AS v JOIN on_libraries AS o USING (library_id))
SELECT entity_type, entity_id, hash(sum(h)) AS inputs FROM parts GROUP BY entity_type, entity_id HAVING bool_or(is_published);

-- name: has_plan
-- Whether a library publishes something, or the plan still has rows.
SELECT EXISTS (FROM libraries WHERE coalesce(publish, 'off') <> 'off') OR EXISTS (FROM publication_rows);

-- name: outdated
-- The titles and videos whose row is missing or has other inputs ($all: all of them), and those that have a row and are not
-- published any more, without inputs.
SELECT coalesce(i.entity_type, r.entity_type), coalesce(i.entity_id, r.entity_id), i.inputs
FROM (/* inputs */) AS i FULL JOIN publication_rows AS r ON r.entity_type = i.entity_type AND r.entity_id = i.entity_id
WHERE $all OR r.inputs IS DISTINCT FROM i.inputs ORDER BY ALL;

-- name: wanted
-- Part of other statements: the titles and videos of a request.
(SELECT unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id);

-- name: titles_of
-- The titles of a request, with the names of their series.
SELECT t.entity_type, t.id, t.library_id, t.series_id, t.season, t.episode, t.aired, t.title, t.sort_title, t.year,
       coalesce(s.title, '') AS series_title, coalesce(s.sort_title, '') AS series_sort_title,
       EXISTS (FROM title_values AS v WHERE v.entity_type = 'series' AND v.entity_id = t.series_id AND v.field = 'title'
               AND (v.origin = 'hand' OR v.locked)) AS is_series_title_by_hand
FROM titles AS t JOIN /* wanted */ AS w ON w.entity_type = t.entity_type AND w.entity_id = t.id
LEFT JOIN series AS s ON s.id = t.series_id ORDER BY t.id;

-- name: values_of
-- The shown values of the titles of a request, with their origins. A list of others in whose file we have items, too, comes
-- first, and the list of the next origin behind it.
SELECT entity_id, field, value, origin, locked FROM (
    SELECT v.entity_id, v.field, v.value, v.origin, v.locked,
           row_number() OVER (PARTITION BY v.entity_type, v.entity_id, v.field ORDER BY /* order_of_values */) AS place,
           first_value(v.origin = 'nfo' AND NOT v.locked AND v.confidence IS NOT DISTINCT FROM $shared)
               OVER (PARTITION BY v.entity_type, v.entity_id, v.field ORDER BY /* order_of_values */) AS is_shared
    FROM /* ranked_values */ JOIN /* wanted */ AS w ON w.entity_type = v.entity_type AND w.entity_id = v.entity_id)
WHERE place = 1 OR (place = 2 AND is_shared) ORDER BY entity_id, field, place;

-- name: touched_of
-- The titles of a request whose values or pictures a person has decided.
SELECT DISTINCT t.entity_type, t.entity_id FROM touched_titles AS t JOIN /* wanted */ AS w USING (entity_type, entity_id);

-- name: rolled_back_of
-- The titles and videos of a request whose last publication was rolled back.
SELECT entity_type, entity_id FROM (/* rolled_back */) JOIN /* wanted */ AS w USING (entity_type, entity_id);

-- name: files_of
-- The main files of the titles of a request; of a series and of a season, those of their episodes.
SELECT w.entity_type, w.entity_id, f.file_id, f.path_bytes, f.folder, f.library_id, f.part
FROM /* main_files */ AS f JOIN /* wanted */ AS w USING (entity_type, entity_id)
UNION ALL
SELECT w.entity_type, w.entity_id, f.file_id, f.path_bytes, f.folder, f.library_id, f.part
FROM /* main_files */ AS f JOIN episodes AS e ON f.entity_type = 'episode' AND f.entity_id = e.id
JOIN /* wanted */ AS w ON w.entity_type = 'series' AND w.entity_id = e.series_id
UNION ALL
SELECT w.entity_type, w.entity_id, f.file_id, f.path_bytes, f.folder, f.library_id, f.part
FROM /* main_files */ AS f JOIN episodes AS e ON f.entity_type = 'episode' AND f.entity_id = e.id
JOIN seasons AS s ON s.series_id = e.series_id AND s.season = e.season
JOIN /* wanted */ AS w ON w.entity_type = 'season' AND w.entity_id = s.id
ORDER BY 2, f.part NULLS FIRST, f.path_bytes;

-- name: episodes_of_files
-- All episodes of files that have several, in their order.
SELECT l.file_id, e.id FROM title_files AS l JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
WHERE l.role = 'main' AND list_contains($file_ids::BIGINT[], l.file_id) ORDER BY l.file_id, e.season, e.episode, e.id;

-- name: people_of
-- The people of files, in order.
SELECT file_id, list(name ORDER BY place) AS names FROM people_in_files($file_ids::BIGINT[], NULL::BIGINT[]) GROUP BY file_id;

-- name: pictures_of
-- The selected pictures of the titles of a request, with the images of the cache; of a season, those of its series.
SELECT w.entity_type, w.entity_id, a.id, a.asset_type, a.provider, a.content_hash, a.is_downloaded,
       (a.provider_metadata->>'season')::INTEGER AS season, c.file_size, c.mime_type
FROM /* wanted */ AS w JOIN asset_candidates AS a USING (entity_type, entity_id)
LEFT JOIN cache_inventory AS c ON c.content_hash = a.content_hash
WHERE a.is_selected AND NOT a.is_rejected AND (w.entity_type <> 'series' OR (a.provider_metadata->>'season') IS NULL)
UNION ALL
SELECT w.entity_type, w.entity_id, a.id, a.asset_type, a.provider, a.content_hash, a.is_downloaded,
       s.season, c.file_size, c.mime_type
FROM /* wanted */ AS w JOIN seasons AS s ON w.entity_type = 'season' AND w.entity_id = s.id
JOIN asset_candidates AS a ON a.entity_type = 'series' AND a.entity_id = s.series_id
     AND (a.provider_metadata->>'season')::INTEGER = s.season
LEFT JOIN cache_inventory AS c ON c.content_hash = a.content_hash
WHERE a.is_selected AND NOT a.is_rejected
ORDER BY 2, 4, 3;

-- name: videos_of
-- The videos of a request, with what is known about them.
SELECT v.file_id, v.library_id, v.path_bytes, v.folder, v.file_name, v.fields, v.edits_people, v.edits, v.names
FROM /* videos */ AS v JOIN /* wanted */ AS w ON w.entity_type = 'video' AND w.entity_id = v.file_id ORDER BY v.file_id;

-- name: seasons_of
-- The seasons of series, with their names and the origins of these.
WITH named AS (SELECT id, series_id, season, title FROM seasons WHERE list_contains($ids::BIGINT[], series_id))
SELECT s.series_id, s.season, s.title, coalesce(o.origin, '') FROM named AS s LEFT JOIN (
    SELECT v.entity_id, CASE WHEN v.locked THEN 'hand' ELSE v.origin END AS origin FROM /* ranked_values */
    WHERE v.entity_type = 'season' AND v.field = 'title' AND v.entity_id IN (SELECT id FROM named)
    QUALIFY row_number() OVER (PARTITION BY v.entity_id ORDER BY /* order_of_values */) = 1
) AS o ON o.entity_id = s.id ORDER BY ALL;

-- name: tenants
-- The titles and other videos of each folder with videos: from it follows which folder belongs to one title alone. A film is
-- one, a series with its episodes is one, and each video without a title is one of its own.
SELECT DISTINCT f.library_id, f.folder, coalesce(e.series_id, l.entity_id, -f.file_id) AS tenant
FROM scanned_files AS f LEFT JOIN title_files AS l ON l.file_id = f.file_id
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
WHERE f.state <> 'missing' AND f.media_kind = 'video' AND list_contains($library_ids::INTEGER[], f.library_id)
  AND ($folders::VARCHAR[] IS NULL OR list_contains($folders::VARCHAR[], f.folder)
       OR len(list_filter($folders::VARCHAR[], lambda b: starts_with(f.folder, b || '/'))) > 0);

-- name: examples
-- The titles and videos of a library that would be published.
SELECT entity_type, entity_id, count(*) OVER () FROM (
    SELECT t.entity_type, t.id AS entity_id, lower(t.sort_title) AS place FROM titles AS t
    WHERE t.library_id = $also AND t.entity_type IN ('movie', 'series') AND t.state NOT IN ('ignored', 'discovered')
    UNION ALL SELECT 'video', v.file_id, lower(v.file_name) FROM /* videos */ AS v WHERE v.library_id = $also)
ORDER BY place, entity_id LIMIT $count;

-- name: ours_of
-- The side files of the titles and videos of a request that are ours.
SELECT p.entity_type, p.entity_id, p.path_bytes, p.kind, p.content_hash, p.own_elements, p.contents_hash, p.state, p.operation_id, p.missing_since
FROM published_files AS p JOIN /* wanted */ AS w USING (entity_type, entity_id) ORDER BY p.path_bytes;

-- name: stored_nfo
-- The NFO files of the titles and videos of a request, as they were published.
SELECT p.path_bytes, p.body FROM published_files AS p JOIN /* wanted */ AS w USING (entity_type, entity_id)
WHERE p.body IS NOT NULL AND p.state <> 'released';

-- name: published
-- The side files that are ours, of a library or of one title, each with its library and whether a person leaves it out. Their
-- library is the one whose folder has them: see `own_elements`.
SELECT p.entity_type, p.entity_id, l.library_id, l.name, l.path_bytes, l.state = 'offline', p.path_bytes, p.kind, p.content_hash,
       p.own_elements, coalesce(c.content_hash IN ('', $empty) AND c.choice = 'keep', FALSE)
FROM published_files AS p JOIN libraries AS l ON p.path_bytes >= l.path_bytes || '\x2F'::BLOB AND p.path_bytes < l.path_bytes || '\x30'::BLOB
LEFT JOIN side_file_choices AS c ON c.path_bytes = p.path_bytes
WHERE p.state <> 'released' AND ($library_id::INTEGER IS NULL OR l.library_id = $library_id)
  AND ($entity_type::VARCHAR IS NULL OR (p.entity_type = $entity_type AND p.entity_id = $entity_id)) ORDER BY p.path_bytes;

-- name: forget_files
-- Delete files of ours that are gone and not published any more.
DELETE FROM published_files WHERE list_contains($paths::BLOB[], path_bytes);

-- name: pictures_to_cache
-- The pictures that an operation restored, that are ours, and that the cache does not have.
SELECT p.path_bytes, p.kind, p.content_hash FROM metadata_operation_items AS m JOIN item_side_files AS s ON s.item_id = m.id
JOIN published_files AS p ON p.path_bytes = s.path_bytes AND p.content_hash = s.after_hash
WHERE m.operation_id = $operation_id AND m.status = 'success' AND p.kind <> 'nfo'
  AND p.content_hash NOT IN (SELECT content_hash FROM cache_inventory) ORDER BY p.path_bytes;

-- name: cached_sizes
-- The sizes of pictures that the cache has, by hash.
SELECT content_hash, file_size FROM cache_inventory WHERE list_contains($hashes::VARCHAR[], content_hash);

-- name: release
-- Our files that a person does not want to publish any more, among some files; the others are published.
UPDATE published_files SET state = CASE WHEN list_contains($released::BLOB[], path_bytes) THEN 'released' ELSE 'published' END
WHERE list_contains($paths::BLOB[], path_bytes) AND list_contains($released::BLOB[], path_bytes) <> (state = 'released');

-- name: stopped_elsewhere
-- The files of a title that a person does not want to publish any more, of some kinds, except some paths.
SELECT path_bytes, content_hash FROM published_files
WHERE entity_type = $entity_type AND entity_id = $entity_id AND state = 'released' AND list_contains($kinds::VARCHAR[], kind)
  AND NOT list_contains($known::BLOB[], path_bytes) ORDER BY path_bytes;

-- name: set_states
-- How our files of some titles and videos are on the disk, as the plan has seen them.
UPDATE published_files AS p
SET state = n.state,
    missing_since = CASE WHEN n.state = 'missing' AND NOT list_contains($lost_with_media::BLOB[], n.path_bytes) THEN $at END
FROM (SELECT unnest($paths::BLOB[]) AS path_bytes, unnest($states::VARCHAR[]) AS state) AS n
WHERE n.path_bytes = p.path_bytes AND p.state <> n.state AND p.state <> 'released';

-- name: owner_of
-- The title or video to which a side file of ours belongs, with its videos that are not missing.
SELECT p.entity_type, p.entity_id,
       (SELECT list(f.path_bytes) FROM scanned_files AS f WHERE f.state <> 'missing' AND CASE WHEN p.entity_type = 'video'
            THEN f.file_id = p.entity_id AND f.file_id NOT IN (SELECT file_id FROM title_files)
            ELSE f.file_id IN (
                SELECT l.file_id FROM title_files AS l LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
                LEFT JOIN seasons AS s ON s.series_id = e.series_id AND s.season = e.season
                WHERE l.role = 'main' AND CASE p.entity_type WHEN 'series' THEN e.series_id WHEN 'season' THEN s.id
                      ELSE CASE WHEN l.entity_type = p.entity_type THEN l.entity_id END END = p.entity_id) END) AS videos,
       p.path_bytes, p.kind, p.content_hash, p.own_elements, p.contents_hash, p.state, p.operation_id, p.missing_since
FROM published_files AS p WHERE p.path_bytes = $path AND p.state <> 'released';

-- name: choices_of
-- What people decided about side files of the titles and videos of a request.
SELECT entity_type, entity_id, c.path_bytes, c.content_hash, c.choice
FROM side_file_choices AS c JOIN /* wanted */ AS w USING (entity_type, entity_id) ORDER BY c.path_bytes;

-- name: flips
-- Which publications of side files other programs have overwritten since a moment: their operations by path.
SELECT path_bytes, list(DISTINCT operation_id) FROM side_file_flips WHERE found_at >= $since GROUP BY path_bytes;

-- name: add_flips
-- Store that another program overwrote what an operation published, once for each operation.
INSERT INTO side_file_flips
SELECT n.path_bytes, n.operation_id, $at FROM (SELECT unnest($paths::BLOB[]) AS path_bytes, unnest($operations::BIGINT[]) AS operation_id) AS n
WHERE NOT EXISTS (FROM side_file_flips AS f WHERE f.path_bytes = n.path_bytes AND f.operation_id = n.operation_id);

-- name: set_choice
-- Store what a person decided about a side file.
INSERT INTO side_file_choices BY NAME SELECT $path_bytes AS path_bytes, $entity_type AS entity_type, $entity_id AS entity_id,
    $content_hash AS content_hash, $choice AS choice, $at AS decided_at, $actor_kind AS actor_kind, $actor_id AS actor_id,
    $actor_name AS actor_name;

-- name: remove_choices
-- Delete what people decided about side files.
DELETE FROM side_file_choices WHERE list_contains($paths::BLOB[], path_bytes);

-- name: choices_of_paths
-- What people decided about side files.
SELECT path_bytes, content_hash, choice FROM side_file_choices WHERE list_contains($paths::BLOB[], path_bytes) ORDER BY path_bytes;

-- name: forget_flips
-- Delete the changes of side files by other programs, so that they are published again.
DELETE FROM side_file_flips WHERE list_contains($paths::BLOB[], path_bytes);

-- name: known_files
-- The side files of the rows of a request, whose content need not be read again if their size and time are the same.
SELECT r.entity_type, r.entity_id, r.files FROM publication_rows AS r JOIN /* wanted */ AS w USING (entity_type, entity_id);

-- name: remove_rows
-- Delete the rows that are computed again.
DELETE FROM publication_rows WHERE (entity_type, entity_id) IN (SELECT (unnest($types::VARCHAR[]), unnest($ids::BIGINT[])));

-- name: insert_rows
-- Add rows of the plan.
INSERT INTO publication_rows BY NAME SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
    unnest($library_id::INTEGER[]) AS library_id, unnest($top_type::VARCHAR[]) AS top_type, unnest($top_id::BIGINT[]) AS top_id,
    unnest($name::VARCHAR[]) AS name, unnest($sort_name::VARCHAR[]) AS sort_name, unnest($search::VARCHAR[]) AS search,
    unnest($folder::VARCHAR[]) AS folder, unnest($risk::VARCHAR[]) AS risk, unnest($codes::VARCHAR[][]) AS codes,
    unnest($actions::VARCHAR[][]) AS actions, unnest($new_bytes::BIGINT[]) AS new_bytes, unnest($files::VARCHAR[])::JSON AS files,
    unnest($people::VARCHAR[][]) AS people, unnest($is_unpublished::BOOLEAN[]) AS is_unpublished,
    unnest($digest::VARCHAR[]) AS digest, unnest($inputs::UBIGINT[]) AS inputs;

-- name: show_unpublished
-- Copy to the titles of one kind whether they have changes that are not published.
UPDATE /* table */ AS t SET has_unpublished_changes = n.flag
FROM (SELECT k.id, coalesce(r.is_unpublished, FALSE) AS flag FROM /* table */ AS k
      LEFT JOIN publication_rows AS r ON r.entity_type = $kind AND r.entity_id = k.id) AS n
WHERE n.id = t.id AND t.has_unpublished_changes <> n.flag;

-- name: listed
-- Part of other statements: the rows of the list, each with the titles that belong to it.
(SELECT r.top_type, r.top_id, any_value(r.library_id) AS library_id,
        any_value(r.name) FILTER (r.entity_type = r.top_type) AS own_name, min(r.name) AS some_name,
        coalesce(any_value(r.sort_name) FILTER (r.entity_type = r.top_type), min(r.sort_name)) AS sort_name,
        coalesce(any_value(r.folder) FILTER (r.entity_type = r.top_type), min(r.folder)) AS folder,
        string_agg(r.search, chr(10)) AS search,
        ['unchanged', 'safe', 'warning', 'danger', 'blocked'][max(CASE r.risk WHEN 'unchanged' THEN 1 WHEN 'safe' THEN 2
            WHEN 'warning' THEN 3 WHEN 'danger' THEN 4 ELSE 0 END)] AS written_risk,
        bool_or(r.risk = 'blocked') AS has_blocked,
        list_distinct(flatten(list(r.codes))) AS codes, flatten(list(r.actions)) AS actions,
        sum(r.new_bytes)::BIGINT AS new_bytes, count(*) AS members, bool_or(r.is_unpublished) AS is_unpublished
 FROM publication_rows AS r GROUP BY r.top_type, r.top_id);

-- name: found
-- Part of other statements: the rows of the list that a search finds, whatever their risk.
(SELECT l.*, CASE WHEN coalesce(written_risk, 'unchanged') = 'unchanged' AND has_blocked THEN 'blocked'
                  ELSE coalesce(written_risk, 'unchanged') END AS risk
 FROM /* listed */ AS l
 WHERE list_bool_and(list_transform($words::VARCHAR[], lambda w: contains(l.search, w))) IS NOT FALSE
   AND (len($codes::VARCHAR[]) = 0 OR list_has_any(l.codes, $codes::VARCHAR[]))
   AND (len($actions::VARCHAR[]) = 0 OR list_has_any(l.actions, $actions::VARCHAR[]))
   AND ($library_id::INTEGER IS NULL OR l.library_id = $library_id)
   AND ($libraries IS NULL OR list_contains($libraries::INTEGER[], l.library_id))
   AND ($unpublished::BOOLEAN IS NULL OR l.is_unpublished = $unpublished)
   AND ($types::VARCHAR[] IS NULL OR (l.top_type, l.top_id) IN (SELECT (unnest($types::VARCHAR[]), unnest($ids::BIGINT[])))));

-- name: page
-- One page of the list.
SELECT top_type, top_id, library_id, coalesce(own_name, some_name) AS name, folder, risk, codes, actions, new_bytes, members,
       is_unpublished
FROM /* found */ AS f
WHERE CASE WHEN len($risks::VARCHAR[]) = 0 THEN $types::VARCHAR[] IS NOT NULL OR risk <> 'unchanged'
           ELSE list_contains($risks::VARCHAR[], risk) END
ORDER BY CASE WHEN $sort = 'risk' THEN CASE risk WHEN 'danger' THEN 0 WHEN 'warning' THEN 1 WHEN 'safe' THEN 2 WHEN 'blocked' THEN 3 ELSE 4 END END,
         CASE WHEN $sort = 'folder' THEN lower(folder) END, lower(sort_name), top_id
LIMIT $limit OFFSET $offset;

-- name: totals
-- The number of rows, files and bytes that a search finds, by risk.
SELECT risk, count(*) AS found, sum(new_bytes)::BIGINT AS new_bytes, flatten(list(actions)) AS actions FROM /* found */ AS f GROUP BY risk;

-- name: code_totals
-- The number of rows by code.
SELECT code, count(*) FROM (SELECT unnest(codes) AS code FROM /* found */ AS f WHERE risk <> 'unchanged') GROUP BY code;

-- name: library_totals
-- The number of rows of the list by library.
SELECT library_id, count(*) FROM /* found */ AS f
WHERE CASE WHEN len($risks::VARCHAR[]) = 0 THEN risk <> 'unchanged' ELSE list_contains($risks::VARCHAR[], risk) END
GROUP BY library_id;

-- name: selectable
-- The rows with some risks, without those of which a person decides something first.
SELECT top_type, top_id, risk FROM /* found */ AS f
WHERE list_contains($risks::VARCHAR[], risk) AND NOT list_has_any(codes, $without::VARCHAR[])
ORDER BY lower(sort_name), top_id;

-- name: members
-- The rows of the plan that belong to rows of the list.
SELECT r.entity_type, r.entity_id, r.library_id, r.top_type, r.top_id, r.name, r.sort_name, r.folder, r.codes, r.files,
       r.people, r.is_unpublished
FROM publication_rows AS r JOIN /* wanted */ AS w ON w.entity_type = r.top_type AND w.entity_id = r.top_id
ORDER BY r.top_type, r.top_id, CASE r.entity_type WHEN 'series' THEN 0 WHEN 'season' THEN 1 ELSE 2 END, lower(r.sort_name), r.entity_id;

-- name: rows_of
-- The rows of the plan of titles and videos.
SELECT r.entity_type, r.entity_id, r.library_id, r.top_type, r.top_id, r.name, r.sort_name, r.folder, r.codes, r.files,
       r.people, r.is_unpublished
FROM publication_rows AS r JOIN /* wanted */ AS w USING (entity_type, entity_id) ORDER BY lower(r.sort_name), r.entity_id;

-- name: rows_in_folders
-- The rows of the plan in some folders.
SELECT r.entity_type, r.entity_id, r.library_id, r.top_type, r.top_id, r.name, r.sort_name, r.folder, r.codes, r.files,
       r.people, r.is_unpublished
FROM publication_rows AS r WHERE r.folder IN (SELECT unnest($folders::VARCHAR[]));

-- name: all_rows
-- Every row of the plan.
SELECT entity_type, entity_id FROM publication_rows ORDER BY lower(sort_name), entity_id;

-- name: next_item_ids
-- Ids of new items, in the order in which they will run.
SELECT nextval('ids') AS id FROM range($count) ORDER BY id;

-- name: insert_items
-- One item for each title and video, whose side files follow. Those that another operation uses become conflicts at once.
INSERT INTO metadata_operation_items BY NAME
SELECT unnest($ids::BIGINT[]) AS id, $operation_id AS operation_id, unnest($subjects::BIGINT[]) AS subject,
       unnest($entity_types::VARCHAR[]) AS entity_type, unnest($entity_ids::BIGINT[]) AS entity_id,
       unnest($shown::VARCHAR[]) AS file_path, unnest($anchors::BLOB[]) AS path_bytes, unnest($statuses::VARCHAR[]) AS status,
       unnest($codes::VARCHAR[]) AS code, unnest($messages::VARCHAR[]) AS error_message, unnest($sizes::BIGINT[]) AS expected_size,
       -1 AS expected_mtime_ns, [] AS tags_added, [] AS tags_removed, [] AS changes;

-- name: insert_side_files
-- The side files of items.
INSERT INTO item_side_files BY NAME
SELECT unnest($item_ids::BIGINT[]) AS item_id, unnest($positions::INTEGER[]) AS position, unnest($library_ids::INTEGER[]) AS library_id,
       unnest($paths::BLOB[]) AS path_bytes, unnest($kinds::VARCHAR[]) AS kind, unnest($actions::VARCHAR[]) AS action,
       unnest($before::VARCHAR[]) AS before_hash, unnest($before_mtimes::BIGINT[]) AS before_mtime_ns,
       unnest($after::VARCHAR[]) AS after_hash, unnest($bodies::BLOB[]) AS body, unnest($own::VARCHAR[])::JSON AS own_elements,
       unnest($contents::VARCHAR[]) AS contents_hash;

-- name: written_items
-- Part of other statements: the items of a request that changed side files.
(SELECT m.id, m.operation_id, m.entity_type, m.entity_id FROM metadata_operation_items AS m
 WHERE list_contains($ids::BIGINT[], m.id) AND m.status = 'success' AND m.entity_type IS NOT NULL);

-- name: has_written
-- Whether items of a request changed side files.
SELECT count(*) FROM /* written_items */;

-- name: forget_absent
-- Delete new files of ours that were gone before their rollback had anything to remove.
DELETE FROM published_files WHERE path_bytes IN (
    SELECT s.path_bytes FROM item_side_files AS s JOIN metadata_operation_items AS m ON m.id = s.item_id
    WHERE list_contains($ids::BIGINT[], m.id) AND m.status = 'skipped' AND m.reverts_item IS NOT NULL AND s.after_hash IS NULL);

-- name: forget_ours
-- Delete the rows of the paths that these items changed; `insert_ours` adds what is in force.
DELETE FROM published_files WHERE path_bytes IN (
    SELECT s.path_bytes FROM item_side_files AS s JOIN /* written_items */ AS w ON w.id = s.item_id);

-- name: insert_ours
-- What the last publication in force left at the paths that these items changed. A file that a person released stays so.
INSERT INTO published_files BY NAME
SELECT nextval('published_file_ids') AS id, * EXCLUDE (action), CASE WHEN path_bytes IN (
           SELECT path_bytes FROM side_file_choices WHERE choice = 'stop') THEN 'released' ELSE 'published' END AS state FROM (
    SELECT s.path_bytes, s.library_id, m.entity_type, m.entity_id, s.kind, s.after_hash AS content_hash, s.body, s.own_elements, s.contents_hash,
           s.before_hash AS former_hash, s.before_mtime_ns AS former_mtime_ns, m.operation_id, m.processed_at AS published_at,
           s.action
    FROM item_side_files AS s JOIN metadata_operation_items AS m ON m.id = s.item_id
    JOIN metadata_operations AS o ON o.id = m.operation_id
    WHERE o.operation_type = 'publish' AND m.status = 'success' AND m.reverted_by IS NULL AND s.path_bytes IN (
        SELECT c.path_bytes FROM item_side_files AS c JOIN /* written_items */ AS w ON w.id = c.item_id)
    QUALIFY row_number() OVER (PARTITION BY s.path_bytes ORDER BY m.id DESC) = 1)
WHERE action <> 'remove';

-- name: forget_carried_out
-- Delete the choices to restore files that are restored now: if they are gone again, that is another question.
DELETE FROM side_file_choices WHERE choice = 'replace' AND content_hash IN ('', $empty) AND path_bytes IN (
    SELECT s.path_bytes FROM item_side_files AS s JOIN /* written_items */ AS w ON w.id = s.item_id);

-- name: insert_log
-- The publications of titles in the log, failures included.
INSERT INTO publish_log BY NAME
SELECT nextval('publish_log_ids') AS id, m.entity_type, m.entity_id, f.nfo_hash, f.assets_published, $at AS published_at,
       coalesce(nullif(o.user_name, ''), 'system') AS published_by, o.actor_kind, o.actor_id, m.status = 'success' AS success, m.error_message,
       '[]'::JSON AS players_notified, m.operation_id
FROM metadata_operation_items AS m JOIN metadata_operations AS o ON o.id = m.operation_id
JOIN (SELECT item_id, any_value(after_hash) FILTER (kind = 'nfo') AS nfo_hash,
             coalesce(to_json(list({'kind': kind, 'hash': after_hash})
                      FILTER (kind <> 'nfo' AND after_hash IS NOT NULL)), '[]'::JSON) AS assets_published
      FROM item_side_files GROUP BY item_id) AS f ON f.item_id = m.id
WHERE list_contains($ids::BIGINT[], m.id) AND o.operation_type = 'publish' AND m.status IN ('success', 'failed', 'conflict', 'unknown');

-- name: show_published
-- Copy to the titles of one kind when they were published, the hash of their NFO file, and their state: a title without files
-- of ours is not published, and one that was written just now has no changes left.
UPDATE /* table */ AS t SET state = n.state, last_published_at = n.published_at, published_nfo_hash = n.nfo_hash,
    has_unpublished_changes = t.has_unpublished_changes AND n.published_at IS NULL
FROM (SELECT k.id, p.published_at, p.nfo_hash,
             CASE WHEN k.state = 'ignored' THEN k.state WHEN p.published_at IS NOT NULL THEN 'published'
                  WHEN k.state <> 'published' THEN k.state WHEN k.enriched_at IS NOT NULL THEN 'enriched' ELSE 'identified' END AS state
      FROM /* table */ AS k LEFT JOIN (
          SELECT entity_id, max(published_at) AS published_at, any_value(content_hash) FILTER (kind = 'nfo') AS nfo_hash
          FROM published_files WHERE entity_type = $kind GROUP BY entity_id) AS p ON p.entity_id = k.id
      WHERE k.id IN (SELECT w.entity_id FROM /* written_items */ AS w WHERE w.entity_type = $kind)) AS n
WHERE n.id = t.id;

-- name: log_of
-- The publications of a title or a video, newest first.
SELECT id, entity_type, entity_id, nfo_hash, assets_published, published_at, published_by, success, error_message, players_notified,
       operation_id
FROM publish_log WHERE entity_type = $entity_type AND entity_id = $entity_id ORDER BY published_at DESC, id DESC LIMIT $count;

-- name: last_published
-- When a title or a video was published the last time; NULL: nothing of it is published. A restoration publishes nothing new.
SELECT max(m.processed_at) FROM metadata_operation_items AS m JOIN metadata_operations AS o ON o.id = m.operation_id
WHERE m.entity_type = $entity_type AND m.entity_id = $entity_id AND m.status = 'success' AND m.reverted_by IS NULL
  AND o.operation_type = 'publish' AND o.user_action <> 'restore'
  AND EXISTS (FROM published_files AS p WHERE p.entity_type = m.entity_type AND p.entity_id = m.entity_id);

-- name: own_elements
-- What is ours in the NFO files below the folder of a library, by path, also of those that are not published any more: what
-- we wrote is no knowledge of others. The paths below a root sort between root + '/' and
-- root + '0' (the byte after '/'): a library that was added again has another id.
SELECT p.path_bytes, p.own_elements FROM published_files AS p, libraries AS l
WHERE l.library_id = $library_id AND p.path_bytes >= l.path_bytes || '\x2F'::BLOB AND p.path_bytes < l.path_bytes || '\x30'::BLOB
  AND p.kind = 'nfo' AND p.own_elements IS NOT NULL;

-- name: own_hashes
-- The pictures of titles, and of the seasons of series, that are ours: path and hash.
SELECT path_bytes, content_hash FROM published_files
WHERE kind <> 'nfo' AND (list_contains($ids::BIGINT[], entity_id)
    OR entity_id IN (SELECT id FROM seasons WHERE list_contains($ids::BIGINT[], series_id)));

-- name: cache_paths
-- Where the images of the cache are, by hash.
SELECT content_hash, file_path FROM cache_inventory WHERE list_contains($hashes::VARCHAR[], content_hash);

-- name: has_ours
-- Whether any side file is ours, or a person decided about one.
SELECT EXISTS (FROM published_files) OR EXISTS (FROM side_file_choices);

-- name: ours_below
-- Our files below a folder, and files about which a person decided, with their hashes.
SELECT path_bytes, content_hash FROM published_files WHERE path_bytes >= $first AND path_bytes < $end
UNION ALL SELECT path_bytes, any_value(content_hash) FROM side_file_choices
WHERE path_bytes >= $first AND path_bytes < $end AND path_bytes NOT IN (SELECT path_bytes FROM published_files)
GROUP BY path_bytes ORDER BY path_bytes;

-- name: ours_at
-- Which paths have a file of ours, with its hash.
SELECT path_bytes, content_hash FROM published_files WHERE list_contains($paths::BLOB[], path_bytes);

-- name: contents_at
-- Our files with some paths, as they were published; the body is compressed by zlib.
SELECT path_bytes, content_hash, body FROM published_files WHERE list_contains($paths::BLOB[], path_bytes) ORDER BY path_bytes;

-- name: move_ours
-- Files of ours whose folder has got another name.
UPDATE published_files SET path_bytes = m.new FROM (SELECT unnest($old::BLOB[]) AS old, unnest($new::BLOB[]) AS new) AS m
WHERE published_files.path_bytes = m.old;

-- name: move_choices
-- What people decided about files whose folder or media has another name. A decision about the new name stays.
UPDATE side_file_choices SET path_bytes = m.new FROM (SELECT unnest($old::BLOB[]) AS old, unnest($new::BLOB[]) AS new) AS m
WHERE side_file_choices.path_bytes = m.old AND m.new NOT IN (SELECT path_bytes FROM side_file_choices);

-- name: move_flips
-- The same for changes by other programs.
UPDATE side_file_flips SET path_bytes = m.new FROM (SELECT unnest($old::BLOB[]) AS old, unnest($new::BLOB[]) AS new) AS m
WHERE side_file_flips.path_bytes = m.old;

-- name: move_steps
-- The same for the steps that undo such decisions.
UPDATE steps SET subjects = list_transform(subjects, lambda s: CASE s WHEN $old THEN $new ELSE s END),
    before = replace(before::VARCHAR, '"' || $old || '"', '"' || $new || '"')::JSON
WHERE kind = 'side_file' AND list_contains(subjects, $old);

-- name: drop_former
-- The side files of items at paths to which others of the same items are moved now: these take their places.
DELETE FROM item_side_files WHERE (item_id, path_bytes) IN (
    SELECT (s.item_id, m.new) FROM item_side_files AS s
    JOIN (SELECT unnest($old::BLOB[]) AS old, unnest($new::BLOB[]) AS new) AS m ON s.path_bytes = m.old);

-- name: move_side_files
-- The same in the items that wrote them.
UPDATE item_side_files SET path_bytes = m.new FROM (SELECT unnest($old::BLOB[]) AS old, unnest($new::BLOB[]) AS new) AS m
WHERE item_side_files.path_bytes = m.old;

-- name: anchors_of
-- The items of publications that wrote files, with what must exist when they are rolled back, and their states.
SELECT DISTINCT m.id, m.path_bytes, s.path_bytes, m.original_state, m.written_state FROM metadata_operation_items AS m JOIN item_side_files AS s ON s.item_id = m.id
WHERE list_contains($paths::BLOB[], s.path_bytes);

-- name: move_anchors
-- Give items another path.
UPDATE metadata_operation_items SET path_bytes = m.path FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($paths::BLOB[]) AS path) AS m
WHERE metadata_operation_items.id = m.id;

-- name: move_states
-- Give items other states.
UPDATE metadata_operation_items SET original_state = m.original, written_state = m.written
FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($originals::VARCHAR[]) AS original, unnest($written::VARCHAR[]) AS written) AS m
WHERE metadata_operation_items.id = m.id;
