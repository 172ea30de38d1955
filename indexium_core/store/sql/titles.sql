-- name: files
-- The videos of some libraries by path, also missing and damaged ones. A `.ts` file without video is a program text.
SELECT f.file_id, f.library_id, f.folder, f.file_name, f.path_bytes, f.state = 'missing', coalesce(m.duration, f.duration), f.fields
FROM scanned_files AS f LEFT JOIN media_properties AS m USING (file_id)
WHERE f.library_id IN (SELECT unnest($1::INTEGER[])) AND NOT (f.state = 'not_video' AND f.file_ext = 'ts')
  AND coalesce(f.media_kind, 'video') = 'video'
ORDER BY f.path_bytes;

-- name: known_names
-- The names that a version of the rules has read.
SELECT name, parts FROM title_names WHERE parser = $1;

-- name: put_names
-- Store the parts of names.
INSERT INTO title_names SELECT unnest($names::VARCHAR[]), $parser, unnest($parts::VARCHAR[])::JSON;

-- name: forget_names
-- Delete the parts of other names, and those of other versions of the rules.
DELETE FROM title_names WHERE parser <> $parser OR name NOT IN (SELECT unnest($names::VARCHAR[]));

-- name: stored
-- All titles except seasons, and whether a person has changed them. A file that a person moved to a title does not count: it keeps
-- the title, but the other files of the title follow their names.
SELECT t.entity_type, t.id, t.library_id, t.name_key, t.series_id, u.entity_id IS NOT NULL
FROM titles AS t LEFT JOIN (
    SELECT entity_type, entity_id FROM title_values WHERE origin = 'hand' OR locked
    UNION SELECT entity_type, entity_id FROM title_searches WHERE state = 'accepted' AND decided_by = 'hand'
) AS u ON u.entity_type = t.entity_type AND u.entity_id = t.id
WHERE t.entity_type <> 'season' ORDER BY t.id;

-- name: links
-- The files of all titles.
SELECT file_id, entity_type, entity_id, part, role, edition FROM title_files ORDER BY file_id, entity_id;

-- name: found_values
-- The values from names, container tags, NFO files and senders that are not locked.
SELECT entity_type, entity_id, field, value::VARCHAR, origin, confidence FROM title_values
WHERE origin IN ('name', 'tag', 'nfo', 'sender') AND NOT locked AND entity_type <> 'season';

-- name: state
-- A digest of the titles, their files, and what people decided about them.
SELECT hash(
    (SELECT (count(*), bit_xor(hash(l.file_id, l.entity_type, l.entity_id, l.role))) FROM title_files AS l),
    (SELECT (count(*), bit_xor(hash(a.file_id, a.entity_type, a.entity_id, a.role))) FROM title_assignments AS a),
    (SELECT (count(*), bit_xor(hash(u.entity_type, u.entity_id))) FROM touched_titles AS u),
    (SELECT (count(*), bit_xor(hash(t.id, t.library_id, t.name_key, t.series_id))) FROM titles AS t WHERE t.entity_type <> 'season'),
    (SELECT (count(*), bit_xor(hash(b.library_id, b.kind))) FROM libraries AS b));

-- name: next_ids
-- Ids for new titles.
SELECT nextval('title_ids') FROM range($1);

-- name: incoming_titles
-- The films, series and episodes of an identification.
CREATE OR REPLACE TEMP TABLE incoming_titles AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($id::BIGINT[]) AS id,
    unnest($library_id::INTEGER[]) AS library_id, unnest($name_key::VARCHAR[]) AS name_key,
    unnest($series_id::BIGINT[]) AS series_id, unnest($is_new::BOOLEAN[]) AS is_new;

-- name: incoming_links
-- Their files.
CREATE OR REPLACE TEMP TABLE incoming_links AS SELECT
    unnest($file_id::BIGINT[]) AS file_id, unnest($entity_type::VARCHAR[]) AS entity_type,
    unnest($entity_id::BIGINT[]) AS entity_id, unnest($part::INTEGER[]) AS part, unnest($role::VARCHAR[]) AS role,
    unnest($edition::VARCHAR[]) AS edition;

