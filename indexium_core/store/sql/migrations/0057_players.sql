-- Players: which programs are told what was published, what they still have to be told, and what they show.
CREATE SEQUENCE player_ids START 1;
CREATE TABLE players (
    id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,                         -- jellyfin, emby, kodi, plex
    name VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    key_name VARCHAR NOT NULL,                     -- in the key file; the key itself is not in the database
    path_map JSON NOT NULL,                        -- pairs [folder of the player, folder here]
    enabled BOOLEAN NOT NULL,
    version VARCHAR NOT NULL DEFAULT ''            -- that the player has told
);

-- How the last contact with each player ended.
CREATE TABLE player_contacts (
    player_id INTEGER NOT NULL,
    state VARCHAR NOT NULL,                        -- connected, waits, refused, failed
    reason VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,                     -- that failed one after the other
    contact_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ                    -- NULL: nothing is retried
);

-- What players are told: one row for each player and published title. A message is stored together with the result of the
-- publication, so a kill loses none.
CREATE SEQUENCE player_message_ids START 1;
CREATE TABLE player_messages (
    id BIGINT NOT NULL,
    player_id INTEGER NOT NULL,
    operation_id BIGINT,                           -- NULL: a person asked for the message
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    path_bytes BLOB NOT NULL,                      -- the media file, or the folder of a series or a season
    created_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,                        -- waiting, notified, outside (the player cannot find it), ended
    notified_at TIMESTAMPTZ,
    read_after TIMESTAMPTZ,                        -- when the player is read back; NULL: not by itself
    readings INTEGER NOT NULL DEFAULT 0            -- since the message
);

-- Watch states that a player is about to lose. They are restored, also after a kill.
CREATE TABLE player_keeps (
    player_id INTEGER NOT NULL,
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    watch_state JSON NOT NULL
);

-- What players showed of titles when they were read back the last time.
CREATE TABLE player_reads (
    player_id INTEGER NOT NULL,
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,                        -- seen, not_yet, differs
    reasons JSON NOT NULL                          -- sentences
);
