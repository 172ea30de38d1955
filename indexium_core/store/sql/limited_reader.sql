-- What a cursor for some libraries has in place of the tables of the same names: `limited_reader` makes a temporary view
-- of each statement. `/* home */` is the schema with the tables themselves. A name without it is an earlier view, or a
-- view of the database, which reads the earlier views. Its variables name the actor and the libraries.

-- name: libraries
-- The folders.
SELECT * FROM /* home */.libraries WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: scanned_files
-- The files in them.
SELECT * FROM /* home */.scanned_files WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: own_files
-- Part of the next views: the ids of these files. The parts read the tables themselves, because a view in a view takes time.
SELECT file_id FROM /* home */.scanned_files WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: media_properties
-- Their properties …
SELECT * FROM /* home */.media_properties WHERE file_id IN (FROM own_files);

-- name: field_locks
-- … the locked ones …
SELECT * FROM /* home */.field_locks WHERE file_id IN (FROM own_files);

-- name: plan_rows
-- … their plan, without copies in other folders …
/* own_items */;

-- name: plan_marks
-- … what the next plan computes again …
SELECT * FROM /* home */.plan_marks WHERE file_id IN (FROM own_files);

-- name: touched_files
-- … what stays in it …
SELECT * FROM /* home */.touched_files WHERE file_id IN (FROM own_files);

-- name: file_changers
-- … who changed it …
SELECT * FROM /* home */.file_changers WHERE file_id IN (FROM own_files);

-- name: decisions
-- … the decisions about them …
SELECT * FROM /* home */.decisions WHERE file_id IN (FROM own_files);

-- name: declined_people
-- … the people that they do not have …
SELECT * FROM /* home */.declined_people WHERE file_id IN (FROM own_files);

-- name: audit_events
-- … and what changed in their properties.
SELECT * FROM /* home */.audit_events WHERE file_id IN (FROM own_files);

-- name: video_people
-- The people in the files.
SELECT * FROM /* home */.video_people WHERE file_hash IN (SELECT file_hash FROM scanned_files)
   OR path_bytes IN (SELECT path_bytes FROM scanned_files);

-- name: face_suggestions
-- The faces in them.
SELECT * FROM /* home */.face_suggestions WHERE file_hash IN (SELECT file_hash FROM scanned_files)
   OR path_bytes IN (SELECT path_bytes FROM scanned_files);

-- name: people
-- The people in these files, now or after an edit.
SELECT * FROM /* home */.people
WHERE person_id IN (SELECT person_id FROM video_people)
   OR person_key IN (SELECT unnest(people_keys) FROM decisions);

-- name: person_aliases
-- Their other names.
SELECT * FROM /* home */.person_aliases WHERE person_id IN (SELECT person_id FROM people);

-- name: legacy_files
-- Files of a former program.
SELECT * FROM /* home */.legacy_files WHERE path_bytes IN (SELECT path_bytes FROM scanned_files);

-- name: movies
-- The films …
SELECT * FROM /* home */.movies WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: series
-- … the series …
SELECT * FROM /* home */.series WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: seasons
-- … their seasons …
SELECT * FROM /* home */.seasons WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: episodes
-- … and episodes of these folders.
SELECT * FROM /* home */.episodes WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: own_entities
-- Part of the next views: these titles, and files that are published by themselves.
SELECT 'movie' AS entity_type, id AS entity_id FROM /* home */.movies WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id)
UNION ALL SELECT 'series' AS entity_type, id AS entity_id FROM /* home */.series WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id)
UNION ALL SELECT 'season' AS entity_type, id AS entity_id FROM /* home */.seasons WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id)
UNION ALL SELECT 'episode' AS entity_type, id AS entity_id FROM /* home */.episodes WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id)
UNION ALL SELECT 'video', file_id FROM /* home */.scanned_files WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: title_files
-- The files of the titles …
SELECT * FROM /* home */.title_files WHERE file_id IN (FROM own_files);

-- name: title_assignments
-- … those that a person assigned …
SELECT * FROM /* home */.title_assignments WHERE file_id IN (FROM own_files);

