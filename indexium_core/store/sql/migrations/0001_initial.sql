-- The first schema. No foreign keys and no secondary unique indices on tables that are updated (DuckDB rewrites an
-- updated indexed row as delete + insert). Keys that need Unicode rules are computed in Python and stored.

CREATE SEQUENCE ids START 1;                       -- every id but the three below

CREATE TABLE libraries (
    library_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    path VARCHAR NOT NULL,                         -- for display
    path_bytes BLOB NOT NULL,                      -- as the OS gives it
    device BIGINT,                                 -- st_dev at the last scan that saw it
    state VARCHAR NOT NULL DEFAULT 'online',       -- online, offline
    state_reason VARCHAR NOT NULL DEFAULT '',
    people_mode VARCHAR,
    comment_mode VARCHAR,
    settings JSON,
    schedule VARCHAR,
    scanned_at TIMESTAMPTZ
);

CREATE SEQUENCE file_ids START 1;
CREATE TABLE scanned_files (
    file_id BIGINT PRIMARY KEY,
    library_id INTEGER NOT NULL,
    path_bytes BLOB NOT NULL,                      -- the key on disk
    path VARCHAR NOT NULL,                         -- for display: U+FFFD for what cannot be decoded
    path_search VARCHAR NOT NULL,                  -- folded for search
    folder VARCHAR NOT NULL,                       -- below the root, '/'-separated, '' for the root
    file_name VARCHAR NOT NULL,
    file_ext VARCHAR NOT NULL,                     -- lower case, no dot
    device BIGINT, inode BIGINT, nlink INTEGER, mode INTEGER,
    size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    own_mtime_ns BIGINT,                           -- the mtime that our own last write left behind
    read_only BOOLEAN NOT NULL DEFAULT FALSE,      -- by the mode bits, also for root
    state VARCHAR NOT NULL,                        -- ok, missing, empty, corrupt, unreadable, not_video
    state_message VARCHAR NOT NULL DEFAULT '',
    growing BOOLEAN NOT NULL DEFAULT FALSE,        -- mtime was younger than 60 s at the scan
    file_hash VARCHAR,
    container VARCHAR NOT NULL DEFAULT '',
    duration DOUBLE,
    streams JSON,                                  -- list of stream facts
    tags JSON,                                     -- {"container": {...}, "streams": [...]}
    comment VARCHAR,
    comment_fields JSON,                           -- every place that holds a comment
    fields_differ BOOLEAN NOT NULL DEFAULT FALSE,
    people VARCHAR[] NOT NULL,                     -- parsed from the comment, in its order
    people_keys VARCHAR[] NOT NULL,                -- person_key of each
    custom_text VARCHAR NOT NULL DEFAULT '',       -- what a replaced comment would lose
    comment_before VARCHAR NOT NULL DEFAULT '',    -- preserve mode: text before the new segment …
    comment_after VARCHAR NOT NULL DEFAULT '',     -- … and after it
    comment_without VARCHAR,                       -- preserve mode, no people left: what remains, NULL if nothing
    strategy VARCHAR NOT NULL DEFAULT '',
    strategy_code VARCHAR NOT NULL DEFAULT '',     -- why there is none
    strategy_message VARCHAR NOT NULL DEFAULT '',
    est_seconds DOUBLE NOT NULL DEFAULT 0,
    est_bytes BIGINT NOT NULL DEFAULT 0,
    first_seen_at TIMESTAMPTZ NOT NULL,
    scanned_at TIMESTAMPTZ NOT NULL                -- when these facts were read
);

