-- name: all
-- All saved queries, by name.
SELECT query_id, name, text, "values" FROM saved_queries ORDER BY name_key, query_id;

-- name: find_by_name
-- The query with a name, in any letter case.
SELECT query_id FROM saved_queries WHERE name_key = $name_key;

-- name: next_id
-- The id of a new query.
SELECT nextval('ids');

-- name: add
-- Insert a query.
INSERT INTO saved_queries (query_id, name, name_key, text, "values", created_at, changed_at)
VALUES ($query_id, $name, $name_key, $text, $values, $now, $now);

-- name: overwrite
-- Replace the text and the values of a query, and the spelling of its name.
UPDATE saved_queries SET name = $name, text = $text, "values" = $values, changed_at = $now WHERE query_id = $query_id;

-- name: remove
-- Delete a query.
DELETE FROM saved_queries WHERE query_id = $query_id;
