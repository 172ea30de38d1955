-- Who changed what would be written, and whose work a program does.

-- name: last_mark
-- The newest mark of the plan; NULL: there is none.
SELECT max(mark_id) FROM plan_marks;

-- name: same_actor
-- Part of other statements: the rows of an actor. Who uses this computer without an account has only a name.
actor_kind = $actor_kind AND actor_id = $actor_id AND (actor_kind <> 'local' OR actor_name = $actor_name);

-- name: counts
-- Whether this actor counts as one who changed something since each proposal: then nothing new is to be recorded.
SELECT EXISTS (
    FROM changers
    WHERE /* same_actor */ AND number > (SELECT coalesce(max(proposed_change), 0) FROM approvals));

-- name: record_change
-- The change of an actor that a transaction commits.
INSERT INTO changers BY NAME
SELECT $actor_kind AS actor_kind, $actor_id AS actor_id, $actor_name AS actor_name,
       (SELECT greatest(coalesce(max(number), 0), (SELECT coalesce(max(proposed_change), 0) FROM approvals)) + 1 FROM changers)
           AS number;

-- name: forget_former_change
-- The former change of this actor.
DELETE FROM changers
WHERE /* same_actor */ AND number < (SELECT max(number) FROM changers);

-- name: record_files
-- The files whose plans a transaction of an actor changes, each with the last change.
MERGE INTO file_changers AS c
USING (SELECT file_id, coalesce(encode(file_hash), path_bytes) AS target, /* now */
       FROM scanned_files SEMI JOIN (FROM plan_marks WHERE mark_id > $after_mark) USING (file_id)) AS m
ON c.file_id = m.file_id AND c.target = m.target AND /* same_actor */
WHEN MATCHED THEN UPDATE SET /* last */
WHEN NOT MATCHED THEN INSERT (file_id, target, /* inserted */) VALUES (m.file_id, m.target, /* values */);

-- name: record_targets
-- Hashes and paths without a file, whose people an actor changes.
MERGE INTO file_changers AS c
USING (SELECT 0 AS file_id, unnest($targets::BLOB[]) AS target, /* now */) AS m
ON c.file_id = m.file_id AND c.target = m.target AND /* same_actor */
WHEN MATCHED THEN UPDATE SET /* last */
WHEN NOT MATCHED THEN INSERT (file_id, target, /* inserted */) VALUES (m.file_id, m.target, /* values */);

-- name: record_titles
-- The titles of which an actor changes what is published, and the files that an actor moves between titles.
MERGE INTO title_changers AS c
USING (SELECT unnest($subjects::VARCHAR[]) AS subject, /* now */) AS m
ON c.subject = m.subject AND /* same_actor */
WHEN MATCHED THEN UPDATE SET /* last */
WHEN NOT MATCHED THEN INSERT (subject, /* inserted */) VALUES (m.subject, /* values */);

-- name: follow_files
-- A file that a scan finds new or different: who changed it, its hash or its path before changed what it is now.
INSERT INTO file_changers
WITH files AS (
    SELECT file_id, encode(file_hash) AS hash, path_bytes, coalesce(encode(file_hash), path_bytes) AS target
    FROM scanned_files SEMI JOIN (FROM plan_marks WHERE mark_id > $after_mark) USING (file_id)
)
SELECT file_id, target, actor_kind, actor_id, actor_name, max(number), max(after_operation)
FROM (/* of_files */) ANTI JOIN file_changers USING (file_id, target, actor_kind, actor_id, actor_name) GROUP BY ALL;

-- name: of_files
-- Part of other statements: what actors changed of `files`, by their ids, hashes and paths.
SELECT f.*, c.* EXCLUDE (file_id, target) FROM files AS f JOIN file_changers AS c USING (file_id)
UNION ALL SELECT f.*, c.* EXCLUDE (file_id, target) FROM files AS f JOIN file_changers AS c ON c.target = f.hash
UNION ALL SELECT f.*, c.* EXCLUDE (file_id, target) FROM files AS f JOIN file_changers AS c ON c.target = f.path_bytes;

-- name: now
-- Part of other statements: when a change happens.
(SELECT coalesce(max(number), 0) FROM changers) AS number, (SELECT coalesce(max(id), 0) FROM metadata_operations) AS after_operation;

-- name: last
-- Part of other statements: a row has the last change of its actor …
number = m.number, after_operation = m.after_operation, actor_name = $actor_name;

-- name: inserted
-- … and a new row its first one.
actor_kind, actor_id, actor_name, number, after_operation;

-- name: values
-- Part of other statements: the values of these columns.
$actor_kind, $actor_id, $actor_name, m.number, m.after_operation;

-- name: newest_change
-- The number of the newest change.
SELECT coalesce(max(number), 0) FROM changers;

