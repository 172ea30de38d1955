-- Keys of programs.

-- name: tokens
-- The tokens of one person, or of all, newest first.
SELECT t.id, t.user_id, u.name AS user_name, t.name, t.permissions, t.libraries, t.created_at, t.ends_at,
       t.last_used_at, t.last_address
FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id
WHERE $user_id IS NULL OR t.user_id = $user_id
ORDER BY t.id DESC;

-- name: open_tokens
-- What the check of a request needs of each token that has not ended.
SELECT t.token_hash, t.id, t.user_id, u.name AS user_name, t.name, t.permissions, t.libraries, t.ends_at, t.last_used_at
FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id
WHERE u.enabled AND (t.ends_at IS NULL OR t.ends_at > $now);

-- name: add
-- A new token.
INSERT INTO api_tokens BY NAME
SELECT nextval('api_token_ids') AS id, $user_id AS user_id, $token_hash AS token_hash, $name AS name,
       $permissions::VARCHAR[] AS permissions, $libraries::INTEGER[] AS libraries, $now AS created_at,
       $ends_at AS ends_at, '' AS last_address
RETURNING id;

-- name: note_used
-- When and from where a token was used last.
UPDATE api_tokens SET last_used_at = $used_at, last_address = $address WHERE id = $id;

-- name: remove
-- A revoked token, or all of a removed person.
DELETE FROM api_tokens WHERE ($id IS NULL OR id = $id) AND ($user_id IS NULL OR user_id = $user_id);
