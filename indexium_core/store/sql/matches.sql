-- The matches between titles and providers: questions in their order, candidates, decisions and their undo.

-- name: main_files
-- The main files of films and series that are not missing.
SELECT l.entity_id AS id, c.file_id, c.folder
FROM title_files AS l JOIN scanned_files AS c USING (file_id)
WHERE l.role = 'main' AND c.state <> 'missing' AND l.entity_type <> 'episode'
UNION ALL SELECT e.series_id, c.file_id, c.folder
FROM title_files AS l JOIN scanned_files AS c USING (file_id) JOIN episodes AS e ON e.id = l.entity_id
WHERE l.role = 'main' AND c.state <> 'missing' AND l.entity_type = 'episode'

-- name: works
-- Films and series.
SELECT 'movie' AS entity_type, id, library_id, title, year, state FROM movies
UNION ALL SELECT 'series', id, library_id, title, year, state FROM series

-- name: states
-- The state of the match of each film and series. Titles without a search have an empty one.
SELECT t.id, t.entity_type, t.library_id, s.query, t.title, t.year, CASE WHEN t.state = 'ignored' THEN 'ignored'
       WHEN k.entity_id IS NOT NULL THEN 'maybe' ELSE coalesce(s.state, 'unsearched') END AS state
FROM (/* works */) AS t
LEFT JOIN title_searches AS s ON s.entity_type = t.entity_type AND s.entity_id = t.id
LEFT JOIN kept_back_titles AS k ON k.entity_type = t.entity_type AND k.entity_id = t.id

-- name: counts
-- The number of titles by the state of their match.
SELECT state, count(*) FROM (/* states */) AS k
WHERE $library_id::INTEGER IS NULL OR library_id = $library_id GROUP BY state;

-- name: ordered
-- The titles of a state in the order in which they are asked: most files first, then by folder.
SELECT k.id, k.library_id, coalesce(f.folder, '') AS folder, k.entity_type, coalesce(k.query->>'$.title', k.title) AS title,
       CASE WHEN k.query IS NULL THEN k.year ELSE (k.query->>'$.year')::INTEGER END AS year
FROM (/* states */) AS k LEFT JOIN (
    SELECT id, count(DISTINCT file_id) AS files, min(folder) AS folder FROM (/* main_files */) AS m GROUP BY id
) AS f USING (id)
WHERE k.state = $state AND ($library_id::INTEGER IS NULL OR k.library_id = $library_id)
ORDER BY coalesce(f.files, 0) DESC, k.library_id, folder, k.id LIMIT $limit OFFSET $offset;

-- name: places
-- Library and first folder of given titles.
SELECT k.id, k.library_id, coalesce(f.folder, '') AS folder, k.entity_type, coalesce(k.query->>'$.title', k.title) AS title,
       CASE WHEN k.query IS NULL THEN k.year ELSE (k.query->>'$.year')::INTEGER END AS year
FROM (/* states */) AS k LEFT JOIN (
    SELECT id, min(folder) AS folder FROM (/* main_files */) AS m WHERE list_contains($ids::BIGINT[], id) GROUP BY id
) AS f USING (id)
WHERE list_contains($ids::BIGINT[], k.id);

-- name: kept_back
-- The given titles whose names are not searched until a person answers, and why.
SELECT entity_id, reasons::VARCHAR FROM kept_back_titles WHERE list_contains($ids::BIGINT[], entity_id);

-- name: searches
-- The searches of given titles.
SELECT entity_id, state, query::VARCHAR AS query, explanation, missing, decided_by, decided_at
FROM title_searches WHERE list_contains($ids::BIGINT[], entity_id);

-- name: candidates
-- The candidates of given titles, best first.
SELECT entity_id, position, score, reasons::VARCHAR AS reasons, conflict, candidate::VARCHAR AS candidate, state
FROM title_matches WHERE list_contains($ids::BIGINT[], entity_id) ORDER BY entity_id, position;

