-- name: count_tables
-- The number of all tables.
SELECT count(*) FROM duckdb_tables();

-- name: create_migrations
-- The record of applied migrations.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    program VARCHAR NOT NULL,                      -- version of Indexium that applied it
    applied_at TIMESTAMPTZ NOT NULL
);

-- name: applied_migrations
-- Numbers of the applied migrations.
SELECT version FROM schema_migrations ORDER BY version;

-- name: identity
-- The creation time of this database in microseconds; it identifies the database.
SELECT epoch_us(min(applied_at)) FROM schema_migrations;

-- name: record_migration
-- Record a migration in the transaction that applies it.
INSERT INTO schema_migrations VALUES ($1, $2, $3, now());

-- name: limit_memory
-- The memory limit of the database in MB.
SET memory_limit = concat($1::BIGINT, 'MB');

-- name: count_known_files
-- The number of known files, which decides the memory limit.
SELECT count(*) FROM scanned_files;

-- name: copy_database
-- Copy the whole database into an attached empty one.
COPY FROM DATABASE indexium TO copy;

-- name: count_change
-- The next number of the change counter.
SELECT nextval('changes');

-- name: counted_changes
-- The change counter.
SELECT coalesce(last_value, start_value - 1) FROM duckdb_sequences()
WHERE database_name = current_database() AND schema_name = 'main' AND sequence_name = 'changes';

-- name: first_decision
-- The time of the first decision of a person; NULL if there is none.
SELECT least((SELECT min(created_at) FROM people), (SELECT min(created_at) FROM steps),
             (SELECT min(created_at) FROM decisions),
             (SELECT min(fetched_at) FROM title_values WHERE origin = 'hand'), (SELECT min(created_at) FROM custom_fields));

-- name: last_operation
-- The largest number of an operation that the database gave.
SELECT coalesce(last_value, start_value - 1) FROM duckdb_sequences()
WHERE database_name = current_database() AND schema_name = 'main' AND sequence_name = 'operation_ids';
