-- Accounts of other programs (OpenID Connect) with which people sign in. The issuer and the subject together name one.
CREATE TABLE user_identities (
    issuer VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    user_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