-- name: values
-- What names, NFO files, tags and people say about given titles; the shown value of each field first.
SELECT v.entity_id, v.field, v.value::VARCHAR AS value, v.origin, v.locked,
       row_number() OVER (
           PARTITION BY v.entity_id, v.field
           ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'tag', 'name', 'sender'], v.origin)) = 1 AS shown
FROM title_values AS v
WHERE v.entity_id IN (SELECT unnest($ids::BIGINT[])) AND v.origin <> 'provider'
  AND (v.field IN ('title', 'original_title', 'year', 'country', 'cast') OR v.field IN (SELECT field FROM id_kinds))
ORDER BY v.entity_id, v.field, shown DESC, list_position(['hand', 'nfo', 'tag', 'name', 'sender'], v.origin);

-- name: files
-- Some files of each given title, main files first.
SELECT id, file_id, file_path, state, part, role, edition, duration, size, file_id IN (SELECT file_id FROM title_assignments) AS by_hand
FROM (
    SELECT id, c.file_id, c.path AS file_path, c.state, any_value(l.part) AS part, any_value(l.role) AS role,
           any_value(l.edition) AS edition, c.duration, c.size,
           row_number() OVER (PARTITION BY id ORDER BY any_value(l.role) <> 'main', c.path) AS place
    FROM (
        SELECT entity_id AS id, file_id, part, role, edition FROM title_files
        WHERE entity_type <> 'episode' AND list_contains($ids::BIGINT[], entity_id)
        UNION ALL SELECT e.series_id, l.file_id, NULL, l.role, l.edition
        FROM episodes AS e JOIN title_files AS l ON l.entity_type = 'episode' AND l.entity_id = e.id
        WHERE list_contains($ids::BIGINT[], e.series_id)
    ) AS l JOIN scanned_files AS c USING (file_id) GROUP BY id, c.file_id, c.path, c.state, c.duration, c.size
) WHERE place <= $most ORDER BY id, place;

-- name: parts
-- Duration in seconds and part of the main files of a film.
SELECT l.part, coalesce(m.duration, c.duration) FROM title_files AS l JOIN scanned_files AS c USING (file_id)
LEFT JOIN media_properties AS m USING (file_id)
WHERE l.entity_type = 'movie' AND l.entity_id = $id AND l.role = 'main' ORDER BY l.part NULLS LAST, c.path;

-- name: people
-- The people of the main files of a film or series.
SELECT DISTINCT name
FROM people_in_files((SELECT coalesce(list(DISTINCT file_id), []) FROM (/* main_files */) AS m WHERE id = $id), NULL::BIGINT[]) ORDER BY name;

-- name: other_titles
-- The titles that a second reader reads in the names of the main files of a film or series.
SELECT DISTINCT n.parts->>'$.other_title' FROM (/* main_files */) AS m JOIN scanned_files AS c USING (file_id)
JOIN title_names AS n ON n.name = regexp_replace(c.file_name, '(.)\.[^.]{0,5}$', '\1')
WHERE m.id = $id AND n.parts->>'$.other_title' IS NOT NULL ORDER BY ALL;

-- name: last_episodes
-- The highest episode of each season of a series, without specials; the season is NULL if episodes are numbered through all seasons.
SELECT season, max(coalesce(episode, absolute)) FROM episodes
WHERE series_id = $id AND season IS DISTINCT FROM 0 AND coalesce(episode, absolute) IS NOT NULL GROUP BY season ORDER BY season;

-- name: items
-- Given films and series without rating, genres and match: a decision reads few titles, and the statements of a page of titles take twice as long.
SELECT t.id, t.entity_type, t.title, t.year, t.state, t.library_id, NULL::BIGINT AS series_id, '' AS series_title,
       NULL::INTEGER AS season, NULL::INTEGER AS episode, NULL::DATE AS aired, coalesce(f.file_count, 0) AS file_count,
       coalesce(e.episode_count, 0) AS episode_count, coalesce(e.season_count, 0) AS season_count, u.entity_id IS NOT NULL AS touched,
       coalesce(v.country, '') AS country
FROM (/* works */) AS t
LEFT JOIN (SELECT id, count(DISTINCT file_id) AS file_count FROM (/* main_files */) AS m
           WHERE list_contains($ids::BIGINT[], id) GROUP BY id) AS f USING (id)
