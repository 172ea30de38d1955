-- Accounts of other programs with which people sign in.

-- name: identities
-- The accounts, of one person or of all, oldest first.
SELECT i.issuer, i.subject, i.user_id, u.name AS user_name, i.created_at
FROM user_identities AS i JOIN users AS u ON u.id = i.user_id
WHERE $user_id IS NULL OR i.user_id = $user_id
ORDER BY i.created_at, i.issuer, i.subject;

-- name: person_of
-- Who signs in with an account.
SELECT user_id FROM user_identities WHERE issuer = $issuer AND subject = $subject;

-- name: link
-- An account of a person.
INSERT INTO user_identities BY NAME
SELECT $issuer AS issuer, $subject AS subject, $user_id AS user_id, $now AS created_at;

-- name: unlink
-- An account with which a person does not sign in any more.
DELETE FROM user_identities WHERE issuer = $issuer AND subject = $subject AND user_id = $user_id;

-- name: unlink_all
-- All accounts of a removed person.
DELETE FROM user_identities WHERE user_id = $user_id;
