-- Since when a published file is known to be gone: an upgrade does not restore what was gone before it.
ALTER TABLE published_files ADD COLUMN missing_since TIMESTAMPTZ;
UPDATE published_files SET missing_since = now() WHERE state = 'missing';