-- name: title_values
-- … their values …
SELECT * FROM /* home */.title_values WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: title_external_ids
-- … the ids by which they are known …
SELECT * FROM /* home */.title_external_ids WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: title_matches
-- … the titles of providers that they may be …
SELECT * FROM /* home */.title_matches WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: title_searches
-- … how these were found …
SELECT * FROM /* home */.title_searches WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: title_enrichment
-- … what is not known yet …
SELECT * FROM /* home */.title_enrichment WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: film_evidence
-- … why a file is a film …
SELECT * FROM /* home */.film_evidence WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: asset_candidates
-- … their pictures …
SELECT * FROM /* home */.asset_candidates WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: publish_log
-- … what was published of them …
SELECT * FROM /* home */.publish_log WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: player_messages
-- … what players were told …
SELECT * FROM /* home */.player_messages WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: player_reads
-- … what players answered …
SELECT * FROM /* home */.player_reads WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: player_keeps
-- … what players keep of them …
SELECT * FROM /* home */.player_keeps WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: side_file_choices
-- … and the decisions about files of others beside them.
SELECT * FROM /* home */.side_file_choices WHERE (entity_type, entity_id) IN (FROM own_entities);

-- name: nfo_problems
-- NFO files that cannot be read.
SELECT * FROM /* home */.nfo_problems WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: sender_ids
-- Ids that other programs sent with files.
SELECT * FROM /* home */.sender_ids WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: publication_rows
-- The plan of publishing.
SELECT * FROM /* home */.publication_rows WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: published_files
-- The files that were published.
SELECT * FROM /* home */.published_files WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: library_automation_config
-- How far these folders may go by themselves.
SELECT * FROM /* home */.library_automation_config WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: asset_selection_config
-- How pictures are selected in them.
SELECT * FROM /* home */.asset_selection_config WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: webhook_events
-- Events about files in them.
SELECT * FROM /* home */.webhook_events WHERE list_contains(getvariable('own_libraries')::INTEGER[], library_id);

-- name: metadata_operation_items
-- What was done with these files and titles.
SELECT * FROM /* home */.metadata_operation_items
WHERE file_id IN (FROM own_files)
   OR file_id IS NULL AND (entity_type, entity_id) IN (FROM own_entities);

-- name: own_operations
-- Part of the next views: the operations with such items, and whether they have no others.
SELECT *, items = file_count AS has_all
FROM (
    SELECT operation_id, count(*) AS file_count, count(*) FILTER (status = 'success') AS success,
           count(*) FILTER (status = 'failed') AS failure, count(*) FILTER (status = 'skipped') AS skipped,
           count(*) FILTER (status = 'conflict') AS conflict, count(*) FILTER (status = 'unknown') AS unknown
    FROM metadata_operation_items GROUP BY operation_id
) JOIN (
    SELECT operation_id, count(*) AS items FROM /* home */.metadata_operation_items GROUP BY operation_id
) USING (operation_id);

-- name: metadata_operations
-- Their operations: of one that also changed other files, only the counts of these.
SELECT o.* REPLACE (
    CASE WHEN has_all THEN o.file_count ELSE p.file_count END AS file_count,
    CASE WHEN has_all THEN o.success_count ELSE p.success END AS success_count,
    CASE WHEN has_all THEN o.failure_count ELSE p.failure END AS failure_count,
    CASE WHEN has_all THEN o.skipped_count ELSE p.skipped END AS skipped_count,
    CASE WHEN has_all THEN o.conflict_count ELSE p.conflict END AS conflict_count,
    CASE WHEN has_all THEN o.unknown_count ELSE p.unknown END AS unknown_count,
    CASE WHEN has_all THEN o.error_message ELSE '' END AS error_message,
    CASE WHEN has_all THEN o.user_note ELSE '' END AS user_note,
    CASE WHEN has_all THEN o.user_action ELSE '' END AS user_action,
    CASE WHEN has_all THEN o.options ELSE '{}' END AS options,
    CASE WHEN has_all THEN o.job_id END AS job_id)
FROM /* home */.metadata_operations AS o JOIN own_operations AS p ON p.operation_id = o.id;

