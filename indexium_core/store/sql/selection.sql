-- The selection of pictures: the rules of the libraries, selections, rejections.

-- name: libraries
-- The library of each of given titles.
SELECT id, library_id FROM titles WHERE library_id IS NOT NULL AND list_contains($ids::BIGINT[], id);

-- name: seed_configs
-- The rule that a new library has for each kind of picture, where it has none.
INSERT INTO asset_selection_config BY NAME
SELECT nextval('asset_selection_config_ids') AS id, $library_id AS library_id, i.asset_type, i.max_count FROM (
    SELECT unnest($asset_types::VARCHAR[]) AS asset_type, unnest($max_counts::INTEGER[]) AS max_count) AS i
WHERE NOT EXISTS (FROM asset_selection_config AS c WHERE c.library_id = $library_id AND c.asset_type = i.asset_type);

-- name: configs
-- The rules of libraries.
SELECT library_id, asset_type, min_count, max_count, min_width, min_height, prefer_language, weight_resolution, weight_votes,
       weight_language, weight_provider, phash_similarity_threshold, provider_priority::VARCHAR AS provider_priority
FROM asset_selection_config WHERE list_contains($library_ids::INTEGER[], library_id)
ORDER BY library_id, asset_type;

-- name: set_config
-- Change the rule of a library for a kind of picture.
UPDATE asset_selection_config SET min_count = $min_count, max_count = $max_count, min_width = $min_width,
    min_height = $min_height, prefer_language = $prefer_language, weight_resolution = $weight_resolution,
    weight_votes = $weight_votes, weight_language = $weight_language, weight_provider = $weight_provider,
    phash_similarity_threshold = $phash_similarity_threshold, provider_priority = $provider_priority
WHERE library_id = $library_id AND asset_type = $asset_type;

-- name: remove_configs
-- Delete the rules of a library.
DELETE FROM asset_selection_config WHERE library_id = $library_id;

-- name: pictured_titles
-- The films and series that have candidates of pictures, of a library or of all; also their seasons and episodes.
SELECT DISTINCT a.entity_id FROM asset_candidates AS a JOIN titles AS t ON t.id = a.entity_id
WHERE ($library_id::INTEGER IS NULL OR t.library_id = $library_id)
  AND ($below OR t.entity_type IN ('movie', 'series')) AND t.state <> 'ignored'
ORDER BY 1;

-- name: set_scores
-- Store scores, and which pictures the rule selects. What a person selected keeps its time and name.
UPDATE asset_candidates AS a SET auto_score = i.score, is_selected = i.is_selected,
    selected_by = CASE WHEN NOT i.is_selected THEN NULL WHEN a.is_selected THEN a.selected_by ELSE $auto END,
    selected_at = CASE WHEN NOT i.is_selected THEN NULL WHEN a.is_selected THEN a.selected_at ELSE $at END
FROM (SELECT unnest($ids::BIGINT[]) AS id, unnest($scores::DOUBLE[]) AS score, unnest($selected::BOOLEAN[]) AS is_selected) AS i
WHERE i.id = a.id;

-- name: select
-- A person selects pictures, for the present matches of their titles.
UPDATE asset_candidates AS a SET is_selected = TRUE, selected_by = $actor_name, selected_at = $at, actor_kind = $actor_kind,
    actor_id = $actor_id, selected_match = (SELECT match FROM (/* current_matches */) AS m
                                            WHERE (m.entity_type, m.entity_id) = (a.entity_type, a.entity_id))
WHERE list_contains($ids::BIGINT[], id);

-- name: reject
-- A person rejects a picture, for all titles. The reason of a rejected one stays.
INSERT INTO rejected_assets BY NAME
SELECT nextval('rejected_asset_ids') AS id, $provider AS provider, $provider_url AS provider_url, $asset_type AS asset_type,
       $at AS rejected_at, $reason AS reason, $actor_kind AS actor_kind, $actor_id AS actor_id, $actor_name AS actor_name
WHERE NOT EXISTS (FROM rejected_assets WHERE provider = $provider AND provider_url = $provider_url);

-- name: decisions
-- What people decided about the pictures of slots, as a JSON object: the selected ones, and the rejected ones. Both with
-- all that restores them.
SELECT json_object(
    'selected', (SELECT coalesce(to_json(list(p ORDER BY p.id)), '[]') FROM (
        SELECT * REPLACE (provider_metadata::VARCHAR AS provider_metadata) FROM asset_candidates
        WHERE is_selected AND actor_kind IS NOT NULL
          AND list_contains($slots::VARCHAR[], /* slot */)) AS p),
    'rejected', (SELECT coalesce(to_json(list(r ORDER BY r.id)), '[]') FROM rejected_assets AS r
        WHERE list_contains($urls::VARCHAR[], r.provider || ' ' || r.provider_url))
)::VARCHAR;

