-- Undo and redo of decisions, and edits under a name. (DuckDB adds columns without constraints only.)

-- What a person did at once, newest last. One that is undone can be redone until the next one is made.
CREATE SEQUENCE step_ids START 1;
CREATE TABLE review_steps (
    step_id BIGINT NOT NULL,
    label VARCHAR NOT NULL,                        -- in the past tense: "skipped 3 files"
    files BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ                          -- NULL: it is in force
);
-- Decisions are never deleted: to undo a step, what it made is ended and what it ended is in force again.
ALTER TABLE decisions ADD COLUMN made_by BIGINT;   -- step_id; NULL: made by no step of a person's
ALTER TABLE decisions ADD COLUMN ended_by BIGINT;  -- the step that last ended it

-- Edits that are made again and again: people to add, or one person put in another's place.
CREATE TABLE edit_templates (
    template_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,                     -- casefold of NFC
    people VARCHAR[] NOT NULL,                     -- to add
    old_person VARCHAR,                            -- whom to look for …
    new_person VARCHAR,                            -- … and who comes in their place
    created_at TIMESTAMPTZ NOT NULL
);
