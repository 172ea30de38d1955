-- name: list
-- All templates, by name.
SELECT template_id, name, people, old_person, new_person, created_at FROM edit_templates ORDER BY name_key;

-- name: find
-- The template with a name.
SELECT template_id, name, people, old_person, new_person, created_at FROM edit_templates WHERE name_key = $1;

-- name: remove
-- Delete a template.
DELETE FROM edit_templates WHERE name_key = $1;

-- name: add
-- Insert a template.
INSERT INTO edit_templates VALUES (nextval('ids'), $name, $name_key, $people, $old_person, $new_person, $at);