-- name: incoming_values
-- Their values from names, container tags and NFO files.
CREATE OR REPLACE TEMP TABLE incoming_values AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
    unnest($field::VARCHAR[]) AS field, unnest($value::VARCHAR[])::JSON AS value,
    unnest($origin::VARCHAR[]) AS origin, unnest($confidence::DOUBLE[]) AS confidence;

-- name: insert_titles_works
-- Add new films or series.
INSERT INTO /* table */ BY NAME
SELECT id, library_id, name_key, $at AS created_at, $at AS updated_at
FROM incoming_titles WHERE entity_type = $kind AND is_new;

-- name: insert_titles_episodes
-- Add new episodes.
INSERT INTO /* table */ BY NAME
SELECT id, library_id, series_id, name_key, $at AS created_at, $at AS updated_at
FROM incoming_titles WHERE entity_type = $kind AND is_new;

-- name: move_titles_works
-- Films or series whose files were renamed or moved.
UPDATE /* table */ AS t SET name_key = i.name_key, library_id = i.library_id, updated_at = $at FROM incoming_titles AS i
WHERE i.entity_type = $kind AND i.id = t.id AND NOT i.is_new
  AND (t.name_key, t.library_id) IS DISTINCT FROM (i.name_key, i.library_id);

-- name: move_titles_episodes
-- Episodes whose files were renamed or moved.
UPDATE /* table */ AS t SET name_key = i.name_key, library_id = i.library_id, series_id = i.series_id, updated_at = $at
FROM incoming_titles AS i
WHERE i.entity_type = $kind AND i.id = t.id AND NOT i.is_new
  AND (t.name_key, t.library_id, t.series_id) IS DISTINCT FROM (i.name_key, i.library_id, i.series_id);

-- name: remove_links
-- Delete the links of the identified files that are not found again.
DELETE FROM title_files AS l WHERE l.file_id IN (SELECT unnest($1::BIGINT[])) AND NOT EXISTS (
    SELECT 1 FROM incoming_links AS i
    WHERE (i.file_id, i.entity_type, i.entity_id, i.role, i.edition) = (l.file_id, l.entity_type, l.entity_id, l.role, l.edition)
      AND i.part IS NOT DISTINCT FROM l.part);

-- name: insert_links
-- Add the new links.
INSERT INTO title_files BY NAME SELECT * FROM incoming_links AS i
WHERE NOT EXISTS (SELECT 1 FROM title_files AS l
                  WHERE (i.file_id, i.entity_type, i.entity_id) = (l.file_id, l.entity_type, l.entity_id));

-- name: changed_values
-- The titles whose values from names, tags, NFO files or senders change.
CREATE OR REPLACE TEMP TABLE changed_titles AS
SELECT DISTINCT coalesce(i.entity_type, v.entity_type) AS entity_type, coalesce(i.entity_id, v.entity_id) AS entity_id
FROM incoming_values AS i FULL JOIN (
    SELECT v.* FROM title_values AS v JOIN incoming_titles AS t ON t.entity_type = v.entity_type AND t.id = v.entity_id
    WHERE v.origin IN ('name', 'tag', 'nfo', 'sender')
) AS v ON (i.entity_type, i.entity_id, i.field, i.origin) = (v.entity_type, v.entity_id, v.field, v.origin)
WHERE i.value::VARCHAR IS DISTINCT FROM v.value::VARCHAR AND v.locked IS DISTINCT FROM TRUE
  AND (v.origin = 'nfo' AND list_contains($keep_nfo::BIGINT[], v.entity_id)) IS DISTINCT FROM TRUE;

-- name: remove_values
-- Delete values from names, tags, NFO files or senders that are not found again. A locked value stays.
DELETE FROM title_values AS v WHERE v.origin IN ('name', 'tag', 'nfo', 'sender') AND NOT v.locked
  AND (v.entity_type, v.entity_id) IN (SELECT (entity_type, id) FROM incoming_titles)
  AND NOT (v.origin = 'nfo' AND list_contains($keep_nfo::BIGINT[], v.entity_id))
  AND NOT EXISTS (
    SELECT 1 FROM incoming_values AS i
    WHERE (i.entity_type, i.entity_id, i.field, i.origin) = (v.entity_type, v.entity_id, v.field, v.origin)
      AND i.value::VARCHAR = v.value::VARCHAR AND i.confidence IS NOT DISTINCT FROM v.confidence);