CREATE TABLE people (
    person_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,                         -- as the user spelt it
    person_key VARCHAR NOT NULL,                   -- casefold of NFC
    search VARCHAR NOT NULL,                       -- folded for search
    created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE person_aliases (
    alias VARCHAR NOT NULL,
    alias_key VARCHAR NOT NULL,
    person_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Who is in what. A row belongs to a payload (file_hash) or, where there is none or it is not known yet, to a path:
-- rows whose path no scan has met wait here.
CREATE TABLE video_people (
    assignment_id BIGINT PRIMARY KEY,              -- also the order of assignment
    file_hash VARCHAR,
    path_bytes BLOB,
    person_id INTEGER NOT NULL,
    origin VARCHAR NOT NULL,                       -- face, hand, import, file
    created_at TIMESTAMPTZ NOT NULL
);
-- Files whose assignments were taken away or renamed stay in the plan.
CREATE TABLE touched_files (file_id BIGINT PRIMARY KEY, reason VARCHAR NOT NULL);

-- Standing decisions of the person, per file. At most one row a file and kind is in force (revoked_at IS NULL).
CREATE TABLE decisions (
    decision_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                         -- edit, postpone, mode
    people VARCHAR[],                              -- edit: the wanted list
    db_people VARCHAR[],                           -- edit: what the database said then (edit_outdated)
    until TIMESTAMPTZ,                             -- postpone: NULL = until revoked
    people_mode VARCHAR,
    comment_mode VARCHAR,
    reason VARCHAR NOT NULL DEFAULT '',            -- e.g. rolled_back
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);

-- Incremental plans. A mark says that a file's plan must be worked out again; a variant (one combination of modes) has
-- worked in all marks up to seen_mark. A plan row is in force for plan ids in [from_version, to_version).
CREATE SEQUENCE mark_ids START 1;
CREATE TABLE plan_marks (mark_id BIGINT NOT NULL, file_id BIGINT NOT NULL);
CREATE TABLE plan_variants (
    variant_id INTEGER PRIMARY KEY,
    people_mode VARCHAR,                           -- NULL: the default, so that file and library modes count
    comment_mode VARCHAR,
    include_unknown BOOLEAN NOT NULL,
    seen_mark BIGINT NOT NULL,
    plan_id BIGINT                                 -- newest version
);
CREATE SEQUENCE plan_ids START 1;
CREATE TABLE plans (
    plan_id BIGINT PRIMARY KEY,
    variant_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    item_count BIGINT NOT NULL,                    -- rows that this version changed
    reason VARCHAR NOT NULL DEFAULT ''
);
CREATE TABLE plan_items (
    variant_id INTEGER NOT NULL,
    file_id BIGINT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT,                             -- NULL: in force
    db_people VARCHAR[] NOT NULL,
    existing_people VARCHAR[] NOT NULL,
    result_people VARCHAR[] NOT NULL,
    tags_to_add VARCHAR[] NOT NULL,
    tags_to_remove VARCHAR[] NOT NULL,
    changes STRUCT(field VARCHAR, "old" VARCHAR, "new" VARCHAR, "where" VARCHAR)[] NOT NULL,
    category VARCHAR NOT NULL,
    risk_level VARCHAR NOT NULL,
    can_update BOOLEAN NOT NULL,
    issues VARCHAR[] NOT NULL,                     -- codes; messages are made when a page is read
    est_seconds DOUBLE NOT NULL,
    est_bytes BIGINT NOT NULL,
    edited BOOLEAN NOT NULL,
    postponed BOOLEAN NOT NULL,
    people_mode VARCHAR NOT NULL,                  -- the mode that was in force
    comment_mode VARCHAR NOT NULL
);

CREATE SEQUENCE operation_ids START 1;
CREATE TABLE metadata_operations (
    id BIGINT PRIMARY KEY,
    operation_type VARCHAR NOT NULL,               -- write, rollback
    status VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    completed_at TIMESTAMPTZ,
    file_count BIGINT NOT NULL DEFAULT 0,
    success_count BIGINT NOT NULL DEFAULT 0,
    failure_count BIGINT NOT NULL DEFAULT 0,
    skipped_count BIGINT NOT NULL DEFAULT 0,
    conflict_count BIGINT NOT NULL DEFAULT 0,
    unknown_count BIGINT NOT NULL DEFAULT 0,
    seconds DOUBLE NOT NULL DEFAULT 0,
    error_message VARCHAR NOT NULL DEFAULT '',
    user_note VARCHAR NOT NULL DEFAULT '',
    user_action VARCHAR NOT NULL DEFAULT '',
    user_name VARCHAR NOT NULL DEFAULT '',
    source VARCHAR NOT NULL DEFAULT '',
    plan_id BIGINT,
    job_id BIGINT,
    reverts_id BIGINT,                             -- rollback: the operation taken back
    options JSON NOT NULL
);
CREATE TABLE metadata_operation_items (
    id BIGINT PRIMARY KEY,
    operation_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    file_hash VARCHAR,
    file_path VARCHAR NOT NULL,
    path_bytes BLOB NOT NULL,
    status VARCHAR NOT NULL,
    previous_comment VARCHAR,
    new_comment VARCHAR,
    tags_added VARCHAR[] NOT NULL,
    tags_removed VARCHAR[] NOT NULL,
    changes STRUCT(field VARCHAR, "old" VARCHAR, "new" VARCHAR, "where" VARCHAR)[] NOT NULL,
    expected_size BIGINT NOT NULL,                 -- precondition: the file as it was planned
    expected_mtime_ns BIGINT NOT NULL,
    strategy VARCHAR NOT NULL DEFAULT '',
    proof JSON,
    code VARCHAR NOT NULL DEFAULT '',
    error_message VARCHAR NOT NULL DEFAULT '',
    seconds DOUBLE,
    reverts_item BIGINT,                           -- rollback: the item taken back
    processed_at TIMESTAMPTZ
);
CREATE TABLE metadata_history (
    id BIGINT PRIMARY KEY,
    operation_item_id BIGINT NOT NULL,
    operation_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    file_hash VARCHAR,
    backup_timestamp TIMESTAMPTZ NOT NULL,
    original_comment VARCHAR,
    original_metadata_json JSON,                   -- all tags of container and streams
    original_mtime_ns BIGINT NOT NULL,
    journal VARCHAR NOT NULL,                      -- name of the undo journal below backups/
    kind VARCHAR NOT NULL DEFAULT 'journal',
    bytes BIGINT NOT NULL DEFAULT 0,
    expires_at TIMESTAMPTZ NOT NULL,
    dropped_at TIMESTAMPTZ                         -- the journal is gone: no longer byte for byte
);
