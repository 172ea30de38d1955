-- What a limited reader sees of the things that a call names. Each statement returns those of $ids that it sees.

-- name: file
-- Files.
SELECT file_id FROM scanned_files WHERE file_id IN (SELECT unnest($ids::BIGINT[]));

-- name: title
-- Films, series, seasons and episodes.
SELECT id FROM titles WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: candidate
-- Pictures of titles.
SELECT id FROM asset_candidates WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: decision
-- Decisions about files.
SELECT decision_id FROM decisions WHERE decision_id IN (SELECT unnest($ids::BIGINT[]));

-- name: operation
-- Operations that changed no other files.
SELECT operation_id FROM own_operations WHERE has_all AND operation_id IN (SELECT unnest($ids::BIGINT[]));

-- name: item
-- Items of such operations.
SELECT id FROM metadata_operation_items WHERE id IN (SELECT unnest($ids::BIGINT[]))
  AND operation_id IN (SELECT operation_id FROM own_operations WHERE has_all);

-- name: part
-- Operations that also changed other files.
SELECT operation_id FROM own_operations WHERE NOT has_all AND operation_id IN (SELECT unnest($ids::BIGINT[]));

-- name: job
-- Jobs.
SELECT id FROM job_queue WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: request
-- Requests for approval.
SELECT id FROM approvals WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: step
-- Steps.
SELECT step_id FROM steps WHERE step_id IN (SELECT unnest($ids::BIGINT[]));

-- name: library
-- Folders.
SELECT library_id FROM libraries WHERE library_id IN (SELECT unnest($ids::INTEGER[]));
