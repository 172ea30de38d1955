-- Saved views: searches with their order, under a name. At most one of them is what the plan opens with.
CREATE TABLE saved_views (
    view_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,                         -- as the person spelt it
    name_key VARCHAR NOT NULL,                     -- casefold of NFC: two names with one key are one view
    query VARCHAR NOT NULL,
    sort VARCHAR NOT NULL,                         -- one of the plan's sort keys
    descending BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
