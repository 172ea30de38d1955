-- The digest of the first packets of the media, by which a scan recognises a recording that another program wrote anew
-- (`files/fingerprint.py`): NULL, not read yet; '', the media has none.
ALTER TABLE scanned_files ADD COLUMN media_digest VARCHAR;
ALTER TABLE hash_cache ADD COLUMN media_digest VARCHAR;
