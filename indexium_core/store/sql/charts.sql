-- name: days
-- Files by the period of their operation and by outcome. An item of a publication has several files.
WITH bins AS (SELECT unnest($days::DATE[]) AS day, unnest($lasts::DATE[]) AS until, unnest($starts::TIMESTAMPTZ[]) AS begins,
                     unnest($ends::TIMESTAMPTZ[]) AS ends)
SELECT b.day, b.until,
       CAST(coalesce(sum(coalesce(s.files, 1)) FILTER (m.status = 'success' AND o.operation_type <> 'rollback'), 0) AS BIGINT) AS written,
       CAST(coalesce(sum(coalesce(s.files, 1)) FILTER (m.status = 'success' AND o.operation_type = 'rollback'), 0) AS BIGINT) AS restored,
       CAST(coalesce(sum(coalesce(s.files, 1)) FILTER (m.status IN ('failed', 'conflict', 'unknown')), 0) AS BIGINT) AS failed,
       count(DISTINCT o.id) AS operations
FROM bins b
JOIN metadata_operations o ON o.started_at >= b.begins AND o.started_at < b.ends
JOIN metadata_operation_items m ON m.operation_id = o.id
LEFT JOIN (SELECT item_id, count(*) AS files FROM item_side_files
           WHERE coalesce(before_hash, after_hash) IS NOT NULL GROUP BY item_id) AS s ON s.item_id = m.id
GROUP BY b.day, b.until ORDER BY b.day;

-- name: durations
-- Durations of operations by period, and durations of single files.
WITH bins AS (SELECT unnest($days::DATE[]) AS day, unnest($lasts::DATE[]) AS until, unnest($starts::TIMESTAMPTZ[]) AS begins,
                     unnest($ends::TIMESTAMPTZ[]) AS ends),
placed AS (SELECT b.day, b.until, o.id, o.operation_type, o.seconds
           FROM bins b JOIN metadata_operations o ON o.started_at >= b.begins AND o.started_at < b.ends
           WHERE o.seconds > 0),
files AS (SELECT p.day, count(*) AS files, 1000 * median(m.seconds) AS typical_ms, 1000 * max(m.seconds) AS slowest_ms
          FROM placed p JOIN metadata_operation_items m ON m.operation_id = p.id AND m.status = 'success'
          GROUP BY p.day)
SELECT p.day, p.until, count(*) AS operations,
       coalesce(sum(p.seconds) FILTER (p.operation_type <> 'rollback'), 0) AS write_seconds,
       coalesce(sum(p.seconds) FILTER (p.operation_type = 'rollback'), 0) AS rollback_seconds,
       coalesce(any_value(f.files), 0) AS files, any_value(f.typical_ms) AS typical_ms,
       any_value(f.slowest_ms) AS slowest_ms
FROM placed p LEFT JOIN files f USING (day) GROUP BY p.day, p.until ORDER BY p.day;

-- name: errors
-- Files that were not written or restored, by code, or by status where there is no code.
SELECT CASE WHEN m.code = '' THEN m.status ELSE m.code END AS error, count(*) AS files,
       count(DISTINCT o.id) AS operations
FROM metadata_operation_items m JOIN metadata_operations o ON o.id = m.operation_id
WHERE m.status IN ('failed', 'conflict', 'unknown')
  AND ($since IS NULL OR o.started_at >= $since::TIMESTAMPTZ) AND ($until IS NULL OR o.started_at < $until::TIMESTAMPTZ)
GROUP BY error ORDER BY files DESC, error;

