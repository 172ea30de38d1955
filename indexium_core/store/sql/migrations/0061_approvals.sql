-- Requests for approval: work that waits for another person.

CREATE SEQUENCE approval_ids START 1;
CREATE TABLE approvals (
    id BIGINT NOT NULL,
    plan_digest VARCHAR NOT NULL,                  -- SHA-256 (hex) over its items: what is approved is what is written
    kind VARCHAR NOT NULL,                         -- write, publish, rollback
    query VARCHAR NOT NULL,                        -- JSON: the arguments with which the work starts
    title VARCHAR NOT NULL,
    files INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    risks VARCHAR NOT NULL,                        -- JSON: number of files by risk level
    reasons VARCHAR[] NOT NULL,                    -- why it waits
    reverts_id BIGINT,                             -- the operation that a rollback reverts
    proposed_kind VARCHAR NOT NULL,                -- the actor: kind, id and name
    proposed_id VARCHAR NOT NULL,
    proposed_by VARCHAR NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,                        -- waiting, approved, rejected, withdrawn; the others are computed
    decided_kind VARCHAR,
    decided_id VARCHAR,
    decided_by VARCHAR,
    decided_at TIMESTAMPTZ,
    note VARCHAR NOT NULL,                         -- the reason of the decision, or which items changed
    operation_id BIGINT                            -- of approved work; set in the transaction that records the operation
);

CREATE TABLE approval_items (
    approval_id BIGINT NOT NULL,
    item VARCHAR NOT NULL,                         -- file:12, movie:5, item:77 of the operation that is rolled back
    name VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    digest VARCHAR NOT NULL                        -- SHA-256 (hex) over the identity, the content state and the change
);

CREATE TABLE approval_entries (
    approval_id BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    action VARCHAR NOT NULL,                       -- proposed, commented, changed, approved, rejected, withdrawn
    actor_kind VARCHAR NOT NULL,
    actor_id VARCHAR NOT NULL,
    actor_name VARCHAR NOT NULL,
    text VARCHAR NOT NULL
);
