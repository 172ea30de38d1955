-- The history of a legacy .db file. Its operations can only be read. Their items have negative ids: they are older than every
-- item of this program, and have no backup.
ALTER TABLE metadata_operations ADD COLUMN origin VARCHAR;     -- name of the legacy .db file; NULL: an operation of this program
ALTER TABLE metadata_operations ADD COLUMN origin_id BIGINT;   -- id of the operation there

-- The files of legacy .db files that have people, suggestions or history, and that no scanned file matches.
CREATE TABLE legacy_files (
    path_bytes BLOB PRIMARY KEY,
    path VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    is_unique BOOLEAN NOT NULL                     -- no other file there has this name
);
