-- name: known_ids
-- The best id of each film and series, or of those with some ids: by hand, then the accepted match, then those of NFO files,
-- providers and names. The ids of a rejected match count only by hand.
SELECT entity_type, entity_id, provider, value, is_match, score, origin FROM (
    SELECT entity_type, entity_id, replace(field, '_id', '') AS provider, value->>'$' AS value, FALSE AS is_match,
           1.0::DOUBLE AS score, origin
    FROM title_values WHERE field IN (SELECT field FROM id_kinds) AND value->>'$' IS NOT NULL
      AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], entity_id))
    UNION ALL
    SELECT entity_type, entity_id, provider, external_id, TRUE, CASE WHEN decided_by = 'hand' THEN 1.0 ELSE score END, 'match'
    FROM title_matches WHERE state = 'accepted' AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], entity_id))
) AS known LEFT JOIN id_kinds AS i ON i.kind = known.provider
WHERE value <> '' AND (origin = 'hand' OR (entity_type, entity_id, provider, value) NOT IN (
    SELECT (entity_type, entity_id, provider, external_id) FROM title_matches WHERE state = 'rejected'
    UNION ALL SELECT (entity_type, entity_id, other.key, other.value) FROM (
        SELECT entity_type, entity_id, unnest(map_entries((candidate->'external_ids')::MAP(VARCHAR, VARCHAR))) AS other
        FROM title_matches WHERE state = 'rejected')))
QUALIFY row_number() OVER (PARTITION BY entity_type, entity_id
    ORDER BY list_position(['hand', 'match', 'nfo', 'provider', 'name'], origin),
             i.rank) = 1

-- name: video_counts
-- The number of main files of each film and series that are not missing.
SELECT entity_type, entity_id, count(DISTINCT file_id) AS videos FROM (
    SELECT CASE l.entity_type WHEN 'episode' THEN 'series' ELSE l.entity_type END AS entity_type,
           coalesce(e.series_id, l.entity_id) AS entity_id, l.file_id
    FROM title_files AS l JOIN scanned_files AS c USING (file_id)
    LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id
    WHERE l.role = 'main' AND c.state <> 'missing'
)
GROUP BY ALL

-- name: candidates
-- The films and series of libraries that hold titles, and what is known about each.
SELECT t.entity_type, t.id, t.title, t.created_at, t.enrichment_priority, coalesce(n.videos, 0) AS videos,
       k.provider, k.value AS external_id, k.is_match, k.score, s.state AS search_state,
       coalesce(e.attempts, 0) AS attempts, coalesce(e.waits_for, []) AS waits_for, e.not_before,
       CASE WHEN e.attempts = 0 THEN coalesce(epoch(e.not_before) - epoch(e.attempted_at), 0) ELSE 0 END AS waited,
       coalesce(e.attempts = 0 AND e.not_before > $now AND e.attempted_at >= $fresh, FALSE) AS is_waiting,
       t.enriched_at IS NULL OR t.enriched_at < $fresh OR s.decided_at > t.enriched_at OR e.not_before <= $now
           OR new.series_id IS NOT NULL AS is_old,
       coalesce(e.attempts, 0) >= $most_attempts AND e.attempted_at >= $fresh AS has_failed_often,
       CASE WHEN k.origin = 'hand' THEN TRUE
            WHEN s.state IS NULL OR s.state IN ('accepted', 'failed') THEN TRUE
            WHEN s.state = 'none' THEN k.value IS NOT NULL OR s.searched_at < $fresh OR t.updated_at > s.searched_at
            ELSE s.state = 'open' AND greatest(t.updated_at, q.changed_at) > s.searched_at END AS is_certain,
       coalesce(s.state = 'open' AND greatest(t.updated_at, q.changed_at) > s.searched_at, FALSE) AS is_changed_question
FROM (SELECT 'movie' AS entity_type, id, library_id, title, state, created_at, updated_at, enriched_at, enrichment_priority
      FROM movies
      UNION ALL SELECT 'series', id, library_id, title, state, created_at, updated_at, enriched_at, enrichment_priority
      FROM series) AS t
JOIN libraries AS l ON l.library_id = t.library_id AND is_looked_up(l.kind)
LEFT JOIN (/* video_counts */) AS n ON n.entity_type = t.entity_type AND n.entity_id = t.id
LEFT JOIN (/* known_ids */) AS k ON k.entity_type = t.entity_type AND k.entity_id = t.id
LEFT JOIN title_searches AS s ON s.entity_type = t.entity_type AND s.entity_id = t.id
LEFT JOIN (SELECT entity_type, entity_id, max(fetched_at) AS changed_at FROM title_values
           WHERE origin <> 'provider' AND (field IN ('title', 'year') OR field IN (SELECT field FROM id_kinds)) GROUP BY ALL) AS q
    ON q.entity_type = t.entity_type AND q.entity_id = t.id
