-- Audio files are scanned only in a library that includes them.
ALTER TABLE libraries ADD COLUMN audio BOOLEAN DEFAULT FALSE;
