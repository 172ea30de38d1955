-- In which language a library has titles, plots and pictures.
ALTER TABLE libraries ADD COLUMN metadata_language VARCHAR;  -- ISO 639-1; NULL: that of the settings
