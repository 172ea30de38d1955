-- Long work as rows: what is to be done, how far it is, and what happened.
CREATE SEQUENCE job_ids START 1;
CREATE TABLE job_queue (
    id BIGINT NOT NULL,
    job_type VARCHAR NOT NULL,                     -- write, rollback, scan, rescan …
    title VARCHAR NOT NULL,
    priority INTEGER NOT NULL,                     -- 1 to 10, lower first
    payload JSON NOT NULL,
    payload_version INTEGER NOT NULL,
    dedup_key VARCHAR,                             -- of equal ones that have not begun there is one
    status VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,                        -- the instance that may take it up
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
    cancelled_at TIMESTAMPTZ,                      -- when somebody asked for it
    paused_at TIMESTAMPTZ,
    paused_by VARCHAR NOT NULL DEFAULT '',
    operation_id BIGINT                            -- of metadata_operations, which names the job in turn
);
CREATE TABLE job_dependencies (job_id BIGINT NOT NULL, depends_on BIGINT NOT NULL);
-- Where the next run of a job goes on.
CREATE TABLE operation_state (job_id BIGINT NOT NULL, saved_at TIMESTAMPTZ NOT NULL, state JSON NOT NULL);
-- What happened. Each run of the program has ids of its own, above those of all before: what was not written down
-- when it was killed can never share an id with what comes after.
CREATE SEQUENCE event_runs START 1;
CREATE TABLE events (
    id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    name VARCHAR NOT NULL,                         -- <noun>:<verb>
    job_id BIGINT,
    operation_id BIGINT,
    data JSON NOT NULL
);
