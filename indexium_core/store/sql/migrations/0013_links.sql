-- Of a file that a new one took the place of while it had other names (hard links), which keep the old file: the inode
-- number of the old file, so that a rollback finds these names. NULL: it had no other names.
ALTER TABLE metadata_history ADD COLUMN parted_inode UBIGINT;
