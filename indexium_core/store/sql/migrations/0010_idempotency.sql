-- Requests of programs with an idempotency key: a repeated request does not start the work twice, also after a restart.
-- Rows are kept for one day. A row is written in the transaction that starts the work.
CREATE TABLE requests (
    key VARCHAR NOT NULL,        -- chosen by the program
    mark VARCHAR NOT NULL,       -- digest of the request
    "at" TIMESTAMPTZ NOT NULL,
    operation_id BIGINT,         -- the started work: an operation, or
    job_id BIGINT,               -- a job
    answer VARCHAR NOT NULL      -- JSON: the rest of the answer, without the id
);
