-- name: unfinished_operations
-- Operations that were running or failed when the process ended, or of which a file has an unknown result.
SELECT id, operation_type, status FROM metadata_operations o
WHERE status IN ('pending', 'in_progress', 'paused')
   OR EXISTS (SELECT 1 FROM metadata_operation_items m WHERE m.operation_id = o.id AND (
                  m.status = 'unknown' OR o.status = 'failed' AND m.status = 'pending'))
ORDER BY id;

-- name: interrupted_operations
-- Operations that were interrupted or failed and have files left, newest first, each with whether it was stopped
-- normally and resumes automatically.
SELECT o.id, o.status = 'interrupted' AND EXISTS (
           SELECT 1 FROM job_queue j WHERE j.operation_id = o.id AND j.status = 'interrupted' AND j.stopped_by = 'stop')
FROM metadata_operations o
WHERE o.status IN ('interrupted', 'failed')
  AND EXISTS (SELECT 1 FROM metadata_operation_items m
              WHERE m.operation_id = o.id AND m.status IN ('pending', 'writing', 'unknown'))
ORDER BY o.id DESC;

-- name: is_unchecked
-- Whether there are NFO files in the history, and nobody has looked yet for those of earlier versions.
SELECT NOT EXISTS (FROM finished_upgrades WHERE name = 'ledger by item') AND EXISTS (FROM item_side_files WHERE kind = 'nfo');

-- name: unscored_titles
-- The titles with pictures of providers that have no score: an earlier version stored them.
SELECT DISTINCT entity_id FROM asset_candidates WHERE provider <> 'local' AND auto_score IS NULL ORDER BY 1;

-- name: cached_bytes
-- The size of the images of the cache.
SELECT coalesce(sum(file_size), 0) FROM cache_inventory;

-- name: has_players
-- Whether a player is on.
SELECT EXISTS (FROM players WHERE enabled);
