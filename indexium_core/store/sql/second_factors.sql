-- The second factor of people who sign in.

-- name: second_factor
-- The secret of a person, and whether it is on.
SELECT secret, confirmed_at IS NOT NULL AS is_on, last_step FROM second_factors WHERE user_id = $user_id;

-- name: count_recovery_codes
-- How many recovery codes a person has left.
SELECT count(*) FROM recovery_codes WHERE user_id = $user_id;

-- name: start_second_factor
-- A new secret, which is not on yet.
INSERT INTO second_factors BY NAME
SELECT $user_id AS user_id, $secret AS secret, $now AS started_at, NULL AS confirmed_at, 0 AS last_step;

-- name: confirm_second_factor
-- The first code was right: from now on, a sign-in needs one.
UPDATE second_factors SET confirmed_at = $now, last_step = $step WHERE user_id = $user_id AND confirmed_at IS NULL;

-- name: add_recovery_code
-- A new recovery code.
INSERT INTO recovery_codes BY NAME SELECT $user_id AS user_id, $code_hash AS code_hash;

-- name: note_step
-- A code was used: neither it nor an older one counts again.
UPDATE second_factors SET last_step = $step WHERE user_id = $user_id AND last_step < $step RETURNING user_id;

-- name: use_recovery_code
-- A recovery code was used: it does not count again.
DELETE FROM recovery_codes WHERE user_id = $user_id AND code_hash = $code_hash RETURNING user_id;

-- name: remove_second_factor
-- A person needs no code any more.
DELETE FROM second_factors WHERE user_id = $user_id;

-- name: remove_recovery_codes
-- The recovery codes of a person do not count any more.
DELETE FROM recovery_codes WHERE user_id = $user_id;
