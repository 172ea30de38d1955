-- name: count_tables
-- How many tables of any kind there are, and whether ours is among them.
SELECT count(*), count(*) FILTER (table_name = 'schema_migrations') FROM duckdb_tables();

-- name: create_migrations
-- The record of applied migrations.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    program VARCHAR NOT NULL,                      -- version of Indexium that applied it
    applied_at TIMESTAMPTZ NOT NULL
);

-- name: applied_migrations
-- Numbers of the migrations that this database has had.
SELECT version FROM schema_migrations ORDER BY version;

-- name: begun
-- When this database was made: no two were at the same microsecond.
SELECT epoch_us(min(applied_at)) FROM schema_migrations;

-- name: record_migration
-- Note a migration, in the transaction that applies it.
INSERT INTO schema_migrations VALUES ($1, $2, $3, now());

-- name: attach_copy
-- Open the file that a copy goes into.
ATTACH $1 AS copy_of_indexium;

-- name: copy_all
-- Copy every table and sequence, as one moment sees them.
COPY FROM DATABASE indexium TO copy_of_indexium;

-- name: detach_copy
-- Finish and close the copy.
DETACH copy_of_indexium;

-- name: limit_memory
-- How many million bytes the database may take for itself.
SET memory_limit = concat($1::BIGINT, 'MB');

-- name: spill_into
-- Where it puts what does not fit.
SET temp_directory = $1;

-- name: count_known_files
-- How many files the home knows, by which its need of memory is told.
SELECT count(*) FROM scanned_files;
