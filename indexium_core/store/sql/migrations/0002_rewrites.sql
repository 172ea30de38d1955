-- Files that are replaced by a new file: their hash changes, their identity stays, and their backup may be more than a
-- journal. The plan has warnings for them. (DuckDB can only add columns without constraints.)

-- All hashes of a video that Indexium rewrote, including its present one. Hashes with the same number belong to the
-- same video. A video that was never rewritten has no row.
CREATE SEQUENCE film_ids START 1;
CREATE TABLE film_hashes (
    film_id BIGINT NOT NULL,
    file_hash VARCHAR NOT NULL,
    size BIGINT,                                   -- of the file when it last had this hash; NULL: from another home
    noted_at TIMESTAMPTZ NOT NULL
);
-- Each hash with the other hashes of its video.
CREATE VIEW previous_hashes AS
SELECT f.file_hash, o.file_hash AS previous_hash, o.size AS previous_size, f.film_id
FROM film_hashes AS f JOIN film_hashes AS o ON o.film_id = f.film_id AND o.file_hash <> f.file_hash;

ALTER TABLE libraries ADD COLUMN free_bytes BIGINT;                -- on the root's file system at the last scan

ALTER TABLE metadata_operation_items ADD COLUMN restore VARCHAR;   -- rollback: bytes, or only the comment
UPDATE metadata_operation_items SET restore = 'bytes' WHERE reverts_item IS NOT NULL;

-- The kind of a backup is the method of its rollback: journal (the old bytes of a change in place), delta (builds the
-- old file from the new one), original (the old file itself), tags (only the comment can be restored).
ALTER TABLE metadata_history ADD COLUMN kept_path BLOB;            -- of a kept original, until it is removed
ALTER TABLE metadata_history ADD COLUMN kept_bytes BIGINT DEFAULT 0;
ALTER TABLE metadata_history ADD COLUMN evicted_reason VARCHAR;    -- why it was dropped, as a sentence

-- The plan is computed again, because the bits of its issues have other meanings from now on.
DELETE FROM plan_rows;
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
ALTER TABLE plan_variants ADD COLUMN hard_links VARCHAR;           -- block, break: may a rewrite separate links
ALTER TABLE plan_variants ADD COLUMN large_bytes BIGINT;           -- from this size on a rewrite is a warning
-- The codes of a plan's issues by bit: first those that block, then dangers, warnings, notes. A code that occurs twice
-- has different severities in different files.
CREATE OR REPLACE MACRO issue_codes(bits) AS list_filter([
    'missing_file', 'offline', 'unreadable', 'read_only', 'unsupported_container', 'corrupt', 'invalid_person_name',
    'no_strategy_yet', 'file_growing', 'hard_linked',
    'custom_comment', 'tag_removal_all', 'case_collision',
    'tag_removal', 'overwrite_comment', 'edit_outdated', 'hard_linked', 'full_rewrite', 'low_space', 'duplicate_content',
    'full_rewrite', 'other_readers_differ', 'shown_as_plot', 'rolled_back'
], lambda code, place: (bits >> (place - 1)::INTEGER) & 1 = 1);
