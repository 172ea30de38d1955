-- A digest has a part for each packet, and that of a photo tells a whole second from a moment. The next read adds it.
UPDATE scanned_files SET media_digest = NULL WHERE starts_with(media_digest, 'p1:') OR starts_with(media_digest, 't1:');
