-- The second factor of people who sign in: codes of an app, and recovery codes.

-- The secret is stored, because a code is computed from it. No snapshot has this table.
CREATE TABLE second_factors (
    user_id INTEGER NOT NULL,
    secret VARCHAR NOT NULL,                       -- base32
    started_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,                      -- NULL: not confirmed with a code yet, so it is not on
    last_step BIGINT NOT NULL                      -- of the last accepted code: 30 s since 1970
);

-- A recovery code is not stored, only its SHA-256. No snapshot has this table.
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL,
    code_hash VARCHAR NOT NULL                     -- hex
);
