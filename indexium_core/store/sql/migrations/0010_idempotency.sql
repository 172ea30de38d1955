-- Requests of programs that name a key, so that one which is sent again begins nothing twice, also after a restart. Few
-- rows, of one day; a row is written in the transaction that begins the work.
CREATE TABLE requests (
    key VARCHAR NOT NULL,        -- that the program chose
    mark VARCHAR NOT NULL,       -- digest of all that it asked for
    "at" TIMESTAMPTZ NOT NULL,
    operation_id BIGINT,         -- what was begun: an operation, or
    job_id BIGINT,               -- a job
    answer VARCHAR NOT NULL      -- JSON: what it was told beside the id
);