-- name: insert_values
-- Add the new values, except where an origin has a locked value.
INSERT INTO title_values BY NAME SELECT i.*, '' AS provider, $at AS fetched_at, FALSE AS locked FROM incoming_values AS i
WHERE NOT EXISTS (
    SELECT 1 FROM title_values AS v
    WHERE (i.entity_type, i.entity_id, i.field, i.origin) = (v.entity_type, v.entity_id, v.field, v.origin));

-- name: incoming_season_values
-- The values of the NFO files of seasons.
CREATE OR REPLACE TEMP TABLE incoming_season_values AS
SELECT s.id AS entity_id, i.field, i.value FROM (
    SELECT unnest($series_id::BIGINT[]) AS series_id, unnest($season::INTEGER[]) AS season,
           unnest($field::VARCHAR[]) AS field, unnest($value::VARCHAR[])::JSON AS value) AS i
JOIN seasons AS s ON s.series_id = i.series_id AND s.season = i.season;

-- name: changed_seasons
-- The seasons of some series whose values of NFO files change.
SELECT DISTINCT coalesce(i.entity_id, v.entity_id) AS id FROM incoming_season_values AS i FULL JOIN (
    SELECT * FROM title_values WHERE entity_type = 'season' AND origin = 'nfo'
      AND entity_id IN (SELECT id FROM seasons WHERE list_contains($series::BIGINT[], series_id))
) AS v ON (i.entity_id, i.field) = (v.entity_id, v.field)
WHERE i.value::VARCHAR IS DISTINCT FROM v.value::VARCHAR AND v.locked IS DISTINCT FROM TRUE ORDER BY id;

-- name: remove_season_values
-- Delete the values of NFO files of seasons. A locked value stays.
DELETE FROM title_values
WHERE entity_type = 'season' AND origin = 'nfo' AND NOT locked AND list_contains($ids::BIGINT[], entity_id);

-- name: insert_season_values
-- Add the new values of seasons, except where a locked value stays.
INSERT INTO title_values BY NAME
SELECT 'season' AS entity_type, i.entity_id, i.field, i.value, 'nfo' AS origin, '' AS provider, NULL::DOUBLE AS confidence,
       $at AS fetched_at, FALSE AS locked
FROM incoming_season_values AS i WHERE list_contains($ids::BIGINT[], i.entity_id) AND NOT EXISTS (
    SELECT 1 FROM title_values AS v
    WHERE (v.entity_type, v.origin, v.entity_id, v.field) = ('season', 'nfo', i.entity_id, i.field));

-- name: drop_incoming_seasons
-- Drop the temporary table.
DROP TABLE incoming_season_values;

-- name: empty_episodes
-- Delete the episodes of a library without files that no person has changed.
DELETE FROM episodes WHERE library_id = $1
  AND id NOT IN (SELECT entity_id FROM title_files WHERE entity_type = 'episode')
  AND id NOT IN (SELECT entity_id FROM touched_titles WHERE entity_type = 'episode');

-- name: empty_movies
-- Delete the films of a library without files that no person has changed.
DELETE FROM movies WHERE library_id = $1
  AND id NOT IN (SELECT entity_id FROM title_files WHERE entity_type = 'movie')
  AND id NOT IN (SELECT entity_id FROM touched_titles WHERE entity_type = 'movie');

-- name: empty_series
-- Delete the series of a library without episodes and files, if no person has changed them or one of their seasons.
DELETE FROM series WHERE library_id = $1
  AND id NOT IN (SELECT series_id FROM episodes)
  AND id NOT IN (SELECT entity_id FROM title_files WHERE entity_type = 'series')
  AND id NOT IN (SELECT entity_id FROM touched_titles WHERE entity_type = 'series')
  AND id NOT IN (SELECT s.series_id FROM seasons AS s
                 JOIN touched_titles AS u ON u.entity_type = 'season' AND u.entity_id = s.id);

