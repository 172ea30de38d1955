-- name: by_ids
-- Titles by id, and whether their match is accepted.
SELECT t.id, t.entity_type, t.title, t.year, t.state, t.library_id, t.series_id, coalesce(s.title, '') AS series_title,
       t.season, t.episode, t.aired, m.entity_id IS NOT NULL AS is_matched, t.id IN (/* unpublished */) AS is_unpublished
FROM titles AS t LEFT JOIN series AS s ON s.id = t.series_id LEFT JOIN (/* accepted */) AS m ON m.entity_id = t.id
WHERE t.id IN (SELECT unnest($ids::BIGINT[]));

-- name: unpublished
-- The titles with changes that are not published, in themselves or below them.
SELECT entity_id FROM publication_rows WHERE is_unpublished AND entity_type <> 'video'
UNION SELECT top_id FROM publication_rows WHERE is_unpublished AND top_type <> 'video'

-- name: touched
-- Those of some titles that a person has changed.
SELECT DISTINCT entity_id FROM touched_titles WHERE entity_id IN (SELECT unnest($ids::BIGINT[]));

-- name: counts_of_files
-- The number of main files of some films and episodes that are not missing.
SELECT l.entity_id AS id, count(DISTINCT l.file_id) AS file_count
FROM title_files AS l JOIN scanned_files AS c USING (file_id)
WHERE l.entity_id IN (SELECT unnest($ids::BIGINT[])) AND l.role = 'main' AND c.state <> 'missing' GROUP BY l.entity_id;

-- name: counts_of_series
-- The numbers of episodes, seasons and files of some series.
SELECT e.series_id AS id, count(DISTINCT e.id) AS episode_count, count(DISTINCT e.season) AS season_count,
       count(DISTINCT c.file_id) AS file_count
FROM episodes AS e LEFT JOIN title_files AS l ON l.entity_type = 'episode' AND l.entity_id = e.id AND l.role = 'main'
LEFT JOIN scanned_files AS c ON c.file_id = l.file_id AND c.state <> 'missing'
WHERE e.series_id IN (SELECT unnest($ids::BIGINT[])) GROUP BY e.series_id;

-- name: counts_of_seasons
-- The numbers of episodes and files of some seasons.
SELECT k.id, count(DISTINCT e.id) AS episode_count, 1 AS season_count, count(DISTINCT c.file_id) AS file_count
FROM seasons AS k JOIN episodes AS e ON e.series_id = k.series_id AND e.season = k.season
LEFT JOIN title_files AS l ON l.entity_type = 'episode' AND l.entity_id = e.id AND l.role = 'main'
LEFT JOIN scanned_files AS c ON c.file_id = l.file_id AND c.state <> 'missing'
WHERE k.id IN (SELECT unnest($ids::BIGINT[])) GROUP BY k.id;

-- name: page_values
-- The rating, the genres and the country of some titles, and whether they have an id.
SELECT v.entity_id AS id, any_value(/* rating */) FILTER (v.field = 'ratings') AS rating,
       any_value(from_json(v.value, '["VARCHAR"]')) FILTER (v.field = 'genres') AS genres,
       any_value(v.value->>'$') FILTER (v.field = 'country') AS country,
       bool_or(/* has_id */) AS has_id
FROM (
    SELECT v.entity_id, v.field, v.value FROM /* ranked_values */
    WHERE (v.field IN ('ratings', 'genres', 'country') OR v.field IN (SELECT field FROM id_kinds)) AND v.entity_id IN (SELECT unnest($ids::BIGINT[]))
    QUALIFY row_number() OVER (PARTITION BY v.entity_id, v.field ORDER BY /* order_of_values */) = 1
) AS v GROUP BY v.entity_id;

-- name: children_of_series
-- The seasons of a series.
SELECT id FROM seasons WHERE series_id = $id ORDER BY season, lower(sort_title), id;

