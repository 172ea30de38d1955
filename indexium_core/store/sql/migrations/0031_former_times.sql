-- The modification time before the first write of ours, in ns; NULL: there was none.
ALTER TABLE scanned_files ADD COLUMN former_mtime_ns BIGINT;
