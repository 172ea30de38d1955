-- name: assigned
-- The files that a person moved to a title: all, or those of some.
SELECT file_id, entity_type, entity_id, NULL::INTEGER AS part, role, '' AS edition FROM title_assignments
WHERE $file_ids::BIGINT[] IS NULL OR list_contains($file_ids::BIGINT[], file_id) ORDER BY file_id, entity_id;

-- name: files
-- The libraries of files and what they are; an unknown file has no library.
SELECT w.file_id, f.library_id, coalesce(f.media_kind, 'video') FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id) AS w
LEFT JOIN scanned_files AS f USING (file_id);

-- name: titles_of
-- The titles of files, with the series of episodes.
SELECT DISTINCT l.entity_id, e.series_id FROM title_files AS l
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id
WHERE l.file_id IN (SELECT unnest($file_ids::BIGINT[])) ORDER BY l.entity_id;

-- name: parts_and_editions
-- Which part of a film and which edition files are.
SELECT file_id, any_value(part), max(edition) FROM title_files
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) GROUP BY file_id;

-- name: libraries_of_titles
-- The libraries of titles.
SELECT DISTINCT library_id FROM titles WHERE list_contains($ids::BIGINT[], id) ORDER BY library_id;

-- name: forget_links
-- Delete the links of files.
DELETE FROM title_files WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: forget_assignments
-- Forget that a person moved files.
DELETE FROM title_assignments WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]));

-- name: link
-- Move files to a title. A part of a film stays a part, and an edition stays one.
INSERT INTO title_files BY NAME
SELECT w.file_id, $kind AS entity_type, $id AS entity_id, CASE WHEN $kind = 'movie' THEN w.part END AS part, $role AS role, w.edition
FROM (SELECT unnest($file_ids::BIGINT[]) AS file_id, unnest($parts::INTEGER[]) AS part,
             unnest($editions::VARCHAR[]) AS edition) AS w;

-- name: unassign
-- Forget that a person moved files, except those that were moved again after a time.
DELETE FROM title_assignments WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND assigned_at <= $at;

-- name: moved_until
-- The files that a person moved to a title until a time.
SELECT DISTINCT file_id FROM title_assignments
WHERE file_id IN (SELECT unnest($file_ids::BIGINT[])) AND assigned_at <= $at ORDER BY file_id;

-- name: assign
-- Note that a person moved files to a title.
INSERT INTO title_assignments BY NAME
SELECT unnest($file_ids::BIGINT[]) AS file_id, $kind AS entity_type, $id AS entity_id, $role AS role, $at AS assigned_at;

-- name: episode
-- The episode with a number.
SELECT id FROM episodes WHERE series_id = $series AND season = $season AND episode = $episode ORDER BY id LIMIT 1;

-- name: title_of_key
-- The title of a library with one of some keys.
SELECT id FROM titles WHERE entity_type = $kind AND library_id = $library_id AND list_contains($keys::VARCHAR[], name_key)
  AND series_id IS NOT DISTINCT FROM $series ORDER BY id LIMIT 1;

-- name: forget_made_values
-- Delete what a person said about titles that exist only because files were moved to them, as soon as they have no file.
-- Other values by hand, locked ones and a match that a person accepted keep such a title; so do those of its seasons and
-- episodes.
DELETE FROM title_values AS v
WHERE v.origin = 'hand' AND NOT v.locked AND list_contains($fields::VARCHAR[], v.field)
  AND (v.entity_type, v.entity_id) IN (
    SELECT (t.entity_type, t.id) FROM titles AS t
    WHERE list_contains($ids::BIGINT[], t.id) AND starts_with(t.name_key, $prefix)
      AND NOT EXISTS (SELECT 1 FROM title_files AS l
                      LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id
                      WHERE l.entity_id = t.id OR e.series_id = t.id)
      AND NOT EXISTS (SELECT 1 FROM titles AS c
                      WHERE (c.id = t.id OR c.series_id = t.id)
                        AND (c.id IN (SELECT entity_id FROM title_values WHERE locked
                                      OR (origin = 'hand' AND NOT list_contains($fields::VARCHAR[], field)))
                             OR c.id IN (SELECT entity_id FROM title_searches
                                         WHERE state = 'accepted' AND decided_by = 'hand'))));
