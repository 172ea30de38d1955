-- The inode number of the old file, if a new file replaced it and it had other names (hard links). These names keep the
-- old file, and a rollback finds them by this number. NULL: it had no other names.
ALTER TABLE metadata_history ADD COLUMN parted_inode UBIGINT;
