-- Files that are written anew as a whole: their hashes change and their identity does not, their backups may be more
-- than a journal, and what a plan has to say of them. (DuckDB adds columns without constraints only.)

-- Hashes that one film has had through writes of ours, the present one among them. Those with the same number are the
-- same film. A film that was never rewritten has no row.
CREATE SEQUENCE film_ids START 1;
CREATE TABLE film_hashes (
    film_id BIGINT NOT NULL,
    file_hash VARCHAR NOT NULL,
    size BIGINT,                                   -- of the file when it last had this hash; NULL: another home said it
    noted_at TIMESTAMPTZ NOT NULL
);
-- Each hash with the others of its film.
CREATE VIEW previous_hashes AS
SELECT f.file_hash, o.file_hash AS previous_hash, o.size AS previous_size, f.film_id
FROM film_hashes AS f JOIN film_hashes AS o ON o.film_id = f.film_id AND o.file_hash <> f.file_hash;

ALTER TABLE libraries ADD COLUMN free_bytes BIGINT;                -- on the root's file system at the last scan

ALTER TABLE metadata_operation_items ADD COLUMN restore VARCHAR;   -- rollback: bytes, or only the comment
UPDATE metadata_operation_items SET restore = 'bytes' WHERE reverts_item IS NOT NULL;

-- The kind of a backup says how a file comes back: journal (old bytes of what was changed in place), delta (how to build
-- the old file out of the new one), original (the old file itself), tags (only the comment can be restored).
ALTER TABLE metadata_history ADD COLUMN kept_path BLOB;            -- of a kept original, until it is removed
ALTER TABLE metadata_history ADD COLUMN kept_bytes BIGINT DEFAULT 0;
ALTER TABLE metadata_history ADD COLUMN evicted_reason VARCHAR;    -- why it was dropped, as a sentence says it

-- A plan can be worked out anew at any time, and the bits of its issues have other meanings from now on.
DELETE FROM plan_rows;
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
ALTER TABLE plan_variants ADD COLUMN hard_links VARCHAR;           -- block, break: whether rewriting may part names
ALTER TABLE plan_variants ADD COLUMN large_bytes BIGINT;           -- from this size on a rewrite is a warning
-- The codes of a plan's issues as bits say them: first those that block, then dangers, warnings, notes. A code that is
-- there twice weighs differently in different files.
CREATE OR REPLACE MACRO issue_codes(bits) AS list_filter([
    'missing_file', 'offline', 'unreadable', 'read_only', 'unsupported_container', 'corrupt', 'invalid_person_name',
    'no_strategy_yet', 'file_growing', 'hard_linked',
    'custom_comment', 'tag_removal_all', 'case_collision',
    'tag_removal', 'overwrite_comment', 'edit_outdated', 'hard_linked', 'full_rewrite', 'low_space', 'duplicate_content',
    'full_rewrite', 'other_readers_differ', 'shown_as_plot', 'rolled_back'
], lambda code, place: (bits >> (place - 1)::INTEGER) & 1 = 1);
