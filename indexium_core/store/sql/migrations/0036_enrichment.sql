-- The attempts to fetch the metadata of each title, and what happens with the people of its cast.
CREATE TABLE title_enrichment (
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,           -- failed ones since the last success
    problem VARCHAR NOT NULL DEFAULT '',           -- of the last attempt, as a sentence
    attempted_at TIMESTAMPTZ,
    not_before TIMESTAMPTZ,                        -- when a provider that gave no answer may be asked again; NULL: all answered
    cast_taken VARCHAR[] NOT NULL DEFAULT [],      -- keys of the people of the cast that were assigned to its files
    PRIMARY KEY (entity_type, entity_id)
);
ALTER TABLE libraries ADD COLUMN cast_people VARCHAR DEFAULT 'suggest';  -- off, suggest, add
