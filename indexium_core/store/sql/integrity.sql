-- The checks of the database. The comment of each statement whose name starts with `orphaned_` is shown to people, with the
-- number of rows; the statement returns the rowids of the rows, and `db rebuild` drops them. The name of the table follows.

-- name: own_tables
-- The tables of this database.
SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY table_name;

-- name: own_columns
-- The columns of this database, without those of temporary tables.
SELECT table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal;

-- name: whole_table
-- Read every value of a table: its number of rows and a checksum of them.
SELECT count(*), coalesce(sum(hash(t)), 0) FROM (/* rows */) AS t;

-- name: number_of_rows
-- The number of rows of a table, which needs no reading of its values.
SELECT count(*) FROM /* table */;

-- name: orphaned_scanned_files
-- Files without a library folder
SELECT f.rowid FROM scanned_files AS f ANTI JOIN libraries AS l ON l.library_id = f.library_id;

-- name: orphaned_video_people
-- Assignments without a person
SELECT a.rowid FROM video_people AS a ANTI JOIN people AS p ON p.person_id = a.person_id;

-- name: orphaned_person_aliases
-- Other spellings without a person
SELECT a.rowid FROM person_aliases AS a ANTI JOIN people AS p ON p.person_id = a.person_id;

-- name: orphaned_decisions
-- Decisions without a file
SELECT d.rowid FROM decisions AS d ANTI JOIN scanned_files AS f ON f.file_id = d.file_id;

-- name: orphaned_media_properties
-- Media properties without a file
SELECT m.rowid FROM media_properties AS m ANTI JOIN scanned_files AS f ON f.file_id = m.file_id;

-- name: orphaned_field_locks
-- Locked fields without a file
SELECT k.rowid FROM field_locks AS k ANTI JOIN scanned_files AS f ON f.file_id = k.file_id;

-- name: orphaned_title_files
-- Links of titles without a file
SELECT l.rowid FROM title_files AS l ANTI JOIN scanned_files AS f ON f.file_id = l.file_id;

-- name: orphaned_title_assignments
-- Files without a record that a person moved to a title, or such a title
SELECT a.rowid FROM title_assignments AS a
LEFT JOIN scanned_files AS f ON f.file_id = a.file_id LEFT JOIN titles AS t ON t.entity_type = a.entity_type AND t.id = a.entity_id
WHERE f.file_id IS NULL OR t.id IS NULL;

-- name: orphaned_title_values
-- Values without a title
SELECT v.rowid FROM title_values AS v ANTI JOIN titles AS t ON t.entity_type = v.entity_type AND t.id = v.entity_id;

-- name: orphaned_title_external_ids
-- Ids without a title
SELECT i.rowid FROM title_external_ids AS i ANTI JOIN titles AS t ON t.entity_type = i.entity_type AND t.id = i.entity_id;

-- name: orphaned_film_evidence
-- Evidence without a title
SELECT e.rowid FROM film_evidence AS e ANTI JOIN titles AS t ON t.entity_type = e.entity_type AND t.id = e.entity_id;

-- name: orphaned_title_searches
-- Searches without a title
SELECT s.rowid FROM title_searches AS s ANTI JOIN titles AS t ON t.entity_type = s.entity_type AND t.id = s.entity_id;

-- name: orphaned_title_matches
-- Candidates without a title
SELECT m.rowid FROM title_matches AS m ANTI JOIN titles AS t ON t.entity_type = m.entity_type AND t.id = m.entity_id;

-- name: orphaned_metadata_operation_items
-- Results of files without an operation
SELECT i.rowid FROM metadata_operation_items AS i ANTI JOIN metadata_operations AS o ON o.id = i.operation_id;

-- name: orphaned_metadata_history
-- Backups of files without a result
SELECT h.rowid FROM metadata_history AS h ANTI JOIN metadata_operation_items AS i ON i.id = h.operation_item_id;

-- name: orphaned_item_side_files
-- Side files without a result
SELECT s.rowid FROM item_side_files AS s ANTI JOIN metadata_operation_items AS i ON i.id = s.item_id;

