-- name: answer
-- The stored answer to a request.
SELECT status, body, etag, last_modified, fetched_at, expires_at FROM provider_cache
WHERE provider = $provider AND request_key = $request_key;

-- name: store_answer
-- Insert or replace an answer.
INSERT INTO provider_cache (provider, request_key, status, body, etag, last_modified, fetched_at, expires_at)
VALUES ($provider, $request_key, $status, $body, $etag, $last_modified, $fetched_at, $expires_at)
ON CONFLICT (provider, request_key) DO UPDATE SET status = excluded.status, body = excluded.body, etag = excluded.etag,
    last_modified = excluded.last_modified, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at;

-- name: prune_answers
-- Delete the answers that were fetched before a moment.
DELETE FROM provider_cache WHERE fetched_at < $before;

-- name: next_request
-- The id of a new request.
SELECT nextval('provider_request_ids');

-- name: begin_request
-- Insert a request before it is sent.
INSERT INTO provider_requests (id, "at", provider, route, parameters)
VALUES ($id, $at, $provider, $route, $parameters);

-- name: finish_request
-- Set the result of a request.
UPDATE provider_requests SET status = $status, seconds = $seconds, bytes = $bytes WHERE id = $id;

-- name: count_requests
-- The number of requests to a provider since a moment, and the time of the first one.
SELECT count(*), min("at") FROM provider_requests WHERE provider = $provider AND "at" > $since;

-- name: faults
-- The requests to a provider since its last answer: their number, the different ones, and the time of the last one. A
-- request without a duration has no result, because the process ended.
SELECT count(*), count(DISTINCT route || ' ' || parameters::VARCHAR), max("at") FROM provider_requests
WHERE provider = $provider AND seconds IS NOT NULL AND id > coalesce((
    SELECT max(id) FROM provider_requests
    WHERE provider = $provider AND status <> 429 AND status < 500), 0);

-- name: requests
-- The newest requests.
SELECT id, "at", provider, route, parameters, status, seconds, bytes FROM provider_requests ORDER BY id DESC LIMIT $limit;

-- name: matching_requests
-- Part of other statements: the requests of a filter; `$failed`: those without a good answer (a missing title is one).
SELECT id, "at", provider, route, parameters, status, seconds, bytes FROM provider_requests
WHERE ($provider = '' OR provider = $provider)
  AND (NOT $failed OR status IS NULL OR (status >= 400 AND status <> 404))
  AND contains(folded(route || ' ' || parameters::VARCHAR), folded($text))
  AND ($kind = '' OR id IN (/* requests_of_title */))

-- name: requests_of_title
-- Part of other statements: the ids of the requests for the film or series `$title_id` of the type `$kind`. They have one of its
-- ids or the id of one of its candidates, search one of its titles, or download one of its pictures.
SELECT id FROM (
    SELECT id, provider, route, parameters->>'type' AS type,
           CASE WHEN starts_with(route, '/search/remoteid/') THEN split_part(route, '/', 4)
                ELSE coalesce(parameters->>'i', split_part(route, '/', 3)) END AS asked,
           coalesce(parameters->>'query', parameters->>'s') AS searched
    FROM provider_requests) AS r
WHERE CASE $kind WHEN 'movie' THEN NOT regexp_matches(route, '^/(search/)?(tv|series)(/|$)') AND coalesce(type, '') <> 'series'
                 ELSE NOT regexp_matches(route, '^/(search/)?movies?(/|$)') AND coalesce(type, '') <> 'movie' END
  AND CASE WHEN searched IS NOT NULL THEN folded(searched) IN (
               SELECT folded(value->>'$') FROM title_values
               WHERE entity_type = $kind AND entity_id = $title_id AND field = 'title' AND origin <> 'provider'
               UNION SELECT folded(query->>'title') FROM title_searches WHERE entity_type = $kind AND entity_id = $title_id)
           WHEN ends_with(provider, '_images') THEN route IN (
               SELECT regexp_extract(provider_url, '^https?://[^/]+(/[^?#]*)', 1) FROM asset_candidates
               WHERE entity_type = $kind AND entity_id = $title_id AND provider <> 'local'
               UNION SELECT regexp_extract(provider_metadata->>'preview_url', '^https?://[^/]+(/[^?#]*)', 1) FROM asset_candidates
               WHERE entity_type = $kind AND entity_id = $title_id AND coalesce(provider_metadata->>'preview_url', '') <> ''
               UNION SELECT regexp_extract(candidate->>'poster_url', '^https?://[^/]+(/[^?#]*)', 1) FROM title_matches
               WHERE entity_type = $kind AND entity_id = $title_id AND coalesce(candidate->>'poster_url', '') <> '')
           ELSE asked IN (
               SELECT k.value FROM (
                   SELECT replace(field, '_id', '') AS owner, value->>'$' AS value FROM title_values
                   WHERE entity_type = $kind AND entity_id = $title_id AND field IN (SELECT field FROM id_kinds)
                   UNION SELECT i.kind, m.external_id FROM title_matches AS m JOIN provider_ids AS i USING (provider, entity_type)
                   WHERE m.entity_type = $kind AND m.entity_id = $title_id) AS k
               WHERE regexp_matches(r.route, '^/(find|search/remoteid)/') OR (r.provider, k.owner) IN (
                   SELECT (provider, kind) FROM provider_ids WHERE entity_type = $kind)) END

-- name: request_page
-- One page of the requests of a filter, newest first.
SELECT * FROM (/* matching_requests */) AS r ORDER BY id DESC LIMIT $limit OFFSET $offset;

-- name: count_matching_requests
-- The number of the requests of a filter.
SELECT count(*) FROM (/* matching_requests */) AS r;

-- name: requested_providers
-- The providers that were asked.
SELECT DISTINCT provider FROM provider_requests ORDER BY provider;

-- name: prune_requests
-- Delete the requests that were sent before a moment.
DELETE FROM provider_requests WHERE "at" < $before;
