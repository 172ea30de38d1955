-- Whether results of a write or rollback have made the mark: while one runs, a read may ignore it for a moment.
ALTER TABLE plan_marks ADD COLUMN by_result BOOLEAN DEFAULT FALSE;
