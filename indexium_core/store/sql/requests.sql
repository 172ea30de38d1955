-- name: find
-- What was begun under a key, the newest where there are several.
SELECT mark, operation_id, job_id, answer FROM requests WHERE key = $key AND "at" > $since ORDER BY "at" DESC LIMIT 1;

-- name: add
-- A request, and what is begun for it.
INSERT INTO requests VALUES ($key, $mark, $at, $operation_id, $job_id, $answer);

-- name: prune
-- Keys that stand for nothing any more.
DELETE FROM requests WHERE "at" <= $before;