LEFT JOIN (SELECT series_id AS id, count(*) AS episode_count, count(DISTINCT season) AS season_count FROM episodes
           WHERE list_contains($ids::BIGINT[], series_id) GROUP BY series_id) AS e USING (id)
LEFT JOIN (SELECT DISTINCT entity_id FROM touched_titles WHERE list_contains($ids::BIGINT[], entity_id)) AS u ON u.entity_id = t.id
LEFT JOIN (SELECT v.entity_id, v.value->>'$' AS country FROM /* ranked_values */
           WHERE v.field = 'country' AND list_contains($ids::BIGINT[], v.entity_id)
           QUALIFY row_number() OVER (PARTITION BY v.entity_id ORDER BY /* order_of_values */) = 1) AS v ON v.entity_id = t.id
WHERE list_contains($ids::BIGINT[], t.id);

-- name: not_looked_up
-- Of some titles, those that are not looked up at providers, each with its name and what its library holds.
SELECT t.id, t.title, coalesce(l.kind, '') FROM titles AS t LEFT JOIN libraries AS l USING (library_id)
WHERE list_contains($ids::BIGINT[], t.id) AND NOT is_looked_up(l.kind) ORDER BY t.id;

-- name: put_search
-- Store the result of a search.
INSERT OR REPLACE INTO title_searches BY NAME SELECT $entity_type AS entity_type, $id AS entity_id, $state AS state,
    $query::JSON AS query, $explanation AS explanation, $missing AS missing, $decided_by AS decided_by, $decided_at::TIMESTAMPTZ AS decided_at,
    $at AS searched_at;

-- name: mark_searches
-- Change the state of searches.
UPDATE title_searches SET state = $state, decided_by = $decided_by, decided_at = $at
WHERE list_contains($ids::BIGINT[], entity_id);

-- name: reopen
-- A title with a match is a question again. The time of its search stays, so that an enrichment searches it anew.
UPDATE title_searches SET state = 'open', explanation = $explanation, missing = '', decided_by = '', decided_at = NULL WHERE entity_id = $id;

-- name: explain
-- Another reason why a title waits for a decision. The signs that were missing belong to the former one.
UPDATE title_searches SET explanation = $explanation, missing = '' WHERE entity_id = $id;

-- name: remove_proposals
-- Delete the candidates of a title about which no one has decided.
DELETE FROM title_matches WHERE entity_id = $id AND state = 'proposed';

-- name: move_candidates
-- Put the remaining candidates of a title behind new ones.
UPDATE title_matches SET position = m.place + $after FROM (
    SELECT rowid AS row, row_number() OVER (ORDER BY position) AS place FROM title_matches WHERE entity_id = $id
) AS m WHERE title_matches.rowid = m.row;

-- name: put_candidates
-- Add candidates of a title.
INSERT INTO title_matches BY NAME SELECT $entity_type AS entity_type, $id AS entity_id, unnest($provider::VARCHAR[]) AS provider,
    unnest($external_id::VARCHAR[]) AS external_id, unnest($content_type::VARCHAR[]) AS content_type,
    unnest($position::INTEGER[]) AS position, unnest($score::DOUBLE[]) AS score, unnest($reasons::VARCHAR[])::JSON AS reasons,
    unnest($conflict::VARCHAR[]) AS conflict, unnest($candidate::VARCHAR[])::JSON AS candidate, 'proposed' AS state;

-- name: mark_candidates
-- Change the state of candidates of a title.
UPDATE title_matches SET state = $state, decided_by = $decided_by, decided_at = $at
WHERE entity_id = $id AND list_contains($positions::INTEGER[], position);

-- name: ignore
-- Set by hand that titles are no film and no series, except where this field has a value by hand or is locked.
INSERT INTO title_values BY NAME SELECT t.entity_type, t.id AS entity_id, 'ignored' AS field, 'true'::JSON AS value,
    'hand' AS origin, '' AS provider, 1.0 AS confidence, $at AS fetched_at, FALSE AS locked
