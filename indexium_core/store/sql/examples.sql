-- The examples of the page *Query*. The comment of each is its name.

-- name: pairs
-- Pairs of people by number of common files.
SELECT a.person, b.person AS together_with, count(*) AS files
FROM file_people AS a
JOIN file_people AS b ON a.file_id = b.file_id AND a.person < b.person
GROUP BY ALL
ORDER BY files DESC, a.person, b.person
LIMIT 50;

-- name: without_people
-- Files without people, by folder.
SELECT f.library, f.folder, count(*) AS files, round(sum(f.duration) / 3600, 1) AS hours
FROM files AS f
ANTI JOIN file_people AS p USING (file_id)
WHERE f.state = 'ok'
GROUP BY ALL
ORDER BY files DESC, f.folder;

-- name: grown
-- New files of the last days.
SELECT date_trunc('day', first_seen_at)::DATE AS day, count(*) AS files, round(sum(size) / 1e9, 2) AS gigabytes
FROM files
WHERE first_seen_at > now() - to_days($days)
GROUP BY ALL
ORDER BY day;

-- name: coverage
-- Share of files with people, by year.
SELECT year(f.modified_at) AS year, count(*) AS files, count(p.file_id) AS with_people,
       round(100 * count(p.file_id) / count(*), 1) AS percent
FROM files AS f
LEFT JOIN (SELECT DISTINCT file_id FROM file_people) AS p USING (file_id)
WHERE f.state = 'ok'
GROUP BY ALL
ORDER BY year;

-- name: slowest
-- The slowest writes.
SELECT i.file_id, i.path, i.strategy, round(i.seconds, 2) AS seconds, round(i.size / 1e6, 1) AS megabytes,
       o.title, i.processed_at
FROM operation_items AS i
JOIN operations AS o USING (operation_id)
WHERE i.status = 'success'
ORDER BY i.seconds DESC
LIMIT 100;

-- name: duplicates
-- Duplicates by wasted space.
SELECT file_id, path, copies, round(size * (copies - 1) / 1e6, 1) AS wasted_megabytes
FROM duplicates
ORDER BY size * (copies - 1) DESC, file_hash, path;

-- name: risky
-- Files that would lose people.
SELECT p.file_id, f.file_name, p.risk, p.existing_people, p.people_removed, p.result_people
FROM plan AS p
JOIN files AS f USING (file_id)
WHERE p.can_update AND len(p.people_removed) > 0
ORDER BY p.risk, f.file_name;

-- name: long_files
-- Long files of one person.
SELECT f.file_id, f.file_name, f.folder, round(f.duration / 60) AS minutes, list(p.person ORDER BY p.person) AS people
FROM files AS f
JOIN file_people AS p USING (file_id)
GROUP BY ALL
HAVING f.duration > $minutes * 60 AND ($person = '' OR list_contains(people, $person))
ORDER BY minutes DESC;

-- name: codecs
-- Space by container and codec.
SELECT container, video_codec, audio_codec, count(*) AS files, round(sum(size) / 1e9, 2) AS gigabytes
FROM files
WHERE state = 'ok'
GROUP BY ALL
ORDER BY files DESC;

-- name: years_of_people
-- Files of each person, by year.
SELECT year(f.modified_at) AS year, p.person, count(*) AS files
FROM files AS f
JOIN file_people AS p USING (file_id)
GROUP BY ALL
ORDER BY year, files DESC;

-- name: hours_of_series
-- Series with their episodes, hours and rating.
SELECT s.title, s.year, count(DISTINCT t.title_id) AS episodes, round(sum(f.duration) / 3600, 1) AS hours, s.imdb_rating, s.genres
FROM titles AS t
JOIN titles AS s ON s.title_id = t.series_id
JOIN title_files AS l ON l.title_id = t.title_id AND l.role = 'main'
JOIN files AS f USING (file_id)
WHERE t.kind = 'episode' AND f.state = 'ok'
GROUP BY ALL
ORDER BY hours DESC;
