-- Background jobs: what each does, its progress, and its events.
CREATE SEQUENCE job_ids START 1;
CREATE TABLE job_queue (
    id BIGINT NOT NULL,
    job_type VARCHAR NOT NULL,                     -- write, rollback, scan, rescan …
    title VARCHAR NOT NULL,
    priority INTEGER NOT NULL,                     -- 1 to 10, lower first
    payload JSON NOT NULL,
    payload_version INTEGER NOT NULL,
    dedup_key VARCHAR,                             -- of equal jobs, only one waits to start
    status VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,                        -- the instance that may run it
    stopped_by VARCHAR NOT NULL DEFAULT '',        -- interrupted: stop (in good order), timeout, kill
    progress_current BIGINT NOT NULL DEFAULT 0,
    progress_total BIGINT,
    progress_message VARCHAR NOT NULL DEFAULT '',
    rate DOUBLE NOT NULL DEFAULT 0,                -- items a second
    eta_seconds DOUBLE,
    counters JSON,
    retry_count INTEGER NOT NULL DEFAULT 0,
    max_retries INTEGER NOT NULL DEFAULT 3,
    next_retry_at TIMESTAMPTZ,                     -- not before
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    heartbeat_at TIMESTAMPTZ,
    error_message VARCHAR NOT NULL DEFAULT '',
    error_stack VARCHAR NOT NULL DEFAULT '',
    summary JSON,
    is_cancellable BOOLEAN NOT NULL DEFAULT TRUE,
    cancelled_at TIMESTAMPTZ,                      -- when a cancellation was requested
    paused_at TIMESTAMPTZ,
    paused_by VARCHAR NOT NULL DEFAULT '',
    operation_id BIGINT                            -- of metadata_operations, whose row has the id of the job
);
CREATE TABLE job_dependencies (job_id BIGINT NOT NULL, depends_on BIGINT NOT NULL);
-- The checkpoint from which the next run of a job continues.
CREATE TABLE operation_state (job_id BIGINT NOT NULL, saved_at TIMESTAMPTZ NOT NULL, state JSON NOT NULL);
-- Events. Each run of the program has its own range of ids, above those of all earlier runs. So an event that a killed
-- run did not store and a later event never have the same id.
CREATE SEQUENCE event_runs START 1;
CREATE TABLE events (
    id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    name VARCHAR NOT NULL,                         -- <noun>:<verb>
    job_id BIGINT,
    operation_id BIGINT,
    data JSON NOT NULL
);
