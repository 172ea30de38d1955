-- What people did with accounts.

-- name: insert
-- A new entry.
INSERT INTO account_events BY NAME
SELECT nextval('account_event_ids') AS id, $now AS "at", $actor_kind AS actor_kind, $actor_id AS actor_id,
       $actor_name AS actor_name, $label AS label;

-- name: forget
-- Old entries.
DELETE FROM account_events WHERE "at" < $before;
