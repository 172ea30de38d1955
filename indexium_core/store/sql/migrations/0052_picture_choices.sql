-- Which pictures a title shows: the rule of each library, what people selected, and what they rejected.
-- A selection by a person has the actor's kind and id beside the name in `selected_by`; one by the rule has the name
-- `auto` and no kind. `selected_match` is the match of the title at that time, such as `tmdb:603`.
ALTER TABLE asset_candidates ADD COLUMN actor_kind VARCHAR;
ALTER TABLE asset_candidates ADD COLUMN actor_id VARCHAR;
ALTER TABLE asset_candidates ADD COLUMN selected_match VARCHAR;

CREATE SEQUENCE rejected_asset_ids START 1;
CREATE TABLE rejected_assets (
    id BIGINT NOT NULL,
    provider VARCHAR NOT NULL,
    provider_url VARCHAR NOT NULL,
    asset_type VARCHAR NOT NULL,
    rejected_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL DEFAULT '',
    actor_kind VARCHAR NOT NULL,                   -- see Actor
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    UNIQUE (provider, provider_url)
);

CREATE SEQUENCE asset_selection_config_ids START 1;
CREATE TABLE asset_selection_config (
    id BIGINT NOT NULL,
    library_id INTEGER NOT NULL,
    asset_type VARCHAR NOT NULL,                   -- poster, backdrop, logo, banner, still, thumb, clearart, disc
    min_count INTEGER NOT NULL DEFAULT 1,          -- so many are selected even if they are smaller than the least size
    max_count INTEGER NOT NULL DEFAULT 3,
    min_width INTEGER,                             -- pixels, NULL: any
    min_height INTEGER,
    prefer_language VARCHAR,                       -- ISO 639-1, NULL: the language of the metadata
    weight_resolution DOUBLE NOT NULL DEFAULT 0.3,
    weight_votes DOUBLE NOT NULL DEFAULT 0.4,
    weight_language DOUBLE NOT NULL DEFAULT 0.2,
    weight_provider DOUBLE NOT NULL DEFAULT 0.1,
    phash_similarity_threshold DOUBLE NOT NULL DEFAULT 0.90,
    provider_priority JSON NOT NULL DEFAULT '["tmdb", "tvdb", "fanarttv", "omdb"]',
    UNIQUE (library_id, asset_type)
);
INSERT INTO asset_selection_config BY NAME
SELECT nextval('asset_selection_config_ids') AS id, library_id, asset_type,
       CASE asset_type WHEN 'backdrop' THEN 3 ELSE 1 END AS max_count
FROM libraries, (SELECT unnest(['poster', 'backdrop', 'logo', 'banner', 'still', 'thumb', 'clearart', 'disc']) AS asset_type)
ORDER BY library_id, asset_type;

-- Pictures in the folders of known titles are selected by the migration; a rule or a person can select another one.
UPDATE asset_candidates SET is_selected = TRUE, selected_by = 'migration', selected_at = now()
WHERE NOT is_rejected AND id IN (
    SELECT min(id) FROM asset_candidates WHERE provider = 'local' AND NOT is_rejected
    GROUP BY entity_type, entity_id, asset_type, provider_metadata->>'season')
  AND NOT EXISTS (FROM asset_candidates AS s WHERE s.is_selected AND s.entity_type = asset_candidates.entity_type
                  AND s.entity_id = asset_candidates.entity_id AND s.asset_type = asset_candidates.asset_type);
