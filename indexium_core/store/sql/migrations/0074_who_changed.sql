-- Who changed what would be written: nobody approves such work.

-- The last change of each actor, in the order of their commits.
CREATE TABLE changers (
    actor_kind VARCHAR NOT NULL,                   -- see Actor
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    number BIGINT NOT NULL
);

-- Who changed the plan of a file. What a person changes of a payload counts for its later copies, and what the person
-- assigns to a path or a payload before its first file is there counts for that file.
CREATE TABLE file_changers (
    file_id BIGINT NOT NULL,                       -- 0: there was no file yet
    target BLOB NOT NULL,                          -- hash or path, as in assignments
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    number BIGINT NOT NULL,                        -- of the last change, as in changers
    after_operation BIGINT NOT NULL                -- the newest operation at the last change
);
INSERT INTO file_changers
SELECT file_id, coalesce(encode(file_hash), path_bytes), coalesce(actor_kind, 'local'), coalesce(actor_id, ''),
       any_value(coalesce(actor_name, '')), 0, coalesce((SELECT max(id) FROM metadata_operations), 0)
FROM decisions JOIN scanned_files USING (file_id) WHERE revoked_at IS NULL AND kind <> 'postpone' GROUP BY ALL;

-- Who changed what is published of a title: its values, its pictures, its files, the choices about its side files. A step
-- about a title is deleted one day; this stays.
CREATE TABLE title_changers (
    subject VARCHAR NOT NULL,                      -- title:5, moved:7 (a file between titles), video:7 or movie:5 (a choice)
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    number BIGINT NOT NULL,                        -- as in file_changers
    after_operation BIGINT NOT NULL
);
INSERT INTO title_changers
WITH about AS (
    SELECT *, CASE kind WHEN 'move' THEN 'moved:' ELSE 'title:' END AS of_kind,
           regexp_extract(unnest(subjects), '^(?:[a-z]+:)?(\d+)', 1) AS number
    FROM steps WHERE kind NOT IN ('review', 'side_file')
), changed AS (
    SELECT of_kind || number AS subject, actor_kind, actor_id, actor_name, created_at AS at FROM about WHERE number <> ''
    UNION ALL
    SELECT of_kind || number, undone_by_kind, undone_by_id, undone_by_name, undone_at
    FROM about WHERE number <> '' AND undone_by_kind IS NOT NULL
    UNION ALL
    SELECT 'title:' || entity_id, actor_kind, coalesce(actor_id, ''), coalesce(selected_by, ''), selected_at
    FROM asset_candidates WHERE is_selected AND actor_kind IS NOT NULL
    UNION ALL
    SELECT entity_type || ':' || entity_id, actor_kind, actor_id, actor_name, decided_at FROM side_file_choices
)
SELECT c.subject, c.actor_kind, c.actor_id, any_value(c.actor_name), 0, max(coalesce(o.id, 0))
FROM changed AS c
ASOF LEFT JOIN (SELECT id, started_at FROM metadata_operations WHERE started_at IS NOT NULL) AS o ON c.at >= o.started_at
GROUP BY ALL;

-- Who made or changed a program: what it does is the work of these people. Its row outlives it.
CREATE TABLE program_makers (
    program_kind VARCHAR NOT NULL,                 -- token, schedule, webhook
    program_id VARCHAR NOT NULL,
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL
);
INSERT INTO program_makers
SELECT 'token', t.id::VARCHAR, 'user', u.id::VARCHAR, u.name FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id;

ALTER TABLE approvals ADD COLUMN proposed_digest VARCHAR;  -- plan_digest of the proposal
ALTER TABLE approvals ADD COLUMN proposed_change BIGINT;   -- the newest change at the proposal
UPDATE approvals SET proposed_change = 0,
    proposed_digest = CASE WHEN id IN (SELECT approval_id FROM approval_entries WHERE action = 'changed') THEN '' ELSE plan_digest END;
