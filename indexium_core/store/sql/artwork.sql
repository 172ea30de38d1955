-- name: current_matches
-- The accepted match of each title that has one, such as `tmdb:603`; of an episode, that of its series.
SELECT entity_type, entity_id, arg_min(provider || ':' || external_id, position) AS match
FROM title_matches WHERE state = 'accepted' GROUP BY entity_type, entity_id
UNION ALL SELECT 'episode', e.id, arg_min(m.provider || ':' || m.external_id, m.position)
FROM title_matches AS m JOIN episodes AS e ON m.entity_type = 'series' AND m.entity_id = e.series_id
WHERE m.state = 'accepted' GROUP BY e.id

-- name: matches
-- The accepted matches of given titles.
SELECT entity_id, match FROM (/* current_matches */) AS m WHERE list_contains($ids::BIGINT[], entity_id);

-- name: pictures
-- The pictures `a` with the decisions about them.
SELECT a.id, a.entity_type, a.entity_id, a.asset_type, a.provider, a.provider_url, a.width, a.height,
       coalesce(a.provider_metadata->>'language', '') AS language,
       coalesce((a.provider_metadata->>'votes')::INTEGER, 0) AS votes,
       coalesce((a.provider_metadata->>'vote_average')::DOUBLE, 0) AS vote_average,
       (a.provider_metadata->>'season')::INTEGER AS season,
       coalesce(a.provider_metadata->>'preview_url', '') AS preview_url, a.is_downloaded, a.content_hash, a.perceptual_hash,
       a.is_selected, a.is_rejected, a.created_at, a.selected_by, a.selected_at, a.actor_kind, a.actor_id, a.selected_match,
       a.auto_score, coalesce(r.reason, '') AS reject_reason
FROM a LEFT JOIN rejected_assets AS r ON a.is_rejected AND r.provider = a.provider AND r.provider_url = a.provider_url

-- name: candidates
-- The pictures of titles, perhaps only of one kind.
WITH a AS (FROM asset_candidates WHERE list_contains($ids::BIGINT[], entity_id)
           AND ($asset_type::VARCHAR IS NULL OR asset_type = $asset_type))
/* pictures */
ORDER BY a.asset_type, a.id;

-- name: candidate
-- One picture.
WITH a AS (FROM asset_candidates WHERE id = $id)
/* pictures */;

-- name: incoming_titles
-- The titles for which pictures are offered.
CREATE OR REPLACE TEMP TABLE incoming_pictured AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id;

-- name: incoming_candidates
-- The pictures that providers or folders offer.
CREATE OR REPLACE TEMP TABLE incoming_candidates AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
    unnest($asset_type::VARCHAR[]) AS asset_type, unnest($provider::VARCHAR[]) AS provider,
    unnest($url::VARCHAR[]) AS url, unnest($metadata::VARCHAR[])::JSON AS metadata,
    unnest($width::INTEGER[]) AS width, unnest($height::INTEGER[]) AS height;

-- name: remove_candidates
-- Delete pictures that are not offered any more, except those that a person has selected or rejected.
DELETE FROM asset_candidates AS a
WHERE (entity_type, entity_id) IN (FROM incoming_pictured) AND (provider = 'local') = $is_local
  AND NOT list_contains($kept::VARCHAR[], provider) AND NOT (is_selected AND actor_kind IS NOT NULL) AND NOT is_rejected
  AND NOT EXISTS (FROM incoming_candidates AS i
                  WHERE i.entity_type = a.entity_type AND i.entity_id = a.entity_id AND i.asset_type = a.asset_type
                    AND i.provider = a.provider AND i.url = a.provider_url);

-- name: update_candidates
-- New facts of known pictures. A local picture whose file has changed has another content.
UPDATE asset_candidates AS a SET
    provider_metadata = i.metadata, width = coalesce(i.width, a.width), height = coalesce(i.height, a.height),
    content_hash = CASE WHEN a.provider = 'local' THEN NULL ELSE a.content_hash END,
    perceptual_hash = CASE WHEN a.provider = 'local' THEN NULL ELSE a.perceptual_hash END,
    is_downloaded = a.is_downloaded AND a.provider <> 'local'
FROM incoming_candidates AS i
WHERE i.entity_type = a.entity_type AND i.entity_id = a.entity_id AND i.asset_type = a.asset_type
  AND i.provider = a.provider AND i.url = a.provider_url AND i.metadata::VARCHAR <> a.provider_metadata::VARCHAR;

-- name: insert_candidates
-- Add new pictures of titles that exist.
INSERT INTO asset_candidates BY NAME
SELECT nextval('asset_candidate_ids') AS id, entity_type, entity_id, asset_type, provider,
       url AS provider_url, metadata AS provider_metadata, width, height, $at AS created_at,
       EXISTS (FROM rejected_assets AS r WHERE r.provider = i.provider AND r.provider_url = i.url) AS is_rejected
