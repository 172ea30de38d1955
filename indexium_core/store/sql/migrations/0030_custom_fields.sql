-- The fields that the user defined. A removed one stays, because the history shows its title.
CREATE TABLE custom_fields (
    key VARCHAR PRIMARY KEY,
    definition VARCHAR NOT NULL,                   -- JSON
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,               -- the next scan reads the files that were read before
    removed_at TIMESTAMPTZ
);
