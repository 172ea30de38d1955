-- Saved views: searches with their order, under a name. The plan opens with the default view, if there is one.
CREATE TABLE saved_views (
    view_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,                         -- with the spelling of the user
    name_key VARCHAR NOT NULL,                     -- casefold of NFC: two names with one key are one view
    query VARCHAR NOT NULL,
    sort VARCHAR NOT NULL,                         -- one of the plan's sort keys
    descending BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
