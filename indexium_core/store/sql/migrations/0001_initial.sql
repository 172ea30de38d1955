-- The first schema. No foreign keys and no secondary unique indices on tables that are updated (DuckDB rewrites an
-- updated indexed row as delete + insert). Keys that need Unicode rules are computed in Python and stored.

CREATE SEQUENCE ids START 1;                       -- every id but the three below

CREATE TABLE libraries (
    library_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    path VARCHAR NOT NULL,                         -- for display
    path_bytes BLOB NOT NULL,                      -- as the OS gives it
    device UBIGINT,                                -- st_dev at the last scan that saw it
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
    device UBIGINT, inode UBIGINT,                 -- the kernel's numbers use all 64 bits
    nlink BIGINT, mode BIGINT,
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
    name VARCHAR NOT NULL,                         -- with the spelling of the user
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

-- The people of each file. A row belongs to a payload (file_hash). If the payload is missing or not known yet, the row
-- belongs to a path, which a scan may find later.
CREATE TABLE video_people (
    assignment_id BIGINT PRIMARY KEY,              -- also the order of assignment
    file_hash VARCHAR,
    path_bytes BLOB,
    person_id INTEGER NOT NULL,
    origin VARCHAR NOT NULL,                       -- face, hand, import, file
    created_at TIMESTAMPTZ NOT NULL
);
-- What an assignment belongs to, as one value to join by: the hash, else the path (which begins with a slash).
CREATE VIEW assignments AS
SELECT *, coalesce(encode(file_hash), path_bytes) AS target FROM video_people;
-- The values by which a file can have assignments: its hash and its path.
CREATE VIEW file_targets AS
SELECT file_id, encode(file_hash) AS target FROM scanned_files WHERE file_hash IS NOT NULL
UNION ALL SELECT file_id, path_bytes FROM scanned_files;
-- The people of each file. Every copy of a payload has the people of the payload.
CREATE VIEW file_people AS
SELECT t.file_id, a.person_id, a.assignment_id, a.origin FROM assignments AS a JOIN file_targets AS t USING (target);

-- Files whose assignments were removed or renamed stay in the plan.
CREATE TABLE touched_files (file_id BIGINT PRIMARY KEY, reason VARCHAR NOT NULL);

-- Decisions of the user about files. Each file has at most one decision of each kind in force (revoked_at IS NULL).
CREATE TABLE decisions (
    decision_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                         -- edit, postpone, mode
    people VARCHAR[],                              -- edit: the wanted list
    people_keys VARCHAR[],                         -- edit: person_key of each of them
    db_people VARCHAR[],                           -- edit: people of the database at that time (edit_outdated)
    until TIMESTAMPTZ,                             -- postpone: NULL = until revoked
    people_mode VARCHAR,
    comment_mode VARCHAR,
    reason VARCHAR NOT NULL DEFAULT '',            -- e.g. rolled_back
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);

-- Incremental plans. A mark shows that the plan of a file must be computed again. A variant (one combination of modes)
-- has processed all marks up to seen_mark. A plan row is in force for plan ids in [from_version, to_version).
CREATE SEQUENCE mark_ids START 1;
CREATE TABLE plan_marks (mark_id BIGINT NOT NULL, file_id BIGINT NOT NULL);
CREATE TABLE plan_variants (
    variant_id INTEGER PRIMARY KEY,
    people_mode VARCHAR,                           -- NULL: the default, so that file and library modes count
    comment_mode VARCHAR,
    include_unknown BOOLEAN NOT NULL,
    seen_mark BIGINT NOT NULL,
    plan_id BIGINT,                                -- newest version
    used_at TIMESTAMPTZ NOT NULL                   -- approximate time of the last use
);
CREATE SEQUENCE plan_ids START 1;
CREATE TABLE plans (
    plan_id BIGINT PRIMARY KEY,
    variant_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    item_count BIGINT NOT NULL,                    -- rows that this version changed
    reason VARCHAR NOT NULL DEFAULT ''
);
-- The words of the plan are one type: each takes one byte, and all can be compared with each other.
CREATE TYPE plan_word AS ENUM (
    'safe', 'warning', 'danger', 'blocked', 'unchanged', 'add', 'merge', 'remove', 'rewrite', 'exact', 'replace', 'preserve'
);
-- Lists and comments are most of the cost of a plan, so values that follow from other columns are not stored. Readers
-- use the view `plan_items`.
CREATE TABLE plan_rows (
    variant_id INTEGER NOT NULL,
    file_id BIGINT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT,                             -- NULL: in force
    existing VARCHAR[] NOT NULL,                   -- people that the file names
    result VARCHAR[],                              -- NULL: nothing would change
    known VARCHAR[],                               -- people of the database; NULL: as the result, else as existing
    added VARCHAR[],                               -- NULL: the whole result
    removed VARCHAR[],                             -- NULL: no people
    added_count INTEGER NOT NULL,                  -- to count a list, all its names would be read
    removed_count INTEGER NOT NULL,
    old_comment VARCHAR,
    new_comment VARCHAR,
    category plan_word NOT NULL,
    risk_level plan_word NOT NULL,
    issues INTEGER NOT NULL,                       -- a bit for each code of `issue_codes`
    container VARCHAR NOT NULL,
    est_seconds DOUBLE NOT NULL,
    est_bytes BIGINT NOT NULL,
    edited BOOLEAN NOT NULL,
    postponed BOOLEAN NOT NULL,
    people_mode plan_word NOT NULL,                -- the mode that was in force
    comment_mode plan_word NOT NULL,
    digest UBIGINT NOT NULL                        -- of all columns except the versions: equal rows have equal digests
);
-- The codes of a plan's issues by bit, the most severe first. Messages are made when a page is read.
CREATE MACRO issue_codes(bits) AS list_filter([
    'missing_file', 'offline', 'unreadable', 'read_only', 'unsupported_container', 'corrupt', 'invalid_person_name',
    'no_strategy_yet', 'file_growing', 'custom_comment', 'tag_removal_all', 'case_collision', 'tag_removal',
    'overwrite_comment', 'edit_outdated', 'hard_linked', 'duplicate_content', 'other_readers_differ', 'shown_as_plot',
    'rolled_back'
], lambda code, place: (bits >> (place - 1)::INTEGER) & 1 = 1);
CREATE VIEW plan_items AS
SELECT variant_id, file_id, from_version, to_version, coalesce(known, result, existing) AS db_people,
       existing AS existing_people, coalesce(result, existing) AS result_people,
       CASE WHEN result IS NULL THEN [] ELSE coalesce(added, result) END AS tags_to_add,
       coalesce(removed, []) AS tags_to_remove, added_count, removed_count,
       CASE WHEN result IS NULL THEN []
            ELSE [{'field': 'comment', 'old': old_comment, 'new': new_comment, 'where': 'container'}] END AS changes,
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update,
       CASE WHEN issues = 0 THEN [] ELSE issue_codes(issues) END AS issues, issues AS issue_bits,
       container, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode
FROM plan_rows;

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
    reverts_id BIGINT,                             -- rollback: the operation that it rolls back
    finished_as VARCHAR,                           -- its final status before a rollback changed the status
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
    restore_mtime_ns BIGINT,                       -- rollback: the mtime that is restored with the bytes
    strategy VARCHAR NOT NULL DEFAULT '',
    proof JSON,
    code VARCHAR NOT NULL DEFAULT '',
    error_message VARCHAR NOT NULL DEFAULT '',
    seconds DOUBLE,
    reverts_item BIGINT,                           -- rollback: the item that it rolls back
    reverted_by BIGINT,                            -- the rollback item in force that rolled this item back
    original_state VARCHAR,                        -- digest of all bytes but the payload, before …
    written_state VARCHAR,                         -- … and after
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
    dropped_at TIMESTAMPTZ                         -- when the journal was removed: no rollback byte for byte
);
