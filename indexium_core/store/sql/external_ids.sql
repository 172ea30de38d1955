-- The ids by which films and series are known, and the titles of one library that have the same.

-- name: stated
-- Part of other statements: all that is stated about the ids of films and series, with the place of each origin: a person, the
-- accepted match, NFO files of others, names, senders, and last what was known earlier. Ids of a rejected match count only by hand.
SELECT s.* FROM (
    SELECT v.entity_type, v.entity_id, i.kind AS provider, v.value->>'$' AS external_id, v.origin, v.fetched_at AS known_at,
           CASE WHEN v.locked THEN 0 ELSE list_position(['hand', 'provider', 'nfo', 'name', 'sender'], v.origin) END AS place
    FROM title_values AS v JOIN id_kinds AS i USING (field)
    WHERE v.entity_type IN ('movie', 'series') AND coalesce(v.value->>'$', '') <> ''
    UNION ALL SELECT entity_type, entity_id, provider, external_id, origin, known_at, 9 FROM title_external_ids
) AS s ANTI JOIN (
    SELECT entity_type, entity_id, provider, external_id FROM title_matches WHERE state = 'rejected'
    UNION ALL SELECT entity_type, entity_id, other.key, other.value FROM (
        SELECT entity_type, entity_id, unnest(map_entries((candidate->'external_ids')::MAP(VARCHAR, VARCHAR))) AS other
        FROM title_matches WHERE state = 'rejected')
) AS r ON s.place > 1 AND (r.entity_type, r.entity_id, r.provider, r.external_id)
                        = (s.entity_type, s.entity_id, s.provider, s.external_id)

-- name: of_titles
-- Part of other statements: one id of each provider for each title, and the title of its library that holds it. One that a person
-- has changed comes first, then one about which it is still stated, then the older one.
SELECT b.entity_type, b.entity_id, t.library_id, b.provider, b.external_id, b.origin,
       first_value(b.entity_id) OVER (PARTITION BY t.library_id, b.entity_type, b.provider, b.external_id
                                      ORDER BY u.entity_id IS NULL, b.place = 9, b.entity_id) AS holder_id
FROM (
    SELECT * FROM (/* stated */) WHERE $ids::BIGINT[] IS NULL OR entity_id IN (SELECT unnest($ids::BIGINT[]))
    QUALIFY row_number() OVER (PARTITION BY entity_type, entity_id, provider ORDER BY place, known_at, external_id) = 1
) AS b
JOIN (SELECT 'movie' AS entity_type, id AS entity_id, library_id FROM movies
      UNION ALL SELECT 'series', id, library_id FROM series) AS t USING (entity_type, entity_id)
LEFT JOIN (SELECT DISTINCT entity_type, entity_id FROM touched_titles) AS u USING (entity_type, entity_id)

-- name: lost
-- Films and series that have lost a file, or have none.
SELECT t.id FROM (SELECT id FROM movies UNION ALL SELECT id FROM series) AS t
LEFT JOIN (SELECT coalesce(e.series_id, l.entity_id) AS id, bool_and(f.state <> 'missing') AS is_whole
           FROM title_files AS l JOIN scanned_files AS f USING (file_id)
           LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id GROUP BY ALL) AS w USING (id)
WHERE w.is_whole IS DISTINCT FROM TRUE ORDER BY t.id;

-- name: sharing
-- Given titles, and those of which one of their ids is stated, too.
WITH s AS MATERIALIZED (/* stated */)
SELECT unnest($ids::BIGINT[]) AS id
UNION SELECT s.entity_id FROM s SEMI JOIN (SELECT provider, external_id FROM s WHERE entity_id IN (SELECT unnest($ids::BIGINT[]))) AS o
    USING (provider, external_id);

-- name: known
-- The ids of all titles, or of some.
SELECT entity_type, entity_id, provider, external_id, origin, holder_id FROM (/* of_titles */) ORDER BY entity_id, provider;

-- name: forget_changed
-- Delete the ids of which another one is stated now.
DELETE FROM title_external_ids AS k USING (/* found */) AS f
WHERE (f.entity_type, f.entity_id, f.provider) = (k.entity_type, k.entity_id, k.provider)
  AND (f.external_id, f.origin) <> (k.external_id, k.origin);

-- name: remember
-- Add the ids that are not known yet.
INSERT INTO title_external_ids BY NAME SELECT f.*, $at AS known_at FROM (/* found */) AS f
ANTI JOIN title_external_ids AS k USING (entity_type, entity_id, provider);

-- name: found
-- Part of the statements above: what an identification found.
SELECT unnest($entity_type::VARCHAR[]) AS entity_type, unnest($title_id::BIGINT[]) AS entity_id, unnest($provider::VARCHAR[]) AS provider,
       unnest($value::VARCHAR[]) AS external_id, unnest($origin::VARCHAR[]) AS origin
