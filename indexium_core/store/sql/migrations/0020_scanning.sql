-- Scans: known hashes, and what they leave out.

-- The hash cache: the hash of the media of a file, by the stat facts that show that the file has not changed. Rows stay when the
-- library folder of their file is removed.
CREATE TABLE hash_cache (
    device UBIGINT NOT NULL, inode UBIGINT NOT NULL,
    size BIGINT NOT NULL, mtime_ns BIGINT NOT NULL,
    file_hash VARCHAR NOT NULL,                    -- x1: a sample of the media, f1: all of it
    seconds DOUBLE NOT NULL,                       -- how long the hash took; 0: not known
    hashed_at TIMESTAMPTZ NOT NULL,
    verified_at TIMESTAMPTZ,                       -- when the file was last hashed again to verify it
    differing_hash VARCHAR                         -- the hash of that time, if it differs; '': the file has no media any more
);
INSERT INTO hash_cache
SELECT DISTINCT ON (device, inode) device, inode, size, mtime_ns, file_hash, 0, scanned_at, NULL, NULL FROM scanned_files
WHERE state = 'ok' AND NOT growing AND file_hash IS NOT NULL AND device IS NOT NULL AND inode IS NOT NULL
ORDER BY device, inode, scanned_at DESC;

-- Scans leave out the files and folders of a library that match one of these patterns.
ALTER TABLE libraries ADD COLUMN exclude VARCHAR[] DEFAULT [];
