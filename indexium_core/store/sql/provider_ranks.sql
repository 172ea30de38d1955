-- name: stored
-- The rows of the three tables about providers, in one list.
SELECT field, provider, rank FROM provider_ranks UNION ALL SELECT field, kind, rank FROM id_kinds
UNION ALL SELECT entity_type, provider || ':' || kind, 0 FROM provider_ids;

-- name: delete_ranks
-- Delete the ranks of all providers.
DELETE FROM provider_ranks;

-- name: delete_id_kinds
-- Delete all kinds of ids.
DELETE FROM id_kinds;

-- name: delete_provider_ids
-- Delete the kinds of ids of all providers.
DELETE FROM provider_ids;

-- name: add_rank
-- Insert the rank of a provider for a field.
INSERT INTO provider_ranks (field, provider, rank) VALUES ($1, $2, $3);

-- name: add_id_kind
-- Insert a kind of ids.
INSERT INTO id_kinds (field, kind, rank) VALUES ($1, $2, $3);

-- name: add_provider_id
-- Insert a kind of ids in the addresses of a provider.
INSERT INTO provider_ids (entity_type, provider, kind) VALUES ($1, $2, $3);