FROM incoming_candidates AS i
WHERE EXISTS (FROM titles AS t WHERE t.entity_type = i.entity_type AND t.id = i.entity_id)
  AND NOT EXISTS (FROM asset_candidates AS a
                  WHERE i.entity_type = a.entity_type AND i.entity_id = a.entity_id AND i.asset_type = a.asset_type
                    AND i.provider = a.provider AND i.url = a.provider_url);

-- name: drop_incoming_titles
-- Delete the temporary table of titles.
DROP TABLE incoming_pictured;

-- name: drop_incoming
-- Delete the temporary table of pictures.
DROP TABLE incoming_candidates;

-- name: set_content
-- The content of a picture.
UPDATE asset_candidates SET is_downloaded = TRUE, content_hash = $content_hash, perceptual_hash = i.perceptual_hash,
       cache_path = i.file_path, width = i.width, height = i.height
FROM cache_inventory AS i WHERE i.content_hash = $content_hash AND asset_candidates.id = $candidate_id
RETURNING entity_id;

-- name: set_perceptual_hash
-- The hash of a picture that has none yet: its small size is enough for it.
UPDATE asset_candidates SET perceptual_hash = $perceptual_hash WHERE id = $candidate_id AND perceptual_hash IS NULL
RETURNING entity_id;

-- name: add_cached
-- Add an image of the cache.
INSERT INTO cache_inventory BY NAME
SELECT nextval('cache_inventory_ids') AS id, $content_hash AS content_hash, $file_path AS file_path,
       $file_size AS file_size, $asset_type AS asset_type, $mime_type AS mime_type, $width AS width, $height AS height,
       $perceptual_hash AS perceptual_hash, $at AS first_used_at, $at AS last_used_at
WHERE NOT EXISTS (FROM cache_inventory WHERE content_hash = $content_hash);

-- name: cached
-- The images of the cache: hash and path.
SELECT content_hash, file_path FROM cache_inventory ORDER BY content_hash;

-- name: is_cached
-- Whether an image is in the cache.
SELECT EXISTS (FROM cache_inventory WHERE content_hash = $content_hash);

-- name: remove_cached
-- Delete images that are not in the cache any more.
DELETE FROM cache_inventory WHERE list_contains($hashes::VARCHAR[], content_hash);

-- name: mark_removed
-- Candidates whose original is not in the cache any more; they keep their hash, under which variants may exist.
UPDATE asset_candidates SET is_downloaded = FALSE, cache_path = NULL
WHERE is_downloaded AND list_contains($hashes::VARCHAR[], content_hash);

-- name: hashes_of_incoming
-- The images of the cache that candidates of the titles use.
SELECT DISTINCT content_hash FROM asset_candidates
WHERE content_hash IS NOT NULL AND (entity_type, entity_id) IN (FROM incoming_pictured);

-- name: mark_used
-- When images of the cache were used.
UPDATE cache_inventory SET last_used_at = $at WHERE list_contains($hashes::VARCHAR[], content_hash);

-- name: originals
-- The images of the cache and whether titles show them, the most recently used first.
SELECT c.file_path, c.file_size, c.reference_count, coalesce(s.is_selected, FALSE),
       coalesce(s.is_by_person, FALSE) OR c.content_hash IN (SELECT content_hash FROM published_files WHERE state <> 'released')
FROM cache_inventory AS c LEFT JOIN (
    SELECT content_hash, bool_or(is_selected) AS is_selected, bool_or(is_selected AND actor_kind IS NOT NULL) AS is_by_person
    FROM asset_candidates WHERE content_hash IS NOT NULL GROUP BY content_hash
) AS s USING (content_hash)
ORDER BY c.last_used_at DESC NULLS LAST, c.content_hash;

-- name: count_references
-- How many candidates and published files use each image of the cache.
UPDATE cache_inventory AS c SET reference_count = n.number,
       orphaned_at = CASE WHEN n.number > 0 THEN NULL ELSE coalesce(c.orphaned_at, $at) END
FROM (SELECT i.content_hash, count(a.content_hash) AS number FROM cache_inventory AS i
      LEFT JOIN (SELECT content_hash FROM asset_candidates
                 UNION ALL SELECT content_hash FROM published_files WHERE state <> 'released') AS a USING (content_hash)
      WHERE $hashes::VARCHAR[] IS NULL OR list_contains($hashes::VARCHAR[], i.content_hash) GROUP BY i.content_hash) AS n
WHERE n.content_hash = c.content_hash AND (c.reference_count <> n.number OR (n.number = 0) <> (c.orphaned_at IS NOT NULL));

-- name: orphans
-- The images of the cache that nothing has used since a moment: hash, path and size.
SELECT content_hash, file_path, file_size FROM cache_inventory
WHERE reference_count = 0 AND orphaned_at <= $before ORDER BY content_hash;

-- name: is_orphaned
-- Whether nothing uses an image of the cache.
SELECT coalesce(any_value(orphaned_at IS NOT NULL), FALSE) FROM cache_inventory WHERE content_hash = $content_hash;

