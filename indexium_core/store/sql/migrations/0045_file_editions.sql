-- The edition of a file of a film or an episode, such as `Final Cut`; '' without one.
ALTER TABLE title_files ADD COLUMN edition VARCHAR DEFAULT '';
-- The names that are read already say it, those of the file before those of its folder; the next identification stores it again.
UPDATE title_files AS l SET edition = coalesce(n.edition, d.edition) FROM scanned_files AS f
LEFT JOIN (SELECT name, max(parts->>'edition') AS edition FROM title_names WHERE parts->>'edition' <> '' GROUP BY name) AS n
    ON n.name = regexp_replace(f.file_name, '[.][^.]{1,5}$', '')
LEFT JOIN (SELECT name, max(parts->>'edition') AS edition FROM title_names WHERE parts->>'edition' <> '' GROUP BY name) AS d
    ON d.name = regexp_extract(f.folder, '[^/]*$')
WHERE f.file_id = l.file_id AND coalesce(n.edition, d.edition) IS NOT NULL;
