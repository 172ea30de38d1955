-- Requests for approval, their items, and what people did with them.

-- name: item_digests
-- The items of an operation that a transaction has just recorded, each with the SHA-256 over what identifies the file,
-- the state that the plan was computed from, and the change: precondition, changes, side files. Ids of the operation
-- are not part of it, nor whether another operation uses the file at present.
SELECT CASE WHEN m.reverts_item IS NOT NULL THEN 'item:' || m.reverts_item
            WHEN m.entity_type IS NOT NULL THEN m.entity_type || ':' || m.entity_id
            ELSE 'file:' || m.file_id END AS item,
       coalesce((SELECT any_value(p.name) FROM publication_rows AS p
                 WHERE p.entity_type = m.entity_type AND p.entity_id = m.entity_id),
                parse_filename(m.file_path)) AS name,
       m.file_path AS path,
       sha256(to_json({
           'file': m.file_id, 'subject': m.subject, 'path': hex(m.path_bytes), 'hash': m.file_hash,
           'size': m.expected_size, 'mtime': m.expected_mtime_ns, 'changes': m.changes, 'restore': m.restore,
           'reverts': m.reverts_item, 'restored_mtime': m.restore_mtime_ns,
           'code': CASE WHEN m.code = 'busy_in_operation' THEN '' ELSE coalesce(m.code, '') END,
           'side_files': s.files})::VARCHAR) AS digest
FROM metadata_operation_items AS m
LEFT JOIN (
    SELECT item_id, list({'path': hex(path_bytes), 'kind': kind, 'action': action, 'before': before_hash,
                          'after': after_hash, 'own': own_elements::VARCHAR} ORDER BY position) AS files
    FROM item_side_files
    WHERE item_id IN (SELECT id FROM metadata_operation_items WHERE operation_id = $operation_id)
    GROUP BY item_id
) AS s ON s.item_id = m.id
WHERE m.operation_id = $operation_id
ORDER BY m.path_bytes, item;

-- name: libraries
-- The folders of the files of an operation.
SELECT f.library_id FROM metadata_operation_items AS m JOIN scanned_files AS f USING (file_id) WHERE m.operation_id = $operation_id
UNION SELECT s.library_id FROM item_side_files AS s JOIN metadata_operation_items AS m ON m.id = s.item_id
WHERE m.operation_id = $operation_id;

-- name: size
-- The number of the items of an operation that would be written, and the size of their files.
SELECT count(*), coalesce(sum(greatest(expected_size, 0)), 0)::BIGINT FROM metadata_operation_items
WHERE operation_id = $operation_id AND status = 'pending';

-- name: size_of_items
-- The size of the files of recorded items.
SELECT coalesce(sum(greatest(expected_size, 0)), 0)::BIGINT FROM metadata_operation_items
WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: operation_facts
-- What starts the operation again: its type, options, texts and client.
SELECT o.operation_type, o.options, o.user_note, o.user_action, o.source, o.plan_id, j.title
FROM metadata_operations AS o JOIN job_queue AS j ON j.id = o.job_id WHERE o.id = $operation_id;

-- name: risks
-- The number of the files of a write by risk level.
SELECT i.risk_level::VARCHAR AS risk, count(*) AS files
FROM metadata_operation_items AS m
JOIN plan_items AS i ON i.file_id = m.file_id AND i.variant_id = $variant_id AND i.to_version IS NULL
WHERE m.operation_id = $operation_id AND m.status = 'pending' GROUP BY ALL;

-- name: next_id
-- The id of a new request.
SELECT nextval('approval_ids');

-- name: insert
-- A new request. It waits.
INSERT INTO approvals BY NAME
SELECT $id AS id, $digest AS plan_digest, $kind AS kind, $query AS query, $title AS title, $files AS files, $bytes AS bytes,
       $risks AS risks, $reasons::VARCHAR[] AS reasons, $reverts_id AS reverts_id, $actor_kind AS proposed_kind,
       $actor_id AS proposed_id, $actor_name AS proposed_by, $now AS proposed_at, $expires_at AS expires_at,
       'waiting' AS state, '' AS note, $digest AS proposed_digest, $change AS proposed_change;

-- name: insert_items
-- The items of a request, in their order.
INSERT INTO approval_items BY NAME
SELECT $id AS approval_id, unnest($items::VARCHAR[]) AS item, unnest($names::VARCHAR[]) AS name,
       unnest($paths::VARCHAR[]) AS path, unnest($digests::VARCHAR[]) AS digest;

-- name: insert_entry
-- A step of a request.
INSERT INTO approval_entries BY NAME
SELECT $id AS approval_id, $now AS "at", $action AS action, $actor_kind AS actor_kind, $actor_id AS actor_id,
       $actor_name AS actor_name, $text AS text, (SELECT files FROM approvals WHERE id = $id) AS files;

-- name: same_proposer
-- Part of other statements: the requests of an actor. Who uses this computer without an account has only a name.
proposed_kind = $actor_kind AND proposed_id = $actor_id AND (proposed_kind <> 'local' OR proposed_by = $actor_name);

