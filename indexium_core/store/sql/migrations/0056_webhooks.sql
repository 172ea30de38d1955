-- Events of other programs, and how far each library may go by itself.

-- A program that sends events. Its secret is not stored, only its SHA-256, so it is shown once.
CREATE SEQUENCE webhook_source_ids START 1;
CREATE TABLE webhook_sources (
    id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,                         -- radarr, sonarr, jellyfin, generic
    name VARCHAR NOT NULL,                         -- unique, a part of the address
    secret_hash VARCHAR NOT NULL,                  -- SHA-256, hex
    folder_map JSON NOT NULL,                      -- pairs: a folder of the sender, the same folder here
    anchor VARCHAR NOT NULL,                       -- a file in each mapped folder; "": none
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    secret_at TIMESTAMPTZ NOT NULL,                -- when the present secret was made
    last_event_at TIMESTAMPTZ
);

-- What sources sent. An event waits until its folder is quiet and its reaction has ended.
CREATE SEQUENCE webhook_event_ids START 1;
CREATE TABLE webhook_events (
    id BIGINT NOT NULL,
    source_id INTEGER NOT NULL,
    key VARCHAR NOT NULL,                          -- of the stored request
    digest VARCHAR NOT NULL,                       -- of the body, BLAKE3, hex
    received_at TIMESTAMPTZ NOT NULL,              -- of an event with repetitions, of the last one
    times INTEGER NOT NULL,                        -- that the same body came while it waited
    event_type VARCHAR NOT NULL,
    name VARCHAR NOT NULL,                         -- of the film or the series
    body JSON NOT NULL,
    library_id INTEGER,                            -- NULL: not known (yet)
    folder VARCHAR NOT NULL,                       -- of the title, below the folder of the library; "": all of it
    other_folders VARCHAR[] NOT NULL,              -- more folders to scan: those that files have left
    is_upgrade BOOLEAN NOT NULL,
    upgraded VARCHAR[] NOT NULL,                   -- folders in which the sender removed files
    state VARCHAR NOT NULL,                        -- waiting, handled, ignored, failed
    not_before TIMESTAMPTZ,                        -- of a waiting event: when its reaction may start
    job_id BIGINT,                                 -- of the reaction
    handled_at TIMESTAMPTZ,
    result VARCHAR NOT NULL                        -- a sentence
);

-- The files of received events that are rows already, until the files are removed: a kill in between repeats no event.
CREATE TABLE webhook_files (
    name VARCHAR NOT NULL
);

-- The ids that senders gave to films and series, by folder. They count as ids in names.
CREATE TABLE sender_ids (
    library_id INTEGER NOT NULL,
    folder VARCHAR NOT NULL,                       -- below the folder of the library
    title_type VARCHAR NOT NULL,                   -- movie, series; "": not known
    provider VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    source_id INTEGER NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);

-- How far a library may go by itself. A library without a row has the defaults of `model/connections/automation.py`.
CREATE TABLE library_automation_config (
    library_id INTEGER NOT NULL,
    automation_mode VARCHAR NOT NULL,              -- manual, hybrid, automatic
    auto_enrich BOOLEAN NOT NULL,
    auto_select_assets BOOLEAN NOT NULL,
    auto_publish BOOLEAN NOT NULL,
    webhook_enabled BOOLEAN NOT NULL,
    webhook_auto_publish BOOLEAN NOT NULL,
    scheduled_scan BOOLEAN NOT NULL,               -- the nightly scan includes it
    night_limit INTEGER NOT NULL,                  -- files that are published by themselves in 24 hours; 0: no limit
    quiet_from VARCHAR NOT NULL,                   -- HH:MM, local; "": no quiet time
    quiet_until VARCHAR NOT NULL
);
