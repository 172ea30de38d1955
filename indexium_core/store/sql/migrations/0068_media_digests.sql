-- The digest of the first packets of the media, by which a scan recognises a recording that another program wrote anew
-- (`files/fingerprint.py`): NULL, not read yet; '', the media has none.
ALTER TABLE scanned_files ADD COLUMN media_digest VARCHAR;

-- People whom an earlier version copied from one recording to another, because two files with the same shape had swapped
-- their names, for example: the copy has the time of the original, but comes after assignments of other times. The check
-- `copied_people` lists them. (A hash of all bytes, f1:, and a sample, x1:, may be of one recording.)
CREATE TABLE copied_people (file_hash VARCHAR NOT NULL, former_hash VARCHAR NOT NULL, person_id INTEGER NOT NULL);
INSERT INTO copied_people
WITH marked AS (
    SELECT *, created_at IS DISTINCT FROM lag(created_at) OVER (ORDER BY assignment_id) AS is_first FROM video_people
), runs AS (
    SELECT *, count(*) FILTER (is_first) OVER (ORDER BY assignment_id) AS run FROM marked
), late AS (
    FROM runs WHERE file_hash IS NOT NULL
    QUALIFY run > min(run) OVER (PARTITION BY created_at)
)
SELECT l.file_hash, min(r.file_hash), l.person_id
FROM late AS l JOIN runs AS r USING (person_id, created_at, origin)
WHERE r.run < l.run AND r.file_hash <> l.file_hash AND "left"(r.file_hash, 3) = "left"(l.file_hash, 3)
  AND NOT EXISTS (FROM film_hashes AS o JOIN film_hashes AS n USING (film_id)
                  WHERE o.file_hash = r.file_hash AND n.file_hash = l.file_hash)
GROUP BY ALL;
