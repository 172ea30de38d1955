-- Parts of statements for an actor with some libraries.

-- name: own_items
-- The plan of some files, in which copies in other folders do not exist: one of them may be the only reason for a warning.
-- `/* all_items */` has the rows of the plan, and `/* is_seen */` says which files the actor sees.
SELECT * EXCLUDE (is_alone, own_set, own_level) REPLACE (
    CASE WHEN is_alone THEN own_set ELSE issue_set END AS issue_set,
    CASE WHEN is_alone THEN own_level ELSE risk_level END AS risk_level)
FROM (
    SELECT *, own_set IS NOT NULL AND file_id NOT IN (
        SELECT f.file_id FROM scanned_files AS f JOIN (
            SELECT file_hash, count(*) AS copies FROM scanned_files
            WHERE state <> 'missing' AND file_hash IS NOT NULL AND /* is_seen */ GROUP BY file_hash) AS c USING (file_hash)
        WHERE c.copies > 1 OR f.state = 'missing'
    ) AS is_alone
    FROM /* all_items */ LEFT JOIN issue_sets_of_copies USING (variant_id, issue_set)
);

-- name: own_rows
-- The rows of the files that a limited reader sees: what it has in place of all items.
(SELECT * FROM /* home */.plan_rows WHERE file_id IN (FROM own_files));