FROM (/* works */) AS t WHERE list_contains($ids::BIGINT[], t.id) AND NOT EXISTS (
    SELECT 1 FROM title_values AS v WHERE v.entity_type = t.entity_type AND v.entity_id = t.id AND v.field = 'ignored'
      AND (v.locked OR v.origin = 'hand'));

-- name: withdraw_accepted
-- The accepted candidate of a title is a proposal again.
UPDATE title_matches SET state = 'proposed', decided_by = '', decided_at = NULL WHERE entity_id = $id AND state = 'accepted';

-- name: contradicted
-- Titles with an automatic match that an id of an NFO file or a name contradicts, each with such an id.
SELECT s.entity_id, min(v.field) AS field, arg_min(v.value->>'$', v.field) AS value
FROM title_searches AS s JOIN title_matches AS m USING (entity_type, entity_id) JOIN title_values AS v USING (entity_type, entity_id)
WHERE s.state = 'accepted' AND s.decided_by = 'automatic' AND m.state = 'accepted'
  AND v.origin IN ('nfo', 'name') AND v.field IN (SELECT field FROM id_kinds)
  AND v.value->>'$' <> CASE WHEN v.field = m.provider || '_id' THEN m.external_id
                            ELSE json_extract_string(m.candidate, '$.external_ids.' || replace(v.field, '_id', '')) END
  AND NOT EXISTS (
    SELECT 1 FROM title_values AS h WHERE (h.entity_type, h.entity_id, h.field) = (v.entity_type, v.entity_id, v.field)
      AND (h.origin = 'hand' OR h.locked))
GROUP BY s.entity_id ORDER BY s.entity_id;

-- name: scope
-- Given titles with the seasons and episodes of the series among them.
SELECT unnest($ids::BIGINT[]) AS id UNION SELECT id FROM seasons WHERE list_contains($ids::BIGINT[], series_id)
UNION SELECT id FROM episodes WHERE list_contains($ids::BIGINT[], series_id) ORDER BY id;

-- name: remove_provider_values
-- Delete what providers say about titles; locked values stay.
DELETE FROM title_values WHERE origin = 'provider' AND NOT locked AND entity_id IN (SELECT unnest($scope::BIGINT[]));

-- name: remove_provider_pictures
-- Delete the pictures that providers offer for titles, except those that a person has selected.
DELETE FROM asset_candidates WHERE provider <> 'local' AND NOT (is_selected AND actor_kind IS NOT NULL)
  AND entity_id IN (SELECT unnest($scope::BIGINT[]));

-- name: restore_pictures
-- Restore the pictures that providers offer. A picture that is there was chosen since, and stays.
INSERT INTO asset_candidates BY NAME
SELECT r.*, EXISTS (FROM rejected_assets AS j WHERE j.provider = r.provider AND j.provider_url = r.provider_url) AS is_rejected
FROM (
    SELECT unnest(from_json($before::JSON->'pictures', '[{"id": "BIGINT", "entity_type": "VARCHAR", "entity_id": "BIGINT",
        "asset_type": "VARCHAR", "provider": "VARCHAR", "provider_url": "VARCHAR", "provider_metadata": "VARCHAR",
        "width": "INTEGER", "height": "INTEGER", "is_downloaded": "BOOLEAN", "cache_path": "VARCHAR",
        "content_hash": "VARCHAR", "perceptual_hash": "VARCHAR", "created_at": "TIMESTAMPTZ"}]'), recursive := true)
) AS r WHERE r.entity_id IN (SELECT id FROM titles) AND NOT EXISTS (
    SELECT 1 FROM asset_candidates AS c
    WHERE c.id = r.id OR (c.entity_type, c.entity_id, c.asset_type, c.provider_url) = (r.entity_type, r.entity_id, r.asset_type, r.provider_url));

