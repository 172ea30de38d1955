-- A list of an NFO file into which both others and Indexium wrote: the value of the NFO file has the items of others, with
-- the confidence 0.5 (`SHARED_BY_NFO`). The title shows them, and behind them the list of the next origin, which wrote ours.
DROP VIEW titles_shown;
CREATE MACRO shared_item(item) AS coalesce(item->>'$.name' || chr(0) || coalesce(item->>'$.job', item->>'$.character', ''), item::VARCHAR);
CREATE MACRO joined_lists(theirs, ours) AS CASE WHEN json_type(theirs) = 'OBJECT' THEN json_merge_patch(ours, theirs) ELSE
    to_json(from_json(theirs, '["JSON"]') || list_filter(from_json(ours, '["JSON"]'), lambda item: NOT list_contains(
        list_transform(from_json(theirs, '["JSON"]'), lambda other: shared_item(other)), shared_item(item)))) END;
CREATE VIEW titles_shown AS
WITH ranked AS (
    SELECT v.*, row_number() OVER (
               PARTITION BY v.entity_type, v.entity_id, v.field
               ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
                        coalesce(own.rank, general.rank, 99), v.provider) AS place
    FROM title_values AS v
    LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
    LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
)
SELECT r.* EXCLUDE (place) REPLACE (CASE WHEN n.value IS NULL THEN r.value ELSE joined_lists(r.value, n.value) END AS value)
FROM (FROM ranked WHERE place = 1) AS r
LEFT JOIN (
    SELECT v.entity_type, v.entity_id, v.field, v.value FROM title_values AS v
    SEMI JOIN (FROM title_values WHERE origin = 'nfo' AND confidence = 0.5 AND NOT locked) AS s
        ON s.entity_type = v.entity_type AND s.entity_id = v.entity_id AND s.field = v.field
    LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
    LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
    WHERE v.origin <> 'nfo'
    QUALIFY row_number() OVER (
        PARTITION BY v.entity_type, v.entity_id, v.field
        ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
                 coalesce(own.rank, general.rank, 99), v.provider) = 1
) AS n ON r.origin = 'nfo' AND r.confidence = 0.5 AND NOT r.locked
      AND n.entity_type = r.entity_type AND n.entity_id = r.entity_id AND n.field = r.field;

-- What is done once for the rows of earlier versions, by programs that a migration cannot be. A database from an older backup or
-- snapshot has no row, so it is done again.
CREATE TABLE finished_upgrades (name VARCHAR NOT NULL, finished_at TIMESTAMPTZ NOT NULL);