LEFT JOIN title_enrichment AS e ON e.entity_type = t.entity_type AND e.entity_id = t.id
LEFT JOIN (SELECT DISTINCT p.series_id FROM episodes AS p JOIN series AS o ON o.id = p.series_id
           WHERE p.enriched_at IS NULL AND p.created_at > o.enriched_at) AS new
    ON t.entity_type = 'series' AND new.series_id = t.id
ANTI JOIN kept_back_titles AS b ON b.entity_type = t.entity_type AND b.entity_id = t.id
WHERE t.state <> 'ignored' AND t.title <> ''
  AND (len($library_ids::INTEGER[]) = 0 OR list_contains($library_ids::INTEGER[], t.library_id))
  AND ($ids::BIGINT[] IS NULL OR list_contains($ids::BIGINT[], t.id))

-- name: due
-- The titles that an enrichment looks up. If more than 2,000 titles are due, the newest come first. Titles that had no usable
-- answer come last: a title whose answer is always broken must not be the probe of a provider.
SELECT entity_type, id, title, videos, provider, external_id, is_match, score, search_state, attempts, waited, is_changed_question
FROM (SELECT *, count(*) OVER () AS number FROM (/* candidates */) AS c
      WHERE is_old AND is_certain AND NOT has_failed_often AND NOT is_waiting)
ORDER BY waited > 0, enrichment_priority, CASE WHEN number > $many THEN created_at END DESC, id LIMIT $most;

-- name: count_by_turn
-- The number of films and series, and of their files, by whether an enrichment would look them up, or why not.
SELECT CASE WHEN is_waiting THEN 'waiting' WHEN NOT is_certain AND search_state <> 'none' THEN 'question'
            WHEN NOT is_certain OR has_failed_often THEN 'unknown' WHEN is_old THEN 'due' ELSE 'fresh' END AS turn,
       count(*), sum(videos)::BIGINT
FROM (/* candidates */) AS c GROUP BY turn;

-- name: paused
-- The titles that wait for a provider, if nothing else keeps them from being looked up.
SELECT DISTINCT entity_id FROM title_enrichment WHERE attempts = 0 AND not_before > $now AND attempted_at >= $fresh;

-- name: waiting
-- The number of titles that wait for each provider, and when the first one is looked up again; '' for an unknown provider.
SELECT provider, count(*), min(not_before) FROM (
    SELECT unnest(CASE WHEN len(waits_for) = 0 THEN [''] ELSE waits_for END) AS provider, not_before
    FROM (SELECT waits_for, not_before FROM (/* candidates */) AS c WHERE is_waiting))
GROUP BY provider ORDER BY provider;

-- name: known
-- The best id of each film and series among some ids, and the state of its search.
SELECT t.id, k.provider, k.value, k.is_match, k.score, s.state
FROM (SELECT 'movie' AS entity_type, id FROM movies UNION ALL SELECT 'series', id FROM series) AS t
LEFT JOIN (/* known_ids */) AS k ON k.entity_type = t.entity_type AND k.entity_id = t.id
LEFT JOIN title_searches AS s ON s.entity_type = t.entity_type AND s.entity_id = t.id
WHERE list_contains($ids::BIGINT[], t.id);

-- name: search_problem
-- Why the last search for a title failed.
SELECT explanation FROM title_searches WHERE entity_type = $entity_type AND entity_id = $entity_id AND state = 'failed';

-- name: is_enriched_since
-- Whether a title was enriched since a moment.
SELECT EXISTS (FROM (SELECT 'movie' AS entity_type, id, enriched_at FROM movies
                     UNION ALL SELECT 'series', id, enriched_at FROM series) AS t
               WHERE t.entity_type = $entity_type AND t.id = $entity_id AND t.enriched_at >= $moment);

-- name: episodes
-- The episodes of a series.
SELECT id, season, episode, absolute, aired FROM episodes WHERE series_id = $1
ORDER BY season NULLS LAST, episode NULLS LAST, absolute, aired, id;

-- name: seasons
-- The seasons of a series.
SELECT id, season FROM seasons WHERE series_id = $1 ORDER BY season;

-- name: incoming_values
-- The values of providers that are stored now.
CREATE OR REPLACE TEMP TABLE incoming_provider_values AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
    unnest($origin::VARCHAR[]) AS provider, unnest($field::VARCHAR[]) AS field,
    unnest($value::VARCHAR[])::JSON AS value, unnest($confidence::DOUBLE[]) AS confidence;

-- name: incoming_answers
-- The titles that are enriched now, by provider, and whether the answer was complete.
CREATE OR REPLACE TEMP TABLE incoming_answers AS SELECT
    unnest($entity_type::VARCHAR[]) AS entity_type, unnest($entity_id::BIGINT[]) AS entity_id,
    unnest($provider::VARCHAR[]) AS provider, unnest($is_complete::BOOLEAN[]) AS is_complete;