-- name: put_ids
-- Add ids as values of a provider, except where a locked value of it is.
INSERT INTO title_values BY NAME
SELECT i.*, $confidence AS confidence, $at AS fetched_at, FALSE AS locked FROM (
    SELECT $entity_type AS entity_type, $id AS entity_id, unnest($fields::VARCHAR[]) AS field,
           unnest($values::VARCHAR[])::JSON AS value, 'provider' AS origin, $provider AS provider
) AS i WHERE NOT EXISTS (
    SELECT 1 FROM title_values AS v
    WHERE (i.entity_type, i.entity_id, i.field, i.origin, i.provider) = (v.entity_type, v.entity_id, v.field, v.origin, v.provider));

-- name: forget_attempts
-- Forget the failed attempts to fetch the metadata of a former match, not the people that were taken over.
UPDATE title_enrichment SET attempts = 0, problem = '', attempted_at = NULL, not_before = NULL, waits_for = []
WHERE entity_id IN (SELECT unnest($scope::BIGINT[]));

-- name: reset
-- Titles have no values of a provider any more.
UPDATE /* table */ SET enriched_at = NULL, state = CASE state WHEN 'enriched' THEN 'identified' ELSE state END
WHERE id IN (SELECT unnest($scope::BIGINT[])) AND (enriched_at IS NOT NULL OR state = 'enriched');

-- name: rows_before
-- The rows of titles that a decision can change, as one JSON object; `with_candidates`: also candidates and values of providers. JSON
-- columns are texts in it, so that a restored row is the same.
SELECT json_object(
    'ids', $ids::BIGINT[],
    'searches', (SELECT coalesce(to_json(list(s)), '[]') FROM (
                     SELECT * REPLACE (query::VARCHAR AS query) FROM title_searches WHERE list_contains($ids::BIGINT[], entity_id)) AS s),
    'matches', (SELECT coalesce(to_json(list(m)), '[]') FROM (
                    SELECT * REPLACE (reasons::VARCHAR AS reasons, candidate::VARCHAR AS candidate) FROM title_matches
                    WHERE $with_candidates AND list_contains($ids::BIGINT[], entity_id)) AS m),
    'values', (SELECT coalesce(to_json(list(v)), '[]') FROM (
                   SELECT * REPLACE (value::VARCHAR AS value) FROM title_values
                   WHERE entity_id IN (SELECT unnest($scope::BIGINT[])) AND ($with_candidates AND origin = 'provider'
                       OR list_contains($ids::BIGINT[], entity_id) AND field = 'ignored' AND (origin = 'hand' OR locked))) AS v),
    'pictures', (SELECT coalesce(to_json(list(p)), '[]') FROM (
                     SELECT * EXCLUDE (is_selected, is_rejected, selected_by, selected_at, auto_score, actor_kind, actor_id,
                                       selected_match)
                              REPLACE (provider_metadata::VARCHAR AS provider_metadata) FROM asset_candidates
                     WHERE $with_candidates AND provider <> 'local' AND NOT (is_selected AND actor_kind IS NOT NULL)
                       AND entity_id IN (SELECT unnest($scope::BIGINT[]))) AS p),
    'titles', (SELECT coalesce(to_json(list(t)), '[]') FROM (
                   SELECT entity_type, id, state, enriched_at FROM (
                       SELECT 'movie' AS entity_type, id, state, enriched_at FROM movies
                       UNION ALL SELECT 'series', id, state, enriched_at FROM series
                       UNION ALL SELECT 'season', id, state, enriched_at FROM seasons
                       UNION ALL SELECT 'episode', id, state, enriched_at FROM episodes)
                   WHERE $with_candidates AND id IN (SELECT unnest($scope::BIGINT[])) AND (enriched_at IS NOT NULL OR state = 'enriched')) AS t)
)::VARCHAR;

