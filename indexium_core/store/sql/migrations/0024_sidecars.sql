-- The stamp of the sidecar from which values of a photo were read: size, modification time and name; NULL: there is none.
ALTER TABLE scanned_files ADD COLUMN sidecar VARCHAR;
