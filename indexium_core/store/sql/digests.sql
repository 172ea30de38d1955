-- name: digests_agree
-- Part of other statements: whether the digests of the files `i` and `f` agree: one begins with the other. `~` at the end, and
-- `/` with the size of the media, are no part of it (files/fingerprint.py).
(starts_with(i.media_digest, regexp_extract(f.media_digest, '^[^~/]*')) OR starts_with(f.media_digest, regexp_extract(i.media_digest, '^[^~/]*')))

-- name: is_as_large
-- Part of other statements: whether the media of the files `i` and `f` have one size, if both digests know it. A rewrite may add
-- or leave out a few bytes of each packet.
coalesce(abs(try_cast(split_part(i.media_digest, '/', 2) AS BIGINT) / try_cast(split_part(f.media_digest, '/', 2) AS BIGINT) - 1) <= 0.001, true)

-- name: is_as_long
-- Part of other statements: whether the files `i` and `f` have one duration.
coalesce(abs(i.duration - f.duration) <= 0.25 + f.duration / 10000, true)

-- name: stem
-- Part of other statements: the path of a file without its extension.
path_bytes[:octet_length(path_bytes) - strlen(file_ext)]
