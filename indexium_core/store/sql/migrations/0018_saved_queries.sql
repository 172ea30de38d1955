-- Queries of analysts under a name, with the values of their fields.
CREATE TABLE saved_queries (
    query_id BIGINT PRIMARY KEY,
    name VARCHAR NOT NULL,                         -- with the spelling of the user
    name_key VARCHAR NOT NULL,                     -- casefold of NFC: two names with one key are one query
    text VARCHAR NOT NULL,
    "values" VARCHAR NOT NULL,                     -- JSON: text by field
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
