-- The names of the face regions of a photo: 'Ann Lee; Bob Ray'.
ALTER TABLE media_properties ADD COLUMN faces VARCHAR;
