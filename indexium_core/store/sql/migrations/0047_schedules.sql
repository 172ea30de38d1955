-- Jobs that start at times of their own.
CREATE TABLE schedules (
    id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                         -- of its jobs
    cron VARCHAR NOT NULL,                         -- local time; '@change': after each change
    params JSON NOT NULL,                          -- payload of its jobs
    enabled BOOLEAN NOT NULL,
    last_run_at TIMESTAMPTZ,
    next_run_at TIMESTAMPTZ,                       -- NULL: after the next change
    last_result VARCHAR NOT NULL DEFAULT '',       -- 'completed', or why the last run failed
    last_job_id BIGINT                             -- the job of the last run
);