-- name: most_written
-- People by the number of files that they were written into and are still in: no later write removed them.
WITH written AS (
    SELECT m.id, m.file_id, m.tags_added, m.tags_removed, o.started_at
    FROM metadata_operation_items m JOIN metadata_operations o ON o.id = m.operation_id
    WHERE m.status = 'success' AND m.reverted_by IS NULL AND o.operation_type = 'write'
), latest AS (
    FROM (SELECT id, file_id, started_at, unnest(tags_added) AS person, TRUE AS is_added FROM written
          UNION ALL SELECT id, file_id, started_at, unnest(tags_removed), FALSE FROM written)
    QUALIFY row_number() OVER (PARTITION BY file_id, lower(person) ORDER BY greatest(id, 0) DESC, started_at DESC, id DESC,
                               is_added DESC) = 1
)
SELECT person, count(*) AS files FROM latest
WHERE is_added AND ($since IS NULL OR started_at >= $since::TIMESTAMPTZ)
  AND ($until IS NULL OR started_at < $until::TIMESTAMPTZ)
GROUP BY person ORDER BY files DESC, person LIMIT $count;

-- name: coverage
-- Videos at the end of each period, and how many of them had people. A video counts from the day on which a scan first
-- found it. The people before today come from the comment that each write found (a segment "People:"
-- at the start, or after a line break, ; or |). Writes of a legacy .db file (id < 0) are older than the first scan.
WITH bins AS (SELECT unnest($days::DATE[]) AS day, unnest($lasts::DATE[]) AS until, unnest($ends::TIMESTAMPTZ[]) AS ends),
films AS (SELECT file_id, first_seen_at, (len(people) > 0)::INTEGER AS named FROM scanned_files WHERE state = 'ok'),
writes AS (
    SELECT file_id, id, processed_at, named,
           lead(named) OVER (PARTITION BY file_id ORDER BY id) AS next,
           row_number() OVER (PARTITION BY file_id ORDER BY id) = 1 AS first
    FROM (SELECT m.file_id, m.id, m.processed_at,
                 coalesce(regexp_matches(m.previous_comment, '(^|[\n;|])[ \t]*people:[^\n;|]*[^\s,;|]', 'i'), FALSE)::INTEGER
                     AS named
          FROM metadata_operation_items m WHERE m.status = 'success' AND m.processed_at IS NOT NULL AND m.id > 0)),
steps AS (
    SELECT f.first_seen_at AS at, 1 AS films, coalesce(w.named, f.named) AS named
    FROM films f LEFT JOIN writes w ON w.file_id = f.file_id AND w.first
    UNION ALL
    SELECT w.processed_at, 0, coalesce(w.next, f.named) - w.named FROM writes w JOIN films f USING (file_id)),
placed AS (
    SELECT b.day, sum(s.films) AS films, sum(s.named) AS named
    FROM steps s ASOF JOIN bins b ON s.at < b.ends GROUP BY b.day)
SELECT day, until, films, named, named / films AS share FROM (
    SELECT b.day, b.until, CAST(sum(coalesce(p.films, 0)) OVER (ORDER BY b.day) AS BIGINT) AS films,
           CAST(sum(coalesce(p.named, 0)) OVER (ORDER BY b.day) AS BIGINT) AS named
    FROM bins b LEFT JOIN placed p USING (day))
WHERE films > 0 ORDER BY day;

-- name: totals
-- The totals of all operations. The files of a publication are those beside the media, and not its titles.
SELECT count(*),
       coalesce(sum(success_count) FILTER (operation_type = 'write'), 0)
       + (SELECT count(*) FROM item_side_files AS s JOIN metadata_operation_items AS m ON m.id = s.item_id
          JOIN metadata_operations AS o ON o.id = m.operation_id
          WHERE coalesce(s.before_hash, s.after_hash) IS NOT NULL
            AND m.status = 'success' AND o.operation_type = 'publish' AND o.status NOT IN ('pending', 'in_progress', 'paused')),
       coalesce(sum(failure_count + conflict_count + unknown_count) FILTER (operation_type <> 'rollback'), 0),
       count(*) FILTER (status = 'rolled_back')
FROM metadata_operations WHERE status NOT IN ('pending', 'in_progress', 'paused');