-- name: restore_searches
-- Restore the searches.
INSERT OR REPLACE INTO title_searches BY NAME FROM (
    SELECT * REPLACE (coalesce(missing, '') AS missing) FROM (SELECT unnest(from_json($before::JSON->'searches', '[{
        "entity_type": "VARCHAR", "entity_id": "BIGINT", "state": "VARCHAR",
        "query": "VARCHAR", "explanation": "VARCHAR", "missing": "VARCHAR", "decided_by": "VARCHAR", "decided_at": "TIMESTAMPTZ",
        "searched_at": "TIMESTAMPTZ"}]'), recursive := true))
) WHERE entity_id IN (SELECT id FROM titles);

-- name: remove_searches
-- Delete the searches of titles that had none.
DELETE FROM title_searches WHERE list_contains($ids::BIGINT[], entity_id)
  AND NOT list_contains(($before::JSON->'searches'->>'$[*].entity_id')::BIGINT[], entity_id);

-- name: remove_matches
-- Delete the candidates of titles.
DELETE FROM title_matches WHERE list_contains($ids::BIGINT[], entity_id);

-- name: restore_matches
-- Restore the candidates.
INSERT INTO title_matches BY NAME FROM (
    SELECT unnest(from_json($before::JSON->'matches', '[{"entity_type": "VARCHAR", "entity_id": "BIGINT", "provider": "VARCHAR",
        "external_id": "VARCHAR", "content_type": "VARCHAR", "position": "INTEGER", "score": "DOUBLE", "reasons": "VARCHAR",
        "conflict": "VARCHAR", "candidate": "VARCHAR", "state": "VARCHAR", "decided_by": "VARCHAR",
        "decided_at": "TIMESTAMPTZ"}]'), recursive := true)
) WHERE entity_id IN (SELECT id FROM titles);

-- name: restore_values
-- Restore values. A row that is there was locked or set since, and stays.
INSERT INTO title_values BY NAME SELECT r.* REPLACE (r.locked AND r.origin = 'hand' AS locked) FROM (
    SELECT unnest(from_json($before::JSON->'values', '[{"entity_type": "VARCHAR", "entity_id": "BIGINT", "field": "VARCHAR",
        "value": "VARCHAR", "origin": "VARCHAR", "provider": "VARCHAR", "confidence": "DOUBLE", "fetched_at": "TIMESTAMPTZ",
        "locked": "BOOLEAN"}]'), recursive := true)
) AS r WHERE r.entity_id IN (SELECT id FROM titles) AND NOT EXISTS (
    SELECT 1 FROM title_values AS v
    WHERE (r.entity_type, r.entity_id, r.field, r.origin, r.provider) = (v.entity_type, v.entity_id, v.field, v.origin, v.provider));

-- name: restore_titles
-- Restore which titles have values of providers, and since when.
UPDATE /* table */ AS t SET state = r.state, enriched_at = r.enriched_at FROM (
    SELECT unnest(from_json($before::JSON->'titles', '[{"entity_type": "VARCHAR", "id": "BIGINT", "state": "VARCHAR",
        "enriched_at": "TIMESTAMPTZ"}]'), recursive := true)
) AS r WHERE r.id = t.id;

-- name: remove_ignored
-- Delete the values by hand that say that titles are no film and no series; values that were locked since stay.
DELETE FROM title_values WHERE list_contains($ids::BIGINT[], entity_id) AND field = 'ignored' AND origin = 'hand'
  AND value::VARCHAR = $value AND (NOT locked OR entity_id IN (SELECT r.entity_id FROM (
    SELECT unnest(from_json($before::JSON->'values', '[{"entity_id": "BIGINT", "field": "VARCHAR", "locked": "BOOLEAN"}]'), recursive := true)
  ) AS r WHERE r.field = 'ignored' AND r.locked));

-- name: lock_ignored_again
-- Restore the padlocks of the field `ignored`, which a decision had moved to its value by hand.
UPDATE title_values AS v SET locked = TRUE FROM (
    SELECT unnest(from_json($before::JSON->'values', '[{"entity_id": "BIGINT", "field": "VARCHAR", "origin": "VARCHAR",
        "provider": "VARCHAR", "locked": "BOOLEAN"}]'), recursive := true)
) AS r WHERE r.locked AND r.field = 'ignored' AND (r.entity_id, r.field, r.origin, r.provider) = (v.entity_id, v.field, v.origin, v.provider)
  AND NOT EXISTS (SELECT 1 FROM title_values AS o WHERE o.entity_id = v.entity_id AND o.field = 'ignored' AND o.locked);
