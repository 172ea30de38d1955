-- name: names
-- The names in a list of values: people of a cast, directors, genres, tags.
CASE v.field WHEN 'cast' THEN v.value->>'$[*].name' WHEN 'genres' THEN from_json(v.value, '["VARCHAR"]')
    WHEN 'tags' THEN from_json(v.value, '["VARCHAR"]') WHEN 'crew' THEN
    list_transform(list_filter(from_json(v.value, '[{"name": "VARCHAR", "job": "VARCHAR"}]'),
                               lambda each: lower(each.job) = 'director'), lambda each: each.name) END

-- name: fits
-- Whether a value fulfils the condition of a filter on its field.
CASE WHEN NOT list_contains($filtered::VARCHAR[], v.field) THEN FALSE
    WHEN v.field = 'ratings' THEN /* rating */ >= $rating::DOUBLE
    WHEN v.field = 'genres' THEN list_has_any(list_transform(/* names */, lambda name: lower(name)), $genres::VARCHAR[])
    WHEN v.field = 'tags' THEN list_has_any(list_transform(/* names */, lambda name: lower(name)), $tags::VARCHAR[])
    WHEN v.field = 'cast' THEN list_has_any(list_transform(/* names */, lambda name: lower(name)), $cast::VARCHAR[])
    WHEN v.field = 'crew' THEN list_has_any(list_transform(/* names */, lambda name: lower(name)), $crew::VARCHAR[]) END

-- name: facts
-- Values of films and series that facets count, of some fields: the rating, whether they are ids of a provider, and whether they fulfil the
-- condition of a filter.
SELECT v.entity_id, v.field, CASE v.field WHEN 'ratings' THEN /* rating */ END, /* has_id */, /* fits */
FROM titles_shown AS v WHERE list_contains($fields::VARCHAR[], v.field) AND v.entity_type IN ('movie', 'series');

-- name: name_counts
-- The most frequent names in lists of values of the titles of a filter, of some fields, and the number of all names of each field. Names that
-- differ in letter case only are one. A season or episode counts for the names of its series. Of the fields in $limited, only the values of
-- the films and series in the parallel lists $limited_fields and $limited_ids count.
SELECT field, label, titles, count(*) OVER (PARTITION BY field) AS total FROM (
    SELECT field, small, arg_max(name, entity_id) AS label, sum(titles)::BIGINT AS titles FROM (
        SELECT field, entity_id, lower(name) AS small, max(name) AS name, any_value(titles) AS titles FROM (
            SELECT v.field, v.entity_id, unnest(/* names */) AS name, t.titles FROM titles_shown AS v
            JOIN (SELECT coalesce(m.series_id, m.id) AS work, count(*) AS titles FROM (/* matches */) AS m GROUP BY work) AS t ON t.work = v.entity_id
            WHERE list_contains($fields::VARCHAR[], v.field) AND v.entity_type IN ('movie', 'series')
              AND (NOT list_contains($limited::VARCHAR[], v.field)
                   OR (v.field, v.entity_id) IN (SELECT (unnest($limited_fields::VARCHAR[]), unnest($limited_ids::BIGINT[]))))
        ) WHERE name <> '' GROUP BY field, entity_id, small
    ) GROUP BY field, small
) QUALIFY row_number() OVER (PARTITION BY field ORDER BY titles DESC, small) <= $limit
ORDER BY field, titles DESC, small;

-- name: having
-- Films and series with a value that fulfils the condition of a filter; each with the field.
SELECT v.entity_id, v.field FROM titles_shown AS v
WHERE list_contains($filtered::VARCHAR[], v.field) AND v.entity_type IN ('movie', 'series') AND /* fits */;

-- name: small_letters
-- The names of a filter in small letters.
SELECT list_transform($genres::VARCHAR[], lambda name: lower(name)), list_transform($tags::VARCHAR[], lambda name: lower(name)),
       list_transform($cast::VARCHAR[], lambda name: lower(name)), list_transform($crew::VARCHAR[], lambda name: lower(name));

-- name: counted
-- What facets count of the titles of a filter.
SELECT m.id, m.entity_type, m.state, m.library_id, m.year, m.series_id FROM (/* matches */) AS m;

-- name: library_names
-- The names of the libraries.
SELECT library_id, name FROM libraries;

-- name: own_facts
-- People, genres and collection of a film or series, in small letters.
SELECT v.field, list_transform(CASE v.field WHEN 'collection' THEN [v.value->>'$'] ELSE /* names */ END, lambda name: lower(name))
FROM titles_shown AS v WHERE v.entity_id = $id AND v.field IN ('cast', 'crew', 'genres', 'collection') AND v.entity_type IN ('movie', 'series');

-- name: related
-- Films and series that share people, genres or a collection with a title; the most similar first.
WITH shared AS (
    SELECT v.entity_id, v.field = 'genres' AS is_genre, v.field = 'collection' AS is_collection, unnest(names) AS name FROM (
        SELECT entity_id, field, list_filter(names, lambda name: list_contains(
            CASE field WHEN 'collection' THEN $collection::VARCHAR[] WHEN 'genres' THEN $genres::VARCHAR[] ELSE $people::VARCHAR[] END,
            lower(name))) AS names
        FROM (SELECT v.entity_id, v.field, CASE v.field WHEN 'collection' THEN [v.value->>'$'] ELSE /* names */ END AS names
              FROM titles_shown AS v
              WHERE v.field IN ('cast', 'crew', 'genres', 'collection') AND v.entity_type IN ('movie', 'series'))
    ) AS v WHERE v.entity_id <> $id AND len(names) > 0
), facts AS (
    SELECT entity_id, is_genre, is_collection, lower(name) AS fact, any_value(name) AS name FROM shared GROUP BY ALL
), named AS ( -- copies of a title in several libraries have one name
    SELECT id, state, lower(title) || '|' || coalesce(year, 0) AS name FROM movies
    UNION ALL SELECT id, state, lower(title) || '|' || coalesce(year, 0) || '|series' FROM series
)
SELECT f.entity_id AS id, coalesce(list(f.name ORDER BY f.fact) FILTER (NOT is_genre AND NOT is_collection), [])[:5] AS people,
       coalesce(list(f.name ORDER BY f.fact) FILTER (is_genre), []) AS genres,
       coalesce(any_value(f.name) FILTER (is_collection), '') AS collection
FROM facts AS f JOIN named AS t ON t.id = f.entity_id
WHERE t.state <> 'ignored' AND t.name NOT IN (SELECT name FROM named WHERE id = $id) GROUP BY f.entity_id, t.name
QUALIFY row_number() OVER (PARTITION BY t.name ORDER BY f.entity_id) = 1
ORDER BY sum(CASE WHEN is_collection THEN 6 WHEN is_genre THEN 1 ELSE 2 END) DESC, f.entity_id LIMIT $limit;
