-- What people did with accounts: sign-ins, and changes of people, tokens and second factors.

CREATE SEQUENCE account_event_ids START 1;
CREATE TABLE account_events (
    id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    label VARCHAR NOT NULL                         -- what was done, with the names of that time: added Eve as editor
);