-- name: same
-- The request of the same actor for the same work that waits; the newest one. Work that starts by itself does not ask again
-- after a rejection.
SELECT max(id) FROM approvals
WHERE (state = 'waiting' AND expires_at > $now OR state = 'rejected' AND $is_repeated) AND kind = $kind AND plan_digest = $digest
  AND /* same_proposer */;

-- name: differs_from_proposal
-- Whether a request has something else than what was proposed.
SELECT proposed_digest <> plan_digest FROM approvals WHERE id = $id;

-- name: propose_again
-- The proposer has looked at what a request has now.
UPDATE approvals SET proposed_digest = plan_digest, proposed_change = $change, proposed_at = $now WHERE id = $id;

-- name: replaced
-- The waiting requests of the same proposer that a newer one of the same client replaces.
SELECT id FROM approvals
WHERE state = 'waiting' AND id <> $id AND query->>'$.source' = $source AND /* same_proposer */;

-- name: state
-- Part of other statements: the state of a request. It expires by the clock, and its operation ends by itself.
CASE WHEN a.state = 'waiting' AND a.expires_at <= $now THEN 'expired'
     WHEN a.state = 'approved' AND coalesce(o.status NOT IN ('pending', 'in_progress', 'paused', 'interrupted'), TRUE) THEN 'done'
     ELSE a.state END;

-- name: columns
-- Part of other statements: the columns of a request.
a.id, a.kind, a.plan_digest AS digest, a.query, a.title, a.files, a.bytes, a.risks, a.reasons, a.reverts_id,
a.proposed_kind, a.proposed_id, a.proposed_by, a.proposed_at, a.expires_at, a.decided_kind, a.decided_id, a.decided_by,
a.decided_at, a.note, a.operation_id, a.proposed_digest, a.proposed_change, /* state */ AS state;

-- name: page
-- One page of requests, the newest first, and how many there are.
SELECT /* columns */, count(*) OVER () AS found
FROM approvals AS a LEFT JOIN metadata_operations AS o ON o.id = a.operation_id
WHERE ($state IS NULL OR /* state */ = $state) AND ($kind IS NULL OR a.kind = $kind)
ORDER BY a.id DESC LIMIT $count OFFSET $skip;

-- name: one
-- One request.
SELECT /* columns */
FROM approvals AS a LEFT JOIN metadata_operations AS o ON o.id = a.operation_id WHERE a.id = $id;

-- name: entries
-- What people did with a request, the oldest step first.
SELECT "at", action, actor_kind, actor_id, actor_name, text FROM approval_entries
WHERE approval_id = $id ORDER BY "at", rowid;

-- name: items
-- One page of the items of a request, and how many there are.
SELECT item, name, path, count(*) OVER () AS found FROM approval_items
WHERE approval_id = $id ORDER BY path, item LIMIT $count OFFSET $skip;

-- name: item_keys
-- All items of a request.
SELECT item FROM approval_items WHERE approval_id = $id ORDER BY path, item;

-- name: files
-- The files of a request, as the catalog has them.
SELECT f.library_id, f.path_bytes, f.size, f.mtime_ns
FROM approval_items AS i JOIN scanned_files AS f ON i.item = 'file:' || f.file_id WHERE i.approval_id = $id;

-- name: differing
-- The items of a request whose change is another one now, are new in it, or left it; the first ones, and the numbers of
-- all, and of those that left it.
SELECT coalesce(old.name, new.name) AS name, count(*) OVER () AS found, count(*) FILTER (new.item IS NULL) OVER () AS gone
FROM (SELECT item, name, path, digest FROM approval_items WHERE approval_id = $id) AS old
FULL JOIN (SELECT unnest($items::VARCHAR[]) AS item, unnest($names::VARCHAR[]) AS name,
                  unnest($paths::VARCHAR[]) AS path, unnest($digests::VARCHAR[]) AS digest) AS new USING (item)
WHERE old.digest IS DISTINCT FROM new.digest
ORDER BY coalesce(old.path, new.path) LIMIT $count;

-- name: forget_items
-- The former items of a request.
DELETE FROM approval_items WHERE approval_id = $id;

-- name: change
-- A request whose items changed waits again, with their present digest; no row: somebody else has decided.
UPDATE approvals
SET plan_digest = $digest, title = $title, files = $files, bytes = $bytes, risks = $risks, note = $note
WHERE id = $id AND state = 'waiting'
RETURNING id;

-- name: decide
-- A decision about a request that waits; no row: somebody else has decided.
UPDATE approvals
SET state = $state, decided_kind = $actor_kind, decided_id = $actor_id, decided_by = $actor_name, decided_at = $now,
    note = $note, operation_id = $operation_id
WHERE id = $id AND state = 'waiting' AND expires_at > $now
RETURNING id;

-- name: waiting
-- The ids, kinds and proposers of the requests that wait.
SELECT id, kind, proposed_kind, proposed_id, proposed_by FROM approvals WHERE state = 'waiting' AND expires_at > $now;