-- name: children_of_season
-- The episodes of a season.
SELECT e.id FROM episodes AS e JOIN seasons AS k ON k.series_id = e.series_id AND k.season = e.season WHERE k.id = $id
ORDER BY e.episode NULLS LAST, e.aired, lower(e.sort_title), e.id;

-- name: rating
-- The rating of a title from its ratings by source, 0 to 10. Rotten Tomatoes and Metacritic rate from 0 to 100.
coalesce(TRY_CAST(v.value->>'imdb' AS DOUBLE), TRY_CAST(v.value->>'tmdb' AS DOUBLE),
         list_avg(list_transform(TRY_CAST(v.value->>'$.*' AS DOUBLE[]), lambda each: CASE WHEN each > 10 THEN each / 10 ELSE each END)))

-- name: incomplete
-- The series (of `series`, or of all) with gaps, as `gaps_of` finds them: episodes with files that are missing between 1 and the last one (if a
-- series counts through all seasons: between the first and the last one), and seasons without episodes.
SELECT series_id FROM (
    SELECT series_id, season, max(numbered) AS last_episode, CASE WHEN bool_or(is_absolute) THEN min(numbered) ELSE 1 END AS first,
           list_distinct(list(numbered)) AS numbers
    FROM (SELECT e.series_id, e.season, e.episode AS numbered, e.absolute IS NOT NULL AS is_absolute
          FROM episodes AS e JOIN title_files AS l ON l.entity_type = 'episode' AND l.entity_id = e.id AND l.role = 'main'
          JOIN scanned_files AS c ON c.file_id = l.file_id AND c.state <> 'missing'
          WHERE e.season > 0 AND e.episode IS NOT NULL AND ($series::BIGINT[] IS NULL OR list_contains($series::BIGINT[], e.series_id)))
    GROUP BY series_id, season)
GROUP BY series_id
HAVING bool_or(len(list_filter(numbers, lambda number: number >= first)) < last_episode - first + 1)
    OR least(max(season), 1900) - min(season) + 1 > count(*) FILTER (season <= 1900)

-- name: matches
-- The titles of a filter. Each word of the text must occur in the title, in that of the series or in a tag. `only` and `without`
-- are ids of titles; they count for the seasons and episodes of a series, too.
SELECT t.id, t.entity_type, t.title, t.sort_title, t.year, t.state, t.library_id, t.series_id, coalesce(s.title, '') AS series_title,
       t.season, t.episode, t.aired, t.created_at
FROM titles AS t LEFT JOIN series AS s ON s.id = t.series_id
LEFT JOIN (SELECT v.entity_id, strip_accents(lower(array_to_string(from_json(v.value, '["VARCHAR"]'), ' '))) AS tags
           FROM titles_shown AS v WHERE v.field = 'tags' AND $text <> '') AS g ON g.entity_id = t.id
WHERE list_contains($kinds::VARCHAR[], t.entity_type) AND list_contains($states::VARCHAR[], t.state)
  AND ($library_id::INTEGER IS NULL OR t.library_id = $library_id)
  AND ($first_year::INTEGER IS NULL OR t.year >= $first_year) AND ($last_year::INTEGER IS NULL OR t.year <= $last_year)
  AND ($only::BIGINT[] IS NULL OR t.id IN (SELECT unnest($only::BIGINT[])) OR t.series_id IN (SELECT unnest($only::BIGINT[])))
  AND ($without::BIGINT[] IS NULL
       OR (t.id NOT IN (SELECT unnest($without::BIGINT[])) AND coalesce(t.series_id, 0) NOT IN (SELECT unnest($without::BIGINT[]))))
  AND ($text = '' OR len(list_filter(string_split(strip_accents(lower($text)), ' '),
       lambda word: NOT contains(t.title_search || ' ' || strip_accents(lower(coalesce(s.title, ''))) || ' ' || coalesce(g.tags, ''), word))) = 0)

