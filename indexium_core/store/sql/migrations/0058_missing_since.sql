-- Since when a published file is known to be gone: what was gone before an upgrade is no work of the upgrade.
ALTER TABLE published_files ADD COLUMN missing_since TIMESTAMPTZ;
