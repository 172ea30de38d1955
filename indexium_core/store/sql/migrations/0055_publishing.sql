-- Publishing: NFO files and pictures beside the media.
-- What a library publishes. `publish`: off, nfo, artwork, both. A column is NULL where its default counts.
ALTER TABLE libraries ADD COLUMN publish VARCHAR;             -- NULL: nobody has decided, which is off
ALTER TABLE libraries ADD COLUMN publish_kinds VARCHAR[];     -- kinds of pictures; NULL: all
ALTER TABLE libraries ADD COLUMN publish_readers VARCHAR[];   -- programs that read the files; NULL: all
ALTER TABLE libraries ADD COLUMN publish_people BOOLEAN;      -- people of the files become cast members; NULL: yes

-- Whether a title has changes that are not published is derived from the plan of publications; without one it has none.
ALTER TABLE movies ALTER has_unpublished_changes SET DEFAULT FALSE;
UPDATE movies SET has_unpublished_changes = FALSE;
ALTER TABLE series ALTER has_unpublished_changes SET DEFAULT FALSE;
UPDATE series SET has_unpublished_changes = FALSE;
ALTER TABLE seasons ALTER has_unpublished_changes SET DEFAULT FALSE;
UPDATE seasons SET has_unpublished_changes = FALSE;
ALTER TABLE episodes ALTER has_unpublished_changes SET DEFAULT FALSE;
UPDATE episodes SET has_unpublished_changes = FALSE;

-- An item changes a file, or the side files of a title: then it has no file but a subject, see
-- `model/publishing/subjects.py`. What an item changes is the subject, else the file.
ALTER TABLE metadata_operation_items ALTER file_id DROP NOT NULL;
ALTER TABLE metadata_history ALTER file_id DROP NOT NULL;
ALTER TABLE metadata_operation_items ADD COLUMN subject BIGINT;
ALTER TABLE metadata_operation_items ADD COLUMN entity_type VARCHAR;  -- movie, series, season, episode, video; NULL: a file
ALTER TABLE metadata_operation_items ADD COLUMN entity_id BIGINT;

-- The side files of an item, in the order in which they were shown. An item of a rollback has them in reverse.
CREATE TABLE item_side_files (
    item_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    library_id INTEGER NOT NULL,
    path_bytes BLOB NOT NULL,
    kind VARCHAR NOT NULL,                         -- nfo, poster, backdrop, …
    action VARCHAR NOT NULL,                       -- create, update, replace, remove
    before_hash VARCHAR,                           -- BLAKE3, hex; NULL: no file
    before_mtime_ns BIGINT,
    after_hash VARCHAR,                            -- NULL: no file
    body BLOB,                                     -- the new bytes of an NFO file, deflated
    contents_hash VARCHAR,                         -- of what an NFO file has to say, BLAKE3, hex
    own_elements JSON                              -- of an NFO file: what we wrote in it, as our reader reads it
);

-- The side files that are ours: what the last publication in force left at a path.
CREATE SEQUENCE published_file_ids START 1;
CREATE TABLE published_files (
    id BIGINT NOT NULL,
    path_bytes BLOB NOT NULL,
    library_id INTEGER NOT NULL,
    entity_type VARCHAR NOT NULL,                  -- movie, series, season, episode, video
    entity_id BIGINT NOT NULL,                     -- of a video, the id of the file
    kind VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,                 -- BLAKE3, hex
    body BLOB,                                     -- an NFO file, deflated
    contents_hash VARCHAR,                         -- of what an NFO file has to say, BLAKE3, hex
    own_elements JSON,
    former_hash VARCHAR,                           -- of the file that was there before; NULL: none
    former_mtime_ns BIGINT,
    operation_id BIGINT NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL DEFAULT 'published'     -- published, drifted, missing, released
);

-- What people decide about a side file that is not as we left it. A decision counts while the file has the same bytes.
CREATE TABLE side_file_choices (
    path_bytes BLOB NOT NULL,
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    content_hash VARCHAR NOT NULL,                 -- of the file, BLAKE3, hex
    choice VARCHAR NOT NULL,                       -- replace: our file takes its place; keep: theirs stays
    decided_at TIMESTAMPTZ NOT NULL,
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL
);

-- When other programs changed side files of ours: two changes within a day stop the publication of the file.
CREATE TABLE side_file_flips (
    path_bytes BLOB NOT NULL,
    operation_id BIGINT NOT NULL,                  -- what it published is overwritten
    found_at TIMESTAMPTZ NOT NULL
);

CREATE SEQUENCE publish_log_ids START 1;
CREATE TABLE publish_log (
    id BIGINT NOT NULL,
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    nfo_hash VARCHAR,                              -- NULL: without an NFO file
    assets_published JSON NOT NULL,                -- kind and hash of each picture
    published_at TIMESTAMPTZ NOT NULL,
    published_by VARCHAR NOT NULL,
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    success BOOLEAN NOT NULL,
    error_message VARCHAR NOT NULL,
    players_notified JSON NOT NULL,
    operation_id BIGINT NOT NULL
);

-- The plan of publications: one row for each title and video, computed when one of its inputs changes.
CREATE TABLE publication_rows (
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    library_id INTEGER NOT NULL,
    top_type VARCHAR NOT NULL,                     -- the row of the list that it belongs to: of an episode, its series
    top_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    sort_name VARCHAR NOT NULL,
    search VARCHAR NOT NULL,                       -- folded: names, folder, files
    folder VARCHAR NOT NULL,                       -- for display
    risk VARCHAR NOT NULL,                         -- safe, warning, danger, blocked, unchanged
    codes VARCHAR[] NOT NULL,
    actions VARCHAR[] NOT NULL,                    -- one for each file
    new_bytes BIGINT NOT NULL,
    files JSON NOT NULL,
    people VARCHAR[] NOT NULL,
    is_unpublished BOOLEAN NOT NULL,
    digest VARCHAR NOT NULL,                       -- of what would be written
    inputs UBIGINT NOT NULL                        -- a digest of its inputs in the database
);
