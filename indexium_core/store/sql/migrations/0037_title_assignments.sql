-- The titles to which a person moved files. They count more than names, container tags and NFO files.
CREATE TABLE title_assignments (
    file_id BIGINT NOT NULL,
    entity_type VARCHAR NOT NULL,                  -- movie, series, episode
    entity_id BIGINT NOT NULL,
    role VARCHAR NOT NULL,                         -- main, extra, trailer, sample
    assigned_at TIMESTAMPTZ NOT NULL
);
-- A file that a person moved to a title keeps the title, as a value by hand does.
CREATE OR REPLACE VIEW touched_titles AS
SELECT entity_type, entity_id FROM title_values WHERE origin = 'hand' OR locked
UNION SELECT entity_type, entity_id FROM title_searches WHERE state = 'accepted' AND decided_by = 'hand'
UNION SELECT entity_type, entity_id FROM title_assignments;