-- name: items
-- The ids of a page of titles. The keys of a sort are the same type, so numbers have leading zeros.
SELECT id FROM (
    SELECT m.*, CASE $sort WHEN 'year' THEN printf('%05d', coalesce(m.year, 0)) WHEN 'state' THEN m.state
                           WHEN 'rating' THEN printf('%06.3f', coalesce(r.rating, 0))
                           WHEN 'added' THEN m.created_at::VARCHAR
                           ELSE lower(coalesce(nullif(m.series_title, ''), m.sort_title)) END AS sort_key
    FROM (/* matches */) AS m
    LEFT JOIN (SELECT v.entity_id AS id, /* rating */ AS rating FROM titles_shown AS v
               WHERE v.field = 'ratings' AND list_contains($kinds::VARCHAR[], v.entity_type) AND $sort = 'rating') AS r ON r.id = m.id)
ORDER BY CASE WHEN $descending THEN sort_key END DESC, CASE WHEN NOT $descending THEN sort_key END,
         series_title, season NULLS LAST, episode NULLS LAST, aired, lower(sort_title), id
LIMIT $limit OFFSET $offset;

-- name: count
-- The number of titles of a filter.
SELECT count(*) FROM (/* matches */) AS m;

-- name: values
-- The candidates of the fields of a title; of each field the shown one first, with what is shown of it.
SELECT v.field, coalesce(s.value, v.value)::VARCHAR AS value, v.origin, v.provider, v.confidence, v.fetched_at, v.locked,
       s.field IS NOT NULL AS shown
FROM title_values AS v
LEFT JOIN (SELECT * FROM titles_shown WHERE entity_id = $id) AS s ON (s.entity_type, s.entity_id, s.field, s.origin, s.provider)
                             = (v.entity_type, v.entity_id, v.field, v.origin, v.provider)
WHERE v.entity_type = $kind AND v.entity_id = $id AND ($field::VARCHAR IS NULL OR v.field = $field)
ORDER BY v.field, shown DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name', 'sender'], v.origin), v.provider;

-- name: nfo_problems
-- The broken NFO files beside files of a title: those with the name of a file, of a folder or, of a film, of the only one in its folder.
SELECT DISTINCT p.path, p.problem FROM nfo_problems AS p JOIN scanned_files AS f USING (library_id)
WHERE list_contains($file_ids::BIGINT[], f.file_id) AND (
    (p.folder = f.folder AND (p.stem = lower(regexp_replace(f.file_name, '\.[^.]*$', ''))
                              OR ($kind = 'movie' AND p.stem IN ('movie', 'video_ts'))
                              OR ($kind IN ('series', 'season') AND p.stem = 'season')
                              OR ($kind = 'movie' AND p.stem NOT IN ('tvshow', 'season') AND NOT EXISTS (
                                  SELECT 1 FROM scanned_files AS o WHERE o.library_id = p.library_id AND o.folder = p.folder
                                    AND NOT list_contains($file_ids::BIGINT[], o.file_id)))))
    OR ($kind = 'series' AND p.stem = 'tvshow' AND (p.folder IN ('', f.folder) OR starts_with(f.folder, p.folder || '/'))))
ORDER BY p.path;

-- name: files_of
-- The files of a title, of a series and of a season those of its episodes and extras.
SELECT c.file_id, c.path AS file_path, c.state, any_value(l.part) AS part, any_value(l.role) AS role,
       any_value(l.edition) AS edition, c.file_id IN (SELECT file_id FROM title_assignments) AS by_hand, c.duration, c.size
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

-- name: titles_with_files
-- The films and episodes of some titles. A series or a season stands for its episodes.
WITH wanted AS (SELECT unnest($ids::BIGINT[]) AS id)
SELECT id FROM movies WHERE id IN (FROM wanted)
UNION SELECT id FROM episodes WHERE id IN (FROM wanted) OR series_id IN (FROM wanted)
UNION SELECT e.id FROM seasons AS k JOIN episodes AS e ON e.series_id = k.series_id AND e.season = k.season WHERE k.id IN (FROM wanted);

