-- The signs that could have confirmed a candidate, but are missing: year, runtime, cast, …, with spaces between them.
ALTER TABLE title_searches ADD COLUMN missing VARCHAR DEFAULT '';
UPDATE title_searches SET missing = '';