-- name: stored_ids
-- The ids that providers have for a title.
SELECT provider, replace(field, '_id', ''), value->>'$' FROM title_values
WHERE entity_type = $entity_type AND entity_id = $entity_id AND origin = 'provider'
  AND field IN (SELECT field FROM id_kinds);

-- name: changed_values
-- The rows that are removed or replaced: other values of the same provider, and fields that a complete answer lacks.
-- A locked value stays.
CREATE OR REPLACE TEMP TABLE outdated_values AS
SELECT v.entity_type, v.entity_id, v.provider, v.field FROM title_values AS v
JOIN incoming_answers AS a ON (a.entity_type, a.entity_id, a.provider) = (v.entity_type, v.entity_id, v.provider)
LEFT JOIN incoming_provider_values AS i
    ON (i.entity_type, i.entity_id, i.provider, i.field) = (v.entity_type, v.entity_id, v.provider, v.field)
WHERE v.origin = 'provider' AND NOT v.locked
  AND CASE WHEN i.field IS NULL THEN a.is_complete
           ELSE i.value::VARCHAR IS DISTINCT FROM v.value::VARCHAR OR i.confidence IS DISTINCT FROM v.confidence END;

-- name: new_values
-- The rows that are added.
CREATE OR REPLACE TEMP TABLE new_values AS
SELECT i.* FROM incoming_provider_values AS i
LEFT JOIN title_values AS v ON v.origin = 'provider'
    AND (i.entity_type, i.entity_id, i.provider, i.field) = (v.entity_type, v.entity_id, v.provider, v.field)
LEFT JOIN outdated_values AS o
    ON (i.entity_type, i.entity_id, i.provider, i.field) = (o.entity_type, o.entity_id, o.provider, o.field)
WHERE v.field IS NULL OR o.field IS NOT NULL;

-- name: remove_values
-- Delete the outdated rows.
DELETE FROM title_values AS v USING outdated_values AS o
WHERE v.origin = 'provider'
  AND (v.entity_type, v.entity_id, v.provider, v.field) = (o.entity_type, o.entity_id, o.provider, o.field);

-- name: insert_values
-- Add the new rows.
INSERT INTO title_values BY NAME SELECT *, 'provider' AS origin, $at AS fetched_at, FALSE AS locked FROM new_values;

-- name: changed_titles
-- The titles whose values change.
SELECT DISTINCT entity_type, entity_id FROM (
    SELECT entity_type, entity_id FROM new_values UNION ALL SELECT entity_type, entity_id FROM outdated_values)
ORDER BY entity_id;

-- name: enriched
-- Record that titles of one kind have the values of providers.
UPDATE /* table */ AS t SET enriched_at = $at, updated_at = $at,
    state = CASE WHEN t.state IN ('ignored', 'published') THEN t.state ELSE 'enriched' END,
    has_unpublished_changes = t.has_unpublished_changes OR t.id IN (
        SELECT entity_id FROM new_values UNION ALL SELECT entity_id FROM outdated_values)
WHERE t.id IN (SELECT entity_id FROM incoming_answers WHERE entity_type = $kind);

-- name: drop_incoming
-- Drop the temporary tables.
DROP TABLE incoming_provider_values; DROP TABLE incoming_answers; DROP TABLE outdated_values; DROP TABLE new_values;

-- name: record_attempts
-- Store the results of attempts.
INSERT INTO title_enrichment (entity_type, entity_id, attempts, problem, not_before, waits_for, attempted_at)
SELECT unnest($entity_type::VARCHAR[]), unnest($entity_id::BIGINT[]), unnest($attempts::INTEGER[]),
       unnest($problem::VARCHAR[]), unnest($not_before::TIMESTAMPTZ[]), unnest($waits_for::VARCHAR[][]), $at
ON CONFLICT (entity_type, entity_id) DO UPDATE SET attempts = excluded.attempts, problem = excluded.problem,
    attempted_at = excluded.attempted_at, not_before = excluded.not_before, waits_for = excluded.waits_for;

-- name: end_waits
-- Titles that failed before an outage was known are due when it ends. They keep a wait, so that they come last.
UPDATE title_enrichment SET not_before = attempted_at + INTERVAL 1 SECOND
WHERE attempts = 0 AND list_contains($ids::BIGINT[], entity_id);

-- name: forget_attempts
-- Delete the attempts of titles that do not exist any more.
DELETE FROM title_enrichment AS e
WHERE NOT EXISTS (SELECT 1 FROM titles AS t WHERE t.entity_type = e.entity_type AND t.id = e.entity_id);

