-- name: counted
-- All titles with the numbers of their files, episodes and seasons.
SELECT t.id, t.entity_type, t.title, t.year, t.state, t.library_id, t.series_id, coalesce(s.title, '') AS series_title,
       t.season, t.episode, t.aired, coalesce(f.file_count, 0) AS file_count, coalesce(n.episode_count, 0) AS episode_count,
       coalesce(n.season_count, 0) AS season_count, u.entity_id IS NOT NULL AS touched,
       t.sort_title, t.title_search, t.created_at
FROM titles AS t LEFT JOIN series AS s ON s.id = t.series_id
LEFT JOIN (/* file_counts */) AS f ON f.entity_type = t.entity_type AND f.entity_id = t.id
LEFT JOIN (
    SELECT 'series' AS entity_type, series_id AS id, count(*) AS episode_count, count(DISTINCT season) AS season_count
    FROM episodes GROUP BY series_id
    UNION ALL SELECT 'season', k.id, count(*), 1 FROM seasons AS k JOIN episodes AS e USING (series_id, season) GROUP BY k.id
) AS n ON n.entity_type = t.entity_type AND n.id = t.id
LEFT JOIN touched_titles AS u ON u.entity_type = t.entity_type AND u.entity_id = t.id

-- name: file_counts
-- The number of main files of each title that are not missing.
SELECT l.entity_type, l.entity_id, count(*) AS file_count FROM title_files AS l JOIN scanned_files AS c USING (file_id)
WHERE l.role = 'main' AND c.state <> 'missing' GROUP BY ALL
UNION ALL SELECT 'series', e.series_id, count(DISTINCT l.file_id)
FROM title_files AS l JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
JOIN scanned_files AS c USING (file_id) WHERE l.role = 'main' AND c.state <> 'missing' GROUP BY ALL
UNION ALL SELECT 'season', k.id, count(DISTINCT l.file_id)
FROM title_files AS l JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
JOIN seasons AS k ON k.series_id = e.series_id AND k.season = e.season
JOIN scanned_files AS c USING (file_id) WHERE l.role = 'main' AND c.state <> 'missing' GROUP BY ALL

-- name: matches
-- The titles of a filter. Each word of the text must occur in the title or in that of the series.
SELECT * FROM (/* counted */) AS c
WHERE list_contains($kinds::VARCHAR[], entity_type) AND list_contains($states::VARCHAR[], state)
  AND ($library_id::INTEGER IS NULL OR library_id = $library_id)
  AND ($parent_id::BIGINT IS NULL OR (entity_type = 'season' AND series_id = $parent_id)
       OR (entity_type = 'episode' AND (series_id, season) IN (SELECT (series_id, season) FROM seasons WHERE id = $parent_id)))
  AND ($text = '' OR len(list_filter(string_split(strip_accents(lower($text)), ' '),
       lambda word: NOT contains(title_search || ' ' || strip_accents(lower(series_title)), word))) = 0)

-- name: items
-- A page of titles. The keys of a sort are the same type, so numbers have leading zeros.
SELECT * EXCLUDE (sort_title, title_search, created_at, sort_key) FROM (
    SELECT *, CASE $sort WHEN 'year' THEN printf('%05d', coalesce(year, 0)) WHEN 'state' THEN state
                         WHEN 'added' THEN created_at::VARCHAR ELSE lower(coalesce(nullif(series_title, ''), sort_title)) END AS sort_key
    FROM (/* matches */) AS m)
ORDER BY CASE WHEN $descending THEN sort_key END DESC, CASE WHEN NOT $descending THEN sort_key END,
         series_title, season NULLS LAST, episode NULLS LAST, aired, lower(sort_title), id
LIMIT $limit OFFSET $offset;

-- name: count
-- The number of titles of a filter.
SELECT count(*) FROM (/* matches */) AS m;

-- name: find
-- One title.
SELECT * EXCLUDE (sort_title, title_search, created_at) FROM (/* counted */) AS c WHERE id = $id;

-- name: values
-- The candidates of the fields of a title; of each field the shown one first.
SELECT v.field, v.value::VARCHAR AS value, v.origin, v.provider, v.confidence, v.fetched_at, v.locked,
       s.field IS NOT NULL AS shown
FROM title_values AS v
LEFT JOIN (SELECT * FROM titles_shown WHERE entity_id = $id) AS s ON (s.entity_type, s.entity_id, s.field, s.origin, s.provider)
                             = (v.entity_type, v.entity_id, v.field, v.origin, v.provider)
WHERE v.entity_type = $kind AND v.entity_id = $id AND ($field::VARCHAR IS NULL OR v.field = $field)
ORDER BY v.field, shown DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin), v.provider;

-- name: files_of
-- The files of a title, of a series and of a season those of its episodes and extras.
SELECT c.file_id, c.path AS file_path, c.state, any_value(l.part) AS part, any_value(l.role) AS role, c.duration, c.size
FROM title_files AS l JOIN scanned_files AS c USING (file_id)
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
LEFT JOIN seasons AS k ON k.series_id = e.series_id AND k.season = e.season
WHERE (l.entity_type = $kind AND l.entity_id = $id) OR ($kind = 'series' AND e.series_id = $id)
   OR ($kind = 'season' AND k.id = $id)