-- name: file_values
-- The values of films and episodes for their main files. `few` are the ids, if they are few: a long list takes longer than all titles.
WITH shown AS (
    SELECT entity_id, any_value(value->>'$') FILTER (field = 'title') AS title,
           any_value(value->>'$') FILTER (field = 'plot') AS plot, any_value(value->>'$') FILTER (field = 'year') AS year,
           any_value(value::VARCHAR) FILTER (field = 'genres' AND json_type(value) = 'ARRAY') AS genres,
           any_value(to_json(value->>'$[*].name')::VARCHAR) FILTER (field = 'cast' AND json_array_length(value) > 0) AS people
    FROM titles_shown WHERE field IN ('title', 'plot', 'year', 'genres', 'cast')
      AND ($few::BIGINT[] IS NULL OR list_contains($few::BIGINT[], entity_id)
           OR entity_id IN (SELECT series_id FROM episodes WHERE list_contains($few::BIGINT[], id)))
    GROUP BY entity_id
)
SELECT c.file_id, coalesce(v.title, ''), coalesce(v.plot, ''),
       coalesce(CASE WHEN l.entity_type = 'movie' THEN v.year ELSE e.aired::VARCHAR END, ''),
       coalesce(v.genres, w.genres), coalesce(v.people, w.people),
       coalesce(s.title, ''), coalesce(e.season::VARCHAR, ''), coalesce(e.episode::VARCHAR, '')
FROM title_files AS l JOIN scanned_files AS c USING (file_id)
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id LEFT JOIN series AS s ON s.id = e.series_id
LEFT JOIN shown AS v ON v.entity_id = l.entity_id LEFT JOIN shown AS w ON w.entity_id = e.series_id
WHERE l.entity_id IN (SELECT unnest($ids::BIGINT[])) AND l.role = 'main' AND c.state <> 'missing'
ORDER BY c.file_id, e.season NULLS LAST, e.episode NULLS LAST, l.entity_id;

-- name: values_of_movie
-- The titles of films.
SELECT title FROM movies WHERE state <> 'ignored' AND title <> '' GROUP BY title ORDER BY count(*) DESC, title LIMIT $limit;

-- name: values_of_series
-- The titles of series.
SELECT title FROM series WHERE state <> 'ignored' AND title <> '' GROUP BY title ORDER BY count(*) DESC, title LIMIT $limit;

-- name: values_of_actor
-- The actors of all titles, those of most titles first.
SELECT name FROM (SELECT unnest(value->>'$[*].name') AS name FROM titles_shown WHERE field = 'cast')
WHERE name <> '' GROUP BY name ORDER BY count(*) DESC, name LIMIT $limit;

-- name: values_of_director
-- The directors of all titles, those of most titles first.
SELECT each.name FROM (
    SELECT unnest(from_json(value, '[{"name":"VARCHAR","job":"VARCHAR"}]')) AS each FROM titles_shown WHERE field = 'crew')
WHERE lower(each.job) = 'director' AND each.name <> '' GROUP BY each.name ORDER BY count(*) DESC, each.name LIMIT $limit;

-- name: values_of_genre
-- The genres of all titles, those of most titles first.
SELECT genre FROM (SELECT unnest(value->>'$[*]') AS genre FROM titles_shown WHERE field = 'genres')
WHERE genre <> '' GROUP BY genre ORDER BY count(*) DESC, genre LIMIT $limit;

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

-- name: lock_origin
-- Lock the value that one origin, or one provider, has for a field.
UPDATE title_values SET locked = TRUE
WHERE (entity_type, entity_id, field, origin, provider) = ($kind, $id, $field, $origin, $provider);

-- name: unlock
-- Unlock a field.
UPDATE title_values SET locked = FALSE WHERE entity_type = $kind AND entity_id = $id AND field = $field AND locked;