-- name: orphaned_values
-- Delete the values of titles that do not exist any more.
DELETE FROM title_values AS v
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = v.entity_type AND t.id = v.entity_id);

-- name: orphaned_searches
-- Delete the searches of titles that do not exist any more.
DELETE FROM title_searches AS s
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = s.entity_type AND t.id = s.entity_id);

-- name: orphaned_matches
-- Delete the candidates of titles that do not exist any more.
DELETE FROM title_matches AS m
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = m.entity_type AND t.id = m.entity_id);

-- name: orphaned_evidence
-- Delete the evidence of titles that do not exist any more.
DELETE FROM film_evidence AS e
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = e.entity_type AND t.id = e.entity_id);

-- name: orphaned_ids
-- Delete the ids of titles that do not exist any more.
DELETE FROM title_external_ids AS i
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = i.entity_type AND t.id = i.entity_id);

-- name: put_evidence
-- Store the evidence of films and series, where it is another one.
INSERT OR REPLACE INTO film_evidence BY NAME SELECT i.* FROM (
    SELECT unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
           unnest($is_enough::BOOLEAN[]) AS is_enough, unnest($points::INTEGER[]) AS points, unnest($reasons::VARCHAR[])::JSON AS reasons
) AS i ANTI JOIN film_evidence AS e
    ON (e.entity_type, e.entity_id, e.is_enough, e.points) = (i.entity_type, i.entity_id, i.is_enough, i.points)
   AND e.reasons::VARCHAR = i.reasons::VARCHAR;

-- name: remove_nfo_problems
-- Delete the broken NFO files of a library.
DELETE FROM nfo_problems WHERE library_id = $library_id;

-- name: put_nfo_problems
-- Add the broken NFO files of a library.
INSERT INTO nfo_problems BY NAME SELECT $library_id AS library_id, unnest($path::VARCHAR[]) AS path, unnest($folder::VARCHAR[]) AS folder,
    unnest($stem::VARCHAR[]) AS stem, unnest($problem::VARCHAR[]) AS problem;

-- name: forget_links
-- Delete the links of the files of a library.
DELETE FROM title_files WHERE file_id IN (SELECT file_id FROM scanned_files WHERE library_id = $1);

-- name: shown
-- The shown values of given titles, or of all, that are columns.
CREATE OR REPLACE TEMP TABLE shown_titles AS
SELECT entity_type, entity_id AS id, any_value(value->>'$') FILTER (field = 'title') AS title,
       any_value(origin) FILTER (field = 'title') AS title_origin,
       any_value(value->>'$') FILTER (field = 'sort_title') AS sort_title,
       TRY_CAST(any_value(value->>'$') FILTER (field = 'year') AS INTEGER) AS year,
       TRY_CAST(any_value(value->>'$') FILTER (field = 'season') AS INTEGER) AS season,
       TRY_CAST(any_value(value->>'$') FILTER (field = 'episode') AS INTEGER) AS episode,
       TRY_CAST(any_value(value->>'$') FILTER (field = 'absolute') AS INTEGER) AS absolute,
       TRY_CAST(any_value(value->>'$') FILTER (field = 'aired') AS DATE) AS aired,
       coalesce(any_value(value->>'$') FILTER (field = 'ignored') = 'true', FALSE) AS ignored
FROM titles_shown
WHERE field IN ('title', 'sort_title', 'year', 'season', 'episode', 'absolute', 'aired', 'ignored')
  AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], entity_id)) GROUP BY entity_type, entity_id;

-- name: show_episodes
-- Copy the shown numbers and dates of episodes.
UPDATE episodes AS e SET season = s.season, episode = s.episode, absolute = s.absolute, aired = s.aired, updated_at = $at
FROM (SELECT e.id, s.season, s.episode, s.absolute, s.aired
      FROM episodes AS e LEFT JOIN shown_titles AS s ON s.entity_type = 'episode' AND s.id = e.id
      WHERE $ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], e.id)) AS s
WHERE s.id = e.id
  AND (e.season, e.episode, e.absolute, e.aired) IS DISTINCT FROM (s.season, s.episode, s.absolute, s.aired);

