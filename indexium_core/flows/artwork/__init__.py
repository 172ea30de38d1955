"""
Pictures of films and series: candidates of providers and folders, downloads, the cache, variants, collages.

In: what providers offer, pictures beside the videos. Out: JPEGs for pages, rows of `asset_candidates` and
`cache_inventory`, files in `cache/` of the home; no file of a library changes.
"""
