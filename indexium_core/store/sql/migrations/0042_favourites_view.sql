-- British spelling of the built-in view, unless a view of a person has this name.
UPDATE saved_views SET name = 'Favourites', name_key = 'favourites'
WHERE view_id = 0 AND NOT EXISTS (SELECT 1 FROM saved_views WHERE name_key = 'favourites');
