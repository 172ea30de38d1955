-- Players: connections, messages, and what they show.

-- name: all
-- The players with their last contact and the counts of their titles.
SELECT p.id, p.kind, p.name, p.url, p.key_name, p.path_map, p.enabled, p.version, coalesce(c.state, 'new') AS state,
       coalesce(c.reason, '') AS reason, coalesce(c.attempts, 0) AS attempts, c.contact_at, c.next_attempt_at, r.read_at,
       (SELECT count(DISTINCT (entity_type, entity_id)) FROM player_messages AS m
        WHERE m.player_id = p.id AND m.state = 'waiting') AS waiting,
       coalesce(r.seen, 0) AS seen, coalesce(r.not_yet, 0) AS not_yet, coalesce(r.differs, 0) AS differs
FROM players AS p LEFT JOIN player_contacts AS c ON c.player_id = p.id
LEFT JOIN (SELECT player_id, max(read_at) AS read_at, count(*) FILTER (state = 'seen') AS seen,
                  count(*) FILTER (state = 'not_yet') AS not_yet, count(*) FILTER (state = 'differs') AS differs
           FROM player_reads GROUP BY player_id) AS r ON r.player_id = p.id
ORDER BY p.id;

-- name: next_id
-- The id of a new player.
SELECT nextval('player_ids');

-- name: add
-- A new player.
INSERT INTO players (id, kind, name, url, key_name, path_map, enabled)
VALUES ($id, $kind, $name, $url, $key_name, $path_map, $enabled);

-- name: change
-- What a person decided about a player.
UPDATE players SET name = $name, url = $url, path_map = $path_map, enabled = $enabled WHERE id = $id;

-- name: set_version
-- The version that a player has told, if it is another one.
UPDATE players SET version = $version WHERE id = $id AND version <> $version;

-- name: remove_player
-- Delete a player.
DELETE FROM players WHERE id = $id;

-- name: remove_contact
-- Delete how the last contact with a player ended.
DELETE FROM player_contacts WHERE player_id = $id;

-- name: remove_messages
-- Delete the messages to a player.
DELETE FROM player_messages WHERE player_id = $id;

-- name: remove_keeps
-- Delete the watch states of a player.
DELETE FROM player_keeps WHERE player_id = $id;

-- name: remove_reads
-- Delete what a player showed.
DELETE FROM player_reads WHERE player_id = $id;

-- name: add_contact
-- How the last contact with a player ended.
INSERT INTO player_contacts (player_id, state, reason, attempts, contact_at, next_attempt_at)
VALUES ($id, $state, $reason, $attempts, $at, $next_attempt_at);

-- name: follow_items
-- A message to each enabled player about the titles of which items have written side files.
INSERT INTO player_messages BY NAME
SELECT nextval('player_message_ids') AS id, p.id AS player_id, m.operation_id, m.entity_type, m.entity_id, m.path_bytes,
       $at AS created_at, 'waiting' AS state
FROM metadata_operation_items AS m, players AS p
WHERE list_contains($ids::BIGINT[], m.id) AND m.status = 'success' AND m.entity_type IS NOT NULL AND p.enabled;

-- name: add_message
-- A message to players that a person asks for.
INSERT INTO player_messages BY NAME
SELECT nextval('player_message_ids') AS id, unnest($players::INTEGER[]) AS player_id, $entity_type AS entity_type,
       $entity_id AS entity_id, $path AS path_bytes, $at AS created_at, 'waiting' AS state;

-- name: due_players
-- The enabled players that have to be told something, with the moment of the next attempt.
SELECT p.id, c.next_attempt_at FROM players AS p LEFT JOIN player_contacts AS c ON c.player_id = p.id
WHERE p.enabled AND EXISTS (FROM player_messages AS m WHERE m.player_id = p.id AND m.state = 'waiting')
ORDER BY p.id;

