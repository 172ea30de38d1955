-- name: waiting
-- The edits of one field that differ from the file, in folders whose ratings are written at once: file, decision, who
-- decided.
SELECT d.file_id, d.decision_id, d.actor_kind, d.actor_id, d.actor_name
FROM decisions AS d JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE l.write_ratings AND l.state = 'online' AND d.kind = $kind AND d.revoked_at IS NULL
  AND d.value IS DISTINCT FROM f.fields[edited_field($kind)]
ORDER BY d.file_id;

-- name: waiting_in
-- The files of a folder with an edit of one field that differs from the file, if the folder does not write it at once.
SELECT d.file_id
FROM decisions AS d JOIN scanned_files AS f USING (file_id) JOIN libraries AS l USING (library_id)
WHERE l.library_id = $library_id AND NOT l.write_ratings AND d.kind = $kind AND d.revoked_at IS NULL
  AND d.value IS DISTINCT FROM f.fields[edited_field($kind)];

-- name: failed_before
-- The files among $file_ids whose last write failed before a time, with one of these codes.
SELECT file_id FROM metadata_operation_items WHERE file_id IN (SELECT unnest($file_ids::BIGINT[]))
GROUP BY file_id HAVING list_contains($codes::VARCHAR[], arg_max(code, id)) AND max(processed_at) < $before;
