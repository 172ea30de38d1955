-- Answers of providers of metadata, and each request that left this machine.
CREATE TABLE provider_cache (
    provider VARCHAR NOT NULL,
    request_key VARCHAR NOT NULL,                  -- address and parameters, without keys
    status INTEGER NOT NULL,                       -- 200, or 404: the provider does not have the title
    body BLOB NOT NULL,                            -- JSON, compressed with zlib
    etag VARCHAR NOT NULL,
    last_modified VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, request_key)
);
CREATE SEQUENCE provider_request_ids START 1;
CREATE TABLE provider_requests (
    id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    provider VARCHAR NOT NULL,
    route VARCHAR NOT NULL,                        -- path of the address
    parameters JSON NOT NULL,                      -- everything that was sent, without keys
    status INTEGER,                                -- of HTTP; NULL without an answer
    seconds DOUBLE,
    bytes BIGINT                                   -- of the answer
);
