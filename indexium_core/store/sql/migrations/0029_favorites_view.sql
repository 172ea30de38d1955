-- The built-in saved view has the id 0, which the sequence `ids` does not give. A view of this name from before stays.
INSERT INTO saved_views
SELECT 0, 'Favorites', 'favorites', 'favorite:yes', 'risk', FALSE, FALSE, now(), now()
WHERE NOT EXISTS (FROM saved_views WHERE name_key = 'favorites');
