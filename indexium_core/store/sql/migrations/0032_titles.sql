-- What a library holds: home videos are not identified.
ALTER TABLE libraries ADD COLUMN kind VARCHAR DEFAULT 'home';

-- Films, series, seasons and episodes share the sequence, so that an id names one title.
CREATE SEQUENCE title_ids START 1;
CREATE TABLE movies (
    id BIGINT PRIMARY KEY,
    library_id INTEGER NOT NULL,
    name_key VARCHAR NOT NULL,                     -- what the names of its files say; finds the title again at each scan
    title VARCHAR NOT NULL DEFAULT '',             -- the shown values, copied from `titles_shown`
    sort_title VARCHAR NOT NULL DEFAULT '',
    title_search VARCHAR NOT NULL DEFAULT '',      -- folded for search
    year INTEGER,
    state VARCHAR NOT NULL DEFAULT 'discovered',   -- discovered, identified, enriched, published, ignored
    has_unpublished_changes BOOLEAN NOT NULL DEFAULT TRUE,
    last_published_at TIMESTAMPTZ,
    published_nfo_hash VARCHAR,
    enriched_at TIMESTAMPTZ,
    enrichment_priority INTEGER NOT NULL DEFAULT 5,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE series (
    id BIGINT PRIMARY KEY,
    library_id INTEGER NOT NULL,
    name_key VARCHAR NOT NULL,
    title VARCHAR NOT NULL DEFAULT '',
    sort_title VARCHAR NOT NULL DEFAULT '',
    title_search VARCHAR NOT NULL DEFAULT '',
    year INTEGER,
    state VARCHAR NOT NULL DEFAULT 'discovered',
    has_unpublished_changes BOOLEAN NOT NULL DEFAULT TRUE,
    last_published_at TIMESTAMPTZ,
    published_nfo_hash VARCHAR,
    enriched_at TIMESTAMPTZ,
    enrichment_priority INTEGER NOT NULL DEFAULT 5,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE seasons (
    id BIGINT PRIMARY KEY,
    library_id INTEGER NOT NULL,
    series_id BIGINT NOT NULL,
    season INTEGER NOT NULL,                       -- 0: specials
    name_key VARCHAR NOT NULL,
    title VARCHAR NOT NULL DEFAULT '',
    sort_title VARCHAR NOT NULL DEFAULT '',
    title_search VARCHAR NOT NULL DEFAULT '',
    year INTEGER,
    state VARCHAR NOT NULL DEFAULT 'discovered',
    has_unpublished_changes BOOLEAN NOT NULL DEFAULT TRUE,
    last_published_at TIMESTAMPTZ,
    published_nfo_hash VARCHAR,
    enriched_at TIMESTAMPTZ,
    enrichment_priority INTEGER NOT NULL DEFAULT 5,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE episodes (
    id BIGINT PRIMARY KEY,
    library_id INTEGER NOT NULL,
    series_id BIGINT NOT NULL,
    season INTEGER,
    episode INTEGER,
    absolute INTEGER,                              -- its number through all seasons
    aired DATE,
    name_key VARCHAR NOT NULL,
    title VARCHAR NOT NULL DEFAULT '',
    sort_title VARCHAR NOT NULL DEFAULT '',
    title_search VARCHAR NOT NULL DEFAULT '',
    year INTEGER,
    state VARCHAR NOT NULL DEFAULT 'discovered',
    has_unpublished_changes BOOLEAN NOT NULL DEFAULT TRUE,
    last_published_at TIMESTAMPTZ,
    published_nfo_hash VARCHAR,
    enriched_at TIMESTAMPTZ,
    enrichment_priority INTEGER NOT NULL DEFAULT 5,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- The files of a title. A file with several episodes has a row for each; an extra of a series has one for the series.
CREATE TABLE title_files (
    file_id BIGINT NOT NULL,
    entity_type VARCHAR NOT NULL,                  -- movie, series, episode
    entity_id BIGINT NOT NULL,
    part INTEGER,                                  -- of a film in several files
    role VARCHAR NOT NULL                          -- main, extra, trailer, sample
);

-- The values of a title, one row for each origin (and provider) of a field.
CREATE TABLE title_values (
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    value JSON,                                    -- null: the field is empty on purpose
    origin VARCHAR NOT NULL,                       -- hand, nfo, provider, tag, name
    provider VARCHAR NOT NULL DEFAULT '',
    confidence DOUBLE,                             -- 0 to 1
    fetched_at TIMESTAMPTZ NOT NULL,
    locked BOOLEAN NOT NULL DEFAULT FALSE
);
-- Which provider is shown if several have a value: the lowest rank. A row with the field '' is for all other fields.
CREATE VIEW provider_ranks AS FROM (VALUES
    ('', 'tmdb', 1), ('', 'tvdb', 2), ('', 'omdb', 3), ('', 'fanarttv', 4), ('ratings', 'omdb', 1), ('ratings', 'tmdb', 2),
    ('crew', 'tmdb', 1), ('crew', 'omdb', 2), ('crew', 'tvdb', 3),
    ('runtime_minutes', 'tmdb', 1), ('runtime_minutes', 'omdb', 2), ('runtime_minutes', 'tvdb', 3),
    ('content_rating', 'tmdb', 1), ('content_rating', 'omdb', 2), ('content_rating', 'tvdb', 3)) AS ranks(field, provider, rank);
-- The value of each field that is shown: a locked one, then by hand, NFO, provider, container tag and file name.
CREATE VIEW titles_shown AS
SELECT v.* FROM title_values AS v
LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
QUALIFY row_number() OVER (
    PARTITION BY v.entity_type, v.entity_id, v.field
    ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
             coalesce(own.rank, general.rank, 99), v.provider) = 1;
-- Titles that a person has changed: identification keeps them and their files together.
CREATE VIEW touched_titles AS
SELECT DISTINCT entity_type, entity_id FROM title_values WHERE origin = 'hand' OR locked;
CREATE VIEW titles AS
SELECT 'movie' AS entity_type, *, NULL::BIGINT AS series_id, NULL::INTEGER AS season, NULL::INTEGER AS episode,
       NULL::INTEGER AS absolute, NULL::DATE AS aired FROM movies
UNION ALL BY NAME SELECT 'series' AS entity_type, * FROM series
UNION ALL BY NAME SELECT 'season' AS entity_type, * FROM seasons
UNION ALL BY NAME SELECT 'episode' AS entity_type, * FROM episodes;

-- The parts of names, so that an unchanged name is not read again.
CREATE TABLE title_names (name VARCHAR NOT NULL, parser INTEGER NOT NULL, parts JSON NOT NULL);
