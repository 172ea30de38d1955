-- Who did what: the steps, operations, jobs, requests for approval and accounts of all actors, which other tables keep. A
-- job that runs an operation is not listed beside it, and neither is the work of Indexium itself, except what it does with
-- accounts for a provider or a proxy. Who may not manage people sees of accounts only what this person did ($sees_accounts,
-- $own_id).

-- name: done
-- Everything that somebody did. An older version did not record the kinds of all actors. The change of a request is left
-- out: the program finds it when somebody wants to approve.
SELECT created_at AS "at", actor_kind, actor_id, actor_name, 'step' AS kind, step_id AS id, label, files AS items,
       CASE WHEN undone_at IS NULL THEN '' ELSE 'undone' END AS state
FROM steps
UNION ALL
SELECT undone_at, undone_by_kind, coalesce(undone_by_id, ''), coalesce(undone_by_name, ''), 'undo', step_id, label, files, ''
FROM steps WHERE undone_at IS NOT NULL AND undone_by_kind IS NOT NULL
UNION ALL
SELECT started_at, coalesce(actor_kind, 'local'), coalesce(actor_id, ''), user_name, 'operation', id, operation_type, file_count, status
FROM metadata_operations
UNION ALL
SELECT created_at, coalesce(actor_kind, 'local'), coalesce(actor_id, ''), coalesce(actor_name, ''), 'job', id, title, 0, status
FROM job_queue WHERE operation_id IS NULL
UNION ALL
SELECT e."at", e.actor_kind, e.actor_id, e.actor_name, 'request', e.approval_id, concat(e.action, ' ', a.kind),
       coalesce(e.files, a.files), ''
FROM approval_entries AS e JOIN approvals AS a ON a.id = e.approval_id
WHERE e.action <> 'changed'
UNION ALL
SELECT "at", actor_kind, actor_id, actor_name, 'account', id, label, 0, '' FROM account_events
WHERE $sees_accounts OR (actor_kind = 'user' AND actor_id = $own_id);

-- name: listed
-- Part of the others: what the list has.
(FROM (/* done */) WHERE actor_kind <> 'system' OR kind = 'account');

-- name: page
-- One page, newest first, optionally of one actor.
FROM /* listed */
WHERE ($actor IS NULL OR lower(actor_name) = lower($actor)) AND ($since::TIMESTAMPTZ IS NULL OR "at" >= $since)
ORDER BY "at" DESC, kind, id DESC LIMIT $limit OFFSET $offset;

-- name: count
-- How many there are.
SELECT count(*) FROM /* listed */
WHERE ($actor IS NULL OR lower(actor_name) = lower($actor)) AND ($since::TIMESTAMPTZ IS NULL OR "at" >= $since);

-- name: actors
-- Everybody who did something, those with the newest first.
SELECT actor_kind AS kind, actor_id AS id, arg_max(actor_name, "at") AS name, count(*) AS total
FROM /* listed */ GROUP BY actor_kind, actor_id ORDER BY max("at") DESC;
