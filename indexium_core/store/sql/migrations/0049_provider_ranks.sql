-- What the database knows about the providers: it is filled from `model/providers/registry.py` whenever it is opened.
DROP VIEW titles_shown;
DROP VIEW provider_ranks;
-- Which provider is shown if several have a value: the lowest rank. A row with the field '' is for all other fields.
CREATE TABLE provider_ranks (field VARCHAR NOT NULL, provider VARCHAR NOT NULL, rank INTEGER NOT NULL);
-- The kinds of ids of titles, each with its field. Of several ids, the one with the lowest rank is used.
CREATE TABLE id_kinds (kind VARCHAR NOT NULL, field VARCHAR NOT NULL, rank INTEGER NOT NULL);
-- The kinds of ids in the addresses of a provider, for films and for series.
CREATE TABLE provider_ids (provider VARCHAR NOT NULL, entity_type VARCHAR NOT NULL, kind VARCHAR NOT NULL);
-- The value of each field that is shown: a locked one, then by hand, NFO, provider, container tag and file name.
CREATE VIEW titles_shown AS
SELECT v.* FROM title_values AS v
LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
QUALIFY row_number() OVER (
    PARTITION BY v.entity_type, v.entity_id, v.field
    ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
             coalesce(own.rank, general.rank, 99), v.provider) = 1;
