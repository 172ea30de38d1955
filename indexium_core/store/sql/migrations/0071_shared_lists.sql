-- A list of an NFO file into which both others and Indexium wrote: the value of the NFO file has the items of others, with
-- the confidence 0.5 (`SHARED_BY_NFO`). The title shows them, and behind them the list of the next origin, which wrote ours.
DROP VIEW titles_shown;
CREATE MACRO shared_item(item) AS coalesce(item->>'$.name' || chr(0) || coalesce(item->>'$.job', item->>'$.character', ''), item::VARCHAR);
CREATE MACRO joined_lists(theirs, ours) AS CASE WHEN json_type(theirs) = 'OBJECT' THEN json_merge_patch(ours, theirs) ELSE
    to_json(from_json(theirs, '["JSON"]') || list_filter(from_json(ours, '["JSON"]'), lambda item: NOT list_contains(
        list_transform(from_json(theirs, '["JSON"]'), lambda other: shared_item(other)), shared_item(item)))) END;
-- Few fields have such a list, so that they are apart: the others need one pass, as before.
CREATE VIEW shared_fields AS
SELECT entity_type, entity_id, field FROM title_values WHERE origin = 'nfo' AND confidence = 0.5 AND NOT locked;
CREATE VIEW titles_shown AS
WITH few AS (
    SELECT v.*, row_number() OVER (
               PARTITION BY v.entity_type, v.entity_id, v.field
               ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
                        coalesce(own.rank, general.rank, 99), v.provider) AS place
    FROM (FROM title_values SEMI JOIN shared_fields USING (entity_type, entity_id, field)) AS v
    LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
    LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
), first_ones AS (
    SELECT * EXCLUDE (place) FROM few WHERE place = 1
), joined AS (
    SELECT f.* REPLACE (joined_lists(f.value, n.value) AS value) FROM first_ones AS f
    JOIN (FROM few WHERE place = 2) AS n USING (entity_type, entity_id, field) WHERE f.origin = 'nfo'
)
SELECT v.* FROM (FROM title_values ANTI JOIN shared_fields USING (entity_type, entity_id, field)) AS v
LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider
QUALIFY row_number() OVER (
    PARTITION BY v.entity_type, v.entity_id, v.field
    ORDER BY v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name'], v.origin),
             coalesce(own.rank, general.rank, 99), v.provider) = 1
UNION ALL FROM joined
UNION ALL FROM first_ones ANTI JOIN joined USING (entity_type, entity_id, field);

-- What is done once for the rows of earlier versions, by programs that a migration cannot be. A database from an older backup or
-- snapshot has no row, so it is done again.
CREATE TABLE finished_upgrades (name VARCHAR NOT NULL, finished_at TIMESTAMPTZ NOT NULL);
