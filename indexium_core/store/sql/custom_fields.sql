-- name: all
-- All definitions in the order of their creation, and whether each was removed.
SELECT definition, removed_at IS NOT NULL AS is_removed FROM custom_fields ORDER BY created_at, key;

-- name: put
-- Insert a definition, or replace the one with its key.
INSERT INTO custom_fields (key, definition, created_at, changed_at) VALUES ($key, $definition, $at, $at)
ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, changed_at = excluded.changed_at, removed_at = NULL;

-- name: remove
-- Mark a definition as removed.
UPDATE custom_fields SET changed_at = $at, removed_at = $at WHERE key = $key;

-- name: edited_values
-- The values of the edits of a kind in force that existing files of some containers do not have yet, each with its number
-- of files.
SELECT d.value, count(DISTINCT d.file_id) FROM decisions AS d JOIN scanned_files AS f USING (file_id)
WHERE d.kind = $kind AND d.revoked_at IS NULL AND f.state <> 'missing'
  AND list_contains($containers::VARCHAR[], f.container) AND d.value IS DISTINCT FROM f.fields[$key]
GROUP BY d.value;
