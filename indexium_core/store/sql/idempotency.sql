-- name: find
-- What an actor started with a key; the newest if there are several.
SELECT mark, operation_id, job_id, answer FROM requests
WHERE key = $key AND actor_kind = $actor_kind AND actor_id = $actor_id AND "at" > $since
ORDER BY "at" DESC LIMIT 1;

-- name: add
-- A request, and what is started for it.
INSERT INTO requests BY NAME
SELECT $key AS key, $mark AS mark, $at AS "at", $operation_id AS operation_id, $job_id AS job_id, $answer AS answer,
       $actor_kind AS actor_kind, $actor_id AS actor_id;

-- name: prune
-- Delete expired keys.
DELETE FROM requests WHERE "at" <= $before;
