-- The fields that scans have read until now: a field that a later version adds makes the next scan read all files again.
INSERT INTO finished_upgrades
SELECT 'field ' || key, '1970-01-01 00:00:00+00' FROM (SELECT unnest([
    'comment', 'title', 'description', 'date', 'creation_time', 'genre', 'rating', 'show', 'season', 'episode', 'artist',
    'copyright', 'keywords', 'location']) AS key);