-- name: waiting
-- The titles of which a player has to be told, with all their messages and the pictures that these are about.
SELECT m.entity_type, m.entity_id, list(m.id) AS messages, arg_max(m.path_bytes, m.id) AS path_bytes, any_value(t.name) AS name,
       any_value(coalesce(s.season, e.season)) AS season_number, any_value(e.episode) AS number, any_value(f.media) AS media,
       coalesce(flatten(list(p.pictures) FILTER (p.pictures IS NOT NULL)), []) AS pictures
FROM player_messages AS m
LEFT JOIN publication_rows AS t ON t.entity_type = m.entity_type AND t.entity_id = m.entity_id
LEFT JOIN seasons AS s ON m.entity_type = 'season' AND s.id = m.entity_id
LEFT JOIN episodes AS e ON m.entity_type = 'episode' AND e.id = m.entity_id
LEFT JOIN (/* first_media */) AS f ON f.entity_type = m.entity_type AND f.entity_id = m.entity_id
LEFT JOIN (
    SELECT i.operation_id, i.entity_type, i.entity_id, list(w.path_bytes) AS pictures
    FROM metadata_operation_items AS i JOIN item_side_files AS w ON w.item_id = i.id
    WHERE w.kind <> 'nfo' AND i.operation_id IN (SELECT operation_id FROM player_messages WHERE state = 'waiting')
    GROUP BY ALL
    UNION ALL
    SELECT NULL, entity_type, entity_id, list(path_bytes) FROM published_files WHERE kind <> 'nfo' GROUP BY ALL
) AS p ON p.operation_id IS NOT DISTINCT FROM m.operation_id AND p.entity_type = m.entity_type AND p.entity_id = m.entity_id
WHERE m.player_id = $id AND m.state = 'waiting'
GROUP BY m.entity_type, m.entity_id ORDER BY min(m.id);

-- name: first_media
-- A media file of each series and season.
SELECT 'series' AS entity_type, e.series_id AS entity_id, min(f.path_bytes) AS media
FROM episodes AS e JOIN title_files AS t ON t.entity_type = 'episode' AND t.entity_id = e.id AND t.role = 'main'
JOIN scanned_files AS f USING (file_id) GROUP BY ALL
UNION ALL
SELECT 'season', s.id, min(f.path_bytes)
FROM seasons AS s JOIN episodes AS e ON e.series_id = s.series_id AND e.season = s.season
JOIN title_files AS t ON t.entity_type = 'episode' AND t.entity_id = e.id AND t.role = 'main'
JOIN scanned_files AS f USING (file_id) GROUP BY ALL;

-- name: set_notified
-- A player was told, or cannot find the title.
UPDATE player_messages SET state = $state, notified_at = $at, read_after = $read_after, readings = 0
WHERE list_contains($ids::BIGINT[], id);

-- name: show_notified
-- Copy to the log of publications which players were told about its titles.
UPDATE publish_log AS l SET players_notified = n.notified
FROM (SELECT m.operation_id, m.entity_type, m.entity_id,
             to_json(list({'player': p.name, 'state': CASE m.state WHEN 'waiting' THEN coalesce(nullif(c.state, 'connected'), 'waits')
                                                      WHEN 'outside' THEN 'outside' ELSE 'notified' END} ORDER BY p.id)) AS notified
      FROM player_messages AS m JOIN players AS p ON p.id = m.player_id LEFT JOIN player_contacts AS c ON c.player_id = p.id
      WHERE m.operation_id IN (SELECT operation_id FROM player_messages WHERE list_contains($ids::BIGINT[], id))
      GROUP BY ALL) AS n
WHERE l.operation_id = n.operation_id AND l.entity_type = n.entity_type AND l.entity_id = n.entity_id;

-- name: forget_old
-- Delete messages that have ended long ago.
DELETE FROM player_messages WHERE state <> 'waiting' AND read_after IS NULL AND created_at < $before;

