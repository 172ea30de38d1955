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

-- name: requests
-- The newest requests.
SELECT id, "at", provider, route, parameters, status, seconds, bytes FROM provider_requests ORDER BY id DESC LIMIT $limit;

-- name: matching_requests
-- Part of other statements: the requests of a filter; `$failed`: those without a good answer (a missing title is one).
SELECT id, "at", provider, route, parameters, status, seconds, bytes FROM provider_requests
WHERE ($provider = '' OR provider = $provider)
  AND (NOT $failed OR status IS NULL OR (status >= 400 AND status <> 404))
  AND contains(folded(route || ' ' || parameters::VARCHAR), folded($text))

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