-- name: metadata_history
-- The originals of these files.
SELECT * FROM /* home */.metadata_history WHERE operation_item_id IN (SELECT id FROM metadata_operation_items);

-- name: item_side_files
-- The files beside them that an operation changed.
SELECT * FROM /* home */.item_side_files WHERE item_id IN (SELECT id FROM metadata_operation_items);

-- name: side_file_flips
-- Published files that another program overwrites.
SELECT * FROM /* home */.side_file_flips WHERE operation_id IN (SELECT operation_id FROM own_operations);

-- name: job_queue
-- The own jobs without an operation, and those of operations with only these files.
SELECT * FROM /* home */.job_queue
WHERE actor_kind = getvariable('own_kind') AND actor_id = getvariable('own_id') AND operation_id IS NULL
   OR operation_id IN (SELECT operation_id FROM own_operations WHERE has_all);

-- name: events
-- Events of these jobs and operations, and events of none: `LibraryLimits` checks those.
SELECT * FROM /* home */.events
WHERE job_id IS NULL AND operation_id IS NULL OR job_id IN (SELECT id FROM job_queue)
   OR operation_id IN (SELECT operation_id FROM own_operations WHERE has_all);

-- name: steps
-- The own steps, if all that they changed is seen now.
SELECT * FROM /* home */.steps AS s
WHERE actor_kind = getvariable('own_kind') AND actor_id = getvariable('own_id')
  AND NOT EXISTS (FROM /* home */.decisions AS d WHERE (d.made_by = s.step_id OR d.ended_by = s.step_id) AND d.file_id NOT IN (FROM own_files))
  AND CASE WHEN kind = 'review' THEN TRUE
           WHEN kind = 'move' THEN list_has_all((SELECT coalesce(list(file_id), []) FROM own_files),
                                                list_transform(subjects, lambda x: regexp_extract(x, '\d+')::BIGINT))
           ELSE list_has_all((SELECT coalesce(list(entity_id), []) FROM own_entities WHERE entity_type <> 'video'),
                             list_transform(subjects, lambda x: regexp_extract(x, '\d+')::BIGINT)) END;

-- name: step_aliases
-- What these steps changed of people.
SELECT * FROM /* home */.step_aliases WHERE step_id IN (SELECT step_id FROM steps);

-- name: step_assignments
-- What these steps changed of people.
SELECT * FROM /* home */.step_assignments WHERE step_id IN (SELECT step_id FROM steps);

-- name: step_people
-- What these steps changed of people.
SELECT * FROM /* home */.step_people WHERE step_id IN (SELECT step_id FROM steps);

-- name: person_merges
-- What these steps changed of people.
SELECT * FROM /* home */.person_merges WHERE step_id IN (SELECT step_id FROM steps);

-- name: check_dismissals
-- Ignored findings: nobody knows of which folders they are.
SELECT * FROM /* home */.check_dismissals WHERE FALSE;

-- name: cache_inventory
-- Pictures of the titles.
SELECT * FROM /* home */.cache_inventory WHERE content_hash IN (SELECT content_hash FROM asset_candidates);

-- name: own_items
-- Part of the next views: these files, titles and items, as requests for approval name them.
SELECT 'file:' || file_id AS item FROM scanned_files
UNION ALL SELECT entity_type || ':' || entity_id FROM own_entities
UNION ALL SELECT 'item:' || id FROM metadata_operation_items;

-- name: approvals
-- Requests about these files only.
SELECT * FROM /* home */.approvals
WHERE id NOT IN (SELECT approval_id FROM /* home */.approval_items WHERE item NOT IN (FROM own_items))
  AND id IN (SELECT approval_id FROM /* home */.approval_items);

-- name: approval_items
-- Their files …
SELECT * FROM /* home */.approval_items WHERE approval_id IN (SELECT id FROM approvals);

-- name: approval_entries
-- … and what people did with them.
SELECT *, rowid FROM /* home */.approval_entries WHERE approval_id IN (SELECT id FROM approvals);

-- name: account_events
-- What the actor did with accounts.
SELECT * FROM /* home */.account_events WHERE actor_kind = getvariable('own_kind') AND actor_id = getvariable('own_id');
