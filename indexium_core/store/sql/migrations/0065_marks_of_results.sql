-- Whether a running write or rollback has made the mark: a read that does not wait may ignore it for a moment.
ALTER TABLE plan_marks ADD COLUMN by_running_write BOOLEAN DEFAULT FALSE;
