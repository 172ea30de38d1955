-- name: find
-- The hashes of files by their stat facts, with the digest that the catalog has for each hash, without those that differed at the last verification. If all of the media must
-- have been hashed ($full), samples do not count.
WITH found AS (
    SELECT c.device, c.inode, c.size, c.mtime_ns, c.file_hash, c.seconds
    FROM hash_cache AS c SEMI JOIN (
        SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode, unnest($size::BIGINT[]) AS size,
               unnest($mtime_ns::BIGINT[]) AS mtime_ns) AS wanted USING (device, inode, size, mtime_ns)
    WHERE c.differing_hash IS NULL AND (NOT $full OR starts_with(c.file_hash, 'f1:'))
    QUALIFY row_number() OVER (
        PARTITION BY c.device, c.inode, c.size, c.mtime_ns ORDER BY c.hashed_at DESC, c.file_hash) = 1
)
SELECT f.*, d.media_digest
FROM found AS f LEFT JOIN (
    SELECT file_hash, max(media_digest) AS media_digest FROM scanned_files SEMI JOIN found USING (file_hash) GROUP BY file_hash
) AS d USING (file_hash);

-- name: ambiguous
-- The stat facts for whose device, size and time the cache has another hash of the same kind. A file system uses the inode of a
-- deleted file again, so it does not tell which of these files is at a path.
SELECT DISTINCT c.device, c.inode, c.size, c.mtime_ns
FROM hash_cache AS c SEMI JOIN (
    SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode, unnest($size::BIGINT[]) AS size,
           unnest($mtime_ns::BIGINT[]) AS mtime_ns) AS wanted USING (device, inode, size, mtime_ns)
JOIN hash_cache AS o USING (device, size, mtime_ns)
WHERE o.inode <> c.inode AND left(o.file_hash, 3) = left(c.file_hash, 3) AND o.file_hash <> c.file_hash;

-- name: replace
-- Delete the rows of some files that are of the same kind, or differed at the last verification.
DELETE FROM hash_cache USING (
    SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode,
           unnest($file_hash::VARCHAR[]) AS file_hash) AS n
WHERE hash_cache.device = n.device AND hash_cache.inode = n.inode
  AND (left(hash_cache.file_hash, 3) = left(n.file_hash, 3) OR hash_cache.differing_hash IS NOT NULL);

-- name: put
-- Add the hashes of files.
INSERT INTO hash_cache
SELECT DISTINCT ON (device, inode) *, $at, NULL, NULL FROM (
    SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode, unnest($size::BIGINT[]) AS size,
           unnest($mtime_ns::BIGINT[]) AS mtime_ns, unnest($file_hash::VARCHAR[]) AS file_hash,
           unnest($seconds::DOUBLE[]) AS seconds);

-- name: follow_write
-- The hashes of written files whose media has not changed are also those of their new stat facts. `scanned_files` still has
-- the facts before the write.
INSERT INTO hash_cache
SELECT DISTINCT ON (w.device, w.inode, left(c.file_hash, 3)) w.device, w.inode, w.size, w.mtime_ns, c.file_hash, c.seconds,
       c.hashed_at, c.verified_at, c.differing_hash
FROM (SELECT unnest($file_id::BIGINT[]) AS file_id, unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode,
             unnest($size::BIGINT[]) AS size, unnest($mtime_ns::BIGINT[]) AS mtime_ns) AS w
JOIN scanned_files AS f USING (file_id)
JOIN hash_cache AS c ON (c.device, c.inode, c.size, c.mtime_ns) = (f.device, f.inode, f.size, f.mtime_ns)
WHERE (w.device, w.inode, w.size, w.mtime_ns) <> (f.device, f.inode, f.size, f.mtime_ns);

-- name: drop_outdated
-- Delete the rows of written files with other sizes or times.
DELETE FROM hash_cache USING (
    SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode, unnest($size::BIGINT[]) AS size,
           unnest($mtime_ns::BIGINT[]) AS mtime_ns) AS w
WHERE hash_cache.device = w.device AND hash_cache.inode = w.inode
  AND (hash_cache.size, hash_cache.mtime_ns) <> (w.size, w.mtime_ns);

-- name: count
-- The numbers of rows: all, of samples, of all media, without a known file, verified, and found to differ.
SELECT count(*), count(*) FILTER (starts_with(c.file_hash, 'x1:')), count(*) FILTER (starts_with(c.file_hash, 'f1:')),
       count(*) FILTER (f.size IS NULL), count(c.verified_at), count(c.differing_hash)
FROM hash_cache AS c LEFT JOIN (
    SELECT DISTINCT device, inode, size, mtime_ns FROM scanned_files) AS f USING (device, inode, size, mtime_ns);

-- name: clean
-- Delete the rows without a known file.
DELETE FROM hash_cache WHERE rowid IN (
    SELECT c.rowid FROM hash_cache AS c ANTI JOIN scanned_files AS f USING (device, inode, size, mtime_ns));

-- name: to_verify
-- The next present files with a hash, with all their hashes, in the order of their ids: of all files ($file_ids NULL), or of
-- some.
SELECT f.file_id, f.library_id, f.path_bytes, c.device, c.inode, c.size, c.mtime_ns, list(c.file_hash ORDER BY c.file_hash)
FROM scanned_files AS f JOIN hash_cache AS c USING (device, inode, size, mtime_ns)
WHERE f.file_id > $after AND f.state <> 'missing'
  AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])))
GROUP BY ALL ORDER BY f.file_id LIMIT $count;

-- name: count_to_verify
-- The number of these files.
SELECT count(DISTINCT f.file_id)
FROM scanned_files AS f JOIN hash_cache AS c USING (device, inode, size, mtime_ns)
WHERE f.file_id > $after AND f.state <> 'missing'
  AND ($file_ids::BIGINT[] IS NULL OR f.file_id IN (SELECT unnest($file_ids::BIGINT[])));

-- name: verified
-- Store the results of a verification.
UPDATE hash_cache SET verified_at = $at, differing_hash = v.differing_hash
FROM (SELECT unnest($device::UBIGINT[]) AS device, unnest($inode::UBIGINT[]) AS inode, unnest($size::BIGINT[]) AS size,
             unnest($mtime_ns::BIGINT[]) AS mtime_ns, unnest($file_hash::VARCHAR[]) AS file_hash,
             unnest($differing_hash::VARCHAR[]) AS differing_hash) AS v
WHERE (hash_cache.device, hash_cache.inode, hash_cache.size, hash_cache.mtime_ns, hash_cache.file_hash)
    = (v.device, v.inode, v.size, v.mtime_ns, v.file_hash);
