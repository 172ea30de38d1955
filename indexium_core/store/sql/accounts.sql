-- People who sign in, their passwords, and their sessions.

-- name: users
-- Each person, with what is known of the sessions.
SELECT u.id, u.name, u.role, /* libraries */ AS libraries, u.enabled, u.created_at, c.user_id IS NOT NULL AS has_password,
       EXISTS (FROM second_factors AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS has_second_factor, s.last_seen_at,
       coalesce(s.sessions, 0) AS sessions
FROM users AS u
LEFT JOIN user_credentials AS c ON c.user_id = u.id
LEFT JOIN (
    SELECT user_id, max(last_seen_at) AS last_seen_at, count(*) FILTER (ends_at > $now AND last_seen_at > $seen_after) AS sessions
    FROM user_sessions GROUP BY user_id
) AS s ON s.user_id = u.id
ORDER BY u.id;

-- name: count_users
-- How many people can sign in or could once.
SELECT count(*) FROM users;

-- name: libraries
-- Part of other statements: the libraries that a person sees; NULL: all of them.
CASE WHEN NOT u.all_libraries
     THEN (SELECT coalesce(list(o.library_id ORDER BY o.library_id), []) FROM user_libraries AS o
           JOIN libraries AS l USING (library_id) WHERE o.user_id = u.id) END;

-- name: rights
-- The roles and the libraries of the people who can sign in.
SELECT u.id, u.role, /* libraries */ FROM users AS u WHERE u.enabled;

-- name: unknown_libraries
-- Those of some ids that no library has.
SELECT id FROM (SELECT unnest($ids::INTEGER[]) AS id) WHERE id NOT IN (SELECT library_id FROM libraries) ORDER BY id;

-- name: forget_libraries
-- The former libraries of a person.
DELETE FROM user_libraries WHERE user_id = $user_id;

-- name: add_libraries
-- The libraries of a person.
INSERT INTO user_libraries BY NAME SELECT $user_id AS user_id, unnest($ids::INTEGER[]) AS library_id;

-- name: set_all_libraries
-- Whether a person sees all libraries.
UPDATE users SET all_libraries = $all_libraries WHERE id = $user_id;

-- name: credentials
-- What a sign-in needs.
SELECT u.id, u.name, u.role, u.enabled, c.password_hash
FROM users AS u LEFT JOIN user_credentials AS c ON c.user_id = u.id WHERE u.name_key = $name_key;

-- name: credentials_of
-- … of a person who is known already.
SELECT u.id, u.name, u.role, u.enabled, c.password_hash
FROM users AS u LEFT JOIN user_credentials AS c ON c.user_id = u.id WHERE u.id = $id;

-- name: add_user
-- A new person.
INSERT INTO users BY NAME
SELECT nextval('user_ids') AS id, $name AS name, $name_key AS name_key, $role AS role, TRUE AS enabled, $now AS created_at, TRUE AS all_libraries
RETURNING id;

-- name: change_user
-- What an administrator sets of a person.
UPDATE users SET name = $name, name_key = $name_key, role = $role, enabled = $enabled WHERE id = $id;

-- name: remove_user
-- A person who does not sign in any more.
DELETE FROM users WHERE id = $id;

-- name: forget_password
-- The former password, or that of a removed person.
DELETE FROM user_credentials WHERE user_id = $user_id;

-- name: set_password
-- A new password.
INSERT INTO user_credentials BY NAME
SELECT $user_id AS user_id, $password_hash AS password_hash, $now AS changed_at;

-- name: sessions
-- The sessions that have not ended, newest first.
SELECT s.id, s.user_id, u.name AS user_name, s.address, s.client, s.created_at, s.last_seen_at, s.ends_at
FROM user_sessions AS s JOIN users AS u ON u.id = s.user_id
WHERE s.ends_at > $now AND s.last_seen_at > $seen_after AND ($user_id IS NULL OR s.user_id = $user_id)
ORDER BY s.id DESC;

-- name: open_sessions
-- What the check of a request needs of each session.
SELECT s.token_hash, s.id, s.last_seen_at, s.ends_at, u.id AS user_id, u.name, u.role
FROM user_sessions AS s JOIN users AS u ON u.id = s.user_id
WHERE u.enabled AND s.ends_at > $now AND s.last_seen_at > $seen_after;

-- name: add_session
-- A person signed in.
INSERT INTO user_sessions BY NAME
SELECT nextval('user_session_ids') AS id, $user_id AS user_id, $token_hash AS token_hash, $address AS address,
       $client AS client, $now AS created_at, $now AS last_seen_at, $ends_at AS ends_at
RETURNING id;

-- name: note_seen
-- When sessions were used last.
UPDATE user_sessions SET last_seen_at = $seen_at WHERE id = $id AND last_seen_at < $seen_at;

-- name: end_sessions
-- One session, or all of a person, perhaps without one.
DELETE FROM user_sessions
WHERE ($id IS NULL OR id = $id) AND ($user_id IS NULL OR user_id = $user_id) AND ($kept_id IS NULL OR id <> $kept_id);

-- name: remove_ended
-- Sessions that nobody can use any more.
DELETE FROM user_sessions WHERE ends_at <= $now OR last_seen_at <= $seen_after;
