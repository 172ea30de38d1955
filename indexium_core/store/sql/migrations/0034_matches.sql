-- The search of each film and series at the providers. A title without a row was not searched.
CREATE TABLE title_searches (
    entity_type VARCHAR NOT NULL,                  -- movie, series
    entity_id BIGINT NOT NULL,
    state VARCHAR NOT NULL,                        -- open, later, accepted, none (no candidate), failed
    query JSON NOT NULL,                           -- what was searched: title, year, ids, by_hand
    explanation VARCHAR NOT NULL,                  -- why a candidate is accepted, or why a person is asked
    decided_by VARCHAR NOT NULL DEFAULT '',        -- '': nobody; automatic, hand
    decided_at TIMESTAMPTZ,
    searched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (entity_type, entity_id)
);
-- The candidates of each title, best first.
CREATE TABLE title_matches (
    entity_type VARCHAR NOT NULL,
    entity_id BIGINT NOT NULL,
    provider VARCHAR NOT NULL,
    external_id VARCHAR NOT NULL,
    content_type VARCHAR NOT NULL,                 -- movie, tv, unknown
    position INTEGER NOT NULL,                     -- 1 is the best
    score DOUBLE NOT NULL,                         -- 0 to 1
    reasons JSON NOT NULL,                         -- [{code, text, points}]
    conflict VARCHAR NOT NULL DEFAULT '',          -- an id of the file that contradicts it, as a sentence
    candidate JSON NOT NULL,                       -- title, year, plot, cast, runtime, poster, ids
    state VARCHAR NOT NULL,                        -- proposed, accepted, rejected
    decided_by VARCHAR NOT NULL DEFAULT '',
    decided_at TIMESTAMPTZ
);
-- The decisions of people about matches, so that each can be undone.
CREATE SEQUENCE title_decision_ids START 1;
CREATE TABLE title_decisions (
    id BIGINT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,                         -- accept, reject, ignore, later
    description VARCHAR NOT NULL,
    before JSON NOT NULL,                          -- the rows of its titles as they were
    undone_at TIMESTAMPTZ
);
-- A match that a person accepted keeps title and files together, as a value by hand does.
CREATE OR REPLACE VIEW touched_titles AS
SELECT entity_type, entity_id FROM title_values WHERE origin = 'hand' OR locked
UNION SELECT entity_type, entity_id FROM title_searches WHERE state = 'accepted' AND decided_by = 'hand';