-- name: remove_orphans
-- Delete the candidates of titles that do not exist any more.
DELETE FROM asset_candidates AS a
WHERE NOT EXISTS (FROM titles AS t WHERE t.entity_type = a.entity_type AND t.id = a.entity_id);

-- name: owner
-- A title, the series that it belongs to, and whether pictures of its library may be downloaded.
SELECT t.entity_type, t.id, t.series_id, t.season, is_looked_up(l.kind) AS may_download
FROM titles AS t LEFT JOIN libraries AS l USING (library_id) WHERE t.id = $id;

-- name: changed_owners
-- The films, series and episodes that are new or changed since a moment; a series also if one of its episodes is.
SELECT t.entity_type, t.id, t.series_id, t.season, TRUE AS may_download
FROM titles AS t JOIN libraries AS l ON l.library_id = t.library_id AND is_looked_up(l.kind)
WHERE t.entity_type <> 'season' AND t.state <> 'ignored' AND (t.updated_at >= $since OR t.id IN (
    SELECT series_id FROM episodes WHERE updated_at >= $since))
ORDER BY t.id;

-- name: proposed_poster
-- The poster of a proposed match: provider and address.
SELECT provider, candidate->>'poster_url' FROM title_matches WHERE entity_id = $id AND position = $position;

-- name: videos
-- The main videos that are not missing, with their library folders, title, and of an episode its series and season.
SELECT l.entity_id, e.series_id, f.library_id, b.path_bytes AS root, f.path_bytes, f.folder, e.season
FROM title_files AS l JOIN scanned_files AS f USING (file_id) JOIN libraries AS b USING (library_id)
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
WHERE l.role = 'main' AND f.state <> 'missing'

-- name: files_of
-- The videos of titles; of a series, those of its episodes.
SELECT entity_id AS id, library_id, root, path_bytes, folder, season FROM (/* videos */) AS v
WHERE list_contains($ids::BIGINT[], entity_id)
UNION ALL SELECT series_id, library_id, root, path_bytes, folder, season FROM (/* videos */) AS v
WHERE list_contains($ids::BIGINT[], series_id) ORDER BY 1, path_bytes;

-- name: titles_below
-- The number of films and series with files in a folder or below it.
SELECT count(DISTINCT coalesce(e.series_id, l.entity_id))
FROM scanned_files AS f JOIN title_files AS l USING (file_id)
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
WHERE f.library_id = $library_id AND l.role = 'main' AND ($folder = '' OR f.folder = $folder
      OR starts_with(f.folder, $folder || '/'));

-- name: titles_of_folder
-- Films and series with files in a folder of a library or below it, by title.
SELECT t.id FROM titles AS t WHERE t.entity_type IN ('movie', 'series') AND t.state <> 'ignored' AND t.id IN (
    SELECT coalesce(e.series_id, l.entity_id) FROM scanned_files AS f JOIN title_files AS l USING (file_id)
    LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND l.entity_id = e.id
    WHERE f.library_id = $library_id AND l.role = 'main' AND ($folder = '' OR f.folder = $folder
          OR starts_with(f.folder, $folder || '/')))
ORDER BY lower(t.sort_title), t.id;

-- name: seasons
-- The seasons of a series.
SELECT id, season FROM seasons WHERE series_id = $id ORDER BY season;

-- name: pictured
-- The films and series behind an id whose pictures a job gets.
SELECT t.id FROM titles AS t JOIN libraries AS l ON l.library_id = t.library_id AND is_looked_up(l.kind)
WHERE t.entity_type IN ('movie', 'series') AND t.state <> 'ignored' AND t.id > $after
  AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], t.id))
  AND ($since::TIMESTAMPTZ IS NULL OR t.enriched_at >= $since)

-- name: to_fetch
-- A page of them.
SELECT id FROM (/* pictured */) AS p ORDER BY id LIMIT $count;

-- name: to_keep
-- The pictures without an original in the cache that people selected for titles and for the episodes of series among them,
-- or that the libraries of these publish.
SELECT a.id FROM asset_candidates AS a
JOIN titles AS t ON t.entity_type = a.entity_type AND t.id = a.entity_id JOIN libraries AS l USING (library_id)
WHERE a.is_selected AND a.provider <> 'local' AND NOT a.is_downloaded AND NOT a.is_rejected
  AND (a.actor_kind IS NOT NULL
       OR (l.publish IN ('artwork', 'both') AND coalesce(list_contains(l.publish_kinds, a.asset_type), TRUE)))
  AND (list_contains($ids::BIGINT[], a.entity_id)
       OR a.entity_id IN (SELECT id FROM episodes WHERE list_contains($ids::BIGINT[], series_id)))
ORDER BY a.id;

-- name: count_to_fetch
-- Their number.
SELECT count(*) FROM (/* pictured */) AS p;
