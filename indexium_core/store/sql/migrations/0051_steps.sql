-- One table for what can be undone: decisions about the plan, about matches, values of titles, and moves of files.
CREATE TABLE steps (
    step_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                         -- review, match, value, move
    action VARCHAR NOT NULL,                       -- of a match: accept, confirm, reject, ignore, later
    label VARCHAR NOT NULL,                        -- what was done or decided: "skipped 3 files"
    files BIGINT NOT NULL,
    subjects VARCHAR[] NOT NULL,                   -- a later step of the same kind about one of them is undone first
    before JSON,                                   -- what the undo restores, NULL if other tables have it (review)
    created_at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ,                         -- NULL: it is in force
    actor_kind VARCHAR NOT NULL,                   -- see Actor
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    undone_by_kind VARCHAR,                        -- who undid it, NULL: nobody, or an earlier version did
    undone_by_id VARCHAR,
    undone_by_name VARCHAR
);
INSERT INTO steps
SELECT step_id, 'review', '', label, files, [''], NULL, created_at, undone_at, actor_kind, actor_id, actor_name, NULL, NULL, NULL
FROM review_steps ORDER BY step_id;
INSERT INTO steps
SELECT nextval('step_ids'), 'match', kind, rtrim(description, '.'), 0, (before->'$.ids')::BIGINT[]::VARCHAR[], before,
       decided_at, undone_at, actor_kind, actor_id, actor_name, NULL, NULL, NULL
FROM (FROM title_decisions ORDER BY id);
DROP TABLE review_steps;
DROP TABLE title_decisions;
DROP SEQUENCE title_decision_ids;
