-- People who sign in, their passwords, and their sessions.

CREATE SEQUENCE user_ids START 1;
CREATE TABLE users (
    id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,                     -- the name as it is compared; unique
    role VARCHAR NOT NULL,                         -- viewer, editor, approver, admin
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- A password is not stored, only its Argon2id hash. No snapshot has this table.
CREATE TABLE user_credentials (
    user_id INTEGER NOT NULL,
    password_hash VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

-- The token of a session is not stored, only its SHA-256. No snapshot has this table.
CREATE SEQUENCE user_session_ids START 1;
CREATE TABLE user_sessions (
    id BIGINT NOT NULL,
    user_id INTEGER NOT NULL,
    token_hash VARCHAR NOT NULL,                   -- hex
    address VARCHAR NOT NULL,
    client VARCHAR NOT NULL,                       -- as the browser names itself
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL
);
