-- name: all
-- Every saved view, by name.
SELECT view_id, name, query, sort, descending, is_default FROM saved_views ORDER BY name_key, view_id;

-- name: default
-- The view that the plan opens with; no row where there is none.
SELECT view_id, name, query, sort, descending, is_default FROM saved_views WHERE is_default;

-- name: named
-- The view of a name, whatever its case.
SELECT view_id FROM saved_views WHERE name_key = $name_key;

-- name: next_id
-- The id of a view that is about to be made.
SELECT nextval('ids');

-- name: add
-- A view that is new.
INSERT INTO saved_views (view_id, name, name_key, query, sort, descending, is_default, created_at, changed_at)
VALUES ($view_id, $name, $name_key, $query, $sort, $descending, $is_default, $now, $now);

-- name: overwrite
-- What a view shows from now on, and how its name is spelt.
UPDATE saved_views SET name = $name, query = $query, sort = $sort, descending = $descending, changed_at = $now
WHERE view_id = $view_id;

-- name: rename
-- Another name for a view.
UPDATE saved_views SET name = $name, name_key = $name_key, changed_at = $now WHERE view_id = $view_id;

-- name: set_default
-- One view is the one that the plan opens with; with NULL none is.
UPDATE saved_views SET is_default = (view_id = $view_id) IS TRUE WHERE is_default OR view_id = $view_id;

-- name: remove
-- A view that is wanted no more.
DELETE FROM saved_views WHERE view_id = $view_id;
