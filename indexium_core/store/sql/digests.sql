-- name: digests_agree
-- Part of other statements: whether the digests of the files `i` and `f` agree: one begins with the other. `~` at the end is no
-- part of it (files/fingerprint.py).
(starts_with(i.media_digest, rtrim(f.media_digest, '~')) OR starts_with(f.media_digest, rtrim(i.media_digest, '~')))

-- name: is_as_long
-- Part of other statements: whether the files `i` and `f` have one duration.
coalesce(abs(i.duration - f.duration) <= 0.25 + f.duration / 10000, true)

-- name: stem
-- Part of other statements: the path of a file without its extension.
path_bytes[:octet_length(path_bytes) - strlen(file_ext)]
