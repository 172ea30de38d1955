-- name: all
-- All saved views, by name.
SELECT view_id, name, query, sort, descending, is_default FROM saved_views ORDER BY name_key, view_id;

-- name: default
-- The view with which the plan page opens; no row: there is no default.
SELECT view_id, name, query, sort, descending, is_default FROM saved_views WHERE is_default;

-- name: find_by_name
-- The view with a name, in any letter case.
SELECT view_id FROM saved_views WHERE name_key = $name_key;

-- name: next_id
-- The id of a new view.
SELECT nextval('ids');

-- name: add
-- Insert a view.
INSERT INTO saved_views (view_id, name, name_key, query, sort, descending, is_default, created_at, changed_at)
VALUES ($view_id, $name, $name_key, $query, $sort, $descending, $is_default, $now, $now);

-- name: overwrite
-- Replace the search and sort order of a view, and the spelling of its name.
UPDATE saved_views SET name = $name, query = $query, sort = $sort, descending = $descending, changed_at = $now
WHERE view_id = $view_id;

-- name: rename
-- Rename a view.
UPDATE saved_views SET name = $name, name_key = $name_key, changed_at = $now WHERE view_id = $view_id;

-- name: set_default
-- Set one view as the default; NULL: no view.
UPDATE saved_views SET is_default = (view_id = $view_id) IS TRUE WHERE is_default OR view_id = $view_id;

-- name: remove
-- Delete a view.
DELETE FROM saved_views WHERE view_id = $view_id;
