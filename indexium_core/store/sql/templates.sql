-- name: list
-- All templates, by name.
SELECT template_id, name, people, old_person, new_person, created_at FROM edit_templates ORDER BY name_key;

-- name: find
-- The template of a name.
SELECT template_id, name, people, old_person, new_person, created_at FROM edit_templates WHERE name_key = $1;

-- name: remove
-- It is not wanted any more, or another takes its name.
DELETE FROM edit_templates WHERE name_key = $1;

-- name: add
-- A new template.
INSERT INTO edit_templates VALUES (nextval('ids'), $name, $name_key, $people, $old_person, $new_person, $at);