-- name: title_of_file
-- The film or the episode of a file, with its series; main files first.
SELECT l.entity_type, l.entity_id, e.series_id FROM title_files AS l
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id
WHERE l.file_id = $1 ORDER BY l.role <> 'main', l.entity_id LIMIT 1;

-- name: duration_of_file
-- The duration of a file in seconds; no row if there is no such file.
SELECT coalesce(m.duration, f.duration) FROM scanned_files AS f LEFT JOIN media_properties AS m USING (file_id)
WHERE f.file_id = $1;

-- name: shown_values
-- The shown values of some titles, and the values of all providers for fields that are joined.
SELECT entity_id, field, value::VARCHAR AS value, origin, provider, confidence, TRUE AS is_shown
FROM titles_shown WHERE list_contains($ids::BIGINT[], entity_id)
UNION ALL
SELECT entity_id, field, value::VARCHAR, origin, provider, confidence, FALSE
FROM title_values WHERE list_contains($ids::BIGINT[], entity_id) AND origin = 'provider'
ORDER BY is_shown DESC, provider;

-- name: enriched_at
-- The time of the last enrichment of some titles.
SELECT max(enriched_at) FROM titles WHERE list_contains($ids::BIGINT[], id);

-- name: statistics
-- Each video of a film or an episode: whether it has values of providers, of which, and with what confidence.
WITH videos AS (
    SELECT l.file_id, min_by(l.entity_type, l.entity_id) AS entity_type, min(l.entity_id) AS entity_id
    FROM title_files AS l JOIN scanned_files AS c USING (file_id)
    WHERE l.role = 'main' AND c.state <> 'missing' AND l.entity_type IN ('movie', 'episode') GROUP BY l.file_id
), sources AS (
    SELECT entity_type, entity_id, max(confidence) AS confidence,
           CASE WHEN count(DISTINCT provider) = 1 THEN min(provider) ELSE 'combined' END AS source
    FROM title_values WHERE origin = 'provider' GROUP BY ALL
), known AS (
    SELECT v.file_id, t.enriched_at, s.source, s.confidence FROM videos AS v
    JOIN (SELECT 'movie' AS entity_type, id, enriched_at, state FROM movies
          UNION ALL SELECT 'episode', e.id, e.enriched_at, coalesce(o.state, e.state) FROM episodes AS e
          LEFT JOIN series AS o ON o.id = e.series_id) AS t ON t.entity_type = v.entity_type AND t.id = v.entity_id
    LEFT JOIN sources AS s ON s.entity_type = v.entity_type AND s.entity_id = v.entity_id
    WHERE t.state <> 'ignored'
)
SELECT CASE WHEN enriched_at IS NULL THEN NULL ELSE source END AS source, count(*), sum(confidence), max(enriched_at)
FROM known GROUP BY 1;

-- name: kind_of
-- What a title is, and its series.
SELECT entity_type, series_id FROM titles WHERE id = $1;

-- name: any_takes_cast
-- Whether a library adds the cast of its films as people.
SELECT EXISTS (FROM libraries WHERE cast_people = 'add');

-- name: cast_to_take
-- The films whose cast becomes people of their files, with their files and the people that were added before.
SELECT t.id, v.value::VARCHAR AS people, coalesce(e.cast_taken, []) AS taken,
       list(DISTINCT l.file_id) AS file_ids
FROM movies AS t JOIN libraries AS k ON k.library_id = t.library_id AND k.cast_people = 'add'
JOIN titles_shown AS v ON v.entity_type = 'movie' AND v.entity_id = t.id AND v.field = 'cast'
JOIN title_files AS l ON l.entity_type = 'movie' AND l.entity_id = t.id AND l.role = 'main'
LEFT JOIN title_enrichment AS e ON e.entity_type = 'movie' AND e.entity_id = t.id
WHERE list_contains($ids::BIGINT[], t.id) AND v.origin = 'provider' GROUP BY ALL;

-- name: cast_taken
-- Record which people of a cast were added.
UPDATE title_enrichment SET cast_taken = $keys WHERE entity_type = 'movie' AND entity_id = $id;

-- name: cast_of_file
-- The cast of the film of a file, or of the series of its episode, in a library that suggests it.
SELECT l.entity_type, v.value::VARCHAR AS people
FROM title_files AS l JOIN scanned_files AS f USING (file_id)
JOIN libraries AS k ON k.library_id = f.library_id AND coalesce(k.cast_people, 'suggest') <> 'off'
LEFT JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id
JOIN titles_shown AS v ON v.field = 'cast' AND (
    v.entity_type = l.entity_type AND v.entity_id = l.entity_id OR v.entity_type = 'series' AND v.entity_id = e.series_id)
WHERE l.file_id = $1 AND l.role = 'main' ORDER BY v.entity_type = 'series', l.entity_id LIMIT 1;