-- name: changed_since
-- Who changed something after a change.
SELECT DISTINCT actor_kind, actor_id, actor_name FROM changers WHERE number > $number;

-- name: record_maker
-- Who made or changed a program.
INSERT INTO program_makers BY NAME
SELECT $program_kind AS program_kind, $program_id AS program_id, $actor_kind AS actor_kind, $actor_id AS actor_id,
       $actor_name AS actor_name
WHERE NOT EXISTS (
    FROM program_makers WHERE program_kind = $program_kind AND program_id = $program_id AND actor_kind = $actor_kind
      AND actor_id = $actor_id AND actor_name = $actor_name);

-- name: makers
-- Who made or changed a program.
SELECT actor_kind, actor_id, actor_name FROM program_makers
WHERE program_kind = $program_kind AND program_id = $program_id;

-- name: written
-- Part of the next one: the newest operation that wrote everything that was planned, of each file and each title of a
-- request that nobody has looked at; 0 if a later rollback reverted it, so that earlier changes are planned again. A write
-- of some fields, the removal of one person and the restoration of lost files write a part only.
SELECT coalesce(m.entity_type || ':' || m.entity_id, 'file:' || m.file_id) AS item,
       CASE arg_max(o.operation_type, o.id) WHEN 'rollback' THEN 0 ELSE max(o.id) END AS operation_id
FROM metadata_operation_items AS m JOIN metadata_operations AS o ON o.id = m.operation_id
WHERE m.status = 'success'
  AND coalesce(m.entity_type || ':' || m.entity_id, 'file:' || m.file_id) IN (
      SELECT i.item FROM approval_items AS i JOIN approvals AS a ON a.id = i.approval_id
      WHERE a.id = $id AND NOT /* was_seen */)
  AND (o.operation_type = 'rollback'
       OR coalesce(json_array_length(o.options->'$.fields'), 0) = 0 AND o.user_action NOT IN ('rollback_person', 'restore'))
GROUP BY 1;

-- name: was_seen
-- Part of other statements: a person has looked at what the request proposes. A schedule that a person starts is a program.
(proposed_kind IN ('user', 'local') AND coalesce(query->>'$.source' NOT IN ('automation', 'recovery'), TRUE));

-- name: authors
-- Who changed the plan of items of a request, and of which: since its proposal, which a person has looked at; if a program
-- proposes it, since they were written last. The plan of a title also changes by its files, its series, and the files that
-- people move between titles.
WITH wanted AS (
    SELECT i.item, CASE WHEN r.was_seen THEN 0 ELSE coalesce(w.operation_id, 0) END AS operation_id,
           CASE WHEN r.was_seen THEN r.proposed_change ELSE -1 END AS since,
           split_part(i.item, ':', 1) AS entity_type, split_part(i.item, ':', 2) AS entity_id
    FROM (SELECT *, /* was_seen */ AS was_seen FROM approvals) AS r
    JOIN approval_items AS i ON i.approval_id = r.id LEFT JOIN (/* written */) AS w USING (item)
    WHERE r.id = $id
), own_files AS (
    SELECT w.item, operation_id, since, f.file_id FROM wanted AS w JOIN title_files AS f
    ON f.entity_type = w.entity_type AND f.entity_id::VARCHAR = w.entity_id
), subjects AS (
    SELECT item, operation_id, since, item AS subject FROM wanted
    UNION ALL
    SELECT item, operation_id, since, 'title:' || entity_id FROM wanted WHERE entity_type NOT IN ('file', 'item', 'video')
    UNION ALL
    SELECT w.item, w.operation_id, w.since, 'title:' || e.series_id
    FROM wanted AS w JOIN episodes AS e ON w.entity_type = 'episode' AND e.id::VARCHAR = w.entity_id
    UNION ALL
    SELECT item, operation_id, since, 'moved:' || file_id FROM own_files
), files AS (
    SELECT i.*, encode(f.file_hash) AS hash, f.path_bytes
    FROM (SELECT item, operation_id, since, entity_id::BIGINT AS file_id FROM wanted WHERE entity_type IN ('file', 'video')
          UNION ALL FROM own_files) AS i
    JOIN scanned_files AS f USING (file_id)
), changed AS (
    SELECT item, operation_id, since, actor_kind, actor_id, actor_name, number, after_operation FROM (/* of_files */)
    UNION ALL
    SELECT item, operation_id, since, actor_kind, actor_id, actor_name, number, after_operation
    FROM subjects JOIN title_changers USING (subject)
)
SELECT actor_kind, actor_id, any_value(actor_name), list(DISTINCT item) FROM changed
WHERE after_operation >= operation_id AND number > since
GROUP BY actor_kind, actor_id, CASE actor_kind WHEN 'local' THEN actor_name END;
