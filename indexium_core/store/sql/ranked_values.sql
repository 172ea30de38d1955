-- name: ranked_values
-- Part of other statements: the values `v` of titles with the ranks of their providers, for `order_of_values`.
title_values AS v
LEFT JOIN provider_ranks AS own ON own.field = v.field AND own.provider = v.provider
LEFT JOIN provider_ranks AS general ON general.field = '' AND general.provider = v.provider

-- name: order_of_values
-- Part of other statements: the order of `titles_shown`. The view ranks the values of all titles; these statements need a few.
v.locked DESC, list_position(['hand', 'nfo', 'provider', 'tag', 'name', 'sender'], v.origin), coalesce(own.rank, general.rank, 99), v.provider
