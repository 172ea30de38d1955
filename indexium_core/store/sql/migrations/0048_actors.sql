-- Who did it: the kind, the id and the name of the actor, beside the names that are stored already. The person at the
-- computer made the earlier rows; of scans and rescans in the audit log, only the program is known.
ALTER TABLE metadata_operations ADD COLUMN actor_kind VARCHAR DEFAULT 'local';  -- see Actor
ALTER TABLE metadata_operations ADD COLUMN actor_id VARCHAR DEFAULT '';         -- the name is user_name
UPDATE metadata_operations SET actor_kind = 'system' WHERE source = 'rebuild';

ALTER TABLE job_queue ADD COLUMN actor_kind VARCHAR DEFAULT 'local';
ALTER TABLE job_queue ADD COLUMN actor_id VARCHAR DEFAULT '';
ALTER TABLE job_queue ADD COLUMN actor_name VARCHAR DEFAULT '';
UPDATE job_queue AS j SET actor_name = o.user_name FROM metadata_operations AS o WHERE o.id = j.operation_id;

ALTER TABLE decisions ADD COLUMN actor_kind VARCHAR DEFAULT 'local';
ALTER TABLE decisions ADD COLUMN actor_id VARCHAR DEFAULT '';
ALTER TABLE decisions ADD COLUMN actor_name VARCHAR DEFAULT '';

ALTER TABLE review_steps ADD COLUMN actor_kind VARCHAR DEFAULT 'local';
ALTER TABLE review_steps ADD COLUMN actor_id VARCHAR DEFAULT '';
ALTER TABLE review_steps ADD COLUMN actor_name VARCHAR DEFAULT '';

ALTER TABLE title_decisions ADD COLUMN actor_kind VARCHAR DEFAULT 'local';
ALTER TABLE title_decisions ADD COLUMN actor_id VARCHAR DEFAULT '';
ALTER TABLE title_decisions ADD COLUMN actor_name VARCHAR DEFAULT '';

ALTER TABLE audit_events ADD COLUMN actor_kind VARCHAR DEFAULT 'local';
ALTER TABLE audit_events ADD COLUMN actor_id VARCHAR DEFAULT '';
ALTER TABLE audit_events ADD COLUMN actor_name VARCHAR DEFAULT '';
UPDATE audit_events SET actor_kind = 'system' WHERE actor IN ('scan', 'rescan');
UPDATE audit_events SET actor_name = actor WHERE actor_kind = 'local';
