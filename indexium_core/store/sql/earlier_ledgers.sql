-- NFO files in the ledger whose lists are not yet ours item by item: an earlier version wrote them.

-- name: finish
-- Nobody looks again.
INSERT INTO finished_upgrades VALUES ('ledger by item', $at);

-- name: has_earlier
-- Whether there are such files. An entry without "by_item" is one of an earlier version.
SELECT EXISTS (FROM published_files WHERE kind = 'nfo' AND own_elements IS NOT NULL AND own_elements::VARCHAR <> '[]'
               AND NOT contains(own_elements::VARCHAR, '"by_item"'))
    OR EXISTS (FROM item_side_files WHERE kind = 'nfo' AND own_elements IS NOT NULL AND own_elements::VARCHAR <> '[]'
               AND NOT contains(own_elements::VARCHAR, '"by_item"'));

-- name: earlier_files
-- The publications of NFO files that were written, by path, the first one first, each with its journal.
SELECT s.item_id, m.entity_type, m.entity_id, s.path_bytes, s.action, s.before_hash, s.after_hash, s.body, s.own_elements,
       h.journal
FROM item_side_files AS s JOIN metadata_operation_items AS m ON m.id = s.item_id
JOIN metadata_operations AS o ON o.id = m.operation_id
LEFT JOIN metadata_history AS h ON h.operation_item_id = m.id
WHERE s.kind = 'nfo' AND o.operation_type = 'publish' AND m.status = 'success' AND m.entity_type IS NOT NULL
ORDER BY s.path_bytes, m.id;

-- name: people_of_entities
-- The people of the files of titles and videos.
SELECT DISTINCT l.entity_type, l.entity_id, p.name FROM title_files AS l
JOIN (SELECT unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id) AS w USING (entity_type, entity_id)
JOIN assigned_people AS a USING (file_id) JOIN people AS p USING (person_id)
UNION
SELECT w.entity_type, w.entity_id, p.name
FROM (SELECT unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id) AS w
JOIN assigned_people AS a ON w.entity_type = 'video' AND a.file_id = w.entity_id JOIN people AS p USING (person_id)
UNION
SELECT w.entity_type, w.entity_id, unnest(d.people)
FROM (SELECT unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id) AS w
LEFT JOIN title_files AS l USING (entity_type, entity_id)
JOIN decisions AS d ON d.file_id = CASE w.entity_type WHEN 'video' THEN w.entity_id ELSE l.file_id END
WHERE d.kind = 'edit' AND d.revoked_at IS NULL;

-- name: lists_of_entities
-- The lists of titles that people and providers gave.
SELECT v.entity_type, v.entity_id, v.field, v.value FROM title_values AS v
JOIN (SELECT unnest($types::VARCHAR[]) AS entity_type, unnest($ids::BIGINT[]) AS entity_id) AS w USING (entity_type, entity_id)
WHERE v.origin IN ('hand', 'provider') AND v.field IN ('cast', 'crew', 'genres', 'countries', 'studios', 'tags') AND v.value IS NOT NULL;

-- name: store_own_of_items
-- What is ours in each publication of a file.
UPDATE item_side_files SET own_elements = n.own::JSON
FROM (SELECT unnest($item_ids::BIGINT[]) AS item_id, unnest($paths::BLOB[]) AS path_bytes, unnest($own::VARCHAR[]) AS own) AS n
WHERE item_side_files.item_id = n.item_id AND item_side_files.path_bytes = n.path_bytes;

-- name: store_own_of_files
-- What is ours in the files of the ledger: by the hash that a publication left at their path.
UPDATE published_files SET own_elements = n.own::JSON
FROM (SELECT DISTINCT ON (path_bytes, content_hash) * FROM (
          SELECT unnest($item_ids::BIGINT[]) AS item_id, unnest($paths::BLOB[]) AS path_bytes,
                 unnest($hashes::VARCHAR[]) AS content_hash, unnest($own::VARCHAR[]) AS own)
      ORDER BY path_bytes, content_hash, item_id DESC) AS n
WHERE published_files.path_bytes = n.path_bytes AND published_files.content_hash = n.content_hash;

-- name: empty_unknown_own
-- Without any publication in the history, nothing is ours for certain.
UPDATE published_files SET own_elements = '[]'::JSON
WHERE kind = 'nfo' AND own_elements IS NOT NULL AND NOT contains(own_elements::VARCHAR, '"by_item"');

-- name: spoil_planned
-- Publications that an earlier version planned and that nobody has written: no file has this hash, so they become conflicts.
UPDATE item_side_files SET before_hash = 'planned by an earlier version', own_elements = '[]'::JSON
WHERE kind = 'nfo' AND own_elements IS NOT NULL AND NOT contains(own_elements::VARCHAR, '"by_item"');

-- name: forget_nfo_values
-- Values of NFO files that are our own ones.
DELETE FROM title_values WHERE entity_type = $entity_type AND entity_id = $entity_id AND field = $field AND origin = 'nfo'
    AND value::VARCHAR IN (SELECT unnest($values::VARCHAR[])::JSON::VARCHAR);
