-- Whether a rating is written as soon as a person sets it; otherwise it waits in the plan like every other edit.
ALTER TABLE libraries ADD COLUMN write_ratings BOOLEAN DEFAULT FALSE;
-- Of an edit of a field: the value before it. A file that is no favorite any more gets this rating again, also after a write.
ALTER TABLE decisions ADD COLUMN former VARCHAR;