-- name: kept
-- The watch state of a title that is to be restored.
SELECT watch_state FROM player_keeps WHERE player_id = $id AND entity_type = $entity_type AND entity_id = $entity_id;

-- name: keep
-- Keep the watch state of a title.
INSERT INTO player_keeps (player_id, entity_type, entity_id, watch_state)
VALUES ($id, $entity_type, $entity_id, $watch_state);

-- name: forget_kept
-- The watch state of a title was restored.
DELETE FROM player_keeps WHERE player_id = $id AND entity_type = $entity_type AND entity_id = $entity_id;

-- name: due_readings
-- The titles that are to be read back.
SELECT DISTINCT player_id, entity_type, entity_id FROM player_messages
WHERE read_after <= $now AND state = 'notified' ORDER BY ALL;

-- name: next_reading
-- When the next title is to be read back.
SELECT min(m.read_after) FROM player_messages AS m JOIN players AS p ON p.id = m.player_id AND p.enabled
WHERE m.state = 'notified';

-- name: last_messages
-- The titles of which a player was told, each with the last message.
SELECT entity_type, entity_id, max(notified_at) AS notified_at, arg_max(readings, id) AS readings, list(id) AS messages,
       bool_or(state = 'waiting') AS is_waiting
FROM player_messages WHERE player_id = $id GROUP BY ALL;

-- name: known_titles
-- The titles that were published and that a player was told of, or that were read back.
SELECT entity_type, entity_id FROM player_messages WHERE player_id = $id
UNION SELECT entity_type, entity_id FROM player_reads WHERE player_id = $id
UNION SELECT entity_type, entity_id FROM published_files WHERE kind = 'nfo'
ORDER BY ALL;

-- name: remove_readings
-- Delete the last readings of titles.
DELETE FROM player_reads WHERE player_id = $id AND (entity_type, entity_id) IN (
    SELECT (unnest($types::VARCHAR[]), unnest($ids::BIGINT[])));

-- name: add_readings
-- What a player shows.
INSERT INTO player_reads BY NAME
SELECT $id AS player_id, unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id, $at AS read_at,
       unnest($states::VARCHAR[]) AS state, unnest($reasons::VARCHAR[])::JSON AS reasons;

-- name: set_next_reading
-- When titles are read back again; NULL: they are not.
UPDATE player_messages SET readings = readings + 1, read_after = $read_after,
    state = CASE WHEN $read_after IS NULL THEN 'ended' ELSE state END
WHERE list_contains($ids::BIGINT[], id) AND state = 'notified';

-- name: readings
-- A page of the last readings of a player, those first that are not as they should be.
SELECT r.player_id, r.entity_type, r.entity_id, coalesce(t.name, '') AS name, r.read_at, r.state, r.reasons
FROM player_reads AS r LEFT JOIN publication_rows AS t ON t.entity_type = r.entity_type AND t.entity_id = r.entity_id
WHERE r.player_id = $id AND ($state = '' OR r.state = $state)
ORDER BY CASE r.state WHEN 'differs' THEN 0 WHEN 'not_yet' THEN 1 ELSE 2 END, name, r.entity_type, r.entity_id
LIMIT $limit OFFSET $offset;

-- name: titles
-- Names and numbers of titles.
SELECT t.entity_type, t.entity_id, t.name, coalesce(s.season, e.season) AS season_number, e.episode AS number, f.media
FROM publication_rows AS t
LEFT JOIN seasons AS s ON t.entity_type = 'season' AND s.id = t.entity_id
LEFT JOIN episodes AS e ON t.entity_type = 'episode' AND e.id = t.entity_id
LEFT JOIN (/* first_media */) AS f ON f.entity_type = t.entity_type AND f.entity_id = t.entity_id
WHERE (t.entity_type, t.entity_id) IN (SELECT (unnest($types::VARCHAR[]), unnest($ids::BIGINT[])));
