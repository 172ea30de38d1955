-- Undo and redo of decisions, and named edits. (DuckDB can only add columns without constraints.)

-- The steps of the user, newest last. A step that was undone can be redone until the user makes the next step.
CREATE SEQUENCE step_ids START 1;
CREATE TABLE review_steps (
    step_id BIGINT NOT NULL,
    label VARCHAR NOT NULL,                        -- in the past tense: "skipped 3 files"
    files BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ                          -- NULL: it is in force
);
-- Decisions are never deleted. Undoing a step ends the decisions that it made; those that it ended are in force again.
ALTER TABLE decisions ADD COLUMN made_by BIGINT;   -- step_id; NULL: not made by a step of the user
ALTER TABLE decisions ADD COLUMN ended_by BIGINT;  -- the step that last ended it

-- Edits that are repeated often: people to add, or one person that replaces another.
CREATE TABLE edit_templates (
    template_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,                     -- casefold of NFC
    people VARCHAR[] NOT NULL,                     -- to add
    old_person VARCHAR,                            -- the person to replace …
    new_person VARCHAR,                            -- … and the replacement
    created_at TIMESTAMPTZ NOT NULL
);
