-- name: find
-- What was started for a key; the newest if there are several.
SELECT mark, operation_id, job_id, answer FROM requests WHERE key = $key AND "at" > $since ORDER BY "at" DESC LIMIT 1;

-- name: add
-- A request, and what is started for it.
INSERT INTO requests VALUES ($key, $mark, $at, $operation_id, $job_id, $answer);

-- name: prune
-- Delete expired keys.
DELETE FROM requests WHERE "at" <= $before;
