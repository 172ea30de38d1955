-- name: with_genre
-- Films and series that have one of the genres.
SELECT v.entity_id FROM titles_shown AS v WHERE v.field = 'genres' AND v.entity_type IN ('movie', 'series')
  AND list_has_any(list_transform(from_json(v.value, '["VARCHAR"]'), lambda name: lower(name)), $names::VARCHAR[]);

-- name: with_actor
-- Films and series in whose cast one of the names is.
SELECT v.entity_id FROM titles_shown AS v WHERE v.field = 'cast' AND v.entity_type IN ('movie', 'series')
  AND list_has_any(list_transform(v.value->>'$[*].name', lambda name: lower(name)), $names::VARCHAR[]);

-- name: with_director
-- Films and series that one of the names directed.
SELECT DISTINCT c.entity_id FROM (/* directors */) AS c WHERE list_contains($names::VARCHAR[], lower(c.name));

-- name: with_rating
-- Films and series with a rating that is not lower.
SELECT v.entity_id FROM titles_shown AS v WHERE v.field = 'ratings' AND v.entity_type IN ('movie', 'series') AND /* rating */ >= $lowest;

-- name: directors
-- The directors of films and series.
SELECT entity_id, person.name AS name FROM (
    SELECT entity_id, unnest(from_json(value, '[{"name": "VARCHAR", "job": "VARCHAR"}]')) AS person
    FROM titles_shown WHERE field = 'crew' AND entity_type IN ('movie', 'series'))
WHERE lower(person.job) = 'director'

-- name: actors
-- The actors of films and series.
SELECT entity_id, unnest(value->>'$[*].name') AS name FROM titles_shown WHERE field = 'cast' AND entity_type IN ('movie', 'series')

-- name: genres
-- The genres of films and series.
SELECT entity_id, unnest(from_json(value, '["VARCHAR"]')) AS name FROM titles_shown WHERE field = 'genres' AND entity_type IN ('movie', 'series')

-- name: column_kind
-- Titles of a filter by kind.
SELECT m.entity_type AS value, m.entity_type AS label, count(*) AS titles FROM (/* matches */) AS m GROUP BY ALL;

-- name: column_state
-- Titles of a filter by state.
SELECT m.state AS value, m.state AS label, count(*) AS titles FROM (/* matches */) AS m GROUP BY ALL;

-- name: column_library_id
-- Titles of a filter by library.
SELECT m.library_id::VARCHAR AS value, any_value(l.name) AS label, count(*) AS titles
FROM (/* matches */) AS m JOIN libraries AS l USING (library_id) GROUP BY m.library_id ORDER BY label;

-- name: column_year
-- Titles of a filter by decade, newest first.
SELECT decade || '-' || (decade + 9) AS value, decade || 's' AS label, titles FROM (
    SELECT m.year // 10 * 10 AS decade, count(*) AS titles FROM (/* matches */) AS m WHERE m.year IS NOT NULL GROUP BY ALL)
ORDER BY decade DESC;

-- name: column_rating
-- Titles of a filter by lowest rating.
SELECT b.lowest::VARCHAR AS value, b.lowest || ' and more' AS label, count(*) AS titles
FROM (/* matches */) AS m
JOIN (SELECT v.entity_id AS id, /* rating */ AS rating FROM titles_shown AS v WHERE v.field = 'ratings') AS r ON r.id = m.id
JOIN (SELECT unnest([9, 8, 7, 6, 5]) AS lowest) AS b ON r.rating >= b.lowest GROUP BY b.lowest ORDER BY b.lowest DESC;

-- name: column_genre
-- Titles of a filter by genre.
SELECT any_value(g.name) AS value, any_value(g.name) AS label, count(DISTINCT m.id) AS titles
FROM (/* matches */) AS m JOIN (/* genres */) AS g ON g.entity_id = m.id
WHERE g.name <> '' GROUP BY lower(g.name) ORDER BY titles DESC, lower(g.name);

-- name: column_actor
-- Titles of a filter by actor.
SELECT any_value(g.name) AS value, any_value(g.name) AS label, count(DISTINCT m.id) AS titles
FROM (/* matches */) AS m JOIN (/* actors */) AS g ON g.entity_id = m.id
WHERE g.name <> '' GROUP BY lower(g.name) ORDER BY titles DESC, lower(g.name);

-- name: column_director
-- Titles of a filter by director.
SELECT any_value(g.name) AS value, any_value(g.name) AS label, count(DISTINCT m.id) AS titles
FROM (/* matches */) AS m JOIN (/* directors */) AS g ON g.entity_id = m.id
WHERE g.name <> '' GROUP BY lower(g.name) ORDER BY titles DESC, lower(g.name);

-- name: column_matched
-- Titles of a filter with and without a match.
SELECT CASE WHEN is_matched THEN 'yes' ELSE 'no' END AS value, CASE WHEN is_matched THEN 'matched' ELSE 'unmatched' END AS label,
       count(*) AS titles
FROM (SELECT coalesce(m.series_id, m.id) IN (/* matched_titles */) AS is_matched FROM (/* matches */) AS m) GROUP BY ALL ORDER BY value DESC;

-- name: column_incomplete
-- Series of a filter with and without gaps.
SELECT CASE WHEN has_gaps THEN 'yes' ELSE 'no' END AS value, CASE WHEN has_gaps THEN 'incomplete' ELSE 'complete' END AS label,
       count(*) AS titles
FROM (SELECT m.id IN (/* incomplete */) AS has_gaps FROM (/* matches */) AS m WHERE m.entity_type = 'series')
GROUP BY ALL ORDER BY value DESC;

-- name: related
-- Films and series that share people, genres or a collection with a title; the most similar first.
WITH facts AS (
    SELECT entity_id, 'people' AS kind, lower(name) AS fact, any_value(name) AS name
    FROM (SELECT * FROM (/* actors */) UNION ALL SELECT * FROM (/* directors */)) WHERE name <> '' GROUP BY ALL
    UNION ALL SELECT entity_id, 'genres', lower(name), any_value(name) FROM (/* genres */) WHERE name <> '' GROUP BY ALL
    UNION ALL SELECT entity_id, 'collection', lower(value->>'$'), value->>'$' FROM titles_shown
    WHERE field = 'collection' AND coalesce(value->>'$', '') <> ''
), own AS (SELECT kind, fact FROM facts WHERE entity_id = $id)
SELECT f.entity_id AS id, coalesce(list(f.name ORDER BY f.fact) FILTER (f.kind = 'people'), [])[:5] AS people,
       coalesce(list(f.name ORDER BY f.fact) FILTER (f.kind = 'genres'), []) AS genres,
       coalesce(any_value(f.name) FILTER (f.kind = 'collection'), '') AS collection
FROM facts AS f JOIN own USING (kind, fact) JOIN titles AS t ON t.id = f.entity_id
WHERE f.entity_id <> $id AND t.state <> 'ignored' AND t.entity_type IN ('movie', 'series')
GROUP BY f.entity_id
ORDER BY sum(CASE f.kind WHEN 'collection' THEN 6 WHEN 'people' THEN 2 ELSE 1 END) DESC, f.entity_id LIMIT $limit;