-- name: orphaned_job_dependencies
-- Dependencies of jobs that do not exist
SELECT d.rowid FROM job_dependencies AS d ANTI JOIN job_queue AS j ON j.id = d.job_id;

-- name: miscounted_operations
-- The ended operations whose number of written files differs from the results of their files.
SELECT o.id FROM metadata_operations AS o
LEFT JOIN (SELECT operation_id, count(*) AS written FROM metadata_operation_items WHERE status = 'success' GROUP BY ALL) AS i
    ON i.operation_id = o.id
WHERE o.completed_at IS NOT NULL AND o.status NOT IN ('pending', 'in_progress', 'paused')
  AND o.success_count <> coalesce(i.written, 0) AND o.origin IS NULL  -- a legacy .db file may lack the results
ORDER BY o.id;

-- name: sequences
-- Each sequence with the next number that it gives, in this database.
SELECT sequence_name, coalesce(last_value + 1, start_value) FROM duckdb_sequences()
WHERE database_name = current_database();

-- name: used_numbers
-- Each sequence with the largest number of it that a row has.
SELECT 'ids', greatest(
    (SELECT coalesce(max(library_id), 0) FROM libraries), (SELECT coalesce(max(person_id), 0) FROM people),
    (SELECT coalesce(max(variant_id), 0) FROM plan_variants), (SELECT coalesce(max(decision_id), 0) FROM decisions),
    (SELECT coalesce(max(id), 0) FROM metadata_operation_items), (SELECT coalesce(max(id), 0) FROM metadata_history),
    (SELECT coalesce(max(view_id), 0) FROM saved_views), (SELECT coalesce(max(template_id), 0) FROM edit_templates),
    (SELECT coalesce(max(query_id), 0) FROM saved_queries))
UNION ALL SELECT 'file_ids', greatest((SELECT coalesce(max(file_id), 0) FROM scanned_files),
                                      (SELECT coalesce(max(file_id), 0) FROM metadata_operation_items))
UNION ALL SELECT 'operation_ids', coalesce(max(id), 0) FROM metadata_operations
UNION ALL SELECT 'film_ids', coalesce(max(film_id), 0) FROM film_hashes
UNION ALL SELECT 'step_ids', coalesce(max(step_id), 0) FROM steps
UNION ALL SELECT 'job_ids', greatest((SELECT coalesce(max(id), 0) FROM job_queue),
                                     (SELECT coalesce(max(job_id), 0) FROM metadata_operations))
UNION ALL SELECT 'audit_ids', coalesce(max(id), 0) FROM audit_events
UNION ALL SELECT 'title_ids', greatest(
    (SELECT coalesce(max(id), 0) FROM movies), (SELECT coalesce(max(id), 0) FROM series),
    (SELECT coalesce(max(id), 0) FROM seasons), (SELECT coalesce(max(id), 0) FROM episodes))
UNION ALL SELECT 'provider_request_ids', coalesce(max(id), 0) FROM provider_requests
UNION ALL SELECT 'asset_candidate_ids', coalesce(max(id), 0) FROM asset_candidates
UNION ALL SELECT 'cache_inventory_ids', coalesce(max(id), 0) FROM cache_inventory
UNION ALL SELECT 'rejected_asset_ids', coalesce(max(id), 0) FROM rejected_assets
UNION ALL SELECT 'asset_selection_config_ids', coalesce(max(id), 0) FROM asset_selection_config
UNION ALL SELECT 'published_file_ids', coalesce(max(id), 0) FROM published_files
UNION ALL SELECT 'publish_log_ids', coalesce(max(id), 0) FROM publish_log
UNION ALL SELECT 'player_ids', coalesce(max(id), 0) FROM players
UNION ALL SELECT 'player_message_ids', coalesce(max(id), 0) FROM player_messages
UNION ALL SELECT 'plan_ids', greatest((SELECT coalesce(max(plan_id), 0) FROM plans),
                                      (SELECT coalesce(max(plan_id), 0) FROM metadata_operations))
UNION ALL SELECT 'event_runs', coalesce(max(id) // 1000000000, 0) FROM events;
