-- How far libraries may go by themselves.

-- name: configs
-- The libraries that are not at their defaults.
SELECT * FROM library_automation_config;

-- name: remove_config
-- The row of a library.
DELETE FROM library_automation_config WHERE library_id = $library_id;

-- name: put_config
-- The row of a library.
INSERT INTO library_automation_config BY NAME
SELECT $library_id AS library_id, $automation_mode AS automation_mode, $auto_enrich AS auto_enrich,
       $auto_select_assets AS auto_select_assets, $auto_publish AS auto_publish, $webhook_enabled AS webhook_enabled,
       $webhook_auto_publish AS webhook_auto_publish, $scheduled_scan AS scheduled_scan, $night_limit AS night_limit,
       $quiet_from AS quiet_from, $quiet_until AS quiet_until;

-- name: published_by_itself
-- The files that were published by themselves since a moment, by library.
SELECT f.library_id, count(*) AS files
FROM metadata_operations AS o
JOIN metadata_operation_items AS i ON i.operation_id = o.id AND i.status = 'success'
JOIN item_side_files AS f ON f.item_id = i.id
WHERE o.operation_type = 'publish' AND o.started_at > $since AND o.source = 'automation'
GROUP BY f.library_id;

-- name: stopped
-- The publications that began by themselves, were stopped, and have titles of a library left; the first one first.
SELECT o.id, o.source FROM metadata_operations AS o
WHERE o.operation_type = 'publish' AND o.status IN ('failed', 'interrupted')
  AND o.actor_kind IN ('webhook', 'schedule') AND list_contains($sources::VARCHAR[], o.source)
  AND EXISTS (SELECT 1 FROM metadata_operation_items AS i JOIN item_side_files AS f ON f.item_id = i.id
              WHERE i.operation_id = o.id AND i.status = 'pending' AND f.library_id = $library_id)
ORDER BY o.id;

-- name: waiting_rows
-- The rows of the plan of publications that wait for a person, by library.
SELECT library_id, count(DISTINCT (top_type, top_id)) AS rows FROM publication_rows
WHERE risk IN ('warning', 'danger') OR (risk = 'safe' AND $safe_too) GROUP BY library_id;

-- name: titles
-- The films and series of each library.
SELECT library_id, count(*) AS titles FROM (
    SELECT library_id FROM movies UNION ALL SELECT library_id FROM series
) GROUP BY library_id;
