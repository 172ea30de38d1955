-- Keys of programs, and the actor of each request that has an idempotency key.

-- The text of a token is not stored, only its SHA-256. No snapshot has this table.
CREATE SEQUENCE api_token_ids START 1;
CREATE TABLE api_tokens (
    id BIGINT NOT NULL,
    user_id INTEGER NOT NULL,                      -- its owner
    token_hash VARCHAR NOT NULL,                   -- hex
    name VARCHAR NOT NULL,
    permissions VARCHAR[] NOT NULL,                -- see Permission
    libraries INTEGER[],                           -- NULL: all of its owner
    created_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ,                           -- NULL: when it is revoked
    last_used_at TIMESTAMPTZ,
    last_address VARCHAR NOT NULL
);

-- The same key of another actor is another request.
ALTER TABLE requests ADD COLUMN actor_kind VARCHAR DEFAULT 'local';  -- see Actor
ALTER TABLE requests ADD COLUMN actor_id VARCHAR DEFAULT '';