-- name: slot
-- The slot of a candidate as a text, as `PictureSlot.subject`.
concat_ws(' ', entity_id, asset_type, provider_metadata->>'season')

-- name: release
-- No person selects these pictures any more.
UPDATE asset_candidates SET is_selected = FALSE, selected_by = NULL, selected_at = NULL, actor_kind = NULL, actor_id = NULL,
    selected_match = NULL
WHERE actor_kind IS NOT NULL AND list_contains($ids::BIGINT[], id);

-- name: selected
-- The pictures of slots that people selected.
SELECT id FROM asset_candidates
WHERE is_selected AND actor_kind IS NOT NULL AND list_contains($slots::VARCHAR[], /* slot */);

-- name: kept_rows
-- The selected pictures of a decision.
SELECT unnest(from_json($before::JSON->'selected', '[{"id": "BIGINT", "entity_type": "VARCHAR", "entity_id": "BIGINT",
    "asset_type": "VARCHAR", "provider": "VARCHAR", "provider_url": "VARCHAR", "provider_metadata": "VARCHAR",
    "width": "INTEGER", "height": "INTEGER", "content_hash": "VARCHAR", "perceptual_hash": "VARCHAR",
    "created_at": "TIMESTAMPTZ", "selected_by": "VARCHAR", "selected_at": "TIMESTAMPTZ", "actor_kind": "VARCHAR",
    "actor_id": "VARCHAR", "selected_match": "VARCHAR"}]'), recursive := true)

-- name: restore_candidates
-- Restore the selected pictures of a decision that are no candidates any more.
INSERT INTO asset_candidates BY NAME
SELECT * EXCLUDE (selected_by, selected_at, actor_kind, actor_id, selected_match),
       EXISTS (FROM rejected_assets AS r WHERE r.provider = k.provider AND r.provider_url = k.provider_url) AS is_rejected
FROM (/* kept_rows */) AS k
WHERE k.entity_id IN (SELECT id FROM titles) AND NOT EXISTS (
    FROM asset_candidates AS c WHERE c.id = k.id OR (c.entity_type, c.entity_id, c.asset_type, c.provider, c.provider_url)
        = (k.entity_type, k.entity_id, k.asset_type, k.provider, k.provider_url));

-- name: restore_selected
-- Select again what people had selected.
UPDATE asset_candidates AS c SET is_selected = TRUE, selected_by = k.selected_by, selected_at = k.selected_at,
    actor_kind = k.actor_kind, actor_id = k.actor_id, selected_match = k.selected_match
FROM (/* kept_rows */) AS k WHERE (c.entity_type, c.entity_id, c.asset_type, c.provider, c.provider_url)
    = (k.entity_type, k.entity_id, k.asset_type, k.provider, k.provider_url);

-- name: remove_rejections
-- No picture of given addresses is rejected any more.
DELETE FROM rejected_assets WHERE list_contains($urls::VARCHAR[], provider || ' ' || provider_url);

-- name: restore_rejected
-- Reject again what people had rejected.
INSERT INTO rejected_assets BY NAME SELECT k.* FROM (
    SELECT unnest(from_json($before::JSON->'rejected', '[{"id": "BIGINT", "provider": "VARCHAR", "provider_url": "VARCHAR",
        "asset_type": "VARCHAR", "rejected_at": "TIMESTAMPTZ", "reason": "VARCHAR", "actor_kind": "VARCHAR",
        "actor_id": "VARCHAR", "actor_name": "VARCHAR"}]'), recursive := true)) AS k
WHERE NOT EXISTS (FROM rejected_assets AS r WHERE r.provider = k.provider AND r.provider_url = k.provider_url);

-- name: mark_rejected
-- Mark candidates as rejected or not, as the rejections say, where given addresses changed.
UPDATE asset_candidates AS a SET is_rejected = EXISTS (
    FROM rejected_assets AS r WHERE r.provider = a.provider AND r.provider_url = a.provider_url)
WHERE list_contains($urls::VARCHAR[], provider || ' ' || provider_url);

-- name: titles_of_pictures
-- The titles for which pictures of given addresses are candidates.
SELECT DISTINCT entity_id FROM asset_candidates WHERE list_contains($urls::VARCHAR[], provider || ' ' || provider_url)
ORDER BY 1;
