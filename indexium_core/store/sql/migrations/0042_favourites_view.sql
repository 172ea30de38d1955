-- The built-in saved view has the spelling of all other words. A view of this name from before stays.
UPDATE saved_views SET name = 'Favourites', name_key = 'favourites'
WHERE view_id = 0 AND NOT EXISTS (FROM saved_views WHERE name_key = 'favourites');