GROUP BY c.file_id, c.path, c.state, c.duration, c.size ORDER BY any_value(l.role) <> 'main', c.path;

-- name: series
-- Key, title and times of series, with the values of their fields.
SELECT t.id, t.name_key, t.title, t.year, t.created_at, t.updated_at,
       map_from_entries(list((v.field, v.value::VARCHAR)) FILTER (v.field IS NOT NULL)) AS fields
FROM series AS t LEFT JOIN titles_shown AS v ON v.entity_type = 'series' AND v.entity_id = t.id
WHERE $ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], t.id)
GROUP BY t.id, t.name_key, t.title, t.sort_title, t.year, t.created_at, t.updated_at
ORDER BY lower(t.sort_title), t.id;

-- name: episodes
-- The episodes of series with their files that are not missing.
SELECT e.series_id, e.id, e.season, e.episode, e.absolute, e.aired, e.title,
       coalesce(list(c.file_id ORDER BY c.path) FILTER (c.file_id IS NOT NULL), []) AS file_ids
FROM episodes AS e
LEFT JOIN title_files AS l ON l.entity_type = 'episode' AND l.entity_id = e.id AND l.role = 'main'
LEFT JOIN scanned_files AS c ON c.file_id = l.file_id AND c.state <> 'missing'
WHERE $ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], e.series_id)
GROUP BY ALL ORDER BY e.series_id, e.season NULLS LAST, e.episode NULLS LAST, e.aired, e.id;

-- name: unknown
-- The ids that no title has.
SELECT id FROM (SELECT unnest($ids::BIGINT[]) AS id) AS w ANTI JOIN titles AS t USING (id) ORDER BY id;

-- name: file_values
-- The values of films and episodes for their main files. A series or a season stands for its episodes.
WITH wanted AS (
    SELECT 'movie' AS entity_type, id AS entity_id, '' AS series, NULL::INTEGER AS season, NULL::INTEGER AS episode
    FROM movies WHERE id IN (SELECT unnest($ids::BIGINT[]))
    UNION ALL
    SELECT 'episode', e.id, s.title, e.season, e.episode FROM episodes AS e JOIN series AS s ON s.id = e.series_id
    LEFT JOIN seasons AS k ON k.series_id = e.series_id AND k.season = e.season
    WHERE list_has_any([e.id, e.series_id, k.id], $ids::BIGINT[])
), shown AS (
    SELECT entity_type, entity_id, any_value(value->>'$') FILTER (field = 'title') AS title,
           any_value(value->>'$') FILTER (field = 'plot') AS plot, any_value(value->>'$') FILTER (field = 'year') AS year,
           any_value(value::VARCHAR) FILTER (field = 'genres' AND json_type(value) = 'ARRAY') AS genres
    FROM titles_shown SEMI JOIN wanted USING (entity_type, entity_id) GROUP BY ALL
)
SELECT c.file_id, coalesce(v.title, ''), coalesce(v.plot, ''), CASE WHEN w.entity_type = 'movie' THEN coalesce(v.year, '') ELSE '' END,
       v.genres, w.series, coalesce(w.season::VARCHAR, ''), coalesce(w.episode::VARCHAR, '')
FROM wanted AS w JOIN title_files AS l USING (entity_type, entity_id) JOIN scanned_files AS c USING (file_id)
LEFT JOIN shown AS v USING (entity_type, entity_id)
WHERE l.role = 'main' AND c.state <> 'missing'
ORDER BY c.file_id, w.season NULLS LAST, w.episode NULLS LAST, w.entity_id;

-- name: is_locked
-- Whether a field is locked.
SELECT count(*) FROM title_values WHERE entity_type = $kind AND entity_id = $id AND field = $field AND locked;

-- name: has_value
-- Whether a field has a value.
SELECT count(*) FROM title_values WHERE entity_type = $kind AND entity_id = $id AND field = $field;

-- name: remove_hand
-- Delete the value by hand of a field.
DELETE FROM title_values WHERE entity_type = $kind AND entity_id = $id AND field = $field AND origin = 'hand';

-- name: remove_empty_hand
-- Delete an empty value by hand of a field.
DELETE FROM title_values
WHERE entity_type = $kind AND entity_id = $id AND field = $field AND origin = 'hand' AND value::VARCHAR = 'null';

-- name: insert_hand
-- Add a value by hand.
INSERT INTO title_values BY NAME SELECT $kind AS entity_type, $id AS entity_id, $field AS field, $value::JSON AS value,
    'hand' AS origin, '' AS provider, 1.0 AS confidence, $at AS fetched_at, FALSE AS locked;

-- name: lock
-- Lock the shown value of a field.
UPDATE title_values AS v SET locked = TRUE FROM (SELECT * FROM titles_shown WHERE entity_id = $id) AS s
WHERE (s.entity_type, s.entity_id, s.field) = ($kind, $id, $field)
  AND (s.entity_type, s.entity_id, s.field, s.origin, s.provider) = (v.entity_type, v.entity_id, v.field, v.origin, v.provider);

-- name: unlock
-- Unlock a field.
UPDATE title_values SET locked = FALSE WHERE entity_type = $kind AND entity_id = $id AND field = $field AND locked;
