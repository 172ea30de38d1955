-- Why a file cannot store a field, as a sentence by the key of the field; a key behind a minus: why the field cannot be removed.
-- NULL: no such field.
ALTER TABLE scanned_files ADD COLUMN field_problems MAP(VARCHAR, VARCHAR);
