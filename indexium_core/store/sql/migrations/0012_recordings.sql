-- Audio files are scanned only in a library that includes them.
ALTER TABLE libraries ADD COLUMN audio BOOLEAN DEFAULT FALSE;

-- The damage at the end of a file, as a sentence; '' for an intact file. The part before it can be written.
ALTER TABLE scanned_files ADD COLUMN damage VARCHAR DEFAULT '';

-- Sound, subtitles and recordings with a damaged end are no longer refused. The next scan reads these files again,
-- because the time of their last change now differs by a nanosecond.
UPDATE scanned_files SET mtime_ns = mtime_ns - 1
WHERE state = 'not_video' OR (state = 'corrupt' AND container IN ('matroska', 'webm'));
