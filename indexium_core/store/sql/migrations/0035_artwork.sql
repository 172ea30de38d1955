-- Pictures for titles: what providers and folders offer, and the cache.
CREATE SEQUENCE asset_candidate_ids START 1;
CREATE TABLE asset_candidates (
    id BIGINT NOT NULL,
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    asset_type VARCHAR NOT NULL,                   -- poster, backdrop, logo, banner, still, thumb, clearart, disc
    provider VARCHAR NOT NULL,                     -- tmdb, omdb, tvdb, fanarttv, local
    provider_url VARCHAR NOT NULL,                 -- address, or the path of a local picture
    provider_metadata JSON,                        -- language, votes, vote_average, season
    width INTEGER,                                 -- pixels
    height INTEGER,
    is_downloaded BOOLEAN NOT NULL DEFAULT FALSE,
    cache_path VARCHAR,
    content_hash VARCHAR,                          -- BLAKE3, hex
    perceptual_hash VARCHAR,                       -- 64-bit pHash, hex
    is_selected BOOLEAN NOT NULL DEFAULT FALSE,
    is_rejected BOOLEAN NOT NULL DEFAULT FALSE,
    selected_by VARCHAR,
    selected_at TIMESTAMPTZ,
    auto_score DOUBLE,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE SEQUENCE cache_inventory_ids START 1;
CREATE TABLE cache_inventory (
    id BIGINT NOT NULL,
    content_hash VARCHAR NOT NULL UNIQUE,          -- BLAKE3, hex
    file_path VARCHAR NOT NULL,                    -- below the folder of the cache
    file_size BIGINT NOT NULL,                     -- bytes
    asset_type VARCHAR NOT NULL,
    mime_type VARCHAR,
    reference_count INTEGER NOT NULL DEFAULT 0,
    first_used_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    orphaned_at TIMESTAMPTZ,
    width INTEGER,
    height INTEGER,
    perceptual_hash VARCHAR
);