-- name: insert_seasons
-- Add the seasons that episodes have.
INSERT INTO seasons BY NAME
SELECT nextval('title_ids') AS id, e.library_id, e.series_id, e.season, 's' || e.season AS name_key,
       $at AS created_at, $at AS updated_at
FROM (SELECT series_id, season, min(library_id) AS library_id FROM episodes WHERE season IS NOT NULL
      AND ($series::BIGINT[] IS NULL OR list_contains($series::BIGINT[], series_id))
      GROUP BY series_id, season ORDER BY series_id, season) AS e
ANTI JOIN seasons AS s ON s.series_id = e.series_id AND s.season = e.season;

-- name: remove_seasons
-- Delete the seasons without episodes that no person has changed.
DELETE FROM seasons WHERE ($series::BIGINT[] IS NULL OR list_contains($series::BIGINT[], series_id))
  AND (series_id, season) NOT IN (SELECT (series_id, season) FROM episodes WHERE season IS NOT NULL)
  AND id NOT IN (SELECT entity_id FROM touched_titles WHERE entity_type = 'season');

-- name: kinds_of
-- The kinds of the given titles.
SELECT DISTINCT entity_type FROM (
    SELECT 'movie' AS entity_type, id FROM movies UNION ALL SELECT 'series', id FROM series
    UNION ALL SELECT 'season', id FROM seasons UNION ALL SELECT 'episode', id FROM episodes
) WHERE list_contains($ids::BIGINT[], id);

-- name: series_of
-- The series of the given episodes.
SELECT DISTINCT series_id FROM episodes WHERE list_contains($ids::BIGINT[], id) ORDER BY series_id;

-- name: seasons_of
-- The seasons of series.
SELECT id FROM seasons WHERE list_contains($series::BIGINT[], series_id) ORDER BY id;

-- name: show
-- Copy the shown values of one kind of titles. A title without a value has the number of the season or of the episode.
UPDATE /* table */ AS t SET title = n.title, sort_title = n.sort_title, title_search = n.title_search, year = n.year,
    state = n.state, updated_at = $at
FROM (
    SELECT id, title, year, state, strip_accents(lower(title)) AS title_search,
           coalesce(own_sort, regexp_replace(title, '(?i)^(the|a|an|der|die|das|le|la|les|el|los|las|il) +', '')) AS sort_title
    FROM (
        SELECT k.id, s.year, s.sort_title AS own_sort, coalesce(s.title, CASE
                   WHEN k.season = 0 AND $kind = 'season' THEN 'Specials'
                   WHEN $kind = 'season' THEN 'Season ' || k.season
                   WHEN k.episode IS NOT NULL THEN 'Episode ' || k.episode
                   ELSE coalesce(k.aired::VARCHAR, '') END) AS title,
               CASE WHEN s.ignored THEN 'ignored' WHEN k.state IN ('enriched', 'published') THEN k.state
                    WHEN k.enriched_at IS NOT NULL THEN 'enriched'
                    WHEN regexp_full_match(k.name_key, 'file \d+') AND coalesce(s.title_origin, 'name') = 'name' THEN 'discovered'
                    ELSE 'identified' END AS state
        FROM titles AS k LEFT JOIN shown_titles AS s ON s.entity_type = k.entity_type AND s.id = k.id
        WHERE k.entity_type = $kind AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], k.id))
    )
) AS n
WHERE n.id = t.id AND (t.title, t.sort_title, t.year, t.state) IS DISTINCT FROM (n.title, n.sort_title, n.year, n.state);

-- name: changed
-- The new titles and those whose values changed.
SELECT i.entity_type, i.id, i.is_new FROM incoming_titles AS i
JOIN titles AS t ON t.entity_type = i.entity_type AND t.id = i.id
WHERE i.is_new OR (i.entity_type, i.id) IN (SELECT (entity_type, entity_id) FROM changed_titles) ORDER BY i.id;

-- name: drop_incoming
-- Drop the temporary tables.
DROP TABLE incoming_titles; DROP TABLE incoming_links; DROP TABLE incoming_values; DROP TABLE changed_titles; DROP TABLE IF EXISTS shown_titles;
