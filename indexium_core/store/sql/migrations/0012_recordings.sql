-- Audio files are scanned only in a library that includes them.
ALTER TABLE libraries ADD COLUMN audio BOOLEAN DEFAULT FALSE;

-- What is damaged at the end of a file that can be written before it, as a sentence; '' for a whole file.
ALTER TABLE scanned_files ADD COLUMN damage VARCHAR DEFAULT '';

-- Sound, subtitles and recordings with a damaged end are no longer refused. A scan reads a file again where the time of
-- its last change differs: here by a nanosecond.
UPDATE scanned_files SET mtime_ns = mtime_ns - 1
WHERE state = 'not_video' OR (state = 'corrupt' AND container IN ('matroska', 'webm'));
